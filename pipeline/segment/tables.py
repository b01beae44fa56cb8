"""Table rows -> text with the columns' names: “时间：… | 地点：…”."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.evidence import InRow, Place
from pipeline.segment.cells import LABEL, NAME, VALUE, RowText, emit, flat, header_again, name_of
from pipeline.segment.forms import alternates, form_rows, is_form
from pipeline.segment.lines import stopped
from pipeline.segment.paragraph import Table

_PERIOD = re.compile(r"(?:19|20)\d\d\s*年?度?$|\d{1,2}\s*月份?$|第?[一二三四]季度$|[上下]半年$")
_SERIAL = re.compile(r"序\s*号|编\s*号|^NO\.?$", re.I)
_TOTAL = re.compile(r"^(?:合\s*计|总\s*计|小\s*计|备\s*注|说\s*明|注)")
_PLAIN_SHEET = re.compile(r"(?:Sheet|工作表|表)\s*\d*$", re.I)


def row_texts(table: Table) -> list[RowText]:
    """Every row in order; title, header and section rows give names and headings instead.

    Where these rows have nothing to name or to stand above, they are rows like others: nothing is
    lost but the usual name (时间, 备注 …) of a column that is empty.
    """
    rows = [([flat(cell) for cell in row.cells], row.place) for row in table.rows]
    rows = [
        (cells or [flat(row.text)], place)
        for (cells, place), row in zip(rows, table.rows, strict=True)
        if any(cells) or row.text.strip()
    ]
    headings: tuple[str, ...] = ()
    place = rows[0][1] if rows else None
    if isinstance(place, InRow) and not _PLAIN_SHEET.match(place.sheet):
        headings = (place.sheet,)
    at = 0
    while at < min(2, len(rows) - 1) and _is_title(rows[at][0], rows[at + 1][0]):
        title = next(filter(None, rows[at][0]))
        if title not in headings:
            headings += (title,)
        at += 1
    rows = rows[at:]
    if is_form([cells for cells, _ in rows[:12]]):
        return list(form_rows(rows, headings))
    texts = list(_columns(rows, headings))
    if not texts:
        for cells, place in rows:
            texts += emit([("", cell) for cell in cells if cell], place, headings)
    return texts


def _columns(rows: list[tuple[list[str], Place]], headings: tuple[str, ...]) -> Iterator[RowText]:
    start, names, repeated = _header([cells for cells, _ in rows])
    data: list[list[str]] = []
    for cells, _ in rows[start:]:
        if header_again([cell for cell in cells if cell], []):
            break
        if cells not in repeated and not (names and _is_section(cells)):
            data.append(cells)
    for cells, place in rows[:start]:
        # Lines between title and header, such as 填报单位：…
        if cells not in repeated:
            yield from emit([("", cell) for cell in cells if cell], place, headings)
    idle = [
        name
        for column, name in enumerate(names)
        if not all(LABEL.search(part) for part in name.split("/") if part)
        and not _all_filled([""] * column + [name], data)
    ]
    if idle:
        yield from emit([("", name) for name in idle], rows[start - 1][1], headings)
    section: tuple[str, ...] = ()
    waiting: Place | None = None  # where a section row stands above which nothing is said yet
    before: list[str] = []
    for at in range(start, len(rows)):
        cells, place = rows[at]
        if cells in repeated:
            continue
        filled = [cell for cell in cells if cell]
        if at + 1 < len(rows) and header_again(filled, rows[at + 1][0]):
            names, repeated, before = [name_of(cell) for cell in cells], [cells], []
            continue
        if not names and alternates(filled):
            pairs = [
                (name_of(name), value)
                for name, value in zip(filled[::2], filled[1::2], strict=True)
            ]
            yield from emit(pairs, place, headings + section)
            continue
        if names and _is_section(cells):
            if waiting is not None:
                yield from emit([("", section[0])], waiting, headings)
            section, waiting = (cells[0],), place
            before = []
            continue
        waiting = None
        cells = _carried(cells, before, names)
        before = cells
        named = [
            (names[place_] if place_ < len(names) else "", cell)
            for place_, cell in enumerate(cells)
            if cell
        ]
        yield from emit(named, place, headings + section)
    if waiting is not None:
        yield from emit([("", section[0])], waiting, headings)


def _is_title(cells: list[str], below: list[str]) -> bool:
    """A first row with one cell over several columns, above a row with more of them."""
    filled = [cell for cell in cells if cell]
    first = filled[0] if filled else ""
    return (
        len(filled) == 1
        and (len(cells) >= 2 or len(below) >= 2)
        and len(first) <= 50
        and not stopped(first)
        and "：" not in first
        and sum(map(bool, below)) >= 1
    )


def _is_section(cells: list[str]) -> bool:
    """A row inside a table that only says what the rows below it are about."""
    first = cells[0]
    return (
        len(cells) >= 3
        and bool(first)
        and not any(cells[1:])
        and len(first) <= 30
        and not stopped(first)
        and not first.isdigit()
        and (not _TOTAL.match(first))
    )


# --- tables with a header row -----------------------------------------------------------------


def _header(rows: list[list[str]]) -> tuple[int, list[str], list[list[str]]]:
    """Where the data begin, the columns' names, and the rows that made them (to drop repeats).

    (0, [], []) where no row reads as a header.
    """
    for at in range(min(4, len(rows) - 1)):
        cells = rows[at]
        if not _reads_as_header(cells, rows[at + 1]):
            if sum(map(bool, cells)) > 2:
                break
            continue
        below = rows[at + 1]
        names = [cell.replace(" ", "") for cell in cells]
        if not _labels(cells) and not _all_filled(cells, rows[at + 1 :]):
            break  # without a usual name among them, names must all have something to name
        if at + 2 < len(rows) and _is_second_header(cells, below, rows[at + 2]):
            return at + 2, _combined(names, below), [cells, below]
        if _reads_as_header(below, []) and not _labels(cells):
            break  # two rows alike, neither with a column's usual name: no header
        return at + 1, names, [cells]
    return 0, [], []


def _reads_as_header(cells: list[str], below: list[str]) -> bool:
    filled = [cell for cell in cells if cell]
    if len(filled) < 2 or len(filled) * 2 < len(cells):
        return False
    if any(len(cell) > NAME or "：" in cell for cell in filled):
        return False
    values = sum(bool(VALUE.search(cell)) and not _PERIOD.match(cell) for cell in filled)
    labels = _labels(filled)
    if labels * 2 >= len(filled):
        return values * 3 <= len(filled)
    if labels and values * 4 <= len(filled) and not VALUE.search(filled[0]):
        # A name may hold a figure (80 分以上), if what stands below holds more of them.
        return sum(bool(VALUE.search(cell)) for cell in below) > values
    return values == 0 and len(set(filled)) == len(filled)


def _labels(cells: list[str]) -> int:
    return sum(
        bool(LABEL.search(cell.replace(" ", "")) or _PERIOD.match(cell))
        for cell in cells
        if len(cell) <= NAME
    )


def _all_filled(names: list[str], rows: list[list[str]]) -> bool:
    return all(
        any(len(row) > place and row[place] for row in rows)
        for place, name in enumerate(names)
        if name
    )


def _is_second_header(first: list[str], second: list[str], third: list[str]) -> bool:
    """A row of names under a cell that spans them: it is empty where the first row is not."""
    if len(first) != len(second) or not first[0] or second[0]:
        return False
    filled = [place for place, cell in enumerate(second) if cell]
    if len(filled) < 2 or any(
        len(second[place]) > NAME or VALUE.search(second[place]) for place in filled
    ):
        return False
    below = [third[place] for place in filled if place < len(third)]
    if _labels([second[place] for place in filled]) * 2 < len(filled) and not any(
        VALUE.search(cell) for cell in below
    ):
        return False
    spans = [place for place in filled if not first[place]]
    return bool(spans) and all(
        not first[place] or (place + 1 < len(first) and not first[place + 1]) for place in filled
    )


def _combined(names: list[str], second: list[str]) -> list[str]:
    combined, over = [], ""
    for name, below in zip(names, second, strict=True):
        over = name or over
        below = below.replace(" ", "")
        combined.append(f"{over}/{below}" if below and over else over if name else below)
    return combined


def _carried(cells: list[str], before: list[str], names: list[str]) -> list[str]:
    """Leading cells that span rows, repeated: only the first two columns, only short values."""
    if not names or len(before) != len(cells) or sum(map(bool, cells)) < 2:
        return cells
    if _TOTAL.match(next(filter(None, cells))):
        return cells
    carried = list(cells)
    for place in range(min(2, len(cells) - 1)):
        if carried[place]:
            if place == 0 and _SERIAL.search(names[0]):
                continue  # 序号 | 类别: the class spans rows, each with a number of its own
            break
        above = before[place]
        if not above or len(above) > NAME or _TOTAL.match(above) or _SERIAL.search(names[place]):
            break
        carried[place] = above
    return carried


# --- forms ------------------------------------------------------------------------------------
