"""Agreement of two reviewers, held against examples reckoned by hand and against scikit-learn."""

from __future__ import annotations

import random
import warnings

import pytest

from pipeline.review.agreement import agreement, pairs, table


def of(both: int, first: int, second: int, none: int) -> list[tuple[bool, bool]]:
    return ([(True, True)] * both + [(True, False)] * first + [(False, True)] * second
            + [(False, False)] * none)


@pytest.mark.parametrize(("counts", "kappa", "ac1", "positive"), [
    # n 50, po .7; pe .5 * .6 + .5 * .4 = .5; q .55, pe(AC1) .495; 40 / 55.
    ((20, 5, 10, 15), 0.4, (0.7 - 0.495) / 0.505, 40 / 55),
    # High agreement, low kappa: po .9, pe .905; q .95, pe(AC1) .095; 180 / 190.
    ((90, 5, 5, 0), -1 / 19, (0.9 - 0.095) / 0.905, 180 / 190),
    ((3, 0, 0, 7), 1.0, 1.0, 1.0),
    ((0, 4, 4, 0), -1.0, -1.0, 0.0),
])
def test_examples_reckoned_by_hand(counts: tuple[int, int, int, int], kappa: float, ac1: float,
                                   positive: float) -> None:
    told = agreement(of(*counts))
    assert told["n"] == sum(counts) and told["undefined"] == {}
    assert told["kappa"] == pytest.approx(kappa, abs=1e-12)
    assert told["ac1"] == pytest.approx(ac1, abs=1e-12)
    assert told["positive"] == pytest.approx(positive, abs=1e-12)


def test_kappa_is_that_of_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    draw = random.Random(4)
    for _ in range(200):
        some = [(draw.random() < 0.8, draw.random() < 0.6) for _ in range(draw.randint(1, 40))]
        kappa = agreement(some)["kappa"]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns where it is undefined
            theirs = float(metrics.cohen_kappa_score(*zip(*some, strict=True)))
        if kappa is None:
            assert theirs != theirs
        else:
            assert kappa == pytest.approx(theirs, abs=1e-12)


def test_what_cannot_be_told_is_none_and_says_why() -> None:
    assert agreement([]) == {
        "n": 0, "unsure": 0, "kappa": None, "ac1": None, "positive": None,
        "undefined": {"kappa": "no_pairs", "ac1": "no_pairs", "positive": "no_pairs"}}
    always = agreement(of(5, 0, 0, 0))
    assert always["kappa"] is None and always["undefined"] == {"kappa": "no_variance"}
    assert always["ac1"] == always["positive"] == 1.0
    never = agreement(of(0, 0, 0, 5))
    assert never["undefined"] == {"kappa": "no_variance", "positive": "no_positive"}
    assert never["ac1"] == 1.0


def states(**verdicts: str | None) -> dict[str, dict[str, str | None]]:
    return {subject.replace("_", "|p:"): {"verdict": verdict}
            for subject, verdict in verdicts.items()}


def test_only_what_both_decided_counts() -> None:
    one = states(A_1="accepted", A_2="rejected", A_3="unsure", A_4=None, B_1="accepted",
                 C_1="accepted")
    other = states(A_1="accepted", A_2="accepted", A_3="rejected", A_4="accepted", B_1="rejected",
                   D_1="rejected")
    assert pairs(one, other) == {
        "A": [(True, True), (False, True), None], "B": [(True, False)]}
    told = table([one, other], ["B", "A", "C"])
    assert [(row["indicator"], row["n"]) for row in told["rows"]] == [("B", 1), ("A", 2)]
    assert told["all"]["n"] == 3
    # Where one of the two could not say, the pair is left out, and said to be.
    assert [row["unsure"] for row in told["rows"]] == [0, 1] and told["all"]["unsure"] == 1
    assert table([one], ["A"])["rows"] == [] and table([], [])["all"]["n"] == 0


def test_three_reviewers_make_three_pairs() -> None:
    seats = [states(A_1="accepted"), states(A_1="accepted"), states(A_1="rejected")]
    told = table(seats, ["A"])
    assert told["all"]["n"] == 3 and told["all"]["positive"] == pytest.approx(1 / 2)
