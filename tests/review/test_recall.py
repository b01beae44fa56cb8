"""Recall from a sample: the bounds hold what they promise, the draw is fair and keeps its order."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import pytest

from pipeline.review.recall import counted, missing, recall, sample


def tail(number: int, sampled: int, of: int, hits: range) -> Fraction:
    return Fraction(sum(comb(number, hit) * comb(of - number, sampled - hit) for hit in hits),
                    comb(of, sampled))


@pytest.mark.parametrize(("sampled", "of", "missed"), [
    (5, 12, 0), (5, 12, 2), (5, 12, 5), (12, 12, 3), (1, 12, 0), (1, 12, 1), (8, 30, 3)])
def test_the_bounds_are_the_last_numbers_that_do_not_make_the_sample_rare(
        sampled: int, of: int, missed: int) -> None:
    possible = range(missed, of - sampled + missed + 1)
    fits = [number for number in possible
            if tail(number, sampled, of, range(missed + 1)) >= Fraction(1, 40)
            and tail(number, sampled, of, range(missed, sampled + 1)) >= Fraction(1, 40)]
    assert missing(sampled, of, missed) == (min(fits), max(fits))


def test_the_interval_holds_the_truth_95_times_in_a_hundred() -> None:
    of, sampled = 60, 15
    bounds = [missing(sampled, of, hits) for hits in range(sampled + 1)]
    for truth in range(of + 1):
        held = sum((tail(truth, sampled, of, range(hits, hits + 1))
                    for hits, (least, most) in enumerate(bounds) if least <= truth <= most),
                   Fraction(0))
        assert held >= Fraction(95, 100), truth


@pytest.mark.parametrize(("sampled", "missed", "low", "high"), [
    # Clopper & Pearson for 0 and 1 of 100 and 10 of 50 (binomial).
    (100, 0, 0.0, 0.03622), (100, 1, 0.00025, 0.05446), (50, 10, 0.10030, 0.33718)])
def test_of_very_many_it_is_clopper_and_pearson(sampled: int, missed: int, low: float,
                                                high: float) -> None:
    of = 1_000_000
    least, most = missing(sampled, of, missed)
    assert least / of == pytest.approx(low, abs=5e-5)
    assert most / of == pytest.approx(high, abs=5e-5)


def test_an_example_reckoned_by_hand() -> None:
    # 2 of 100 sampled from 500 are evidence: 10 were missed; 40 were found: 40 / 50.
    told = recall(40, 100, 500, 2)
    assert told["estimate"] == 0.8
    assert 0 < told["low"] < 0.8 < told["high"] <= 40 / 42
    assert {name: told[name] for name in ("found", "sampled", "of", "missed", "undefined")} == {
        "found": 40, "sampled": 100, "of": 500, "missed": 2, "undefined": None}


def test_when_all_was_read_nothing_is_guessed() -> None:
    told = recall(9, 20, 20, 1)
    assert told["estimate"] == told["low"] == told["high"] == 0.9
    assert recall(9, 0, 0, 0)["estimate"] == recall(9, 0, 0, 0)["low"] == 1.0


def test_what_cannot_be_told_is_none_and_says_why() -> None:
    nothing = recall(9, 0, 20, 0)
    assert nothing["estimate"] is nothing["low"] is nothing["high"] is None
    assert nothing["undefined"] == "nothing_sampled"
    assert recall(0, 20, 20, 0)["undefined"] == "no_evidence"
    assert recall(0, 10, 20, 3)["estimate"] == 0.0


@pytest.mark.parametrize("counts", [(1, 3, 2, 0), (1, 2, 5, 3), (-1, 0, 0, 0), (1, 2, 5, -1)])
def test_counts_that_cannot_be_are_refused(counts: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="sampled"):
        recall(*counts)


def test_the_order_of_the_draw_outlives_a_new_screening() -> None:
    ids = [f"{number:016x}" for number in range(200)]
    drawn = sample(ids, "unit")
    assert sorted(drawn) == ids and drawn != ids
    assert sample(ids[::-1], "unit") == drawn and sample(ids, "other unit") != drawn
    gone, new = set(ids[::7]), ["f" * 16]
    again = sample([*[id for id in ids if id not in gone], *new], "unit")
    assert [id for id in again if id not in new] == [id for id in drawn if id not in gone]


def test_every_passage_is_as_likely_to_come_first() -> None:
    ids = [f"{number:016x}" for number in range(10)]
    first = [sample(ids, f"seed {number}")[0] for number in range(2000)]
    # 200 expected each, standard deviation 13.4: five of them.
    assert all(abs(first.count(id) - 200) < 67 for id in ids)


def test_what_was_read_out_of_turn_does_not_count() -> None:
    order = ["a", "b", "c", "d"]
    assert counted(order, {"a": "none", "b": "evidence", "d": "evidence"}) == (2, 1)
    assert counted(order, {"a": None, "b": "evidence"}) == (0, 0)
    assert counted(order, dict.fromkeys(order, "none")) == (4, 0)
