"""How much of what is evidence of nothing stays untagged, by kind (slogans, other campaigns …):
each passage under its own title, and without what stands above it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.learn import measure
from pipeline.learn.corpus import Row
from pipeline.learn.gold import gold_of, lines
from pipeline.learn.pairs import Pairs, votes_of
from pipeline.learn.train import HeldOut, Training
from pipeline.rubric.model import Rubric
from pipeline.tag.model import BESIDES, Model, Seen, anchored, probabilities
from pipeline.tag.tagger import tagger
from pipeline.tag.weigh import calibrated, pair_facts, witnessed

DRAWS = 200
Kinds = dict[str, dict[str, Any]]


def held_out(held: HeldOut, pairs: Pairs, rubric: Rubric, model: Model, recipe: Training) -> Kinds:
    """Of the corpus, by borders that never read the voice; every kind with its intervals.

    Weights and curve of the pairs are the model's own: a dozen numbers learnt on all voices.
    """
    rows = [n for n in held.plain.tolist() if held.rows[n].negative_kind]
    wide = len(rubric.indicators)
    shown = {"titled": (held.margins, [held.rows[n].seen for n in rows])}
    if held.bare is not None:
        shown["bare"] = held.bare, [Seen(held.rows[n].seen.text) for n in rows]
    empty = {}
    for name, (margins, seen) in shown.items():
        free = anchored(seen, model.anchors)[:, None] | ~model.gated
        told = probabilities(margins[rows, :-len(BESIDES)], model.slope, model.offset, free)
        votes = [pairs.votes[n] for n in rows] if name == "titled" else votes_of(rubric, seen)
        facts = pair_facts(seen, votes, pairs.of, model.themes_, told, pairs.likeness[rows],
                           model.rule_odds, margins[rows, -1] + np.float32(recipe.lean))
        chance = witnessed(calibrated(facts @ model.pair_weights, model.pair_knots), facts,
                           model.rule_trust)
        empty[name] = np.asarray(~(chance[:, :wide] >= model.propose).any(axis=1))
    return by_kind([held.rows[n] for n in rows], empty)


def of_gold(file: Path, rubric: Rubric, model: Model) -> Kinds:
    """Of a gold file whose lines name the kind of what is evidence of nothing; empty otherwise."""
    told = [one for _, one in lines(file)]
    gold = gold_of(file, rubric)
    if len(told) != len(gold.passages) or not any(one.get("negative_kind") for one in told):
        return {}
    rows = [n for n, one in enumerate(told) if one.get("negative_kind")
            and not gold.truth[n].any()]
    ready, names = tagger(rubric, model), {item.id for item in rubric.indicators}
    empty = {
        name: np.array([not any(tag.indicator in names for tag in tags)
                        for tags in ready.tags(seen)], bool)
        for name, seen in (("titled", [gold.passages[n] for n in rows]),
                           ("bare", [Seen(gold.passages[n].text) for n in rows]))}
    return by_kind([Row("", "", "", gold.groups[n], gold.passages[n], (), None,
                        told[n]["negative_kind"]) for n in rows], empty)


def by_kind(rows: Sequence[Row], empty: Mapping[str, NDArray[np.bool_]]) -> Kinds:
    """For each kind, and for all: how many passages, and for each way of showing them the share
    that stays untagged with its interval."""
    kinds = sorted({row.negative_kind or "" for row in rows})
    told: Kinds = {}
    for kind in (*kinds, "all"):
        mine = [n for n, row in enumerate(rows) if kind in ("all", row.negative_kind)]
        groups = [rows[n].document for n in mine]
        told[kind] = {"passages": len(mine)}
        for name, still in empty.items():
            here = still[mine]
            told[kind][name] = [round(float(here.mean()), 3), *measure.interval(
                lambda some, here=here: float(here[some].mean()), groups, DRAWS)]  # type: ignore[misc]
    return told
