"""Appending to a unit's chain: all or none, once for each key, and only onto what was seen."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from pipeline.store.decisions import tables as t
from pipeline.store.decisions.entry import (
    START,
    Entry,
    Write,
    canonical,
    digest,
    hashed,
    moment,
    of_row,
    of_values,
    plain,
    record,
    whole,
)

KEY = 64
"""The longest key, in characters."""
Subject = tuple[str, str, str, str]


class Conflict(Exception):
    """Somebody was there first; nothing was written. `entries`: the current entry of each subject
    that was lost (none where the writer saw entries that do not exist)."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = tuple(entries)
        super().__init__(*(f"{entry.unit}:{entry.seq}" for entry in self.entries))


class KeyTaken(Conflict):
    """The key was used before, for something else (`entries`, where they can be told)."""


def append(conn: Connection, *writes: Write) -> list[Entry]:
    """Append these, in order, all or none; the entries, as they stand.

    Several writes of one call may have the same key. A call that repeats one of before writes
    nothing and gives the entries written then. To be called in `writing`. Raises Conflict.
    """
    writes = tuple(_checked(write) for write in writes)
    heads = hold(conn, *{write.unit for write in writes})
    before = _written_before(conn, writes)
    if before:
        return before
    versions = _versions(conn, writes)
    made: list[Entry] = []
    rows: list[dict[str, Any]] = []
    contents: list[dict[str, Any]] = []
    parts: dict[tuple[str, str], int] = {}
    for write in writes:
        subject = subject_of(write)
        versions[subject] += 1
        part = parts.get((write.account, write.key), -1) + 1
        parts[write.account, write.key] = part
        row, content = _row(write, versions[subject], heads[write.unit], part)
        heads[write.unit] = (row["seq"], row["hash"])
        rows.append(row)
        if content is not None:
            contents.append(content)
        made.append(of_values(row, content))
    try:
        conn.execute(insert(t.entry), rows)
    except IntegrityError:
        # The same key at the same moment in another unit, whose chain is not the one we hold.
        raise KeyTaken(()) from None
    if contents:
        conn.execute(insert(t.content), contents)
    for unit, (seq, hash_) in heads.items():
        conn.execute(update(t.head).where(t.head.c.unit == unit).values(seq=seq, hash=hash_))
    return made


def hold(conn: Connection, *units: str) -> dict[str, tuple[int, str]]:
    """Nobody else appends to these chains until this transaction ends: what is read from now on
    still holds when appending. (In SQLite that is so in every `writing`.) Where each of them
    ends, as `head` says it."""
    ends: dict[str, tuple[int, str]] = {}
    # In one order, or two who want the same two would wait for each other.
    for unit in sorted(units):
        wanted = select(t.head.c.seq, t.head.c.hash).where(t.head.c.unit == unit).with_for_update()
        row = conn.execute(wanted).first()
        if row is None:
            made = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
            conn.execute(made(t.head).values(unit=unit, seq=0, hash=START)
                         .on_conflict_do_nothing())
            row = conn.execute(wanted).one()
        ends[unit] = (row.seq, row.hash)
    return ends


def head(conn: Connection, unit: str) -> tuple[int, str]:
    """Where the chain ends: (number of the last entry, its hash)."""
    row = conn.execute(select(t.head.c.seq, t.head.c.hash).where(t.head.c.unit == unit)).first()
    return (row.seq, row.hash) if row else (0, START)


def subject_of(write: Write) -> Subject:
    """What a write is about: on this its version counts."""
    return (write.unit, write.seat, write.kind, write.subject)


def fresh_key() -> str:
    """A key for what no client asked for."""
    return secrets.token_hex(16)


def _checked(write: Write) -> Write:
    if not 0 < len(write.key) <= KEY:
        raise ValueError("a key has 1 to 64 characters")
    # An answer outlives a purge, so nothing that was shown of papers is kept with it.
    shown = {} if write.kind == "answer" else write.shown
    return Write(
        unit=write.unit, account=plain(write.account), seat=plain(write.seat),
        kind=plain(write.kind), subject=plain(write.subject), version=write.version,
        state=write.state, key=plain(write.key), note=plain(write.note), shown=shown,
        model=plain(write.model), rubric=plain(write.rubric), run=plain(write.run),
        entry_at=write.entry_at,
    )


def _written_before(conn: Connection, writes: Sequence[Write]) -> list[Entry]:
    """What a call with these keys wrote; empty if none did. Raises KeyTaken."""
    found: dict[tuple[str, str], list[Entry]] = {}
    for account, key in dict.fromkeys((write.account, write.key) for write in writes):
        rows = conn.execute(whole().where(t.entry.c.account == account, t.entry.c.key == key)
                            .order_by(t.entry.c.part.desc()))
        found[account, key] = [of_row(row) for row in rows]
    everything = [entry for entries in found.values() for entry in entries]
    if not everything:
        return []
    same = []
    for write in writes:
        entries = found[write.account, write.key]
        if not entries or not _same(write, entries[-1]):
            raise KeyTaken(everything)
        same.append(entries.pop())
    if any(found.values()):
        raise KeyTaken(everything)
    return same


def _same(write: Write, entry: Entry) -> bool:
    return subject_of(write) == (entry.unit, entry.seat, entry.kind, entry.subject) \
        and canonical(write.state) == canonical(entry.state) \
        and (entry.note == write.note or _purged(entry))


def _purged(entry: Entry) -> bool:
    """Whether its note is no longer there to be compared."""
    return entry.note_digest is not None and not entry.note


def _versions(conn: Connection, writes: Sequence[Write]) -> dict[Subject, int]:
    """How many entries each subject has. Raises Conflict."""
    versions: dict[Subject, int] = {}
    lost: list[Subject] = []
    ahead: dict[Subject, int] = {}
    for write in writes:
        subject = subject_of(write)
        if subject not in versions:
            versions[subject] = conn.execute(
                select(func.coalesce(func.max(t.entry.c.version), 0)).where(*_on(subject))
            ).scalar_one()
        if write.version is not None \
                and write.version != versions[subject] + ahead.get(subject, 0):
            lost.append(subject)
        ahead[subject] = ahead.get(subject, 0) + 1
    if lost:
        latest = (conn.execute(whole().where(*_on(subject)).order_by(t.entry.c.version.desc())
                               .limit(1)).first() for subject in dict.fromkeys(lost))
        raise Conflict(of_row(row) for row in latest if row is not None)
    return versions


def _on(subject: Subject) -> list[Any]:
    c = t.entry.c
    return [column == value
            for column, value in zip((c.unit, c.seat, c.kind, c.subject), subject, strict=True)]


def _row(write: Write, version: int, before: tuple[int, str], part: int
         ) -> tuple[dict[str, Any], dict[str, Any] | None]:
    salt = secrets.token_bytes(32)
    # Asked for while the chain is held, so that moments follow one another as entries do.
    at = write.entry_at or datetime.now(UTC)
    shown = canonical(write.shown).decode("utf-8")
    row: dict[str, Any] = {
        "unit": write.unit, "seq": before[0] + 1, "at": moment(at),
        "account": write.account, "seat": write.seat, "kind": write.kind,
        "subject": write.subject, "version": version,
        "state": canonical(write.state).decode("utf-8"), "key": write.key, "part": part,
        "model": write.model, "rubric": write.rubric, "run": write.run,
        "note_digest": digest(salt, write.note) if write.note else None,
        "shown_digest": digest(salt, write.shown) if write.shown else None,
        "before": before[1],
    }
    row["hash"] = hashed(record(SimpleNamespace(**row), write.state))
    if not write.note and not write.shown:
        return row, None
    return row, {"unit": write.unit, "seq": row["seq"], "salt": salt.hex(), "note": write.note,
                 "shown": shown if write.shown else ""}
