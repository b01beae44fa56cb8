"""What a unit's run says, kept while its ledger stays the same: what was found, never what was
decided."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from pipeline.errors import InputError, ZuozhengError
from pipeline.report.record.photo import is_photo
from pipeline.review.problem import RunProblem
from pipeline.rubric.load import load
from pipeline.rubric.model import Indicator, Rubric
from pipeline.store.ledger import Ledger, StoreError, checked

Row = dict[str, Any]

KEPT = 24
"""Runs in memory; an office looks at few units at a time."""
UNREAD = ("unread", "partly_read")


def passage_target(id: str) -> str:
    """What a passage is called where it is evidence."""
    return f"p:{id}"


def file_target(sha256: str) -> str:
    """What a whole paper, or a photo, is called where it is evidence."""
    return f"f:{sha256[:16]}"


class Run:
    """One ledger, read. What is read of it is never changed.

    `key` is the run's id, `model` what weighed the votes, `rubric_sha256` the hash of what was
    asked: they stand in every decision.
    """

    def __init__(self, out: Path) -> None:
        self.out = out
        self.place = checked(out)
        self._lock = threading.Lock()
        self._evidence: dict[str, list[Row]] = {}
        self.made: dict[tuple[str, ...], Any] = {}
        """What was worked out of the ledger; it goes with it."""
        with self.ledger() as ledger:
            self.header = ledger.header()
            self.files = {row["path"]: row for row in ledger.files()}
            self.entries = {row["id"]: row for kind in ("indicators", "duties")
                            for row in ledger.entries(kind)}
            self.counts = {id: ledger.counted(id)[0] for id in self.entries}
        self.rubric = _rubric(self.header)
        self.key = str(self.header["key"])
        self.model = str(self.header["model"]["id"])
        self.rubric_sha256 = str(self.header["rubric_sha256"])
        self.items: dict[str, Indicator] = {
            item.id: item for item in self.rubric.items if item.id in self.entries}

    @contextmanager
    def ledger(self) -> Iterator[Ledger]:
        """The ledger, open for one thread."""
        try:
            with Ledger(self.place) as ledger:
                yield ledger
        except StoreError:
            raise InputError("run_unfinished", run=self.out) from None

    @cached_property
    def unread(self) -> list[Row]:
        """The files that were not, or not wholly, read, by path; photographs are not among them."""
        return [row for row in self.files.values()
                if row["status"] in UNREAD and not is_photo(row)]

    @cached_property
    def photos(self) -> list[Row]:
        """The photographs, by path; of copies the one that counts."""
        return [row for row in self.files.values() if row["sha256"] and is_photo(row)
                and self.by_hash[row["sha256"][:16]] is row]

    @cached_property
    def owed(self) -> frozenset[str]:
        """The items that are assessed or owed by the unit; the others are told as background."""
        duties = {item.id for item in self.rubric.duties}
        return frozenset(id for id in self.items
                         if id not in duties or self.entries[id]["proposed"] != "context")

    @cached_property
    def by_hash(self) -> dict[str, Row]:
        """Files by the first 16 hex digits of their hash; of copies the one that counts."""
        found: dict[str, Row] = {}
        for row in sorted(self.files.values(), key=lambda row: row["status"] == "duplicate"):
            if row["sha256"]:
                found.setdefault(row["sha256"][:16], row)
        return found

    def evidence(self, item: str) -> list[Row]:
        """The proposals for an indicator, best first."""
        with self._lock:
            known = self._evidence.get(item)
        if known is None:
            with self.ledger() as ledger:
                # What counts stands before what does not, as in the reports.
                known = [*ledger.evidence(item, True), *ledger.evidence(item, False)]
            with self._lock:
                self._evidence[item] = known
        return known

    def proposed(self, item: str, target: str) -> Row | None:
        """The proposal of this target for this indicator."""
        return self.proposals(item).get(target)

    @cached_property
    def proposed_for(self) -> dict[str, list[str]]:
        """Which indicators each target is proposed for."""
        found: dict[str, list[str]] = {}
        for item in self.items:
            for target in self.proposals(item):
                found.setdefault(target, []).append(item)
        return found

    def proposals(self, item: str) -> dict[str, Row]:
        """The proposals for an indicator by target, best first."""
        known: dict[str, Row] | None = self.made.get(("index", item))
        if known is None:
            known = {passage_target(row["passage"]): row for row in self.evidence(item)} \
                if item in self.entries else {}
            self.made["index", item] = known
        return known

    def passage(self, target: str) -> Row | None:
        """The passage of a target `p:…`, proposed or not."""
        kind, _, id = target.partition(":")
        if kind != "p":
            return None
        with self.ledger() as ledger:
            return ledger.passage(id)

    def file_of(self, target: str) -> Row | None:
        """The file that a target is, or stands in."""
        kind, _, id = target.partition(":")
        if kind == "f":
            return self.by_hash.get(id)
        found = self.passage(target)
        return self.files.get(found["path"]) if found else None


class Runs:
    """The runs that were looked at last; a ledger that changed is read anew."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[Path, tuple[tuple[int, ...], Run]] = OrderedDict()

    def of(self, out: Path) -> Run:
        """The run in OUT. Raises RunProblem."""
        try:
            stamp = _stamp(out)
            with self._lock:
                known = self._kept.get(out)
                if known is not None and known[0] == stamp:
                    self._kept.move_to_end(out)
                    return known[1]
            run = Run(out)
        except ZuozhengError as error:
            raise RunProblem(error) from None
        except (KeyError, TypeError, ValueError):
            raise RunProblem(InputError("run_unfinished", run=out)) from None
        with self._lock:
            self._kept[out] = (stamp, run)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return run


def _stamp(out: Path) -> tuple[int, ...]:
    try:
        about = (out / "ledger.sqlite").stat()
    except OSError:
        raise InputError("run_unscreened", run=out) from None
    return about.st_mtime_ns, about.st_size, about.st_ino


def _rubric(header: Row) -> Rubric:
    """The rubric as it was when the unit was screened."""
    asked = header.get("asked")
    return Rubric.model_validate(asked) if asked else load(header["rubric"])
