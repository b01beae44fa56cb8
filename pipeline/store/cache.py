"""The extraction cache: what was read of a file, by the hash of its bytes and the reader's version.

An SQLite file in OUT that outlives the run, so that nothing is read twice: not after an
interruption, not for another rubric, not because a folder was renamed. A changed reader has
another version and is never served what an older one read.

What is put is committed at once: a process that is killed has kept all it was told to, a machine
that dies loses its last moments. Safe to call from any thread.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

import orjson

Row = dict[str, Any]

FORMAT = 1

_TABLES = """
CREATE TABLE IF NOT EXISTS extract (
    sha256 TEXT NOT NULL, version TEXT NOT NULL, about BLOB NOT NULL, pages TEXT NOT NULL,
    PRIMARY KEY (sha256, version)
);
CREATE TABLE IF NOT EXISTS scan (
    sha256 TEXT NOT NULL, page INTEGER NOT NULL, version TEXT NOT NULL, read TEXT NOT NULL,
    PRIMARY KEY (sha256, page, version)
);
"""


class Extract(NamedTuple):
    """What was read of a file: `about` ({"kind", "reason", "scans", "members"}) and its pages as
    JSON text."""

    about: Row
    pages: str


class Cache:
    """The cache at `place`, for one version of the readers; what other versions read is dropped."""

    def __init__(self, place: Path, version: str) -> None:
        self._version = version
        self._lock = Lock()
        try:
            self._base = self._opened(place)
        except sqlite3.DatabaseError:
            # It holds nothing that cannot be read again: one that is broken is begun anew.
            place.unlink(missing_ok=True)
            self._base = self._opened(place)

    def _opened(self, place: Path) -> sqlite3.Connection:
        base = sqlite3.connect(place, isolation_level=None, check_same_thread=False)
        base.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;")
        (made,) = base.execute("PRAGMA user_version").fetchone()
        if made != FORMAT:
            base.executescript("DROP TABLE IF EXISTS extract; DROP TABLE IF EXISTS scan;")
        base.executescript(_TABLES + f"PRAGMA user_version={FORMAT};")
        place.chmod(0o600)
        base.execute("DELETE FROM extract WHERE version<>?", (self._version,))
        base.execute("DELETE FROM scan WHERE version<>?", (self._version,))
        return base

    def __enter__(self) -> Cache:
        return self

    def __exit__(self, *_: object) -> None:
        self._base.close()

    def get(self, sha256: str) -> Extract | None:
        """What was read of the file with this hash, or None."""
        with self._lock:
            row = self._base.execute(
                "SELECT about, pages FROM extract WHERE sha256=? AND version=?",
                (sha256, self._version),
            ).fetchone()
        return Extract(orjson.loads(row[0]), row[1]) if row else None

    def put(self, sha256: str, extract: Extract) -> None:
        """Keep what was read of a file."""
        with self._lock:
            self._base.execute("INSERT OR REPLACE INTO extract VALUES (?, ?, ?, ?)",
                               (sha256, self._version, orjson.dumps(extract.about), extract.pages))

    def scans(self, sha256: str) -> Iterator[tuple[int, str]]:
        """The pages of the file that were recognised: (number, the page as JSON text)."""
        with self._lock:
            rows = self._base.execute(
                "SELECT page, read FROM scan WHERE sha256=? AND version=? ORDER BY page",
                (sha256, self._version),
            ).fetchall()
        yield from rows

    def put_scan(self, sha256: str, page: int, read: str) -> None:
        """Keep a recognised page."""
        with self._lock:
            self._base.execute("INSERT OR REPLACE INTO scan VALUES (?, ?, ?, ?)",
                               (sha256, page, self._version, read))


def copied(place: Path, to: Path) -> None:
    """A consistent copy of a cache that is being written."""
    base, other = sqlite3.connect(place), sqlite3.connect(to)
    try:
        base.backup(other)
    finally:
        base.close()
        other.close()
