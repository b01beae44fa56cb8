"""season.xlsx: every table whole, strings as strings, the same bytes each time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from pipeline.report.season import book
from pipeline.season import overview
from pipeline.store.season import NAME, SeasonLedger
from tests.season import fake

FORMULA = '=HYPERLINK("http://example.invalid","点我")'


def sheets(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    workbook = load_workbook(path)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in workbook}


def written(place: Path, most: int = 1_000_000) -> dict[str, list[tuple[Any, ...]]]:
    with SeasonLedger(place / NAME) as ledger:
        book.write_book(place / "season.xlsx", overview.gathered(ledger, place), most)
    return sheets(place / "season.xlsx")


def test_a_formula_is_a_string_wherever_it_comes_from(tmp_path: Path) -> None:
    place = fake.season(tmp_path, [
        (fake.unit(FORMULA, dir="甲", kind="+1", county="@SUM(A1)"), fake.answer(
            fake.summary(unread={"encrypted": 1}, period="2024")))])
    found = written(place)
    assert found["单位"][1][:3] == (FORMULA, "+1", "@SUM(A1)")
    workbook = load_workbook(place / "season.xlsx")
    for sheet in workbook:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type in ("s", "n") and cell.hyperlink is None


def test_every_sheet_has_its_heading_frozen_and_filters(tmp_path: Path) -> None:
    written(fake.many(tmp_path, 5))
    for sheet in load_workbook(tmp_path / "season.xlsx"):
        assert sheet.freeze_panes == "B2" and sheet.auto_filter.ref.startswith("A1:")
        assert all(cell.value for cell in sheet[1])


def test_a_row_for_each_unit_and_a_column_for_each_indicator(tmp_path: Path) -> None:
    found = written(fake.many(tmp_path, 30))
    assert len(found["单位"]) == 31 and [row[0] for row in found["单位"][1:]] == sorted(
        row[0] for row in found["单位"][1:])
    head = found["单位×指标"][0]
    assert head[3].startswith("Y01 ") and len(head) == 3 + 31
    assert len(found["单位×指标"]) == 1 + 29  # one had no papers
    assert {row[3] for row in found["单位×指标"][1:]} <= {
        "拟：佐证齐备", "拟：部分具备", "拟：未找到佐证", "拟：待读未读文件"}


def test_a_heading_that_is_cut_says_so(tmp_path: Path) -> None:
    head = written(fake.season(tmp_path, [(fake.unit("甲局"), fake.answer(fake.summary()))]))[
        "单位×指标"][0]
    wordings = {item.id: item.wording for item in fake.load("yuxi-2024").items}
    for told in head[3:]:
        id, _, words = told.partition(" ")
        assert words == wordings[id] or words.endswith("…") and wordings[id].startswith(words[:-1])


def test_each_slot_tells_what_was_due_what_came_and_when(tmp_path: Path) -> None:
    place = fake.season(tmp_path, [(fake.unit("甲局"), fake.answer(fake.summary(slots={
        ("U1-info", "2024H1"): {"state": "performed", "first": "2024-08-02", "count": 2}})))])
    (row,) = (row for row in written(place)["各单位报送明细"]
              if row[4] == "U1-info" and row[3] == "2024-06-30")
    assert row[0] == "甲局" and row[6] == "2024年上半年" and row[7] == "每半年"
    assert row[8:] == ("有，日期在到期之后", "2024-08-02", 2, 1)


def test_the_responsible_stand_with_what_came_and_the_unmatched_alone(tmp_path: Path) -> None:
    place = fake.season(tmp_path, [
        (fake.unit("高教办", rubric="benxi-2021"), fake.answer(
            fake.summary("benxi-2021", proposed="partial")))])
    rows = written(place)["责任单位"][1:]
    assert ("高教办", "拟：部分具备") in {(row[0], row[5]) for row in rows if row[4] == "高教办"}
    alone = [row for row in rows if row[0] == "工商联"]
    assert alone and all(row[1] == "没有对上单位" and not row[4] for row in alone)


def test_a_table_too_long_for_a_sheet_goes_on_in_the_next(tmp_path: Path) -> None:
    found = written(fake.many(tmp_path, 10), most=4)
    parts = [name for name in found if name.startswith("单位 ") or name == "单位"]
    assert parts == ["单位", "单位 2", "单位 3"]
    assert [len(found[name]) - 1 for name in parts] == [4, 4, 2]
    assert len({found[name][0] for name in parts}) == 1  # each has the heading


@pytest.mark.parametrize("rubrics", [("yuxi-2024", "benxi-2021")])
def test_each_rubric_has_its_own_matrix(tmp_path: Path, rubrics: tuple[str, ...]) -> None:
    place = fake.season(tmp_path, [(fake.unit(f"{rubric}局", rubric=rubric), fake.answer(
        fake.summary(rubric))) for rubric in rubrics])
    found = written(place)
    assert found["单位×指标 yuxi-2024"][1][0] == "yuxi-2024局"
    assert found["单位×指标 benxi-2021"][1][0] == "benxi-2021局"
