"""Tables of a season as sheets, written row by row: texts as strings, our own counts as numbers.

Nothing from a paper, a folder or a list becomes a formula, a link, a number or a date.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.exceptions import XlsxFileError

from pipeline.report.season import words
from pipeline.report.workbook import MOST_ROWS, cell

Row = dict[str, Any]

# The file must not tell when it was made: the same input gives the same bytes.
_MADE = datetime(2000, 1, 1)
_PLAIN = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "top", "border": 1,
          "border_color": "#D5D9DE"}
_LOOKS: dict[str, Row] = {
    "": {}, "heading": {"bold": True, "valign": "vcenter", "bg_color": "#E4EAF1",
                        "text_wrap": True},
    "wrapped": {"text_wrap": True},
    "v": {"bg_color": "#BFE3CB", "font_color": "#17603A"},
    "t": {"bg_color": "#F8DFA8", "font_color": "#7A4A00"},
    "m": {"bg_color": "#DFE3E6", "font_color": "#55606D"},
    "u": {"bg_color": "#FBD3D3", "font_color": "#A1171F"},
    "b": {"font_color": "#66707A", "italic": True}, "n": {"font_color": "#66707A"},
    "bad": {"font_color": "#A1171F"},
}
WIDTHS = {
    "unit": 30, "kind": 12, "county": 12, "rubric": 18, "state": 16, "problem": 44, "next": 52,
    "wording": 52, "reason": 30, "text": 64, "path": 44, "periods": 24, "named": 26, "how": 24,
    "what": 22, "told": 90, "due": 13, "period": 18, "cadence": 14, "standing": 20, "owed_by": 18,
    "indicator": 10, "requirement": 16, "dated": 14, "earliest": 14, "first": 14, "proposed": 16,
    "owing": 60, "group": 30, "passage": 20, "was": 16, "now": 16, "change": 14, "other": 44,
    "how_reused": 18, "why": 40, "other_dated": 14, "changed": 16,
}


def _width(heading: str) -> float:
    """Of a column: its heading with the button of the filter, at most two lines of eight Chinese
    letters, which are twice as wide as Latin ones."""
    return min(max(8.0, (len(heading) + len(heading.encode())) / 2 + 4), 17.0)


class Sheet:
    """One table: a frozen heading and filters; goes on in a further sheet where it is full."""

    def __init__(self, book: Book, name: str, columns: Sequence[str],
                 headings: Sequence[str] = ()) -> None:
        self._book, self._name, self._columns = book, name, columns
        self._headings = headings or [words.tell(f"column.{column}") for column in columns]
        self._sheets = 0
        self._line = 0
        self._begin()

    def _begin(self) -> None:
        self._sheets += 1
        name = self._name if self._sheets == 1 else f"{self._name[:28]} {self._sheets}"
        self._sheet = self._book.file.add_worksheet(name)
        self._line = 0
        sheet = self._sheet
        for at, column in enumerate(self._columns):
            sheet.set_column(at, at, WIDTHS.get(column) or _width(self._headings[at]))
        sheet.set_row(0, 30 if max(map(len, self._headings)) < 12 else 58)
        for at, heading in enumerate(self._headings):
            sheet.write_string(0, at, cell(heading), self._book.looks["heading"])
        sheet.freeze_panes(1, 1)
        sheet.set_landscape()
        sheet.set_paper(8)  # A3
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)

    def add(self, *values: str | int | float | None, looks: dict[int, str] | None = None) -> None:
        """A row; `looks` are those of its columns by number."""
        if self._line >= self._book.most:
            self._end()
            self._begin()
        self._line += 1
        formats, looks = self._book.looks, looks or {}
        for at, value in enumerate(values):
            if value is None or value == "":
                continue
            look = formats[looks.get(at, "")]
            if isinstance(value, str):
                self._sheet.write_string(self._line, at, cell(value), look)
            else:
                self._sheet.write_number(self._line, at, value, look)

    def _end(self) -> None:
        self._sheet.autofilter(0, 0, max(self._line, 1), len(self._columns) - 1)
        self._sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{self._line + 1}"})

    def end(self) -> None:
        """After the last row."""
        self._end()


class Book:
    """The workbook that is being written, and its sheets."""

    def __init__(self, file: Any, most: int) -> None:
        self.file, self.most = file, most
        self.looks = {look: file.add_format({**_PLAIN, **own}) for look, own in _LOOKS.items()}
        self._sheets: list[Sheet] = []

    def sheet(self, name: str, columns: Sequence[str], headings: Sequence[str] = ()) -> Sheet:
        """Begin a table of that name; its headings are the columns' words where none are given."""
        sheet = Sheet(self, name, columns, headings)
        self._sheets.append(sheet)
        return sheet

    def end(self) -> None:
        for sheet in self._sheets:
            sheet.end()


@contextmanager
def workbook(target: Path, title: str, most: int = MOST_ROWS) -> Iterator[Book]:
    """A workbook written to `target` row by row. Raises OSError when it cannot be written."""
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".season.") as scratch:
        file = xlsxwriter.Workbook(str(target), {
            "constant_memory": True, "tmpdir": scratch, "strings_to_formulas": False,
            "strings_to_urls": False, "strings_to_numbers": False,
        })
        file.set_properties({"created": _MADE, "title": title})
        book = Book(file, most)
        try:
            yield book
        finally:
            try:
                book.end()
                file.close()
            except XlsxFileError as error:
                raise OSError(str(error)) from error
