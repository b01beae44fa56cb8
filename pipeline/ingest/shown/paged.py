"""A paper without pages of its own, as the PDF that LibreOffice makes of it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from pipeline.errors import Unreadable
from pipeline.ingest import kinds
from pipeline.ingest.packed import opc
from pipeline.ingest.shown import found
from pipeline.ingest.word import office, word_xml

FILTERS = {
    "doc": (".doc", "MS Word 97"),
    "docx": (".docx", "MS Word 2007 XML"),
    "rtf": (".rtf", "Rich Text Format"),
    "wps": (".wps", "MS_Works"),
    "odt": (".odt", "writer8"),
    "word_xml": (".docx", "MS Word 2007 XML"),
    "xlsx": (".xlsx", "Calc MS Excel 2007 XML"),
    "xlsb": (".xlsb", "Calc MS Excel 2007 Binary"),
    "xls": (".xls", "MS Excel 97"),
    "ods": (".ods", "calc8"),
    "fods": (".fods", "OpenDocument Spreadsheet Flat XML"),
    "excel_xml": (".xml", "MS Excel 2003 XML"),
    "pptx": (".pptx", "Impress MS PowerPoint 2007 XML"),
    "ppt": (".ppt", "MS PowerPoint 97"),
    "odp": (".odp", "impress8"),
}
"""Kind to the ending and the filter that reads it; the names stand in LibreOffice's
`share/registry`."""
_FLAT = (".fodt", "OpenDocument Text Flat XML")
_SHEETS = frozenset({"xlsx", "xlsb", "xls", "ods", "fods", "excel_xml"})
# of texts, sheets and slides each has a filter of its own, which it finds itself
_ANY = "pdf"
# the columns of a row side by side, however many; since LibreOffice 7.4
_WHOLE_SHEETS = 'pdf:calc_pdf_Export:{"SinglePageSheets":{"type":"boolean","value":"true"}}'
NEARLY_ALL = 0.9
"""Of a workbook's letters; what a narrow column cuts off is not in the PDF."""


def pdf(data: bytes, kind: str) -> bytes:
    """The paper, of one of the kinds of `FILTERS`, as a PDF; of a workbook each sheet as one page,
    unless LibreOffice loses rows of it (what goes on behind a page break, or below 11,250 points).

    Raises Unreadable: program_missing, timeout, limit_size, corrupt; limit_members, limit_ratio
    where a package is not to be unpacked.
    """
    ending, filter_ = FILTERS[kind]
    if kind == "word_xml":
        data = word_xml._package(data)
    elif kind == "odt" and not data.startswith(b"PK"):
        ending, filter_ = _FLAT
    if data.startswith(b"PK"):
        with opc.open_zip(data):
            pass
    whole = _converted(data, ending, filter_, _WHOLE_SHEETS) if kind in _SHEETS else None
    if whole and _letters(whole) >= NEARLY_ALL * _said(data):
        return whole
    made = _converted(data, ending, filter_, _ANY)
    if whole and (made is None or _letters(whole) >= NEARLY_ALL * _letters(made)):
        return whole
    if made is None:
        raise Unreadable("corrupt", "libreoffice made nothing of it")
    return made


def _letters(made: bytes) -> int:
    return len(found.words(made).letters)


def _said(data: bytes) -> int:
    """The letters that our own reader finds in a workbook."""
    try:
        return sum(len(found.bare(page.text)[0]) for page in kinds.read(data, ""))
    except Unreadable:
        return 0


def _converted(data: bytes, ending: str, filter_: str, to: str) -> bytes | None:
    """What LibreOffice writes; None for nothing. Raises Unreadable: program_missing, timeout,
    limit_size."""
    program = office.available()
    if program is None:
        raise Unreadable("program_missing", "libreoffice")
    with tempfile.TemporaryDirectory(prefix="lo", ignore_cleanup_errors=True) as name:
        scratch = Path(name)
        (scratch / f"in{ending}").write_bytes(data)
        office._profile(scratch / "profile")
        command = _command(program, scratch, ending, filter_, to)
        if office._run(command, scratch) == office._AGAIN:
            office._run(command, scratch)
        written = scratch / "out" / "in.pdf"
        if not written.is_file():
            return None
        if written.stat().st_size > office.MOST_BYTES:
            raise Unreadable("limit_size", f"{written.stat().st_size} bytes converted")
        return written.read_bytes()


def _command(program: str, scratch: Path, ending: str, filter_: str, to: str) -> list[str]:
    return [
        program,
        f"-env:UserInstallation={(scratch / 'profile').as_uri()}",
        "-env:OSL_SOCKET_PATH=.",
        "--headless", "--norestore", "--nolockcheck", "--nodefault", "--nofirststartwizard",
        f"--infilter={filter_}",
        "--convert-to", to,
        "--outdir", str(scratch / "out"),
        str(scratch / f"in{ending}"),
    ]  # fmt: skip
