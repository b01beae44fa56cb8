"""Candidates: passages of different units that meet in a band.

Linear in the passages: in a band each passage is held against the next ones with its key only, so
that a paragraph that many hundred units share is a chain, not its square.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

NEXT = 8
"""Passages with the same key that each is held against: those next to it, by units' names."""

Pairs = NDArray[np.int64]
"""Two columns: passages by their places, the lesser first."""


def meeting(keys: NDArray[np.uint64], unit: NDArray[np.int32], rows: NDArray[np.int64]) -> Pairs:
    """The pairs of different units that have one key; `unit` is each passage's, `rows` its place
    over all units. A band partition is this function over its share of the keys."""
    order = np.argsort(keys, kind="stable")
    sorted_keys, units, places = keys[order], unit[order], rows[order]
    found = []
    for step in range(1, NEXT + 1):
        same = sorted_keys[step:] == sorted_keys[:-step] if step < len(order) else np.empty(0, bool)
        if not same.any():
            break
        hits = np.flatnonzero(same & (units[step:] != units[:-step]))
        found.append(np.stack((places[hits], places[hits + step]), axis=1))
    return distinct(np.concatenate(found)) if found else np.empty((0, 2), dtype=np.int64)


def distinct(pairs: Pairs) -> Pairs:
    """Every pair once, the lesser place first, in order."""
    if not len(pairs):
        return pairs
    low, high = pairs.min(axis=1), pairs.max(axis=1)
    whole = np.unique((low.astype(np.uint64) << np.uint64(32)) | high.astype(np.uint64))
    both = np.stack((whole >> np.uint64(32), whole & np.uint64(0xFFFFFFFF)), axis=1)
    return both.astype(np.int64)
