"""An entry of a unit's chain, as it is asked for and as it stands; its canonical form."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, select

from pipeline.store.decisions import tables as t

State = dict[str, Any]

START = "0" * 64
"""The hash before the first entry."""
DECISIONS = ("evidence", "verdict", "sample", "answer")
"""Kinds by which a reviewer has said something."""


@dataclass(frozen=True, slots=True)
class Write:
    """An entry to be appended.

    `version` is the number of entries that the writer saw of this seat on this subject; None where
    entries do not replace one another (answers, audit). `key` is the writer's own, at most 64
    characters: the same one again writes nothing. `shown` is what was on the screen.
    """

    unit: str
    account: str
    seat: str
    kind: str
    subject: str
    version: int | None
    state: State
    key: str
    note: str = ""
    shown: State = field(default_factory=dict)
    model: str = ""
    rubric: str = ""
    run: str = ""
    entry_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as it stands. `version` counts it: the first of a seat on a subject has 1, and the
    next write on it names that. `note` and `shown` are empty after a purge."""

    unit: str
    seq: int
    at: datetime
    account: str
    seat: str
    kind: str
    subject: str
    version: int
    state: State
    note: str
    shown: State
    model: str
    rubric: str
    run: str
    hash: str
    key: str
    note_digest: str | None
    shown_digest: str | None
    before: str


def canonical(value: object) -> bytes:
    """The one way to write a value as bytes: JSON, keys sorted, no spaces, UTF-8.

    Half a surrogate pair, which a file name may hold, becomes a question mark. Raises ValueError
    for what JSON cannot hold.
    """
    written = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"),
                         allow_nan=False)
    return written.encode("utf-8", "replace")


def digest(salt: bytes, value: object) -> str:
    """SHA-256 of the salt and the canonical value, in hex."""
    return hashlib.sha256(salt + canonical(value)).hexdigest()


def plain(text: str) -> str:
    """The text as any database can keep it: without half surrogate pairs and NUL."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")


def moment(at: datetime) -> str:
    """A moment as it is kept: UTC, microseconds, 27 characters. In this form earlier < later."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def record(row: Any, state: object) -> dict[str, object]:
    """What is hashed of an entry (an `Entry`, or a row of the table)."""
    at = row.at if isinstance(row.at, str) else moment(row.at)
    return {
        "unit": row.unit, "seq": row.seq, "at": at, "account": row.account, "seat": row.seat,
        "kind": row.kind, "subject": row.subject, "version": row.version, "state": state,
        "key": row.key, "model": row.model, "rubric": row.rubric, "run": row.run,
        "note": row.note_digest, "shown": row.shown_digest, "before": row.before,
    }


def hashed(made: dict[str, object]) -> str:
    """The hash of a record, in hex."""
    return hashlib.sha256(canonical(made)).hexdigest()


_OF_ENTRY = ("unit", "seq", "at", "account", "seat", "kind", "subject", "version", "state", "note",
             "shown", "model", "rubric", "run", "hash", "key", "note_digest", "shown_digest",
             "before")
"""The columns of `whole`, in the order of the fields of Entry; part and salt come after them."""


def whole() -> Select[Any]:
    """Entries with their contents, where these are still there."""
    columns = [(t.content if name in {"note", "shown"} else t.entry).c[name] for name in _OF_ENTRY]
    return select(*columns, t.entry.c.part, t.content.c.salt).join_from(
        t.entry, t.content,
        (t.content.c.unit == t.entry.c.unit) & (t.content.c.seq == t.entry.c.seq), isouter=True)


def of_row(row: Sequence[Any]) -> Entry:
    """An entry from a row of `whole`."""
    # By place: a row of thousands is asked for its columns by name ten times more slowly.
    unit, seq, at, account, seat, kind, subject, version, state, note, shown, *others = row[:19]
    return Entry(unit, seq, datetime.fromisoformat(at), account, seat, kind, subject, version,
                 json.loads(state), note or "", json.loads(shown) if shown else {}, *others)


def of_values(entry: Mapping[str, Any], content: Mapping[str, Any] | None) -> Entry:
    """An entry from the values that are put into the tables."""
    both = {"note": None, "shown": None} | dict(entry) | dict(content or {})
    return of_row([both[name] for name in _OF_ENTRY])
