"""The one table from a file's kind to what reads it, opens it and shows it.

Adding a format is one file and one line in each table that it belongs to. No reader is imported
before it is needed.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from pipeline.errors import Unreadable
from pipeline.evidence import Page
from pipeline.ingest import claims
from pipeline.ingest.archive import LIMIT_BYTES
from pipeline.ingest.member import Member
from pipeline.ingest.sniff import sniff

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = [
    "HOLDERS", "PICTURES", "READERS", "likenesses", "members", "picture", "read", "sniff",
]  # fmt: skip

READERS = {
    "pdf": "pdf.reader",
    "doc": "word.doc",
    "rtf": "word.rtf",
    "odt": "word.odt",
    "wps": "word.wps",
    "word_xml": "word.word_xml",
    "excel_xml": "sheets.excel_xml",
    "docx": "word.docx",
    "xlsx": "sheets.sheet",
    "xls": "sheets.sheet",
    "xlsb": "sheets.sheet",
    "ods": "sheets.sheet",
    "fods": "sheets.flat_ods",
    "html": "text.html",
    "xml": "text.markup",
    "ofd": "ofd.reader",
    "txt": "text.plain",
    "csv": "sheets.delimited",
    "jpg": "scans.image",
    "png": "scans.image",
    "gif": "scans.image",
    "bmp": "scans.image",
    "tif": "scans.image",
    "webp": "scans.image",
    "heic": "scans.image",
    "pptx": "slides.pptx",
    "ppt": "slides.ppt",
    "odp": "slides.odp",
    "eml": "mail.eml",
    "mht": "mail.eml",
    "msg": "mail.msg",
}
"""Kind to the module of this room that reads it: `read(data) -> Iterator[Page]`."""
HOLDERS: dict[str, str] = {
    "pdf": "pdf.reader",
    "docx": "packed.embedded",
    "xlsx": "packed.embedded",
    "xlsb": "packed.embedded",
    "pptx": "packed.embedded",
    "zip": "packed.unzip",
    "rar": "packed.unrar",
    "7z": "packed.un7z",
    "tar": "packed.untar",
    "gz": "packed.ungz",
    "bz2": "packed.ungz",
    "xz": "packed.ungz",
    "ofd": "ofd.reader",
    "eml": "mail.eml",
    "mht": "mail.eml",
    "msg": "mail.msg",
}
"""Kind to the module that opens what it holds: `members(data) -> Iterator[Member]`. A kind may be
a paper and a holder as well (a letter with attachments)."""
PICTURES: dict[str, str] = {
    "doc": "word.doc",
    "rtf": "word.rtf",
    "odt": "word.odt",
    "wps": "word.wps",
    "word_xml": "word.word_xml",
    "docx": "word.docx",
    "xlsx": "sheets.sheet",
    "pdf": "pdf.picture",
    "jpg": "scans.image",
    "png": "scans.image",
    "gif": "scans.image",
    "bmp": "scans.image",
    "tif": "scans.image",
    "webp": "scans.image",
    "heic": "scans.image",
    "ofd": "ofd.picture",
    "pptx": "slides.pptx",
    "ppt": "slides.ppt",
    "odp": "slides.odp",
}
"""Kind to the module that shows a page of it: `picture(data, number) -> Image`, for recognising
what has no text."""

PASTED = frozenset({"docx", "xlsx", "pptx", "odt", "odp", "ofd"})
"""Packages whose pictures lie in them as files."""

_WRITTEN = frozenset({"txt", "csv", "html", "xml"})
"""What any bytes that are letters may be taken for."""

NAMELESS = "内容"
"""Name of a member that has none, in a file that has none either."""

# parts of a split archive after the first
_PART = re.compile(r"\.(?:7z|zip|rar|tar|gz)\.\d{3}$|\.[rz]\d\d$", re.IGNORECASE)


def read(data: bytes, name: str) -> Iterator[Page]:
    """The pages of a file in order, each let go before the next; `name` helps only where the
    content does not settle the kind.

    Raises Unreadable(reason, detail), at once or after some pages: empty, unsupported_format (the
    detail says which), encrypted, corrupt, garbled, blank, no_text_layer, limit_size, limit_pages,
    limit_members, limit_ratio, memory.
    """
    if len(data) > LIMIT_BYTES:
        raise Unreadable("limit_size", str(len(data)))
    kind = sniff(data, name)
    if kind == "empty":
        raise Unreadable("empty")
    if kind == "encrypted":
        raise Unreadable("encrypted")
    if kind not in READERS:
        if kind == "unknown" and _PART.search(name):
            raise Unreadable("part_missing", name[-4:])
        raise claims.stranger(kind, name, HOLDERS)
    reader = importlib.import_module(f"pipeline.ingest.{READERS[kind]}")
    try:
        pages = cast(Iterator[Page], reader.read(data))
        yield from pages if kind not in _WRITTEN else claims.worth_reading(pages, kind, name)
    except Unreadable as refusal:
        if kind == "txt" and refusal.reason == "garbled" and _promises(name):
            # bytes that somebody could take for letters, in what was meant to be something else
            raise Unreadable("corrupt", claims.ending(name)) from None
        raise
    except MemoryError:
        raise Unreadable("memory") from None
    except RecursionError:
        raise Unreadable("corrupt", "nested too deeply") from None


def members(data: bytes, kind: str, name: str = "") -> Iterator[Member]:
    """What a file of one of the `HOLDERS` holds, in its order, each member let go before the next.
    What has no name in it has the file's own `name` without its last ending, else `NAMELESS`.

    Raises Unreadable when it cannot be opened at all, or not be read to its end: the reasons of
    `read`, limit_depth, part_missing, program_missing.
    """
    holder = importlib.import_module(f"pipeline.ingest.{HOLDERS[kind]}")
    for member in cast(Iterator[Member], holder.members(data)):
        yield member if member.name else replace(member, name=_unpacked_name(name))


def picture(data: bytes, kind: str, number: int) -> Image:
    """Page `number` of a file of one of the `PICTURES`, as it is shown. Raises Unreadable."""
    shown = importlib.import_module(f"pipeline.ingest.{PICTURES[kind]}")
    return cast("Image", shown.picture(data, number))


def likenesses(data: bytes, kind: str) -> list[tuple[int, str]]:
    """What the pictures of a picture file, or those that stand in a paper, look like: (number from
    1, 64 hex digits); see `scans.likeness`. Sheets of paper look like nothing: they are known by
    their words. Raises nothing: a picture that is not known again loses its paper nothing."""
    if READERS.get(kind) != "scans.image" and kind not in PASTED and kind != "pdf":
        return []
    from pipeline.ingest.scans import likeness

    of = likeness.of_package if kind in PASTED else \
        likeness.of_pages if kind == "pdf" else likeness.of_picture
    try:
        return list(of(data))
    except (Unreadable, MemoryError):
        return []


def _unpacked_name(name: str) -> str:
    """What a packed file was called, by the name it has now: 纪要.txt.gz, 会议.tgz."""
    base = name.rpartition("/")[2]
    stem, _, ending = base.rpartition(".")
    return stem if stem.strip(" .") and ending else NAMELESS


def _promises(name: str) -> bool:
    return claims.ending(name) in claims.PROMISES - {"txt", "md"}
