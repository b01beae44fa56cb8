"""A trained model of themes, predicting with numpy alone.

Columns of scores: the themes in the vocabulary's order, then the stages plan, done, result, then
whether a passage is evidence of anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.evidence import DocumentType, Span, Stage
from pipeline.tag import features
from pipeline.tag.copy import copy_of
from pipeline.tag.features import Grams, Lookup, framed
from pipeline.tag.stage import told_of

STAGES: tuple[Stage, ...] = ("plan", "done", "result")
BESIDES = (*STAGES, "evidence")
"""The columns beside the themes."""
BATCH = 512
"""Passages at a time: enough to keep numpy busy, little enough to stay in the cache."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Seen:
    """What the model is shown: a passage's text and what stands above it."""

    text: str
    title: str = ""
    headings: tuple[str, ...] = ()
    document_type: DocumentType = "other"
    lead: str = ""
    """How its paper opens (to whom, why): asked only whether work on unity is meant at all."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How features are made; kept with the model as plain data."""

    text: tuple[int, ...] = (1, 2)
    above: tuple[int, ...] = (2, 3)
    words: bool = False
    weight_words: float = 1.0
    weight_above: float = 0.3
    weight_kind: float = 0.2


@dataclass(frozen=True, slots=True)
class Model:
    """See the module. `id` is the folder's name; votes are cast by `model:<id>`."""

    id: str
    columns: tuple[str, ...]
    recipe: Recipe
    vocabulary: tuple[str, ...]
    lookup: Lookup
    idf: Floats
    weights: Floats
    """Grams x columns, the idf multiplied in."""
    bias: Floats
    slope: Floats
    offset: Floats
    gated: NDArray[np.bool_]
    """Which themes need an anchor in the passage or above it."""
    anchors: tuple[str, ...]
    stage_weights: Floats
    pair_weights: Floats
    pair_knots: Floats
    """Two rows: a raw score of a pair, and the share of such pairs that were evidence."""
    rule_odds: dict[str, float]
    """How far a vote of this rule moved the odds of a pair when it was weighed."""
    rule_trust: float
    """How far a rule's vote is trusted beside what was weighed."""
    propose: float
    """From this confidence on a pair is worth proposing."""
    low: float
    """From this confidence on a pair is shown to whoever wants to see nearly all evidence."""
    by_rule_only: dict[str, tuple[str, ...]]
    """Rubric -> indicators for which the stored evaluation finds the model too weak (F1 below
    0.70, and no better than rules alone): only a rule's vote proposes them."""
    sha256: str

    @property
    def themes_(self) -> tuple[str, ...]:
        return self.columns[:-len(BESIDES)]

    def scores(self, passages: Sequence[Seen]) -> Floats:
        """Raw scores, passages x columns: distances from each linear border."""
        return raw_scores(passages, self.recipe, self.lookup, self.idf, self.weights) + self.bias

    def themes(self, passages: Sequence[Seen], scores: Floats | None = None) -> Floats:
        """Calibrated probability of each theme: passages x themes."""
        scores = self.scores(passages) if scores is None else scores
        free = anchored(passages, self.anchors)[:, None] | ~self.gated
        return probabilities(scores[:, :-len(BESIDES)], self.slope, self.offset, free)

    def stages(self, passages: Sequence[Seen], scores: Floats | None = None) -> list[Stage]:
        """The stage of each passage, from its words and from the rules of mood together."""
        scores = self.scores(passages) if scores is None else scores
        facts = stage_facts(passages, scores[:, -len(BESIDES):-1])
        return [STAGES[number] for number in (facts @ self.stage_weights).argmax(axis=1)]

    def because(self, passage: Seen, themes: Sequence[str], most: int = 5
                ) -> dict[str, list[tuple[Span, float]]]:
        """The strongest grams for each theme: spans of the text as stored with what each adds,
        strongest first; grams that overlap are told once, by the strongest of them."""
        copy = copy_of(passage.text)
        blocks = []
        for weight, grams in text_grams([passage.text], self.recipe):
            known = self.lookup(grams.hashes)
            here = np.flatnonzero(known >= 0)
            norm = float(np.sqrt((self.idf[np.unique(known[here])] ** 2).sum())) or 1.0
            blocks.append((known[here], np.maximum(grams.starts[here] - 1, 0),
                           np.minimum(grams.starts[here] + grams.lengths[here] - 1,
                                      len(copy.text)), weight / norm))
        told = {}
        for theme in themes:
            column = self.columns.index(theme)
            adds = np.concatenate([self.weights[known, column] * by for known, _, _, by in blocks])
            starts = np.concatenate([starts for _, starts, _, _ in blocks])
            ends = np.concatenate([ends for _, _, ends, _ in blocks])
            kept: list[tuple[Span, float]] = []
            for place in np.lexsort((ends, starts, -adds)).tolist():
                start, end = int(starts[place]), int(ends[place])
                if adds[place] <= 0 or len(kept) == most:
                    break
                if end > start and all(end <= a or b <= start for (a, b), _ in kept):
                    kept.append(((start, end), float(adds[place])))
            spans = copy.spans([span for span, _ in kept])
            told[theme] = list(zip(spans, [by for _, by in kept], strict=True))
        return told


def expit(scores: NDArray[Any]) -> Floats:
    """The logistic curve, safe far out."""
    return np.asarray(1 / (1 + np.exp(-np.clip(scores, -30, 30))), np.float32)


def probabilities(scores: Floats, slope: Floats, offset: Floats, free: NDArray[np.bool_]
                  ) -> Floats:
    """Scores of themes on the logistic curves; what is not free has no chance."""
    return expit(scores * slope + offset) * free


def anchored(passages: Sequence[Seen], anchors: Sequence[str]) -> NDArray[np.bool_]:
    """Whether one of the words stands in a passage or above it."""
    word = re.compile("|".join(map(re.escape, anchors))).search
    above: dict[tuple[str, tuple[str, ...], str], bool] = {}
    found = np.zeros(len(passages), bool)
    for row, one in enumerate(passages):
        key = one.title, one.headings, one.lead
        if key not in above:
            lines = "\n".join((one.title, *one.headings, one.lead))
            above[key] = word(lines) is not None
        found[row] = above[key] or word(one.text) is not None
    return found


def text_grams(texts: Sequence[str], recipe: Recipe) -> Iterator[tuple[float, Grams]]:
    """The blocks of grams of the passages' own texts, with each block's weight."""
    ready = [framed(text) for text in texts]
    yield 1.0, features.grams(ready, "t", recipe.text)
    if recipe.words:
        yield recipe.weight_words, features.words(ready, cut)


def cut(text: str) -> list[str]:
    """A text's words, found in the dictionary alone (no guessing of new ones)."""
    # A half of a pair (a damaged file) becomes a question mark, so that every place stays.
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return _segmenter().cut(whole, False)  # type: ignore[no-any-return]


@lru_cache(maxsize=1)
def _segmenter() -> Any:
    import rjieba

    return rjieba.Jieba()


def above_grams(passages: Sequence[Seen], recipe: Recipe) -> Iterator[tuple[float, Grams]]:
    """The same of the lines above the passages, and of the kind of paper."""
    titles = [framed(one.title) for one in passages]
    yield recipe.weight_above, features.grams(titles, "h", recipe.above)
    headings = [framed("\n".join(one.headings)) for one in passages]
    yield recipe.weight_above, features.grams(headings, "h", recipe.above)
    yield recipe.weight_kind, features.grams([one.document_type for one in passages], "k", (2,))


def known_once(grams: Grams, lookup: Lookup, size: int) -> tuple[NDArray[np.int64], Any]:
    """Rows and numbers of the known grams, each once a row, in the order of the rows."""
    numbers = lookup(grams.hashes)
    known = numbers >= 0
    keys = np.sort(grams.rows[known] * size + numbers[known])
    if len(keys):
        keys = keys[np.concatenate(([True], keys[1:] != keys[:-1]))]
    return np.divmod(keys, size)


def added(grams: Grams, count: int, lookup: Lookup, idf: Floats, weights: Floats) -> Floats:
    """The weights of each text's known grams added up and divided by the length of its vector."""
    rows, numbers = known_once(grams, lookup, len(idf))
    sums = np.zeros((count, weights.shape[1]), np.float32)
    if not len(rows):
        return sums
    begins = np.flatnonzero(np.concatenate(([True], rows[1:] != rows[:-1])))
    norms = np.sqrt(np.add.reduceat(idf[numbers] ** 2, begins))
    norms[norms == 0] = 1
    sums[rows[begins]] = np.add.reduceat(weights[numbers], begins, axis=0) / norms[:, None]
    return sums


def raw_scores(passages: Sequence[Seen], recipe: Recipe, lookup: Lookup, idf: Floats,
               weights: Floats) -> Floats:
    """Every block of features times the weights; what stands above many passages is done once."""
    surroundings: dict[tuple[Any, ...], int] = {}
    which = [surroundings.setdefault((one.title, one.headings, one.document_type),
                                     len(surroundings)) for one in passages]
    heads = [Seen("", *about) for about in surroundings]
    above = np.zeros((len(heads), weights.shape[1]), np.float32)
    for first in range(0, len(heads), BATCH):
        some = heads[first:first + BATCH]
        for weight, grams in above_grams(some, recipe):
            above[first:first + BATCH] += weight * added(grams, len(some), lookup, idf, weights)
    sums = above[which] if len(passages) else above
    for first in range(0, len(passages), BATCH):
        texts = [one.text for one in passages[first:first + BATCH]]
        for weight, grams in text_grams(texts, recipe):
            sums[first:first + BATCH] += weight * added(grams, len(texts), lookup, idf, weights)
    return sums


_KINDS_OF_INTENT = ("方案", "通知", "制度", "预算")


def stage_facts(passages: Sequence[Seen], scores: Floats) -> Floats:
    """What the stage is weighed from: three scores, what the rules of mood say, the kind of paper,
    and 1."""
    facts = np.zeros((len(passages), 8), np.float32)
    facts[:, :3] = scores
    for row, one in enumerate(passages):
        above = (one.title, *one.headings)
        stage, _ = told_of(one.text, (), one.document_type, above)
        facts[row, 3 + STAGES.index(stage)] = 1
        facts[row, 6] = one.document_type in _KINDS_OF_INTENT
    facts[:, 7] = 1
    return facts
