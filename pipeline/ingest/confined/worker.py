"""Untrusted files are read in processes of their own; a supervisor knows which file is in flight.

A worker is a command that reads one job a line (JSON) from stdin and answers each with one record.
One that dies, hangs or answers anything else costs that one file: the file gets a reason, a fresh
worker goes on with the next. A worker that has read other files before may have been spoilt by
them: what goes wrong in it is asked once more of a fresh one, so that no file's result hangs on
what was read before it.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import IO

import orjson

from pipeline.errors import Reason
from pipeline.ingest.confined import confine, records
from pipeline.ingest.confined.hand import Answer, Hand, Mourner, Work
from pipeline.ingest.confined.records import Job, Record

LOOK = 0.1
"""Seconds from one look at the clock to the next."""
PROCESSOR = 0.8
"""Of the wall time that a file may keep the processor busy."""
GROWN = 1024**3
"""Bytes of memory that a worker may still hold after a file, or it is replaced."""


def supervise(jobs: Iterable[Job] | Callable[[], Job | None], command: Sequence[str], setup: Job,
              workers: int, log: IO[bytes],
              check: Callable[[Job, Record], bool] = lambda job, record: True
              ) -> Iterator[tuple[Job, Record | Reason]]:
    """Have every job answered by one of `workers` processes; yields as answers come.

    `jobs` are taken as they are needed, here, in order. If it is a function it gives the next job,
    or None while there is none: what comes out of an answer may be a job before the next is asked
    for. It ends when there is no job and none is in flight; closing the iterator ends the workers.

    `setup` is sent to each worker first (see `serve`); what workers print goes to `log`. A job
    whose worker failed, or whose record does not pass `check` (which must not raise), yields its
    Reason: `crash`, `memory` or `timeout` (wall time: `seconds` of the job, or `records.SECONDS`).
    A record that says `"unclean": true` is given without that word, and its worker replaced.

    Raises WorkerError if a worker cannot even start.
    """
    take = jobs if callable(jobs) else partial(next, iter(jobs), None)
    waiting: SimpleQueue[Job | None] = SimpleQueue()
    answered: SimpleQueue[Answer | BaseException] = SimpleQueue()
    mourner = Mourner()
    work = Work(command, setup, log, check, mourner, waiting, answered)
    hands = [Hand(work) for _ in range(workers)]
    out, next_look = 0, 0.0
    try:
        for hand in hands:
            hand.start()
        while True:
            # one more for each hand than it can hold: none waits for the reader of the answers
            while out < 2 * workers and (job := take()) is not None:
                waiting.put(job)
                out += 1
            if not out:
                return
            if time.monotonic() > next_look:
                for hand in hands:
                    hand.look()
                next_look = time.monotonic() + LOOK
            try:
                answer = answered.get(timeout=LOOK)
            except Empty:
                continue
            if isinstance(answer, BaseException):
                raise answer
            out -= 1
            yield answer
    finally:
        for hand in hands:
            hand.stop()
            waiting.put(None)
        for hand in hands:
            hand.join()
        mourner.end()


def serve(prepare: Callable[[Job], Callable[[Job], Record]]) -> None:
    """The worker's loop: `prepare(setup)` on the first line of stdin gives what answers the rest.

    The setup may say, each as `records.coded`, what is to be read (`reads`: files, or folders with
    all that is below; everything where it does not say) and the one folder to write in (`scratch`).
    Each worker finds there a `home` of its own, for what is temporary, that goes when it goes.
    Before anything is prepared, all else is given up. What libraries print goes to stderr, so that
    nothing but records reaches the supervisor.
    """
    out, jobs = os.fdopen(os.dup(1), "wb"), os.fdopen(os.dup(0), "rb")
    os.dup2(2, 1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)  # a program that reads its stdin takes no job away
    os.close(nothing)
    setup = orjson.loads(jobs.readline())
    scratch = None
    if "scratch" in setup:
        scratch, home = records.decoded(setup["scratch"]), str(records.decoded(setup["home"]))
        os.environ.update(dict.fromkeys(("HOME", "TMPDIR", "TMP", "TEMP"), home))
        tempfile.tempdir = home
    confine.apply([records.decoded(one) for one in setup.get("reads", [records.coded("/")])],
                  scratch)
    answer = prepare(setup)
    records.send_record(out, 0, records.WELL, orjson.dumps(records.READY))
    for number, line in enumerate(jobs, start=1):
        job = orjson.loads(line)
        confine.allow_processor(job.get("seconds", records.SECONDS) * PROCESSOR)
        try:
            record = orjson.dumps(answer(job))
        except MemoryError:
            records.send_record(out, number, records.OUT_OF_MEMORY, b"{}")
            continue
        state = records.SPENT if _grown() or _left_children() else records.WELL
        records.send_record(out, number, state, record)


def _grown() -> bool:
    """Whether this process holds more than `GROWN` bytes (Linux)."""
    try:
        status = Path("/proc/self/status").read_bytes()
    except OSError:
        return False
    _, found, rest = status.partition(b"VmRSS:")
    return bool(found) and int(rest.split(maxsplit=1)[0]) * 1024 > GROWN


def _left_children() -> bool:
    """Whether something that the last file had started still runs."""
    if sys.platform == "win32":
        return False
    try:
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            continue
    except ChildProcessError:
        return False
    return True
