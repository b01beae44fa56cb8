"""What is seen on a sheet, after it was turned the right way up and made large enough."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

import cv2
import numpy as np

from pipeline.ingest.scans.ocr import DETECTED_AT, Pixels, Recognise, Seen
from pipeline.ingest.scans.upright import Sheet, run_down, upended

WELL_READ = 0.85
"""Mean sureness of a page that lies the right way: measured 0.99 to 1.00 upright, 0.54 to 0.74 on
its side or head."""
ON_ITS_SIDE = 1.3
"""Of `upright.run_down`: a part of the page is looked at, to see which way it lies."""
SAMPLE = 700
"""Pixels of that part's side."""
SMALL, TINY, WANTED, LONGEST = 20.0, 12.0, 32.0, 2_400
"""Pixels: letters less high than the first are enlarged to the third if they were not read well,
in any case if less high than the second; the picture's longer side to no more than the last."""
READ_THROUGH = 0.97
LEAST = 4.0
"""Pixels: nothing lower is a letter."""
LEAST_SEEN = 11.0
"""Pixels of a line's height where lines are looked for; less, and the picture is read in parts."""
LONG = 2.2
"""Longer than so many times its width, a large picture is read in parts."""
MOST_PARTS = 64
PADDED = 0.72
"""Of the height of a stretch as recognised, the letters' own."""


def looked_at(sheet: Sheet, recognise: Recognise) -> tuple[Sheet, list[Seen], int]:
    """The sheet the right way up, what is seen on it, and the quarter turns that it took."""
    first = _side(sheet, recognise)
    sheet = sheet.turned(first)
    sheet, seen = _legible(sheet, recognise)
    if not seen:
        return sheet, seen, first
    sure, side = mean_sure(seen), upended(seen)
    if not side and (sure >= WELL_READ or sum(len(each.text) for each in seen) < 4):
        return sheet, seen, first
    quarters = _quarters(seen)
    again = sheet.turned(quarters)
    seen_again = in_parts(again.pixels, recognise)
    if seen_again and mean_sure(seen_again) > sure - (0.1 if side else 0.0):
        return again, seen_again, (first + quarters) % 4
    return sheet, seen, first


def _side(sheet: Sheet, recognise: Recognise) -> int:
    """The quarter turns that set a page upright which seems to lie on its side; 0 otherwise."""
    if run_down(sheet.pixels) < ON_ITS_SIDE:
        return 0
    high, wide = sheet.pixels.shape[:2]
    if high * wide < 2 * SAMPLE**2:
        return 0
    # where most happens
    grey = cv2.cvtColor(sheet.pixels, cv2.COLOR_RGB2GRAY)
    busy = cv2.boxFilter(np.abs(cv2.Laplacian(grey, cv2.CV_32F)), -1, (SAMPLE, SAMPLE))
    y, x = divmod(int(np.argmax(busy)), wide)
    top = min(max(y - SAMPLE // 2, 0), max(high - SAMPLE, 0))
    left = min(max(x - SAMPLE // 2, 0), max(wide - SAMPLE, 0))
    seen = recognise(sheet.pixels[top : top + SAMPLE, left : left + SAMPLE])
    return _quarters(seen) if seen and upended(seen) else 0


def _quarters(seen: Sequence[Seen]) -> int:
    """The quarter turns that set upright what was read badly, or lying on its side."""
    if not upended(seen):
        return 2
    # what stands on end is turned anticlockwise by the library before it reads it: where that made
    # sense, the page must be turned so too
    return 1 if mean_sure(seen) >= WELL_READ else 3


def mean_sure(seen: Sequence[Seen]) -> float:
    """How sure, letter by letter."""
    letters = sum(len(each.text) for each in seen)
    return sum(each.sure * len(each.text) for each in seen) / max(letters, 1)


def letter_of(seen: Sequence[Seen]) -> float:
    """The height of letters in pixels, as half of the stretches have it."""
    sides = []
    for each in seen:
        first, second, _, last = each.quad
        sides.append(min(math.dist(first, second), math.dist(first, last)))
    return max(PADDED * median(sides), LEAST)


def _legible(sheet: Sheet, recognise: Recognise) -> tuple[Sheet, list[Seen]]:
    """What is seen, once more on a larger picture where the letters were too small."""
    seen = in_parts(sheet.pixels, recognise)
    longest = max(sheet.pixels.shape[:2])
    high = letter_of(seen) if seen else min(sheet.pixels.shape[:2]) / 8
    enough = SMALL if mean_sure(seen) < READ_THROUGH else TINY
    if high >= enough or longest * 1.3 > LONGEST:
        return sheet, seen
    larger = sheet.scaled(min(WANTED / max(high, 4.0), LONGEST / longest, 4.0))
    again = in_parts(larger.pixels, recognise)
    return (larger, again) if _said(again) >= _said(seen) else (sheet, seen)


def _said(seen: Sequence[Seen]) -> float:
    return sum(len(each.text) * each.sure for each in seen)


def in_parts(pixels: Pixels, recognise: Recognise) -> list[Seen]:
    """What is seen; of a very long picture, or a large one with small letters, part by part."""
    high, wide = pixels.shape[:2]
    longest = max(high, wide)
    if longest <= 2 * DETECTED_AT:
        return recognise(pixels)
    if longest <= LONG * min(high, wide):
        seen = recognise(pixels)
        if not seen or letter_of(seen) / PADDED * DETECTED_AT / longest >= LEAST_SEEN:
            return seen
        parts = _parts(pixels, longest // 2 + 1)
    else:
        parts = _parts(pixels, max(int(1.6 * min(high, wide)), DETECTED_AT))
    out = []
    for begin, end in parts:
        part = pixels[begin:end] if high >= wide else pixels[:, begin:end]
        x, y = (0, begin) if high >= wide else (begin, 0)
        for each in recognise(part):
            a, b, c, d = ((px + x, py + y) for px, py in each.quad)
            out.append(Seen(each.text, (a, b, c, d), each.sure))
    return out


def _parts(pixels: Pixels, long: int) -> list[tuple[int, int]]:
    """Stretches of the longer side of about this length, cut where least is cut through."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    along = 1 if pixels.shape[0] >= pixels.shape[1] else 0
    busy = np.abs(np.diff(grey.astype(np.int16), axis=along)).mean(axis=along)
    whole = len(busy)
    long = max(long, whole // MOST_PARTS + 1)
    parts, begin = [], 0
    while whole - begin > 1.3 * long:
        low, most = begin + int(0.7 * long), begin + long
        cut = low + int(np.argmin(np.convolve(busy[low:most], np.ones(9) / 9, "same")))
        parts.append((begin, cut))
        begin = cut
    return [*parts, (begin, whole)]
