"""What everybody is told to write, and may: taken out before anything is called a copy.

    notice     stands in a superior's paper that any unit has received
    rubric     the rubric's own words
    template   stands in a paper put into SEASON/templates/
    common     found in the papers of a fifth of the units, and of six at least
    form       print of a form: stands in three passages of its own paper or more
    quoted     in 《》 or “ ”, or a formula of policy (高举…旗帜, 以…为主线): taken out already
               where passages are made even

Whatever is taken out is counted by its reason: nothing vanishes unsaid.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.season.copies.grams import Hashes, Marks, covered, grams, runs
from pipeline.season.copies.normal import STOP, Codes

GRAM = 5
"""Signs of a shingle here, as in `integrity.fingerprint`."""
RUN = 8
"""Shingles in a row (12 signs) that stand in what is permitted, or a whole clause of fewer: less is
a set phrase of the language, found in any long notice."""
PHRASE = 4
"""The same (8 signs) for words that are everybody's: single shingles that most units have are the
language itself, and half of what anybody writes; without them nothing is left to be compared."""
UNITS, SHARE = 6, 0.2
"""Units whose papers have the same five signs, from which on they are everybody's: six, and a
fifth of all. Not half: what a hundred of five hundred units say word for word was given to them by
somebody, and a fifth is already more than any one copy travels. Not fewer than six: in a season
of ten units, two that copy from each other are a fifth."""
REASONS = ("notice", "rubric", "template", "common", "form")
NOTICE, RUBRIC, TEMPLATE = 1, 2, 4

_LEAST, _MOST = 1 << 16, 1 << 27


class Permitted(NamedTuple):
    """Two tables by the last bits of a shingle's hash: which sources it stands in (bits), and the
    papers of how many units. A shingle that is in neither may seem to be in one (at most one in
    four where the tables are full): what is permitted is found by runs of them."""

    sources: NDArray[np.uint8]
    units: NDArray[np.uint16]
    crowd: int
    """Units from which on a shingle is everybody's."""


def empty(signs: int, units: int) -> Permitted:
    """Tables for a season of about so many signs and units."""
    size = _LEAST
    while size < min(4 * signs, _MOST):
        size *= 2
    return Permitted(np.zeros(size, dtype=np.uint8), np.zeros(size, dtype=np.uint16),
                     min(max(UNITS, -int(-SHARE * units // 1)), 65_535))


def places(codes: Codes, size: int) -> NDArray[np.int64]:
    """The places of a text's distinct shingles in tables of this size: what a unit sends where
    shingles are counted over units."""
    hashes, whole = grams(codes, GRAM)
    return np.unique(_places(hashes[whole], size))


def _places(hashes: Hashes, size: int) -> NDArray[np.int64]:
    return (hashes & np.uint64(size - 1)).astype(np.int64)


def count(tables: Permitted, found: NDArray[np.int64]) -> None:
    """One unit more has the shingles at these places."""
    held = tables.units[found]
    tables.units[found] = held + (held < 65_535)


def allow(tables: Permitted, codes: Codes, source: int) -> None:
    """All shingles of this text are permitted, for this reason."""
    tables.sources[places(codes, len(tables.sources))] |= source


def taken(tables: Permitted, codes: Codes, form: Marks) -> dict[str, Marks]:
    """For every reason the signs that it takes out; a sign has one reason only, the first that
    holds in the order of `REASONS`."""
    hashes, whole = grams(codes, GRAM)
    at = _places(hashes, len(tables.sources))
    sources = np.where(whole, tables.sources[at], 0)
    long = runs(sources != 0, RUN) | _all_of_clause(codes, whole, sources != 0)
    found = {
        name: covered(long & ((sources & bit) != 0), GRAM)
        for name, bit in (("notice", NOTICE), ("rubric", RUBRIC), ("template", TEMPLATE))
    }
    common = whole & (tables.units[at] >= tables.crowd)
    common = runs(common, PHRASE) | _all_of_clause(codes, whole, common)
    found["common"] = covered(common, GRAM)
    found["form"] = form
    rest = codes > STOP
    for name in REASONS:
        found[name] = found[name] & rest
        rest = rest & ~found[name]
    return found


def _all_of_clause(codes: Codes, whole: Marks, hits: Marks) -> Marks:
    """The shingles of clauses all of whose shingles are hits."""
    clause = np.cumsum(codes <= STOP)
    missed = np.bincount(clause[whole & ~hits], minlength=int(clause[-1]) + 1 if len(clause) else 1)
    return whole & (missed[clause] == 0) if len(clause) else whole


def shares(counted: dict[str, int], signs: int) -> dict[str, float]:
    """The share of all signs that each reason took out, to four places."""
    return {name: round(number / signs, 4) if signs else 0.0 for name, number in counted.items()}


def union(found: Iterable[Marks], size: int) -> Marks:
    """The signs that any reason takes out."""
    marks = np.zeros(size, dtype=bool)
    for each in found:
        marks |= each
    return marks
