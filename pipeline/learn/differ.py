"""Two models on the same passages: how far they differ, and how sure that is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.learn import measure
from pipeline.learn.gold import gold_of, rubrics_of
from pipeline.rubric.load import load as load_rubric
from pipeline.tag.model import Model
from pipeline.tag.tagger import tagger

DRAWS = 2000
"""With 300, the edge of an interval moves by some thousandths from seed to seed: as much as decides
whether it crosses 0."""
MARKED = 0.05
"""A change of an indicator's F1 beyond this is told."""
Said = NDArray[np.bool_]
Five = tuple[float, float, float, float, float]
"""F1 before, F1 after, the difference, and its 95 % interval (paired bootstrap by document)."""


@dataclass(frozen=True, slots=True)
class Change:
    """On which passages (`decisions`, `corpus` or a gold file's name), and by how much."""

    on: str
    rubric: str
    passages: int
    documents: int
    micro: Five
    macro: Five
    indicators: dict[str, tuple[float, float]]
    """F1 before and after of those that changed by more than MARKED."""
    examples: dict[str, int] = field(default_factory=dict)
    """On how many passages of evidence each of these rests: on two or three, a change is chance."""

    def plain(self) -> dict[str, Any]:
        return asdict(self)


def change(on: str, rubric: str, indicators: Sequence[str], truth: Said, before: Said, after: Said,
           groups: Sequence[str], asked: Said | None = None) -> Change:
    """What changed; passages x indicators each, `groups` names the document of each passage.
    Passages of which nothing was asked are not counted."""
    asked = np.ones_like(truth) if asked is None else asked
    some = np.flatnonzero(asked.any(axis=1)).tolist()
    truth, before, after, asked = truth[some], before[some], after[some], asked[some]
    names = np.array([groups[row] for row in some], str)
    papers, which = np.unique(names, return_inverse=True)

    def by_paper(said: Said) -> NDArray[np.int64]:
        """What `measure.counts` counts, paper by paper: papers x 3 x indicators. Drawing papers is
        adding these up."""
        found = np.zeros((len(papers), 3, truth.shape[1]), np.int64)
        np.add.at(found, which, np.stack([truth & said & asked, ~truth & said & asked,
                                          truth & ~said & asked], axis=1))
        return found

    old, new = by_paper(before), by_paper(after)

    def five(of: Callable[[NDArray[np.int64]], float]) -> Five:
        then, now = of(old.sum(axis=0)), of(new.sum(axis=0))
        low, high = measure.interval(
            lambda rows: of(new[rows].sum(axis=0)) - of(old[rows].sum(axis=0)), papers.tolist(),
            DRAWS) if len(papers) else (0.0, 0.0)
        return round(then, 3), round(now, 3), round(now - then, 3), low, high

    then, now = measure.f1(old.sum(axis=0)), measure.f1(new.sum(axis=0))
    marked = np.flatnonzero(np.abs(now - then) > MARKED).tolist()
    examples = (truth & asked).sum(axis=0)
    return Change(on, rubric, len(truth), len(papers), five(measure.micro),
                  five(measure.macro),
                  {indicators[n]: (round(float(then[n]), 3), round(float(now[n]), 3))
                   for n in marked},
                  {indicators[n]: int(examples[n]) for n in marked})


def on_gold(file: Path, before: Model, after: Model) -> list[Change]:
    """Two models as they are on labelled passages, for each rubric that these speak of: what either
    would show to reviewers. Raises InputError where the file is broken."""
    found = []
    for name in rubrics_of(file):
        rubric = load_rubric(name)
        gold = gold_of(file, rubric)
        names = [item.id for item in rubric.indicators]
        old, new = (np.array([[name in {tag.indicator for tag in some} for name in names]
                              for some in tagger(rubric, model).tags(gold.passages)], bool)
                    for model in (before, after))
        found.append(change(file.name, name, names, gold.truth, old, new, gold.groups))
    return found


def worse(changes: Sequence[Change]) -> bool:
    """Whether the new model does worse: the mean difference of micro-F1, each kind of passages
    (decisions, corpus, a gold file) one voice, is below 0."""
    kinds: dict[str, list[float]] = {}
    for one in changes:
        kinds.setdefault(one.on, []).append(one.micro[2])
    return bool(kinds) and float(np.mean([np.mean(some) for some in kinds.values()])) < 0
