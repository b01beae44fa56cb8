"""A page of a PDF as a picture, for recognising what its text layer does not say."""

from __future__ import annotations

from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from pipeline.errors import Unreadable
from pipeline.ingest.scans.image import MOST_PIXELS

DPI = 200
LEAST_DPI = 50
"""A page so large that it would need fewer to stay within the limit is no paper."""


def picture(data: bytes, number: int) -> Image.Image:
    """Page `number` (from 1) in red, green and blue at 200 dpi, or at fewer if it would have more
    than 100 megapixels; turned and cropped as it is shown, with its notes, stamps and fields.

    Raises Unreadable: encrypted, corrupt (also: no such page), limit_pixels.
    """
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if pdfium.FPDF_GetLastError() in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY):
            raise Unreadable("encrypted") from None
        raise Unreadable("corrupt", str(error)) from None
    try:
        document.init_forms()
        if not 1 <= number <= len(document):
            raise Unreadable("corrupt", f"no page {number}")
        return _drawn(document[number - 1])
    except pypdfium2.PdfiumError as error:
        raise Unreadable("corrupt", str(error)) from None
    finally:
        document.close()


def _drawn(page: Any) -> Image.Image:
    width, height = page.get_size()
    area = width * height / 72**2
    if not area > 0:
        raise Unreadable("corrupt", f"{width} x {height}")
    # a row and a column more may come of rounding up
    dpi = min(DPI, (0.99 * MOST_PIXELS / area) ** 0.5)
    if dpi < LEAST_DPI:
        raise Unreadable("limit_pixels", f"{width:.0f} x {height:.0f} points")
    bitmap = page.render(scale=dpi / 72, may_draw_forms=True, draw_annots=True, rev_byteorder=True)
    try:
        # the picture must outlive pdfium's memory
        shown: Image.Image = bitmap.to_pil().convert("RGB").copy()
        return shown
    finally:
        bitmap.close()
        page.close()
