"""What one alone of two blind reviewers said, what is the unit's own word, what is not told yet."""

from __future__ import annotations

from typing import Any

import pytest

from tests.review.room import Room, key, target
from tests.review.test_blind import NAMES, ROWS, Blind, blind

__all__ = ["blind"]

ANSWER = "原件在档案室二号柜"


def half(blind: Blind) -> None:
    """The first judges and accepts, the second looks at something else; both hand in."""
    room = blind.room
    room.decide(blind.one, ROWS[0])
    room.decide(blind.one, ROWS[1])
    told = blind.one.post(room.path("/verdict"), {
        "key": key(), "version": 0, "indicator": "T01", "verdict": "met", "points": 9,
        "despite_open": True})
    assert told.status == 200
    room.decide(blind.other, ROWS[0])
    for browser in (blind.one, blind.other):
        assert blind.hand_in(browser).status == 200


def test_what_one_alone_said_goes_to_the_lead(blind: Blind) -> None:
    half(blind)
    room = blind.room
    found = blind.lead.get(room.path("/differences")).json["differences"]
    assert [(one["kind"], one["target"], one["alone"], len(one["views"])) for one in found] == [
        ("verdict", None, True, 1), ("evidence", target(ROWS[1]), True, 1)]
    told = blind.lead.get(room.path("/indicators/T01")).json
    assert told["verdict"]["alone"] and told["alone"] == 2
    marked = {card["target"]: card["decision"]["alone"] for card in told["evidence"]
              if card["decision"]}
    assert marked == {target(ROWS[0]): False, target(ROWS[1]): True}
    rows = {row["id"]: row for row in blind.lead.get(room.path("/overview")).json["rows"]}
    assert rows["T01"]["alone"] == 2 and rows["T02"]["alone"] == 0


def test_until_the_lead_says_so_the_record_marks_it(blind: Blind) -> None:
    half(blind)
    room = blind.room

    def record() -> Any:
        (one,) = [one for one in blind.lead.get(room.path("/record.json")).json["indicators"]
                  if one["id"] == "T01"]
        return one

    assert record()["verdict"]["alone"]
    assert [row["alone"] for row in record()["accepted"]] == [False, True]
    assert "只有一人给出" in blind.lead.get(room.path("/record.html")).text
    body = {"version": 0, "indicator": "T01"}
    assert blind.lead.post(room.path("/settle"), {
        **body, "key": key(), "kind": "verdict", "verdict": "met", "points": 9}).status == 200
    blind.lead.get(room.path(f"/original?target={target(ROWS[1])}&indicator=T01"))
    assert blind.lead.post(room.path("/settle"), {
        **body, "key": key(), "kind": "evidence", "target": target(ROWS[1]),
        "verdict": "accepted"}).status == 200
    assert not record()["verdict"]["alone"]
    assert not any(row["alone"] for row in record()["accepted"])
    assert blind.lead.get(room.path("/overview")).json["rows"][0]["alone"] == 0
    found = blind.lead.get(room.path("/differences")).json["differences"]
    assert len(found) == 2 and all(one["settled"] for one in found), "it stays in the list"


def test_what_people_share_is_nobodys_alone(room: Room) -> None:
    browser = room.enter("甲")
    room.decide(browser, ROWS[0])
    told = browser.get(room.path("/indicators/T01")).json
    assert told["alone"] == 0 and not told["evidence"][0]["decision"]["alone"]


@pytest.mark.parametrize("who", ["other", "lead", "auditor"])
def test_the_units_answer_is_no_opinion_and_is_shown_to_all(blind: Blind, who: str) -> None:
    room = blind.room
    browser = getattr(blind, who)
    assert blind.one.post(room.path("/answer"), {
        "key": key(), "indicator": "T01", "requirement": "T01.1", "period": "2023",
        "note": ANSWER}).status == 200
    told = browser.get(room.path("/indicators/T01"))
    assert [one["text"] for one in told.json["answers"]] == [ANSWER]
    assert NAMES[0] not in told.text, "who else is at work is withheld"
    assert [cell["answers"] for cell in told.json["cells"] if cell["period"] == "2023"][0] == 1
    assert blind.one.get(room.path("/indicators/T01")).json["answers"][0]["by"] == NAMES[0]


def test_a_chain_that_may_not_be_told_is_not_told_as_empty(blind: Blind) -> None:
    room = blind.room
    room.decide(blind.one, ROWS[0])
    told = blind.auditor.get(room.path("/verify")).json
    assert told["withheld"] and "暂不显示" in told["words"] and told["count"] == 0
    half_in = [room.decide(blind.other, ROWS[0]), *map(blind.hand_in, (blind.one, blind.other))]
    assert [one.status for one in half_in] == [200] * 3
    told = blind.auditor.get(room.path("/verify")).json
    assert not told["withheld"] and told["words"] == "" and told["count"] > 4
