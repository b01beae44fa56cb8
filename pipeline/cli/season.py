"""`zuozheng season`: the overview of a season in the terminal."""

from __future__ import annotations

import sys
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
        from pipeline.store.season import SeasonLedger, checked

        with places.season(place, alone=False) as at:
            try:
                ledger_place = checked(at.folder)
            except InputError as error:
                raise InputError(error.key, season=place) from None
            # What lies in a store is written by the run alone: here is but a copy of it.
            if not places.remote(place) and overview.stale(at.folder):
                overview.write(at.folder)
            with SeasonLedger(ledger_place) as ledger:
                _show(overview.gathered(ledger, at.folder), place, county, kind, limit)
            print(say("season.cli.standing"), file=sys.stderr)
            for name in overview.OUTPUTS:
                if (at.folder / name).is_file():
                    print(f"  {place.rstrip('/')}/{name}", file=sys.stderr)
        return 0

    app.command("season", season)


def _show(told: Row, folder: str, county: str | None, kind: str | None, limit: int) -> None:
    from rich.console import Console
    from rich.text import Text

    from pipeline.report import printable
    from pipeline.report.season import words

    console = Console(width=None if sys.stdout.isatty() else 120, highlight=False, markup=False)
    shown = _table(console, told, county, kind, limit)
    if not shown:
        console.print(say("season.cli.no_match",
                          counties=_listed(told["counties"]), kinds=_listed(told["kinds"])))
    unread = sum(row["files"] for row in told["unread"])
    console.print(say("season.cli.sums", units=told["sums"]["units"], files=told["sums"]["files"],
                      unread=unread))
    for row in told["unread"]:
        console.print(Text(f"  {printable.named('reason', row['reason'])}: {row['files']}"))
    sums = told["sums"]
    if sums["pages_pending"]:
        console.print(words.tell("pending.told", pages=sums["pages_pending"],
                                 units=sums["units_pending"],
                                 hours=words.hours(sums["hours_left"])), style="red")
    late = sum(row["counts"]["late"] for course in told["rubrics"] for row in course["obligations"])
    if late:
        console.print(say("season.cli.late", date=words.day(told["as_of"]), count=late))
    for notice in told["notices"]:
        console.print(Text(" ".join(words.problem(notice, "notice"))), style="red")
    if told["problems"]:
        console.print(words.tell("problems.title"), style="red")
    for row in told["problems"][:NAMED]:
        what, then = words.problem(row["problem"])
        console.print(Text(f"  {printable.safe(row['name'])}: {what} {then}"))
    left = len(told["problems"][NAMED:]) + told["more_problems"]
    if left:
        console.print("  " + words.tell("and_more", count=left))
    _next(told, folder, unread)


def _table(console: Console, told: Row, county: str | None, kind: str | None, limit: int) -> int:
    """The units, by their names; returns how many there are to show."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from pipeline.report.printable import safe
    from pipeline.report.season import words

    several = len(told["rubrics"]) > 1
    table = Table(title=Text(say("season.cli.title", date=words.day(told["as_of"]))),
                  box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
    table.add_column(words.tell("unit"))
    for column in ("kind", "county", *(["rubric"] if several else [])):
        table.add_column(words.tell(f"column.{column}"), no_wrap=True)
    table.add_column(say("season.cli.cells"), no_wrap=True)
    table.add_column(say("season.cli.unread"), justify="right")
    table.add_column(say("season.cli.pending"), justify="right")
    found = (unit for unit in told["units"]()
             if county in (None, unit["county"]) and kind in (None, unit["kind"]))
    count = 0
    for unit in islice(found, limit or None):
        count += 1
        summary = unit["summary"]
        table.add_row(
            Text(safe(unit["name"]) + (" !" if unit["problem"] else "")), Text(safe(unit["kind"])),
            Text(safe(unit["county"])), *([unit["rubric"] or ""] if several else []),
            _cells(summary) if summary else Text(words.state(unit), style="red"),
            str(sum(summary["unread"].values()) or "") if summary else "",
            str(summary["pages_pending"] or "") if summary else "")
    if count:
        console.print(table)
        console.print(say("season.cli.legend"))
    more = sum(1 for _ in found)
    if more:
        console.print(say("season.cli.more", count=more))
    return count


def _cells(summary: Row) -> Any:
    from rich.text import Text

    line = Text()
    for entry in summary["entries"]:
        if entry["proposed"] != "context":
            line.append(SIGNS[entry["proposed"]], LOOKS.get(entry["proposed"], ""))
    return line


def _listed(found: list[tuple[str, int]]) -> str:
    from pipeline.report.printable import safe

    return say("list.comma").join(safe(name) for name, _ in found) or "–"


def _next(told: Row, folder: str, unread: int) -> None:
    """What to type next, as far as anything is open."""
    open_ones = not told["finished"] or told["sums"]["pages_pending"] or any(
        told["states"].get(state) for state in ("waiting", "started", "failed"))
    print(say("season.cli.next"), file=sys.stderr)
    if open_ones:
        print(f"  {say('season.cli.next_resume', season=folder)}", file=sys.stderr)
    if unread:
        print(f"  {say('season.cli.next_unread', season=folder)}", file=sys.stderr)
    print(f"  {say('season.cli.next_review', season=folder)}", file=sys.stderr)
