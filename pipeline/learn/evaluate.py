"""A model on passages that people labelled: how good it is, beside the rules alone."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import InputError
from pipeline.evidence import Stage
from pipeline.learn import corpus, measure
from pipeline.learn.gold import Gold, gold_of, lines
from pipeline.learn.pairs import votes_of
from pipeline.rubric.load import digest
from pipeline.rubric.model import Rubric
from pipeline.tag.model import STAGES, Floats, Model
from pipeline.tag.stage import furthest, told_of
from pipeline.tag.tagger import tagger
from pipeline.tag.themes import themes
from pipeline.tag.weigh import FACTS, alike, frame, pair_facts, weighed

WEAK = 0.7
"""Below this F1 an indicator is marked."""
FEW = 5
"""With fewer examples than this an indicator's figures say little."""
DRAWS = 200


def evaluation(gold_jsonl: Path, model: Model, rubrics: Sequence[Rubric],
               corpus_dir: Path | None = None) -> dict[str, Any]:
    """What `evaluation.json` keeps: which passages (no word of them), which model, when, and
    `evaluate` for each rubric. `in_corpus` counts the lines whose text stands in the training
    corpus, where its folder is given: what a model learnt by heart says nothing of its quality.
    Raises InputError as `gold_of` does."""
    try:
        with gold_jsonl.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError("gold_unreadable", file=gold_jsonl,
                         why=error.strerror or error) from None
    return {
        "what": "proposals of the rules, the themes and their combination against people's labels",
        "data": {"file": gold_jsonl.name, "sha256": sha256,
                 "in_corpus": in_corpus(gold_jsonl, corpus_dir) if corpus_dir else None},
        "date": datetime.now(UTC).date().isoformat(),
        "model": {"id": model.id, "sha256": model.sha256},
        "rubrics": {rubric.id: {"rubric_sha256": digest(rubric),
                                **evaluate(gold_jsonl, model, rubric)} for rubric in rubrics},
    }


def in_corpus(gold_jsonl: Path, corpus_dir: Path) -> int:
    """How many lines have a text that a corpus has too, letter by letter."""
    learnt = {row.seen.text for row in corpus.read(corpus_dir)}
    return sum(told.get("text") in learnt for _, told in lines(gold_jsonl)
               if isinstance(told.get("text"), str))


def evaluate(gold_jsonl: Path, model: Model, rubric: Rubric) -> dict[str, Any]:
    """Everything that a page or a card may say of the model's quality on these passages: the
    combination is what `tagger` proposes, so that what is measured is what reviewers are shown."""
    gold = gold_of(gold_jsonl, rubric)
    wide, names = len(rubric.indicators), [item.id for item in rubric.indicators]
    of, votes = frame(rubric, themes(), model), votes_of(rubric, gold.passages)
    told = model.themes(gold.passages)
    chance = weighed(model, of, gold.passages, votes, told)[:, :wide]
    likeness = alike(gold.passages, of.wordings, model.recipe, model.lookup, model.idf)
    facts = pair_facts(gold.passages, votes, of, model.themes_, told, likeness, model.rule_odds)
    by_theme = facts[:, :wide, FACTS.index("primary_p")] >= 0.5
    by_rule = _pairs([{vote.indicator for vote in cast} for cast in votes], names)
    tags = tagger(rubric, model).tags(gold.passages)
    said = _pairs([{tag.indicator for tag in some} for some in tags], names)
    closed = np.isin(names, model.by_rule_only.get(rubric.id, ())) & ~by_rule
    shown = np.where(closed, 0, chance).astype(np.float32)
    return {
        "rubric": rubric.id,
        "passages": len(gold.passages),
        "documents": len(set(gold.groups)),
        "evidence": int(gold.truth.sum()),
        "repeated": gold.repeated,
        "model": {"id": model.id, "sha256": model.sha256},
        "rules": measure.scored(gold.truth, by_rule, gold.groups),
        "themes": measure.scored(gold.truth, by_theme, gold.groups),
        "combination": measure.scored(gold.truth, said, gold.groups),
        "by_indicator": told_by_indicator(gold.truth, said, names),
        "by_indicator_rules": told_by_indicator(gold.truth, by_rule, names),
        "confused": confused(gold.truth, said, names),
        "precision_at_80": round(measure.precision_at(gold.truth, shown, 0.8), 3),
        "precision_at_90": round(measure.precision_at(gold.truth, shown, 0.9), 3),
        "reading_propose": measure.reading_from(gold.truth, shown, model.propose),
        "reading_low": measure.reading_from(gold.truth, shown, model.low),
        "reading_95": measure.reading(gold.truth, shown),
        **calibration(gold.truth, chance, shown >= measure.LIKELY, gold.groups),
        "stage": stage_of(model, gold, [furthest([tag.stage for tag in some]) if some else None
                                        for some in tags]),
        "untagged": untagged(gold.truth, said, by_rule, gold.groups),
    }


def _pairs(told: Sequence[Collection[str]], names: Sequence[str]) -> NDArray[np.bool_]:
    """Passages x indicators, from the indicators of each passage; what is no indicator (a duty) is
    left out."""
    return np.array([[name in some for name in names] for some in told], bool)


def told_by_indicator(truth: NDArray[np.bool_], said: NDArray[np.bool_], names: Sequence[str]
                      ) -> dict[str, dict[str, float]]:
    """Examples, proposals, precision, recall and F1 of each; 0 where there is nothing."""
    found = measure.counts(truth, said)
    return {
        name: {"evidence": int(found[0, n] + found[2, n]), "proposed": int(found[:2, n].sum()),
               "precision": round(float(found[0, n] / max(found[:2, n].sum(), 1)), 3),
               "recall": round(float(found[0, n] / max(found[0, n] + found[2, n], 1)), 3),
               "f1": round(float(measure.f1(found)[n]), 3)}
        for n, name in enumerate(names)
    }


def calibration(truth: NDArray[np.bool_], chance: Floats, likely: NDArray[np.bool_],
                groups: Sequence[str]) -> dict[str, Any]:
    """Whether confidence means what it says: over all pairs, and over the likely ones, which are
    those a reviewer may be shown."""
    def over(some: NDArray[np.bool_]) -> tuple[float, list[float]]:
        def of(rows: NDArray[np.int64]) -> float:
            here = some[rows]
            return measure.ece(truth[rows][here], chance[rows][here])

        return round(measure.ece(truth[some], chance[some]), 4), list(
            measure.interval(of, groups, DRAWS))

    every, every_interval = over(np.ones_like(truth))
    value, interval = over(likely)
    return {
        "ece": [every, *every_interval],
        "ece_likely": [value, int(likely.sum())],
        "ece_likely_interval": interval,
        "reliability": measure.reliability(truth, chance),
        "reliability_likely": measure.reliability(truth[likely], chance[likely]),
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


def stage_of(model: Model, gold: Gold, tagged: Sequence[Stage | None]) -> dict[str, Any]:
    """How often the stage of evidence is right: of the model, of the rules of mood alone, and of
    the tags as they are shown (where evidence has one); and what the model said for each
    (`confusion`: labelled, then said). Empty where no evidence has a stage."""
    rows = [n for n, stage in enumerate(gold.stages) if stage in STAGES and gold.truth[n].any()]
    if not rows:
        return {}
    some = [gold.passages[n] for n in rows]
    true = [gold.stages[n] for n in rows]
    mine = model.stages(some)
    rules = [told_of(one.text, (), one.document_type, (one.title, *one.headings))[0]
             for one in some]
    right = np.array([a == b for a, b in zip(mine, true, strict=True)])
    shown = [(gold.stages[n], tagged[n]) for n in rows if tagged[n]]
    groups = [gold.groups[n] for n in rows]
    return {"evidence": len(rows), "model": round(float(right.mean()), 3),
            "interval": list(measure.interval(lambda some: float(right[some].mean()), groups,
                                              DRAWS)),
            "rules": round(float(np.mean([a == b for a, b in zip(rules, true, strict=True)])), 3),
            "tagged": len(shown),
            "shown": round(float(np.mean([a == b for a, b in shown])), 3) if shown else None,
            "confusion": {one: {other: sum(a == one and b == other
                                           for a, b in zip(true, mine, strict=True))
                                for other in STAGES} for one in STAGES}}


def untagged(truth: NDArray[np.bool_], said: NDArray[np.bool_], by_rule: NDArray[np.bool_],
             groups: Sequence[str]) -> dict[str, Any]:
    """Of the passages that are evidence for nothing: the share that stays without a proposal."""
    empty = np.flatnonzero(~truth.any(axis=1)).tolist()
    if not empty:
        return {}
    still = np.asarray(~said[empty].any(axis=1))
    return {"passages": len(empty), "model": round(float(still.mean()), 3),
            "interval": list(measure.interval(lambda some: float(still[some].mean()),
                                              [groups[n] for n in empty], DRAWS)),
            "rules": round(float((~by_rule[empty].any(axis=1)).mean()), 3)}
