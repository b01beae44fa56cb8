"""Measures of quality, on numbers small enough to count on fingers."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.learn import measure

TRUTH = np.array([[1, 0], [1, 1], [0, 0], [0, 0]], bool)
SAID = np.array([[1, 0], [0, 1], [0, 1], [0, 0]], bool)
CHANCE = np.array([[0.9, 0.1], [0.4, 0.8], [0.2, 0.6], [0.1, 0.1]], np.float32)


def test_f1_over_all_and_by_label() -> None:
    found = measure.counts(TRUTH, SAID)
    assert found.tolist() == [[1, 1], [0, 1], [1, 0]]
    assert measure.micro(found) == pytest.approx(2 * 2 / (2 * 2 + 1 + 1))
    assert measure.macro(found) == pytest.approx(2 / 3)


def test_what_was_not_asked_counts_for_nothing() -> None:
    asked = np.ones_like(TRUTH)
    asked[2, 1] = False
    assert measure.counts(TRUTH, SAID, asked)[1].tolist() == [0, 0]


def test_a_label_that_never_occurs_lowers_no_mean() -> None:
    truth, said = (np.pad(one, ((0, 0), (0, 1))) for one in (TRUTH, SAID))
    assert measure.macro(measure.counts(truth, said)) == pytest.approx(2 / 3)


def test_calibration_error_is_the_distance_of_word_and_fact() -> None:
    chance = np.full((100, 1), 0.8, np.float32)
    truth = np.arange(100)[:, None] < 60
    assert measure.ece(truth, chance) == pytest.approx(0.2, abs=1e-3)
    assert measure.ece(np.arange(100)[:, None] < 80, chance) == pytest.approx(0, abs=1e-3)


def test_reading_stops_where_the_share_is_found() -> None:
    told = measure.reading(TRUTH, CHANCE, recall=0.95)
    assert told["read"] == 0.5 and told["recall"] == 1.0 and told["true_share"] == 0.5
    assert told["wss"] == pytest.approx(0.45)
    assert measure.reading(np.zeros_like(TRUTH), CHANCE) == {}


def test_precision_at_a_recall() -> None:
    assert measure.precision_at(TRUTH, CHANCE, 0.6) == 1.0
    assert measure.precision_at(TRUTH, CHANCE, 1.0) == pytest.approx(3 / 4)


def test_the_best_cut_separates() -> None:
    cut = measure.best_cut(CHANCE, CHANCE > 0.5, np.ones_like(TRUTH))
    assert 0.4 < cut <= 0.6


def test_intervals_draw_whole_documents() -> None:
    groups = ["a"] * 50 + ["b"] * 50
    right = np.array([1.0] * 50 + [0.0] * 50)
    assert measure.interval(lambda rows: float(right[rows].mean()), groups) == (0.0, 1.0)
    each = [str(number) for number in range(100)]
    low, high = measure.interval(lambda rows: float(right[rows].mean()), each)
    assert 0.35 < low < 0.5 < high < 0.65


def test_a_confidence_that_is_right_shows_an_error_by_chance() -> None:
    draw = np.random.default_rng(1)
    chance = draw.uniform(0.05, 1, (400, 1)).astype(np.float32)
    shown = []
    for _ in range(200):
        truth = draw.uniform(size=chance.shape) < chance
        shown.append(measure.ece(truth, chance))
    told = measure.ece_at_best(measure.reliability(chance > 0.5, chance))
    assert told == pytest.approx(float(np.mean(shown)), rel=0.15)


def test_bins_of_two_sets_are_told_as_one() -> None:
    one, other = measure.reliability(TRUTH, CHANCE), measure.reliability(~TRUTH, CHANCE)
    both = measure.pooled(one, other)
    twice = np.concatenate([TRUTH, ~TRUTH]), np.concatenate([CHANCE, CHANCE])
    assert both == measure.reliability(*twice)
    assert measure.ece_of(both) == pytest.approx(measure.ece(*twice), abs=1e-3)
