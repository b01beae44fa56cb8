"""The ruling lines of a PDF page, from pdfium's path objects, and how much of it is pictures."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any

import pypdfium2.raw as pdfium

from pipeline.evidence import Box
from pipeline.ingest.pdf.boxes import IDENTITY, Matrix, moved, times
from pipeline.ingest.pdf.calls import (
    FOUR_FLOATS,
    MATRIX,
    TWO_FLOATS,
    address,
    bounds_of,
    closes,
    count_in_form,
    count_objects,
    count_segments,
    floats,
    four,
    get_in_form,
    get_object,
    get_segment,
    kind_of,
    kind_of_segment,
    matrix_of,
    point_of,
    six,
    two,
)
from pipeline.ingest.pdf.grid import MOST_SEGMENTS, SHORT, THIN, Line

DEEPEST = 8
"""Forms in forms."""
MOST_FORMS = 10_000
"""Of one page: forms in forms multiply."""
_NO_TEXT = re.compile(b"[^%c]" % pdfium.FPDF_PAGEOBJ_TEXT, re.DOTALL)
"""Finds, in a string of object kinds, those that are not text: most of a page is."""

Placer = Callable[[float, float, float, float], Box]


@dataclass(slots=True)
class Drawn:
    """What is drawn on a page beside text: horizontal and vertical lines, the shares of the page
    (0 to 1) of its largest picture and of all of them, and the number of paths and pictures."""

    across: list[Line] = field(default_factory=list)
    down: list[Line] = field(default_factory=list)
    picture: float = 0.0
    covered: float = 0.0
    paths: int = 0
    pictures: int = 0
    segments: int = 0
    forms: int = 0
    size: tuple[float, float] = (0.0, 0.0)


def drawn(page: Any, place: Placer, width: float, height: float) -> Drawn:
    """All lines and pictures of the page, form XObjects included.

    `place` turns (left, bottom, right, top) of the PDF into a box with a top-left origin; `width`
    and `height` are those of the page.
    """
    found = Drawn(size=(width, height))
    objects = _objects(address(page), count_objects, get_object)
    _walk(objects, IDENTITY, place, found, 0)
    area = width * height or 1.0
    found.picture /= area
    found.covered = min(found.covered / area, 1.0)
    return found


def _objects(
    owner: int, count: Callable[[int], int], get: Callable[[int, int], int]
) -> list[tuple[int, int]]:
    """(object, kind) of all that is drawn and is not text."""
    kinds = bytes(map(kind_of, map(get, repeat(owner), range(count(owner)))))
    return [(get(owner, found.start()), found[0][0]) for found in _NO_TEXT.finditer(kinds)]


def _walk(
    objects: list[tuple[int, int]], above: Matrix, place: Placer, found: Drawn, depth: int
) -> None:
    for item, kind in objects:
        if kind == pdfium.FPDF_PAGEOBJ_FORM:
            if depth < DEEPEST and found.forms < MOST_FORMS:
                found.forms += 1
                inner = _objects(item, count_in_form, get_in_form)
                _walk(inner, times(_matrix(item), above), place, found, depth + 1)
            continue
        if kind not in (pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_IMAGE):
            continue
        if not bounds_of(item, *FOUR_FLOATS):
            continue
        left, bottom, right, top = four(floats)
        x0, top, x1, bottom = place(*moved((left, bottom, right, top), above))
        if kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            found.pictures += 1
            found.picture = max(found.picture, (x1 - x0) * (bottom - top))
            # a scan may come in strips
            width, height = found.size
            wide, high = min(x1, width) - max(x0, 0), min(bottom, height) - max(top, 0)
            found.covered += max(wide, 0) * max(high, 0)
            continue
        found.paths += 1
        if bottom - top <= THIN:
            if x1 - x0 > bottom - top:
                found.across.append(((top + bottom) / 2, x0, x1))
        elif x1 - x0 <= THIN:
            found.down.append(((x0 + x1) / 2, top, bottom))
        elif found.segments < MOST_SEGMENTS:
            _sides(item, above, place, found)


def _sides(
    path: int,
    above: Matrix,
    place: Placer,
    found: Drawn,
) -> None:
    """The upright and level sides of a path of several sub-paths."""
    a, b, c, d, e, f = times(_matrix(path), above)
    start_x = start_y = last_x = last_y = 0.0
    total = count_segments(path)
    found.segments += total
    for number in range(min(total, MOST_SEGMENTS)):
        segment = get_segment(path, number)
        kind = kind_of_segment(segment)
        point_of(segment, *TWO_FLOATS)
        px, py = two(floats)
        x, y = a * px + c * py + e, b * px + d * py + f
        if kind == pdfium.FPDF_SEGMENT_LINETO:
            _side(last_x, last_y, x, y, place, found)
        elif kind == pdfium.FPDF_SEGMENT_MOVETO:
            start_x, start_y = x, y
        last_x, last_y = x, y
        if closes(segment):
            _side(x, y, start_x, start_y, place, found)
            last_x, last_y = start_x, start_y


def _side(
    x0: float,
    y0: float,
    x1: float,
    y1: float,
    place: Placer,
    found: Drawn,
) -> None:
    left, top, right, bottom = place(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
    if bottom - top < SHORT < right - left:
        found.across.append(((top + bottom) / 2, left, right))
    elif right - left < SHORT < bottom - top:
        found.down.append(((left + right) / 2, top, bottom))


def _matrix(item: int) -> Matrix:
    if not matrix_of(item, MATRIX):
        return IDENTITY
    a, b, c, d, e, f = six(floats)
    return (a, b, c, d, e, f)
