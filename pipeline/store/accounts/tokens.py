"""Tokens: a program of the office reads by one, as the account that made it. Only digests are
kept."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from pipeline.store.accounts import tables as t
from pipeline.store.accounts.accounts import Account, get, told
from pipeline.store.accounts.visits import digest_of
from pipeline.store.decisions.entry import moment, plain

LEAD = "zz_"
"""How a token begins, so that it is known for one where it should not lie."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token as its account sees it: the token itself is told once, when it is made."""

    id: str
    label: str
    created: datetime


def make(conn: Connection, account: str, label: str, now: datetime) -> str:
    """A new token of the account."""
    token, id_ = LEAD + secrets.token_urlsafe(32), secrets.token_hex(6)
    conn.execute(insert(t.token).values(id=id_, digest=digest_of(token), account=account,
                                        label=plain(label), created=moment(now)))
    told(conn, "token_made", account, account, token=id_)
    return token


def account_of(conn: Connection, token: str) -> Account | None:
    """Whose token this is; None when it is none, or the account is closed."""
    id_ = conn.execute(select(t.token.c.account).where(t.token.c.digest == digest_of(token))
                       ).scalar()
    account = None if id_ is None else get(conn, id_)
    return None if account is None or account.closed is not None else account


def tokens_of(conn: Connection, account: str) -> list[Token]:
    """The tokens of an account, the oldest first."""
    rows = conn.execute(select(t.token).where(t.token.c.account == account)
                        .order_by(t.token.c.created, t.token.c.id))
    return [Token(row.id, row.label, datetime.fromisoformat(row.created)) for row in rows]


def revoke(conn: Connection, account: str, id: str, by: str) -> bool:
    """End the token with that id, if it is the account's; whether it was."""
    gone = conn.execute(delete(t.token).where(t.token.c.id == id, t.token.c.account == account))
    if gone.rowcount:
        told(conn, "token_revoked", account, by, token=id)
    return bool(gone.rowcount)
