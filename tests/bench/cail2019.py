"""The learning code on somebody else's passages and labels: CAIL2019, recognition of elements.

    python -m tests.bench.cail2019                  five folds: a minute and a half
    python -m tests.bench.cail2019 --only labour    one of the two sets
    python -m tests.bench.cail2019 --keep F.json    keep the figures, for what quotes them

The data is the contest's two sets of sentences out of judgments (divorce, labour), 20 labels each,
under $ZUOZHENG_TEST_FILES/labelled/cail2019_factor; where it is absent this says so and ends. Both
methods are given the same folds, whole judgments together. The baseline is the contest's own
(要素识别/baseline/svm.py): jieba's words, TF-IDF of the 5,000 commonest runs of one to three words
that stand in five sentences or more, and one LinearSVC that gives each sentence one label, its
first, or none. Ours is `pipeline.learn.fit` as it learns themes: grams, one border a label,
logistic curves, one threshold; curves and threshold are chosen on training sentences alone, by
folds inside. The sentence before stands where a heading would; the baseline does not see it.

Quality is the contest's: the mean of micro- and macro-F1 over the 20 labels; intervals (95 %) are
bootstrap ones over judgments. It fails when ours is not ahead by 0.10 on each set.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.learn import fit, measure
from pipeline.learn.train import Training
from pipeline.tag.model import Floats, Seen, probabilities

SETS = {"divorce": "cail2019track2__data_small_selected.json",
        "labour": "cail2019track2__data_small_selected~2.json"}
FOLDS, INNER, AHEAD = 5, 3, 0.10
Truth = NDArray[np.bool_]
Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Sentences:
    """Sentences x labels, with the number of each one's judgment."""

    passages: tuple[Seen, ...]
    labels: tuple[str, ...]
    truth: Truth
    first: tuple[str, ...]
    """The first label of each, or nothing."""
    judgment: Numbers


def place() -> Path | None:
    """The folder of the two sets, if they are on this machine."""
    here = os.environ.get("ZUOZHENG_TEST_FILES")
    folder = Path(here or "") / "labelled" / "cail2019_factor"
    return folder if here and all((folder / name).is_file() for name in SETS.values()) else None


def main(words: Sequence[str] | None = None) -> int:
    """The command `python -m tests.bench.cail2019`; 1 when ours is not far enough ahead."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.cail2019", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=SETS, help="one of the two sets")
    parser.add_argument("--keep", type=Path, help="write the figures here, as JSON")
    asked = parser.parse_args(words)
    folder = place()
    if folder is None:
        print("skipped: no labelled/cail2019_factor under ZUOZHENG_TEST_FILES")
        return 0
    kept: dict[str, Any] = {
        "what": "mean of micro- and macro-F1 over 20 labels, beside the contest's own baseline",
        "data": "CAIL2019 要素识别, data_small_selected.json of divorce and labour",
        "date": datetime.now(UTC).date().isoformat(), "folds": FOLDS, "sets": {},
    }
    print(f"{'':9}{'sentences':>10}{'judgments':>10}  {'':9}{'micro':>7}{'macro':>7}{'mean':>7}"
          f"  {'95 %':15}{'CPU s':>6}")
    for name, file in SETS.items():
        if asked.only in (None, name):
            kept["sets"][name] = told = compared(read(folder / file))
            show(name, told)
    if asked.keep:
        asked.keep.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", "utf-8")
    behind = [name for name, told in kept["sets"].items() if told["ahead"][0] < AHEAD]
    if behind:
        print(f"not ahead by {AHEAD:.2f}: {', '.join(behind)}", file=sys.stderr)
    return 1 if behind else 0


def read(file: Path) -> Sentences:
    """A judgment a line, its sentences in order."""
    judgments = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    told = [(number, before["sentence"], one) for number, some in enumerate(judgments)
            for before, one in zip([{"sentence": ""}, *some], some, strict=False)]
    labels = tuple(sorted({label for *_, one in told for label in one["labels"]}))
    return Sentences(
        tuple(Seen(one["sentence"], "", (before,)) for _, before, one in told), labels,
        np.array([[label in one["labels"] for label in labels] for *_, one in told], bool),
        tuple(next(iter(one["labels"]), "") for *_, one in told),
        np.array([number for number, *_ in told]))


def compared(some: Sentences, folds: int = FOLDS) -> dict[str, Any]:
    """Both methods on the same folds, with what each costs."""
    fold = some.judgment % folds
    said, seconds = {}, {}
    for name, method in (("baseline", baseline), ("ours", ours)):
        start = time.process_time()
        said[name] = np.zeros_like(some.truth)
        for number in range(folds):
            train, test = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
            said[name][test] = method(some, train, test)
        seconds[name] = time.process_time() - start
    groups = [str(number) for number in some.judgment]
    every = np.arange(len(groups))

    def mean(name: str, rows: Numbers) -> float:
        found = measure.counts(some.truth[rows], said[name][rows])
        return (measure.micro(found) + measure.macro(found)) / 2

    told: dict[str, Any] = {"sentences": len(groups), "judgments": len(set(groups)),
                            "labels": len(some.labels)}
    for name in said:
        found = measure.counts(some.truth, said[name])
        told[name] = {"micro": round(measure.micro(found), 3),
                      "macro": round(measure.macro(found), 3),
                      "mean": [round(mean(name, every), 3),
                               *measure.interval(lambda rows, n=name: mean(n, rows),  # type: ignore[misc]
                                                 groups, 300)],
                      "cpu_seconds": round(seconds[name])}
    ahead = measure.interval(lambda rows: mean("ours", rows) - mean("baseline", rows), groups, 300)
    told["ahead"] = [round(mean("ours", every) - mean("baseline", every), 3), *ahead]
    return told


def baseline(some: Sentences, train: Numbers, test: Numbers) -> Truth:
    """The contest's own method, with its own settings."""
    import jieba
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC

    jieba.setLogLevel(60)

    def words(rows: Numbers) -> list[str]:
        return [" ".join(jieba.cut(some.passages[row].text)) for row in rows]

    weigh = TfidfVectorizer(min_df=5, max_features=5000, ngram_range=(1, 3))
    given = weigh.fit_transform(words(train))
    learnt = LinearSVC(random_state=1).fit(given, [some.first[row] for row in train])
    said = learnt.predict(weigh.transform(words(test)))
    return np.array([[label == one for label in some.labels] for one in said], bool)


def ours(some: Sentences, train: Numbers, test: Numbers) -> Truth:
    """Grams, borders, curves and a threshold, as themes are learnt."""
    inner = some.judgment[train] // FOLDS % INNER
    margins = np.zeros((len(train), len(some.labels) + 1), np.float32)
    for number in range(INNER):
        here = inner == number
        margins[here] = margins_of(some, train[~here], train[here])
    curves = fit.platt(margins, with_any(some.truth[train]))
    free = np.ones((1, margins.shape[1]), bool)
    sure = probabilities(margins, *curves, free)[:, :-1]
    cut = measure.best_cut(sure, some.truth[train], np.ones_like(some.truth[train]))
    chance = probabilities(margins_of(some, train, test), *curves, free)[:, :-1]
    return np.asarray(chance >= cut)


def margins_of(some: Sentences, train: Numbers, test: Numbers) -> Floats:
    """Distances of the test sentences from borders that the others draw: labels, then `any`."""
    recipe = Training()
    known = fit.grammar([some.passages[row] for row in train], recipe.features, recipe.least)
    said = with_any(some.truth[train])
    weights, bias = fit.borders(
        fit.matrix([some.passages[row] for row in train], recipe.features, known), said,
        np.ones_like(said), recipe.hardness)
    given = fit.matrix([some.passages[row] for row in test], recipe.features, known)
    return np.asarray(given @ weights + bias, np.float32)


def with_any(truth: Truth) -> Truth:
    return np.concatenate([truth, truth.any(axis=1, keepdims=True)], axis=1)


def show(name: str, told: dict[str, Any]) -> None:
    for number, method in enumerate(("baseline", "ours")):
        one = told[method]
        mean, low, high = one["mean"]
        left = f"{name:9}{told['sentences']:10}{told['judgments']:10}" if not number else " " * 29
        print(f"{left}  {method:9}{one['micro']:7.3f}{one['macro']:7.3f}{mean:7.3f}"
              f"  {low:.3f} to {high:.3f}{one['cpu_seconds']:6}")
    mean, low, high = told["ahead"]
    print(f"{'':29}  {'ahead by':23}{mean:7.3f}  {low:.3f} to {high:.3f}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
