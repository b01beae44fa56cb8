"""Papers of Microsoft Works: LibreOffice alone reads them (`libwps`). WPS writes Word's format, and
its papers are `doc` or `docx`, whatever they are called."""

from __future__ import annotations

from collections.abc import Iterator

from PIL import Image

from pipeline.evidence import Page
from pipeline.ingest.word import converted


def read(data: bytes) -> Iterator[Page]:
    """As `docx.read`, of what LibreOffice makes of it.

    Raises Unreadable: program_missing, corrupt, garbled, blank, no_text_layer, timeout, limit_size.
    """
    yield from converted.pages(data, ".wps")


def picture(data: bytes, number: int) -> Image.Image:
    """The picture that is page `number` (from 2) of the paper, in red, green and blue."""
    return converted.picture(data, ".wps", number)
