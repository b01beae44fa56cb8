"""The season: plan, estimate, everything with text, the overview, then what has to be recognised.

The ledger on disk is the truth. Whatever ends a run, the next one does what is missing or changed:
a unit that stands costs it the hashing of its files.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO, Any, Protocol

import orjson

from pipeline.errors import InputError, OutputError, RubricError, ZuozhengError
from pipeline.ingest.confined.scratch import remove
from pipeline.language import chosen
from pipeline.rubric import calendar
from pipeline.rubric.load import available, load
from pipeline.screen.unit import note
from pipeline.season import overview, places, task, units
from pipeline.season.engine.local import Seen, Take
from pipeline.season.estimate import Estimate, check_room, estimate
from pipeline.store.ledger import StoreError
from pipeline.store.outputs import PART, alone, appended, prepare
from pipeline.store.season import COPIES, NAME, OUTPUTS, SeasonLedger

Row = dict[str, Any]
Engine = Callable[[Take, int, IO[bytes], Seen], Iterator[Row]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the user asks for. `spread`: the workers are processes of this machine, and a unit that
    is much of what is left may have several; `over`: the words that name a cluster, for the process
    that looks for copies; `command`: the words typed (`batch`, ROOT ...), kept to say how to go on,
    and shown on a terminal alone."""

    root: str
    out: str
    rubric: str
    workers: int
    ocr: str = "now"
    period: str | None = None
    model: Path | None = None
    retry: bool = False
    spread: bool = True
    over: tuple[str, ...] = ()
    command: tuple[str, ...] = ()


class Watch(Protocol):
    """Who is told how the run goes."""

    def planned(self, found: Estimate, notices: list[Row]) -> None:
        """Before anything is read."""

    def begins(self, recognising: bool, left: int) -> None:
        """A pass over so many units (recognising: pages) begins."""

    def seen(self, unit: str, done: int, total: int) -> None:
        """So many files of a unit are done."""

    def unit(self, unit: Row, answer: Row, last: bool) -> None:
        """A unit is done, as it stands in the ledger; `last`: it has no other turn to come."""

    def gathering(self) -> None:
        """The overview is being written."""


def run(asked: Asked, engine: Engine, watch: Watch,
        last: Callable[[SeasonLedger], int] = lambda ledger: 0) -> int:
    """Screen every unit below ROOT into OUT; what `last` makes of the ledger in the end.

    Raises InputError, RubricError, ModelError or OutputError before anything is done; later
    OutputError where OUT cannot be written any more (`disk_full`), WorkerError where the
    installation is broken or the cluster is gone. What was done stands in the ledger.
    """
    root, out = places.checked(asked.root), places.checked(asked.out)
    if not places.remote(root) and not places.remote(out) \
            and Path(out).resolve().is_relative_to(Path(root).resolve()):
        raise InputError("out_inside_folder", out=out, folder=root)
    calendar.years(load(asked.rubric).period if asked.period is None else asked.period)
    found, notices = units.found(root, asked.rubric, asked.period)
    versions = _versions(found, asked)
    try:
        with ExitStack() as held:
            at = held.enter_context(places.season(out))
            _check_place(at.folder, out)
            folder = prepare(at.folder).resolve()
            lock = held.enter_context(appended(folder / "run.log"))
            held.enter_context(alone(lock, folder))
            # Opened again: processes that inherit this one hold no lock when we are gone.
            log = held.enter_context(appended(folder / "run.log"))
            _clear_drafts(folder)
            ledger = held.enter_context(SeasonLedger(folder / NAME))
            moved = _same_season(ledger, asked, found)
            note(log, f"started: {asked.root!r} {asked.rubric} {len(found)} units")
            try:
                _Season(asked, at, out if places.remote(out) else str(folder), folder, ledger,
                        versions, engine, watch, log).whole(found, notices, moved)
            except BaseException as error:
                with suppress(OutputError, StoreError):
                    why = getattr(error, "key", type(error).__name__)
                    note(log, f"stopped: {why} {ledger.states()}")
                raise
            note(log, f"ended: {ledger.states()}")
            return last(ledger)
    except StoreError as error:
        full = "full" in str(error)
        raise OutputError("disk_full" if full else "output_unusable", out=out, why=error, free=0,
                          left="?") from None


def _check_place(folder: Path, out: str) -> None:
    """That no single unit was screened into OUT, whose files a season's would stand among."""
    if (folder / "ledger.sqlite").exists() and not (folder / NAME).exists():
        raise OutputError("season_out_taken", out=out)


def _same_season(ledger: SeasonLedger, asked: Asked, found: list[Row]) -> list[Row]:
    """Notices of what differs from the season that stands there, if it is the same one: the same
    rubric and years, and at least half of its units where the papers lie in another place.

    Raises OutputError `season_other`, before anything of it is changed."""
    header = ledger.header()
    if "root" not in header:
        return []
    rubric = load(asked.rubric)
    same = header["rubric_id"] == rubric.id
    stood = header["period"] or (rubric.period if same else "")
    period = asked.period or rubric.period
    root, names = _root(asked.root), {unit["name"] for unit in found}
    known = [unit["name"] for unit in ledger.units()]
    kept = sum(name in names for name in known)
    if same and calendar.years(stood) == calendar.years(period):
        if header["root"] == root:
            return []
        if 2 * kept >= len(known):
            return [{"key": "season_root_moved", "args": {"was": header["root"], "now": root}}]
    raise OutputError("season_other", out=asked.out,
                      was=" ".join(filter(None, (header["rubric_id"], stood, header["root"]))),
                      now=f"{rubric.id} {period} {root}")


def _root(root: str) -> str:
    return root.rstrip("/") if places.remote(root) else _crossing(str(Path(root).resolve()))


def _clear_drafts(folder: Path) -> None:
    """What a run that was killed had begun to write of the season."""
    for draft in folder.glob(".season.*"):
        if draft.is_dir() and not draft.is_symlink():
            remove(draft)
    for name in (*OUTPUTS, COPIES):
        for draft in folder.glob(f".{name}.*"):
            draft.unlink(missing_ok=True)


def _versions(found: list[Row], asked: Asked) -> dict[str, Row]:
    """What decides how units are read, by their rubric; a unit whose rubric is none has a problem.
    Raises RubricError for the one asked for, ModelError."""
    known: dict[str, Row] = {}
    for unit in found:
        name = unit["rubric"]
        if name not in known:
            try:
                known[name] = task.versions({"rubric": name, "model": _text(asked.model)})
            except RubricError as error:
                if name == asked.rubric:
                    raise
                problem = task.problem(error)
                if error.key == "rubric_unknown":  # what to do next is another thing in a table
                    problem["key"] = "unit_rubric_unknown"
                known[name] = {"problem": problem}
        unit["problem"] = unit["problem"] or known[name].get("problem")
    return known


def _found(rubric: str) -> str:
    """A rubric's id, or its file wherever a process stands."""
    return rubric if rubric in available() else str(Path(rubric).absolute())


def _crossing(word: str) -> str:
    """A word that the ledger can keep: a name that is no UTF-8 loses what is no letter."""
    return word.encode("utf-8", "replace").decode()


def _text(model: Path | None) -> str | None:
    return str(model.absolute()) if model else None


@dataclass(frozen=True, slots=True)
class _Season:
    """A season being done: `out` is where units' outputs go, `folder` where the season's own files
    are written."""

    asked: Asked
    at: places.Season
    out: str
    folder: Path
    ledger: SeasonLedger
    versions: dict[str, Row]
    engine: Engine
    watch: Watch
    log: IO[bytes]

    def whole(self, found: list[Row], notices: list[Row], moved: list[Row]) -> None:
        """Every pass there is to be, with the overview after each; `moved` is told on the terminal
        alone, as it says where on this machine papers are."""
        ledger, asked = self.ledger, self.asked
        told = estimate(found, ledger.done(), asked.workers, self.folder,
                        kept_here=not places.remote(self.out))
        header = ledger.header()
        going_on = header.get("as_of") and not header["gathered"]
        ledger.put_header({
            "rubric": asked.rubric, "period": asked.period, "ocr": asked.ocr,
            "model": task.model_of(_text(asked.model)),
            "as_of": header["as_of"] if going_on else date.today().isoformat(),
            "language": chosen(), "finished": False, "gathered": False,
            "root": _root(asked.root), "rubric_id": load(asked.rubric).id,
            "command": [_crossing(word) for word in asked.command],
        })
        # The largest first: one begun last would be waited for alone.
        gone = ledger.plan(sorted(found, key=lambda unit: (-unit["bytes"], unit["dir"])))
        if gone:
            notices = [*notices, {"key": "units_gone", "args": {
                "count": str(len(gone)), "names": units.some(gone)}}]
        ledger.put_header({"notices": notices})
        self.watch.planned(told, [*moved, *notices])
        for one in found:
            if one["problem"] and (unit := ledger.unit(one["dir"])):
                self.watch.unit(unit, {}, True)
        self._pass("never" if asked.ocr == "never" else "later", told.units)
        if asked.ocr == "now" and (pages := self._ask_again()):
            self._gather()
            self._pass("now", pages)
        ledger.put_header({"finished": True})
        self._gather()
        ledger.put_header({"gathered": True})
        self._keep()

    def _pass(self, ocr: str, left: int) -> None:
        """Every unit that has a turn, done and in the ledger."""
        self.watch.begins(ocr == "now", left)

        def take() -> Row | None:
            count, size = self.ledger.left()
            if count:
                check_room(self.folder, count)
            unit = self.ledger.next()
            if unit is None:
                return None
            self.ledger.started(unit["dir"])
            share = self.asked.workers * unit["bytes"] // max(size, 1) if self.asked.spread else 1
            return self._job(unit, ocr, max(1, share))

        answers = self.engine(take, self.asked.workers, self.log, self.watch.seen)
        try:
            for answer in answers:
                self._take(answer, ocr)
        finally:
            getattr(answers, "close", lambda: None)()

    def _take(self, answer: Row, ocr: str) -> None:
        problem = answer["problem"] or {}
        if problem.get("key") == "disk_full":
            count, _ = self.ledger.left()
            raise OutputError("disk_full", out=self.folder, free=0, left=count)
        if problem.get("key") == "output_unusable":
            prepare(self.folder)  # not this unit's folder alone, but all of OUT: that ends the run
        if answer["problem"]:
            answer["problem"] = self._placeless(answer["problem"])
        self.ledger.ended(answer["unit"], answer)
        self.at.let_go(answer["unit"])
        unit = self.ledger.unit(answer["unit"])
        assert unit is not None
        waits = ocr == "later" and self.asked.ocr == "now" and answer["state"] == "done" \
            and answer["summary"]["pages_to_recognise"] > 0
        self.watch.unit(unit, answer, not waits)

    def _placeless(self, problem: Row) -> Row:
        """A problem without where on this machine ROOT and OUT are: it is shown in outputs."""
        root = str(Path(self.asked.root).absolute())
        return {**problem, "args": {
            name: value.replace(f"{self.folder}/", "").replace(f"{root}/", "")
            for name, value in problem["args"].items()}}

    def _job(self, unit: Row, ocr: str, workers: int) -> Row:
        return {
            "unit": unit["dir"], "name": unit["name"], "names": unit["names"],
            "kind": unit["kind"], "county": unit["county"], "source": unit["source"],
            "out": places.within(self.out, "units", unit["dir"]), "rubric": _found(unit["rubric"]),
            "period": unit["period"], "ocr": ocr, "model": _text(self.asked.model),
            "workers": workers, "retry": self.asked.retry, "language": chosen(),
            "versions": self.versions[unit["rubric"]],
        }

    def _ask_again(self) -> int:
        """Give those a turn that have pages to recognise; how many pages.

        First the units with the most slots that only unread files leave open, the fewest pages
        first among equals: what reviewers ask for most is answered soonest.
        """
        order = []
        for unit in self.ledger.units():
            if unit["state"] == "done" and unit["summary"]["pages_to_recognise"]:
                summary = unit["summary"]
                open_slots = sum(slot["state"] == "unread" for entry in summary["entries"]
                                 for slot in entry["slots"])
                order.append((-open_slots, summary["pages_to_recognise"], unit["dir"]))
        self.ledger.again(dir for _, _, dir in sorted(order))
        return sum(pages for _, pages, _ in order)

    def _gather(self) -> None:
        """Copies across units (in a process of its own, for its memory), then the overview."""
        self.watch.gathering()
        self._keep()
        for unit in self.ledger.units():
            if unit["summary"]:
                for name in ("ledger.sqlite", PART):
                    self.at.unit(unit["dir"], name)
        done = subprocess.run(
            [sys.executable, "-P", "-m", "pipeline.season.copies", str(self.folder),
             *self.asked.over],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.log, check=False)
        if done.returncode:
            raise _told(done.stdout)
        overview.write(self.folder)
        self._keep()

    def _keep(self) -> None:
        self.at.keep(self.ledger.copy)


def _told(line: bytes) -> ZuozhengError:
    try:
        error = orjson.loads(line)
        return OutputError(error["key"], **error["args"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return OutputError("copies_failed")

