"""What a worker gives up before it reads anything, so that a file which takes it over gains little.

Layer upon layer, each where the system has it: memory, processor time and the size of files are
bounded; rights are laid down; nothing is written outside the worker's own folder and nothing read
outside what it was given; there is no network; nothing outlives a supervisor that is killed. Linux
has them all. Elsewhere POSIX gives the bounds alone, and Windows none (a job object would be its
way); the supervisor's wall time and the loss of one file alone hold everywhere.
"""

from __future__ import annotations

import ctypes
import math
import os
import signal
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import orjson

from pipeline.ingest.confined import landlock, offline

MEMORY = 4 * 1024**3
"""Address space of a process in bytes; the largest real paper met so far needs 0.4 GiB."""
FILE_BYTES = 600 * 1024**2
"""Of one file that a process writes: a little more than a member of a container may have."""
OPEN_FILES = 512

LAYERS = (
    "memory", "processor", "file_size", "privileges", "reading", "writing", "network", "alone",
)  # fmt: skip
"""What `layers` tells of. `alone`: it ends with its supervisor."""

_SYSTEM = (
    "/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin", "/opt", "/etc", "/nix/store", "/gnu/store",
    "/proc", "/sys", "/var/cache/fontconfig", "/var/lib/libreoffice", "/var/spool/libreoffice",
    "/dev/null", "/dev/zero", "/dev/random", "/dev/urandom",
)  # fmt: skip
"""What Python, its libraries and the programs that readers start are made of."""
_DEATH_SIGNAL, _GET_DEATH_SIGNAL, _NO_NEW_PRIVS, _GET_NO_NEW_PRIVS = 1, 2, 38, 39
_SUBREAPER = 36
"""Numbers of prctl(2)."""
_CAPABILITIES = 0x20080522
"""Version 3 of capset(2)."""
_READ_ANYTHING = 1 << 2
"""CAP_DAC_READ_SEARCH."""


def apply(reads: Sequence[Path], scratch: Path | None) -> None:
    """Give up all but reading below `reads` (and what programs are made of) and writing below
    `scratch`. Cannot be undone, and holds for every process started later.

    To be called before a second thread is started: some layers hold for one thread alone.
    """
    _bound()
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    # what a child leaves behind when it ends is still ours, to be found and ended
    libc.prctl(_SUBREAPER, 1, 0, 0, 0)
    _die_first()
    offline.leave_network(libc)
    _lay_down(libc)
    code = (sys.prefix, sys.base_prefix, *filter(None, sys.path), str(Path(__file__).parents[2]))
    own = [Path(place) for place in (*_SYSTEM, *code)]
    landlock.confine(libc, [*own, *reads], [Path("/dev/null"), *([scratch] if scratch else [])])
    offline.refuse_sockets(libc)


def allow_processor(seconds: float) -> None:
    """So many seconds of processor time from now on (rounded up); then SIGXCPU ends the process."""
    if sys.platform != "win32":
        import resource

        soft = math.ceil(time.process_time() + seconds)
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def layers() -> dict[str, bool]:
    """Which of `LAYERS` hold here: tried out in a process of its own that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="zuozheng-") as name:
        inside, outside = Path(name, "inside"), Path(name, "outside")
        inside.mkdir()
        outside.write_bytes(b"")
        command = [sys.executable, "-P", "-m", "pipeline.ingest.confined.confine", str(inside),
                   str(outside)]
        try:
            told = subprocess.run(command, capture_output=True, timeout=60, check=True).stdout
            return {layer: orjson.loads(told).get(layer) is True for layer in LAYERS}
        except (OSError, subprocess.SubprocessError, orjson.JSONDecodeError):
            return dict.fromkeys(LAYERS, False)


def _bound() -> None:
    """Memory, files and dumps bounded where the system can (POSIX)."""
    if sys.platform != "win32":
        import resource

        for what, most in (
            (resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_FSIZE, FILE_BYTES), (resource.RLIMIT_NOFILE, OPEN_FILES),
        ):  # fmt: skip
            _, hard = resource.getrlimit(what)
            if hard != resource.RLIM_INFINITY:
                most = min(most, hard)
            try:
                resource.setrlimit(what, (most, most))
            except (OSError, ValueError):
                continue  # macOS knows RLIMIT_AS and does not take it


def _die_first() -> None:
    """If the machine runs out of memory, a worker ends before the supervisor does."""
    try:
        with Path("/proc/self/oom_score_adj").open("r+b", buffering=0) as badness:
            badness.write(b"500")
    except OSError:
        return  # the kernel's choice, then


def _lay_down(libc: ctypes.CDLL) -> None:
    """No program started later has more rights; of root's, if it is root, only reading stays."""
    libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0)
    kept = _READ_ANYTHING if os.geteuid() == 0 else 0
    libc.capset(struct.pack("=Ii", _CAPABILITIES, 0), struct.pack("=6I", kept, kept, 0, 0, 0, 0))


def _tried(inside: Path, outside: Path) -> dict[str, bool]:
    """What each layer does when it is put to the test; nothing is sent and nothing changed."""
    apply([], inside)
    held = dict.fromkeys(LAYERS, False)
    if sys.platform != "win32":
        import resource

        allow_processor(60)
        held["memory"] = resource.getrlimit(resource.RLIMIT_AS)[0] <= MEMORY
        held["file_size"] = resource.getrlimit(resource.RLIMIT_FSIZE)[0] <= FILE_BYTES
        held["processor"] = resource.getrlimit(resource.RLIMIT_CPU)[0] != resource.RLIM_INFINITY
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        signals = ctypes.c_int(0)
        libc.prctl(_GET_DEATH_SIGNAL, ctypes.byref(signals), 0, 0, 0)
        held["alone"] = signals.value == signal.SIGKILL
        held["privileges"] = libc.prctl(_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1
        held["network"] = not _reaches(libc)
        held["reading"] = not _opens(outside, os.O_RDONLY)
        held["writing"] = not _opens(outside, os.O_WRONLY)
    return held


def _opens(place: Path, how: int) -> bool:
    try:
        os.close(os.open(place, how))
    except OSError:
        return False
    return True


def _reaches(libc: ctypes.CDLL) -> bool:
    """Whether a datagram could be sent (to this machine's own port 9; none is)."""
    line = libc.socket(2, 2, 0)
    if line < 0:
        return False
    try:
        address = struct.pack("=H", 2) + struct.pack(">H4s8x", 9, bytes((127, 0, 0, 1)))
        return bool(libc.connect(line, address, len(address)) == 0)
    finally:
        os.close(line)


if __name__ == "__main__":
    sys.stdout.buffer.write(orjson.dumps(_tried(Path(sys.argv[1]), Path(sys.argv[2]))))
