"""units.csv as an office's Excel writes it: which units there are, and where their papers stand."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from pipeline.errors import InputError

Row = dict[str, Any]

NAME = "units.csv"
MOST_BYTES = 16 * 1024**2
MOST_LETTERS = 32_767
"""Of a cell, as in Excel: one that has more is a quote that nobody closed."""
COLUMNS = {
    "name": "name", "单位": "name", "单位名称": "name",
    "kind": "kind", "类别": "kind", "单位类别": "kind",
    "county": "county", "县区": "county", "县": "county", "区县": "county",
    "folder": "folder", "文件夹": "folder",
    "rubric": "rubric", "指标体系": "rubric",
}  # fmt: skip
_EXPECTED = "单位,类别,县区,文件夹,指标体系 / name,kind,county,folder,rubric"
_ENCODINGS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"", "utf-8-sig"),
              (b"", "gb18030"))


class Table(NamedTuple):
    """The rows ({"name", "folder", "kind", "county", "rubric"}, the last three or None), and the
    columns that nobody asks for."""

    rows: list[Row]
    unused: list[str]


def read(data: bytes, shown: str) -> Table:
    """The table in these bytes; `shown` is where it stands, for messages.

    UTF-8, UTF-16 or GB18030; commas, semicolons or tabs. A row without a folder stands in the one
    of its name. Raises InputError: units_unreadable, units_columns (name or folder is missing, or
    stands twice), units_row (its line, where it has no name or too many cells).
    """
    lines = _lines(data, shown)
    head = next(lines, (1, []))[1]
    columns = _columns(head, shown)
    rows = []
    for line, cells in lines:
        if not any(cells):
            continue
        given: Row = {meant: cells[at] if at < len(cells) else "" for at, meant in columns.items()}
        if any(cells[len(head):]) or not given["name"]:
            raise InputError("units_row", table=shown, line=line, expected="|".join(head),
                             found="|".join(cells))
        rows.append({"name": given["name"], "folder": given["folder"] or given["name"],
                     **{key: given.get(key) or None for key in ("kind", "county", "rubric")}})
    return Table(rows, [word for at, word in enumerate(head) if word and at not in columns])


def _columns(head: Sequence[str], shown: str) -> dict[int, str]:
    """Which column holds what."""
    meant = {at: COLUMNS[word.lower()] for at, word in enumerate(head) if word.lower() in COLUMNS}
    if len(set(meant.values())) < len(meant) or not {"name", "folder"} <= set(meant.values()):
        raise InputError("units_columns", table=shown, expected=_EXPECTED, found="|".join(head))
    return meant


def _lines(data: bytes, shown: str) -> Iterator[tuple[int, list[str]]]:
    """The lines, by their numbers in the file."""
    text = _text(data)
    if text is None or "\0" in text or len(data) > MOST_BYTES:
        raise InputError("units_unreadable", table=shown, expected=_EXPECTED)
    first = text.partition("\n")[0]
    lines = csv.reader(text.splitlines(keepends=True), delimiter=max(",\t;", key=first.count))
    try:
        for cells in lines:
            if any(len(cell) > MOST_LETTERS for cell in cells):
                raise csv.Error
            yield lines.line_num, [cell.strip() for cell in cells]
    except csv.Error:
        raise InputError("units_unreadable", table=shown, expected=_EXPECTED) from None


def _text(data: bytes) -> str | None:
    for mark, encoding in _ENCODINGS:
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                continue
    return None
