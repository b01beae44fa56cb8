"""What is written on a drawing of Windows (EMF, [MS-EMF]): tables pasted from Excel, text from
Word, diagrams. The letters are in it; nothing needs to be recognised.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.evidence import Box

MOST_RECORDS = 1_000_000
SAME_LINE = 0.4
"""Of the letters' height: what differs by less in height stands on one line."""
APART = 1.5
"""Letters' heights between two stretches of a line that stand in different columns."""
SPACED = 0.4
"""The same between two words."""

_END, _ANSI, _WIDE, _SMALL = 14, 83, 84, 108
# options of a stretch: its letters are glyphs of a font, it has no bounds, it is in 8 bits
_GLYPHS, _UNBOUND, _NARROW = 0x10, 0x100, 0x200


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text, columns parted by tabs; its box in shares of the drawing's."""

    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class _Stretch:
    text: str
    left: int
    top: int
    right: int
    bottom: int


def is_emf(data: bytes) -> bool:
    """Whether it is such a drawing (2.3.4.2)."""
    return data.startswith(b"\1\0\0\0") and data[40:44] == b" EMF"


def lines(data: bytes) -> list[Line]:
    """The lines of a drawing from top to bottom; what stands there before it breaks off, if it
    does. None for what is drawn as outlines, or in glyphs that do not say which letters they are.
    """
    if len(data) < 88 or not is_emf(data):
        return []
    left, top, right, bottom = struct.unpack_from("<4i", data, 8)
    wide, high = max(right - left, 1), max(bottom - top, 1)
    return [
        Line(text, ((x0 - left) / wide, (y0 - top) / high, (x1 - left) / wide, (y1 - top) / high))
        for text, x0, y0, x1, y1 in map(_joined, _rows(list(_stretches(data))))
    ]


def _stretches(data: bytes) -> Iterator[_Stretch]:
    at = 0
    for _ in range(MOST_RECORDS):
        if at + 8 > len(data):
            return
        kind, size = struct.unpack_from("<II", data, at)
        if size < 8 or kind == _END:
            return
        record = data[at : at + size] if kind in (_ANSI, _WIDE, _SMALL) else b""
        try:
            found = _small(record) if kind == _SMALL else _stretch(record, kind == _WIDE)
        except struct.error:
            found = None
        # blanks are known by the room they take
        if found and found.text.strip():
            yield found
        at += size


def _stretch(record: bytes, wide: bool) -> _Stretch | None:
    """EMR_EXTTEXTOUTW and EMR_EXTTEXTOUTA (2.3.5.7, 2.3.5.8)."""
    if not record:
        return None
    bounds = struct.unpack_from("<4i", record, 8)
    x, y, count, start, options = struct.unpack_from("<iiIII", record, 36)
    return _made(record, start, count, options, wide, bounds, (x, y))


def _small(record: bytes) -> _Stretch | None:
    """EMR_SMALLTEXTOUT (2.3.5.37)."""
    x, y, count, options = struct.unpack_from("<iiII", record, 8)
    unbound = options & _UNBOUND
    bounds = (0, 0, -1, -1) if unbound else struct.unpack_from("<4i", record, 36)
    start = 36 if unbound else 52
    return _made(record, start, count, options, not options & _NARROW, bounds, (x, y))


def _made(
    record: bytes,
    start: int,
    count: int,
    options: int,
    wide: bool,
    bounds: tuple[int, ...],
    at: tuple[int, int],
) -> _Stretch | None:
    if options & _GLYPHS:
        return None
    raw = record[start : start + count * (2 if wide else 1)]
    text = raw.decode("utf-16-le" if wide else "gb18030", "replace").replace("\0", "")
    left, top, right, bottom = bounds
    if right < left or bottom < top:
        # without bounds a stretch is where it begins
        left, right, top, bottom = at[0], at[0], at[1], at[1]
    return _Stretch(text, left, top, right, bottom)


def _rows(stretches: list[_Stretch]) -> Iterator[list[_Stretch]]:
    """The stretches of each line, from left to right."""
    row: list[_Stretch] = []
    for each in sorted(stretches, key=lambda each: (each.bottom, each.left)):
        high = max(each.bottom - each.top, 1)
        if row and each.bottom - row[0].bottom > SAME_LINE * high:
            yield sorted(row, key=lambda each: each.left)
            row = []
        row.append(each)
    if row:
        yield sorted(row, key=lambda each: each.left)


def _joined(row: list[_Stretch]) -> tuple[str, int, int, int, int]:
    high = max(each.bottom - each.top for each in row)
    parts = [row[0].text]
    for before, each in zip(row, row[1:], strict=False):
        gap = each.left - before.right
        if high and gap > SPACED * high:
            parts.append("\t" if gap > APART * high else " ")
        parts.append(each.text)
    cells = (" ".join(cell.split()) for cell in "".join(parts).split("\t"))
    return (
        "\t".join(filter(None, cells)),
        min(each.left for each in row),
        min(each.top for each in row),
        max(each.right for each in row),
        max(each.bottom for each in row),
    )
