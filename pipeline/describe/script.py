"""In which script a paper is written: rules and model read Chinese alone.

A passage in Mongolian, Tibetan, Uyghur, Yi, Korean or English is neither evidence nor none of it:
that it could not be judged is said of its paper.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.evidence import Passage

FEW = 8
"""Letters of another script that make no passage: a name, a sign, a unit of measure."""
WORDS = 15
"""A paper without Chinese is in another language from so many words in Latin letters on; fewer are
codes, addresses, file names."""

_HAN = re.compile(r"[\u2e80-\u2fdf\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
                  r"\U00020000-\U0003ffff]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\uff21-\uff3a\uff41-\uff5a]")
_WORD = re.compile(r"[A-Za-z\u00c0-\u024f]{2,}[,.;:]?(?=\s|$)")
# Letters of scripts that people write papers in: Cyrillic to Ethiopic without Greek signs, Khmer,
# Mongolian, kana, Yi, Phags-pa, Hangul, Arabic forms. Private-use and other signs are none.
_OTHER = re.compile(r"[\u0400-\u1fff\u2c00-\u2ddf\u3040-\u30ff\u3130-\u318f\ua000-\ua4cf"
                    r"\ua840-\ua87f\uac00-\ud7af\ufb50-\ufdff\ufe70-\ufefc]")


def unsupported(passages: Sequence[Passage]) -> tuple[int, ...]:
    """The numbers of the passages that are written in another script than Chinese: all of them
    where the paper holds next to no Chinese."""
    counts = [_letters(passage.text) for passage in passages]
    han = sum(count[0] for count in counts)
    latin = sum(count[1] for count in counts)
    if han * 50 < latin and sum(len(_WORD.findall(one.text)) for one in passages) >= WORDS:
        return tuple(range(len(passages)))
    return tuple(number for number, (mine, _, other) in enumerate(counts)
                 if other >= FEW and other > mine)


def _letters(text: str) -> tuple[int, int, int]:
    """How many letters are Chinese, Latin, of other scripts; most texts are decided by the first
    look."""
    other = len(_OTHER.findall(text))
    return len(_HAN.findall(text)), len(_LATIN.findall(text)), other
