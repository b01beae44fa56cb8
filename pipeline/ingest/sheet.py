"""Spreadsheets (xlsx, xls, xlsb, ods): a page for each sheet, a block for each row."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeVar

import python_calamine

from pipeline.errors import Unreadable
from pipeline.evidence import Block, InRow, Page
from pipeline.ingest import opc

MOST_CELLS = 30_000_000
"""Of one sheet, empty ones among the others included: about a gigabyte."""
_DIMENSION = re.compile(rb'(?<=[":])([A-Z]{1,3})([0-9]{1,7})(?=[":])')
"""The two corners in `<dimension ref="A1:C9"/>`; single cells further on do no harm."""
_HELD = re.compile(rb'<(?:\w+:)?c r="([A-Z]{1,3})([0-9]{1,7})"[^>]*>\s*<(?:f|is|v>[^<])')
Answer = TypeVar("Answer")
Cell = int | float | str | bool | datetime.date | datetime.time | datetime.timedelta


def read(data: bytes) -> Iterator[Page]:
    """A page for each sheet in the order of the tabs, hidden ones too, a `row` for each row that
    is not empty. Rows that follow one another are one table.

    Raises Unreadable: encrypted, corrupt, limit_ratio, limit_members, blank (no cell says
    anything).
    """
    if data.startswith(b"PK"):
        _check(data)
    book = _asked(lambda: python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)))
    table = 0
    said = False
    for number, name in enumerate(book.sheet_names, 1):
        blocks = _asked(partial(_blocks, book, name, table))
        if blocks:
            said, table = True, blocks[-1].table
        yield Page(number, tuple(blocks))
    if not said:
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


def _blocks(book: python_calamine.CalamineWorkbook, name: str, table: int) -> list[Block]:
    """The rows of a sheet that say something; `table` is how many tables came before."""
    try:
        sheet = book.get_sheet_by_name(name)
    except python_calamine.WorksheetNotFound:
        # a sheet of charts or macros has no cells
        return []
    blocks: list[Block] = []
    last = -1
    for row, cells in enumerate(sheet.iter_rows(), 1):
        texts = tuple(map(as_text, cells))
        if not any(texts):
            continue
        table += row != last + 1
        last = row
        text = "\t".join(filter(None, texts))
        blocks.append(Block("row", text, InRow(name, row), texts, table))
    return blocks


def as_text(cell: Cell) -> str:
    """A cell as a reader would say it: whole numbers without `.0`, dates in ISO."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else f"{cell:.15g}"
    if isinstance(cell, datetime.datetime):
        return cell.isoformat(" ") if cell.time() != datetime.time() else cell.date().isoformat()
    return str(cell)


def _check(data: bytes) -> None:
    """Refuses what calamine would unpack, or lay out, without bounds."""
    with opc.open_zip(data) as package:
        for member in package.infolist():
            if member.filename.startswith("xl/worksheets/"):
                _check_extent(package, member)
            # a packed member may say less than it unpacks to
            if member.compress_size > 256 * 1024:
                _unpack(package, member)


def _check_extent(package: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    # calamine lays out every cell between the first and the last that holds something, so that
    # one stray cell in the far corner takes all memory there is
    if _area(_DIMENSION.findall(_unpack(package, member, 4096))) <= MOST_CELLS:
        return
    # formatted cells count in the dimension, and cost nothing: only those that hold something do
    area = _area(_HELD.findall(_unpack(package, member, opc.MOST_MEMBER)))
    if area > MOST_CELLS:
        raise Unreadable("memory", f"{member.filename}: {area} cells")


def _area(references: list[tuple[bytes, bytes]]) -> int:
    rows = [int(row) for _, row in references]
    columns = [_column(letters) for letters, _ in references]
    if not references:
        return 0
    return (max(rows) - min(rows) + 1) * (max(columns) - min(columns) + 1)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _unpack(package: zipfile.ZipFile, member: zipfile.ZipInfo, most: int = -1) -> bytes:
    """The first `most` bytes of a member; without it all of it is unpacked, and nothing kept."""
    try:
        with package.open(member) as stream:
            if most >= 0:
                return stream.read(most)
            while stream.read(1024 * 1024):
                pass
    except (*opc.ZIP_ERRORS, RuntimeError) as error:
        raise Unreadable("corrupt", f"{member.filename}: {error}") from None
    return b""
