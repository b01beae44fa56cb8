"""Pictures show the figures they are given, with letters that can be read."""

from __future__ import annotations

import warnings

import pytest
from matplotlib.figure import Figure

from pipeline.language import choose
from pipeline.learn import plot
from pipeline.learn.rules import RuleFacts

TOLD = {
    "rubric": "yuxi-2024",
    "by_indicator": {
        "Y01": {"evidence": 9, "proposed": 9, "f1": 0.9, "precision": 0.9, "recall": 0.9},
        "Y02": {"evidence": 4, "proposed": 2, "f1": 0.5, "precision": 0.5, "recall": 0.5},
        "Y03": {"evidence": 0, "proposed": 0, "f1": 0.0, "precision": 0.0, "recall": 0.0},
    },
    "rules": {"micro": [0.5, 0.4, 0.6], "macro": [0.45, 0.4, 0.5]},
    "combination": {"micro": [0.8, 0.7, 0.9], "macro": [0.7, 0.75, 0.8]},
    "ece_likely": [0.05, 12], "ece_likely_interval": [0.02, 0.09],
    "reliability_likely": [(0.1, 0.0, 4), (0.9, 1.0, 8)],
}
RULES = [RuleFacts("Y01", "often", 20, 0.2, 0.5, 20, 2, 2, 0.2, 0.8, 0.58, 0.92),
         RuleFacts("Y02", "never", 0, 0.0, None, 0, 0, 0, None, None, 0.0, 1.0)]
EMPTY = {**TOLD, "by_indicator": {}, "reliability_likely": [], "ece_likely": [0.0, 0]}


def test_the_reliability_plot_has_the_diagonal_and_the_bins() -> None:
    axes = plot.reliability(TOLD).axes[0]
    assert [tuple(line.get_xdata()) for line in axes.lines] == [(0, 1), (0.1, 0.9)]
    assert axes.collections[0].get_offsets().tolist() == [[0.1, 0.0], [0.9, 1.0]]


def test_bars_of_indicators_are_their_f1_and_the_weak_stand_out() -> None:
    axes = plot.by_indicator(TOLD, {"Y01": "理论学习"}).axes[0]
    bars = axes.patches
    assert [bar.get_width() for bar in bars] == [0.9, 0.5]  # nothing is known of Y03
    assert bars[0].get_facecolor() != bars[1].get_facecolor()
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert [label[:3] for label in labels] == ["Y01", "Y02"]


def test_recipes_stand_side_by_side() -> None:
    axes = plot.recipes(TOLD).axes[0]
    heights = [patch.get_height() for patch in axes.patches]
    assert heights == [0.5, 0.8, 0.45, 0.7] and len(axes.get_xticks()) == 2


def test_a_learning_curve_is_drawn_in_order() -> None:
    axes = plot.learning_curve([(900, 0.7, 0.6, 0.8), (300, 0.5, 0.4, 0.6)]).axes[0]
    assert axes.lines[0].get_xydata().tolist() == [[300, 0.5], [900, 0.7]]


def test_a_rule_stands_at_its_reach_and_precision() -> None:
    axes = plot.rules(RULES).axes[0]
    dots = [line.get_xydata().tolist() for line in axes.lines if line.get_marker() == "o"]
    assert dots == [[[0.2, 0.8]]]  # a rule that never voted has no place


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("faced", [True, False])
def test_no_letter_is_an_empty_box(language: str, faced: bool, monkeypatch: pytest.MonkeyPatch
                                   ) -> None:
    if faced and not plot.face():
        pytest.skip("no face with Chinese letters is installed")
    if not faced:
        monkeypatch.setattr(plot, "face", lambda: None)
    choose(language)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # matplotlib warns of a letter it cannot draw
            for figure in (plot.reliability(TOLD), plot.by_indicator(TOLD, {"Y01": "理论学习"}),
                           plot.recipes(TOLD), plot.rules(RULES),
                           plot.learning_curve([(300, 0.5, 0.4, 0.6)])):
                assert plot.as_svg(figure).startswith(b"<?xml")
    finally:
        choose("zh")


@pytest.mark.parametrize("figure", [
    lambda: plot.reliability(EMPTY), lambda: plot.by_indicator(EMPTY), lambda: plot.rules([]),
    lambda: plot.recipes({}), lambda: plot.learning_curve([]),
], ids=["reliability", "indicators", "rules", "recipes", "learning curve"])
def test_of_nothing_an_empty_picture_is_drawn(figure: object) -> None:
    drawn = figure()  # type: ignore[operator]
    assert isinstance(drawn, Figure) and plot.as_svg(drawn)


def test_dollar_signs_are_no_formula() -> None:
    told = {**TOLD, "by_indicator": {"$x": TOLD["by_indicator"]["Y01"]}}  # type: ignore[index]
    assert plot.as_svg(plot.by_indicator(told, {"$x": "经费$\\bad{$"}))


def test_the_same_figures_give_the_same_bytes() -> None:
    assert plot.as_svg(plot.reliability(TOLD)) == plot.as_svg(plot.reliability(TOLD))
