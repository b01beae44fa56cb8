"""The port at which a single user's room stood last, kept in OUT: what is typed in an open page
belongs to its address, and is lost to it where the room comes back at another one."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

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


def keep_port(out: Path, port: int) -> None:
    """Remember the port. Where nothing can be written, it is another one the next time."""
    draft = out / f".{NAME}.{os.getpid()}"
    with suppress(OSError):
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(f"{port}\n")
        draft.replace(out / NAME)
