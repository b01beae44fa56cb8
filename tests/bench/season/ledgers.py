"""Units' ledgers written straight from texts: for measuring copies, without a paper being read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from pipeline import integrity
from pipeline.season.copies.run import Unit
from pipeline.store.ledger import Ledger


class Paper(NamedTuple):
    """A paper as it is to stand in a ledger."""

    path: str
    title: str
    dated: str | None
    passages: Sequence[str]
    flags: Sequence[str] = ()
    rows: bool = False
    same_as: str | None = None


def record(paper: Paper) -> dict[str, Any]:
    """The row of `files[]` of a paper, as far as copies look at it."""
    return {
        "path": paper.path, "sha256": hashlib.sha256(paper.path.encode()).hexdigest(),
        "status": "read", "reason": None, "title": paper.title, "document_type": None,
        "issuer": None, "number": None, "dated": paper.dated, "flags": list(paper.flags),
        "same_as": paper.same_as,
    }


def ledgered(folder: Path, name: str, papers: Iterable[Paper], asked: Any = None,
             pictures: Iterable[tuple[str, str]] = ()) -> Unit:
    """A unit with these papers, its ledger in folder/units/name; `pictures` are (path, likeness)
    of picture files."""
    place = folder / "units" / name / "ledger.sqlite"
    place.parent.mkdir(parents=True, exist_ok=True)
    with Ledger(place, fresh=True) as ledger:
        number = 0
        for number, paper in enumerate(papers, 1):
            ledger.start_file(number, paper.path)
            ids = (hashlib.sha256(f"{name} {paper.path} {at}".encode()).hexdigest()[:16]
                   for at in range(len(paper.passages)))
            mark = integrity.to_plain(integrity.fingerprint("\n".join(paper.passages)))
            ledger.finish_file(number, record(paper), orjson.dumps([
                {"passage": id, "text": text, "headings": [], "places": [],
                 "kind": "row" if paper.rows else "paragraph"}
                for id, text in zip(ids, paper.passages, strict=True)
            ]).decode(), fingerprint=mark)
        for at, (path, likeness) in enumerate(pictures, number + 1):
            ledger.start_file(at, path)
            ledger.finish_file(at, record(Paper(path, "", None, ())) | {"status": "ignored"})
            ledger.put_pictures(at, [{"page": 1, "likeness": likeness}])
        ledger.put_header({"key": name, "unit": [name], "rubric_sha256": "",
                           "asked": asked or {}})
    return Unit(name, name, place)
