"""What a letter says, however it was sent: subject, date, and the best form of its body.

Sender and receivers are left out: they are persons, and no requirement is met by who wrote.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from pipeline.errors import Reason, Unreadable
from pipeline.evidence import Block, InParagraph, OnLine, Page
from pipeline.ingest.mail import mime
from pipeline.ingest.text import html
from pipeline.ingest.text import plain as text

MARK = b"\xef\xbb\xbf"


def page(
    subject: str,
    date: datetime | str | None,
    bodies: Iterable[Sequence[Block]],
    lost: Reason | None = None,
) -> Page:
    """The page of a letter; of `bodies`, which follow each other, the places are counted on.

    Subject (a heading) and date are its first paragraphs. Raises Unreadable("blank").
    """
    when = f"{date:%Y-%m-%d %H:%M %z}".strip() if isinstance(date, datetime) else date
    blocks: list[Block] = []
    for line, level in ((subject, 1), (f"Date: {when}" if when else "", 0)):
        if line.strip():
            blocks.append(
                Block("paragraph", line, InParagraph(len(blocks) + 1, "body"), level=level)
            )
    paragraphs, lines, tables = len(blocks), 0, 0
    for body in bodies:
        moved = [_moved(block, paragraphs, lines, tables) for block in body]
        for block in moved:
            if isinstance(block.place, InParagraph):
                paragraphs = max(paragraphs, block.place.paragraph)
            elif isinstance(block.place, OnLine):
                lines = max(lines, block.place.line)
            tables = max(tables, block.table)
        blocks += moved
    if not blocks:
        raise Unreadable(lost or "blank")
    return Page(1, tuple(blocks), unread=lost)


def _moved(block: Block, paragraphs: int, lines: int, tables: int) -> Block:
    place = block.place
    if isinstance(place, InParagraph):
        place = replace(place, paragraph=place.paragraph + paragraphs)
    elif isinstance(place, OnLine):
        place = OnLine(place.line + lines)
    return replace(block, place=place, table=block.table + tables if block.table else 0)


def plain(raw: bytes, charset: str | None) -> tuple[Block, ...]:
    """The lines of a plain body; none where it is empty. Raises Unreadable: garbled."""
    return _read(text.read, mime.text(raw, charset))


def rich(raw: bytes, charset: str | None) -> tuple[Block, ...]:
    """The paragraphs and rows of an HTML body; none where it shows nothing. Without a charset of
    the letter's that can be believed, what the page says of itself counts.

    Raises Unreadable: garbled, corrupt.
    """
    return _read(html.read, raw if mime.believed(charset) is None else mime.text(raw, charset))


def better(plain: Sequence[Block], rich: Sequence[Block]) -> Sequence[Block]:
    """Of two forms of a body the plain one, unless it is a stub or has lost tables' rows."""
    rows = any(block.kind == "row" for block in rich)
    return rich if rows or _letters(rich) > 2 * _letters(plain) else plain


def _letters(blocks: Sequence[Block]) -> int:
    return sum(len("".join(block.text.split())) for block in blocks)


def _read(reader: Callable[[bytes], Iterator[Page]], said: str | bytes) -> tuple[Block, ...]:
    # the mark settles the encoding, whatever the page says of itself
    raw = said if isinstance(said, bytes) else MARK + said.encode("utf-8", "replace")
    try:
        return tuple(block for page in reader(raw) for block in page.blocks)
    except Unreadable as error:
        if error.reason in ("blank", "empty"):
            return ()
        raise
