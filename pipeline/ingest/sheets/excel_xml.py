"""Sheets that are one XML file, as Excel 2003 wrote them (`ss:Workbook`): values, no formulas."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from lxml import etree

from pipeline.errors import Unreadable
from pipeline.evidence import Page
from pipeline.ingest.packed import opc
from pipeline.ingest.sheets.rows import as_text, row_blocks
from pipeline.ingest.word.wordml import whole

MOST_COLUMNS = 16_384
MOST_CELLS = 10_000_000
"""Of a workbook, the empty ones before the last of each row included."""
_SS = "{urn:schemas-microsoft-com:office:spreadsheet}"


def read(data: bytes) -> Iterator[Page]:
    """A page for each sheet in the order of the tabs, a `row` for each row that is not empty. Rows
    that follow one another are one table.

    Raises Unreadable: corrupt, limit_objects, blank (no cell says anything).
    """
    root = opc.parse(data, "xml")
    if root.tag != _SS + "Workbook":
        raise Unreadable("corrupt", f"xml: {root.tag}")
    count = [0]
    table = 0
    for number, sheet in enumerate(root.iterfind(_SS + "Worksheet"), 1):
        blocks = tuple(row_blocks(sheet.get(_SS + "Name", ""), _rows(sheet, count), table))
        table = blocks[-1].table if blocks else table
        yield Page(number, blocks)
    if not table:
        raise Unreadable("blank")


def _rows(sheet: etree._Element, count: list[int]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The rows of a sheet with the numbers they have in it; their cells are counted."""
    row = 0
    for element in sheet.iterfind(f"{_SS}Table/{_SS}Row"):
        row = max(_number(element, "Index") or row + 1, row + 1)
        texts: list[str] = []
        for cell in element.iterfind(_SS + "Cell"):
            # the columns before it that have no cell
            column = min(max(_number(cell, "Index") - 1, len(texts)), MOST_COLUMNS)
            texts += [""] * (column - len(texts))
            texts.append(_said(cell))
            texts += [""] * min(_number(cell, "MergeAcross"), MOST_COLUMNS - len(texts))
        cells = tuple(texts[:MOST_COLUMNS])
        count[0] += len(cells)
        if count[0] > MOST_CELLS:
            raise Unreadable("limit_objects", f"more than {MOST_CELLS} cells")
        yield row, cells
        row += _number(element, "Span")


def _number(element: etree._Element, name: str) -> int:
    return max(whole(element.get(_SS + name)) or 0, 0)


def _said(cell: etree._Element) -> str:
    """The value of a cell as a reader would say it."""
    data = cell.find(_SS + "Data")
    if data is None:
        return ""
    text = "".join(map(str, data.itertext())).strip()
    try:
        match data.get(_SS + "Type"):
            case "Number":
                return as_text(float(text))
            case "DateTime":
                return as_text(datetime.datetime.fromisoformat(text))
            case "Boolean":
                return as_text(text == "1")
    except (ValueError, OverflowError):
        pass  # then as it stands
    return text
