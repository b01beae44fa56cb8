"""The ledger of a season: per unit what was asked, what was done with which versions, what is left.

An SQLite file in SEASON that outlives the run. Every row is committed as it is written: a process
that is killed loses nothing, a machine that dies loses its last moments, which are done again.
What a unit's files said stands in the unit's own ledger; here is what an overview needs of it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from pipeline.errors import InputError, OutputError
from pipeline.store.outputs import alone

Row = dict[str, Any]

NAME = "season.sqlite"
PAGE, BOOK, CALENDAR, COPIES = "season.html", "season.xlsx", "calendar.ics", "copies.json"
OUTPUTS = (PAGE, BOOK, CALENDAR)
"""What people open; they stand beside the ledger, as do the copies they are made from."""
TEMPLATES = "templates"
"""A folder that people may put beside it: what everybody is told to write."""
FORMAT = 1
"""Of the tables; the ledger of another format is not read."""

_TABLES = """
CREATE TABLE header (key TEXT PRIMARY KEY, value BLOB NOT NULL);
CREATE TABLE unit (
    dir TEXT PRIMARY KEY, name TEXT NOT NULL, state TEXT NOT NULL, bytes INTEGER NOT NULL,
    turn INTEGER, plan BLOB NOT NULL, problem BLOB, result BLOB
);
CREATE INDEX unit_turn ON unit (turn, state, bytes);
"""
PLANNED = ("kind", "county", "source", "rubric", "names", "period", "bytes", "files")
RESULT = ("key", "versions", "opened", "recognised", "seconds", "summary")


class SeasonLedger:
    """The season's ledger at `place`, made if it is not there.

    Raises InputError: season_format (another version's), season_broken (no ledger, or damaged);
    OutputError: output_unusable.
    """

    def __init__(self, place: Path, fresh: bool = False) -> None:
        if fresh:
            for one in (place, *(place.with_name(place.name + end) for end in ("-wal", "-shm"))):
                one.unlink(missing_ok=True)
        try:
            self._base = sqlite3.connect(place, isolation_level=None)
            self._base.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;")
            made = self._format()
            if not made:
                with _Transaction(self._base):
                    made = self._format()  # somebody else may have been first
                    for statement in () if made else _TABLES.split(";"):
                        self._base.execute(statement)
                    if not made:
                        self._base.execute(f"PRAGMA user_version={FORMAT}")
                place.chmod(0o600)
        except sqlite3.OperationalError as error:
            raise OutputError("output_unusable", out=place, why=str(error)) from None
        except sqlite3.DatabaseError:
            raise InputError("season_broken", season=place.parent) from None
        if self._format() != FORMAT:
            self._base.close()
            raise InputError("season_format", season=place.parent)

    def __enter__(self) -> SeasonLedger:
        return self

    def __exit__(self, *_: object) -> None:
        self._base.close()

    def _format(self) -> int:
        (made,) = self._base.execute("PRAGMA user_version").fetchone()
        return int(made)

    # --- header -------------------------------------------------------------------------------

    def put_header(self, header: Mapping[str, Any]) -> None:
        """What stands above all units; a key that is given replaces what it said."""
        rows = [(key, orjson.dumps(value)) for key, value in header.items()]
        with self._whole():
            self._base.executemany("INSERT OR REPLACE INTO header VALUES (?, ?)", rows)

    def header(self) -> Row:
        """What `put_header` was given."""
        rows = self._base.execute("SELECT key, value FROM header ORDER BY rowid")
        return {key: orjson.loads(value) for key, value in rows}

    # --- the plan -----------------------------------------------------------------------------

    def plan(self, units: Iterable[Row]) -> list[str]:
        """What this run is to do: {"dir", "name", "kind", "county", "source", "rubric", "names",
        "period", "bytes", "files", "problem"} each, in the order in which their turn comes.

        What was done of those that stay is kept; the others are forgotten (their folders stay):
        the names of these. A unit with a problem fails here and gets no turn.
        """
        kept = set()
        with self._whole():
            self._base.execute("UPDATE unit SET state='waiting' WHERE state='started'")
            for turn, unit in enumerate(units):
                kept.add(unit["dir"])
                problem = unit["problem"]
                self._base.execute(
                    "INSERT INTO unit VALUES (?, ?, ?, ?, ?, ?, ?, NULL) ON CONFLICT (dir) DO "
                    "UPDATE SET name=excluded.name, bytes=excluded.bytes, turn=excluded.turn, "
                    "plan=excluded.plan, problem=ifnull(excluded.problem, problem), "
                    "state=iif(excluded.problem IS NULL, state, excluded.state)",
                    (unit["dir"], unit["name"], "failed" if problem else "waiting", unit["bytes"],
                     None if problem else turn, orjson.dumps({key: unit[key] for key in PLANNED}),
                     orjson.dumps(problem) if problem else None))
            gone = [row for row in self._base.execute("SELECT dir, name FROM unit")
                    if row[0] not in kept]
            self._base.executemany("DELETE FROM unit WHERE dir=?", ((dir,) for dir, _ in gone))
        return sorted(name for _, name in gone)

    def again(self, dirs: Iterable[str]) -> None:
        """Give these units a turn, in this order (the pass that recognises)."""
        with self._whole():
            self._base.executemany("UPDATE unit SET turn=? WHERE dir=?", enumerate(dirs))

    def next(self) -> Row | None:
        """The unit whose turn it is, as `unit` gives it; its turn is over."""
        row = self._base.execute(
            "SELECT dir FROM unit WHERE turn IS NOT NULL ORDER BY turn LIMIT 1").fetchone()
        if row is None:
            return None
        self._base.execute("UPDATE unit SET turn=NULL WHERE dir=?", row)
        return self.unit(row[0])

    def left(self) -> tuple[int, int]:
        """The units whose turn is still to come or that are being done, and their bytes."""
        found: tuple[int, int] = self._base.execute(
            "SELECT count(*), coalesce(sum(bytes), 0) FROM unit "
            "WHERE turn IS NOT NULL OR state='started'").fetchone()
        return found

    # --- what was done ------------------------------------------------------------------------

    def started(self, dir: str) -> None:
        """Before a unit is begun: it stands as started until its answer replaces that."""
        self._base.execute("UPDATE unit SET state='started' WHERE dir=?", (dir,))

    def ended(self, dir: str, answer: Mapping[str, Any]) -> None:
        """A unit's answer. A failed one leaves what stood before, marked with the problem; one
        that found all unchanged leaves what it cost then."""
        problem = orjson.dumps(answer["problem"]) if answer.get("problem") else None
        if answer["state"] != "done":
            self._base.execute("UPDATE unit SET state=?, problem=? WHERE dir=?",
                               (answer["state"], problem, dir))
            return
        result = {key: answer.get(key) for key in RESULT}
        if answer.get("unchanged"):
            old = (self.unit(dir) or {})
            result |= {key: old[key] for key in ("opened", "recognised", "seconds")
                       if old.get(key) is not None}
        self._base.execute("UPDATE unit SET state='done', problem=?, result=? WHERE dir=?",
                           (problem, orjson.dumps(result), dir))

    # --- reading ------------------------------------------------------------------------------

    def units(self) -> Iterator[Row]:
        """Every unit by the code points of its name: {"dir", "name", "kind", "county", "source",
        "rubric", "names", "period", "bytes", "files", "state", "problem", "key", "versions",
        "opened", "recognised", "seconds", "summary"}; the last six None while nothing is done."""
        dirs = [dir for (dir,) in self._base.execute("SELECT dir FROM unit ORDER BY name, dir")]
        for dir in dirs:
            unit = self.unit(dir)
            if unit is not None:
                yield unit

    def unit(self, dir: str) -> Row | None:
        """One unit, as `units` gives it."""
        row = self._base.execute(
            "SELECT dir, name, state, plan, problem, result FROM unit WHERE dir=?", (dir,)
        ).fetchone()
        if row is None:
            return None
        dir, name, state, plan, problem, result = row
        return {
            "dir": dir, "name": name, **orjson.loads(plan), "state": state,
            "problem": orjson.loads(problem) if problem else None,
            **dict.fromkeys(RESULT), **(orjson.loads(result) if result else {}),
        }

    def done(self) -> dict[str, tuple[int, int]]:
        """The units that are done: (files, bytes) by their directory."""
        rows = self._base.execute(
            "SELECT dir, json_extract(CAST(plan AS TEXT), '$.files'), bytes FROM unit "
            "WHERE state='done'")
        return {dir: (files, size) for dir, files, size in rows}

    def copy(self, place: Path) -> None:
        """All of it as it stands now, as a file of its own."""
        other = sqlite3.connect(place)
        try:
            self._base.backup(other)
        finally:
            other.close()

    def states(self) -> dict[str, int]:
        """How many units have which state."""
        return dict(self._base.execute("SELECT state, count(*) FROM unit GROUP BY state"))

    def _whole(self) -> _Transaction:
        return _Transaction(self._base)


class _Transaction:
    """All that is written inside stands, or none of it."""

    def __init__(self, base: sqlite3.Connection) -> None:
        self._base = base

    def __enter__(self) -> None:
        self._base.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: object, *_: object) -> None:
        self._base.execute("ROLLBACK" if kind else "COMMIT")


def being_done(season: Path) -> bool:
    """Whether a run is at work in this folder at this moment; what stands as started in its ledger
    while none is was broken off. Of a season in a store the copy says nothing of that: False."""
    try:
        with (season / "run.log").open("r+b") as log, alone(log, season):
            return False
    except OutputError:
        return True
    except OSError:
        return False


def checked(season: Path) -> Path:
    """The ledger of a season that was begun. Raises InputError: season_missing (there is none),
    season_format, season_broken."""
    place = season / NAME
    if not place.is_file():
        raise InputError("season_missing", season=season)
    with SeasonLedger(place):
        return place
