"""The graphic objects of an OFD page in the order they are drawn (GB/T 33190-2016, 8 to 13)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from pipeline.ingest.ofd.numbers import matrix, numbers
from pipeline.ingest.ofd.package import children, name_of
from pipeline.ingest.pdf.boxes import Matrix, Point, times

MOST_OBJECTS = 200_000
"""Of one page, those of its templates and units included."""
BYTES = 300
"""Of XML, about what an object takes."""
DEEPEST = 8
"""Units within units."""
DEEPEST_BLOCKS = 60

Units = dict[str, etree._Element]
"""The contents of CompositeGraphicUnits by their ids."""
Drawing = tuple[str, etree._Element, Matrix, bool]
"""An object: TextObject, PathObject or ImageObject; its element; how what it stands in comes onto
the page; whether that is visible."""


@dataclass(slots=True)
class Count:
    """How many objects a page has had so far, and whether there were more than are looked at."""

    objects: int = 0
    full: bool = False
    sizes: dict[str, int] = field(default_factory=dict)
    """Objects that the contents of each unit count for: whatever it holds, it is read each time."""


def walk(
    parent: etree._Element, by: Matrix, units: Units, count: Count, seen: bool = True
) -> Iterator[Drawing]:
    """The objects in a page's content, a unit or an appearance, moved by a matrix; those in blocks
    and units among them. What is too deep, or more than `MOST_OBJECTS`, sets `count.full`."""
    yield from _walk(parent, by, units, count, seen, 0, 0)


def _walk(
    parent: etree._Element,
    by: Matrix,
    units: Units,
    count: Count,
    seen: bool,
    blocks: int,
    within: int,
) -> Iterator[Drawing]:
    for item in parent:
        count.objects += 1
        if count.objects > MOST_OBJECTS:
            count.full = True
            return
        name = name_of(item)
        if name in ("TextObject", "PathObject", "ImageObject"):
            yield name, item, by, seen
        elif name in ("Layer", "PageBlock", "Content"):
            if blocks < DEEPEST_BLOCKS:
                yield from _walk(item, by, units, count, seen, blocks + 1, within)
            else:
                count.full = True
        elif name == "CompositeObject":
            unit = units.get(item.get("ResourceID", ""))
            if unit is None:
                continue
            count.objects += _size(unit, item.get("ResourceID", ""), count)
            if within < DEEPEST:
                shown = seen and visible(item)
                yield from _walk(unit, placed(item, by), units, count, shown, 0, within + 1)
            else:
                count.full = True


def _size(unit: etree._Element, name: str, count: Count) -> int:
    if name not in count.sizes:
        count.sizes[name] = len(etree.tostring(unit)) // BYTES
    return count.sizes[name]


def placed(item: etree._Element, by: Matrix) -> Matrix:
    """How the object's own coordinates come onto the page: its CTM, the corner of its Boundary,
    and what it stands in (8.5)."""
    x, y = corner(item)
    moved = times((1.0, 0.0, 0.0, 1.0, x, y), by)
    own = matrix(item.get("CTM"))
    return moved if own is None else times(own, moved)


def of_image(item: etree._Element, by: Matrix) -> Matrix:
    """How the unit square of an image comes onto the page (10); without a CTM it fills its box."""
    if matrix(item.get("CTM")) is not None:
        return placed(item, by)
    box = numbers(item.get("Boundary"), 4) or (0.0, 0.0, 0.0, 0.0)
    return times((box[2], 0.0, 0.0, box[3], box[0], box[1]), by)


def corner(item: etree._Element) -> Point:
    """The left upper corner of the object's Boundary."""
    box = numbers(item.get("Boundary"), 4)
    return (box[0], box[1]) if box else (0.0, 0.0)


def visible(item: etree._Element) -> bool:
    """Whether an object is drawn at all."""
    return not is_no(item.get("Visible")) and item.get("Alpha") != "0"


def legible(item: etree._Element) -> bool:
    """Whether a text object is drawn: text is filled and not stroked unless it says otherwise
    (11.2), and either may be transparent."""
    filled, stroked = not is_no(item.get("Fill")), is_yes(item.get("Stroke"))
    for color in children(item, "FillColor"):
        filled = filled and color.get("Alpha") != "0"
    for color in children(item, "StrokeColor"):
        stroked = stroked and color.get("Alpha") != "0"
    return visible(item) and (filled or stroked)


def is_no(word: str | None) -> bool:
    """Whether an attribute says no; where it is missing it says nothing."""
    return word is not None and word.strip().lower() in ("false", "0")


def is_yes(word: str | None) -> bool:
    """Whether an attribute says yes; where it is missing it says nothing."""
    return word is not None and word.strip().lower() in ("true", "1")
