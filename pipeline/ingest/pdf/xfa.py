"""XFA: what was filled in on a form whose pages are drawn by its viewer alone.

Such a PDF has a page that asks to wait, and beside it XML (Adobe, XML Forms Architecture 3.3): the
`datasets` packet holds what was filled in.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import replace

import pypdfium2
import pypdfium2.raw as pdfium

from pipeline.errors import Unreadable
from pipeline.evidence import Page

MOST_PACKETS = 100
MOST_PACKET = 32_000_000
_DATA = (b"datasets", b"")
"""Packets' names; without one stands the whole form, where it is in one piece."""


def is_drawn_by_viewer(document: pypdfium2.PdfDocument) -> bool:
    """Whether the document's own pages are none."""
    return bool(pdfium.FPDF_GetFormType(document.raw) == pdfium.FORMTYPE_XFA_FULL)


def read(document: pypdfium2.PdfDocument) -> Iterator[Page]:
    """One page of what was filled in, a paragraph each; it is `unread` "unsupported_format" for
    what else the form says. Raises Unreadable: unsupported_format where nothing was."""
    from pipeline.ingest.text import markup

    for number in range(min(pdfium.FPDF_GetXFAPacketCount(document.raw), MOST_PACKETS)):
        if (packet := _packet(document, number)) is None:
            continue
        try:
            for page in markup.read(packet):
                yield replace(page, unread="unsupported_format")
        except Unreadable:
            continue
        return
    raise Unreadable("unsupported_format", "xfa")


def _packet(document: pypdfium2.PdfDocument, number: int) -> bytes | None:
    """What was filled in, if it is in this packet."""
    name = ctypes.create_string_buffer(64)
    pdfium.FPDF_GetXFAPacketName(document.raw, number, name, len(name))
    size = ctypes.c_ulong()
    pdfium.FPDF_GetXFAPacketContent(document.raw, number, None, 0, size)
    if name.value not in _DATA or size.value > MOST_PACKET:
        return None
    held = ctypes.create_string_buffer(max(size.value, 1))
    pdfium.FPDF_GetXFAPacketContent(document.raw, number, held, size.value, size)
    begin, end = held.raw.find(b"<xfa:datasets"), held.raw.find(b"</xfa:datasets>")
    return held.raw[begin : end + 15] if 0 <= begin < end else None
