"""The current state, which is a view of what was appended."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from pipeline.store.decisions import tables as t
from pipeline.store.decisions.entry import DECISIONS, Entry, State, of_row, whole

Mode = Literal["shared", "blind"]


def current(conn: Connection, unit: str, seat: str, kind: str | None = None, start: str = ""
            ) -> dict[tuple[str, str], Entry]:
    """The last entry of a seat on each subject (that begins with `start`), by (kind, subject), in
    the order appended."""
    c = t.entry.c
    wanted = whole().where(c.unit == unit, c.seat == seat).order_by(c.seq)
    if kind is not None:
        wanted = wanted.where(c.kind == kind)
    if start:
        wanted = wanted.where(c.subject.startswith(start, autoescape=True))
    last: dict[tuple[str, str], Any] = {}
    # Few subjects have more than one entry: to read all is quicker than to look for the last.
    for row in conn.execute(wanted):
        on = row.kind, row.subject
        last.pop(on, None)
        last[on] = row
    return {on: of_row(row) for on, row in last.items()}


def one(conn: Connection, unit: str, seat: str, kind: str, subject: str) -> Entry | None:
    """The last entry of a seat on one subject."""
    row = conn.execute(_about(unit, seat, kind, subject).order_by(t.entry.c.version.desc())
                       .limit(1)).first()
    return None if row is None else of_row(row)


def entries(conn: Connection, unit: str, *, seat: str | None = None, kind: str | None = None,
            after: int = 0) -> Iterator[Entry]:
    """Entries in the order appended, those behind number `after`, as they are read."""
    c = t.entry.c
    wanted = whole().where(c.unit == unit, c.seq > after).order_by(c.seq)
    if seat is not None:
        wanted = wanted.where(c.seat == seat)
    if kind is not None:
        wanted = wanted.where(c.kind == kind)
    for row in conn.execute(wanted, execution_options={"yield_per": 500}):
        yield of_row(row)


def of_key(conn: Connection, account: str, key: str) -> list[Entry]:
    """What an account appended under one key, in order: one call of `append`."""
    c = t.entry.c
    return [of_row(row) for row in conn.execute(
        whole().where(c.account == account, c.key == key).order_by(c.part))]


def history(conn: Connection, unit: str, seat: str, kind: str, subject: str) -> list[Entry]:
    """Every entry of a seat on one subject, the first first."""
    rows = conn.execute(_about(unit, seat, kind, subject).order_by(t.entry.c.version))
    return [of_row(row) for row in rows]


def previous_state(conn: Connection, unit: str, seat: str, kind: str, subject: str
                   ) -> State | None:
    """The state before the last entry: what undo goes back to. None: nothing was said before.

    An undo is an entry like others, so undoing it goes back to what it undid.
    """
    row = conn.execute(_about(unit, seat, kind, subject).order_by(t.entry.c.version.desc())
                       .limit(1).offset(1)).first()
    return None if row is None else of_row(row).state


def before(conn: Connection, entry: Entry) -> Entry | None:
    """The entry that stood on the same subject until this one."""
    if entry.version < 2:
        return None
    row = conn.execute(_about(entry.unit, entry.seat, entry.kind, entry.subject).where(
        t.entry.c.version == entry.version - 1)).first()
    return None if row is None else of_row(row)


def last_word(conn: Connection, unit: str, accounts: set[str]) -> tuple[str, str] | None:
    """(moment, account) of the last entry that one of these accounts appended to the unit."""
    e = t.entry.c
    row = conn.execute(select(e.at, e.account).where(e.unit == unit, e.account.in_(accounts))
                       .order_by(e.seq.desc()).limit(1)).first()
    return None if row is None else (row.at, row.account)


def opened_by(conn: Connection, unit: str, account: str) -> set[str]:
    """The targets that this account has opened."""
    o = t.opened.c
    return set(conn.execute(select(o.target).where(o.unit == unit, o.account == account))
               .scalars())


def note_opened(conn: Connection, unit: str, account: str, target: str) -> None:
    """This account has opened that target. To be called in `writing`; once is enough."""
    insert = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
    conn.execute(insert(t.opened).values(unit=unit, account=account, target=target)
                 .on_conflict_do_nothing())


def handed_in(conn: Connection, unit: str) -> set[str]:
    """The seats that are finished: handed in, and not opened again since."""
    c = t.entry.c
    rows = conn.execute(select(c.seat, c.kind).where(
        c.unit == unit, c.kind.in_(("handed_in", "opened_again"))).order_by(c.seq))
    last = {row.seat: row.kind for row in rows}
    return {seat for seat, kind in last.items() if kind == "handed_in"}


def mode(conn: Connection, unit: str) -> Mode:
    """How the unit is reviewed: `shared` until a lead says otherwise."""
    c = t.entry.c
    row: Any = conn.execute(whole().where(c.unit == unit, c.kind == "mode")
                            .order_by(c.seq.desc()).limit(1)).first()
    return "blind" if row is not None and of_row(row).state.get("mode") == "blind" else "shared"


def seats(conn: Connection, unit: str) -> list[str]:
    """The seats that have decided anything, sorted."""
    c = t.entry.c
    return sorted(conn.execute(select(c.seat).distinct().where(
        c.unit == unit, c.kind.in_(DECISIONS))).scalars())


def _about(unit: str, seat: str, kind: str, subject: str) -> Any:
    c = t.entry.c
    return whole().where(c.unit == unit, c.seat == seat, c.kind == kind, c.subject == subject)
