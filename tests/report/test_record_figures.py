"""What the record of a review counts, and what is left of it once the texts are purged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pipeline import language
from pipeline.errors import InputError
from pipeline.language import say
from pipeline.report.record import KINDS, schema, words, write
from pipeline.report.record.standing import sampled, standing, visible
from pipeline.review.recall import drawn
from pipeline.review.record import record
from pipeline.store.decisions import base, purge
from pipeline.store.ledger import Ledger
from tests.report import ledger_fixture as demo
from tests.report.record_fixture import (
    UNTOLD,
    Review,
    evidence,
    passage_of,
    target,
    verdict,
)

Row = dict[str, Any]


@pytest.fixture
def review(tmp_path: Path) -> Iterator[Review]:
    made = Review(tmp_path / "out")
    yield made
    made.engine.dispose()


def told(review: Review) -> Row:
    with review.reading() as conn:
        found = record(conn, review.out, review.unit.id)
    jsonschema.Draft202012Validator(schema()).validate(found)
    return json.loads(json.dumps(found))  # type: ignore[no-any-return]


def item(found: Row, id: str) -> Row:
    return next(one for one in found["indicators"] if one["id"] == id)  # type: ignore[no-any-return]


def states(found: Row, id: str) -> dict[tuple[str, str], str]:
    return {(one["requirement"], one["period"]): one["state"] for one in item(found, id)["slots"]}


# --- slots --------------------------------------------------------------------------------------


def test_only_the_slots_that_were_confirmed_are(review: Review) -> None:
    both = [["T05.1", "2023"], ["T05.2", "2023"]]
    subject = f"T05|{target('T05', 0)}"
    review.write("周复核", "evidence", subject, evidence("accepted", slots=both[:1]))
    found = told(review)
    assert item(found, "T05")["accepted"][0]["serves"] == both[:1]
    assert states(found, "T05")["T05.1", "2023"] == "confirmed"
    assert states(found, "T05")["T05.2", "2023"] == "nothing" \
        or states(found, "T05")["T05.2", "2023"] == "unread"
    review.write("周复核", "evidence", subject, evidence("accepted", slots=[]))
    assert item(told(review), "T05")["accepted"][0]["serves"] == []
    assert states(told(review), "T05")["T05.1", "2023"] != "confirmed"


def test_an_entry_of_old_confirms_what_it_confirmed(review: Review) -> None:
    review.write("周复核", "evidence", f"T05|{target('T05', 0)}", evidence("accepted"))
    found = told(review)
    assert item(found, "T05")["accepted"][0]["serves"] == [["T05.1", "2023"], ["T05.2", "2023"]]
    assert states(found, "T05")["T05.2", "2023"] == "confirmed"


def test_two_who_confirm_different_slots_differ(review: Review) -> None:
    review.blind(handed_in=0)
    subject = f"T05|{target('T05', 0)}"
    for who, slots in (("甲复核", [["T05.1", "2023"]]), ("乙复核", [["T05.2", "2023"]])):
        review.write(who, "evidence", subject, evidence("accepted", slots=slots), seat="own")
        review.write(who, "handed_in", "", {}, seat="own")
    with review.reading() as conn:
        one = standing(conn, review.unit.id, visible(conn, review.unit.id), "evidence")[subject]
    assert one.differs and one.state is None
    found = told(review)
    assert subject.partition("|")[2] in [row["target"] for row in found["differences"]]
    # Both call it evidence: on that they agree.
    (row,) = [row for row in found["agreement"]["rows"] if row["indicator"] == "T05"]
    assert (row["n"], row["positive"]) == (1, 1.0)


# --- verdicts -----------------------------------------------------------------------------------


def test_a_verdict_tells_how_much_was_decided_when_it_was_given(review: Review,
                                                                tmp_path: Path) -> None:
    review.write("周复核", "verdict", "T01", {**verdict("met", 9), "decided": 3, "proposed": 16})
    review.write("周复核", "verdict", "T02", verdict("met"))
    found = told(review)
    assert item(found, "T01")["verdict"]["decided"] == 3
    assert item(found, "T02")["verdict"]["proposed"] is None, "of old; nobody wrote it down"
    with language.speaking("zh"):
        write(tmp_path / "record.html", "html", found)
    page = (tmp_path / "record.html").read_text("utf-8")
    assert page.count(say("record.rested", decided=3, proposed=16)) == 1


# --- agreement and recall -----------------------------------------------------------------------


def test_pairs_that_are_left_out_are_told(review: Review) -> None:
    found = told(review.blind())["agreement"]
    assert (found["all"]["n"], found["all"]["unsure"]) == (3, 1)
    with language.speaking("zh"):
        assert "1 对" in words.remark(found["all"])


def test_the_sample_is_in_the_record(review: Review) -> None:
    with Ledger(review.out / "ledger.sqlite") as ledger:
        order = drawn(ledger, review.unit.id)
    assert sorted(order) == sorted(map(passage_of, UNTOLD))
    for place, id in enumerate(order[:4]):
        word = "evidence" if place == 1 else "none"
        review.write("周复核", "sample", f"p:{id}", {"verdict": word})
    found = told(review.together())["recall"]
    assert found["open"] > 0 and found["undefined"] == "undecided" and found["estimate"] is None
    with language.speaking("zh"):
        assert str(found["open"]) in words.recall(found)
    for id, rows in demo.pieces().items():
        for place in range(len(rows)):
            if (id, place) not in {("T01", 0), ("T01", 1), ("T03", 1), ("T02", 0)}:
                review.write("周复核", "evidence", f"{id}|{target(id, place)}",
                             evidence("rejected", reason="slogan"))
    found = told(review)["recall"]
    assert (found["sampled"], found["of"], found["missed"]) == (4, 8, 1)
    # The proposals that were accepted; what people attached is not what the tool found.
    assert found["found"] == 4 and found["estimate"] == pytest.approx(4 / 6)
    assert found["low"] < found["estimate"] < found["high"] and found["open"] == 0


def test_two_who_differ_on_a_sampled_passage_found_evidence_until_settled(review: Review) -> None:
    review.blind()
    subject = f"p:{passage_of(UNTOLD[0])}"
    review.write("甲复核", "sample", subject, {"verdict": "evidence"}, seat="own")
    review.write("乙复核", "sample", subject, {"verdict": "none"}, seat="own")
    with review.reading() as conn:
        seats = visible(conn, review.unit.id)
        assert sampled(conn, review.unit.id, seats) == {subject[2:]: "evidence"}
    review.write("组长", "sample", subject, {"verdict": "none"}, seat="lead")
    with review.reading() as conn:
        assert sampled(conn, review.unit.id, seats) == {subject[2:]: "none"}


# --- what is no paper any more ------------------------------------------------------------------


def test_what_was_a_proposal_is_none_that_people_attached(review: Review) -> None:
    shown = {"text": "已不在的一段", "path": "旧/已删.docx", "voters": ["党组理论学习"]}
    for id, more in (("a", {"voters": []}), ("b", {})):
        review.write("周复核", "evidence", f"T01|p:{id * 16}", evidence("accepted", attached=True),
                     shown={**shown, **more})
    orphans = {one["target"]: one["attached"] for one in told(review)["orphaned"]}
    assert orphans == {"p:" + "a" * 16: True, "p:" + "b" * 16: False}


def test_a_photograph_is_not_unread(review: Review) -> None:
    photo = "2022年/扫描件/照片001.jpg"
    before = told(review)
    assert before["photos"] == [] and photo in [one["path"] for one in before["unread"]]
    with Ledger(review.out / "ledger.sqlite") as ledger:
        ledger._replace(photo, {**(ledger.file(photo) or {}), "reason": "no_words"})
        # A scan without words may be a paper that nobody could read.
        ledger._replace(demo.SCAN, {**(ledger.file(demo.SCAN) or {}), "reason": "no_words"})
    found = told(review)
    assert found["photos"] == [photo]
    assert len(found["unread"]) == len(before["unread"]) - 1


def purged(review: Review, answers: bool = False) -> None:
    with base.writing(review.engine) as conn:
        purge(conn, review.unit.id, review.account("周复核"), answers=answers)
    (review.out / "ledger.sqlite").unlink()


def test_after_a_purge_what_is_kept_is_told(review: Review, tmp_path: Path,
                                            monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.report.record.purged.load", lambda id: demo.rubric())
    purged(review.together())
    found = told(review)
    assert found["purged"]["answers"] is False and found["chain"]["verifies"]
    first = item(found, "T01")
    assert (first["verdict"]["verdict"], first["verdict"]["points"]) == ("met", 9.5)
    assert len(first["accepted"]) == 3 and len(first["rejected"]) == 1
    assert [one["reason"] for one in first["rejected"]] == ["slogan"]
    assert [one["text"] for one in item(found, "T02")["answers"]] == [
        "2022年会议纪要随后补交。", f"已补交，{demo.SCRIPT}"]
    assert found["recall"] is None and found["orphaned"] == []
    everything = json.dumps(found, ensure_ascii=False)
    assert "只有口号" not in everything and "已删" not in everything
    for kind in KINDS:
        write(tmp_path / f"record.{kind}", kind, found)
    with language.speaking("zh"):
        assert words.purged(found["purged"]) in (tmp_path / "record.html").read_text("utf-8")


def test_after_a_purge_of_a_rubric_that_is_gone_ids_are_told(review: Review) -> None:
    purged(review.together(), answers=True)
    found = told(review)
    assert found["indicators"] == [] and found["rubric"]["title"] == "demo-2024"
    assert {one["indicator"] for one in found["orphaned_verdicts"]} == {"T01", "T02", "T04"}
    assert len(found["orphaned"]) == 10 and found["purged"]["answers"] is True
    assert {one["text"] for one in found["orphaned_answers"]} == {""}


def test_a_unit_that_lost_its_ledger_otherwise_is_told(review: Review) -> None:
    (review.out / "ledger.sqlite").unlink()
    with pytest.raises(InputError, match="run_unscreened"):
        told(review)
