"""Untrusted files are read in processes of their own; a supervisor knows which file is in flight.

A worker is a command that reads one job a line (JSON) from stdin and answers each with one record
(four bytes of length, then JSON). One that dies, hangs or answers anything else costs that one
file: the file gets a reason, a fresh worker goes on with the next. Nothing is ever unpickled.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from queue import Queue
from struct import Struct
from threading import Thread, Timer
from typing import IO, Any, BinaryIO

import orjson

from pipeline.errors import Reason, WorkerError

MAX_RECORD = 256 * 1024 * 1024
"""Bytes of one record; a paper of 5,000 full pages stays far below."""
MEMORY = 4 * 1024**3
"""Address space of a worker in bytes; the largest real paper met so far needs 0.4 GiB."""
SECONDS = 300.0
"""Wall time for one file."""

READY: dict[str, Any] = {"ready": True}
"""What a worker says before its first file: it is not a file's fault if a worker cannot start."""

_LENGTH = Struct(">I")
Job = Mapping[str, Any]
Record = dict[str, Any]


def serve(prepare: Callable[[Job], Callable[[Job], Record]]) -> None:
    """The worker's loop: `prepare(setup)` on the first line of stdin gives what answers the rest.

    What libraries print goes to stderr, so that nothing but records reaches the supervisor.
    """
    _bound()
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    lines = sys.stdin.buffer
    answer = prepare(orjson.loads(lines.readline()))
    _put(out, READY)
    for line in lines:
        _put(out, answer(orjson.loads(line)))


def _bound() -> None:
    """Memory bounded and no core dumps, where the system can (POSIX): a file that asks for more
    ends its worker and not the machine."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _put(out: IO[bytes], record: Record) -> None:
    data = orjson.dumps(record)
    out.write(_LENGTH.pack(len(data)) + data)


def supervise(jobs: Iterable[Job], command: Sequence[str], setup: Job, workers: int,
              log: IO[bytes]) -> Iterator[tuple[Job, Record | Reason]]:
    """Have every job answered by one of `workers` processes; yields as answers come.

    `setup` is sent to each worker first; what workers print goes to `log`. A job whose worker
    failed yields its Reason: `crash` or `timeout`. Jobs are taken as they are needed; closing the
    iterator ends the workers. Raises WorkerError if a worker cannot even start.
    """
    waiting: Queue[Job | None] = Queue(maxsize=workers * 2)
    answered: Queue[tuple[Job, Record | Reason] | BaseException | None] = Queue(workers * 4)
    hands = [_Hand(command, setup, waiting, answered, log) for _ in range(workers)]
    feeder = Thread(target=_feed, args=(jobs, waiting, workers, answered), daemon=True)
    try:
        for thread in (*hands, feeder):
            thread.start()
        running = workers
        while running:
            answer = answered.get()
            if answer is None:
                running -= 1
            elif isinstance(answer, BaseException):
                raise answer
            else:
                yield answer
    finally:
        for hand in hands:
            hand.stop()


def _feed(jobs: Iterable[Job], waiting: Queue[Job | None], workers: int, answered: Queue[Any]
          ) -> None:
    try:
        for job in jobs:
            waiting.put(job)
    except BaseException as error:  # told where the answers are read
        answered.put(error)
    for _ in range(workers):
        waiting.put(None)


class _Hand(Thread):
    """One worker process and the thread that talks to it."""

    def __init__(self, command: Sequence[str], setup: Job, waiting: Queue[Job | None],
                 answered: Queue[Any], log: IO[bytes]) -> None:
        super().__init__(daemon=True)
        self._command, self._setup, self._log = command, setup, log
        self._waiting, self._answered = waiting, answered
        self._process: subprocess.Popen[bytes] | None = None
        self._late = False
        self._ended = False

    def run(self) -> None:
        try:
            while not self._ended and (job := self._waiting.get()) is not None:
                self._answered.put((job, self._ask(job)))
        except BaseException as error:
            self._answered.put(error)
        finally:
            self.end()
            self._answered.put(None)

    def stop(self) -> None:
        """End the process, and take no further job."""
        self._ended = True
        self.end()

    def end(self) -> None:
        """End the process, whatever it is doing."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    _close(stream)

    def _ask(self, job: Job) -> Record | Reason:
        process = self._process or self._start()
        self._late = False
        watch = Timer(SECONDS, self._too_late)
        watch.start()
        try:
            _send(process.stdin, job)
            return _receive(process.stdout)
        except (OSError, EOFError, orjson.JSONDecodeError):
            # It died, or what it said was no record: that is this file's fault and no other's.
            self.end()
            return "timeout" if self._late else "crash"
        finally:
            watch.cancel()

    def _too_late(self) -> None:
        self._late = True
        if self._process is not None:
            self._process.kill()

    def _start(self) -> subprocess.Popen[bytes]:
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(self._command, stdin=pipe, stdout=pipe, stderr=self._log)
        try:
            _send(self._process.stdin, self._setup)
            said = _receive(self._process.stdout)
        except (OSError, EOFError, orjson.JSONDecodeError):
            said = {}
        if said != READY:
            self.end()
            raise WorkerError("worker_broken", log=getattr(self._log, "name", ""))
        return self._process


def _send(pipe: IO[bytes] | None, job: Job) -> None:
    assert pipe is not None
    pipe.write(orjson.dumps(job) + b"\n")
    pipe.flush()


def _receive(pipe: IO[bytes] | None) -> Record:
    assert pipe is not None
    (length,) = _LENGTH.unpack(_exactly(pipe, _LENGTH.size))
    if length > MAX_RECORD:
        raise EOFError("the record is longer than any paper")
    record = orjson.loads(_exactly(pipe, length))
    if not isinstance(record, dict):
        raise EOFError("no record")
    return record


def _exactly(pipe: IO[bytes], size: int) -> bytes:
    data = pipe.read(size)
    if len(data) != size:
        raise EOFError("the worker ended")
    return data


def _close(stream: IO[bytes] | BinaryIO) -> None:
    try:
        stream.close()
    except OSError:
        # A dead worker's pipe may break on its last flush; the file has its reason already.
        return
