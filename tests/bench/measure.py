"""Whole processes, and what they cost: CPU seconds of all of them, memory of the first alone."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "build" / "bench" / "out"
RUBRIC = os.environ.get("BENCH_RUBRIC", "yuxi-2024")


@dataclass(frozen=True, slots=True)
class Spent:
    """What a run cost: CPU and wall seconds, and what the contender itself had to say."""

    cpu: float
    wall: float
    said: dict[str, Any]


def run(contender: str, folder: Path, workers: int) -> Spent:
    """Run a contender over a folder in processes of its own, OUT empty before."""
    out = OUT / contender
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    command = [sys.executable, "-P", "-m", f"tests.bench.{contender}", str(folder), str(out),
               str(workers)]
    start = time.perf_counter()
    with (out / "printed.txt").open("wb") as printed:
        process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": path},
                                   stdout=printed, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - start
    if process.returncode:
        raise SystemExit(f"{contender} failed:\n{(out / 'printed.txt').read_text()[-2000:]}")
    return Spent(used.ru_utime + used.ru_stime, wall, json.loads((out / "said.json").read_text()))


# --- what a contender says at its end ---------------------------------------------------------


def own_seconds(who: int = resource.RUSAGE_SELF) -> float:
    """CPU seconds of this process (or of its children that have ended) so far."""
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def own_peak() -> float:
    """Most memory this process alone ever held, in MB (its children not counted)."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def leave(out: Path, **more: Any) -> None:
    """Write down what only the process itself knows, as the last thing it does."""
    said = {
        "peak": own_peak(), "own": own_seconds(),
        "children": own_seconds(resource.RUSAGE_CHILDREN),
        "children_peak": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024, **more,
    }
    (out / "said.json").write_text(json.dumps(said))
