"""Run by Alembic in the connection and transaction that `store.decisions.schema` hands it."""

from __future__ import annotations

from alembic import context

from pipeline.store.decisions.schema import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    version_table=VERSION_TABLE,
    # All steps or none, in SQLite too.
    transactional_ddl=True,
    transaction_per_migration=False,
)
context.run_migrations()
