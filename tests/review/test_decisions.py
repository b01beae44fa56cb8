"""Deciding: what is refused, what is kept, what two people at once see."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from pipeline.store.decisions import chain, reading
from pipeline.store.decisions import state as kept
from tests.review.room import (
    PNG,
    UNPROPOSED,
    Browser,
    Room,
    demo,
    key,
    screened,
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
    ({"requirement": "T02.1", "period": "2023"}, "slot_unknown"),
    ({"requirement": "T01.1", "period": "1999"}, "slot_unknown"),
    ({"period": "2023"}, "slot_unknown"),
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
            "verdict": "accepted", "requirement": "T05.1", "period": "2024"})
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
        "key": key(), "version": 0, "indicator": "T01", "verdict": "met", **more})


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
    assert told["state"] == {"verdict": "met", "points": 8.5, "despite_unread": False}
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


# --- finding what was missed ------------------------------------------------------------------


def test_search_finds_words_however_they_are_set(room: Room) -> None:
    browser = room.enter("甲")
    for words in ("清真窗口", "清 真 窗口", "清"):
        (found,) = [row for row in browser.get(room.path(f"/search?q={words}")).json
                    if row["target"] == f"p:{unproposed()}"]
        (span,) = found["spans"]
        assert found["text"][span["start"]:span["end"]] == words.replace(" ", "")
    assert found["indicators"] == []
    study = browser.get(room.path("/search?q=应知应会测试")).json
    assert study[0]["indicators"] == ["T01"] and study[0]["opened"] is False
    assert browser.get(room.path("/search?q=照片001")).json[0]["target"].startswith("f:")
    assert browser.get(room.path("/search?q=")).status == 422
    assert browser.get(room.path("/search?q=" + "长" * 101)).status == 422


def test_nobody_is_looked_up(room: Room) -> None:
    browser = room.enter("甲")
    assert browser.get(room.path("/search?q=13812345678")).json == []
    found = browser.get(room.path("/search?q=清真窗口")).json[0]
    assert "13812345678" not in found["text"] and "138******78" in found["text"]
    everything = "".join(browser.get(room.path(path)).text for path in (
        "", "/indicators/T01", "/papers", "/queue?mode=sample", "/overview",
        f"/original?target=p:{unproposed()}"))
    assert "13812345678" not in everything and "138******78" in everything


def test_unmasking_has_a_reason_and_a_row(room: Room) -> None:
    lead, reviewer = room.enter("牵头", "lead"), room.enter("甲")
    body = {"key": key(), "target": f"p:{unproposed()}", "reason": "核对联系人电话"}
    assert reviewer.post(room.path("/unmask"), body).status == 403
    assert lead.post(room.path("/unmask"), {**body, "reason": ""}).status == 422
    assert lead.post(room.path("/unmask"), body).json["text"] == UNPROPOSED
    (row,) = room.enter("监督", "auditor").get(room.path("/audit")).json["entries"]
    assert (row["kind"], row["by"], row["note"]) == ("unmasked", "牵头", "核对联系人电话")


def test_the_sample_tells_how_much_was_found(room: Room) -> None:
    browser = room.enter("甲")
    (row,) = browser.get(room.path("/queue?mode=sample")).json["rows"]
    assert row["target"] == f"p:{unproposed()}" and row["decision"] is None
    body = {"key": key(), "version": 0, "target": row["target"], "verdict": "evidence"}
    assert browser.post(room.path("/sample"), body).json["error"] == "not_opened"
    browser.get(room.path(f"/original?target={row['target']}"))
    assert browser.post(room.path("/sample"), body).status == 200
    assert browser.get(room.path("/queue?mode=sample")).json["rows"] == []
    assert browser.post(room.path("/sample"), {**body, "key": key(), "target": target(FIRST)}
                        ).json["error"] == "not_in_sample"
    room.decide(browser, FIRST)
    told = browser.get(room.path("/recall")).json
    assert (told["found"], told["sampled"], told["of"], told["missed"]) == (1, 1, 1, 1)
    assert told["estimate"] == 0.5 and "50%" in told["words"]


def test_the_queues_leave_out_what_is_decided(room: Room) -> None:
    browser = room.enter("甲")
    before = browser.get(room.path("/queue?mode=open")).json
    room.decide(browser, FIRST)
    after = browser.get(room.path("/queue?mode=open")).json
    assert after["total"] == before["total"] - 1
    uncertain = browser.get(room.path("/queue?mode=uncertain&limit=1")).json["rows"]
    assert uncertain[0]["confidence"] == 0.919 and uncertain[0]["indicator"] == "T01"
    assert browser.get(room.path("/queue?mode=all")).status == 422


# --- originals --------------------------------------------------------------------------------


def test_the_original_is_shown_with_its_place(room: Room) -> None:
    browser = room.enter("甲")
    told = browser.get(room.path(f"/original?target={target(THIRD)}&indicator=T01")).json
    assert [row["marked"] for row in told["text"]] == [True]
    picture = told["picture"]
    assert (picture["page"], picture["pages"], picture["boxes"]) == (1, 3, [[1, 2, 3, 4]])
    png = browser.get(picture["url"])
    assert png.body == PNG + b"1" and png.header("content-type") == "image/png"
    assert png.header("cache-control").startswith("private")
    second = browser.get(room.path(f"/original?target={target(THIRD)}&page=2")).json
    assert second["picture"]["page"] == 2
    text = browser.get(room.path(f"/original?target={target(FIRST)}")).json
    assert text["picture"] is None and text["reason"] == "unsupported"
    assert [row["target"] for row in text["text"] if row["marked"]] == [target(FIRST)]
    assert browser.get(room.path("/pictures/" + "0" * 16 + "/1")).status == 404
    assert browser.get(room.path("/original?target=p:" + "0" * 16)).status == 404


def test_a_paper_that_is_gone_keeps_its_text(room: Room, tmp_path: Path) -> None:
    browser = room.enter("甲")
    assert card(browser, room, FIRST)["original_missing"] is True
    there = tmp_path / "out" / "papers" / demo.STUDY
    there.parent.mkdir(parents=True)
    there.write_bytes(b"x")
    assert card(browser, room, FIRST)["original_missing"] is False
    there.unlink()
    told = browser.get(room.path(f"/original?target={target(FIRST)}")).json
    assert told["missing"] is True and told["text"]
    room.office.original = lambda asked: None
    sha16 = demo.sha(demo.STUDY)[:16]
    assert browser.get(room.path(f"/download/{sha16}")).json["error"] == "original_missing"


def test_a_download_is_a_file_and_is_logged(room: Room) -> None:
    browser = room.enter("甲")
    answer = browser.get(room.path(f"/download/{demo.sha(demo.BULLETIN)[:16]}"))
    assert answer.body == b"original"
    assert answer.header("content-type") == "application/octet-stream"
    said = answer.header("content-disposition")
    assert said.startswith("attachment") and "<" not in said and "\r" not in said
    (row,) = room.enter("监督", "auditor").get(room.path("/audit")).json["entries"]
    assert row["kind"] == "downloaded" and row["by"] == "甲"


# --- a new screening --------------------------------------------------------------------------


def test_what_is_gone_after_a_new_screening_is_shown_as_orphaned(room: Room) -> None:
    browser = room.enter("甲")
    room.decide(browser, FIRST, note="留着")
    room.decide(browser, SECOND)
    screened(room.out, leave_out=FIRST["passage"], key="run-2")
    assert browser.get(room.path()).json["orphaned"] == 1
    found = browser.get(room.path("/indicators/T01")).json
    (orphan,) = found["orphaned"]
    assert orphan["text"] == FIRST["text"] and orphan["decision"]["note"] == "留着"
    assert target(FIRST) not in {one["target"] for one in found["evidence"]}
    assert card(browser, room, SECOND)["decision"]["state"]["verdict"] == "accepted"
    told = browser.get(room.path(f"/original?target={target(FIRST)}&indicator=T01")).json
    assert told["missing"] and told["text"][0]["text"] == FIRST["text"]
    again = room.decide(browser, FIRST, "rejected", version=1, reason="other_year")
    assert again.status == 200, "an orphan can still be settled"
    screened(room.out, key="run-3")
    assert browser.get(room.path()).json["orphaned"] == 0, "attached again by its id"
    assert card(browser, room, FIRST)["decision"]["state"]["reason"] == "other_year"


def test_the_record_leaves_with_its_head_and_a_row(room: Room) -> None:
    browser = room.enter("甲")
    room.decide(browser, FIRST)
    with reading(room.engine) as conn:
        _, head = chain.head(conn, room.unit)
    told = browser.get(room.path("/record.json"))
    assert told.json["chain"]["head"] == head
    assert told.header("content-disposition") == 'attachment; filename="record.json"'
    assert browser.get(room.path("/record.html")).status == 200
    assert browser.get(room.path("/record.xlsx")).body[:2] == b"PK"
    assert browser.get(room.path("/record.exe")).status == 404
    auditor = room.enter("监督", "auditor")
    kinds = [row["kind"] for row in auditor.get(room.path("/audit")).json["entries"]]
    assert kinds == ["evidence", "exported", "exported", "exported"]
    checked = auditor.get(room.path("/verify")).json
    assert checked["ok"] and checked["count"] == 4


def test_a_page_that_is_being_made_does_not_keep_the_text_waiting(room: Room) -> None:
    from pipeline.review.originals import Shown

    browser = room.enter("甲")
    room.office.show = lambda asked: Shown(None, page=asked.page, reason="pending")
    told = browser.get(room.path(f"/original?target={target(FIRST)}")).json
    assert (told["picture"], told["pending"], told["reason"]) == (None, True, None)
    assert told["text"] and card(browser, room, FIRST)["opened"] is True
    room.office.show = lambda asked: Shown(room.out / "ledger.sqlite", 595, 842, 1, 1,
                                           boxes=((1, 2, 3, 4),), as_read=False)
    told = browser.get(room.path(f"/original?target={target(THIRD)}")).json
    assert told["pending"] is False and told["picture"]["boxes"] == [[1, 2, 3, 4]]
    room.office.show = lambda asked: Shown(room.out / "ledger.sqlite", 595, 842, 1, 1,
                                           as_read=False)
    told = browser.get(room.path(f"/original?target={target(THIRD)}")).json
    assert told["picture"]["boxes"] == [], "the ledger's boxes are of another page"
