"""Finding what the tool missed, looking at originals, and what leaves the room."""

from __future__ import annotations

from pathlib import Path

from pipeline.store.decisions import chain, reading
from tests.review.room import (
    PNG,
    UNPROPOSED,
    Room,
    demo,
    key,
    screened,
    target,
    unproposed,
)
from tests.review.test_decisions import card

FIRST, SECOND, THIRD = demo.pieces()["T01"][:3]
PLAN = demo.pieces()["T02"][0]


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
    assert told["estimate"] is None and told["undefined"] == "undecided"
    # As long as it is open whether they are evidence, nobody knows how much was found.
    rows = [(id, row) for id, rows in demo.pieces().items() for row in rows if row != FIRST]
    assert told["open"] == len(rows) and f"{len(rows)} " in told["words"]
    for id, row in rows[:-1]:
        room.decide(browser, row, "rejected", id, reason="slogan")
    room.decide(browser, rows[-1][1], "unsure", rows[-1][0])
    told = browser.get(room.path("/recall")).json
    assert (told["open"], told["undefined"]) == (1, "undecided"), "unsure is no decision"
    room.decide(browser, rows[-1][1], "rejected", rows[-1][0], 1, reason="slogan")
    told = browser.get(room.path("/recall")).json
    assert told["estimate"] == 0.5 and "50%" in told["words"] and told["open"] == 0


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
