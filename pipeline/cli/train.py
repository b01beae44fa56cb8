"""`zuozheng train`: the corpus, and what reviewers decided, in; a new model's folder out."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli.consent import coverage_of
from pipeline.cli.frame import App
from pipeline.errors import InputError, OutputError
from pipeline.language import say

if TYPE_CHECKING:
    from pipeline.learn.decisions import Decisions
    from pipeline.learn.differ import Change


def add_to(app: App) -> None:
    """Add the command."""

    def train(
        more: Annotated[list[Path] | None, typer.Argument(
            metavar="RUN", readable=False, help=say("help.more_runs"))] = None,
        decisions: Annotated[list[Path] | None, typer.Option(
            "--decisions", metavar="RUN", readable=False, help=say("help.decisions"))] = None,
        gold: Annotated[list[Path] | None, typer.Option(
            "--gold", metavar="GOLD.jsonl", readable=False, help=say("help.gold"))] = None,
        corpus: Annotated[Path | None, typer.Option(readable=False,
                                                    help=say("help.corpus"))] = None,
        base: Annotated[Path | None, typer.Option(readable=False, help=say("help.base"))] = None,
        out: Annotated[Path | None, typer.Option("--out", "-o", readable=False,
                                                 help=say("help.model_out"))] = None,
    ) -> int:
        from pipeline.learn.renew import NotBetter, renew
        from pipeline.tag.folder import directory, shipped

        runs = [*(decisions or ()), *(more or ())]
        target = out or _next_free(directory())
        if base is None:
            base = target if (target / "recipe.json").is_file() else shipped()
        try:
            done = renew(corpus or directory() / "corpus", base, target,
                         _decided(runs) if runs else None, gold or (), step=_Clock())
        except NotBetter as refused:
            # What it lost is what whoever labelled wants to see; why it is refused comes after.
            _tell(refused.told, refused.changes)
            _rows(say("train.against", out=target), refused.against)
            sys.stdout.flush()
            raise
        _tell(done.told, done.changes)
        print(say("train.written", out=done.out), file=sys.stderr)
        return 0

    app.command("train", train)


class _Clock:
    """Each step on stderr as it begins, with the seconds since the start."""

    def __init__(self) -> None:
        self._begun = time.monotonic()

    def __call__(self, step: str) -> None:
        seconds = f"{time.monotonic() - self._begun:4.0f} s"
        print(f"{seconds}  {say(f'train.step.{step}')}", file=sys.stderr, flush=True)


def _next_free(models: Path) -> Path:
    """models/themes-<n+1> in the current folder, n the highest here or among those shipped."""
    here = Path("models")
    try:
        names = [path.name for folder in (models, here) if folder.is_dir()
                 for path in folder.iterdir()]
    except OSError as error:
        raise OutputError("output_unusable", out=here, why=error.strerror) from None
    known = [int(found[1]) for name in names if (found := re.fullmatch(r"themes-(\d{1,9})", name))]
    return here / f"themes-{max(known, default=0) + 1}"


def _decided(runs: Sequence[Path]) -> Decisions:
    """What people decided in these runs, in the workbook or in the review room; every run needs its
    consent."""
    from pipeline.cli.decided import remarks_of, reviewed
    from pipeline.learn import consent
    from pipeline.learn.decisions import gathered, name_of, run_of
    from pipeline.report.kept import WORKBOOK, kept
    from pipeline.rubric.load import load

    given = []
    for run in {path.resolve(): path for path in runs}.values():
        told = run_of(coverage_of(run), run)
        agreed = consent.given(run, name_of(told))
        load(told["rubric"])
        decided = reviewed(run)
        if decided is None and not (run / WORKBOOK).is_file():
            raise InputError("workbook_missing", run=run)
        found = kept(run)
        if found.beside in ("unreadable", "not_ours"):
            raise InputError("workbook_damaged", file=run / WORKBOOK)
        # Of a row: what it is about and what was decided. Names and notes stay where they are.
        remarks = [(*key, remark.verdict) for key, remark in found.remarks.items()]
        remarks += [(row.get("indicator", "").strip(), row.get("passage", "").strip(),
                     row.get("verdict", "")) for row in found.orphans if row.get("passage")]
        remarks += remarks_of(told, run, decided or ())
        given.append((told, agreed, remarks))
    return gathered(given)


def _tell(told: Mapping[str, Any], changes: Sequence[Change]) -> None:
    if told:
        print(say("train.from", decisions=told["decisions"], evidence=told["taken_as_evidence"],
                  rejected=told["rejected"], passages=told["passages"], papers=told["papers"],
                  runs=len(told["runs"])))
        for reason, count in told["left_out"].items():
            print("  " + say(f"train.left.{reason}", count=count))
    _rows(say("train.changes"), changes)


def _rows(heading: str, changes: Sequence[Change]) -> None:
    if changes:
        print(heading)
        for one in changes:
            _row(one)


def _row(one: Change) -> None:
    from pipeline.learn.differ import MARKED

    on = say(f"train.on.{one.on}") if one.on in ("decisions", "corpus") else one.on
    print(f"  {on}  {one.rubric}  "
          f"{say('train.counted', passages=one.passages, documents=one.documents)}")
    for name, (before, after, step, low, high) in (("micro", one.micro), ("macro", one.macro)):
        print(f"    {name}-F1  {before:.3f} → {after:.3f}  {step:+.3f} ({low:+.3f} … {high:+.3f})")
    for indicator, (before, after) in sorted(one.indicators.items(),
                                             key=lambda item: item[1][1] - item[1][0]):
        print(f"    {indicator}  {before:.3f} → {after:.3f}  {after - before:+.3f}  "
              f"{say('train.examples', count=one.examples[indicator])}")
    if not one.indicators:
        print("    " + say("train.alike", least=MARKED))
