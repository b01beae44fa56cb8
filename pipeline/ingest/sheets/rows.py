"""The rows of a sheet as people see them: cells as texts, rows as blocks, tables counted."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from decimal import Decimal

from pipeline.evidence import Block, InRow

Cell = int | float | str | bool | datetime.date | datetime.time | datetime.timedelta


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
    """A cell as a reader would say it: whole numbers without `.0`, dates in ISO."""
    if isinstance(cell, str):
        return cell.strip()
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
