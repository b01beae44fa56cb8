"""The database of a review: an SQLite file in OUT, or an office's PostgreSQL.

Whatever was acknowledged is on the disk: SQLite in WAL with synchronous=FULL, PostgreSQL with
synchronous_commit. A write transaction takes the writer's place at its beginning, since one that
began by reading fails when another wrote in between.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import QueuePool

from pipeline.errors import OutputError
from pipeline.store.decisions import schema
from pipeline.store.decisions.failures import Unavailable, named
from pipeline.store.decisions.line import Line

FILE = "review.sqlite"
"""The SQLite file of a single user, in OUT."""
WAIT = 5
"""Seconds to wait for the writer's place, a row or a connection."""

_SETTINGS = ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")
_lines: WeakKeyDictionary[Engine, Line] = WeakKeyDictionary()


def opened(place: str | Path, to_write: bool = True) -> Engine:
    """The database at a path (SQLite) or an address (`postgresql://…`), with the newest schema.

    Without `to_write` nothing is made, changed or migrated, and `writing` is refused. Raises
    OutputError `store_newer` (made by a later version of this program), `store_older` (only
    without `to_write`), `store_locked`, `store_read_only`, `store_full`, `store_unreachable`,
    `store_broken`, `store_encoding`, `store_address`, `store_driver` (psycopg is not installed).
    """
    if isinstance(place, str) and "://" in place:
        engine = _postgres(place)
    else:
        engine = _sqlite(Path(place), to_write)
    try:
        with named(where(engine)):
            if to_write and engine.dialect.name == "sqlite":
                _prepared(engine)
            schema.current(engine, where(engine), to_write)
    except Unavailable as error:
        engine.dispose()
        raise error.told(where(engine)) from None
    except BaseException:
        engine.dispose()
        raise
    return engine


@contextmanager
def writing(engine: Engine, patience: float = WAIT) -> Iterator[Connection]:
    """One write transaction: kept whole at the end of the block, or not at all. Waits `patience`
    seconds for the writer's place (PostgreSQL: for each row).

    In SQLite it has the writer's place from the beginning. In PostgreSQL (READ COMMITTED) `append`
    locks the chain; call `append.hold` first where something read must still hold when appending.
    Raises Unavailable.
    """
    with named(where(engine)):
        line = _lines.get(engine)
        if line is None:
            with engine.connect() as conn, conn.begin():
                if patience != WAIT:
                    conn.exec_driver_sql(f"SET LOCAL lock_timeout = {int(patience * 1000)}")
                yield conn
            return
        with _turn(line, patience), engine.connect() as conn:
            conn.execution_options(writes=True, patience=patience)
            with conn.begin():
                yield conn


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One read transaction: everything in it is of the same moment, and nothing can be written.

    Raises Unavailable.
    """
    with named(where(engine)), engine.connect() as conn:
        if engine.dialect.name == "postgresql":
            conn.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        else:
            conn.execution_options(reads=True)
        with conn.begin():
            yield conn


def where(engine: Engine) -> str:
    """The database's place in words: never a user or a password, wherever they stand."""
    url = engine.url
    if engine.dialect.name == "sqlite":
        return str(url.database)
    return f"postgresql://{url.host or url.query.get('host', '')}/{url.database or ''}"


@contextmanager
def _turn(line: Line, patience: float) -> Iterator[None]:
    turn = line.turn(patience)
    try:
        turn.__enter__()
    except TimeoutError:
        raise Unavailable("locked") from None
    try:
        yield
    finally:
        turn.__exit__(None, None, None)


# --- SQLite -----------------------------------------------------------------------------------


def _sqlite(path: Path, to_write: bool) -> Engine:
    path = path.absolute()
    try:
        _for_its_owner(path, to_write)
    except OSError as error:
        raise OutputError(_of_os(error), place=path, why=error.strerror or error) from None
    how = "rw" if to_write else "ro"
    if not to_write and not _there(path, "-wal") and not os.access(path.parent, os.W_OK):
        # On a disk that cannot be written there is no place for the index of the log, which a
        # file without a log does not need.
        how = "ro&immutable=1"
    name = f"file:{quote(str(path))}?mode={how}"

    def connected() -> sqlite3.Connection:
        return sqlite3.connect(name, uri=True, timeout=WAIT, isolation_level=None,
                               check_same_thread=False)

    engine = create_engine(URL.create("sqlite", database=str(path)), creator=connected,
                           poolclass=QueuePool, pool_size=8, max_overflow=32, pool_timeout=WAIT,
                           hide_parameters=True)
    if to_write:
        _lines[engine] = Line()
    event.listen(engine, "connect", _set)
    event.listen(engine, "begin", _begin)
    return engine


def _for_its_owner(path: Path, to_write: bool) -> None:
    """The file is there, nobody else reads it, and it is no link to somewhere else."""
    if not to_write:
        os.close(os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)))
        return
    how = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
    os.close(os.open(path, how, 0o600))
    with suppress(PermissionError):
        path.chmod(0o600)


def _of_os(error: OSError) -> str:
    if error.errno in {errno.EROFS, errno.EACCES, errno.EPERM}:
        return "store_read_only"
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return "store_full"
    return "store_unreachable"


def _there(path: Path, suffix: str) -> bool:
    return path.with_name(path.name + suffix).exists()


def _set(connection: Any, _: object) -> None:
    for setting in _SETTINGS:
        connection.execute(f"PRAGMA {setting}")


def _prepared(engine: Engine) -> None:
    """The file writes ahead. Once for each file: it is kept in it."""
    with engine.connect() as conn:
        conn.execution_options(bare=True)
        conn.exec_driver_sql("PRAGMA journal_mode=WAL")


def _begin(conn: Connection) -> None:
    options = conn.get_execution_options()
    conn.exec_driver_sql(f"PRAGMA query_only={'ON' if options.get('reads') else 'OFF'}")
    if options.get("writes"):
        # A connection of the pool may have another patience from before.
        conn.exec_driver_sql(f"PRAGMA busy_timeout={int(options.get('patience', WAIT) * 1000)}")
    if not options.get("bare"):
        conn.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writes") else "BEGIN")


# --- PostgreSQL -------------------------------------------------------------------------------


def _postgres(place: str) -> Engine:
    try:
        url = make_url(place)
        if url.get_backend_name() != "postgresql":
            raise ArgumentError("postgresql://")
        url = url.set(drivername="postgresql+psycopg")
    except (ArgumentError, NoSuchModuleError, ValueError):
        # What cannot be read as an address may still hold a password: it is not repeated.
        raise OutputError("store_address") from None
    if find_spec("psycopg") is None:
        raise OutputError("store_driver")
    return create_engine(
        url, isolation_level="READ COMMITTED", pool_pre_ping=True, pool_size=20, max_overflow=20,
        pool_timeout=WAIT, hide_parameters=True,
        connect_args={
            "connect_timeout": WAIT, "client_encoding": "utf8", "application_name": "zuozheng",
            "keepalives_idle": 10, "tcp_user_timeout": 10_000,
            "options": f"-c synchronous_commit=on -c lock_timeout={WAIT}s -c timezone=UTC",
        },
    )
