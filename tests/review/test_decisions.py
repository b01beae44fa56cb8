"""Deciding: what is refused, what is kept, what two people at once see."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from pipeline.store.decisions import chain, reading
from pipeline.store.decisions import state as kept
from tests.review.room import (
    Browser,
    Room,
    demo,
    key,
    target,
    unproposed,
)

FIRST, SECOND, THIRD = demo.pieces()["T01"][:3]
PLAN = demo.pieces()["T02"][0]


def card(browser: Browser, room: Room, row: dict[str, Any], indicator: str = "T01"
         ) -> dict[str, Any]:
    found = browser.get(room.path(f"/indicators/{indicator}")).json
    return next(one for one in found["evidence"] if one["target"] == target(row))


def sent(room: Room, row: dict[str, Any] = FIRST, **more: Any) -> dict[str, Any]:
    return {"key": key(), "version": 0, "indicator": "T01", "target": target(row),
            "verdict": "accepted", **more}


def test_a_decision_is_kept_with_what_was_shown(room: Room) -> None:
    browser = room.enter("甲")
    answer = room.decide(browser, SECOND, note="原件第4段")
    assert answer.json["entry"]["version"] == 1 and answer.json["state"]["verdict"] == "accepted"
    told = card(browser, room, SECOND)["decision"]
    assert (told["by"], told["note"], told["version"]) == ("甲", "原件第4段", 1)
    with reading(room.engine) as conn:
        (entry,) = kept.entries(conn, room.unit, kind="evidence")
        assert chain.verify(conn, room.unit).bad is None
    assert entry.shown["text"] == SECOND["text"] and entry.shown["confidence"] == 0.919
    assert entry.shown["places"] == SECOND["places"] and entry.shown["path"] == demo.STUDY
    assert (entry.model, entry.run, entry.rubric) == ("themes-9", "run-1", demo.sha("rubric"))


def test_what_was_not_opened_cannot_be_decided(room: Room) -> None:
    browser, other = room.enter("甲"), room.enter("乙")
    assert browser.post(room.path("/evidence"), sent(room)).json["error"] == "not_opened"
    other.get(room.path(f"/original?target={target(FIRST)}"))
    assert browser.post(room.path("/evidence"), sent(room)).json["error"] == "not_opened"
    assert card(browser, room, FIRST)["opened"] is False
    browser.get(room.path(f"/original?target={target(FIRST)}"))
    assert card(browser, room, FIRST)["opened"] is True
    assert browser.post(room.path("/evidence"), sent(room)).status == 200


@pytest.mark.parametrize(("more", "error"), [
    ({"verdict": "rejected"}, "reason_missing"),
    ({"verdict": "rejected", "reason": "because"}, "invalid"),
    ({"reason": "slogan"}, "reason_unasked"),
    ({"verdict": "rejected", "reason": "moved"}, "moved_where"),
    ({"verdict": "rejected", "reason": "moved", "moved_to": "T01"}, "moved_where"),
    ({"verdict": "rejected", "reason": "moved", "moved_to": "T99"}, "moved_where"),
    ({"verdict": "rejected", "reason": "slogan", "moved_to": "T02"}, "moved_where"),
    ({"verdict": "confirmed"}, "invalid"), ({"verdict": True}, "invalid"),
    ({"verdict": ["accepted", "accepted"]}, "invalid"),
    ({"version": -1}, "invalid"), ({"version": "0"}, "invalid"), ({"version": 0.5}, "invalid"),
    ({"key": "短"}, "invalid"), ({"key": ""}, "invalid"),
    ({"note": "长" * 4001}, "invalid"), ({"stage": "dream"}, "invalid"),
    ({"by": "别人"}, "invalid"), ({"seat": "lead"}, "invalid"), ({"account": "x"}, "invalid"),
    ({"target": "p:' OR 1=1 --"}, "invalid"), ({"target": "../../etc/passwd"}, "invalid"),
    ({"target": "p:" + "0" * 16}, "target_unknown"),
    ({"target": "f:" + "0" * 16}, "target_unknown"),
    ({"slots": [["T02.1", "2023"]]}, "slot_unknown"),
    ({"slots": [["T01.1", "1999"]]}, "slot_unknown"),
    ({"slots": [["", "2023"]]}, "invalid"), ({"slots": [["T01.1"]]}, "invalid"),
    ({"slots": [["T01.1", None]]}, "invalid"), ({"slots": "T01.1"}, "invalid"),
    ({"slots": [["T01.1", "2023"]] * 401}, "invalid"),
    ({"verdict": "unsure", "slots": [["T01.1", "2023"]]}, "slots_unasked"),
    ({"verdict": "rejected", "reason": "slogan", "slots": [["T01.1", "2023"]]}, "slots_unasked"),
    ({"verdict": "rejected", "reason": "moved", "moved_to": "T05",
      "slots": [["T01.1", "2023"]]}, "slot_unknown"),
    ({"key": "a" * 64}, "invalid"),
    ({"requirement": "T01.1", "period": "2023"}, "invalid"),
    ({"indicator": "T99"}, "not_found"), ({"indicator": ""}, "invalid"),
])
def test_what_is_wrong_has_a_name(room: Room, more: dict[str, Any], error: str) -> None:
    browser = room.enter("甲")
    browser.get(room.path(f"/original?target={target(FIRST)}"))
    answer = browser.post(room.path("/evidence"), sent(room, **more))
    assert answer.status in (422, 404) and answer.json["error"] == error
    assert answer.json["text"]
    with reading(room.engine) as conn:
        assert list(kept.entries(conn, room.unit)) == []


def test_two_at_once_and_the_loser_sees_both(room: Room) -> None:
    one, other = room.enter("甲"), room.enter("乙")
    assert room.decide(one, FIRST, note="我看是").status == 200
    lost = room.decide(other, FIRST, "rejected", reason="slogan")
    assert lost.status == 409 and lost.json["error"] == "conflict"
    assert lost.json["mine"]["state"]["verdict"] == "rejected"
    assert lost.json["theirs"]["state"]["verdict"] == "accepted"
    assert lost.json["theirs"]["by"] == "甲" and lost.json["theirs"]["note"] == "我看是"
    again = room.decide(other, FIRST, "rejected", version=lost.json["version"], reason="slogan")
    assert again.status == 200 and again.json["entry"]["version"] == 2


def test_of_many_at_once_exactly_one_is_first(room: Room) -> None:
    browsers = [room.enter(f"人{number}") for number in range(6)]
    for browser in browsers:
        browser.get(room.path(f"/original?target={target(FIRST)}"))
    statuses: list[int] = []

    def decide(browser: Browser) -> None:
        statuses.append(browser.post(room.path("/evidence"), sent(room)).status)

    threads = [threading.Thread(target=decide, args=(browser,)) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 409, 409, 409, 409, 409]


def test_the_same_key_again_writes_nothing(room: Room) -> None:
    browser = room.enter("甲")
    browser.get(room.path(f"/original?target={target(FIRST)}"))
    body = sent(room)
    first, again = (browser.post(room.path("/evidence"), body) for _ in range(2))
    assert first.status == again.status == 200 and first.json == again.json
    other = browser.post(room.path("/evidence"), {**body, "verdict": "unsure"})
    assert other.status == 409 and other.json["error"] == "key_taken"
    with reading(room.engine) as conn:
        assert len(list(kept.entries(conn, room.unit))) == 1


def test_undo_goes_back_and_is_kept(room: Room) -> None:
    browser = room.enter("甲")
    room.decide(browser, FIRST, note="一")
    room.decide(browser, FIRST, "rejected", version=1, reason="slogan", note="二")
    body = {"key": key(), "version": 2, "indicator": "T01", "target": target(FIRST)}
    answer = browser.post(room.path("/undo"), body)
    assert answer.json["state"]["verdict"] == "accepted" and answer.json["note"] == "一"
    assert browser.post(room.path("/undo"), body).json == answer.json, "the same key"
    assert card(browser, room, FIRST)["decision"]["note"] == "一"
    assert browser.post(room.path("/undo"), {**body, "key": key()}).status == 409
    room.decide(browser, SECOND)
    gone = browser.post(room.path("/undo"), {"key": key(), "version": 1, "indicator": "T01",
                                             "target": target(SECOND)})
    assert gone.json["state"]["verdict"] is None
    none = browser.post(room.path("/undo"), {"key": key(), "version": 0, "indicator": "T01",
                                             "target": target(THIRD)})
    assert none.json["error"] == "nothing_to_undo"
    with reading(room.engine) as conn:
        assert len(list(kept.entries(conn, room.unit))) == 5


def test_moving_is_two_decisions_and_one_transaction(room: Room) -> None:
    browser = room.enter("甲")
    browser.get(room.path(f"/original?target={target(FIRST)}"))
    body = sent(room, verdict="rejected", reason="moved", moved_to="T05")
    first, again = (browser.post(room.path("/evidence"), body) for _ in range(2))
    assert first.json == again.json
    there = card(browser, room, FIRST, "T05")
    assert there["attached"] and there["decision"]["state"]["verdict"] == "accepted"
    assert card(browser, room, FIRST)["decision"]["state"]["moved_to"] == "T05"
    with reading(room.engine) as conn:
        assert len(list(kept.entries(conn, room.unit))) == 2


def test_any_passage_paper_or_photo_can_be_attached(room: Room) -> None:
    browser = room.enter("甲")
    photo = "f:" + demo.sha("2022年/扫描件/照片001.jpg")[:16]
    passage = f"p:{unproposed()}"
    for thing in (photo, passage):
        assert browser.get(room.path(f"/original?target={thing}&indicator=T05")).status == 200
        told = browser.post(room.path("/evidence"), {
            "key": key(), "version": 0, "indicator": "T05", "target": thing,
            "verdict": "accepted", "slots": [["T05.1", "2024"]]})
        assert told.json["state"]["attached"] is True, told.text
    found = browser.get(room.path("/indicators/T05")).json
    cards = {one["target"]: one for one in found["evidence"]}
    assert cards[passage]["text"].startswith("2023年9月") and cards[photo]["text"] == ""
    assert cards[photo]["path"] == "2022年/扫描件/照片001.jpg"
    cell = next(one for one in found["cells"]
                if (one["requirement"], one["period"]) == ("T05.1", "2024"))
    assert cell["state"] == "confirmed" and cell["count"] == 2


def test_a_proposal_is_no_confirmation(room: Room) -> None:
    browser = room.enter("甲")
    groups = browser.get(room.path()).json["groups"]
    cells = [cell for group in groups for one in group["indicators"] for cell in one["cells"]]
    assert cells and "confirmed" not in {cell["state"] for cell in cells}
    verdicts = [one["verdict"] for group in groups for one in group["indicators"]]
    assert set(verdicts) == {None}


# --- verdicts on indicators -------------------------------------------------------------------


def judged(room: Room, browser: Browser, **more: Any) -> Any:
    return browser.post(room.path("/verdict"), {
        "key": key(), "version": 0, "indicator": "T01", "verdict": "met", "despite_open": True,
        **more})


def test_points_are_the_humans_and_bounded(room: Room) -> None:
    browser = room.enter("甲")
    assert browser.get(room.path("/indicators/T01")).json["verdict"] is None
    for points in (10.5, -1, 1e308):
        told = judged(room, browser, points=points)
        assert told.status == 422 and told.json["error"] in ("points_out_of_bounds", "invalid")
    assert judged(room, browser, points="8").json["error"] == "invalid"
    headers = {"content-type": "application/json", "sec-fetch-site": "same-origin"}
    for odd in (b"NaN", b"Infinity", b"1e999"):
        raw = b'{"key":"key-nan-0","version":0,"indicator":"T01","verdict":"met","points":%s}' % odd
        assert browser.ask("POST", room.path("/verdict"), raw, headers).status == 422
    assert judged(room, browser, points=8.5, note="总体较好").status == 200
    told = browser.get(room.path("/indicators/T01")).json["verdict"]
    assert told["state"] == {"verdict": "met", "points": 8.5, "despite_unread": False,
                             "decided": 0, "proposed": 16}
    assert told["by"] == "甲"
    deducting = judged(room, browser, indicator="TD", points=20)
    assert deducting.status == 200, "nothing bounds what is taken off"


def test_unread_is_not_absent(room: Room) -> None:
    browser = room.enter("甲")
    told = judged(room, browser, verdict="not_met")
    assert told.json["error"] == "unread_stands" and told.json["unread"] == 26
    assert judged(room, browser, verdict="not_met", despite_unread=True).status == 200
    assert len(browser.get(room.path()).json["unread"]) == 26


def test_a_verdict_can_be_undone(room: Room) -> None:
    browser = room.enter("甲")
    judged(room, browser, points=3)
    told = browser.post(room.path("/undo"), {"key": key(), "version": 1, "indicator": "T01",
                                             "kind": "verdict"})
    assert told.json["state"] == {"verdict": None, "points": None, "despite_unread": False}


def test_the_units_answers_all_stay(room: Room) -> None:
    browser = room.enter("甲")
    body = {"indicator": "T01", "requirement": "T01.1", "period": "2023"}
    for note in ("原件在档案室", "补充：另有会议记录", "<img src=x onerror=alert(1)>"):
        assert browser.post(room.path("/answer"), {**body, "key": key(), "note": note}
                            ).status == 200
    found = browser.get(room.path("/indicators/T01")).json
    assert [one["text"] for one in found["answers"]] == [
        "原件在档案室", "补充：另有会议记录", "<img src=x onerror=alert(1)>"]
    cell = next(one for one in found["cells"] if one["period"] == "2023")
    assert cell["answers"] == 3
    for bad in ({**body, "note": "  "}, {**body, "note": "x", "period": "1999"}):
        assert browser.post(room.path("/answer"), {**bad, "key": key()}).status == 422
    routes = {route.path for route in room.routes.routes if "DELETE" in route.methods}
    assert routes == set()
