"""The pictures that stand on a PDF's pages, as they were put there: to be known again, not read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from pipeline.errors import Unreadable
from pipeline.ingest.pdf.reader import MOST_OBJECTS, opened
from pipeline.ingest.scans.image import opened as opened_picture

DEEPEST = 3
"""Drawings within drawings that are looked into."""
MOST_UNPACKED = 16_000_000
"""Pixels up to which a picture is unpacked that is no JPEG: one of a camera is one."""
_WIDTH = re.compile(rb"/Width\s+([0-9]{1,6})")
_PACKED = {("DCTDecode",), ("FlateDecode",)}
"""How the pictures are packed that are looked at: those of a fax or a scanner's one bit are sheets,
and one packed twice could be a bomb."""


def photos(data: bytes, least: int) -> Iterator[Image.Image]:
    """Each picture once, in the order of the pages, if both its sides have `least` pixels; one that
    is damaged is left out. Each is good until the next is asked for. Raises Unreadable."""
    # A picture's own words are never packed: most papers without any cost nothing.
    if not any(int(found[1]) >= least for found in _WIDTH.finditer(data)):
        return
    document = opened(data)
    known: set[tuple[tuple[int, int], int]] = set()
    try:
        for number in range(len(document)):
            try:
                page = document[number]
            except pypdfium2.PdfiumError:
                continue  # the reader says so of this page
            try:
                yield from _of_page(page, least, known)
            finally:
                page.close()
    finally:
        document.close()


def _of_page(page: Any, least: int, known: set[tuple[tuple[int, int], int]]
             ) -> Iterator[Image.Image]:
    try:
        for one in islice(page.get_objects(max_depth=DEEPEST), MOST_OBJECTS):
            if one.type != pdfium.FPDF_PAGEOBJ_IMAGE:
                continue
            size = one.get_px_size()
            packed = tuple(one.get_filters())
            if min(size) < least or packed not in _PACKED:
                continue
            if packed == ("DCTDecode",):
                raw = bytes(one.get_data())
                # The same letterhead on every page is one picture.
                if (mark := (size, hash(raw))) not in known:
                    known.add(mark)
                    yield from _jpeg(raw)
            elif size[0] * size[1] <= MOST_UNPACKED:
                shown = one.get_bitmap().to_pil()  # whose memory lives as long as this does
                if (mark := (size, hash(shown.tobytes()))) not in known:
                    known.add(mark)
                    yield shown
    except (pypdfium2.PdfiumError, ValueError, MemoryError):
        return  # the rest of this page is not to be had


def _jpeg(raw: bytes) -> Iterator[Image.Image]:
    try:
        image = opened_picture(raw)
    except Unreadable:
        return
    with image:
        yield image
