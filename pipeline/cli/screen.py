"""`zuozheng screen`: one submission folder in, proposed evidence coverage out."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli.frame import App
from pipeline.language import say

if TYPE_CHECKING:
    from pipeline.screen.unit import Screened


def add_to(app: App) -> None:
    """Add the command."""

    def screen(
        folder: Annotated[Path, typer.Argument(metavar="FOLDER", help=say("help.folder"))],
        rubric: Annotated[str, typer.Option("--rubric", "-r", help=say("help.rubric_name"))],
        out: Annotated[Path, typer.Option("--out", "-o", help=say("help.out"))],
        period: Annotated[str | None, typer.Option(help=say("help.period"))] = None,
        unit: Annotated[list[str] | None, typer.Option(help=say("help.unit"))] = None,
        workers: Annotated[int | None, typer.Option(min=1, help=say("help.workers"))] = None,
        as_json: Annotated[bool, typer.Option("--json", help=say("help.json"))] = False,
    ) -> int:
        from pipeline.screen.unit import screen as run

        bar = _Bar()
        try:
            done = run(folder, rubric, out, period=period, names=tuple(unit or ()),
                       workers=workers, seen=bar)
        finally:
            bar.end()
        if as_json:
            sys.stdout.write((out / "coverage.json").read_text("utf-8"))
        else:
            _table(out / "coverage.json")
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
    print(say("screen.outputs"), file=sys.stderr)
    for path in done.outputs:
        print(f"  {path}", file=sys.stderr)


def _table(coverage: Path) -> None:
    """The matrix indicator x period on stdout, then what stays unread."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from pipeline.rubric.load import load

    found: dict[str, Any] = json.loads(coverage.read_text("utf-8"))
    try:
        wordings = {item.id: item.wording for item in load(found["rubric"]).items}
    except Exception:
        wordings = {}
    periods = list(dict.fromkeys(key for one in found["indicators"] for key in one["periods"]))
    width = None if sys.stdout.isatty() else 110
    console = Console(width=width, highlight=False)
    title = say("screen.title", unit=(found["unit"] or [say("unit.unknown")])[0],
                rubric=found["rubric"])
    table = Table(title=Text(title), box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
    for heading in ("id", "wording"):
        table.add_column(say(f"table.{heading}"), no_wrap=heading == "id", ratio=None)
    for period in periods:
        table.add_column(period, no_wrap=True)
    table.add_column(say("table.proposed"), no_wrap=True)
    for one in found["indicators"]:
        wording = wordings.get(one["id"], "")
        table.add_row(
            one["id"], Text(wording[:22] + ("…" if len(wording) > 22 else "")),
            *(_sign(one["periods"].get(period)) for period in periods),
            say(f"proposed.{one['proposed']}"),
        )
    console.print(table)
    unread = [row for row in found["files"] if row["status"] in ("unread", "partly_read")]
    if unread:
        console.print(say("screen.unread", count=len(unread)), style="red")
        for row in unread:
            console.print(Text(f"  {row['path']}: {say('reason.' + row['reason'])}"))
    console.print(say("screen.only_proposed"))


def _sign(state: str | None) -> str:
    return say(f"state.{state}") if state else "—"
