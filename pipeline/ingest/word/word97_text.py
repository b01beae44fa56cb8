"""How Word's binary format (97 to 2003) keeps a text: pieces, and runs of properties ([MS-DOC]).

The text stands in pieces in one stream; the other says where. What is known of paragraphs and
letters (property modifiers) stands in pages of 512 bytes beside the text.
"""

from __future__ import annotations

import io
import struct
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import olefile

from pipeline.errors import Unreadable
from pipeline.ingest.word.numbering import bullet

MOST_REPEATED = 4
"""Pieces may share their bytes; a text so many times longer than the file is made to be."""
STYLES, SECTIONS, HEADERS, SETTINGS, LISTS, OVERRIDES = 1, 6, 11, 31, 73, 74
"""Numbers of pairs (offset, length) in FibRgFcLcb97, section 2.5.6."""
_CHARACTERS, _PARAGRAPHS, _CLX = 12, 13, 33
_PAIRS = 0x9A

_ENCRYPTED, _TABLE_1 = 0x0100, 0x0200
_WORD_97 = 0xC1
# property modifiers, sections 2.6.1 and 2.6.2
_DELETED, _HIDDEN, _SYMBOL = 0x0800, 0x083C, 0x6A09
_TABLE_DEFINITION, _TABS = (0xD606, 0xD608), 0xC615
_SIZES = (1, 1, 2, 4, 2, 2, 0, 3)
"""Bytes of an operand by the three highest bits of its modifier; 0 where it says so itself."""

Says = dict[int, int]
"""Property modifier to its operand (of a longer one the first four bytes)."""


@dataclass(frozen=True, slots=True)
class Run:
    """Bytes `begin` to `end` of the stream, the modifiers that hold for them, and the style."""

    begin: int
    end: int
    says: Says
    style: int = 0


class Stored:
    """The text of all stories, one character for each position (halves of pairs apart, what is
    deleted or hidden NUL), and what is known of them.

    Raises Unreadable: corrupt, encrypted, unsupported_format (Word before 97).
    """

    def __init__(self, data: bytes) -> None:
        self.stream, self.table = _streams(data)
        try:
            self.characters = self._runs(_CHARACTERS, 1)
            self.paragraphs = self._runs(_PARAGRAPHS, 13)
            self._character_begins = [run.begin for run in self.characters]
            self._paragraph_begins = [run.begin for run in self.paragraphs]
            self._pieces: list[tuple[int, int, int]] = []
            """(first position, first byte, bytes a character) of each."""
            self.cut = False
            """Whether the text is shorter or longer than the file says."""
            self.text = "".join(self._texts())
            self._positions = [position for position, _, _ in self._pieces]
            # section 2.5.4 (FibRgLw97): body, notes, headers, macros, comments, endnotes, text
            # boxes, text boxes of headers
            self.lengths = struct.unpack_from("<8i", self.stream, 0x4C)
            # one more ends the last story
            self.cut |= not 0 <= len(self.text) - sum(self.lengths) <= 1
        except (struct.error, IndexError, ValueError, OverflowError) as error:
            raise Unreadable("corrupt", f"doc: {error}") from None

    def part(self, number: int, rest: bool = False) -> bytes:
        """The structure that a pair points to; with `rest` and all that follows it."""
        at = _PAIRS + 8 * number
        offset = int.from_bytes(self.stream[at : at + 4], "little")
        length = int.from_bytes(self.stream[at + 4 : at + 8], "little")
        return self.table[offset:] if rest and length else self.table[offset : offset + length]

    def paragraph(self, position: int) -> Run | None:
        """What is said of the paragraph at a character position; None if nothing is."""
        return _found(self.paragraphs, self._paragraph_begins, self._byte(position))

    def character(self, position: int) -> Run | None:
        """What is said of the letter at a character position; None if nothing is."""
        return _found(self.characters, self._character_begins, self._byte(position))

    def _byte(self, position: int) -> int:
        """Where a position's character stands in the stream."""
        first, begin, width = self._pieces[bisect_right(self._positions, position) - 1]
        return begin + (position - first) * width

    def _runs(self, number: int, width: int) -> list[Run]:
        """The runs of letters or paragraphs, sections 2.9.33 (ChpxFkp) and 2.9.175 (PapxFkp)."""
        plc = self.part(number)
        count = max(len(plc) - 4, 0) // 8
        pages = struct.unpack_from(f"<{count}I", plc, 4 * (count + 1)) if count else ()
        runs: list[Run] = []
        for page in dict.fromkeys(pages):
            # the lower 22 bits number the page
            sector = self.stream[(page & 0x3FFFFF) * 512 :][:512]
            if len(sector) < 512 or sector[511] * (4 + width) + 4 > 511:
                continue
            entries = sector[511]
            ends = struct.unpack_from(f"<{entries + 1}I", sector)
            for index in range(entries):
                at = 2 * sector[4 * (entries + 1) + width * index]
                style, modifiers = _properties(sector, at, width == 13) if at else (0, b"")
                if ends[index] < ends[index + 1]:
                    runs.append(Run(ends[index], ends[index + 1], says(modifiers), style))
        return sorted(runs, key=lambda run: run.begin)

    def _texts(self) -> Iterator[str]:
        """The text piece by piece, section 2.8.35 (PlcPcd)."""
        plc = _piece_table(self.part(_CLX))
        count = (len(plc) - 4) // 12
        ends = struct.unpack_from(f"<{count + 1}I", plc)
        budget = MOST_REPEATED * len(self.stream)
        position = 0
        for index in range(count):
            length = ends[index + 1] - ends[index]
            (where,) = struct.unpack_from("<I", plc, 4 * (count + 1) + 8 * index + 2)
            narrow = bool(where & 0x40000000)
            width = 1 if narrow else 2
            begin = (where & 0x3FFFFFFF) // (2 if narrow else 1)
            budget -= length * width
            if length < 0 or budget < 0:
                raise ValueError("pieces")
            raw = self.stream[begin : begin + length * width]
            text = raw.decode("cp1252", "replace") if narrow else _units(raw)
            self.cut |= len(text) < length
            # what follows keeps its place
            text = text[:length] + "\0" * (length - len(text))
            self._pieces.append((position, begin, width))
            position += length
            yield from self._shown(text, begin, width)

    def _shown(self, text: str, begin: int, width: int) -> Iterator[str]:
        """A piece with what is deleted or hidden blanked out, and its symbols put in."""
        at = 0
        first = max(bisect_right(self._character_begins, begin) - 1, 0)
        for index in range(first, len(self.characters)):
            run = self.characters[index]
            start = max((run.begin - begin) // width, at)
            if start >= len(text):
                break
            end = min((run.end - begin) // width, len(text))
            hidden = run.says.get(_DELETED) == 1 or run.says.get(_HIDDEN) in (1, 0x81)
            symbol = run.says.get(_SYMBOL)
            if end > start and (hidden or symbol is not None):
                yield text[at:start]
                yield _blanked(text[start:end]) if hidden else _symbol(symbol or 0) * (end - start)
                at = end
        yield text[at:]


def _streams(data: bytes) -> tuple[bytes, bytes]:
    """The stream of the text, and the one that says how it is put together."""
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            stream = ole.openstream("WordDocument").read()
            version, flags = struct.unpack_from("<H6xH", stream, 2)
            if flags & _ENCRYPTED:
                raise Unreadable("encrypted", "doc")
            if version < _WORD_97:
                raise Unreadable("unsupported_format", f"Word before 97 ({version})")
            table = ole.openstream("1Table" if flags & _TABLE_1 else "0Table").read()
    except (Unreadable, MemoryError):
        raise
    except Exception as error:  # what a broken file makes of olefile is not to be listed
        raise Unreadable("corrupt", f"doc: {error}") from None
    return stream, table


def says(data: bytes) -> Says:
    """What property modifiers say, section 2.2.5.1; the last of the same counts."""
    found: Says = {}
    at = 0
    while at + 2 < len(data):
        modifier = int.from_bytes(data[at : at + 2], "little")
        at += 2
        size = _SIZES[modifier >> 13]
        if modifier in _TABLE_DEFINITION:
            size = int.from_bytes(data[at : at + 2], "little") + 1
        elif not size:
            if modifier == _TABS and data[at] == 255:
                break  # how long it is is nowhere said
            size = data[at] + 1
        found[modifier] = int.from_bytes(data[at : at + min(size, 4)], "little")
        at += size
    return found


def _found(runs: Sequence[Run], begins: list[int], byte: int) -> Run | None:
    index = bisect_right(begins, byte) - 1
    return runs[index] if index >= 0 and byte < runs[index].end else None


def _piece_table(clx: bytes) -> bytes:
    """The piece table behind the property modifiers, section 2.9.38 (Clx)."""
    at = 0
    while clx[at] == 1:
        at += 3 + int.from_bytes(clx[at + 1 : at + 3], "little")
    length = int.from_bytes(clx[at + 1 : at + 5], "little")
    plc = clx[at + 5 : at + 5 + length]
    if clx[at] != 2 or len(plc) < 16:
        raise ValueError("no piece table")
    return plc


def _properties(sector: bytes, at: int, paragraph: bool) -> tuple[int, bytes]:
    """Style and modifiers, sections 2.9.32 (Chpx) and 2.9.174 (PapxInFkp)."""
    size = sector[at]
    at += 1
    if not paragraph:
        return 0, sector[at : at + size]
    if size:
        size = 2 * size - 1
    else:
        size = 2 * sector[at]
        at += 1
    return int.from_bytes(sector[at : at + 2], "little"), sector[at + 2 : at + size]


def _symbol(operand: int) -> str:
    """A letter of a symbol font, section 2.9.50 (CSymbolOperand): the font, then the letter."""
    letter = chr(operand >> 16)
    return bullet(letter)[0] if "\uf000" <= letter <= "\uf0ff" else letter


def _blanked(text: str) -> str:
    """NULs for what is not shown; ends of cells stay, or columns would move."""
    return "".join("\x07" if letter == "\x07" else "\0" for letter in text)


def _units(raw: bytes) -> str:
    """A character for each two bytes: positions count the halves of pairs."""
    raw = raw[: len(raw) & ~1]
    text = raw.decode("utf-16-le", "surrogatepass")
    if len(text) * 2 == len(raw):
        return text
    return "".join(map(chr, struct.unpack(f"<{len(raw) // 2}H", raw)))
