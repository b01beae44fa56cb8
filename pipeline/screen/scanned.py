"""What pages that are pictures mean for a paper: what is to come, doubtful or lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from pipeline.evidence import Box, OnPage, Page, Place

SCANS = ("no_text_layer", "garbled")
"""Why a page is shown to the recogniser."""
DOUBTFUL = 0.8
"""Below this a reading is shown and proves nothing: people look at the page."""
BAND = (0.25, 0.6)
"""Of a page's height: where a paper's text stands, whatever its head and foot."""
PAIRS = 20
FEW = 5
"""Letters: a doubtful line of fewer is a speck, a longer one could say something."""
SECONDS_A_PAGE = 3.0
"""What recognising a page costs one processor; measured by `python -m tests.bench.ocr`."""

Doubts = Mapping[int, Sequence[tuple[Box, float]]]
"""By page, the boxes of what was recognised there, and how surely."""


def settled(pages: Sequence[Page], scans: Sequence[Sequence[Any]], ocr: str) -> list[Page]:
    """The pages, those that wait for the recogniser called so, and every table numbered once."""
    waiting = {number for number, *_ in scans} if ocr != "never" else set()
    done, before = [], 0
    for page in pages:
        if page.unread in SCANS and page.number in waiting:
            page = replace(page, unread="ocr_pending")
        if before:
            page = replace(page, blocks=tuple(
                replace(one, table=one.table + before) if one.table else one
                for one in page.blocks
            ))
        if recognised(page):
            # tables of a picture are numbered from 1 on each page
            before = max((one.table for one in page.blocks), default=0) or before
        done.append(page)
    return done


def agrees(picture: Any, layer: str, recognise: Any) -> bool:
    """Whether the text layer of a scan says what its picture shows: a band across the picture's
    middle is recognised, and half of its pairs of letters must stand in the layer. A band with
    nothing legible contradicts nothing."""
    from pipeline.ingest.scans import page as scan

    wide, high = picture.size
    band = picture.crop((0, int(BAND[0] * high), wide, int(BAND[1] * high)))
    letters = _bare(scan.page(band, 1, 0, 0, recognise).text)
    pairs = [letters[at : at + 2] for at in range(len(letters) - 1)]
    return len(pairs) < PAIRS or sum(pair in layer for pair in pairs) >= len(pairs) / 2


def joined(page: Page, seen: Page) -> Page:
    """A page with what was recognised on its picture: what it had said itself stands first, and
    is not said again, unless that was rubbish."""
    if page.unread == "garbled" or page.layered or not page.blocks:
        return seen
    said = [block.place.box for block in page.blocks if isinstance(block.place, OnPage)]
    more = tuple(block for block in seen.blocks if isinstance(block.place, OnPage)
                 and not any(_meet(block.place.box, box) for box in said))
    # a photograph without letters takes nothing from a page that says something
    lost = seen.unread if seen.blocks else None
    return replace(page, blocks=page.blocks + more, unread=lost)


def recognised(page: Page) -> bool:
    """Whether the words on a page were recognised on a picture."""
    return any(block.sure < 1 for block in page.blocks)


def gap(pages: Sequence[Page], said: bool) -> str | None:
    """The reason of the first page that was not wholly read; `said`: the paper has words.

    A blank page among others is no gap, nor is a picture in a flowing paper on which nothing is
    written: a photograph.
    """
    flowing = bool(pages) and not pages[0].width
    for page in pages:
        photo = page.unread == "no_words" or (
            flowing and page.width and not page.blocks and page.unread == "unclear")
        if page.unread and not (said and (photo or page.unread == "blank")):
            return page.unread
        if any(block.sure < DOUBTFUL and len(_bare(block.text)) >= FEW for block in page.blocks):
            return "unclear"
    return None


def _bare(text: str) -> str:
    return "".join(text.split())


def date_hidden(pages: Sequence[Page]) -> bool:
    """Whether a date may stand where nothing could be read, under a seal for one: then the paper
    has not "no date", its date is unread."""
    return any(
        page.unread == "unclear" or any(
            block.sure < DOUBTFUL and set(block.text) & set("年月日") for block in page.blocks
        )
        for page in pages if recognised(page)
    )


def doubts(pages: Sequence[Page]) -> dict[int, list[tuple[Box, float]]]:
    """What was recognised, by page; empty for a paper that states its letters itself."""
    return {
        page.number: [(block.place.box, block.sure) for block in page.blocks
                      if isinstance(block.place, OnPage)]
        for page in pages if recognised(page)
    }


def sureness(places: Sequence[Place], found: Doubts) -> float | None:
    """How surely a passage was recognised: that of its worst line; None where none was."""
    worst: float | None = None
    for place in places if found else ():
        if isinstance(place, OnPage):
            for box, sure in found.get(place.page, ()):
                if _meet(box, place.box):
                    worst = sure if worst is None else min(worst, sure)
    return None if worst is None else round(worst, 3)


def _meet(one: Box, other: Box) -> bool:
    """Whether the middle of the first stands in the second."""
    x, y = (one[0] + one[2]) / 2, (one[1] + one[3]) / 2
    return other[0] <= x <= other[2] and other[1] <= y <= other[3]
