"""Numbers, matrices and paths as OFD writes them (GB/T 33190-2016, 7.3 and 9.1)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from itertools import islice

from pipeline.ingest.pdf.boxes import Matrix

POINTS = 72 / 25.4
"""Points of a millimetre, the unit of OFD."""
FARTHEST = 1e7
"""Numbers beyond this are no places on paper."""

_WORD = re.compile(r"[^\s,]+")
_PATH = re.compile(r"[A-Za-z]|[-+]?(?:\d{1,30}\.?\d{0,30}|\.\d{1,30})(?:[eE][-+]?\d{1,3})?")
ARGUMENTS = {"S": 2, "M": 2, "L": 2, "Q": 4, "B": 6, "A": 7, "C": 0}
"""How many numbers follow each letter of a path (9.1, AbbreviatedData)."""


def number(text: str | None, otherwise: float = 0.0) -> float:
    """A number, or what stands for it where it is missing or none."""
    try:
        value = float(text or "")
    except ValueError:
        return otherwise
    # not so for NaN either
    return value if -FARTHEST <= value <= FARTHEST else otherwise


def numbers(text: str | None, count: int) -> tuple[float, ...] | None:
    """The first `count` numbers of a list, None if there are fewer."""
    found = tuple(number(word[0], math.nan) for word in islice(_WORD.finditer(text or ""), count))
    return found if len(found) == count and not any(map(math.isnan, found)) else None


def matrix(text: str | None) -> Matrix | None:
    """What a CTM says, y downwards; None if it says nothing."""
    found = numbers(text, 6)
    return None if found is None else (found[0], found[1], found[2], found[3], found[4], found[5])


def deltas(text: str | None, most: int) -> list[float]:
    """The steps of a DeltaX or DeltaY, no more than `most`; `g n d` is n times d (11.3)."""
    out: list[float] = []
    words = (word[0] for word in _WORD.finditer(text or ""))
    for word in words:
        if len(out) >= most:
            break
        if word in ("g", "G"):
            count = number(next(words, None))
            step = number(next(words, None))
            out += [step] * min(max(int(count), 0), most - len(out))
        else:
            out.append(number(word))
    return out


def operations(text: str) -> Iterator[tuple[str, tuple[float, ...]]]:
    """The letters of a path with their numbers; what makes no sense ends it."""
    letter = ""
    wanted = 0
    given: list[float] = []
    for token in _PATH.finditer(text):
        word = token[0]
        if word.isalpha():
            letter, given = word.upper(), []
            if letter not in ARGUMENTS:
                return
            wanted = ARGUMENTS[letter]
            if not wanted:
                yield letter, ()
        elif wanted:
            given.append(number(word))
            if len(given) == wanted:
                yield letter, tuple(given)
                given = []
        else:
            return
