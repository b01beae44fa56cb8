"""Clocks that jump, databases that are held: reading goes on, nobody is locked out for good."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from tests.review.room import PASSWORD, Browser, Room, demo, key, target

ROWS = demo.pieces()["T01"]


@contextmanager
def held(room: Room) -> Iterator[None]:
    """Another process has the writer's place."""
    base = sqlite3.connect(room.out / "review.sqlite", isolation_level=None)
    base.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        base.execute("ROLLBACK")
        base.close()


def login(browser: Browser, name: str, password: str = PASSWORD) -> int:
    return browser.post("/login", {"name": name, "password": password, "next": "/"},
                        accept="application/json").status


def test_a_clock_that_is_set_back_locks_nobody_out(room: Room) -> None:
    room.account("甲", "reviewer")
    browser = room.browser()
    while login(browser, "甲", "错了错了错了错了错了错了") == 401:
        pass
    room.clock.at -= timedelta(days=400)
    told = browser.post("/login", {"name": "甲", "password": PASSWORD, "next": "/"},
                        accept="application/json")
    wait = int(told.header("retry-after") or 0)
    assert wait <= 60, "a name waits a minute at most"
    room.clock.on(seconds=wait + 1)
    assert login(browser, "甲") == 200


def test_who_reads_does_not_wait_for_who_writes(room: Room) -> None:
    browser = room.enter("甲")
    room.decide(browser, ROWS[0])
    room.clock.on(minutes=2)
    with held(room):
        before = time.monotonic()
        for path in ("", "/indicators/T01", "/overview", "/papers",
                     f"/original?target={target(ROWS[0])}&indicator=T01"):
            assert browser.get(room.path(path)).status == 200, path
        assert time.monotonic() - before < 4, "that the visitor was seen can be written later"


def test_a_paper_can_be_read_where_nothing_can_be_written(room: Room) -> None:
    browser = room.enter("甲")
    path = room.path(f"/original?target={target(ROWS[1])}&indicator=T01")
    with held(room):
        told = browser.get(path)
    assert told.status == 200, told.text
    assert browser.get(path).status == 200
    assert room.decide(browser, ROWS[1]).status == 200, "opened again, it is known as opened"


def test_a_write_that_cannot_be_says_when_to_come_back(room: Room) -> None:
    browser, same = room.enter("甲"), key()
    browser.get(room.path(f"/original?target={target(ROWS[0])}&indicator=T01"))
    body = {"key": same, "version": 0, "indicator": "T01", "target": target(ROWS[0]),
            "verdict": "accepted"}
    with held(room):
        told = browser.post(room.path("/evidence"), body)
    assert told.status == 503 and int(told.header("retry-after")) > 0
    assert browser.post(room.path("/evidence"), body).status == 200
