"""The schema's version in a database, and the way to the newest one (Alembic)."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from pipeline.errors import OutputError

REVISIONS = ("0001",)
"""All versions of the schema, in order (`migrations/versions`); the last is this program's."""
VERSION_TABLE = "zuozheng_version"
_MIGRATIONS = Path(__file__).parents[1] / "migrations"
_LOCK = 0x7A756F7A
"""Of two programs that open a new PostgreSQL database, one makes the tables (the key of an
advisory lock: "zuoz")."""


def current(engine: Engine, place: str, to_write: bool) -> None:
    """Bring the database to the newest version. Raises OutputError `store_newer`, `store_older`,
    `store_broken`, `store_encoding`."""
    with engine.connect() as conn, conn.begin():
        found = _version(conn, place)
        if engine.dialect.name == "postgresql":
            _usable(conn, place, to_write)
    if found == REVISIONS[-1]:
        if to_write:
            _writable(engine)
        return
    if not to_write:
        raise OutputError("store_older", place=place)
    with engine.connect() as conn:
        conn.execution_options(writes=True)
        with conn.begin():
            if engine.dialect.name == "postgresql":
                conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            # Another one may have done it while we waited.
            if _version(conn, place) != REVISIONS[-1]:
                _upgrade(conn)


def _version(conn: Connection, place: str) -> str | None:
    tables = inspect(conn).get_table_names()
    if VERSION_TABLE not in tables:
        if tables and conn.dialect.name == "sqlite":
            raise OutputError("store_broken", place=place, why=", ".join(sorted(tables)[:3]))
        return None
    found: str | None = conn.execute(
        text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar_one_or_none()
    if found is not None and found not in REVISIONS:
        raise OutputError("store_newer", place=place, version=found)
    return found


def _usable(conn: Connection, place: str, to_write: bool) -> None:
    encoding = conn.execute(text("SHOW server_encoding")).scalar_one()
    if encoding != "UTF8":
        raise OutputError("store_encoding", place=place, encoding=encoding)
    if to_write and conn.execute(text("SHOW transaction_read_only")).scalar_one() == "on":
        raise OutputError("store_read_only", place=place, why="transaction_read_only")


def _writable(engine: Engine) -> None:
    """The writer's place can be had: told now, and not at the first decision."""
    with engine.connect() as conn:
        conn.execution_options(writes=True)
        with conn.begin():
            pass


def _upgrade(conn: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = conn
    command.upgrade(config, "head")
