"""What people wrote in an earlier coverage.xlsx, read back before the workbook is made anew.

The old workbook comes from a person's PC: it may have been sorted, filtered, extended, saved by
another program, damaged, or not be ours at all. Rows are known by (indicator, passage), columns by
their heading in either language. What cannot be carried over is never overwritten: then `beside`
says why the old workbook has to be kept under another name.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pipeline.language import LANGUAGES, say

WORKBOOK = "coverage.xlsx"
SHEETS = ("evidence", "coverage", "files", "orphans")
HUMAN = ("verdict", "reviewer", "note")
COLUMNS = {
    "evidence": (
        "indicator", "wording", "year", "stage", "text", "path", "place", "document_type", "number",
        "dated", "counts", "why_not", "confidence", "votes", "passage", *HUMAN,
    ),
    # The years of the period stand between the methods and the proposal.
    "coverage": (
        "group", "indicator", "wording", "type", "points", "methods", "whole", "proposed", "why",
    ),
    "files": (
        "path", "status", "reason", "next", "title", "document_type", "issuer", "number", "dated",
        "dated_from", "pages", "flags", "flag_details", "same_as", "sha256",
    ),
    "orphans": ("indicator", "wording", "path", "place", "text", "passage", *HUMAN),
}

MOST_ROWS = 1_048_576
MOST_COLUMNS = 128
MOST_BYTES = 1 << 30
# Parts of a workbook that we never write and cannot carry: comments, pictures, macros, links.
_FOREIGN = re.compile(
    r"xl/(comments|threadedcomments|media|charts|chartsheets|embeddings|externallinks|pivot|"
    r"macrosheets|vbaproject|ctrlprops|activex|diagrams)"
)
_DRAWING = re.compile(r"xl/drawings/drawing\d+\.xml")

Why = Literal[
    "unreadable", "not_ours", "other_sheets", "other_columns", "other_rows", "other_parts",
    "formulas",
]


class Remark(NamedTuple):
    """What people filled in for one row."""

    verdict: str
    reviewer: str
    note: str


@dataclass(slots=True)
class Kept:
    """What is carried over: remarks by (indicator, passage), and rows that have no place."""

    remarks: dict[tuple[str, str], Remark] = field(default_factory=dict)
    rows: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    """The rows of `remarks` as they stood, should their passage be gone."""
    orphans: list[dict[str, str]] = field(default_factory=list)
    beside: Why | None = None
    """Why the old workbook has to stay too; None when all that people wrote is carried over."""


def kept(out: Path) -> Kept:
    """Read what people wrote in OUT's workbook. Never raises: what cannot be read stays beside."""
    place = out / WORKBOOK
    if not place.exists() and not place.is_symlink():
        return Kept()
    try:
        return _read(place)
    except Exception:  # a damaged or hostile workbook can raise anything in its reader
        return Kept(beside="unreadable")


def keep_beside(out: Path) -> Path:
    """Give OUT's workbook the first free name coverage.kept-N.xlsx."""
    number = 1
    while (target := out / f"coverage.kept-{number}.xlsx").exists() or target.is_symlink():
        number += 1
    try:
        # Under both names until the new one takes the old name's place: it is never under none.
        target.hardlink_to(out / WORKBOOK)
    except OSError:
        (out / WORKBOOK).rename(target)
    if not target.is_symlink():
        target.chmod(0o600)
    return target


def _read(place: Path) -> Kept:
    found = Kept()
    with zipfile.ZipFile(place) as parts:
        if sum(part.file_size for part in parts.infolist()) > MOST_BYTES:
            return Kept(beside="unreadable")
        if any(_is_foreign(parts, name) for name in parts.namelist()):
            found.beside = "other_parts"
    # Only here: a first screening has no earlier workbook, and the import takes its time.
    from openpyxl import load_workbook

    book = load_workbook(place, read_only=True)
    try:
        ours = {sheet: name for name in book.sheetnames if (sheet := _sheet(name))}
        if "evidence" not in ours:
            return Kept(beside="not_ours")
        if len(ours) < len(book.sheetnames):
            found.beside = "other_sheets"
        # In this order: a row of the index has the better claim to its remark than an orphan.
        for sheet in (sheet for sheet in SHEETS if sheet in ours):
            for row in _rows(book[ours[sheet]], sheet, found):
                _take(row, sheet, found)
    finally:
        book.close()
    return found


def _is_foreign(parts: zipfile.ZipFile, name: str) -> bool:
    if _DRAWING.fullmatch(name.lower()):
        # LibreOffice writes an empty drawing for every sheet.
        with parts.open(name) as part:
            return b"Anchor" in part.read(1 << 16)
    return bool(_FOREIGN.match(name.lower()))


def _rows(sheet: Any, name: str, found: Kept) -> Iterator[dict[str, str]]:
    """The rows under the heading, by column; what is not ours is noted in `found.beside`."""
    sheet.reset_dimensions()  # what the file says of its own size is not to be trusted
    rows = islice(sheet.iter_rows(max_col=MOST_COLUMNS), MOST_ROWS)
    heading = [_text(cell.value).strip() for cell in next(rows, ())]
    columns = [_headings().get(words) for words in heading]
    if any(words and not column for words, column in zip(heading, columns, strict=True)):
        found.beside = "other_columns"
    carries = name in {"evidence", "orphans"}
    if carries and not {"indicator", "passage", *HUMAN} <= set(columns):
        found.beside = "other_columns"
    for cells in rows:
        told: dict[str, str] = {}
        for column, cell in zip(columns, cells, strict=False):
            if cell.value is None:
                continue
            if cell.data_type == "f":
                found.beside = "formulas"
            if column is None:
                found.beside = "other_columns"
            elif carries:
                told[column] = _text(cell.value)
        if any(cell.value is not None for cell in cells[len(columns):]):
            found.beside = "other_columns"
        if told:
            yield told


def _take(row: dict[str, str], sheet: str, found: Kept) -> None:
    remark = Remark(*(row.get(column, "") for column in HUMAN))
    key = (row.get("indicator", "").strip(), row.get("passage", "").strip())
    if not key[1] and row.get("text", "") not in _in_all("report.workbook.none"):
        # A row that somebody added: no place to carry it to, and not all of its columns either.
        if sheet == "evidence":
            found.beside = "other_rows"
        if row not in found.orphans:
            found.orphans.append(row)
    elif any(remark):
        if key not in found.remarks:
            found.remarks[key] = remark
            found.rows[key] = row
        elif found.remarks[key] != remark and row not in found.orphans:
            found.orphans.append(row)


def _text(value: Any) -> str:
    """What stands in a cell, as text; Excel writes the carriage return of a pasted text _x000D_."""
    if value is None:
        return ""
    if isinstance(value, str):
        from openpyxl.utils.escape import unescape

        text = unescape(value) if "_x" in value else value
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        return text if text.strip() else ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, date):
        return value.isoformat().removesuffix("T00:00:00")
    return str(getattr(value, "text", value))


def _sheet(name: str) -> str | None:
    return next((sheet for sheet in SHEETS if name in _in_all(f"report.sheet.{sheet}")), None)


@cache
def _headings() -> dict[str, str]:
    """Every heading we write, in every language: which column it stands over."""
    known = {words: column for columns in COLUMNS.values() for column in columns
             for words in _in_all(f"report.column.{column}")}
    years = {str(year): "year" for year in range(1949, 2101)}
    return years | dict.fromkeys(_in_all("report.workbook.orphans"), "about") | known


@cache
def _in_all(key: str) -> Sequence[str]:
    return tuple(say(key, language=language) for language in LANGUAGES)
