"""Back-off from wrong passwords, for each name (known or not) and each address; kept are digests.

A name waits a minute at most, so that nobody is locked out by others for long; an address up to a
quarter of an hour.
"""

from __future__ import annotations

import hashlib
import math
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from pipeline.store.accounts import tables as t
from pipeline.store.accounts.accounts import handle
from pipeline.store.decisions.entry import moment

FORGOTTEN = timedelta(hours=1)
"""So long after the last wrong password, all are forgotten."""
FREE = {"name": 3, "address": 10}
"""So many may be wrong before one has to wait: behind an address sits a whole office."""
LONGEST = {"name": 60, "address": 900}
"""Seconds. The wait begins with one and doubles."""


def wait(conn: Connection, name: str, address: str, now: datetime) -> int:
    """Seconds until a password may be tried for this name from this address; 0: now."""
    return max(_left(conn, what, value, now) for what, value in _both(name, address))


def failed(conn: Connection, name: str, address: str, now: datetime) -> None:
    """A password was wrong, or the name unknown. To be called in `writing`."""
    old = moment(now - FORGOTTEN)
    conn.execute(delete(t.attempt).where(t.attempt.c.last < old))
    made = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
    for what, value in _both(name, address):
        c = t.attempt.c
        row = made(t.attempt).values(digest=_digest(what, value), times=1, last=moment(now))
        conn.execute(row.on_conflict_do_update(index_elements=[c.digest], set_={
            "times": c.times + 1,
            "last": row.excluded.last}))


def succeeded(conn: Connection, name: str, address: str) -> None:
    """The password was right: the name starts anew. The address does not: somebody with one
    account could otherwise try all others."""
    conn.execute(delete(t.attempt).where(t.attempt.c.digest == _digest("name", handle(name))))


def _both(name: str, address: str) -> tuple[tuple[str, str], tuple[str, str]]:
    return ("name", handle(name)), ("address", address)


def _digest(what: str, value: str) -> str:
    return hashlib.sha256(f"{what}:{value}".encode("utf-8", "replace")).hexdigest()


def _left(conn: Connection, what: str, value: str, now: datetime) -> int:
    row = conn.execute(select(t.attempt.c.times, t.attempt.c.last).where(
        t.attempt.c.digest == _digest(what, value))).first()
    if row is None or row.times < FREE[what]:
        return 0
    last = datetime.fromisoformat(row.last)
    # A clock that was set back must not lock anybody out for as long as it was ahead; the next
    # wrong password counts on by the clock as it goes now.
    if last > now or now - last > FORGOTTEN:
        return 0
    seconds: int = min(1 << min(row.times - FREE[what], 20), LONGEST[what])
    return max(0, math.ceil(seconds - (now - last).total_seconds()))
