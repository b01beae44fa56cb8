"""The pages of a paper one after another: tables counted on, and one that says nothing told so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pipeline.errors import Reason, Unreadable
from pipeline.evidence import Block, OnPage, Page
from pipeline.ingest.pdf.grid import SNAP, Table


def told(pages: Iterator[Page]) -> Iterator[Page]:
    """The pages; Unreadable in the end if there is nothing on any of them: "encrypted" or
    "corrupt" where that is all there is to say of any, "blank" where there is nothing to say."""
    said = False
    lost: set[str | None] = {None}
    for page in pages:
        said = said or bool(page.blocks)
        lost.add(page.unread)
        yield page
    reasons: tuple[Reason, ...] = ("encrypted", "corrupt")
    for reason in reasons:
        if not said and lost <= {None, reason}:
            raise Unreadable(reason if reason in lost else "blank")


class Tables:
    """The tables of a paper, counted from page to page; one that runs on over the end of a page is
    one table."""

    def __init__(self) -> None:
        self.count = 0
        """Tables so far: those of the next page are numbered from the one after."""
        self._last: tuple[Page, Table] | None = None

    def counted(self, page: Page, grids: list[Table]) -> Page:
        """The next page, its tables numbered from `count` + 1 and found at `grids`, from top to
        bottom; their numbers are one less where the first goes on with the last one before."""
        if self._last and grids and _runs_on(*self._last, page, grids[0]):
            page = replace(page, blocks=tuple(map(_one_less, page.blocks)))
        self.count = max((block.table for block in page.blocks), default=0) or self.count
        self._last = (page, grids[-1]) if grids else None
        return page


def _one_less(block: Block) -> Block:
    return replace(block, table=block.table - 1) if block.table else block


def _runs_on(page: Page, last: Table, following: Page, first: Table) -> bool:
    """Whether the `first` table of the `following` page goes on with the `last` one of a page: the
    same columns, and nothing between them but what stands in the margins."""
    if len(last.xs) != len(first.xs):
        return False
    if any(abs(x - y) > SNAP for x, y in zip(last.xs, first.xs, strict=True)):
        return False
    if not (_in_table(page.blocks[::-1], last) and _in_table(following.blocks, first)):
        return False
    below = any(_top(each) > last.ys[-1] and _top(each) < page.height * 0.9 for each in page.blocks)
    above = any(
        _top(each) < first.ys[0] and _top(each) > following.height * 0.1
        for each in following.blocks
    )
    return not below and not above


def _in_table(blocks: tuple[Block, ...], table: Table) -> bool:
    """Whether the first row among the blocks stands in this table."""
    tops = [_top(block) for block in blocks if block.table]
    return bool(tops) and table.ys[0] - SNAP <= tops[0] < table.ys[-1]


def _top(block: Block) -> float:
    assert isinstance(block.place, OnPage)
    return block.place.box[1]
