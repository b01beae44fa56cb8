"""From what the library saw to pieces on the sheet: the letters' own box, and a stretch that runs
through a table's line or between columns read again part by part."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from pipeline.evidence import Box
from pipeline.ingest.pdf.grid import Table
from pipeline.ingest.scans import ruled
from pipeline.ingest.scans.columns import Piece
from pipeline.ingest.scans.look import PADDED, letter_of
from pipeline.ingest.scans.ocr import Pixels, Recognise, Seen
from pipeline.ingest.scans.seal import ILLEGIBLE

MOST_AGAIN = 60
"""Parts of stretches that are read again on a page: each costs as much as a line."""
LOST = 0.6
"""Of the letters of a stretch, what must come back when its parts are read; else it stays whole."""
APART = 0.5
"""Width without ink, in heights of the line, where columns part."""
Cell = tuple[int, int]
"""Table and cell by their numbers; -1 outside tables."""
OUTSIDE: Cell = (-1, -1)


class Stretches:
    """A sheet's ink, its ruling lines and its pieces of text; `unit` is points a pixel."""

    def __init__(
        self, pixels: Pixels, seen: Sequence[Seen], unit: float, recognise: Recognise
    ) -> None:
        self._pixels, self._recognise, self._unit = pixels, recognise, unit
        self._left = MOST_AGAIN
        letter = letter_of(seen)
        self._ink = ruled.ink_of(pixels, letter)
        across, down = ruled.rulings(self._ink, letter)
        self.tables = ruled.tables_of(across, down, letter, unit)
        self._ink[(across | down) == 1] = 0
        self.pieces = [
            self._piece(each)
            for each in seen
            # a lone doubtful mark is a speck
            if any(map(str.isalnum, each.text)) or each.sure >= 0.5 or each.text == ILLEGIBLE
        ]

    def _piece(self, seen: Seen) -> Piece:
        first, second, _, last = seen.quad
        high = PADDED * min(math.dist(first, second), math.dist(first, last))
        xs, ys = [x for x, _ in seen.quad], [y for _, y in seen.quad]
        box = self._tight((min(xs), min(ys), max(xs), max(ys)))
        return Piece(seen.text, box, seen.sure, min(high / PADDED, box[3] - box[1]))

    def _tight(self, box: Box) -> Box:
        """The box of the ink; the stretch itself leaves a margin of about a seventh above and
        below, where the tips of other lines may show."""
        margin = (1 - PADDED) / 2 * min(box[3] - box[1], box[2] - box[0])
        left, top = max(int(box[0]), 0), max(int(box[1] + 0.7 * margin), 0)
        right, bottom = int(box[2]) + 1, int(box[3] - 0.7 * margin) + 1
        own = self._ink[top : max(bottom, 0), left : max(right, 0)]
        columns = np.nonzero(own.sum(axis=0) >= max(1, 0.04 * own.shape[0]))[0]
        rows = np.nonzero(own.sum(axis=1) >= max(1, 0.02 * own.shape[1]))[0]
        if len(columns) < 2 or len(rows) < max(0.4 * (box[3] - box[1]), 2):
            x0, x1 = sorted((box[0] + margin, box[2] - margin))
            y0, y1 = sorted((box[1] + margin, box[3] - margin))
            return (x0, y0, x1, y1)
        return (float(left + columns[0]), float(top + rows[0]),
                float(left + columns[-1] + 1), float(top + rows[-1] + 1))  # fmt: skip

    def cut(self, piece: Piece, x: float) -> list[Piece]:
        """The piece parted near `x` where no ink is; itself where there is ink all along."""
        x0, top, x1, bottom = piece.box
        high = bottom - top
        low, most = max(int(x - 2 * high), int(x0)), min(int(x + 2 * high), int(x1))
        bare = self._ink[int(top) : int(bottom), low:most].sum(axis=0) <= 0
        gaps = list(_runs(bare))
        if not gaps:
            return [piece]
        begin, end = max(gaps, key=lambda gap: gap[1] - gap[0])
        if end - begin < APART * high:
            return [piece]
        middle = low + (begin + end) / 2
        left, right = (x0, top, low + begin + 1.0, bottom), (low + end - 1.0, top, x1, bottom)
        if not (x0 < middle < x1):
            return [piece]
        parts = [part for box in (left, right) for part in self._again(box)]
        return parts if _came_back(piece, parts) else [piece]

    def by_cell(self, piece: Piece) -> Iterator[tuple[Cell, Piece]]:
        """The piece, or its parts, by the cell that they stand in."""
        x0, top, x1, bottom = piece.box
        for number, table in enumerate(self.tables):
            if not self._inside(table, (x0 + x1) / 2, (top + bottom) / 2):
                continue
            shares = ruled.cells_of(piece, table, self._unit)
            found: list[tuple[int, Piece]] = []
            if len(shares) > 1:
                found = [(cell, part) for cell, box in shares for part in self._again(box, 4)]
            if not _came_back(piece, [part for _, part in found]):
                widest = max(shares, key=lambda share: share[1][2] - share[1][0])
                found = [(widest[0], piece)]
            for cell, part in found:
                yield ((number, cell) if cell >= 0 else OUTSIDE), part
            return
        yield OUTSIDE, piece

    def _inside(self, table: Table, x: float, y: float) -> bool:
        x, y = x * self._unit, y * self._unit
        return table.xs[0] < x < table.xs[-1] and table.ys[0] < y < table.ys[-1]

    def _again(self, box: Box, edge: int = 0) -> Iterator[Piece]:
        """What stands in a part of a line, read alone on paper without what is beside it; `edge`
        pixels at its ends are a line between cells."""
        if self._left <= 0:
            return
        self._left -= 1
        x0, top, x1, bottom = (round(value) for value in box)
        part = self._pixels[max(top - 3, 0) : bottom + 3, max(x0 + edge, 0) : x1 - edge]
        if min(part.shape[:2]) < 4:
            return
        room = max(part.shape[0] // 2, 8)
        paper = [int(value) for value in np.percentile(part.reshape(-1, 3), 80, axis=0)]
        framed = cv2.copyMakeBorder(part, room, room, room, room, cv2.BORDER_CONSTANT, value=paper)
        found = self._recognise(np.asarray(framed, np.uint8))
        if found:
            text = "".join(each.text for each in sorted(found, key=lambda each: each.quad[0][0]))
            letters = sum(len(each.text) for each in found)
            sure = sum(each.sure * len(each.text) for each in found) / letters
            yield Piece(text, box, sure, box[3] - box[1])


def _came_back(whole: Piece, parts: Sequence[Piece]) -> bool:
    letters = len("".join(whole.text.split()))
    return sum(len("".join(part.text.split())) for part in parts) >= LOST * letters


def _runs(flags: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Iterator[tuple[int, int]]:
    """Where runs of true begin and end."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        yield int(begin), int(end)
