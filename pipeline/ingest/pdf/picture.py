"""A page of a PDF as a picture, for recognising what its text layer does not say."""

from __future__ import annotations

from typing import Any

import pypdfium2
from PIL import Image

from pipeline.errors import Unreadable
from pipeline.ingest.pdf.reader import opened
from pipeline.ingest.scans.image import MOST_PIXELS

FINE, COARSE = 200 / 72, 50 / 72
"""Pixels of a point, as a rule and at the least: a page so large that it would need fewer to stay
within the limit is no paper."""


def picture(data: bytes, number: int) -> Image.Image:
    """Page `number` (from 1) in red, green and blue at 200 dpi, or at fewer if it would have more
    than 100 megapixels; turned and cropped as it is shown, with its notes, stamps and fields.

    Raises Unreadable: encrypted, corrupt (also: no such page), limit_pixels.
    """
    document = opened(data)
    try:
        document.init_forms()
        if not 1 <= number <= len(document):
            raise Unreadable("corrupt", f"no page {number}")
        page = document[number - 1]
        return drawn(page, fineness(*page.get_size()))
    except pypdfium2.PdfiumError as error:
        raise Unreadable("corrupt", str(error)) from None
    finally:
        document.close()


def fineness(width: float, height: float) -> float:
    """How many pixels a point of a page gets, whose size is in points. Raises Unreadable: corrupt
    (there is no page), limit_pixels."""
    if not width * height > 0:
        raise Unreadable("corrupt", f"{width} x {height}")
    # a row and a column more may come of rounding up
    fine: float = min(FINE, (0.99 * MOST_PIXELS / (width * height)) ** 0.5)
    if fine < COARSE:
        raise Unreadable("limit_pixels", f"{width:.0f} x {height:.0f} points")
    return fine


def drawn(page: Any, fine: float) -> Image.Image:
    """A page of an open document in red, green and blue; the page is closed."""
    bitmap = page.render(scale=fine, may_draw_forms=True, draw_annots=True, rev_byteorder=True)
    try:
        # the picture must outlive pdfium's memory
        shown: Image.Image = bitmap.to_pil().convert("RGB").copy()
        return shown
    finally:
        bitmap.close()
        page.close()
