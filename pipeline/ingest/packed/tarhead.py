"""How a tape archive is told: those of 1979 have no magic, but every header has a checksum."""

from __future__ import annotations

BLOCK = 512
"""Bytes of a header; what follows it fills whole blocks too."""
_CHECKSUM = slice(148, 156)


def is_tar(head: bytes) -> bool:
    """Whether a file of these first bytes is a tape archive: the checksum of its first header is
    right (the field itself counts as blanks), whatever its magic says."""
    if len(head) < BLOCK or not head[0]:
        return False
    stated = head[_CHECKSUM].strip(b"\0 ")
    total = sum(head[:148]) + 8 * 0x20 + sum(head[156:BLOCK])
    return stated.isdigit() and len(stated) >= 3 and f"{total:o}".encode() == stated.lstrip(b"0")
