"""Bytes put aside while an archive is unpacked: few in memory, more in nameless temporary files."""

from __future__ import annotations

import contextlib
import io
import tempfile
from typing import Any

from pipeline.errors import Unreadable

PART = 256 * 1024**2
"""Bytes of one temporary file: a worker may not write a file of any length."""
IN_MEMORY = 64 * 1024**2
"""Bytes of a part that are kept in memory."""


class Spool(io.RawIOBase):
    """A file in parts, each gone when it is closed."""

    def __init__(self) -> None:
        self._parts: list[tempfile.SpooledTemporaryFile[bytes]] = []
        self._open = contextlib.ExitStack()
        self._at = 0
        self.length = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        """Put bytes where the file stands, which is not beyond its end. Raises Unreadable
        ("limit_size") when there is no room for them."""
        rest = memoryview(piece)
        while rest:
            number, within = divmod(self._at, PART)
            if number == len(self._parts):
                part = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115
                self._parts.append(self._open.enter_context(part))
            try:
                self._parts[number].seek(within)
                self._at += self._parts[number].write(rest[: PART - within])
            except OSError as error:
                raise Unreadable("limit_size", f"no room to unpack it: {error}") from None
            rest = rest[PART - within :]
        self.length = max(self.length, self._at)
        return len(piece)

    def readinto(self, buffer: Any) -> int:
        number, within = divmod(self._at, PART)
        if self._at >= self.length:
            return 0
        self._parts[number].seek(within)
        piece = self._parts[number].read(min(len(buffer), PART - within, self.length - self._at))
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def seek(self, at: int, whence: int = io.SEEK_SET) -> int:
        self._at = max(0, at + {io.SEEK_SET: 0, io.SEEK_CUR: self._at}.get(whence, self.length))
        return self._at

    def tell(self) -> int:
        return self._at

    def cut(self, length: int) -> None:
        """Forget what stands behind the first `length` bytes, and stand there."""
        self._at = self.length = length

    def take(self, at: int, size: int) -> bytes:
        """`size` bytes from `at` on, fewer at the end."""
        self.seek(at)
        pieces = []
        while size > 0 and (piece := self.read(min(size, PART))):
            pieces.append(piece)
            size -= len(piece)
        return b"".join(pieces)

    def close(self) -> None:
        self._open.close()
        super().close()
