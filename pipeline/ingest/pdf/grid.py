"""Tables from ruling lines: which cells the lines of a page close in.

Coordinates are points with the origin at the page's top left. A table is a grid of unit squares
between neighbouring lines; squares with no line between them are one (merged) cell.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

from pipeline.evidence import Box

SNAP = 3.0
"""Lines nearer than this are one line, and gaps shorter than this are none (points)."""
FEW_CELLS = 6
"""A crooked figure with fewer cells than this is a drawing; with more, a table that we misread."""
MOST_LINES = 4_000
"""More lines than this on a page are a drawing, not a table."""
THIN = 4.0
"""A path no thicker than this is a line, drawn or filled (points)."""
SHORT = 1.0
"""A path's side is level or upright if its ends differ by less (points), and long enough if by
more."""
MOST_SEGMENTS = 20_000
"""Of the paths of one page; a page with more is a drawing."""

Line = tuple[float, float, float]
"""A ruling line: its y (or x), and where it starts and ends along the other axis."""


@dataclass(slots=True)
class Table:
    """A grid: `xs` and `ys` its lines from left and from top, `cells[row][column]` the number of
    the cell that the unit square belongs to (-1 outside the table), `boxes` the cells' outlines,
    `firsts` the (row, column) at which each cell begins."""

    xs: list[float]
    ys: list[float]
    cells: list[list[int]]
    boxes: list[Box] = field(default_factory=list)
    firsts: list[tuple[int, int]] = field(default_factory=list)

    def cell_at(self, x: float, y: float) -> int:
        """Number of the cell around a point, -1 if there is none."""
        column = bisect_right(self.xs, x) - 1
        row = bisect_right(self.ys, y) - 1
        if 0 <= column < len(self.xs) - 1 and 0 <= row < len(self.ys) - 1:
            return self.cells[row][column]
        return -1


def tables(across: list[Line], down: list[Line]) -> list[Table] | None:
    """The tables of a page from its horizontal (`across`) and vertical (`down`) lines, from top
    to bottom; None where the lines close in a shape that is no rectangle: somebody else must look.
    """
    if len(across) < 2 or len(down) < 2 or len(across) + len(down) > MOST_LINES:
        return []
    rows, columns = _joined(across), _joined(down)
    found = []
    for group_rows, group_columns in _connected(rows, columns):
        if len(group_rows) < 2 or len(group_columns) < 2:
            continue
        table = _grid(group_rows, group_columns)
        if table is None:
            return None
        # a box, or boxes above one another, are frames around text, not a table
        if len(table.boxes) > 1 and len(table.xs) > 2:
            found.append(table)
    return sorted(found, key=lambda table: (table.ys[0], table.xs[0]))


def _joined(lines: list[Line]) -> list[Line]:
    """Lines that lie on one another, or follow one another without a gap, made one."""
    out: list[Line] = []
    lines = sorted(lines)
    start = 0
    for stop in range(1, len(lines) + 1):
        if stop < len(lines) and lines[stop][0] - lines[stop - 1][0] <= SNAP:
            continue
        group = lines[start:stop]
        start = stop
        at = sum(line[0] for line in group) / len(group)
        group.sort(key=lambda line: line[1])
        low, high = group[0][1], group[0][2]
        for _, begin, end in group[1:]:
            if begin <= high + SNAP:
                high = max(high, end)
            else:
                out.append((at, low, high))
                low, high = begin, end
        out.append((at, low, high))
    return out


def _connected(rows: list[Line], columns: list[Line]) -> list[tuple[list[Line], list[Line]]]:
    """The lines that touch one another, group by group."""
    parent = list(range(len(rows) + len(columns)))

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    for r, (y, left, right) in enumerate(rows):
        for c, (x, top, bottom) in enumerate(columns, len(rows)):
            if left - SNAP <= x <= right + SNAP and top - SNAP <= y <= bottom + SNAP:
                parent[root(c)] = root(r)
    groups: dict[int, tuple[list[Line], list[Line]]] = {}
    for r, line in enumerate(rows):
        groups.setdefault(root(r), ([], []))[0].append(line)
    for c, line in enumerate(columns, len(rows)):
        groups.setdefault(root(c), ([], []))[1].append(line)
    return list(groups.values())


def _grid(rows: list[Line], columns: list[Line]) -> Table | None:
    ys = sorted({line[0] for line in rows})
    xs = sorted({line[0] for line in columns})
    wide, high = len(xs) - 1, len(ys) - 1
    # above[row][column]: a line runs along the top of the square; left: along its left side
    above = [[False] * wide for _ in range(high + 1)]
    left = [[False] * (wide + 1) for _ in range(high)]
    at_y = {y: number for number, y in enumerate(ys)}
    at_x = {x: number for number, x in enumerate(xs)}
    for y, start, end in rows:
        side = above[at_y[y]]
        for column in range(wide):
            if start - SNAP <= xs[column] and xs[column + 1] <= end + SNAP:
                side[column] = True
    for x, start, end in columns:
        column = at_x[x]
        for row in range(high):
            if start - SNAP <= ys[row] and ys[row + 1] <= end + SNAP:
                left[row][column] = True
    return _fill(xs, ys, above, left)


def _plain(xs: list[float], ys: list[float], wide: int, high: int) -> Table:
    squares = [(row, column) for row in range(high) for column in range(wide)]
    return Table(
        xs,
        ys,
        [list(range(row * wide, (row + 1) * wide)) for row in range(high)],
        [(xs[column], ys[row], xs[column + 1], ys[row + 1]) for row, column in squares],
        squares,
    )


def _fill(
    xs: list[float], ys: list[float], above: list[list[bool]], left: list[list[bool]]
) -> Table | None:
    wide, high = len(xs) - 1, len(ys) - 1
    if all(map(all, above)) and all(map(all, left)):
        # no cell is merged: most tables
        return _plain(xs, ys, wide, high)
    unseen = -2
    cells = [[unseen] * wide for _ in range(high)]
    table = Table(xs, ys, cells)
    crooked = False
    for row in range(high):
        for column in range(wide):
            if cells[row][column] != unseen:
                continue
            number = len(table.boxes)
            cells[row][column] = number
            squares = [(row, column)]
            open_ = False
            for r, c in squares:
                for wall, nr, nc in (
                    (above[r][c], r - 1, c),
                    (above[r + 1][c], r + 1, c),
                    (left[r][c], r, c - 1),
                    (left[r][c + 1], r, c + 1),
                ):
                    if wall:
                        continue
                    if not (0 <= nr < high and 0 <= nc < wide):
                        open_ = True
                    elif cells[nr][nc] == unseen:
                        cells[nr][nc] = number
                        squares.append((nr, nc))
            bottom = max(r for r, _ in squares) + 1
            begin = min(c for _, c in squares)
            end = max(c for _, c in squares) + 1
            odd = not open_ and len(squares) != (bottom - row) * (end - begin)
            crooked = crooked or odd
            if open_ or odd:
                for r, c in squares:
                    cells[r][c] = -1
            else:
                table.boxes.append((xs[begin], ys[row], xs[end], ys[bottom]))
                table.firsts.append((row, begin))
    return None if crooked and len(table.boxes) >= FEW_CELLS else table
