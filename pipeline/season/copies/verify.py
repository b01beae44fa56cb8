"""Two texts held side by side: how much of each stands in the other, permitted words apart."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.season.copies.grams import Hashes, Marks, among, covered, grams, sums
from pipeline.season.copies.normal import END, STOP, Codes

GRAM = 4
"""Signs in a row that stand in the other text, from which on they count as shared."""
STRETCH = 8
"""Signs in common that make a sentence count as shared: two words and a half more than a gram."""
SHARED, COVERED = 0.45, 18
"""Least share and number of a passage's own signs that stand in a candidate, for looking at the two
papers as a whole. Planted copies with 30 to 40 % edited: one in a hundred shared less than 0.51;
strangers of one voice at most 0.25."""
LONG, SEVERAL = 38, 28
"""Signs that two passages share, from which on it is told: in a clause or two, and in `CLAUSES` or
two sentences. Measured on 1,680 planted copies and eight times 31,000 pairs of strangers: 0.985 of
the copies, and 18 pairs of strangers, all by one set sentence such as every office has in its
drawer."""
CLAUSES, OF_CLAUSE = 4, 6
"""Clauses of one sentence that say as much as a second sentence, and signs shared in each."""
SPREAD, OF_PAPER = 90, 0.15
"""Signs shared in two passages of a paper and more, none of which says enough, and the least share
of the shorter paper: long ledgers meet in a line here and there."""
PAPER, WHOLE = 0.4, 80
"""Least share of either paper's own signs, and least of them, from which on the paper is called
shared and not some passages of it: of a copy 0.4 may have been edited away."""
_PART = 0.4
"""Share of a passage's own signs that stand in the other paper, from which on it counts there."""


class Side(NamedTuple):
    """A passage or paper: its codes, and which signs are its own."""

    codes: Codes
    free: Marks


class Shared(NamedTuple):
    """Own signs of each that stand in the other, and their share of all its own signs."""

    one: int
    other: int
    one_share: float
    other_share: float
    sentences: int = 0
    clauses: int = 0
    """Sentences and clauses with a stretch in common, of the text that has fewer of them."""

    @property
    def alike(self) -> bool:
        """Whether two passages share most of what one of them says."""
        return min(self.one, self.other) >= COVERED and (
            max(self.one_share, self.other_share) >= SHARED)

    @property
    def told(self) -> bool:
        """Whether what two passages share is more than a sentence."""
        spread = self.sentences >= 2 or self.clauses >= CLAUSES
        least = SEVERAL if spread else LONG
        return min(self.one, self.other) >= least

    @property
    def paper(self) -> bool:
        """Whether one paper is made of the other for the most part."""
        return max(self.one_share, self.other_share) >= PAPER and (
            min(self.one, self.other) >= WHOLE)


def shared(one: Side, other: Side) -> Shared:
    """What two passages share; sentences and clauses are counted of those that are alike."""
    here, there = _both(one, other)
    found = _told(one, here.sum(), other, there.sum())
    if not found.alike:
        return found
    return found._replace(**{
        name: min(_touched(one.codes, here, *what), _touched(other.codes, there, *what))
        for name, what in (("sentences", (STOP, STRETCH)), ("clauses", (END, OF_CLAUSE)))})


def _both(one: Side, other: Side) -> tuple[Marks, Marks]:
    """The own signs of each that stand in the other, in its clauses whatever their order."""
    here, there = grams(one.codes, GRAM), grams(other.codes, GRAM)
    return _within(one, here, there), _within(other, there, here)


def _within(side: Side, mine: tuple[Hashes, Marks], theirs: tuple[Hashes, Marks]) -> Marks:
    (hashes, whole), (known, complete) = mine, theirs
    return covered(whole & among(hashes, known[complete]), GRAM) & side.free


def _told(one: Side, a: int, other: Side, b: int) -> Shared:
    a, b = int(a), int(b)
    return Shared(a, b, a / max(1, int(one.free.sum())), b / max(1, int(other.free.sum())))


def _touched(codes: Codes, hits: Marks, end: int, least: int) -> int:
    """Sentences (`STOP`) or clauses (`END`, which sentences end as well) with so many hits."""
    ends = np.flatnonzero(codes == STOP if end == STOP else codes <= STOP)
    if not len(ends):
        return 0
    starts = np.concatenate(([0], ends[:-1] + 1))
    return int((np.add.reduceat(hits, starts, dtype=np.int64) >= least).sum())


def paper_shared(one: tuple[Side, NDArray[np.int64]], other: tuple[Side, NDArray[np.int64]]
                 ) -> Shared:
    """What two papers (each with its passages' starts) share, in passages that are shared: a set
    phrase here and there is none."""
    here, there = _both(one[0], other[0])
    return _told(one[0], _counted(one, here), other[0], _counted(other, there))


def _counted(paper: tuple[Side, NDArray[np.int64]], within: Marks) -> int:
    side, starts = paper
    hits, own = sums(within, starts), sums(side.free, starts)
    return int(hits[(hits >= _PART * own) & (hits >= GRAM)].sum())
