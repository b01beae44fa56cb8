"""Forms: tables in which names and values stand side by side (时间 | … | 地点 | …)."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.evidence import Place
from pipeline.segment.cells import VALUE, RowText, emit, header_again, is_label, name_of


def is_form(rows: list[list[str]]) -> bool:
    """Whether names and values stand side by side (时间 | … | 地点 | …) in most of the rows.

    A form left empty is one as well: names in every other cell, nothing between.
    """
    if not rows:
        return False
    alike = pairs = 0
    for at, cells in enumerate(rows):
        filled = [cell for cell in cells if cell]
        empty = len(cells) > 2 and not any(cells[1::2]) and all(map(is_label, filled))
        if len(filled) >= 2 and all(map(is_label, filled)) and at == 0 and not empty:
            return False  # names only: a header
        if filled and is_label(filled[0]) and (len(filled) >= 2 or empty):
            pairs += 1
            alike += empty or not is_label(filled[1]) or len(cells) == 2
        elif len(filled) == 1 and len(rows) > 1:
            alike += 1
    return pairs * 2 >= len(rows) and alike * 3 >= len(rows) * 2


def alternates(filled: list[str]) -> bool:
    """Whether a row by itself reads name, value, name, value."""
    return (
        len(filled) >= 2
        and len(filled) % 2 == 0
        and all(map(is_label, filled[::2]))
        and not any(map(is_label, filled[1::2]))
    )


def form_rows(rows: list[tuple[list[str], Place]], headings: tuple[str, ...]) -> Iterator[RowText]:
    side = ""
    inner: list[str] = []
    for cells, place in rows:
        filled = [cell for cell in cells if cell]
        pairs: list[tuple[str, str]] = []
        at = 0
        if header_again(filled, []):
            inner = [name_of(cell) for cell in cells]  # a small table inside the form
            continue
        if inner and not (len(filled) > 1 and is_label(filled[0])) and len(cells) == len(inner):
            yield from emit(
                [(name, cell) for name, cell in zip(inner, cells, strict=True) if cell],
                place,
                headings,
            )
            continue
        inner = []
        if (
            len(filled) == 2
            and cells[0]
            and cells[1]
            and not VALUE.search(cells[0])
            and (len(cells[0]) <= 12 and not is_label(filled[1]))
        ):
            # What stands first in a form is a name, whether it is a usual one or not.
            yield from emit([(name_of(cells[0]), filled[1])], place, headings)
            side = filled[0]
            continue
        if cells and not cells[0] and side and filled and not is_label(filled[0]):
            pairs.append((side, filled[0]))  # the name at the side spans this row too
            at = 1
        elif filled and is_label(filled[0]) and cells[0]:
            side = filled[0]
        while at < len(filled):
            cell = filled[at]
            named = is_label(cell)
            if named and at + 1 < len(filled) and not is_label(filled[at + 1]):
                pairs.append((cell, filled[at + 1]))
                at += 2
            else:
                pairs.append((cell, "") if named else ("", cell))
                at += 1
        yield from emit(
            [(name_of(name), value) for name, value in pairs],
            place,
            headings,
        )
