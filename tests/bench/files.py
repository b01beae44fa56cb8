"""What becomes of every file of a folder: one status and one reason each, its time and its memory.

    python -m tests.bench.files [FOLDER] [--ocr now|later|never]

FOLDER is that of ZUOZHENG_TEST_FILES unless given. The folder is copied, screened with one worker,
and printed a line a file: status, reason, seconds until its record was there, peak memory of the
processes that read it (resident, sampled every 20 ms: short peaks may be missed), path. Then the
sums that must agree: files planned, files run, files reported. Members of containers are files too.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from threading import Event, Thread

from pipeline.screen.unit import Ocr, screen

RUBRIC = "yuxi-2024"


class Peak(Thread):
    """The largest resident memory of our descendants together, in MB, since it was last asked."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._peak, self._over = 0.0, Event()

    def run(self) -> None:
        while not self._over.wait(0.02):
            self._peak = max(self._peak, descendants())

    def taken(self) -> float:
        peak, self._peak = self._peak, 0.0
        return peak

    def stop(self) -> None:
        self._over.set()


def descendants() -> float:
    """Resident memory of all processes below this one, in MB."""
    children: dict[int, list[int]] = {}
    resident: dict[int, float] = {}
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            try:
                fields = (place / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            children.setdefault(int(fields[1]), []).append(int(place.name))
            resident[int(place.name)] = int(fields[21]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    total, waiting = 0.0, [os.getpid()]
    while waiting:
        for child in children.get(waiting.pop(), []):
            total += resident.get(child, 0.0)
            waiting.append(child)
    return total


def main() -> None:
    """The command `python -m tests.bench.files`."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.files", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", default=os.environ.get("ZUOZHENG_TEST_FILES"))
    parser.add_argument("--ocr", choices=("now", "later", "never"), default="now")
    given = parser.parse_args()
    if not given.folder:
        sys.exit("name a folder, or set ZUOZHENG_TEST_FILES")
    with tempfile.TemporaryDirectory(prefix="zuozheng-files-") as place:
        folder = Path(place) / "files"
        shutil.copytree(given.folder, folder, symlinks=True)
        report(folder, Path(place) / "out", given.ocr)


def report(folder: Path, out: Path, ocr: Ocr) -> None:
    """Screen and print."""
    spent: dict[str, list[float]] = {}
    peak, before = Peak(), time.perf_counter()

    def seen(done: int, total: int, path: str) -> None:
        nonlocal before
        now = time.perf_counter()
        cost = spent.setdefault(path, [0.0, 0.0])
        cost[0] += now - before
        cost[1] = max(cost[1], peak.taken())
        before = now

    planned = sum(path.is_file() and not path.is_symlink() for path in folder.rglob("*"))
    peak.start()
    start = time.perf_counter()
    done = screen(folder, RUBRIC, out, workers=1, ocr=ocr, seen=seen)
    wall = time.perf_counter() - start
    peak.stop()
    rows = json.loads((out / "coverage.json").read_text("utf-8"))["files"]
    for row in rows:
        seconds, most = spent.get(row["path"], (0.0, 0.0))
        print(f"{row['status']:12} {row['reason'] or '-':20} {seconds:7.2f} s {most:7.0f} MB  "
              f"{row['path']}")
    members = [row for row in rows if "!/" in row["path"]]
    reported = len(rows) - len(members)
    statuses = Counter(row["status"] for row in rows)
    print(f"\nplanned {planned}, run {sum(done.statuses.values()) - len(members)}, reported "
          f"{reported}; members of containers {len(members)}; in all {wall:.0f} s")
    print("  ".join(f"{status} {count}" for status, count in sorted(statuses.items())))
    reasons = Counter(row["reason"] for row in rows if row["reason"])
    print("  ".join(f"{reason} {count}" for reason, count in reasons.most_common()))
    print("slowest: " + "; ".join(
        f"{path} {cost[0]:.1f} s" for path, cost in
        sorted(spent.items(), key=lambda each: -each[1][0])[:5]))
    if planned != reported or sum(done.statuses.values()) != len(rows):
        sys.exit("a file was lost")


if __name__ == "__main__":
    main()
