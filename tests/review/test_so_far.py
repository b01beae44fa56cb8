"""Progress counts one kind of thing; a verdict says what it rests on, and when that changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.language import say
from pipeline.store.ledger import Ledger
from tests.review.room import Browser, Room, demo, key, screened, target, unproposed

ROWS = demo.pieces()["T01"]
PLAN, RECEIVED = demo.pieces()["T02"]
UNPROPOSED = {"passage": unproposed()}


def judge(room: Room, browser: Browser, verdict: str = "met", indicator: str = "T02",
          version: int = 0, **more: Any) -> Any:
    return browser.post(room.path("/verdict"), {
        "key": key(), "version": version, "indicator": indicator, "verdict": verdict, **more})


def again(room: Room, **more: Any) -> None:
    """The unit, screened anew."""
    screened(room.out, key="run-2", **more)


def item(room: Room, browser: Browser, id: str) -> Any:
    return next(one for group in browser.get(room.path()).json["groups"]
                for one in group["indicators"] if one["id"] == id)


# --- progress ---------------------------------------------------------------------------------


def test_what_people_add_is_not_counted_among_the_proposals(room: Room) -> None:
    browser = room.enter("甲")
    room.decide(browser, PLAN, indicator="T02")
    room.decide(browser, RECEIVED, "rejected", "T02", reason="moved", moved_to="T04")
    for row in (UNPROPOSED, ROWS[0]):
        room.decide(browser, row, indicator="T04")
    told = browser.get(room.path()).json["progress"]
    assert (told["decided"], told["accepted"], told["rejected"], told["added"]) == (2, 1, 1, 3)
    assert told["proposed"] == sum(map(len, demo.pieces().values()))
    empty = item(room, browser, "T04")
    assert (empty["evidence"], empty["decided"], empty["added"]) == (0, 0, 3)
    (row,) = [one for one in browser.get(room.path("/overview")).json["rows"]
              if one["id"] == "T04"]
    assert (row["evidence"], row["decided"], row["added"]) == (0, 0, 3)
    again(room, leave_out=PLAN["passage"])
    told = browser.get(room.path()).json["progress"]
    assert (told["decided"], told["added"], told["orphaned"]) == (1, 3, 1)


def test_a_verdict_is_waited_for_where_something_is_owed(room: Room) -> None:
    browser = room.enter("甲")
    judge(room, browser, "na", "D02")
    judge(room, browser, "na", "T02")
    told = browser.get(room.path()).json["progress"]
    # Seven indicators and the duty that the unit owes; the committee's is told as background.
    assert (told["indicators"], told["verdicts"]) == (8, 1)
    assert [item(room, browser, id)["owed"] for id in ("T02", "D01", "D02")] == [True, True, False]


# --- verdicts ---------------------------------------------------------------------------------


@pytest.mark.parametrize("verdict", ["met", "partly", "not_met"])
def test_who_looked_at_nothing_is_told_so_first(room: Room, verdict: str) -> None:
    browser = room.enter("甲")
    told = judge(room, browser, verdict, despite_unread=True)
    assert told.status == 422 and told.json["error"] == "evidence_open"
    assert (told.json["open"], told.json["proposed"], told.json["decided"]) == (2, 2, 0)
    assert told.json["text"] == say("review.error.evidence_unseen", "zh", proposed=2)
    sure = judge(room, browser, verdict, despite_unread=True, despite_open=True)
    assert sure.status == 200
    assert (sure.json["state"]["decided"], sure.json["state"]["proposed"]) == (0, 2)


def test_who_has_some_left_is_told_how_many(room: Room) -> None:
    browser = room.enter("甲")
    room.decide(browser, PLAN, indicator="T02")
    told = judge(room, browser)
    assert (told.json["open"], told.json["decided"]) == (1, 1)
    assert told.json["text"] == say("review.error.evidence_open", "zh", proposed=2, open=1)
    room.decide(browser, RECEIVED, "rejected", "T02", reason="received")
    sure = judge(room, browser)
    assert sure.status == 200 and sure.json["state"]["decided"] == 2


def test_who_accepted_nothing_is_told_so_first(room: Room) -> None:
    browser = room.enter("甲")
    told = judge(room, browser, indicator="T04").json
    assert (told["error"], told["text"]) == (
        "evidence_open", say("review.error.evidence_bare", "zh"))
    assert judge(room, browser, "site", "T04").status == 200
    room.decide(browser, UNPROPOSED, indicator="T06")
    assert judge(room, browser, "met", "T06").status == 200


def test_the_same_verdict_sent_again_is_the_same(room: Room) -> None:
    browser = room.enter("甲")
    body = {"key": key(), "version": 0, "indicator": "T02", "verdict": "met",
            "despite_open": True}
    first = browser.post(room.path("/verdict"), body)
    room.decide(browser, PLAN, indicator="T02")
    assert browser.post(room.path("/verdict"), body).json == first.json


# --- after another screening ------------------------------------------------------------------


def test_what_is_gone_and_what_rested_on_it_is_at_a_glance(room: Room) -> None:
    browser = room.enter("甲")
    room.decide(browser, PLAN, indicator="T02", note="方案")
    judge(room, browser, despite_open=True)
    judge(room, browser, indicator="T01", despite_open=True)
    told = browser.get(room.path("/overview")).json
    assert told["orphans"] == told["changed"] == []
    again(room, leave_out=PLAN["passage"])
    told = browser.get(room.path("/overview")).json
    (orphan,) = told["orphans"]
    assert (orphan["indicator"], orphan["target"], orphan["verdict"], orphan["by"]) == (
        "T02", target(PLAN), "accepted", "甲")
    assert orphan["text"] == PLAN["text"][:120] and orphan["path"] == demo.PLAN
    (changed,) = told["changed"]
    assert (changed["indicator"], changed["verdict"], changed["new"], changed["gone"]) == (
        "T02", "met", 0, 1)
    assert browser.get(room.path("/indicators/T02")).json["changed"] == {"new": 0, "gone": 1}
    assert item(room, browser, "T01")["changed"] is None
    judge(room, browser, version=1, despite_open=True)
    assert browser.get(room.path("/overview")).json["changed"] == []


def test_a_verdict_on_an_indicator_that_is_gone_is_at_a_glance(room: Room) -> None:
    browser = room.enter("甲")
    judge(room, browser, "site", "T06", note="实地看过")
    with Ledger(room.out / "ledger.sqlite") as ledger:
        ledger._base.execute("DELETE FROM entry WHERE json_extract(CAST(record AS TEXT), '$.id')"
                             "='T06'")
    told = browser.get(room.path("/overview")).json
    (orphan,) = told["orphans"]
    assert (orphan["indicator"], orphan["target"], orphan["verdict"]) == ("T06", None, "site")
    assert told["progress"]["orphaned"] == browser.get(room.path()).json["orphaned"] == 1


def test_what_is_new_is_told_as_well(tmp_path: Path) -> None:
    room = Room(screened(tmp_path / "out", leave_out=PLAN["passage"]))
    browser = room.enter("甲")
    judge(room, browser, despite_open=True)
    again(room)
    assert item(room, browser, "T02")["changed"] == {"new": 1, "gone": 0}


def test_a_proposal_that_is_gone_is_no_attachment(room: Room) -> None:
    browser = room.enter("甲")
    room.decide(browser, PLAN, indicator="T02")
    again(room, leave_out=PLAN["passage"])
    noted = room.decide(browser, PLAN, indicator="T02", version=1, note="原件另存")
    assert noted.status == 200 and noted.json["state"]["attached"] is False
    (orphan,) = browser.get(room.path("/indicators/T02")).json["orphaned"]
    assert orphan["orphan"] and not orphan["attached"] and orphan["of"] == "passage"


def test_what_is_no_longer_proposed_is_not_dropped(room: Room) -> None:
    browser = room.enter("甲")
    room.decide(browser, PLAN, indicator="T02")
    with Ledger(room.out / "ledger.sqlite") as ledger:
        ledger._base.execute("DELETE FROM evidence WHERE item='T02' AND passage=?",
                             (PLAN["passage"],))
    told = browser.get(room.path("/indicators/T02")).json
    (card,) = [one for one in told["evidence"] if one["target"] == target(PLAN)]
    assert card["no_longer"] and not card["attached"] and card["decision"]["by"] == "甲"
    noted = room.decide(browser, PLAN, indicator="T02", version=1, note="仍然采信")
    assert noted.json["state"]["attached"] is False
    assert told["decided"] == 0 and told["added"] == 1
