"""Where a passage stands in a PDF that was made of its paper: the page, and a box for each line.

Letters and digits alone are compared, whatever their width: what a reader put between cells, and
where lines break, says nothing. The passage may be masked, numbered by the program, or broken by
the foot of a page, so that most of its letters, in their order and near one another, are enough.
"""

from __future__ import annotations

import bisect
import functools
import unicodedata
from array import array
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from pipeline.errors import Unreadable
from pipeline.evidence import Box
from pipeline.ingest.pdf.boxes import around
from pipeline.ingest.pdf.letters import Letters, placer, whole_text
from pipeline.ingest.pdf.reader import MOST_PAGES, opened

MOST_LETTERS = 20_000
"""Of a passage; what is longer is looked for by its beginning."""
ENOUGH = 0.5
"""Of a passage's letters: fewer found are an accident."""
FIRST, FIRST_OF_FEW, NEXT = 6, 4, 3
"""Letters in a row that are looked for anywhere (of a passage of fewer than `FEW`: names may be
masked in it), and near what was found."""
FEW = 24
MOST_TRIED = 12
"""Places that a passage may begin at."""
NEAR = 400
"""Letters that may stand between two pieces of a passage: a foot and a head of a page."""
MOST_CELLS, ANCHORS = 60, 3
"""Of a row: cells that are looked for, and those by which it is."""
CUT, CUT_ALONE = 4, 12
"""Letters at the least of a cell that its column's width cuts off: of one among others, of a row's
only one."""
WIDE = 1.5
"""Of a letter's height, its width at the most."""
APART = 0.1
"""Of a letter's height, what stands between two numbers at the least."""
CELLS = " | "
"""Between the cells of a row, as passages have them."""
MOST_BOXES = 200
ROOM = 0.12
"""Of a line's height."""

Stretch = tuple[int, int]
BoxOf = Callable[[int], Box]


@dataclass(frozen=True, slots=True)
class Words:
    """The letters and digits of a PDF, page behind page; `starts` is where each page begins."""

    letters: str
    starts: tuple[int, ...]


def words(data: bytes) -> Words:
    """What a PDF says. Raises Unreadable: encrypted, corrupt, limit_pages."""
    document = opened(data)
    try:
        if len(document) > MOST_PAGES:
            raise Unreadable("limit_pages", str(len(document)))
        pages = [bare(_text(document, index))[0] for index in range(len(document))]
    finally:
        document.close()
    return Words("".join(pages), tuple(accumulate(map(len, pages), initial=0))[:-1])


def find(data: bytes, within: Words, text: str, near: int) -> tuple[int, tuple[Box, ...]] | None:
    """The page (from 1) with most of a passage, and a box for each of its lines, in points; for a
    row of a table one around its cells. Of several places the first from page `near` on is taken.
    `within` is what `words` says of the same PDF. None: it is not there. Raises Unreadable."""
    wanted = bare(text[:MOST_LETTERS])[0]
    if len(wanted) < 2 or not within.letters:
        return None
    start = within.starts[min(max(near, 1), len(within.starts)) - 1]
    whole = _nearest(within.letters, wanted, start)
    found = [(whole, whole + len(wanted))] if whole >= 0 else []
    with _opened(data) as page_of:
        cells = [cell for cell in text.replace("\t", CELLS).split(CELLS) if cell.strip()]
        if len(cells) > 1 and not found and (row := _row(within, cells, page_of)):
            return row
        found = found or _pieces(within.letters, wanted)
        if not found:
            # a form's field beside its name, or what a narrow cell shows of a long text
            return _row(within, cells, page_of) if "：" in text else None
        page, stretches = _on_page(within, found)
        box = page_of(page)
        letters = (box(at) for begin, end in stretches for at in range(begin, end))
        return page, tuple(_lines(letters))


@contextmanager
def _opened(data: bytes) -> Iterator[Callable[[int], BoxOf]]:
    """What gives, for a page, what gives the box of each of its letters that are compared."""
    document = opened(data)
    held: list[tuple[Any, Any]] = []

    @functools.cache
    def page_of(page: int) -> BoxOf:
        raw = pdfium.FPDF_LoadPage(document.raw, page - 1)
        if not raw:
            raise Unreadable("corrupt", f"no page {page}")
        held.append((raw, pdfium.FPDFText_LoadPage(raw)))
        letters = Letters(held[-1][1], placer(raw)[0])
        _, where = bare(letters.text)
        return lambda at: letters.box(where[at])

    try:
        yield page_of
    finally:
        for raw, text_page in held:
            pdfium.FPDFText_ClosePage(text_page)
            pdfium.FPDF_ClosePage(raw)
        document.close()


def bare(text: str) -> tuple[str, array[int]]:
    """The letters and digits of a text, narrow and small, and the place in it of each."""
    out: list[str] = []
    where = array("L")
    for at, letter in enumerate(text):
        plain = _plain(letter)
        if plain:
            out.append(plain)
            where.extend([at] * len(plain))
    return "".join(out), where


@functools.lru_cache(maxsize=20_000)
def _plain(letter: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", letter).casefold()))


def _text(document: pypdfium2.PdfDocument, index: int) -> str:
    raw = pdfium.FPDF_LoadPage(document.raw, index)
    if not raw:
        return ""
    text_page = pdfium.FPDFText_LoadPage(raw)
    try:
        return whole_text(text_page)[0]
    finally:
        pdfium.FPDFText_ClosePage(text_page)
        pdfium.FPDF_ClosePage(raw)


def _nearest(letters: str, wanted: str, start: int) -> int:
    """Where it stands, from the start of the page on or else before it; -1 for nowhere."""
    at = letters.find(wanted, start)
    return at if at >= 0 else letters.find(wanted)


def _row(within: Words, texts: Sequence[str], page_of: Callable[[int], BoxOf]
         ) -> tuple[int, tuple[Box, ...]] | None:
    """The page where most of a row's cells stand beside one another, and the box around them: what
    a program drew first says nothing of where it stands. It is found by its rarest cells, or else
    by the names of its fields."""
    cells, missing = _cells(texts[:MOST_CELLS], within.letters)
    enough = max(ENOUGH * (missing + sum(len(cell.forms[-1]) for cell in cells)), 2)
    values = {form for cell in cells for form in cell.forms}
    pages: dict[int, _Page] = {}
    for anchors in (values, {cell.name for cell in cells} - values):
        best: tuple[int, int, Box] | None = None
        for form in _rarest(anchors, within.letters):
            for at in _places(within.letters, form):
                index = bisect.bisect_right(within.starts, at) - 1
                begin = within.starts[index]
                end = (*within.starts, len(within.letters))[index + 1]
                if at + len(form) > end:
                    continue
                if index not in pages:
                    pages[index] = _Page.of(within.letters[begin:end], page_of(index + 1))
                beside = pages[index].beside(at - begin, len(form), cells)
                if beside and beside[0] >= enough and (best is None or beside[0] > best[0]):
                    best = beside[0], index + 1, beside[1]
        if best:
            return best[1], (_rounded(best[2]),)
    return None


def _rarest(anchors: Collection[str], letters: str) -> list[str]:
    return sorted((form for form in anchors if len(form) > 1 and form in letters),
                  key=lambda form: (letters.count(form), -len(form), form))[:ANCHORS]


@dataclass(frozen=True, slots=True)
class _Cell:
    """What may stand in the paper of a cell: its column's name and it, or it alone, as the name
    stands there once, above them all; or only how it begins, where its column is narrow."""

    name: str
    forms: tuple[str, ...]


def _cells(texts: Sequence[str], letters: str) -> tuple[list[_Cell], int]:
    """The cells that stand anywhere in the paper, and how many letters are of those that do not."""
    found, missing = [], 0
    for text in texts:
        before, colon, value = text.partition("：")
        whole, name = bare(text)[0], bare(before)[0] if colon else ""
        alone = bare(value)[0] if name else whole
        forms = tuple(each for each in dict.fromkeys((whole, alone)) if each and each in letters)
        size = len(alone)
        while not forms and size > (CUT if len(texts) > 1 else CUT_ALONE):
            size -= 1
            forms = (alone[:size],) if alone[:size] in letters else ()
        if forms:
            found.append(_Cell(name, forms))
        else:
            missing += len(alone)
    return found, missing


@dataclass(frozen=True, slots=True)
class _Page:
    """The letters of one page, and where each of them stands: its box, and its middle's height."""

    letters: str
    box: BoxOf
    middles: array[float]

    @classmethod
    def of(cls, letters: str, box: BoxOf) -> _Page:
        boxes = map(box, range(len(letters)))
        return cls(letters, box, array("f", ((each[1] + each[3]) / 2 for each in boxes)))

    def beside(self, at: int, size: int, cells: Sequence[_Cell]) -> tuple[int, Box] | None:
        """Of the cells that stand on a height with this one: how many letters, the box around them.
        None if this is no cell, but the end of one and the beginning of another."""
        first = around(self.box(each) for each in range(at, at + size))
        if not self._is_whole(at, size, first):
            return None
        band = [each for each, middle in enumerate(self.middles) if first[1] <= middle <= first[3]]
        words = "".join(self.letters[each] for each in band)
        found, boxes = 0, [first]
        for cell in cells:
            form = next((each for each in cell.forms if each in words), "")
            # of places that say the same the one where the field's name stands too
            for each in (form, cell.name if form and not form.startswith(cell.name) else ""):
                here = words.find(each)
                if each and here >= 0:
                    found += len(each)
                    boxes += map(self.box, band[here : here + len(each)])
        return found, around(boxes)

    def _is_whole(self, at: int, size: int, first: Box) -> bool:
        high = max(self.box(each)[3] - self.box(each)[1] for each in range(at, at + size))
        if first[2] - first[0] > WIDE * high * size:
            return False
        if not self.letters[at : at + size].isdigit():
            return True
        if first[3] - first[1] > WIDE * high:
            return False
        return not any(self._touches(each, first, high) for each in (at - 1, at + size))

    def _touches(self, at: int, number: Box, high: float) -> bool:
        """Whether this is a digit of the same number."""
        if not 0 <= at < len(self.letters) or not self.letters[at].isdigit():
            return False
        x0, _, x1, _ = self.box(at)
        beside = x0 < number[2] + APART * high and x1 > number[0] - APART * high
        return beside and number[1] <= self.middles[at] <= number[3]


def _pieces(letters: str, wanted: str) -> list[Stretch]:
    """The pieces of a passage in their order, the first of them anywhere, the others near."""
    best: list[Stretch] = []
    first = FIRST if len(wanted) >= FEW else FIRST_OF_FEW
    step = max(len(wanted) // 4, 1)
    for offset in range(0, max(len(wanted) - first, 0) + 1, step):
        for at in _places(letters, wanted[offset : offset + first]):
            best = max(best, _from(letters, wanted, offset, at), key=_size)
        if _size(best) >= 0.9 * len(wanted):
            break
    return best if _size(best) >= max(ENOUGH * len(wanted), min(first, len(wanted))) else []


def _from(letters: str, wanted: str, offset: int, at: int) -> list[Stretch]:
    """What follows one another from here on."""
    found: list[Stretch] = []
    while offset < len(wanted):
        piece = wanted[offset : offset + NEXT]
        here = letters.find(piece, at, at + NEAR) if len(piece) == NEXT else -1
        if here < 0:
            offset += 1
            continue
        size = NEXT
        while (offset + size < len(wanted) and here + size < len(letters)
               and wanted[offset + size] == letters[here + size]):
            size += 1
        found.append((here, here + size))
        offset, at = offset + size, here + size
    return found


def _places(letters: str, wanted: str) -> Iterator[int]:
    at = letters.find(wanted) if wanted else -1
    for _ in range(MOST_TRIED):
        if at < 0:
            return
        yield at
        at = letters.find(wanted, at + 1)


def _size(found: Sequence[Stretch]) -> int:
    return sum(end - begin for begin, end in found)


def _on_page(within: Words, found: Sequence[Stretch]) -> tuple[int, tuple[Stretch, ...]]:
    """Parted by pages; the page with most of it."""
    pages: dict[int, list[Stretch]] = {}
    bounds = (*within.starts, len(within.letters))
    for begin, end in found:
        while begin < end:
            index = bisect.bisect_right(within.starts, begin) - 1
            stop = min(end, bounds[index + 1])
            pages.setdefault(index, []).append((begin - bounds[index], stop - bounds[index]))
            begin = stop
    index = max(pages, key=lambda each: (_size(pages[each]), -each))
    return index + 1, tuple(pages[index])


def _lines(letters: Iterator[Box]) -> Iterator[Box]:
    """The boxes of letters that follow one another, joined line by line."""
    line: Box | None = None
    count = 0
    for box in letters:
        if line and _goes_on(line, box):
            line = around((line, box))
            continue
        if line:
            yield _rounded(line)
            count += 1
        if count == MOST_BOXES:
            return
        line = box
    if line:
        yield _rounded(line)


def _goes_on(line: Box, box: Box) -> bool:
    """Whether a letter stands on the same line, not far behind its last."""
    high = max(line[3] - line[1], 1.0)
    middle = (box[1] + box[3]) / 2
    return line[1] <= middle <= line[3] and -high < box[0] - line[2] < 3 * high


def _rounded(box: Box) -> Box:
    """With a little room above and below: a font's height leaves the feet of letters out."""
    x0, top, x1, bottom = box
    more = ROOM * (bottom - top)
    return round(x0, 2), round(max(top - more, 0.0), 2), round(x1, 2), round(bottom + more, 2)
