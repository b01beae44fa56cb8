"""The last entry on each subject of a unit, kept in memory while the chain only grows.

Entries are appended and never changed, so that only those behind the last one seen have to be read.
A purge takes contents away: then everything is read anew.
"""

from __future__ import annotations

import threading

from pipeline.store.decisions import START, Connection, Entry, entries, head
from pipeline.store.decisions import current as read_current

Subject = tuple[str, str]
_MOST = 24
"""Units in memory."""


class Latest:
    """The current entries of units; safe for threads.

    To be asked in read transactions alone: what a write transaction sees may never come to be.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._units: dict[str, _Unit] = {}

    def of(self, conn: Connection, unit: str, seat: str, kind: str) -> dict[str, Entry]:
        """The last entry of a seat on each subject of a kind."""
        end = head(conn, unit)
        with self._lock:
            known = self._units.pop(unit, None) or _Unit()
            self._units[unit] = known
            while len(self._units) > _MOST:
                self._units.pop(next(iter(self._units)))
            if end[0] < known.seq:
                # An older view than what is kept already, or a database put back from a copy.
                return {subject: entry for (_, subject), entry
                        in read_current(conn, unit, seat, kind).items()}
            if end != (known.seq, known.hash) and not known.grow(conn, unit):
                known = self._units[unit] = _Unit()
                known.grow(conn, unit)
            return dict(known.entries.get((seat, kind), {}))


class _Unit:
    def __init__(self) -> None:
        self.seq, self.hash = 0, START
        self.entries: dict[Subject, dict[str, Entry]] = {}

    def grow(self, conn: Connection, unit: str) -> bool:
        """Read what came since. False: what is kept no longer holds."""
        fresh = self.seq == 0
        for entry in entries(conn, unit, after=self.seq):
            if entry.before != self.hash or (entry.kind == "purged" and not fresh):
                return False
            of_kind = self.entries.setdefault((entry.seat, entry.kind), {})
            # In the order in which they were last decided, as the store gives them.
            of_kind.pop(entry.subject, None)
            of_kind[entry.subject] = entry
            self.seq, self.hash = entry.seq, entry.hash
        return True
