"""The record of a review: what people said is in it, all of it and nothing else."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from lxml import html as reader
from openpyxl import load_workbook
from sqlalchemy import text

from pipeline import language
from pipeline.errors import InputError
from pipeline.language import say
from pipeline.report.record import book, gathered, schema, write
from pipeline.report.record.standing import all_in, standing, visible
from pipeline.review.record import record
from pipeline.store.decisions import base
from tests.report import ledger_fixture as demo
from tests.report.record_fixture import (
    Review,
    evidence,
    target,
    verdict,
)

Row = dict[str, Any]
SCHEMA = schema()


@pytest.fixture
def review(tmp_path: Path) -> Iterator[Review]:
    made = Review(tmp_path / "out")
    yield made
    made.engine.dispose()


def told(review: Review, seat: str | None = None) -> Row:
    with review.reading() as conn:
        found = record(conn, review.out, review.unit.id, seat)
    jsonschema.Draft202012Validator(schema()).validate(found)
    return json.loads(json.dumps(found))  # type: ignore[no-any-return]


def item(found: Row, id: str) -> Row:
    (one,) = (one for one in found["indicators"] if one["id"] == id)
    return one  # type: ignore[no-any-return]


def slot(one: Row, requirement: str, period: str) -> Row:
    (found,) = (slot for slot in one["slots"]
                if (slot["requirement"], slot["period"]) == (requirement, period))
    return found  # type: ignore[no-any-return]


# --- what is in it ------------------------------------------------------------------------------


def test_before_anybody_decided_nothing_is_filled_in(review: Review) -> None:
    found = told(review)
    assert all(one["verdict"] is None and not one["accepted"] for one in found["indicators"])
    assert not any(slot["state"] == "confirmed" for one in found["indicators"]
                   for slot in one["slots"])
    assert found["chain"] == {"count": 0, "head": "0" * 64, "verifies": True, "bad": None}
    assert found["statement"] == say("record.statement")
    assert len(found["unread"]) == 26 and found["unread"][0]["reason"]


def test_what_people_said_stands_there_with_who_when_and_why(review: Review) -> None:
    found = told(review.together())
    first = item(found, "T01")
    assert first["verdict"]["verdict"] == "met" and first["verdict"]["points"] == 9.5
    assert first["verdict"]["note"] == "材料齐全" and first["verdict"]["by"] == ["周复核"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", first["verdict"]["at"])
    assert [row["target"] for row in first["accepted"]] == [target("T01", 0), target("T01", 1)]
    row = first["accepted"][0]
    assert row["path"] == demo.STUDY and row["stage"] == "result" and row["places"][0] == {
        "paragraph": 12, "in": "body"}
    assert first["rejected"][0]["reason"] == "slogan"
    assert [row["target"] for row in first["unsure"]] == [target("T01", 3)]
    assert first["open"] == len(demo.pieces()["T01"]) - 4
    second = item(found, "T02")
    assert second["verdict"]["points"] == 0 and second["verdict"]["despite_unread"]
    assert second["rejected"][0]["moved_to"] == "T05"
    moved = item(found, "T05")["accepted"][0]
    assert moved["target"] == second["rejected"][0]["target"]
    assert (moved["stage"], moved["stage_changed"], moved["attached"]) == ("done", True, True)
    assert item(found, "T04")["accepted"][0]["text"].startswith("未被提议的第1段文字")
    photo = item(found, "T06")["accepted"][0]
    assert (photo["path"], photo["text"]) == (demo.SCAN, "")
    assert found["reviewers"] == [{"name": "周复核", "lead": False, "handed_in": False}]
    assert found["decided_with"] == [{"model": "themes-9", "rubric": demo.sha("rubric"),
                                      "run": "0" * 64, "decisions": 13}]


def test_slots_are_confirmed_by_people_alone(review: Review) -> None:
    before = told(review)
    assert slot(item(before, "T01"), "T01.1", "2023")["state"] == "proposed"
    found = told(review.together())
    two = slot(item(found, "T01"), "T01.1", "2023")
    assert (two["state"], two["count"], two["need"]) == ("confirmed", 2, 2)
    # A promise that was moved away: there are unread files, so it is not "nothing".
    assert slot(item(before, "T02"), "T02.1", "2024")["state"] == "planned"
    assert slot(item(found, "T02"), "T02.1", "2024")["state"] == "unread"
    assert slot(item(found, "T04"), "T04.1", "2024")["state"] == "confirmed"
    assert slot(item(found, "T04"), "T04.1", "2023")["state"] == "nothing"
    assert slot(item(found, "T06"), "T06.1", "2022-2024")["state"] == "confirmed"


def test_a_stage_that_a_person_lowers_no_longer_meets_the_slot(review: Review) -> None:
    for place in (0, 1):
        review.write("周复核", "evidence", f"T01|{target('T01', place)}", evidence(
            "accepted", stage="plan" if place else None))
    assert slot(item(told(review), "T01"), "T01.1", "2023")["count"] == 1


def test_every_answer_of_the_unit_is_kept(review: Review) -> None:
    found = told(review.together())
    answers = slot(item(found, "T02"), "T02.1", "2022")["answers"]
    assert [one["text"] for one in answers] == [
        "2022年会议纪要随后补交。", f"已补交，{demo.SCRIPT}"]
    assert found["orphaned_answers"][0]["text"] == "指标已取消。"


def test_decisions_whose_passage_is_gone_are_not_dropped(review: Review) -> None:
    review.write("周复核", "verdict", "T98", verdict("met", 3))
    found = told(review.together())
    (lost,) = found["orphaned"]
    assert lost["verdict"] == "accepted" and lost["indicator"] == "T01"
    assert "上一次筛查中的段落" in lost["text"] and lost["path"] == "旧/已删.docx"
    assert found["orphaned_verdicts"][0]["indicator"] == "T98"
    assert item(found, "T01")["accepted"][0]["target"] != lost["target"]


def test_an_undone_decision_is_none(review: Review) -> None:
    review.together()
    review.write("周复核", "evidence", f"T01|{target('T01', 0)}", evidence(None))
    review.write("周复核", "verdict", "T01", {"verdict": None, "points": None,
                                            "despite_unread": False})
    first = item(told(review), "T01")
    assert first["verdict"] is None and len(first["accepted"]) == 1


def test_private_numbers_are_masked_everywhere(review: Review, tmp_path: Path) -> None:
    found = told(review.together())
    assert "13812345678" not in json.dumps(found, ensure_ascii=False)
    assert item(found, "T01")["rejected"][0]["note"] == "只有口号，电话138******78"
    write(tmp_path / "r.html", "html", found)
    assert "13812345678" not in (tmp_path / "r.html").read_text("utf-8")


def test_the_chain_is_checked_and_named(review: Review) -> None:
    review.together()
    good = told(review)["chain"]
    assert good["verifies"] and good["count"] > 10 and good["head"] != "0" * 64
    with base.writing(review.engine) as conn:
        conn.execute(text("UPDATE entry SET state=replace(state, '9.5', '9.9') WHERE seq=11"))
    bad = told(review)["chain"]
    assert not bad["verifies"] and bad["bad"] == {"seq": 11, "why": "hash"}
    with base.writing(review.engine) as conn:
        conn.execute(text("UPDATE entry SET state='[]' WHERE seq=11"))
    with pytest.raises(InputError, match="review_chain_broken: run=.*seq=11"):
        told(review)


def test_a_unit_that_the_database_does_not_know_is_an_error(review: Review) -> None:
    with review.reading() as conn, pytest.raises(InputError, match="unit_unknown"):
        gathered(conn, review.out, "f" * 16)


# --- two reviewers ------------------------------------------------------------------------------


@pytest.mark.parametrize("handed_in", [0, 1])
def test_before_both_are_in_nobody_sees_the_other(review: Review, handed_in: int) -> None:
    review.blind(handed_in=handed_in)
    first = review.accounts["甲复核"]
    own = json.dumps(told(review, first), ensure_ascii=False)
    assert "甲复核的备注" in own and "乙复核" not in own
    for seat in (None, "", "lead", review.accounts["组长"], "000000000000"):
        found = told(review, seat)
        assert found["withheld"] and found["agreement"] is None and found["reviewers"] == []
        assert found["chain"] is None
        seen = json.dumps(found, ensure_ascii=False)
        assert "甲复核" not in seen and "乙复核" not in seen


def test_one_who_handed_in_is_not_two(review: Review) -> None:
    review.account("组长", "lead")
    review.write("组长", "mode", "", {"mode": "blind"})
    review.write("甲复核", "evidence", f"T01|{target('T01', 0)}", evidence("accepted"), seat="own")
    review.write("甲复核", "handed_in", "", {}, seat="own")
    with review.reading() as conn:
        assert not all_in(conn, review.unit.id) and visible(conn, review.unit.id) == []


def test_an_answer_written_in_a_blind_seat_is_told_and_its_writer_later(review: Review) -> None:
    review.blind(handed_in=1)
    review.write("乙复核", "answer", "T02|T02.1|2022", {}, note="单位的说明甲", seat="own")
    (answer,) = slot(item(told(review), "T02"), "T02.1", "2022")["answers"]
    assert (answer["text"], answer["by"]) == ("单位的说明甲", "")
    review.write("乙复核", "handed_in", "", {}, seat="own")
    assert slot(item(told(review), "T02"), "T02.1", "2022")["answers"][0]["by"] == "乙复核"


def test_when_both_are_in_what_they_agree_on_stands(review: Review) -> None:
    found = told(review.blind())
    assert not found["withheld"]
    first = item(found, "T01")
    assert [row["by"] for row in first["accepted"]] == [["甲复核", "乙复核"]]
    assert first["accepted"][0]["note"] == "甲复核的备注0\n乙复核的备注0"
    assert [row["target"] for row in first["differing"]] == [target("T01", 1), target("T01", 3)]
    assert len(first["rejected"]) == 1 and first["verdict"] is None and first["verdict_differs"]
    assert [(row["kind"], row["settled"]) for row in found["differences"]] == [
        ("verdict", None), ("evidence", None), ("evidence", None)]
    assert found["agreement"]["all"]["n"] == 3
    assert found["agreement"]["rows"][0]["indicator"] == "T01"


def test_what_the_lead_settles_stands(review: Review) -> None:
    review.blind()
    review.write("组长", "evidence", f"T01|{target('T01', 1)}", evidence("accepted"), seat="lead",
                 note="采甲")
    review.write("组长", "verdict", "T01", verdict("partly", 7), seat="lead")
    found = told(review)
    first = item(found, "T01")
    assert first["verdict"]["points"] == 7 and first["verdict"]["settled"]
    assert first["verdict"]["by"] == ["组长"] and not first["verdict_differs"]
    settled = next(row for row in found["differences"] if row["target"] == target("T01", 1))
    assert settled["settled"]["by"] == "组长" and len(settled["views"]) == 2
    # The lead's word is no third reviewer's.
    assert found["agreement"]["all"]["n"] == 3


def test_who_was_sent_away_does_not_hold_up_the_rest(review: Review) -> None:
    from pipeline.store.accounts.accounts import withdraw

    review.write("丙复核", "evidence", f"T01|{target('T01', 0)}", evidence("rejected"), seat="own")
    review.blind()
    with review.reading() as conn:
        assert not all_in(conn, review.unit.id)
    with base.writing(review.engine) as conn:
        withdraw(conn, review.accounts["丙复核"], review.unit.id)
    with review.reading() as conn:
        assert all_in(conn, review.unit.id)
        assert review.accounts["丙复核"] not in visible(conn, review.unit.id)


def test_what_is_undone_in_one_seat_stands_as_the_other_says(review: Review) -> None:
    review.blind()
    subject = f"T01|{target('T01', 1)}"
    review.write("乙复核", "evidence", subject, evidence(None), seat="own")
    with review.reading() as conn:
        seats = visible(conn, review.unit.id)
        one = standing(conn, review.unit.id, seats, "evidence")[subject]
    assert one.state is not None and one.state["verdict"] == "accepted" and not one.differs


# --- as it is written ---------------------------------------------------------------------------


@pytest.fixture(params=["zh", "en"])
def spoken(request: pytest.FixtureRequest) -> Iterator[str]:
    language.choose(request.param)
    yield request.param
    language.choose("zh")


@pytest.mark.usefixtures("spoken")
@pytest.mark.parametrize("how", ["together", "blind", "half", "nothing"])
def test_the_page_and_the_workbook_hold_nothing_but_text(review: Review, how: str, tmp_path: Path
                                                         ) -> None:
    if how == "together":
        review.together()
    elif how != "nothing":
        review.blind(handed_in=2 if how == "blind" else 1)
    found = told(review)
    for kind in ("json", "html", "xlsx"):
        write(tmp_path / f"record.{kind}", kind, found)  # type: ignore[arg-type]
        assert (tmp_path / f"record.{kind}").stat().st_mode & 0o777 == 0o600
    page = reader.fromstring((tmp_path / "record.html").read_bytes())
    assert not page.xpath("//script | //link | //img | //a | //form | //@style | //@src")
    assert not any(name.startswith("on") for one in page.iter() for name in one.attrib)
    (policy,) = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    (style,) = page.xpath("//style")
    digest = base64.b64encode(hashlib.sha256(style.text.encode()).digest()).decode()
    assert policy.startswith("default-src 'none';") and f"'sha256-{digest}'" in policy
    assert "url(" not in style.text and "@import" not in style.text
    head = found["chain"]["head"] if found["chain"] else say("record.chain_withheld")
    assert found["statement"] in page.text_content() and head in page.text_content()
    sheets = load_workbook(tmp_path / "record.xlsx")
    cells = [one for sheet in sheets for row in sheet.iter_rows() for one in row
             if one.value is not None]
    assert {one.data_type for one in cells} == {"s"} and not any(one.hyperlink for one in cells)
    texts = {one.value for one in cells}
    assert head in texts and found["statement"] in texts
    if how == "together":
        assert demo.SCRIPT in page.text_content() and demo.FORMULA in texts
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e]",
                             (tmp_path / "record.html").read_text("utf-8"))
    assert json.loads((tmp_path / "record.json").read_text("utf-8")) == found


def test_the_page_says_what_people_said(review: Review, tmp_path: Path) -> None:
    write(tmp_path / "r.html", "html", told(review.together()))
    page = reader.fromstring((tmp_path / "r.html").read_bytes()).text_content()
    for words in ("符合", "得分：9.5（人工填写）", "未填得分", "人工补充", "周复核", "签字",
                  "2022年会议纪要随后补交。", "材料已不在的决定", "作出结论时仍有未读材料",
                  "未读材料（26）", "查全情况"):
        assert words in page, words
    assert "总分" not in page and "合计" not in page


def test_a_chain_that_does_not_verify_is_said_on_top(review: Review, tmp_path: Path) -> None:
    found = told(review.together())
    found["chain"] |= {"verifies": False, "count": 3, "bad": {"seq": 4, "why": "hash"}}
    write(tmp_path / "r.html", "html", found)
    assert "第 4 条被改动过" in (tmp_path / "r.html").read_text("utf-8")


def test_the_same_record_gives_the_same_bytes(review: Review, tmp_path: Path) -> None:
    found = told(review.together())
    for kind in ("json", "html", "xlsx"):
        for name in ("a", "b"):
            write(tmp_path / f"{name}.{kind}", kind, found)  # type: ignore[arg-type]
        assert (tmp_path / f"a.{kind}").read_bytes() == (tmp_path / f"b.{kind}").read_bytes()


@pytest.mark.parametrize(("kind", "codes"), [
    ("record.column", {column for columns in book.COLUMNS.values() for column in columns}),
    ("record.sheet", set(book.COLUMNS)),
    ("record.state", set(SCHEMA["$defs"]["slot"]["properties"]["state"]["enum"])),
    ("record.mode", {"shared", "blind"}),
    ("record.bad", {"hash", "before", "missing", "content", "head"}),
    ("record.figure", {"kappa", "ac1", "positive"}),
    ("record.undefined", {"no_pairs", "no_variance", "no_positive"}),
    ("record.recall", {"told", "nothing_sampled", "no_evidence"}),
])
@pytest.mark.usefixtures("spoken")
def test_every_code_has_its_word(kind: str, codes: set[str]) -> None:
    assert not [code for code in codes if not language.has(f"{kind}.{code}")]


def test_every_key_that_the_record_speaks_is_known_and_none_is_idle() -> None:
    room = Path(book.__file__).parents[1]
    places = [*room.glob("record/*.py"), room / "templates" / "record.html",
              room.parent / "cli" / "record.py", room.parent / "cli" / "decided.py"]
    sources = "\n".join(place.read_text("utf-8") for place in places)
    told = set(re.findall(r'["\'](record\.[a-z0-9_.]+)["\']', sources))
    told |= {f"record.{key}" for key in re.findall(r'\btell\("([a-z0-9_.]+)"', sources)}
    told -= {"record.html", "record.css", "record.schema.json", "record.bad"}
    known = set(language.phrases("record."))
    assert told <= known
    made = ("record.column.", "record.sheet.", "record.state.", "record.mode.", "record.bad.",
            "record.figure.", "record.undefined.", "record.recall.", "record.about.")
    assert not {key for key in known - told if not key.startswith(made)}


def test_the_schema_can_fail(review: Review) -> None:
    found = told(review.together())
    found["indicators"][0]["score"] = 9
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema()).validate(found)
