"""Whether the letters of a page can be what stands on it: bad text layers say so themselves.

A layer read in the wrong encoding, or through a wrong table of its font, is made of characters that
papers are not written in. Names, places and goods are rare words too, but of known characters.
"""

from __future__ import annotations

import re

from pipeline.ingest.text.encoding import COMMON

FEW_LETTERS, LARGE, SMALL = 50, 0.15, 0.02
"""A page with fewer letters beside pictures of a `LARGE` share of it is a scan with a stamp; a
smaller one may be the seal on a last page, unless that page is all there is."""
MANY_PATHS = 100
"""A page without text that draws more than this shows its letters as outlines."""
PARTLY, MOSTLY = 0.1, 0.5
"""Shares of letters of which the file does not say what they are, or says what no paper is written
in: some of the page, or all, is lost."""

_USUAL = "的一和年人工大为"
_PLENTY = 60
"""Where one letter in this many is one of `_USUAL`, the page is Chinese and fine."""
FEWEST = 20
"""Fewer Chinese characters than this decide nothing."""
COMMON_SHARE, KNOWN_SHARE = 0.25, 0.75
"""Of the Chinese characters of a page, both. Lists of goods and of places go down to 0.12 and 0.92,
all else has more; text read in a wrong encoding or shifted has up to 0.25 and 0.67."""
FOREIGN_SHARE = 0.25
"""Of accented Latin letters; Czech has 0.15."""
WORDS_SHARE = 0.4
"""Of the letters of a page without Chinese, those that stand in words or numbers."""

_HAN = re.compile("[\u3400-\u9fff]")
_COMMON = re.compile(f"[{''.join(sorted(COMMON))}]")
_FOREIGN = re.compile("[\xa1-\xa6\xa8-\xaf\xb2-\xb6\xb8-\xd6\xd8-\xf6\xf8-\xff]")
"""Latin-1 without what Chinese papers use of it (§°±·×÷)."""
_BROKEN = re.compile("锟斤拷|[烫屯]{4,}|烫{3}|屯{3}")
"""What becomes of replacement characters, and of memory that nobody wrote to, read as GBK."""
FEWEST_BROKEN = 6
_WORD = re.compile("[A-Za-z\u00c0-\u024f]{2,}|[0-9]{2,}|[\u0370-\u1fff\u3040-\u30ff\uac00-\ud7a3]+")
_VOWEL = re.compile("[aeiouyAEIOUY0-9\u00c0-\uffff]")


def strange(text: str) -> float:
    """The share of the letters of a page, 0 to 1, that stand in no paper as they are."""
    if text.isascii():
        return 0.0
    broken = sum(map(len, _BROKEN.findall(text)))
    if broken < FEWEST_BROKEN and sum(map(text.count, _USUAL)) * _PLENTY > len(text):
        return 0.0
    letters = len("".join(text.split()))
    han = "".join(_HAN.findall(text))
    lost = broken
    if len(han) >= FEWEST and len(_COMMON.findall(han)) < COMMON_SHARE * len(han):
        lost = len(han) if _known(han) < KNOWN_SHARE else lost
    foreign = len(_FOREIGN.findall(text))
    if foreign > FOREIGN_SHARE * letters:
        lost += foreign
    enough = lost >= FEWEST or broken >= FEWEST_BROKEN
    return min(lost / max(letters, 1), 1.0) if enough else 0.0


def is_nonsense(text: str) -> bool:
    """Whether what stands under the picture of a page is neither Chinese nor words nor numbers: a
    Chinese page that was recognised as another language."""
    letters = "".join(text.split())
    if len(_HAN.findall(letters)) * 20 > len(letters):
        return False
    words = [word for word in _WORD.findall(text) if _is_word(word)]
    return sum(map(len, words)) < WORDS_SHARE * len(letters)


def _is_word(letters: str) -> bool:
    cased = letters.islower() or letters.istitle() or letters.isupper() or not letters.isascii()
    return bool(_VOWEL.search(letters)) and (cased or letters.isdigit())


def _known(han: str) -> float:
    """The share of characters that are on the first level of GB 2312, or of Big5: those in use."""
    return max(_level(han, "gb2312", 0xB0, 0xD7), _level(han, "big5", 0xA4, 0xC6))


def _level(han: str, encoding: str, first: int, last: int) -> float:
    coded = (letter.encode(encoding, "replace") for letter in han)
    # what the encoding has not becomes "?"
    return sum(first <= code[0] <= last for code in coded) / len(han)
