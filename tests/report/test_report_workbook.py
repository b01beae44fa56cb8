"""coverage.xlsx: text stays text, and what people wrote is never lost."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment

from pipeline import language, report
from pipeline.report.kept import COLUMNS, HUMAN, Remark, kept
from pipeline.report.workbook import MOST_UNITS, cell
from tests.report import ledger_fixture as demo

INDEX, COVERAGE, FILES, ORPHANS = "佐证索引", "覆盖情况", "文件清单", "待对应"
FIRST = demo.pieces()["T01"][0]["passage"]


def screen(out: Path, **how: Any) -> Path:
    with demo.fill(out / "ledger", **how) as ledger:
        report.write(out, ledger, demo.rubric())
    return out / "coverage.xlsx"


def rows(book: Path, sheet: str) -> list[dict[str, Any]]:
    heading, *lines = load_workbook(book)[sheet].iter_rows(values_only=True)
    return [dict(zip(heading, line, strict=True)) for line in lines]


def edit(book: Path, change: Callable[[Any], None]) -> None:
    """What a person does to the workbook and saves."""
    opened = load_workbook(book)
    change(opened)
    opened.save(book)


def fill_in(at: int, verdict: str, who: str, note: Any) -> Callable[[Any], None]:
    def change(book: Any) -> None:
        first = COLUMNS["evidence"].index(HUMAN[0]) + 1
        for column, value in enumerate((verdict, who, note), first):
            book[INDEX].cell(at, column, value)
    return change


def test_no_cell_is_a_formula_a_link_a_number_or_a_date(tmp_path: Path) -> None:
    book = screen(tmp_path)
    with zipfile.ZipFile(book) as parts:
        for name in parts.namelist():
            assert "hyperlink" not in parts.read(name).decode()
            if not name.startswith("xl/worksheets/sheet"):
                continue
            space = {"s": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
            tree = etree.fromstring(parts.read(name))
            assert not tree.xpath("//s:sheetData//s:f", namespaces=space)
            assert set(tree.xpath("//s:sheetData//s:c/@t", namespaces=space)) == {"inlineStr"}
            assert not tree.xpath("//s:sheetData//s:c[not(@t)]/s:v", namespaces=space)
    assert demo.FORMULA in {row["原文"] for row in rows(book, INDEX)}


def test_an_index_of_all_evidence_with_a_row_where_none_was_found(tmp_path: Path) -> None:
    told = rows(screen(tmp_path), INDEX)
    expected = [(item, row["passage"]) for item, found in demo.pieces().items() for row in found]
    assert [(row["指标编号"], row["段落编号"]) for row in told if row["段落编号"]] == expected
    assert [row["指标编号"] for row in told if not row["段落编号"]] == ["T04", "T06"]
    first = told[0]
    assert (first["阶段"], first["年度"], first["位置"]) == ("有成效", "2023", "第12–13段")
    assert (first["日期"], first["计入"]) == ("2023年4月18日", "是")
    assert told[13]["不计原因"] == "模板未填完" and told[13]["计入"] == "否"


def test_the_other_sheets(tmp_path: Path) -> None:
    book = screen(tmp_path)
    assert load_workbook(book).sheetnames == [INDEX, COVERAGE, FILES]
    coverage = {row["指标编号"]: row for row in rows(book, COVERAGE)}
    assert coverage["T02"]["2022"] == "未找到" and coverage["T02"]["提议"] == "拟：部分具备"
    assert coverage["TD"]["2022"] is None
    assert (coverage["T06"]["2022"], coverage["T06"]["全期"]) == (None, "未找到")
    files = rows(book, FILES)
    assert [row["文件"] for row in files][0] == "2021年/2021年总结.txt" and len(files) == 36
    assert all(row["下一步"] for row in files if row["状态"] in {"未读", "未读全"})
    assert "13812345678" not in str(files)


def test_frozen_filtered_and_with_a_list_of_conclusions(tmp_path: Path) -> None:
    sheet = load_workbook(screen(tmp_path))[INDEX]
    assert sheet.freeze_panes == "B2" and sheet.auto_filter.ref.startswith("A1:R")
    (rule,) = sheet.data_validations.dataValidation
    assert rule.formula1 == '"符合,部分符合,不符合,需现场核查,不适用"'


@pytest.mark.parametrize(("text", "expected"), [
    ("=1+1", "=1+1"),
    ("a\x00b\x1f\ud800c\uffff", "a\ufffdb\ufffd\ufffdc\ufffd"),
    ("<r><t>x</t></r>", "<r><t>x</t></r> "),
    ("_x0041_", "_x0041_"),
    ("字" * MOST_UNITS, "字" * MOST_UNITS),
    ("字" * (MOST_UNITS + 1), "字" * (MOST_UNITS - 1) + "…"),
])
def test_what_a_cell_can_hold(text: str, expected: str) -> None:
    assert cell(text) == expected


def test_a_long_text_of_wide_characters_is_cut_between_characters() -> None:
    text = cell("𠀀" * MOST_UNITS)
    assert len(text.encode("utf-16-le")) // 2 <= MOST_UNITS and text == "𠀀" * 16_383 + "…"


HOSTILE = ["<r><t>x</t></r>", "=1", "@x", "{=1}", "\ufeff", "  x ", "http://a.invalid",
           "1e5", "2023-01-01", "TRUE", "'quoted", "a\nb"]


def test_what_people_wrote_is_put_back_as_it_was(tmp_path: Path) -> None:
    book = screen(tmp_path)
    for at, note in enumerate(HOSTILE, 2):
        # As a program writes it that knows texts only as texts.
        def change(opened: Any, at: int = at, note: str = note) -> None:
            fill_in(at, "符合", "复核员甲", note)(opened)
            opened[INDEX].cell(at, len(COLUMNS["evidence"])).data_type = "s"
        edit(book, change)
    for _ in range(2):
        screen(tmp_path)
        told = rows(book, INDEX)[: len(HOSTILE)]
        assert [row["复核结论"] for row in told] == ["符合"] * len(HOSTILE)
        assert [row["备注"].removesuffix(" ") for row in told] == [
            note.removesuffix(" ") for note in HOSTILE]
    assert not list(tmp_path.glob("*.kept-*"))
    assert load_workbook(book).sheetnames == [INDEX, COVERAGE, FILES]


def test_what_excel_escapes_in_a_cell_is_not_escaped_twice(tmp_path: Path) -> None:
    book = screen(tmp_path)
    edit(book, fill_in(2, "", "", "_x005F_x0041_ 一_x000D_\n二"))
    for _ in range(3):
        assert kept(tmp_path).remarks[("T01", FIRST)].note == "_x0041_ 一\n二"
        screen(tmp_path)


def test_a_workbook_saved_by_another_program_is_ours_still(tmp_path: Path) -> None:
    """LibreOffice writes shared strings and an empty drawing for every sheet."""
    book = screen(tmp_path)
    edit(book, fill_in(2, "符合", "复核员甲", "已核原件"))
    with zipfile.ZipFile(book, "a") as parts:
        parts.writestr("xl/drawings/drawing1.xml", '<xdr:wsDr xmlns:xdr="urn:x"/>')
    assert kept(tmp_path).beside is None
    with zipfile.ZipFile(book, "a") as parts:
        parts.writestr("xl/drawings/drawing2.xml", "<wsDr><xdr:oneCellAnchor/></wsDr>")
    assert kept(tmp_path).beside == "other_parts"


def test_other_kinds_of_values_are_kept_as_text(tmp_path: Path) -> None:
    import datetime

    book = screen(tmp_path)
    values = [(3, "3"), (2.5, "2.5"), (True, "TRUE"), (datetime.date(2024, 5, 6), "2024-05-06")]
    for at, (value, _) in enumerate(values, 2):
        edit(book, fill_in(at, "", "", value))
    screen(tmp_path)
    assert [row["备注"] for row in rows(book, INDEX)[:4]] == [text for _, text in values]


def test_rows_that_were_sorted_and_columns_that_were_moved_find_home(tmp_path: Path) -> None:
    book = screen(tmp_path)
    edit(book, fill_in(2, "部分符合", "复核员乙", "缺签到表"))

    def turn_round(opened: Any) -> None:
        sheet = opened[INDEX]
        heading, *lines = [list(row)[::-1] for row in sheet.iter_rows(values_only=True)]
        for at, line in enumerate([heading, *lines[::-1]], 1):
            for column, value in enumerate(line, 1):
                sheet.cell(at, column).value = value
    edit(book, turn_round)
    assert kept(tmp_path).remarks == {
        ("T01", FIRST): Remark("部分符合", "复核员乙", "缺签到表")}
    screen(tmp_path)
    assert rows(book, INDEX)[0]["备注"] == "缺签到表"


def test_the_language_may_change_between_runs(tmp_path: Path) -> None:
    book = screen(tmp_path)
    edit(book, fill_in(2, "符合", "复核员甲", "已核原件"))
    language.choose("en")
    try:
        screen(tmp_path)
    finally:
        language.choose("zh")
    assert load_workbook(book).sheetnames == ["Evidence", "Coverage", "Files"]
    screen(tmp_path)
    assert rows(book, INDEX)[0]["备注"] == "已核原件"


def test_a_remark_whose_passage_is_gone_waits_and_comes_home_again(tmp_path: Path) -> None:
    book = screen(tmp_path)
    edit(book, fill_in(2, "符合", "复核员甲", "已核原件"))
    for _ in range(3):
        screen(tmp_path, leave_out=FIRST)
        (row,) = rows(book, ORPHANS)
        assert (row["指标编号"], row["段落编号"]) == ("T01", FIRST)
        assert (row["复核结论"], row["备注"]) == ("符合", "已核原件")
        assert row["原文"] == demo.pieces()["T01"][0]["text"]
    screen(tmp_path)
    assert ORPHANS not in load_workbook(book).sheetnames
    assert rows(book, INDEX)[0]["备注"] == "已核原件"
    assert not list(tmp_path.glob("*.kept-*"))


def test_two_remarks_on_one_passage_are_both_kept(tmp_path: Path) -> None:
    book = screen(tmp_path)
    edit(book, fill_in(2, "符合", "复核员甲", "一"))

    def copy_row(opened: Any) -> None:
        sheet = opened[INDEX]
        sheet.append([*(one.value for one in sheet[2])][:-1] + ["二"])
    edit(book, copy_row)
    for _ in range(2):
        screen(tmp_path)
        assert rows(book, INDEX)[0]["备注"] == "一"
        assert [row["备注"] for row in rows(book, ORPHANS)] == ["二"]


def test_a_row_that_somebody_added_is_carried_and_the_workbook_kept(tmp_path: Path) -> None:
    book = screen(tmp_path)
    edit(book, lambda opened: opened[INDEX].append(["T04", None, None, None, "见纸质档案第3盒"]))
    screen(tmp_path)
    assert [row["原文"] for row in rows(book, ORPHANS)] == ["见纸质档案第3盒"]
    assert (tmp_path / "coverage.kept-1.xlsx").exists()
    screen(tmp_path)
    assert [row["原文"] for row in rows(book, ORPHANS)] == ["见纸质档案第3盒"]
    assert not (tmp_path / "coverage.kept-2.xlsx").exists()


def _comment(book: Any) -> None:
    book[INDEX]["H2"].comment = Comment("请补签到表", "甲")


def _column(book: Any) -> None:
    book[INDEX].cell(1, 30, "我的记号")


def _beside(book: Any) -> None:
    book[COVERAGE].cell(3, 40, "这里有话")


def _sheet(book: Any) -> None:
    book.create_sheet("会议记录")["A1"] = "9月3日"


@pytest.mark.parametrize(("change", "why"), [
    (_comment, "other_parts"), (_column, "other_columns"), (_beside, "other_columns"),
    (_sheet, "other_sheets"), (fill_in(3, "", "", "=1+1"), "formulas"),
])
def test_what_cannot_be_carried_is_kept_beside(
    tmp_path: Path, change: Callable[[Any], None], why: str
) -> None:
    book = screen(tmp_path)
    edit(book, fill_in(2, "符合", "复核员甲", "已核原件"))
    edit(book, change)
    before = book.read_bytes()
    assert kept(tmp_path).beside == why
    screen(tmp_path)
    assert (tmp_path / "coverage.kept-1.xlsx").read_bytes() == before
    assert (tmp_path / "coverage.kept-1.xlsx").stat().st_mode & 0o777 == 0o600
    assert rows(book, INDEX)[0]["备注"] == "已核原件"
    screen(tmp_path)
    assert not (tmp_path / "coverage.kept-2.xlsx").exists()


def _not_a_zip(place: Path) -> None:
    place.write_bytes(b"PK\x03\x04 broken")


def _not_ours(place: Path) -> None:
    Workbook().save(place)


def _bomb(place: Path) -> None:
    with (zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as parts,
          parts.open("xl/workbook.xml", "w", force_zip64=True) as part):
        for _ in range(1100):
            part.write(bytes(1 << 20))


@pytest.mark.parametrize(("spoil", "why"), [
    (_not_a_zip, "unreadable"), (_not_ours, "not_ours"), (_bomb, "unreadable"),
])
def test_an_old_workbook_that_cannot_be_read_is_kept(
    tmp_path: Path, spoil: Callable[[Path], None], why: str
) -> None:
    book = screen(tmp_path)
    (tmp_path / "coverage.kept-1.xlsx").write_bytes(b"an earlier one")
    spoil(book)
    before = book.stat().st_size
    assert kept(tmp_path).beside == why
    screen(tmp_path)
    assert (tmp_path / "coverage.kept-1.xlsx").read_bytes() == b"an earlier one"
    assert (tmp_path / "coverage.kept-2.xlsx").stat().st_size == before
    assert len(rows(book, INDEX)) > 3


def test_no_workbook_means_nothing_is_kept(tmp_path: Path) -> None:
    found = kept(tmp_path)
    assert not found.remarks and not found.orphans and found.beside is None


def test_nothing_is_left_lying_about(tmp_path: Path) -> None:
    screen(tmp_path)
    screen(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "coverage.json", "coverage.xlsx", "ledger", "report.html"]
