"""Excerpts: most of an earlier paper's words under a new title, the rest of them dropped.

Jaccard's share is low, because the earlier paper is longer; what is asked is how much of the later
text stands in the earlier one, in stretches, with its figures.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pipeline.integrity.fingerprint import GRAM, grams, masked, plain
from pipeline.integrity.texts import Text, days

SHORTEST = 200
"""Normalised characters below which nothing is an excerpt: a passage, not a paper."""
STRETCH = 8
"""Common shingles in a row (12 characters) that make a stretch: shorter ones are set phrases, such
as 铸牢中华民族共同体意识."""
COPIED = 0.8
"""Least share of the later text, in characters, in such stretches of the earlier one.

Measured: a brand story cut from a year's summary, with new headings and opening, 0.83; minutes on
one form 0.36, minutes that quote one text 0.73, a bulletin on what a summary told in a line 0.10,
all other pairs of 127 official texts below 0.25, but for yearly tables of figures (0.78).
"""
FIGURED = 0.7
"""The same for a text with many figures, nearly all of which stand in the earlier one: the dress is
new, the facts are not. A short story with a new lead to each paragraph has 0.72."""
MANY = 8
"""Figures from which on that is no accident."""
SERIES = 0.92
"""The same for the next paper of a series (same title in another year, or the years changed in the
copied sentences), which keeps headings and set phrases by right: an honest summary of the next year
that is shorter has 0.84, a plan 0.89, told apart by their figures as well; a summary with parts
dropped and the year changed 0.95."""
PART = 0.9
"""Least share of a part in the whole, in characters of stretches: its signature may stand in it but
once, and a scan of it is read with other slips."""
MAYBE = 0.55
"""Least share of the later paper's shingles: one edited word costs five of them and two characters,
so that 0.83 of the characters were 0.75 of the shingles. Also keeps tables out, whose few shingles
are repeated in every row (0.78 of the characters, less than 0.2 of the shingles)."""
_EVERYBODYS = 3
"""Papers that count and have the same stretch, from which on it is nobody's: a standard paragraph
is no trace of copying."""

LIST = re.compile(r"签到|名册|名单|花名册|值班|通讯录|登记表")
_MINUTES = re.compile(r"记录|纪要")
_AGAIN = re.compile(r"调整|修订|修改|换届|重新")
_YEAR = re.compile(r"((?:19|20)\d\d)年(?:\d{1,2}月)?(?:\d{1,2}日)?(\D{6})")


@dataclass(frozen=True, slots=True)
class Side:
    """One of two papers: its title, stated date and text."""

    title: str
    dated: str | None
    text: Text


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What kind of flag an excerpt gets, and the year changed in its sentences, if one was."""

    code: Literal["near_duplicate", "year_swapped"]
    changed: str | None = None


def excerpt(earlier: Side, later: Side, others: Iterable[Text]) -> Excerpt | None:
    """Whether the later paper is an excerpt of the earlier; `others` (read only when it seems so)
    are further papers of the unit, whose words in common with the two are everybody's."""
    if not SHORTEST <= len(later.text.plain) <= len(earlier.text.plain):
        return None
    if _by_right(earlier, later):
        return None
    if _contained(earlier.text, later.text) < MAYBE:
        return None
    changed = _changed_years(earlier.text, later.text)
    if changed is not None or _next_of_series(earlier, later):
        wanted = SERIES
    else:
        wanted = FIGURED if later.text.counts.total() >= MANY else COPIED
    copied = _stretches(later.text, earlier.text)
    if copied.mean() < wanted or not _same_facts(earlier, later):
        return None
    own = ~_everybodys(later.text, others)
    taken = np.count_nonzero(copied & own)
    if taken < wanted * SHORTEST or taken < wanted * np.count_nonzero(own):
        return None
    return Excerpt("year_swapped" if changed else "near_duplicate", changed)


def one_date(a: str | None, b: str | None) -> bool:
    """Whether two stated dates may be one: 2022 and 2022-03-15 may, no date may be any."""
    return not a or not b or a.startswith(b) or b.startswith(a)


def part(whole: Side, piece: Side) -> bool:
    """Whether the piece is a part of the other paper, kept beside it: the plan that a notice of the
    same date (or the piece undated) issues as its annex, under its own title."""
    title = plain(piece.title)
    return (
        SHORTEST <= len(piece.text.plain) < len(whole.text.plain)
        and one_date(whole.dated, piece.dated)
        and len(title) >= 6
        and title != plain(whole.title)
        and title in whole.text.plain
        and bool(_stretches(piece.text, whole.text).mean() >= PART)
    )


def anew(earlier: str, later: str) -> bool:
    """Whether the later title says that an earlier paper is put anew: a leading group 调整."""
    return bool(_AGAIN.search(later)) and not _AGAIN.search(earlier)


def _by_right(earlier: Side, later: Side) -> bool:
    """Papers that repeat another's words by nature: lists of people; minutes, which quote what was
    studied; a notice that puts an earlier one anew."""
    title = plain(later.title)
    if LIST.search(title) or anew(earlier.title, later.title):
        return True
    return bool(_MINUTES.search(title)) and not _MINUTES.search(plain(earlier.title))


def _contained(earlier: Text, later: Text) -> float:
    common = len(np.intersect1d(earlier.grams, later.grams, assume_unique=True))
    return common / max(1, len(later.grams))


def _stretches(text: Text, other: Text) -> NDArray[np.bool_]:
    """For each character of the masked text: does it stand in a stretch of the other text?"""
    hashes = grams(masked(text.plain))
    common = np.isin(hashes, other.grams, kind="sort").astype(np.int8)
    turns = np.diff(common, prepend=0, append=0)
    starts, ends = np.flatnonzero(turns == 1), np.flatnonzero(turns == -1)
    long = ends - starts >= STRETCH
    depth = np.zeros(len(hashes) + GRAM, dtype=np.int32)
    np.add.at(depth, starts[long], 1)
    np.add.at(depth, ends[long] + GRAM - 1, -1)
    return np.cumsum(depth)[:-1] > 0


def _everybodys(text: Text, others: Iterable[Text]) -> NDArray[np.bool_]:
    """For each character: is its stretch in so many papers that it is a standard paragraph?"""
    seen = np.ones(len(masked(text.plain)), dtype=np.int32)  # the earlier paper's
    for other in others:
        seen += _stretches(text, other)
    return seen >= _EVERYBODYS


def _same_facts(earlier: Side, later: Side) -> bool:
    """No figures and no days of its own: nearly all of them stand in the earlier paper."""
    figures = later.text.counts
    if (figures - earlier.text.counts).total() > max(1, 0.1 * figures.total()):
        return False
    own = days(_spoken(later.dated))
    told = later.text.days - own
    return 2 * len(told - earlier.text.days) <= len(told)


def _spoken(dated: str | None) -> str:
    """A stated date and its month, as `days` reads them."""
    return f"{dated} {dated[:7]}" if dated and len(dated) > 4 else ""


def _changed_years(earlier: Text, later: Text) -> str | None:
    """“2022 -> 2023” where the later text has another year in front of the same words."""
    stood: dict[str, set[str]] = {}
    for year, words in _YEAR.findall(earlier.plain):
        stood.setdefault(words, set()).add(year)
    for year, words in _YEAR.findall(later.plain):
        if words in stood and year not in stood[words]:
            return f"{min(stood[words])} -> {year}"
    return None


def _next_of_series(earlier: Side, later: Side) -> bool:
    one, two = masked(plain(earlier.title)), masked(plain(later.title))
    return one == two and (earlier.dated or "")[:4] != (later.dated or "")[:4]
