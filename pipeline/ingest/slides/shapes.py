"""What stands on a slide, put into the order in which it is read, whatever format it came in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.errors import Reason, Unreadable
from pipeline.evidence import Block, Box, OnPage, Page
from pipeline.ingest.pdf.boxes import around

MOST_SLIDES = 5_000
MOST_SHAPES = 200_000
"""Of a whole presentation, groups counted too."""
SAME_ROW = 0.02
"""Of the slide's height: shapes whose tops differ by less stand side by side."""
FEW_LETTERS = 50
"""A slide with fewer letters than this beside a `LARGE` picture may say more in the picture."""
LARGE = 0.03
"""Of the slide's area."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Text that stands together in one place of a slide; `title` if it is the slide's title."""

    box: Box
    blocks: tuple[Block, ...]
    title: bool = False


def in_order(found: Sequence[Shape], height: float) -> list[Shape]:
    """Titles, then the rest from top to bottom; what stands side by side from left to right."""
    left = sorted(found, key=lambda shape: (not shape.title, shape.box[1], shape.box[0]))
    done: list[Shape] = []
    row: list[Shape] = []
    for shape in left:
        first = row[0] if row else shape
        if shape.title != first.title or shape.box[1] - first.box[1] > SAME_ROW * height:
            done += sorted(row, key=lambda each: each.box[0])
            row = []
        row.append(shape)
    return done + sorted(row, key=lambda each: each.box[0])


def on(shape: Shape, number: int) -> Shape:
    """The same shape on another slide."""
    blocks = tuple(
        replace(block, place=OnPage(number, block.place.box))
        for block in shape.blocks
        if isinstance(block.place, OnPage)
    )
    return replace(shape, blocks=blocks)


def together(found: Sequence[Shape], height: float) -> Shape:
    """The shapes of a group as one, in their order; there is at least one."""
    ordered = in_order(found, height)
    blocks = tuple(block for shape in ordered for block in shape.blocks)
    return Shape(around(shape.box for shape in found), blocks, any(each.title for each in found))


def letters(found: Iterable[Shape]) -> int:
    """How many letters all of them say."""
    return sum(len(block.text) for shape in found for block in shape.blocks)


def slide(
    number: int,
    found: Sequence[Shape],
    notes: Sequence[str],
    size: tuple[float, float],
    lost: Reason | None = None,
) -> Page:
    """The page of a slide; `size` is its width and height in points, `lost` why not all of it was
    read. Notes stand beside the slide, not on it: their place is all of it.
    """
    ordered = in_order(found, size[1])
    blocks = tuple(block for shape in ordered for block in shape.blocks)
    place = OnPage(number, (0.0, 0.0, *size))
    beside = tuple(Block("paragraph", text, place) for text in notes)
    return Page(number, blocks + beside, *size, lost)


def said(pages: Iterator[Page]) -> Iterator[Page]:
    """The pages; Unreadable("blank", "corrupt" ...) in the end if not one says or shows anything:
    the reason is that of the first slide that has one."""
    reason = None
    anything = False
    for page in pages:
        anything = anything or bool(page.blocks) or page.unread == "no_text_layer"
        reason = reason or page.unread
        yield page
    if not anything:
        raise Unreadable("corrupt" if reason else "blank", reason or "")


def is_picture(boxes: Iterable[Box], letters: int, size: tuple[float, float]) -> bool:
    """Whether a slide shows pictures (in these boxes) and says little or nothing beside them."""
    areas = [abs((right - left) * (bottom - top)) for left, top, right, bottom in boxes]
    if letters >= FEW_LETTERS or not areas:
        return False
    return not letters or sum(areas) > LARGE * size[0] * size[1]
