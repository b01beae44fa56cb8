"""Which originals an account has opened: only on those can it decide."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from pipeline.store.decisions import Connection, Unavailable, writing
from pipeline.store.decisions import state as kept

if TYPE_CHECKING:
    from pipeline.review.visit import Visit

PATIENCE = 0.5
"""Seconds to wait for a place to write it: whoever reads must not wait for who writes."""
MOST = 20_000
"""What is remembered at most of what could not be written down."""


class Unkept:
    """What was opened while the database could not be written: reading goes on, and once there is
    room again nobody has to open anything twice. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[tuple[str, str, str], None] = {}

    def add(self, unit: str, account: str, target: str) -> None:
        """This account has opened that target."""
        with self._lock:
            self._seen[unit, account, target] = None
            while len(self._seen) > MOST:
                self._seen.pop(next(iter(self._seen)))

    def by(self, unit: str, account: str) -> set[str]:
        """The targets that this account has opened."""
        with self._lock:
            return {target for one, who, target in self._seen if (one, who) == (unit, account)}

    def drop(self, unit: str, account: str, target: str) -> None:
        """It is written down."""
        with self._lock:
            self._seen.pop((unit, account, target), None)


def opened_by(conn: Connection, visit: Visit) -> set[str]:
    """The targets of the unit that this visitor has opened."""
    known: set[str] = kept.opened_by(conn, visit.unit_id, visit.id)
    return known | visit.office.unkept.by(visit.unit_id, visit.id)


def note_opened(visit: Visit, target: str) -> None:
    """From now on this visitor has opened that target."""
    this = visit.unit_id, visit.id, target
    with visit.reading() as conn:
        if target in kept.opened_by(conn, visit.unit_id, visit.id):
            return
    try:
        with writing(visit.office.engine, PATIENCE) as conn:
            kept.note_opened(conn, *this)
        visit.office.unkept.drop(*this)
    except Unavailable:
        visit.office.unkept.add(*this)
