"""Copies found, held against the truth: which planted ones were found, and what was found that
nobody planted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

Row = dict[str, Any]
Paper = tuple[str, str]
"""A unit's name and a path in it."""
Pair = tuple[Paper, Paper]


@dataclass(slots=True)
class Judged:
    """`planted` and `found` by what was planted (copies, parts, photos, and copies by how much they
    were edited); `wrong`: pairs of papers of two units, reported and not related, by why they look
    alike; `reported` pairs in all; `unrelated`: pairs of papers of one kind that are not."""

    planted: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    reported: int = 0
    unrelated: int = 0
    missed: list[Row] = field(default_factory=list)
    examples: list[Pair] = field(default_factory=list)

    def recall(self, what: str) -> float:
        """The share of what was planted that was found."""
        return self.found[what] / self.planted[what] if self.planted[what] else float("nan")


def judged(truth: Mapping[str, Any], clusters: Iterable[Mapping[str, Any]]) -> Judged:
    """copies.json's clusters against truth.json. A planted copy is found where one cluster has both
    papers; photos only where the cluster is of pictures."""
    told = Judged()
    texts: set[Pair] = set()
    pictures: set[Pair] = set()
    for cluster in clusters:
        members = {_paper(member) for member in cluster["members"]}
        pairs = {_pair(one, other) for one, other in combinations(sorted(members), 2)
                 if one[0] != other[0]}
        (pictures if cluster["kind"] == "picture" else texts).update(pairs)
    family = _families(truth)
    for what in ("copies", "parts"):
        for entry in truth[what]:
            names = (what, f"{what} edited {int(entry['edited'] * 10) * 10:02} %")
            told.planted.update(names)
            if _pair(_paper(entry["from"]), _paper(entry["to"])) in texts:
                told.found.update(names)
            else:
                told.missed.append(entry)
    for group in truth["photos"]:
        for one, other in combinations(map(_paper, group), 2):
            told.planted["photos"] += 1
            told.found["photos"] += _pair(one, other) in pictures
    marks = {name: {_paper(member) for member in truth[name]}
             for name in ("notice", "forms", "quoted", "rubric_quoted")}
    told.reported = len(texts)
    for pair in sorted(texts):
        if family.get(pair[0], pair[0]) != family.get(pair[1], pair[1]):
            why = [name for name, those in marks.items() if pair[0] in those and pair[1] in those]
            told.wrong[why[0] if why else "unrelated"] += 1
            if not why:
                told.examples.append(pair)
    photos = {_pair(*pair) for group in truth["photos"]
              for pair in combinations(map(_paper, group), 2)}
    told.wrong["photos"] += len(pictures - photos)
    told.unrelated = sum(count * (count - 1) // 2 for count in truth["kinds"].values())
    return told


def _paper(member: Mapping[str, Any]) -> Paper:
    """A paper as both name it; of a unit that came as an archive, its path in there."""
    path = str(member["path"])
    return str(member["unit"]), path.partition(".zip!/")[2] or path


def _pair(one: Paper, other: Paper) -> Pair:
    return (one, other) if one < other else (other, one)


def _families(truth: Mapping[str, Any]) -> dict[Paper, Paper]:
    """Papers that descend from one: copies of copies are related too."""
    head: dict[Paper, Paper] = {}

    def top(paper: Paper) -> Paper:
        while head.setdefault(paper, paper) != paper:
            paper = head[paper]
        return paper

    for entry in (*truth["copies"], *truth["parts"]):
        one, other = top(_paper(entry["from"])), top(_paper(entry["to"]))
        head[max(one, other)] = min(one, other)
    return {paper: top(paper) for paper in list(head)}
