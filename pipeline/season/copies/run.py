"""A season's copies: the ledgers of its units in, copies.json out."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from pipeline.describe import years_named
from pipeline.ingest.confined.scratch import folder_of_its_own
from pipeline.privacy import mask
from pipeline.season.copies import clusters, permitted, pictures, search
from pipeline.season.copies.grams import Marks
from pipeline.season.copies.kept import known
from pipeline.season.copies.normal import SHORTEST, STOP, Codes, even
from pipeline.season.copies.pairs import Pairs
from pipeline.season.copies.part import Part
from pipeline.season.copies.pictures import Picture
from pipeline.season.copies.search import Papers
from pipeline.season.copies.signature import Signatures
from pipeline.season.copies.spool import Spool, Spooled
from pipeline.store.ledger import Ledger, StoreError
from pipeline.store.outputs import placed
from pipeline.store.season import COPIES

Row = dict[str, Any]

WORK = "copies-work"
"""Below SEASON while the copies are looked for; gone afterwards."""
LONGEST = 200
"""Letters of a cluster's text that are shown."""
_KINDS = {"paper": 0, "passage": 1, "picture": 2}


Candidates = Callable[[Signatures, Marks, NDArray[np.int32]], Pairs]
"""Signatures, passages with enough of their own, each one's unit -> pairs of passages."""


class Unit(NamedTuple):
    """A unit: its folder below SEASON/units, its name, its ledger."""

    dir: str
    name: str
    ledger: Path


class Templates(NamedTuple):
    """Public templates that people put into the season: their words, how many were read, and which
    could not be: (path, reason)."""

    codes: Codes
    read: int
    unread: list[tuple[str, str]]


def written(season: Path, units: Sequence[Unit], templates: Templates, key: str,
            candidates: Candidates = search.candidates) -> Path:
    """Compare these units, in the order of their names, and write SEASON/copies.json; `candidates`
    is `search.candidates` or what an engine does in its place.

    A unit whose ledger cannot be read is named in it and left out. Raises OutputError.
    """
    target = season / COPIES
    with folder_of_its_own(season / WORK) as work:
        spool = Spool(work)
        seen: list[Picture] = []
        rubrics: dict[str, Codes] = {}
        lost, there = [], []
        for unit in units:
            try:
                read = known(unit.ledger, unit.name)
            except StoreError:
                lost.append(_named(unit))
                continue
            there.append(unit)
            spool.add(read)
            seen += _pictures(len(there) - 1, read)
            if read.rubric not in rubrics:
                rubrics[read.rubric] = words_of(rubric_of(unit.ledger))
        found = compared(spool.close(), rubrics.values(), templates, seen, there, candidates)
        told = {"key": key, **found, "lost": lost,
                "templates": {"read": templates.read, "unread": [
                    {"path": mask(path), "reason": reason} for path, reason in templates.unread]}}
        with placed(target) as place:
            place.write_bytes(orjson.dumps(told, option=orjson.OPT_INDENT_2))
    return target


def compared(spooled: Spooled, rubrics: Iterable[Codes], templates: Templates,
             seen: Sequence[Picture], units: Sequence[Unit],
             candidates: Candidates = search.candidates) -> Row:
    """{"clusters", "common", "permitted", "passages", "papers", "pictures"} of the season."""
    tables = search.allowed(spooled, rubrics, templates.codes)
    free, values, enough, out = search.marked(spooled, tables)
    near = candidates(values, enough, spooled.paper_unit[spooled.paper])
    found = search.papers(spooled, free, search.verified(spooled, free, near))
    told = [*_papers(spooled, found, units), *_passages(spooled, found, units),
            *_photos(seen, units, tables.crowd)]
    signs = int((np.asarray(spooled.codes) > STOP).sum()) + spooled.quoted
    counted = out | {"quoted": spooled.quoted}
    return {
        "clusters": clusters.ordered(told, _KINDS), "common": _common(spooled, tables.crowd),
        "permitted": {"signs": signs, "counts": counted,
                      "shares": permitted.shares(counted, signs), "crowd": tables.crowd},
        "units": len(units), "papers": len(spooled.papers), "passages": len(spooled.ids),
        "pictures": len(seen),
    }


def rubric_of(place: Path) -> Row:
    """The rubric, as data, that a unit was screened against."""
    with Ledger(place) as ledger:
        asked: Row = ledger.header("asked").get("asked", {})
    return asked


def words_of(asked: Row) -> Codes:
    """A rubric's own words, whatever field they stand in, made even."""
    return even(list(_texts(asked)), None).codes


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if len(value) >= SHORTEST:
            yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)


# --- clusters ---------------------------------------------------------------------------------


def _papers(spooled: Spooled, found: Sequence[Papers], units: Sequence[Unit]) -> Iterator[Row]:
    whole = [pair for pair in found if pair.shared.paper]
    shares = _shares(whole)
    first = _first_passages(whole)
    for group in clusters.joined((pair.one, pair.other) for pair in whole):
        rows = [_member(spooled, units, paper, shares[paper], first.get(paper)) for paper in group]
        earliest = min(group, key=lambda one: (spooled.papers[one]["dated"] or "9999", one))
        title = spooled.papers[earliest]["title"] or spooled.papers[earliest]["path"]
        yield clusters.cluster("paper", mask(title)[:LONGEST], rows)


def _passages(spooled: Spooled, found: Sequence[Papers], units: Sequence[Unit]) -> Iterator[Row]:
    """Passages that papers share which are not copies of one another; those that the same papers
    share are one cluster."""
    some = [pair for pair in found if pair.told and not pair.shared.paper]
    shares = _shares(some)
    groups: dict[tuple[int, ...], list[list[int]]] = {}
    for group in clusters.joined((two.one, two.other) for pair in some for two in pair.telling):
        owners = tuple(sorted({int(spooled.paper[one]) for one in group}))
        groups.setdefault(owners, []).append(sorted(group))
    for owners, shared in sorted(groups.items()):
        longest = max(shared, key=lambda group: (_length(spooled, group[0]), -group[0]))
        stand = {int(spooled.paper[one]): one for one in reversed(longest)}
        rows = [_member(spooled, units, paper, shares[paper], stand[paper]) for paper in owners]
        text = _text(units, spooled, longest[0])
        yield clusters.cluster("passage", mask(text)[:LONGEST], rows, len(shared))


def _common(spooled: Spooled, crowd: int) -> list[Row]:
    """Papers that so many units gave in word for word that they are everybody's, those of most
    units first: {"title", "path", "units", "dated"}. They make no cluster, and are not hidden."""
    alike: dict[str, list[Row]] = {}
    for paper in spooled.papers:
        if paper["length"]:
            alike.setdefault(paper["exact"], []).append(paper)
    told = []
    for papers in alike.values():
        count = len({paper["unit"] for paper in papers})
        if count >= crowd:
            first = min(papers, key=lambda one: (one["dated"] or "9999", one["unit"], one["path"]))
            told.append({"title": mask(first["title"] or "")[:LONGEST], "path": mask(first["path"]),
                         "units": count, "dated": first["dated"]})
    return sorted(told, key=lambda row: (-row["units"], row["title"], row["path"]))


def _photos(seen: Sequence[Picture], units: Sequence[Unit], crowd: int) -> Iterator[Row]:
    for group in clusters.joined(pictures.same(seen)):
        if len({seen[one].unit for one in group}) >= crowd:
            continue  # everybody's: a campaign's logo, the superior's poster
        rows = [{
            **_named(units[seen[one].unit]), "path": mask(seen[one].path), "passage": None,
            "dated": min(seen[one].years, default=None), "share": None, "page": seen[one].page,
        } for one in group]
        yield clusters.cluster("picture", "", rows)


def _shares(found: Iterable[Papers]) -> dict[int, float]:
    """Of every paper the largest share that stands in another one."""
    shares: dict[int, float] = {}
    for pair in found:
        shares[pair.one] = max(shares.get(pair.one, 0.0), pair.shared.one_share)
        shares[pair.other] = max(shares.get(pair.other, 0.0), pair.shared.other_share)
    return shares


def _first_passages(found: Iterable[Papers]) -> dict[int, int]:
    first: dict[int, int] = {}
    for pair in found:
        for two in pair.passages:
            first[pair.one] = min(first.get(pair.one, two.one), two.one)
            first[pair.other] = min(first.get(pair.other, two.other), two.other)
    return first


def _member(spooled: Spooled, units: Sequence[Unit], paper: int, share: float,
            passage: int | None) -> Row:
    row = spooled.papers[paper]
    return {
        **_named(units[row["unit"]]), "path": mask(row["path"]),
        "passage": None if passage is None else f"{int(spooled.ids[passage]):016x}",
        "dated": row["dated"], "share": round(share, 3),
    }


def _named(unit: Unit) -> Row:
    """A unit as `zuozheng batch --json` calls it too: its name, its folder below SEASON/units."""
    return {"unit": mask(unit.name), "dir": unit.dir}


def _length(spooled: Spooled, passage: int) -> int:
    return int(spooled.starts[passage + 1] - spooled.starts[passage])


def _text(units: Sequence[Unit], spooled: Spooled, passage: int) -> str:
    unit = units[spooled.papers[int(spooled.paper[passage])]["unit"]]
    with Ledger(unit.ledger) as ledger:
        row = ledger.passage(f"{int(spooled.ids[passage]):016x}")
    return re.sub(r"\s+", " ", row["text"]) if row else ""


def _pictures(unit: int, read: Part) -> Iterator[Picture]:
    dated = {paper["path"]: paper["dated"] for paper in read.papers}
    for path, page, likeness in read.pictures:
        years = frozenset(years_named(path, dated.get(path)))
        yield Picture(unit, path, page, likeness, years)


def digest(parts: Iterable[str]) -> str:
    """What decides the outcome, in one word."""
    seen = hashlib.sha256()
    for one in parts:
        seen.update(one.encode("utf-8", "replace") + b"\0")
    return seen.hexdigest()
