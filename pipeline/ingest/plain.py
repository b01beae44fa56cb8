"""Pages as plain data and back: what crosses from a worker, and what the cache keeps.

A page is `[number, width, height, unread, layered, blocks]`, a block `[kind, text, place, cells,
table, level, size, sure]`, a place `["page", n, x0, top, x1, bottom]`, `["paragraph", n, within]`,
`["row", sheet, n]` or `["line", n]`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson

from pipeline.evidence import Block, InParagraph, InRow, OnLine, OnPage, Page, Place


def dumped(pages: Iterable[Page]) -> str:
    """The pages as JSON text."""
    return orjson.dumps([_page(page) for page in pages]).decode()


def loaded(text: str) -> list[Page]:
    """The pages of a text that `dumped` gave. Raises ValueError for anything else."""
    try:
        return [_page_of(each) for each in orjson.loads(text)]
    except (TypeError, KeyError, IndexError) as error:
        raise ValueError(f"no pages: {error}") from None


def _page(page: Page) -> list[Any]:
    blocks = [
        [one.kind, one.text, _place(one.place), one.cells, one.table, one.level, one.size, one.sure]
        for one in page.blocks
    ]
    return [page.number, page.width, page.height, page.unread, page.layered, blocks]


def _place(place: Place) -> list[Any]:
    match place:
        case OnPage(page, box):
            return ["page", page, *box]
        case InParagraph(paragraph, within):
            return ["paragraph", paragraph, within]
        case InRow(sheet, row):
            return ["row", sheet, row]
        case OnLine(line):
            return ["line", line]


def _page_of(plain: list[Any]) -> Page:
    number, width, height, unread, layered, blocks = plain
    return Page(int(number), tuple(map(_block_of, blocks)), float(width), float(height), unread,
                bool(layered))


def _block_of(plain: list[Any]) -> Block:
    kind, text, place, cells, table, level, size, sure = plain
    return Block(kind, text, _place_of(place), tuple(cells), table, level, size, sure)


def _place_of(plain: list[Any]) -> Place:
    match plain:
        case ["page", page, x0, top, x1, bottom]:
            return OnPage(page, (x0, top, x1, bottom))
        case ["paragraph", paragraph, within]:
            return InParagraph(paragraph, within)
        case ["row", sheet, row]:
            return InRow(sheet, row)
        case ["line", line]:
            return OnLine(line)
    raise ValueError("no place")
