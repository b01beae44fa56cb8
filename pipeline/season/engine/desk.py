"""What a worker of a cluster does with a job: has it done by the engine of its own machine.

So a unit goes the same way everywhere: a process of its own for the unit, confined ones for its
files. Nothing that a paper does can end the cluster's worker, and what ends the unit's process is
that unit's problem, on a cluster as here.
"""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock, Thread
from typing import IO, Any

import orjson

from pipeline.errors import ZuozhengError
from pipeline.season import task
from pipeline.season.engine import local

Row = dict[str, Any]

FORMAT = 1
"""Of what crosses between a run and the cluster's workers."""


@dataclass(slots=True, eq=False)
class _Desk:
    """The engine of this machine, waiting between two jobs with its process alive."""

    run: str
    log: IO[bytes]
    jobs: deque[Row] = field(default_factory=deque)
    ended: bool = False
    answers: Iterator[Row] | None = None

    def done(self, job: Row) -> Row | None:
        """A job's answer; None if the run was ended meanwhile."""
        if self.answers is None:
            self.answers = local.engine(self._take, 1, self.log, stopped=lambda: self.ended)
        self.jobs.append(job)
        return next(self.answers, None)

    def _take(self) -> Row | None:
        return self.jobs.popleft() if self.jobs else None

    def close(self) -> None:
        self.ended = True
        if self.answers is not None:
            self.answers.close()  # type: ignore[attr-defined]
        self.log.close()


_lock = Lock()
_idle: list[_Desk] = []
_busy: set[_Desk] = set()
_over: set[str] = set()


def asked(envelope: bytes) -> bytes:
    """The task: {"format", "run", "job", "versions", "sees", "log"} in, as JSON; out {"answer"}, or
    {"unlike": {what: [wanted, found]}} where this worker is not as the run is, {"broken": error}
    where its installation is, {"over": true} where the run was ended."""
    given = orjson.loads(envelope)
    if given["format"] != FORMAT:
        return orjson.dumps({"unlike": {"format": [str(given["format"]), str(FORMAT)]}})
    try:
        unlike = _unlike(given)
        if unlike:
            return orjson.dumps({"unlike": unlike})
        answer = _done(given)
    except ZuozhengError as error:
        return orjson.dumps({"broken": task.problem(error)})
    return orjson.dumps({"over": True} if answer is None else {"answer": answer})


def about() -> bytes:
    """What decides how copies are looked for: {"zuozheng", "code"} as JSON."""
    from pipeline import __version__
    from pipeline.screen.unit import code

    return orjson.dumps({"zuozheng": __version__, "code": code()})


def over(run: str) -> None:
    """A run has ended: its processes on this worker end."""
    _over.add(run)
    with _lock:
        gone = [desk for desk in _idle if desk.run == run]
        _idle[:] = [desk for desk in _idle if desk.run != run]
        for desk in _busy:
            desk.ended = desk.ended or desk.run == run
    for desk in gone:
        # Apart: whoever tells us so is the loop on which this worker speaks.
        Thread(target=desk.close, daemon=True).start()


def _unlike(given: Row) -> Row:
    found = task.versions(given["job"])
    unlike = {name: [wanted, str(found.get(name, ""))] for name, wanted in given["versions"].items()
              if wanted != found.get(name)}
    for place in given["sees"]:
        if not Path(place).exists():
            unlike["folder"] = [place, ""]
    return unlike


def _done(given: Row) -> Row | None:
    desk = _desk(given["run"], given["log"])
    try:
        answer = None if given["run"] in _over else desk.done(given["job"])
    except BaseException:
        with _lock:
            _busy.discard(desk)
        desk.close()
        raise
    with _lock:
        _busy.discard(desk)
        if answer is not None and not desk.ended:
            _idle.append(desk)
            return answer
    desk.close()
    return answer


def _desk(run: str, log: str | None) -> _Desk:
    """A desk of this run; those of runs before, which nobody ended, are closed."""
    with _lock:
        old = [desk for desk in _idle if desk.run != run]
        mine = [desk for desk in _idle if desk.run == run]
        _idle.clear()
        _idle.extend(mine)
        desk = _idle.pop() if mine else _Desk(run, _opened(log))
        _busy.add(desk)
    for one in old:
        one.close()
    return desk


def _opened(log: str | None) -> IO[bytes]:
    if log is None:
        return os.fdopen(os.dup(sys.__stderr__.fileno() if sys.__stderr__ else 2), "wb", 0)
    return Path(log).open("ab", buffering=0)
