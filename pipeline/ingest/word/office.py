"""LibreOffice, run once for each file it is to convert, with nothing of the user's in its reach.

The one place that starts it. It gets a profile of its own, made for the run and thrown away with
it (0.15 s of a second in all): macros are off, nothing linked is loaded or updated, and the filter
is named, so that the bytes are never taken for another format (for HTML least of all).
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from pipeline.errors import Unreadable

SECONDS = 120.0
"""Wall time of one conversion; the slowest real paper so far took 4."""
MOST_BYTES = 256 * 1024 * 1024
"""Of what a conversion writes."""
CLEARLY, SPARE = 1.2, 40
"""What our own reader has of a paper is better than LibreOffice's if it has so many times its
letters and so many more: the number of a page, or a footer, may stand in one of them alone."""

READS = {
    ".doc": "MS Word 97",
    ".docx": "MS Word 2007 XML",
    ".rtf": "Rich Text Format",
    ".wps": "MS_Works",
    ".odt": "writer8",
    ".fodt": "OpenDocument Text Flat XML",
    ".xlsx": "Calc MS Excel 2007 XML",
    ".xlsb": "Calc MS Excel 2007 Binary",
    ".xls": "MS Excel 97",
    ".ods": "calc8",
    ".fods": "OpenDocument Spreadsheet Flat XML",
    ".xml": "MS Excel 2003 XML",
    ".pptx": "Impress MS PowerPoint 2007 XML",
    ".ppt": "MS PowerPoint 97",
    ".odp": "impress8",
}
"""Ending to the filter that reads it; the names stand in LibreOffice's `share/registry`."""
WRITES = {
    "docx": "MS Word 2007 XML",
    "pptx": "Impress MS PowerPoint 2007 XML",
}
"""What is written, and the filter that writes it. It finds itself which of its filters makes a PDF:
texts, sheets and slides each have their own."""

_PROGRAMS = ("soffice", "libreoffice")
_USUAL = (
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    "C:/Program Files/LibreOffice/program/soffice.com",
    "C:/Program Files (x86)/LibreOffice/program/soffice.com",
)
_SETTINGS = (
    # 3: only from trusted places, of which there is none
    ("Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    # 2: links are never updated; for sheets it is 1
    ("Office.Writer/Content/Update", "Link", "2"),
    ("Office.Writer/Content/Update", "Field", "false"),
    ("Office.Writer/Content/Update", "Chart", "false"),
    ("Office.Calc/Content/Update", "Link", "1"),
    ("Office.Common/Misc", "CrashReport", "false"),
    # whatever would go out after all is sent to a port where nobody listens
    ("Inet/Settings", "ooInetProxyType", "1"),
    ("Inet/Settings", "ooInetHTTPProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPProxyPort", "9"),
    ("Inet/Settings", "ooInetHTTPSProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPSProxyPort", "9"),
    ("Inet/Settings", "ooInetNoProxy", ""),
)
_AGAIN = 81
"""What it ends with after it has furnished a new profile, and wants to be started again for."""
_KILL_WITH_PARENT = 1
"""PR_SET_PDEATHSIG of prctl(2)."""


@functools.cache
def available() -> str | None:
    """The path of LibreOffice's program; None where there is none."""
    for name in (*filter(None, map(shutil.which, _PROGRAMS)), *_USUAL):
        program = Path(name)
        if program.is_file():
            # what stands on the path is a script that starts a splash screen that starts this
            program = program.resolve()
            inner = program.with_name("soffice.bin")
            return str(inner if inner.is_file() else program)
    return None


def version() -> str:
    """What tells this LibreOffice from another, without starting it: its program's path, time and
    size; empty where there is none."""
    program = available()
    if program is None:
        return ""
    about = Path(program).stat()
    return f"{program}:{about.st_mtime_ns}:{about.st_size}"


def convert(data: bytes, ending: str, to: str, filter_: str = "") -> bytes:
    """What LibreOffice makes of a file: `ending` is a key of `READS`, `to` one of `WRITES` or
    "pdf", and `filter_` what writes it, with its options, where it is not the usual one.

    Raises Unreadable: program_missing, timeout (`SECONDS`), limit_size (more than `MOST_BYTES`
    came out), corrupt (nothing came out; it does not say why).
    """
    program = available()
    if program is None:
        raise Unreadable("program_missing", "libreoffice")
    with tempfile.TemporaryDirectory(prefix="lo", ignore_cleanup_errors=True) as name:
        scratch = Path(name)
        (scratch / f"in{ending}").write_bytes(data)
        _profile(scratch / "profile")
        command = _command(program, scratch, ending, to, filter_ or WRITES.get(to, ""))
        if (ended := _run(command, scratch)) == _AGAIN:
            ended = _run(command, scratch)
        written = scratch / "out" / f"in.{to}"
        if not written.is_file():
            raise Unreadable("corrupt", f"libreoffice: ended with {ended}")
        if written.stat().st_size > MOST_BYTES:
            raise Unreadable("limit_size", f"{written.stat().st_size} bytes converted")
        return written.read_bytes()


def is_short(letters: int, own: int) -> bool:
    """Whether what LibreOffice made of a paper has clearly fewer letters than our own reader's."""
    return own > CLEARLY * letters + SPARE


def _profile(profile: Path) -> None:
    """A user's settings before the first start: ours, the rest as delivered."""
    items = "".join(
        f'<item oor:path="/org.openoffice.{path}"><prop oor:name="{name}" oor:op="fuse">'
        f"<value>{value}</value></prop></item>"
        for path, name, value in _SETTINGS
    )
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<oor:items xmlns:oor="http://openoffice.org/2001/registry">{items}</oor:items>',
        encoding="utf-8",
    )


def _command(program: str, scratch: Path, ending: str, to: str, filter_: str) -> list[str]:
    return [
        program,
        f"-env:UserInstallation={(scratch / 'profile').as_uri()}",
        # its pipe: where /tmp is not to be written to, it looks here
        "-env:OSL_SOCKET_PATH=.",
        "--headless", "--norestore", "--nolockcheck", "--nodefault", "--nofirststartwizard",
        f"--infilter={READS[ending]}",
        "--convert-to", f"{to}:{filter_}" if filter_ else to,
        "--outdir", str(scratch / "out"),
        str(scratch / f"in{ending}"),
    ]  # fmt: skip


def _run(command: list[str], scratch: Path) -> int:
    """Runs to the end, or is ended with all that it started; its exit code."""
    own = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    place = str(scratch)
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=scratch,
        env=own | {"HOME": place, "TMPDIR": place, "TMP": place, "TEMP": place,
                   "LC_ALL": "C.UTF-8", "SAL_USE_VCLPLUGIN": "svp"},
        start_new_session=True,
        preexec_fn=_bounds(),
    )  # fmt: skip
    try:
        return process.wait(SECONDS)
    except subprocess.TimeoutExpired:
        raise Unreadable("timeout", "libreoffice") from None
    finally:
        _end(process)
        if sys.platform == "linux":
            with contextlib.suppress(OSError):
                _pipe(scratch / "profile").unlink()


def _bounds() -> Callable[[], None] | None:
    """What the process does before it is LibreOffice (POSIX): files bounded, no core dump, and on
    Linux an end with this process, which may be killed while it waits. Memory and processor time
    are bounded already, by limits that are inherited."""
    if sys.platform == "win32":
        return None
    import resource

    prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    most = MOST_BYTES if hard == resource.RLIM_INFINITY else min(MOST_BYTES, hard)

    def bound() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if prctl is not None:
            prctl(_KILL_WITH_PARENT, signal.SIGKILL, 0, 0, 0)

    return bound


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends the process and its group: something may be left of it when it has ended well."""
    if sys.platform == "win32":
        process.kill()
    else:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _pipe(profile: Path) -> Path:
    """Where it listens while it runs (`sal/osl/unx/pipe.cxx`: nothing moves it from /tmp), and what
    is left of that if it is ended."""
    key = hashlib.md5(profile.as_uri().encode("utf-16-le"), usedforsecurity=False).digest()
    name = "".join(f"{byte:x}" for byte in key)
    return Path(f"/tmp/OSL_PIPE_{os.getuid()}_SingleOfficeIPC_{name}")
