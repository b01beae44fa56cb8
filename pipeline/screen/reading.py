"""Every file of a folder into the ledger: what is asked of the workers, and what of the cache.

Files first, then the pages that are pictures. What a container holds joins the queue as files of
the archive, named by the way to them: `材料.zip!/会议/纪要.docx`.
"""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from pipeline import integrity
from pipeline.errors import Reason
from pipeline.evidence import Page
from pipeline.ingest import archive, member, plain
from pipeline.ingest.confined import worker
from pipeline.rubric.load import directory
from pipeline.screen.record import complete
from pipeline.screen.rows import unread
from pipeline.store.cache import Cache, Extract
from pipeline.store.ledger import Ledger

Row = dict[str, Any]
Seen = Callable[[int, int, str], None]
"""Told of progress: done, in all, the path just done."""

FILES_A_WORKER = 6
"""Starting a worker costs about as much as reading this many papers."""
PASSING: frozenset[Reason] = frozenset(
    {"timeout", "memory", "crash", "vanished", "changed_during_run", "permission"}
)
"""Reasons that may be gone at the next run: what they are said of is read again."""


@dataclass(slots=True)
class _Left:
    """What a container and all that is nested in it may still hold."""

    members: int = member.MOST_MEMBERS
    size: int = member.MOST_BYTES


@dataclass(slots=True)
class _File:
    """A file on its way: how deep in containers it lies, what they may still hold, and, while its
    pages are recognised, how many are still to come."""

    number: int
    path: str
    place: Path
    sha256: str
    depth: int
    left: _Left
    about: Row = field(default_factory=dict)
    pending: int = 0
    lost: list[str] = field(default_factory=list)
    """Pages that could not be recognised, each with its reason: tried again by the next run."""


class Reading:
    """One reading of a folder. `work` is a folder of its own for what workers write; `papers` are
    for comparing them with each other; `opened` counts the files that were read anew."""

    def __init__(self, ledger: Ledger, cache: Cache, work: Path, log: IO[bytes], seen: Seen
                 ) -> None:
        self._ledger, self._cache, self._work, self._log = ledger, cache, work, log
        self._seen = seen
        self._paths: set[str] = set()
        self._waiting: deque[tuple[str, _File, Any]] = deque()
        self._flying: dict[tuple[int, str, Any], _File] = {}
        self._scans: list[_File] = []
        self._done = self._all = 0
        self._numbers = 0
        self._ocr = "never"
        self.papers: dict[str, tuple[integrity.Paper, str]] = {}
        self.opened = 0
        self.recognised = 0

    def read(self, folder: Path, files: Sequence[tuple[archive.Entry, str]], setup: Row,
             workers: int | None) -> None:
        """Have every file read; `files` are the entries with their hashes, "" where `reason` says
        why there is none."""
        self._ocr = setup["ocr"]
        setup = setup | {"scratch": os.fsencode(self._work).hex(),
                         "reads": [os.fsencode(place).hex() for place in (
                             folder.resolve(), setup["model"]["path"], directory())]}
        # The largest first: a long paper begun last would be waited for alone.
        for entry, sha256 in sorted(files, key=lambda each: (-each[0].size, each[0].path)):
            self._begin(entry, sha256, 0, _Left())
        self._ask(setup, workers or min(cores(), max(1, self._all // FILES_A_WORKER)))
        if self._ocr == "now" and self._scans:
            for file in self._scans:
                self._waiting.extend(("scan", file, page) for page in self._unrecognised(file))
            self._done, self._all = 0, len(self._waiting)
            self._ask(setup, workers or min(cores(), self._all))

    @property
    def unseen(self) -> int:
        """Pages that still wait for the recogniser, those with a text of their own too."""
        return sum(len(self._missing(file.sha256, file.about)) for file in self._scans)

    # --- asking -------------------------------------------------------------------------------

    def _ask(self, setup: Row, workers: int) -> None:
        command = [sys.executable, "-P", "-m", "pipeline.screen.paper"]
        count = min(workers, len(self._waiting)) or 1
        for job, answer in worker.supervise(self._next, command, setup, count, self._log,
                                            check=self._kept):
            file = self._flying.pop((job["number"], job["do"], job.get("page", [0])[0]))
            reason = answer if isinstance(answer, str) else answer.get("reason")
            record: Row = {} if isinstance(answer, str) else answer
            if job["do"] == "scan":
                self._take_scan(file, job["page"], "page" in record, reason)
            elif reason:
                self._finish(file, {"file": unread(file.path, file.sha256, reason)})
            else:
                if job["do"] == "read":
                    if _limited(record["extract"]):
                        self._put(job, record["extract"])
                    self._take_about(file, record["extract"]["about"])
                self._finish(file, record["paper"])
            self._seen(self._done, self._all, file.path)

    def _next(self) -> Row | None:
        """The next job, made only when a worker is free for it."""
        if not self._waiting:
            return None
        verb, file, what = self._waiting.popleft()
        self._flying[file.number, verb, what[0][0] if what else 0] = file
        job: Row = {"do": verb, "number": file.number, "path": file.path, "sha256": file.sha256}
        if verb == "tag":
            pages = self._cache.get(file.sha256)
            assert pages is not None
            recognised = [text for _, text in self._cache.scans(file.sha256)] + file.lost
            return job | {"about": pages.about, "pages": pages.pages,
                          "recognised": recognised if self._ocr != "never" else []}
        # The place crosses as bytes, as not every name is valid text.
        job["place"] = os.fsencode(file.place).hex()
        if verb == "scan":
            page, layer = what
            return job | {"kind": file.about["kind"], "page": page, "layer": layer}
        self.opened += 1
        return job | {
            "depth": file.depth, "spool": os.fsencode(self._spool(file)).hex(),
            "members_left": file.left.members, "bytes_left": file.left.size,
        }

    def _spool(self, file: _File) -> Path:
        return self._work / f"members-{file.number}"

    # --- taking -------------------------------------------------------------------------------

    def _begin(self, entry: archive.Entry, sha256: str, depth: int, left: _Left) -> None:
        """A file of the archive: it stands as started before anybody opens it."""
        path = archive.unique(entry.path, self._paths)
        self._paths.add(path)
        number = self._numbers
        self._numbers += 1
        self._ledger.start_file(number, path)
        if entry.reason:
            status = "ignored" if entry.reason == "system_file" else "unread"
            self._ledger.finish_file(number, unread(path, "", entry.reason, status))
            return
        self._all += 1
        file = _File(number, path, entry.place, sha256, depth, left)
        known = self._cache.get(sha256)
        if known is None or not self._kept_whole(known, depth):
            self._waiting.append(("read", file, None))
            return
        self._waiting.append(("tag", file, None))
        self._take_about(file, known.about)

    def _kept_whole(self, known: Extract, depth: int) -> bool:
        """Whether nothing of a file, or of what it holds, need be opened again."""
        for one in known.about["members"] or ():
            if one["reason"] is None:
                inner = self._cache.get(one["sha256"])
                if inner is None or depth > member.MOST_DEPTH \
                        or not self._kept_whole(inner, depth + 1):
                    return False
                if self._ocr == "now" and self._missing(one["sha256"], inner.about):
                    return False
        return True

    def _kept(self, job: Mapping[str, Any], record: Row) -> bool:
        """Whether a record is whole; what it cost is kept before its worker takes the next job:
        whoever kills us costs each worker one file."""
        if not complete(job, record):
            return False
        if "extract" in record and not _limited(record["extract"]):
            self._put(job, record["extract"])
        elif "page" in record:
            self._cache.put_scan(job["sha256"], job["page"][0], record["page"])
        return True

    def _put(self, job: Mapping[str, Any], extract: Row) -> None:
        about = extract["about"]
        if about["reason"] not in PASSING and about["unopened"] not in PASSING:
            self._cache.put(job["sha256"], Extract(about, extract["pages"]))

    def _take_about(self, file: _File, about: Row) -> None:
        """Its members join the queue, its pictures wait for the recogniser."""
        self._ledger.put_pictures(file.number, about["pictures"])
        if about["scans"] or about["layers"]:
            file.about = about
            self._scans.append(file)
        members = about["members"] or ()
        file.left.members -= len(members)
        file.left.size -= sum(one["size"] for one in members)
        spool = self._spool(file)
        for one in members:
            path = f"{file.path}!/{one['name']}"
            place = spool / (one["place"] or "")
            reason: Reason | None = one["reason"]
            if reason is None and place.is_file() and archive.digest(place) != one["sha256"]:
                reason = "changed_during_run"
            self._begin(archive.Entry(path, place, one["size"], reason), one["sha256"] or "",
                        file.depth + 1, file.left)

    def _finish(self, file: _File, record: Row) -> None:
        self._done += 1
        row = record["file"]
        self._ledger.finish_file(file.number, row, record.get("passages", "[]"),
                                 record.get("found", "[]"), record.get("valid_until"),
                                 record.get("fingerprint"))
        if "fingerprint" in record:
            self.papers[file.path] = (_comparable(record), file.sha256)

    # --- recognising --------------------------------------------------------------------------

    def _unrecognised(self, file: _File) -> Iterator[tuple[list[Any], str | None]]:
        """The pages to show to the recogniser, those with a text of their own with that."""
        missing = self._missing(file.sha256, file.about)
        file.pending = len(missing)
        layers = {page[0] for page in file.about["layers"]}
        kept = self._cache.get(file.sha256) if layers else None
        said = {page.number: "".join(page.text.split()) for page in plain.loaded(kept.pages)
                if page.number in layers} if kept else {}
        for page in missing:
            yield page, said.get(page[0])

    def _missing(self, sha256: str, about: Row) -> list[list[Any]]:
        have = {number for number, _ in self._cache.scans(sha256)}
        return [page for page in (*about["scans"], *about["layers"]) if page[0] not in have]

    def _take_scan(self, file: _File, page: list[Any], known: bool, reason: Reason | None) -> None:
        self._done += 1
        self.recognised += 1
        if not known:
            number, width, height = page
            file.lost.append(plain.dumped([Page(number, (), width, height, reason)]))
        file.pending -= 1
        if not file.pending:
            self._all += 1
            self._waiting.append(("tag", file, None))


def _limited(extract: Row) -> bool:
    """Whether a limit was met: then another worker may be asked before that is believed."""
    about = extract["about"]
    return any((about[key] or "").startswith("limit_") for key in ("reason", "unopened"))


def _comparable(record: Row) -> integrity.Paper:
    row = record["file"]
    return integrity.Paper(
        path=row["path"], kind=record["kind"], dated=row["dated"], number=row["number"],
        title=row["title"], fingerprint=integrity.from_plain(record["fingerprint"]),
    )


def cores() -> int:
    """The processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
