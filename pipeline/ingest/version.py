"""Which readers these are: two runs with the same version read the same bytes as the same pages."""

from __future__ import annotations

import hashlib
import shutil
import sys
from functools import cache
from importlib import metadata
from pathlib import Path

LIBRARIES = (
    "lxml", "olefile", "onnxruntime", "opencv-python-headless", "pdfplumber",
    "pi-heif", "pillow", "py7zr", "pypdfium2", "python-calamine", "rapidocr",
)
PROGRAMS = ("soffice", "libreoffice", "unar", "lsar", "bsdtar", "7z", "tesseract")


@cache
def version() -> str:
    """A digest over this room's own sources, the nouns, the libraries and the programs it calls:
    whatever changes what a file is read as changes it, and nobody has to remember to. Looked at
    once in the life of a process."""
    room = Path(__file__).parent
    seen = hashlib.sha256(sys.version.encode())
    for source in (*sorted(room.rglob("*.py")), room.parent / "evidence.py"):
        name = source.relative_to(room.parent).as_posix()
        seen.update(name.encode() + b"\0" + source.read_bytes())
    for name in LIBRARIES:
        seen.update(f"{name} {_installed(name)}\0".encode())
    for name in PROGRAMS:
        seen.update(f"{name} {_program(name)}\0".encode("utf-8", "surrogateescape"))
    return seen.hexdigest()[:16]


def _installed(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def _program(name: str) -> str:
    found = shutil.which(name)
    if not found:
        return ""
    place = Path(found).resolve()
    about = place.stat()
    return f"{place} {about.st_size} {about.st_mtime_ns}"
