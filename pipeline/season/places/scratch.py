"""Room on this machine for what is fetched, and its end, also when whoever had it was killed."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import OutputError
from pipeline.ingest.confined.scratch import remove
from pipeline.store.outputs import alone, appended

PREFIX = "zuozheng-place-"
SPARE = 512 * 1024**2
"""Bytes that stay free beside what is fetched: outputs, and what readers unpack."""


@contextmanager
def scratch() -> Iterator[Path]:
    """An empty folder for this process alone (below TMPDIR); removed afterwards. What a killed
    process left behind is removed now. Raises OutputError: output_unusable."""
    base = Path(tempfile.gettempdir())
    _clear(base)
    try:
        place = Path(tempfile.mkdtemp(prefix=PREFIX, dir=base))
    except OSError as error:
        raise OutputError("output_unusable", out=base, why=error.strerror or error) from None
    try:
        with appended(place / "held") as held, alone(held, place):
            (place / "work").mkdir()
            yield place / "work"
    finally:
        remove(place)


def _clear(base: Path) -> None:
    for left in base.glob(f"{PREFIX}*/held"):
        try:
            if left.parent.is_symlink() or left.is_symlink():
                continue
            with appended(left) as held, alone(held, left.parent):
                remove(left.parent)
        except (OSError, OutputError):
            continue  # it is in use, another's, or just gone


def reserved(place: Path, size: int, source: str) -> None:
    """Raises OutputError scratch_full, with the figures, where `size` bytes do not fit."""
    free = shutil.disk_usage(place).free
    if size + SPARE > free:
        raise OutputError("scratch_full", place=place, source=source,
                          need=megabytes(size + SPARE), free=megabytes(free))


def megabytes(size: int) -> int:
    """Bytes as whole megabytes, rounded up."""
    return -(-size // 1024**2)
