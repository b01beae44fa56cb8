"""Taking a unit's contents away: the chain stays and still verifies.

Deleted are salts, notes and what was shown; a digest without its salt tells nothing of the text.
The unit's own answers go only where that is asked for.
"""

from __future__ import annotations

from sqlalchemy import Connection, Engine, delete, select, text, update

from pipeline.store.decisions import tables as t
from pipeline.store.decisions.append import append, fresh_key, hold
from pipeline.store.decisions.base import where
from pipeline.store.decisions.entry import Write
from pipeline.store.decisions.failures import Unavailable, named


def purge(conn: Connection, unit: str, account: str, *, answers: bool = False) -> int:
    """Delete the unit's contents and append a `purged` entry; how many entries lost contents.

    The bytes leave the file with `sweep`, after this transaction.
    """
    hold(conn, unit)
    e, c = t.entry.c, t.content.c
    kept = select(e.seq).where(e.unit == unit, e.kind == "answer")
    wanted = delete(t.content).where(c.unit == unit)
    gone = conn.execute(wanted if answers else wanted.where(c.seq.not_in(kept))).rowcount
    conn.execute(delete(t.opened).where(t.opened.c.unit == unit))
    conn.execute(update(t.unit).where(t.unit.c.id == unit).values(purged=True))
    append(conn, Write(unit=unit, account=account, seat="", kind="purged", subject="",
                       version=None, state={"answers": answers, "entries": gone},
                       key=fresh_key()))
    return gone


def sweep(engine: Engine) -> None:
    """Take what was deleted out of the database's files. Raises Unavailable `locked` while others
    read.

    In PostgreSQL the server's own log of writes keeps it until that is recycled.
    """
    with named(where(engine)), engine.connect() as conn:
        if engine.dialect.name == "postgresql":
            conn.execution_options(isolation_level="AUTOCOMMIT")
            conn.execute(text("VACUUM FULL content"))
            return
        conn.execution_options(bare=True)
        conn.exec_driver_sql("VACUUM")
        busy = conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar_one()
        if busy:
            raise Unavailable("locked")
