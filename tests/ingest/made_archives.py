"""Archives of our own for the tests: what the usual writers would refuse to write."""

from __future__ import annotations

import io
import struct
import tarfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace

NOTE = "关于成立领导小组的通知".encode()


@dataclass(frozen=True)
class Zipped:
    """A member of a zip file, and what its headers say of it (None: the truth)."""

    name: bytes
    data: bytes = NOTE
    flags: int = 0
    method: int = 8
    mode: int = 0
    size: int | None = None
    packed: int | None = None
    crc: int | None = None
    extra: bytes = b""
    local_name: bytes | None = None
    at: int | None = None
    disk: int = 0
    content: bytes | None = None

    def bytes_(self) -> bytes:
        if self.content is not None:
            return self.content
        if self.method != 8:
            return self.data
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        return packer.compress(self.data) + packer.flush()


def zipped(*members: Zipped, before: bytes = b"", after: bytes = b"", disk: int = 0,
           count: int | None = None) -> bytes:
    """A zip file of these members; places are counted from where it begins."""
    body, central = b"", b""
    for member in members:
        content = member.bytes_()
        size = len(member.data) if member.size is None else member.size
        packed = len(content) if member.packed is None else member.packed
        crc = zlib.crc32(member.data) if member.crc is None else member.crc
        local = member.name if member.local_name is None else member.local_name
        at = len(body) if member.at is None else member.at
        body += struct.pack("<4s5H3I2H", b"PK\3\4", 20, member.flags, member.method, 0, 0, crc,
                            packed, size, len(local), 0) + local + content
        central += struct.pack(
            "<4s6H3I5H2I", b"PK\1\2", 3 << 8 | 20, 20, member.flags, member.method, 0, 0, crc,
            packed, size, len(member.name), len(member.extra), 0, member.disk, 0,
            member.mode << 16, at,
        ) + member.name + member.extra
    number = len(members) if count is None else count
    end = struct.pack("<4s4H2IH", b"PK\5\6", disk, 0, number, number, len(central), len(body), 0)
    return before + body + central + end + after


def unicode_path(raw: bytes, name: str) -> bytes:
    """The extra field in which Info-ZIP gives a name in UTF-8 besides the one it holds for."""
    field = b"\1" + struct.pack("<I", zlib.crc32(raw)) + name.encode()
    return struct.pack("<2H", 0x7075, len(field)) + field


def tarred(*members: tuple[str, bytes] | tarfile.TarInfo, form: int = tarfile.GNU_FORMAT,
           encoding: str = "utf-8") -> bytes:
    """A tape archive of files (name, content) and of headers without content."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form, encoding=encoding) as archive:
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                archive.addfile(member)
            else:
                info = tarfile.TarInfo(member[0])
                info.size = len(member[1])
                archive.addfile(info, io.BytesIO(member[1]))
    return out.getvalue()


def entry(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    """A header of a tape archive for what is no plain file."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def _number(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out, value = out + bytes([value & 0x7F | 0x80]), value >> 7
    return out + bytes([value])


def _block(body: bytes) -> bytes:
    body = _number(len(body)) + body
    return struct.pack("<I", zlib.crc32(body)) + body


@dataclass(frozen=True)
class Stored:
    """A member of a RAR 5 archive, stored; `way` and `target` make it a link of that kind."""

    name: bytes
    data: bytes = NOTE
    size: int | None = None
    method: int = 0
    way: int = 0
    target: bytes = b""
    encrypted: bool = False
    split: bool = False
    folder: bool = False
    crc: int | None = None
    summed: bool = True


def rar(*members: Stored, volume: bool = False, locked: bool = False, end: bool = True) -> bytes:
    """A RAR 5 archive of members that are stored (RARLAB's technote)."""
    out = b"Rar!\x1a\x07\x01\0"
    if locked:
        out += _block(_number(4) + _number(0) + b"\0\0\0" + b"s" * 16)
    out += _block(_number(1) + _number(0) + _number(int(volume)))
    for member in members:
        extra = b""
        if member.way:
            record = b"".join(map(_number, (5, member.way, 0, len(member.target)))) + member.target
            extra += _number(len(record)) + record
        if member.encrypted:
            extra += _number(1 + 36) + _number(1) + b"e" * 36
        size = len(member.data) if member.size is None else member.size
        crc = zlib.crc32(member.data) if member.crc is None else member.crc
        flags = 2 | bool(extra) | (0x10 if member.split else 0)
        head = _number(2) + _number(flags)
        head += _number(len(extra)) if extra else b""
        given = 4 * member.summed | member.folder
        head += _number(len(member.data)) + _number(given) + _number(size) + _number(0o100644)
        head += struct.pack("<I", crc) if member.summed else b""
        head += _number(member.method << 7)
        head += _number(1) + _number(len(member.name)) + member.name + extra
        out += _block(head) + member.data
    return out + (_block(_number(5) + _number(0) + _number(0)) if end else b"")


def rar15(*members: tuple[bytes, bytes, int], locked: bool = False) -> bytes:
    """An archive as RAR 1.5 to 4 wrote it, of stored files: (name, content, flags)."""

    def block(kind: int, flags: int, rest: bytes) -> bytes:
        body = struct.pack("<BHH", kind, flags, 7 + len(rest)) + rest
        return struct.pack("<H", zlib.crc32(body) & 0xFFFF) + body

    out = b"Rar!\x1a\x07\0" + block(0x73, 0x80 if locked else 0, bytes(6))
    for name, data, flags in members:
        head = struct.pack("<IIBIIBBHI", len(data), len(data), 2, zlib.crc32(data), 0, 29, 0x30,
                           len(name), 0x20) + name
        out += block(0x74, 0x8000 | flags, head) + data
    return out + block(0x7B, 0, b"")


def rar14(name: bytes, data: bytes) -> bytes:
    """An archive as RAR 1.4 wrote it, of one stored file."""
    head = struct.pack("<IIHHIBBBBB", len(data), len(data), 0, 21 + len(name), 0, 0, 0, 2,
                       len(name), 0) + name
    return b"RE~^\7\0\0" + head + data


def many(count: int) -> Iterable[Zipped]:
    """So many members of a zip file, each empty."""
    member = Zipped(b"", b"", method=0)
    return (replace(member, name=f"{number}.txt".encode()) for number in range(count))
