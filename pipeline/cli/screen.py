"""`zuozheng screen`: one submission folder in, proposed evidence coverage out."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.frame import App
from pipeline.language import say

if TYPE_CHECKING:
    from pipeline.rubric.model import Rubric
    from pipeline.screen.unit import Screened


class Ocr(StrEnum):
    """When pages that are pictures are recognised."""

    now = "now"
    later = "later"
    never = "never"


def add_to(app: App) -> None:
    """Add the command."""

    def screen(
        folder: Annotated[Path, typer.Argument(metavar="FOLDER", readable=False,
                                               help=say("help.folder"))],
        rubric: Annotated[str, typer.Option("--rubric", "-r", help=say("help.rubric_name"))],
        out: Annotated[Path, typer.Option("--out", "-o", help=say("help.out"))],
        period: Annotated[str | None, typer.Option(help=say("help.period"))] = None,
        unit: Annotated[list[str] | None, typer.Option(help=say("help.unit"))] = None,
        model: Annotated[Path | None, typer.Option(metavar="DIR", help=say("help.model"))] = None,
        ocr: Annotated[Ocr, typer.Option(help=say("help.ocr"))] = Ocr.now,
        workers: Annotated[int | None, typer.Option(min=1, help=say("help.workers"))] = None,
        as_json: Annotated[bool, typer.Option("--json", help=say("help.json"))] = False,
    ) -> int:
        from pipeline.screen.unit import screen as run

        bar = _Bar()
        try:
            done = run(folder, rubric, out, period=period, names=tuple(unit or ()),
                       workers=workers, ocr=ocr.value, model=model, seen=bar)
        finally:
            bar.end()
        if as_json:
            sys.stdout.write((out / "coverage.json").read_text("utf-8"))
        else:
            _table(out / "ledger.sqlite", done.rubric)
            _tell(done)
        return done.exit_code

    app.command("screen", screen)


class _Bar:
    """A bar on stderr where that is a terminal; silence where it is not."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()

    def __call__(self, done: int, total: int, path: str) -> None:
        if self._shown:
            full = 24 * done // max(total, 1)
            line = f"\r{'█' * full}{'░' * (24 - full)} {done}/{total}"
            sys.stderr.write(line)
            sys.stderr.flush()

    def end(self) -> None:
        if self._shown:
            sys.stderr.write("\r" + " " * 60 + "\r")


def _tell(done: Screened) -> None:
    counts = say("list.comma").join(
        say("screen.status", status=say(f"status.{status}"), count=count)
        for status, count in sorted(done.statuses.items())
    )
    print(say("screen.files", counts=counts), file=sys.stderr)
    if done.unchanged:
        print(say("screen.unchanged"), file=sys.stderr)
    else:
        known = sum(done.statuses.values()) - done.statuses.get("ignored", 0) - done.opened
        print(say("screen.opened", opened=done.opened), file=sys.stderr)
        if known > 0:
            print(say("screen.known", known=known), file=sys.stderr)
        if done.recognised:
            print(say("screen.recognised", pages=done.recognised), file=sys.stderr)
    print(say("screen.outputs"), file=sys.stderr)
    for path in done.outputs:
        print(f"  {path}", file=sys.stderr)
    print(say("screen.next", out=done.outputs[0].parent), file=sys.stderr)


def _table(place: Path, rubric: Rubric) -> None:
    """The matrix indicator x period on stdout, then what stays unread; read from the ledger, which
    gives it without the evidence."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from pipeline.report import printable
    from pipeline.store.ledger import Ledger

    with Ledger(place) as ledger:
        header = ledger.header()
        indicators = list(ledger.entries("indicators"))
        unread = [row for row in ledger.files() if row["status"] in ("unread", "partly_read")]
    wordings = {item.id: item.wording for item in rubric.items}
    periods = list(dict.fromkeys(key for one in indicators for key in one["periods"]))
    console = Console(width=None if sys.stdout.isatty() else 110, highlight=False)
    title = say("screen.title", rubric=header["rubric"],
                unit=printable.on_one_line((header["unit"] or [say("unit.unknown")])[0]))
    table = Table(title=Text(title), box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
    table.add_column(say("table.id"), no_wrap=True)
    table.add_column(say("table.wording"))
    for period in periods:
        table.add_column(period, no_wrap=True)
    table.add_column(say("table.proposed"), no_wrap=True)
    for one in indicators:
        wording = wordings[one["id"]]
        table.add_row(
            one["id"], Text(wording[:22] + ("…" if len(wording) > 22 else "")),
            *(_sign(one["periods"].get(period)) for period in periods),
            say(f"proposed.{one['proposed']}"),
        )
    console.print(table)
    if unread:
        console.print(say("screen.unread", count=len(unread)), style="red")
        for row in unread:
            path, reason = printable.on_one_line(printable.safe(row["path"])), row["reason"]
            console.print(Text(f"  {path}: {say(f'reason.{reason}')}"))
    if header["ocr"]["pending"]:
        console.print(say("screen.pending", pages=header["ocr"]["pending"],
                          minutes=printable.minutes(header["ocr"])), style="red")
    console.print(say("screen.only_proposed"))


def _sign(state: str | None) -> str:
    return say(f"state.{state}") if state else "—"
