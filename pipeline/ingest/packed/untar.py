"""Tape archives (v7, ustar, GNU, pax), read by `tarfile`; nothing is extracted by name."""

from __future__ import annotations

import io
import re
import tarfile
from collections.abc import Iterator
from functools import partial
from typing import BinaryIO, cast

from pipeline.errors import Reason, Unreadable
from pipeline.ingest.member import Member, bounded, counted, refusal, taken, weighed
from pipeline.ingest.packed import unpack
from pipeline.ingest.packed.membernames import shown
from pipeline.ingest.packed.tarhead import BLOCK

LONGEST_HEADER = 1024**2
"""Bytes of a header that speaks of the next one: a name, or records of pax."""
_BEFORE_NEXT = {tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK}
_PAX = {tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE}
_MANY_DIGITS = re.compile(rb"\d{300}")


class _Header(tarfile.TarInfo):
    """A header that is looked at before the library goes by it: its patterns take time that grows
    with the square of what pax records hold, and a negative size leads it back."""

    def _proc_member(self, archive: tarfile.TarFile) -> tarfile.TarInfo:
        if self.size < 0:
            raise tarfile.ReadError("negative size")
        if self.type in _PAX | _BEFORE_NEXT and self.size > LONGEST_HEADER:
            raise tarfile.ReadError(f"header of {self.size} bytes")
        if self.type in _PAX:
            file = cast(BinaryIO, archive.fileobj)
            begin = file.tell()
            records = file.read(self.size)
            file.seek(begin)
            if not _is_pax(records) or _MANY_DIGITS.search(records):
                raise tarfile.ReadError("records of pax")
        # the one step of the library that every header takes
        return cast(tarfile.TarInfo, super()._proc_member(archive))  # type: ignore[misc]


def _is_pax(records: bytes) -> bool:
    """Whether these are records of pax: length, blank, key, equals sign, value, end of line."""
    at = 0
    while at < len(records) and records[at]:
        blank = records.find(b" ", at, at + 10)
        length = records[at:blank]
        if blank < 0 or not length.isdigit():
            return False
        end = at + int(length)
        if end > len(records) or not blank < records.find(b"=", blank, end) < end - 1:
            return False
        if records[end - 1] != 0x0A:
            return False
        at = end
    return True


def members(data: bytes) -> Iterator[Member]:
    """The members in order, folders left out; a hard link to an earlier member has its bytes.

    A file that breaks off yields the members before the break and then raises: what was yielded
    stands. Raises Unreadable: corrupt, empty, limit_members, limit_size.
    """
    return within(io.BytesIO(data), len(data))


def within(file: BinaryIO, length: int) -> Iterator[Member]:
    """The members of a tape archive of `length` bytes in an open file, as `members` has them and
    with what it raises."""
    try:
        with tarfile.open(fileobj=file, mode="r:", errors="surrogateescape",
                          tarinfo=_Header) as archive:
            yield from _members(archive, file, length)
    except (tarfile.TarError, *unpack.ERRORS) as error:
        raise Unreadable("corrupt", f"tar: {error}") from None
    except RecursionError:
        raise Unreadable("corrupt", "tar: a header of headers") from None


def _members(archive: tarfile.TarFile, file: BinaryIO, length: int) -> Iterator[Member]:
    broken, infos = _listed(archive, file, length)
    files = [info for info in infos if not info.isdir()]
    if not files:
        raise Unreadable("corrupt", broken) if broken else Unreadable("empty")
    names = shown([info.name.encode("utf-8", "surrogateescape") for info in files])
    known: dict[str, tarfile.TarInfo] = {}
    chosen: list[tuple[tarfile.TarInfo, Reason | None]] = []
    for info, (_, why) in zip(files, names, strict=True):
        target = known.get(info.linkname) if info.islnk() else info
        chosen.append((target or info, why or _refused(target)))
        if info.isreg():
            known[info.name] = info
    weighed(info.size for info, why in chosen if not why)
    for (name, _), (info, why) in zip(names, chosen, strict=True):
        yield taken(name, why, partial(_content, archive, info))
    if broken:
        raise Unreadable("corrupt", broken)


def _content(archive: tarfile.TarFile, info: tarfile.TarInfo) -> bytes:
    try:
        with cast(io.BufferedReader, archive.extractfile(info)) as stream:
            return bounded(unpack.read(stream), _packed(info), info.size)
    except (tarfile.TarError, *unpack.ERRORS) as error:
        raise Unreadable("corrupt", f"tar: {error}") from None


def _listed(archive: tarfile.TarFile, file: BinaryIO, length: int
            ) -> tuple[str, list[tarfile.TarInfo]]:
    """All headers, and what is wrong if they do not end as an archive ends. (`tarfile` takes a
    header that it cannot read for the end.)"""
    infos: list[tarfile.TarInfo] = []
    try:
        while (info := archive.next()) is not None:
            counted(len(infos) + 1)
            if infos and info.offset <= infos[-1].offset:
                return "tar: a header that leads back", infos
            infos.append(info)
    except (tarfile.TarError, *unpack.ERRORS) as error:
        return f"tar: {error}", infos
    file.seek(archive.offset)
    if archive.offset < length and file.read(BLOCK).strip(b"\0"):
        return f"tar: no header at {archive.offset}", infos
    return ("tar: it breaks off", infos) if archive.offset > length else ("", infos)


def _packed(info: tarfile.TarInfo) -> int:
    """The bytes that stand in the archive: of a file with holes only the rest is stored."""
    sparse = getattr(info, "sparse", None)
    return info.size if sparse is None else sum(size for _, size in sparse)


def _refused(info: tarfile.TarInfo | None) -> Reason | None:
    if info is None or info.issym() or info.islnk():
        return "link"
    if not info.isreg():
        return "unsafe_path"
    if info.size < 0:
        return "corrupt"
    return refusal(info.size, _packed(info))
