"""Slides of PowerPoint 97 to 2003, read from their records ([MS-PPT]) without another program.

Every record is a header of 8 bytes and a body; those whose version is 15 hold records. What a
master shows of its own, headers and footers are not read.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

import olefile

from pipeline.errors import Reason, Unreadable
from pipeline.evidence import Block, Box, OnPage, Page
from pipeline.ingest.packed import ole
from pipeline.ingest.pdf.boxes import around
from pipeline.ingest.slides import shapes
from pipeline.ingest.slides.shapes import Shape

UNIT = 8
"""Master units in a point ([MS-PPT] 2.2.11: 576 in an inch)."""
DEEPEST = 40
MOST_RECORDS = 3_000_000
MOST_EDITS = 10_000
MOST_CELLS = 100_000

# record types ([MS-PPT] 2.13.24) and those of its drawings ([MS-ODRAW] 2.2)
DOCUMENT, DOCUMENT_ATOM, SLIDE, SLIDE_ATOM, NOTES, MASTER = 0x3E8, 0x3E9, 0x3EE, 0x3EF, 0x3F0, 0x3F8
PERSIST, LIST, USER_EDIT, DIRECTORY = 0x3F3, 0xFF0, 0xFF5, 0x1772
DRAWING, TEXT_REFERENCE, TEXT_HEADER, TEXT_CHARS, TEXT_BYTES = 0x40C, 0xF9E, 0xF9F, 0xFA0, 0xFA8
GROUP, SHAPE, GROUP_FRAME, SHAPE_ATOM, PROPERTIES = 0xF003, 0xF004, 0xF009, 0xF00A, 0xF122
TEXT_BOX, CHILD_ANCHOR, ANCHOR = 0xF00D, 0xF00F, 0xF010
_TABLE = 0x39F
_PICTURE_FRAME = 75
_TITLES = (0, 6)
_OTHER = 4
_ENCRYPTED = 0xF3D1C4DF


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its type, instance, whether it holds records, and its body in the stream."""

    kind: int
    instance: int
    holds: bool
    start: int
    end: int


@dataclass(slots=True)
class _Text:
    """The texts of a slide as its outline keeps them, or of one box: (type, text)."""

    found: list[tuple[int, str]] = field(default_factory=list)
    references: list[int] = field(default_factory=list)

    def take(self, data: bytes, record: Record) -> None:
        if record.kind == TEXT_HEADER:
            (kind,) = struct.unpack_from("<I", data, record.start)
            self.found.append((kind, ""))
        elif record.kind in (TEXT_CHARS, TEXT_BYTES):
            raw = data[record.start : record.end]
            # the low halves of UTF-16, the high ones being 0
            encoding = "utf-16-le" if record.kind == TEXT_CHARS else "latin-1"
            text = raw.decode(encoding, "replace")
            if self.found and not self.found[-1][1]:
                self.found[-1] = (self.found[-1][0], text)
            else:
                self.found.append((_OTHER, text))
        elif record.kind == TEXT_REFERENCE:
            self.references += struct.unpack_from("<i", data, record.start)


def read(data: bytes) -> Iterator[Page]:
    """A page for each slide, as `pptx.read` gives them.

    Of a presentation whose directory is broken one page with all its texts, `unread` "corrupt".
    Raises Unreadable: encrypted, corrupt, blank, limit_pages, limit_objects.
    """
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as compound:
            stream: bytes = compound.openstream("PowerPoint Document").read()
            user: bytes = compound.openstream("Current User").read()
    except ole.ERRORS as error:
        raise Unreadable("corrupt", f"ole: {error}") from None
    try:
        if struct.unpack_from("<I", user, 12)[0] == _ENCRYPTED:
            raise Unreadable("encrypted")
        presentation = _Presentation(stream, struct.unpack_from("<I", user, 16)[0])
    except struct.error:
        yield _all_texts(stream)
        return
    yield from shapes.said(presentation.pages())


def records(data: bytes, start: int, end: int) -> Iterator[Record]:
    """The records that stand one after another in a part of a stream."""
    while start + 8 <= end:
        word, kind, length = struct.unpack_from("<HHI", data, start)
        body = start + 8
        start = body + length
        yield Record(kind, word >> 4, word & 15 == 15, body, min(start, end))


def _all_texts(data: bytes) -> Page:
    """Every text but those of masters, in the order of the stream."""
    waiting = [records(data, 0, len(data))]
    text = _Text()
    for _ in range(MOST_RECORDS):
        record = next(waiting[-1], None)
        if record is None:
            waiting.pop()
            if not waiting:
                break
        elif record.holds and record.kind != MASTER and len(waiting) < DEEPEST:
            waiting.append(records(data, record.start, record.end))
        else:
            try:
                text.take(data, record)
            except struct.error:
                continue
    place = OnPage(1, (0.0, 0.0, 0.0, 0.0))
    blocks = tuple(
        Block("paragraph", line, place) for _, said in text.found for line in _paragraphs(said)
    )
    if not blocks:
        raise Unreadable("corrupt", "no texts")
    return Page(1, blocks, unread="corrupt")


def _paragraphs(text: str) -> Iterator[str]:
    for line in text.split("\r"):
        line = line.replace("\v", "\n").replace("\0", "").strip(" \n\t")
        # an asterisk stands where the slide's number or today's date is shown
        if line.strip() not in ("", "*"):
            yield line


@dataclass(frozen=True, slots=True)
class _Listed:
    """A slide or page of notes in a list: where it is kept, its id, its texts."""

    kept: int
    id: int
    text: _Text


class _Presentation:
    """Where everything stands in the stream. Raises struct.error if that cannot be found out."""

    def __init__(self, data: bytes, edit: int) -> None:
        self.data = data
        self.counted = 0
        self.tables = 0
        self.places, document = self._directory(edit)
        root = self._at(document, DOCUMENT)
        self.size = (720.0, 540.0)
        self.slides: list[_Listed] = []
        self.notes: dict[int, _Listed] = {}
        for record in self.within(root):
            if record.kind == DOCUMENT_ATOM:
                wide, high = struct.unpack_from("<ii", data, record.start)
                self.size = (max(wide, 1) / UNIT, max(high, 1) / UNIT)
            elif record.kind == LIST and record.instance == 0:
                self.slides += self._listed(record)
            elif record.kind == LIST and record.instance == 2:
                self.notes |= {each.id: each for each in self._listed(record)}

    def _directory(self, edit: int) -> tuple[dict[int, int], int]:
        """Where each kept object stands, and which of them is the document ([MS-PPT] 2.1.2)."""
        places: dict[int, int] = {}
        document = None
        seen: set[int] = set()
        while edit not in seen and len(seen) < MOST_EDITS and (edit or not seen):
            seen.add(edit)
            record = self.record(edit, USER_EDIT)
            before, directory, kept = struct.unpack_from("<III", self.data, record.start + 8)
            if document is None:
                document = kept
            if record.end - record.start >= 32:
                raise Unreadable("encrypted")
            self._entries(self.record(directory, DIRECTORY), places)
            edit = before
            if not edit:
                break
        return places, document or 0

    def _entries(self, record: Record, places: dict[int, int]) -> None:
        at = record.start
        while at + 4 <= record.end:
            (word,) = struct.unpack_from("<I", self.data, at)
            count = min(word >> 20, (record.end - at - 4) // 4)
            for n, place in enumerate(struct.unpack_from(f"<{count}I", self.data, at + 4)):
                # later edits come first, and count
                places.setdefault((word & 0xFFFFF) + n, place)
            at += 4 + 4 * (word >> 20)

    def record(self, at: int, kind: int) -> Record:
        found = next(records(self.data, at, len(self.data)), None)
        if found is None or found.kind != kind:
            raise struct.error(f"no record {kind:x} at {at}")
        return found

    def _at(self, kept: int, kind: int) -> Record:
        if kept not in self.places:
            raise struct.error(f"nothing kept under {kept}")
        return self.record(self.places[kept], kind)

    def within(self, record: Record) -> Iterator[Record]:
        for each in records(self.data, record.start, record.end):
            self.counted += 1
            if self.counted > MOST_RECORDS:
                raise Unreadable("limit_objects", f"{self.counted} records")
            yield each

    def _listed(self, record: Record) -> list[_Listed]:
        found: list[_Listed] = []
        for each in self.within(record):
            if each.kind == PERSIST:
                kept, _, _, number = struct.unpack_from("<IIiI", self.data, each.start)
                found.append(_Listed(kept, number, _Text()))
                if len(found) > shapes.MOST_SLIDES:
                    raise Unreadable("limit_pages", f"more than {shapes.MOST_SLIDES}")
            elif found:
                found[-1].text.take(self.data, each)
        return found

    def pages(self) -> Iterator[Page]:
        for number, listed in enumerate(self.slides, 1):
            walk = _Walk(self, number, listed.text)
            lost: Reason | None = None
            notes: list[str] = []
            try:
                walk.slide(self._at(listed.kept, SLIDE))
                if walk.notes in self.notes:
                    notes = self._said(self.notes[walk.notes])
            except struct.error:
                lost = "corrupt"
            found = walk.found + walk.rest()
            letters = shapes.letters(found)
            if shapes.is_picture(walk.pictures, letters, self.size):
                lost = "no_text_layer"
            yield shapes.slide(number, found, notes, self.size, lost)

    def _said(self, listed: _Listed) -> list[str]:
        walk = _Walk(self, 0, listed.text)
        walk.slide(self._at(listed.kept, NOTES))
        return [block.text for shape in walk.found + walk.rest() for block in shape.blocks]


# from the coordinates within a group to those of the slide: x = scale * x' + shift, the same for y
_Frame = tuple[float, float, float, float]
_PLAIN: _Frame = (1 / UNIT, 1 / UNIT, 0.0, 0.0)


class _Walk:
    """One walk through a slide or a page of notes."""

    def __init__(self, presentation: _Presentation, number: int, outline: _Text) -> None:
        self.presentation = presentation
        self.data = presentation.data
        self.number = number
        self.outline = outline
        self.used: set[int] = set()
        self.pictures: list[Box] = []
        self.notes = 0
        self.found: list[Shape] = []

    def slide(self, record: Record) -> None:
        for each in self.presentation.within(record):
            if each.kind == SLIDE_ATOM and each.end - each.start >= 20:
                (self.notes,) = struct.unpack_from("<I", self.data, each.start + 16)
            elif each.kind == DRAWING:
                for drawing in self.presentation.within(each):
                    for group in self.presentation.within(drawing):
                        if group.kind == GROUP:
                            self.found += self.group(group, _PLAIN, 0)

    def rest(self) -> list[Shape]:
        """What the outline has and no shape shows."""
        box: Box = (0.0, 0.0, *self.presentation.size)
        left = [each for n, each in enumerate(self.outline.found) if n not in self.used]
        return [shape for kind, text in left for shape in self.shape(box, kind, text)]

    def group(self, record: Record, frame: _Frame, depth: int) -> list[Shape]:
        """The shapes of a group; the first of its records is the group as a shape itself."""
        if depth > DEEPEST:
            raise Unreadable("limit_depth", "groups")
        parts = list(self.presentation.within(record))
        about = list(self.presentation.within(parts[0])) if parts else []
        inner = self.inner(about, frame) if depth else frame
        if any(each.kind == PROPERTIES and self.is_table(each) for each in about):
            return self.table(parts[1:], inner)
        found: list[Shape] = []
        for part in parts:
            if part.kind == SHAPE:
                box, said = self.box(part, inner)
                held = [shape for kind, text in said for shape in self.shape(box, kind, text)]
                found += held
            elif part.kind == GROUP:
                held = self.group(part, inner, depth + 1)
                found += [shapes.together(held, self.presentation.size[1])] if held else []
        return found

    def inner(self, about: list[Record], frame: _Frame) -> _Frame:
        outer = next((each for each in about if each.kind in (ANCHOR, CHILD_ANCHOR)), None)
        own = next((each for each in about if each.kind == GROUP_FRAME), None)
        if outer is None or own is None:
            return frame
        x0, top, x1, bottom = self.anchor(outer, frame)
        left, up, right, down = struct.unpack_from("<iiii", self.data, own.start)
        across = (x1 - x0) / ((right - left) or 1)
        high = (bottom - top) / ((down - up) or 1)
        return across, high, x0 - left * across, top - up * high

    def anchor(self, record: Record, frame: _Frame) -> Box:
        if record.kind == CHILD_ANCHOR:
            x0, top, x1, bottom = struct.unpack_from("<iiii", self.data, record.start)
        else:
            form = "<hhhh" if record.end - record.start < 16 else "<iiii"
            top, x0, x1, bottom = struct.unpack_from(form, self.data, record.start)
        across, down, left, up = frame
        return (x0 * across + left, top * down + up, x1 * across + left, bottom * down + up)

    def is_table(self, record: Record) -> bool:
        """Whether a group's properties say that it is a table ([MS-ODRAW] 2.3.4.37)."""
        at = record.start
        for _ in range(min(record.instance, (record.end - at) // 6)):
            if struct.unpack_from("<H", self.data, at)[0] & 0x3FFF == _TABLE:
                return True
            at += 6
        return False

    def box(self, record: Record, frame: _Frame) -> tuple[Box, list[tuple[int, str]]]:
        """Where a shape stands, and what is written on it."""
        box: Box = (0.0, 0.0, *self.presentation.size)
        text = _Text()
        pictured = False
        for each in self.presentation.within(record):
            if each.kind in (ANCHOR, CHILD_ANCHOR):
                box = self.anchor(each, frame)
            elif each.kind == SHAPE_ATOM:
                pictured = each.instance == _PICTURE_FRAME
            elif each.kind == TEXT_BOX:
                for part in self.presentation.within(each):
                    text.take(self.data, part)
        self.pictures += [box] if pictured else []
        said = text.found
        for reference in text.references:
            if 0 <= reference < len(self.outline.found):
                self.used.add(reference)
                said = [*said, self.outline.found[reference]]
        return box, said

    def shape(self, box: Box, kind: int, text: str) -> list[Shape]:
        place = OnPage(self.number, box)
        title = kind in _TITLES
        blocks = tuple(
            Block("paragraph", line, place, level=int(title)) for line in _paragraphs(text)
        )
        return [Shape(box, blocks, title)] if blocks else []

    def table(self, parts: list[Record], frame: _Frame) -> list[Shape]:
        """The rows of a table: its cells are shapes that stand side by side."""
        cells: dict[tuple[float, float], str] = {}
        edges: list[Box] = []
        for part in parts:
            box, said = self.box(part, frame)
            if said:
                edges.append(box)
                lines = (line for _, text in said for line in _paragraphs(text))
                cells[box[1], box[0]] = "\n".join(lines)
        self.presentation.tables += 1
        columns = sorted({left for _, left in cells})
        if len({top for top, _ in cells}) * len(columns) > MOST_CELLS:
            raise Unreadable("limit_objects", "cells of a table")
        blocks = []
        for top in sorted({top for top, _ in cells}):
            row = tuple(cells.get((top, left), "") for left in columns)
            low = min(box[3] for box in edges if box[1] == top)
            if any(row):
                place = OnPage(self.number, (columns[0], top, max(box[2] for box in edges), low))
                text = "\t".join(filter(None, row))
                blocks.append(Block("row", text, place, row, self.presentation.tables))
        whole = around(edges) if edges else None
        return [Shape(whole, tuple(blocks))] if whole and blocks else []
