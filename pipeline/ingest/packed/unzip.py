"""Zip files: the members that the central directory names, whatever stands before or after it.

The directory is believed, not the headers before each member: those may hold no sizes, and a
member whose two names differ is one member. The standard library's reader gives up a whole archive
for one name that is no text and for a local name that differs; so the directory is read here
(PKWARE APPNOTE.TXT 6.3.10, section numbers below).
"""

from __future__ import annotations

import stat
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from pipeline.errors import Reason, Unreadable
from pipeline.ingest.member import (
    MOST_MEMBERS,
    Member,
    bounded,
    counted,
    incomplete,
    refusal,
    swells,
    taken,
    weighed,
)
from pipeline.ingest.packed import unpack
from pipeline.ingest.packed.membernames import shown

_LOCAL = struct.Struct("<4s5H3I2H")  # 4.3.7
_CENTRAL = struct.Struct("<4s6H3I5H2I")  # 4.3.12
_END = struct.Struct("<4s4H2IH")  # 4.3.16
_END64 = struct.Struct("<4sQ2H2I4Q")  # 4.3.14
_LOCATOR = struct.Struct("<4sIQI")  # 4.3.15
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_AES = 99
"""What stands in the place of the method where WinZip has encrypted a member."""
_STREAMED = 0x8
"""The sizes follow the member, they do not stand before it."""
_UTF8 = 0x800
_UNIX = (3, 19)
"""Systems whose file modes stand in the upper half of the attributes: Unix and macOS (4.4.2)."""
_TRIED = 16
"""How many ends of a directory are looked at: the signature may stand in a comment."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the directory says of a member; `at` is where its local header begins, `begin` where
    its bytes do (None if there is no local header there)."""

    name: bytes | str
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    mode: int
    folder: bool
    at: int
    begin: int | None


def members(data: bytes) -> Iterator[Member]:
    """The members in the order of the directory, folders left out.

    A file that breaks off, or whose directory is damaged, yields the members that are whole and
    then raises: what was yielded stands. Raises Unreadable: corrupt, encrypted (all members),
    part_missing, empty, limit_members, limit_size, limit_ratio (members that share their bytes
    and unpack to too much).
    """
    view = memoryview(data)
    entries, broken = listed(data)
    if broken and data.find(b"PK\x05\x06") < 0 and incomplete(len(data)) == "part_missing":
        raise Unreadable("part_missing", "no central directory")
    files = [entry for entry in entries if not entry.folder]
    if not files:
        raise Unreadable("corrupt", broken) if broken else Unreadable("empty")
    full = [entry for entry in files if entry.packed]
    if full and all(_encrypted(entry) for entry in full):
        raise Unreadable("encrypted", "zip")
    _apart(files, len(data))
    names = shown([entry.name for entry in files])
    reasons = [
        why or _refused(entry, len(data)) for entry, (_, why) in zip(files, names, strict=True)
    ]
    weighed(entry.size for entry, why in zip(files, reasons, strict=True) if not why)
    for entry, (name, _), why in zip(files, names, reasons, strict=True):
        yield taken(name, why, partial(_content, view, entry))
    if broken:
        raise Unreadable("corrupt", broken)


def listed(data: bytes) -> tuple[list[Entry], str]:
    """The entries of the directory and nothing; or, where that is damaged, those of the headers
    before the members, and what is wrong. Raises Unreadable: part_missing, limit_members."""
    try:
        return _directory(data), ""
    except Unreadable as refused:
        if refused.reason != "corrupt":
            raise
        return _walked(data), refused.detail


def begin(data: bytes, entry: Entry, size: int) -> bytes | None:
    """The first bytes of a member, about `size` of them: what it would unpack to altogether is not
    looked at, nor its checksum. None if it cannot be unpacked."""
    if _encrypted(entry) or entry.method not in unpack.ZIP_METHODS or entry.begin is None:
        return None
    found = bytearray()
    try:
        view = memoryview(data)[entry.begin :][: entry.packed]
        for piece in unpack.ZIP_METHODS[entry.method](view):
            found += piece
            if len(found) >= size:
                break
    except (*unpack.ERRORS, Unreadable, MemoryError):
        return None if not found else bytes(found)
    return bytes(found)


def restored(data: bytes) -> bytes | None:
    """A file whose directory breaks off, with a whole one behind it, made of the headers before the
    members. None where a member may be lost: all must be whole and stand before a directory."""
    entries = _walked(data)
    if not entries:
        return None
    last = max((entry.begin or 0) + entry.packed for entry in entries)
    streamed = any(entry.flags & _STREAMED for entry in entries)
    if streamed or data[last : last + 4] != b"PK\x01\x02":
        return None
    central = b"".join(
        _CENTRAL.pack(b"PK\x01\x02", 20, 20, entry.flags, entry.method, 0, 0, entry.crc,
                      entry.packed, entry.size, len(name), 0, 0, 0, 0, 0, entry.at) + name
        for entry in entries
        for name in (data[entry.at + _LOCAL.size :][: int.from_bytes(
            data[entry.at + 26 : entry.at + 28], "little")],)
    )  # fmt: skip
    count = len(entries)
    return data[:last] + central + _END.pack(
        b"PK\x05\x06", 0, 0, count, count, len(central), last, 0)


def _encrypted(entry: Entry) -> bool:
    return bool(entry.flags & _ENCRYPTED) or entry.method == _AES


def _refused(entry: Entry, length: int) -> Reason | None:
    kind = stat.S_IFMT(entry.mode)
    if kind == stat.S_IFLNK:
        return "link"
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "unsafe_path"
    if _encrypted(entry):
        return "encrypted"
    if entry.method not in unpack.ZIP_METHODS:
        return "unsupported_format"
    if _outside(entry, length):
        return "corrupt"
    return refusal(entry.size, entry.packed)


def _outside(entry: Entry, length: int) -> bool:
    return entry.begin is None or entry.begin + entry.packed > length


def _content(view: memoryview, entry: Entry) -> bytes:
    packed = view[entry.begin :][: entry.packed]
    try:
        content = bounded(unpack.ZIP_METHODS[entry.method](packed), entry.packed, entry.size)
    except unpack.ERRORS as error:
        raise Unreadable("corrupt", str(error)) from None
    except MemoryError:
        raise Unreadable("memory") from None
    if zlib.crc32(content) != entry.crc:
        raise Unreadable("corrupt", "checksum")
    return content


def _apart(files: list[Entry], length: int) -> None:
    """Members that share bytes: a bomb if they unpack to much, else a file that is wrong."""
    spans = sorted(
        (entry.at, (entry.begin or entry.at) + entry.packed)
        for entry in files
        if not _outside(entry, length)
    )
    if all(end <= at for (_, end), (at, _) in zip(spans, spans[1:], strict=False)):
        return
    total = sum(entry.size for entry in files)
    if swells(total, length):
        raise Unreadable("limit_ratio", f"members overlap: {total} bytes out of {length}")
    raise Unreadable("corrupt", "members overlap")


def _directory(data: bytes) -> list[Entry]:
    """The entries of the central directory."""
    if data.startswith(b"PK\x07\x08") and b"PK\x05\x06" not in data:
        raise Unreadable("part_missing", "first part of several")
    end = len(data)
    for _ in range(_TRIED):
        end = data.rfind(b"PK\x05\x06", 0, end + 3)
        if end < 0:
            break
        found = _end(data, end)
        if found and found[3] > 0 and data.startswith(b"PK\x03\x04"):
            # what stands before it is an archive that breaks off; this is one of its members
            raise Unreadable("corrupt", "central directory of a member")
        if found:
            return list(_entries(data, *found))
        end -= 1
    raise Unreadable("corrupt", "no central directory")


def _end(data: bytes, end: int) -> tuple[int, int, int, int] | None:
    """Of the end record at `end`: where the directory begins and ends at the latest, how many
    entries it has, and by how much all places are moved (something stands before the archive).
    None if there is no directory."""
    if end + _END.size > len(data):
        return None
    _, disk, first, here, count, size, offset, _ = _END.unpack_from(data, end)
    stop = end
    locator = end - _LOCATOR.size
    if locator >= _END64.size and data[locator : locator + 4] == b"PK\x06\x07":
        # the record stands where its locator says, unless something was put before everything
        for place in (_LOCATOR.unpack_from(data, locator)[2], locator - _END64.size):
            if place <= locator - _END64.size and data[place : place + 4] == b"PK\x06\x06":
                _, _, _, _, disk, first, here, count, size, offset = _END64.unpack_from(data, place)
                stop = place
                break
    if (disk or first or here != count) and disk != 0xFFFF:
        raise Unreadable("part_missing", f"part {disk + 1}")
    if not count and not size:
        return stop, stop, 0, 0
    # counted back from the end, or, if something stands between them, as stated
    for begin in (stop - size, offset):
        if 0 <= begin < stop and data[begin : begin + 4] == b"PK\x01\x02":
            return begin, stop, count, begin - offset
    return None


def _entries(data: bytes, begin: int, stop: int, count: int, moved: int) -> Iterator[Entry]:
    found = 0
    while begin + _CENTRAL.size <= stop and data[begin : begin + 4] == b"PK\x01\x02":
        (_, made, _, flags, method, _, _, crc, packed, size, name_length, extra_length,
         comment_length, disk, _, attributes, at) = _CENTRAL.unpack_from(data, begin)
        name_at = begin + _CENTRAL.size
        extra_at = name_at + name_length
        begin = extra_at + extra_length + comment_length
        if begin > stop:
            break
        found += 1
        counted(found)
        raw = data[name_at:extra_at]
        name, size, packed, at, disk = _extra(
            data[extra_at : extra_at + extra_length], raw, flags, size, packed, at, disk
        )
        if disk not in (0, 0xFFFF):
            raise Unreadable("part_missing", f"part {disk + 1}")
        mode = attributes >> 16 if made >> 8 in _UNIX else 0
        folder = raw.endswith((b"/", b"\\")) or stat.S_ISDIR(mode) or bool(attributes & 0x10)
        at += moved
        yield Entry(name, flags, method, crc, packed, size, mode, folder and not size, at,
                     _content_at(data, at))
    if found < count:
        raise Unreadable("corrupt", f"central directory at {begin}: {found} of {count}")


def _extra(extra: bytes, raw: bytes, flags: int, size: int, packed: int, at: int, disk: int
           ) -> tuple[bytes | str, int, int, int, int]:
    """The name, sizes and place that the extra fields put in the place of the given ones."""
    name: bytes | str = raw
    if flags & _UTF8:
        try:
            name = raw.decode("utf-8")
        except UnicodeDecodeError:
            name = raw
    place = 0
    while place + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, place)
        field = extra[place + 4 : place + 4 + length]
        place += 4 + length
        if kind == 1:  # 4.5.3: only what did not fit, in this order
            numbers = [n for (n,) in struct.iter_unpack("<Q", field[: len(field) // 8 * 8])]
            size, packed, at = (
                numbers.pop(0) if given == 0xFFFFFFFF and numbers else given
                for given in (size, packed, at)
            )
        elif kind == 0x7075 and field[:5] == b"\1" + zlib.crc32(raw).to_bytes(4, "little"):
            name = field[5:].decode("utf-8", "replace")  # 4.6.9: holds for this name only
    return name, size, packed, at, disk


def _content_at(data: bytes, at: int) -> int | None:
    if at < 0 or at + _LOCAL.size > len(data) or data[at : at + 4] != b"PK\x03\x04":
        return None
    name_length, extra_length = struct.unpack_from("<2H", data, at + 26)
    return at + _LOCAL.size + int(name_length) + int(extra_length)


def _walked(data: bytes) -> list[Entry]:
    """Without a directory: what the headers before the members say, as far as they say it."""
    entries: list[Entry] = []
    at = data.find(b"PK\x03\x04")
    while at >= 0 and len(entries) <= MOST_MEMBERS:
        begin = _content_at(data, at)
        if begin is None:
            break
        _, _, flags, method, _, _, crc, packed, size, name_length, extra_length = (
            _LOCAL.unpack_from(data, at)
        )
        raw = data[at + _LOCAL.size : at + _LOCAL.size + name_length]
        extra = data[at + _LOCAL.size + name_length : begin]
        name, size, packed, _, _ = _extra(extra, raw, flags, size, packed, 0, 0)
        if flags & _STREAMED and not packed:
            # its end is not known: it counts as broken off, and what follows is looked for
            after = data.find(b"PK\x03\x04", begin)
            packed, size = (after if after > 0 else len(data)) - begin, 0
            crc = 1
        entries.append(Entry(name, flags, method, crc, packed, size, 0,
                              raw.endswith((b"/", b"\\")) and not size, at, begin))
        at = data.find(b"PK\x03\x04", begin + packed)
    counted(len(entries))
    return entries
