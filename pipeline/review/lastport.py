"""The port at which a single user's room stood last, kept in OUT: what is typed in an open page
belongs to its address, and is lost to it where the room comes back at another one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from pipeline.errors import OutputError
from pipeline.store.outputs import alone

NAME = "review.port"


def last_port(out: Path) -> int:
    """The port of the last time; 0, which means any, where nobody knows."""
    try:
        handle = os.open(out / NAME, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        with os.fdopen(handle, "rb") as file:
            port = int(file.read(8))
    except (OSError, ValueError):
        return 0
    return port if 1024 <= port <= 65535 else 0


@contextmanager
def held(out: Path) -> Iterator[IO[bytes] | None]:
    """The file of the port, ours as long as the room stands; None where another room of this OUT
    has it, or nothing can be written: then it is another port the next time."""
    try:
        handle = os.open(out / NAME, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
    except OSError:
        yield None
        return
    with os.fdopen(handle, "r+b") as file:
        try:
            with alone(file, out):
                mine = True
        except OutputError:
            mine = False
        yield file if mine else None


def keep_port(file: IO[bytes], port: int) -> None:
    """Remember the port in the file that is held."""
    with suppress(OSError):
        file.seek(0)
        file.truncate()
        file.write(f"{port}\n".encode())
        file.flush()
