"""One unit, the whole way: a submission folder and a rubric in, proposed coverage out."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from pipeline import __version__, describe, integrity, report
from pipeline.cover import Found, Paper, Tally, Unread
from pipeline.errors import EXIT_ALL_READ, EXIT_SOME_UNREAD, InputError
from pipeline.evidence import Coverage
from pipeline.ingest import archive, worker
from pipeline.language import say
from pipeline.rubric import calendar
from pipeline.rubric.load import digest, load
from pipeline.rubric.model import Indicator, Rubric
from pipeline.screen.paper import RANK, flag_row, unread
from pipeline.store.ledger import Ledger
from pipeline.store.outputs import appended, placed, prepare

Row = dict[str, Any]
Seen = Callable[[int, int, str], None]
"""Told of progress: files done, files in all, the path just done."""

FILES_A_WORKER = 6
"""Starting a worker costs about as much as reading this many papers."""


@dataclass(frozen=True, slots=True)
class Screened:
    """What came of it: the rubric, the statuses counted, the outputs, the exit code to end with."""

    rubric: Rubric
    statuses: dict[str, int]
    outputs: tuple[Path, ...]
    exit_code: int


def screen(folder: Path, rubric_name: str, out: Path, *, period: str | None = None,
           names: Sequence[str] = (), workers: int | None = None,
           seen: Seen = lambda done, total, path: None) -> Screened:
    """Screen one submission folder and write coverage.json, report.html and coverage.xlsx into OUT.

    Raises InputError, RubricError or OutputError before anything is written; a file that cannot
    be read is an entry of the result, never an error.
    """
    rubric = load(rubric_name)
    asked = calendar.years(rubric.period if period is None else period)
    entries = list_folder(folder, out)
    name = os.fsencode(folder.resolve().name).decode("utf-8", "replace")
    unit = describe.unit_of(name, tuple(one for one in names if one.strip()))
    prepare(out)
    with (
        appended(out / "run.log") as log,
        placed(out / "ledger.sqlite") as place,
        Ledger(place, fresh=True) as ledger,
    ):
        _note(log, f"started: {str(folder)!r} {rubric.id} {' '.join(asked)}")
        ledger.put_header({
            "rubric": rubric.id, "rubric_sha256": digest(rubric),
            "unit": list(dict.fromkeys([*unit.names[:1], *names])),
            "period": list(asked), "period_from": "rubric" if period is None else "given",
            "versions": {"zuozheng": __version__},
        })
        # The rubric crosses as it was checked: no worker reads a file that may change meanwhile.
        setup = {"rubric": rubric.model_dump(mode="json", exclude_none=True),
                 "unit": list(unit.names), "asked": list(asked)}
        papers = _read_all(entries, setup, ledger, workers, seen, log)
        _compare(papers, ledger)
        _propose(rubric, asked, ledger)
        outputs = report.write(out, ledger, rubric)
        statuses = ledger.statuses()
        _note(log, f"ended: {statuses}")
    whole = not statuses.keys() & {"unread", "partly_read"}
    return Screened(rubric, statuses, outputs, EXIT_ALL_READ if whole else EXIT_SOME_UNREAD)


def _note(log: IO[bytes], words: str) -> None:
    """A line of the run log, the only place where times and hosts are written."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    log.write(f"{now} {platform.node()} {words}\n".encode("utf-8", "replace"))
    log.flush()


def list_folder(folder: Path, out: Path) -> list[archive.Entry]:
    """The files of a submission folder. Raises InputError if there is nothing to read there."""
    if not folder.exists():
        raise InputError("folder_missing", folder=folder)
    if not folder.is_dir():
        raise InputError("folder_is_file", folder=folder)
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


def _read_all(entries: Sequence[archive.Entry], setup: Row, ledger: Ledger, workers: int | None,
              seen: Seen, log: IO[bytes]) -> list[integrity.Paper]:
    """Every file into the ledger; what comparing papers with each other needs is kept."""
    papers: dict[int, tuple[integrity.Paper, str]] = {}
    waiting: list[int] = []
    for number, entry in enumerate(entries):
        ledger.start_file(number, entry.path)
        if entry.reason:
            status = "ignored" if entry.reason == "system_file" else "unread"
            ledger.finish_file(number, unread(entry.path, "", entry.reason, status))
        else:
            waiting.append(number)
    # The largest first: a long paper begun last would be waited for alone.
    waiting.sort(key=lambda number: (-entries[number].size, number))
    jobs = (_job(number, entries[number]) for number in waiting)
    count = workers or min(cores(), max(1, len(waiting) // FILES_A_WORKER))
    command = [sys.executable, "-P", "-m", "pipeline.screen.paper"]
    answers = worker.supervise(jobs, command, setup, min(count, len(waiting)) or 1, log)
    for done, (job, answer) in enumerate(answers, start=1):
        number = job["number"]
        record: Row = answer if isinstance(answer, dict) else {
            "file": unread(job["path"], "", answer)
        }
        ledger.finish_file(number, record["file"], record.get("words", ""),
                           record.get("found", "[]"), record.get("valid_until"))
        if "fingerprint" in record:
            papers[number] = (_comparable(record), record["file"]["sha256"])
        seen(done, len(waiting), job["path"])
    return _one_of_each(papers, ledger)


def _job(number: int, entry: archive.Entry) -> Row:
    """What a worker is asked; the place crosses as bytes, as not every name is valid text."""
    return {"number": number, "path": entry.path, "place": os.fsencode(entry.place).hex()}


def _comparable(record: Row) -> integrity.Paper:
    row = record["file"]
    return integrity.Paper(
        path=row["path"], kind=record["kind"], dated=row["dated"], number=row["number"],
        title=row["title"], fingerprint=integrity.from_plain(record["fingerprint"]),
    )


def _one_of_each(papers: dict[int, tuple[integrity.Paper, str]], ledger: Ledger
                 ) -> list[integrity.Paper]:
    """Of files with the same bytes the first by path is read, the others are duplicates of it."""
    first: dict[str, str] = {}
    kept = []
    for number in sorted(papers):
        paper, sha256 = papers[number]
        if sha256 in first:
            row = unread(paper.path, sha256, "same_bytes", "duplicate")
            ledger.finish_file(number, {**row, "same_as": first[sha256]})
        else:
            first[sha256] = paper.path
            kept.append(paper)
    return kept


def cores() -> int:
    """The processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


# --- comparing --------------------------------------------------------------------------------


def _compare(papers: Sequence[integrity.Paper], ledger: Ledger) -> None:
    """Flags that only show when papers are seen beside each other."""
    copies = integrity.copies(papers, ledger.words)
    for path, flags in copies.flags.items():
        ledger.add_flags(path, [flag_row(flag) for flag in flags])
    for path, shown in copies.forms.items():
        ledger.set_same_as(path, shown)


# --- proposing --------------------------------------------------------------------------------


def _propose(rubric: Rubric, asked: tuple[str, ...], ledger: Ledger) -> None:
    tallies = {item.id: Tally(item, asked, item in rubric.duties) for item in rubric.items}
    for number, row, found, valid_until in ledger.found():
        paper = Paper(row["document_type"], row["dated"], valid_until, frozenset(row["flags"]),
                      row["same_as"] is not None)
        ledger.put_evidence(_evidence(number, found, paper, tallies))
    missing = Unread(tuple(
        describe.years_named(row["path"], row["dated"])
        for row in ledger.files() if row["status"] in ("unread", "partly_read")
    ))
    for kind, items in (("indicators", rubric.indicators), ("duties", rubric.duties)):
        for number, item in enumerate(items):
            coverage = tallies[item.id].coverage(missing)
            ledger.put_entry(kind, number, _entry(coverage, item))


def _evidence(number: int, found: list[Row], paper: Paper, tallies: dict[str, Tally]
              ) -> Iterator[tuple[str, int, int, int, int, Row]]:
    """Every tagged passage of a paper as evidence, counted where it counts."""
    for passage in found:
        for tag in passage["tags"]:
            rules = frozenset(cast.removeprefix("rule:") for cast in tag["cast_by"])
            years = tuple(passage["evidence"]["years"])
            why_not = tallies[tag["item"]].count(
                Found(tag["stage"], passage["act"], years, rules, paper, tag["denied"])
            )
            record = {
                **passage["evidence"], "stage": tag["stage"], "kind": tag["kind"],
                "counts": why_not is None, "why_not": why_not, "confidence": tag["confidence"],
                "cast_by": tag["cast_by"], "matched": tag["matched"],
            }
            yield (tag["item"], RANK[tag["stage"]], len(tag["cast_by"]), number,
                   passage["ordinal"], record)


def _entry(coverage: Coverage, item: Indicator) -> Row:
    """A proposal in the shape of `indicators[]`, without its evidence."""
    code, fill = coverage.why
    slots: dict[str, Row] = {}
    for slot in coverage.slots:
        slots.setdefault(slot.requirement, {})[slot.period] = {
            "state": slot.state, "count": slot.count, "need": slot.need,
        }
    return {
        "id": coverage.indicator,
        "proposed": coverage.proposed,
        "periods": dict(coverage.periods),
        "why": {"code": code, "args": fill, "text": say(f"why.{code}", **fill)},
        "requirements": [
            {"id": one.id, "mandatory": one.mandatory, "slots": slots.get(one.id, {})}
            for one in item.requirements
        ],
    }
