"""season.xlsx: what season.html shows, as tables, whole. One way through the units fills all the
sheets, so that memory does not grow with them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipeline import __version__
from pipeline.report import printable
from pipeline.report.printable import named, safe
from pipeline.report.season import words
from pipeline.report.season.page import short
from pipeline.report.season.sheets import Book, Sheet, workbook
from pipeline.report.workbook import MOST_ROWS

Row = dict[str, Any]

_LATE = {"late": "bad", "unread": "u"}


def write_book(target: Path, told: Row, most: int = MOST_ROWS) -> None:
    """Write the workbook to `target`; no sheet has more than `most` rows under its heading."""
    with workbook(target, words.tell("title"), most) as book:
        _about(book, told)
        units = _sheet(book, "units", "unit", "kind", "county", "rubric", "state", "problem",
                       "next", "files", "unread_files", "pages", "pages_pending", "hours_left")
        matrices = {course["rubric"].id: _Matrix(book, course, len(told["rubrics"]) > 1)
                    for course in told["rubrics"]}
        _missing(book, told)
        unread = _sheet(book, "unread", "unit", "county", "kind", "reason", "files", "next")
        plans = _sheet(book, "plans", "unit", "indicator", "wording", "periods")
        _copies(book, told)
        _obligations(book, told)
        slots = _sheet(book, "slots", "unit", "county", "kind", "due", "requirement", "wording",
                       "period", "cadence", "standing", "first", "count", "need")
        owed = _sheet(book, "responsible", "named", "how", "indicator", "wording", "unit",
                      "proposed", "periods") if any(
                          course["responsible"] for course in told["rubrics"]) else None
        owes = _nobody(owed, told) if owed else {}
        courses = {course["rubric"].id: course for course in told["rubrics"]}
        for unit in told["units"]():
            name, kind, county = safe(unit["name"]), safe(unit["kind"]), safe(unit["county"])
            summary = unit["summary"]
            _unit(units, unit, (name, kind, county))
            if summary is None:
                continue
            course = courses[unit["rubric"]]
            matrices[unit["rubric"]].add((name, county, kind), summary)
            for reason, files in summary["unread"].items():
                unread.add(name, county, kind, named("reason", reason), files,
                           named("next", reason))
            for entry in summary["entries"]:
                if entry["planned_only"]:
                    plans.add(name, entry["id"], safe(course["wordings"].get(entry["id"], "")),
                              words.periods(entry["planned_only"]), looks={2: "wrapped"})
            _slots(slots, course, (name, county, kind), summary)
            if owed:
                _responsible(owed, owes.get(unit["dir"], []), course, name, summary)


def _sheet(book: Book, name: str, *columns: str) -> Sheet:
    return book.sheet(words.tell(f"sheet.{name}"), columns)


def _about(book: Book, told: Row) -> None:
    sheet = _sheet(book, "about", "what", "told")
    sheet.add(words.tell("about.notice"), words.tell("notice"), looks={1: "wrapped"})
    sheet.add(words.tell("as_of"), words.day(told["as_of"]))
    for course in told["rubrics"]:
        rubric = course["rubric"]
        sheet.add(words.tell("rubric"), f"{safe(rubric.title)} {safe(rubric.number)}".strip())
        for digest in course["digests"]:
            sheet.add(words.tell("about.version"), f"{rubric.id} {digest}")
    for row in told["unread"]:
        sheet.add(words.tell("unread.title"), words.tell(
            "about.unread", reason=named("reason", row["reason"]), files=row["files"],
            count=row["count"]))
    if told["sums"]["pages_pending"]:
        sums = told["sums"]
        sheet.add(words.tell("pending.title"), words.tell(
            "pending.told", pages=sums["pages_pending"], units=sums["units_pending"],
            hours=words.hours(sums["hours_left"])))
    sheet.add(words.tell("about.program"), f"zuozheng {__version__}")


def _unit(sheet: Sheet, unit: Row, about: tuple[str, str, str]) -> None:
    summary = unit["summary"]
    what, then = words.problem(unit["problem"])
    figures = [summary["files"], sum(summary["unread"].values()), summary["pages"],
               summary["pages_pending"], summary["hours_left"]] if summary else []
    sheet.add(*about, unit["rubric"] or "", words.state({**unit, "done": bool(summary)}), what,
              then, *figures, looks={5: "bad"})


class _Matrix:
    """The sheet units x indicators of one rubric."""

    def __init__(self, book: Book, course: Row, several: bool) -> None:
        items = course["rubric"].items
        self._items = [item.id for item in items]
        name = words.tell("sheet.matrix") + (f" {course['rubric'].id}"[:20] if several else "")
        self._sheet = book.sheet(name, ("unit", "county", "kind", *self._items), [
            *(words.tell(f"column.{one}") for one in ("unit", "county", "kind")),
            *(f"{item.id} {short(safe(item.wording))}" for item in items)])

    def add(self, about: tuple[str, str, str], summary: Row) -> None:
        entries = {entry["id"]: entry["proposed"] for entry in summary["entries"]}
        proposed = [entries.get(item) for item in self._items]
        self._sheet.add(*about, *(named("proposed", one) for one in proposed), looks={
            at: words.PROPOSALS[one] for at, one in enumerate(proposed, 3) if one})


def _missing(book: Book, told: Row) -> None:
    sheet = _sheet(book, "missing", "indicator", "requirement", "wording", "nothing", "unread_of",
                   "part", "performed", "asked", "rubric")
    for course in told["rubrics"]:
        for row in course["missing"]:
            sheet.add(row["indicator"], row["requirement"], safe(row["wording"]), row["nothing"],
                      row["unread"], row["part"], row["performed"], row["units"],
                      course["rubric"].id)


def _copies(book: Book, told: Row) -> None:
    sheet = _sheet(book, "copies", "cluster", "kind_of_copy", "text", "units", "earliest", "unit",
                   "path", "dated", "share", "passage")
    for number, cluster in enumerate((told["copies"] or {"clusters": []})["clusters"], 1):
        kind = words.tell(f"copies.kind.{cluster['kind']}")
        for member in cluster["members"]:
            sheet.add(number, kind, safe(cluster["text"]), cluster["units"],
                      words.day(cluster["earliest"]),
                      safe(told["names"].get(member["dir"], member["unit"])),
                      safe(member["path"]), words.day(member["dated"]),
                      words.share(member.get("share")), member.get("passage") or "",
                      looks={2: "wrapped", 6: "wrapped"})


def _obligations(book: Book, told: Row) -> None:
    sheet = _sheet(book, "calendar", "due", "requirement", "wording", "period", "cadence",
                   "owed_by", "came", "came_late", "late", "open", "unread_of", "rubric")
    for course in told["rubrics"]:
        for row in course["obligations"]:
            counts = row["counts"]
            sheet.add(row["due"], row["requirement"], safe(row["wording"]),
                      printable.slot_period(row["period"]), printable.cadence(row["cadence"]),
                      words.owed_by(row["owed_by"]),
                      *(counts[how] if row["owed_by"] == "unit" else None
                        for how in ("came", "came_late", "late", "open", "unread")), row["rubric"])


def _slots(sheet: Sheet, course: Row, about: tuple[str, str, str], summary: Row) -> None:
    for slot in course["slots"](summary):
        sheet.add(*about, slot["due"], slot["requirement"], safe(slot["wording"]),
                  printable.slot_period(slot["period"]), printable.cadence(slot["cadence"]),
                  words.tell(f"standing.{slot['standing']}"), slot["first"] or "", slot["count"],
                  slot["need"], looks={8: _LATE.get(slot["standing"], "")})


def _nobody(sheet: Sheet, told: Row) -> dict[str, list[Row]]:
    """The names that are no unit's, a row for each of their indicators; returns what each unit is
    named for."""
    owes: dict[str, list[Row]] = {}
    for course in told["rubrics"]:
        for row in course["responsible"]:
            how = words.tell(f"responsible.how.{row['how']}", count=len(row["units"]))
            its = {"named": safe(row["named"]), "how": how, "items": row["items"]}
            for dir in row["units"]:
                owes.setdefault(dir, []).append(its)
            for item in row["items"] if not row["units"] else ():
                sheet.add(its["named"], how, item, safe(course["wordings"].get(item, "")),
                          looks={3: "wrapped"})
    return owes


def _responsible(sheet: Sheet, owed: list[Row], course: Row, name: str, summary: Row) -> None:
    """What a unit is named for, and what has come of it."""
    entries = {entry["id"]: entry for entry in summary["entries"]}
    for row in owed:
        for item in row["items"]:
            if entry := entries.get(item):
                sheet.add(row["named"], row["how"], item, safe(course["wordings"].get(item, "")),
                          name, named("proposed", entry["proposed"]), words.signs(entry),
                          looks={3: "wrapped", 5: words.PROPOSALS[entry["proposed"]]})
