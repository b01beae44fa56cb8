"""A second look at one page's tables, by pdfplumber: slow, and only where our own grid doubts."""

from __future__ import annotations

import io
import logging

import pdfplumber

from pipeline.evidence import Box
from pipeline.ingest.pdf.grid import SNAP, Table

MOST_PATHS = 5_000
"""A page with more sides than this is not shown to pdfplumber: it would take minutes."""


def tables(data: bytes, index: int) -> list[Table]:
    """The tables of the page with this index (from 0), from top to bottom, boxes as on the page
    shown. Empty when pdfplumber cannot read the page: the text stands without its table."""
    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    try:
        with pdfplumber.open(io.BytesIO(data), pages=[index + 1]) as document:
            page = document.pages[0]
            if len(page.edges) > MOST_PATHS:
                return []
            left, top = page.cropbox[0] - page.bbox[0], page.cropbox[1] - page.bbox[1]
            found = [
                as_grid([(x0 - left, y0 - top, x1 - left, y1 - top) for x0, y0, x1, y1 in cells])
                for cells in (table.cells for table in page.find_tables())
                if len(cells) > 1
            ]
    except Exception:  # pdfminer raises of every kind; the lines of text are read already
        return []
    return sorted(found, key=lambda table: (table.ys[0], table.xs[0]))


def as_grid(boxes: list[Box]) -> Table:
    """A grid in which each of the boxes is a cell."""
    xs = _distinct([x for box in boxes for x in (box[0], box[2])])
    ys = _distinct([y for box in boxes for y in (box[1], box[3])])
    table = Table(xs, ys, [[-1] * (len(xs) - 1) for _ in ys[1:]])
    for number, box in enumerate(boxes):
        first, last = _nearest(xs, box[0]), _nearest(xs, box[2])
        begin, end = _nearest(ys, box[1]), _nearest(ys, box[3])
        for row in range(begin, end):
            for column in range(first, last):
                table.cells[row][column] = number
        table.boxes.append(box)
        table.firsts.append((begin, first))
    return table


def _distinct(values: list[float]) -> list[float]:
    out: list[float] = []
    for value in sorted(values):
        if not out or value - out[-1] > SNAP:
            out.append(value)
    return out


def _nearest(values: list[float], value: float) -> int:
    return min(range(len(values)), key=lambda number: abs(values[number] - value))
