"""What is owed when, and what has come of it: the calendar of a season, and the units that a rubric
names as responsible.

A slot is due on the last day of its period. What came is told by the earliest date that its
counting evidence states, and what nobody could read is said as unread: neither late nor there.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pipeline.rubric.calendar import last_day, slot_periods
from pipeline.rubric.model import Indicator, Requirement, Rubric

Row = dict[str, Any]

Standing = Literal["came", "came_late", "late", "open", "unread"]
STANDINGS: tuple[Standing, ...] = ("came", "came_late", "late", "open", "unread")
NAMED = 100
"""Units that an entry of the calendar names; the whole list stands in season.xlsx."""


def standing(slot: Row, as_of: str) -> Standing:
    """How a slot of a unit stands on the day `as_of`.

    A date without a month or a day is late only if no day of it lies before the due one.
    """
    day = last_day(slot["period"])
    if slot["state"] == "performed":
        # As text, a month comes before its days and a year before its months.
        return "came_late" if slot["first"] and slot["first"] > day else "came"
    if slot["state"] == "unread":
        return "unread"
    return "late" if day < as_of else "open"


def binding(item: Indicator, duty: bool) -> set[str]:
    """The requirements of an item that are owed and not only looked for: the mandatory ones, of a
    duty without any all that the unit owes."""
    mine = [one for one in item.requirements if one.owed_by == "unit"]
    return {one.id for one in mine if one.mandatory} or {one.id for one in mine if duty}


def obligations(rubric: Rubric, asked: Sequence[str]) -> Iterator[Row]:
    """What is owed and has a day on which it is due, by the rubric's order: {"due", "period",
    "indicator", "requirement", "wording", "cadence", "owed_by"}.

    Of duties all but what stands always; of indicators what is asked for each half-year or quarter
    or by a day: evidence for a year as a whole is looked for when the year is assessed, and nobody
    hands it in by a day. What is only shown beside what is owed, and what no paper can settle, is
    no obligation and never late.
    """
    for place, item in enumerate(rubric.items):
        if item.beyond_documents:
            continue
        duty = place >= len(rubric.indicators)
        owed = binding(item, duty)
        for one in item.requirements:
            if not (_by_a_day(one.cadence) or duty and one.cadence != "standing"):
                continue
            if one.owed_by == "unit" and one.id not in owed:
                continue
            for period in slot_periods(one.cadence, tuple(asked), one.since):
                yield _obligation(item.id, one, period)


def _by_a_day(cadence: str) -> bool:
    return cadence in ("every half-year", "every quarter") or cadence.startswith("by ")


def _obligation(item: str, asked: Requirement, period: str) -> Row:
    return {"due": last_day(period), "period": period, "indicator": item, "requirement": asked.id,
            "wording": asked.wording, "cadence": asked.cadence, "owed_by": asked.owed_by}


@dataclass(slots=True)
class Calendar:
    """The obligations of one rubric over all its units, counted as the units go by."""

    rubric: Rubric
    asked: tuple[str, ...]
    as_of: str
    _rows: dict[tuple[str, str, str], Row] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        for row in obligations(self.rubric, self.asked):
            key = row["indicator"], row["requirement"], row["period"]
            self._rows[key] = {**row, "rubric": self.rubric.id, "counts": Counter(), "owing": [],
                               "unread": []}

    def slots(self, summary: Row) -> Iterator[Row]:
        """The dated slots of one unit: what is owed, with `standing`, `first`, `count`, `need`."""
        for entry in summary["entries"]:
            for slot in entry["slots"]:
                owed = self._rows.get((entry["id"], slot["requirement"], slot["period"]))
                if owed is not None and owed["owed_by"] == "unit":
                    yield {**{key: owed[key] for key in _TOLD}, "first": slot["first"],
                           "count": slot["count"], "need": slot["need"],
                           "standing": standing(slot, self.as_of), "state": slot["state"]}

    def count(self, unit: str, summary: Row) -> None:
        """Count what a unit owes; `unit` is its name as it is printed."""
        for slot in self.slots(summary):
            row = self._rows[slot["indicator"], slot["requirement"], slot["period"]]
            row["counts"][slot["standing"]] += 1
            kept = {"late": "owing", "open": "owing", "unread": "unread"}.get(slot["standing"])
            if kept and len(row[kept]) < NAMED:
                row[kept].append(unit)

    def rows(self) -> list[Row]:
        """Every obligation with its `counts` by standing and the units `owing` and `unread` (at
        most NAMED of each, in the order of counting); by day, then by the rubric's order."""
        return sorted(self._rows.values(), key=lambda row: row["due"])


_TOLD = ("due", "period", "indicator", "requirement", "wording", "cadence")


# --- who is named as responsible ------------------------------------------------------------------

_EACH = re.compile("各([^各、，,]*)")


def responsible(rubric: Rubric, units: Sequence[Row]) -> list[Row]:
    """Whom the rubric names as responsible, in its order: {"named", "how", "units", "items"}.

    `units` are those of the season screened by this rubric: {"dir", "name", "names", "kind"}.
    `how` says by what they were matched: `name` (the full name or a short form given for the unit),
    `kind` (各街道: the units of that kind), `all` (各单位), `none`. A name that merely resembles a
    unit's is matched to nobody: whose duty it is is no matter of likeness.
    """
    owed: dict[str, list[str]] = {}
    for item in rubric.items:
        for named in item.responsible:
            owed.setdefault(named, []).append(item.id)
    by_name: dict[str, list[str]] = {}
    for unit in units:
        for name in dict.fromkeys(map(_plain, (unit["name"], *unit["names"]))):
            by_name.setdefault(name, []).append(unit["dir"])
    rows = []
    for named, items in owed.items():
        how, found = "name", by_name.get(_plain(named), [])
        if not found:
            how, found = _each(named, units)
        rows.append({"named": named, "how": how, "units": found, "items": items})
    return rows


def _each(named: str, units: Sequence[Row]) -> tuple[str, list[str]]:
    """The units that 各街道, 区直各部门 or 各单位 mean."""
    kinds = [_plain(kind) for kind in _EACH.findall(named) if kind]
    if not kinds:
        return "none", []
    called = {*kinds, _plain(named).replace("各", "")}
    found = [unit["dir"] for unit in units if unit["kind"] and _plain(unit["kind"]) in called]
    if found:
        return "kind", found
    if any(kind.endswith(("单位", "部门")) for kind in kinds):
        return "all", [unit["dir"] for unit in units]
    ends = tuple(kind + more for kind in kinds for more in ("", "办事处", "办"))
    found = [unit["dir"] for unit in units if _plain(unit["name"]).endswith(ends)]
    return ("kind", found) if found else ("none", [])


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split())
