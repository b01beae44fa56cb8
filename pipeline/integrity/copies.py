"""Copies among a unit's papers: near-duplicates, excerpts, changed years, two forms of one paper.

Candidates come from the fingerprints (`index`, linear in the papers) and are verified on the texts.
What is longer than an earlier paper is no copy of it, whatever it quotes: a notice repeated inside
one's own plan, bulletins gathered into a summary.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.evidence import Flag
from pipeline.integrity.excerpt import LIST, Side, anew, excerpt, one_date, part
from pipeline.integrity.fingerprint import Fingerprint, masked, plain, similar
from pipeline.integrity.index import Index, Near
from pipeline.integrity.texts import Text, Texts

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
_MARGIN = 0.2
"""How far the estimate of the fingerprints may lie below a threshold before texts are read: more
than four standard errors."""

_FORMATS = {"pdf": 0, "ofd": 1, "image": 2}


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
    """`flags`: path -> its flags (only paths that have one). `forms`: the other form of a paper, or
    a part of it kept beside it -> the one that counts. Both in the order of paths."""

    flags: dict[str, tuple[Flag, ...]]
    forms: dict[str, str]


def copies(papers: Sequence[Paper], text_of: Callable[[str], str]) -> Copies:
    """Which papers are copies of which, whatever the order they come in.

    `text_of` gives a paper's text by its path; it is asked for candidates only. Of copies the
    earliest counts and has no flag: by stated date, then the longer, then by path; a paper without
    a date comes after those with one, one with a year alone after those with a day in it. Of two
    forms of one paper the PDF counts, because a reviewer sees in it what was signed and a place in
    it can be shown; then by path. A plan kept beside the notice that issues it is a part of that
    paper, no copy: the notice counts.
    """
    ordered = sorted(papers, key=_earliest)
    index = Index([paper.fingerprint for paper in ordered])
    texts = Texts(text_of)
    forms: dict[str, str] = {}
    kept: list[int] = []
    for group in _groups(ordered, index, texts):
        counts = min(group, key=lambda at: (_FORMATS.get(ordered[at].kind, 5), ordered[at].path))
        kept.append(counts)
        forms.update((ordered[at].path, ordered[counts].path) for at in group if at != counts)
    flags: dict[str, tuple[Flag, ...]] = {}
    index.clear()
    for at in kept:
        near = index.near(at)
        whole = _whole(ordered, at, near, texts)
        if whole is not None:
            path = ordered[at].path
            forms = {form: whole if to == path else to for form, to in forms.items()}
            forms[path] = whole
            continue
        flag = _first_copy(ordered, at, near, texts) or _excerpt(ordered, at, near, texts)
        if flag is None:
            index.add(at)  # copies are compared with what counts, not with one another
        else:
            flags[ordered[at].path] = (flag,)
    return Copies(dict(sorted(flags.items())), dict(sorted(forms.items())))


def _earliest(paper: Paper) -> tuple[str, int, str]:
    return ((paper.dated or "9999").ljust(10, "~"), -paper.fingerprint.length, paper.path)


def _groups(ordered: Sequence[Paper], index: Index, texts: Texts) -> list[list[int]]:
    """The papers by their places, those that are one paper in several forms together."""
    groups: dict[int, list[int]] = {}
    for at, paper in enumerate(ordered):
        for other in index.near(at).alike:
            kinds = {ordered[form].kind for form in groups[other]}
            if paper.kind not in kinds and _one_paper(ordered[other], paper, texts):
                groups[other].append(at)
                break
        else:
            groups[at] = [at]
            index.add(at)
    return list(groups.values())


def _first_copy(ordered: Sequence[Paper], at: int, near: Near, texts: Texts) -> Flag | None:
    """The flag of a paper that copies, as a whole, one that counts."""
    for other in near.alike:
        flag = _copy(ordered[other], ordered[at], texts)
        if flag is not None:
            return flag
    return None


def _whole(ordered: Sequence[Paper], at: int, near: Near, texts: Texts) -> str | None:
    """The path of the paper that this one is a part of."""
    piece = ordered[at]
    for place in near.inside:
        whole = ordered[place]
        if not one_date(whole.dated, piece.dated) or _numbers_differ(whole, piece):
            continue
        if part(_side(whole, texts), _side(piece, texts)):
            return whole.path
    return None


def _excerpt(ordered: Sequence[Paper], at: int, near: Near, texts: Texts) -> Flag | None:
    """The flag of an excerpt from an earlier paper."""
    later = ordered[at]
    for place in near.inside:
        earlier = ordered[place]
        further = (texts.of(ordered[one].path) for one in near.sharing if one != place)
        found = excerpt(_side(earlier, texts), _side(later, texts), further)
        if found is not None:
            return Flag(found.code, "excerpt", earlier.path, found.changed)
    return None


def _side(paper: Paper, texts: Texts) -> Side:
    return Side(paper.title, paper.dated, texts.of(paper.path))


def _numbers_differ(a: Paper, b: Paper) -> bool:
    return bool(a.number and b.number) and plain(a.number or "") != plain(b.number or "")


def _one_paper(a: Paper, b: Paper, texts: Texts) -> bool:
    """Same text, dates, number and title, in another file format."""
    if not one_date(a.dated, b.dated):
        return False
    if _numbers_differ(a, b):
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


def _copy(original: Paper, paper: Paper, texts: Texts) -> Flag | None:
    """The flag of a paper that copies the original; None for a paper of its own."""
    a, b = original.fingerprint, paper.fingerprint
    if a.exact == b.exact:
        return Flag("near_duplicate", "same_text", original.path) if a.length else None
    if min(a.length, b.length) < SHORTEST:
        return None
    if anew(original.title, paper.title):
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
    if LIST.search(plain(paper.title)) and one.dates != two.dates:
        return None  # the same people signing in on another day
    return Flag("near_duplicate", "few_edits", original.path)


def _years_differ(original: Paper, paper: Paper, one: Text, two: Text) -> bool:
    if original.dated and paper.dated:
        return original.dated[:4] != paper.dated[:4]
    return bool(one.years and two.years) and max(one.years) != max(two.years)


def _changed_year(one: Text, two: Text) -> str | None:
    """The year that stands where the original had another: “2022 -> 2023”."""
    gone, come = one.years - two.years, two.years - one.years
    if not gone or not come:
        return None
    return f"{gone.most_common(1)[0][0]} -> {come.most_common(1)[0][0]}"


def _share(a: Paper, b: Paper, texts: Texts, wanted: float) -> float:
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
