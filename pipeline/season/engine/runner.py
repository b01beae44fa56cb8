"""A process that screens units, one at a time: a job a line (JSON) on stdin, on stdout a line
{"seen": [done, total]} now and then and {"answer": ...} at the end of each; {"broken": error} where
not the unit is at fault but the installation.

It reads no paper itself: each unit gets reading processes of its own. When stdin ends, so does it,
in the middle of a unit too.
"""

from __future__ import annotations

import _thread
import os
import signal
import sys
import time
from queue import SimpleQueue
from threading import Thread
from typing import IO

import orjson

from pipeline.errors import ZuozhengError
from pipeline.language import choose
from pipeline.season import task

OFTEN = 0.5
"""Seconds between two words of progress."""
GRACE = 5.0
"""Seconds to put a unit down before the process is ended where it stands."""


def main() -> None:
    """Do what is asked until nobody asks any more."""
    out, orders = os.fdopen(os.dup(1), "wb"), os.fdopen(os.dup(0), "rb")
    os.dup2(2, 1)  # what a library prints is no answer
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    jobs: SimpleQueue[bytes | None] = SimpleQueue()
    Thread(target=_listen, args=(orders, jobs), daemon=True).start()
    try:
        while (line := jobs.get()) is not None:
            _do(orjson.loads(line), out)
    except (KeyboardInterrupt, BrokenPipeError):
        sys.exit(1)


def _listen(orders: IO[bytes], jobs: SimpleQueue[bytes | None]) -> None:
    for line in orders:
        jobs.put(line)
    jobs.put(None)
    _thread.interrupt_main()
    time.sleep(GRACE)
    os._exit(1)


def _do(job: task.Row, out: IO[bytes]) -> None:
    last = time.monotonic()

    def seen(done: int, total: int, path: str) -> None:
        nonlocal last
        if time.monotonic() - last > OFTEN:
            last = time.monotonic()
            _say(out, {"seen": [done, total]})

    choose(job["language"])
    try:
        said = {"answer": task.screened(job, seen)}
    except ZuozhengError as error:
        said = {"broken": task.problem(error)}
    _say(out, said)


def _say(out: IO[bytes], what: task.Row) -> None:
    out.write(orjson.dumps(what) + b"\n")
    out.flush()


if __name__ == "__main__":
    main()
