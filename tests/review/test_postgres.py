"""The same room over PostgreSQL, and a database that goes away and comes back."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from pipeline.store.decisions import chain, reading
from pipeline.store.decisions import state as kept
from tests.review.room import Browser, Room, demo, key, screened, target
from tests.store.postgres import postgres  # noqa: F401

ROWS = demo.pieces()["T01"]


def test_the_room_over_postgresql(tmp_path: Path, postgres: Any) -> None:  # noqa: F811
    room = Room(screened(tmp_path / "out"), database=postgres.url())
    one, other = room.enter("甲"), room.enter("乙")
    assert room.decide(one, ROWS[0]).status == 200
    lost = room.decide(other, ROWS[0], "unsure")
    assert lost.status == 409 and lost.json["theirs"]["by"] == "甲"
    undone = one.post(room.path("/undo"), {"key": key(), "version": 1, "indicator": "T01",
                                           "target": target(ROWS[0])})
    assert undone.json["state"]["verdict"] is None
    for browser in (one, other):
        browser.get(room.path(f"/original?target={target(ROWS[1])}"))
    statuses: list[int] = []

    def decide(browser: Browser) -> None:
        statuses.append(browser.post(room.path("/evidence"), {
            "key": key(), "version": 0, "indicator": "T01", "target": target(ROWS[1]),
            "verdict": "accepted"}).status)

    threads = [threading.Thread(target=decide, args=(browser,)) for browser in (one, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 409]
    for path in ("", "/indicators/T01", "/overview", "/recall", "/record.json"):
        assert one.get(room.path(path)).status == 200, path
    with reading(room.engine) as conn:
        assert chain.verify(conn, room.unit).bad is None
        assert len(list(kept.entries(conn, room.unit, kind="evidence"))) == 3
    room.engine.dispose()


def test_blind_over_postgresql(tmp_path: Path, postgres: Any) -> None:  # noqa: F811
    room = Room(screened(tmp_path / "out"), database=postgres.url())
    lead, one, other = (room.enter(name, role) for name, role in (
        ("丙", "lead"), ("甲", "reviewer"), ("乙", "reviewer")))
    assert lead.post(room.path("/mode"), {"key": key(), "mode": "blind"}).status == 200
    room.decide(one, ROWS[0])
    assert room.decide(other, ROWS[0], "rejected", reason="template").status == 200
    for browser in (one, other):
        assert browser.post(room.path("/hand-in"), {"key": key()}).status == 200
    assert len(lead.get(room.path("/differences")).json["differences"]) == 1
    room.engine.dispose()
