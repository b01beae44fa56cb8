"""A note, or another stage, without a verdict is seen, and orphaned as decisions are; what the tool
proposed is told as its proposal once people changed it."""

from __future__ import annotations

from pathlib import Path

from tests.review.room import Room, demo, screened, target
from tests.review.test_so_far import PLAN, again

ROWS = demo.pieces()["T01"]
NOTE = "签到表缺第二页"


def test_a_note_whose_passage_is_gone_is_an_orphan(room: Room) -> None:
    browser = room.enter("甲")
    row = PLAN
    assert room.decide(browser, row, None, "T02", note=NOTE).status == 200
    assert browser.get(room.path("/overview")).json["orphans"] == []
    again(room, leave_out=row["passage"])
    (orphan,) = browser.get(room.path("/overview")).json["orphans"]
    assert (orphan["target"], orphan["verdict"], orphan["note"]) == (target(row), None, NOTE)
    (card,) = browser.get(room.path("/indicators/T02")).json["orphaned"]
    assert card["orphan"] and card["decision"]["note"] == NOTE
    assert browser.get(room.path()).json["orphaned"] == 1


def test_an_undone_decision_is_no_orphan(tmp_path: Path) -> None:
    room = Room(screened(tmp_path / "out"))
    browser = room.enter("甲")
    row = PLAN
    assert room.decide(browser, row, None, "T02").status == 200
    again(room, leave_out=row["passage"])
    assert browser.get(room.path("/overview")).json["orphans"] == []


def test_the_tools_reason_says_when_people_changed_what_it_speaks_of(room: Room) -> None:
    browser = room.enter("甲")
    told = browser.get(room.path("/indicators/T01")).json
    assert not told["revised"] and "机器的提议" not in told["why"]
    assert room.decide(browser, ROWS[0]).status == 200
    assert not browser.get(room.path("/indicators/T01")).json["revised"], "it was as proposed"
    assert room.decide(browser, ROWS[1], "rejected", reason="slogan").status == 200
    told = browser.get(room.path("/indicators/T01")).json
    assert told["revised"] and told["why"].endswith("以各格为准）")


def test_a_paper_without_a_picture_is_no_mistake_of_who_asks(room: Room) -> None:
    browser = room.enter("甲")
    files = {one["path"]: one["sha16"] for one in browser.get(room.path("/papers")).json}
    told = browser.get(room.path(f"/pictures/{files[demo.STUDY]}/1"))
    assert (told.status, told.header("x-picture"), told.body) == (204, "none", b"")
    assert browser.get(room.path(f"/pictures/{'0' * 16}/1")).status == 404
