"""Slides of PowerPoint 97 to 2003: as LibreOffice converts them, or as our own reader has them.

LibreOffice knows what a master shows and how tables are merged; it gives up on a damaged file, and
is not installed everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator

from PIL import Image

from pipeline.errors import Unreadable
from pipeline.evidence import Page
from pipeline.ingest.slides import powerpoint97, pptx
from pipeline.ingest.word import office


def read(data: bytes) -> Iterator[Page]:
    """The pages as `pptx.read` gives them: LibreOffice's, unless it fails or is clearly short of
    what our own reader finds.

    Raises Unreadable: encrypted, and where neither gives a text what our own reader raises.
    """
    own: tuple[Page, ...] = ()
    refusal: Unreadable | None = None
    try:
        own = tuple(powerpoint97.read(data))
    except Unreadable as error:
        if error.reason == "encrypted":
            raise
        refusal = error
    try:
        converted = tuple(pptx.read(office.convert(data, ".ppt", "pptx")))
    except Unreadable:
        converted = ()
    if office.is_short(_letters(converted), _letters(own)):
        converted = ()
    if not converted and refusal is not None:
        raise refusal
    yield from converted or own


def _letters(pages: tuple[Page, ...]) -> int:
    return sum(len("".join(page.text.split())) for page in pages)


def picture(data: bytes, number: int) -> Image.Image:
    """The pictures of a slide, as `pptx.picture` gives them; refusals of `office.convert` too."""
    return pptx.picture(office.convert(data, ".ppt", "pptx"), number)
