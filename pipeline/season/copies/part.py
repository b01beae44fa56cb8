"""What is compared of one unit: its ledger read once, its passages made even, its papers' facts.

A pure function of the ledger: an engine may call it for each unit wherever the ledger lies.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.integrity.excerpt import LIST
from pipeline.season.copies.grams import Marks, covered, grams
from pipeline.season.copies.normal import Codes, Even, even, own_names
from pipeline.season.copies.permitted import GRAM
from pipeline.store.ledger import Ledger

Row = dict[str, Any]

REPEATED = 3
"""Passages of one paper with the same words, from which on these are its form's print."""


class Part(NamedTuple):
    """A unit's own passages and papers, and the words it received from superiors.

    `papers`: {"path", "title", "dated", "length", "exact"}; of passage n, `paper[n]` is the place
    of its paper among them and `ids[n]` its id as a number. `form` marks signs that are print.
    """

    papers: list[Row]
    codes: Codes
    starts: NDArray[np.int64]
    paper: NDArray[np.int32]
    ids: NDArray[np.uint64]
    quoted: NDArray[np.int32]
    form: Marks
    received: Codes
    pictures: list[tuple[str, int, str]]
    """(path, number, likeness) of the pictures of own papers."""
    rubric: str
    """The digest of the rubric that the unit was screened against."""


def part(place: Path, name: str = "") -> Part:
    """The part of the unit whose ledger this is; `name` beside those its header states. Raises
    sqlite3.Error (`store.ledger.StoreError`) where the ledger is damaged."""
    with Ledger(place) as ledger:
        header = ledger.header("unit", "rubric_sha256")
        own = own_names([name, *header.get("unit", ())])
        records = {record["path"]: (record, length, exact)
                   for record, _, length, exact in ledger.fingerprints()}
        papers: list[Row] = []
        found: list[Even] = []
        owners: list[int] = []
        ids: list[int] = []
        forms: list[Marks] = []
        received: list[Codes] = []
        for path, rows in groupby(ledger.texts(), key=lambda row: row[0]):
            record, length, exact = records.get(path, (None, 0, ""))
            if record is None or record["same_as"] is not None:
                continue  # another form of a paper that is here
            passages = list(rows)
            made = even([row[3] for row in passages], own)
            if "received" in record["flags"]:
                received.append(made.codes)
                continue
            if LIST.search(re.sub(r"\s", "", record["title"] or path.rpartition("/")[2])):
                continue
            owners += [len(papers)] * len(passages)
            ids += [int(row[1], 16) for row in passages]
            found.append(made)
            forms.append(_print(made))
            papers.append({"path": path, "title": record["title"], "dated": record["dated"],
                           "length": length, "exact": exact})
        # A superior's, or another form of a paper that is here, whose pictures it has again.
        theirs = {path for path, (record, *_) in records.items()
                  if "received" in record["flags"] or record["same_as"] is not None}
        worded = {path for path, (_, length, _) in records.items() if length >= WORDED}
        pictures = [row for row in ledger.pictures()
                    if row[0] not in theirs and not _sheet(row[0], worded)]
        return Part(
            papers, _joined([one.codes for one in found], np.uint16), _starts(found),
            np.array(owners, dtype=np.int32), np.array(ids, dtype=np.uint64),
            _joined([one.quoted for one in found], np.int32), _joined(forms, np.bool_),
            _joined(received, np.uint16), pictures,
            header.get("rubric_sha256", ""),
        )


WORDED = 80
"""Normalised characters from which on a picture file is a sheet, known by its words."""
_PICTURE = re.compile(r"\.(?:jpe?g|png|gif|bmp|tiff?|webp|hei[cf])$", re.IGNORECASE)


def _sheet(path: str, worded: set[str]) -> bool:
    return path in worded and _PICTURE.search(path) is not None


def _print(made: Even) -> Marks:
    """The signs of a paper that stand in `REPEATED` of its passages or more."""
    count = len(made.starts) - 1
    hashes, whole = grams(made.codes, GRAM)
    if count < REPEATED or not whole.any():
        return np.zeros(len(made.codes), dtype=bool)
    of = np.repeat(np.arange(count), np.diff(made.starts))
    places = np.flatnonzero(whole)
    order = places[np.lexsort((of[places], hashes[places]))]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (hashes[order[1:]] != hashes[order[:-1]]) | (of[order[1:]] != of[order[:-1]])
    once, times = np.unique(hashes[order[first]], return_counts=True)
    hits = whole & np.isin(hashes, once[times >= REPEATED])
    return covered(hits, GRAM)


def _starts(found: Sequence[Even]) -> NDArray[np.int64]:
    sizes = [np.diff(one.starts) for one in found]
    return np.concatenate(([0], np.cumsum(_joined(sizes, np.int64)))).astype(np.int64)


def _joined(arrays: Sequence[NDArray[Any]], kind: Any) -> NDArray[Any]:
    return np.concatenate(arrays).astype(kind, copy=False) if arrays else np.empty(0, dtype=kind)
