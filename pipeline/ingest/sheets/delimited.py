"""Rows of text whose cells are parted by commas, semicolons, tabs or bars, in any encoding."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from typing import Literal

from pipeline.errors import Unreadable
from pipeline.evidence import Block, OnLine, Page
from pipeline.ingest.text.plain import said

DELIMITERS = (",", "\t", ";", "|")
MOST_SAID = 2_000_000
"""Cells of a file that are kept."""
MOST_LINES = 200
"""Of one cell: more are the rest of the file behind a quotation mark that nothing closes."""
FEW_LINES = 20
"""Of one cell whose quotation marks do not pair."""
_SAMPLE = 64 * 1024
# a cell may be long: the whole file is bounded
csv.field_size_limit(2**31 - 1)


def read(data: bytes) -> Iterator[Page]:
    """One page; a `row` for each row that says something, standing `OnLine` where it begins. Rows
    that follow one another without an empty one are one table.

    The page is `unread` "limit_objects" where rows were left out for their number. Raises
    Unreadable: garbled, blank.
    """
    lines = said(data).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    delimiter = told(lines)
    blocks: list[Block] = []
    left, table, last = MOST_SAID, 0, 0
    for number, after, cells in rows(lines, delimiter):
        table += number != last
        last = after
        blocks.append(
            Block("row", "\t".join(filter(None, cells)), OnLine(number), cells, table)
        )
        left -= len(cells)
        if left < 0:
            break
    if not blocks:
        raise Unreadable("blank")
    yield Page(1, tuple(blocks), unread="limit_objects" if left < 0 else None)


def told(lines: list[str]) -> str:
    """The delimiter that cuts most rows into the same number of cells; a spreadsheet may state it
    in the first line (`sep=;`), which is then emptied."""
    if lines[0][:4] == "sep=" and lines[0][4:5] in DELIMITERS:
        stated, lines[0] = lines[0][4:5], ""
        return stated
    sample = "\n".join(lines)[:_SAMPLE].split("\n")
    return max(DELIMITERS, key=lambda delimiter: _alike(sample, delimiter))


def _alike(sample: list[str], delimiter: str) -> int:
    widths = Counter(len(cells) for *_, cells in rows(sample, delimiter))
    return max((count for width, count in widths.items() if width > 1), default=0)


def rows(
    lines: list[str], delimiter: str, quoted: bool = True, before: int = 0
) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """The line a row begins on, the line after it, and its cells without outer blanks; rows that
    say nothing are left out. `before` counts the lines that went before, `quoted` says whether
    quotation marks hold cells together."""
    marks: Literal[0, 3] = csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
    reader = csv.reader((line + "\n" for line in lines), delimiter=delimiter, quoting=marks)
    begin = 0
    for cells in reader:
        end = reader.line_num
        if quoted and end - begin > 1 and _unclosed(lines, begin, end):
            yield from rows(lines[begin:], delimiter, False, before + begin)
            return
        texts = tuple(cell.strip() for cell in cells)
        if any(texts):
            yield before + begin + 1, before + end + 1, texts
        begin = end


def _unclosed(lines: list[str], begin: int, end: int) -> bool:
    """Whether a row of several lines is others swallowed behind a quotation mark: it goes on to
    the end of the file, or for long, and its quotation marks do not pair; or for very long."""
    if end - begin > MOST_LINES:
        return True
    if end - begin <= FEW_LINES and end < len(lines):
        return False
    return sum(line.count('"') for line in lines[begin:end]) % 2 == 1
