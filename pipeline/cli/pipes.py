"""A table in Markdown whose columns stand straight on a terminal, where a Chinese letter is as wide
as two others."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence


def piped(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The lines of a table, its head first; a bar in a cell is escaped."""
    told = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    widths = [max(3, *map(_wide, column)) for column in zip(*told, strict=True)]
    for number, row in enumerate(told):
        cells = (cell + " " * (width - _wide(cell))
                 for cell, width in zip(row, widths, strict=True))
        yield f"| {' | '.join(cells)} |"
        if not number:
            yield f"|{'|'.join('-' * (width + 2) for width in widths)}|"


def _wide(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
