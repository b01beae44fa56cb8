"""The tables of decisions: one schema for SQLite and PostgreSQL, made by `store/migrations`.

Nothing in `entry` is ever updated or deleted. What was noted and shown stands apart in `content`,
so that it can go while the chain stays. Moments are text (UTC, microseconds), states canonical
JSON text: what was hashed is what is kept, letter by letter.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

SCHEMA = MetaData()

unit = Table(
    "unit", SCHEMA,
    Column("id", String(16), primary_key=True),
    Column("out", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("rubric", Text, nullable=False),
    Column("purged", Boolean, nullable=False),
)

head = Table(
    "head", SCHEMA,
    Column("unit", String(16), primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
)

entry = Table(
    "entry", SCHEMA,
    Column("unit", String(16), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", String(27), nullable=False),
    Column("account", Text, nullable=False),
    Column("seat", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("part", Integer, nullable=False),
    Column("model", Text, nullable=False),
    Column("rubric", Text, nullable=False),
    Column("run", Text, nullable=False),
    Column("note_digest", String(64)),
    Column("shown_digest", String(64)),
    Column("before", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    UniqueConstraint("unit", "seat", "kind", "subject", "version", name="entry_version"),
    UniqueConstraint("account", "key", "part", name="entry_key"),
    Index("entry_kind", "unit", "kind", "seq"),
)

content = Table(
    "content", SCHEMA,
    Column("unit", String(16), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("salt", String(64), nullable=False),
    Column("note", Text, nullable=False),
    Column("shown", Text, nullable=False),
    ForeignKeyConstraint(["unit", "seq"], ["entry.unit", "entry.seq"], name="content_entry"),
)

opened = Table(
    "opened", SCHEMA,
    Column("unit", String(16), primary_key=True),
    Column("account", Text, primary_key=True),
    Column("target", Text, primary_key=True),
)
