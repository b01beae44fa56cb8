"""Folders for what is temporary, and how they are removed whatever was put into them."""

from __future__ import annotations

import os
import shutil
import stat
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import OutputError


def remove(folder: Path) -> None:
    """Remove a folder with all that is in it; no link is followed, and no depth is too deep.

    Where the short way fails, what stands inside an inner folder is moved up before that is
    removed, so that neither a path nor the call stack grows with the depth. Something that cannot
    be removed stays.
    """
    try:
        shutil.rmtree(folder)
        return
    except (OSError, RecursionError):
        pass  # the long way, then
    try:
        while inner := list(os.scandir(folder)):
            for entry in inner:
                _clear(entry, folder)
        folder.rmdir()
    except OSError:
        return


def _clear(entry: os.DirEntry[str], folder: Path) -> None:
    place = Path(entry.path)
    if not entry.is_dir(follow_symlinks=False):
        place.unlink()
        return
    place.chmod(stat.S_IRWXU)
    for one in list(os.scandir(place)):
        if one.is_dir(follow_symlinks=False):
            Path(one.path).chmod(stat.S_IRWXU)
        Path(one.path).rename(folder / uuid.uuid4().hex)
    place.rmdir()


@contextmanager
def folder_of_its_own(place: Path) -> Iterator[Path]:
    """An empty folder for what only this run needs, for its owner alone; it is gone afterwards.

    Raises OutputError when it cannot be made.
    """
    try:
        if place.is_symlink() or place.exists():
            remove(place)
        place.mkdir(mode=0o700)
    except OSError as error:
        raise OutputError("output_unusable", out=place, why=error.strerror or error) from None
    try:
        yield place
    finally:
        remove(place)
