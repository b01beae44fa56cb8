"""Accounts: who may come in, and to which units.

Every change stands in the chain of the office (unit `""`), appended in the same transaction; a
change of role, of password, or the closing of an account ends all its visits and tokens: nobody
comes in by them any more.
"""

from __future__ import annotations

import secrets
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from pipeline.store.accounts import tables as t
from pipeline.store.decisions.append import append, fresh_key, hold
from pipeline.store.decisions.entry import Write, moment, plain

ADMIN = "admin"
"""The role that keeps accounts."""
OFFICE = ""
"""The unit whose chain holds what happens to accounts."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account. `id` has 12 hex digits; `closed`: since when it is, moments in UTC."""

    id: str
    name: str
    role: str
    created: datetime
    closed: datetime | None


class NameTaken(Exception):
    """Another account has that name."""


class LastAdmin(Exception):
    """Nobody would be left who can let others in."""


class Unknown(Exception):
    """There is no such account."""


def add(conn: Connection, name: str, role: str, password_hash: str, by: str = "") -> Account:
    """A new account; `by`: the account that adds it (none: the command line). Raises NameTaken."""
    hold(conn, OFFICE)
    if find(conn, name) is not None:
        raise NameTaken
    made = Account(secrets.token_hex(6), plain(name).strip(), role, datetime.now(UTC), None)
    conn.execute(insert(t.account).values(
        id=made.id, name=made.name, handle=handle(name), role=role, password_hash=password_hash,
        created=moment(made.created), closed=None))
    told(conn, "account_added", made.id, by, role=role)
    return made


def find(conn: Connection, name: str) -> Account | None:
    """The account of that name, closed or not; capitals and width of letters do not matter."""
    row = conn.execute(select(t.account).where(t.account.c.handle == handle(name))).first()
    return None if row is None else _account(row)


def get(conn: Connection, id: str) -> Account | None:
    """The account with that id, closed or not."""
    row = conn.execute(select(t.account).where(t.account.c.id == id)).first()
    return None if row is None else _account(row)


def all_of(conn: Connection) -> list[Account]:
    """All accounts, closed ones too, by name."""
    return [_account(row) for row in conn.execute(select(t.account).order_by(t.account.c.handle))]


def password_hash(conn: Connection, id: str) -> str | None:
    """The kept hash of an account's password."""
    return conn.execute(select(t.account.c.password_hash).where(t.account.c.id == id)).scalar()


def keep_rehashed(conn: Connection, id: str, password_hash: str) -> None:
    """The same password, hashed anew by stronger settings: no event, and nobody is sent out."""
    conn.execute(update(t.account).where(t.account.c.id == id)
                 .values(password_hash=password_hash))


def set_role(conn: Connection, id: str, role: str, by: str = "") -> None:
    """Another role. Raises Unknown, LastAdmin."""
    if role != ADMIN:
        _another_admin(conn, id)
    _changed(conn, id, role=role)
    told(conn, "role_changed", id, by, role=role)


def set_password(conn: Connection, id: str, password_hash: str, by: str = "") -> None:
    """Another password. Raises Unknown."""
    _changed(conn, id, password_hash=password_hash)
    told(conn, "password_changed", id, by)


def close(conn: Connection, id: str, by: str = "") -> None:
    """Nobody comes in by this account any more; what it decided stays. Raises Unknown,
    LastAdmin."""
    _another_admin(conn, id)
    # Its visits are left to run out: they let nobody in, and their owner is told why.
    _changed(conn, id, keep_visits=True, closed=moment(datetime.now(UTC)))
    told(conn, "account_closed", id, by)


def grant(conn: Connection, id: str, unit: str, by: str = "") -> None:
    """The account may come to this unit. Raises Unknown."""
    hold(conn, OFFICE)
    if get(conn, id) is None:
        raise Unknown
    if unit not in granted(conn, id):
        conn.execute(insert(t.granted).values(account=id, unit=unit))
        told(conn, "unit_granted", id, by, unit=unit)


def withdraw(conn: Connection, id: str, unit: str, by: str = "") -> None:
    """The account may not come to this unit any more."""
    hold(conn, OFFICE)
    if conn.execute(delete(t.granted).where(t.granted.c.account == id,
                                            t.granted.c.unit == unit)).rowcount:
        told(conn, "unit_withdrawn", id, by, unit=unit)


def granted(conn: Connection, id: str) -> set[str]:
    """The ids of the units that the account may come to."""
    return set(conn.execute(select(t.granted.c.unit).where(t.granted.c.account == id)).scalars())


def granted_to(conn: Connection, unit: str) -> list[Account]:
    """The accounts that may come to the unit, closed ones too, by name."""
    rows = conn.execute(select(t.account).join(t.granted, t.granted.c.account == t.account.c.id)
                        .where(t.granted.c.unit == unit).order_by(t.account.c.handle))
    return [_account(row) for row in rows]


def handle(name: str) -> str:
    """A name as it is compared: NFKC, without capitals or outer white space."""
    return unicodedata.normalize("NFKC", plain(name)).casefold().strip()


def told(conn: Connection, kind: str, id: str, by: str, **state: str) -> None:
    """Append an event of an account to the office's chain."""
    append(conn, Write(unit=OFFICE, account=by, seat="", kind=kind, subject=id, version=None,
                       state=state, key=fresh_key()))


def _changed(conn: Connection, id: str, keep_visits: bool = False, **values: str) -> None:
    hold(conn, OFFICE)
    if not conn.execute(update(t.account).where(t.account.c.id == id).values(**values)).rowcount:
        raise Unknown
    if not keep_visits:
        conn.execute(delete(t.visit).where(t.visit.c.account == id))
    conn.execute(delete(t.token).where(t.token.c.account == id))


def _another_admin(conn: Connection, id: str) -> None:
    """Whether there is an administrator beside this one, if it is one. Raises LastAdmin."""
    hold(conn, OFFICE)
    open_ = set(conn.execute(select(t.account.c.id).where(
        t.account.c.role == ADMIN, t.account.c.closed.is_(None))).scalars())
    if open_ == {id}:
        raise LastAdmin


def _account(row: Any) -> Account:
    return Account(id=row.id, name=row.name, role=row.role,
                   created=datetime.fromisoformat(row.created),
                   closed=datetime.fromisoformat(row.closed) if row.closed else None)
