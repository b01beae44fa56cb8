"""One unit of a season, the whole way: a job in, an answer out. Every engine calls this.

Doing it twice does no harm: what stands and would be said again is left alone, and what is being
done elsewhere at this moment is waited for.
"""

from __future__ import annotations

import errno
import hashlib
import os
import time
import traceback
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

import orjson

from pipeline.errors import EXIT_BROKEN, OutputError, ZuozhengError

if TYPE_CHECKING:
    from pipeline.rubric.model import Rubric
    from pipeline.tag.folder import About

Row = dict[str, Any]
Seen = Callable[[int, int, str], None]

BUSY_SECONDS = 600.0
"""How long a unit's folder that another process writes is waited for: it may be the same unit,
handed out twice, or what a killed process had started and is just ending."""
_FULL = {os.strerror(errno.ENOSPC), os.strerror(errno.EDQUOT), "database or disk is full"}
_FILE = "file://"


def screened(job: Mapping[str, Any], seen: Seen = lambda done, total, path: None) -> Row:
    """Screen one unit: {"unit": dir, "name", "names", "kind", "county", "source", "out", "rubric",
    "period", "ocr", "model", "workers", "retry", "language", "versions"}; `seen` is told of its
    files as they are done.

    The answer: {"unit", "state": done or failed, "problem": None or {"key", "args"}, "key",
    "versions", "unchanged", "opened", "recognised", "seconds", "summary"}. Never raises for what a
    unit can bring about; what every unit would meet (EXIT_BROKEN) is raised. A full disk is the
    problem `disk_full`, a folder that another process has for too long `output_busy`.
    """
    began = time.monotonic()
    answer: Row = {"unit": job["unit"], "state": "failed", "problem": None, "key": "",
                   "versions": {}, "unchanged": False, "opened": 0, "recognised": 0,
                   "summary": None}
    try:
        answer |= _once_free(job, seen, began + BUSY_SECONDS) | {"state": "done"}
    except ZuozhengError as error:
        if error.exit_code == EXIT_BROKEN:
            raise
        answer["problem"] = problem(error)
        if str(error.args_.get("why")) in _FULL:
            answer["problem"]["key"] = "disk_full"
    except Exception as error:
        traceback.print_exc()  # the engine's log keeps what it was
        answer["problem"] = {"key": "unit_crashed", "args": {"why": type(error).__name__}}
    return answer | {"seconds": round(time.monotonic() - began, 3)}


def problem(error: ZuozhengError) -> Row:
    """An error as it crosses and is kept: its key, and its arguments as text."""
    return {"key": error.key, "args": {
        name: str(value).encode("utf-8", "replace").decode() for name, value in error.args_.items()
    }}


def versions(job: Mapping[str, Any]) -> Row:
    """What decides how a unit is read and tagged: {"zuozheng", "code", "model", "readers",
    "rubric_sha256"}. Raises RubricError, ModelError."""
    from pipeline import __version__
    from pipeline.ingest.version import version
    from pipeline.rubric.load import digest
    from pipeline.screen.unit import code
    return {"zuozheng": __version__, "code": code(), "model": _model(job["model"]).sha256,
            "readers": version(), "rubric_sha256": digest(_rubric(job["rubric"]))}


def source_of(place: Path) -> str:
    """A place of this machine as a job's source; as a URL where its name is no UTF-8."""
    try:
        str(place).encode("utf-8")
    except UnicodeEncodeError:
        return place.absolute().as_uri()
    return str(place)


def place_of(source: str) -> str:
    """The path that `source_of` was given; another URL as it is."""
    if source.startswith(_FILE):
        return os.fsdecode(unquote_to_bytes(source[len(_FILE):]))
    return source


def _once_free(job: Mapping[str, Any], seen: Seen, until: float) -> Row:
    while True:
        try:
            return _screened(job, seen)
        except OutputError as error:
            if error.key != "output_busy" or time.monotonic() > until:
                raise
            time.sleep(0.2)


def _screened(job: Mapping[str, Any], seen: Seen) -> Row:
    # Imported here: whoever only hands out jobs needs none of it.
    from pipeline.screen.reading import PASSING
    from pipeline.screen.unit import screen
    from pipeline.season import places
    from pipeline.season.copies.kept import keep
    from pipeline.season.summary import of
    from pipeline.store.outputs import PART

    source = place_of(job["source"])
    known = places.mark(job["out"])
    asked = _asked(job) if places.remote(job["out"]) else ""
    if known and known["asked"] == asked and known["ocr"] in (job["ocr"], "now") \
            and not (job["retry"] and PASSING & known["answer"]["summary"]["unread"].keys()) \
            and known["signature"] and known["signature"] == places.signature(source):
        return {**known["answer"], "unchanged": True, "opened": 0, "recognised": 0}
    signature = places.signature(source) if asked else ""
    with places.at_hand(source, job["out"], name=job["name"]) as here:
        done = screen(here.source, _rubric(job["rubric"]), here.out, period=job["period"],
                      names=job["names"], workers=job["workers"], ocr=job["ocr"],
                      model=_model(job["model"]), again=job["retry"],
                      seen=seen)
        found = of(here.out / "ledger.sqlite")
        if not done.unchanged or not (here.out / PART).exists():
            keep(here.out / "ledger.sqlite", job["name"])
        answer = {"unchanged": done.unchanged, "opened": done.opened,
                  "recognised": done.recognised, "problem": _unread(found["summary"]), **found}
        here.put({"asked": asked, "ocr": job["ocr"], "signature": signature, "answer": answer})
    return answer


def _unread(summary: Row) -> Row | None:
    """A unit of which nothing at all could be read has a problem, though all was done."""
    if summary["statuses"].keys() & {"read", "partly_read", "duplicate"}:
        return None
    reasons = summary["unread"]
    return {"key": "unit_all_unread", "args": {
        "files": str(summary["files"]),
        "reason": max(reasons, key=lambda one: (reasons[one], one)) if reasons else "no_words",
    }}


def _asked(job: Mapping[str, Any]) -> str:
    """What decides what is said of the unit, besides its papers and whether pictures are read."""
    said = {key: job[key] for key in ("name", "names", "period", "language")}
    return hashlib.sha256(orjson.dumps([said, versions(job)], option=orjson.OPT_SORT_KEYS)
                          ).hexdigest()


@cache
def _rubric(name: str) -> Rubric:
    """Checked once in the life of a process: thousands of units have the same."""
    from pipeline.rubric.load import load

    return load(name)


def model_of(path: str | None) -> Row:
    """{"id", "sha256"} of a season's model. Raises ModelError."""
    model = _model(path)
    return {"id": model.id, "sha256": model.sha256}


@cache
def _model(path: str | None) -> About:
    """As well: all units of a season are read by one model."""
    from pipeline.tag.folder import about

    return about(Path(path) if path else None)
