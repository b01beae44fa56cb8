"""Packed RTF as Outlook keeps it ([MS-OXRTFCP])."""

from __future__ import annotations

import struct

from pipeline.errors import Unreadable

MOST_BYTES = 64 * 1024**2

_SIZE = 4096
_PACKED, _PLAIN = 0x75465A4C, 0x414C454D
# what the window holds before anything was written (2.1.2.1)
_BEGIN = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript "
    rb"\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)


def unpacked(data: bytes) -> bytes:
    """The RTF in a packed stream; what was unpacked before it breaks off, if it does.

    Raises Unreadable: corrupt, limit_size.
    """
    if len(data) < 16:
        raise Unreadable("corrupt", "packed rtf")
    size, kind = struct.unpack_from("<4xII", data)
    if kind == _PLAIN:
        return data[16 : 16 + size]
    if kind != _PACKED:
        raise Unreadable("corrupt", "packed rtf")
    window = bytearray(_BEGIN.ljust(_SIZE, b"\0"))
    to, at = len(_BEGIN), 16
    out = bytearray()
    while at < len(data):
        flags = data[at]
        at += 1
        for bit in range(8):
            if flags >> bit & 1:
                word = int.from_bytes(data[at : at + 2], "big")
                start, count = word >> 4, (word & 15) + 2
                # a reference to where writing goes on is the end
                if at + 2 > len(data) or start == to:
                    return bytes(out)
                at += 2
                # what is being written may be repeated as it is written
                piece = (window[(start + n) % _SIZE] for n in range(count))
            else:
                piece = (letter for letter in data[at : at + 1])
                at += 1
            for letter in piece:
                out.append(letter)
                window[to] = letter
                to = (to + 1) % _SIZE
        if len(out) > MOST_BYTES:
            raise Unreadable("limit_size", "packed rtf")
    return bytes(out)
