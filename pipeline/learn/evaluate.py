"""A model on passages that people labelled: how good it is, beside the rules alone.

A gold line is a passage (`text`, `title`, `headings`, `document_type`) with the indicators it is
evidence for, either as `rubric` and `indicators` or under the rubric's own id, and its `stage`.
Lines about other rubrics are passed over.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import InputError
from pipeline.learn import measure
from pipeline.learn.pairs import votes_of
from pipeline.rubric.model import Rubric
from pipeline.tag.model import STAGES, Floats, Model, Seen
from pipeline.tag.stage import told_of
from pipeline.tag.themes import themes
from pipeline.tag.weigh import alike, frame, pair_facts, weighed


@dataclass(frozen=True, slots=True)
class Gold:
    """Labelled passages of one rubric; `groups` names the document of each."""

    passages: tuple[Seen, ...]
    truth: NDArray[np.bool_]
    stages: tuple[str | None, ...]
    groups: tuple[str, ...]


def gold_of(path: Path, rubric: Rubric) -> Gold:
    """The lines of a gold file that speak of this rubric. Raises InputError `gold_invalid`."""
    place = {item.id: number for number, item in enumerate(rubric.indicators)}
    passages, labels, stages, groups = [], [], [], []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            told = json.loads(line)
            said = told["indicators"] if told.get("rubric") == rubric.id else told.get(rubric.id)
            if said is None:
                continue
            passages.append(Seen(told["text"], told.get("title") or "",
                                 tuple(told.get("headings") or ()),
                                 told.get("document_type") or "other"))
            labels.append([place[one] for one in said if one in place])
            stages.append(told.get("stage"))
            groups.append(str(told.get("source") or told.get("document") or told.get("title")))
        except (ValueError, KeyError, TypeError) as error:
            raise InputError("gold_invalid", path=path.name, line=number, what=str(error)) from None
    if not passages:
        raise InputError("gold_invalid", path=path.name, line=0, what=f"nothing about {rubric.id}")
    truth = np.zeros((len(passages), len(place)), bool)
    for row, here in enumerate(labels):
        truth[row, here] = True
    return Gold(tuple(passages), truth, tuple(stages), tuple(groups))


def evaluate(gold_jsonl: Path, model: Model, rubric: Rubric) -> dict[str, Any]:
    """Everything that a page or a card may say of the model's quality on these passages."""
    gold = gold_of(gold_jsonl, rubric)
    wide = len(rubric.indicators)
    of, votes = frame(rubric, themes(), model), votes_of(rubric, gold.passages)
    told = model.themes(gold.passages)
    chance = weighed(model, of, gold.passages, votes, told)[:, :wide]
    likeness = alike(gold.passages, of.wordings, model.recipe, model.lookup, model.idf)
    facts = pair_facts(gold.passages, votes, of, model.themes_, told, likeness, model.rule_odds)
    by_rule = (facts[:, :wide, 5] > 0) | (facts[:, :wide, 7] > 0)
    return {
        "rubric": rubric.id,
        "passages": len(gold.passages),
        "documents": len(set(gold.groups)),
        "model": {"id": model.id, "sha256": model.sha256},
        "rules": measure.scored(gold.truth, by_rule, gold.groups),
        "themes": measure.scored(gold.truth, facts[:, :wide, 1] >= 0.5, gold.groups),
        "combination": measure.scored(gold.truth, chance >= model.propose, gold.groups),
        **told_in_full(gold.truth, chance, chance >= model.propose, gold.groups,
                       [item.id for item in rubric.indicators]),
        "stage": stage_of(model, gold),
        "untagged": untagged(gold.truth, chance >= model.propose, by_rule),
    }


def told_in_full(truth: NDArray[np.bool_], chance: Floats, said: NDArray[np.bool_],
                 groups: Sequence[str], names: Sequence[str]) -> dict[str, Any]:
    """By indicator, by threshold, by confidence."""
    found = measure.counts(truth, said)
    low, high = measure.interval(lambda rows: measure.ece(truth[rows], chance[rows]), groups, 200)
    return {
        "by_indicator": {
            name: {"evidence": int(found[0, n] + found[2, n]), "proposed": int(found[:2, n].sum()),
                   "precision": round(float(found[0, n] / max(found[:2, n].sum(), 1)), 3),
                   "recall": round(float(found[0, n] / max(found[0, n] + found[2, n], 1)), 3),
                   "f1": round(float(measure.f1(found)[n]), 3)}
            for n, name in enumerate(names)
        },
        "confused": confused(truth, said, names),
        "precision_at_80": round(measure.precision_at(truth, chance, 0.8), 3),
        "precision_at_90": round(measure.precision_at(truth, chance, 0.9), 3),
        "reading_95": measure.reading(truth, chance),
        "ece": [round(measure.ece(truth, chance), 4), low, high],
        "ece_likely": [round(measure.ece(truth[chance >= measure.LIKELY],
                                         chance[chance >= measure.LIKELY]), 4),
                       int((chance >= measure.LIKELY).sum())],
        "reliability": measure.reliability(truth, chance),
    }


def confused(truth: NDArray[np.bool_], said: NDArray[np.bool_], names: Sequence[str],
             most: int = 12) -> list[tuple[str, str, int]]:
    """What was proposed in the place of what: (evidence for, proposed, how often); `-`: nothing."""
    pairs: dict[tuple[str, str], int] = {}
    for true, told in zip(truth, said, strict=True):
        missed = [names[n] for n in np.flatnonzero(true & ~told).tolist()] or ["-"]
        extra = [names[n] for n in np.flatnonzero(told & ~true).tolist()] or ["-"]
        for left in missed:
            for right in extra:
                if (left, right) != ("-", "-"):
                    pairs[left, right] = pairs.get((left, right), 0) + 1
    ranked = sorted(pairs.items(), key=lambda one: -one[1])[:most]
    return [(left, right, count) for (left, right), count in ranked]


def stage_of(model: Model, gold: Gold) -> dict[str, Any]:
    """How often the stage of evidence is right: of the model, and of the rules of mood alone."""
    rows = [n for n, stage in enumerate(gold.stages) if stage in STAGES]
    if not rows:
        return {}
    some = [gold.passages[n] for n in rows]
    mine = model.stages(some)
    rules = [told_of(one.text, (), one.document_type, (one.title, *one.headings))[0]
             for one in some]
    true = [gold.stages[n] for n in rows]
    return {"evidence": len(rows),
            "model": round(float(np.mean([a == b for a, b in zip(mine, true, strict=True)])), 3),
            "rules": round(float(np.mean([a == b for a, b in zip(rules, true, strict=True)])), 3)}


def untagged(truth: NDArray[np.bool_], said: NDArray[np.bool_], by_rule: NDArray[np.bool_]
             ) -> dict[str, Any]:
    """Of the passages that are evidence for nothing: the share that stays without a proposal."""
    empty = ~truth.any(axis=1)
    if not empty.any():
        return {}
    return {"passages": int(empty.sum()),
            "model": round(float((~said[empty].any(axis=1)).mean()), 3),
            "rules": round(float((~by_rule[empty].any(axis=1)).mean()), 3)}
