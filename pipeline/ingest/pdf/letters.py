"""The letters of a PDF page as pdfium orders them, and where each of them stands."""

from __future__ import annotations

import ctypes
import math
from collections import Counter
from collections.abc import Callable
from typing import Any

import pypdfium2.raw as pdfium

from pipeline.evidence import Box
from pipeline.ingest.pdf.calls import (
    FLOATS,
    address,
    angle_of,
    floats,
    four,
    has_no_unicode,
    is_generated,
    loose_box,
)

Placer = Callable[[float, float, float, float], Box]
"""Turns (left, bottom, right, top) of the PDF into a box on the page shown."""

_SAMPLE = 48
"""Letters of a page that are asked whether their font says what they mean."""

_FEW_SAMPLED = 4
"""Letters that are asked how they are turned; where one is, `_SAMPLE`."""
_TILTED = math.radians(1.0)
"""Lines that climb more steeply than this are laid into one another by pdfium."""
_RIGHT_ANGLE = math.pi / 2

_left, _bottom, _right, _top = (ctypes.c_double() for _ in range(4))
_TIGHT = tuple(ctypes.byref(side) for side in (_left, _right, _bottom, _top))
_bounds = pdfium.FS_RECTF()
_texts: ctypes.Array[ctypes.c_ushort] = (ctypes.c_ushort * 16384)()


def whole_text(text_page: Any) -> tuple[str, bool]:
    """The text of a page, lines ending in CR LF, and whether a letter's index in it is also its
    index for boxes (not so where pdfium holds letters that have no text, or text beyond the BMP).
    """
    global _texts
    count = pdfium.FPDFText_CountChars(text_page)
    if count <= 0:
        return "", True
    if count >= len(_texts):
        _texts = (ctypes.c_ushort * (count + 1))()
    written = pdfium.FPDFText_GetText(text_page, 0, count, _texts)
    # what is written ends with a NUL
    text = ctypes.string_at(_texts, max(written - 1, 0) * 2).decode("utf-16-le", "replace")
    # what pdfium puts for a hyphen at the end of a line
    return text.replace("\x02", "-").replace("\ufffe", "-"), len(text) == count


class Letters:
    """The text of a page, and the box of each letter by its index in it."""

    def __init__(self, text_page: Any, place: Placer) -> None:
        self.text, self._same = whole_text(text_page)
        self._whole = self.text
        self._page = text_page
        self._moved = not self._same
        self._places: list[int] = []
        """Where its letters stand in the text as pdfium has it, if more line ends were put in."""
        self._address = address(text_page)
        box = _boxes(text_page, self._address, place)
        self.box = box if self._same else lambda index: box(self._index(index))
        """The letter's box: as wide as its advance and as high as its font."""

    def is_made_up(self, index: int) -> bool:
        """Whether pdfium put this space where it saw a gap, and none is in the file."""
        if not self._same:
            index = self._index(index)
        return bool(is_generated(self._address, index) == 1)

    def lean(self) -> tuple[int, bool]:
        """How the letters stand on the page of the file: by how many right angles they are turned
        to the left, and whether they lean beyond that, as most of them do."""
        if not any(self._leans(_FEW_SAMPLED)):
            return 0, False
        leans = self._leans(_SAMPLE)
        turned, tilts = Counter[int](), 0
        for lean in leans:
            quarters = round(lean / _RIGHT_ANGLE)
            turned[-quarters % 4] += 1
            tilts += abs(lean - quarters * _RIGHT_ANGLE) > _TILTED
        turn, many = turned.most_common(1)[0]
        return (turn if 2 * many > len(leans) else 0), 2 * tilts > len(leans)

    def _leans(self, wanted: int) -> list[float]:
        """The angles of letters all over the page."""
        text = self.text
        step = max(len(text) // wanted, 1)
        places = [at for at in range(step // 2, len(text), step) if text[at] > " "]
        leans = (angle_of(self._address, at if self._same else self._index(at)) for at in places)
        return [max(lean, 0.0) for lean in leans]

    def part_lines(self) -> None:
        """Puts a line end before each letter that stands left of the one before it: tilted lines
        that pdfium took for one."""
        box, text = self.box, self.text
        parts: list[str] = []
        places: list[int] = []
        begin, before = 0, None
        for at, letter in enumerate(text):
            if letter <= " ":
                continue
            here = box(at)
            if before and here[0] < before[0] - (before[3] - before[1]):
                parts.append(text[begin:at])
                places += range(begin, at + 1)
                begin = at
            before = here
        self.text = "\n".join((*parts, text[begin:]))
        places += range(begin, len(text))
        self.box = lambda index: box(places[index])
        self._places, self._moved, self._same = places, not self._same, False

    def rubbish(self) -> float:
        """The share of letters, 0 to 1, whose font does not say which letter they are."""
        text = self.text
        step = max(len(text) // _SAMPLE, 1)
        if not any(self._unknown(at) for at in range(0, len(text), step)):
            return 0.0
        places = [at for at, letter in enumerate(text) if letter > " " or letter < "\t"]
        return sum(map(self._unknown, places)) / max(len(places), 1)

    def _unknown(self, index: int) -> bool:
        letter = self.text[index]
        if "\ue000" <= letter <= "\uf8ff" or letter == "\ufffd" or "\x7f" <= letter < "\xa0":
            return True
        if letter < "\t":
            return True
        index = index if self._same else self._index(index)
        return bool(has_no_unicode(self._address, index) == 1)

    def _index(self, index: int) -> int:
        if self._places:
            index = self._places[index]
        if not self._moved:
            return index
        units = len(self._whole[:index].encode("utf-16-le", "replace")) // 2
        return int(pdfium.FPDFText_GetCharIndexFromTextIndex(self._page, units))


def _boxes(text_page: Any, at: int, place: Placer) -> Callable[[int], Box]:
    """What gives the box of a letter by its index: no method, for it is asked twice for each word.
    """

    def box(index: int) -> Box:
        if loose_box(at, index, FLOATS):
            left, top, right, bottom = four(floats)
            if right > left and top > bottom:
                return place(left, bottom, right, top)
        # turned letters have no loose box: the drawn outline then
        pdfium.FPDFText_GetCharBox(text_page, index, *_TIGHT)
        return place(_left.value, _bottom.value, _right.value, _top.value)

    return box


def placer(page: Any, turn: int = 0) -> tuple[Placer, float, float]:
    """How boxes are placed on a page as it is shown, and its width and height in points; `turn` is
    by how many right angles it is turned to the right besides."""
    turned = pdfium.FPDFPage_GetRotation(page) + turn
    width, height = pdfium.FPDF_GetPageWidthF(page), pdfium.FPDF_GetPageHeightF(page)
    if turn % 2:
        width, height = height, width
    if pdfium.FPDF_GetPageBoundingBox(page, _bounds):
        left, bottom, right, top = _bounds.left, _bounds.bottom, _bounds.right, _bounds.top
    else:
        left, bottom, right, top = 0.0, 0.0, *((height, width) if turn % 2 else (width, height))
    placers: tuple[Placer, ...] = (
        lambda x0, y0, x1, y1: (x0 - left, top - y1, x1 - left, top - y0),
        lambda x0, y0, x1, y1: (y0 - bottom, x0 - left, y1 - bottom, x1 - left),
        lambda x0, y0, x1, y1: (right - x1, y0 - bottom, right - x0, y1 - bottom),
        lambda x0, y0, x1, y1: (top - y1, right - x1, top - y0, right - x0),
    )
    return placers[turned & 3], width, height


def turned_back(box: Box, turn: int, width: float, height: float) -> Box:
    """The box on the page as it is shown, which has this width and height, of one on the page that
    was turned besides."""
    x0, top, x1, bottom = box
    return (
        box,
        (top, height - x1, bottom, height - x0),
        (width - x1, height - bottom, width - x0, height - top),
        (width - bottom, x0, width - top, x1),
    )[turn]
