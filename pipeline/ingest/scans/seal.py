"""Red seals: where they are, the picture without their red, and the better of two readings.

Ink over ink: where a red seal lies on black letters, the red channel shows the letters nearly
alone, since red ink reflects red as the paper does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.evidence import Block, Box, OnPage, Page
from pipeline.ingest.scans.ocr import Pixels, Recognise, Seen
from pipeline.ingest.scans.ring import rings
from pipeline.ingest.scans.upright import resized

LOOKED_AT = 900
"""Pixels of the longer side at which seals are looked for."""
REDDER = 40
"""Levels by which red is above green and blue."""
LEAST, MOST = 0.05, 0.42
"""A seal's side against the shorter side of the page: a name seal of 12 mm on A4, an official one
of 45 mm (and twice that on A5 and cut-outs)."""
LONGEST = 1.7
"""Width to height of an oval seal; red headings are longer."""
FILLED = (0.06, 0.8)
"""Share of a seal's box that is red."""
MOST_SEALS = 12
ONLY_RED = 0.12
"""Of a stretch's ink, the share that is not red: below this it was only the seal's own letters."""
DOUBTFUL = 0.8
"""Below this nothing is taken as read."""
SURE = 0.9
ILLEGIBLE = "\u3013"
"""Stands, with `sure` 0, where there is ink under a seal that could not be read: the sign that
printers put for a letter they do not have. (A square would be a box to tick.)"""
_DATE = re.compile(r"[12〇○零一二][0-9〇○零一二三四五六七八九]{3}\s*年.{1,3}月.{1,3}[日号]"
                   r"|[12][0-9]{3}[-./][01]?[0-9][-./][0-3]?[0-9]")  # fmt: skip
_DAY = re.compile(r"(\d+)\s*月\s*(\d+)\s*[日号月目]")
_BEGUN = re.compile(rf"[年月日]|[12][09][0-9]{{2}}|{ILLEGIBLE}")


@dataclass(frozen=True, slots=True)
class Seal:
    """A seal's box on the sheet, in pixels: left, top, right, bottom."""

    box: tuple[int, int, int, int]


def date_unread(page: Page) -> bool:
    """Whether a date may stand on this page that nobody could read: a doubtful stretch in its lower
    two thirds begins like a date, or is illegible under a seal. Then "no date" may not be said."""
    for block in page.blocks:
        if block.sure < DOUBTFUL and _BEGUN.search(block.text) and _low(block, page):
            return True
    return False


def impossible(text: str) -> bool:
    """Whether a date in the text cannot be (月 13, 日 154): then a letter was seen that is none."""
    return any(
        not (1 <= int(day[1][:4]) <= 12 and 1 <= int(day[2][:4]) <= 31)
        for day in _DAY.finditer(text)
    )


def _low(block: Block, page: Page) -> bool:
    return isinstance(block.place, OnPage) and block.place.box[3] > page.height / 3


def seals(pixels: Pixels) -> list[Seal]:
    """The seals on a sheet, from the largest to the smallest."""
    scale = min(1.0, LOOKED_AT / max(pixels.shape[:2]))
    small = resized(pixels, scale)
    red = _red(small)
    if int(red.sum()) < 60:
        return []
    short = min(small.shape[:2])
    side = max(3, round(short * 0.018))
    joined = cv2.morphologyEx(red, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    count, labels, about, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    found: list[tuple[int, Seal]] = []
    for number in range(1, count):
        x, y, wide, high, _ = (int(value) for value in about[number])
        if not LEAST * short < min(wide, high) <= max(wide, high) < MOST * short:
            continue
        if max(wide, high) > LONGEST * min(wide, high):
            continue
        own = red[y : y + high, x : x + wide] * (labels[y : y + high, x : x + wide] == number)
        if not FILLED[0] < float(own.sum()) / (wide * high) < FILLED[1]:
            continue
        box = (int(x / scale), int(y / scale), int((x + wide) / scale), int((y + high) / scale))
        found.append((wide * high, Seal(box)))
    found.sort(key=lambda each: (-each[0], each[1].box))
    kept: list[Seal] = []
    for _, seal in found:
        # the star within the ring is no seal of its own
        if not any(_within(seal.box, larger.box) for larger in kept):
            kept.append(seal)
    return kept[:MOST_SEALS]


def _red(pixels: Pixels) -> Pixels:
    """1 where the ink is red."""
    r, g, b = (pixels[..., at].astype(np.int16) for at in range(3))
    return ((r - np.maximum(g, b) > REDDER) & (r > 80)).astype(np.uint8)


def without_red(pixels: Pixels) -> Pixels:
    """The picture in grey as the red channel shows it, and what is left of red ink made paper."""
    red = _red(pixels)
    grey = pixels[..., 0].copy()
    inked = grey[red == 1]
    if not inked.size:
        return grey
    paper = float(np.percentile(grey, 90))
    level = max(float(np.percentile(inked, 12)), 60.0)
    near = cv2.dilate(red, np.ones((5, 5), np.uint8)) == 1
    lifted = np.clip(grey[near].astype(np.float32) * (paper / level), 0, paper)
    grey[near] = lifted.astype(np.uint8)
    return grey


def read_again(
    pixels: Pixels, seen: Sequence[Seen], found: Sequence[Seal], recognise: Recognise
) -> list[Seen]:
    """What is seen once each seal's surroundings were read again without its red: of two readings
    of one place the surer and longer; the seal's own letters left out; and `ILLEGIBLE` for ink
    under a seal that neither reading explains."""
    out = list(seen)
    for seal in found:
        touched = [each for each in out if _meet(_box(each), seal.box)]
        around = _around(seal, touched, pixels)
        x0, top, x1, bottom = around
        crop = pixels[top:bottom, x0:x1]
        clean = without_red(crop)
        again = [_shifted(each, x0, top) for each in recognise(np.dstack([clean] * 3))]
        again = [each for each in again if _meet(_box(each), seal.box) and each.sure >= 0.5]
        kept = _better(touched, again, _Inks(crop, clean, x0, top), seal)
        kept += _unexplained(clean, seal, kept, x0, top)
        out = [each for each in out if each not in touched] + kept
    return out


def undated(seen: Sequence[Seen], found: Sequence[Seal]) -> list[Seen]:
    """What is seen, and `ILLEGIBLE` on the lowest seal of a sheet on which no date was read
    anywhere: the seal of a paper is set upon its date (GB/T 9704-2012, 7.3.5.1)."""
    if any(each.text == ILLEGIBLE or (_DATE.search(each.text) and not impossible(each.text))
           for each in seen):
        return list(seen)
    lowest = max((seal.box for seal in found), key=lambda box: box[3])
    x0, top, x1, bottom = (float(value) for value in lowest)
    return [*seen, Seen(ILLEGIBLE, ((x0, top), (x1, top), (x1, bottom), (x0, bottom)), 0.0)]


def marked(pixels: Pixels, seen: Sequence[Seen]) -> list[Seen]:
    """What is seen, and `ILLEGIBLE` on a seal without colour (a copy) on which no date was read."""
    out = list(seen)
    for box in rings(pixels):
        read = any(
            each.sure >= DOUBTFUL and _DATE.search(each.text) and not impossible(each.text)
            for each in seen
            if _meet(_box(each), box)
        )
        if not read:
            x0, top, x1, bottom = (float(value) for value in box)
            quad = ((x0, top), (x1, top), (x1, bottom), (x0, bottom))
            out.append(Seen(ILLEGIBLE, quad, 0.0))
    return out


@dataclass(frozen=True, slots=True)
class _Inks:
    """The inks around a seal: the picture, the same without red, and where they begin."""

    pixels: Pixels
    clean: Pixels
    left: int
    top: int

    def only_red(self, box: Box) -> bool:
        """Whether what stands in the box is the seal's own."""
        x0, top = max(int(box[0]) - self.left, 0), max(int(box[1]) - self.top, 0)
        x1, bottom = int(box[2]) - self.left, int(box[3]) - self.top
        red = int(_red(self.pixels[top:bottom, x0:x1]).sum())
        dark = int((self.clean[top:bottom, x0:x1] < 110).sum())
        return red > 0 and dark < ONLY_RED * (dark + red)


def _around(seal: Seal, touched: Sequence[Seen], pixels: Pixels) -> tuple[int, int, int, int]:
    """The seal's box with a margin and with the whole of every line that it touches."""
    x0, top, x1, bottom = seal.box
    margin = (x1 - x0) // 8
    boxes = [_box(each) for each in touched]
    high, wide = pixels.shape[:2]
    return (
        max(0, int(min([x0, *(box[0] for box in boxes)])) - margin),
        max(0, int(min([top, *(box[1] for box in boxes)])) - margin),
        min(wide, int(max([x1, *(box[2] for box in boxes)])) + margin),
        min(high, int(max([bottom, *(box[3] for box in boxes)])) + margin),
    )


def _better(
    first: Sequence[Seen], again: Sequence[Seen], inks: _Inks, seal: Seal
) -> list[Seen]:
    """Place by place the better of the readings; a stretch of one may be several of the other."""
    left = list(first)
    kept: list[Seen] = []
    for new in sorted(again, key=lambda each: -len(each.text)):
        old = [each for each in left if _same_place(_box(each), _box(new))]
        if sum(map(_worth, old)) >= _worth(new):
            continue
        left = [each for each in left if each not in old]
        kept.append(new)
    for old_one in left:
        box = _box(old_one)
        own = _within(box, seal.box) and inks.only_red(box)
        plain = old_one.sure >= SURE and len(old_one.text) >= 4 and _level(old_one)
        if not own or plain:
            kept.append(old_one)
    return kept


def _worth(seen: Seen) -> float:
    """How much a reading says: letters that are more likely right than wrong."""
    return len("".join(seen.text.split())) * (seen.sure - 0.5)


def _unexplained(
    clean: Pixels, seal: Seal, kept: Sequence[Seen], left: int, top: int
) -> list[Seen]:
    """A mark for ink under the seal, as much as a letter of it, that nothing kept explains; ruling
    lines, longer than any letter, are no letters."""
    x0, y0, x1, y1 = seal.box
    ink = (clean[y0 - top : y1 - top, x0 - left : x1 - left] < 100).astype(np.uint8)
    ink = np.asarray(cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8)), np.uint8)
    long = np.ones((1, max(9, (x1 - x0) // 5)), np.uint8)
    rules = cv2.morphologyEx(ink, cv2.MORPH_OPEN, long)
    ink[cv2.dilate(rules, np.ones((5, 5), np.uint8)) == 1] = 0
    for each in kept:
        a, b, c, d = (int(value) for value in _box(each))
        ink[max(b - y0 - 4, 0) : max(d - y0 + 4, 0), max(a - x0 - 4, 0) : max(c - x0 + 4, 0)] = 0
    if int(ink.sum()) < 0.008 * (x1 - x0) * (y1 - y0):
        return []
    ys, xs = np.nonzero(ink)
    begin, end = x0 + float(xs.min()), x0 + float(xs.max()) + 1
    over, under = y0 + float(ys.min()), y0 + float(ys.max()) + 1
    quad = ((begin, over), (end, over), (end, under), (begin, under))
    return [Seen(ILLEGIBLE, quad, 0.0)]


def _box(seen: Seen) -> Box:
    xs, ys = [x for x, _ in seen.quad], [y for _, y in seen.quad]
    return min(xs), min(ys), max(xs), max(ys)


def _shifted(seen: Seen, x: float, y: float) -> Seen:
    a, b, c, d = ((px + x, py + y) for px, py in seen.quad)
    return Seen(seen.text, (a, b, c, d), seen.sure)


def _level(seen: Seen) -> bool:
    (x0, y0), (x1, y1), _, _ = seen.quad
    return abs(y1 - y0) < 0.12 * abs(x1 - x0)


def _meet(a: Box, b: Sequence[float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _within(a: Box, b: Sequence[float]) -> bool:
    slack = 0.1 * (b[2] - b[0])
    return (
        a[0] > b[0] - slack and a[2] < b[2] + slack and a[1] > b[1] - slack and a[3] < b[3] + slack
    )


def _same_place(a: Box, b: Box) -> bool:
    """Whether two stretches lie on one another for the better part of the smaller."""
    wide, high = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    if wide <= 0 or high <= 0:
        return False
    smaller = min((a[2] - a[0]) * (a[3] - a[1]), (b[2] - b[0]) * (b[3] - b[1]))
    return wide * high > 0.4 * smaller
