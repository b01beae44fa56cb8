"""The letters of an OFD page put into visual lines, and the lines into the order of reading.

An OFD page is a heap: labels of a form stand in its template, what was filled in on the page. So
the place alone decides: what overlaps in height is one line, from left to right; two columns of
running text are read one after the other, whatever else stands side by side is one line.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from pipeline.evidence import Box
from pipeline.ingest.ofd.text import Run
from pipeline.ingest.pdf.boxes import around
from pipeline.ingest.pdf.grid import Table

SPACE = 0.2
"""Of the height of letters: a wider gap is a space (`layout` takes back those beside 汉字)."""
SIMILAR = 1.8
"""Letters so many times higher than others are no line with them."""
LATELY = 12
"""Lines above that a run may yet belong to."""
FEW_LINES = 6
"""A column has more lines than this."""
FULL = 0.55
"""Of its width, how much a line of running text fills, most often."""
CROSSING = 0.34
"""Of all lines, how many may run across both columns (titles, tables, page numbers)."""


@dataclass(slots=True)
class Span:
    """A run and the box around its letters, points in the direction of reading."""

    run: Run
    box: Box


Row = list[Span]
"""A visual line: its spans from left to right."""


class Placed:
    """The text of a page, a visual line to each of its lines, and the box of each letter: what
    `layout.blocks` asks of a page's letters."""

    def __init__(self, rows: list[Row]) -> None:
        self._boxes: list[Box] = []
        self._made_up: set[int] = set()
        parts: list[str] = []
        for row in rows:
            before: tuple[str, Box] | None = None
            for span in row:
                for letter, box in span.run.letters:
                    if before and not span.run.stacked and _gap(before, letter, box):
                        self._made_up.add(len(self._boxes))
                        parts.append(" ")
                        self._boxes.append(box)
                    parts.append(letter)
                    self._boxes.append(box)
                    before = (letter, box)
            if before:
                parts.append("\n")
                self._boxes.append(before[1])
        self.text = "".join(parts)

    def box(self, index: int) -> Box:
        """Where the letter at an index of the text stands."""
        return self._boxes[index]

    def is_made_up(self, index: int) -> bool:
        """Whether that letter is a blank of ours."""
        return index in self._made_up


def _gap(before: tuple[str, Box], letter: str, box: Box) -> bool:
    if before[0].isspace() or letter.isspace():
        return False
    size = min(box[3] - box[1], before[1][3] - before[1][1])
    return box[0] - before[1][2] > SPACE * size


def in_order(runs: list[Run], tables: list[Table]) -> list[Row]:
    """The visual lines of a page in the order of reading; runs that say nothing, and those drawn a
    second time in their place, are left out."""
    spans = []
    drawn: dict[str, list[Box]] = {}
    for run in runs:
        text = run.text
        if not text or text.isspace():
            continue
        box = around(box for _, box in run.letters)
        # bold by being drawn twice
        if any(_same(box, other, run.size) for other in drawn.setdefault(text, [])[-LATELY:]):
            continue
        drawn[text].append(box)
        spans.append(Span(run, box))
    rows = _rows(spans)
    gutter = _gutter([row for row in rows if not _in_table(row, tables)])
    return rows if gutter is None else _columns(rows, gutter, tables)


def _same(one: Box, other: Box, size: float) -> bool:
    return abs(one[0] - other[0]) < size / 4 and abs(one[1] - other[1]) < size / 4


def _rows(spans: list[Span]) -> list[Row]:
    """Visual lines from top to bottom: spans whose heights overlap by half of the lower one."""
    rows: list[Row] = []
    bands: list[tuple[float, float]] = []
    for span in sorted(spans, key=lambda each: each.box[1] + each.box[3]):
        _, top, _, bottom = span.box
        height = bottom - top
        for at in range(len(rows) - 1, max(len(rows) - 1 - LATELY, -1), -1):
            above, below = bands[at]
            low, high = sorted((height, below - above))
            if span.run.stacked or high > SIMILAR * low or rows[at][0].run.stacked:
                continue
            if min(bottom, below) - max(top, above) >= low / 2:
                rows[at].append(span)
                if height > below - above:
                    bands[at] = (top, bottom)
                break
        else:
            rows.append([span])
            bands.append((top, bottom))
    for row in rows:
        row.sort(key=lambda each: each.box[0])
    # a column of stacked letters stands where it begins
    rows.sort(key=lambda row: _top(row) if row[0].run.stacked else _middle(row))
    return rows


def _top(row: Row) -> float:
    return row[0].box[1] + row[0].run.size / 2


def _middle(row: Row) -> float:
    return sum(each.box[1] + each.box[3] for each in row) / 2 / len(row)


def _in_table(row: Row, tables: list[Table]) -> bool:
    x, y = (row[0].box[0] + row[0].box[2]) / 2, (row[0].box[1] + row[0].box[3]) / 2
    return any(table.cell_at(x, y) >= 0 for table in tables)


def _gutter(rows: list[Row]) -> float | None:
    """Where the room between two columns of running text is; None if there are none."""
    if len(rows) <= FEW_LINES:
        return None
    left, _, right, _ = around(span.box for row in rows for span in row)
    # every place between the outer thirds where a span ends is a candidate, the commonest first
    third = (right - left) / 3
    ends = Counter(
        round(span.box[0]) for row in rows for span in row
        if left + third < span.box[0] < right - third
    )  # fmt: skip
    for start, times in ends.most_common(3):
        if times > FEW_LINES // 2 and _parts(rows, start - 1.0, left, right):
            return start - 1.0
    return None


def _parts(rows: list[Row], at: float, left: float, right: float) -> bool:
    """Whether running text stands on both sides of an upright line at `at`."""
    firsts, seconds, crossing = [], [], 0
    for row in rows:
        ones, others = _split(row, at)
        if ones is None:
            crossing += 1
            continue
        if ones:
            firsts.append(ones[-1].box[2] - ones[0].box[0])
        if others:
            seconds.append(others[-1].box[2] - others[0].box[0])
    if min(len(firsts), len(seconds)) < FEW_LINES or crossing > CROSSING * len(rows):
        return False
    # the first column ends where its longest lines do
    wide = max(firsts)
    return (
        _median(firsts) >= FULL * wide
        and wide >= FULL * (at - left)
        and _median(seconds) >= FULL * (right - at)
    )


def _median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


def _split(row: Row, at: float) -> tuple[Row, Row] | tuple[None, None]:
    """What of a line stands left and right; None if it runs across."""
    ones = [span for span in row if span.box[2] <= at]
    others = [span for span in row if span.box[0] >= at]
    return (ones, others) if len(ones) + len(others) == len(row) else (None, None)


def _columns(rows: list[Row], at: float, tables: list[Table]) -> list[Row]:
    """Lines with what stands left of `at` before what stands right of it, between those that run
    across."""
    out: list[Row] = []
    firsts: list[Row] = []
    seconds: list[Row] = []
    for row in rows:
        ones, others = (None, None) if _in_table(row, tables) else _split(row, at)
        if ones is None or others is None:
            out += firsts + seconds + [row]
            firsts, seconds = [], []
            continue
        if ones:
            firsts.append(ones)
        if others:
            seconds.append(others)
    return out + firsts + seconds
