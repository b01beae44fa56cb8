"""A paper without pages of its own, as the PDF that LibreOffice makes of it."""

from __future__ import annotations

from pipeline.errors import Unreadable
from pipeline.ingest import kinds
from pipeline.ingest.packed import opc
from pipeline.ingest.shown import found
from pipeline.ingest.word import office, word_xml

ENDINGS = {
    "doc": ".doc", "docx": ".docx", "rtf": ".rtf", "wps": ".wps", "odt": ".odt",
    "word_xml": ".docx", "xlsx": ".xlsx", "xlsb": ".xlsb", "xls": ".xls", "ods": ".ods",
    "fods": ".fods", "excel_xml": ".xml", "pptx": ".pptx", "ppt": ".ppt", "odp": ".odp",
}  # fmt: skip
"""Kind to the ending by which `word.office` knows the filter that reads it."""
_SHEETS = frozenset({"xlsx", "xlsb", "xls", "ods", "fods", "excel_xml"})
# the columns of a row side by side, however many; since LibreOffice 7.4
_WHOLE_SHEETS = 'calc_pdf_Export:{"SinglePageSheets":{"type":"boolean","value":"true"}}'
NEARLY_ALL = 0.9
"""Of a workbook's letters; what a narrow column cuts off is not in the PDF."""


def pdf(data: bytes, kind: str) -> bytes:
    """The paper, of one of the kinds of `ENDINGS`, as a PDF; of a workbook each sheet as one page,
    unless LibreOffice loses rows of it (what goes on behind a page break, or below 11,250 points).

    Raises Unreadable: program_missing, timeout, limit_size, corrupt; limit_members, limit_ratio
    where a package is not to be unpacked.
    """
    ending = ENDINGS[kind]
    if kind == "word_xml":
        data = word_xml.packed(data)
    elif kind == "odt" and not data.startswith(b"PK"):
        ending = ".fodt"
    if data.startswith(b"PK"):
        with opc.open_zip(data):
            pass
    whole = _whole_sheets(data, ending) if kind in _SHEETS else None
    if whole and _letters(whole) >= NEARLY_ALL * _said(data):
        return whole
    try:
        made = office.convert(data, ending, "pdf")
    except Unreadable as error:
        if whole is None or error.reason != "corrupt":
            raise
        return whole
    if whole and _letters(whole) >= NEARLY_ALL * _letters(made):
        return whole
    return made


def _whole_sheets(data: bytes, ending: str) -> bytes | None:
    """None where nothing comes of it. Raises Unreadable: program_missing, timeout, limit_size."""
    try:
        return office.convert(data, ending, "pdf", _WHOLE_SHEETS)
    except Unreadable as error:
        if error.reason != "corrupt":
            raise
        return None


def _letters(made: bytes) -> int:
    return len(found.words(made).letters)


def _said(data: bytes) -> int:
    """The letters that our own reader finds in a workbook."""
    try:
        return sum(len(found.bare(page.text)[0]) for page in kinds.read(data, ""))
    except Unreadable:
        return 0
