"""What the readers of flowing papers gather: paragraphs and tables become blocks, in order.

A reader builds its tables as `Table`s; that rows are blocks, and in which order nested tables
follow, is settled here alone, as it is for Word papers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from pipeline.errors import Reason, Unreadable
from pipeline.evidence import Block, InParagraph, Page

Within = Literal["body", "table", "textbox", "footnote", "header", "footer"]

FEW_LETTERS = 50
"""A paper with pictures and fewer letters than this is a scan pasted into a paper."""
DEEPEST = 60
"""Elements in elements, tables in tables: what is nested deeper holds no paper's text."""
WIDEST = 200
"""Columns that one cell may span."""
_NO_LETTER = re.compile(r"[\W\d_]*")


def is_number(text: str) -> bool:
    """Whether a header, footer or text in the place of a page's number says nothing more."""
    return _NO_LETTER.fullmatch(text) is not None


def letters(blocks: Iterable[Block]) -> int:
    """How many letters all of them say."""
    return sum(len(block.text) for block in blocks)


@dataclass(slots=True)
class Cell:
    """A cell while it is read: its paragraphs and tables in order, over how many columns it goes,
    and whether it only continues a merged cell."""

    held: list[str | Table] = field(default_factory=list)
    wide: int = 1
    covered: bool = False
    size: float = 0.0

    @property
    def text(self) -> str:
        """The paragraphs that say something, a line each; tables left out."""
        return "\n".join(each for each in self.held if isinstance(each, str) and each)


Table: TypeAlias = list[list[Cell]]


class Flow:
    """The blocks of one paper so far."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.pictures = 0
        self.unread: Reason | None = None
        """What of the paper could not be read."""
        self._paragraph = 0
        self._tables = 0

    def paragraph(self, text: str, within: Within, level: int = 0, size: float = 0.0) -> None:
        """A paragraph, if it says anything; of a header or footer, if it is more than a number."""
        text = text.strip(" \n\t")
        if not text.strip() or (within in ("header", "footer") and is_number(text)):
            return
        place = InParagraph(self._next(), within)
        self.blocks.append(Block("paragraph", text, place, level=level, size=size))

    def table(self, rows: Table, within: Within, depth: int = 0) -> None:
        """A row block for each row that says something; nested tables follow the row they are in.
        A table of a single cell is a frame: its paragraphs stand as such."""
        inside: Within = "table" if within == "body" else within
        if depth > DEEPEST:
            return
        if len(rows) == 1 and len(rows[0]) == 1:
            for each in rows[0][0].held:
                if isinstance(each, str):
                    self.paragraph(each, inside, size=rows[0][0].size)
                else:
                    self.table(each, within, depth + 1)
            return
        self._tables += 1
        own = self._tables
        for row in rows:
            cells: list[str] = []
            for cell in row:
                cells.append("" if cell.covered else cell.text.strip())
                cells += [""] * (min(max(cell.wide, 1), max(WIDEST - len(cells), 1)) - 1)
            if any(cells):
                place = InParagraph(self._next(), inside)
                size = max(cell.size for cell in row)
                text = "\t".join(filter(None, cells))
                self.blocks.append(Block("row", text, place, tuple(cells), own, size=size))
            for cell in row:
                for each in cell.held:
                    if not isinstance(each, str):
                        self.table(each, within, depth + 1)

    @property
    def letters(self) -> int:
        """How many letters the blocks say so far."""
        return letters(self.blocks)

    def page(self, scans: bool = False) -> Page:
        """All of it as page 1; with `scans` the pictures that are pages follow as such, and are no
        longer what is unread of this one.

        Raises Unreadable: blank, no_text_layer (it holds pictures only).
        """
        scanned = self.pictures > 0 and self.letters < FEW_LETTERS and not scans
        if not self.blocks and not scans:
            raise Unreadable(self.unread or ("no_text_layer" if scanned else "blank"))
        return Page(
            1, tuple(self.blocks), unread=self.unread or ("no_text_layer" if scanned else None)
        )

    def _next(self) -> int:
        self._paragraph += 1
        return self._paragraph
