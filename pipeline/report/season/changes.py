"""compare.html and compare.xlsx: what units gained, lost and kept between two seasons."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from pipeline.report.printable import named, safe, slot_period
from pipeline.report.season import words
from pipeline.report.season.page import render
from pipeline.report.season.sheets import Book, Sheet, workbook
from pipeline.report.workbook import MOST_ROWS

Row = dict[str, Any]

CHANGES = ("gained", "lost", "kept", "lacking", "unsure")
TOLD = ("gained", "lost")
"""The changes that the page tells slot by slot; the others are counted there, and listed in the
workbook."""
APART = ("only_earlier", "only_later", "other_rubric", "unscreened", "twins")
"""Why a unit is not compared."""
PAPERS = 20


def write_changes(target: Path, kind: str, told: Row) -> None:
    """Write the comparison to `target`, as `html` or `xlsx`."""
    if kind == "html":
        render(target, "changes.html", rows=_units(told), changes=CHANGES, told_changes=TOLD,
               apart=[(key, told[key]) for key in APART if told[key]], **told)
    else:
        _book(target, told)


def _units(told: Row) -> Iterator[Row]:
    for unit in told["units"]():
        reused = unit["reused"]
        yield {
            **unit, "name": safe(unit["name"]),
            "href": words.report_of(unit["dir"]) if told["linked"] else "",
            "entries": [{**entry, "slots": [
                (change, list(_asked(entry[change], told["wordings"][unit["rubric"]])))
                for change in TOLD if entry[change]]}
                        for entry in unit["entries"]
                        if entry["was"] != entry["now"] or any(entry[one] for one in TOLD)],
            "reused": [_paper(paper) for paper in (reused or [])[:PAPERS]],
            "reused_count": len(reused or []), "unknown": reused is None,
        }


def _asked(slots: list[Row], wordings: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    """What is asked, and the periods of it: (id, wording, periods)."""
    for id, those in groupby(slots, key=lambda slot: str(slot["requirement"])):
        yield id, safe(wordings.get(id, "")), words.periods([slot["period"] for slot in those])


def _paper(paper: Row) -> Row:
    return {
        "path": safe(paper["path"]), "other": safe(paper["other"]),
        "how": words.tell(f"reused.{paper['how']}"), "changed": safe(paper["changed"]),
        "share": words.share(paper["share"]), "dated": words.day(paper["dated"]),
        "other_dated": words.day(paper["other_dated"]),
        "texts": [safe(passage["text"]) for passage in paper["passages"][:3]],
    }


def _book(target: Path, told: Row, most: int = MOST_ROWS) -> None:
    with workbook(target, words.tell("compare.title"), most) as book:
        units = _sheet(book, "units", "unit", "county", "kind", "rubric", *CHANGES, "reused")
        slots = _sheet(book, "changes", "unit", "indicator", "requirement", "period", "change",
                       "was", "now")
        papers = _sheet(book, "reused", "unit", "path", "dated", "how_reused", "changed", "share",
                        "other", "other_dated", "text")
        apart = _sheet(book, "apart", "unit", "why")
        for unit in told["units"]():
            name = safe(unit["name"])
            reused = unit["reused"]
            units.add(name, safe(unit["county"]), safe(unit["kind"]), unit["rubric"],
                      *(unit["counts"][change] for change in CHANGES),
                      words.tell("compare.no_ledger") if reused is None else len(reused))
            for entry in unit["entries"]:
                for change in CHANGES:
                    for slot in entry[change]:
                        slots.add(name, entry["id"], slot["requirement"],
                                  slot_period(slot["period"]), words.tell(f"change.{change}"),
                                  named("proposed", entry["was"]), named("proposed", entry["now"]),
                                  looks={4: {"gained": "v", "lost": "u"}.get(change, "")})
            for paper in map(_paper, reused or ()):
                papers.add(name, paper["path"], paper["dated"], paper["how"], paper["changed"],
                           paper["share"], paper["other"], paper["other_dated"],
                           "\n".join(paper["texts"]), looks={8: "wrapped"})
        for key in APART:
            for name in told[key]:
                apart.add(safe(name), words.tell(f"compare.{key}"))


def _sheet(book: Book, name: str, *columns: str) -> Sheet:
    return book.sheet(words.tell(f"sheet.{name}"), columns, [
        words.tell(f"change.{column}" if column in CHANGES else f"column.{column}")
        for column in columns])
