"""What an OLE compound file (.doc, .xls, .ppt, .wps and encrypted OOXML) holds at its top.

Only the directory and the first bytes of a stream are read ([MS-CFB]).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ERRORS = (OSError, ValueError, TypeError, AttributeError, IndexError, KeyError, OverflowError,
          RecursionError, struct.error)  # fmt: skip
"""What olefile, which reads such files further than this module, raises on broken ones."""
HEAD = 512
_NOTHING = 0xFFFFFFFA
"""Sector numbers from here on are not sectors (free, end of chain, FAT, DIFAT)."""
_MOST_ENTRIES = 20_000


@dataclass(frozen=True, slots=True)
class Item:
    """A stream or storage: its name, its neighbours in the directory, and where it begins."""

    name: str
    left: int
    right: int
    child: int
    sector: int
    size: int


def top(data: bytes) -> dict[str, bytes]:
    """The streams and storages at the top by name, each with up to `HEAD` of its first bytes
    (none of a stream below 4,096 bytes: it shares its sectors); empty for a file too broken."""
    try:
        items = _directory(data)
    except (struct.error, IndexError, ValueError):
        return {}
    if not items:
        return {}
    found: dict[str, bytes] = {}
    seen: set[int] = set()
    waiting = [items[0].child]
    sector = 1 << int.from_bytes(data[30:32], "little")
    while waiting:
        number = waiting.pop()
        if number in seen or number >= len(items):
            continue
        seen.add(number)
        item = items[number]
        start = (item.sector + 1) * sector
        found[item.name] = data[start : start + HEAD] if item.size >= 4096 else b""
        waiting += [item.left, item.right]
    return found


def _directory(data: bytes) -> list[Item]:
    """The directory's entries in order."""
    (shift,) = struct.unpack_from("<H", data, 30)
    if shift not in (9, 12):
        raise ValueError("sector size")
    size = 1 << shift
    (sector,) = struct.unpack_from("<I", data, 48)
    fat_sectors = [n for n in struct.unpack_from("<109I", data, 76) if n < _NOTHING]
    items: list[Item] = []
    seen: set[int] = set()
    while sector < _NOTHING and sector not in seen and len(items) < _MOST_ENTRIES:
        seen.add(sector)
        start = (sector + 1) * size
        for at in range(start, min(start + size, len(data) - 127), 128):
            length, kind = struct.unpack_from("<HB", data, at + 64)
            left, right, child = struct.unpack_from("<3I", data, at + 68)
            raw = data[at : at + max(0, min(length, 64) - 2)]
            name = raw.decode("utf-16-le", "replace") if kind else ""
            begin, length = struct.unpack_from("<II", data, at + 116)
            items.append(Item(name, left, right, child, begin, length))
        block, place = divmod(sector, size // 4)
        if block >= len(fat_sectors):
            break
        (sector,) = struct.unpack_from("<I", data, (fat_sectors[block] + 1) * size + place * 4)
    return items
