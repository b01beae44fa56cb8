"""What the tool finds around it: programs that read what Python does not, and the layers that keep
a file in its place. Shown by `doctor` and `selftest`."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from pipeline.errors import Unreadable
from pipeline.language import say

PROGRAMS: dict[str, tuple[tuple[str, ...], str]] = {
    "libreoffice": (("soffice", "libreoffice"),
                    "libreoffice-writer-nogui libreoffice-calc-nogui libreoffice-impress-nogui"),
    "unar": (("unar",), "unar"),
    "bsdtar": (("bsdtar",), "libarchive-tools"),
    "7z": (("7zz", "7z"), "7zip"),
    "tesseract": (("tesseract",), "tesseract-ocr tesseract-ocr-chi-sim"),
}  # fmt: skip
"""Program to the names it may have and the Debian packages that hold it."""
WORTH_HAVING = ("libreoffice", "unar")
"""Without these something is read less well, or not at all; the others stand in for them."""


def programs() -> dict[str, str | None]:
    """Where each of `PROGRAMS` is; None where it is not."""
    return {name: next(filter(None, map(shutil.which, names)), None)
            for name, (names, _) in PROGRAMS.items()}


def recogniser() -> str | None:
    """What recognises letters on pictures, with its version; None where nothing does."""
    from pipeline.ingest.scans import ocr

    try:
        return ocr.version()
    except Unreadable:
        return None


def packages() -> list[str]:
    """The Debian packages that would bring what is worth having and not there."""
    found = programs()
    wanted = [name for name in WORTH_HAVING if found[name] is None]
    if recogniser() is None:
        wanted.append("tesseract")
    return [package for name in wanted for package in PROGRAMS[name][1].split()]


def in_words(layers: dict[str, bool]) -> Iterator[str]:
    """Layers, recogniser and programs, a line each."""
    yield say("around.layers")
    for layer, active in layers.items():
        yield f"  {'✓' if active else '–'} {say(f'layer.{layer}')}" + (
            "" if active else f"  {say('layer.absent')}")
    engine = recogniser()
    yield say("around.programs")
    yield f"  {'✓' if engine else '–'} {say('around.ocr')}  {engine or say('doctor.missing')}"
    for name, place in programs().items():
        yield (f"  {'✓' if place else '–'} {name}  {Path(place) if place else say('around.absent')}"
               f"  {say(f'around.{name}')}")
    if wanted := packages():
        line = f"sudo apt-get install --no-install-recommends {' '.join(wanted)}"
        yield say("around.install", line=line)
