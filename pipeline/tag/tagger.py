"""Rules and a model, ready for one rubric: passages in, their tags out.

A pair of passage and indicator is a tag where its confidence reaches what the model proposes from;
where a stored evaluation found the model wanting (`by_rule_only`) only a rule opens one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.evidence import Tag, Vote
from pipeline.rubric.model import Rubric
from pipeline.tag.combine import tags_of
from pipeline.tag.model import Model, Seen
from pipeline.tag.rules import Rulebook, rulebook
from pipeline.tag.themes import themes
from pipeline.tag.weigh import Frame, frame, model_votes, weighed

UNLIKELY = 0.03
"""A passage on which no rule votes and no theme is likelier than this is evidence of nothing."""

When = Callable[[int], tuple[str | None, str | None]]
"""For the number of a passage: the date of its act and that of its paper; see `stage.told_of`."""


def _undated(_: int) -> tuple[str | None, str | None]:
    return None, None


@dataclass(frozen=True, slots=True)
class Tagger:
    """See the module. `least` is the confidence from which on a pair is a tag."""

    rules: Rulebook
    model: Model
    of: Frame
    least: float
    only: frozenset[str]
    """Indicators that only a rule opens: those the model is too weak for, or has no theme for."""

    def tags(self, passages: Sequence[Seen], when: When = _undated) -> list[tuple[Tag, ...]]:
        """The tags of each passage, in the order of the rubric's indicators; `when` is asked of
        passages with tags alone."""
        if not passages:
            return []
        votes = [self.rules.votes(one.text, one.headings, one.title) for one in passages]
        scores = self.model.scores(passages)
        told = self.model.themes(passages, scores)
        found: list[tuple[Tag, ...]] = [()] * len(passages)
        # Most passages of an archive are about other things: of these, nothing more is asked.
        rows = [row for row in range(len(passages)) if votes[row] or told[row].max() >= UNLIKELY]
        some = [passages[row] for row in rows]
        chances = weighed(self.model, self.of, some, [votes[row] for row in rows], told[rows],
                          scores[rows, -1])
        likely = np.flatnonzero((chances >= self.least).any(axis=1)).tolist()
        rows, some, chances = [rows[n] for n in likely], [some[n] for n in likely], chances[likely]
        stages = self.model.stages(some, scores[rows])
        for row, passage, chance, stage in zip(rows, some, chances, stages, strict=True):
            by_rule = {vote.indicator for vote in votes[row]}
            sure = {
                self.of.indicators[column]: float(chance[column])
                for column in np.flatnonzero(chance >= self.least).tolist()
                if self.of.indicators[column] in by_rule
                or self.of.indicators[column] not in self.only
            }
            if sure:
                cast: list[Vote] = [vote for vote in votes[row] if vote.indicator in sure]
                wanted = {name: name not in by_rule for name in sure}
                cast += model_votes(self.model, self.of, passage, told[row], wanted)
                found[row] = tags_of(passage, cast, sure, stage, *when(row))
        return found


def tagger(rubric: Rubric, model: Model, least: float | None = None) -> Tagger:
    """Rules and model made ready; `least`: from which confidence on (None: the model's own)."""
    of = frame(rubric, themes(), model)
    unlinked = (name for name, links in zip(of.indicators, of.links, strict=True) if not links)
    return Tagger(rulebook(rubric), model, of, model.propose if least is None else least,
                  frozenset((*model.by_rule_only.get(rubric.id, ()), *unlinked)))
