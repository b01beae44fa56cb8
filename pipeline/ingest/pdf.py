"""PDF with a text layer: text and a box for each visual line, and the rows of ruled tables.

pdfium reads every page; only a page whose ruling lines close in something that is no grid is
shown to pdfplumber as well (`plumber`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from pipeline.errors import Unreadable
from pipeline.evidence import Block, Page
from pipeline.ingest.grid import Table, tables
from pipeline.ingest.layout import blocks, runs_on
from pipeline.ingest.letters import Letters, placer
from pipeline.ingest.rulings import Drawn, drawn

MOST_PAGES = 5_000
FEW_LETTERS, LARGE, SMALL = 50, 0.15, 0.02
"""A page with fewer letters beside a picture of a `LARGE` share of it is a scan with a stamp; a
smaller one may be the seal on a last page, unless that page is all there is."""
MANY_PATHS = 100
"""A page without text that draws more than this shows its letters as outlines."""
SAYING = (pdfium.FPDF_ANNOT_WIDGET, pdfium.FPDF_ANNOT_FREETEXT, pdfium.FPDF_ANNOT_STAMP)
"""Annotations that show text of their own."""
MOST_NOTES = 2_000
FLATTENED = pdfium.FLATTEN_SUCCESS
PARTLY, MOSTLY = 0.1, 0.5
"""Shares of letters whose font does not say what they are: some of the page, or all, is lost."""


def read(data: bytes) -> Iterator[Page]:
    """The pages in order; page boxes as the page is shown (turned, cropped).

    A page without text but with pictures has `unread` "no_text_layer", one whose fonts do not say
    which letters they show "garbled"; an empty page has neither. Raises Unreadable: encrypted,
    corrupt, limit_pages; and when no page at all has text, no_text_layer, garbled or blank.
    """
    document = _open(data)
    try:
        count = len(document)
        if count > MOST_PAGES:
            raise Unreadable("limit_pages", str(count))
        if count == 0:
            raise Unreadable("corrupt", "no pages")
        yield from _said(_pages(document, data, count))
    finally:
        document.close()


def _open(data: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if pdfium.FPDF_GetLastError() in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY):
            raise Unreadable("encrypted") from None
        raise Unreadable("corrupt", str(error)) from None


def _said(pages: Iterator[Page]) -> Iterator[Page]:
    """The pages, unless none of them says anything: those before the first that does wait."""
    waiting: list[Page] = []
    said = False
    for page in pages:
        if said:
            yield page
        elif page.blocks:
            said = True
            yield from waiting
            yield page
        else:
            waiting.append(page)
    if not said:
        reasons = {page.unread for page in waiting}
        if "garbled" in reasons:
            raise Unreadable("garbled")
        if "no_text_layer" in reasons:
            raise Unreadable("no_text_layer")
        raise Unreadable("corrupt" if "corrupt" in reasons else "blank")


def _pages(document: pypdfium2.PdfDocument, data: bytes, count: int) -> Iterator[Page]:
    numbered = 0
    before: tuple[Page, Table] | None = None
    for index in range(count):
        page = pdfium.FPDF_LoadPage(document.raw, index)
        if not page:
            yield Page(index + 1, (), unread="corrupt")
            continue
        page = _with_notes(document, page, index)
        text_page = pdfium.FPDFText_LoadPage(page)
        try:
            done, grids = _page(page, text_page, data, index, numbered, count == 1)
        finally:
            pdfium.FPDFText_ClosePage(text_page)
            pdfium.FPDF_ClosePage(page)
        if before and grids and runs_on(*before, done, grids[0]):
            # the same table goes on: every number on this page is one too high
            done = replace(done, blocks=tuple(map(_one_less, done.blocks)))
        numbered = max((block.table for block in done.blocks), default=0) or numbered
        before = (done, grids[-1]) if grids else None
        yield done


def _one_less(block: Block) -> Block:
    return replace(block, table=block.table - 1) if block.table else block


def _with_notes(document: pypdfium2.PdfDocument, page: Any, index: int) -> Any:
    """The page with the text of its filled-in fields, stamps and typed notes, if it has any: they
    are annotations, and pdfium's text is of the page alone."""
    said = False
    for number in range(min(pdfium.FPDFPage_GetAnnotCount(page), MOST_NOTES)):
        note = pdfium.FPDFPage_GetAnnot(page, number)
        said = said or pdfium.FPDFAnnot_GetSubtype(note) in SAYING
        pdfium.FPDFPage_CloseAnnot(note)
    if not said or pdfium.FPDFPage_Flatten(page, pdfium.FLAT_NORMALDISPLAY) != FLATTENED:
        return page
    pdfium.FPDF_ClosePage(page)
    return pdfium.FPDF_LoadPage(document.raw, index)


def _page(
    page: Any, text_page: Any, data: bytes, index: int, tables_before: int, alone: bool
) -> tuple[Page, list[Table]]:
    """The page, and the tables on it from top to bottom."""
    place, width, height = placer(page)
    letters = Letters(text_page, place)
    about = drawn(page, place, width * height)
    rubbish = letters.rubbish()
    if rubbish > MOSTLY:
        return Page(index + 1, (), width, height, "garbled"), []
    grids = _tables(about, data, index)
    found = blocks(letters, grids, index + 1, tables_before)
    unread = "garbled" if rubbish > PARTLY else _unread(letters.text, about, alone)
    return Page(index + 1, tuple(found), width, height, unread), grids


def _tables(about: Drawn, data: bytes, index: int) -> list[Table]:
    found = tables(about.across, about.down)
    if found is None:
        from pipeline.ingest import plumber

        return plumber.tables(data, index)
    return found


def _unread(text: str, about: Drawn, alone: bool) -> str | None:
    """Whether what the page shows is a picture, wholly or for the greater part."""
    if not text or text.isspace():
        # a few lines or a frame on an otherwise empty page say nothing; outlines of letters do
        return "no_text_layer" if about.pictures or about.paths > MANY_PATHS else None
    large = about.picture > (SMALL if alone else LARGE)
    return "no_text_layer" if large and len("".join(text.split())) < FEW_LETTERS else None
