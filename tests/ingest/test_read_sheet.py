"""Sheets: one page each, a row for each row that says something."""

from __future__ import annotations

import datetime
import io

import pytest
from openpyxl import Workbook

from pipeline.errors import Unreadable
from pipeline.evidence import InRow
from pipeline.ingest.sheet import read


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_cells_are_said_as_a_reader_would() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "台账"
    sheet.append(["时间", "次数", "占比", "备注", None])
    sheet.append([datetime.date(2024, 4, 18), 3, 0.125, " 已办结 ", True])
    sheet.append([datetime.datetime(2024, 4, 18, 9, 30), 1234567, 2.0, None, None])
    (page,) = read(saved(book))
    assert [block.cells for block in page.blocks] == [
        ("时间", "次数", "占比", "备注", ""),
        ("2024-04-18", "3", "0.125", "已办结", "TRUE"),
        ("2024-04-18 09:30:00", "1234567", "2", "", ""),
    ]
    assert page.blocks[1].place == InRow("台账", 2)
    assert page.blocks[1].text == "2024-04-18\t3\t0.125\t已办结\tTRUE"


def test_hidden_sheets_are_read_and_pages_are_in_the_order_of_the_tabs() -> None:
    book = Workbook()
    hidden = book.create_sheet("隐藏", 0)
    hidden["A1"] = "藏"
    hidden.sheet_state = "hidden"
    assert book.active is not None
    book.worksheets[1]["A1"] = "显"
    assert [(page.number, page.text) for page in read(saved(book))] == [(1, "藏"), (2, "显")]


def test_empty_rows_part_tables_and_cost_nothing() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["B3"], sheet["B4"], sheet["B65000"] = "甲", "乙", "丙"
    sheet.merge_cells("B3:D3")
    (page,) = read(saved(book))
    assert [(block.text, block.table, block.place) for block in page.blocks] == [
        ("甲", 1, InRow("Sheet", 3)),
        ("乙", 1, InRow("Sheet", 4)),
        ("丙", 2, InRow("Sheet", 65000)),
    ]


def test_a_book_without_words_is_blank() -> None:
    with pytest.raises(Unreadable) as refusal:
        list(read(saved(Workbook())))
    assert refusal.value.reason == "blank"


def test_a_stray_cell_in_the_far_corner_is_refused_before_it_takes_all_memory() -> None:
    book = Workbook()
    assert book.active is not None
    book.active["A1"], book.active["XFD1048576"] = "甲", "乙"
    with pytest.raises(Unreadable) as refusal:
        list(read(saved(book)))
    assert refusal.value.reason == "memory"


def test_formats_in_the_far_corner_cost_nothing() -> None:
    from openpyxl.styles import Font

    book = Workbook()
    assert book.active is not None
    book.active["A1"] = "甲"
    book.active["XFD1048576"].font = Font(bold=True)
    (page,) = read(saved(book))
    assert page.text == "甲"
