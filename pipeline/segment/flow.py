"""Pages -> paragraphs and tables, in reading order, without what runs along the pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipeline.evidence import Block, InParagraph, OnLine, OnPage, Page
from pipeline.segment.furniture import is_page_number, running
from pipeline.segment.lines import Joiner, marker
from pipeline.segment.paragraph import Paragraph, Table

_STOPPED = re.compile(r"[。！？；：!?;:]\s*$")


def flow(pages: Sequence[Page]) -> list[Paragraph | Table]:
    """Whole paragraphs and whole tables; what a page break had parted is one again.

    Blocks that the format calls header or footer are left out, once said or often.
    """
    items: list[Paragraph | Table] = []
    run_along = running(pages)
    joiner = Joiner(pages, run_along)
    table, number, row_page = None, 0, 0
    for page in pages:
        for block in page.blocks:
            place = block.place
            if isinstance(place, InParagraph) and place.within in ("header", "footer"):
                continue
            if block.kind == "line":
                if id(block) in run_along:
                    continue
                text = block.text.strip()
                if not text or (isinstance(place, OnLine) and is_page_number(text, sure=False)):
                    continue
                table = None
                joiner.add(block)
                continue
            items += joiner.take()
            if block.kind == "row":
                if table is None or (
                    block.table != number and not _continues(table, block, row_page)
                ):
                    table = Table()
                    items.append(table)
                number = block.table
                row_page = place.page if isinstance(place, OnPage) else 0
                table.rows.append(block)
            elif block.text.strip():
                table = None
                items += _split(block)
    items += joiner.take()
    return items


def _continues(table: Table, block: Block, row_page: int) -> bool:
    """Whether a table that begins here is the last one, going on after a page break."""
    place = block.place
    return (
        isinstance(place, OnPage)
        and place.page == row_page + 1
        and len(block.cells) == len(table.rows[-1].cells)
    )


def _split(block: Block) -> Iterator[Paragraph]:
    """A paragraph as the format has it, parted where a line break inside it ends a statement."""
    text = block.text.strip()
    if "\n" not in text:
        yield Paragraph(text, [(0, block.place)], block.level)
        return
    current = ""
    for line in text.split("\n"):
        line = line.strip()
        if not line:
            continue
        if current and (_STOPPED.search(current) or marker(line) or len(current) < 25):
            yield Paragraph(current, [(0, block.place)], block.level)
            current = line
        else:
            current = glued(current, line) if current else line
    if current:
        yield Paragraph(current, [(0, block.place)], block.level)


def glued(first: str, second: str) -> str:
    """Two lines of one paragraph: a space between Latin words, none between Chinese letters."""
    return first + Joiner.space(first, second) + second
