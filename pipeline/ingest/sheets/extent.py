"""How far the sheets of a workbook reach (xls, xlsb, ods), told before they are laid out.

What a workbook says of itself is believed where it is little; where it is much, the cells that hold
something are looked at, for formatted ones far away cost nothing.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Iterable, Iterator

from pipeline.errors import Unreadable
from pipeline.ingest.packed import ole, opc

MOST_CELLS = 40_000_000
"""Laid out of all sheets together, empty ones included: 1.3 gigabytes."""
Extent = tuple[int, int, int, int]
"""First row, last row, first column, last column."""

_BEGINS = (0x0809, 0x0409, 0x0209, 0x0009)
_CELLS = frozenset((0x0203, 0x0204, 0x0205, 0x0006, 0x0206, 0x0406, 0x00FD, 0x027E, 0x00D6))
"""[MS-XLS] 2.3.1, and those of its forerunners: row and column are their first two numbers."""
_DIMENSIONS = re.compile(rb"\x00\x02\x0e\x00(.{12})", re.DOTALL)
_MANY_NUMBERS = 0x00BD
_EXTENT_12, _ROW_12, _CELLS_12 = 148, 0, range(2, 12)
"""[MS-XLSB] 2.3.1: BrtWsDim, BrtRowHdr, BrtCellRk to BrtFmlaError."""
_ODS = re.compile(rb"<(/?)table:(table|table-row|table-cell|covered-table-cell)(?=[\s/>])([^>]*)>")
_REPEATED = re.compile(rb"number-(?:rows|columns)-repeated=\"([0-9]{1,9})\"")
_HOLDS = re.compile(rb"(?:value-type|formula)=")


def check_xls(data: bytes) -> None:
    """Raises Unreadable("limit_objects") for a workbook in an OLE file that reaches too far."""
    # wherever in the file the records stand that say how large a sheet is
    if _cells(map(_stated_xls, _DIMENSIONS.findall(data))) <= MOST_CELLS:
        return
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(data)) as compound:
            names = [name for name in ("Workbook", "Book") if compound.exists(name)]
            records = compound.openstream(names[0]).read() if names else b""
    except ole.ERRORS:
        return  # whatever is wrong with it, the reader says so
    _refuse(_cells(_found_xls(records)))


def check_xlsb(package: zipfile.ZipFile) -> None:
    """The same for a workbook of binary parts, a sheet at a time, as they are read."""
    for member in package.infolist():
        if member.filename.startswith("xl/worksheets/") and member.filename.endswith(".bin"):
            records = opc.part(package, member.filename) or b""
            if _cells(_stated_xlsb(records)) > MOST_CELLS:
                _refuse(_cells([_found_xlsb(records)]))


def check_ods(package: zipfile.ZipFile) -> None:
    """The same for an OpenDocument sheet: its rows and cells say how often they are repeated."""
    _refuse(_cells(_found_ods(opc.part(package, "content.xml") or b"")))


def _refuse(cells: int) -> None:
    if cells > MOST_CELLS:
        raise Unreadable("limit_objects", f"{cells} cells")


def _cells(extents: Iterable[Extent]) -> int:
    return sum((bottom - top + 1) * (right - left + 1) for top, bottom, left, right in extents)


def _grown(extent: Extent | None, row: int, column: int) -> Extent:
    if extent is None:
        return row, row, column, column
    top, bottom, left, right = extent
    return min(top, row), max(bottom, row), min(left, column), max(right, column)


def _records(stream: bytes) -> Iterator[tuple[int, int, int]]:
    """Kind, place and length of each record of a stream."""
    at = 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        yield kind, at + 4, size
        at += 4 + size


def _stated_xls(body: bytes) -> Extent:
    # it tells the row and the column behind the last
    top, bottom, left, right = struct.unpack("<IIHH", body)
    return top, max(bottom, top + 1) - 1, left, max(right, left + 1) - 1


def _found_xls(stream: bytes) -> Iterator[Extent]:
    extent: Extent | None = None
    for kind, at, size in _records(stream):
        if kind in _BEGINS and extent:
            yield extent
            extent = None
        if (kind in _CELLS or kind == _MANY_NUMBERS) and size >= 6 and at + size <= len(stream):
            row, column = struct.unpack_from("<HH", stream, at)
            extent = _grown(extent, row, column)
            if kind == _MANY_NUMBERS:
                extent = _grown(extent, row, struct.unpack_from("<H", stream, at + size - 2)[0])
    if extent:
        yield extent


def _records_12(stream: bytes) -> Iterator[tuple[int, int, int]]:
    at = 0
    while at < len(stream):
        kind, at = _number(stream, at, 2)
        size, at = _number(stream, at, 4)
        yield kind, at, size
        at += size


def _number(stream: bytes, at: int, most: int) -> tuple[int, int]:
    """A number of seven bits a byte, and what follows it."""
    value = 0
    for place in range(most):
        byte = stream[at] if at < len(stream) else 0
        value |= (byte & 0x7F) << (7 * place)
        at += 1
        if byte < 0x80:
            break
    return value, at


def _stated_xlsb(stream: bytes) -> Iterator[Extent]:
    for kind, at, size in _records_12(stream):
        if kind == _EXTENT_12 and size >= 16 and at + 16 <= len(stream):
            yield struct.unpack_from("<4I", stream, at)
            return


def _found_xlsb(stream: bytes) -> Extent:
    extent: Extent | None = None
    row = 0
    for kind, at, size in _records_12(stream):
        if size >= 4 and at + 4 <= len(stream):
            (given,) = struct.unpack_from("<I", stream, at)
            if kind == _ROW_12:
                row = given
            elif kind in _CELLS_12:
                extent = _grown(extent, row, given)
    return extent or (0, 0, 0, 0)


def _found_ods(content: bytes) -> Iterator[Extent]:
    """What is laid out of each table: up to its last row and column that hold something."""
    rows = columns = times = 0
    height = width = held = 0
    for found in _ODS.finditer(content):
        ends, name, about = found[1], found[2], found[3]
        given = _REPEATED.search(about)
        count = int(given[1]) if given else 1
        if name == b"table":
            if ends and height and width:
                yield 1, height, 1, width
            rows = height = width = 0
        elif name == b"table-row":
            if not ends:
                columns, held, times = 0, 0, count
            if ends or about.endswith(b"/"):
                rows += times
                height, width = rows if held else height, max(width, held)
        elif not ends:
            columns += count
            held = columns if _HOLDS.search(about) else held
