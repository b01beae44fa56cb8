"""The rows of a sheet as people see them: cells as texts, rows as blocks, tables counted."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from pipeline.evidence import Block, InRow

Cell = int | float | str | bool | datetime.date | datetime.time | datetime.timedelta

_LASTS = re.compile(r"(-?)PT(\d{1,6})H(\d{1,2})M(\d{1,2})(?:[.,]\d+)?S")
"""A duration as OpenDocument keeps it."""


def row_blocks(sheet: str, rows: Iterable[tuple[int, tuple[str, ...]]], table: int
               ) -> Iterator[Block]:
    """A block for each row (its number from 1, its cells) of a sheet that says something. Rows that
    follow one another are one table; the first is the one after `table`."""
    last = -1
    for number, cells in rows:
        if any(cells):
            table += number != last + 1
            last = number
            text = "\t".join(filter(None, cells))
            yield Block("row", text, InRow(sheet, number), cells, table)


def as_text(cell: Cell) -> str:
    """A cell as a reader would say it: whole numbers without `.0`, dates in ISO, durations in
    hours, however many."""
    if isinstance(cell, str):
        lasts = _LASTS.fullmatch(cell)
        if lasts:
            sign, hours, minutes, seconds = lasts.groups()
            return f"{sign}{int(hours)}:{minutes:0>2}:{seconds:0>2}"
        return cell.strip()
    if isinstance(cell, datetime.timedelta):
        minutes, seconds = divmod(abs(round(cell.total_seconds())), 60)
        sign = "-" if cell < datetime.timedelta() else ""
        return f"{sign}{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        # a number of a card has eighteen digits, and no exponent
        if cell.is_integer() and abs(cell) < 1e21:
            return str(int(cell)) if abs(cell) < 1e15 else f"{Decimal(f'{cell:.14e}'):f}"
        return f"{Decimal(f'{cell:.15g}'):f}" if 1e-9 < abs(cell) < 1 else f"{cell:.15g}"
    if isinstance(cell, datetime.datetime):
        return cell.isoformat(" ") if cell.time() != datetime.time() else cell.date().isoformat()
    return str(cell)
