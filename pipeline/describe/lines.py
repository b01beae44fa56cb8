"""The lines of a paper, without what runs along every page and without print's gaps."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from pipeline.describe.dates import squeezed
from pipeline.evidence import Block, InParagraph, Page

_DIGITS = re.compile(r"\d+")


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
                titled = (
                    page is pages[0]
                    and place < last
                    and (block.size > page.blocks[place + 1].size * 1.2)
                )
                if shape in running and not titled and (shape, place < 2) not in left_out:
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


def _shape(text: str) -> str:
    return _DIGITS.sub("0", text.strip()[:80])


def line_of(block: Block, page: int = 0) -> Line:
    text = squeezed(block.text.replace("\n", " "))
    return Line(text, block.text, block.size, block.level, block.cells, page)
