"""Styles and automatic numbers of Word's binary format ([MS-DOC]), as the text needs them."""

from __future__ import annotations

import re
import struct

from pipeline.ingest.word.numbering import LONGEST, Level, Numbering
from pipeline.ingest.word.word97_text import Says, says

OUTLINE = 0x2640
"""sprmPOutLvl: 0 to 8 for headings, 9 for plain text."""

_HEADINGS = range(1, 10)
"""Styles that are the headings, whatever they are called."""
_MOST_BASES = 12
"""Styles that a style may stand on, one on another; Word allows eleven."""
_LIST, _OVERRIDE, _LEVEL = 28, 16, 28
"""Bytes of LSTF, LFO and LVLF, sections 2.9.147, 2.9.131 and 2.9.150."""
FORMATS = {
    0x00: "decimal", 0x01: "upperRoman", 0x02: "lowerRoman", 0x03: "upperLetter",
    0x04: "lowerLetter", 0x0A: "ideographDigital", 0x0B: "japaneseCounting",
    0x0E: "decimalFullWidth", 0x12: "decimalEnclosedCircle", 0x13: "decimalFullWidth",
    0x16: "decimalZero", 0x17: "bullet", 0x1A: "decimalEnclosedFullstop",
    0x1B: "decimalEnclosedParen", 0x1C: "decimalEnclosedCircleChinese",
    0x1D: "ideographEnclosedCircle", 0x1E: "ideographTraditional", 0x1F: "ideographZodiac",
    0x21: "taiwaneseCounting", 0x22: "ideographLegalTraditional",
    0x23: "taiwaneseCountingThousand", 0x25: "chineseCounting", 0x26: "chineseLegalSimplified",
    0x27: "chineseCountingThousand", 0xFF: "none",
}  # fmt: skip
"""MSONFC ([MS-OSHARED] 2.2.1.3) in the words of `numbering`; what is missing is decimal."""
_PLACE = re.compile("[\0-\x08]")


def styles(sheet: bytes) -> dict[int, Says]:
    """Style to what it says, the styles it stands on included; section 2.9.271 (STSH). As far as
    it can be read: a paper without its styles is still a paper."""
    own: dict[int, tuple[int, Says]] = {}
    try:
        (size,) = struct.unpack_from("<H", sheet)
        count, base_size = struct.unpack_from("<HH", sheet, 2)
        at = 2 + size
        for number in range(min(count, 4095)):
            (length,) = struct.unpack_from("<H", sheet, at)
            if length:
                own[number] = _style(sheet[at + 2 : at + 2 + length], base_size)
            at += 2 + length
    except (struct.error, IndexError):
        pass  # what stands before the damage is kept
    found: dict[int, Says] = {number: {OUTLINE: number - 1} for number in _HEADINGS}
    for number in own:
        chain = [number]
        while chain[-1] in own and len(chain) <= _MOST_BASES:
            chain.append(own[chain[-1]][0])
        said: Says = {}
        for each in reversed(chain):
            said |= {OUTLINE: each - 1} if each in _HEADINGS else {}
            said |= own[each][1] if each in own else {}
        found[number] = said
    return found


def _style(data: bytes, base_size: int) -> tuple[int, Says]:
    """The style it stands on, and what it says itself; section 2.9.260 (STD)."""
    _, second, third = struct.unpack_from("<3H", data)
    kind, base, parts = second & 0xF, second >> 4, third & 0xF
    (name,) = struct.unpack_from("<H", data, base_size)
    at = base_size + 2 + 2 * name + 2
    said: Says = {}
    for index in range(parts if kind == 1 else 0):
        at += at & 1
        (length,) = struct.unpack_from("<H", data, at)
        # of a paragraph style the first part says what its paragraphs are, after its own number
        said |= says(data[at + 2 + (2 if index == 0 else 0) : at + 2 + length])
        at += 2 + length
    return base, said


def numbering(lists: bytes, overrides: bytes) -> Numbering:
    """The lists of a paper: those of PlfLst (2.9.194) by their ids, and of PlfLfo (2.9.193) by
    their places from 1. As far as they can be read."""
    found = Numbering()
    try:
        _lists(lists, found)
        _overrides(overrides, found)
    except (struct.error, IndexError):
        pass  # the lists before the damage count
    return found


def _lists(data: bytes, found: Numbering) -> None:
    (count,) = struct.unpack_from("<h", data)
    at = 2 + max(count, 0) * _LIST
    for index in range(count):
        (key,) = struct.unpack_from("<i", data, 2 + index * _LIST)
        simple = data[2 + index * _LIST + 26] & 1
        levels = found.levels.setdefault(str(key), {})
        for depth in range(1 if simple else 9):
            levels[depth], at = _level(data, at)


def _overrides(data: bytes, found: Numbering) -> None:
    (count,) = struct.unpack_from("<I", data)
    changes: list[int] = []
    for index in range(min(count, len(data) // _OVERRIDE)):
        at = 4 + index * _OVERRIDE
        (key,) = struct.unpack_from("<i", data, at)
        found.lists[str(index + 1)] = str(key)
        changes.append(data[at + 12])
    at = 4 + len(changes) * _OVERRIDE
    for number, levels in enumerate(changes, 1):
        at += 4
        for _ in range(levels):
            start, flags = struct.unpack_from("<iI", data, at)
            at += 8
            depth = flags & 0xF
            if flags & 0x20:
                found.own[str(number), depth], at = _level(data, at)
            elif flags & 0x10:
                found.starts[str(number), depth] = start


def _level(data: bytes, at: int) -> tuple[Level, int]:
    """A level, section 2.9.149 (LVL), and where the next one begins."""
    start, kind, flags = struct.unpack_from("<iBB", data, at)
    after, characters, paragraphs, restart = struct.unpack_from("<B8xBBB", data, at + 15)
    at += _LEVEL + characters + paragraphs
    (length,) = struct.unpack_from("<H", data, at)
    at += 2
    pattern = data[at : at + 2 * length].decode("utf-16-le", "replace")
    form = FORMATS.get(kind, "decimal")
    if form != "bullet":
        pattern = _PLACE.sub(lambda place: f"%{ord(place[0]) + 1}", pattern)
    level = Level(
        start=start,
        format=form,
        pattern=pattern[:LONGEST],
        after=("tab", "space", "nothing")[min(after, 2)],
        legal=bool(flags & 4),
        restart=restart if flags & 8 else None,
    )
    return level, at + 2 * length
