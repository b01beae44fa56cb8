"""A workbook whose sheets reach far for little: the rows and columns that hold nothing taken out.

The reader of workbooks lays out every cell from the first to the last that holds something, so that
one stray cell in the far corner takes all the memory there is. The same workbook with its rows and
columns moved together reads the same; which rows they were is kept.
"""

from __future__ import annotations

import io
import re
import zipfile

from pipeline.errors import Unreadable
from pipeline.ingest.packed import opc
from pipeline.ingest.sheets.formats import column

MOST_CELLS = 10_000_000
"""Laid out of one sheet, empty ones included: about a third of a gigabyte."""
SHEETS = "xl/worksheets/"
_PICTURES = ("xl/media/", "Pictures/")
_ROW = re.compile(rb'<((?:\w+:)?row)\b([^>]*?)\br="([0-9]{1,7})"')
_CELL = re.compile(rb'<((?:\w+:)?c)\b([^>]*?)\br="([A-Z]{1,3})([0-9]{1,7})"')
_HELD = re.compile(
    rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"[^>/]*>\s*<(?:\w+:)?(?:f|is|v>[^<])'
)
"""A cell with a value, a formula or a text; formatted ones cost nothing."""
_DIMENSION = re.compile(rb"<(?:\w+:)?dimension\b[^>]*>")
_FAR = re.compile(rb'\br="([A-Z]{3})[0-9]')
_WIDE = 702
"""Columns that have names of two letters."""


def squeezed(data: bytes, package: zipfile.ZipFile) -> tuple[bytes, dict[str, tuple[int, ...]]]:
    """The workbook (xlsx), changed only where a sheet reaches further than `MOST_CELLS`; and for
    each sheet that was changed, by its part, the rows that its rows were.

    Raises Unreadable: limit_objects (a sheet holds more than that all the same), corrupt.
    """
    changed: dict[str, bytes] = {}
    rows: dict[str, tuple[int, ...]] = {}
    for member in package.infolist():
        name = member.filename
        if name.startswith(SHEETS) and name.endswith(".xml"):
            xml = opc.part(package, name) or b""
            held = _HELD.findall(xml) if _may_be_far(xml) else []
            if _area(held) > MOST_CELLS:
                changed[name], rows[name] = _together(xml, held)
    return (with_parts(package, changed) if changed else data), rows


def _may_be_far(xml: bytes) -> bool:
    last = xml.rfind(b"<row ")
    found = _ROW.match(xml, last) if last >= 0 else None
    height = int(found[3]) if found else xml.count(b"row ")
    return _FAR.search(xml) is not None or height * _WIDE > MOST_CELLS


def few(package: zipfile.ZipFile, most: int) -> bool:
    """Whether the sheets of a workbook hold fewer cells than `most` together."""
    for member in package.infolist():
        if member.filename.startswith(SHEETS) and member.filename.endswith(".xml"):
            for _ in _HELD.finditer(opc.part(package, member.filename) or b""):
                most -= 1
                if most <= 0:
                    return False
    return True


def _area(held: list[tuple[bytes, bytes]]) -> int:
    if not held:
        return 0
    rows = [int(row) for _, row in held]
    columns = [column(letters) for letters in {letters for letters, _ in held}]
    return (max(rows) - min(rows) + 1) * (max(columns) - min(columns) + 1)


def _together(xml: bytes, held: list[tuple[bytes, bytes]]) -> tuple[bytes, tuple[int, ...]]:
    rows = sorted({int(row) for _, row in held})
    columns = sorted({letters for letters, _ in held}, key=column)
    if len(rows) * len(columns) > MOST_CELLS:
        raise Unreadable("limit_objects", f"{len(rows)} x {len(columns)} cells")
    new_row = {str(row).encode(): str(number).encode() for number, row in enumerate(rows, 1)}
    new_column = {old: _letters(number) for number, old in enumerate(columns, 1)}

    def row(found: re.Match[bytes]) -> bytes:
        # a row that holds nothing stands far down, where nothing holds it up
        return b'<%b%br="%b"' % (found[1], found[2], new_row.get(found[3], b"1048576"))

    def cell(found: re.Match[bytes]) -> bytes:
        there = found[3] in new_column and found[4] in new_row
        at = new_column[found[3]] + new_row[found[4]] if there else b"XFD1048576"
        return b'<%b%br="%b"' % (found[1], found[2], at)

    xml = _DIMENSION.sub(b"", xml, count=1)
    return _CELL.sub(cell, _ROW.sub(row, xml)), tuple(rows)


def _letters(number: int) -> bytes:
    out = b""
    while number:
        number, rest = divmod(number - 1, 26)
        out = bytes([65 + rest]) + out
    return out


def with_parts(package: zipfile.ZipFile, changed: dict[str, bytes]) -> bytes:
    """The workbook with these parts changed, and without its pictures."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
        for member in package.infolist():
            xml = changed.get(member.filename)
            if xml is None and not member.filename.startswith(_PICTURES):
                xml = opc.part(package, member.filename) or b""
            if xml is not None:
                new.writestr(member.filename, xml)
    return out.getvalue()
