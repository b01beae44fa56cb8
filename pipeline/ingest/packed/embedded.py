"""Files that stand in an Office paper (docx, xlsx, pptx) as objects: workbooks, letters, packages.

An object is a package as such, or an OLE compound file around it ([MS-OLEDS] 2.3.6 for what the
packager of Windows writes).
"""

from __future__ import annotations

import io
import posixpath
import struct
import zipfile
from collections.abc import Iterator

from pipeline.errors import Unreadable
from pipeline.ingest.member import MOST_MEMBER, Member
from pipeline.ingest.packed import ole, opc
from pipeline.ingest.packed.membernames import shown

MOST_OBJECTS = 500
_PACKAGED = "\x01Ole10Native"
_OWN = ("WordDocument", "Workbook", "Book", "PowerPoint Document", "__properties_version1.0")
"""Streams that make the compound file a paper itself."""
_DRAWN = ("Equation Native", "\x01CompObj")
"""What an equation consists of: it is drawn on the page, and no file."""


def members(data: bytes) -> Iterator[Member]:
    """The embedded files in the order of the package, and what a Word paper takes in whole
    (altChunk); named as their parts are, or as the packager names them.

    Pictures, fonts, macros and controls are no files. Raises Unreadable: corrupt, encrypted,
    limit_members, limit_size, limit_ratio.
    """
    with opc.open_zip(data) as package:
        names = _parts(package)
        if len(names) > MOST_OBJECTS:
            raise Unreadable("limit_members", str(len(names)))
        stated: list[bytes | str] = []
        for name in names:
            for member in _member(package, name):
                stated.append(member.name)
                path, reason = shown(stated)[-1]
                yield Member(path, None if reason else member.data, reason or member.reason)


def _parts(package: zipfile.ZipFile) -> list[str]:
    found = [
        member.filename
        for member in package.infolist()
        if "/embeddings/" in member.filename.lower() and not member.is_dir()
    ]
    if "word/document.xml" in package.NameToInfo:
        links = opc.related(package, "word/document.xml")
        # a part that is drawn in twice is still one file
        found += dict.fromkeys(name for _, kind, name in links if kind == "aFChunk")
    return found


def _member(package: zipfile.ZipFile, name: str) -> Iterator[Member]:
    try:
        data = opc.part(package, name)
    except Unreadable as refusal:
        yield Member(name, None, refusal.reason)
        return
    if data is None:
        yield Member(name, None, "part_missing")
    elif data.startswith(ole.MAGIC):
        yield from _object(name, data)
    else:
        yield Member(name, data)


def _object(name: str, data: bytes) -> Iterator[Member]:
    """What is in an OLE object: the packaged file, a package, a PDF, or the object as it is."""
    streams = ole.top(data)
    if not any(stream in streams for stream in _OWN):
        if all(stream in streams for stream in _DRAWN):
            return
        try:
            found = _inner(name, data)
        except ole.ERRORS:
            yield Member(name, None, "corrupt")
            return
        if found:
            yield found
            return
    yield Member(name, data)


def _inner(name: str, data: bytes) -> Member | None:
    import olefile

    stem = posixpath.splitext(name)[0]
    with olefile.OleFileIO(io.BytesIO(data)) as compound:
        for stream in (_PACKAGED, "Package", "CONTENTS"):
            if not compound.exists(stream) or compound.get_size(stream) > MOST_MEMBER:
                continue
            inner: bytes = compound.openstream(stream).read()
            if stream == _PACKAGED:
                return _unpackaged(name, inner)
            if stream == "Package":
                return Member(stem, inner)
            if inner.startswith(b"%PDF"):
                return Member(f"{stem}.pdf", inner)
    return None


def _unpackaged(name: str, native: bytes) -> Member | None:
    """The file in an `Ole10Native` stream: size, 2 bytes, label, source path, 4 bytes, length and
    text of a temporary path, length and bytes of the file."""
    label, at = _zero_ended(native, 6)
    _, at = _zero_ended(native, at)
    (skipped,) = struct.unpack_from("<I", native, at + 4)
    at += 8 + skipped
    (size,) = struct.unpack_from("<I", native, at)
    end = at + 4 + size
    inner = native[at + 4 : end]
    if len(inner) != size:
        return Member(name, None, "corrupt")
    # newer packagers repeat their three texts in Unicode: the temporary path, then the label
    texts = _unicode(native, end)
    label = (texts[1] if len(texts) > 1 else label).replace("\\", "/").rpartition("/")[2]
    return Member(f"{posixpath.dirname(name)}/{label}" if label else name, inner)


def _unicode(native: bytes, at: int) -> list[str]:
    """The texts at the end of the stream, each a count of letters and so many in UTF-16."""
    texts: list[str] = []
    while at + 4 <= len(native) and len(texts) < 3:
        (count,) = struct.unpack_from("<I", native, at)
        if count > len(native):
            break
        texts.append(native[at + 4 : at + 4 + 2 * count].decode("utf-16-le", "replace"))
        at += 4 + 2 * count
    return texts


def _zero_ended(native: bytes, at: int) -> tuple[str, int]:
    end = native.index(b"\0", at)
    raw = native[at:end]
    try:
        return raw.decode("gb18030"), end + 1
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace"), end + 1
