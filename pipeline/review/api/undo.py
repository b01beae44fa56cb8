"""Taking back the last word on a subject; a move, which is two decisions, as a whole."""

from __future__ import annotations

from typing import Any

from pipeline.review.api.appended import appended, scoped, written
from pipeline.review.given import Undo
from pipeline.review.problem import Problem
from pipeline.review.seating import Seating, seating, writes_to
from pipeline.review.visit import Visit
from pipeline.store.decisions import Connection, hold, of_key
from pipeline.store.decisions import state as kept
from pipeline.store.decisions.entry import Entry, Write

Row = dict[str, Any]

NONE: Row = {"verdict": None, "reason": None, "stage": None, "moved_to": None, "slots": [],
             "attached": False}
"""Nothing said on a target."""
UNJUDGED: Row = {"verdict": None, "points": None, "despite_unread": False}
"""Nothing said on an indicator."""


def undo(visit: Visit, given: Undo, unit: str) -> Row:
    """Go back to what was said before; that, too, is appended. Of a move both halves go back."""
    if (given.kind == "evidence") != (given.target is not None):
        raise Problem(422, "invalid", {"fields": ["target"]}, fields="target")
    subject = f"{given.indicator}|{given.target}" if given.target else given.indicator
    # A key of its own: one that a decision was sent with must not pass for an undo that is done.
    key = scoped("undo", given.key)
    with visit.writing() as conn:
        hold(conn, visit.unit_id)
        place = seating(conn, visit)
        seat = writes_to(place, visit)
        again = of_key(conn, visit.id, key)
        if again:
            return appended(conn, visit, place, *_repeated(visit, seat, given.kind, subject, again))
        past = kept.history(conn, visit.unit_id, seat, given.kind, subject)
        if not past:
            raise Problem(422, "nothing_to_undo")
        writes = [_back(visit, place, past, given.version, key)]
        if past[-1].version == given.version:
            writes += _other_half(conn, visit, place, past[-1], key)
        return appended(conn, visit, place, *writes)


def _repeated(visit: Visit, seat: str, kind: str, subject: str, again: list[Entry]
              ) -> list[Write]:
    """The undo that was done with this key, if it was of this subject."""
    first = again[0]
    if (first.unit, first.seat, first.kind, first.subject) != (
            visit.unit_id, seat, kind, subject):
        raise Problem(409, "key_taken")
    return [written(visit, one.seat, one.kind, one.subject, None, one.state, one.key, one.note)
            for one in again]


def _other_half(conn: Connection, visit: Visit, place: Seating, last: Entry, key: str
                ) -> list[Write]:
    """The decision that was made with this one, unless somebody decided on it since: then that
    stands."""
    if last.kind != "evidence":
        return []
    found = []
    for other in of_key(conn, last.account, last.key):
        same = (other.unit, other.seat, other.kind) == (last.unit, last.seat, last.kind)
        if not same or other.subject == last.subject:
            continue
        past = kept.history(conn, other.unit, other.seat, other.kind, other.subject)
        if past[-1].seq == other.seq:
            found.append(_back(visit, place, past, other.version, key))
    return found


def _back(visit: Visit, place: Seating, past: list[Entry], version: int, key: str) -> Write:
    """The entry that goes back to the last but one."""
    last = past[-1]
    if len(past) > 1:
        state, note = past[-2].state, past[-2].note
    elif last.kind == "evidence":
        state, note = {**NONE, "attached": last.state["attached"]}, ""
    else:
        state, note = UNJUDGED, ""
    return written(visit, last.seat, last.kind, last.subject, version, state, key, note,
                   last.shown)
