"""Spreadsheets (xlsx, xls, xlsb, ods): a page for each sheet, a block for each row."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

import python_calamine

from pipeline.errors import Unreadable
from pipeline.evidence import Block, Page
from pipeline.ingest.packed import ole, opc
from pipeline.ingest.sheets import extent, percent, sparse
from pipeline.ingest.sheets.rows import Cell, as_text, row_blocks

MOST_SAID = 2_000_000
"""Cells of a workbook that are kept, those that say nothing left out."""
Answer = TypeVar("Answer")


def read(data: bytes) -> Iterator[Page]:
    """A page for each sheet in the order of the tabs, hidden ones too, a `row` for each row that
    is not empty. Rows that follow one another are one table.

    Formulas stand as the values they had when the workbook was saved; errors say nothing. Shares
    stand as the percentages they are shown as in xlsx, as numbers in the others. A sheet of which
    rows are left out for their number is `unread` "limit_objects". Raises Unreadable: encrypted,
    corrupt, limit_ratio, limit_size, limit_members, limit_objects, blank (no cell says anything).
    """
    about = _About()
    if data.startswith(b"PK"):
        data = _checked(data, about)
    elif data.startswith(ole.MAGIC):
        extent.check_xls(data)
    book = _asked(lambda: python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)))
    table = left = 0
    for number, name in enumerate(book.sheet_names, 1):
        blocks = _asked(partial(_blocks, book, name, table, about, MOST_SAID - left))
        left += sum(len(block.cells) for block in blocks)
        table = blocks[-1].table if blocks else table
        yield Page(number, tuple(blocks), unread="limit_objects" if left > MOST_SAID else None)
    if not left:
        raise Unreadable("blank")


def _asked(question: Callable[[], Answer]) -> Answer:
    """What calamine answers; its errors made ours, and its panics, which are no `Exception`s."""
    try:
        return question()
    except python_calamine.PasswordError:
        raise Unreadable("encrypted") from None
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise Unreadable("corrupt", str(error)) from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise Unreadable("corrupt", str(error)) from None


def _blocks(book: python_calamine.CalamineWorkbook, name: str, table: int, about: _About, most: int
            ) -> list[Block]:
    """The rows of a sheet that say something; `table` is how many tables came before, `most` how
    many cells there may be before it ends."""
    try:
        sheet = book.get_sheet_by_name(name)
    except python_calamine.WorksheetNotFound:
        # a sheet of charts or macros has no cells
        return []
    blocks: list[Block] = []
    rows = _rows(sheet, about.rows.get(name), about.shares.get(name))
    for block in row_blocks(name, rows, table):
        blocks.append(block)
        most -= len(block.cells)
        if most < 0:
            break
    return blocks


def _rows(sheet: python_calamine.CalamineSheet, moved: tuple[int, ...] | None,
          shares: set[tuple[int, int]] | None) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The rows with the numbers that they have in the workbook."""
    # rows come from the first on, but columns only from that which holds something
    left = sheet.start[1] if sheet.start else 0
    for count, cells in enumerate(sheet.iter_rows(), 1):
        texts = tuple(map(as_text, cells))
        if shares:
            texts = tuple(_shown(count, left + 1, cells, texts, shares))
        yield moved[count - 1] if moved else count, texts


def _shown(row: int, first: int, cells: list[Cell], texts: tuple[str, ...],
           shares: set[tuple[int, int]]) -> Iterator[str]:
    for at, (cell, text) in enumerate(zip(cells, texts, strict=True), first):
        if isinstance(cell, int | float) and not isinstance(cell, bool) and (row, at) in shares:
            yield f"{as_text(float(cell) * 100)}%"
        else:
            yield text


@dataclass(slots=True)
class _About:
    """What the reader of workbooks does not tell, by the name of a sheet: the rows that its rows
    were before they were moved together, the cells that are percentages."""

    rows: dict[str, tuple[int, ...]] = field(default_factory=dict)
    shares: dict[str, set[tuple[int, int]]] = field(default_factory=dict)


def _checked(data: bytes, about: _About) -> bytes:
    """A package that calamine unpacks and lays out within bounds."""
    with opc.open_zip(data) as package:
        for member in package.infolist():
            # a packed member may say less than it unpacks to
            if member.compress_size > 256 * 1024:
                _unpack(package, member)
        names = package.NameToInfo
        if "content.xml" in names:
            extent.check_ods(package)
        elif "xl/workbook.bin" in names:
            extent.check_xlsb(package)
        else:
            data, rows = sparse.squeezed(data, package)
            styles = percent.shown(package)
            if rows or styles:
                parts = _sheets(package)
                about.rows = {parts.get(part, part): found for part, found in rows.items()}
            if styles and not rows:
                about.shares = percent.shares(package, parts, styles)
    return data


def _sheets(package: zipfile.ZipFile) -> dict[str, str]:
    """The names of the sheets by their parts."""
    book = opc.part(package, "xl/workbook.xml") or b""
    links = {key: name for key, _, name in opc.related(package, "xl/workbook.xml")}
    found = {}
    for sheet in opc.parse(book, "workbook").iterfind("{*}sheets/{*}sheet"):
        link = next((str(value) for key, value in sheet.items() if str(key).endswith("}id")), "")
        found[links.get(link, "")] = sheet.get("name", "")
    return found


def _unpack(package: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    try:
        with package.open(member) as stream:
            while stream.read(1024 * 1024):
                pass
    except (*opc.ZIP_ERRORS, RuntimeError) as error:
        raise Unreadable("corrupt", f"{member.filename}: {error}") from None
