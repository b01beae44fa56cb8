"""Two seasons beside one another: what each unit gained, lost and kept since, and what it gave in
again.

Units are the same by their name alone. Slots are the same by their place in the period: the last
year of one season stands beside the last year of the other; what is due on a day stands beside the
same day. What could not be read in either season is said as such: it is neither gained nor lost.
"""

from __future__ import annotations

import tempfile
import unicodedata
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import orjson

from pipeline.errors import InputError, OutputError
from pipeline.report.season import write_changes
from pipeline.report.season.changes import APART, CHANGES
from pipeline.rubric.load import load
from pipeline.season.overview import again
from pipeline.season.places import Season, remote, season
from pipeline.store.ledger import checked as screened
from pipeline.store.outputs import placed
from pipeline.store.season import SeasonLedger, checked

Row = dict[str, Any]

KINDS = ("html", "xlsx")


def targets(later: str, out: Path | None = None) -> list[Path]:
    """Where a comparison is written: compare.html and compare.xlsx in the later season, or `out`.

    Raises InputError: compare_out (`out` names neither kind), compare_out_needed (the season is no
    local folder, and `out` is not given).
    """
    if out is None:
        if remote(later):
            raise InputError("compare_out_needed", later=later)
        return [Path(later) / f"compare.{kind}" for kind in KINDS]
    if out.suffix[1:] not in KINDS:
        raise InputError("compare_out", out=out)
    return [out]


def write(later: str, told: Row, out: Path | None = None) -> list[Path]:
    """Write what `compared` told to its `targets`. Raises as these do, and OutputError."""
    written = targets(later, out)
    for place in written:
        # Beside the later season's units the page leads to their reports.
        linked = not remote(later) and place.parent.resolve() == Path(later).resolve()
        try:
            with placed(place) as draft:
                write_changes(draft, place.suffix[1:], {**told, "linked": linked})
        except OSError as error:  # no place even for a draft
            raise OutputError("output_unusable", out=place, why=error.strerror or error) from None
    return written


@contextmanager
def compared(earlier: str, later: str) -> Iterator[Row]:
    """What the comparison of two seasons says, each a folder or a URL; `units` is to be called for
    its rows, one after another.

    Raises InputError: season_missing, season_format, season_broken, season_unfinished,
    compare_same, compare_order, compare_rubrics, those of `places`; RubricError.
    """
    if earlier == later or not (remote(earlier) or remote(later)) and (
            Path(earlier).resolve() == Path(later).resolve()):
        raise InputError("compare_same", season=later)
    with (season(earlier, alone=False) as old, season(later, alone=False) as new,
          _ledger(earlier, old) as before, _ledger(later, new) as after,
          tempfile.TemporaryFile() as kept):
        for ledger, place in ((before, earlier), (after, later)):
            header = ledger.header()
            if "as_of" not in header:
                raise InputError("season_not_begun", season=place)
            if not header.get("finished", True):
                raise InputError("season_unfinished", season=place, command=again(
                    header.get("command"), place))
        yield _gathered((earlier, before, old), (later, after, new), kept)


def _ledger(place: str, at: Season) -> SeasonLedger:
    """The ledger of the season that was given as `place` and is at hand as `at`."""
    try:
        return SeasonLedger(checked(at.folder))
    except InputError as error:
        raise InputError(error.key, season=place) from None


Side = tuple[str, SeasonLedger, Season]
"""A season as it was given, its ledger, its folder."""


def _gathered(first: Side, second: Side, kept: IO[bytes]) -> Row:
    (earlier, before, old), (later, after, new) = first, second
    known, twins = _known(before)
    here, more = _known(after)
    totals: Counter[str] = Counter()
    items: dict[tuple[str, str, str], Counter[str]] = {}
    apart: dict[str, list[str]] = {why: [] for why in APART}
    apart["twins"] = sorted({*twins, *more})
    pairs = changed_rubric = 0
    years: tuple[set[str], set[str]] = set(), set()
    for unit in after.units():
        if here[_plain(unit["name"])] != unit["dir"]:
            continue
        dir = known.pop(_plain(unit["name"]), None)
        was = before.unit(dir) if dir is not None else None
        if was is None:
            apart["only_later"].append(unit["name"])
            continue
        if not (unit["summary"] and was["summary"]):
            apart["unscreened"].append(unit["name"])
            continue
        if unit["summary"]["rubric"] != was["summary"]["rubric"]:
            apart["other_rubric"].append(unit["name"])
            continue
        if was["summary"]["period"][-1] > unit["summary"]["period"][-1]:
            raise InputError("compare_order", earlier=earlier, later=later)
        for known_years, one in zip(years, (was, unit), strict=True):
            known_years.update(one["summary"]["period"])
        row = _unit(was, unit)
        row["reused"] = _reused(old, new, was, unit)
        pairs += 1
        changed_rubric += was["versions"].get("rubric_sha256") != unit["versions"].get(
            "rubric_sha256")
        for entry in row["entries"]:
            counts = items.setdefault((row["rubric"], unit["rubric"], entry["id"]), Counter())
            for change in CHANGES:
                totals[change] += len(entry[change])
                counts[change] += bool(entry[change])
        kept.write(orjson.dumps(row) + b"\n")
    apart["only_earlier"] = sorted(unit["name"] for unit in before.units()
                                   if known.get(_plain(unit["name"])) == unit["dir"])
    if not pairs and apart["other_rubric"]:
        raise InputError("compare_rubrics", earlier=earlier, later=later)
    return {
        **{key: {"as_of": ledger.header()["as_of"], "years": sorted(of)} for key, ledger, of in zip(
            ("earlier", "later"), (before, after), years, strict=True)},
        "units": lambda: _read(kept), "pairs": pairs, "changed_rubric": changed_rubric,
        "totals": dict(totals), **_items(items), **apart,
    }


def _known(ledger: SeasonLedger) -> tuple[dict[str, str], list[str]]:
    """The directory of the unit of each name, and the other units of these names with the folder
    that each came from. Of several units of one name it is the one that was screened."""
    screened: dict[str, bool] = {}
    dirs: dict[str, str] = {}
    where: dict[str, str] = {}
    twins = []
    for unit in ledger.units():
        name, done = _plain(unit["name"]), bool(unit["summary"])
        told = f"{unit['name']} ({unit['source'].rstrip('/').rpartition('/')[2]})"
        if name in dirs:
            twins.append(where[name] if done and not screened[name] else told)
        if name not in dirs or done and not screened[name]:
            dirs[name], screened[name], where[name] = unit["dir"], done, told
    return dirs, twins


def _items(found: dict[tuple[str, str, str], Counter[str]]) -> Row:
    """{"items": by indicator, in the rubrics' order, how many units gained, lost ... anything of
    it; "wordings": those of the requirements, by rubric and id}."""
    rows, wordings = [], {}
    for id, named in sorted({(id, named) for id, named, _ in found}):
        rubric = load(named)
        rows += [{"rubric": id, "indicator": item.id, "wording": item.wording,
                  **found[id, named, item.id]}
                 for item in rubric.items if any(found.get((id, named, item.id), {}).values())]
        wordings[id] = {one.id: one.wording for item in rubric.items for one in item.requirements}
    return {"items": rows, "wordings": wordings}


def _read(kept: IO[bytes]) -> Iterator[Row]:
    kept.seek(0)
    for line in kept:
        yield orjson.loads(line)


def _unit(was: Row, unit: Row) -> Row:
    old, new = was["summary"], unit["summary"]
    shift = int(new["period"][-1]) - int(old["period"][-1])
    entries = []
    earlier = {entry["id"]: entry for entry in old["entries"]}
    for entry in new["entries"]:
        before = earlier.get(entry["id"])
        if before is None or entry["proposed"] in ("shown_only", "context"):
            continue
        entries.append({"id": entry["id"], "was": before["proposed"], "now": entry["proposed"],
                        **_slots(before["slots"], entry["slots"], shift)})
    return {"name": unit["name"], "dir": unit["dir"], "kind": unit["kind"],
            "county": unit["county"], "rubric": new["rubric"], "entries": entries,
            "counts": {change: sum(len(entry[change]) for entry in entries)
                       for change in CHANGES}}


def _slots(before: list[Row], now: list[Row], shift: int) -> dict[str, list[Row]]:
    """The slots of one indicator by what became of them: {"requirement", "period", "was"}, the
    period being the later season's."""
    found: dict[str, list[Row]] = {change: [] for change in CHANGES}
    old = {(slot["requirement"], shifted(slot["period"], shift)): slot for slot in before}
    for slot in now:
        was = old.get((slot["requirement"], slot["period"]))
        if was is not None:
            found[_change(was["state"], slot["state"])].append(
                {"requirement": slot["requirement"], "period": slot["period"],
                 "was": was["period"]})
    return found


def shifted(period: str, years: int) -> str:
    """The period that many years later; a day stays the day it is."""
    if len(period) == 10:
        return period
    if len(period) == 9:
        return f"{int(period[:4]) + years}-{int(period[5:]) + years}"
    return f"{int(period[:4]) + years}{period[4:]}"


def _change(was: str, now: str) -> str:
    if was == now == "performed":
        return "kept"
    if "unread" in (was, now):
        return "unsure"
    if now == "performed":
        return "gained"
    return "lost" if was == "performed" else "lacking"


def _reused(old: Season, new: Season, was: Row, unit: Row) -> list[Row] | None:
    """Papers of last time that were given in again; None where a ledger to look in is gone."""
    from pipeline.season.copies import reused

    sides = (old, was["dir"]), (new, unit["dir"])
    try:
        last, this = (screened(at.unit(dir, "ledger.sqlite").parent) for at, dir in sides)
        rows: list[Row] | None = reused(this, last, unit["name"])
    except InputError:
        rows = None
    for at, dir in sides:
        at.let_go(dir)
    return rows


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip()
