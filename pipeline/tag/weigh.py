"""Votes of themes and rules and the likeness of words, weighed for each (passage, indicator).

The raw votes stay as they are; here they only become one raw strength and one probability. The same
few weights serve every indicator of every rubric, so that a rubric never trained on is weighed too:
with its crosswalk, or, where it has none, with one that is read out of its own wording.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.evidence import Vote
from pipeline.rubric.model import Rubric
from pipeline.tag.features import Lookup
from pipeline.tag.model import (
    BATCH,
    Floats,
    Model,
    Recipe,
    Seen,
    added,
    expit,
    known_once,
    text_grams,
)
from pipeline.tag.themes import Link, Themes, around

FACTS = ("primary", "primary_p", "unmet_p", "secondary_p", "most", "rule", "rule_odds",
         "headed_odds", "rules_more", "alike", "alike_more", "rule_and_theme", "rule_and_most",
         "one", "evidence")
"""What a pair is weighed by; `pair_weights` has one weight for each."""

UNKNOWN_RULE = 1.0
"""The odds given to a rule that the model never met: a little trust."""

LIKELIER = 0.5
"""From which probability of its theme on the model votes beside a rule."""

CLEARLY = 0.1
"""An indicator that is less likely by this than another is not what a theme means."""

_IN_A_PLAN = "民族团结进步创建工作方案"
_CLAUSE = re.compile("[^。；;，,]{6,}[。；;，,]?")


@dataclass(frozen=True, slots=True)
class Frame:
    """A rubric as a model sees it, made once: indicators, their themes and wordings."""

    rubric: str
    indicators: tuple[str, ...]
    links: tuple[tuple[Link, ...], ...]
    wordings: Floats
    """Grams x indicators: the wording's vector of length 1, the idf multiplied in."""


def frame(rubric: Rubric, themes: Themes, model: Model) -> Frame:
    """What pairs of this rubric are weighed with."""
    told = [item.wording for item in rubric.items]
    crosswalk = themes.crosswalk.get(rubric.id)
    return Frame(
        rubric.id,
        tuple(item.id for item in rubric.items),
        read_out(told, model) if crosswalk is None
        else tuple(crosswalk.get(item.id, ()) for item in rubric.items),
        wording_vectors(told, model.recipe, model.lookup, model.idf),
    )


def read_out(wordings: Sequence[str], model: Model) -> tuple[tuple[Link, ...], ...]:
    """Themes for each indicator of a rubric without a crosswalk: those that a clause of its wording
    is likely to be on, where no other indicator is clearly likelier to be meant by the theme; the
    likeliest one where none is likely.

    The clauses are read as if they stood in a plan. On the three rubrics with filed passages, taken
    as if they had no crosswalk, proposals keep about nine tenths of their F1 (how clauses are read
    and `CLEARLY` were chosen there).
    """
    likely = np.stack([
        model.themes([Seen(one, _IN_A_PLAN, (), "方案") for one in (told, *_CLAUSE.findall(told))]
                     ).max(axis=0)
        for told in wordings])
    kept = (likely >= LIKELIER) & (likely >= likely.max(axis=0) - CLEARLY)
    for row in np.flatnonzero(~kept.any(axis=1)):
        kept[row, likely[row].argmax()] = True
    return tuple(tuple(Link(model.themes_[column], "primary") for column in np.flatnonzero(row))
                 for row in kept)


def wording_vectors(told: Sequence[str], recipe: Recipe, lookup: Lookup, idf: Floats) -> Floats:
    """Grams x texts: each text's vector of length 1, with the idf of the text compared to it."""
    vectors = np.zeros((len(idf), len(told)), np.float32)
    for _, grams in text_grams(told, Recipe(text=recipe.text, words=False)):
        rows, numbers = known_once(grams, lookup, len(idf))
        vectors[numbers, rows] = idf[numbers]
    length = np.sqrt((vectors**2).sum(axis=0))
    return np.asarray(vectors / np.where(length, length, 1) * idf[:, None], np.float32)


def alike(passages: Sequence[Seen], wordings: Floats, recipe: Recipe, lookup: Lookup, idf: Floats
          ) -> Floats:
    """Cosine of each passage's grams with each wording's: passages x wordings."""
    sums = np.zeros((len(passages), wordings.shape[1]), np.float32)
    plain = Recipe(text=recipe.text, words=False)
    for first in range(0, len(passages), BATCH):
        texts = [one.text for one in passages[first:first + BATCH]]
        for _, grams in text_grams(texts, plain):
            sums[first:first + BATCH] += added(grams, len(texts), lookup, idf, wordings)
    return sums


def met(links: Sequence[Sequence[Link]], passages: Sequence[Seen]) -> dict[tuple[str, ...],
                                                                           NDArray[np.bool_]]:
    """For each condition among the links, which passages meet it."""
    told = [around(one.text, one.headings, one.title) for one in passages]
    return {
        hints: np.fromiter((not hints or any(hint in text for hint in hints) for text in told),
                           bool, len(told))
        for hints in {link.hints for some in links for link in some}
    }


def pair_facts(passages: Sequence[Seen], votes: Sequence[Sequence[Vote]], of: Frame,
               theme_ids: Sequence[str], themes: Floats, likeness: Floats,
               odds: dict[str, float], evidence: Floats | None = None) -> Floats:
    """Passages x indicators x FACTS. `themes` are probabilities, `most` that of the likeliest;
    `evidence` is how far each passage lies from the border of what is evidence of nothing (None:
    on it)."""
    count, wide = len(passages), len(of.indicators)
    facts = np.zeros((count, wide, len(FACTS)), np.float32)
    column = {theme: number for number, theme in enumerate(theme_ids)}
    most = themes.max(axis=1)
    conditions = met(of.links, passages)
    for number, links in enumerate(of.links):
        here = facts[:, number]
        for link in links:
            holds, sure = conditions[link.hints], themes[:, column[link.theme]]
            if link.weight == "secondary":
                here[:, 3] = np.maximum(here[:, 3], np.where(holds, sure, sure / 2))
            else:
                here[:, 1] = np.maximum(here[:, 1], np.where(holds, sure, 0))
                here[:, 2] = np.maximum(here[:, 2], np.where(holds, 0, sure))
    place = {indicator: number for number, indicator in enumerate(of.indicators)}
    for row, cast in enumerate(votes):
        for vote in cast:
            rule = vote.cast_by.removeprefix("rule:")
            here = facts[row, place[vote.indicator]]
            worth = odds.get(rule, UNKNOWN_RULE)
            if rule.startswith("headed-"):
                here[7] = max(here[7], worth + 3)
            else:
                here[8] += here[5]
                here[5] = 1
                here[6] = max(here[6], worth + 3)
    facts[:, :, 8] = np.minimum(facts[:, :, 8], 2)
    facts[:, :, 0] = _logit(np.maximum(facts[:, :, 1], 1e-3))
    facts[:, :, 4] = _logit(most)[:, None]
    facts[:, :, 9] = likeness
    facts[:, :, 10] = likeness - likeness.mean(axis=1, keepdims=True)
    facts[:, :, 11] = facts[:, :, 5] * facts[:, :, 1]
    facts[:, :, 12] = np.maximum(facts[:, :, 5], facts[:, :, 7] > 0) * most[:, None]
    facts[:, :, 13] = 1
    if evidence is not None:
        facts[:, :, 14] = evidence[:, None]
    return facts


def weighed(model: Model, of: Frame, passages: Sequence[Seen], votes: Sequence[Sequence[Vote]],
            themes: Floats | None = None, evidence: Floats | None = None) -> Floats:
    """Calibrated probability that a passage is evidence for an indicator: passages x indicators.

    `votes` are the rules' votes on each passage; `themes` what `model.themes` said and `evidence`
    the last column of `model.scores`, if they were asked already.
    """
    if not len(passages):
        return np.zeros((0, len(of.indicators)), np.float32)
    scores = model.scores(passages) if themes is None or evidence is None else None
    told = model.themes(passages, scores) if themes is None else themes
    if evidence is None and scores is not None:
        evidence = scores[:, -1]
    likeness = alike(passages, of.wordings, model.recipe, model.lookup, model.idf)
    facts = pair_facts(passages, votes, of, model.themes_, told, likeness, model.rule_odds,
                       evidence)
    return witnessed(calibrated(facts @ model.pair_weights, model.pair_knots), facts,
                     model.rule_trust)


def witnessed(chance: Floats, facts: Floats, trust: float) -> Floats:
    """A rule's vote is another witness, to be trusted so far: what it speaks for is missed only
    where it is wrong too."""
    voted = (facts[..., FACTS.index("rule")] > 0) | (facts[..., FACTS.index("headed_odds")] > 0)
    return np.where(voted, 1 - (1 - chance) * np.float32(1 - trust), chance).astype(np.float32)


def calibrated(margins: Floats, knots: Floats) -> Floats:
    """A raw strength's probability, between the knots that were measured."""
    return np.asarray(np.interp(expit(margins), knots[0], knots[1]), np.float32)


def model_votes(model: Model, of: Frame, passage: Seen, told: Floats, wanted: Mapping[str, bool]
                ) -> list[Vote]:
    """The model's votes on one passage: for each wanted indicator one, through the likeliest theme
    that leads to it, with the grams that speak for that theme.

    `told` are the passage's theme probabilities. A vote that is not `wanted` in any case (False) is
    cast only for a theme that is likelier than not.
    """
    around_ = around(passage.text, passage.headings, passage.title)
    column = {theme: number for number, theme in enumerate(model.themes_)}
    through: dict[str, tuple[str, float]] = {}
    for indicator, links in zip(of.indicators, of.links, strict=True):
        if indicator not in wanted or not links:
            continue
        some = [link.theme for link in links if link.weight == "primary" and link.holds(around_)
                ] or [link.theme for link in links]
        theme = max(some, key=lambda one: told[column[one]])
        strength = float(told[column[theme]])
        if strength >= LIKELIER or wanted[indicator]:
            through[indicator] = theme, round(strength, 3)
    because = model.because(passage, sorted({theme for theme, _ in through.values()}))
    return [Vote(f"model:{model.id}", indicator, tuple(sorted(span for span, _ in because[theme])),
                 theme, strength) for indicator, (theme, strength) in through.items()]


def _logit(p: Floats) -> Floats:
    p = np.clip(p, 1e-3, 1 - 1e-3)
    return np.asarray(np.log(p / (1 - p)), np.float32)
