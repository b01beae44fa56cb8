"""Visits: who has logged in, on the server's side. The visitor has a token, we its digest."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, delete, insert, select, update

from pipeline.store.accounts import tables as t
from pipeline.store.accounts.accounts import Account, get
from pipeline.store.decisions.base import reading, writing
from pipeline.store.decisions.entry import moment
from pipeline.store.decisions.failures import Unavailable

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
STEP = timedelta(minutes=1)
"""How exactly it is kept when a visitor was last seen: not every request writes."""

PATIENCE = 0.2
"""Seconds to wait for a place to write that: the next request does it as well."""
_resting: WeakKeyDictionary[Engine, datetime] = WeakKeyDictionary()
"""Until when nobody tries to keep when a visitor was seen, as it could not be written."""


def begin(conn: Connection, account: str, now: datetime) -> str:
    """A new visit of the account; its token (43 characters)."""
    token = secrets.token_urlsafe(32)
    over = moment(now - IDLE - STEP), moment(now - LONGEST)
    conn.execute(delete(t.visit).where((t.visit.c.seen < over[0]) | (t.visit.c.begun < over[1])))
    conn.execute(insert(t.visit).values(digest=digest_of(token), account=account,
                                        begun=moment(now), seen=moment(now)))
    return token


def seen(conn: Connection, token: str, now: datetime) -> Account | None:
    """Whose visit this is; None when there is none, it is over, or the account is closed.

    Reads only: `seen_now` keeps that the visitor was seen.
    """
    account = _owner(conn, token, now)
    return None if account is None or account.closed is not None else account


def closed(conn: Connection, token: str, now: datetime) -> bool:
    """Whether this visit would still last, had its account not been closed."""
    account = _owner(conn, token, now)
    return account is not None and account.closed is not None


def _owner(conn: Connection, token: str, now: datetime) -> Account | None:
    row = conn.execute(select(t.visit).where(t.visit.c.digest == digest_of(token))).first()
    if row is None or row.seen < moment(now - IDLE) or row.begun < moment(now - LONGEST):
        return None
    return get(conn, row.account)


def visitor(engine: Engine, token: str, now: datetime) -> Account | None:
    """As `seen`, in transactions of its own, and kept (at most once a minute)."""
    with reading(engine) as conn:
        account = seen(conn, token, now)
        due = account is not None and _due(conn, token, now)
    if due and _resting.get(engine, now) <= now:
        try:
            with writing(engine, PATIENCE) as conn:
                # Only forward: of two requests the later may be the first to get here.
                conn.execute(update(t.visit).where(
                    t.visit.c.digest == digest_of(token), t.visit.c.seen < moment(now)
                ).values(seen=moment(now)))
        except Unavailable:
            # Whoever only reads goes on reading while nothing can be written, and one waits for it.
            _resting[engine] = now + STEP
    return account


def end(conn: Connection, token: str) -> None:
    """The visit is over."""
    conn.execute(delete(t.visit).where(t.visit.c.digest == digest_of(token)))


def digest_of(token: str) -> str:
    """What is kept of a token. It has 256 bits of chance, so that no salt is needed."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _due(conn: Connection, token: str, now: datetime) -> bool:
    last = conn.execute(select(t.visit.c.seen).where(t.visit.c.digest == digest_of(token))
                        ).scalar()
    return last is not None and last < moment(now - STEP)
