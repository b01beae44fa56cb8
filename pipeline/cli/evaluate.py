"""`zuozheng evaluate`: how good the proposals are on passages that people labelled."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli.frame import App
from pipeline.cli.pipes import piped
from pipeline.errors import OutputError, WorkerError
from pipeline.language import say

if TYPE_CHECKING:
    from pipeline.rubric.model import Rubric

BAR = 20
"""Cells of a bar: 5 % each."""


def add_to(app: App) -> None:
    """Add the command."""

    def evaluate(
        gold: Annotated[Path, typer.Argument(metavar="GOLD.jsonl", readable=False,
                                             help=say("help.evaluate_gold"))],
        rubric: Annotated[list[str] | None, typer.Option("--rubric", "-r",
                                                         help=say("help.evaluate_rubric"))] = None,
        model: Annotated[Path | None, typer.Option("--model", "-m",
                                                   help=say("help.evaluate_model"))] = None,
        out: Annotated[Path | None, typer.Option("--out", "-o",
                                                 help=say("help.evaluate_out"))] = None,
    ) -> None:
        _run(gold, rubric or [], model, out)

    app.command("evaluate", evaluate)


def _run(gold: Path, names: Sequence[str], model: Path | None, out: Path | None) -> None:
    from pipeline.learn.evaluate import evaluation
    from pipeline.learn.gold import rubrics_of
    from pipeline.rubric.load import load
    from pipeline.tag import folder as models

    if out is not None and find_spec("matplotlib") is None:
        raise WorkerError("plot_missing", library="matplotlib")
    wanted = list(dict.fromkeys(names)) or rubrics_of(gold)
    rubrics = [load(name) for name in wanted]
    learnt = models.of(model)
    corpus = models.directory() / "corpus"
    told = evaluation(gold, learnt, rubrics, corpus if corpus.is_dir() else None)
    kept = _keep(out, told, rubrics) if out is not None else []
    print("\n".join(_report(told, rubrics)))
    if kept:
        print(say("evaluate.written"), file=sys.stderr)
    for path in kept:
        print(f"  {path}", file=sys.stderr)


def _keep(out: Path, told: dict[str, Any], rubrics: Sequence[Rubric]) -> list[Path]:
    """evaluation.json and .md, and the two pictures of each rubric that the latter shows (its id
    before their names where there are several rubrics)."""
    import json

    from pipeline.learn import plot
    from pipeline.store.outputs import placed

    several = len(rubrics) > 1
    text = "\n".join(_report(told, rubrics, {
        rubric.id: f"{rubric.id}-" if several else "" for rubric in rubrics})) + "\n"
    files = {"evaluation.json": (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode(),
             "evaluation.md": text.encode()}
    for rubric in rubrics:
        before = f"{rubric.id}-" if several else ""
        wordings = {item.id: item.wording for item in rubric.indicators}
        one = told["rubrics"][rubric.id]
        files[f"{before}reliability.svg"] = plot.as_svg(plot.reliability(one))
        files[f"{before}indicators.svg"] = plot.as_svg(plot.by_indicator(one, wordings))
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            with placed(out / name) as draft:
                draft.write_bytes(content)
    except OSError as error:
        raise OutputError("output_unusable", out=out, why=error.strerror or error) from None
    return [out / name for name in files]


# --- the report, in Markdown that reads well on a terminal too ----------------------------------


def _report(told: dict[str, Any], rubrics: Sequence[Rubric],
            pictures: Mapping[str, str] | None = None) -> Iterator[str]:
    """`pictures`: for each rubric, what stands before the names of its pictures, which lie beside
    the report; None: there are none."""
    yield f"# {say('evaluate.title', file=told['data']['file'])}"
    yield ""
    yield say("evaluate.data", sha256=told["data"]["sha256"], date=told["date"],
              model=told["model"]["id"], model_sha256=told["model"]["sha256"])
    if told["data"]["in_corpus"]:
        yield f"**{say('evaluate.in_corpus', count=told['data']['in_corpus'])}**"
    for rubric in rubrics:
        one = told["rubrics"][rubric.id]
        yield from ("", f"## {rubric.title} [{rubric.id}]", "")
        yield say("evaluate.passages", passages=one["passages"], papers=one["documents"],
                  evidence=one["evidence"])
        if one["repeated"]:
            yield say("evaluate.repeated", count=one["repeated"])
        if one["evidence"]:
            yield from _recipes(one)
            yield from _by_indicator(one, rubric)
            yield from _picture("indicators", rubric, pictures)
            yield from _reading(one)
        else:
            yield say("evaluate.no_evidence")
        yield from _calibration(one)
        yield from _picture("reliability", rubric, pictures)
        yield from _stage(one)
        yield from _confused(one)
        yield from _untagged(one)


def _picture(name: str, rubric: Rubric, pictures: Mapping[str, str] | None) -> Iterator[str]:
    if pictures is not None:
        yield from ("", f"![{say(f'evaluate.picture.{name}')}]"
                        f"({pictures[rubric.id]}{name}.svg)")


def _recipes(one: dict[str, Any]) -> Iterator[str]:
    yield from ("", f"### {say('evaluate.recipes')}", "")
    many = one["documents"] > 1
    yield from piped([
        ["", "micro-F1", "macro-F1", say("evaluate.precision"), say("evaluate.recall")],
        *([say(f"recipe.{name}"), _within(one[name]["micro"], many),
           _within(one[name]["macro"], many), _two(one[name]["precision"]),
           _two(one[name]["recall"])] for name in ("rules", "themes", "combination")),
    ])
    yield ""
    yield say("evaluate.intervals") if many else say("evaluate.one_paper")


def _by_indicator(one: dict[str, Any], rubric: Rubric) -> Iterator[str]:
    from pipeline.learn.evaluate import FEW, WEAK

    yield from ("", f"### {say('evaluate.by_indicator')}", "")
    rows = [[say("table.id"), say("table.wording"), say("evaluate.evidence"),
             say("evaluate.proposed"), say("evaluate.precision"), say("evaluate.recall"), "F1", ""]]
    for item in rubric.indicators:
        here = one["by_indicator"][item.id]
        marks = []
        if here["evidence"] and here["f1"] < WEAK:
            marks.append(say("evaluate.weak", least=f"{WEAK:.2f}"))
        if here["evidence"] < FEW:
            marks.append(say("evaluate.few", few=FEW))
        rows.append([
            item.id, _short(item.wording), str(here["evidence"]), str(here["proposed"]),
            _two(here["precision"]) if here["proposed"] else "—",
            _two(here["recall"]) if here["evidence"] else "—",
            _two(here["f1"]) if here["evidence"] else "—", say("list.comma").join(marks)])
    yield from piped(rows)


def _reading(one: dict[str, Any]) -> Iterator[str]:
    yield from ("", f"### {say('evaluate.reading')}", "")
    yield say("evaluate.precision_at", at_80=_two(one["precision_at_80"]),
              at_90=_two(one["precision_at_90"]))
    yield ""
    rows = [["", say("evaluate.threshold"), say("evaluate.read"), say("evaluate.true_share"),
             say("evaluate.recall"), "WSS"]]
    for key in ("reading_propose", "reading_low", "reading_95"):
        here = one[key]
        rows.append([say(f"evaluate.{key}"), f"{here['threshold']:.3f}", f"{here['read']:.1%}",
                     f"{here['true_share']:.1%}", f"{here['recall']:.1%}", f"{here['wss']:.3f}"])
    yield from piped(rows)


def _calibration(one: dict[str, Any]) -> Iterator[str]:
    yield from ("", f"### {say('evaluate.calibration')}", "")
    many = one["documents"] > 1
    value, count = one["ece_likely"]
    if not count:
        yield say("evaluate.none_likely")
        return
    yield say("evaluate.ece", likely=_within([value, *one["ece_likely_interval"]], many, 3),
              count=count, all=_within(one["ece"], many, 3),
              pairs=sum(count for _, _, count in one["reliability"]))
    yield ""
    yield from piped([
        [say("plot.confidence"), say("plot.true"), say("evaluate.pairs"), say("evaluate.bar")],
        *([f"{p:.3f}", f"{true:.3f}", str(n), _bar(p, true)]
          for p, true, n in one["reliability_likely"]),
    ])


def _bar(said: float, true: float) -> str:
    """The share that was evidence, filled; where confidence stands, a stroke."""
    cells = ["█" if cell < round(true * BAR) else "░" for cell in range(BAR)]
    cells[min(int(said * BAR), BAR - 1)] = "┃"
    return "".join(cells)


def _stage(one: dict[str, Any]) -> Iterator[str]:
    stage = one["stage"]
    if not stage:
        return
    yield from ("", f"### {say('evaluate.stage')}", "")
    yield say("evaluate.stage_right", count=stage["evidence"], rules=_two(stage["rules"]),
              model=_within([stage["model"], *stage["interval"]], one["documents"] > 1))
    if stage["tagged"]:
        yield say("evaluate.stage_shown", count=stage["tagged"], shown=_two(stage["shown"]))
    yield ""
    names = list(stage["confusion"])
    yield from piped([
        [say("evaluate.labelled"), *(say("evaluate.said", stage=say(f"stage.{name}"))
                                     for name in names)],
        *([say(f"stage.{name}"), *(str(stage["confusion"][name][other]) for other in names)]
          for name in names),
    ])


def _confused(one: dict[str, Any]) -> Iterator[str]:
    if one["confused"]:
        yield from ("", f"### {say('evaluate.confused')}", "")
        nothing = say("evaluate.nothing")
        yield from piped([
            [say("evaluate.evidence_for"), say("evaluate.proposed_for"), say("evaluate.times")],
            *([nothing if name == "-" else name for name in (left, right)] + [str(count)]
              for left, right, count in one["confused"]),
        ])


def _untagged(one: dict[str, Any]) -> Iterator[str]:
    share = one["untagged"]
    if share:
        yield from ("", f"### {say('evaluate.untagged')}", "")
        yield say("evaluate.untagged_share", count=share["passages"], rules=f"{share['rules']:.1%}",
                  model=_percent([share["model"], *share["interval"]], one["documents"] > 1))


def _short(wording: str, most: int = 14) -> str:
    plain = " ".join(wording.replace("|", "/").split())
    return plain[:most] + ("…" if len(plain) > most else "")


def _two(value: float) -> str:
    return f"{value:.2f}"


def _within(figure: Sequence[float], many: bool, places: int = 2) -> str:
    """A figure with its interval, which papers alone can give: of one paper there is none."""
    value, low, high = (f"{one:.{places}f}" for one in figure)
    return f"{value} [{low}, {high}]" if many else value


def _percent(figure: Sequence[float], many: bool) -> str:
    value, low, high = (f"{one:.1%}" for one in figure)
    return f"{value} [{low}, {high}]" if many else value
