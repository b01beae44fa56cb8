"""The season at a glance: its ledger, unit by unit, gathered into what season.html, season.xlsx and
calendar.ics say.

Units stand in the order of their names, and nothing here counts one against another: what is
counted is counted by indicator, requirement, reason and day. The same ledger gives the same bytes.
"""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson

from pipeline.errors import InputError, OutputError, RubricError
from pipeline.privacy import mask
from pipeline.report.season import write_book, write_calendar, write_page
from pipeline.rubric.calendar import years
from pipeline.rubric.load import load
from pipeline.rubric.model import Rubric
from pipeline.season.owed import NAMED, Calendar, binding, responsible
from pipeline.store.ledger import Ledger, StoreError
from pipeline.store.outputs import placed
from pipeline.store.season import BOOK, CALENDAR, COPIES, NAME, OUTPUTS, PAGE, SeasonLedger

Row = dict[str, Any]

CLOSE = 12
"""Units up to which the page tells of each what it did of a responsible unit's indicators."""
CLUSTERS, MEMBERS = 100, 12
"""Clusters of copies, and papers of each, that the page shows; all stand in season.xlsx."""


def write(season: Path) -> list[Path]:
    """Write season.html, season.xlsx and calendar.ics into SEASON, each whole or not at all.

    Raises InputError (no ledger to read, season_not_begun), RubricError (a rubric that units were
    screened by is no longer to be found), OutputError.
    """
    with SeasonLedger(season / NAME) as ledger:
        told = gathered(ledger, season)
        for name, written in ((PAGE, write_page), (BOOK, write_book), (CALENDAR, write_calendar)):
            try:
                with placed(season / name) as draft:
                    written(draft, told)
            except OSError as error:  # no place even for a draft
                raise OutputError("output_unusable", out=season / name,
                                  why=error.strerror or error) from None
    return [season / name for name in OUTPUTS]


def again(command: list[str] | None, season: str, *more: str) -> str:
    """The line that goes on with a season: the words of its last run and `more`, quoted for a
    shell; in general terms where an earlier version kept none."""
    words = command or ["batch", "ROOT", "--rubric", "RUBRIC", "--out", season]
    return shlex.join(["zuozheng", *words, *(() if set(more) <= set(words) else more)])


def stale(season: Path) -> bool:
    """Whether an output is missing, or older than what it is made from."""
    made_from = [season / NAME, season / f"{NAME}-wal", season / COPIES]
    newest = max((one.stat().st_mtime for one in made_from if one.is_file()), default=0.0)
    return any(not (season / name).is_file() or (season / name).stat().st_mtime < newest
               for name in OUTPUTS)


def gathered(ledger: SeasonLedger, season: Path) -> Row:
    """What the outputs say, plain: figures over all units, and `units`, to be called for the units
    one after another (their `summary` with them). The ledger is read again and again, so that
    10,000 summaries never stand in memory at once."""
    header = ledger.header()
    if "as_of" not in header:  # the run that made it was refused before its first unit
        raise InputError("season_not_begun", season=season)
    courses, units = _courses(ledger, header)
    by_id = {course.rubric.id: course for course in courses.values()}
    told = _Told()
    for unit in _units(ledger, courses):
        told.count(unit)
        if unit["summary"]:
            by_id[unit["rubric"]].count(unit)
    return {
        "as_of": header["as_of"], "finished": header.get("finished", True),
        "notices": header.get("notices", []),
        "units": lambda: _units(ledger, courses),
        "names": {unit["dir"]: unit["name"] for unit in units},
        "kinds": _named(units, "kind"), "counties": _named(units, "county"),
        "states": dict(told.states), "sums": told.sums, "statuses": dict(told.statuses),
        "unread": told.unread(), "problems": told.problems, "more_problems": told.more_problems,
        "rubrics": [by_id[id].told() for id in sorted(by_id)],
        "copies": _copies(season, {unit["dir"] for unit in units}),
    }


_ABOUT = ("dir", "name", "names", "kind", "county", "rubric")


def _units(ledger: SeasonLedger, courses: dict[str, _Course]) -> Iterator[Row]:
    """The units, each with the id of its rubric; what was found by another rubric than the one it
    is asked by now is not told."""
    for unit in ledger.units():
        course = courses.get(unit["rubric"])
        id = course.rubric.id if course else None
        summary = unit["summary"]
        if summary and summary["rubric"] != id:
            summary = None
        yield {**unit, "rubric": id, "summary": summary}


def _courses(ledger: SeasonLedger, header: Row) -> tuple[dict[str, _Course], list[Row]]:
    """What is counted by each rubric, by every name that units have for it; and the units without
    their summaries. Where no unit is done yet, the years are those that it is asked for."""
    units: list[Row] = []
    found: dict[str, set[str]] = {}
    digests: dict[str, set[str]] = {}
    needed = set()
    for unit in ledger.units():
        units.append({key: unit[key] for key in _ABOUT})
        if unit["summary"]:
            name = unit["rubric"]
            found.setdefault(name, set()).update(unit["summary"]["period"])
            digests.setdefault(name, set()).add((unit["versions"] or {}).get("rubric_sha256", ""))
            if not unit["problem"]:
                needed.add(name)
    rubrics: dict[str, Rubric] = {}
    for name in sorted({unit["rubric"] for unit in units if unit["rubric"]}):
        try:
            rubrics[name] = load(name)
        except RubricError:
            if name in needed:  # of the others the ledger says that they have this problem
                raise
    courses: dict[str, _Course] = {}
    for one in sorted({rubric.id for rubric in rubrics.values()}):
        called = [name for name, rubric in rubrics.items() if rubric.id == one]
        rubric = rubrics[called[0]]
        asked = tuple(sorted(set().union(*(found.get(name, ()) for name in called))))
        asked = asked or years(header.get("period") or rubric.period)
        its = [unit for unit in units if unit["rubric"] in called]
        course = _Course(rubric, asked, header["as_of"], its,
                         sorted(set().union(*(digests.get(name, ()) for name in called))))
        courses |= dict.fromkeys(called, course)
    return courses, units


def _named(units: list[Row], key: str) -> list[tuple[str, int]]:
    """The kinds or counties there are, by name, and how many units each has."""
    return sorted(Counter(unit[key] for unit in units if unit[key]).items())


class _Told:
    """What is counted over all units, whatever their rubric."""

    def __init__(self) -> None:
        self.states: Counter[str] = Counter()
        self.statuses: Counter[str] = Counter()
        self.sums: Row = dict.fromkeys(
            ("units", "files", "bytes", "pages", "pages_pending", "units_pending"), 0
        ) | {"hours_left": 0.0}
        self.problems: list[Row] = []
        self.more_problems = 0
        self._files: Counter[str] = Counter()
        self._units: dict[str, list[str]] = {}
        self._unit_counts: Counter[str] = Counter()

    def count(self, unit: Row) -> None:
        summary = unit["summary"] or {}
        self.states[unit["state"]] += 1
        self.sums["units"] += 1
        for key in ("files", "bytes", "pages", "pages_pending", "hours_left"):
            self.sums[key] += summary.get(key, 0)
        self.sums["units_pending"] += bool(summary.get("pages_pending"))
        self.statuses.update(summary.get("statuses", {}))
        if unit["problem"]:
            if len(self.problems) < 2 * NAMED:
                self.problems.append({key: unit[key] for key in ("dir", "name", "state", "problem")}
                                     | {"done": bool(summary),
                                        "before": bool(summary) and unit["state"] != "done"})
            else:
                self.more_problems += 1
        for reason, files in summary.get("unread", {}).items():
            self._files[reason] += files
            self._unit_counts[reason] += 1
            named = self._units.setdefault(reason, [])
            if len(named) < NAMED:
                named.append(unit["dir"])

    def unread(self) -> list[Row]:
        """Unread files by reason, most files first: {"reason", "files", "count", "units"}."""
        return [{"reason": reason, "files": files, "count": self._unit_counts[reason],
                 "units": self._units[reason]}
                for reason, files in sorted(self._files.items(), key=lambda row: (-row[1], row[0]))]


class _Course:
    """What is counted over the units that one rubric is asked of."""

    def __init__(self, rubric: Rubric, asked: tuple[str, ...], as_of: str, units: list[Row],
                 digests: list[str]) -> None:
        self.rubric, self.asked, self.digests = rubric, asked, digests
        self.units = len(units)
        self.done = 0
        self.calendar = Calendar(rubric, asked, as_of)
        self.responsible = [{**row, "counts": {item: Counter() for item in row["items"]},
                             "told": []} for row in responsible(rubric, units)]
        self._owes: dict[str, list[Row]] = {}
        for row in self.responsible:
            for dir in row["units"]:
                self._owes.setdefault(dir, []).append(row)
        self._wordings = {item.id: item.wording for item in rubric.items} | {
            asked.id: asked.wording for item in rubric.items for asked in item.requirements}
        self._found: dict[tuple[str, str], Counter[str]] = {}
        self._plans: dict[str, Row] = {}

    def count(self, unit: Row) -> None:
        summary = unit["summary"]
        self.done += 1
        self.calendar.count(unit["name"], summary)
        entries = {entry["id"]: entry for entry in summary["entries"]}
        for entry in summary["entries"]:
            self._count_missing(entry)
            if entry["planned_only"]:
                plan = self._plans.setdefault(entry["id"], {"count": 0, "units": []})
                plan["count"] += 1
                if len(plan["units"]) < NAMED:
                    plan["units"].append((unit["dir"], entry["planned_only"]))
        for row in self._owes.get(unit["dir"], ()):
            its = {item: entries[item] for item in row["items"] if item in entries}
            for item, entry in its.items():
                row["counts"][item][entry["proposed"]] += 1
            if len(row["units"]) <= CLOSE:
                row["told"].append((unit["dir"], {
                    item: {"proposed": entry["proposed"], "periods": entry["periods"]}
                    for item, entry in its.items()}))

    def _count_missing(self, entry: Row) -> None:
        """How a unit stands to each requirement: what is unread is not missing."""
        if entry["proposed"] in ("shown_only", "context"):
            return
        states: dict[str, set[str]] = {}
        for slot in entry["slots"]:
            states.setdefault(slot["requirement"], set()).add(slot["state"])
        if not states:
            states[entry["id"]] = set(entry["periods"].values())
        for requirement, found in states.items():
            how = "unread" if found & {"unread"} else "part"
            if len(found) == 1:
                how = {"planned": "part"}.get(*found, *found)
            elif found & {"performed", "planned"}:
                how = "part"
            self._found.setdefault((entry["id"], requirement), Counter())[how] += 1

    def told(self) -> Row:
        """All of it, plain."""
        beyond = {item.id for item in self.rubric.items if item.beyond_documents}
        owed = set().union(*(binding(item, item in self.rubric.duties) | {item.id}
                             for item in self.rubric.items))
        missing: list[Row] = [
            {"indicator": item, "requirement": requirement, "beyond": item in beyond,
             "owed": requirement in owed,
             "wording": self._wordings.get(requirement, ""), "units": counts.total(),
             **{how: counts[how] for how in ("nothing", "unread", "part", "performed")}}
            for (item, requirement), counts in self._found.items()]
        places = {item.id: place for place, item in enumerate(self.rubric.items)}
        missing.sort(key=lambda row: (-row["nothing"], places.get(row["indicator"], len(places)),
                                      row["requirement"]))
        return {
            "rubric": self.rubric, "asked": self.asked, "digests": self.digests,
            "units": self.units, "done": self.done, "missing": missing,
            "plans": [{"indicator": item, "wording": self._wordings.get(item, ""),
                       **self._plans[item]}
                      for item in sorted(self._plans, key=lambda id: (places.get(id, 999), id))],
            "responsible": self.responsible, "wordings": self._wordings,
            "obligations": self.calendar.rows(), "slots": self.calendar.slots,
        }


_CLUSTER = {"kind", "text", "members", "earliest", "units"}
_MEMBER = {"dir", "unit", "path", "dated"}


def _copies(season: Path, dirs: set[str]) -> Row | None:
    """copies.json with the names of the places where a reader finds each paper; None without it."""
    place = season / COPIES
    if not place.is_file():
        return None
    try:
        told: Row = orjson.loads(place.read_bytes())
        clusters = list(told["clusters"])
        whole = all(cluster.keys() >= _CLUSTER and all(
            member.keys() >= _MEMBER for member in cluster["members"]) for cluster in clusters)
    except (ValueError, KeyError, TypeError, AttributeError):
        whole = False
    if not whole:
        return {"clusters": [], "broken": True}

    @lru_cache(maxsize=256)
    def numbers(dir: str) -> dict[str, int]:
        return _numbers(season / "units" / dir / "ledger.sqlite")

    for cluster in clusters[:CLUSTERS]:
        for member in cluster["members"][:MEMBERS]:
            if member["dir"] in dirs:
                member["file"] = numbers(member["dir"]).get(member["path"])
    return told | {"broken": False, "shown": (CLUSTERS, MEMBERS)}


def _numbers(place: Path) -> dict[str, int]:
    """The number of each paper in its unit's report.html, by its masked path."""
    if not place.is_file():
        return {}
    try:
        with Ledger(place) as ledger:
            return {mask(file["path"]): number for number, file in enumerate(ledger.files(), 1)}
    except StoreError:
        return {}
