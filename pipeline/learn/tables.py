"""A run's coverage as tables and as one picture, for whoever works in a notebook."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import matplotlib
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from pipeline.language import say
from pipeline.learn.decisions import VERDICTS, Decisions
from pipeline.learn.differ import Change
from pipeline.learn.plot import LATIN, face

STATES = ("nothing", "unread", "planned", "performed")
COLOURS = ("#eceff1", "#fdeaea", "#fcf0d9", "#bfe3cb")


def coverage(out: Path) -> pd.DataFrame:
    """Indicators x periods: the state in words, then what is proposed."""
    told = _told(out)
    rows = {one["id"]: {**{period: say(f"state.{state}") if state else ""
                           for period, state in one["periods"].items()},
                        say("table.proposed"): say(f"proposed.{one['proposed']}")}
            for one in told["indicators"]}
    return pd.DataFrame.from_dict(rows, orient="index").fillna("")


def evidence(out: Path) -> pd.DataFrame:
    """A row for each proposed piece of evidence: where it stands, how far it goes, how sure."""
    return pd.DataFrame([
        {"indicator": one["id"], "year": row["year"], "stage": row["stage"],
         "confidence": row["confidence"], "counts": row["counts"], "path": row["path"],
         "text": row["text"], "passage": row["passage"]}
        for one in _told(out)["indicators"] for row in one["evidence"]])


def matrix(out: Path) -> Figure:
    """Indicators x periods as colours; what has no state (only shown, to be judged) is left white,
    for that is not `nothing`."""
    told = _told(out)
    periods = sorted({period for one in told["indicators"] for period in one["periods"]})
    number = {state: float(place) for place, state in enumerate(STATES)}
    cells = [[number.get(one["periods"].get(period), math.nan) for period in periods]
             for one in told["indicators"]]
    with matplotlib.rc_context({"font.family": [name for name in (face(), LATIN) if name]}):
        figure = Figure(figsize=(1.6 + 0.9 * len(periods), 0.9 + 0.26 * len(cells)), dpi=110,
                        layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        axes.imshow(cells, cmap=ListedColormap(COLOURS), vmin=-0.5, vmax=3.5, aspect="auto")
        axes.set_xticks(range(len(periods)), labels=periods)
        axes.set_yticks(range(len(cells)), labels=[one["id"] for one in told["indicators"]],
                        fontsize=8)
        axes.xaxis.tick_top()
        language = None if face() else "en"
        for state, colour in zip(STATES, COLOURS, strict=True):
            axes.plot([], [], marker="s", linestyle="", markersize=9, color=colour,
                      markeredgecolor="#999999", label=say(f"state.{state}", language))
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)
    return figure


def decided(file: Path, rubric: str) -> list[dict[str, Any]]:
    """The conclusions of a CSV (indicator, passage, conclusion in Chinese) as rows of the
    decisions.jsonl that `zuozheng record` writes; conclusions that say nothing of the passage are
    passed over."""
    meant = {say(f"report.verdict.{one}", "zh"): evidence for one, evidence in VERDICTS.items()}
    return [{"rubric": rubric, "indicator": row.indicator, "passage": row.passage,
             "evidence": meant[row.conclusion]}
            for row in pd.read_csv(file, dtype=str).itertuples() if row.conclusion in meant]


def decisions(some: Decisions) -> pd.DataFrame:
    """How much was decided, what of it could not be used, and who consents."""
    told = some.told()
    rows = [(say(f"told.{name}"), str(told[name]))
            for name in ("decisions", "taken_as_evidence", "rejected", "passages", "papers")]
    rows += [(say("told.runs"), str(len(told["runs"])))]
    rows += [(say(f"train.left.{why}", count=count), str(count))
             for why, count in told["left_out"].items()]
    rows += [(say("told.consent"), f"{one['office']} {one['date']}") for one in told["consents"]]
    return pd.DataFrame(rows, columns=["", say("told.count")]).set_index("")


def step(name: str) -> None:
    """Print in words which step of a training begins."""
    print(say(f"train.step.{name}"), flush=True)


def changes(some: Iterable[Change]) -> pd.DataFrame:
    """What a new model changes, a row for each kind of passages and each F1. Better or worse it is
    where the interval of the difference lies to one side of 0, nowhere else."""
    return pd.DataFrame([
        {say("changes.on"): _on(one), say("changes.rubric"): one.rubric,
         say("changes.papers"): one.documents, say("changes.passages"): one.passages, "F1": name,
         say("changes.before"): f"{before:.3f}", say("changes.after"): f"{after:.3f}",
         say("changes.difference"): f"{gain:+.3f}",
         say("changes.interval"): f"{low:+.3f} … {high:+.3f}",
         say("changes.means"): say(f"changes.{_sure(low, high)}")}
        for one in some
        for name, (before, after, gain, low, high) in (("micro", one.micro), ("macro", one.macro))])


def changed_indicators(some: Iterable[Change]) -> pd.DataFrame:
    """The indicators whose F1 changed, with the passages of evidence that each rests on."""
    return pd.DataFrame([
        {say("changes.on"): _on(one), say("changes.rubric"): one.rubric,
         say("changes.indicator"): name, say("changes.examples"): one.examples[name],
         say("changes.before"): f"{before:.3f}", say("changes.after"): f"{after:.3f}"}
        for one in some for name, (before, after) in one.indicators.items()])


def _on(one: Change) -> str:
    return say(f"train.on.{one.on}") if one.on in ("decisions", "corpus") else one.on


def _sure(low: float, high: float) -> str:
    return "better" if low > 0 else "worse" if high < 0 else "unsure"


def by_indicator(told: Mapping[str, Any]) -> pd.DataFrame:
    """One rubric's evaluation: evidence, proposed, precision, recall, F1 of each indicator."""
    return pd.DataFrame.from_dict(told["by_indicator"], orient="index")


def _told(out: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((out / "coverage.json").read_text("utf-8"))
    return told
