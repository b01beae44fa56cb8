"""Pictures of quality: a function each, from stored figures to a matplotlib Figure.

Nothing is measured here. The figures are drawn without a screen (Agg) and without matplotlib's
global state, so that a command, a notebook and a test may each draw theirs. Words are Chinese where
a face with Chinese letters is installed; where none is, they are English and indicators are named
by their ids alone, for a row of empty boxes says nothing.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import matplotlib
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from pipeline.language import chosen, say
from pipeline.learn.evaluate import WEAK
from pipeline.learn.rules import RuleFacts

FACES = ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN",
         "Microsoft YaHei", "SimHei", "PingFang SC", "Hiragino Sans GB", "WenQuanYi Micro Hei",
         "WenQuanYi Zen Hei", "Noto Sans CJK JP", "Noto Serif CJK SC", "Noto Serif CJK JP",
         "SimSun", "Droid Sans Fallback")
"""Faces with Chinese letters, the first installed one is taken (of a collection matplotlib knows
the first face only, which is the Japanese one of Noto's)."""
LATIN = "DejaVu Sans"
"""Comes with matplotlib."""
BLUE, ORANGE, GREY = "#2b6ca3", "#c8641e", "#9a9a9a"


@lru_cache(maxsize=1)
def face() -> str | None:
    """The installed face with Chinese letters, if there is one."""
    there = {font.name for font in font_manager.fontManager.ttflist}
    return next((name for name in FACES if name in there), None)


def reliability(told: Mapping[str, Any]) -> Figure:
    """Confidence against the share that was evidence, of one rubric's evaluation: all pairs from
    0.05 on. On the diagonal a word means what it says; a dot's size tells how many pairs."""
    bins = told["reliability_likely"]
    with _drawn(5, 5) as (figure, axes):
        axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle="--")
        most = max((count for _, _, count in bins), default=1)
        said, true = [p for p, _, _ in bins], [t for _, t, _ in bins]
        axes.plot(said, true, color=BLUE, linewidth=1)
        axes.scatter(said, true, color=BLUE, zorder=3, clip_on=False,
                     s=[20 + 180 * count / most for _, _, count in bins])
        for p, t, count in bins:
            axes.annotate(str(count), (p, t), textcoords="offset points", xytext=(7, 5),
                          fontsize=8, color="#444444")
        low, high = told["ece_likely_interval"]
        _named(axes, _word("plot.reliability", rubric=told["rubric"], ece=told["ece_likely"][0],
                           low=low, high=high), _word("plot.confidence"), _word("plot.true"))
        axes.set(xlim=(0, 1), ylim=(0, 1), aspect="equal")
    return figure


def by_indicator(told: Mapping[str, Any], labels: Mapping[str, str] | None = None) -> Figure:
    """F1 of every indicator of one rubric's evaluation, with its number of examples; those below
    0.70 in another colour. `labels` are longer names, shown where a face has their letters."""
    rows = {name: one for name, one in told["by_indicator"].items()
            if one["evidence"] or one["proposed"]}
    with _drawn(7, 1.4 + 0.28 * max(len(rows), 1)) as (figure, axes):
        values = [one["f1"] for one in rows.values()]
        axes.barh(range(len(rows)), values, height=0.7,
                  color=[BLUE if value >= WEAK else ORANGE for value in values])
        axes.axvline(WEAK, color=GREY, linewidth=1, linestyle="--")
        for place, one in enumerate(rows.values()):
            axes.text(one["f1"] + 0.01, place, f"{one['f1']:.2f}  n={one['evidence']}",
                      va="center", fontsize=8, color="#444444")
        _rows(axes, [_label(name, labels) for name in rows])
        _named(axes, _word("plot.by_indicator", rubric=told["rubric"]), "F1", "")
        axes.set(xlim=(0, 1.15))
    return figure


def recipes(told: Mapping[str, Any], names: Sequence[str] = ("rules", "themes", "combination")
            ) -> Figure:
    """Micro- and macro-F1 of recipes side by side, with their 95 % intervals."""
    there = [name for name in names if name in told]
    with _drawn(6.5, 4) as (figure, axes):
        for shift, (kind, colour) in enumerate((("micro", BLUE), ("macro", ORANGE))):
            some = [told[name][kind] for name in there]
            heights = [value for value, _, _ in some]
            axes.bar([place + 0.36 * shift for place in range(len(there))], heights, 0.34,
                     color=colour, label=f"{kind}-F1", capsize=3, ecolor="#444444",
                     # An interval need not hold its own value where papers are few.
                     yerr=[[max(value - low, 0) for value, low, _ in some],
                           [max(high - value, 0) for value, _, high in some]])
        axes.set_xticks([place + 0.18 for place in range(len(there))],
                        labels=[_word(f"recipe.{name}") for name in there])
        _named(axes, _word("plot.recipes", rubric=told.get("rubric", "")), "", "F1")
        axes.set(ylim=(0, 1))
        axes.legend(frameon=False)
    return figure


def learning_curve(points: Sequence[tuple[int, float, float, float]]) -> Figure:
    """What more passages bring: (passages, micro-F1, low, high), any order."""
    some = sorted(points)
    sizes = [size for size, _, _, _ in some]
    with _drawn(6.5, 4) as (figure, axes):
        axes.fill_between(sizes, [low for _, _, low, _ in some], [high for *_, high in some],
                          color=BLUE, alpha=0.2, linewidth=0)
        axes.plot(sizes, [value for _, value, _, _ in some], color=BLUE, marker="o")
        _named(axes, _word("plot.learning_curve"), _word("plot.passages"), "micro-F1")
        axes.set(xlim=(0, max(sizes, default=1) * 1.05), ylim=(0, 1))
    return figure


def rules(told: Sequence[RuleFacts], most: int = 60) -> Figure:
    """Reach against precision of each rule with judged votes, the precision's interval as a line;
    the `most` with the widest reach, the eight least precise of them named."""
    some = sorted((one for one in told if one.judged), key=lambda one: -one.votes)[:most]
    with _drawn(7.5, 5) as (figure, axes):
        for one in some:
            colour = BLUE if (one.precision or 0) >= WEAK else ORANGE
            axes.plot([one.reach] * 2, [one.low, one.high], color=colour, alpha=0.35, linewidth=1)
            axes.plot([one.reach], [one.precision or 0], color=colour, marker="o", markersize=5)
        for one in sorted(some, key=lambda one: (one.precision or 0, -one.votes))[:8]:
            axes.annotate(f"{one.indicator} {one.rule}", (one.reach, one.precision or 0),
                          textcoords="offset points", xytext=(6, 3), fontsize=7)
        axes.axhline(WEAK, color=GREY, linewidth=1, linestyle="--")
        _named(axes, _word("plot.rules"), _word("plot.reach"), _word("plot.precision"))
        axes.set(ylim=(0, 1.03), xscale="log" if some else "linear")
        axes.xaxis.set_major_formatter(PercentFormatter(1))
    return figure


def as_svg(figure: Figure) -> bytes:
    """The picture as it is kept: letters as outlines, the same bytes whenever the data is the
    same."""
    keeper = io.BytesIO()
    with matplotlib.rc_context({"svg.fonttype": "path", "svg.hashsalt": "zuozheng"}):
        figure.savefig(keeper, format="svg", metadata={"Date": None})
    return keeper.getvalue()


@contextmanager
def _drawn(wide: float, high: float) -> Iterator[tuple[Figure, Axes]]:
    """A figure of so many inches with one pair of axes."""
    faces = [name for name in (face(), LATIN) if name]
    with matplotlib.rc_context({"font.family": faces, "axes.unicode_minus": False}):
        figure = Figure(figsize=(wide, high), dpi=110, layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(alpha=0.25)
        axes.set_axisbelow(True)
        yield figure, axes


def _named(axes: Axes, title: str, below: str, beside: str) -> None:
    axes.set_title(title, fontsize=11, loc="left", parse_math=False)
    axes.set_xlabel(below)
    axes.set_ylabel(beside)


def _rows(axes: Axes, labels: Sequence[str]) -> None:
    """A row's name each, the first on top."""
    axes.set_yticks(range(len(labels)), labels=labels, fontsize=8, parse_math=False)
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")


def _word(key: str, **fill: object) -> str:
    return say(key, None if face() or chosen() != "zh" else "en", **fill)


def _label(name: str, labels: Mapping[str, str] | None) -> str:
    more = (labels or {}).get(name, "") if face() else ""
    return f"{name} {more[:14]}".strip()
