"""`zuozheng batch` as a process that is watched: its time, the memory of each kind of process below
it, the lines it prints, and its end where it stands."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any

from tests.bench.measure import ROOT, RUBRIC

Row = dict[str, Any]
EVERY = 0.2
"""Seconds between two looks at the processes. The kernel keeps each one's peak, so that only what a
process took on in its last moments is missed."""
KINDS = {"pipeline.season.engine.runner": "runner", "pipeline.screen.paper": "reader",
         "pipeline.season.copies": "copies"}


@dataclass(slots=True)
class Run:
    """What a run took and said. `peaks`: MB by kind of process, of the biggest of each; `parent`:
    (units done, resident MB of the parent) over time; `units`: the lines of its units with
    `after`, the seconds since it began; `cpu` of all processes."""

    wall: float = 0.0
    cpu: float = 0.0
    code: int = 0
    peaks: dict[str, float] = field(default_factory=dict)
    parent: list[tuple[int, float]] = field(default_factory=list)
    units: list[Row] = field(default_factory=list)
    printed: str = ""

    def sum(self, what: str) -> int:
        """`opened` or `recognised`, of all units."""
        return sum(int(unit.get(what) or 0) for unit in self.units)


def batch(root: Path, out: Path, workers: int, *more: str, ocr: str = "later",
          until: Callable[[Run], str | None] | None = None) -> Run:
    """Run it to its end. `until` is asked at every look; "parent", "worker" or "all" is what it has
    killed (SIGKILL) there and then, and it is not asked again."""
    command = [sys.executable, "-P", "-c", "from pipeline.cli import main; main()", "batch",
               str(root), "--rubric", RUBRIC, "--out", str(out), "--workers", str(workers),
               "--json", "--ocr", ocr, *more]
    printed = out.parent / f"{out.name}.printed.txt"
    run, over, began = Run(), Event(), time.monotonic()
    with printed.open("wb") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors,
                                   env=environment(), start_new_session=True)
    threads = [Thread(target=_heard, args=(process, run, began)),
               Thread(target=_looked, args=(process.pid, run, over, until))]
    for thread in threads:
        thread.start()
    _, status, used = os.wait4(process.pid, 0)
    run.wall = time.monotonic() - began
    run.code = process.returncode = os.waitstatus_to_exitcode(status)
    run.cpu = used.ru_utime + used.ru_stime
    over.set()
    for thread in threads:
        thread.join()
    assert process.stdout is not None
    process.stdout.close()
    run.printed = printed.read_text("utf-8", "replace")
    return run


def environment() -> dict[str, str]:
    """That of a process which is to find this house."""
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    return {**os.environ, "PYTHONPATH": path}


def _heard(process: subprocess.Popen[bytes], run: Run, began: float) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        try:
            said = json.loads(line)
        except ValueError:
            continue
        if isinstance(said, dict) and "unit" in said:
            run.units.append(said | {"after": time.monotonic() - began})


def _looked(pid: int, run: Run, over: Event, until: Callable[[Run], str | None] | None) -> None:
    while not over.wait(EVERY):
        below = family(pid)
        for one in below:
            kind = "parent" if one == pid else _kind(one)
            peak, now = _memory(one)
            run.peaks[kind] = max(run.peaks.get(kind, 0.0), peak)
            if one == pid and now:
                run.parent.append((len(run.units), now))
        if until is not None and (what := until(run)):
            until = None
            _kill(pid, below, what)


def _kill(pid: int, below: list[int], what: str) -> None:
    doomed = {"parent": [pid], "all": below,
              "worker": [one for one in below if _kind(one) == "reader"][:1]}[what]
    for one in doomed:
        try:
            os.kill(one, signal.SIGKILL)
        except ProcessLookupError:
            continue


def family(pid: int) -> list[int]:
    """The process and all below it, those in sessions of their own too."""
    parents: dict[int, list[int]] = {}
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            try:
                fields = (place / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents.setdefault(int(fields[1]), []).append(int(place.name))
    found = [pid]
    for one in found:
        found += parents.get(one, [])
    return found


def _kind(pid: int) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode("utf-8", "replace")
    except OSError:
        return "other"
    return next((kind for word, kind in KINDS.items() if word in words), "other")


def _memory(pid: int) -> tuple[float, float]:
    """The most it ever held, and what it holds, in MB."""
    found = {"VmHWM": 0.0, "VmRSS": 0.0}
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            name, _, rest = line.partition(":")
            if name in found:
                found[name] = int(rest.split()[0]) / 1024
    except OSError:
        pass
    return found["VmHWM"], found["VmRSS"]


def outputs(out: Path) -> Iterator[tuple[str, bytes]]:
    """What a season leaves for people, by path: all but ledgers, caches and logs."""
    for place in sorted(out.rglob("*")):
        name = place.name
        if place.is_file() and not name.endswith((".log", ".sqlite", "-wal", "-shm")) \
                and "work" not in place.relative_to(out).parts:
            yield place.relative_to(out).as_posix(), place.read_bytes()


def size(folder: Path) -> int:
    """Bytes on disk of all files below, in whole blocks."""
    return sum(place.lstat().st_blocks * 512 for place in folder.rglob("*"))
