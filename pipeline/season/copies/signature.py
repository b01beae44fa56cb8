"""Signatures of passages (MinHash, by rensa) and the bands by which like ones meet.

Pure functions of arrays: one unit's signatures are the same wherever they are made, and a band can
be looked through without the others.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import rensa
from numpy.typing import NDArray

from pipeline.season.copies.grams import Marks, grams, mix, sums
from pipeline.season.copies.normal import STOP, Codes

GRAM = 3
"""Signs of a shingle here: an edited word costs fewer of them than of longer ones, and what the
language has in common was taken out before."""
LEAST = 14
"""Shingles below which a passage is too short to be anybody's."""
ROWS, BANDS = 3, 64
"""Values in a band, and bands: passages with 0.4 of their shingles in common (Jaccard) meet with a
probability of 0.99, with 0.3 of 0.83, with 0.05 of 0.008."""
VALUES = ROWS * BANDS
SEED = 20_240_229
_AT_ONCE = 4_096
"""Passages whose values are Python numbers at a time (about 30 MB)."""

Signatures = NDArray[np.uint32]


def signatures(codes: Codes, starts: NDArray[np.int64], free: Marks) -> tuple[Signatures, Marks]:
    """(passages x `VALUES`, which passages have enough to be compared) of even text; shingles
    without a `free` sign are left out."""
    hashes, whole = grams(codes, GRAM)
    own = free & (codes > STOP)
    some = own.copy()
    for step in range(1, GRAM):
        some[: len(own) - step] |= own[step:]
    kept = whole & some
    counts = sums(kept, starts)
    enough = counts >= LEAST
    values = np.empty((len(counts), VALUES), dtype=np.uint32)
    offsets = np.concatenate(([0], np.cumsum(counts))).astype(np.uint64)
    tokens = hashes[kept]
    for first in range(0, len(counts), _AT_ONCE):
        last = min(first + _AT_ONCE, len(counts))
        begin = offsets[first]
        made = rensa.RMinHash.digest_matrix_from_flat_token_hashes(
            tokens[begin : offsets[last]], offsets[first : last + 1] - begin, VALUES, SEED)
        values[first:last] = made.to_rows()
    return values, enough


def band(values: Signatures, number: int) -> NDArray[np.uint64]:
    """The key of band `number` (from 0) for every signature; equal keys are candidates."""
    key = np.full(len(values), number + 1, dtype=np.uint64)
    for column in range(number * ROWS, (number + 1) * ROWS):
        key ^= values[:, column]
        key = mix(key)
    return key


def bands(values: Signatures) -> Iterator[NDArray[np.uint64]]:
    """The keys of every band, one band at a time."""
    for number in range(BANDS):
        yield band(values, number)


def alike(values: Signatures, pairs: NDArray[np.int64]) -> NDArray[np.float32]:
    """For each pair (row, row) the share of equal values: an estimate of what they have in common,
    with a standard error of at most 0.042."""
    out = np.empty(len(pairs), dtype=np.float32)
    for first in range(0, len(pairs), 65_536):
        two = pairs[first : first + 65_536]
        out[first : first + 65_536] = (values[two[:, 0]] == values[two[:, 1]]).mean(axis=1)
    return out
