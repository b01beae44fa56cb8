"""Pairs of passage and indicator: what the corpus says of them, what rules, themes and words say.

Where a passage's author named the indicators, they are the truth. Elsewhere the corpus is labelled
by theme, and the crosswalk makes pairs of it; a pair that hangs on a secondary theme, or on a
condition that the words do not meet, is not asked then: nobody labelled it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.evidence import Vote
from pipeline.learn.corpus import Row
from pipeline.rubric.model import Rubric
from pipeline.tag.model import Floats, Model, Seen
from pipeline.tag.rules import rulebook
from pipeline.tag.themes import Themes, around
from pipeline.tag.weigh import Frame, alike, frame, pair_facts


@dataclass(frozen=True, slots=True)
class Pairs:
    """One rubric's pairs: passages x indicators."""

    of: Frame
    truth: NDArray[np.bool_]
    asked: NDArray[np.bool_]
    votes: list[list[Vote]]
    likeness: Floats

    @property
    def by_rule(self) -> NDArray[np.bool_]:
        """Which pairs a rule votes for."""
        place = {indicator: number for number, indicator in enumerate(self.of.indicators)}
        said = np.zeros(self.truth.shape, bool)
        for row, cast in enumerate(self.votes):
            for vote in cast:
                said[row, place[vote.indicator]] = True
        return said

    def facts(self, passages: Sequence[Seen], ids: Sequence[str], themes: Floats,
              odds: Mapping[str, float], evidence: Floats | None = None) -> Floats:
        return pair_facts(passages, self.votes, self.of, ids, themes, self.likeness, dict(odds),
                          evidence)


def votes_of(rubric: Rubric, passages: Sequence[Seen]) -> list[list[Vote]]:
    """The rules' votes on each passage."""
    book = rulebook(rubric)
    return [book.votes(one.text, one.headings, one.title) for one in passages]


def crossed(rubric: Rubric, rows: Sequence[Row], known: Themes
            ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """The indicators that a row's author named, or else what the crosswalk makes of its themes:
    truth and what is asked, rows x items. By the crosswalk, a pair that hangs on a secondary theme
    or an unmet condition is not asked, nor is an item without themes."""
    links = known.crosswalk.get(rubric.id, {})
    place = {item.id: number for number, item in enumerate(rubric.items)}
    truth = np.zeros((len(rows), len(place)), bool)
    asked = np.tile([bool(links.get(name)) for name in place], (len(rows), 1))
    for number, row in enumerate(rows):
        words = around(row.seen.text, row.seen.headings, row.seen.title)
        sure, perhaps = known.indicators_of(rubric.id, row.themes, words)
        truth[number, [place[one] for one in sure if one in place]] = True
        asked[number, [place[one] for one in perhaps if one in place]] = False
        if rubric.id in row.indicators:
            named = [place[item.id] for item in rubric.indicators]
            truth[number, named], asked[number, named] = False, True
            truth[number, [place[one] for one in row.indicators[rubric.id]]] = True
    return truth, asked


def pairs(rubric: Rubric, themes: Themes, rows: Sequence[Row], model: Model) -> Pairs:
    """A rubric's pairs on the corpus; of the model only its grams are used (for likeness) and what
    its themes say of the indicators' wordings."""
    passages = [row.seen for row in rows]
    of = frame(rubric, themes, model)
    truth, asked = crossed(rubric, rows, themes)
    return Pairs(of, truth, asked, votes_of(rubric, passages),
                 alike(passages, of.wordings, model.recipe, model.lookup, model.idf))


def odds_of(some: Sequence[Pairs], rows: NDArray[np.int64]) -> dict[str, float]:
    """How far each rule's vote can be trusted on these rows: the logarithm of its right votes to
    its wrong ones, one added to each."""
    right: dict[str, int] = {}
    wrong: dict[str, int] = {}
    for one in some:
        place = {indicator: number for number, indicator in enumerate(one.of.indicators)}
        for row in rows:
            for vote in one.votes[row]:
                number = place[vote.indicator]
                if one.asked[row, number]:
                    tally = right if one.truth[row, number] else wrong
                    rule = vote.cast_by.removeprefix("rule:")
                    tally[rule] = tally.get(rule, 0) + 1
    return {rule: float(np.log((right.get(rule, 0) + 1) / (wrong.get(rule, 0) + 1)))
            for rule in sorted({*right, *wrong})}
