"""From labelled passages to weights: grams that count, one linear border a column, probabilities.

The matrix that scikit-learn is given holds the very numbers that `tag.model` adds up with numpy; a
test holds the two equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from pipeline.learn.corpus import PRIOR, Row
from pipeline.learn.enrich import enriched
from pipeline.tag import features
from pipeline.tag.features import Grams, Lookup, framed
from pipeline.tag.model import (
    BESIDES,
    STAGES,
    Floats,
    Recipe,
    Seen,
    above_grams,
    cut,
    known_once,
    stage_facts,
    text_grams,
)

Matrix = Any
"""A sparse matrix of scipy: passages x grams, float32."""


@dataclass(frozen=True, slots=True)
class Grammar:
    """The grams that count, with their weight by rarity."""

    vocabulary: tuple[str, ...]
    lookup: Lookup
    idf: Floats


def grammar(passages: Sequence[Seen], recipe: Recipe, least: int = 2) -> Grammar:
    """All grams that so many passages hold (of the kind of paper: one), by their text."""
    found: dict[str, int] = {}
    for field, texts, blocks in _fields(passages, recipe):
        for grams in blocks:
            for gram, count in _counted(field, texts, grams):
                if count >= (1 if field == "k" else least):
                    found[gram] = found.get(gram, 0) + count
    vocabulary = tuple(sorted(found))
    hashes = features.hashes_of(vocabulary)
    if len(np.unique(hashes)) != len(hashes):
        raise ValueError("two grams of the vocabulary have one hash")
    idf = np.log(len(passages) / np.fromiter((found[gram] for gram in vocabulary), float))
    return Grammar(vocabulary, Lookup(hashes), np.maximum(idf, 0.05).astype(np.float32))


def _fields(passages: Sequence[Seen], recipe: Recipe) -> Any:
    texts = [framed(one.text) for one in passages]
    yield "t", texts, [features.grams(texts, "t", recipe.text)]
    if recipe.words:
        yield "w", texts, [features.words(texts, cut)]
    titles = [framed(one.title) for one in passages]
    headings = [framed("\n".join(one.headings)) for one in passages]
    yield "h", titles, [features.grams(titles, "h", recipe.above)]
    yield "h", headings, [features.grams(headings, "h", recipe.above)]
    kinds: list[str] = [one.document_type for one in passages]
    yield "k", kinds, [features.grams(kinds, "k", (2,))]


def _counted(field: str, texts: Sequence[str], grams: Grams) -> list[tuple[str, int]]:
    """Each gram by its text, with the number of texts that hold it."""
    _, first, which = np.unique(grams.hashes, return_index=True, return_inverse=True)
    once = np.unique(which.astype(np.int64) * len(texts) + grams.rows)
    count = np.bincount(once // len(texts), minlength=len(first))
    told = []
    for place, many in zip(first[count > 0], count[count > 0], strict=True):
        start, length = int(grams.starts[place]), int(grams.lengths[place])
        text = texts[int(grams.rows[place])][start:start + length]
        told.append((field + "".join("0" if "0" <= a <= "9" else a for a in text), int(many)))
    return told


def matrix(passages: Sequence[Seen], recipe: Recipe, known: Grammar) -> Matrix:
    """Passages x grams: each block of length 1, times its weight."""
    shape = len(passages), len(known.vocabulary)
    whole = sparse.csr_matrix(shape, dtype=np.float32)
    blocks = [*text_grams([one.text for one in passages], recipe), *above_grams(passages, recipe)]
    for weight, grams in blocks:
        rows, numbers = known_once(grams, known.lookup, shape[1])
        block = sparse.csr_matrix((known.idf[numbers], (rows, numbers)), shape=shape)
        length = np.sqrt(np.asarray(block.multiply(block).sum(axis=1)).ravel())
        length[length == 0] = 1
        whole = whole + sparse.diags(weight / length) @ block
    return whole.tocsr().astype(np.float32)


def columns_of(rows: Sequence[Row], themes: Sequence[str]) -> NDArray[np.bool_]:
    """What each row is: its themes, then its stage, then whether it is evidence of anything."""
    known = {theme: number for number, theme in enumerate(themes)}
    said = np.zeros((len(rows), len(themes) + len(BESIDES)), bool)
    for number, row in enumerate(rows):
        for theme in row.themes:
            said[number, known[theme]] = True
        if row.stage:
            said[number, len(themes) + STAGES.index(row.stage)] = True
        said[number, -1] = bool(row.themes)
    return said


def asked_of(rows: Sequence[Row], themes: Sequence[str]) -> NDArray[np.bool_]:
    """Which columns of `columns_of` each row was judged by: a row asked about some themes teaches
    those alone (and, where it is on none of them, nothing of evidence as such); only rows with a
    stage teach stages."""
    asked = np.ones((len(rows), len(themes) + len(BESIDES)), bool)
    for number, row in enumerate(rows):
        if row.asked is not None:
            asked[number, :len(themes)] = [theme in row.asked for theme in themes]
            asked[number, -1] = bool(row.themes)
        asked[number, len(themes):-1] = row.stage is not None
    return asked


def borders(given: Matrix, said: NDArray[np.bool_], asked: NDArray[np.bool_], hardness: float,
            seed: int = 1) -> tuple[Floats, Floats]:
    """One linear border a column, learnt from the rows asked of it: grams x columns, and where each
    crosses."""
    wide = said.shape[1]
    weights = np.zeros((given.shape[1], wide), np.float32)
    bias = np.full(wide, -1, np.float32)
    for column in range(wide):
        rows = np.flatnonzero(asked[:, column])
        truth = said[rows, column]
        if truth.all() or not truth.any():
            continue
        svc = LinearSVC(C=hardness, random_state=seed).fit(given[rows], truth)
        weights[:, column], bias[column] = svc.coef_[0], svc.intercept_[0]
    return weights, bias


def folds_of(rows: Sequence[Row], folds: int) -> NDArray[np.int64]:
    """The fold of each row, whole voices (and so whole units) together; -1: never held out."""
    voices = sorted({row.voice for row in rows} - {PRIOR})
    place = {voice: number % folds for number, voice in enumerate(voices)}
    return np.array([place.get(row.voice, -1) for row in rows])


def held_out(rows: Sequence[Row], themes: Sequence[str], recipe: Recipe, hardness: float,
             least: int, folds: int, views: Sequence[Sequence[Seen]] = ()) -> Floats:
    """Scores of every row by borders that never saw its voice (nor its grams): rows x columns.

    `views`: the same rows shown otherwise; with them, views x rows x columns, the rows' own first.
    """
    fold = folds_of(rows, folds)
    shown = [[row.seen for row in rows], *views]
    margins = np.zeros((len(shown), len(rows), len(themes) + len(BESIDES)), np.float32)
    for number in range(folds):
        test = np.flatnonzero(fold == number).tolist()
        others = [row for row, here in zip(rows, fold, strict=True) if here != number]
        known, weights, bias = learnt(others, themes, recipe, hardness, least)
        for view, seen in enumerate(shown):
            margins[view, test] = matrix([seen[row] for row in test], recipe, known
                                         ) @ weights + bias
    return margins if views else margins[0]


def learnt(rows: Sequence[Row], themes: Sequence[str], recipe: Recipe, hardness: float, least: int
           ) -> tuple[Grammar, Floats, Floats]:
    """Grams and borders of these rows and of what is made of them."""
    shown = enriched(rows)
    seen = [row.seen for row in shown]
    known = grammar([row.seen for row in rows], recipe, least)
    weights, bias = borders(matrix(seen, recipe, known), columns_of(shown, themes),
                            asked_of(shown, themes), hardness)
    return known, weights, bias


def platt(margins: Floats, truth: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Slope and offset of each column's logistic curve (Platt 1999). A theme with fewer than five
    examples takes the curve of all."""
    def curve(x: Floats, y: NDArray[np.bool_]) -> NDArray[np.float32]:
        fitted = LogisticRegression(C=10, max_iter=500).fit(x[:, None], y)
        return np.array([fitted.coef_[0, 0], fitted.intercept_[0]], np.float32)

    shared = curve(margins.T.ravel(), truth.T.ravel())
    slope, offset = np.stack([
        curve(margins[:, n], truth[:, n]) if 5 <= truth[:, n].sum() < len(truth) else shared
        for n in range(truth.shape[1])], axis=1)
    return slope, offset


def stage_weights(passages: Sequence[Seen], margins: Floats, stages: Sequence[str]) -> Floats:
    """Facts x stages: a logistic model over margins, the rules of mood and the kind of paper."""
    facts = stage_facts(passages, margins)
    fitted = LogisticRegression(C=1.0, max_iter=1000, fit_intercept=False)
    fitted.fit(facts, [STAGES.index(stage) for stage in stages])
    weights = np.zeros((facts.shape[1], len(STAGES)), np.float32)
    if len(fitted.classes_) == 2:
        weights[:, fitted.classes_[1]] = fitted.coef_[0]
    else:
        weights[:, fitted.classes_] = fitted.coef_.T
    return weights


def pair_weights(facts: Floats, truth: NDArray[np.bool_]) -> Floats:
    """One weight for each fact about a pair: pairs x facts, and whether it is evidence."""
    fitted = LogisticRegression(C=1.0, max_iter=2000, fit_intercept=False).fit(facts, truth)
    return np.asarray(fitted.coef_[0], np.float32)


def knots(chance: Floats, truth: NDArray[np.bool_], most: int = 40) -> Floats:
    """A rising curve from what the weights say to the share that is true: 2 x knots."""
    fitted = IsotonicRegression(out_of_bounds="clip").fit(chance, truth)
    x, y = fitted.X_thresholds_, fitted.y_thresholds_
    keep = np.unique(np.linspace(0, len(x) - 1, min(most, len(x))).round().astype(int))
    return np.stack([x[keep], np.clip(y[keep], 1e-4, 1 - 1e-4)]).astype(np.float32)
