"""One paper, from bytes to tagged passages: what a worker does for each file.

Runs in a process of its own, on one hostile file at a time; what crosses to the parent is plain
data. The file gets exactly one status, and a reason if it was not wholly read.
"""

from __future__ import annotations

import gc
import hashlib
import os
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from pipeline import describe, integrity, segment
from pipeline.errors import Reason, Unreadable
from pipeline.evidence import (
    Document,
    Flag,
    InParagraph,
    InRow,
    OnLine,
    OnPage,
    Page,
    Passage,
    Place,
    SourceFile,
    Stage,
    Unit,
)
from pipeline.ingest import kinds, worker
from pipeline.privacy import mask
from pipeline.rubric.model import Indicator, Rubric
from pipeline.tag import Rulebook, rulebook, tags_of

Row = dict[str, Any]
RANK: dict[Stage, int] = {"result": 0, "done": 1, "plan": 2}


@dataclass(frozen=True, slots=True)
class Task:
    """What is asked of every paper: the rules, the unit it should belong to, the years."""

    rules: Rulebook
    shown_only: dict[str, Indicator]
    unit: Unit
    asked: tuple[str, ...]


def task(setup: Mapping[str, Any]) -> Task:
    """The task from its plain form: {"rubric": as data, "unit": names, "asked": years}."""
    rubric = Rubric.model_validate(setup["rubric"])
    return Task(
        rulebook(rubric),
        {item.id: item for item in rubric.items if item.shown_only},
        Unit(tuple(setup["unit"])),
        tuple(setup["asked"]),
    )


def read(job: Mapping[str, Any], given: Task) -> Row:
    """The record of the file at `job` ({"path", "place": its bytes in hex}): its row of `files[]`,
    and what was found.

    `found` is JSON text, parsed once by whoever needs it; `words` are those of the whole paper, for
    comparing it with others.
    """
    try:
        return _read(job, given)
    except MemoryError:
        return {"file": unread(job["path"], "", "memory")}
    except Exception:
        # Whatever a hostile file brings about costs that file alone; the log keeps what it was.
        traceback.print_exc()
        return {"file": unread(job["path"], "", "crash")}


def _read(job: Mapping[str, Any], given: Task) -> Row:
    path = job["path"]
    try:
        data = _bytes(Path(os.fsdecode(bytes.fromhex(job["place"]))))
    except Unreadable as error:
        return {"file": unread(path, "", error.reason)}
    source = SourceFile(path, len(data), hashlib.sha256(data).hexdigest())
    try:
        kind = kinds.sniff(data, path)
        pages = list(kinds.read(data, path))
    except Unreadable as error:
        return {"file": unread(path, source.sha256, error.reason)}
    passages = segment.segment(pages, source.sha256)
    document = describe.document(source, pages, given.unit)
    return _record(source, kind, pages, passages, document, given)


def unread(path: str, sha256: str, reason: Reason, status: str = "unread") -> Row:
    """The row of a file of which nothing was read."""
    return {
        "path": path, "sha256": sha256 or None, "status": status, "reason": reason, "title": "",
        "document_type": None, "issuer": None, "number": None, "dated": None, "dated_from": None,
        "pages": None, "flags": [], "flag_details": [], "same_as": None,
    }


def _bytes(place: Path) -> bytes:
    try:
        before = place.stat()
        data = place.read_bytes()
        after = place.stat()
    except FileNotFoundError:
        raise Unreadable("vanished") from None
    except PermissionError:
        raise Unreadable("permission") from None
    except OSError as error:
        raise Unreadable("vanished", error.strerror or "") from None
    except MemoryError:
        raise Unreadable("memory") from None
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise Unreadable("changed_during_run")
    return data


def _record(source: SourceFile, kind: str, pages: Sequence[Page], passages: Sequence[Passage],
            document: Document, given: Task) -> Row:
    gap = next((page.unread for page in pages if page.unread), None)
    if not passages:
        return {"file": unread(source.path, source.sha256, _known(gap) or "blank")}
    found, in_period = [], False
    for ordinal, passage in enumerate(passages):
        row, asked = _found(ordinal, passage, document, given)
        in_period = in_period or asked
        if row:
            found.append(row)
    words = "\n".join(passage.text for passage in passages)
    flags = list(_flags(document, passages, given, in_period))
    return {
        "file": {
            **unread(source.path, source.sha256, "blank"),
            "status": "partly_read" if gap else "read",
            "reason": gap,
            "title": mask(document.title),
            "document_type": document.document_type,
            "issuer": document.issuer,
            "number": document.number,
            "dated": document.dated,
            "dated_from": document.dated_from,
            "pages": len(pages) if pages[0].width else None,
            "flags": [flag.code for flag in flags],
            "flag_details": [flag_row(flag) for flag in flags],
        },
        "kind": kind,
        "valid_until": document.valid_until,
        "fingerprint": integrity.to_plain(integrity.fingerprint(words)),
        "words": words,
        "found": orjson.dumps(found).decode(),
    }


def flag_row(flag: Flag) -> Row:
    """A flag in the shape of `flag_details[]`."""
    where = mask(flag.where) if flag.where else None
    return {"code": flag.code, "other": flag.other, "where": where, "why": flag.why}


def _known(reason: str | None) -> Reason | None:
    return reason  # type: ignore[return-value]  # a reader sets only reasons of the closed list


def _flags(document: Document, passages: Sequence[Passage], given: Task, in_period: bool
           ) -> Iterator[Flag]:
    if document.owner == "superior":
        yield Flag("received", "received", where=document.issuer)
    if document.owner == "other":
        yield Flag("other_unit", "other_unit", where=document.issuer)
    if document.dated and document.dated[:4] not in given.asked and not in_period:
        yield Flag("out_of_period", "out_of_period", where=document.dated)
    residue = integrity.residue(document.title, passages)
    if residue:
        yield residue


def _found(ordinal: int, passage: Passage, document: Document, given: Task
           ) -> tuple[Row | None, bool]:
    """A tagged passage in the shape of `evidence[]`, a tag a row; and whether it names a year asked
    for by itself (and not merely through its paper's date)."""
    votes = given.rules.votes(passage.text, passage.headings, document.title)
    if not votes:
        return None, False
    act, year_from = describe.year_of(passage, document)
    years = describe.years_of(passage, document)
    own = year_from in ("text", "heading") and any(year in given.asked for year in years)
    tags = tags_of(passage.text, votes, document.document_type,
                   (document.title, *passage.headings), act, document.dated)
    return {
        "ordinal": ordinal,
        "act": act,
        "evidence": {
            "passage": passage.id,
            "path": document.file.path,
            "places": [place_row(place) for place in passage.places],
            "headings": list(passage.headings),
            "text": passage.text,
            "year": act[:4] if act else None,
            "years": list(years),
            "year_from": year_from,
        },
        "tags": [
            {
                "item": tag.indicator,
                "stage": tag.stage,
                "denied": tag.denied,
                "kind": _kind(tag.indicator, passage.text, given),
                "confidence": tag.confidence,
                "cast_by": [vote.cast_by for vote in tag.votes],
                "matched": _joined([span for vote in tag.votes for span in vote.matched]),
            }
            for tag in tags
        ],
    }, own


def _kind(item: str, text: str, given: Task) -> str | None:
    """What a passage of a deduction item is, for a human to look at; None for all others."""
    shown = given.shown_only.get(item)
    if shown is None:
        return None
    said = any(words in text for words in shown.none_found)
    return "statement_of_none" if said else "possible_incident"


def place_row(place: Place) -> Row:
    """A place in the shape of `places[]`."""
    match place:
        case OnPage(page, box):
            return {"page": page, "box": [round(side, 1) for side in box]}
        case InParagraph(paragraph, within):
            return {"paragraph": paragraph, "in": within}
        case InRow(sheet, row):
            return {"sheet": sheet, "row": row}
        case OnLine(line):
            return {"line": line}


def _joined(spans: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Spans in order, those that overlap or touch made one."""
    joined: list[list[int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1][1] = max(end, joined[-1][1])
        else:
            joined.append([start, end])
    return joined


def main() -> None:
    """A worker process: the task on the first line, then a file a line."""

    def prepare(setup: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], Row]:
        given = task(setup)
        gc.freeze()  # the rules stay as long as the worker: no use looking through them again
        return partial(read, given=given)

    worker.serve(prepare)


if __name__ == "__main__":
    main()
