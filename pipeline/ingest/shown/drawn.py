"""A page of a paper that has pages, as it is shown on a screen: PDF, OFD, pictures.

Its size in points is the one the readers say, so that their boxes fit on it. A PDF that was made of
a paper without pages is shown in strips: a sheet may be a hundred times as high as it is wide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pypdfium2
from PIL import Image, ImageOps

from pipeline.errors import Unreadable
from pipeline.evidence import Box
from pipeline.ingest.ofd import picture as ofd
from pipeline.ingest.ofd.package import Package, papers
from pipeline.ingest.pdf.reader import opened
from pipeline.ingest.scans import image

FINE = 110 / 72
"""Pixels of a point."""
MOST_WIDE = 1_600
MOST_PIXELS = 4_000_000
LEAST = 0.02
"""Pixels of a point; a page so large that it would need fewer is none."""
TALL, STRIP, STEP = 2.0, 1.4, 1.2
"""Of a page's width: how high it is at least to be shown in strips, how high one is, and from where
to where the next one begins, so that a row at the end of one stands whole in another."""
SHEET_WIDE = 800
"""Pixels at the least of a strip: a long sheet is made smaller to be a page at all."""
IMAGES = frozenset({"jpg", "png", "gif", "bmp", "tif", "webp", "heic"})
PAGED = IMAGES | {"pdf", "ofd"}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page as a picture, its width and height in points, its number, and how many there are."""

    picture: Image.Image
    width: float
    height: float
    number: int
    pages: int


def sheet(data: bytes, kind: str, number: int) -> Sheet:
    """Page `number` of a file of one of the kinds `PAGED`, in red, green and blue; the last where
    there are fewer. Raises Unreadable as the readers of the kind do."""
    if kind == "pdf":
        return _of_pdf(data, number)
    if kind == "ofd":
        return _of_ofd(data, number)
    return _of_image(data, number)


def fineness(width: float, height: float) -> float:
    """Pixels of a point for a page of this size. Raises Unreadable: corrupt, limit_pixels."""
    if not width * height > 0:
        raise Unreadable("corrupt", f"{width} x {height}")
    fine: float = min(FINE, MOST_WIDE / width, (MOST_PIXELS / (width * height)) ** 0.5)
    if fine < LEAST:
        raise Unreadable("limit_pixels", f"{width:.0f} x {height:.0f} points")
    return fine


def fitted(picture: Image.Image, width: float, height: float) -> Image.Image:
    """A picture of a page of this size in points, made smaller where it is too fine."""
    fine = fineness(width, height)
    wide, high = max(1, round(width * fine)), max(1, round(height * fine))
    if picture.width <= wide and picture.height <= high:
        return picture
    return picture.resize((wide, high), Image.Resampling.BICUBIC, reducing_gap=2.0)


@dataclass(frozen=True, slots=True)
class Strip:
    """A page of a PDF, or what stands on it between `top` and `top + height`, in points."""

    page: int
    top: float
    width: float
    height: float


def strips(data: bytes) -> list[Strip]:
    """What a PDF is shown as: its pages, the tall ones in strips. Raises Unreadable."""
    document = opened(data)
    try:
        found = []
        for index in range(len(document)):
            width, height = document.get_page_size(index)
            if height <= TALL * width:
                found.append(Strip(index + 1, 0.0, width, height))
                continue
            top = 0.0
            while top + (STRIP - STEP) * width < height:
                high = min(STRIP * width, height - top)
                found.append(Strip(index + 1, top, width, high))
                top += STEP * width
        return found
    finally:
        document.close()


def strip(data: bytes, among: Sequence[Strip], number: int) -> Sheet:
    """Strip `number` of a PDF as a picture; the last where there are fewer. Raises Unreadable."""
    if not among:
        raise Unreadable("corrupt", "no pages")
    number = _within(number, len(among))
    one = among[number - 1]
    document = opened(data)
    try:
        page = document[one.page - 1]
        _, height = page.get_size()
        fine = fineness(one.width, one.height)
        if one.height < height:
            fine = max(fine, SHEET_WIDE / one.width)
        crop = (0, height - one.top - one.height, 0, one.top)
        return Sheet(_rendered(page, fine, crop), one.width, one.height, number, len(among))
    except (pypdfium2.PdfiumError, ValueError) as error:
        raise Unreadable("corrupt", str(error)) from None
    finally:
        document.close()


def on_strip(among: Sequence[Strip], page: int, boxes: Sequence[Box]) -> tuple[int, list[Box]]:
    """The strip of a page that has the first of these boxes in its middle, and those on it."""
    x0, top, x1, bottom = boxes[0]
    middle = (top + bottom) / 2
    number = min((abs(each.top + each.height / 2 - middle), at)
                 for at, each in enumerate(among, 1) if each.page == page)[1]
    one = among[number - 1]
    return number, [(x0, y0 - one.top, x1, y1 - one.top) for x0, y0, x1, y1 in boxes
                    if y1 > one.top and y0 < one.top + one.height]


def _of_pdf(data: bytes, number: int) -> Sheet:
    document = opened(data)
    try:
        document.init_forms()
        pages = len(document)
        if not pages:
            raise Unreadable("corrupt", "no pages")
        number = _within(number, pages)
        page = document[number - 1]
        width, height = page.get_size()
        return Sheet(_rendered(page, fineness(width, height)), width, height, number, pages)
    except pypdfium2.PdfiumError as error:
        raise Unreadable("corrupt", str(error)) from None
    finally:
        document.close()


def _rendered(page: Any, fine: float, crop: tuple[float, float, float, float] = (0, 0, 0, 0)
              ) -> Image.Image:
    bitmap = page.render(scale=fine, crop=crop, may_draw_forms=True, draw_annots=True,
                         rev_byteorder=True)
    try:
        # the picture must outlive pdfium's memory
        picture: Image.Image = bitmap.to_pil().convert("RGB").copy()
        return picture
    finally:
        bitmap.close()
        page.close()


def _of_ofd(data: bytes, number: int) -> Sheet:
    package = Package(data)
    pages = sum(len(paper.pages) for paper in papers(package))
    number = _within(number, pages)
    folio = ofd.folio_of(package, number)
    picture = ofd.picture(data, number)
    return Sheet(fitted(picture, folio.width, folio.height), folio.width, folio.height, number,
                 pages)


def _of_image(data: bytes, number: int) -> Sheet:
    """A frame; of a photograph no more pixels are decoded than are shown."""
    with image.opened(data) as frame:
        try:
            pages = getattr(frame, "n_frames", 1) if frame.format == "TIFF" else 1
            number = _within(number, pages)
            if number != 1:
                frame.seek(number - 1)
            image.bounded(frame)
            width, height = image.points(frame)
            fine = fineness(width, height)
            wide, high = round(width * fine), round(height * fine)
            if frame.getexif().get(image.ORIENTATION, 1) in (5, 6, 7, 8):
                wide, high = high, wide
            # JPEG alone can do it; it gives at least as many
            frame.draft(None, (wide, high))
            image.load(frame)
            turned = ImageOps.exif_transpose(frame)
            if turned.mode not in ("RGB", "L"):
                turned = image.opaque(turned)
        except image.FAILURES as error:
            raise Unreadable("corrupt", str(error)) from None
        return Sheet(fitted(turned.convert("RGB"), width, height), width, height, number, pages)


def _within(number: int, pages: int) -> int:
    return min(max(number, 1), max(pages, 1))
