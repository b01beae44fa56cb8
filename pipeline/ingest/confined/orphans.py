"""Ends a process with all that it started, also when whoever should have done so is gone.

Run as a program (by its path, it needs nothing of the package) it is told on stdin which workers
run: `+pid`, `-pid`, a line each. When stdin ends while some still do, the supervisor was killed:
their programs (LibreOffice, an unpacker) would go on for nobody.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

_ENDED = (b"Z", b"X")
_ROUNDS = 50
"""Looks around for what was being started meanwhile, a few milliseconds apart."""


def end(pid: int) -> None:
    """End the leader of a session with all of its session and all that descends from it (Linux), or
    with its group (elsewhere). The process itself must not have been waited for yet."""
    if sys.platform == "win32":
        return
    try:
        before = _family(pid)
        os.killpg(pid, signal.SIGKILL)
        for _ in range(_ROUNDS):
            for one in before:
                _kill(one)
            if not (before := _family(pid)):
                return
            time.sleep(0.002)
    except (ProcessLookupError, PermissionError):
        return  # none is left


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and is not yet waited for does not."""
    try:
        os.kill(pid, 0)
        return _stat(Path("/proc", str(pid)))[0] not in _ENDED
    except ProcessLookupError:
        return False
    except (OSError, ValueError):
        return True  # it is another's, or there is no /proc here


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _family(pid: int) -> list[int]:
    """Who lives of the session of `pid`, and of its descendants; itself included."""
    parents, living, session = {}, set(), set()
    for place in Path("/proc").glob("[1-9]*"):
        one = int(place.name)
        try:
            state, parents[one], of = _stat(place)
        except (OSError, ValueError):
            continue  # it ended just now
        if state not in _ENDED:
            living.add(one)
        if of == pid:
            session.add(one)
    return [one for one in living if one in session or _descends(one, pid, parents)]


def _stat(place: Path) -> tuple[bytes, int, int]:
    """State, parent and session of a process (proc(5); its name before them may hold anything)."""
    state, parent, _, session = (place / "stat").read_bytes().rpartition(b")")[2].split()[:4]
    return state, int(parent), int(session)


def _descends(one: int, pid: int, parents: dict[int, int]) -> bool:
    seen: set[int] = set()
    while one and one not in seen:
        if one == pid:
            return True
        seen.add(one)
        one = parents.get(one, 0)
    return False


def main() -> None:
    """Keep the list; end what is left on it."""
    running: set[int] = set()
    for line in sys.stdin:
        pid = int(line[1:])
        (running.add if line[0] == "+" else running.discard)(pid)
    for pid in running:
        end(pid)


if __name__ == "__main__":
    main()
