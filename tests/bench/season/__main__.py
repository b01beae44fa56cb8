"""The season's bench: what `zuozheng batch` takes, on made seasons whose truth is known.

    python -m tests.bench.season                    all of it: about 25 minutes on two quiet cores
    python -m tests.bench.season --quick            the same on small seasons: 2 minutes
    python -m tests.bench.season --only copies disk   some of it (growth is always measured: the
                                                    others look at its largest season)

README.md beside this file tells how each figure came about. Nothing fails: it prints. The seasons
are made once and kept below build/bench/season; OUT is fresh for each run.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Sequence

from tests.bench.season import figures

PARTS = ("speed", "copies", "disk", "again", "scaling", "kills", "pictures", "memory")


def main(words: Sequence[str] | None = None) -> None:
    """The command `python -m tests.bench.season`."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.season", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--units", type=int, nargs="+", default=[10, 50, 200],
                        help="sizes of the seasons that growth is seen on (default 10 50 200)")
    parser.add_argument("--papers", type=int, default=30, help="papers a unit (default 30)")
    parser.add_argument("--workers", type=int, default=2, help="(default 2)")
    parser.add_argument("--rounds", type=int, default=2, help="of scaling (default 2)")
    parser.add_argument("--scaling", type=int, default=100, help="units of scaling (default 100)")
    parser.add_argument("--kills", type=int, default=12, help="units of a killed run (default 12)")
    parser.add_argument("--pictures", type=int, default=10, help="units of the OCR pass")
    parser.add_argument("--small", type=int, default=10_000, help="small files of memory's season")
    parser.add_argument("--quick", action="store_true", help="everything small")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    given = parser.parse_args(words)
    if given.quick:
        given.units, given.papers, given.rounds, given.scaling = [3, 6, 12], 10, 1, 6
        given.kills, given.pictures, given.small = 6, 3, 500
    report(given)


def report(given: argparse.Namespace) -> None:
    """Measure and print."""
    print(f"The season: {platform.machine()}, {os.cpu_count()} cores, Python "
          f"{platform.python_version()}, load {os.getloadavg()[0]:.1f}. All papers are made.")
    of, out, run = figures.growth(given.units, given.papers, given.workers)
    figures.tell_peaks(run)
    measured = {
        "speed": lambda: figures.speed(of, run, given.workers),
        "copies": lambda: figures.copies(of, out),
        "disk": lambda: figures.disk(of, out),
        "again": lambda: figures.again(of, out, run, given.workers),
        "scaling": lambda: figures.scaling(given.scaling, given.papers, given.rounds),
        "kills": lambda: figures.kills(given.kills, given.papers, given.workers),
        "pictures": lambda: figures.pictures(given.pictures, given.papers, given.workers),
        "memory": lambda: figures.memory(max(1, given.small // 100), given.small, given.workers),
    }
    for name in PARTS:
        if name in given.only:
            measured[name]()
            sys.stdout.flush()


if __name__ == "__main__":
    main()
