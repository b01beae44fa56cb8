"""Small letters of our own for the tests: eml from lines, msg from its properties."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tests.ingest.made_ole import ole


def eml(
    *parts: bytes, kind: str = "multipart/mixed", headers: str = "", boundary: str = "b"
) -> bytes:
    """A letter of several parts, each with its own headers."""
    lines = f"{headers}MIME-Version: 1.0\nContent-Type: {kind}; boundary=\"{boundary}\"\n\n"
    inner = b"".join(b"--%s\n%s\n" % (boundary.encode(), each) for each in parts)
    return lines.encode() + inner + f"--{boundary}--\n".encode()


def part(content: bytes, kind: str = "text/plain", headers: str = "") -> bytes:
    return f"Content-Type: {kind}\n{headers}\n".encode() + content


SUBJECT, SENT, HEADERS, BODY, RTF, HTML = 0x37, 0x39, 0x7D, 0x1000, 0x1009, 0x1013
CODE_PAGE, DATA, METHOD, LONG_NAME, MIME_TYPE, CONTENT_ID = (
    0x3FFD, 0x3701, 0x3705, 0x3707, 0x370E, 0x3712
)  # fmt: skip


def properties(
    values: Mapping[int, Any], header: int, narrow: str | None = None
) -> dict[str, Any]:
    """The streams of an object's properties: text (in code page `narrow`, else UTF-16), bytes,
    whole numbers, moments, and storages of an attached letter."""
    fixed = bytes(header)
    streams: dict[str, Any] = {}
    for number, value in values.items():
        if isinstance(value, str):
            kind = 0x1E if narrow else 0x1F
            streams[f"__substg1.0_{number:04X}{kind:04X}"] = value.encode(narrow or "utf-16-le")
        elif isinstance(value, bytes):
            streams[f"__substg1.0_{number:04X}0102"] = value
        elif isinstance(value, dict):
            streams[f"__substg1.0_{number:04X}000D"] = value
        else:
            raw = struct.pack("<Q", _ticks(value))
            fixed += struct.pack("<HHI", 0x40, number, 0) + raw
    return {"__properties_version1.0": fixed, **streams}


def _ticks(value: Any) -> int:
    """A whole number as it is, a moment in tenths of microseconds since 1601."""
    if isinstance(value, datetime):
        since = value - datetime(1601, 1, 1, tzinfo=UTC)
        return (since.days * 86_400 + since.seconds) * 10**7
    return int(value)


def letter(
    values: Mapping[int, Any],
    attached: Sequence[Mapping[int, Any]] = (),
    narrow: str | None = None,
    header: int = 32,
) -> dict[str, Any]:
    """The storage of a letter: its properties, and those of its attachments."""
    tree = properties(values, header, narrow)
    for number, each in enumerate(attached):
        tree[f"__attach_version1.0_#{number:08X}"] = properties(each, 8, narrow)
    return tree


def msg(
    values: Mapping[int, Any],
    attached: Sequence[Mapping[int, Any]] = (),
    narrow: str | None = None,
) -> bytes:
    return ole(letter(values, attached, narrow))
