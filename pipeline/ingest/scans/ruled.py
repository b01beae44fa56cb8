"""Tables on a sheet: the ruling lines found by their shape, and what stands in the cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median

import cv2
import numpy as np

from pipeline.evidence import Box
from pipeline.ingest.pdf.grid import Line, Table, tables
from pipeline.ingest.scans.columns import Piece, glue, lines
from pipeline.ingest.scans.ocr import Pixels

LONG = 2.2
"""A ruling line is longer than so many letters are high: a 一 is not."""
THICK = 0.5
"""And thinner than so much of a letter's height."""
SHORT = 0.3
"""Heights of a letter by which a line on paper may end before the one it should meet."""
COARSER = (1.0, 1.7, 2.5)
"""On a photo the pieces of one line are further off one another than `grid.SNAP`: where they make
no grid, the page is looked at as if it were so much smaller."""
MOST_SHAPES = 2_000
DARK = 110
FEW_LINES = 3
"""A cell that alone says something, and in more lines than this, is a frame."""


def ink_of(pixels: Pixels, letter: float) -> Pixels:
    """1 where there is ink, by the paper around it; `letter` is a letter's height in pixels. On a
    dark ground the ink is light."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    if np.median(grey) < DARK:
        grey = cv2.bitwise_not(grey)
    side = max(15, round(letter * 1.5)) | 1
    soft = cv2.GaussianBlur(grey, (3, 3), 0)
    ground = cv2.boxFilter(soft, cv2.CV_8U, (side, side))
    return np.asarray(cv2.subtract(ground, soft) > 14, np.uint8)


def rulings(ink: Pixels, letter: float) -> tuple[Pixels, Pixels]:
    """Where the ink is a line across, and where one down."""
    long = max(30, round(LONG * letter))
    across = _opened(ink, (long, 1), (1, 3))
    down = _opened(ink, (1, long), (3, 1))
    return across, down


def _opened(ink: Pixels, kernel: tuple[int, int], thicken: tuple[int, int]) -> Pixels:
    # a line that leans a little steps from row to row: thicken it, so that it runs through
    thick = cv2.dilate(ink, np.ones(thicken[::-1], np.uint8))
    kept = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones(kernel[::-1], np.uint8))
    return np.asarray(kept, np.uint8)


def tables_of(across: Pixels, down: Pixels, letter: float, unit: float) -> list[Table]:
    """The tables that the lines close in, in points; `unit` is points a pixel. None are given where
    the lines make no grid."""
    rows = [(y, x0, x1) for x0, y, x1 in _shapes(across, letter, unit, flat=True)]
    columns = [(x, y0, y1) for y0, x, y1 in _shapes(down, letter, unit, flat=False)]
    for coarser in COARSER:
        found = tables(_shrunk(rows, coarser), _shrunk(columns, coarser))
        if found is not None:
            return [_grown(table, coarser) for table in found]
    return []


def _shrunk(lines: list[Line], by: float) -> list[Line]:
    return [(at / by, begin / by, end / by) for at, begin, end in lines]


def _grown(table: Table, by: float) -> Table:
    boxes = [(x0 * by, top * by, x1 * by, bottom * by) for x0, top, x1, bottom in table.boxes]
    return Table([x * by for x in table.xs], [y * by for y in table.ys], table.cells, boxes,
                 table.firsts)  # fmt: skip


def _shapes(
    mask: Pixels, letter: float, unit: float, *, flat: bool
) -> Iterator[tuple[float, float, float]]:
    """The lines of one direction: where each begins, where it runs, where it ends."""
    count, _, about, middles = cv2.connectedComponentsWithStats(mask, connectivity=8)
    for number in range(1, min(count, MOST_SHAPES)):
        x, y, wide, high = (int(value) for value in about[number][:4])
        thick = high if flat else wide
        long = wide if flat else high
        # the thickness of the line itself: a long one may lean
        if about[number][4] > (THICK * letter + 3) * long or thick > THICK * letter + 0.02 * long:
            continue
        begin, end = (x, x + wide) if flat else (y, y + high)
        middle = float(middles[number][1 if flat else 0])
        yield (begin - SHORT * letter) * unit, middle * unit, (end + SHORT * letter) * unit


def cells_of(piece: Piece, table: Table, unit: float) -> list[tuple[int, Box]]:
    """The cells that a piece stands in and its share of each (pixels), from left to right; more
    than one where a line between cells runs through it."""
    x0, top, x1, bottom = piece.box
    middle, high = (top + bottom) / 2, bottom - top
    found: list[tuple[int, Box]] = []
    edges = [x / unit for x in table.xs]
    stops = [x0, *(x for x in edges if x0 + 0.4 * high < x < x1 - 0.4 * high), x1]
    for begin, end in zip(stops, stops[1:], strict=False):
        cell = table.cell_at((begin + end) / 2 * unit, middle * unit)
        if found and found[-1][0] == cell:
            found[-1] = (cell, (found[-1][1][0], top, end, bottom))
        else:
            found.append((cell, (begin, top, end, bottom)))
    return found


def rows_of(
    table: Table, filled: dict[int, list[Piece]], unit: float
) -> Iterator[tuple[Box, tuple[str, ...], float, float]]:
    """Each row that says something: its box (pixels), its cells, the height of its letters (pixels)
    and how sure. A merged cell stands once, in its first row and column."""
    columns = {column: at for at, column in enumerate(sorted({at for _, at in table.firsts}))}
    rows: dict[int, list[str]] = {}
    inside: dict[int, list[Piece]] = {}
    for cell, pieces in filled.items():
        row, column = table.firsts[cell]
        rows.setdefault(row, [""] * len(columns))[columns[column]] = _text(
            pieces, table.boxes[cell], unit
        )
        inside.setdefault(row, []).extend(pieces)
    for row in sorted(rows):
        box = (table.xs[0] / unit, table.ys[row] / unit,
               table.xs[-1] / unit, table.ys[row + 1] / unit)  # fmt: skip
        pieces = inside[row]
        letters = sum(len(each.text) for each in pieces)
        sure = sum(each.sure * len(each.text) for each in pieces) / letters
        yield box, tuple(rows[row]), median(each.high for each in pieces), sure


def frame(filled: dict[int, list[Piece]]) -> bool:
    """Whether only one cell says anything, and much: a frame around text, not a table."""
    if len(filled) > 1:
        return False
    return all(len(lines(pieces)) > FEW_LINES for pieces in filled.values())


def _text(pieces: Sequence[Piece], cell: Box, unit: float) -> str:
    """The lines of a cell, joined where they were wrapped at its edge."""
    found = lines(pieces)
    out, above = found[0].text, found[0].box
    for line in found[1:]:
        right = cell[2] / unit - above[2]
        left = above[0] - cell[0] / unit
        high = above[3] - above[1]
        full = right < 1.5 * high or left + right < 2.5 * high
        out += (glue(out, line.text) if full else "\n") + line.text
        above = line.box
    return out
