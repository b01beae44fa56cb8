"""Where the time of `screen` goes, by room of the house.

Two looks at the same work: samples of the running stack (every millisecond of CPU: true shares),
and cProfile (counts calls, but makes small functions look dearer than they are).
"""

from __future__ import annotations

import cProfile
import os
import pstats
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from pipeline.rubric import calendar
from pipeline.rubric.load import load
from pipeline.screen import paper, unit
from tests.bench.clauses import UNIT
from tests.bench.corpus import files_of
from tests.bench.measure import OUT, ROOT, RUBRIC

HOUSE = str(ROOT / "pipeline") + "/"
EVERY = 0.001


class Sampler:
    """Counts, while it is on, which room and which function the main thread stands in."""

    def __init__(self, below: str) -> None:
        """`below` is the file whose callees are the rooms."""
        self._below = below
        self.rooms: Counter[str] = Counter()
        self.functions: Counter[str] = Counter()
        self.lines: Counter[str] = Counter()

    def __enter__(self) -> Sampler:
        signal.signal(signal.SIGPROF, self._take)
        signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)
        return self

    def __exit__(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)

    def _take(self, _: int, frame: FrameType | None) -> None:
        room, inner = "(elsewhere)", None
        while frame is not None:
            file = frame.f_code.co_filename
            if file == self._below:
                room = room_of(inner or file)
                break
            if file.startswith(HOUSE):
                if inner is None:
                    name = f"{file.removeprefix(HOUSE)}:{frame.f_code.co_qualname}"
                    self.functions[name] += 1
                    self.lines[f"{file.removeprefix(HOUSE)}:{frame.f_lineno}"] += 1
                inner = file
            frame = frame.f_back
        self.rooms[room] += 1


def room_of(file: str) -> str:
    """The room that a file of the pipeline belongs to."""
    return file.removeprefix(HOUSE).partition("/")[0].removesuffix(".py")


def profile(folder: Path) -> None:
    """Print both looks at reading the folder's papers, and one at the parent's work."""
    jobs = [{"path": str(file.relative_to(folder)), "place": os.fsencode(file).hex()}
            for file in files_of(folder)]
    years = calendar.years(load(RUBRIC).period)
    given = paper.task({
        "rubric": load(RUBRIC).model_dump(mode="json", exclude_none=True), "unit": [UNIT],
        "asked": years,
    })
    paper.read(jobs[0], given)  # what is imported on first use is start-up
    start = time.process_time()
    records = [paper.read(job, given) for job in jobs]
    seconds = time.process_time() - start
    pages = sum(record["file"]["pages"] or 0 for record in records)
    print(f"\nReading {len(jobs)} papers, {pages} pages, in process: {seconds:.2f} s CPU, "
          f"{pages / seconds:.0f} pages/s")
    with Sampler(paper.__file__) as sampler:
        for job in jobs:
            paper.read(job, given)
    _shares("room (sampled; `screen` is paper.py itself with JSON)", sampler.rooms)
    _shares("function, itself and the C it calls (sampled)", sampler.functions, 30)
    _shares("line (sampled)", sampler.lines, 20)
    _counted(lambda: [paper.read(job, given) for job in jobs])
    _parent(folder)


def _shares(title: str, counted: Counter[str], most: int = 12) -> None:
    total = counted.total()
    print(f"\n{title}")
    for name, count in counted.most_common(most):
        print(f"  {count / total:6.1%}  {name}")


def _counted(work: Callable[[], object]) -> None:
    """By cProfile: what paper.py calls, by room, cumulative; then the dearest functions."""
    profiler = cProfile.Profile()
    profiler.runcall(work)
    stats: dict[Any, Any] = pstats.Stats(profiler).stats  # type: ignore[attr-defined]
    rooms: Counter[str] = Counter()
    for (file, _, name), (*_, callers) in stats.items():
        for (caller, _, _), (_, _, _, cumulative) in callers.items():
            if caller == paper.__file__ and file != caller:
                room = "json" if "orjson" in name else room_of(file)
                rooms[room if file.startswith(HOUSE) or room == "json" else "builtins"] += (
                    round(cumulative * 1e6))
    _shares("room (cProfile, cumulative)", rooms)
    print("\nfunction (cProfile: calls, own seconds, cumulative seconds)")
    dearest = sorted(stats.items(), key=lambda entry: -entry[1][2])[:30]
    for (file, line, name), (_, calls, own, cumulative, _) in dearest:
        print(f"  {calls:9} {own:7.2f} {cumulative:7.2f}  {file.removeprefix(HOUSE)}:{line}:{name}")


def _parent(folder: Path) -> None:
    """What the parent does while and after its workers read."""
    out = OUT / "profile"
    shutil.rmtree(out, ignore_errors=True)
    start = time.process_time()
    with Sampler(unit.__file__) as sampler:
        unit.screen(folder, RUBRIC, out, workers=1)
    print(f"\nThe parent: {time.process_time() - start:.2f} s CPU, start-up aside")
    _shares("room of the parent (sampled; all threads' time counts)", sampler.rooms)
    _shares("function of the parent", sampler.functions, 20)

