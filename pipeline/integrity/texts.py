"""The texts of papers that are compared: what is even, what is a figure, a date, a year."""

from __future__ import annotations

import re
from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.integrity.fingerprint import grams, masked, plain

KEPT = 64
"""Texts kept at a time: memory does not grow with the papers."""

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_NUMBERING = re.compile(r"(?m)^\s*[（(]?\d{1,2}[)）.、．](?!\d)")
_DATES = re.compile(
    r"(?:19|20)\d\d年?(?:[-—–~至./](?:19|20)\d\d年?)?(?:[./-]?\d{1,2}[月./-]\d{1,2}日?)?"
    r"|\d{1,2}月(?:\d{1,2}日)?|\d{1,2}日|第\d+[期号次届]"
    r"|[〇零一二三四五六七八九]{4}年(?:[一二三四五六七八九十]{1,3}月)?(?:[一二三四五六七八九十]{1,3}日)?"
)
_DAY = re.compile(
    r"(?<!\d)(\d{1,2})月(?:(\d{1,2})日)?|(?:19|20)\d\d[./-](\d{1,2})(?:[./-](\d{1,2}))?(?!\d)"
)
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?=\s*年|[./-]\d|[〕﹞\]］)）])")

Day = tuple[int, int]
"""Month and day; day 0 where only the month is told."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text made even, its distinct shingles, and the years, dates, days and figures in it."""

    plain: str
    grams: NDArray[np.uint64]
    years: Counter[str]
    dates: Counter[str]
    days: frozenset[Day]
    counts: Counter[str]

    @classmethod
    def of(cls, text: str) -> Text:
        even = plain(text)
        close = "".join(_NUMBERING.sub("", text).split())
        return cls(
            even,
            np.unique(grams(masked(even))),
            Counter(_YEAR.findall(close)),
            Counter(_DATES.findall(close)),
            days(close),
            Counter(_NUMBER.findall(_DATES.sub(" ", close))),
        )


def days(text: str) -> frozenset[Day]:
    """The days and months named in a text, whatever the year."""
    found = set()
    for month, day, other_month, other_day in _DAY.findall(text):
        found.add((int(month or other_month), int(day or other_day or 0)))
    return frozenset(found)


class Texts:
    """Texts read for verifying, those used last kept."""

    def __init__(self, text_of: Callable[[str], str]) -> None:
        self._text_of = text_of
        self._kept: OrderedDict[str, Text] = OrderedDict()

    def of(self, path: str) -> Text:
        kept = self._kept.get(path)
        if kept is None:
            kept = self._kept[path] = Text.of(self._text_of(path))
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(path)
        return kept
