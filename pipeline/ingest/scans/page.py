"""A picture of a page -> what stands on it, in reading order, each line with its place.

    picture --upright--> flat, straight sheet --recognise--> stretches of text
            --seal--> read again where a seal lies --ruled--> table rows
            --columns--> lines in order --> blocks, placed on the picture
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from statistics import median

import cv2
import numpy as np
from PIL import Image

from pipeline.evidence import Block, Box, OnPage, Page
from pipeline.ingest.scans import ruled, seal
from pipeline.ingest.scans.columns import Piece, glue, in_order
from pipeline.ingest.scans.look import letter_of, looked_at
from pipeline.ingest.scans.ocr import Pixels, Recognise
from pipeline.ingest.scans.photo import sheet_of
from pipeline.ingest.scans.seal import DOUBTFUL
from pipeline.ingest.scans.stretches import Stretches
from pipeline.ingest.scans.upright import Matrix, Sheet, all_moved, lean, moved

MANY_DOUBTFUL = 0.25
"""Share of letters less sure than `DOUBTFUL` that makes a page unclear."""
ASKEW = math.radians(7)
"""A page that lies further askew is placed like one on its side."""
LEAST = 8
"""Pixels of the shorter side: no letter fits on less."""
MISREAD = 0.5
"""As sure as one may be of a line whose date cannot be."""
FINE, FINEST = 20.0, 4_000
"""Pixels of a letter's height that ruling lines need beside it, and of the longer side at most."""
SUREST = 0.999
"""Nothing that was recognised is as sure as what a file states itself."""
MOSTLY_PAPER = 0.75
"""Share of a sheet that is as light as paper: a page of handwriting has more, a photograph less."""
FAINT = 32
"""Grey levels between a blank page's lightest and darkest point, once smoothed."""
EDGE = 0.05
"""Share of a page at each side that a scanner's shadow and punched holes take up."""


def page(
    picture: Image.Image, number: int, width: float, height: float, recognise: Recognise
) -> Page:
    """The page that the picture shows: lines and table rows with how sure they are, in points of
    the page as shown (`width` x `height`, which may be 0 for a picture's own pixels).

    Boxes are of the line's size and lie on its middle. On a sheet that lay askew their left and
    right are those of the straightened sheet, so that margins stay margins: at three degrees they
    are up to two letters off at the top and foot of a page. Lines of a page that lay on its side or
    head, or in columns, come joined to paragraphs: no one margin of the page tells how. Tables
    count from 1.

    `unread` is "blank" where nothing stands, "no_words" on a photograph without a letter, "unclear"
    where something stands and nothing, or too
    little, could be read, or ink under a seal could not (`seal.date_unread`); what was read stands.
    Raises Unreadable as `recognise` does.
    """
    pixels = np.asarray(picture.convert("RGB"))
    if _blank(pixels):
        return Page(number, (), width, height, "blank")
    if min(picture.size) < LEAST:
        return Page(number, (), width, height, "unclear")
    sheet, seen, turns = looked_at(sheet_of(pixels), recognise)
    if not seen:
        wide, high = (round(side * EDGE) for side in picture.size)
        inner = pixels[high : picture.height - high, wide : picture.width - wide]
        empty = "no_words" if _is_photograph(inner) else "unclear"
        return Page(number, (), width, height, "blank" if _blank(inner) else empty)
    off = lean(seen)
    if off:
        sheet, forth = sheet.straightened(off)
        seen = all_moved(seen, forth)
    finer = min(FINE / letter_of(seen), FINEST / max(sheet.pixels.shape[:2]))
    if finer > 1:
        # what was read well stays read: ruling lines and boxes are found on more pixels
        sheet = sheet.scaled(finer)
        seen = all_moved(seen, np.diag([finer, finer, 1.0]))
    found = seal.seals(sheet.pixels)
    if found:
        seen = seal.undated(seal.read_again(sheet.pixels, seen, found, recognise), found)
    else:
        seen = seal.marked(sheet.pixels, seen)
    scale = (width / picture.width if width else 1.0, height / picture.height if height else 1.0)
    turned = bool(turns) or abs(off) > ASKEW
    placed = _Placed(sheet, scale, picture.size, number, turned)
    blocks = tuple(_blocks(Stretches(sheet.pixels, seen, placed.unit, recognise), placed))
    return Page(number, blocks, width, height, _unread(blocks))


def _blank(pixels: Pixels) -> bool:
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    # a speck of one pixel drowns, a lone page number does not
    soft = cv2.GaussianBlur(grey, (0, 0), 2)
    return int(soft.max()) - int(soft.min()) < FAINT


def _is_photograph(pixels: Pixels) -> bool:
    """Whether it shows a scene and not a sheet: little of it is as light as its lightest part."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    light = float(np.percentile(grey, 99))
    return float((grey > 0.85 * light).mean()) < MOSTLY_PAPER


def _unread(blocks: Sequence[Block]) -> str | None:
    letters = sum(len(block.text) for block in blocks)
    doubtful = sum(len(block.text) for block in blocks if block.sure < DOUBTFUL)
    if not letters or doubtful > MANY_DOUBTFUL * letters:
        return "unclear"
    mean = sum(block.sure * len(block.text) for block in blocks) / letters
    hidden = any(block.text == seal.ILLEGIBLE and not block.sure for block in blocks)
    return "unclear" if mean < DOUBTFUL or hidden else None


def _certainty(sure: float) -> float:
    return min(round(sure, 3), SUREST)


# --- blocks -------------------------------------------------------------------------------------


class _Placed:
    """How what stands on the sheet is placed on the page as shown."""

    def __init__(
        self, sheet: Sheet, scale: tuple[float, float], size: tuple[int, int], number: int,
        turned: bool,
    ) -> None:  # fmt: skip
        self.number, self.turned = number, turned
        self._back: Matrix = np.diag([*scale, 1.0]) @ sheet.back
        self._limits = (size[0] * scale[0], size[1] * scale[1])
        high, wide = sheet.pixels.shape[:2]
        corners = [(0.0, 0.0), (float(wide), 0.0), (float(wide), float(high)), (0.0, float(high))]
        a, b, c, d = moved(corners, self._back)
        along = (math.dist(a, b) + math.dist(d, c)) / 2
        down = (math.dist(a, d) + math.dist(b, c)) / 2
        self.unit = down / high
        """Points a pixel of the sheet."""
        middle = moved([(wide / 2, high / 2)], self._back)[0]
        self._x = (middle[0] - along / 2, along / wide)

    def box(self, box: Box) -> Box:
        """In points; see `page` for how it lies."""
        x0, top, x1, bottom = box
        if self.turned:
            corners = moved([(x0, top), (x1, top), (x1, bottom), (x0, bottom)], self._back)
            xs, ys = [x for x, _ in corners], [y for _, y in corners]
            out = (min(xs), min(ys), max(xs), max(ys))
        else:
            _, y = moved([((x0 + x1) / 2, (top + bottom) / 2)], self._back)[0]
            half = (bottom - top) / 2 * self.unit
            begin, step = self._x
            out = (begin + x0 * step, y - half, begin + x1 * step, y + half)
        wide, high = self._limits
        return (
            round(min(max(out[0], 0.0), wide), 2), round(min(max(out[1], 0.0), high), 2),
            round(min(max(out[2], 0.0), wide), 2), round(min(max(out[3], 0.0), high), 2),
        )  # fmt: skip


def _blocks(stretches: Stretches, placed: _Placed) -> Iterator[Block]:
    """Text and tables from top to bottom: what stands above a table's top comes before it."""
    left: list[Piece] = []
    filled: list[dict[int, list[Piece]]] = [{} for _ in stretches.tables]
    for piece in stretches.pieces:
        for (number, cell), part in stretches.by_cell(piece):
            if number < 0:
                left.append(part)
            else:
                filled[number].setdefault(cell, []).append(part)
    count = 0
    for table, cells in zip(stretches.tables, filled, strict=True):
        if not cells:
            continue
        if ruled.frame(cells):
            left += [piece for pieces in cells.values() for piece in pieces]
            continue
        first = table.ys[0] / placed.unit
        above = [piece for piece in left if piece.box[1] + piece.box[3] < 2 * first]
        left = [piece for piece in left if piece not in above]
        yield from _lines(above, stretches, placed)
        count += 1
        for box, texts, size, sure in ruled.rows_of(table, cells, placed.unit):
            text = "\t".join(filter(None, texts))
            yield Block("row", text, OnPage(placed.number, placed.box(box)), texts, count,
                        size=round(size * placed.unit, 2), sure=_certainty(sure))  # fmt: skip
    yield from _lines(left, stretches, placed)


def _lines(pieces: Sequence[Piece], stretches: Stretches, placed: _Placed) -> Iterator[Block]:
    columns = in_order(pieces, stretches.cut)
    for column in columns:
        if placed.turned or (len(columns) > 1 and len(column) > 1):
            yield from _paragraphs(column, placed)
        else:
            for line in column:
                yield _block("line", line.text, [line], placed)


def _block(kind: str, text: str, found: Sequence[Piece], placed: _Placed) -> Block:
    boxes = [placed.box(line.box) for line in found]
    box = (min(b[0] for b in boxes), min(b[1] for b in boxes),
           max(b[2] for b in boxes), max(b[3] for b in boxes))  # fmt: skip
    size = median(line.high for line in found) * placed.unit
    letters = sum(len(line.text) for line in found)
    sure = sum(line.sure * len(line.text) for line in found) / letters
    if seal.impossible(text):
        sure = min(sure, MISREAD)
    return Block("line" if kind == "line" else "paragraph", text, OnPage(placed.number, box),
                 size=round(size, 2), sure=_certainty(sure))  # fmt: skip


def _paragraphs(found: Sequence[Piece], placed: _Placed) -> Iterator[Block]:
    """Lines joined where one ends at the right margin and the next begins at the left."""
    if not found:
        return
    ends = sorted(line.box[2] for line in found)
    starts = sorted(line.box[0] for line in found)
    right, margin = ends[-1 - len(ends) // 10], starts[len(starts) // 10]
    own = [found[0]]
    text = found[0].text
    for line in found[1:]:
        above = own[-1]
        high = above.high
        if (
            above.box[2] > right - 2.4 * high
            and line.box[0] < margin + 1.2 * high
            and 0 < line.box[1] - above.box[1] < 3 * high
            and abs(line.high - high) < 0.25 * high
            and seal.ILLEGIBLE not in (line.text, above.text)
        ):
            text += glue(text, line.text) + line.text
            own.append(line)
            continue
        yield _block("paragraph", text, own, placed)
        own, text = [line], line.text
    yield _block("paragraph", text, own, placed)
