"""The first schema: decisions and accounts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make all tables."""
    _decisions()
    _accounts()


def _decisions() -> None:
    op.create_table(
        "unit",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("out", sa.Text, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("rubric", sa.Text, nullable=False),
        sa.Column("purged", sa.Boolean, nullable=False),
    )
    op.create_table(
        "head",
        sa.Column("unit", sa.String(16), primary_key=True),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_table(
        "entry",
        sa.Column("unit", sa.String(16), primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.String(27), nullable=False),
        *(sa.Column(name, sa.Text, nullable=False)
          for name in ("account", "seat", "kind", "subject")),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("part", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("model", "rubric", "run")),
        sa.Column("note_digest", sa.String(64)),
        sa.Column("shown_digest", sa.String(64)),
        sa.Column("before", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.UniqueConstraint("unit", "seat", "kind", "subject", "version", name="entry_version"),
        sa.UniqueConstraint("account", "key", "part", name="entry_key"),
    )
    op.create_index("entry_kind", "entry", ["unit", "kind", "seq"])
    op.create_table(
        "content",
        sa.Column("unit", sa.String(16), primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("salt", sa.String(64), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("shown", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["unit", "seq"], ["entry.unit", "entry.seq"],
                                name="content_entry"),
    )
    op.create_table(
        "opened",
        sa.Column("unit", sa.String(16), primary_key=True),
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("target", sa.Text, primary_key=True),
    )


def _accounts() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.String(12), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("handle", sa.Text, nullable=False, unique=True),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("created", sa.String(27), nullable=False),
        sa.Column("closed", sa.String(27)),
    )
    op.create_table(
        "granted",
        sa.Column("account", sa.String(12), sa.ForeignKey("account.id"), primary_key=True),
        sa.Column("unit", sa.String(16), sa.ForeignKey("unit.id"), primary_key=True),
    )
    op.create_table(
        "visit",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("account", sa.String(12), sa.ForeignKey("account.id"), nullable=False),
        sa.Column("begun", sa.String(27), nullable=False),
        sa.Column("seen", sa.String(27), nullable=False),
    )
    op.create_index("visit_account", "visit", ["account"])
    op.create_table(
        "token",
        sa.Column("id", sa.String(12), primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False, unique=True),
        sa.Column("account", sa.String(12), sa.ForeignKey("account.id"), nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("created", sa.String(27), nullable=False),
    )
    op.create_index("token_account", "token", ["account"])
    op.create_table(
        "attempt",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("times", sa.Integer, nullable=False),
        sa.Column("last", sa.String(27), nullable=False),
    )
