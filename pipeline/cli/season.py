"""`zuozheng season`: the overview of a season in the terminal."""

from __future__ import annotations

import shlex
import sys
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli.frame import App
from pipeline.language import say

if TYPE_CHECKING:
    from rich.console import Console

Row = dict[str, Any]

SIGNS = {"covered": "■", "partial": "▣", "missing": "□", "undetermined": "?",
         "beyond_documents": "△", "shown_only": "·", "context": "·"}
LOOKS = {"covered": "green", "partial": "yellow", "missing": "bright_black",
         "undetermined": "red"}
UNBOUND = 4000
"""Columns of what is piped: the lines are cut by whoever reads them."""
NAMED = 20
"""Units with a problem that are named; the others stand in season.html."""


def add_to(app: App) -> None:
    """Add the command."""

    def season(
        place: Annotated[str, typer.Argument(metavar="SEASON", help=say("help.season_folder"))],
        county: Annotated[str | None, typer.Option(help=say("help.season_county"))] = None,
        kind: Annotated[str | None, typer.Option(help=say("help.season_kind"))] = None,
        limit: Annotated[int, typer.Option(min=0, help=say("help.season_limit"))] = 50,
    ) -> int:
        from pipeline.errors import InputError
        from pipeline.season import overview, places
        from pipeline.store.season import OUTPUTS, SeasonLedger, being_done, checked

        with places.season(place, alone=False) as at:
            try:
                ledger_place = checked(at.folder)
                with SeasonLedger(ledger_place) as ledger:
                    if "as_of" not in ledger.header():
                        raise InputError("season_not_begun", season=place)
            except InputError as error:
                raise InputError(error.key, season=place) from None
            # What lies in a store is written by the run alone: here is but a copy of it.
            if not places.remote(place) and overview.stale(at.folder):
                overview.write(at.folder)
            with SeasonLedger(ledger_place) as ledger:
                told = overview.gathered(ledger, at.folder)
                _show(told, county, kind, limit)
                _next(told, ledger.header().get("command"), place, being_done(at.folder))
            print(say("season.cli.standing"), file=sys.stderr)
            for name in OUTPUTS:
                if (at.folder / name).is_file():
                    print(f"  {place.rstrip('/')}/{name}", file=sys.stderr)
        return 0

    app.command("season", season)


def _show(told: Row, county: str | None, kind: str | None, limit: int) -> None:
    from rich.console import Console
    from rich.text import Text

    from pipeline.report import printable
    from pipeline.report.season import words

    piped = not sys.stdout.isatty()
    console = Console(width=UNBOUND if piped else None, highlight=False, markup=False)
    told_line = partial(console.print, soft_wrap=piped)
    shown = _table(console, told, county, kind, limit)
    if not shown:
        told_line(say("season.cli.no_match",
                      counties=_listed(told["counties"]), kinds=_listed(told["kinds"])))
    sums = told["sums"]
    if not any(course["done"] for course in told["rubrics"]):
        told_line(say("season.cli.nothing_yet"), style="red")
    told_line(say("season.cli.sums", units=sums["units"], files=sums["files"],
                  unread=_unread(told)))
    for row in told["unread"]:
        told_line(Text(f"  {printable.named('reason', row['reason'])}: {row['files']}"))
    if sums["pages_pending"]:
        told_line(words.tell("pending.told", pages=sums["pages_pending"],
                             units=sums["units_pending"],
                             hours=words.hours(sums["hours_left"])), style="red")
    late = sum(row["counts"]["late"] for course in told["rubrics"] for row in course["obligations"])
    if late:
        told_line(say("season.cli.late", date=words.day(told["as_of"]), count=late))
    for notice in told["notices"]:
        told_line(Text(" ".join(words.problem(notice, "notice"))), style="red")
    if told["problems"]:
        told_line(words.tell("problems.title"), style="red")
    for row in told["problems"][:NAMED]:
        what, then = words.problem(row["problem"])
        told_line(Text(f"  {words.line(row['name'])}: {what} {then}"))
    left = len(told["problems"][NAMED:]) + told["more_problems"]
    if left:
        told_line("  " + words.tell("and_more", count=left))


def _unread(told: Row) -> int:
    return sum(row["files"] for row in told["unread"])


def _table(console: Console, told: Row, county: str | None, kind: str | None, limit: int) -> int:
    """The units, by their names; returns how many there are to show."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from pipeline.report.season import words

    several = len(told["rubrics"]) > 1
    table = Table(title=Text(say("season.cli.title", date=words.day(told["as_of"]))),
                  box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
    table.add_column(words.tell("unit"))
    for column in ("kind", "county", *(["rubric"] if several else [])):
        table.add_column(words.tell(f"column.{column}"))
    # Where the terminal is too narrow the signs go on in the next line: cut, they would say less.
    table.add_column(say("season.cli.cells"), overflow="fold")
    table.add_column(say("season.cli.unread"), justify="right")
    table.add_column(say("season.cli.pending"), justify="right")
    found = (unit for unit in told["units"]()
             if county in (None, unit["county"]) and kind in (None, unit["kind"]))
    count = 0
    for unit in islice(found, limit or None):
        count += 1
        summary = unit["summary"]
        table.add_row(
            Text(words.line(unit["name"]) + (" !" if unit["problem"] else "")),
            Text(words.line(unit["kind"])), Text(words.line(unit["county"])),
            *([unit["rubric"] or ""] if several else []),
            _cells(summary) if summary else Text(words.state(unit), style="red"),
            str(sum(summary["unread"].values()) or "") if summary else "",
            str(summary["pages_pending"] or "") if summary else "")
    if count:
        console.print(table)
        console.print(say("season.cli.legend"), soft_wrap=console.width == UNBOUND)
    more = sum(1 for _ in found)
    if more:
        console.print(say("season.cli.more", count=more), soft_wrap=console.width == UNBOUND)
    return count


def _cells(summary: Row) -> Any:
    from rich.text import Text

    line = Text()
    for entry in summary["entries"]:
        if entry["proposed"] != "context":
            line.append(SIGNS[entry["proposed"]], LOOKS.get(entry["proposed"], ""))
    return line


def _listed(found: list[tuple[str, int]]) -> str:
    from pipeline.report.season.words import line

    return say("list.comma").join(line(name) for name, _ in found) or "–"


def _next(told: Row, command: list[str] | None, folder: str, at_work: bool) -> None:
    """What to type next, as far as anything is open: whole commands, of this season's own words."""
    from pipeline.season.overview import again
    from pipeline.season.places import remote, within

    open_ones = not told["finished"] or told["sums"]["pages_pending"] or any(
        told["states"].get(state) for state in ("waiting", "started", "failed"))
    done = next((unit["dir"] for unit in told["units"]() if unit["summary"]), None)
    lines = []
    if at_work:
        print(say("season.cli.at_work"), file=sys.stderr)
    else:
        lines += [("next_resume", again(command, folder))] if open_ones else []
        lines += [("next_unread", again(command, folder, "--retry", "unread"))] \
            if _unread(told) else []
    if done is not None and not remote(folder):
        place = within(folder, "units", done)
        lines.append(("next_review", shlex.join(["zuozheng", "review", place])))
    if lines:
        print(say("season.cli.next"), file=sys.stderr)
    for key, line in lines:
        print(f"  {say(f'season.cli.{key}', command=line)}", file=sys.stderr)
