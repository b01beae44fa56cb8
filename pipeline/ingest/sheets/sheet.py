"""Spreadsheets (xlsx, xls, xlsb, ods): a page for each sheet, a block for each row.

Of xlsx text boxes are read too, and pictures that are pages; of the others, cells only.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeVar

import python_calamine
from PIL import Image

from pipeline.errors import Reason, Unreadable
from pipeline.evidence import Block, InRow, Page
from pipeline.ingest.packed import ole, opc
from pipeline.ingest.sheets import extent, formats, sparse
from pipeline.ingest.sheets.drawn import Drawn, drawn
from pipeline.ingest.sheets.rows import as_text, row_blocks
from pipeline.ingest.word import pasted
from pipeline.ingest.word.flow import FEW_LETTERS

MOST_SAID = 2_000_000
"""Cells of a workbook that are kept, those that say nothing left out."""
_OLD = (b"\t\0\4\0", b"\t\2\6\0", b"\t\4\6\0")
"""How files of Excel 2, 3 and 4 begin: they have no table of strings and no folder."""
Answer = TypeVar("Answer")


def read(data: bytes) -> Iterator[Page]:
    """A page for each sheet in the order of the tabs, hidden ones too, a `row` for each row that
    is not empty. Rows that follow one another are one table. Then a `paragraph` for each one in a
    text box, standing in the row where its box begins; behind all sheets a page without blocks for
    each picture that is one (`word.pasted`), `unread` "no_text_layer" or "limit_pixels".

    Formulas stand as the values they had when the workbook was saved; errors say nothing. Shares
    stand as the percentages they are shown as in xlsx and ods, as numbers in the others; numbers
    with leading zeros have them in xlsx. A sheet of which rows are left out for their number is
    `unread` "limit_objects"; the first says what was lost of drawings. Raises Unreadable:
    encrypted, corrupt, limit_ratio, limit_size, limit_members, limit_objects, no_text_layer
    (drawings without pixels), unsupported_format (Excel 4 and older), blank.
    """
    if data.startswith(_OLD):
        raise Unreadable("unsupported_format", "xls")
    about = _About()
    if data.startswith(b"PK"):
        data = _checked(data, about)
    elif data.startswith(ole.MAGIC):
        extent.check_xls(data)
    book = _asked(lambda: python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)))
    table = left = 0
    said = False
    for number, name in enumerate(book.sheet_names, 1):
        blocks = _asked(partial(_blocks, book, name, table, about, MOST_SAID - left))
        left += sum(len(block.cells) for block in blocks)
        table = blocks[-1].table if blocks else table
        boxes = about.drawn.boxes.get(name, ())
        said = said or bool(blocks or boxes)
        blocks += [Block("paragraph", text, InRow(name, row)) for row, text in boxes]
        lost: Reason | None = "limit_objects" if left > MOST_SAID else None
        yield Page(number, tuple(blocks), unread=lost or (about.lost if number == 1 else None))
    if not said and not about.scans:
        nothing: Reason = "no_text_layer" if about.drawn.pictures else "blank"
        raise Unreadable(about.lost or nothing)
    for page in pasted.pages(about.scans):
        yield replace(page, number=page.number - 1 + len(book.sheet_names))


def picture(data: bytes, number: int) -> Image.Image:
    """The picture that is page `number` of a workbook (xlsx), in red, green and blue.

    Raises Unreadable as `read`, and no_text_layer for sheets and pages that are not there.
    """
    with opc.open_zip(data) as package:
        scans = _scans(package, drawn(package, _sheets(package)))
        book = _asked(lambda: python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)))
        return pasted.picture(package, scans, number + 1 - len(book.sheet_names))


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
    rows = _rows(sheet, about.rows.get(name), about.forms.get(name))
    for block in row_blocks(name, rows, table):
        blocks.append(block)
        most -= len(block.cells)
        if most < 0:
            break
    return blocks


def _rows(sheet: python_calamine.CalamineSheet, moved: tuple[int, ...] | None,
          forms: dict[tuple[int, int], int] | None) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The rows with the numbers that they have in the workbook."""
    # rows come from the first on, but columns only from that which holds something
    left = sheet.start[1] if sheet.start else 0
    for count, cells in enumerate(sheet.iter_rows(), 1):
        texts = tuple(map(as_text, cells))
        if forms:
            texts = tuple(
                formats.as_shown(cell, forms[count, at]) if (count, at) in forms else text
                for at, (cell, text) in enumerate(zip(cells, texts, strict=True), left + 1)
            )
        yield moved[count - 1] if moved else count, texts


@dataclass(slots=True)
class _About:
    """What the reader of workbooks does not tell, by the name of a sheet: the rows that its rows
    were before they were moved together, the forms of its cells; and what is drawn."""

    rows: dict[str, tuple[int, ...]] = field(default_factory=dict)
    forms: dict[str, dict[tuple[int, int], int]] = field(default_factory=dict)
    drawn: Drawn = field(default_factory=Drawn)
    scans: list[pasted.Scan] = field(default_factory=list)

    @property
    def lost(self) -> Reason | None:
        """Why something drawn was left out."""
        return "limit_pages" if len(self.scans) > pasted.MOST else self.drawn.lost


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
            content = opc.part(package, "content.xml") or b""
            said = formats.shares_said(content)
            if said is not content:
                data = sparse.with_parts(package, {"content.xml": said})
        elif "xl/workbook.bin" in names:
            extent.check_xlsb(package)
        else:
            data, rows = sparse.squeezed(data, package)
            parts = _sheets(package)
            about.rows = {parts.get(part, part): found for part, found in rows.items()}
            styles = formats.shown(package)
            if styles and not rows:
                about.forms = formats.forms(package, parts, styles)
            about.drawn = drawn(package, parts)
            about.scans = _scans(package, about.drawn)
    return data


def _sheets(package: zipfile.ZipFile) -> dict[str, str]:
    """The names of the sheets by their parts."""
    try:
        book = opc.parse(opc.part(package, "xl/workbook.xml") or b"", "workbook")
        links = {key: name for key, _, name in opc.related(package, "xl/workbook.xml")}
    except Unreadable:
        return {}  # the reader of workbooks says what is wrong, or reads it all the same
    found = {}
    for sheet in book.iterfind("{*}sheets/{*}sheet"):
        link = next((str(value) for key, value in sheet.items() if str(key).endswith("}id")), "")
        found[links.get(link, "")] = sheet.get("name", "")
    return found


def _scans(package: zipfile.ZipFile, found: Drawn) -> list[pasted.Scan]:
    if not found.pictures:
        return []
    # a cell says a letter at least
    return found.scans(package, sparse.few(package, FEW_LETTERS))


def _unpack(package: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    try:
        with package.open(member) as stream:
            while stream.read(1024 * 1024):
                pass
    except (*opc.ZIP_ERRORS, RuntimeError) as error:
        raise Unreadable("corrupt", f"{member.filename}: {error}") from None
