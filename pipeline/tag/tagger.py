"""Rules and a model, ready for one rubric: passages in, their tags out.

A pair of passage and indicator is a tag where its confidence reaches what the model proposes from;
where a stored evaluation found the model wanting (`by_rule_only`) only a rule opens one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipeline.evidence import Tag, Vote
from pipeline.rubric.model import Rubric
from pipeline.tag.combine import tags_of
from pipeline.tag.model import Model, Seen
from pipeline.tag.rules import Rulebook, rulebook
from pipeline.tag.themes import themes
from pipeline.tag.weigh import Frame, frame, model_votes, weighed

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
        chance = weighed(self.model, self.of, passages, votes, told)
        tagged = [row for row in range(len(passages)) if (chance[row] >= self.least).any()]
        stages = dict(zip(tagged, self.model.stages([passages[row] for row in tagged],
                                                    scores[tagged]), strict=True))
        found: list[tuple[Tag, ...]] = []
        for row, passage in enumerate(passages):
            by_rule = {vote.indicator for vote in votes[row]}
            sure = {
                name: float(chance[row, column])
                for column, name in enumerate(self.of.indicators)
                if chance[row, column] >= self.least and (name in by_rule or name not in self.only)
            }
            if not sure:
                found.append(())
                continue
            cast: list[Vote] = [vote for vote in votes[row] if vote.indicator in sure]
            wanted = {name: name not in by_rule for name in sure}
            cast += model_votes(self.model, self.of, passage, told[row], wanted)
            found.append(tags_of(passage, cast, sure, stages[row], *when(row)))
        return found


def tagger(rubric: Rubric, model: Model, least: float | None = None) -> Tagger:
    """Rules and model made ready; `least`: from which confidence on (None: the model's own)."""
    of = frame(rubric, themes(), model)
    unlinked = (name for name, links in zip(of.indicators, of.links, strict=True) if not links)
    return Tagger(rulebook(rubric), model, of, model.propose if least is None else least,
                  frozenset((*model.by_rule_only.get(rubric.id, ()), *unlinked)))
