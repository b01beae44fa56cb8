"""Writes that would lose, double or hide something."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

import pytest

from tests.review.room import Browser, Room, demo, key, target

ROWS = demo.pieces()["T01"]


def evidence(browser: Browser, room: Room, **more: Any) -> Any:
    return browser.post(room.path("/evidence"), {
        "version": 0, "indicator": "T01", "target": target(ROWS[0]), "verdict": "accepted", **more})


def opened(room: Room, name: str, role: str = "reviewer") -> Browser:
    browser = room.enter(name, role)
    assert browser.get(room.path(f"/original?target={target(ROWS[0])}&indicator=T01")).status == 200
    return browser


def card(room: Room, browser: Browser, indicator: str) -> Any:
    told = browser.get(room.path(f"/indicators/{indicator}")).json
    return next(one for one in [*told["evidence"], *told["orphaned"]]
                if one["target"] == target(ROWS[0]))


def test_a_move_does_not_write_over_what_a_colleague_decided(room: Room) -> None:
    one, other = opened(room, "甲"), opened(room, "乙")
    mine = room.decide(other, ROWS[0], "rejected", indicator="T02", reason="slogan", note="乙的话")
    assert mine.status == 200
    moved = evidence(one, room, key=key(), verdict="rejected", reason="moved", moved_to="T02")
    assert moved.status == 409, moved.text
    told = moved.json
    assert told["theirs"]["by"] == "乙" and told["theirs"]["state"]["verdict"] == "rejected"
    assert card(room, other, "T02")["decision"]["state"]["verdict"] == "rejected"
    assert card(room, one, "T01")["decision"] is None, "all or none"


def test_a_move_to_where_it_was_accepted_already_goes(room: Room) -> None:
    one, other = opened(room, "甲"), opened(room, "乙")
    assert room.decide(other, ROWS[0], "accepted", indicator="T02").status == 200
    moved = evidence(one, room, key=key(), verdict="rejected", reason="moved", moved_to="T02")
    assert moved.status == 200, moved.text
    assert card(room, one, "T02")["decision"]["state"]["verdict"] == "accepted"


@pytest.mark.parametrize("more", [
    {"note": "另一句"}, {"verdict": "unsure"}, {"stage": "plan"}, {"indicator": "T02"},
    {"target": target(ROWS[1])},
])
def test_a_key_is_for_one_body(room: Room, more: dict[str, str]) -> None:
    browser, same = opened(room, "甲"), key()
    browser.get(room.path(f"/original?target={target(ROWS[1])}&indicator=T01"))
    assert evidence(browser, room, key=same).status == 200
    assert evidence(browser, room, key=same).status == 200, "the same again is no second one"
    other = evidence(browser, room, key=same, **more)
    assert other.status == 409 and other.json["error"] == "key_taken", other.text


def test_a_note_is_not_swallowed_the_other_way_round_either(room: Room) -> None:
    browser, same = opened(room, "甲"), key()
    assert evidence(browser, room, key=same, note="一句").status == 200
    assert evidence(browser, room, key=same).status == 409
    assert card(room, browser, "T01")["decision"]["note"] == "一句"


def test_another_account_may_have_the_same_key(room: Room) -> None:
    one, other, same = opened(room, "甲"), opened(room, "乙"), key()
    assert evidence(one, room, key=same).status == 200
    told = evidence(other, room, key=same, verdict="unsure")
    assert told.status == 409 and told.json["error"] == "conflict", "of the version, not the key"
    assert evidence(other, room, key=same, verdict="unsure", version=1).status == 200


def test_an_undo_with_the_key_of_a_decision_undoes(room: Room) -> None:
    browser, same = opened(room, "甲"), key()
    assert evidence(browser, room, key=same).status == 200
    undo = {"key": same, "version": 1, "indicator": "T01", "target": target(ROWS[0])}
    for _ in range(2):
        assert browser.post(room.path("/undo"), undo).status == 200
    assert card(room, browser, "T01")["decision"]["state"]["verdict"] is None
    assert card(room, browser, "T01")["version"] == 2


def test_the_key_of_an_unmasking_is_for_one_passage(room: Room) -> None:
    lead, same = room.enter("丙", "lead"), key()
    ask = {"key": same, "reason": "核对签发人"}
    assert lead.post(room.path("/unmask"), {**ask, "target": target(ROWS[0])}).status == 200
    other = lead.post(room.path("/unmask"), {**ask, "target": target(ROWS[1])})
    assert other.status == 409 and other.json["error"] == "key_taken", other.text


@pytest.mark.parametrize("reason", ["    ", "\n\n\n\n", "\u200b" * 4, "\u3000" * 4, "\u3164" * 4,
                                    "\ufeff\u200d\u00ad\u2060", "\u0000" * 4, ""])
def test_a_blank_is_no_reason(room: Room, reason: str) -> None:
    lead = room.enter("丙", "lead")
    told = lead.post(room.path("/unmask"), {
        "key": key(), "target": target(ROWS[0]), "reason": reason})
    assert told.status == 422 and "text" in told.json
    assert ROWS[0]["text"][:8] not in told.text
    auditor = room.enter("丁", "auditor")
    assert all(row["kind"] != "unmasked"
               for row in auditor.get(room.path("/audit")).json["entries"])


def test_twenty_with_one_key_write_one_entry(room: Room) -> None:
    browser, same, told = opened(room, "甲"), key(), []
    threads = [threading.Thread(target=lambda: told.append(evidence(browser, room, key=same)))
               for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(one.status for one in told) == {200: 20}
    assert {one.json["entry"]["hash"] for one in told} == {told[0].json["entry"]["hash"]}
    assert card(room, browser, "T01")["version"] == 1
