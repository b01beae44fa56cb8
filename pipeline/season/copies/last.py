"""One unit and itself a season before: papers used again, unchanged or with the year changed.

Within one unit much is written again by right: the next plan keeps its headings, the next report
its form. What is a copy there is judged by `integrity.copies` over both seasons' papers; passages
are told of only where they stand word for word, figures and all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline import integrity
from pipeline.integrity.excerpt import LIST
from pipeline.integrity.fingerprint import plain
from pipeline.privacy import mask
from pipeline.season.copies import permitted
from pipeline.season.copies.grams import Marks, sums
from pipeline.season.copies.kept import known
from pipeline.season.copies.normal import STOP
from pipeline.season.copies.part import Part
from pipeline.season.copies.run import LONGEST, rubric_of, words_of
from pipeline.season.copies.verify import Side, paper_shared
from pipeline.store.ledger import Ledger

Row = dict[str, Any]

MOST = 20
"""Passages of a paper that are listed; all are counted."""
SHORTEST = 40
"""Own signs of a passage that is told of by itself: less is a set sentence of the unit's own."""
_BEFORE, _NOW = "0/", "1/"
"""In front of paths, the earlier season first: of two papers alike in all it is the one copied."""


def reused(this: Path, last: Path, name: str = "") -> list[Row]:
    """The papers of `this` ledger that are `last` season's or hold passages of it, by path:

    {"path", "title", "dated", "how": unchanged, near_duplicate, year_swapped, excerpt or passages,
    "other", "other_title", "other_dated", "changed": “2022 -> 2023” or None, "share" of the paper's
    own words, "shared": passages word for word the same, "passages": the first of them
    {"passage", "other_passage", "text"}}. All text is masked. Raises sqlite3.Error for a ledger
    that cannot be read.
    """
    parts = {_NOW: known(this, name), _BEFORE: known(last, name)}
    free = _own(parts, [rubric_of(this), rubric_of(last)])
    with Ledger(this) as now, Ledger(last) as before:
        ledgers = {_NOW: now, _BEFORE: before}
        whole = _whole(ledgers)
        same = _word_for_word(ledgers, parts[_NOW], free[_NOW])
        records = {side: {row["path"]: row for row in ledger.files()}
                   for side, ledger in ledgers.items()}
    at = {side: {row["path"]: place for place, row in enumerate(one.papers)}
          for side, one in parts.items()}
    rows = []
    for path in sorted(whole.keys() | same.keys()):
        found = same.get(path, [])
        how, other, changed = whole.get(path) or ("passages", found[0]["other"], None)
        share = 0.0
        if path in at[_NOW] and other in at[_BEFORE]:
            share = paper_shared(_side(parts[_NOW], free[_NOW], at[_NOW][path]),
                                 _side(parts[_BEFORE], free[_BEFORE], at[_BEFORE][other])).one_share
        mine, theirs = records[_NOW][path], records[_BEFORE][other]
        rows.append({
            "path": mask(path), "title": mask(mine["title"]), "dated": mine["dated"], "how": how,
            "other": mask(other), "other_title": mask(theirs["title"]),
            "other_dated": theirs["dated"], "changed": changed, "share": round(share, 3),
            "shared": len(found), "passages": [
                {key: one[key] for key in ("passage", "other_passage", "text")}
                for one in found[:MOST]],
        })
    return rows


def _whole(ledgers: Mapping[str, Ledger]) -> dict[str, tuple[str, str, str | None]]:
    """This season's papers that are, as a whole, one of last season's: path -> how, which, the year
    changed. A form or list filled in once more is none, unless nothing in it is new."""
    papers = [
        integrity.Paper(side + record["path"], record["path"].rpartition(".")[2].lower(),
                        record["dated"], record["number"], record["title"],
                        integrity.Fingerprint(minima, length, exact))
        for side, ledger in ledgers.items()
        for record, minima, length, exact in ledger.fingerprints()
        if "received" not in record["flags"] and record["same_as"] is None
    ]
    found = integrity.copies(papers, lambda path: ledgers[path[:2]].words(path[2:]))
    titles = {paper.path: paper.title or paper.path for paper in papers}
    told: dict[str, tuple[str, str, str | None]] = {}
    for path, flags in found.flags.items():
        flag = flags[0]
        how = _how(flag.code, flag.why)
        if flag.other is not None and (how == "unchanged" or not LIST.search(plain(titles[path]))):
            _put(told, path, flag.other, how, flag.where)
    for path, counts in found.forms.items():
        _put(told, path, counts, "unchanged", None)
    return told


def _put(told: dict[str, tuple[str, str, str | None]], one: str, other: str, how: str,
         changed: str | None) -> None:
    """Of two papers in different seasons this season's is the one told of, whichever states the
    earlier date."""
    if one[:2] != other[:2]:
        now, before = (one, other) if one.startswith(_NOW) else (other, one)
        told.setdefault(now[2:], (how, before[2:], changed))


def _how(code: str, why: str | None) -> str:
    if code == "year_swapped":
        return "year_swapped"
    return {"same_text": "unchanged", "excerpt": "excerpt"}.get(why or "", "near_duplicate")


def _word_for_word(ledgers: Mapping[str, Ledger], now: Part, free: Marks) -> dict[str, list[Row]]:
    """This season's passages that stand in last season's papers, figures and all, by path."""
    before: dict[str, tuple[str, str]] = {}
    for path, id, _, text in ledgers[_BEFORE].texts():
        before.setdefault(plain(text), (path, id))
    own = dict(zip(now.ids.tolist(), sums(free, now.starts).tolist(), strict=True))
    found: dict[str, list[Row]] = {}
    for path, id, _, text in ledgers[_NOW].texts():
        if own.get(int(id, 16), 0) < SHORTEST:
            continue
        known = before.get(plain(text))
        if known:
            found.setdefault(path, []).append({
                "passage": id, "other": known[0], "other_passage": known[1],
                "text": mask(" ".join(text.split()))[:LONGEST]})
    return found


def _own(parts: Mapping[str, Part], rubrics: Sequence[Row]) -> dict[str, Marks]:
    """Which signs of either season are the unit's own."""
    tables = permitted.empty(sum(len(one.codes) + len(one.received) for one in parts.values()), 2)
    for one in parts.values():
        permitted.allow(tables, one.received, permitted.NOTICE)
    for rubric in rubrics:
        permitted.allow(tables, words_of(rubric), permitted.RUBRIC)
    return {side: (one.codes > STOP) & ~permitted.union(
        permitted.taken(tables, one.codes, one.form).values(), len(one.codes))
        for side, one in parts.items()}


def _side(one: Part, free: Marks, paper: int) -> tuple[Side, NDArray[np.int64]]:
    begin, end = (int(place) for place in np.searchsorted(one.paper, (paper, paper + 1)))
    starts = one.starts[begin : end + 1]
    signs = slice(int(starts[0]), int(starts[-1]))
    return Side(one.codes[signs], free[signs]), starts - starts[0]
