"""Which cells of a workbook (xlsx) are shown as percentages: the reader of workbooks tells the
bare number, 0.125 where people see 12.5%."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping

from pipeline.ingest.packed import opc
from pipeline.ingest.word.wordml import whole

_BUILT_IN = {9, 10}
"""Number formats `0%` and `0.00%` (ECMA-376 part 1, 18.8.30)."""
_MAY_BE = re.compile(rb'%|numFmtId="(?:9|10)"')
_QUOTED = re.compile(r'"[^"]*"|\\.')
_CELL = re.compile(
    rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"[^>]*?\bs="([0-9]{1,5})"[^>/]*>'
)


def shares(
    package: zipfile.ZipFile, parts: Mapping[str, str], styles: set[bytes]
) -> dict[str, set[tuple[int, int]]]:
    """By the name of a sheet, the (row, column) of its percentages, counted from 1: of the cells in
    these styles; `parts` says the sheets' names by their parts."""
    found = {}
    for part, name in parts.items():
        xml = opc.part(package, part) or b""
        found[name] = {
            (int(row), column(letters)) for letters, row, style in _CELL.findall(xml)
            if style in styles
        }
    return found


def shown(package: zipfile.ZipFile) -> set[bytes]:
    """The numbers, as written in cells, of the styles that show percentages."""
    xml = opc.part(package, "xl/styles.xml")
    if not xml or not _MAY_BE.search(xml):
        return set()
    root = opc.parse(xml, "styles")
    formats = set(_BUILT_IN)
    for each in root.iterfind("{*}numFmts/{*}numFmt"):
        if "%" in _QUOTED.sub("", each.get("formatCode", "")[:500]):
            formats.add(whole(each.get("numFmtId")) or 0)
    return {
        str(number).encode()
        for number, each in enumerate(root.iterfind("{*}cellXfs/{*}xf"))
        if whole(each.get("numFmtId")) in formats
    }


def column(letters: bytes) -> int:
    """The number of a column, from 1, by its letters."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
