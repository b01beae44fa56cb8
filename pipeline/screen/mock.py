"""The worker of `zuozheng selftest`: a file that begins with `MAGIC` and the name of a fault has it
commit that fault; any other is read as always. Screening knows nothing of this."""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from pipeline.errors import Unreadable
from pipeline.ingest import kinds
from pipeline.ingest.confined import records, worker
from pipeline.ingest.confined.records import HEAD, MAX_RECORD, WELL, Job, Record

MAGIC = b"#!zuozheng selftest "
SLEEP = 600.0
"""Seconds that what hangs would hang."""
_OVER_ALL_LIMITS = 1 << 33
"""Bytes: more than a worker may ask for. Asked for, they are not touched."""


def answer(job: Job, outside: Path) -> Record:
    """{"pages": a list of texts for each page} or {"reason"} of a file; what a fault answers, if it
    does: {"refused"} says whether it was kept from it, {"children"} whom it started."""
    data = records.decoded(job["place"]).read_bytes()
    if data.startswith(MAGIC):
        return _FAULTS[data.removeprefix(MAGIC).decode("ascii")](outside)
    try:
        return {"pages": [[block.text for block in page.blocks]
                          for page in kinds.read(data, job["path"])]}
    except Unreadable as error:
        return {"reason": error.reason}


def _hang(outside: Path) -> Record:
    time.sleep(SLEEP)
    return {}


def _spin(outside: Path) -> Record:
    until = time.monotonic() + SLEEP
    while time.monotonic() < until:
        pass
    return {}


def _memory(outside: Path) -> Record:
    return {"refused": not bytearray(_OVER_ALL_LIMITS)}


def _segment(outside: Path) -> Record:
    import ctypes

    ctypes.string_at(8)
    return {}


def _stack(outside: Path) -> Record:
    sys.setrecursionlimit(1 << 30)
    one: list[object] = []
    other: list[object] = []
    for _ in range(200_000):
        one, other = [one], [other]
    return {"refused": one != other}


def _kill(outside: Path) -> Record:
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
    return {}


def _leave(outside: Path) -> Record:
    os._exit(0)


def _rubbish(outside: Path) -> Record:
    return _say(b"\xff" * 4096)


def _half(outside: Path) -> Record:
    return _say(HEAD.pack(1, WELL, 4096) + b'{"pages": [["')


def _oversized(outside: Path) -> Record:
    return _say(HEAD.pack(1, WELL, MAX_RECORD + 1) + b"{" * 4096)


def _say(words: bytes) -> Record:
    """Say that to the supervisor, past all rules, and leave as if all were well."""
    for line in range(3, 64):
        with contextlib.suppress(OSError):
            if stat.S_ISFIFO(os.fstat(line).st_mode):
                os.write(line, words)
    os._exit(0)


def _shapeless(outside: Path) -> Record:
    return {"pages": "none"}


def _write(outside: Path) -> Record:
    return _tried(partial((outside / "written").write_bytes, b"a file got out"))


def _read(outside: Path) -> Record:
    return _tried((outside / "secret").read_bytes)


def _connect(outside: Path) -> Record:
    import socket  # noqa: TID251  # to see it refused

    def connect() -> None:
        # Nothing listens there; to be told so is to have had a network.
        with contextlib.suppress(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", 9), timeout=1).close()

    return _tried(connect)


def _tried(deed: Callable[[], object]) -> Record:
    try:
        deed()
    except OSError:
        return {"refused": True}
    return {"refused": False}


def _children(outside: Path) -> Record:
    return {"children": list(_started())}


def _started() -> Iterator[int]:
    """Children that sleep; the second in a session of its own, where no signal to ours goes."""
    for own in (False, True):
        child = os.fork()
        if not child:
            if own:
                os.setsid()
            time.sleep(SLEEP)
            os._exit(0)
        while own and os.getsid(child) != child:
            time.sleep(0.001)
        yield child


_FAULTS: dict[str, Callable[[Path], Record]] = {
    "hang": _hang, "spin": _spin, "memory": _memory, "segment": _segment, "stack": _stack,
    "kill": _kill, "leave": _leave, "rubbish": _rubbish, "half": _half, "oversized": _oversized,
    "shapeless": _shapeless, "write": _write, "read": _read, "connect": _connect,
    "children": _children,
}  # fmt: skip


def main() -> None:
    """A worker process: the setup names the folder `outside`, then a file a line."""
    worker.serve(lambda setup: partial(answer, outside=records.decoded(setup["outside"])))


if __name__ == "__main__":
    main()
