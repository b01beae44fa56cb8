"""Word 97 to 2003 papers, WPS's among them: by our own reader, and LibreOffice for the rest."""

from __future__ import annotations

from collections.abc import Iterator

from PIL import Image

from pipeline.evidence import Page
from pipeline.ingest.word import converted, word97


def read(data: bytes) -> Iterator[Page]:
    """The paper as page 1, its places `InParagraph`, a table row counting as one paragraph; then a
    page without blocks for each picture that is one, as in `docx`. Page 1 is `unread` rows_lost or
    part_missing as in `word97`, program_missing where its pictures cannot be looked at.

    Raises Unreadable: corrupt, encrypted, garbled, blank, no_text_layer, timeout, limit_size,
    unsupported_format (Word before 97, which only LibreOffice reads).
    """
    yield from converted.read(data, ".doc", word97.gather)


def picture(data: bytes, number: int) -> Image.Image:
    """The picture that is page `number` (from 2) of the paper, in red, green and blue.

    Raises Unreadable as `read`, and program_missing.
    """
    return converted.picture(data, ".doc", number)
