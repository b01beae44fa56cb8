"""A small writer of Word's binary format ([MS-DOC]): paragraphs, what is said of them, stories."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.ingest.made_ole import ole

TEXT_AT = 0x800
IN_TABLE = struct.pack("<HB", 0x2416, 1)
ROW_END = IN_TABLE + struct.pack("<HB", 0x2417, 1)
INNER = IN_TABLE + struct.pack("<HI", 0x6649, 2)
INNER_CELL = INNER + struct.pack("<HB", 0x244B, 1)
INNER_ROW_END = INNER + struct.pack("<HB", 0x244C, 1)
HIDDEN, DELETED = struct.pack("<HB", 0x083C, 1), struct.pack("<HB", 0x0800, 1)
TICK = struct.pack("<HHH", 0x6A09, 0, 0xF0FC)


@dataclass(frozen=True)
class P:
    """A paragraph, or a cell: its text, how it ends, its style and what is said of it and of some
    of its letters: (from, to, modifiers)."""

    text: str
    end: str = "\r"
    says: bytes = b""
    style: int = 0
    letters: Sequence[tuple[int, int, bytes]] = field(default=())


def cells(*texts: str) -> list[P]:
    """A row of a table."""
    return [*(P(text, "\x07", IN_TABLE) for text in texts), P("", "\x07", ROW_END)]


def listed(text: str, depth: int = 0, number: int = 1) -> P:
    return P(text, says=struct.pack("<HhHB", 0x460B, number, 0x260A, depth))


def level(kind: int, pattern: str, start: int = 1, after: int = 2) -> bytes:
    """A level of a list (LVL); `\\0` to `\\x08` in the pattern are the numbers of the levels."""
    text = pattern.encode("utf-16-le")
    fixed = struct.pack("<iBB9sBiiBBBB", start, kind, 0, b"", after, 0, 0, 0, 0, 0, 0)
    return fixed + struct.pack("<H", len(pattern)) + text


def doc(
    body: Sequence[P],
    *,
    headers: Sequence[Sequence[P]] = (),
    notes: Sequence[P] = (),
    boxes: Sequence[P] = (),
    levels: Sequence[bytes] = (),
    narrow: bool = False,
    settings: bytes = b"\0",
    properties: bool = True,
    flags: int = 0x0200,
    version: int = 0xC1,
    spare: int = 0,
) -> bytes:
    """A Word paper. `headers` are its stories in the order of a section's six; `narrow` writes a
    byte a letter, `properties` off leaves out what is known of paragraphs; `spare` claims so many
    letters more than there are."""
    edges = [[], [], [], [], [], [], *headers] if headers else []
    stories = [list(body), list(notes), [p for edge in edges for p in edge], list(boxes)]
    lengths = [sum(len(p.text) + 1 for p in story) for story in stories]
    paragraphs = [p for story in stories for p in story] + [P("")]
    text = "".join(p.text + p.end for p in paragraphs)
    raw = text.encode("cp1252") if narrow else text.encode("utf-16-le", "surrogatepass")
    width = 1 if narrow else 2
    stream = bytearray(TEXT_AT) + raw
    stream += bytes(-len(stream) % 512)

    begin, runs, letters = TEXT_AT, [], []
    for p in paragraphs:
        end = begin + (len(p.text) + 1) * width
        runs.append((begin, end, struct.pack("<H", p.style) + p.says))
        letters += [(begin + a * width, begin + b * width, says) for a, b, says in p.letters]
        begin = end
    table = b"\0" * 16
    pairs: dict[int, tuple[int, int]] = {}

    def put(number: int, part: bytes, said: int | None = None) -> None:
        nonlocal table
        pairs[number] = (len(table), len(part) if said is None else said)
        table += part

    put(12, _pages(stream, letters, narrow=True))
    if properties:
        put(13, _pages(stream, runs, narrow=False))
    where = TEXT_AT * 2 | 0x40000000 if narrow else TEXT_AT
    pieces = struct.pack("<IIHIH", 0, len(text) + spare, 0, where, 0)
    put(33, b"\x02" + struct.pack("<I", len(pieces)) + pieces)
    if edges:
        places = [0]
        for edge in edges:
            places.append(places[-1] + sum(len(p.text) + 1 for p in edge))
        put(11, struct.pack(f"<{len(places) + 1}I", *places, places[-1]))
    put(31, settings)
    if levels:
        simple = struct.pack("<hi4x18sBB", 1, 77, b"", int(len(levels) == 1), 0)
        put(73, simple + b"".join(levels), said=len(simple))
        put(74, struct.pack("<Ii8xBBBBI", 1, 77, 0, 0, 0, 0, 0xFFFFFFFF))

    struct.pack_into("<HHHHH", stream, 0, 0xA5EC, version, 0, 0, 0)
    struct.pack_into("<H", stream, 10, flags)
    lengths[0] += spare
    struct.pack_into("<8i", stream, 0x4C, *lengths[:3], 0, 0, 0, lengths[3], 0)
    for number, pair in pairs.items():
        struct.pack_into("<II", stream, 0x9A + 8 * number, *pair)
    return ole({"WordDocument": bytes(stream).ljust(4096, b"\0"), "1Table": table})


def _pages(stream: bytearray, runs: list[tuple[int, int, bytes]], narrow: bool) -> bytes:
    """Writes runs in pages of 512 bytes behind the stream; the table that points to them."""
    first, numbers = [], []
    for at in range(0, len(runs), 8):
        some = runs[at : at + 8]
        numbers.append(len(stream) // 512)
        first.append(some[0][0])
        stream += _page(some, narrow)
    if not numbers:
        return b""
    return struct.pack(f"<{len(first) + 1}I{len(numbers)}I", *first, runs[-1][1], *numbers)


def _page(runs: list[tuple[int, int, bytes]], narrow: bool) -> bytes:
    # where a run ends before the next begins, what is between has no properties
    spans: list[tuple[int, int, bytes]] = []
    for begin, end, says in runs:
        if spans and spans[-1][1] < begin:
            spans.append((spans[-1][1], begin, b""))
        spans.append((begin, end, says))
    page = bytearray(512)
    page[511] = len(spans)
    struct.pack_into(f"<{len(spans) + 1}I", page, 0, *(span[0] for span in spans), spans[-1][1])
    width, at = 1 if narrow else 13, 510
    for index, (_, _, says) in enumerate(spans):
        if not says:
            continue
        if narrow:
            held = bytes([len(says)]) + says
        else:
            # a byte for half the length, the number of bytes made odd by one more
            padded = says if len(says) % 2 else says + b"\0"
            held = bytes([(len(padded) + 1) // 2]) + padded
        at = (at - len(held)) & ~1
        page[at : at + len(held)] = held
        page[4 * (len(spans) + 1) + width * index] = at // 2
    return bytes(page)
