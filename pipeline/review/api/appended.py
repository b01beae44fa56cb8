"""How what people say is appended, and what they are told of it."""

from __future__ import annotations

import hashlib
from typing import Any

from pipeline.report.printable import safe
from pipeline.review.problem import Problem
from pipeline.review.seating import WITHHELD, Names, Seating, moment, split
from pipeline.review.visit import Visit
from pipeline.store.decisions import Conflict, Connection, KeyTaken, append
from pipeline.store.decisions.entry import Entry, Write

Row = dict[str, Any]


def scoped(what: str, key: str) -> str:
    """A client's key for one kind of request: the same key sent with another kind is another."""
    return hashlib.sha256(f"{what}:{key}".encode()).hexdigest()


def written(visit: Visit, seat: str, kind: str, subject: str, version: int | None, state: Row,
            key: str, note: str = "", shown: Row | None = None) -> Write:
    """An entry to be appended to the unit's chain."""
    run = visit.run
    return Write(unit=visit.unit_id, account=visit.id, seat=seat, kind=kind, subject=subject,
                 version=version, state=state, key=key, note=note, shown=shown or {},
                 model=run.model, rubric=run.rubric_sha256, run=run.key, entry_at=visit.now)


def appended(conn: Connection, visit: Visit, place: Seating, *writes: Write) -> Row:
    """Append them, all or none; what is told is of the first. Raises Problem `conflict`,
    `key_taken`."""
    try:
        entries = append(conn, *writes)
    except KeyTaken:
        raise Problem(409, "key_taken") from None
    except Conflict as conflict:
        theirs = next(iter(conflict.entries), None)
        mine = writes[0] if theirs is None else next(
            one for one in writes if (one.kind, one.subject) == (theirs.kind, theirs.subject))
        raise lost(conn, mine.state, theirs, mine.subject) from None
    return told(entries[0], place)


def told(entry: Entry, place: Seating) -> Row:
    """What a write is answered with."""
    head = {"seq": entry.seq, "hash": entry.hash} if place.open else dict(WITHHELD)
    return {"entry": {**head, "version": entry.version, "at": moment(entry.at)},
            "state": entry.state, "note": entry.note}


def lost(conn: Connection, mine: Row, theirs: Entry | None, subject: str) -> Problem:
    """Somebody was there first: both views, and on what (`<indicator>|<target>`)."""
    return Problem(409, "conflict", {
        "mine": {"state": mine}, "subject": subject, "indicator": split(subject)[0],
        "theirs": None if theirs is None else {
            "state": theirs.state, "by": Names(conn).of(theirs.account),
            "at": moment(theirs.at), "note": safe(theirs.note), "version": theirs.version},
        "version": theirs.version if theirs else 0})
