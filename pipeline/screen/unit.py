"""One unit, the whole way: a submission folder and a rubric in, proposed coverage out."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import IO, Any, Literal

import orjson

from pipeline import __version__, describe, integrity, report
from pipeline.cover import Found, Paper, Tally, Unread
from pipeline.errors import (
    EXIT_ALL_READ,
    EXIT_SOME_UNREAD,
    InputError,
    OutputError,
    Unreadable,
)
from pipeline.evidence import Coverage, Stage
from pipeline.ingest import archive
from pipeline.ingest.confined.scratch import folder_of_its_own
from pipeline.ingest.version import version
from pipeline.language import chosen, say
from pipeline.report.reason import filled
from pipeline.rubric import calendar
from pipeline.rubric.load import digest, load
from pipeline.rubric.model import Indicator, Rubric
from pipeline.screen.paper import RANK
from pipeline.screen.reading import PASSING, Reading, Seen
from pipeline.screen.rows import flag_row
from pipeline.screen.scanned import DOUBTFUL, SECONDS_A_PAGE
from pipeline.store import season
from pipeline.store.cache import Cache
from pipeline.store.ledger import Ledger, StoreError
from pipeline.store.outputs import alone, appended, clear_drafts, placed, prepare
from pipeline.tag.folder import About, about
from pipeline.tag.quality import stored
from pipeline.tag.themes import themes

Row = dict[str, Any]
Ocr = Literal["now", "later", "never"]


@dataclass(frozen=True, slots=True)
class Screened:
    """What came of it: the rubric, the statuses counted, the outputs, the exit code to end with."""

    rubric: Rubric
    statuses: dict[str, int]
    outputs: tuple[Path, ...]
    exit_code: int
    opened: int
    """Files that were opened; the others were known by their bytes."""
    recognised: int
    """Pages of pictures that were recognised."""
    unchanged: bool = False
    """Whether the last run had said it all already, and was left alone."""


def screen(folder: Path, rubric: str | Rubric, out: Path, *, period: str | None = None,
           names: Sequence[str] = (), workers: int | None = None, ocr: Ocr = "now",
           model: Path | About | None = None, again: bool = True,
           seen: Seen = lambda done, total, path: None) -> Screened:
    """Screen one submission, a folder or an archive, and write coverage.json, report.html and
    coverage.xlsx into OUT.

    `ocr`: pages that are pictures are recognised `now` (after everything with text), `later` (by a
    run that says `now`) or `never`. `model`: the folder of a trained model; None: the one shipped.
    A run that would say what the last one said leaves it alone; without `again` also where some
    files were not read for a reason that may have passed, which are else read again.
    Raises InputError, RubricError, ModelError or OutputError before anything is written; a file
    that cannot be read is an entry of the result, never an error.
    """
    rubric = load(rubric) if isinstance(rubric, str) else rubric
    trained = model if isinstance(model, About) else about(model)
    asked = calendar.years(rubric.period if period is None else period)
    entries = list_folder(folder, out)
    home, name = folder.resolve(), archive.shown(folder.resolve().name)
    if not folder.is_dir():
        home, name = home.parent, archive.title(name)
    unit = describe.unit_of(name, tuple(one for one in names if one.strip()))
    # The rubric crosses as it was checked: no worker reads a file that may change meanwhile.
    setup = {"rubric": rubric.model_dump(mode="json", exclude_none=True),
             "model": {"path": str(trained.path), "sha256": trained.sha256},
             "unit": list(unit.names), "asked": list(asked), "ocr": ocr}
    if (out / season.NAME).exists():
        raise OutputError("out_is_season", out=out)
    # Programs that readers start stand in folders of their own: no path may be a relative one.
    out = prepare(out).resolve()
    with appended(out / "run.log") as log, alone(log, out):
        note(log, f"started: {str(folder)!r} {rubric.id} {' '.join(asked)}")
        files = _hashed(entries)
        from_rubric = "rubric" if period is None else "given"
        said = {**setup, "model": trained.sha256, "language": chosen(), "period_from": from_rubric}
        readers = version()
        key = _run_key(files, said, readers)
        # What was recognised already need not be put off.
        keys = {key, _run_key(files, said | {"ocr": "now"}, readers)} if ocr == "later" else {key}
        done = _unchanged(out, home, keys, rubric, again)
        if done:
            note(log, "ended: nothing has changed since the last run; 0 files opened")
            return done
        clear_drafts(out)
        with (
            placed(out / "ledger.sqlite") as place, Ledger(place, fresh=True) as ledger,
            Cache(out / "extracted.sqlite", readers) as cache,
            folder_of_its_own(out / "work") as work,
        ):
            ledger.put_header({
                "rubric": rubric.id, "rubric_sha256": digest(rubric),
                "unit": list(dict.fromkeys([*unit.names[:1], *names])),
                "folder": str(home),
                "asked": setup["rubric"],
                "period": list(asked), "period_from": from_rubric,
                "versions": {"zuozheng": __version__, "model": trained.id},
                "model": {"id": trained.id, "sha256": trained.sha256,
                          "by_rule_only": list(trained.by_rule_only.get(rubric.id, ())),
                          "themes": {theme.id: theme.name for theme in themes().themes},
                          "evaluation": stored(trained.path, trained.sha256, rubric.id)},
            })
            reading = Reading(ledger, cache, work, log, seen)
            reading.read(folder, files, setup, workers)
            _compare(_one_of_each(reading.papers, ledger), ledger)
            dates = _propose(rubric, asked, ledger)
            ledger.put_header({"ocr": {"mode": ocr, **ledger.pages_of_pictures(),
                                       "seconds_a_page": SECONDS_A_PAGE},
                               "unseen": 0 if ocr == "now" else reading.unseen, "dates": dates,
                               "bytes": sum(entry.size for entry, _ in files)})
            outputs = report.write(out, ledger, rubric)
            statuses = ledger.statuses()
            _check(statuses)
            ledger.put_header({"key": key, "outputs": {
                path.name: archive.digest(path) for path in outputs if path.suffix != ".xlsx"
            }})
        note(log, f"ended: {statuses}; {reading.opened} files opened, "
                   f"{reading.recognised} pages recognised")
    return _screened(rubric, statuses, outputs, reading.opened, reading.recognised)


def _screened(rubric: Rubric, statuses: dict[str, int], outputs: tuple[Path, ...], opened: int,
              recognised: int) -> Screened:
    whole = not statuses.keys() & {"unread", "partly_read"}
    return Screened(rubric, statuses, outputs, EXIT_ALL_READ if whole else EXIT_SOME_UNREAD,
                    opened, recognised)


def _unchanged(out: Path, folder: Path, keys: Collection[str], rubric: Rubric, again: bool
               ) -> Screened | None:
    """What the last run said, if this one would say the same and all of it is still there.

    The workbook is people's to write in: it need only be there. Where the folder was moved, the
    ledger is told so: originals are shown from there.
    """
    if not (out / "ledger.sqlite").is_file():
        return None
    try:
        with Ledger(out / "ledger.sqlite") as ledger:
            header = ledger.header()
            if header.get("key") not in keys or again and ledger.reasons() & PASSING:
                return None
            statuses = ledger.statuses()
            if header["folder"] != str(folder):
                ledger.put_header({"folder": str(folder)})
        for name, sha256 in header["outputs"].items():
            if archive.digest(out / name) != sha256:
                return None
    except (StoreError, Unreadable):
        return None
    outputs = report.outputs(out)
    if not all(path.is_file() for path in outputs):
        return None
    return replace(_screened(rubric, statuses, outputs, 0, 0), unchanged=True)


def _check(statuses: dict[str, int]) -> None:
    """Every file that came in has exactly one status: none is lost on the way."""
    ended = ("read", "partly_read", "unread", "duplicate", "ignored")
    if sum(statuses.get(status, 0) for status in ended) != sum(statuses.values()):
        raise AssertionError(f"files without a status: {statuses}")


def note(log: IO[bytes], words: str) -> None:
    """A line of the run log, the only place where times and hosts are written."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    try:
        log.write(f"{now} {platform.node()} {words}\n".encode("utf-8", "replace"))
    except OSError as error:
        raise OutputError("output_unusable", out=log.name, why=error.strerror or error) from None


def list_folder(folder: Path, out: Path) -> list[archive.Entry]:
    """The files of a submission: all below a folder, or the archive that was handed in.

    Raises InputError if there is nothing to read there.
    """
    if not folder.exists():
        raise InputError("folder_missing", folder=folder)
    if not folder.is_dir():
        if not archive.is_packed(folder.name):
            raise InputError("folder_is_file", folder=folder)
        return [archive.single(folder)]
    if out.resolve().is_relative_to(folder.resolve()):
        raise InputError("out_inside_folder", out=out, folder=folder)
    try:
        entries = list(archive.walk(folder))
    except OSError as error:
        raise InputError("folder_unreadable", folder=folder, why=error.strerror or error) from None
    if all(entry.reason == "system_file" for entry in entries):
        raise InputError("folder_empty", folder=folder)
    return entries


# --- reading ----------------------------------------------------------------------------------


def _hashed(entries: Sequence[archive.Entry]) -> list[tuple[archive.Entry, str]]:
    """Each entry with its hash; one that cannot be opened, with the reason."""
    found = []
    for entry in entries:
        sha256 = ""
        if entry.reason is None:
            try:
                sha256 = archive.digest(entry.place)
            except Unreadable as error:
                entry = replace(entry, reason=error.reason)
        found.append((entry, sha256))
    return found


def _run_key(files: Sequence[tuple[archive.Entry, str]], setup: Row, readers: str) -> str:
    """Two runs with the same key have the same outputs: all that goes into one is in it."""
    said = [[entry.path, sha256, entry.reason] for entry, sha256 in files]
    return hashlib.sha256(orjson.dumps([said, setup, code(), readers])).hexdigest()


@cache
def code() -> str:
    """A digest of all that is installed of this package: another code says other things."""
    seen = hashlib.sha256()
    for source in sorted(Path(__file__).parents[1].rglob("*")):
        if source.suffix in (".py", ".html", ".css", ".json", ".mo"):
            seen.update(source.name.encode() + b"\0" + source.read_bytes())
    return seen.hexdigest()


def _one_of_each(papers: Mapping[str, tuple[integrity.Paper, str]], ledger: Ledger
                 ) -> list[integrity.Paper]:
    """Of files with the same bytes the first by path is read, the others are duplicates of it."""
    first: dict[str, str] = {}
    kept = []
    for path in sorted(papers):
        paper, sha256 = papers[path]
        if sha256 in first:
            ledger.set_duplicate(path, first[sha256])
        else:
            first[sha256] = path
            kept.append(paper)
    return kept


# --- comparing --------------------------------------------------------------------------------


def _compare(papers: Sequence[integrity.Paper], ledger: Ledger) -> None:
    """Flags that only show when papers are seen beside each other."""
    copies = integrity.copies(papers, ledger.words)
    for path, flags in copies.flags.items():
        ledger.add_flags(path, [flag_row(flag) for flag in flags])
    for path, shown in copies.forms.items():
        ledger.set_same_as(path, shown)


# --- proposing --------------------------------------------------------------------------------


def _propose(rubric: Rubric, asked: tuple[str, ...], ledger: Ledger) -> Row:
    """The proposals into the ledger; of each slot, {item: {requirement: {period: ...}}}, the first
    and the last stated date of what counts for it as done, and how often it was only promised."""
    dates: Row = {}
    tallies = {item.id: Tally(item, asked, item in rubric.duties) for item in rubric.items}
    for number, row, found, valid_until in ledger.found():
        paper = Paper(row["document_type"], row["dated"], valid_until, frozenset(row["flags"]),
                      row["same_as"] is not None)
        ledger.put_evidence(_evidence(number, found, paper, tallies, dates))
    missing = Unread(tuple(
        describe.years_named(row["path"], row["dated"])
        for row in ledger.files() if row["status"] in ("unread", "partly_read")
    ))
    for kind, items in (("indicators", rubric.indicators), ("duties", rubric.duties)):
        for number, item in enumerate(items):
            coverage = tallies[item.id].coverage(missing)
            ledger.put_entry(kind, number, _entry(coverage, item, asked))
    return dates


def _evidence(number: int, found: list[Row], paper: Paper, tallies: dict[str, Tally], dates: Row
              ) -> Iterator[tuple[str, int, int, int, int, Row]]:
    """Every tagged passage of a paper as evidence, counted where it counts."""
    for passage in found:
        for tag in passage["tags"]:
            rules = frozenset(cast.removeprefix("rule:") for cast in tag["cast_by"]
                              ) | _rules_of(tag["themes"])
            years = tuple(passage["evidence"]["years"])
            sure = passage["evidence"]["reading_confidence"]
            counted = tallies[tag["item"]].count(
                Found(tag["stage"], passage["act"], years, rules, paper, tag["denied"],
                      doubtful=sure is not None and sure < DOUBTFUL)
            )
            for requirement, period in counted.serves:
                _dated(dates, tallies[tag["item"]].item, requirement, period, tag["stage"],
                       passage["act"] or paper.dated)
            record = {
                **passage["evidence"], "stage": tag["stage"], "kind": tag["kind"],
                "counts": counted.why_not is None, "why_not": counted.why_not,
                "serves": counted.serves, "confidence": tag["confidence"],
                "cast_by": tag["cast_by"], "themes": tag["themes"], "matched": tag["matched"],
                "because": tag["because"],
            }
            yield (tag["item"], RANK[tag["stage"]], len(tag["cast_by"]), number,
                   passage["ordinal"], record)


def _dated(dates: Row, item: Indicator, requirement: str, period: str, stage: Stage,
           dated: str | None) -> None:
    """What serves a slot, by its date."""
    asked: Stage = next((one.stage for one in item.requirements if one.id == requirement), "done")
    of = dates.setdefault(item.id, {}).setdefault(requirement, {})
    slot = of.setdefault(period, {"first": None, "last": None, "done": 0, "promised": 0})
    done = RANK[stage] <= RANK[asked]
    slot["done" if done else "promised"] += 1
    if done and dated:
        slot["first"] = min(slot["first"] or dated, dated)
        slot["last"] = max(slot["last"] or dated, dated)


def _rules_of(meant: Iterable[str]) -> frozenset[str]:
    """The rules that speak for one of these themes: where a requirement asks for one of them, a
    vote through its theme serves as well."""
    return frozenset(rule for rule, of in themes().rules.items() if not set(of).isdisjoint(meant))


def _entry(coverage: Coverage, item: Indicator, asked: tuple[str, ...]) -> Row:
    """A proposal in the shape of `indicators[]`, without its evidence."""
    code, known = coverage.why
    periods = dict(coverage.periods)
    fill = filled(code, known, periods, asked)
    slots: dict[str, Row] = {}
    for slot in coverage.slots:
        slots.setdefault(slot.requirement, {})[slot.period] = {
            "state": slot.state, "count": slot.count, "need": slot.need,
        }
    return {
        "id": coverage.indicator,
        "proposed": coverage.proposed,
        "periods": periods,
        "why": {"code": code, "args": fill, "text": say(f"why.{code}", **fill)},
        "requirements": [
            {"id": one.id, "mandatory": one.mandatory, "slots": slots.get(one.id, {})}
            for one in item.requirements
        ],
    }
