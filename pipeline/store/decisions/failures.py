"""What a database answers when it cannot do its work, in four words of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from pipeline.errors import OutputError

Why = Literal["locked", "read_only", "full", "unreachable"]
RETRY: dict[Why, int] = {"locked": 1, "read_only": 30, "full": 30, "unreachable": 2}
"""Seconds after which asking again may help."""

# https://www.sqlite.org/rescode.html; the first that fits. A limit of the file size, or a quota,
# is told by the system as a failed write.
_SQLITE: tuple[tuple[str, Why], ...] = (
    ("SQLITE_BUSY", "locked"), ("SQLITE_LOCKED", "locked"), ("SQLITE_PROTOCOL", "locked"),
    ("SQLITE_READONLY_DBMOVED", "unreachable"), ("SQLITE_READONLY", "read_only"),
    ("SQLITE_FULL", "full"), ("SQLITE_IOERR_WRITE", "full"), ("SQLITE_IOERR_SHMSIZE", "full"),
    ("SQLITE_IOERR_TRUNCATE", "full"), ("SQLITE_IOERR", "unreachable"),
    ("SQLITE_CANTOPEN", "unreachable"), ("SQLITE_PERM", "unreachable"),
    ("SQLITE_AUTH", "read_only"), ("SQLITE_NOMEM", "unreachable"),
)
# https://www.postgresql.org/docs/current/errcodes-appendix.html
_POSTGRES: tuple[tuple[str, Why], ...] = (
    ("53100", "full"), ("25006", "read_only"), ("42501", "read_only"), ("55P03", "locked"),
    ("57014", "locked"), ("40", "locked"), ("08", "unreachable"), ("57P", "unreachable"),
    ("53", "unreachable"), ("28", "unreachable"), ("3D000", "unreachable"), ("58", "unreachable"),
)


class Unavailable(Exception):
    """The database cannot do it now; nothing of the transaction was kept, or (where the connection
    broke while it was being committed) all of it: the same key tells. `retry_after` in seconds."""

    def __init__(self, why: Why, detail: str = "") -> None:
        super().__init__(why, detail)
        self.why: Why = why
        self.detail = detail
        self.retry_after = RETRY[why]

    def told(self, place: str) -> OutputError:
        """The same, where there is no trying again: `store_locked` and so on."""
        return OutputError(f"store_{self.why}", place=place, why=self.detail or self.why)


@contextmanager
def named(place: str) -> Iterator[None]:
    """Errors of the database inside become Unavailable, or OutputError `store_broken`.

    The database's own words may quote what was written, so they are not passed on as a cause.
    """
    try:
        yield
    except PoolTimeout:
        raise Unavailable("locked") from None
    except DBAPIError as error:
        detail = _first_line(error)
        why = reason(error)
        if why is not None:
            raise Unavailable(why, detail) from None
        if _is_broken(error):
            raise OutputError("store_broken", place=place, why=detail) from None
        raise


def reason(error: DBAPIError) -> Why | None:
    """Why the database could not; None where the error is not of that kind."""
    name = getattr(error.orig, "sqlite_errorname", None)
    if name is not None:
        return next((why for start, why in _SQLITE if name.startswith(start)), None)
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return next((why for start, why in _POSTGRES if state.startswith(start)), None)
    # A connection that was never made, or that broke, is told by the driver itself.
    lost = isinstance(error, OperationalError | InterfaceError) and not _of_sqlite(error)
    return "unreachable" if lost else None


def _of_sqlite(error: DBAPIError) -> bool:
    return type(error.orig).__module__.startswith("sqlite3")


def _is_broken(error: DBAPIError) -> bool:
    name = getattr(error.orig, "sqlite_errorname", None) or ""
    # Bytes that are no text are told without a code, by the module and not by the library.
    undecodable = "decode" in str(error.orig)
    state = getattr(error.orig, "sqlstate", None) or ""
    return (name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_SCHEMA"))
            or undecodable or "no such" in str(error.orig)
            or state.startswith(("XX", "42P01", "42703", "42P07")))


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).strip().partition("\n")[0][:200]
