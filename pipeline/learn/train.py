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
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.learn import corpus, fit
from pipeline.learn.corpus import PRIOR, Row
from pipeline.learn.enrich import rule_examples
from pipeline.learn.pairs import Pairs, odds_of, pairs
from pipeline.rubric.load import load as load_rubric
from pipeline.tag import features
from pipeline.tag.folder import FORMAT
from pipeline.tag.folder import load as load_model
from pipeline.tag.model import BESIDES, Floats, Model, Recipe, Seen, anchored, expit, probabilities
from pipeline.tag.themes import Themes, themes
from pipeline.tag.weigh import FACTS

RUBRICS = ("yuxi-2024", "xinping-2018")
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
    shift: float = 0.6
    """What is added to the log-odds of every theme once all is learnt. Real papers use words that
    no corpus has, so borders fall short on them: with this, themes are found on labelled papers as
    often as they are there."""
    lean: float = 0.25
    """What is added to a passage's distance from the border of what is evidence of nothing, for the
    same reason."""
    rule_trust: float = 0.3
    """How far a rule's vote is another witness than what was weighed (`weigh.witnessed`). The
    corpus is written by people who do not think of rules, so it teaches too little trust in them;
    on labelled papers they are right more often."""
    propose: float = 0.45
    """From which confidence on to propose."""
    low: float = 0.14
    """From which confidence on to show to whoever wants to see nearly all evidence."""
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
    bare: Floats | None = None
    """The margins of the same passages without what stands above them, where that was asked."""

    @property
    def plain(self) -> NDArray[np.int64]:
        """The rows that say what probabilities mean: those written as papers are, in their own
        proportions, and filed under indicators by their authors; all, where there are none."""
        return plain(self.rows)

    @property
    def themes(self) -> Floats:
        """Calibrated probabilities of the themes."""
        return probabilities(self.margins[:, :-len(BESIDES)], self.slope, self.offset, self.free)

    @property
    def evidence(self) -> Floats:
        """How far each row lies from the border of what is evidence of nothing."""
        return self.margins[:, -1]


@dataclass(frozen=True, slots=True)
class Fitted:
    """A model, what borders say of passages held out (of the corpus, and of decisions apart), and
    the pairs it was weighed on."""

    model: Model
    held: HeldOut
    apart: HeldOut
    some: tuple[Pairs, ...]


def train(corpus_dir: Path, recipe: Training, out: Path) -> Model:
    """Train on a corpus, write the model's folder, and read it back."""
    rows = [*corpus.read(corpus_dir), *rule_examples(recipe.rubrics, themes())]
    write(out, fitted(rows, recipe, out.name).model, recipe, corpus_dir)
    return load_model(out)


def fitted(rows: Sequence[Row], recipe: Training, name: str) -> Fitted:
    """A model of these rows. Decisions (rows with `asked`) teach its borders and nothing else: they
    are made of what was proposed, so what probabilities mean cannot be learnt from them."""
    every = hold_out(rows, recipe, themes())
    judged = np.array([row.asked is not None for row in every.rows])
    held = part(every, np.flatnonzero(~judged))
    model = whole(rows, recipe, themes(), held, name)
    apart = replace(part(every, np.flatnonzero(judged)), slope=model.slope, offset=model.offset)
    some = tuple(pairs(load_rubric(rubric), themes(), held.rows, model)
                 for rubric in recipe.rubrics)
    odds = odds_of(some, held.plain)
    weights, knots = weigh(some, held, model.themes_, odds)
    return Fitted(replace(model, pair_weights=weights, pair_knots=knots, rule_odds=odds), held,
                  apart, some)


def part(held: HeldOut, rows: NDArray[np.int64]) -> HeldOut:
    """Some of the rows."""
    return replace(held, rows=tuple(held.rows[row] for row in rows), said=held.said[rows],
                   margins=held.margins[rows], fold=held.fold[rows], free=held.free[rows])


def hold_out(rows: Sequence[Row], recipe: Training, known: Themes, bare: bool = False) -> HeldOut:
    """Scores of every written passage (not of the definitions) by voices held out; `bare`: also
    without what stands above them."""
    said = fit.columns_of(rows, known.ids)
    both = fit.held_out(rows, known.ids, recipe.features, recipe.hardness, recipe.least,
                        recipe.folds, [[Seen(row.seen.text) for row in rows]] if bare else ())
    margins = both[0] if bare else both
    real = np.array([row.voice != PRIOR for row in rows])
    written = tuple(row for row in rows if row.voice != PRIOR)
    free = anchored([row.seen for row in written], known.anchors)[:, None] | ~gated(known)
    some = plain(written)
    return HeldOut(written, said[real], margins[real], fit.folds_of(rows, recipe.folds)[real],
                   *fit.platt(margins[real][some, :-len(BESIDES)],
                              said[real][some, :-len(BESIDES)]), free,
                   both[1][real] if bare else None)


def plain(rows: Sequence[Row]) -> NDArray[np.int64]:
    """The numbers of `HeldOut.plain`."""
    corpus_ = [number for number, row in enumerate(rows) if row.asked is None]
    return np.array([number for number in corpus_ if rows[number].indicators] or corpus_)


def gated(known: Themes) -> NDArray[np.bool_]:
    """Which themes need an anchor."""
    return np.array([theme.gate != "free" for theme in known.themes])


def whole(rows: Sequence[Row], recipe: Training, known: Themes, held: HeldOut, name: str) -> Model:
    """The model of all rows, its pairs not weighed yet."""
    told, weights, bias = fit.learnt(rows, known.ids, recipe.features, recipe.hardness,
                                     recipe.least)
    evidence = [number for number, row in enumerate(held.rows) if row.stage]
    stage_weights = fit.stage_weights([held.rows[n].seen for n in evidence],
                                      held.margins[evidence][:, -len(BESIDES):-1],
                                      [held.rows[n].stage or "" for n in evidence])
    empty = np.zeros((2, 0), np.float32)
    bias[-1] += recipe.lean
    return Model(name, (*known.ids, *BESIDES), recipe.features, told.vocabulary, told.lookup,
                 told.idf, weights * told.idf[:, None], bias, held.slope,
                 held.offset + np.float32(recipe.shift),
                 gated(known), known.anchors, stage_weights,
                 np.zeros(len(FACTS), np.float32), empty, {}, recipe.rule_trust, recipe.propose,
                 recipe.low, {}, "")


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
        found.append(one.facts(seen, ids, held.themes, odds, held.evidence)[rows][asked])
        truths.append(one.truth[rows][asked])
    return np.concatenate(found), np.concatenate(truths)


def settle(out: Path, by_rule_only: Mapping[str, Sequence[str]]) -> Model:
    """Write into a model the indicators that an evaluation finds it too weak for; its recipe gets
    another hash by that."""
    place = out / "recipe.json"
    told = json.loads(place.read_text("utf-8"))
    told["by_rule_only"] = {name: list(some) for name, some in by_rule_only.items()}
    seal(out, told)
    return load_model(out)


# --- keeping ----------------------------------------------------------------------------------


def write(out: Path, model: Model, recipe: Training, corpus_dir: Path) -> None:
    """The model's folder. Weights are kept in 127 steps to either side of zero for each column (a
    quarter of the room; on labelled papers no probability moves by more than 0.05), and added up
    at single precision."""
    out.mkdir(parents=True, exist_ok=True)
    keeper = io.BytesIO()
    scale = np.maximum(np.abs(model.weights).max(axis=0), 1e-9).astype(np.float32) / 127
    np.savez_compressed(
        keeper, weights=np.round(model.weights / scale).astype(np.int8), scale=scale,
        bias=model.bias, idf=model.idf, slope=model.slope, offset=model.offset,
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
        "rule_trust": model.rule_trust,
        "propose": model.propose,
        "low": model.low,
        "by_rule_only": model.by_rule_only,
        "corpus": corpus.digests(corpus_dir),
        "sha256": {"arrays.npz": _sha256(keeper.getvalue()),
                   "vocabulary.json": _sha256(vocabulary)},
    }
    seal(out, told)


def seal(out: Path, told: Mapping[str, Any]) -> None:
    """A recipe, and its hash beside it: one that was changed by hand is refused."""
    text = json.dumps(told, ensure_ascii=False, indent=1) + "\n"
    (out / "recipe.json").write_text(text, "utf-8")
    (out / "sha256").write_text(_sha256(text.encode()) + "\n", "utf-8")


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
