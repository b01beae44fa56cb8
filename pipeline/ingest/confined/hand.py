"""One worker process and the thread that talks to it: starts it, asks it, ends it, replaces it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from threading import Lock, Thread
from typing import IO

from pipeline.errors import Reason, WorkerError
from pipeline.ingest.confined import orphans, records
from pipeline.ingest.confined.records import Job, Record
from pipeline.ingest.confined.scratch import remove

START_SECONDS = 60.0
"""Wall time until a worker is ready."""
FILES = 200
"""A worker reads so many, and is then replaced."""

_ENVIRONMENT = {
    "PYTHONDONTWRITEBYTECODE": "1",
    # workers stand side by side: more threads in one only take turns with the others'; and a
    # second thread, started by a library, would keep what the first gives up
    "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
}  # fmt: skip
_SECRET = re.compile(r"AWS_|PG|.*(?:SECRET|PASSW|TOKEN|CREDENTIAL|_KEY)", re.IGNORECASE)
"""Words of the environment that may open something: a store, a database."""

Answer = tuple[Job, Record | Reason]


@dataclass(frozen=True, slots=True)
class Work:
    """What the hands share: how a worker is started, what is asked, where the answers go."""

    command: Sequence[str]
    setup: Job
    log: IO[bytes]
    check: Callable[[Job, Record], bool]
    mourner: Mourner
    waiting: SimpleQueue[Job | None]
    answered: SimpleQueue[Answer | BaseException]


class Stopped(Exception):
    """Nobody waits for the answer any more."""


class Hand(Thread):
    """Takes jobs that wait, until there is None, and puts their answers; ends its process then."""

    def __init__(self, work: Work) -> None:
        super().__init__(daemon=True)
        self._work = work
        self._process: subprocess.Popen[bytes] | None = None
        self._home: Path | None = None
        self._asked = 0
        self._stopped = False
        self._lock = Lock()
        self._watched: tuple[subprocess.Popen[bytes], float] | None = None
        self._late = False
        self._watching = Lock()

    def run(self) -> None:
        try:
            while not self._stopped and (job := self._work.waiting.get()) is not None:
                self._work.answered.put((job, self._ask(job)))
        except Stopped:
            return
        except BaseException as error:  # told where the answers are read
            self._work.answered.put(error)
        finally:
            self._end()

    def stop(self) -> None:
        """End the process, and take no further job."""
        self._stopped = True
        self._end()

    def look(self) -> None:
        """End the process if what it was asked has had its time."""
        with self._watching:
            if self._watched is not None and time.monotonic() > self._watched[1]:
                self._late = True
                _kill(self._watched[0])
                self._watched = None

    def _ask(self, job: Job) -> Record | Reason:
        fresh = self._process is None
        answer, sure = self._ask_once(job)
        if not sure and not fresh:
            answer, _ = self._ask_once(job)
        return answer

    def _ask_once(self, job: Job) -> tuple[Record | Reason, bool]:
        """The answer, and whether it is surely this file's own and not left by one before it."""
        process = self._process or self._start()
        self._asked += 1
        try:
            state, record = self._talk(process, job, job.get("seconds", records.SECONDS))
        except (OSError, EOFError, ValueError):
            # it died, or what it said was no record: that is this file's fault and no other's
            ended = self._end()
            late = self._late or ended == -getattr(signal, "SIGXCPU", 0)
            return ("timeout", True) if late else ("crash", False)
        unclean = record.pop("unclean", False)
        if state == records.OUT_OF_MEMORY or not self._work.check(job, record):
            self._end()
            return ("memory" if state == records.OUT_OF_MEMORY else "crash"), False
        if unclean:
            self._end()
            return record, False
        if state == records.SPENT or self._asked >= FILES:
            self._end()
        return record, True

    def _start(self) -> subprocess.Popen[bytes]:
        work, setup = self._work, {**self._work.setup}
        with self._lock:
            if self._stopped:
                raise Stopped
            if "scratch" in setup:
                scratch = records.decoded(setup["scratch"])
                self._home = Path(tempfile.mkdtemp(prefix="worker-", dir=scratch))
                setup["home"] = records.coded(self._home)
            process = self._process = subprocess.Popen(
                work.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=work.log,
                env=_environment(), start_new_session=True)
            work.mourner.tell("+", process.pid)
        self._asked = 0
        try:
            _, said = self._talk(process, setup, START_SECONDS)
        except (OSError, EOFError, ValueError):
            said = {}
        if said != records.READY:
            self._end()
            if self._stopped:
                raise Stopped
            raise WorkerError("worker_broken", log=getattr(work.log, "name", ""))
        return process

    def _talk(self, process: subprocess.Popen[bytes], job: Job, seconds: float
              ) -> tuple[int, Record]:
        assert process.stdin is not None and process.stdout is not None
        with self._watching:
            self._watched, self._late = (process, time.monotonic() + seconds), False
        try:
            records.send_job(process.stdin, job)
            return records.receive_record(process.stdout, self._asked)
        finally:
            # while somebody ends the process, this waits: its number is then still its own
            with self._watching:
                self._watched = None

    def _end(self) -> int | None:
        """End the process, whatever it is doing, with all that it started; how it ended."""
        with self._lock:
            process, self._process = self._process, None
            if process is None:
                return None
            _kill(process)
            code = process.wait()
            self._work.mourner.tell("-", process.pid)
            for stream in (process.stdin, process.stdout):
                _close(stream)
            if self._home is not None:
                remove(self._home)
            return code


class Mourner:
    """The process that ends the workers and their programs if we are killed ourselves (POSIX)."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._process = None if sys.platform == "win32" else subprocess.Popen(
            [sys.executable, "-I", "-S", orphans.__file__], stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)

    def tell(self, what: str, pid: int) -> None:
        """`+`: this worker runs; `-`: it has ended."""
        if self._process is not None and self._process.stdin is not None:
            with self._lock:
                try:
                    self._process.stdin.write(f"{what}{pid}\n".encode("ascii"))
                    self._process.stdin.flush()
                except OSError:
                    return  # it is gone: what it was for happens seldom enough

    def end(self) -> None:
        """Nobody is left to be mourned."""
        if self._process is not None:
            _close(self._process.stdin)
            self._process.wait()


def _environment() -> dict[str, str]:
    """What a worker is given of ours: nothing by which a hostile file could open anything else."""
    kept = {name: value for name, value in os.environ.items() if not _SECRET.match(name)}
    return {**kept, **_ENVIRONMENT}


def _kill(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        process.kill()
    else:
        orphans.end(process.pid)


def _close(stream: IO[bytes] | None) -> None:
    try:
        if stream is not None:
            stream.close()
    except OSError:
        # a dead worker's pipe may break on its last flush; the file has its reason already
        return
