"""Gzip, bzip2 and xz: one file packed, which may be a tape archive; then its members are meant."""

from __future__ import annotations

from collections.abc import Iterator
from io import BufferedReader

from pipeline.errors import Unreadable
from pipeline.ingest.member import MOST_BYTES, MOST_MEMBER, Member, swells
from pipeline.ingest.packed import unpack, untar
from pipeline.ingest.packed.membernames import shown
from pipeline.ingest.packed.spool import Spool
from pipeline.ingest.packed.tarhead import BLOCK, is_tar

_FHCRC, _FEXTRA, _FNAME = 2, 4, 8


def members(data: bytes) -> Iterator[Member]:
    """The one member, or those of the tape archive that is packed. The one has no name ("") where
    the file does not state it, as bzip2 and xz never do.

    A tape archive that breaks off yields the members before the break and then raises: what was
    yielded stands. Raises Unreadable: corrupt, limit_size, limit_ratio, and what `untar` raises.
    """
    with Spool() as file:
        broken = _unpacked(data, file)
        length = file.length
        if is_tar(file.take(0, BLOCK)):
            file.seek(0)
            yield from untar.within(BufferedReader(file), length)
            if broken:
                raise Unreadable("corrupt", broken)
            return
        if broken:
            raise Unreadable("corrupt", broken)
        if length > MOST_MEMBER:
            raise Unreadable("limit_size", f"{length} bytes unpacked")
        stated = _name(data)
        name, why = shown([stated])[0] if stated else ("", None)
        yield Member(name, None if why else file.take(0, length), why)


def _unpacked(data: bytes, file: Spool) -> str:
    """Unpack into `file` as far as it goes; what is wrong with the rest, or nothing."""
    size = 0
    try:
        with unpack.opened(data) as stream:
            for piece in unpack.read(stream):
                size += file.write(piece)
                if swells(size, len(data)):
                    raise Unreadable("limit_ratio", f"{size} bytes out of {len(data)}")
                if size > MOST_BYTES:
                    raise Unreadable("limit_size", f"{size} bytes unpacked")
    except unpack.ERRORS as error:
        # something else behind the last stream is no part of it
        if size and str(error).startswith("Not a gzipped file"):
            return ""
        return str(error) or "broken off"
    return ""


def _name(data: bytes) -> bytes:
    """The name that a gzip file states (RFC 1952, 2.3), else none."""
    if not data.startswith(b"\x1f\x8b") or len(data) < 12 or not data[3] & _FNAME:
        return b""
    at = 10
    if data[3] & _FEXTRA:
        at += 2 + int.from_bytes(data[at : at + 2], "little")
    end = data.find(b"\0", at, at + BLOCK)
    return data[at:end] if end > at else b""
