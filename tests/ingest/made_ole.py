"""A small writer of OLE compound files ([MS-CFB]), for what PowerPoint 97 and Outlook keep."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any

SECTOR, SMALL, CUTOFF = 512, 64, 4096
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD

Tree = Mapping[str, Any]
"""Name to bytes (a stream) or another tree (a storage)."""


def ole(tree: Tree) -> bytes:
    """A file that holds the tree."""
    entries: list[list[Any]] = [["Root Entry", 5, FREE, FREE, b""]]
    _enter(tree, 0, entries)
    chains: list[tuple[list[Any], bytes]] = []
    small, small_fat = b"", []
    for entry in entries[1:]:
        content = entry[4]
        if entry[1] == 2 and 0 < len(content) < CUTOFF:
            entry.append(len(small) // SMALL)
            sectors = -(-len(content) // SMALL)
            small_fat += [*range(len(small_fat) + 1, len(small_fat) + sectors), END]
            small += content.ljust(sectors * SMALL, b"\0")
        elif entry[1] == 2 and content:
            chains.append((entry, content))
        else:
            entry.append(END)
    chains.append((entries[0], small))
    fat: list[int] = []
    body = b""
    for entry, content in chains:
        entry.append(len(fat) if content else END)
        body += _chained(content, fat)
    packed_fat = struct.pack(f"<{len(small_fat)}I", *small_fat)
    first_small = len(fat) if packed_fat else END
    count_small = -(-len(packed_fat) // SECTOR)
    body += _chained(packed_fat, fat, b"\xff")
    first_directory = len(fat)
    sizes = {0: len(small)}
    directory = b"".join(
        _entry(each, sizes.get(n, len(each[4]))) for n, each in enumerate(entries)
    )
    body += _chained(directory, fat)
    sectors = 1
    while len(fat) + sectors > sectors * (SECTOR // 4):
        sectors += 1
    places = list(range(len(fat), len(fat) + sectors))
    fat += [FAT] * sectors
    body += struct.pack(f"<{len(fat)}I", *fat).ljust(sectors * SECTOR, b"\xff")
    header = struct.pack(
        "<8s16sHHHHH6x9I",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, 0, sectors,
        first_directory, 0, CUTOFF, first_small, count_small, END, 0,
    )  # fmt: skip
    return header + struct.pack("<109I", *(places + [FREE] * 109)[:109]) + body


def _enter(tree: Tree, parent: int, entries: list[list[Any]]) -> None:
    before = None
    for name, content in tree.items():
        own = len(entries)
        stream = isinstance(content, bytes)
        entries.append([name, 2 if stream else 1, FREE, FREE, content if stream else b""])
        # the first child of its parent, or the right neighbour of the one before
        if before is None:
            entries[parent][3] = own
        else:
            entries[before][2] = own
        before = own
        if not stream:
            _enter(content, own, entries)


def _chained(content: bytes, fat: list[int], filler: bytes = b"\0") -> bytes:
    sectors = -(-len(content) // SECTOR)
    if sectors:
        fat += [*range(len(fat) + 1, len(fat) + sectors), END]
    return content.ljust(sectors * SECTOR, filler)


def _entry(entry: list[Any], size: int) -> bytes:
    name, kind, right, child, _, first = entry
    raw = name.encode("utf-16-le") + b"\0\0"
    return (
        struct.pack("<64sHBBIII", raw, len(raw), kind, 1, FREE, right, child)
        + bytes(36)
        + struct.pack("<IQ", first, size)
    )
