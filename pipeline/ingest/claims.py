"""What the name of a file promises, where its content turns out to be something nobody reads."""

from __future__ import annotations

from collections.abc import Container, Iterator

from pipeline.errors import Unreadable
from pipeline.evidence import Page

PROMISES = frozenset({
    "pdf", "ofd", "doc", "docx", "docm", "dot", "dotx", "dotm", "wps", "wpt", "rtf", "odt",
    "xls", "xlsx", "xlsm", "xlsb", "xlt", "xltx", "et", "ett", "ods", "csv", "tsv",
    "ppt", "pptx", "pptm", "pps", "ppsx", "dps", "odp",
    "html", "htm", "mht", "mhtml", "eml", "msg", "txt", "md",
    "jpg", "jpeg", "png", "gif", "bmp", "tif", "tiff", "webp", "heic", "heif",
    "zip", "rar", "7z", "tar", "gz", "bz2", "xz",
})  # fmt: skip
"""Endings that promise something to read."""


TEXTS = frozenset({"txt", "md", "html", "htm", "csv", "tsv", "eml", "mht", "mhtml"})
"""Those of a text, of which no word is too few."""
PACKAGES = frozenset({"zip", "rar", "7z", "tar", "gz", "bz2", "xz"})
LEAST, LEAST_OF_PACKAGE = 2, 50
"""Chinese characters (five Latin letters or digits go for one) that make a text worth reading in
what is named like another kind of paper, or like an archive: there it is mostly the message of a
server that gave something else instead."""


def ending(name: str) -> str:
    """What stands behind the last dot, in small letters."""
    return name.rpartition(".")[2].lower()


def stranger(kind: str, name: str, holders: Container[str]) -> Unreadable:
    """Why a file of a kind that has no reader is not read: type_mismatch where its name promises
    another kind, corrupt where it promises one and the content is none that we know, else
    unsupported_format. The detail says the kind."""
    promised = ending(name)
    if kind in holders or promised == kind or promised not in PROMISES:
        return Unreadable("unsupported_format", kind)
    return Unreadable("corrupt" if kind == "unknown" else "type_mismatch", kind)


def worth_reading(pages: Iterator[Page], kind: str, name: str) -> Iterator[Page]:
    """The pages of what is written in letters, whatever its name promises.

    Raises Unreadable type_mismatch where it promises a paper that is no text, or an archive, and
    there is too little to be one: "nothing found" would hide that this could not be read.
    """
    promised = ending(name)
    if promised in TEXTS or promised not in PROMISES or promised == kind:
        yield from pages
        return
    least = LEAST_OF_PACKAGE if promised in PACKAGES else LEAST
    held, found = [], 0.0
    for page in pages:
        held.append(page)
        found += sum(1.0 if "\u4e00" <= one <= "\u9fff" else 0.2 for one in page.text
                     if one.isalnum())
        if found >= least:
            break
    else:
        raise Unreadable("type_mismatch", kind)
    yield from held
    yield from pages
