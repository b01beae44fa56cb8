"""Names in a store become names on this disk: whatever they are, they stay below their folder."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator

from pipeline.ingest import archive

MOST_PART = 200
"""Bytes of one part of a path; file systems take 255, and a number may be added."""
MOST_PATH = 2000
"""Bytes of a path below its folder; Linux takes 4096 in all."""
_UNSAFE = re.compile(r'[\x00-\x1f\x7f\\\ud800-\udfff]')


def named(keys: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each key with the path it gets: relative, POSIX separators, one for each key and none inside
    another. A key that is a sound path is its own path; parts that are none (`..`, nothing, control
    characters, backslashes, too long) are written as %XX, or cut with a hash. In code point order.
    """
    files: set[str] = set()
    folders: set[str] = set()
    for key in sorted(keys):
        parts = [_part(part) for part in key.split("/")]
        if len("/".join(parts).encode()) > MOST_PATH:
            parts = [_cut(key, parts[-1])]
        path = ""
        for part in parts[:-1]:
            # a store may have both `a` and `a/b`
            path = archive.unique(f"{path}/{part}" if path else part, files)
            folders.add(path)
        path = archive.unique(f"{path}/{parts[-1]}" if path else parts[-1], files | folders)
        files.add(path)
        yield key, path


def _part(part: str) -> str:
    if part in ("", ".", ".."):
        return "%2E" * len(part) or "%"
    safe = _UNSAFE.sub(lambda found: f"%{ord(found[0]):02X}", part)
    return safe if len(safe.encode()) <= MOST_PART else _cut(part, safe)


def _cut(whole: str, last: str) -> str:
    """A short name for what is too long: its beginning, a hash of all of it, its ending."""
    mark = hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    stem, dot, ending = last.rpartition(".")
    if not dot or len(ending.encode()) > 16:
        stem, dot, ending = last, "", ""
    return f"{stem.encode()[:100].decode('utf-8', 'ignore')}-{mark}{dot}{ending}"
