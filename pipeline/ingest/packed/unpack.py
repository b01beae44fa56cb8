"""Compressed bytes unpacked piece by piece, so that whoever takes the pieces can stop."""

from __future__ import annotations

import bz2
import importlib
import lzma
import struct
import zlib
from collections.abc import Callable, Iterator
from io import BufferedIOBase, BytesIO
from typing import Any

from pipeline.errors import Unreadable
from pipeline.ingest.member import CHUNK

LARGEST_DICTIONARY = 512 * 1024**2
"""Bytes that LZMA may keep in mind while it unpacks."""
_STEP = 4096
"""Bytes given at once to what cannot be told how much it may give back."""

ERRORS = (zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, struct.error, IndexError)
"""What the libraries raise at bytes that are not what they should be."""

Pieces = Iterator[bytes | memoryview]


def stored(data: memoryview) -> Pieces:
    """The bytes as they are."""
    for at in range(0, len(data), CHUNK):
        yield data[at : at + CHUNK]


def deflate(data: memoryview) -> Pieces:
    """A raw deflate stream (RFC 1951)."""
    unpacker = zlib.decompressobj(-15)
    rest: bytes | memoryview = data
    while not unpacker.eof:
        piece = unpacker.decompress(rest[:CHUNK], CHUNK)
        left = len(unpacker.unconsumed_tail)
        if not piece and not rest:
            raise EOFError("deflate stream without end")
        yield piece
        rest = rest[min(len(rest), CHUNK) - left :]


def bzip2(data: memoryview) -> Pieces:
    """One bzip2 stream."""
    return _drained(bz2.BZ2Decompressor(), data)


def xz(data: memoryview) -> Pieces:
    """One xz stream."""
    return _drained(lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=LARGEST_DICTIONARY), data)


def zip_lzma(data: memoryview) -> Pieces:
    """LZMA as zip files hold it: version and properties come first (APPNOTE.TXT 5.8.8)."""
    (length,) = struct.unpack_from("<H", data, 2)
    if length != 5:
        raise ValueError("properties of LZMA")
    # the properties and an unknown size make the header of a .lzma file
    unpacker = lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=LARGEST_DICTIONARY)
    unpacker.decompress(bytes(data[4:9]) + b"\xff" * 8, 0)
    return _drained(unpacker, data[9:])


def deflate64(data: memoryview) -> Pieces:
    """A raw deflate64 stream."""
    unpacker = _library("inflate64").Inflater()
    for at in range(0, len(data), _STEP):
        yield _asked(unpacker.inflate, bytes(data[at : at + _STEP]))
        if unpacker.eof:
            return


def ppmd(data: memoryview) -> Pieces:
    """PPMd, variant I: order, memory and what to do when it is full come first (APPNOTE.TXT
    5.10)."""
    (given,) = struct.unpack_from("<H", data)
    order, memory, full = (given & 0xF) + 1, (given >> 4 & 0xFF) + 1, given >> 12
    unpacker = _asked(_library("pyppmd").Ppmd8Decoder, order, memory * 1024**2, full)
    for at in range(2, len(data), _STEP):
        piece = _asked(unpacker.decode, bytes(data[at : at + _STEP]), CHUNK)
        while piece:
            yield piece
            done = unpacker.eof or unpacker.needs_input
            piece = b"" if done else _asked(unpacker.decode, b"", CHUNK)


def zstd(data: memoryview) -> Pieces:
    """One zstd frame (RFC 8878)."""
    return _drained(_library("backports.zstd").ZstdDecompressor(), data)


ZIP_METHODS: dict[int, Callable[[memoryview], Pieces]] = {
    0: stored,
    8: deflate,
    9: deflate64,
    12: bzip2,
    14: zip_lzma,
    93: zstd,
    95: xz,
    98: ppmd,
}
"""How the members of zip files may be packed (APPNOTE.TXT 4.4.5)."""


def read(stream: BufferedIOBase) -> Iterator[bytes]:
    """The pieces of an open file up to its end."""
    # `read` would give nothing of a piece that is broken at its end
    while piece := stream.read1(CHUNK):
        yield piece


def opened(data: bytes) -> BufferedIOBase:
    """A gzip, bzip2 or xz file (RFC 1952 and the like; several streams are one), told by its
    beginning. Raises ValueError if it is none of them."""
    if data.startswith(b"\x1f\x8b"):
        import gzip

        return gzip.GzipFile(fileobj=BytesIO(data))
    if data.startswith(b"BZh"):
        return bz2.BZ2File(BytesIO(data))
    if data.startswith(b"\xfd7zXZ\0"):
        return lzma.LZMAFile(BytesIO(data))
    raise ValueError("neither gzip nor bzip2 nor xz")


def _library(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        raise Unreadable("unsupported_format", name) from None


def _asked(way: Callable[..., Any], *given: Any) -> Any:
    """What a library says, its errors (each has its own) turned into one of `ERRORS`."""
    try:
        return way(*given)
    except MemoryError:
        raise
    except Exception as error:
        raise ValueError(str(error)) from None


def _drained(unpacker: Any, data: memoryview) -> Pieces:
    rest: bytes | memoryview = data
    while not unpacker.eof:
        piece = _asked(unpacker.decompress, rest, CHUNK)
        if not piece and unpacker.needs_input and not unpacker.eof:
            raise EOFError("stream without end")
        yield piece
        rest = b""
