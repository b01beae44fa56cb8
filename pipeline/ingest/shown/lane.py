"""A queue with one worker at its end that stays for the next job: for a server, not for a run."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import IO, Any

from pipeline.errors import Reason, WorkerError
from pipeline.ingest.confined import records, worker
from pipeline.ingest.confined.hand import FILES

Answer = dict[str, Any] | Reason
_Folder = tuple[Path, int, int]
"""A folder as it is now: one that is put in its place later is another."""

COMMAND = (sys.executable, "-P", "-m", "pipeline.ingest.shown.worker")
TURNS = 10
"""So many times a job's own time it waits at most for those before it."""


@dataclass(frozen=True, slots=True)
class _Asked:
    job: records.Job
    reads: frozenset[_Folder]
    answer: Future[Answer]


class _Closed(Exception):
    """Nobody asks any more."""


class Lane:
    """Jobs for one worker (see `worker`), answered in their order, from any number of threads.

    A worker that dies or hangs is replaced, and costs its job alone. `scratch` is the one folder it
    writes in; `log` has what it prints. After `idle` seconds without a job it is ended, and started
    again for the next; None: it stays.
    """

    def __init__(self, scratch: Path, log: IO[bytes], idle: float | None = None) -> None:
        self._scratch, self._log, self._idle = scratch, log, idle
        self._waiting: SimpleQueue[_Asked | None] = SimpleQueue()
        self._flying: dict[int, _Asked] = {}
        self._held: _Asked | None = None
        self._reads: frozenset[_Folder] = frozenset()
        self._numbers = itertools.count(1)
        self._closed = False
        self._lock = Lock()
        self._thread: Thread | None = None

    def ask(self, reads: Sequence[Path], seconds: float, **job: Any) -> Answer:
        """The record of a job, or the Reason why there is none: `crash`, `memory`, `timeout`.
        `reads` are folders that it needs; `seconds` its wall time."""
        try:
            return self._put(reads, seconds, job).result(TURNS * seconds)
        except TimeoutError:
            return "timeout"

    def wake(self, reads: Sequence[Path]) -> None:
        """Have the worker started, so that the first job need not wait for it."""
        self._put(reads, records.SECONDS, {"do": "wake"})

    def close(self) -> None:
        """End the worker, whatever it is doing; what is asked or waits is answered with `crash`."""
        with self._lock:
            self._closed = True
            thread = self._thread
        self._waiting.put(None)
        if thread is not None:
            thread.join()

    def _put(self, reads: Sequence[Path], seconds: float, job: dict[str, Any]) -> Future[Answer]:
        asked = _Asked({**job, "number": next(self._numbers), "seconds": seconds},
                       frozenset(_known(reads)), Future())
        with self._lock:
            if self._closed:
                asked.answer.set_result("crash")
                return asked.answer
            if self._thread is None:
                self._thread = Thread(target=self._run, daemon=True)
                self._thread.start()
        self._waiting.put(asked)
        return asked.answer

    # --- the thread that talks to the worker --------------------------------------------------

    def _run(self) -> None:
        while not self._closed:
            self._held = self._held or self._waiting.get()
            if self._held is None:
                break
            # what a worker may read is settled when it starts: for a new folder there is a new one
            self._reads |= self._held.reads
            setup = {"scratch": records.coded(self._scratch),
                     "reads": [records.coded(place) for place, _, _ in self._reads]}
            try:
                answers = worker.supervise(self._take, COMMAND, setup, 1, self._log, sound)
                for count, (job, answer) in enumerate(answers, 1):
                    self._flying.pop(job["number"]).answer.set_result(answer)
                    failed = isinstance(answer, str) or "reason" in answer
                    if job["do"] != "wake" and (failed or count % FILES == 0):
                        self._start_anew()
            except (WorkerError, OSError, _Closed):
                self._give_up()
        self._give_up()

    def _take(self) -> records.Job | None:
        """The next job; None while one is in flight, or when the worker is to be ended. Asked again
        and again while it waits for an answer, so that closing need not wait for that."""
        if self._closed:
            raise _Closed
        if self._flying:
            return None
        try:
            asked = self._held or self._waiting.get(timeout=self._idle)
        except Empty:
            return None
        if asked is None:
            raise _Closed
        if not asked.reads <= self._reads:
            self._held = asked
            return None
        self._held = None
        self._flying[asked.job["number"]] = asked
        return asked.job

    def _start_anew(self) -> None:
        """A worker that has failed, or read enough, was ended: the next stands ready when somebody
        asks. One for LibreOffice can wait for that."""
        if self._idle is None:
            job = {"do": "wake", "number": next(self._numbers), "seconds": records.SECONDS}
            self._waiting.put(_Asked(job, frozenset(), Future()))

    def _give_up(self) -> None:
        """Nobody answers: the worker cannot be started, or is not wanted any more."""
        left = list(self._flying.values())
        self._flying.clear()
        if self._held is not None:
            left.append(self._held)
            self._held = None
        while True:
            try:
                asked = self._waiting.get_nowait()
            except Empty:
                break
            if asked is not None:
                left.append(asked)
        for asked in left:
            asked.answer.set_result("crash")


def sound(job: records.Job, record: records.Record) -> bool:
    """Whether a worker's record has the shape that is promised: it read hostile files."""
    try:
        if record["number"] != job["number"]:
            return False
        return all(name not in record or fits(record[name]) for name, fits in _SHAPES.items())
    except (KeyError, TypeError, ValueError):
        return False


def _number(value: Any) -> bool:
    return type(value) in (int, float) and 0 <= value < 1e7


def _flag(value: Any) -> bool:
    return value is True or value is False


def _text(value: Any, most: int = 100) -> bool:
    return isinstance(value, str) and len(value) <= most


_SHAPES: dict[str, Callable[[Any], bool]] = {
    "reason": _text, "left": _text, "left_sha256": _text, "size": lambda v: type(v) is int,
    "stamp": lambda v: len(v) == 2 and all(type(one) is int for one in v),
    "png": lambda v: _text(v, 8_000_000), "width": _number, "height": _number,
    "page": lambda v: type(v) is int and 0 < v < 1e6,
    "pages": lambda v: v is None or (type(v) is int and 0 < v < 1e6),
    "convert": _flag, "own": _flag, "stale": _flag,
    "boxes": lambda v: len(v) <= 1_000 and all(
        len(box) == 4 and all(type(side) in (int, float) and abs(side) < 1e7 for side in box)
        for box in v),
}  # fmt: skip


def _known(places: Sequence[Path]) -> Iterator[_Folder]:
    """Those of the folders that are there."""
    for place in places:
        try:
            about = place.stat()
        except OSError:
            continue
        yield place, about.st_dev, about.st_ino
