"""From the spool to pairs: what is permitted, signatures, candidates, and what the texts say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.season.copies import pairs as meet
from pipeline.season.copies import permitted, signature
from pipeline.season.copies.grams import Marks
from pipeline.season.copies.normal import STOP, Codes
from pipeline.season.copies.pairs import Pairs
from pipeline.season.copies.spool import Spooled
from pipeline.season.copies.verify import OF_PAPER, SPREAD, Shared, Side, paper_shared, shared

LIKELY = 0.15
"""Least share of equal values of a candidate: of planted copies one in a hundred had less than
0.27, of strangers one in a thousand more than 0.07."""


class Passages(NamedTuple):
    """Two passages, by their places, and what they share."""

    one: int
    other: int
    shared: Shared


class Papers(NamedTuple):
    """Two papers, by their places, what they share, and the passages that showed it."""

    one: int
    other: int
    shared: Shared
    passages: list[Passages]

    @property
    def told(self) -> bool:
        """Whether they share enough to be told of, short of most of a paper."""
        return bool(self.telling)

    @property
    def telling(self) -> list[Passages]:
        """The passages that say so: those that do alone, else all if they are enough together."""
        alone = [two for two in self.passages if two.shared.told]
        if alone or min(len({two.one for two in self.passages}),
                        len({two.other for two in self.passages})) < 2:
            return alone
        spread = min(self.shared.one, self.shared.other) >= SPREAD and max(
            self.shared.one_share, self.shared.other_share) >= OF_PAPER
        return self.passages if spread else []


def allowed(spooled: Spooled, rubrics: Iterable[Codes], templates: Codes) -> permitted.Permitted:
    """The tables of what is permitted in this season."""
    tables = permitted.empty(len(spooled.codes) + len(spooled.received), len(spooled.units))
    for _, unit in spooled.stretches():
        codes = np.asarray(spooled.codes[slice(*unit.signs)])
        permitted.count(tables, permitted.places(codes, len(tables.units)))
        permitted.allow(tables, np.asarray(spooled.received[slice(*unit.received)]),
                        permitted.NOTICE)
    for codes in rubrics:
        permitted.allow(tables, codes, permitted.RUBRIC)
    permitted.allow(tables, templates, permitted.TEMPLATE)
    return tables


def marked(spooled: Spooled, tables: permitted.Permitted
           ) -> tuple[Marks, signature.Signatures, Marks, dict[str, int]]:
    """(which signs are a passage's own, signatures, passages with enough of their own, signs taken
    out by reason); the first two lie in the work folder."""
    count = len(spooled.ids)
    free = _made(spooled, "free", np.bool_, (len(spooled.codes),))
    values = _made(spooled, "values", np.uint32, (count, signature.VALUES))
    enough = np.zeros(count, dtype=bool)
    out = dict.fromkeys(permitted.REASONS, 0)
    for _, unit in spooled.stretches():
        signs, passages = slice(*unit.signs), slice(*unit.passages)
        codes = np.asarray(spooled.codes[signs])
        if not len(codes):
            continue
        taken = permitted.taken(tables, codes, np.asarray(spooled.form[signs]))
        for name, marks in taken.items():
            out[name] += int(marks.sum())
        own = (codes > STOP) & ~permitted.union(taken.values(), len(codes))
        free[signs] = own
        starts = spooled.starts[passages.start : passages.stop + 1] - signs.start
        values[passages], enough[passages] = signature.signatures(codes, starts, own)
    return free, values, enough, out


def candidates(values: signature.Signatures, enough: Marks, unit: NDArray[np.int32]) -> Pairs:
    """Pairs of passages of different units that are likely to share most of their words."""
    rows = np.flatnonzero(enough)
    units = unit[rows]
    found = []
    for number in range(signature.BANDS):
        keys = _keys(values, rows, number)
        near = meet.meeting(keys, units, rows)
        found.append(near[signature.alike(values, near) >= LIKELY])
    return meet.distinct(np.concatenate(found))


def verified(spooled: Spooled, free: Marks, near: Pairs) -> Iterator[Passages]:
    """The candidates whose texts say so too."""
    for one, other in near.tolist():
        found = shared(_side(spooled, free, one, one + 1), _side(spooled, free, other, other + 1))
        if found.alike:
            yield Passages(one, other, found)


def papers(spooled: Spooled, free: Marks, found: Iterable[Passages]) -> list[Papers]:
    """The pairs of papers that share passages or are word for word the same, and how much of each
    stands in the other; by their places."""
    between: dict[tuple[int, int], list[Passages]] = {pair: [] for pair in _equal(spooled.papers)}
    for pair in found:
        place = int(spooled.paper[pair.one]), int(spooled.paper[pair.other])
        between.setdefault(place, []).append(pair)
    told = []
    for (one, other), passages in sorted(between.items()):
        what = paper_shared(_paper(spooled, free, one), _paper(spooled, free, other))
        told.append(Papers(one, other, what, passages))
    return told


def _equal(rows: Sequence[dict[str, Any]]) -> Iterator[tuple[int, int]]:
    """Papers of different units whose texts are the same, each with the next."""
    last: dict[str, int] = {}
    for place, row in enumerate(rows):
        if not row["length"]:
            continue
        before = last.get(row["exact"])
        if before is not None and rows[before]["unit"] != row["unit"]:
            yield before, place
        last[row["exact"]] = place


def _paper(spooled: Spooled, free: Marks, paper: int) -> tuple[Side, NDArray[np.int64]]:
    begin, end = int(spooled.first[paper]), int(spooled.first[paper + 1])
    side = _side(spooled, free, begin, end)
    return side, spooled.starts[begin : end + 1] - spooled.starts[begin]


def _side(spooled: Spooled, free: Marks, begin: int, end: int) -> Side:
    signs = slice(int(spooled.starts[begin]), int(spooled.starts[end]))
    return Side(np.asarray(spooled.codes[signs]), np.asarray(free[signs]))


def _keys(values: signature.Signatures, rows: NDArray[np.int64], number: int
          ) -> NDArray[np.uint64]:
    keys = np.empty(len(rows), dtype=np.uint64)
    for first in range(0, len(rows), 1 << 18):
        some = rows[first : first + (1 << 18)]
        keys[first : first + (1 << 18)] = signature.band(values[some[0] : some[-1] + 1], number)[
            some - some[0]]
    return keys


def _made(spooled: Spooled, name: str, kind: Any, shape: tuple[int, ...]) -> NDArray[Any]:
    if not all(shape):
        return np.zeros(shape, dtype=kind)
    return np.memmap(spooled.folder / name, dtype=kind, mode="w+", shape=shape)
