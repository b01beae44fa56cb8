"""Putting a folder in place: the old one or the new one stands there, never half of one."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import OutputError

_AT_FDCWD = -100
_EXCHANGE = 2  # RENAME_EXCHANGE of renameat2(2), Linux 3.15


@contextmanager
def placed_folder(target: Path) -> Iterator[Path]:
    """A new folder of the target's name, elsewhere, to write into; it takes the target's place when
    all went well, and goes otherwise. Raises OutputError.

    Linux changes the two in one step. Elsewhere there is a moment between two renamings; what is
    killed then leaves the old folder as `.<name>.draft-…/old` beside its place.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        for left in target.parent.glob(f".{target.name}.draft-*"):
            # Of a run that was killed. The old folder comes back if it had just been moved away.
            if (left / "old").exists() and not target.exists():
                (left / "old").replace(target)
            shutil.rmtree(left, ignore_errors=True)
        place = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}.draft-"))
    except OSError as error:
        raise OutputError("output_unusable", out=target, why=error.strerror or error) from None
    draft = place / target.name
    try:
        draft.mkdir()
        yield draft
        if not target.exists():
            draft.replace(target)
        elif not _exchanged(draft, target):
            target.replace(place / "old")
            draft.replace(target)
    except OSError as error:
        raise OutputError("output_unusable", out=target, why=error.strerror or error) from None
    finally:
        if target.exists() or not (place / "old").exists():
            shutil.rmtree(place, ignore_errors=True)


def _exchanged(one: Path, other: Path) -> bool:
    """Whether the system could change two folders in one step."""
    if not sys.platform.startswith("linux"):
        return False
    swap = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if swap is None:
        return False
    return bool(swap(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _EXCHANGE) == 0)
