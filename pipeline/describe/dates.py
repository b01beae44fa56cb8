"""Dates as Chinese papers write them, found in text.

Forms read: `2023年4月18日` (also spaced, `2 0 2 4 年 5 月`, and with full-width digits),
`二〇二三年四月十八日` (with 〇, ○, 零 or a letter O), `2023.4.18`, `2023-04-18`, `2023/4/18`,
`2023年4月`, `2023.4`, `2023年`, a bare `4月18日`, and in file names `20230418` and `202304`.
Impossible dates (a 13th month, 30 February, years before 1949) are refused, not mended.

Every pattern is a chain of bounded pieces, so that no text, however long, makes it go back far.
"""

from __future__ import annotations

import re
from bisect import bisect
from datetime import date
from typing import NamedTuple

FIRST_YEAR, LAST_YEAR = 1949, 2099

_ZERO = "〇○零ＯOoОΟ0◯"
_NINE = "一二三四五六七八九"
YEAR = (
    r"[12１２一二](?<![\dA-Za-z].)"
    rf"(?: ?[09０９] ?\d ?\d|[九{_ZERO}][{_ZERO}{_NINE}]{{2}})"
)
JOINER = r"(?:[、,，和及与至到]|[-—–~～－]{1,2})"
_MONTH = rf"(?:[01０１]? ?\d|十[一二]?|[{_NINE}元])"
_DAY = rf"(?:[0-3０-３]? ?\d|[二三]?十[{_NINE}]?|廿[{_NINE}]?|[{_NINE}])"
_DOT = r"[.．/／\-–—]"
# 2023.4 is a month, 2023.4万元 a sum.
_NO_UNIT = r"(?![\d.．]| ?[%％‰万亿元公千米吨人次个名户亩件度㎡])"

_STATED = re.compile(
    rf"(?P<year>{YEAR})"
    rf"(?: ?年 ?度?(?: ?(?P<m1>{_MONTH}) ?月份?"
    rf"(?: ?(?P<d1>{_DAY}) ?[日号]|(?! ?\d{{1,3}} ?[日号])))?"
    rf"| ?{_DOT} ?(?P<m2>[01０１]?\d)(?: ?{_DOT} ?(?P<d2>[0-3０-３]?\d)(?!\d)|(?!\d){_NO_UNIT})"
    # A year without 年, as a member of a list or span: 2022、2023年, 2022-2024.
    rf"|(?= ?{JOINER} ?[12１２][09０９]\d\d(?!\d))"
    r"|(?:(?<=[12]\d\d\d[-—–~～－至到、][12]\d\d\d)"
    r"|(?<=[12]\d\d\d年[-—–~～－至到、][12]\d\d\d))(?!\d))"
)
# Not the festival 三月三, nor the rest of a date that was refused.
_BARE = re.compile(
    rf"(?<![\d第十.．个])(?<!\d年)(?P<month>[01０１]?\d|十[一二]?|[{_NINE}元]) ?月份?"
    rf"(?![饼龄]|三(?![日号十]))(?: ?(?P<day>{_DAY}) ?[日号])?"
)
_NAMED = re.compile(
    rf"(?<!\d)(20\d\d)(0[1-9]|1[0-2])([0-3]\d)?(?!\d)"
    rf"|(?<!\d)(20\d\d) ?{_DOT} ?([01]?\d)(?: ?{_DOT} ?([0-3]?\d))?(?!\d)"
)
_YEAR = re.compile(YEAR)
_DOTTED = re.compile(r"\d[.．/／\-–—～~－至到、]\d")
_DIGIT_OF = {letter: str(value) for value, letter in enumerate("零一二三四五六七八九")}
_DIGIT_OF.update(dict.fromkeys(_ZERO, "0"))
# Bounded, so that a page of blanks is not walked over and over.
_GAP = re.compile(
    r"(?<=[^\x00-\x7f])[ \t\u3000\xa0]{1,60}|[ \t\u3000\xa0]{1,60}(?=[^\x00-\x7f \t\u3000\xa0])"
)


class Stated(NamedTuple):
    """A date as stated at `text[start:end]`; 0 where the year, month or day is not stated."""

    start: int
    end: int
    year: int
    month: int = 0
    day: int = 0

    @property
    def iso(self) -> str:
        """`2023`, `2023-04` or `2023-04-18`, as exact as stated."""
        return iso(self.year, self.month, self.day)


def iso(year: int, month: int = 0, day: int = 0) -> str:
    """The ISO text of a date, as exact as its parts."""
    if not month:
        return f"{year:04d}"
    return f"{year:04d}-{month:02d}-{day:02d}" if day else f"{year:04d}-{month:02d}"


def may_hold_date(text: str) -> bool:
    """A quick look: could there be any date at all?"""
    return "年" in text or "月" in text or _DOTTED.search(text) is not None


def states_year(text: str) -> bool:
    """Could the text state a year?"""
    return _YEAR.search(text) is not None


def squeezed(text: str) -> str:
    """Without the gaps beside Chinese letters that print puts there: `通  知`, `2024 年 5 月`."""
    if " " in text or "\u3000" in text or "\xa0" in text or "\t" in text:
        return _GAP.sub("", text).strip()
    return text


def dates(text: str) -> list[Stated]:
    """Every possible date that states its year, in the order of the text."""
    found: list[Stated] = []
    for match in _STATED.finditer(text):
        month = match["m1"] or match["m2"]
        day = match["d1"] or match["d2"]
        stated = _checked(match.start(), match.end(), match["year"], month, day)
        if stated:
            found.append(stated)
    return found


def bare_dates(text: str, taken: list[Stated]) -> list[Stated]:
    """Months (and days) stated without a year, outside the dates already `taken`."""
    if "月" not in text:
        return []
    found: list[Stated] = []
    for match in _BARE.finditer(text):
        before = bisect(taken, (match.start() + 1,)) - 1
        if before >= 0 and match.start() < taken[before].end:
            continue
        month = number(match["month"])
        day = number(match["day"]) if match["day"] else 0
        if _possible(2024, month, day):
            found.append(Stated(match.start(), match.end(), 0, month, day))
    return found


def name_dates(name: str) -> list[Stated]:
    """The dates of a file's or folder's name: those of a text, `20230418`, `202304`, `2023`."""
    found = dates(name)
    for match in _NAMED.finditer(name):
        if any(one.start <= match.start() < one.end and one.month for one in found):
            continue
        year, month, day = (match[1], match[2], match[3]) if match[1] else match.group(4, 5, 6)
        stated = _checked(match.start(), match.end(), year, month, day)
        if stated:
            found = [one for one in found if one.start != stated.start]
            found.append(stated)
    if not found:
        for match in re.finditer(r"(?<![\d.])(?:19[5-9]\d|20\d\d)(?![\d.年])", name):
            found.append(Stated(match.start(), match.end(), int(match[0])))
    return sorted(found)


def number(text: str) -> int:
    """A month, day or small count in Arabic (also full-width, spaced) or Chinese figures."""
    text = text.replace(" ", "")
    if text.isdigit() and text[0] not in _ZERO[:3]:
        return int(text)
    if text == "元":
        return 1
    if text.startswith("廿"):
        text = "二十" + text[1:]
    tens, ten, ones = text.partition("十")
    if ten:
        return 10 * int(_DIGIT_OF.get(tens, "1")) + int(_DIGIT_OF.get(ones, "0"))
    return int("".join(_DIGIT_OF.get(letter, letter) for letter in text))


def year_number(text: str) -> int:
    """A year in Arabic or Chinese figures."""
    if text.isdigit():
        return int(text)
    return int("".join(_DIGIT_OF.get(letter, letter) for letter in text if letter != " "))


def _checked(start: int, end: int, year: str, month: str | None, day: str | None) -> Stated | None:
    whole = year_number(year)
    if not FIRST_YEAR <= whole <= LAST_YEAR:
        return None
    in_year = number(month) if month else 0
    in_month = number(day) if day else 0
    if day and not in_month:
        return None
    if month and not _possible(whole, in_year, in_month if day else 1):
        return None
    return Stated(start, end, whole, in_year, in_month)


def _possible(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day or 1)
    except ValueError:
        return False
    return True
