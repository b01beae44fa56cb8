"""A paper's fingerprint: small, the same on every machine, alike for papers that are alike."""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from unicodedata import normalize

import numpy as np
from numpy.typing import NDArray

GRAM = 5
"""Characters in a shingle: two Chinese words and a half; shorter ones are shared by all papers of
an office, longer ones are lost to every slip of OCR."""
BINS = 128
"""Minima kept. The standard error of the similarity they estimate is then at most 0.044."""

_DIGITS = re.compile(r"[0-9]+")
_NUMERALS = re.compile(r"[〇○零一二三四五六七八九十百]+(?=[年月日号届期次])")
_DROPPED = re.compile(r"[^0-9A-Za-z\u3400-\u9fff\U00020000-\U0003ffff]+")
_WIDE = tuple(zip("，：；（）！？\u3000", ",:;()!? ", strict=True))

_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_MIX1, _MIX2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_LOW = np.uint64(0xFFFFFFFF)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """128 minima (32 bit each, little-endian, in one string of 512 bytes; empty for a text of no
    shingle), length of the normalised text in characters, and an exact hash of it, digits and all.

    About 730 bytes in memory, 750 as JSON: a run keeps one for every paper.
    """

    minima: bytes
    length: int
    exact: str

    def values(self) -> NDArray[np.uint32]:
        """The minima as numbers, one for each bin."""
        return np.frombuffer(self.minima, dtype="<u4").astype(np.uint32, copy=False)


def to_plain(fp: Fingerprint) -> dict[str, Any]:
    """The fingerprint as JSON can hold it."""
    return {"minima": b64encode(fp.minima).decode(), "length": fp.length, "exact": fp.exact}


def from_plain(plain: Mapping[str, Any]) -> Fingerprint:
    """The fingerprint out of what `to_plain` made of it."""
    return Fingerprint(b64decode(plain["minima"]), plain["length"], plain["exact"])


def plain(text: str) -> str:
    """NFKC, only letters and digits: what stays the same from Word to PDF, whatever the marks."""
    # Commas and brackets first: NFKC is ten times as fast on a text it need not change.
    for wide, narrow in _WIDE:
        text = text.replace(wide, narrow)
    return _DROPPED.sub("", normalize("NFKC", text))


def masked(plain_text: str) -> str:
    """Every number, date and year made one sign, so that a changed year changes nothing."""
    return _NUMERALS.sub("0", _DIGITS.sub("0", plain_text))


def grams(masked_text: str) -> NDArray[np.uint64]:
    """A hash for each shingle of five characters, in order, with repetitions."""
    codes = np.frombuffer(masked_text.encode("utf-32-le", "replace"), dtype="<u4").astype(np.uint64)
    count = len(codes) - GRAM + 1
    if count < 1:
        return np.empty(0, dtype=np.uint64)
    with np.errstate(over="ignore"):
        mixed = codes[:count].copy()
        for step in range(1, GRAM):
            mixed *= _FACTOR
            mixed += codes[step : step + count]
        # The finisher of splitmix64: neighbours in the alphabet must not be neighbours here.
        mixed ^= mixed >> np.uint64(30)
        mixed *= _MIX1
        mixed ^= mixed >> np.uint64(27)
        mixed *= _MIX2
        mixed ^= mixed >> np.uint64(31)
    return mixed


def fingerprint(text: str) -> Fingerprint:
    """The fingerprint of a paper's text: one-permutation MinHash over its shingles.

    The top 7 bits of a shingle's hash choose one of 128 bins, the next 32 are its value; each bin
    keeps its least. An empty bin borrows from the next filled one (densification by rotation), so
    that short papers have whole fingerprints as well. One pass and one sort.
    """
    even = plain(text)
    exact = hashlib.sha256(even.encode("utf-8", "replace")).hexdigest()[:32]
    hashes = np.sort(grams(masked(even)))
    if not len(hashes):
        return Fingerprint(b"", len(even), exact)
    bins = (hashes >> np.uint64(57)).astype(np.int64)
    firsts = np.flatnonzero(np.diff(bins, prepend=-1))
    values = (hashes[firsts] >> np.uint64(25)) & _LOW
    filled = bins[firsts]
    # For every bin the filled one at or behind it, around the end; how far is part of the value.
    order = np.searchsorted(filled, np.arange(BINS)) % len(filled)
    away = (filled[order] - np.arange(BINS)) % BINS
    minima = (values[order] + away.astype(np.uint64) * np.uint64(0x9E3779B1)) & _LOW
    return Fingerprint(minima.astype("<u4").tobytes(), len(even), exact)


def similar(a: Fingerprint, b: Fingerprint) -> float:
    """The share of equal minima: an estimate of how many shingles the two have in common."""
    if not a.minima or not b.minima:
        return 0.0
    return int(np.count_nonzero(a.values() == b.values())) / BINS
