"""What a season will take, said before it begins: disk, and time with so many workers.

The rates are of one core of the class of machine named in the README, as `python -m
tests.bench.season` and the sample archives measure them: to tell a night from a week.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.errors import OutputError

Row = Mapping[str, Any]

SECONDS_A_UNIT = 0.9
"""Processor time: a fresh reading process, three reports."""
SECONDS_A_FILE = 0.03
SECONDS_A_MB = 0.25
"""Processor time of reading, tagging and reporting: a part by papers, a part by their bytes."""
SECONDS_A_KNOWN_UNIT, SECONDS_A_KNOWN_MB = 0.04, 0.004
"""Of a unit that was done before and has not changed: its files are hashed, nothing is opened."""
DISK_A_UNIT = 400_000
DISK_A_FILE = 90_000
"""Bytes kept: ledger, what was read, reports, both with room for their drafts."""
DISK_OF_BYTES = 0.3
"""Of a paper's bytes, what is kept besides: much of a picture's is none of its words."""
RESERVE = 256 * 1024**2
"""Bytes that must stay free: for what archives hold while they are read, for the overview, and so
that everything else on the machine goes on."""


class Estimate(NamedTuple):
    """What is to be done: units, files, bytes; of the units, how many were done before; seconds
    with the workers there are, bytes of disk to come, bytes of disk that are free."""

    units: int
    files: int
    bytes: int
    known: int
    seconds: float
    disk: int
    free: int


def estimate(plan: Iterable[Row], done: Mapping[str, tuple[int, int]], workers: int, out: Path,
             kept_here: bool = True) -> Estimate:
    """Of the units that have no problem; `done`: (files, bytes) of those done before, by dir;
    `kept_here`: whether their outputs stay on this disk.

    Raises OutputError `disk_short`: there is less disk than this needs.
    """
    units = files = size = known = 0
    seconds = disk = 0.0
    for unit in plan:
        if unit["problem"]:
            continue
        units, files, size = units + 1, files + unit["files"], size + unit["bytes"]
        megabytes = unit["bytes"] / 1e6
        if done.get(unit["dir"]) == (unit["files"], unit["bytes"]):
            known += 1
            seconds += SECONDS_A_KNOWN_UNIT + SECONDS_A_KNOWN_MB * megabytes
        else:
            seconds += SECONDS_A_UNIT + SECONDS_A_FILE * unit["files"] + SECONDS_A_MB * megabytes
            disk += DISK_A_UNIT + DISK_A_FILE * unit["files"] + DISK_OF_BYTES * unit["bytes"]
    found = Estimate(units, files, size, known, seconds / workers, int(disk) if kept_here else 0,
                     free(out))
    if found.disk + RESERVE > found.free:
        raise OutputError("disk_short", out=out, need=_mb(found.disk + RESERVE),
                          free=_mb(found.free), results=_mb(found.disk), reserve=_mb(RESERVE))
    return found


def free(out: Path) -> int:
    """Bytes that may still be written there."""
    return shutil.disk_usage(out).free


def check_room(out: Path, left: int) -> None:
    """Before each unit: that the disk has not filled meanwhile. Raises OutputError `disk_full`."""
    if (there := free(out)) < RESERVE:
        raise OutputError("disk_full", out=out, free=_mb(there), left=left)


def _mb(size: int) -> int:
    return round(size / 1e6)
