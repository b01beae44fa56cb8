"""The bytes of an original, by its path in the ledger: below its folder, or in what stands there.

A path is the ledger's words for a file, never trusted as a way: no link is followed, nothing above
the folder is reached, and what comes back is what has the hash that was screened.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from pipeline.errors import Unreadable
from pipeline.ingest import kinds
from pipeline.ingest.archive import LIMIT_BYTES, walk
from pipeline.ingest.member import MOST_DEPTH

INSIDE = "!/"
"""Between a container's path and what it holds."""
Stamp = tuple[int, int]
"""Bytes, and nanoseconds of the last change, of the file that lies in the folder."""

_AGAIN = re.compile(r"~[0-9]{1,6}")
"""What the ledger puts behind a path that it had already."""
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
# a pipe in the place of a file must not be waited for
_FILE = (os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
         | getattr(os, "O_BINARY", 0))


def stamp(folder: Path, path: str) -> Stamp | None:
    """What tells the file that an original lies in from a later one, without reading it; None where
    none is found by this name (it may still stand there under a name that is not UTF-8)."""
    for outer, _ in ways(path):
        try:
            handle = _opened(folder, outer)
        except OSError:
            continue
        try:
            about = os.fstat(handle)
        finally:
            os.close(handle)
        if stat.S_ISREG(about.st_mode):
            return about.st_size, about.st_mtime_ns
    return None


def fetched(folder: Path, path: str, sha256: str) -> tuple[bytes, Stamp]:
    """The original with this hash, and the stamp of the file it lies in.

    Raises Unreadable: vanished (no such file), changed_during_run (another hash), permission,
    limit_size, memory, and why a container could not be opened.
    """
    refusal = Unreadable("vanished")
    for outer, rest in ways(path):
        try:
            handle = _handle(folder, outer)
        except PermissionError:
            raise Unreadable("permission") from None
        except OSError:
            continue
        if (read := _read(handle)) is None:
            continue
        data, stamped = read
        found: bytes | None = data
        if rest:
            found = _inside(data, outer.rpartition("/")[2], rest, sha256, 1)
        elif hashlib.sha256(data).hexdigest() != sha256:
            found = None
        if found is not None:
            return found, stamped
        refusal = Unreadable("changed_during_run")
    raise refusal


def ways(path: str) -> Iterator[tuple[str, str]]:
    """The files that a path may begin with, and the rest that leads on inside: a folder may be
    called 材料.zip! as well."""
    yield path, ""
    at = path.find(INSIDE)
    while at >= 0:
        yield path[:at], path[at + len(INSIDE):]
        at = path.find(INSIDE, at + 1)


def _handle(folder: Path, path: str) -> int:
    """The open file; also one whose name on the disk is no UTF-8, and in the ledger was told in
    other letters. Raises OSError."""
    try:
        return _opened(folder, path)
    except FileNotFoundError:
        for entry in walk(folder):
            if entry.path == path and entry.reason is None:
                return _opened(folder, entry.place.relative_to(folder).as_posix())
        raise


def _opened(folder: Path, path: str) -> int:
    """The file at a path below the folder, opened from folder to folder, so that no link on the way
    leads out, not even one that is put there meanwhile. Raises OSError."""
    names = path.split("/")
    if any(name in ("", ".", "..") or "\0" in name for name in names):
        raise FileNotFoundError(path)
    if os.open not in os.supports_dir_fd:
        return _opened_by_name(folder, names)
    at = os.open(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    try:
        for name in names[:-1]:
            inner = os.open(name, _FOLDER, dir_fd=at)
            os.close(at)
            at = inner
        return os.open(names[-1], _FILE, dir_fd=at)
    finally:
        os.close(at)


def _opened_by_name(folder: Path, names: list[str]) -> int:
    """The same where a system opens by whole names only (Windows)."""
    if any(set(name) & set('\\:') for name in names):
        raise FileNotFoundError(names[-1])
    place = folder
    for name in names:
        place = place / name
        if place.is_symlink() or not place.resolve().is_relative_to(folder.resolve()):
            raise FileNotFoundError(name)
    return os.open(place, _FILE)


def _read(handle: int) -> tuple[bytes, Stamp] | None:
    """All of an open file, which is closed; None for what is no file. Raises Unreadable."""
    about = os.fstat(handle)
    if not stat.S_ISREG(about.st_mode):
        os.close(handle)
        return None
    with os.fdopen(handle, "rb") as stream:
        if about.st_size > LIMIT_BYTES:
            raise Unreadable("limit_size", str(about.st_size))
        try:
            data = stream.read(LIMIT_BYTES + 1)
        except OSError as error:
            raise Unreadable("vanished", error.strerror or "") from None
        except MemoryError:
            raise Unreadable("memory") from None
    return data, (about.st_size, about.st_mtime_ns)


def _inside(data: bytes, name: str, rest: str, sha256: str, depth: int) -> bytes | None:
    """What a container holds at this path, if it has the hash. Raises Unreadable."""
    if depth > MOST_DEPTH:
        raise Unreadable("limit_depth")
    kind = kinds.sniff(data, name)
    if kind not in kinds.HOLDERS:
        return None
    for member in kinds.members(data, kind, name):
        tail = _behind(rest, member.name)
        if tail is None or member.data is None:
            continue
        if not tail:
            if hashlib.sha256(member.data).hexdigest() == sha256:
                return member.data
            continue
        inner_name = member.name.rpartition("/")[2]
        found = _inside(member.data, inner_name, tail, sha256, depth + 1)
        if found is not None:
            return found
    return None


def _behind(rest: str, name: str) -> str | None:
    """What is left of a path behind a member's name; "" at its end, None if it is another's."""
    if not rest.startswith(name):
        return None
    tail = rest[len(name):]
    again = _AGAIN.match(tail)
    if again:
        tail = tail[again.end():]
    if not tail:
        return ""
    return tail[len(INSIDE):] or None if tail.startswith(INSIDE) else None
