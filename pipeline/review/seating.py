"""Whose decisions a visitor writes and sees. The server withholds; no page is trusted to hide."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pipeline.report.printable import safe
from pipeline.report.record.standing import (
    LEAD,
    SHARED,
    all_in,
    remark,
    sees_all,
    standing,
    visible,
)
from pipeline.review.permissions import permissions
from pipeline.review.problem import Problem
from pipeline.review.visit import Visit
from pipeline.store.accounts import accounts
from pipeline.store.decisions import Connection
from pipeline.store.decisions import state as kept
from pipeline.store.decisions.entry import Entry

Row = dict[str, Any]

WITHHELD = {"seq": 0, "hash": ""}
"""The head of a chain of which the visitor may not even know how long it is."""


@dataclass(frozen=True, slots=True)
class Seating:
    """How a unit is reviewed, and this visitor's place in it. `seat` is None for one who only
    reads; `seats` are those whose entries he may see. `all_in`: all reviewers of a blind unit
    are, and he may know what they said; `late`: they are, and he, a reviewer, had not begun."""

    mode: str
    seat: str | None
    all_in: bool
    handed_in: bool
    seats: tuple[str, ...]
    late: bool = False

    @property
    def open(self) -> bool:
        """Whether nothing is withheld from this visitor."""
        return self.mode == "shared" or self.all_in


@dataclass(frozen=True, slots=True)
class Decided:
    """What stands on a subject, as the visitor sees it; `version` is of the seat that he writes
    to."""

    state: Row
    version: int
    by: str
    at: datetime
    note: str
    shown: Row
    run: str
    alone: bool = False
    """Whether it stands by the word of one alone of several blind reviewers."""

    @property
    def said(self) -> bool:
        """Whether there is a verdict in it, or a note, a stage, points without one."""
        return self.state["verdict"] is not None or remark(self.state, self.note)

    def told(self) -> Row:
        """The shape `decision` of the API."""
        return {"state": self.state, "version": self.version, "by": self.by,
                "at": moment(self.at), "note": self.note, "alone": self.alone}


class Names:
    """The names of accounts, by id, as far as they are asked for."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._known: dict[str, str] = {}

    def of(self, account: str) -> str:
        """The name; the id itself where there is no such account."""
        if account not in self._known:
            found = accounts.get(self._conn, account) if account else None
            self._known[account] = found.name if found else account
        return self._known[account]


def moment(at: datetime) -> str:
    """A moment in UTC, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def seating(conn: Connection, visit: Visit) -> Seating:
    """Where this visitor sits in the unit of his path."""
    unit, mode = visit.unit_id, kept.mode(conn, visit.unit_id)
    seat = _seat(visit, mode)
    if mode == "shared":
        return Seating(mode, seat, False, False, (SHARED,))
    handed = seat in kept.handed_in(conn, unit)
    late = seat not in (None, LEAD) and not handed and all_in(conn, unit)
    return Seating(mode, seat, sees_all(conn, unit, seat), handed,
                   tuple(visible(conn, unit, seat)), late)


def _seat(visit: Visit, mode: str) -> str | None:
    if mode == "shared":
        return SHARED
    assert visit.account is not None
    # What the account may, whatever it may by a token: the token of a reviewer is no way around.
    may = permissions(visit.account.role)
    if "decide" not in may:
        return None
    return LEAD if "settle" in may else visit.id


def writes_to(place: Seating, visit: Visit) -> str:
    """The seat that this visitor decides for; of a lead of a blind unit there is none: he
    settles."""
    if place.mode == "shared":
        return SHARED
    if "settle" in visit.may:
        raise Problem(422, "settle_instead")
    if place.handed_in:
        raise Problem(422, "handed_in")
    if place.late:
        # Else whoever is in would no longer be, and what is open would have to be shut again.
        raise Problem(422, "all_in_already")
    return visit.id


def decided(conn: Connection, visit: Visit, place: Seating, kind: str) -> dict[str, Decided]:
    """What stands on each subject of a kind (`evidence`, `verdict`, `sample`) for this visitor: his
    seat's own word; for a lead or an auditor of a blind unit, once all are in, what they agree on
    or the lead settled."""
    names, unit = Names(conn), visit.unit_id
    own = {} if place.seat is None else visit.office.latest.of(conn, unit, place.seat, kind)
    found = {subject: _of(entry, names, visit.id) for subject, entry in own.items()}
    if place.seat in (None, LEAD) and place.all_in and kind in ("evidence", "verdict"):
        for subject, one in standing(conn, unit, list(place.seats), kind).items():
            if subject not in own and one.state is not None:
                last = one.backed[-1]
                by = "、".join(dict.fromkeys(names.of(entry.account) for entry in one.backed))
                found[subject] = Decided(one.state, 0, by, last.at, safe(last.note), last.shown,
                                         last.run, one.alone)
    return found


def settled(conn: Connection, visit: Visit, place: Seating, kind: str) -> dict[str, Decided]:
    """What the lead of a blind unit settled, for those who may know: once all are in."""
    if place.mode != "blind" or LEAD not in place.seats:
        return {}
    names = Names(conn)
    found = visit.office.latest.of(conn, visit.unit_id, LEAD, kind)
    return {subject: _of(entry, names, visit.id) for subject, entry in found.items()
            if entry.state["verdict"]}


def answers(conn: Connection, visit: Visit) -> Iterator[Entry]:
    """The unit's answers in the order given: all of them, whoever wrote them down. They are the
    unit's word and nobody's opinion, so that those who are blind to one another see them too."""
    return kept.entries(conn, visit.unit_id, kind="answer")


def writer(entry: Entry, place: Seating, names: Names) -> str:
    """Who wrote an answer down; "" where the visitor may not know yet that he is at work."""
    return names.of(entry.account) if place.open or entry.seat in (SHARED, place.seat) else ""


def head_of(head: tuple[int, str], place: Seating) -> Row:
    """The chain's head, where the visitor may know it: its number counts others' decisions."""
    return {"seq": head[0], "hash": head[1]} if place.open else dict(WITHHELD)


def _of(entry: Entry, names: Names, me: str) -> Decided:
    # Whoever wrote a note goes on writing it; everybody else reads it as all text is read.
    note = entry.note if entry.account == me else safe(entry.note)
    return Decided(entry.state, entry.version, names.of(entry.account), entry.at, note,
                   entry.shown, entry.run)


def split(subject: str) -> tuple[str, str]:
    """`<indicator>|<target>` -> the two."""
    indicator, _, target = subject.partition("|")
    return indicator, target


__all__ = ["LEAD", "SHARED", "Decided", "Names", "Seating", "answers", "decided", "head_of",
           "moment", "seating", "settled", "split", "writer", "writes_to"]
