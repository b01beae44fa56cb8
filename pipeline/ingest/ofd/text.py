"""The letters of a text object: which they are, and where each stands (GB/T 33190-2016, 11)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from lxml import etree

from pipeline.evidence import Box
from pipeline.ingest.ofd.numbers import deltas, number
from pipeline.ingest.ofd.package import children, said
from pipeline.ingest.pdf.boxes import Matrix, moved

MOST_CODES = 100_000
"""Letters of one text object."""
MOST_TRANSFORMS = 10_000
MANY_GLYPHS = 8
"""A code that stands for more glyphs of one font than this says nothing."""
ABOVE, BELOW = 0.88, 0.12
"""Of the size of a font, what of it stands above and below the base line."""
LATIN = 0.5
"""Of its size, about the width of a Latin letter of which nothing else is known."""
FAR = 2.0
"""Of its size: what is set further than this from the letter before stands apart."""
OBLIQUE = -1

Glyphs = dict[tuple[str, str], tuple[set[str], int]]
"""(font, letter) to the glyphs that it was drawn with, and how often."""

_RETURNS = frozenset("\r\n")
_BREAKS = re.compile("[\t-\r\x1c-\x1f\x85\u2028\u2029]")
_RUBBISH = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufffd]")
_WIDE_FROM = "\u2e80"
_NARROW = re.compile("[\uff61-\uffdc\uffe8-\uffee]")
_WIDE = "‘’“”—…·"


@dataclass(slots=True)
class Run:
    """Letters that follow one another in one direction.

    `turn`: how often the letters are turned by a quarter to the right (0 to 3), -1 for other
    angles; `stacked`: they stand below one another.
    """

    letters: list[tuple[str, Box]]
    size: float
    turn: int = 0
    stacked: bool = False

    @property
    def text(self) -> str:
        """The letters, without their boxes."""
        return "".join(letter for letter, _ in self.letters)


@dataclass(slots=True)
class Made:
    """The runs of a text object; its letters, those among them that are letters or digits, and how
    many the file does not name."""

    runs: list[Run] = field(default_factory=list)
    letters: int = 0
    named: int = 0
    lost: int = 0


def runs(item: etree._Element, by: Matrix, glyphs: Glyphs) -> Made:
    """The runs of a TextObject whose coordinates come onto the page by a matrix."""
    made = Made()
    a, b, c, d, _, _ = by
    size = number(item.get("Size"))
    scale = abs(a * d - b * c) ** 0.5
    if size <= 0 or scale <= 0:
        return made
    turn = _turn(a, b)
    wide = wider(item)
    down = item.get("ReadDirection") in ("90", "270")
    changed = list(islice(children(item, "CGTransform"), MOST_TRANSFORMS))
    x = y = 0.0
    for code in children(item, "TextCode"):
        # a coordinate that is not given is that of the code before
        x, y = number(code.get("X"), x), number(code.get("Y"), y)
        text = _text(code)[: MOST_CODES - made.letters]
        steps = _steps(code, text, changed, size, wide, down)
        made.letters += len(text)
        made.named += sum(map(str.isalnum, text))
        made.lost += len(_RUBBISH.findall(text))
        if changed:
            _note(item.get("Font", ""), text, changed, glyphs)
            missing = max(map(_end, changed)) - len(text)
            made.lost += max(missing, 0)
            changed = []
        for letters, stacked in _parted(text, x, y, steps, size, wide):
            placed = [(letter, moved(box, by)) for letter, box in letters]
            made.runs.append(Run(placed, size * scale, turn, stacked))
    return made


def letters(item: etree._Element) -> Iterator[tuple[str, float, float]]:
    """The letters of a TextObject and where each is drawn, in the object's own coordinates."""
    size = number(item.get("Size"))
    wide = wider(item)
    down = item.get("ReadDirection") in ("90", "270")
    changed = list(islice(children(item, "CGTransform"), MOST_TRANSFORMS))
    x = y = 0.0
    for code in children(item, "TextCode"):
        x, y = number(code.get("X"), x), number(code.get("Y"), y)
        text = _text(code)
        at_x, at_y = x, y
        for letter, (right, under) in zip(
            text, _steps(code, text, changed, size, wide, down), strict=True
        ):
            yield letter, at_x, at_y
            at_x, at_y = at_x + right, at_y + under
        changed = []


def _text(code: etree._Element) -> str:
    """What a TextCode says, without the line breaks that its XML has around it."""
    text = "".join(map(str, code.itertext()))[:MOST_CODES]
    inner = text.lstrip()
    if not _RETURNS.isdisjoint(text[: len(text) - len(inner)]):
        text = inner
    inner = text.rstrip()
    if not _RETURNS.isdisjoint(text[len(inner) :]):
        text = inner
    return _BREAKS.sub(" ", text)


def wider(item: etree._Element) -> float:
    """How much wider than they are letters are drawn."""
    return abs(number(item.get("HScale"), 1.0)) or 1.0


def glyphs(item: etree._Element) -> Iterator[tuple[int, float, float]]:
    """The glyphs of an embedded font that a TextObject's CGTransforms name, and where each of them
    is drawn, in the object's own coordinates (11.4)."""
    changed = list(islice(children(item, "CGTransform"), MOST_TRANSFORMS))
    size = number(item.get("Size"))
    for code in children(item, "TextCode"):
        x, y = number(code.get("X")), number(code.get("Y"))
        across = deltas(code.get("DeltaX"), MOST_CODES)
        below = deltas(code.get("DeltaY"), MOST_CODES)
        drawn: dict[int, int] = {}
        ahead = 0
        for change in changed:
            ids = said(change, "Glyphs").split(None, MOST_CODES)[:MOST_CODES]
            start = max(int(number(change.get("CodePosition"))), 0) + ahead
            drawn.update((start + at, int(number(word))) for at, word in enumerate(ids))
            ahead += len(ids) - max(int(number(change.get("CodeCount"), 1.0)), 0)
        for at in range(min(max(drawn, default=-1) + 1, MOST_CODES)):
            if 0 < drawn.get(at, 0) <= 0xFFFF:
                yield drawn[at], x, y
            x += across[at] if at < len(across) else 0.0 if below else size
            y += below[at] if at < len(below) else 0.0
        # the transforms are those of the first code
        return


def _turn(a: float, b: float) -> int:
    quarters = math.atan2(b, a) / (math.pi / 2)
    near = round(quarters)
    return near % 4 if abs(quarters - near) < 0.1 else OBLIQUE


def _end(change: etree._Element) -> int:
    """Where the codes end that a CGTransform draws with other glyphs (11.4)."""
    start = max(int(number(change.get("CodePosition"))), 0)
    return min(start + max(int(number(change.get("CodeCount"), 1.0)), 0), MOST_CODES)


def _drawn(change: etree._Element) -> int:
    """How many glyphs a CGTransform draws."""
    return min(max(int(number(change.get("GlyphCount"), 1.0)), 1), MOST_TRANSFORMS)


def _note(font: str, text: str, changed: list[etree._Element], glyphs: Glyphs) -> None:
    for change in changed:
        start = max(int(number(change.get("CodePosition"))), 0)
        if change.get("CodeCount", "1") != change.get("GlyphCount", "1"):
            continue
        ids = said(change, "Glyphs").split(None, len(text))
        for letter, glyph in zip(text[start:], ids, strict=False):
            seen, uses = glyphs.get((font, letter), (set(), 0))
            if len(seen) <= MANY_GLYPHS:
                seen.add(glyph)
            glyphs[font, letter] = seen, uses + 1


def _steps(
    code: etree._Element,
    text: str,
    changed: list[etree._Element],
    size: float,
    wide: float,
    down: bool,
) -> list[tuple[float, float]]:
    """How far each letter's successor is from it: steps are counted by glyphs, and several letters
    may be one glyph, or one letter several."""
    most = len(text) + min(sum(map(_drawn, changed)), MOST_TRANSFORMS)
    across, below = deltas(code.get("DeltaX"), most), deltas(code.get("DeltaY"), most)
    sinks = any(below)
    if not changed and not sinks and len(across) >= len(text) - 1:
        # most texts
        return [(step, 0.0) for step in (*across, size)[: len(text)]]
    if not across and not sinks:
        if down:
            return [(0.0, size)] * len(text)
        return [(_width(letter, size, wide), 0.0) for letter in text]
    # how many glyphs lie between a letter and the next
    counts = [1] * len(text)
    for change in changed:
        codes = max(int(number(change.get("CodeCount"), 1.0)), 1)
        drawn = _drawn(change)
        last = _end(change) - 1
        if codes == drawn or last >= len(text):
            continue
        start = last + 1 - codes
        for at in range(max(start, 0), last + 1):
            counts[at] = 1 if at - start < drawn - 1 else 0
        counts[last] = max(drawn - codes + 1, 1)
    out: list[tuple[float, float]] = []
    at = 0
    for letter, count in zip(text, counts, strict=True):
        x = y = 0.0
        for glyph in range(at, min(at + count, most)):
            if glyph < len(across):
                x += across[glyph]
            elif not sinks:
                # fewer steps than letters: as wide as the letter is
                x += _width(letter, size, wide)
            if glyph < len(below):
                y += below[glyph]
        out.append((x, y))
        at += count
    return out


def _width(letter: str, size: float, wide: float) -> float:
    full = (letter >= _WIDE_FROM and not _NARROW.match(letter)) or letter in _WIDE
    return (size if full else size * LATIN) * wide


def _parted(
    text: str, x: float, y: float, steps: list[tuple[float, float]], size: float, wide: float
) -> Iterator[tuple[list[tuple[str, Box]], bool]]:
    """The letters with their boxes, parted where they change direction or leave much room; and
    whether they are stacked."""
    letters: list[tuple[str, Box]] = []
    stacked: bool | None = None
    for letter, (right, under) in zip(text, steps, strict=True):
        width = _width(letter, size, wide)
        level = abs(under) <= 0.4 * size and -0.3 * size <= right <= FAR * size + width
        upright = abs(right) <= 0.4 * size and 0.4 * size < under <= FAR * size
        if level and 0 < right < max(width, 0.92 * size * wide):
            width = right
        letters.append((letter, (x, y - ABOVE * size, x + width, y + BELOW * size)))
        x, y = x + right, y + under
        if stacked is None and (level or upright):
            stacked = upright and not level
        if not (upright if stacked else level):
            yield letters, bool(stacked) and len(letters) > 1
            letters, stacked = [], None
    if letters:
        yield letters, bool(stacked) and len(letters) > 1
