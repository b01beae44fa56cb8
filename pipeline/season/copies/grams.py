"""Shingles of even text, many passages at a time: no loop over passages, none over signs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.season.copies.normal import STOP, Codes

Hashes = NDArray[np.uint64]
Marks = NDArray[np.bool_]

_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_MIX1, _MIX2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def grams(codes: Codes, size: int) -> tuple[Hashes, Marks]:
    """For each sign the hash of the `size` signs that begin there, and whether they lie in one
    clause: both as long as the codes (the last ones are never whole)."""
    count = len(codes)
    hashes = np.zeros(count, dtype=np.uint64)
    whole = np.zeros(count, dtype=bool)
    most = count - size + 1
    if most < 1:
        return hashes, whole
    wide = codes.astype(np.uint64)
    mixed = wide[:most].copy()
    inside = codes[:most] > STOP
    for step in range(1, size):
        mixed *= _FACTOR
        mixed += wide[step : step + most]
        inside &= codes[step : step + most] > STOP
    hashes[:most] = mix(mixed)
    whole[:most] = inside
    return hashes, whole


def among(values: Hashes, known: Hashes) -> Marks:
    """Which of the values are known: as np.isin, for a few hundred at a time, where its setting up
    would cost more than looking."""
    if not len(known):
        return np.zeros(len(values), dtype=bool)
    known = np.sort(known)
    places = np.searchsorted(known, values)
    places[places == len(known)] = 0
    found: Marks = known[places] == values
    return found


def mix(values: Hashes) -> Hashes:
    """The finisher of splitmix64, in place: neighbours in the alphabet must not be neighbours."""
    values ^= values >> np.uint64(30)
    values *= _MIX1
    values ^= values >> np.uint64(27)
    values *= _MIX2
    values ^= values >> np.uint64(31)
    return values


def covered(hits: Marks, size: int) -> Marks:
    """For each sign: does a gram of `size` signs that is a hit lie over it?"""
    over = hits.copy()
    for step in range(1, size):
        over[step:] |= hits[: len(hits) - step]
    return over


def runs(hits: Marks, least: int) -> Marks:
    """The hits that stand in a row of at least so many."""
    turns = np.diff(hits.astype(np.int8), prepend=0, append=0)
    starts, ends = np.flatnonzero(turns == 1), np.flatnonzero(turns == -1)
    long = ends - starts >= least
    depth = np.zeros(len(hits) + 1, dtype=np.int32)
    np.add.at(depth, starts[long], 1)
    np.add.at(depth, ends[long], -1)
    return np.cumsum(depth)[:-1] > 0


def sums(values: NDArray[np.generic], starts: NDArray[np.int64]) -> NDArray[np.int64]:
    """The sum of the values of each passage."""
    total = np.concatenate(([0], np.cumsum(values, dtype=np.int64)))
    found: NDArray[np.int64] = total[starts[1:]] - total[starts[:-1]]
    return found
