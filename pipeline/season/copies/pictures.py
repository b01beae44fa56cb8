"""The same photo in several units, or in one unit for several years, by what it looks like."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

BITS = 256
NEAR = 40
"""Bits that may differ between two copies of one photo."""
_BANDS = 16
"""Parts of 16 bits by which like ones meet."""
_NEXT = 12
"""Pictures with the same part that each is held against: the work stays linear."""


class Picture(NamedTuple):
    """A picture: its unit's place in the order of names, path, page, likeness (64 hex digits), and
    the years its path and paper state."""

    unit: int
    path: str
    page: int
    likeness: str
    years: frozenset[str]


def same(pictures: Sequence[Picture]) -> list[tuple[int, int]]:
    """Pairs (places, the lesser first) of pictures that are one photo, in different units or of
    different years of one unit."""
    if len(pictures) < 2:
        return []
    bits = np.frombuffer(bytes.fromhex("".join(one.likeness for one in pictures)), dtype=np.uint8)
    whole: NDArray[np.uint8] = bits.reshape(len(pictures), BITS // 8)
    parts = np.ascontiguousarray(whole).view(np.uint16)
    found: set[tuple[int, int]] = set()
    for number in range(_BANDS):
        order = np.argsort(parts[:, number], kind="stable")
        keys = parts[order, number]
        for step in range(1, min(_NEXT, len(order) - 1) + 1):
            hits = np.flatnonzero(keys[step:] == keys[:-step])
            if not len(hits):
                break
            one, two = order[hits], order[hits + step]
            apart = np.bitwise_count(whole[one] ^ whole[two]).sum(axis=1)
            near = apart <= NEAR
            found.update(zip(one[near].tolist(), two[near].tolist(), strict=True))
    pairs = {(min(pair), max(pair)) for pair in found}
    return sorted(pair for pair in pairs if _counts(pictures[pair[0]], pictures[pair[1]]))


def _counts(one: Picture, two: Picture) -> bool:
    """Another unit's; or the same unit's for another year, which both papers name."""
    if one.unit != two.unit:
        return True
    return one.path != two.path and bool(one.years and two.years) and not one.years & two.years
