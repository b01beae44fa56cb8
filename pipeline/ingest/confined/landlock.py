"""Landlock: what of the file system this process and its children may still reach (Linux 5.13).

System calls and numbers: `Documentation/userspace-api/landlock.rst` and `include/uapi/linux/
landlock.h` of the kernel. A right that a kernel does not know is left out, not failed on.
"""

from __future__ import annotations

import ctypes
import os
import stat
from collections.abc import Iterable
from pathlib import Path

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_ASK_VERSION = 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REFER, _TRUNCATE, _IOCTL_DEVICE = 1 << 13, 1 << 14, 1 << 15
_READ = _EXECUTE | _READ_FILE | _READ_DIR
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEVICE
_TCP = 1 << 0 | 1 << 1
"""To bind, to connect."""
_SCOPES = 1 << 0 | 1 << 1
"""Abstract sockets and signals of processes outside."""


class _Ruleset(ctypes.Structure):
    # a kernel that knows fewer fields takes the longer form as long as the rest is zero
    _fields_ = (("files", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def version(libc: ctypes.CDLL) -> int:
    """Landlock's version in this kernel; 0 or less where there is none."""
    return int(libc.syscall(_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(_ASK_VERSION)))


def confine(libc: ctypes.CDLL, reads: Iterable[Path], writes: Iterable[Path]) -> bool:
    """From now on only what stands below `reads` is read or run, and only below `writes` (which may
    be read as well) anything is written; no TCP, no signal to a process outside.

    Needs no_new_privs, and holds for this thread and what it starts. Places that are not there are
    left out. False where the kernel has no Landlock.
    """
    known = version(libc)
    if known < 1:
        return False
    handled = (1 << 13) - 1
    for since, right in ((2, _REFER), (3, _TRUNCATE), (5, _IOCTL_DEVICE)):
        handled |= right if known >= since else 0
    asked = _Ruleset(handled, _TCP if known >= 4 else 0, _SCOPES if known >= 6 else 0)
    rules = libc.syscall(_CREATE, ctypes.byref(asked), ctypes.c_size_t(ctypes.sizeof(asked)),
                         ctypes.c_uint32(0))
    if rules < 0:
        return False
    try:
        for place in reads:
            _allow(libc, rules, place, handled & _READ)
        for place in writes:
            _allow(libc, rules, place, handled & ~_EXECUTE)
        return bool(libc.syscall(_RESTRICT, ctypes.c_int(rules), ctypes.c_uint32(0)) == 0)
    finally:
        os.close(rules)


def _allow(libc: ctypes.CDLL, rules: int, place: Path, rights: int) -> None:
    try:
        parent = os.open(place, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(parent).st_mode):
            rights &= _OF_FILES
        rule = _Beneath(rights, parent)
        libc.syscall(_ADD, ctypes.c_int(rules), ctypes.c_int(1), ctypes.byref(rule),
                     ctypes.c_uint32(0))
    finally:
        os.close(parent)
