"""Pages of originals as pictures, kept in OUT/pages so that they are drawn once.

All of it can be drawn again: what is damaged, or of another version, is as good as not there, and
the oldest goes where there is too much. Papers of a unit are shown on them: they are for their
owner only.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import IO, Any

import orjson

Row = dict[str, Any]

MOST_BYTES = 2 * 1024**3
"""Of all that is kept for one OUT."""
LEFT = 0.9
"""Of `MOST_BYTES`, when the oldest was removed."""
OLD_DRAFT = 3_600.0
"""Seconds: what was begun longer ago is of a program that was killed."""

_NAME = re.compile(r"[0-9a-z-]{1,80}(?:\.pdf)?")
_DRAFT = ".draft-"


class Pages:
    """The pages kept in `place`, a folder that is made; safe to call from any thread. Names are the
    caller's: small letters, digits and hyphens.

    Raises OSError when the folder cannot be made or written, or is a link.
    """

    def __init__(self, place: Path, most: int = MOST_BYTES) -> None:
        self.place = place
        self._most = most
        self._lock = Lock()
        place.mkdir(mode=0o700, exist_ok=True)
        if not stat.S_ISDIR(place.lstat().st_mode):
            raise NotADirectoryError(20, "not a folder", str(place))
        with suppress(PermissionError):
            place.chmod(0o700)
        with tempfile.TemporaryFile(dir=place):
            pass
        self._total = sum(size for _, size, _ in self._all())

    def row(self, name: str) -> Row | None:
        """What was kept under this name; None if nothing was, or nothing that can be read."""
        try:
            row = orjson.loads(_bytes(self.place / f"{_sound(name)}.json"))
        except (OSError, orjson.JSONDecodeError):
            return None
        return row if isinstance(row, dict) else None

    def picture(self, name: str, sha256: str) -> Path | None:
        """The picture kept under this name, if it is still the one with this hash."""
        place = self.place / f"{_sound(name)}.png"
        try:
            same = hashlib.sha256(_bytes(place)).hexdigest() == sha256
        except OSError:
            return None
        return place if same else None

    def put(self, name: str, row: Row, picture: bytes | None = None) -> Path | None:
        """Keep a row, and its picture first: a row stands only where its picture does. The
        picture's place. Raises OSError."""
        place = None
        if picture is not None:
            place = self.place / f"{_sound(name)}.png"
            self._write(place, picture)
        self._write(self.place / f"{_sound(name)}.json", orjson.dumps(row))
        return place

    def put_pdf(self, name: str, row: Row, pdf: IO[bytes]) -> Path:
        """Keep a PDF as `<name>.pdf`, and its row. Raises OSError."""
        place = self.place / f"{_sound(name)}.pdf"
        self._write(place, pdf)
        self._write(self.place / f"{_sound(name)}.pdf.json", orjson.dumps(row))
        return place

    def _write(self, target: Path, content: bytes | IO[bytes]) -> None:
        """The file is there whole or not at all; what stood in its place, a link too, is gone."""
        handle, name = tempfile.mkstemp(dir=self.place, prefix=_DRAFT)
        draft = Path(name)
        try:
            with os.fdopen(handle, "wb") as stream:
                for piece in _chunks(content):
                    stream.write(piece)
                size = stream.tell()
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
        with self._lock:
            self._total += size
            if self._total > self._most:
                self._clear()

    def _clear(self) -> None:
        """Remove the oldest, until there is room again."""
        found = sorted(self._all())
        self._total = sum(size for _, size, _ in found)
        for _, size, place in found[:-2]:  # what was written just now is being shown
            if self._total <= LEFT * self._most:
                return
            with suppress(OSError):
                place.unlink()
                self._total -= size

    def _all(self) -> list[tuple[int, int, Path]]:
        """Every file: when it was written, its bytes, where it is; old drafts are removed."""
        found = []
        with os.scandir(self.place) as listing:
            for entry in listing:
                try:
                    about = entry.stat(follow_symlinks=False)
                    if entry.name.startswith(_DRAFT):
                        if time.time() - about.st_mtime > OLD_DRAFT:
                            Path(entry.path).unlink()
                        continue
                except OSError:
                    continue
                if stat.S_ISREG(about.st_mode):
                    found.append((about.st_mtime_ns, about.st_size, Path(entry.path)))
        return found


def _sound(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(name)
    return name


def _bytes(place: Path) -> bytes:
    """A file's bytes; a link is not followed. Raises OSError."""
    handle = os.open(place, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)
                     | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(handle, "rb") as stream:
        return stream.read()


def _chunks(content: bytes | IO[bytes]) -> Any:
    if isinstance(content, bytes):
        yield content
        return
    while piece := content.read(1 << 20):
        yield piece
