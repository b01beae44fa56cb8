"""Re-inspection: last year's review beside this one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipeline.store.decisions import opened
from tests.review.room import FILE, Room, demo, key, screened, target

STUDY, SECOND, MINUTES = demo.pieces()["T01"][:3]


def rooms(tmp_path: Path) -> tuple[Room, Room]:
    """Last year's room with decisions, and this year's: the minutes have another date, and one
    passage of the study record is new."""
    last = Room(screened(tmp_path / "last", leave_out=STUDY["passage"]))
    browser = last.enter("去年", "reviewer")
    last.decide(browser, SECOND, note="去年采信")
    browser.post(last.path("/verdict"), {"key": key(), "version": 0, "indicator": "T01",
                                         "verdict": "partly", "points": 6, "despite_open": True})
    now = Room(screened(tmp_path / "now", dated={demo.MINUTES: "2024-06-09"}), last=last.out)
    own = opened(last.out / FILE, to_write=False)
    one = now.office.last[now.unit]
    now.office.last[now.unit] = type(one)(one.out, own, last.unit)
    return last, now


def by_target(told: Any) -> dict[str, Any]:
    return {one["target"]: one for one in told["evidence"]}


def test_cards_say_what_was_carried_over(tmp_path: Path) -> None:
    _, now = rooms(tmp_path)
    told = now.enter("今年").get(now.path("/indicators/T01")).json
    cards = by_target(told)
    assert cards[target(STUDY)]["carried"] == "new" and cards[target(STUDY)]["earlier"] is None
    assert cards[target(SECOND)]["carried"] == "same"
    assert cards[target(SECOND)]["earlier"]["verdict"] == "accepted"
    assert cards[target(SECOND)]["earlier"]["by"] == "去年"
    assert cards[target(MINUTES)]["carried"] == "reused"
    assert told["earlier"]["verdict"] == "partly" and told["earlier"]["points"] == 6


def test_nothing_is_decided_by_last_year(tmp_path: Path) -> None:
    _, now = rooms(tmp_path)
    browser = now.enter("今年")
    told = browser.get(now.path("/indicators/T01")).json
    assert told["verdict"] is None and told["again"] is True
    assert all(one["decision"] is None for one in told["evidence"])
    browser.post(now.path("/verdict"), {"key": key(), "version": 0, "indicator": "T01",
                                        "verdict": "met", "despite_open": True})
    assert browser.get(now.path("/indicators/T01")).json["again"] is False


def test_what_is_gone_is_told(tmp_path: Path) -> None:
    last = Room(screened(tmp_path / "last"))
    now = Room(screened(tmp_path / "now", leave_out=STUDY["passage"]), last=last.out)
    told = now.enter("今年").get(now.path("/earlier")).json
    assert told["there"] and told["label"] == "云岭市水务局"
    assert told["counts"]["gone"] == 1 and told["counts"]["new"] == 0
    assert [one["text"] for one in told["gone"]] == [STUDY["text"]]
    assert told["verdicts"] == {}


def test_without_last_year_nothing_is_said(room: Room) -> None:
    browser = room.enter("甲")
    assert browser.get(room.path("/earlier")).json["there"] is False
    cards = browser.get(room.path("/indicators/T01")).json["evidence"]
    assert {one["carried"] for one in cards} == {None}


def test_last_years_review_is_read_and_never_written(tmp_path: Path) -> None:
    last, now = rooms(tmp_path)
    before = (last.out / FILE).read_bytes()
    browser = now.enter("今年")
    now.decide(browser, SECOND)
    browser.get(now.path("/earlier"))
    assert (last.out / FILE).read_bytes() == before
