"""What the name of a file promises, where its content turns out to be something nobody reads."""

from __future__ import annotations

from collections.abc import Container

from pipeline.errors import Unreadable

PROMISES = frozenset({
    "pdf", "ofd", "doc", "docx", "docm", "dot", "dotx", "dotm", "wps", "wpt", "rtf", "odt",
    "xls", "xlsx", "xlsm", "xlsb", "xlt", "xltx", "et", "ett", "ods", "csv", "tsv",
    "ppt", "pptx", "pptm", "pps", "ppsx", "dps", "odp",
    "html", "htm", "mht", "mhtml", "eml", "msg", "txt", "md",
    "jpg", "jpeg", "png", "gif", "bmp", "tif", "tiff", "webp", "heic", "heif",
    "zip", "rar", "7z", "tar", "gz", "bz2", "xz",
})  # fmt: skip
"""Endings that promise something to read."""


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
