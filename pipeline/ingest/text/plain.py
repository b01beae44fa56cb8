"""Plain text and Markdown: a block for each line that says something."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.errors import Unreadable
from pipeline.evidence import Block, OnLine, Page
from pipeline.ingest.pdf.sense import strange
from pipeline.ingest.text.encoding import SAMPLE, decode

MARKDOWN_HEADING = re.compile(r"(#{1,6}) +\S")
BASE64_LINE = re.compile(r"[A-Za-z0-9+/]{60,}={0,2}")
RUBBISH = 0.5
"""Share of letters that stand in no paper."""
_ENDS = "。！？；：…”’」』）】》.!?;:)]"


def read(data: bytes) -> Iterator[Page]:
    """One page; each nonempty line a block standing `OnLine`, its text without outer blanks.

    Lines are `line` where the text was wrapped by hand at a fixed width, so that they are joined
    again; otherwise each line is a `paragraph`. Raises Unreadable: garbled, empty.
    """
    lines = [line.strip() for line in re.split(r"\r\n|[\n\r\f\v\x85\u2028\u2029]", said(data))]
    if not any(lines):
        raise Unreadable("empty")
    wrapped = is_wrapped(lines)
    yield Page(1, tuple(_block(n, line, wrapped) for n, line in enumerate(lines, 1) if line))


def said(data: bytes) -> str:
    """The text of a file that has nothing but text. Raises Unreadable("garbled") for bytes that
    some encoding makes letters of, and no paper's."""
    text = decode(data).replace("\0", "")
    sample = text[:SAMPLE]
    if strange(sample) > RUBBISH:
        raise Unreadable("garbled", "encoding")
    if _is_base64(sample):
        raise Unreadable("garbled", "base64")
    return text


def _is_base64(text: str) -> bool:
    """Whether a text is a file that was packed for sending, nearly all of its lines."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    packed = [line for line in lines if BASE64_LINE.fullmatch(line)]
    return sum(map(len, packed)) >= 3 * 60 and len(packed) >= 0.9 * len(lines)


def _block(number: int, line: str, wrapped: bool) -> Block:
    heading = MARKDOWN_HEADING.match(line)
    if heading:
        return Block("paragraph", line, OnLine(number), level=len(heading[1]))
    return Block("line" if wrapped else "paragraph", line, OnLine(number))


def is_wrapped(lines: list[str]) -> bool:
    """Whether the lines were cut at a fixed width: the full ones are alike, cut in a sentence."""
    widths = sorted(_width(line) for line in lines if line)
    if len(widths) < 4:
        return False
    full = widths[int(len(widths) * 0.9)]
    if not 30 <= full <= 130:
        # in half-width columns: narrower are lists, wider are paragraphs of their own
        return False
    near = [line for line in lines if full - 6 <= _width(line) <= full + 4]
    cut = [line for line in near if line[-1] not in _ENDS]
    return len(near) >= 3 and len(near) * 3 >= len(widths) and len(cut) * 2 >= len(near)


def _width(line: str) -> int:
    """In half-width columns."""
    return sum(1 if letter < "\u1100" else 2 for letter in line)
