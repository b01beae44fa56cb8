"""RAR archives: listed and bounded here, unpacked by another program (`outside.py`).

Members that are only stored need no program.
"""

from __future__ import annotations

import contextlib
import zlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from pipeline.errors import Reason, Unreadable
from pipeline.ingest.member import Member, incomplete, refusal, swells, taken, weighed
from pipeline.ingest.packed import outside
from pipeline.ingest.packed.membernames import shown
from pipeline.ingest.packed.rarlist import MAGIC_14, Entry, entries

Content = Callable[[int], bytes]


def members(data: bytes) -> Iterator[Member]:
    """The members in order, folders left out; a hard link, or a copy that is stored as one, has
    the bytes of the earlier member.

    A file that breaks off yields the members before the break and then raises: what was yielded
    stands. Raises Unreadable: corrupt, encrypted (all members, or the names), part_missing (a
    volume of several), program_missing, timeout, empty, limit_members, limit_size.
    """
    found, broken = _listed(data)
    places = [place for place, entry in enumerate(found) if entry.kind != "folder"]
    if not places:
        raise Unreadable(incomplete(len(data)), broken) if broken else Unreadable("empty")
    full = [found[place] for place in places if found[place].size]
    if full and all(entry.encrypted for entry in full):
        raise Unreadable("encrypted", "rar")
    names = shown([found[place].name for place in places])
    sources = _sources(found, places)
    swelling = _swells(found)
    reasons = [
        why or _refused(found, place, source, swelling, len(data))
        for place, source, (_, why) in zip(places, sources, names, strict=True)
    ]
    wanted = [source for source, why in zip(sources, reasons, strict=True)
              if source is not None and not why]
    weighed(found[source].size for source in wanted)
    with contextlib.ExitStack() as stack:
        content = _content(data, found, wanted, stack)
        for source, (name, _), why in zip(sources, names, reasons, strict=True):
            if why or source is None:
                yield Member(name, None, why or "link")
                continue
            yield taken(name, None, partial(content, source))
    if broken:
        raise Unreadable("corrupt", broken)


def _listed(data: bytes) -> tuple[list[Entry], str]:
    """The entries, and what is wrong with the archive behind them."""
    found: list[Entry] = []
    try:
        for entry in entries(data):
            found.append(entry)
    except Unreadable as refused:
        if refused.reason != "corrupt":
            raise
        return found, refused.detail
    return found, ""


def _sources(found: Sequence[Entry], places: Sequence[int]) -> list[int | None]:
    """For each place that of the member whose bytes it has; None where it has none."""
    known: dict[bytes | str, int] = {}
    sources: list[int | None] = []
    for place in places:
        entry = found[place]
        if entry.kind == "file":
            known[entry.name] = place
            sources.append(place)
        elif entry.kind == "hardlink":
            sources.append(known.get(entry.target.encode("utf-8")))
        else:
            sources.append(None)
    return sources


def _swells(found: Sequence[Entry]) -> list[bool]:
    """Which members unpack to too much. In a solid archive what repeats an earlier member takes
    next to nothing: there they are weighed together with those before them."""
    marks: list[bool] = []
    size = packed = 0
    for entry in found:
        if not entry.solid:
            size = packed = 0
        size, packed = size + entry.size, packed + entry.packed
        marks.append(swells(entry.size, entry.packed) and swells(size, packed))
    return marks


def _refused(found: Sequence[Entry], place: int, source: int | None, swelling: Sequence[bool],
             length: int) -> Reason | None:
    if found[place].kind == "special":
        return "unsafe_path"
    if source is None:
        return "link"
    entry = found[source]
    if entry.encrypted:
        return "encrypted"
    if entry.at + entry.packed > length:
        return "corrupt"
    return refusal(entry.size, entry.size) or ("limit_ratio" if swelling[source] else None)


def _content(data: bytes, found: Sequence[Entry], wanted: Sequence[int],
             stack: contextlib.ExitStack) -> Content:
    """A function from a place to the bytes of its member, which raises Unreadable."""
    packed = {place for place in wanted if not found[place].stored and found[place].size}
    missing: Reason | None = None
    unpacked: Content | None = None
    if packed and data.startswith(MAGIC_14):
        missing = "unsupported_format"
    elif packed:
        # most programs give all files or none; where one is refused, only what is needed is asked
        files = {place for place, entry in enumerate(found) if entry.kind == "file" and entry.size}
        others = not files <= set(wanted)
        pieces = [
            outside.Piece(place, found[place].size, found[place].crc)
            for place in sorted(packed if others else files)
        ]
        try:
            unpacked = stack.enter_context(
                outside.unpacked(data, ".rar", pieces, others)
            )
        except Unreadable as refused:
            if len(packed) == len(set(wanted)):
                raise
            missing = refused.reason

    def content(place: int) -> bytes:
        entry = found[place]
        if place in packed:
            if unpacked is None:
                raise Unreadable(missing or "corrupt")
            try:
                return unpacked(place)
            except Unreadable:
                if entry.newer:
                    raise Unreadable("unsupported_format", "newer than RAR 5") from None
                raise
        kept = data[entry.at : entry.at + entry.packed]
        if len(kept) != entry.size or entry.crc not in (None, zlib.crc32(kept)):
            raise Unreadable("corrupt", "checksum")
        return kept

    return content
