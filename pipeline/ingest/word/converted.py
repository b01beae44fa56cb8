"""A paper read by our own reader; where that is in doubt, and for its pictures, by LibreOffice.

Ours come first: they read in a hundredth of the time, the same on every machine, and what a field
last showed; LibreOffice puts the day of the run where a paper has a field for the date. It is the
better of the two on damaged files, and knows where pictures stand.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from PIL import Image

from pipeline.errors import Reason, Unreadable
from pipeline.evidence import Page
from pipeline.ingest.word import docx, office
from pipeline.ingest.word.flow import FEW_LETTERS, Flow, letters

SMALL = 64 * 1024
"""Bytes of a file; what is smaller and says something holds no scan."""
MOST_BROKEN = 0.1
"""Share of letters that mean nothing, in a paper whose bytes were taken for a text."""

_BROKEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ue000-\uf8ff\ufffd-\uffff]")
_TELLING: tuple[Reason, ...] = ("corrupt", "program_missing")
"""What says least of why nothing could be read, the least last."""

_as_docx = functools.lru_cache(maxsize=1)(office.convert)
"""The last paper is kept: each of its pictures is asked for by itself."""


def read(data: bytes, ending: str, gather: Callable[[bytes], Flow]) -> Iterator[Page]:
    """The paper as `gather` reads it, or where that refuses or says that something is unread, as
    LibreOffice does, unless that is clearly shorter; then the pictures that are pages.

    Raises Unreadable for the reason that says most where neither gives a text; garbled where what
    they give is none.
    """
    flow, refusal = _gathered(gather, data)
    scans: list[Page] = []
    if flow.unread or refusal:
        others, second = _converted(data, ending)
        if others and not office.is_short(letters(others[0].blocks), flow.letters):
            # what is not in the file LibreOffice does not find either, and says nothing of it
            cut = flow.unread if flow.unread == "part_missing" else None
            yield replace(others[0], unread=cut or others[0].unread)
            yield from others[1:]
            return
        if not flow.blocks:
            raise min(filter(None, (refusal, second)), key=_weight, default=Unreadable("blank"))
        scans = others[1:]
    elif flow.pictures and (len(data) > SMALL or flow.letters < FEW_LETTERS):
        others, second = _converted(data, ending)
        scans = others[1:]
        flow.unread = second.reason if second else None
    yield flow.page(scans=bool(scans))
    yield from scans


def picture(data: bytes, ending: str, number: int) -> Image.Image:
    """The picture that is page `number` of a paper that `read` has read."""
    return docx.picture(_as_docx(data, ending, "docx"), number)


def pages(data: bytes, ending: str) -> Iterator[Page]:
    """The paper as LibreOffice alone reads it. Raises Unreadable: what `office.convert` and
    `docx.read` raise, garbled."""
    for page in docx.read(_as_docx(data, ending, "docx")):
        if _broken(page.text):
            raise Unreadable("garbled", f"{len(page.text)} letters")
        yield page


def _converted(data: bytes, ending: str) -> tuple[list[Page], Unreadable | None]:
    try:
        return list(pages(data, ending)), None
    except Unreadable as refusal:
        return [], refusal


def _gathered(
    gather: Callable[[bytes], Flow], data: bytes
) -> tuple[Flow, Unreadable | None]:
    """What our own reader says, or nothing and why."""
    try:
        flow = gather(data)
    except Unreadable as refusal:
        if refusal.reason == "encrypted":
            raise
        return Flow(), refusal
    text = "".join(block.text for block in flow.blocks)
    if _broken(text):
        return Flow(), Unreadable("garbled", f"{len(text)} letters")
    return flow, None


def _broken(text: str) -> bool:
    return len(_BROKEN.findall(text)) > MOST_BROKEN * len(text)


def _weight(refusal: Unreadable) -> int:
    return _TELLING.index(refusal.reason) + 1 if refusal.reason in _TELLING else 0
