"""Which cells of a workbook are shown otherwise than as their number: the reader of workbooks tells
0.125 where people see 12.5%, and 12 where they see 000012."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping

from pipeline.ingest.packed import opc
from pipeline.ingest.sheets.rows import Cell, as_text
from pipeline.ingest.word.wordml import whole

PERCENT = 0
"""The form of a percentage; any other is how many digits are shown at least."""
_BUILT_IN = {9: PERCENT, 10: PERCENT}
"""Number formats `0%` and `0.00%` (ECMA-376 part 1, 18.8.30)."""
_MAY_BE = re.compile(rb'%|numFmtId="(?:9|10)"|formatCode="00')
_QUOTED = re.compile(r'"[^"]*"|\\.')
_ZEROS = re.compile(r"0{2,30}(?=;|$)")
_CELL = re.compile(
    rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"[^>]*?\bs="([0-9]{1,5})"[^>/]*>'
)
_ODS_SHARE = re.compile(rb"<table:table-cell\b[^<>]*+>(?=\s*+<text:p>[^<%]*+%)")
_ODS_VALUE = re.compile(rb'\boffice:value="[^"]*"')


def forms(
    package: zipfile.ZipFile, parts: Mapping[str, str], styles: Mapping[bytes, int]
) -> dict[str, dict[tuple[int, int], int]]:
    """By the name of a sheet, the forms of its cells in these styles, by (row, column), counted
    from 1; `parts` says the sheets' names by their parts."""
    found = {}
    for part, name in parts.items():
        xml = opc.part(package, part) or b""
        found[name] = {
            (int(row), column(letters)): styles[style]
            for letters, row, style in _CELL.findall(xml) if style in styles
        }
    return found


def shown(package: zipfile.ZipFile) -> dict[bytes, int]:
    """The forms of the styles that have one, by their numbers as written in cells."""
    xml = opc.part(package, "xl/styles.xml")
    if not xml or not _MAY_BE.search(xml):
        return {}
    root = opc.parse(xml, "styles")
    known = dict(_BUILT_IN)
    for each in root.iterfind("{*}numFmts/{*}numFmt"):
        code = each.get("formatCode", "")[:500]
        zeros = _ZEROS.match(code)
        if zeros:
            known[whole(each.get("numFmtId")) or 0] = len(zeros[0])
        elif "%" in _QUOTED.sub("", code):
            known[whole(each.get("numFmtId")) or 0] = PERCENT
    styles = {}
    for number, each in enumerate(root.iterfind("{*}cellXfs/{*}xf")):
        form = known.get(whole(each.get("numFmtId")) or 0)
        if form is not None:
            styles[str(number).encode()] = form
    return styles


def as_shown(cell: Cell, form: int) -> str:
    """A cell in that form; only numbers have one, and only whole ones leading zeros."""
    text = as_text(cell)
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return text
    if form == PERCENT:
        return f"{as_text(float(cell) * 100)}%"
    return text.zfill(form + text.startswith("-")) if float(cell).is_integer() else text


def shares_said(content: bytes) -> bytes:
    """The content of an OpenDocument sheet, its percentages made texts, as they are shown there."""
    return _ODS_SHARE.sub(_said, content) if b'"percentage"' in content else content


def _said(found: re.Match[bytes]) -> bytes:
    if b'office:value-type="percentage"' not in found[0]:
        return found[0]
    return _ODS_VALUE.sub(b"", found[0]).replace(b'"percentage"', b'"string"')


def column(letters: bytes) -> int:
    """The number of a column, from 1, by its letters."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
