"""Which ledgers are compared, what templates there are, and whether anything has changed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from pipeline.errors import InputError, Unreadable, ZuozhengError
from pipeline.ingest import archive
from pipeline.ingest.confined.scratch import folder_of_its_own
from pipeline.rubric.model import Rubric
from pipeline.season.copies import search
from pipeline.season.copies.kept import made_of
from pipeline.season.copies.normal import even
from pipeline.season.copies.run import WORK, Candidates, Templates, Unit, digest, rubric_of, written
from pipeline.store.ledger import Ledger, StoreError, checked
from pipeline.store.season import COPIES, TEMPLATES, SeasonLedger
from pipeline.store.season import checked as begun

Row = dict[str, Any]


def copies(season: Path, candidates: Candidates = search.candidates) -> Path:
    """See `pipeline.season.copies.copies`."""
    units, keys, asked = _units(season)
    entries = _entries(season / TEMPLATES)
    from pipeline.screen.unit import code

    key = digest([code(), *keys, *(f"{one.path} {_hash(one)}" for one in entries)])
    target = season / COPIES
    if _stands(target, key):
        return target
    return written(season, units, _templates(season, entries, asked), key, candidates)


def _units(season: Path) -> tuple[list[Unit], list[str], Row]:
    """The units that have a finished ledger, in the order of their names; what each was made of;
    the first one's rubric."""
    found: list[Unit] = []
    keys: list[str] = []
    asked: Row = {}
    with SeasonLedger(begun(season)) as ledger:
        rows = [(row["dir"], row["name"]) for row in ledger.units()]
    for dir, name in rows:
        try:
            place = checked(season / "units" / dir)
            with Ledger(place) as ledger:
                key = made_of(ledger)
        except (InputError, StoreError):
            continue  # not done yet, or not to be read: the season's page says so of the unit
        asked = asked or rubric_of(place)
        found.append(Unit(dir, name, place))
        keys.append(f"{dir} {name} {key}")
    return found, keys, asked


def _stands(target: Path, key: str) -> bool:
    try:
        told = orjson.loads(target.read_bytes())
        return isinstance(told, dict) and told.get("key") == key
    except (OSError, ValueError):
        return False


def _entries(folder: Path) -> list[archive.Entry]:
    if not folder.is_dir():
        return []
    try:
        return [entry for entry in archive.walk(folder) if entry.reason != "system_file"]
    except OSError:
        return []


def _hash(entry: archive.Entry) -> str:
    try:
        return archive.digest(entry.place) if entry.reason is None else entry.reason
    except Unreadable as error:
        return error.reason


def _templates(season: Path, entries: Sequence[archive.Entry], asked: Row) -> Templates:
    """The words of the papers in SEASON/templates, read as a unit's are: by confined workers."""
    if not entries or not asked:
        return Templates(np.empty(0, dtype=np.uint16), 0, [])
    from pipeline.screen.unit import screen

    read, unread, texts = 0, list[tuple[str, str]](), list[str]()
    with folder_of_its_own(season / f"{WORK}-templates") as work:
        try:
            screen(season / TEMPLATES, Rubric.model_validate(asked), work, ocr="never", workers=1)
        except ZuozhengError as error:
            return Templates(np.empty(0, dtype=np.uint16), 0, [(TEMPLATES, error.key)])
        with Ledger(checked(work)) as ledger:
            for row in ledger.files():
                if row["status"] in ("unread", "partly_read"):
                    unread.append((row["path"], row["reason"]))
                read += row["status"] in ("read", "partly_read", "duplicate")
            texts = [text for _, _, _, text in ledger.texts()]
    return Templates(even(texts, None).codes, read, unread)
