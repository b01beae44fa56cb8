"""How good proposals are: F1, calibration, what a reader saves; each with its interval.

Truth and guesses are passages x labels. Intervals are bootstrap ones over documents (all passages
of a document are drawn together), 95 %.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Truth = NDArray[np.bool_]
Floats = NDArray[np.float32]
BINS = 10
LIKELY = 0.05
"""Nearly every pair is nothing and said to be so; calibration is also told of those that are
not."""
STEPS = np.linspace(0.05, 0.95, 37)
"""The thresholds that are tried."""


def counts(truth: Truth, said: Truth, asked: Truth | None = None) -> NDArray[np.int64]:
    """True positives, false positives, false negatives of each label: 3 x labels. Pairs that were
    not asked count for nothing."""
    asked = np.ones_like(truth) if asked is None else asked
    return np.stack([(truth & said & asked).sum(0), (~truth & said & asked).sum(0),
                     (truth & ~said & asked).sum(0)])


def f1(found: NDArray[np.int64]) -> Any:
    """F1 of true positives, false positives, false negatives; 0 where there is nothing."""
    hit, wrong, missed = found
    return 2 * hit / np.maximum(2 * hit + wrong + missed, 1)


def micro(found: NDArray[np.int64]) -> float:
    return float(f1(found.sum(axis=1)))


def macro(found: NDArray[np.int64]) -> float:
    """Mean F1 of the labels that occur."""
    occurs = found[0] + found[2] > 0
    return float(f1(found)[occurs].mean()) if occurs.any() else 0.0


def interval(statistic: Callable[[NDArray[np.int64]], float], groups: Sequence[str],
             draws: int = 500, seed: int = 1) -> tuple[float, float]:
    """95 % bootstrap interval of a statistic of row numbers, drawing whole groups."""
    names, which = np.unique(np.asarray(groups), return_inverse=True)
    rows = [np.flatnonzero(which == number) for number in range(len(names))]
    random = np.random.default_rng(seed)
    count = len(names)
    drawn = [statistic(np.concatenate([rows[n] for n in random.integers(0, count, count)]))
             for _ in range(draws)]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return round(float(low), 3), round(float(high), 3)


def scored(truth: Truth, said: Truth, groups: Sequence[str], asked: Truth | None = None,
           draws: int = 300) -> dict[str, Any]:
    """Micro- and macro-F1 with intervals, precision and recall over all."""
    asked = np.ones_like(truth) if asked is None else asked
    found = counts(truth, said, asked)

    def of(measure: Callable[[NDArray[np.int64]], float]) -> list[float]:
        low, high = interval(lambda rows: measure(counts(truth[rows], said[rows], asked[rows])),
                             groups, draws)
        return [round(measure(found), 3), low, high]

    hit, wrong, missed = found.sum(axis=1)
    return {"micro": of(micro), "macro": of(macro),
            "precision": round(float(hit / max(hit + wrong, 1)), 3),
            "recall": round(float(hit / max(hit + missed, 1)), 3)}


def reliability(truth: Truth, chance: Floats, bins: int = BINS) -> list[tuple[float, float, int]]:
    """Bins of equal width: mean confidence, share that is true, how many."""
    return [(round(p, 4), round(t, 4), count) for p, t, count in _bins(truth, chance, bins)]


def ece(truth: Truth, chance: Floats, bins: int = BINS) -> float:
    """Expected calibration error: mean distance of confidence and truth, weighted by the bins
    (Naeini, Cooper, Hauskrecht: Obtaining Well Calibrated Probabilities Using Bayesian Binning,
    AAAI 2015). 0 where there is nothing."""
    return ece_of(_bins(truth, chance, bins))


def ece_at_best(bins: Sequence[tuple[float, float, int]]) -> float:
    """The calibration error that a confidence which is exactly right would show by chance alone on
    so many pairs (the normal approximation of a share's mean deviation): what lies above it is
    error, what lies below cannot be told from it."""
    whole = sum(count for _, _, count in bins)
    off = sum((2 / np.pi * p * (1 - p) / count) ** 0.5 * count for p, _, count in bins if count)
    return float(off / max(whole, 1))


def pooled(*of: Sequence[tuple[float, float, int]]) -> list[tuple[float, float, int]]:
    """The bins of several sets of pairs as one, by tenths of confidence."""
    found: dict[int, list[float]] = {}
    for p, t, count in (one for bins in of for one in bins):
        mine = found.setdefault(min(int(p * BINS), BINS - 1), [0.0, 0.0, 0.0])
        mine[0], mine[1], mine[2] = mine[0] + p * count, mine[1] + t * count, mine[2] + count
    return [(round(p / count, 4), round(t / count, 4), int(count))
            for _, (p, t, count) in sorted(found.items())]


def ece_of(bins: Sequence[tuple[float, float, int]]) -> float:
    """`ece` of its bins."""
    return sum(abs(p - t) * count for p, t, count in bins) / max(sum(n for *_, n in bins), 1)


def _bins(truth: Truth, chance: Floats, bins: int) -> list[tuple[float, float, int]]:
    p = chance.ravel().astype(float)
    which = np.minimum((p * bins).astype(int), bins - 1)
    many = np.bincount(which, minlength=bins)
    sure = np.bincount(which, weights=p, minlength=bins)
    true = np.bincount(which, weights=truth.ravel(), minlength=bins)
    return [(float(sure[b] / many[b]), float(true[b] / many[b]), int(many[b]))
            for b in np.flatnonzero(many)]


def precision_at(truth: Truth, chance: Floats, recall: float) -> float:
    """The precision at the highest threshold that still finds this share; what is as sure as the
    threshold is all proposed. 0 where there is nothing to find."""
    found, read, whole, _ = _until(truth.ravel(), chance.ravel(), recall)
    return found / read if whole else 0.0


def reading(truth: Truth, chance: Floats, recall: float = 0.95) -> dict[str, float]:
    """What a reviewer reads who wants this share of the evidence: passages by their best
    confidence; the threshold, the share read, the true share and the work saved over sampling
    (WSS at this recall: Cohen et al., Reducing Workload in Systematic Review Preparation, JAMIA
    13, 2006). Empty where nothing is evidence."""
    evidence: Truth = np.asarray(truth.any(axis=1))
    found, read, whole, threshold = _until(evidence, np.asarray(chance.max(axis=1)), recall)
    if not whole:
        return {}
    return {"threshold": round(threshold, 4), **_read(found, read, whole, len(evidence)),
            "wss": round(1 - read / len(evidence) - (1 - recall), 3)}


def reading_from(truth: Truth, chance: Floats, threshold: float) -> dict[str, float]:
    """The same for a reviewer who reads every passage with a pair from this confidence on; the work
    saved is that over sampling at the recall which this gives."""
    evidence: Truth = np.asarray(truth.any(axis=1))
    shown: Truth = np.asarray(chance.max(axis=1) >= threshold)
    whole, read = int(evidence.sum()), int(shown.sum())
    if not whole:
        return {}
    found = int((evidence & shown).sum())
    return {"threshold": round(threshold, 4), **_read(found, read, whole, len(evidence)),
            "wss": round(found / whole - read / len(evidence), 3)}


def _read(found: int, read: int, whole: int, passages: int) -> dict[str, float]:
    return {"read": round(read / passages, 3), "true_share": round(whole / passages, 3),
            "recall": round(found / whole, 3)}


def _until(truth: Truth, chance: Floats, recall: float) -> tuple[int, int, int, float]:
    """From the surest on until this share is found: found, read, all there is, the threshold."""
    order = np.argsort(-chance, kind="stable")
    hits = np.cumsum(truth[order])
    if not len(hits) or not hits[-1]:
        return 0, 0, 0, 1.0
    wanted = np.ceil(recall * hits[-1] - 1e-9)
    threshold = float(chance[order[int(np.searchsorted(hits, wanted))]])
    # A threshold cannot tell apart what is equally sure: all of it is read.
    read = int((chance >= threshold).sum())
    return int(hits[read - 1]), read, int(hits[-1]), threshold


def wilson(right: int, whole: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson, Probable Inference, JASA 22, 1927); nothing seen: 0 to
    1."""
    if not whole:
        return 0.0, 1.0
    share, z2 = right / whole, 1.959964**2
    middle = (share + z2 / (2 * whole)) / (1 + z2 / whole)
    half = (z2 * (share * (1 - share) / whole + z2 / (4 * whole**2))) ** 0.5 / (1 + z2 / whole)
    return round(max(middle - half, 0), 3), round(min(middle + half, 1), 3)


def best_cut(margins: Floats, truth: Truth, asked: Truth) -> float:
    """The threshold of the highest micro-F1."""
    quality = [micro(counts(truth, margins >= step, asked)) for step in STEPS]
    return float(STEPS[int(np.argmax(quality))])
