"""Word 97 to 2003 papers, WPS's among them, read from their bytes ([MS-DOC]).

Deleted text, field codes and hidden text are left out; insertions, field results and automatic
numbers stand in the text. Headers come first; text boxes, notes and footers after the body.
Comments are not read.
"""

from __future__ import annotations

import re
import struct

from pipeline.errors import Unreadable
from pipeline.ingest.word.flow import DEEPEST, Cell, Flow, Table, Within
from pipeline.ingest.word.word97_lists import OUTLINE, numbering, styles
from pipeline.ingest.word.word97_text import (
    HEADERS,
    LISTS,
    OVERRIDES,
    SECTIONS,
    SETTINGS,
    STYLES,
    Says,
    Stored,
    says,
)

# property modifiers, sections 2.6.1 and 2.6.2
_HALF_POINTS, _LIST, _LIST_DEPTH = 0x4A43, 0x460B, 0x260A
_IN_TABLE, _ROW_END, _DEPTH = 0x2416, 0x2417, 0x6649
_INNER_CELL, _INNER_ROW_END = 0x244B, 0x244C
_TITLE_PAGE = 0x300A

_END = re.compile("[\r\x07\x0c]")
_PICTURE = re.compile("[\x01\x08]")
_HALF = re.compile("[\ud800-\udfff]")
_DROPPED = (*range(9), 0x0A, *range(0x0C, 0x20))
_CLEAN = str.maketrans({**dict.fromkeys(map(chr, _DROPPED), ""), "\x0b": "\n", "\x1e": "-"})

MOST_SECTIONS = 5_000

Story = tuple[int, int, Within]
"""First position, the one after the last, and what part of the paper it is."""


def gather(data: bytes) -> Flow:
    """What the paper says. `Flow.unread` is rows_lost where the file no longer says how the rows
    of its tables are made up, part_missing where it ends before its text does.

    Raises Unreadable: corrupt, encrypted, unsupported_format (Word before 97).
    """
    stored = Stored(data)
    paper = _Paper(stored)
    try:
        for story in _stories(stored):
            paper.story(*story)
    except (struct.error, IndexError, ValueError) as error:
        raise Unreadable("corrupt", f"doc: {error}") from None
    paper.flow.unread = "part_missing" if stored.cut else "rows_lost" if paper.rows_lost else None
    return paper.flow


def _stories(stored: Stored) -> list[Story]:
    ends = [0]
    for length in stored.lengths:
        ends.append(min(ends[-1] + max(length, 0), len(stored.text)))
    headers = _headers(stored, ends[2], ends[3])
    return [
        *(story for story in headers if story[2] == "header"),
        (ends[7], ends[8], "header"),
        (0, ends[1], "body"),
        (ends[6], ends[7], "textbox"),
        (ends[1], ends[2], "footnote"),
        (ends[5], ends[6], "footnote"),
        *(story for story in headers if story[2] == "footer"),
    ]


def _headers(stored: Stored, begin: int, end: int) -> list[Story]:
    """Headers and footers that some section shows, section 2.8.22 (PlcfHdd): six stories for
    notes, then six for each section; of those that say the same, one."""
    plc = stored.part(HEADERS)
    places = struct.unpack_from(f"<{len(plc) // 4}I", plc)
    settings = stored.part(SETTINGS)
    even = bool(settings and settings[0] & 1)
    titles = _title_pages(stored)
    found: dict[tuple[str, Within], Story] = {}
    reached = begin
    for number in range(6, len(places) - 2):
        section, which = divmod(number - 6, 6)
        # even, odd, even, odd, first, first
        within: Within = "header" if which in (0, 1, 4) else "footer"
        # each begins where the one before it ends, or later
        first, last = max(begin + places[number], reached), begin + places[number + 1]
        shown = even if which in (0, 2) else which in (1, 3) or section in titles
        if not first < last <= end:
            continue
        reached = last
        if shown:
            found.setdefault((stored.text[first:last], within), (first, last, within))
    return list(found.values())


def _title_pages(stored: Stored) -> set[int]:
    """The sections (from 0) whose first page has a header of its own, section 2.8.26 (PlcfSed)."""
    plc = stored.part(SECTIONS)
    count = min(max(len(plc) - 4, 0) // 16, MOST_SECTIONS)
    found: set[int] = set()
    for section in range(count):
        (at,) = struct.unpack_from("<I", plc, 4 * (count + 1) + 12 * section + 2)
        size = int.from_bytes(stored.stream[at : at + 2], "little")
        if size < 512 and says(stored.stream[at + 2 : at + 2 + size]).get(_TITLE_PAGE):
            found.add(section)
    return found


class _Paper:
    """One walk through a paper: what is open, and what has been said so far."""

    def __init__(self, stored: Stored) -> None:
        self.stored = stored
        self.styles = styles(stored.part(STYLES))
        self.numbers = numbering(stored.part(LISTS, rest=True), stored.part(OVERRIDES, rest=True))
        self.flow = Flow()
        self.rows_lost = False
        self.within: Within = "body"
        self.fields: list[bool] = []
        """For each open field whether its code, not its result, is being read."""
        self.codes = 0
        self.tables: list[tuple[Table, list[Cell], Cell]] = []
        """For each depth the rows that are done, the open row's cells, and the open cell."""

    def story(self, begin: int, end: int, within: Within) -> None:
        self.within, self.fields, self.codes = within, [], 0
        text = self.stored.text
        while begin < end:
            found = _END.search(text, begin, end)
            stop, mark = (found.start(), found[0]) if found else (end, "\r")
            self.paragraph(begin, min(stop, end - 1), text[begin:stop], mark)
            begin = stop + 1
        self.close(0)

    def paragraph(self, begin: int, stop: int, text: str, mark: str) -> None:
        run = self.stored.paragraph(stop)
        said: Says = {**self.styles.get(run.style, {}), **run.says} if run else {}
        depth = said.get(_DEPTH, 1 if said.get(_IN_TABLE) else 0)
        if mark == "\x07" and depth < 1:
            # a cell that no property speaks of: where its row ends is a guess
            self.rows_lost, depth = True, 1
        depth = min(depth, DEEPEST)
        self.close(depth)
        while len(self.tables) < depth:
            self.tables.append(([], [], Cell()))
        ends_row = said.get(_ROW_END if mark == "\x07" else _INNER_ROW_END)
        if depth and ends_row:
            self.tables[-1][0].append(self.tables[-1][1])
            self.tables[-1] = (self.tables[-1][0], [], Cell())
            return
        self.flow.pictures += len(_PICTURE.findall(text))
        shown = self.shown(text).strip(" \n\t")
        label = self.label(said)
        if shown.strip() or depth:
            shown = label + shown
        size = self.size(begin, said)
        if not depth:
            outline = said.get(OUTLINE, 9)
            self.flow.paragraph(shown, self.within, outline + 1 if outline < 9 else 0, size)
            return
        cell = self.tables[-1][2]
        cell.held.append(shown.strip())
        cell.size = max(cell.size, size if shown.strip() else 0.0)
        if mark == "\x07" or said.get(_INNER_CELL):
            self.tables[-1][1].append(cell)
            self.tables[-1] = (*self.tables[-1][:2], Cell())

    def close(self, depth: int) -> None:
        """Closes the tables that are deeper."""
        while len(self.tables) > depth:
            rows, cells, cell = self.tables.pop()
            cells += [cell] if cell.held else []
            rows += [cells] if cells else []
            if self.tables and rows:
                self.tables[-1][2].held.append(rows)
            elif rows:
                self.flow.table(rows, self.within)

    def shown(self, text: str) -> str:
        """The text without field codes (section 2.8.25) and marks."""
        if self.fields or "\x13" in text:
            out: list[str] = []
            for letter in text:
                if letter == "\x13":
                    self.fields.append(True)
                    self.codes += 1
                elif letter == "\x14" and self.fields:
                    self.codes -= self.fields[-1]
                    self.fields[-1] = False
                elif letter == "\x15" and self.fields:
                    self.codes -= self.fields.pop()
                elif not self.codes:
                    out.append(letter)
            text = "".join(out)
        text = text.translate(_CLEAN)
        if _HALF.search(text):
            text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        return text

    def label(self, said: Says) -> str:
        number = said.get(_LIST, 0)
        return self.numbers.label(str(number), said.get(_LIST_DEPTH, 0)) if number else ""

    def size(self, position: int, said: Says) -> float:
        run = self.stored.character(position)
        return ((run.says if run else {}).get(_HALF_POINTS) or said.get(_HALF_POINTS, 0)) / 2
