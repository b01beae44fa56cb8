"""Stretches of text on a sheet put in reading order: columns, then visual lines, then pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from pipeline.evidence import Box
from pipeline.ingest.pdf.layout import CLOSED
from pipeline.ingest.scans.seal import ILLEGIBLE

FEW = 4
"""A column has at least so many stretches."""
CROSSING = 0.25
"""Of all stretches, how many may run across the gutter between columns (titles, whole lines)."""
GUTTER = 0.7
"""Width of a gutter, in heights of a line."""
PROSE = 6.0
"""Width of half of a column's stretches at least, in heights of a line: else it is a list of short
entries, which is read across."""
UNLIKE = 2.2
"""Heights of pieces of one line are no further apart."""
DEEPEST = 4
"""Columns within columns."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text on the sheet: its box in pixels, how sure, the height of its letters."""

    text: str
    box: Box
    sure: float
    high: float

Cut = Callable[[Piece, float], list[Piece]]
"""Parts a piece near an x, or leaves it whole."""


def in_order(pieces: Sequence[Piece], cut: Cut) -> list[list[Piece]]:
    """The visual lines, each joined of its pieces, column by column in reading order; a page
    without columns is one. A piece that runs from one column into another is given to `cut`."""
    return [lines(group) for group in _columns(list(pieces), cut, 0)]


def _columns(pieces: list[Piece], cut: Cut, depth: int) -> Iterator[list[Piece]]:
    """Groups of pieces to be read one after another."""
    gutter = _gutter(pieces) if depth < DEEPEST else None
    if gutter is None:
        yield pieces
        return
    pieces = [
        part
        for each in pieces
        for part in (cut(each, gutter) if each.box[0] < gutter < each.box[2] else [each])
    ]
    crossing = [each for each in pieces if each.box[0] < gutter < each.box[2]]
    beside = [each for each in pieces if not each.box[0] < gutter < each.box[2]]
    for across in [*sorted(crossing, key=lambda each: each.box[1]), None]:
        above = [
            each for each in beside if across is None or _middle(each.box) < _middle(across.box)
        ]
        beside = [each for each in beside if each not in above]
        left = [each for each in above if each.box[2] <= gutter]
        right = [each for each in above if each.box[0] >= gutter]
        for group in (left, right):
            if group:
                yield from _columns(group, cut, depth + 1)
        if across is not None:
            yield [across]


def _gutter(pieces: list[Piece]) -> float | None:
    """Where a gutter between two columns of prose runs; None where there is none."""
    if not pieces:
        return None
    high = median(each.high for each in pieces)
    pieces = [each for each in pieces if each.box[3] - each.box[1] < UNLIKE * high]
    if len(pieces) < 2 * FEW:
        return None
    first, last = min(each.box[0] for each in pieces), max(each.box[2] for each in pieces)
    events = sorted([(each.box[0], 1) for each in pieces] + [(each.box[2], -1) for each in pieces])
    covering = 0
    gaps: list[tuple[int, float, float]] = []
    for (x, step), (following, _) in zip(events, events[1:], strict=False):
        covering += step
        middle = (x + following) / 2
        if 0.15 < (middle - first) / max(last - first, 1.0) < 0.85:
            gaps.append((covering, x - following, middle))
    # the gap that fewest run across, of these the widest; runs of equal gaps come piecemeal
    for covered, negative, middle in sorted(gaps)[:8]:
        if covered > CROSSING * len(pieces) or -negative < GUTTER * high:
            continue
        left = [each for each in pieces if each.box[2] <= middle]
        right = [each for each in pieces if each.box[0] >= middle]
        if _is_column(left, high) and _is_column(right, high) and _side_by_side(left, right):
            return middle
    return None


def _is_column(pieces: list[Piece], high: float) -> bool:
    """Whether most pieces are long, and many begin at one margin."""
    if len(pieces) < FEW:
        return False
    if median(each.box[2] - each.box[0] for each in pieces) < PROSE * high:
        return False
    starts = sorted(each.box[0] for each in pieces)
    most = max(sum(start <= other < start + 0.8 * high for other in starts) for start in starts)
    return most >= 0.4 * len(starts)


def _side_by_side(left: list[Piece], right: list[Piece]) -> bool:
    tops = [min(each.box[1] for each in side) for side in (left, right)]
    bottoms = [max(each.box[3] for each in side) for side in (left, right)]
    shared = min(bottoms) - max(tops)
    return shared > 0.5 * min(bottom - top for top, bottom in zip(tops, bottoms, strict=True))


def lines(pieces: Sequence[Piece]) -> list[Piece]:
    """The visual lines from top to bottom, each joined of its pieces."""
    rows: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda each: _middle(each.box)):
        row = next((row for row in rows[-3:] if _on(row, piece)), None)
        if row is None:
            rows.append([piece])
        else:
            row.append(piece)
    rows.sort(key=lambda row: sum(_middle(each.box) for each in row) / len(row))
    return [_joined(sorted(row, key=lambda each: each.box[0])) for row in rows]


def _on(row: list[Piece], piece: Piece) -> bool:
    """Whether a piece stands on the line: level with its nearest piece, beside all, and in letters
    of about their size (a watermark is not)."""
    a = piece.box
    for each in row:
        b = each.box
        if max(a[3] - a[1], b[3] - b[1]) > UNLIKE * min(a[3] - a[1], b[3] - b[1]):
            return False
        if ILLEGIBLE in (each.text, piece.text):
            return False
        if min(a[2], b[2]) - max(a[0], b[0]) > 0.5 * min(a[2] - a[0], b[2] - b[0]):
            return False
    b = min(row, key=lambda each: max(each.box[0] - a[2], a[0] - each.box[2])).box
    shared = min(a[3], b[3]) - max(a[1], b[1])
    return shared > 0.5 * min(a[3] - a[1], b[3] - b[1])


def _joined(row: list[Piece]) -> Piece:
    text, box, weight = row[0].text, row[0].box, _weight(row[0])
    sure = row[0].sure * weight
    for piece in row[1:]:
        gap, high = piece.box[0] - box[2], piece.high
        closed = CLOSED.match(text[-1]) or CLOSED.match(piece.text[0])
        text += ("" if gap < (0.8 if closed else 0.2) * high else " ") + piece.text
        x0, top, x1, bottom = box
        box = (min(x0, piece.box[0]), min(top, piece.box[1]),
               max(x1, piece.box[2]), max(bottom, piece.box[3]))  # fmt: skip
        sure += piece.sure * _weight(piece)
        weight += _weight(piece)
    return Piece(text, box, sure / weight, median(each.high for each in row))


def _weight(piece: Piece) -> int:
    return max(len(piece.text), 1)


def _middle(box: Box) -> float:
    return (box[1] + box[3]) / 2


def glue(above: str, below: str) -> str:
    """What stands between two lines that were one: a space where two Latin words meet; digits
    parted by the margin stay one number."""
    a, b = above[-1:], below[:1]
    return " " if a.isascii() and b.isascii() and not (a.isdigit() and b.isdigit()) else ""
