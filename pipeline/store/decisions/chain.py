"""Checking a unit's chain: each entry carries the hash of the one before it.

What is hashed are ids and salted digests, so that the chain still verifies when the contents have
gone by a purge. Whoever can write in the database could compute a whole new chain: that is why
every export states the head's hash.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, func, select

from pipeline.store.decisions import tables as t
from pipeline.store.decisions.append import head
from pipeline.store.decisions.entry import (
    START,
    Entry,
    canonical,
    digest,
    hashed,
    record,
    whole,
)

__all__ = ["BadRow", "Checked", "canonical", "digest", "head", "place_of", "record_of",
           "verify"]


@dataclass(frozen=True, slots=True)
class BadRow:
    """The first entry that is not as it was appended.

    `missing`: no entry of that number; `before`: it does not follow the one before it; `hash`: it
    was changed; `content`: its note or what was shown was changed or taken away; `head`: the
    chain's end is not where its head says.
    """

    seq: int
    why: Literal["hash", "before", "missing", "content", "head"]


@dataclass(frozen=True, slots=True)
class Checked:
    """How many entries are good from the beginning, the hash of the last of them, and what came
    then."""

    count: int
    head: str
    bad: BadRow | None


def verify(conn: Connection, unit: str) -> Checked:
    """Check the chain of a unit (`""`: of the office) from its beginning to its head."""
    with _any_bytes(conn):
        return _checked(conn, unit)


def _checked(conn: Connection, unit: str) -> Checked:
    gone, gone_answers = _purged(conn, unit)
    count, before, part = 0, START, ("", "", -1)
    wanted = whole().where(t.entry.c.unit == unit).order_by(t.entry.c.seq)
    for row in conn.execute(wanted, execution_options={"yield_per": 1000}):
        if row.seq != count + 1:
            return Checked(count, before, BadRow(count + 1, "missing"))
        expected = part[2] + 1 if part[:2] == (row.account, row.key) else 0
        purged = row.seq < (gone_answers if row.kind == "answer" else gone)
        why = _wrong(row, before, expected, purged)
        if why is not None:
            return Checked(count, before, BadRow(row.seq, why))
        count, before, part = row.seq, row.hash, (row.account, row.key, row.part)
    seq, hash_ = head(conn, unit)
    if seq != count or hash_ != before:
        if isinstance(seq, int) and seq > count:
            return Checked(count, before, BadRow(count + 1, "missing"))
        return Checked(count, before, BadRow(count, "head"))
    return Checked(count, before, _stray(conn, unit))


def place_of(conn: Connection, unit: str, hash_: str) -> int | None:
    """Which entry of the unit has this hash (an export states the one it ended with); 0: the
    beginning; None: none has."""
    if hash_ == START:
        return 0
    return conn.execute(select(func.min(t.entry.c.seq)).where(
        t.entry.c.unit == unit, t.entry.c.hash == hash_)).scalar()


def record_of(entry: Entry) -> dict[str, object]:
    """What is hashed of an entry, for exports: sha256 of its canonical form is `entry.hash`."""
    return record(entry, entry.state)


@contextmanager
def _any_bytes(conn: Connection) -> Iterator[None]:
    """SQLite keeps as text what is none; reading it must not fail, or the row were never named."""
    raw = conn.connection.dbapi_connection
    if not isinstance(raw, sqlite3.Connection):
        yield
        return
    raw.text_factory = lambda found: found.decode("utf-8", "replace")
    try:
        yield
    finally:
        raw.text_factory = str


def _wrong(row: Any, before: str, part: int, purged: bool
           ) -> Literal["hash", "before", "content"] | None:
    if row.before != before:
        return "before"
    try:
        state = json.loads(row.state)
        whole_ = canonical(state).decode("utf-8") == row.state and row.part == part
        if not whole_ or hashed(record(row, state)) != row.hash:
            return "hash"
    except (TypeError, ValueError):
        return "hash"
    try:
        return None if _content_holds(row, purged) else "content"
    except (TypeError, ValueError):
        return "content"


def _content_holds(row: Any, purged: bool) -> bool:
    if row.salt is None:
        return purged or (row.note_digest is None and row.shown_digest is None)
    salt = bytes.fromhex(row.salt)
    note = digest(salt, row.note) if row.note else None
    shown = digest(salt, json.loads(row.shown)) if row.shown else None
    return (len(salt) == 32 and note == row.note_digest and shown == row.shown_digest
            and (note is not None or shown is not None)
            and (not row.shown or canonical(json.loads(row.shown)).decode() == row.shown))


def _purged(conn: Connection, unit: str) -> tuple[int, int]:
    """Up to which entries contents may be gone: (all but answers, answers)."""
    rows = conn.execute(select(t.entry.c.seq, t.entry.c.state).where(
        t.entry.c.unit == unit, t.entry.c.kind == "purged").order_by(t.entry.c.seq))
    gone = answers = 0
    for row in rows:
        gone = row.seq
        if '"answers":true' in row.state:
            answers = row.seq
    return gone, answers


def _stray(conn: Connection, unit: str) -> BadRow | None:
    """Contents that belong to no entry."""
    c = t.content.c
    owner = select(t.entry.c.seq).where(t.entry.c.unit == c.unit, t.entry.c.seq == c.seq)
    stray = conn.execute(select(func.min(c.seq)).where(c.unit == unit, ~owner.exists())).scalar()
    return None if stray is None else BadRow(stray, "content")
