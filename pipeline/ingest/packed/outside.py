"""Archives that other programs unpack: unar, bsdtar or 7z, whichever is installed.

A program is given the archive under a name of ours in a folder of ours and writes what it unpacks
to a pipe, all members one behind the other: no name in the archive ever becomes a path, and no
link is made. Sizes and checksums that are known beforehand part the members again.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import cast

from pipeline.errors import Reason, Unreadable
from pipeline.ingest.member import CHUNK
from pipeline.ingest.packed.spool import Spool

SECONDS = 120.0
"""Wall time for all that programs do for one archive."""
ALONE = 100
"""Members asked for one by one, where a broken one spoils those behind it."""

PROGRAMS: dict[str, tuple[str, ...]] = {
    "unar": ("-q", "-nr", "-k", "skip", "-o", "-", "-i"),
    "bsdtar": ("-x", "-O", "-f"),
    "7zz": ("x", "-so", "-bd", "-p-"),
    "7z": ("x", "-so", "-bd", "-p-"),
}
"""Programs in the order in which they are asked, and how they write to a pipe what is in the
archive named next; unar what has the places named behind it, the others everything."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A file in an archive: its place in the list of all that the archive holds (from 0), its
    size in bytes and its CRC-32, if the archive has one."""

    place: int
    size: int
    crc: int | None


@contextlib.contextmanager
def unpacked(data: bytes, ending: str, pieces: Sequence[Piece], others: bool
             ) -> Iterator[Callable[[int], bytes]]:
    """Have pieces of an archive unpacked: gives a function from a piece's place to its bytes,
    which raises Unreadable (corrupt, timeout) for what no program could unpack. The pieces are in
    the archive's order, their sizes bounded by the caller; `others` says whether the archive holds
    files that are not to be unpacked.

    Raises Unreadable: program_missing.
    """
    able = [name for name in PROGRAMS if name == "unar" or not others]
    programs = [(name, where) for name in able if (where := shutil.which(name))]
    if not programs:
        raise Unreadable("program_missing", ", ".join(able))
    with (
        tempfile.TemporaryDirectory(prefix="unpack") as folder,
        Spool() as out,
    ):
        archive = Path(folder, f"archive{ending}")
        archive.write_bytes(data)
        until = time.monotonic() + SECONDS
        found = _found(programs, archive, out, pieces, until)
        lost: Reason = "corrupt" if time.monotonic() < until else "timeout"

        def content(place: int) -> bytes:
            if place not in found:
                raise Unreadable(lost, "no program unpacks it")
            return out.take(*found[place])

        yield content


def _found(programs: list[tuple[str, str]], archive: Path, out: Spool,
           pieces: Sequence[Piece], until: float) -> dict[int, tuple[int, int]]:
    """Where in `out` each piece stands: (from, size) by its place."""
    found = {piece.place: (0, 0) for piece in pieces if not piece.size}
    full = [piece for piece in pieces if piece.size]
    for name, where in programs:
        if len(found) < len(pieces) and time.monotonic() < until:
            _ask(_command(name, where, archive, full), archive.parent, out, full, found, until)
    name, where = programs[0]
    missing = [piece for piece in full if piece.place not in found]
    if name == "unar" and len(full) > 1:
        for piece in missing[:ALONE]:
            if time.monotonic() < until:
                _ask(_command(name, where, archive, [piece]), archive.parent, out, [piece], found,
                     until)
    return found


def _command(name: str, where: str, archive: Path, pieces: Sequence[Piece]) -> list[str]:
    places = [str(piece.place) for piece in pieces] if name == "unar" else []
    return [where, *PROGRAMS[name], str(archive), *places]


def _ask(command: list[str], folder: Path, out: Spool, pieces: Sequence[Piece],
         found: dict[int, tuple[int, int]], until: float) -> None:
    """Run one program, keep its output behind what is there, and note what it gave."""
    begin = out.seek(out.length)
    most = sum(piece.size for piece in pieces)
    well = _run(command, folder, out, most, until)
    length = out.length - begin
    at = begin
    for piece in pieces:
        if at + piece.size > begin + length:
            continue
        # without a checksum only an output that is right altogether is trusted
        right = well and length == most if piece.crc is None else _crc(out, at, piece) == piece.crc
        if right:
            found.setdefault(piece.place, (at, piece.size))
            at += piece.size
    out.cut(max(sum(span) for span in found.values()) if found else 0)


def _crc(out: Spool, at: int, piece: Piece) -> int:
    out.seek(at)
    crc, left = 0, piece.size
    while left and (part := out.read(min(CHUNK, left))):
        crc, left = zlib.crc32(part, crc), left - len(part)
    return crc


def _run(command: list[str], folder: Path, out: Spool, most: int, until: float) -> bool:
    """Copy what a program writes, at most `most` bytes, to `out`; whether it ended well."""
    process = subprocess.Popen(  # no shell; the program is one of ours, the archive's name too
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env={"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8", "HOME": str(folder),
             "TMPDIR": str(folder)},
        start_new_session=True,
    )
    late = Timer(max(0.0, until - time.monotonic()), _end, (process,))
    late.start()
    pipe = cast(io.BufferedReader, process.stdout)
    try:
        written = 0
        while part := pipe.read1(CHUNK):
            if written + len(part) > most:
                _end(process)
                return False
            written += out.write(part)
        return process.wait() == 0
    finally:
        late.cancel()
        _end(process)
        process.wait()
        pipe.close()


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a program and all that it started, if it runs (else its number may be another's)."""
    if process.returncode is not None:
        return
    with contextlib.suppress(OSError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
