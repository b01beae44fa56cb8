"""The lines of a paper, without what runs along every page and without print's gaps."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from pipeline.describe.dates import dates, may_hold_date, squeezed
from pipeline.describe.organisations import is_organisation
from pipeline.evidence import Block, InParagraph, OnPage, Page

_CELLS = re.compile(r"[\t|｜]")
_DIGITS = re.compile(r"\d+")


MARGIN = 0.1
"""Share of a page's height above and below its text, where running lines stand."""


class Line(NamedTuple):
    """One block of a paper, without the gaps that print puts between letters."""

    text: str
    raw: str
    size: float
    level: int
    cells: tuple[str, ...]
    page: int


def lines_of(pages: Sequence[Page]) -> list[Block]:
    """The blocks of a paper without headers, footers, footnotes and running lines."""
    running = _running(pages)
    blocks: list[Block] = []
    for page in pages:
        last = len(page.blocks) - 1
        left_out: set[tuple[str, bool]] = set()
        for place, block in enumerate(page.blocks):
            where = block.place
            if isinstance(where, InParagraph) and where.within in ("header", "footer", "footnote"):
                continue
            if not block.text.strip():
                continue
            if running and (place < 2 or place > last - 2):
                shape = _shape(block.text)
                kept = (
                    page is pages[0]
                    and place < last
                    and (block.size > page.blocks[place + 1].size * 1.2)
                ) or _signs(block, page)
                if shape in running and not kept and (shape, place < 2) not in left_out:
                    left_out.add((shape, place < 2))  # once: a title may repeat the header
                    continue
            blocks.append(block)
    return blocks


def _running(pages: Sequence[Page]) -> set[str]:
    """Lines that stand first or last on most pages: a running header, a page number."""
    if len(pages) < 2:
        return set()
    seen: dict[str, int] = {}
    looked = pages[:8]
    for page in looked:
        ends = {_shape(block.text) for block in (*page.blocks[:2], *page.blocks[-2:])}
        for shape in ends:
            seen[shape] = seen.get(shape, 0) + 1
    return {shape for shape, count in seen.items() if count >= max(2, len(looked) - 1)}


def _signs(block: Block, page: Page) -> bool:
    """Whether a line is an office or a date that stands to the right below the page's head and
    above its foot: of two short pages the one may begin or end with what ends the other."""
    if not isinstance(block.place, OnPage) or not page.height:
        return False
    x0, top, x1, bottom = block.place.box
    if bottom < MARGIN * page.height or top > (1 - MARGIN) * page.height:
        return False
    text = squeezed(block.text)
    found = dates(text) if len(text) <= 20 and may_hold_date(text) else []
    dated = len(found) == 1 and bool(found[0].day) and found[0].end - found[0].start == len(text)
    return x0 + x1 > page.width and (dated or is_organisation(text))


def _shape(text: str) -> str:
    return _DIGITS.sub("0", text.strip()[:80])


def is_listed(block: Block | Line) -> bool:
    """Whether a block is a row of a list or form: several cells that say something, or cells that
    are not known. What stands alone in its row may be a head or a signature in a frame."""
    if isinstance(block, Block) and block.kind == "row" and not block.cells:
        return True
    return sum(bool(cell.strip()) for cell in block.cells) > 1


def line_of(block: Block, page: int = 0) -> Line:
    text = squeezed(block.text.replace("\n", " "))
    cells = block.cells or (_CELLS.split(block.text) if block.kind == "row" else ())
    return Line(text, block.text, block.size, block.level, tuple(cells), page)
