"""What an OFD page shows: its letters in their places, ruling lines, and how much is pictures.

Coordinates are points from the page's top left. Text that is not visible (`Visible="false"`,
`Alpha="0"`, neither filled nor stroked) is kept apart: over the picture of a page it is the text of
a scan. Clip regions are not followed: what is cut away in part is read whole.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

from pipeline.evidence import Box
from pipeline.ingest.ofd.numbers import operations
from pipeline.ingest.ofd.objects import Count, Units, legible, of_image, placed, visible, walk
from pipeline.ingest.ofd.package import children
from pipeline.ingest.ofd.text import MANY_GLYPHS, Glyphs, Run, runs
from pipeline.ingest.pdf.boxes import Matrix, moved
from pipeline.ingest.pdf.grid import MOST_SEGMENTS, SHORT, THIN, Line

MOST_LETTERS = 1_000_000
"""Of one page."""


@dataclass(slots=True)
class Drawn:
    """What stands on a page, points from its top left."""

    runs: list[Run] = field(default_factory=list)
    hidden: list[Run] = field(default_factory=list)
    across: list[Line] = field(default_factory=list)
    down: list[Line] = field(default_factory=list)
    images: list[Box] = field(default_factory=list)
    behind: list[int] = field(default_factory=list)
    """Letters drawn before each of the images."""
    paths: int = 0
    letters: int = 0
    named: int = 0
    """Visible letters and digits that the file names."""
    lost: int = 0
    """Visible letters that it does not name."""
    segments: int = 0
    count: Count = field(default_factory=Count)
    glyphs: Glyphs = field(default_factory=dict)

    def unnamed(self) -> float:
        """The share of letters, 0 to 1, of which the file does not say which they are."""
        lost = self.lost + sum(uses for ids, uses in self.glyphs.values() if len(ids) > MANY_GLYPHS)
        return min(lost / max(self.named + self.lost, 1), 1.0)


def draw(parent: etree._Element, by: Matrix, units: Units, found: Drawn) -> None:
    """Adds the objects in a page's content or an appearance, moved by a matrix, to `found`."""
    for name, item, within, seen in walk(parent, by, units, found.count):
        if name == "TextObject":
            shown = seen and legible(item)
            made = runs(item, placed(item, within), found.glyphs if shown else {})
            (found.runs if shown else found.hidden).extend(made.runs)
            found.letters += made.letters
            if shown:
                found.named += made.named
                found.lost += made.lost
            if found.letters > MOST_LETTERS:
                found.count.full = True
                return
        elif not (seen and visible(item)):
            continue
        elif name == "PathObject":
            _path(item, placed(item, within), found)
        elif item.get("ResourceID"):
            found.images.append(moved((0.0, 0.0, 1.0, 1.0), of_image(item, within)))
            found.behind.append(found.named)


def _path(item: etree._Element, by: Matrix, found: Drawn) -> None:
    found.paths += 1
    if found.segments > MOST_SEGMENTS:
        return
    a, b, c, d, e, f = by
    for data in children(item, "AbbreviatedData"):
        points: list[tuple[float, float, bool]] = []
        text = data.text or ""
        # what is long and says nothing is read as well
        found.segments += len(text) // 1000
        for letter, given in operations(text):
            found.segments += 1
            if found.segments > MOST_SEGMENTS:
                return
            if letter in "MS":
                _lines(points, found)
                points = []
            if letter == "C":
                if points:
                    points.append((*points[0][:2], True))
                continue
            x, y = given[-2:]
            points.append((a * x + c * y + e, b * x + d * y + f, letter == "L"))
        _lines(points, found)


def _lines(points: list[tuple[float, float, bool]], found: Drawn) -> None:
    """A sub-path's straight sides that are level or upright; one no thicker than a line is one."""
    if len(points) < 2:
        return
    xs, ys = [x for x, _, _ in points], [y for _, y, _ in points]
    left, right, top, bottom = min(xs), max(xs), min(ys), max(ys)
    if bottom - top <= THIN:
        if right - left > bottom - top:
            found.across.append(((top + bottom) / 2, left, right))
        return
    if right - left <= THIN:
        found.down.append(((left + right) / 2, top, bottom))
        return
    x0, y0, _ = points[0]
    for x, y, straight in points[1:]:
        if straight and abs(y - y0) < SHORT < abs(x - x0):
            found.across.append(((y + y0) / 2, min(x, x0), max(x, x0)))
        elif straight and abs(x - x0) < SHORT < abs(y - y0):
            found.down.append(((x + x0) / 2, min(y, y0), max(y, y0)))
        x0, y0 = x, y
