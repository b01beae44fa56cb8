"""A corpus and a recipe -> a model's folder: arrays, vocabulary, recipe; nothing that executes.

What probabilities mean is learnt from margins of borders that never saw the passage's voice.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.learn import corpus, fit, measure
from pipeline.learn.corpus import PRIOR, Row
from pipeline.learn.enrich import rule_examples
from pipeline.learn.pairs import Pairs, odds_of, pairs
from pipeline.rubric.load import load as load_rubric
from pipeline.tag import features
from pipeline.tag.model import FORMAT, STAGES, Floats, Model, Recipe, anchored, expit, probabilities
from pipeline.tag.model import load as load_model
from pipeline.tag.themes import Themes, themes
from pipeline.tag.weigh import FACTS, calibrated

RUBRICS = ("yuxi-2024", "xinping-2018", "naiman-2023", "plan-town", "plan-transport",
           "plan-tax-month")
"""Rubrics whose pairs the votes are weighed on; benxi-2021 is never among them, so that it shows
what an unseen rubric gets."""


@dataclass(frozen=True, slots=True)
class Training:
    """A recipe of training, as plain data; kept with the model."""

    features: Recipe = field(default_factory=Recipe)
    hardness: float = 0.1
    """C of the linear borders."""
    least: int = 2
    """In how many passages a gram must stand."""
    folds: int = 6
    shift: float = 1.2
    """What is added to the log-odds of every theme once all is learnt. Real papers use words that
    no corpus has, so borders fall short on them: with this, themes are found on labelled papers as
    often as they are there."""
    propose: float | None = None
    """From which confidence on to propose; None: where micro-F1 on the corpus is highest."""
    rubrics: tuple[str, ...] = RUBRICS


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What the borders say of passages whose voice they never saw, row by row of `rows`."""

    rows: tuple[Row, ...]
    said: NDArray[np.bool_]
    margins: Floats
    fold: NDArray[np.int64]
    slope: Floats
    offset: Floats
    free: NDArray[np.bool_]

    @property
    def plain(self) -> NDArray[np.int64]:
        """The rows that say what probabilities mean: those written as papers are, in their own
        proportions, and filed under indicators by their authors; all, where there are none."""
        return plain(self.rows)

    @property
    def themes(self) -> Floats:
        """Calibrated probabilities of the themes."""
        return probabilities(self.margins[:, :-3], self.slope, self.offset, self.free)


def train(corpus_dir: Path, recipe: Training, out: Path) -> Model:
    """Train on a corpus, write the model's folder, and read it back."""
    rows = [*corpus.read(corpus_dir), *rule_examples(recipe.rubrics, themes())]
    held = hold_out(rows, recipe, themes())
    model = whole(rows, recipe, themes(), held, out.name)
    some = [pairs(load_rubric(name), themes(), held.rows, model) for name in recipe.rubrics]
    odds = odds_of(some, held.plain)
    weights, knots = weigh(some, held, model.themes_, odds, held.plain)
    facts, truth = facts_of(some, held, model.themes_, odds, held.plain)
    chance = calibrated(facts @ weights, knots)[:, None]
    best = measure.best_cut(chance, truth[:, None], np.ones_like(truth[:, None]))
    propose = best if recipe.propose is None else recipe.propose
    weighed = replace(model, pair_weights=weights, pair_knots=knots, rule_odds=odds,
                      propose=propose)
    write(out, weighed, recipe, corpus_dir)
    return load_model(out)


def hold_out(rows: Sequence[Row], recipe: Training, known: Themes) -> HeldOut:
    """Scores of every written passage (not of the definitions) by voices held out."""
    said = fit.columns_of(rows, known.ids)
    margins = fit.held_out(rows, known.ids, recipe.features, recipe.hardness, recipe.least,
                          recipe.folds)
    real = np.array([row.voice != PRIOR for row in rows])
    written = tuple(row for row in rows if row.voice != PRIOR)
    free = anchored([row.seen for row in written], known.anchors)[:, None] | ~gated(known)
    some = plain(written)
    return HeldOut(written, said[real], margins[real], fit.folds_of(rows, recipe.folds)[real],
                   *fit.platt(margins[real][some, :-3], said[real][some, :-3]), free)


def plain(rows: Sequence[Row]) -> NDArray[np.int64]:
    """The numbers of `HeldOut.plain`."""
    found = [number for number, row in enumerate(rows) if row.indicators]
    return np.array(found or range(len(rows)))


def gated(known: Themes) -> NDArray[np.bool_]:
    """Which themes need an anchor."""
    return np.array([theme.gate != "free" for theme in known.themes])


def whole(rows: Sequence[Row], recipe: Training, known: Themes, held: HeldOut, name: str) -> Model:
    """The model of all rows, its pairs not weighed yet."""
    told, weights, bias = fit.learnt(rows, known.ids, recipe.features, recipe.hardness,
                                     recipe.least)
    evidence = [number for number, row in enumerate(held.rows) if row.stage]
    stage_weights = fit.stage_weights([held.rows[n].seen for n in evidence],
                                      held.margins[evidence][:, -3:],
                                      [held.rows[n].stage or "" for n in evidence])
    empty = np.zeros((2, 0), np.float32)
    return Model(name, (*known.ids, *STAGES), recipe.features, told.vocabulary, told.lookup,
                 told.idf, weights * told.idf[:, None], bias, held.slope,
                 held.offset + np.float32(recipe.shift),
                 gated(known), known.anchors, stage_weights,
                 np.zeros(len(FACTS), np.float32), empty, {}, 0.5, 0.05, {}, "")


def weigh(some: Sequence[Pairs], held: HeldOut, ids: Sequence[str], odds: dict[str, float],
          rows: NDArray[np.int64] | None = None) -> tuple[Floats, Floats]:
    """Weights of a pair's facts and the curve of their meaning, from these rows (None: the plain
    ones)."""
    rows = held.plain if rows is None else rows
    facts, truth = facts_of(some, held, ids, odds, rows)
    weights = fit.pair_weights(facts, truth)
    return weights, fit.knots(expit(facts @ weights), truth)


def facts_of(some: Sequence[Pairs], held: HeldOut, ids: Sequence[str], odds: dict[str, float],
             rows: NDArray[np.int64]) -> tuple[Floats, NDArray[np.bool_]]:
    """All asked pairs of these rows: pairs x facts, and their truth."""
    seen = [row.seen for row in held.rows]
    found, truths = [], []
    for one in some:
        asked = one.asked[rows]
        found.append(one.facts(seen, ids, held.themes, odds)[rows][asked])
        truths.append(one.truth[rows][asked])
    return np.concatenate(found), np.concatenate(truths)


def settle(out: Path, low: float, by_rule_only: Mapping[str, Sequence[str]]) -> Model:
    """Write into a model what its evaluation found: from which confidence on nearly all evidence is
    shown, and the indicators that it is too weak for; its recipe gets another hash by that."""
    place = out / "recipe.json"
    told = json.loads(place.read_text("utf-8"))
    told |= {"low": low, "by_rule_only": {name: list(some) for name, some in by_rule_only.items()}}
    place.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return load_model(out)


# --- keeping ----------------------------------------------------------------------------------


def write(out: Path, model: Model, recipe: Training, corpus_dir: Path) -> None:
    """The model's folder. Weights are kept at half precision; predicting adds at single."""
    out.mkdir(parents=True, exist_ok=True)
    keeper = io.BytesIO()
    np.savez(keeper, weights=model.weights.astype(np.float16), bias=model.bias, idf=model.idf,
             slope=model.slope, offset=model.offset,
             stage_weights=model.stage_weights, pair_weights=model.pair_weights,
             pair_knots=model.pair_knots,
             rule_odds=np.array(list(model.rule_odds.values()), np.float32))
    vocabulary = json.dumps(model.vocabulary, ensure_ascii=False).encode()
    (out / "arrays.npz").write_bytes(keeper.getvalue())
    (out / "vocabulary.json").write_bytes(vocabulary)
    plain = asdict(recipe)
    told = {
        "format": FORMAT,
        "features": features.VERSION,
        "id": out.name,
        "columns": model.columns,
        "recipe": plain.pop("features"),
        "training": plain,
        "gated": model.gated.tolist(),
        "anchors": model.anchors,
        "rules": list(model.rule_odds),
        "propose": model.propose,
        "low": model.low,
        "by_rule_only": model.by_rule_only,
        "corpus": {file.name: _sha256(file.read_bytes())
                   for file in sorted(corpus_dir.glob("*.jsonl"))},
        "sha256": {"arrays.npz": _sha256(keeper.getvalue()),
                   "vocabulary.json": _sha256(vocabulary)},
    }
    text = json.dumps(told, ensure_ascii=False, indent=1)
    (out / "recipe.json").write_text(text + "\n", "utf-8")


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
