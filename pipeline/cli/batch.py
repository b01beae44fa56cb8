"""`zuozheng batch`: a whole season of units in, a season's folder out."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli.frame import App, told
from pipeline.cli.screen import Ocr
from pipeline.cli.under_way import Shown, in_words, say_on_stderr
from pipeline.errors import EXIT_ALL_READ, EXIT_SOME_UNREAD, ZuozhengError
from pipeline.language import say

if TYPE_CHECKING:
    from pipeline.season.run import Asked, Engine
    from pipeline.store.season import SeasonLedger

Row = dict[str, Any]
MOST_NAMED = 20
"""Units with a problem that are named on the terminal."""


class Stopped(Exception):
    """A season was interrupted, and has said so with the command that goes on."""


@dataclass(frozen=True, slots=True)
class _Typed:
    """The command as it was typed: what is asked for, and the other options."""

    root: str
    out: str
    rubric: str
    period: str | None
    model: Path | None
    ocr: str
    retry: bool
    options: tuple[str, ...]

    def words(self, ocr: str | None = None, retry: bool | None = None) -> list[str]:
        """The words that do this season again, or go on with it."""
        words = ["batch", self.root, "--rubric", self.rubric, "--out", self.out]
        words += ["--period", self.period] if self.period else []
        words += ["--model", str(self.model)] if self.model else []
        words += ["--ocr", ocr or self.ocr] if (ocr or self.ocr) != "now" else []
        words += ["--retry", "unread"] if (self.retry if retry is None else retry) else []
        return [*words, *self.options]

    def line(self, ocr: str | None = None, retry: bool | None = None) -> str:
        """As a line to paste."""
        return shlex.join(["zuozheng", *self.words(ocr, retry)])


class Where(StrEnum):
    """Where units are screened."""

    local = "local"
    dask = "dask"


class Retry(StrEnum):
    """What is read again though nothing has changed."""

    unread = "unread"


def add_to(app: App) -> None:
    """Add the command."""

    def batch(
        root: Annotated[str, typer.Argument(metavar="ROOT", help=say("help.root"))],
        rubric: Annotated[str, typer.Option("--rubric", "-r", help=say("help.batch_rubric"))],
        out: Annotated[str, typer.Option("--out", "-o", help=say("help.season_out"))],
        period: Annotated[str | None, typer.Option(help=say("help.period"))] = None,
        model: Annotated[Path | None, typer.Option(metavar="DIR", help=say("help.model"))] = None,
        ocr: Annotated[Ocr, typer.Option(help=say("help.batch_ocr"))] = Ocr.now,
        retry: Annotated[Retry | None, typer.Option(help=say("help.retry"))] = None,
        workers: Annotated[int | None, typer.Option(min=1, help=say("help.batch_workers"))] = None,
        engine: Annotated[Where, typer.Option(help=say("help.batch_engine"))] = Where.local,
        scheduler: Annotated[str | None, typer.Option(metavar="URL",
                                                      help=say("help.scheduler"))] = None,
        tls_ca: Annotated[Path | None, typer.Option(metavar="FILE",
                                                    help=say("help.tls_ca"))] = None,
        tls_cert: Annotated[Path | None, typer.Option(metavar="FILE",
                                                      help=say("help.tls_cert"))] = None,
        tls_key: Annotated[Path | None, typer.Option(metavar="FILE",
                                                     help=say("help.tls_key"))] = None,
        as_json: Annotated[bool, typer.Option("--json", help=say("help.batch_json"))] = False,
    ) -> int:
        engine = Where.dask if scheduler else engine
        tls = (tls_ca, tls_cert, tls_key)
        over = _cluster_words(scheduler, tls)
        options = ["--workers", str(workers)] if workers else []
        options += ["--engine", engine.value] if engine is not Where.local else []
        options += [*over, *(["--json"] if as_json else [])]
        typed = _Typed(root, out, rubric, period, model, ocr.value, retry is not None,
                       tuple(options))
        try:
            # Only now: what is imported takes a second, in which Ctrl-C is told as well.
            from pipeline.screen.reading import cores
            from pipeline.season.run import Asked

            asked = Asked(root, out, rubric, workers or cores(), ocr.value, period, model,
                          retry is not None, engine is Where.local, tuple(over),
                          tuple(typed.words()))
            with ExitStack() as held:
                does = _here() if engine is Where.local else _over(held, scheduler, tls, workers)
                return _run(asked, does, typed, as_json)
        except KeyboardInterrupt:
            say_on_stderr("batch.stopped_early", command=typed.line())
            raise Stopped from None

    app.command("batch", batch)


def _here() -> Engine:
    from pipeline.season.engine import local

    return local.engine


def _over(held: ExitStack, scheduler: str | None, tls: tuple[Path | None, ...],
          workers: int | None) -> Engine:
    """The cluster as an engine; reached when the first unit is to be done, and left with `held`."""
    from pipeline.season.engine import address, cluster

    given = cluster.given(*tls)
    if scheduler:
        address.checked(scheduler, given)
    reached: list[Any] = []

    def engine(take: Any, count: int, log: IO[bytes], seen: Any) -> Iterator[Row]:
        if not reached:
            reached.append(held.enter_context(cluster.reached(scheduler, given, workers, log)))
        yield from cluster.engine(reached[0], take, count, log)

    return engine


def _run(asked: Asked, engine: Engine, typed: _Typed, as_json: bool) -> int:
    """The season, and at its end, whatever that was, what is wrong and what to type next. Raises
    Stopped."""
    from pipeline.season.run import run

    shown = Shown(asked, as_json)
    try:
        return run(asked, engine, shown, partial(_last_words, asked, typed, shown))
    except KeyboardInterrupt:
        shown.end()
        say_on_stderr("batch.resume" if shown.planned_once else "batch.stopped_early",
                      command=typed.line())
        raise Stopped from None
    except ZuozhengError as error:
        shown.end()
        told(error)
        if shown.planned_once:
            say_on_stderr("batch.resume", command=typed.line())
        return error.exit_code


def _cluster_words(scheduler: str | None, tls: tuple[Path | None, ...]) -> list[str]:
    """The options that name a cluster, as they were typed."""
    said = ["--scheduler", scheduler] if scheduler else []
    for name, given in zip(("--tls-ca", "--tls-cert", "--tls-key"), tls, strict=True):
        said += [name, str(given)] if given else []
    return said


def _last_words(asked: Asked, typed: _Typed, shown: Shown, ledger: SeasonLedger) -> int:
    """What is wrong by unit, the outputs, the next command; the exit code to end with."""
    from pipeline.report.printable import on_one_line
    from pipeline.screen.reading import PASSING
    from pipeline.season.words import said
    from pipeline.store.season import OUTPUTS

    shown.end()
    problems: list[tuple[str, str]] = []
    done = unread = pages = count = 0
    hours = 0.0
    passing = False
    for unit in ledger.units():
        if unit["problem"]:
            count += 1
            if count <= MOST_NAMED:
                problems.append((on_one_line(unit["name"]), on_one_line(said(unit["problem"]))))
        summary = unit["summary"]
        if unit["state"] == "done" and summary:
            done += 1
            unread += bool(summary["unread"])
            passing = passing or bool(PASSING & summary["unread"].keys())
            pages += summary["pages_to_recognise"]
            hours += summary["hours_left"]
    say_on_stderr("batch.done", done=done, unread=unread)
    if count:
        say_on_stderr("batch.problems", count=count)
        for name, what in problems:
            say_on_stderr("batch.problem", unit=name, what=what)
        if count > MOST_NAMED:
            say_on_stderr("batch.more", count=count - MOST_NAMED)
        say_on_stderr("batch.again", command=typed.line())
    if passing:
        say_on_stderr("batch.retry", command=typed.line(retry=True))
    if pages and asked.ocr != "never":
        say_on_stderr("batch.pending", pages=pages, time=in_words(hours * 3600 / asked.workers))
        say_on_stderr("batch.ocr", command=typed.line(ocr="now"))
    say_on_stderr("batch.outputs")
    for name in OUTPUTS:
        print(f"  {asked.out.rstrip('/')}/{name}", file=sys.stderr)
    say_on_stderr("batch.season", command=shlex.join(["zuozheng", "season", asked.out]))
    return EXIT_SOME_UNREAD if count or unread else EXIT_ALL_READ
