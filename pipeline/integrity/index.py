"""Which papers may share text: an inverted index over the minima of the fingerprints.

The minima are a bounded sample of a paper's shingles that is comparable between papers of any
length: of a later paper with n shingles, c of which stand in an earlier one with m, a bin is equal
with c / (n + m - c). The same 128 numbers thus find copies (many bins equal) and excerpts (as many
as the lengths lead one to expect), in a time that grows with the papers and not with their square,
and without anything kept beside them (while comparing: 4.7 KB and less than a millisecond a paper,
measured on 1,000 to 16,000 of them with one standard paragraph in all).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.integrity.fingerprint import BINS, Fingerprint

_CROWD = 100
"""Most papers looked at for one minimum, the earliest first: one that more papers share is a
form's print, not a text's."""
_STOCK = 8
"""Papers that count with the same minimum, above which it is no trace of an excerpt: a letterhead,
a set phrase. Lower would lose the summary that several papers quote, which is counted once more
where the texts are compared (`excerpt`)."""


_ALIKE, _MOST = 0.25, 40
"""A candidate for a copy or another form: least share of equal minima (copies of 0.55 and more are
looked for; the standard error is 0.044, and a crowded minimum may be lost), and most of them for
one paper, which keeps the work linear where a hundred papers share a form."""
_INSIDE, _TRIED = 0.35, 4
"""A candidate for the source of an excerpt: least share of the paper's shingles that seem to stand
in it, and most of them. Verified are 0.55 and more. Planted excerpts of 400 characters with 60 of
their own were found, of 25 each, in papers of 1.25 to 14 times their length 25 (24 once), of 20
times 21 to 25; beyond that the sample grows too thin."""
_SHARING, _ASKED = 0.1, 12
"""Papers asked whether shared words are everybody's: least share as above, and most of them."""


@dataclass(frozen=True, slots=True)
class Near:
    """Places of papers that count, the nearest first: those that may be `alike` as a whole, those
    that may hold this paper or most of it `inside` (none shorter than it), and those `sharing` any
    stretch of it."""

    alike: tuple[int, ...] = ()
    inside: tuple[int, ...] = ()
    sharing: tuple[int, ...] = ()


class Index:
    """The fingerprints in the papers' order, and which of the papers count so far."""

    def __init__(self, fingerprints: Sequence[Fingerprint]) -> None:
        self._lengths = np.array([one.length for one in fingerprints], dtype=np.float64)
        self._filled = [place for place, one in enumerate(fingerprints) if one.minima]
        self._exact: dict[str, list[int]] = {}
        self._counting = np.zeros(len(fingerprints), dtype=bool)
        self._fingerprints = fingerprints
        minima = np.frombuffer(
            b"".join(fingerprints[place].minima for place in self._filled), dtype="<u4"
        )
        keys = _BIN_KEYS + minima.reshape(-1, BINS)
        owners = np.repeat(np.array(self._filled, dtype=np.int32), BINS)
        order = np.argsort(keys, axis=None, kind="stable")
        self._keys = keys.reshape(-1)[order]
        self._owners = owners[order]

    def clear(self) -> None:
        """Forget which papers count."""
        self._counting[:] = False
        self._exact.clear()

    def add(self, place: int) -> None:
        """This paper counts: later ones are compared with it."""
        self._counting[place] = True
        self._exact.setdefault(self._fingerprints[place].exact, []).append(place)

    def near(self, place: int) -> Near:
        """The papers that count and share minima with this one; equal texts lead the `alike`."""
        mark = self._fingerprints[place]
        equal = tuple(self._exact.get(mark.exact, ()))
        bins, owners = self._shared(place, mark)
        if not len(owners):
            return Near(equal)
        others, which, hits = np.unique(owners, return_inverse=True, return_counts=True)
        longer = self._lengths[others] / mark.length
        stock = np.bincount(bins, minlength=BINS) > _STOCK
        traces = np.bincount(which[~stock[bins]], minlength=len(others))
        rare = max(1, BINS - int(np.count_nonzero(stock)))
        inside = np.where(longer >= 1, _contained(traces / rare, longer), 0)
        alike = _nearest(others, hits / BINS, _ALIKE, _MOST)
        return Near(
            equal + tuple(other for other in alike if other not in equal),
            _nearest(others, inside, _INSIDE, _TRIED),
            _nearest(others, _contained(hits / BINS, longer), _SHARING, _ASKED),
        )

    def _shared(self, place: int, mark: Fingerprint) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """The bins this paper has in common with papers that count, and whose they are."""
        if not mark.minima:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int32)
        keys = _BIN_KEYS + mark.values()
        starts = np.searchsorted(self._keys, keys, "left")
        counts = np.minimum(np.searchsorted(self._keys, keys, "right") - starts, _CROWD)
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        owners = self._owners[np.repeat(starts, counts) + within]
        counting = self._counting[owners] & (owners != place)
        return np.repeat(np.arange(BINS), counts)[counting], owners[counting]


def _contained(equal: NDArray[np.float64], longer: NDArray[np.float64]) -> NDArray[np.float64]:
    """From the share of equal bins, which is Jaccard's, to the share of the shorter text."""
    return equal * (1 + longer) / (1 + equal)


def _nearest(
    others: NDArray[np.int32], share: NDArray[np.float64], least: float, most: int
) -> tuple[int, ...]:
    order = np.lexsort((others, -share))[:most]
    return tuple(others[order[share[order] >= least]].tolist())


_BIN_KEYS: NDArray[np.uint64] = np.arange(BINS, dtype=np.uint64) << np.uint64(32)
