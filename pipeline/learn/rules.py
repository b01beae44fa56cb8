"""Every rule of a rubric on labelled passages: reach, overlap, conflict, precision.

The idea is Snorkel's analysis of labeling functions (Ratner et al., Snorkel: Rapid Training Data
Creation with Weak Supervision, VLDB 2017; `snorkel.labeling.LFAnalysis`): coverage, overlaps and
conflicts of each small voter, before anybody trusts their sum. There a passage has one label; here
it may be evidence for several indicators, so two rules of different indicators are no conflict, and
a rule is held against the label alone.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.evidence import Vote
from pipeline.learn import corpus, measure
from pipeline.learn.corpus import PRIOR
from pipeline.learn.gold import gold_of
from pipeline.learn.pairs import crossed, votes_of
from pipeline.rubric.model import Rubric
from pipeline.tag.themes import themes


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """One rule's votes for one indicator. Shares are of `votes`, except `reach` (of passages) and
    `precision` (of `judged`); None: of nothing."""

    indicator: str
    rule: str
    votes: int
    reach: float
    """Share of the passages that it votes on."""
    overlap: float | None
    """Share of its votes where another rule votes for the same indicator."""
    judged: int
    """Votes on pairs that a label says something about."""
    nothing: int
    """Of them: the passage is evidence for nothing."""
    elsewhere: int
    """Of them: the passage is evidence, but for other indicators only."""
    conflict: float | None
    """Share of the judged votes that the label contradicts, in one or the other way."""
    precision: float | None
    low: float
    high: float
    """Wilson's 95 % interval of the precision."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """Passages of one rubric with the rules' votes and what labels say of each pair, passages x
    items (indicators, then duties); a pair that is not `asked` was judged by nobody."""

    votes: Sequence[Sequence[Vote]]
    truth: NDArray[np.bool_]
    asked: NDArray[np.bool_]


def report(rubric: Rubric, some: Labelled) -> list[RuleFacts]:
    """A line for each rule of each indicator (or duty) it serves, by indicator, then rule id."""
    names = [item.id for item in rubric.items]
    cast: dict[tuple[str, str], list[int]] = {}
    voters: dict[tuple[int, str], int] = {}
    for row, votes in enumerate(some.votes):
        for vote in votes:
            cast.setdefault((vote.indicator, vote.cast_by.removeprefix("rule:")), []).append(row)
            voters[row, vote.indicator] = voters.get((row, vote.indicator), 0) + 1
    evidence = np.asarray((some.truth & some.asked).any(axis=1))
    told = []
    for number, item in enumerate(rubric.items):
        for rule in sorted(set(item.rules)):
            rows = cast.get((names[number], rule), [])
            judged = [row for row in rows if some.asked[row, number]]
            wrong = [row for row in judged if not some.truth[row, number]]
            elsewhere = sum(bool(evidence[row]) for row in wrong)
            right = len(judged) - len(wrong)
            shared = sum(voters[row, names[number]] > 1 for row in rows)
            told.append(RuleFacts(
                names[number], rule, len(rows), _share(len(rows), len(some.votes)) or 0.0,
                _share(shared, len(rows)), len(judged), len(wrong) - elsewhere, elsewhere,
                _share(len(wrong), len(judged)), _share(right, len(judged)),
                *measure.wilson(right, len(judged))))
    return sorted(told, key=lambda one: (names.index(one.indicator), one.rule))


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def of_corpus(rubric: Rubric, folder: Path) -> Labelled:
    """The training corpus, labelled for this rubric by the crosswalk. Raises InputError
    `corpus_invalid`."""
    rows = [row for row in corpus.read(folder) if row.voice != PRIOR]
    truth, asked = crossed(rubric, rows, themes())
    return Labelled(votes_of(rubric, [row.seen for row in rows]), truth, asked)


def of_gold(rubric: Rubric, path: Path) -> Labelled:
    """A gold file, which speaks of every indicator and of no duty. Raises InputError."""
    gold = gold_of(path, rubric)
    duties = len(rubric.items) - len(rubric.indicators)
    truth = np.pad(gold.truth, ((0, 0), (0, duties)))
    asked = np.pad(np.ones_like(gold.truth), ((0, 0), (0, duties)))
    return Labelled(votes_of(rubric, gold.passages), truth, asked)


def as_csv(told: Sequence[RuleFacts], rubric: Rubric, data: str) -> str:
    """A table for a spreadsheet; `data` names what was measured on, in every line."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["rubric", "data", *(field.name for field in fields(RuleFacts))])
    for one in told:
        writer.writerow([rubric.id, data, *asdict(one).values()])
    return out.getvalue()
