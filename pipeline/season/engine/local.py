"""Units side by side on this machine: a few processes that stay over many units, each doing one.

What kills one of them costs its unit a second try in a fresh one, and then a problem. They end when
their input does: however this process ends, none goes on for nobody.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from typing import IO, Any

import orjson

from pipeline.errors import WorkerError
from pipeline.ingest.confined import orphans

Row = dict[str, Any]
Take = Callable[[], Row | None]
Seen = Callable[[str, int, int], None]
"""Told of progress: the unit, its files done, its files in all."""

LOOK = 0.1
"""Seconds from one look around to the next."""
GRACE = 10.0
"""Seconds that a process is given to put its unit down; what it was doing is safe in any case."""
UNITS = 500
"""A process does so many, and is then replaced."""
TRIES = 2


def engine(take: Take, workers: int, log: IO[bytes],
           seen: Seen = lambda unit, done, total: None,
           stopped: Callable[[], bool] = lambda: False) -> Iterator[Row]:
    """Have every job of `take` done by `season.task.screened`, `workers` at a time; answers as they
    come. `take` is asked when a process is free, and once more after each answer; it ends when
    there is no job and none is being done.

    What the processes print goes to `log`. Closing the iterator, or `stopped`, ends them; then what
    they were doing is done again another time. May be used from any thread.

    Raises WorkerError when a process twice says that the installation is broken.
    """
    events: SimpleQueue[tuple[_Runner, Row | None]] = SimpleQueue()
    idle: list[_Runner] = []
    busy: dict[_Runner, Row] = {}
    again: deque[Row] = deque()
    tried: dict[str, int] = {}
    try:
        while not stopped():
            while len(busy) < workers and (job := again.popleft() if again else take()) is not None:
                tried[job["unit"]] = tried.get(job["unit"], 0) + 1
                runner = idle.pop() if idle else _Runner(log, events)
                busy[runner] = job
                runner.give(job)
            if not busy:
                return
            try:
                runner, event = events.get(timeout=LOOK)
            except Empty:
                continue
            if event is not None and "seen" in event and runner in busy:
                seen(busy[runner]["unit"], *event["seen"])
                continue
            ended = busy.pop(runner, None)
            if event is None:
                runner.end(0)
                if runner in idle:
                    idle.remove(runner)
            elif runner.asked < UNITS and "answer" in event:
                idle.append(runner)
            else:
                runner.end()
            if ended is None:
                continue
            if event is not None and "answer" in event:
                del tried[ended["unit"]]
                yield event["answer"]
            elif tried[ended["unit"]] < TRIES:
                again.append(ended)
            elif event is not None:
                raise WorkerError(event["broken"]["key"], **event["broken"]["args"])
            else:
                del tried[ended["unit"]]
                yield crashed(ended)
    finally:
        for runner in (*idle, *busy):
            runner.hang_up()
        until = time.monotonic() + GRACE
        for runner in (*idle, *busy):
            runner.end(max(0.0, until - time.monotonic()))


def crashed(job: Row) -> Row:
    """The answer for a unit whose process died twice."""
    return {"unit": job["unit"], "state": "failed", "problem": {"key": "unit_crashed", "args": {
                "why": "process"}},
            "key": "", "versions": {}, "unchanged": False, "opened": 0, "recognised": 0,
            "seconds": 0.0, "summary": None}


class _Runner:
    """A process that does one job at a time (see `runner`), and the thread that hears it."""

    def __init__(self, log: IO[bytes], events: SimpleQueue[tuple[_Runner, Row | None]]) -> None:
        self._events = events
        self.asked = 0
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "pipeline.season.engine.runner"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, start_new_session=True,
            # they stand side by side: more threads in one only take turns with the others'
            env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"})
        self._ear = Thread(target=self._hear, daemon=True)
        self._ear.start()

    def give(self, job: Row) -> None:
        """Have a job done. If the process has died, that is heard as of any that dies at work."""
        self.asked += 1
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.write(orjson.dumps(job) + b"\n")
            self._process.stdin.flush()

    def _hear(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            try:
                self._events.put((self, orjson.loads(line)))
            except orjson.JSONDecodeError:
                break
        self._events.put((self, None))

    def hang_up(self) -> None:
        """Tell it to end."""
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.close()

    def end(self, grace: float = GRACE) -> None:
        """End it, with all that it started."""
        self.hang_up()
        try:
            self._process.wait(grace)
        except subprocess.TimeoutExpired:
            if sys.platform == "win32":
                self._process.kill()
            else:
                orphans.end(self._process.pid)
            self._process.wait()
        self._ear.join()
        assert self._process.stdout is not None
        self._process.stdout.close()
