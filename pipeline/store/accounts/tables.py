"""The tables of accounts: who may come in. Of tokens and addresses only digests are kept."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from pipeline.store.decisions.tables import SCHEMA

account = Table(
    "account", SCHEMA,
    Column("id", String(12), primary_key=True),
    Column("name", Text, nullable=False),
    Column("handle", Text, nullable=False, unique=True),
    Column("role", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("created", String(27), nullable=False),
    Column("closed", String(27)),
)

granted = Table(
    "granted", SCHEMA,
    Column("account", String(12), ForeignKey("account.id"), primary_key=True),
    Column("unit", String(16), ForeignKey("unit.id"), primary_key=True),
)

visit = Table(
    "visit", SCHEMA,
    Column("digest", String(64), primary_key=True),
    Column("account", String(12), ForeignKey("account.id"), nullable=False),
    Column("begun", String(27), nullable=False),
    Column("seen", String(27), nullable=False),
    Index("visit_account", "account"),
)

token = Table(
    "token", SCHEMA,
    Column("id", String(12), primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("account", String(12), ForeignKey("account.id"), nullable=False),
    Column("label", Text, nullable=False),
    Column("created", String(27), nullable=False),
    Index("token_account", "account"),
)

attempt = Table(
    "attempt", SCHEMA,
    Column("digest", String(64), primary_key=True),
    Column("times", Integer, nullable=False),
    Column("last", String(27), nullable=False),
)
