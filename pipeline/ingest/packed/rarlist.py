"""What the headers of a RAR archive say of its members (versions 1.4, 1.5 to 4, and 5).

To list an archive takes no program: so it is counted and bounded before one is called, and what
is locked or one part of several is known even where no program is installed. RAR 5 after RARLAB's
technote; the older versions after the `technote.txt` that came with RAR 1.4 to 3.
"""

from __future__ import annotations

import stat
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pipeline.errors import Unreadable
from pipeline.ingest.member import MOST_MEMBERS, counted

MAGIC_14 = b"RE~^"
MAGIC_15 = b"Rar!\x1a\x07\0"
MAGIC_5 = b"Rar!\x1a\x07\x01\0"

Kind = Literal["file", "folder", "symlink", "hardlink", "special"]

_FILE_15 = struct.Struct("<HBHHIIBIIBBHI")
_FILE_14 = struct.Struct("<IIHHIBBBBB")
_UNIX_15 = 3
_MOST_BLOCKS = 10 * MOST_MEMBERS
"""Headers of all kinds; a member may have a few of its own."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A member as its header has it: `at` is where its `packed` bytes begin, `crc` is None where
    the header has none (or another kind of sum), `target` what a hard link points to. `newer`:
    packed in a way that came after RAR 5."""

    name: bytes | str
    kind: Kind
    size: int
    packed: int
    at: int
    crc: int | None
    stored: bool
    encrypted: bool
    solid: bool
    target: str = ""
    newer: bool = False


def entries(data: bytes) -> Iterator[Entry]:
    """The members in order, folders and links among them. Raises Unreadable, at once or after
    some: corrupt, encrypted (the headers), part_missing, limit_members."""
    ways = {MAGIC_5: _entries_5, MAGIC_15: _entries_15, MAGIC_14: _entries_14}
    try:
        for magic, way in ways.items():
            if data.startswith(magic):
                for number, entry in enumerate(way(data), 1):
                    counted(number)
                    yield entry
                return
        raise ValueError("a version unknown here")
    except (struct.error, IndexError, ValueError) as error:
        raise Unreadable("corrupt", f"rar: {error}") from None


def _one_more(blocks: int) -> int:
    if blocks == _MOST_BLOCKS:
        raise Unreadable("limit_members", f"{blocks} headers")
    return blocks + 1


def _entries_14(data: bytes) -> Iterator[Entry]:
    (at,) = struct.unpack_from("<H", data, 4)
    if data[6] & 1:
        raise Unreadable("part_missing", "rar")
    while at < len(data):
        packed, size, _, head, _, attributes, flags, _, length, method = _FILE_14.unpack_from(
            data, at
        )
        if head < _FILE_14.size + length:
            raise ValueError(f"header of {head} bytes")
        if flags & 3:
            raise Unreadable("part_missing", "rar")
        name = data[at + _FILE_14.size :][:length]
        kind: Kind = "folder" if attributes & 0x10 else "file"
        at += head
        yield Entry(name, kind, size, packed, at, None, not method, bool(flags & 4), False)
        at += packed


def _entries_15(data: bytes) -> Iterator[Entry]:
    at = len(MAGIC_15)
    blocks = 0
    while at + 7 <= len(data):
        blocks = _one_more(blocks)
        crc, block, flags, head = struct.unpack_from("<HBHH", data, at)
        if head < 7 or at + head > len(data):
            raise ValueError(f"header of {head} bytes at {at}")
        # old comments stand in the header, and are not in its checksum
        if not flags & 2 or block != 0x73:
            whole = zlib.crc32(data[at + 2 : at + head]) & 0xFFFF == crc
            if not whole and not (block == 0x74 and flags & 8):
                raise ValueError(f"checksum of the header at {at}")
        if block == 0x73 and flags & 0x80:
            raise Unreadable("encrypted", "rar: names")
        if block == 0x73 and flags & 1:
            raise Unreadable("part_missing", "rar")
        if block == 0x7B:
            return
        added = struct.unpack_from("<I", data, at + 7)[0] if flags & 0x8000 else 0
        if block in (0x74, 0x7A) and flags & 0x100:
            added += struct.unpack_from("<I", data, at + 32)[0] << 32
        if block == 0x74:
            yield _file_15(data[at : at + head], at + head, added)
        at += head + added
    if at > len(data):
        raise ValueError("it breaks off")


def _file_15(head: bytes, at: int, packed: int) -> Entry:
    (_, _, flags, _, _, size, system, crc, _, _, method, length, attributes) = _FILE_15.unpack_from(
        head
    )
    name_at = _FILE_15.size
    if flags & 0x100:
        size += struct.unpack_from("<I", head, 36)[0] << 32
        name_at += 8
    if flags & 3:
        raise Unreadable("part_missing", "rar")
    kind: Kind = "file"
    if flags & 0xE0 == 0xE0:
        kind = "folder"
    elif system == _UNIX_15:
        kind = _unix(attributes)
    name: bytes | str = head[name_at : name_at + length]
    if flags & 0x200:
        name = _wide(head[name_at : name_at + length])
    return Entry(name, kind, size, packed, at, crc, method == 0x30, bool(flags & 4),
                 bool(flags & 0x10))


def _unix(mode: int) -> Kind:
    if stat.S_ISLNK(mode):
        return "symlink"
    if stat.S_ISDIR(mode):
        return "folder"
    return "file" if stat.S_ISREG(mode) or not stat.S_IFMT(mode) else "special"


def _wide(field: bytes) -> bytes | str:
    """A name in Unicode: UTF-8, or behind the plain name what differs from it, as UTF-16 whose
    high byte is mostly the same."""
    plain, parted, packed = field.partition(b"\0")
    if not parted:
        return field
    units: list[int] = []
    try:
        high, at, flags, left = packed[0] << 8, 1, 0, 0
        while at < len(packed):
            if not left:
                flags, left, at = packed[at], 4, at + 1
            left -= 1
            way, byte = flags >> 2 * left & 3, packed[at]
            at += 1
            if way == 0:
                units.append(byte)
            elif way == 1:
                units.append(high | byte)
            elif way == 2:
                units.append(packed[at] << 8 | byte)
                at += 1
            else:
                moved = high
                shift = 0
                if byte & 0x80:
                    shift, at = packed[at], at + 1
                else:
                    moved = 0
                for _ in range((byte & 0x7F) + 2):
                    units.append(moved | (plain[len(units)] + shift & 0xFF))
    except IndexError:
        return plain
    return struct.pack(f"<{len(units)}H", *units).decode("utf-16-le", "replace")


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A number of seven bits a byte, the lowest first, and where what follows begins."""
    value = 0
    for place in range(10):
        byte = data[at + place]
        value |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return value, at + place + 1
    raise ValueError("a number without end")


def _entries_5(data: bytes) -> Iterator[Entry]:
    at = len(MAGIC_5)
    blocks = 0
    while at + 7 <= len(data):
        blocks = _one_more(blocks)
        (crc,) = struct.unpack_from("<I", data, at)
        size, begin = _number(data, at + 4)
        end = begin + size
        if end > len(data) or zlib.crc32(data[at + 4 : end]) != crc:
            raise ValueError(f"checksum of the header at {at}")
        block, place = _number(data, begin)
        flags, place = _number(data, place)
        extra, place = _number(data, place) if flags & 1 else (0, place)
        added, place = _number(data, place) if flags & 2 else (0, place)
        if block == 4:
            raise Unreadable("encrypted", "rar: names")
        if block == 1 and _number(data, place)[0] & 1 or block == 2 and flags & 0x18:
            raise Unreadable("part_missing", "rar")
        if block == 5:
            return
        if block == 2:
            yield _file_5(data[place:end], extra, end, added)
        at = end + added
    raise ValueError("it breaks off")


def _file_5(head: bytes, extra: int, at: int, packed: int) -> Entry:
    flags, place = _number(head, 0)
    size, place = _number(head, place)
    attributes, place = _number(head, place)
    place += 4 if flags & 2 else 0
    crc = int.from_bytes(head[place : place + 4], "little") if flags & 4 else None
    place += 4 if flags & 4 else 0
    packing, place = _number(head, place)
    system, place = _number(head, place)
    length, place = _number(head, place)
    name = head[place : place + length]
    kind: Kind = "folder" if flags & 1 else _unix(attributes) if system == 1 else "file"
    encrypted, target = False, ""
    place = max(len(head) - extra, place + length)
    while place < len(head):
        long, place = _number(head, place)
        record, inner = _number(head, place)
        place += long
        if record == 1:
            encrypted = True
        elif record == 5:
            way, inner = _number(head, inner)
            _, inner = _number(head, inner)
            length, inner = _number(head, inner)
            target = head[inner : inner + length].decode("utf-8", "replace")
            # 4 is a hard link, 5 a copy of what the archive holds already
            kind = "hardlink" if way in (4, 5) else "symlink"
    return Entry(name, kind, size, packed, at, crc, not packing >> 7 & 7, encrypted,
                 bool(packing & 0x40), target, bool(packing & 0x3F))
