"""A passage as numbers: hashed runs of characters (and words), with where each of them stands.

Everything is done for many passages at once on one array of code points, so that making features
costs no more than adding up their weights. A gram's hash is a polynomial over its characters
modulo 2**64, mixed; a vocabulary of known grams, kept as plain text, says which hashes count, so
that what a model learnt can be read and a foreign gram has no weight.

Digits all become `0` (a count is a count); white space and forms of brackets go the way they go for
rules (`copy`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.tag.copy import copy_of

VERSION = "1"
"""Raised whenever the same text would give other features; a model names the one it needs."""

FRAME = "\n"
"""Stands before and after every text, so that a gram can say that it opens or closes one."""

FIELDS = {"t": 1, "w": 2, "h": 3, "k": 4}
"""Text, its words, lines above it, kind of paper: the letter before a gram in a vocabulary."""

MOST = 10_000
"""Characters of a text that are looked at: no passage is as long, a hostile one may be."""

Words = Callable[[str], Sequence[str]]
"""Cuts a text into words that joined give the text again."""

Hashes = NDArray[np.uint64]
Places = NDArray[np.int64]

_BASE = np.uint64(0x9E3779B97F4A7C15)
_UNBASE = np.uint64(pow(0x9E3779B97F4A7C15, -1, 2**64))
_MIX_1 = np.uint64(0xFF51AFD7ED558CCD)
_MIX_2 = np.uint64(0xC4CEB9FE1A85EC53)
_SHIFT = np.uint64(33)


@dataclass(frozen=True, slots=True)
class Grams:
    """Grams of a batch of texts: hash, number of the text, start and length in its framed copy."""

    hashes: Hashes
    rows: Places
    starts: Places
    lengths: Places


def _mixed(values: Hashes) -> Hashes:
    values = (values ^ (values >> _SHIFT)) * _MIX_1
    values = (values ^ (values >> _SHIFT)) * _MIX_2
    return values ^ (values >> _SHIFT)


def _salted(hashes: Hashes, field: str) -> Hashes:
    return _mixed(hashes ^ _mixed(np.full(1, FIELDS[field], np.uint64)))


def _codes(texts: Sequence[str]) -> NDArray[np.uint32]:
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    return np.where((codes >= 0x30) & (codes <= 0x39), np.uint32(0x30), codes)


def framed(text: str) -> str:
    """The copy that grams are taken of: a gram starts there one later than in the copy itself."""
    return FRAME + copy_of(text[:MOST]).text + FRAME


def grams(texts: Sequence[str], field: str, orders: Sequence[int]) -> Grams:
    """All runs of so many characters of framed texts; none reaches from one text into the next."""
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    letters = _mixed(_codes(texts).astype(np.uint64) + np.uint64(1))
    rows = np.repeat(np.arange(len(texts)), lengths)
    begins = np.repeat(np.cumsum(lengths) - lengths, lengths)
    left = np.repeat(lengths, lengths) - (np.arange(len(letters)) - begins)
    found = []
    running = np.zeros(len(letters), np.uint64)
    power = np.uint64(1)
    with np.errstate(over="ignore"):
        for order in range(1, max(orders) + 1):
            running[:len(letters) - order + 1] += letters[order - 1:] * power
            power = power * _BASE
            if order not in orders:
                continue
            here = np.flatnonzero(left >= order)
            found.append((running[here], rows[here], here - begins[here],
                          np.full(len(here), order)))
    hashes, numbers, starts, sizes = map(np.concatenate, zip(*found, strict=True))
    return Grams(_salted(hashes, field), numbers, starts, sizes)


def words(texts: Sequence[str], cut: Words) -> Grams:
    """The words of two characters and more of framed texts."""
    pieces = [list(cut(text)) for text in texts]
    lengths = np.fromiter((len(piece) for text in pieces for piece in text), np.int64)
    rows = np.repeat(np.arange(len(texts)), [len(text) for text in pieces])
    sizes = np.fromiter(map(len, texts), np.int64, len(texts))
    begins = np.cumsum(sizes) - sizes
    ends = np.cumsum(lengths)
    places = ends - lengths
    letters = _mixed(_codes(texts).astype(np.uint64) + np.uint64(1))
    with np.errstate(over="ignore"):
        powers = np.cumprod(np.concatenate(([np.uint64(1)], np.full(len(letters), _BASE))),
                            dtype=np.uint64)
        back = np.cumprod(np.concatenate(([np.uint64(1)], np.full(len(letters), _UNBASE))),
                          dtype=np.uint64)
        summed = np.concatenate(([np.uint64(0)], np.cumsum(letters * powers[:-1], dtype=np.uint64)))
        kept = lengths > 1
        hashes = (summed[ends[kept]] - summed[places[kept]]) * back[places[kept]]
    return Grams(_salted(hashes, "w"), rows[kept], places[kept] - begins[rows[kept]], lengths[kept])


def hash_of(gram: str) -> int:
    """The hash of one gram of a vocabulary: the letter of its field, then its characters."""
    return int(hashes_of([gram])[0])


def hashes_of(vocabulary: Sequence[str]) -> Hashes:
    """The hashes of a vocabulary's grams, in its order."""
    whole = [gram[1:] for gram in vocabulary]
    lengths = np.fromiter(map(len, whole), np.int64, len(whole))
    codes = _codes(whole).astype(np.uint64)
    hashes = np.zeros(len(whole), np.uint64)
    begins = np.cumsum(lengths) - lengths
    power = np.uint64(1)
    with np.errstate(over="ignore"):
        letters = _mixed(codes + np.uint64(1))
        for place in range(int(lengths.max(initial=0))):
            long = lengths > place
            hashes[long] += letters[begins[long] + place] * power
            power = power * _BASE
        for field in FIELDS:
            mine = np.fromiter((gram[0] == field for gram in vocabulary), bool, len(vocabulary))
            hashes[mine] = _salted(hashes[mine], field)
    return hashes


class Lookup:
    """From a hash to the number of a known gram; open addressing, many at once."""

    def __init__(self, hashes: Hashes) -> None:
        bits = max(10, int(len(hashes) * 6 - 1).bit_length())
        self._shift = np.uint64(64 - bits)
        self._mask = (1 << bits) - 1
        self._hashes = np.append(hashes, np.uint64(0))
        self._slots = np.full(1 << bits, -1, np.int32)
        waiting = np.arange(len(hashes))
        slots = (hashes >> self._shift).astype(np.int64)
        while len(waiting):
            free = self._slots[slots] < 0
            self._slots[slots[free]] = waiting[free]
            placed = self._slots[slots] == waiting
            waiting, slots = waiting[~placed], (slots[~placed] + 1) & self._mask

    def __call__(self, hashes: Hashes) -> NDArray[np.int32]:
        """The gram's number, or -1, for each hash."""
        slots = (hashes >> self._shift).astype(np.int64)
        found = self._slots[slots]
        wrong = np.flatnonzero((found >= 0) & (self._hashes[found] != hashes))
        while len(wrong):
            slots[wrong] = (slots[wrong] + 1) & self._mask
            found[wrong] = self._slots[slots[wrong]]
            wrong = wrong[(found[wrong] >= 0) & (self._hashes[found[wrong]] != hashes[wrong])]
        return found
