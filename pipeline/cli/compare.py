"""`zuozheng compare`: two seasons beside one another, for a re-inspection."""

from __future__ import annotations

import sys
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline.cli.frame import App
from pipeline.cli.season import NAMED, UNBOUND
from pipeline.language import say

Row = dict[str, Any]


def add_to(app: App) -> None:
    """Add the command."""

    def compare(
        earlier: Annotated[str, typer.Argument(metavar="EARLIER",
                                               help=say("help.compare_earlier"))],
        later: Annotated[str, typer.Argument(metavar="LATER", help=say("help.compare_later"))],
        out: Annotated[Path | None, typer.Option("--out", "-o", metavar="FILE", readable=False,
                                                 help=say("help.compare_out"))] = None,
        limit: Annotated[int, typer.Option(min=0, help=say("help.season_limit"))] = 50,
    ) -> int:
        from pipeline.season.compare import compared, targets, write

        targets(later, out)  # a place that cannot be is told before the work, not after
        with compared(earlier, later) as told:
            written = write(later, told, out)
            _show(told, limit)
        print(say("season.cli.written"), file=sys.stderr)
        for one in written:
            print(f"  {one}", file=sys.stderr)
        return 0

    app.command("compare", compare)


def _show(told: Row, limit: int) -> None:
    """The units, by their names, with what they gained, lost and kept."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from pipeline.report.season import words
    from pipeline.report.season.changes import APART, CHANGES

    piped = not sys.stdout.isatty()
    console = Console(width=UNBOUND if piped else None, highlight=False, markup=False)
    table = Table(
        title=Text(say("season.cli.compare_title", earlier=words.years(told["earlier"]["years"]),
                       later=words.years(told["later"]["years"]))),
        box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
    table.add_column(words.tell("unit"))
    for change in CHANGES:
        table.add_column(words.tell(f"change.{change}"), justify="right")
    table.add_column(words.tell("column.reused"), justify="right")
    units = told["units"]()
    for unit in islice(units, limit or None):
        reused = unit["reused"]
        table.add_row(Text(words.line(unit["name"])),
                      *(str(unit["counts"][change] or "") for change in CHANGES),
                      "?" if reused is None else str(len(reused) or ""))
    console.print(table)
    more = sum(1 for _ in units)
    if more:
        console.print(say("season.cli.compare_more", count=more))
    for key in APART:
        if told[key]:
            console.print(say("season.cli.apart", what=words.tell(f"compare.{key}"),
                              count=len(told[key])), soft_wrap=piped)
            listed = say("list.comma").join(map(words.line, told[key][:NAMED]))
            left = len(told[key]) - NAMED
            others = f" {words.tell('and_more', count=left)}" if left > 0 else ""
            console.print(Text(f"  {listed}{others}"), soft_wrap=piped)
    if told["changed_rubric"]:
        console.print(words.tell("compare.changed_rubric", count=told["changed_rubric"]),
                      style="red", soft_wrap=piped)
