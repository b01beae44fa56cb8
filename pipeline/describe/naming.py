"""The years that a file's path names: for a file that could not be read, all there is to go by."""

from __future__ import annotations

import re

_SPAN = re.compile(r"(?<!\d)((?:19|20)\d\d)年?\s*[-—–~至到_]+\s*((?:19|20)\d\d)(?!\d)")
# A year, or a date written as 20230418, 202304 or 2023-04; never part of a longer number.
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?=\D|$|(?:0[1-9]|1[0-2])(?:[0-3]\d)?(?!\d))")


def years_named(path: str, dated: str | None = None) -> tuple[str, ...]:
    """Every year that folder, name or (of a partly read paper) date names, sorted; () for none.

    All of them: a photo's name has the day it was taken, the folder the year it was handed in for,
    and the summary of a year is signed in the next. A span names all its years.
    """
    years = {dated[:4]} if dated else set()
    for part in path.split("/"):
        years |= _years(part)
    return tuple(sorted(years))


def _years(part: str) -> set[str]:
    years = set(_YEAR.findall(part))
    for first, last in _SPAN.findall(part):
        if int(first) <= int(last) < int(first) + 30:
            years.update(str(year) for year in range(int(first), int(last) + 1))
    return years
