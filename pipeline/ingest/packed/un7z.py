"""7z archives: py7zr reads the directory and undoes the methods, block after block.

Its own way of extracting gives up a whole archive for one name that climbs; here each block (its
members are packed as one stream) is unpacked from its beginning, as far as it is needed. What
py7zr cannot undo is left to another program, where there is one.
"""

from __future__ import annotations

import contextlib
import io
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from py7zr import SevenZipFile, archiveinfo
from py7zr.compressor import SevenZipDecompressor, SupportedMethods
from py7zr.exceptions import ArchiveError, PasswordRequired, UnsupportedCompressionMethodError

from pipeline.errors import Reason, Unreadable
from pipeline.ingest.member import (
    CHUNK,
    MOST_BYTES,
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
from pipeline.ingest.packed import outside, unpack
from pipeline.ingest.packed.membernames import shown

_STEP = 8192
"""Packed bytes taken at once: some methods give back at once all that they hold."""
_ERRORS = (*unpack.ERRORS, ArchiveError, AttributeError, KeyError, TypeError, AssertionError,
           OverflowError, RuntimeError)
"""py7zr believes some of what the directory says, and stumbles over it."""


archiveinfo.MAX_NUMFILES = 10 * MOST_MEMBERS
"""Files and folders that py7zr lists before it can be asked how many there are."""


@dataclass(slots=True)
class _Block:
    """A stream of members: where its `packed` bytes begin, what they unpack to, and how far that
    has been done."""

    coders: Any
    sizes: list[int]
    begin: int
    packed: int
    size: int
    encrypted: bool
    done: int = 0
    file: io.BytesIO | None = None
    unpacker: Any = None
    broken: Reason | None = None


@dataclass(frozen=True, slots=True)
class _Entry:
    """A file as the directory has it: its place among all that is there, and where in its block
    it begins. An empty file has no block."""

    place: int
    name: str
    size: int
    crc: int | None
    block: _Block | None
    at: int
    link: Reason | None


def members(data: bytes) -> Iterator[Member]:
    """The members in the order of the directory, folders left out.

    Raises Unreadable: corrupt, encrypted (all members, or the names), part_missing (the directory
    is not in this part), unsupported_format, empty, limit_members, limit_size, memory.
    """
    _complete(data)
    try:
        with SevenZipFile(io.BytesIO(data)) as archive:
            files = list(_entries(archive))
    except PasswordRequired:
        raise Unreadable("encrypted", "7z: names") from None
    except UnsupportedCompressionMethodError as error:
        raise Unreadable("unsupported_format", f"7z: {error}") from None
    except MemoryError:
        raise Unreadable("memory", "7z") from None
    except _ERRORS as error:
        raise Unreadable("corrupt", f"7z: {error}") from None
    if not files:
        raise Unreadable("empty")
    blocks = [entry.block for entry in files if entry.block]
    if blocks and all(block.encrypted for block in blocks):
        raise Unreadable("encrypted", "7z")
    names = shown([entry.name for entry in files])
    reasons = [
        why or _refused(entry, len(data)) for entry, (_, why) in zip(files, names, strict=True)
    ]
    asked = [entry for entry, why in zip(files, reasons, strict=True) if not why and entry.block]
    weighed(entry.size for entry in asked)
    with contextlib.ExitStack() as stack:
        other: Callable[[int], bytes] | None = None
        for entry, (name, _), why in zip(files, names, reasons, strict=True):
            if not why and other is None and entry.block and not _able(data, entry.block):
                left = [each for each in asked if each.block and not _able(data, each.block)]
                other = _others(data, left, len(left) < sum(map(bool, blocks)), stack)
            if other and entry.block and entry.block.broken:
                yield taken(name, why, partial(other, entry.place))
            else:
                yield taken(name, why, partial(_content, entry))


def _complete(data: bytes) -> None:
    """Whether the directory stands where the first 32 bytes say (7zFormat.txt, SignatureHeader)."""
    if len(data) < 32 or zlib.crc32(data[12:32]) != int.from_bytes(data[8:12], "little"):
        raise Unreadable("corrupt", "7z: first header")
    end = 32 + sum(int.from_bytes(data[at : at + 8], "little") for at in (12, 20))
    if end > len(data):
        raise Unreadable(incomplete(len(data)), f"7z: {len(data)} bytes of {end}")


def _entries(archive: SevenZipFile) -> Iterator[_Entry]:
    listed = getattr(archive.header, "files_info", None)
    if listed is None:
        return
    counted(len(archive.files))
    blocks = dict(_blocks(archive))
    ends: dict[int, int] = {}
    empty = iter(listed.emptyfiles or ())
    for place, file in enumerate(archive.files):
        folder = file.is_directory
        if file.emptystream:
            # what is empty and not called an empty file is a folder
            folder = not next(empty, False) or folder
        if folder and file.emptystream:
            continue
        number = id(file.folder)
        at = ends.get(number, 0)
        ends[number] = at + file.uncompressed
        link: Reason | None = "link" if file.is_symlink or file.is_junction else None
        if file.is_socket or not link and file.st_fmt and not file.is_file:
            link = "unsafe_path"
        yield _Entry(place, file.filename, file.uncompressed, file.crc32,
                     blocks[number] if file.uncompressed else None, at, link)


def _blocks(archive: SevenZipFile) -> Iterator[tuple[int, _Block]]:
    """The blocks by the identity of what the library calls a folder."""
    streams = archive.header.main_streams
    if streams is None:
        return
    begin = archive.afterheader + streams.packinfo.packpos
    stream = 0
    for folder in streams.unpackinfo.folders:
        yield id(folder), _Block(
            folder.coders,
            folder.unpacksizes,
            begin + streams.packinfo.packpositions[stream],
            streams.packinfo.packsizes[stream],
            folder.get_unpack_size(),
            SupportedMethods.needs_password(folder.coders),
        )
        stream += len(folder.packed_indices)


def _refused(entry: _Entry, length: int) -> Reason | None:
    block = entry.block
    if entry.link or block is None:
        return entry.link
    if block.encrypted:
        return "encrypted"
    if block.begin + block.packed > length or entry.size < 0:
        return "corrupt"
    if entry.at + entry.size > MOST_BYTES:
        return "limit_size"
    # what one member of a block takes is not known: the block is weighed as one
    if swells(block.size, block.packed):
        return "limit_ratio"
    return refusal(entry.size, entry.size)


def _able(data: bytes, block: _Block) -> bool:
    """Whether the library knows the block's methods; then it is made ready."""
    if block.unpacker is None and not block.broken:
        block.file = io.BytesIO(data)
        block.file.seek(block.begin)
        try:
            block.unpacker = SevenZipDecompressor(
                block.coders, block.packed, block.sizes, None, None, _STEP
            )
        except UnsupportedCompressionMethodError:
            block.broken = "unsupported_format"
        except _ERRORS:
            block.broken = "corrupt"
    return block.broken != "unsupported_format"


def _content(entry: _Entry) -> bytes:
    block = entry.block
    if block is None:
        return b""
    try:
        for _ in _pieces(block, entry.at - block.done):
            pass
        content = bounded(_pieces(block, entry.size), entry.size, entry.size)
    except _ERRORS as error:
        block.broken = "corrupt"
        raise Unreadable("corrupt", f"7z: {error}") from None
    except MemoryError:
        raise Unreadable("memory", "7z") from None
    if entry.crc not in (None, zlib.crc32(content)):
        raise Unreadable("corrupt", "checksum")
    return content


def _pieces(block: _Block, wanted: int) -> Iterator[bytes]:
    """The next `wanted` bytes of a block."""
    if block.broken or block.file is None:
        raise Unreadable(block.broken or "corrupt", "7z")
    while wanted > 0:
        before = block.file.tell()
        piece = block.unpacker.decompress(block.file, min(wanted, CHUNK))
        if not piece and block.file.tell() == before:
            raise EOFError("the block ends too early")
        wanted -= len(piece)
        block.done += len(piece)
        yield piece


def _others(data: bytes, entries: list[_Entry], others: bool, stack: contextlib.ExitStack
            ) -> Callable[[int], bytes]:
    """What another program makes of the members whose methods the library does not know."""
    pieces = [outside.Piece(entry.place, entry.size, entry.crc) for entry in entries]
    try:
        return stack.enter_context(outside.unpacked(data, ".7z", pieces, others))
    except Unreadable:

        def nothing(place: int) -> bytes:
            raise Unreadable("unsupported_format", "7z: a method unknown here")

        return nothing
