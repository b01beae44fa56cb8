"""What somebody noted without a verdict goes with the record, and is orphaned as decisions are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook

from pipeline.report.record import write
from tests.report.record_fixture import Review, evidence, target
from tests.report.test_record import item, told

NOTE = "请向单位要签到表"
LOST = "这一页下次再看"


@pytest.fixture
def review(tmp_path: Path) -> Iterator[Review]:
    made = Review(tmp_path / "out")
    made.write("周复核", "evidence", f"T01|{target('T01', 0)}", evidence(None), note=NOTE)
    made.write("周复核", "evidence", f"T01|{target('T01', 1)}", evidence(None, stage="plan"))
    made.write("周复核", "evidence", f"T01|{target('T01', 2)}", evidence(None))
    made.write("周复核", "evidence", f"T01|p:{'e' * 16}", evidence(None), note=LOST,
               shown={"text": "上一次的段落", "path": "旧.docx"})
    made.write("周复核", "verdict", "T02", {"verdict": None, "points": 3.0,
                                            "despite_unread": False}, note="等现场核查")
    made.write("周复核", "verdict", "T99", {"verdict": None, "points": None,
                                            "despite_unread": False}, note="指标已取消")
    yield made
    made.engine.dispose()


def test_a_note_or_a_stage_without_a_verdict_is_in_the_record(review: Review) -> None:
    one = item(told(review), "T01")
    found = {row["target"]: (row["note"], row["stage_changed"], row["by"]) for row in one["noted"]}
    assert found == {target("T01", 0): (NOTE, False, ["周复核"]),
                     target("T01", 1): ("", True, ["周复核"])}, "what was taken back is no note"
    assert not one["accepted"] and one["verdict"] is None
    (remark,) = item(told(review), "T02")["remarks"]
    assert (remark["verdict"], remark["points"], remark["note"]) == (None, 3.0, "等现场核查")


def test_where_its_passage_is_gone_it_is_orphaned(review: Review) -> None:
    found = told(review)
    (row,) = found["orphaned"]
    assert (row["verdict"], row["differs"], row["note"], row["text"]) == (
        None, False, LOST, "上一次的段落")
    (lost,) = found["orphaned_verdicts"]
    assert (lost["indicator"], lost["verdict"], lost["note"]) == ("T99", None, "指标已取消")


def test_it_is_in_every_export(review: Review, tmp_path: Path) -> None:
    found = told(review)
    write(tmp_path / "record.html", "html", found)
    write(tmp_path / "record.xlsx", "xlsx", found)
    page = (tmp_path / "record.html").read_text("utf-8")
    book = load_workbook(tmp_path / "record.xlsx")
    cells = {str(cell) for sheet in book for row in sheet.iter_rows(values_only=True)
             for cell in row if cell}
    for text in (NOTE, LOST, "等现场核查", "指标已取消"):
        assert text in page and text in cells
    assert "只有备注" in page and "只有备注" in cells
