"""Copies among a unit's papers: near-duplicates, changed years, and two forms of one paper.

Candidates come from the fingerprints (locality-sensitive hashing, linear in the papers) and are
verified on the texts. Equality is asked for, not containment: a notice quoted inside one's own
plan makes the plan no copy.
"""

from __future__ import annotations

import re
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.evidence import Flag
from pipeline.integrity.fingerprint import Fingerprint, grams, masked, plain, similar

SHORTEST = 80
"""Normalised characters below which only an equal text is a copy: two honest lines on one form
share most of their shingles."""
COPY = 0.75
"""Least share of common shingles (Jaccard) of a copy with few edits, in one year.

Measured on a plan of 400 characters: a new title 0.93, a new title and four edited phrases 0.77;
the same phrases weigh less in a longer paper. Honest papers on one form: minutes 0.21, next year's
plan 0.08, one that keeps half of the old plan's paragraphs 0.38 to 0.64. All pairs of 64 other
official texts stayed below 0.28, but for one that was a copy (0.94).
"""
SWAPPED = 0.85
"""The same where the years differ: stricter, because a plan for the next year keeps its headings
and set phrases by right. 0.85 is a text of which more than nine tenths stand as they were."""
FORM = 0.55
"""The same between two file formats of one date, number and title, which is why it may be low: a
scan read with one wrong character in thirty keeps 0.79, with one in twenty 0.59."""
LONGER = 1.25
"""Highest ratio of the lengths: a copy is as long as what it copies."""
_BANDS, _ROWS = 32, 4
"""32 bands of 4 minima: a pair at 0.7 is a candidate with 0.9998, at 0.3 with 0.23."""
_MOST = 40
"""Most candidates verified for one paper, those with most bands in common first: keeps the work
linear where a hundred papers share a form."""
_CROWD = 100
"""Most papers in a bucket: one that holds more is a form's print, not a text's."""
_MARGIN = 0.2
"""How far the estimate of the fingerprints may lie below a threshold before texts are read: more
than four standard errors (0.044)."""

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_DATES = re.compile(
    r"(?:19|20)\d\d年?(?:[-—–~至./](?:19|20)\d\d年?)?(?:[./-]?\d{1,2}[月./-]\d{1,2}日?)?"
    r"|\d{1,2}月(?:\d{1,2}日)?|\d{1,2}日|第\d+[期号次届]"
    r"|[〇零一二三四五六七八九]{4}年(?:[一二三四五六七八九十]{1,3}月)?(?:[一二三四五六七八九十]{1,3}日)?"
)
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?=\s*年|[./-]\d|[〕﹞\]］)）])")
_LIST = re.compile(r"签到|名册|名单|花名册|值班|通讯录|登记表")


@dataclass(frozen=True, slots=True)
class Paper:
    """What `copies` needs of a paper: path, file format (`pdf`, `docx`, …), what it states."""

    path: str
    kind: str
    dated: str | None
    number: str | None
    title: str
    fingerprint: Fingerprint


@dataclass(frozen=True, slots=True)
class Copies:
    """`flags`: path -> its flags (only paths that have one). `forms`: the other form of a paper ->
    the one that counts. Both in the order of paths."""

    flags: dict[str, tuple[Flag, ...]]
    forms: dict[str, str]


def copies(papers: Sequence[Paper], text_of: Callable[[str], str]) -> Copies:
    """Which papers are copies of which, whatever the order they come in.

    `text_of` gives a paper's text by its path; it is asked for candidates only. Of copies the
    earliest counts (by stated date, then path; a paper without a date comes after those with
    one) and has no flag. Of two forms of one paper the PDF counts, because a reviewer sees in it
    what was signed and a place in it can be shown; then by path.
    """
    texts = _Texts(text_of)
    ordered = sorted(papers, key=lambda paper: (paper.dated or "9999-99", paper.path))
    forms: dict[str, str] = {}
    kept: list[Paper] = []
    for group in _groups(ordered, texts):
        counts = min(group, key=lambda paper: (_FORMATS.get(paper.kind, 5), paper.path))
        kept.append(counts)
        forms.update((paper.path, counts.path) for paper in group if paper is not counts)
    kept.sort(key=lambda paper: (paper.dated or "9999-99", paper.path))
    flags: dict[str, tuple[Flag, ...]] = {}
    index = _Index()
    for paper in kept:
        for other in index.near(paper):
            flag = _copy(other, paper, texts)
            if flag is not None:
                flags[paper.path] = (flag,)
                break
        else:
            index.add(paper)  # copies are compared with what counts, not with one another
    return Copies(dict(sorted(flags.items())), dict(sorted(forms.items())))


_FORMATS = {"pdf": 0, "ofd": 1, "image": 2}


def _groups(ordered: list[Paper], texts: _Texts) -> list[list[Paper]]:
    """The papers, those that are one paper in several forms together."""
    index = _Index()
    groups: dict[str, list[Paper]] = {}
    for paper in ordered:
        for other in index.near(paper):
            group = groups[other.path]
            if paper.kind not in {form.kind for form in group} and _one_paper(other, paper, texts):
                group.append(paper)
                break
        else:
            groups[paper.path] = [paper]
            index.add(paper)
    return list(groups.values())


def _one_paper(a: Paper, b: Paper, texts: _Texts) -> bool:
    """Same text, dates, number and title, in another file format."""
    if a.dated and b.dated and not (a.dated.startswith(b.dated) or b.dated.startswith(a.dated)):
        return False
    if a.number and b.number and plain(a.number) != plain(b.number):
        return False
    if a.fingerprint.exact == b.fingerprint.exact:
        return True
    if min(a.fingerprint.length, b.fingerprint.length) < SHORTEST:
        return False
    if _share(a, b, texts, FORM) < FORM:
        return False
    one, two = texts.of(a.path), texts.of(b.path)
    if _spoilt(one.dates, two.dates) > 0.1 or _spoilt(one.counts, two.counts) > 0.1:
        return False
    titles = plain(a.title), plain(b.title)
    known = titles[0] in two.plain or titles[1] in one.plain
    return known or masked(titles[0]) == masked(titles[1])


def _copy(original: Paper, paper: Paper, texts: _Texts) -> Flag | None:
    """The flag of a paper that copies the original; None for a paper of its own."""
    a, b = original.fingerprint, paper.fingerprint
    if a.exact == b.exact:
        return Flag("near_duplicate", "same_text", original.path) if a.length else None
    if min(a.length, b.length) < SHORTEST:
        return None
    share = _share(original, paper, texts, COPY)
    if share < COPY:
        return None
    one, two = texts.of(original.path), texts.of(paper.path)
    if _spoilt(one.counts, two.counts) > 0.2:
        return None  # the same words about other figures: the next report in an honest series
    if _years_differ(original, paper, one, two):
        if share < SWAPPED:
            return None
        return Flag("year_swapped", "year_swapped", original.path, _changed_year(one, two))
    if _LIST.search(plain(paper.title)) and one.dates != two.dates:
        return None  # the same people signing in on another day
    return Flag("near_duplicate", "few_edits", original.path)


def _years_differ(original: Paper, paper: Paper, one: _Text, two: _Text) -> bool:
    if original.dated and paper.dated:
        return original.dated[:4] != paper.dated[:4]
    return bool(one.years and two.years) and max(one.years) != max(two.years)


def _changed_year(one: _Text, two: _Text) -> str | None:
    """The year that stands where the original had another: “2022 -> 2023”."""
    gone, come = one.years - two.years, two.years - one.years
    if not gone or not come:
        return None
    return f"{gone.most_common(1)[0][0]} -> {come.most_common(1)[0][0]}"


def _share(a: Paper, b: Paper, texts: _Texts, wanted: float) -> float:
    """Common shingles of the two texts, dates and numbers apart, over all of them (Jaccard); 0
    where the fingerprints say that it is less than `wanted` by far."""
    if similar(a.fingerprint, b.fingerprint) < wanted - _MARGIN:
        return 0.0
    shorter, longer = sorted((a.fingerprint.length, b.fingerprint.length))
    if longer > LONGER * shorter + 20:
        return 0.0
    one, two = texts.of(a.path).grams, texts.of(b.path).grams
    common = len(np.intersect1d(one, two, assume_unique=True))
    return common / max(1, len(one) + len(two) - common)


def _spoilt(one: Counter[str], two: Counter[str]) -> float:
    """Which share of the figures of either is not in the other; up to two may always differ."""
    differ = max((one - two).total(), (two - one).total())
    return 0.0 if differ <= 2 else differ / max(one.total(), two.total())


@dataclass(frozen=True, slots=True)
class _Text:
    plain: str
    grams: NDArray[np.uint64]
    years: Counter[str]
    dates: Counter[str]
    counts: Counter[str]


class _Texts:
    """Texts read for verifying, the last 64 kept: memory does not grow with the papers."""

    def __init__(self, text_of: Callable[[str], str]) -> None:
        self._text_of = text_of
        self._kept: OrderedDict[str, _Text] = OrderedDict()

    def of(self, path: str) -> _Text:
        kept = self._kept.get(path)
        if kept is None:
            text = self._text_of(path)
            even = plain(text)
            close = "".join(text.split())
            dates = Counter(_DATES.findall(close))
            counts = Counter(_NUMBER.findall(_DATES.sub(" ", close)))
            kept = _Text(
                even,
                np.unique(grams(masked(even))),
                Counter(_YEAR.findall(close)),
                dates,
                counts,
            )
            self._kept[path] = kept
            if len(self._kept) > 64:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(path)
        return kept


class _Index:
    """Papers by the bands of their fingerprints."""

    def __init__(self) -> None:
        self._bands: dict[tuple[int, ...], list[Paper]] = {}
        self._exact: dict[str, list[Paper]] = {}

    def near(self, paper: Paper) -> list[Paper]:
        """Earlier papers that may be like this one: equal ones, then by bands in common."""
        equal = self._exact.get(paper.fingerprint.exact, [])
        hits: Counter[str] = Counter()
        found: dict[str, Paper] = {}
        for band in self._bands_of(paper):
            for other in self._bands.get(band, ()):
                hits[other.path] += 1
                found[other.path] = other
        nearest = sorted(found, key=lambda path: (-hits[path], path))[:_MOST]
        taken = {other.path for other in equal}
        return equal + [found[path] for path in nearest if path not in taken]

    def add(self, paper: Paper) -> None:
        self._exact.setdefault(paper.fingerprint.exact, []).append(paper)
        for band in self._bands_of(paper):
            bucket = self._bands.setdefault(band, [])
            if len(bucket) < _CROWD:
                bucket.append(paper)

    @staticmethod
    def _bands_of(paper: Paper) -> list[tuple[int, ...]]:
        minima = paper.fingerprint.minima
        if not minima:
            return []
        return [(band, *minima[band * _ROWS : band * _ROWS + _ROWS]) for band in range(_BANDS)]
