"""PDF with a text layer: text and a box for each visual line, and the rows of ruled tables.

pdfium reads every page; only a page whose ruling lines close in something that is no grid is
shown to pdfplumber as well (`plumber`).
"""

from __future__ import annotations

import codecs
import contextlib
import ctypes
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from pipeline.errors import Reason, Unreadable
from pipeline.evidence import Block, OnPage, Page
from pipeline.ingest.member import MOST_MEMBER, Member
from pipeline.ingest.packed.membernames import shown
from pipeline.ingest.pdf import sense, xfa
from pipeline.ingest.pdf.calls import address, count_objects
from pipeline.ingest.pdf.grid import Table, tables
from pipeline.ingest.pdf.layout import blocks
from pipeline.ingest.pdf.letters import Letters, placer, turned_back
from pipeline.ingest.pdf.rulings import Drawn, drawn
from pipeline.ingest.pdf.sense import FEW_LETTERS, LARGE, MANY_PATHS, MOSTLY, PARTLY, SMALL
from pipeline.ingest.pdf.sequence import Tables, told

MOST_PAGES = 5_000
MOST_OBJECTS = 200_000
"""Drawn on one page; a full page of text has some hundreds."""
MOST_ATTACHED = 500
"""Files attached to the document and to its pages."""
SAYING = (pdfium.FPDF_ANNOT_WIDGET, pdfium.FPDF_ANNOT_FREETEXT, pdfium.FPDF_ANNOT_STAMP)
"""Annotations that show text of their own."""
MOST_NOTES = 2_000
"""Annotations of one page that are looked at."""
_CATALOG = re.compile(rb"/Type\s{0,9}/Catalog\b")
_OBJECT = re.compile(rb"(\d{1,10})\s{1,9}(\d{1,5})\s{1,9}obj\b")
_HEAD = 1_000
"""Bytes between an object's number and its type."""
COVERED = 0.6
"""Pictures of this share of the page are a scan, whether in one piece or in strips."""
SPARSE, SPARSE_LETTERS = 0.05, 150
"""A text of a smaller share of such a page, or of fewer letters, is not what the scan shows: the
address that a browser prints, a watermark."""
WHOLE = 0.5
"""A picture of this share of the page is the page, and the text on it what somebody recognised."""
_UNITS = ctypes.POINTER(ctypes.c_ushort)
_EMBEDDED = re.compile(rb"/EmbeddedFile(?!s)")


def read(data: bytes) -> Iterator[Page]:
    """The pages in order; page boxes as the page is shown (turned, cropped).

    A page without text but with pictures has `unread` "no_text_layer", one whose letters are not
    what it shows "garbled" (its fonts do not say, or say rubbish), one of too many drawn objects
    "limit_objects"; an empty page has none. Raises Unreadable: encrypted, corrupt, limit_pages,
    unsupported_format (XFA); and after the last page blank, when no page has text, nor a reason
    why not.
    """
    document = opened(data)
    try:
        count = len(document)
        if count > MOST_PAGES:
            raise Unreadable("limit_pages", str(count))
        if count == 0:
            raise Unreadable("corrupt", "no pages")
        if xfa.is_drawn_by_viewer(document):
            yield from xfa.read(document)
            return
        yield from told(_pages(document, data, count))
    finally:
        document.close()


def members(data: bytes) -> Iterator[Member]:
    """The files attached to the document, then those pinned to its pages.

    Raises Unreadable: encrypted, corrupt, limit_members.
    """
    document = opened(data)
    try:
        count = pdfium.FPDFDoc_GetAttachmentCount(document.raw)
        if count > MOST_ATTACHED:
            raise Unreadable("limit_members", str(count))
        names: list[bytes | str] = []
        for number in range(count):
            yield _attached(pdfium.FPDFDoc_GetAttachment(document.raw, number), names)
        # notes may be packed away, but a file's stream cannot: what there is shows in the bytes
        if b"/FileAttachment" in data or (
            b"/EmbeddedFile" in data and len(_EMBEDDED.findall(data)) > count
        ):
            yield from _pinned(document, names)
    finally:
        document.close()


def _pinned(document: pypdfium2.PdfDocument, names: list[bytes | str]) -> Iterator[Member]:
    """The files of the notes that are drawn as a pin or a clip."""
    for index in range(min(len(document), MOST_PAGES)):
        page = pdfium.FPDF_LoadPage(document.raw, index)
        if not page:
            continue
        try:
            for at in range(min(pdfium.FPDFPage_GetAnnotCount(page), MOST_NOTES)):
                note = pdfium.FPDFPage_GetAnnot(page, at)
                held = pdfium.FPDFAnnot_GetFileAttachment(note)
                if held:
                    if len(names) >= MOST_ATTACHED:
                        raise Unreadable("limit_members", str(MOST_ATTACHED))
                    yield _attached(held, names)
                pdfium.FPDFPage_CloseAnnot(note)
        finally:
            pdfium.FPDF_ClosePage(page)


def _attached(held: Any, names: list[bytes | str]) -> Member:
    """An attachment; its name as stated joins those of the ones before it."""
    size = ctypes.c_ulong(pdfium.FPDFAttachment_GetName(held, None, 0))
    text = ctypes.create_string_buffer(max(size.value, 2))
    pdfium.FPDFAttachment_GetName(held, ctypes.cast(text, _UNITS), size.value)
    names.append(_stated(text.raw.decode("utf-16-le", "replace").rstrip("\0")))
    name, reason = shown(names)[-1]
    if reason:
        return Member(name, None, reason)
    if not pdfium.FPDFAttachment_GetFile(held, None, 0, ctypes.byref(size)):
        return Member(name, None, "part_missing")
    if size.value > MOST_MEMBER:
        return Member(name, None, "limit_size")
    content = ctypes.create_string_buffer(size.value)
    pdfium.FPDFAttachment_GetFile(held, content, size.value, ctypes.byref(size))
    return Member(name, content.raw)


def _stated(name: str) -> bytes | str:
    """The name, or its bytes where the file does not say what letters they are: pdfium then takes
    them for Latin ones."""
    try:
        raw = name.encode("latin-1")
    except UnicodeEncodeError:
        return name
    if raw.startswith(codecs.BOM_UTF16_BE):
        return raw[2:].decode("utf-16-be", "replace")
    return raw


def opened(data: bytes) -> pypdfium2.PdfDocument:
    """The document, which the caller closes; also one whose end, which says where it begins, was
    cut off. Raises Unreadable: encrypted, corrupt."""
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        why = pdfium.FPDF_GetLastError()
        if why == pdfium.FPDF_ERR_FORMAT and (trailer := _trailer(data)):
            with contextlib.suppress(pypdfium2.PdfiumError):
                return pypdfium2.PdfDocument(data + trailer)
        if why in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY):
            raise Unreadable("encrypted") from None
        raise Unreadable("corrupt", str(error)) from None


def _trailer(data: bytes) -> bytes | None:
    """What the end of the file would have said: which object the document begins with."""
    for found in deque(_CATALOG.finditer(data), 1):
        heads = _OBJECT.findall(data, max(found.start() - _HEAD, 0), found.start())
        return b"\ntrailer<</Root %s %s R>>\n" % heads[-1] if heads else None
    return None


def _pages(document: pypdfium2.PdfDocument, data: bytes, count: int) -> Iterator[Page]:
    found = Tables()
    for index in range(count):
        page = pdfium.FPDF_LoadPage(document.raw, index)
        if not page:
            yield Page(index + 1, (), unread="corrupt")
            continue
        if count_objects(address(page)) > MOST_OBJECTS:
            pdfium.FPDF_ClosePage(page)
            yield Page(index + 1, (), unread="limit_objects")
            continue
        page = _with_notes(document, page, index)
        text_page = pdfium.FPDFText_LoadPage(page)
        try:
            done, grids = _page(page, text_page, data, index, found.count, count == 1)
        finally:
            pdfium.FPDFText_ClosePage(text_page)
            pdfium.FPDF_ClosePage(page)
        yield found.counted(done, grids)


def _with_notes(document: pypdfium2.PdfDocument, page: Any, index: int) -> Any:
    """The page with the text of its filled-in fields, stamps and typed notes, if it has any: they
    are annotations, and pdfium's text is of the page alone."""
    said, fields = False, False
    for number in range(min(pdfium.FPDFPage_GetAnnotCount(page), MOST_NOTES)):
        note = pdfium.FPDFPage_GetAnnot(page, number)
        subtype = pdfium.FPDFAnnot_GetSubtype(note)
        said, fields = said or subtype in SAYING, fields or subtype == pdfium.FPDF_ANNOT_WIDGET
        pdfium.FPDFPage_CloseAnnot(note)
    if not said:
        return page
    if fields:
        # those that leave it to the viewer to draw what they hold are drawn now
        document.init_forms()
    form = document.formenv.raw if fields and document.formenv else None
    if form:
        pdfium.FORM_OnAfterLoadPage(page, form)
    flat = pdfium.FPDFPage_Flatten(page, pdfium.FLAT_NORMALDISPLAY)
    if form:
        pdfium.FORM_OnBeforeClosePage(page, form)
    if flat != pdfium.FLATTEN_SUCCESS:
        return page
    pdfium.FPDF_ClosePage(page)
    return pdfium.FPDF_LoadPage(document.raw, index)


def _page(
    page: Any, text_page: Any, data: bytes, index: int, tables_before: int, alone: bool
) -> tuple[Page, list[Table]]:
    """The page, and the tables on it from top to bottom."""
    place, width, height = placer(page)
    letters = Letters(text_page, place)
    turned, tilted = letters.lean()
    # read upright, whichever way it is shown
    turn = (turned - pdfium.FPDFPage_GetRotation(page)) % 4 if letters.text.strip() else 0
    upright_width, upright_height = width, height
    if turn:
        place, upright_width, upright_height = placer(page, turn)
        letters = Letters(text_page, place)
    if tilted:
        letters.part_lines()
    about = drawn(page, place, upright_width, upright_height)
    rubbish = max(letters.rubbish(), sense.strange(letters.text))
    if about.covered > WHOLE and len(letters.text) > FEW_LETTERS:
        rubbish = max(rubbish, sense.is_nonsense(letters.text))
    if rubbish > MOSTLY:
        return Page(index + 1, (), width, height, "garbled"), []
    grids = _tables(about, data, index)
    found = blocks(letters, grids, index + 1, tables_before)
    unread: Reason | None = "garbled" if rubbish > PARTLY else _unread(letters.text, about, alone)
    layered = False
    if unread is None and found and about.covered >= COVERED:
        layered = not _is_sparse(found, width * height)
        unread = None if layered else "no_text_layer"
    if turn:
        found, grids = [_turned_back(one, turn, width, height) for one in found], []
    return Page(index + 1, tuple(found), width, height, unread, layered), grids


def _is_sparse(found: list[Block], area: float) -> bool:
    """Whether the text is too little to be all that a page of this area shows."""
    boxes = [one.place.box for one in found if isinstance(one.place, OnPage)]
    said = sum((x1 - x0) * (bottom - top) for x0, top, x1, bottom in boxes)
    letters = sum(len("".join(one.text.split())) for one in found)
    return said < SPARSE * area or letters < SPARSE_LETTERS


def _turned_back(block: Block, turn: int, width: float, height: float) -> Block:
    assert isinstance(block.place, OnPage)
    box = turned_back(block.place.box, turn, width, height)
    return replace(block, place=OnPage(block.place.page, box))


def _tables(about: Drawn, data: bytes, index: int) -> list[Table]:
    found = tables(about.across, about.down)
    if found is None:
        from pipeline.ingest.pdf import plumber

        return plumber.tables(data, index)
    return found


def _unread(text: str, about: Drawn, alone: bool) -> Reason | None:
    """Whether what the page shows is a picture, wholly or for the greater part."""
    if not text or text.isspace():
        # a few lines or a frame on an otherwise empty page say nothing; outlines of letters do
        return "no_text_layer" if about.pictures or about.paths > MANY_PATHS else None
    large = about.picture > (SMALL if alone else LARGE) or about.covered >= COVERED
    return "no_text_layer" if large and len("".join(text.split())) < FEW_LETTERS else None
