"""What a submission folder holds: every entry, in one order, with nothing opened or followed."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import Reason, Unreadable

LIMIT_BYTES = 512 * 1024 * 1024
"""A file larger than this is not read."""

# what systems and word processors leave behind: never a paper that anybody handed in
LITTER = re.compile(
    r"\.DS_Store|\.localized|Thumbs\.db|ehthumbs\.db|desktop\.ini|~\$.*|~WR[A-Z]\d*\.tmp|\._.*"
    r"|\.~lock\..*#",
    re.IGNORECASE | re.DOTALL,
)
_UNDECODED = re.compile("[\udc80-\udcff]")
LITTER_FOLDERS = {"__MACOSX", "$RECYCLE.BIN", "System Volume Information"}


PACKED = (".tar.bz2", ".tar.gz", ".tar.xz", ".tbz2", ".tgz", ".txz", ".tar", ".7z", ".rar", ".zip")
"""Endings of archives that may be handed in instead of a folder, the longest first."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry below the folder: `path` relative, POSIX separators, always valid Unicode and
    unique; `place` opens it; `size` in bytes (0 where there is none); `reason` why it will not be
    read, or None."""

    path: str
    place: Path
    size: int
    reason: Reason | None = None


def walk(folder: Path) -> Iterator[Entry]:
    """Every file below `folder` (and every folder that cannot be listed), sorted by path in code
    point order. Links are listed, never followed; devices and pipes are listed, never opened.

    Raises OSError when `folder` itself cannot be listed.
    """
    with os.scandir(folder):
        pass
    found = list(_below(folder))
    # a name that is not UTF-8 comes after all names that are; its bytes decide who is first among
    # equals, so that a second run says the same
    taken = {path for path, *_ in found if not _UNDECODED.search(path)}
    entries = []
    for path, place, size, reason in sorted(found, key=lambda each: os.fsencode(each[0])):
        if _UNDECODED.search(path):
            path = unique("/".join(map(shown, path.split("/"))), taken)
            taken.add(path)
        entries.append(Entry(path, place, size, reason))
    yield from sorted(entries, key=lambda entry: entry.path)


def is_packed(name: str) -> bool:
    """Whether a file of that name may be handed in instead of a folder."""
    return name.lower().endswith(PACKED)


def title(name: str) -> str:
    """What an archive is called that is handed in instead of a folder: without its ending."""
    return next((name[: -len(end)] for end in PACKED if name.lower().endswith(end)), name)


def single(place: Path) -> Entry:
    """A file that is handed in by itself (an archive) as the one entry of a submission.

    Raises OSError when it is not there.
    """
    about, name = place.lstat(), shown(place.name)
    size = about.st_size if stat.S_ISREG(about.st_mode) else 0
    return Entry(name, place, size, _reason(name, about, False))


def shown(name: str) -> str:
    """A name on the disk as text: from a Windows of China, or with U+FFFD for what is no letter."""
    if not _UNDECODED.search(name):
        return name
    try:
        return os.fsencode(name).decode("gb18030")
    except UnicodeDecodeError:
        return _UNDECODED.sub("\ufffd", name)


def unique(path: str, taken: set[str]) -> str:
    """The path, or the first of path~2, path~3 ... that is not taken."""
    count, free = 1, path
    while free in taken:
        count += 1
        free = f"{path}~{count}"
    return free


Found = tuple[str, Path, int, Reason | None]


def _below(folder: Path) -> Iterator[Found]:
    waiting = [(folder, "", False)]
    while waiting:
        place, path, litter = waiting.pop()
        try:
            with os.scandir(place) as listing:
                entries = list(listing)
        except OSError:
            yield path, place, 0, "permission"
            continue
        for entry in entries:
            inner = f"{path}/{entry.name}" if path else entry.name
            try:
                about = entry.stat(follow_symlinks=False)
            except OSError:
                yield inner, Path(entry.path), 0, "vanished"
                continue
            if stat.S_ISDIR(about.st_mode):
                waiting.append((Path(entry.path), inner, litter or entry.name in LITTER_FOLDERS))
            else:
                size = about.st_size if stat.S_ISREG(about.st_mode) else 0
                yield inner, Path(entry.path), size, _reason(entry.name, about, litter)


def _reason(name: str, about: os.stat_result, litter: bool) -> Reason | None:
    if stat.S_ISLNK(about.st_mode):
        return "link"
    if not stat.S_ISREG(about.st_mode):
        return "unsafe_path"
    if litter or LITTER.fullmatch(name):
        return "system_file"
    return "limit_size" if about.st_size > LIMIT_BYTES else None


def digest(place: Path) -> str:
    """SHA-256 of a file's bytes, in hex; a link is not followed.

    Raises Unreadable: vanished, permission.
    """
    seen = hashlib.sha256()
    try:
        handle = os.open(place, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)
                         | getattr(os, "O_BINARY", 0))
        with os.fdopen(handle, "rb", buffering=0) as stream:
            while piece := stream.read(1 << 20):
                seen.update(piece)
    except PermissionError:
        raise Unreadable("permission") from None
    except OSError as error:
        raise Unreadable("vanished", error.strerror or "") from None
    return seen.hexdigest()
