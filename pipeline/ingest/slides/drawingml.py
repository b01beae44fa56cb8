"""Names of DrawingML and PresentationML, and what text bodies, tables, charts and diagrams say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from pipeline.evidence import Box
from pipeline.ingest.slides.collage import Placed
from pipeline.ingest.word.wordml import EMU

_MAIN = "http://schemas.openxmlformats.org/"
P = f"{{{_MAIN}presentationml/2006/main}}"
A = f"{{{_MAIN}drawingml/2006/main}}"
C = f"{{{_MAIN}drawingml/2006/chart}}"
D = f"{{{_MAIN}drawingml/2006/diagram}}"
M = f"{{{_MAIN}officeDocument/2006/math}}"

MOST_POINTS = 2_000
"""Values of one series of a chart, and series of a chart, that are read."""

_WHOLE = re.compile(r"\s*-?\d{1,12}\s*")


def stated(element: etree._Element | None, name: str, otherwise: int = 0) -> int:
    """A whole number that an attribute states."""
    text = element.get(name, "") if element is not None else ""
    return int(text) if _WHOLE.fullmatch(text) else otherwise


@dataclass(frozen=True, slots=True)
class Frame:
    """From the coordinates within a group to those of the slide, both in EMU."""

    across: float = 1.0
    down: float = 1.0
    left: float = 0.0
    top: float = 0.0

    def box(self, xfrm: etree._Element) -> Box:
        """The box of a shape in points (before it is turned); `xfrm` is its a:xfrm or p:xfrm."""
        at, size = xfrm.find(A + "off"), xfrm.find(A + "ext")
        x = stated(at, "x") * self.across + self.left
        y = stated(at, "y") * self.down + self.top
        wide, high = stated(size, "cx") * self.across, stated(size, "cy") * self.down
        return (x / EMU, y / EMU, (x + wide) / EMU, (y + high) / EMU)

    def within(self, xfrm: etree._Element | None) -> Frame:
        """The frame of what stands in a group (its a:xfrm has a:chOff and a:chExt)."""
        if xfrm is None or xfrm.find(A + "chExt") is None:
            return self
        at, size = xfrm.find(A + "off"), xfrm.find(A + "ext")
        inner, inner_size = xfrm.find(A + "chOff"), xfrm.find(A + "chExt")
        across = stated(size, "cx") / (stated(inner_size, "cx") or 1) * self.across
        down = stated(size, "cy") / (stated(inner_size, "cy") or 1) * self.down
        left = stated(at, "x") * self.across + self.left - stated(inner, "x") * across
        top = stated(at, "y") * self.down + self.top - stated(inner, "y") * down
        return Frame(across, down, left, top)


def paragraphs(body: etree._Element | None) -> Iterator[tuple[str, float]]:
    """The paragraphs of a text body that say something, each with the size of its first letters
    in points (0 where it does not state one)."""
    for paragraph in body.iterfind(A + "p") if body is not None else ():
        parts: list[str] = []
        size = 0.0
        for run in paragraph.iter(A + "t", A + "br", M + "t"):
            if run.tag == A + "br":
                parts.append("\n")
                continue
            parent = run.getparent()
            if parent is not None and parent.tag == A + "fld":
                kind = parent.get("type", "")
                # it changes every time the slides are opened: no date that the paper states
                if kind.startswith("datetime"):
                    continue
            parts.append((run.text or "").replace("\v", "\n"))
            about = parent.find(A + "rPr") if parent is not None else None
            size = size or stated(about, "sz") / 100
        text = "".join(parts).strip(" \n\t")
        if text.strip():
            yield text, size


def rows(table: etree._Element) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The rows of a table: height in EMU, cells; what is merged stands once, in its first cell."""
    for row in table.iterfind(A + "tr"):
        cells = []
        for cell in row.iterfind(A + "tc"):
            later = {cell.get("hMerge", "0"), cell.get("vMerge", "0")} & {"1", "true"}
            said = () if later else paragraphs(cell.find(A + "txBody"))
            cells.append("\n".join(text for text, _ in said))
        yield stated(row, "h"), tuple(cells)


def chart(root: etree._Element) -> tuple[list[str], list[tuple[str, ...]]]:
    """What a chart says: the texts of its titles, and its data as a table's rows: the categories,
    then each series with its name first. The values are those the chart was last drawn with."""
    titles = [
        text
        for title in root.iter(C + "title")
        for body in title.iter(C + "rich")
        for text, _ in paragraphs(body)
    ]
    table: list[tuple[str, ...]] = []
    for series in root.iter(C + "ser"):
        names = _points(series, "cat") or _points(series, "xVal")
        if names and not table:
            table.append(("", *names))
        table.append((" ".join(_points(series, "tx")), *(_points(series, "val", "yVal"))))
        if len(table) > MOST_POINTS:
            break
    return titles, table


def _points(series: etree._Element, *names: str) -> list[str]:
    values: list[str] = []
    for name in names:
        holder = series.find(C + name)
        for value in holder.iter(C + "v") if holder is not None else ():
            values.append((value.text or "").strip())
            if len(values) >= MOST_POINTS:
                return values
    return values


def diagram(root: etree._Element) -> Iterator[tuple[str, float]]:
    """The paragraphs of a diagram's data part (SmartArt), in the order in which they are kept."""
    for body in root.iter(D + "t"):
        yield from paragraphs(body)


def placed(fill: etree._Element, xfrm: etree._Element | None, box: Box) -> Placed:
    """How a picture stands on its slide: `fill` is its blipFill, `box` its box before it is turned.
    """
    cut = fill.find(A + "srcRect")
    # in thousandths of a percent, and sixty-thousandths of a degree
    left, top, right, bottom = (stated(cut, side) / 100_000 for side in "ltrb")
    flipped = [xfrm is not None and xfrm.get(name) in ("1", "true") for name in ("flipH", "flipV")]
    return Placed(
        box, (left, top, right, bottom), stated(xfrm, "rot") / 60_000, flipped[0], flipped[1]
    )
