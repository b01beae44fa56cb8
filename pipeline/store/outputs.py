"""Putting outputs in place: whole or not at all, readable by their owner only."""

from __future__ import annotations

import os
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from pipeline.errors import OutputError

PART = "part.npz"
"""What a season compares of a unit: the words of its papers, made even. Beside its ledger."""


def prepare(out: Path) -> Path:
    """Make OUT (for its owner only) and check that it can be written. Raises OutputError."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        if not out.is_dir():
            raise NotADirectoryError(20, "not a folder")
        # Papers of a unit lie in here: nobody else on the machine need see them.
        with suppress(PermissionError):
            out.chmod(0o700)
        with tempfile.TemporaryFile(dir=out):
            pass
    except OSError as error:
        raise OutputError("output_unusable", out=out, why=error.strerror or error) from None
    return out


@contextmanager
def appended(target: Path) -> Iterator[IO[bytes]]:
    """A log that grows from run to run, for its owner only."""
    try:
        # A link in its place is not followed: nothing outside OUT is written.
        how = os.O_WRONLY | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        os.close(os.open(target, how, 0o600))
        log = target.open("ab", buffering=0)
    except OSError as error:
        raise OutputError("output_unusable", out=target, why=error.strerror or error) from None
    with log:
        yield log


@contextmanager
def placed(target: Path) -> Iterator[Path]:
    """A place to write to that takes the target's name when all went well, and goes otherwise."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    os.close(handle)
    draft = Path(name)
    try:
        yield draft
        draft.chmod(0o600)
        draft.replace(target)
    except (OSError, sqlite3.Error) as error:
        why = getattr(error, "strerror", None) or error
        raise OutputError("output_unusable", out=target, why=why) from None
    finally:
        draft.unlink(missing_ok=True)


def clear_drafts(out: Path) -> None:
    """Remove what a run that was killed had begun to write (to be called while `alone`)."""
    for name in ("ledger.sqlite", "coverage.json", "report.html", "coverage.xlsx"):
        for draft in out.glob(f".{name}.*"):
            draft.unlink(missing_ok=True)


@contextmanager
def alone(log: IO[bytes], out: Path) -> Iterator[None]:
    """Of two runs in one place, exactly one runs: the one that has its log; the other is told so.

    Raises OutputError.
    """
    try:
        # The system lets go of it when the process ends, however it ends.
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(log.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(log, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise OutputError("output_busy", out=out) from None
    yield
