"""Recipes side by side on the corpus, each on voices that it never saw.

Rules alone; one linear border for each indicator; themes through the crosswalk; themes, rules and
likeness weighed together. Every threshold and weight is chosen on the other voices.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.learn import fit, measure
from pipeline.learn.corpus import Row
from pipeline.learn.pairs import Pairs, odds_of
from pipeline.learn.train import HeldOut, Training, weigh
from pipeline.tag.model import BESIDES, STAGES, Floats, expit, stage_facts
from pipeline.tag.weigh import FACTS, calibrated, witnessed


def compared(target: Pairs, teachers: Sequence[Pairs], held: HeldOut, ids: Sequence[str],
             recipe: Training) -> dict[str, Any]:
    """Each recipe's F1 on one rubric's pairs with intervals, and how calibrated the last one is.

    `teachers` are the rubrics the weights are learnt on (without the target, for an unseen one).
    """
    groups = [row.document for row in held.rows]
    chance = combined(target, teachers, held, ids, recipe.rule_trust)
    seen = [row.seen for row in held.rows]
    facts = target.facts(seen, ids, held.themes, {}, held.evidence)
    by_theme = facts[:, :, FACTS.index("primary_p")]
    direct = expit(one_by_one(target, held, recipe) * 3)
    told: dict[str, Any] = {
        "pairs": int(target.asked.sum()), "evidence": int((target.truth & target.asked).sum()),
        "rules": measure.scored(target.truth, target.by_rule, groups, target.asked),
    }
    for name, margins in (("one_by_one", direct), ("themes", by_theme), ("combination", chance)):
        said = cut_elsewhere(margins, target, held.fold)
        told[name] = measure.scored(target.truth, said, groups, target.asked)
        if name == "combination":
            told["by_indicator"] = by_indicator(target, said)
            told["negatives_untagged"] = untagged_by_kind(held.rows, said)
    told["ece"] = round(measure.ece(target.truth[target.asked], chance[target.asked]), 4)
    likely = target.asked & (chance >= measure.LIKELY)
    told["ece_likely"] = round(measure.ece(target.truth[likely], chance[likely]), 4)
    told["reading_95"] = measure.reading(target.truth & target.asked,
                                         np.where(target.asked, chance, 0).astype(np.float32))
    return told


def combined(target: Pairs, teachers: Sequence[Pairs], held: HeldOut, ids: Sequence[str],
             trust: float) -> Floats:
    """Confidence of every pair by weights, rules' odds and curve learnt on the other voices."""
    chance = np.zeros(target.truth.shape, np.float32)
    seen = [row.seen for row in held.rows]
    for number in np.unique(held.fold):
        train, test = np.flatnonzero(held.fold != number), np.flatnonzero(held.fold == number)
        some = np.intersect1d(train, held.plain)
        odds = odds_of(teachers, some)
        weights, knots = weigh(teachers, held, ids, odds, some)
        facts = target.facts(seen, ids, held.themes, odds, held.evidence)[test]
        chance[test] = witnessed(calibrated(facts @ weights, knots), facts, trust)
    return chance


def one_by_one(target: Pairs, held: HeldOut, recipe: Training) -> Floats:
    """Scores of a border for each indicator, by voices held out."""
    margins = np.full(target.truth.shape, -1, np.float32)
    seen = [row.seen for row in held.rows]
    for number in np.unique(held.fold):
        train, test = np.flatnonzero(held.fold != number), np.flatnonzero(held.fold == number)
        known = fit.grammar([seen[row] for row in train], recipe.features, recipe.least)
        given = fit.matrix([seen[row] for row in train], recipe.features, known)
        said = target.truth[train]
        weights, bias = fit.borders(given, said, np.ones_like(said), recipe.hardness)
        margins[test] = fit.matrix([seen[row] for row in test], recipe.features, known
                                   ) @ weights + bias
    return margins


def cut_elsewhere(margins: Floats, target: Pairs, fold: NDArray[np.int64]) -> NDArray[np.bool_]:
    """What is proposed, each fold cut where the others' micro-F1 is highest."""
    said = np.zeros(target.truth.shape, bool)
    for number in np.unique(fold):
        train, test = fold != number, fold == number
        cut = measure.best_cut(margins[train], target.truth[train], target.asked[train])
        said[test] = margins[test] >= cut
    return said


def by_indicator(target: Pairs, said: NDArray[np.bool_]) -> dict[str, float]:
    found = measure.f1(measure.counts(target.truth, said, target.asked))
    return {name: round(float(value), 3)
            for name, value, some in zip(target.of.indicators, found,
                                         (target.truth & target.asked).sum(axis=0), strict=True)
            if some}


def untagged_by_kind(rows: Sequence[Row], said: NDArray[np.bool_]) -> dict[str, float]:
    """Of each kind of negative, the share without a proposal."""
    kinds = sorted({row.negative_kind for row in rows if row.negative_kind})
    empty: NDArray[np.bool_] = np.asarray(~said.any(axis=1))
    return {kind: round(float(np.mean([empty[n] for n, row in enumerate(rows)
                                       if row.negative_kind == kind])), 3) for kind in kinds}


def themes_scored(held: HeldOut) -> dict[str, Any]:
    """F1 of the themes themselves, one threshold for all, and their calibration."""
    truth, chance = held.said[:, :-len(BESIDES)], held.themes
    cut = measure.best_cut(chance, truth, np.ones_like(truth))
    told = measure.scored(truth, chance >= cut, [row.document for row in held.rows])
    return {**told, "threshold": round(cut, 3), "ece": round(measure.ece(truth, chance), 4)}


def stages_scored(held: HeldOut) -> dict[str, Any]:
    """How often the stage of evidence is right: the border's, the rules of mood's, both weighed."""
    rows = [number for number, row in enumerate(held.rows) if row.stage]
    true = np.array([STAGES.index(held.rows[n].stage or "plan") for n in rows])
    facts = stage_facts([held.rows[n].seen for n in rows], held.margins[rows][:, -len(BESIDES):-1])
    fold = held.fold[rows]
    both = np.zeros(len(rows), int)
    for number in np.unique(fold):
        train, test = fold != number, fold == number
        weights = fit.stage_weights([held.rows[n].seen for n, one in zip(rows, train, strict=True)
                                     if one], held.margins[rows][train][:, -len(BESIDES):-1],
                                    [STAGES[one] for one in true[train]])
        both[test] = (facts[test] @ weights).argmax(axis=1)
    groups = [held.rows[n].document for n in rows]
    told = {}
    for name, mine in (("margins", facts[:, :3].argmax(axis=1)),
                       ("rules", facts[:, 3:6].argmax(axis=1)), ("both", both)):
        right = mine == true
        low, high = measure.interval(lambda some, r=right: float(r[some].mean()),  # type: ignore[misc]
                                     groups, 200)
        told[name] = [round(float(right.mean()), 3), low, high]
    return told
