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
from pipeline.errors import Unreadable
from pipeline.evidence import (
    Document,
    Flag,
    Page,
    Passage,
    SourceFile,
    Stage,
    Tag,
    Unit,
)
from pipeline.ingest import kinds, plain
from pipeline.ingest.confined import worker
from pipeline.ingest.member import MOST_DEPTH
from pipeline.privacy import mask
from pipeline.rubric.model import Indicator, Rubric
from pipeline.screen.rows import flag_row, joined_spans, place_row, unread
from pipeline.screen.scanned import (
    SCANS,
    Doubts,
    agrees,
    date_hidden,
    doubts,
    gap,
    joined,
    recognised,
    settled,
    sureness,
)
from pipeline.tag import Tagger, tagger
from pipeline.tag.folder import load as load_model
from pipeline.tag.model import Seen

Row = dict[str, Any]
UNCLEAN = ("memory", "crash", "timeout")
"""With every refused limit, the reasons after which a worker is replaced."""
RANK: dict[Stage, int] = {"result": 0, "done": 1, "plan": 2}


def _recogniser() -> Any:
    from pipeline.ingest.scans import ocr

    return ocr.recogniser()


@dataclass(frozen=True, slots=True)
class Task:
    """What is asked of every paper: rules and model, the unit it should belong to, the years, when
    scans are recognised and what recognises them."""

    tagger: Tagger
    shown_only: dict[str, Indicator]
    unit: Unit
    asked: tuple[str, ...]
    ocr: str
    recogniser: Callable[[], Any] = _recogniser


def task(setup: Mapping[str, Any]) -> Task:
    """The task from its plain form: {"rubric": as data, "model": {"path", "sha256"}, "unit": names,
    "asked": years, "ocr": now, later or never}."""
    rubric = Rubric.model_validate(setup["rubric"])
    model = load_model(Path(setup["model"]["path"]), setup["model"]["sha256"])
    return Task(
        tagger(rubric, model),
        {item.id: item for item in rubric.items if item.shown_only},
        Unit(tuple(setup["unit"])),
        tuple(setup["asked"]),
        setup["ocr"],
    )


def answer(job: Mapping[str, Any], given: Task) -> Row:
    """The record of one job: `read` a file, recognise one page of it (`scan`), or `tag` what was
    read before. Whatever a hostile file brings about costs that file alone.

    A record holds what was read, for the cache (`extract`), and what was found (`paper`): the row
    of `files[]`, all passages and the tagged ones as JSON text (parsed once, by whoever needs it),
    and a fingerprint for comparing it with others.
    """
    try:
        return _VERBS[job["do"]](job, given)
    except Unreadable as error:
        return {"reason": error.reason, "unclean": _spoils(error.reason)}
    except MemoryError:
        return {"reason": "memory", "unclean": True}
    except Exception:
        traceback.print_exc()  # the log keeps what it was
        return {"reason": "crash", "unclean": True}


def _read(job: Mapping[str, Any], given: Task) -> Row:
    """A file: its pages, the members it holds, what was found in it."""
    data = _bytes(Path(os.fsdecode(bytes.fromhex(job["place"]))))
    source = SourceFile(job["path"], len(data), hashlib.sha256(data).hexdigest())
    if source.sha256 != job["sha256"]:
        raise Unreadable("changed_during_run")
    kind = kinds.sniff(data, source.path)
    members, unopened = _members(data, kind, job)
    pages: list[Page] = []
    reason: str | None = None
    try:
        # What was read before the file gave out still stands.
        if kind in kinds.READERS or kind not in kinds.HOLDERS:
            for page in kinds.read(data, source.path):
                pages.append(page)
    except Unreadable as error:
        reason = error.reason
    scans = [[page.number, page.width, page.height] for page in pages
             if kind in kinds.PICTURES and page.unread in SCANS]
    layers = [[page.number, page.width, page.height] for page in pages
              if kind in kinds.PICTURES and page.layered]
    if scans and reason in SCANS:
        reason = None  # the pages say so themselves, until they are recognised
    about = {"kind": kind, "reason": reason, "members": members, "unopened": unopened,
             "scans": scans, "layers": layers,
             "pictures": [{"page": number, "likeness": seen}
                          for number, seen in kinds.likenesses(data, kind)]}
    return {
        "extract": {"about": about, "pages": plain.dumped(pages)},
        "paper": _paper(source, about, pages, given),
        "unclean": _spoils(reason) or _spoils(unopened),
    }


def _spoils(reason: str | None) -> bool:
    """Whether the worker that met this is not to be trusted with another file."""
    return reason is not None and (reason in UNCLEAN or reason.startswith("limit_"))


def _members(data: bytes, kind: str, job: Mapping[str, Any]) -> tuple[list[Row] | None, str | None]:
    """What a container holds, each member in a file of its own below the spool, named by a number;
    and why not all of it, if so. None: it is no container, or one without members."""
    if kind not in kinds.HOLDERS:
        return None, None
    if job["depth"] >= MOST_DEPTH:
        return None, "limit_depth"
    spool = Path(os.fsdecode(bytes.fromhex(job["spool"])))
    found: list[Row] = []
    left = job["bytes_left"]
    try:
        for member in kinds.members(data, kind, Path(job["path"]).name):
            if len(found) >= job["members_left"]:
                return found, "limit_members"
            row: Row = {"name": member.name, "reason": member.reason, "size": 0, "sha256": None,
                        "place": None}
            if member.data is not None:
                left -= len(member.data)
                if left < 0:
                    return found, "limit_size"
                spool.mkdir(exist_ok=True)
                place = spool / str(len(found))
                place.write_bytes(member.data)
                row |= {"size": len(member.data), "place": place.name,
                        "sha256": hashlib.sha256(member.data).hexdigest()}
            found.append(row)
    except Unreadable as error:
        return found or None, error.reason
    return found or None, None


def _scan(job: Mapping[str, Any], given: Task) -> Row:
    """One page of a file, recognised from its picture; "" where its own text says the same."""
    from pipeline.ingest.scans import page as scan

    data = _bytes(Path(os.fsdecode(bytes.fromhex(job["place"]))))
    number, width, height = job["page"]
    picture = kinds.picture(data, job["kind"], number)
    if job["layer"] is not None and agrees(picture, job["layer"], given.recogniser()):
        return {"page": ""}
    page = scan.page(picture, number, width, height, given.recogniser())
    return {"page": plain.dumped([page])}


def _tag(job: Mapping[str, Any], given: Task) -> Row:
    """What is found in pages read before, with those put in that were recognised since."""
    source = SourceFile(job["path"], 0, job["sha256"])
    seen = {page.number: page for text in job["recognised"] if text
            for page in plain.loaded(text)}
    pages = [joined(page, seen[page.number]) if page.number in seen else page
             for page in plain.loaded(job["pages"])]
    return {"paper": _paper(source, job["about"], pages, given)}


_VERBS: dict[str, Callable[[Mapping[str, Any], Task], Row]] = {
    "read": _read, "scan": _scan, "tag": _tag,
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


def _paper(source: SourceFile, about: Row, pages: Sequence[Page], given: Task) -> Row:
    """What was found in a paper; a container's row says how many members it has."""
    pages = settled(pages, about["scans"], given.ocr)
    members = about["members"]
    row = unread(source.path, source.sha256, "blank") | {
        "members": len(members) if members else None,
        "pages_recognised": sum(map(recognised, pages)),
        "pages_pending": sum(page.unread == "ocr_pending" for page in pages),
    }
    passages = segment.segment(pages, source.sha256)
    lost = gap(pages, bool(passages)) or about["reason"] or about["unopened"]
    if not passages:
        if lost == "no_words":
            return {"file": row | {"status": "ignored", "reason": lost}}
        if members and lost in (None, "blank", about["unopened"]):
            # a container, or a letter without a word: what it holds stands below its name
            lost = about["unopened"]
            return {"file": row | {"status": "partly_read" if lost else "read", "reason": lost}}
        return {"file": row | {"reason": lost or "blank"}}
    foreign = describe.unsupported(passages)
    if len(foreign) == len(passages):
        return {"file": row | {"reason": "unsupported_script"}}
    lost = lost or ("unsupported_script" if foreign else None)
    document = describe.document(source, pages, given.unit)
    recognition = doubts(pages)
    lead = describe.opening(passages)
    tags = given.tagger.tags(
        [Seen(one.text, document.title, one.headings, document.document_type, lead)
         for one in passages],
        lambda number: (describe.year_of(passages[number], document)[0], document.dated),
    )
    found, in_period = [], False
    for ordinal, (passage, of) in enumerate(zip(passages, tags, strict=True)):
        if of:
            tagged, asked = _found(ordinal, passage, of, document, given, recognition)
            in_period = in_period or asked
            found.append(tagged)
    words = "\n".join(passage.text for passage in passages)
    flags = list(_flags(document, passages, given, in_period))
    hidden = document.dated is None and date_hidden(pages)
    return {
        "file": row | {
            "status": "partly_read" if lost else "read",
            "reason": lost,
            "title": mask(document.title),
            "document_type": document.document_type,
            "issuer": document.issuer,
            "number": document.number,
            "dated": document.dated,
            "dated_from": "unread" if hidden else document.dated_from,
            "pages": len(pages) if pages[0].width else None,
            "flags": [flag.code for flag in flags],
            "flag_details": [flag_row(flag) for flag in flags],
        },
        "kind": about["kind"],
        "valid_until": document.valid_until,
        "fingerprint": integrity.to_plain(integrity.fingerprint(words)),
        "passages": orjson.dumps([
            {"passage": one.id, "text": one.text, "headings": list(one.headings),
             "places": [place_row(place) for place in one.places], "kind": one.kind}
            for one in passages
        ]).decode(),
        "found": orjson.dumps(found).decode(),
    }


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


def _found(ordinal: int, passage: Passage, tags: Sequence[Tag], document: Document, given: Task,
           recognition: Doubts) -> tuple[Row, bool]:
    """A tagged passage in the shape of `evidence[]`, a tag a row; and whether it names a year asked
    for by itself (and not merely through its paper's date)."""
    act, year_from = describe.year_of(passage, document)
    years = describe.years_of(passage, document)
    own = year_from in ("text", "heading") and any(year in given.asked for year in years)
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
            "reading_confidence": sureness(passage.places, recognition),
        },
        "tags": [
            {
                "item": tag.indicator,
                "stage": tag.stage,
                "denied": tag.denied,
                "kind": _kind(tag.indicator, passage.text, given),
                "confidence": tag.confidence,
                "cast_by": [vote.cast_by for vote in tag.votes],
                "themes": {vote.theme: vote.strength for vote in tag.votes if vote.theme},
                "matched": joined_spans([span for vote in tag.votes if not vote.theme
                                    for span in vote.matched]),
                "because": joined_spans([span for vote in tag.votes if vote.theme
                                    for span in vote.matched]),
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


def main() -> None:
    """A worker process: the task on the first line, then a file a line."""

    def prepare(setup: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], Row]:
        given = task(setup)
        gc.freeze()  # the rules stay as long as the worker: no use looking through them again
        return partial(answer, given=given)

    worker.serve(prepare)


if __name__ == "__main__":
    main()
