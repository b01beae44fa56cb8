"""No network: a network namespace of its own where that is permitted, and a filter of system calls.

The filter (seccomp, `Documentation/userspace-api/seccomp_filter.rst` of the kernel) stands where
namespaces do not, as in most containers: no socket but the local kind, and no connection by one.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
from pathlib import Path

_NEW_USER, _NEW_NET = 0x10000000, 0x40000000
_LOCAL = 1
"""AF_UNIX."""
_IO_URING = 425
"""io_uring_setup: its requests pass no filter."""
_X32 = 0x40000000
"""Numbers from here on are x86-64's second set of the same calls."""
_CALLS = {
    # audit architecture; seccomp, socket, connect, and access with the place of its mode
    "x86_64": (0xC000003E, 317, 41, 42, 21, 1),
    "aarch64": (0xC00000B7, 277, 198, 203, 48, 2),
    "loongarch64": (0xC0000102, 277, 198, 203, 48, 2),
}

_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_NUMBER, _ARCHITECTURE, _FIRST = 0, 4, 16
"""Offsets in struct seccomp_data."""


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def leave_network(libc: ctypes.CDLL) -> bool:
    """Into a network namespace that holds nothing. Reading files is as before: who we are on disk
    does not change. False where it is not permitted, or the process has several threads."""
    if libc.unshare(_NEW_NET) == 0:
        return True
    user, group = os.geteuid(), os.getegid()
    # among users of its own, root would no longer read what is others'
    if user == 0 or libc.unshare(_NEW_USER | _NEW_NET) != 0:
        return False
    # without a map of our own we would look like nobody to ourselves
    for name, text in (("uid_map", f"{user} {user} 1"), ("setgroups", "deny"),
                       ("gid_map", f"{group} {group} 1")):
        try:
            with Path("/proc/self", name).open("r+b", buffering=0) as line:
                line.write(text.encode("ascii"))
        except OSError:
            continue
    return True


def refuse_sockets(libc: ctypes.CDLL) -> bool:
    """No socket but the local kind, and no connection: refused with EACCES from now on.

    access(2) that asks for writing alone is refused as well. It takes nothing away (who wants to
    write finds out by writing), but LibreOffice asks it of /tmp, and on a yes makes its pipe there,
    which it may not; on a no it makes it where its command line says.

    Needs no_new_privs. False where the machine's calls are not known here.
    """
    calls = _CALLS.get(platform.machine())
    if calls is None:
        return False
    architecture, seccomp, socket, connect, access, mode = calls
    code = (
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 0, 11, architecture),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 9, 0, _X32),
        (_EQUAL, 8, 0, _IO_URING),
        (_EQUAL, 7, 0, connect),
        (_EQUAL, 3, 0, access),
        (_EQUAL, 0, 4, socket),
        (_LOAD, 0, 0, _FIRST),
        (_EQUAL, 2, 3, _LOCAL),
        (_LOAD, 0, 0, _FIRST + 8 * mode),
        (_EQUAL, 1, 0, os.W_OK),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _ERRNO | errno.EACCES),
    )
    packed = b"".join(struct.pack("=HBBI", *step) for step in code)
    program = _Program(len(code), packed)
    # 1: set a filter; 4: do not slow the whole process down for it (before Linux 5.16)
    done = libc.syscall(seccomp, ctypes.c_uint(1), ctypes.c_uint(4), ctypes.byref(program))
    return bool(done == 0)
