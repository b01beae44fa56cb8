"""The letters of a page (PDF, OFD) made blocks: visual lines, the rows of its tables in place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Protocol

from pipeline.evidence import Block, Box, OnPage
from pipeline.ingest.pdf.grid import Table

_WORD = re.compile(r"[^\s\0]+")
CLOSED = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u2014\u2018-\u201d\u2026]")
"""Letters of a script that is written without spaces between words."""
_CLOSED_FROM = "\u2014"
"""The first of them. What follows and is none is rare, and comparing costs less than a pattern."""
_WIDE_FROM = "\u2e80"
LATIN = 0.87
"""Of the height of a Latin letter's box: about the size of its font."""
FEW_LINES = 3
"""A cell that alone says something, and in more lines than this, is a frame."""

Word = tuple[int, int, Box, Box]
"""Letters without a space among them: where they start and end in the text, first and last box."""
_START, _END = itemgetter(0), itemgetter(1)
Piece = tuple[str, Box, float]
"""A stretch of one visual line: its text, its box and the height of its letters."""
Where = tuple[int, int]
"""Table and cell by their numbers; -1 outside tables."""
OUTSIDE: Where = (-1, -1)


class Lettered(Protocol):
    """What is asked of a page's letters, whatever format they come from."""

    text: str
    """The letters in order, with a line end behind each visual line."""

    @property
    def box(self) -> Callable[[int], Box]:
        """Where the letter at an index of the text stands."""

    def is_made_up(self, index: int) -> bool:
        """Whether that letter is a blank that the file does not have."""


@dataclass(slots=True)
class Filled:
    """A table and the pieces of text in each of its cells."""

    table: Table
    pieces: dict[int, list[Piece]] = field(default_factory=dict)


def blocks(letters: Lettered, tables: list[Table], page: int, tables_before: int) -> list[Block]:
    """The page's blocks in reading order; a table stands where its first letter stood.

    `tables_before` is how many tables the paper had before this page.
    """
    found: list[Block | Filled] = []
    filled: dict[int, Filled] = {}
    for words in _lines(letters):
        groups = _by_cell(letters, words, tables) if tables else [(OUTSIDE, words)]
        for (table, cell), group in groups:
            text, box, size = _piece(letters, group)
            if table < 0:
                found.append(Block("line", text, OnPage(page, box), (), 0, 0, size))
                continue
            if table not in filled:
                filled[table] = Filled(tables[table])
                found.append(filled[table])
            filled[table].pieces.setdefault(cell, []).append((text, box, size))
    if len(found) > 2 and _is_upward(found):
        found.reverse()
    out: list[Block] = []
    for each in found:
        if isinstance(each, Block):
            out.append(each)
        elif (framed := _framed(each)) is not None:
            out += [Block("line", text, OnPage(page, box), (), 0, 0, size)
                    for text, box, size in framed]  # fmt: skip
        else:
            tables_before += 1
            out += _rows(each, page, tables_before)
    return out


def _is_upward(found: list[Block | Filled]) -> bool:
    """Whether each stands above the one before it: drawn from the foot of the page to its head."""
    before = float("inf")
    for each in found:
        if isinstance(each, Filled):
            top, bottom = each.table.ys[0], each.table.ys[-1]
        else:
            assert isinstance(each.place, OnPage)
            _, top, _, bottom = each.place.box
        if (top + bottom) / 2 >= before:
            return False
        before = top
    return True


def _lines(letters: Lettered) -> Iterator[list[Word]]:
    """The words of each visual line that has any."""
    text, box = letters.text, letters.box
    words: list[Word] = []
    before = 0
    for word in _WORD.finditer(text):
        start, end = word.span()
        if words and "\n" in text[before:start]:
            yield words
            words = []
        before = end
        first = box(start)
        words.append((start, end, first, box(end - 1) if end - start > 1 else first))
    if words:
        yield words


def _by_cell(
    letters: Lettered, words: list[Word], tables: list[Table]
) -> list[tuple[Where, list[Word]]]:
    """The words of a line by the cell they stand in. A word is cut where a line between cells runs
    through it."""
    groups: list[tuple[Where, list[Word]]] = []
    waiting = words[::-1]
    while waiting:
        word = start, end, first, last = waiting.pop()
        here = _cell(first, tables)
        if first is not last and not _within(last, here, tables):
            middle = (start + end) // 2
            waiting.append((middle, end, letters.box(middle), last))
            waiting.append((start, middle, first, letters.box(middle - 1)))
        elif groups and groups[-1][0] == here:
            groups[-1][1].append(word)
        else:
            groups.append((here, [word]))
    return groups


def _cell(box: Box, tables: list[Table]) -> Where:
    """The cell in which the middle of a box lies."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    for number, table in enumerate(tables):
        cell = table.cell_at(x, y)
        if cell >= 0:
            return number, cell
    return OUTSIDE


def _within(box: Box, where: Where, tables: list[Table]) -> bool:
    table, cell = where
    if cell < 0:
        return _cell(box, tables) == where
    left, top, right, bottom = tables[table].boxes[cell]
    return left <= (box[0] + box[2]) / 2 < right and top <= (box[1] + box[3]) / 2 < bottom


def _piece(letters: Lettered, words: list[Word]) -> Piece:
    start, end, first, last = words[0]
    if len(words) > 1:
        _, end, _, last = words[-1]
    if last[0] < first[0] or (len(words) > 1 and _astray(words)):
        text, first, last = _in_order(letters, words)
    elif len(words) > 1:
        text = _spaced(letters, words)
    else:
        text = letters.text[start:end]
    x0, top, x1, bottom = first
    a0, a_top, a1, a_bottom = last
    # a 汉字 is as wide as its font is high; the heights of boxes differ from letter to letter
    size = x1 - x0 if text[0] >= _WIDE_FROM else 0.0
    if text[-1] >= _WIDE_FROM:
        size = max(size, a1 - a0)
    size = size or (bottom - top) * LATIN
    if a0 < x0:
        x0 = a0
    if a1 > x1:
        x1 = a1
    if a_top < top:
        top = a_top
    if a_bottom > bottom:
        bottom = a_bottom
    return text, (x0, top, x1, bottom), size


def _astray(words: list[Word]) -> bool:
    """Whether a word stands left of the one before it: letters of a substitute font (quotation
    marks, mostly) are drawn after the others of their line."""
    first = words[0][2]
    x, step = first[0], (first[3] - first[1]) / 4
    for _, _, begin, end in words:
        if begin[0] < x - step or end[0] < begin[0]:
            return True
        x = end[0]
    return False


def _spaced(letters: Lettered, words: list[Word]) -> str:
    """The words with the spaces between them, but for those that pdfium made of a gap no wider
    than what Word leaves between 汉字 and digits, or than spread 汉 字 have among them."""
    text = letters.text
    widest = 1.0 if len(words) > 3 and _spread(words) else 0.4
    parts: list[str] = []
    before, end, _, last = words[0]
    for start, next_end, first, next_last in words[1:]:
        if (
            start - end == 1
            and first[0] - last[2] < (last[3] - last[1]) * widest
            and (text[start] >= _CLOSED_FROM or text[end - 1] >= _CLOSED_FROM)
            and letters.is_made_up(end)
        ):
            parts.append(text[before:end])
            before = start
        end, last = next_end, next_last
    parts.append(text[before:end])
    return "".join(parts)


def _spread(words: list[Word]) -> bool:
    """Whether most letters of a line stand alone."""
    letters: int = sum(map(_END, words)) - sum(map(_START, words))
    return letters < 1.5 * len(words)


def _in_order(letters: Lettered, words: list[Word]) -> tuple[str, Box, Box]:
    """The words' letters from left to right, spaces where there is a gap; first and last box. A
    letter that was drawn twice in its place, to make it bold, stands once."""
    text, box = letters.text, letters.box
    placed = [(box(at), text[at]) for start, end, _, _ in words for at in range(start, end)]
    placed.sort(key=lambda each: each[0][0])
    before, last = placed[0]
    out = last
    for here, letter in placed[1:]:
        if letter == last and here[0] - before[0] < (here[2] - here[0]) / 3:
            continue
        gap, size = here[0] - before[2], here[3] - here[1]
        narrow = CLOSED.match(letter) is None and CLOSED.match(last) is None
        out += " " + letter if gap > (size / 5 if narrow else size / 2) else letter
        before, last = here, letter
    return out, placed[0][0], placed[-1][0]


def _framed(filled: Filled) -> list[Piece] | None:
    """The lines of the only cell that says anything, where they are many: a frame around text that
    somebody drew as a table, not a table."""
    if len(filled.pieces) > 1:
        return None
    (pieces,) = filled.pieces.values()
    return pieces if len(pieces) > FEW_LINES else None


def _rows(filled: Filled, page: int, number: int) -> Iterator[Block]:
    """A block for each row of the table that says something."""
    table = filled.table
    # a line that parts no cells of this table makes no column of it
    columns = {column: at for at, column in enumerate(sorted({at for _, at in table.firsts}))}
    rows: dict[int, list[str]] = {}
    sizes: dict[int, float] = {}
    for cell, pieces in filled.pieces.items():
        row, column = table.firsts[cell]
        if row not in rows:
            rows[row] = [""] * len(columns)
            sizes[row] = pieces[0][2]
        rows[row][columns[column]] = _joined(pieces, table.boxes[cell])
    for row in sorted(rows):
        box = (table.xs[0], table.ys[row], table.xs[-1], table.ys[row + 1])
        cells = rows[row]
        text = "\t".join(filter(None, cells))
        yield Block("row", text, OnPage(page, box), tuple(cells), number, size=sizes[row])


def _joined(pieces: list[Piece], cell: Box) -> str:
    """The text of a cell: its lines joined where they were wrapped at the cell's edge."""
    out, above, size = pieces[0]
    for text, box, next_size in pieces[1:]:
        if box[1] < (above[1] + above[3]) / 2 < box[3]:
            # on the same visual line
            out += " " + text
        elif _full(above, size, cell):
            out += text if CLOSED.match(out[-1]) or CLOSED.match(text[0]) else " " + text
        else:
            out += "\n" + text
        above, size = box, next_size
    return out


def _full(line: Box, size: float, cell: Box) -> bool:
    """Whether no further letter would have fitted on the line (a cell's margin is about 5.4)."""
    right = cell[2] - line[2]
    return right < size + 8 or right + line[0] - cell[0] < size + 14
