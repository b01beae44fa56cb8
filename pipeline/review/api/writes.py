"""Deciding: one thing a request, appended, never replaced."""

from __future__ import annotations

from typing import Any

from pipeline.review import cards
from pipeline.review.api import checks
from pipeline.review.api.indicators import item_of
from pipeline.review.given import (
    Answer,
    HandIn,
    OnEvidence,
    OnIndicator,
    OnSample,
    SetMode,
    Settle,
    Undo,
)
from pipeline.review.problem import Problem
from pipeline.review.seating import (
    LEAD,
    WITHHELD,
    Names,
    Seating,
    moment,
    seating,
    writes_to,
)
from pipeline.review.visit import Visit
from pipeline.store.decisions import Conflict, Connection, KeyTaken, append, hold
from pipeline.store.decisions import state as kept
from pipeline.store.decisions.entry import Entry, Write

Row = dict[str, Any]

NONE: Row = {"verdict": None, "reason": None, "stage": None, "moved_to": None,
             "requirement": None, "period": None, "attached": False}


def evidence(visit: Visit, given: OnEvidence, unit: str) -> Row:
    """Decide on a target as evidence for an indicator."""
    state, shown = _about_evidence(visit, given)
    with visit.writing() as conn:
        hold(conn, visit.unit_id)
        place = seating(conn, visit)
        return _decide_evidence(conn, visit, place, writes_to(place, visit), given, state, shown)


def verdict(visit: Visit, given: OnIndicator, unit: str) -> Row:
    """Give a verdict on an indicator."""
    run = visit.run
    item = item_of(run, given.indicator)
    state = checks.verdict_state(run, item, given)
    with visit.writing() as conn:
        hold(conn, visit.unit_id)
        place = seating(conn, visit)
        write = _write(visit, writes_to(place, visit), "verdict", item.id, given.version, state,
                       given.key, given.note, {})
        return _append(conn, visit, place, state, write)


def settle(visit: Visit, given: Settle, unit: str) -> Row:
    """The lead's word on a difference between blind reviewers."""
    run = visit.run
    item = item_of(run, given.indicator)
    if (given.kind == "evidence") != (given.target is not None):
        raise Problem(422, "invalid", {"fields": ["target"]}, fields="target")
    if given.kind == "evidence":
        state, shown = _about_evidence(visit, given)
    else:
        state, shown = checks.verdict_state(run, item, given), {}
    with visit.writing() as conn:
        hold(conn, visit.unit_id)
        place = seating(conn, visit)
        if place.mode != "blind" or not place.all_in:
            raise Problem(422, "not_all_in")
        if given.kind == "evidence":
            return _decide_evidence(conn, visit, place, LEAD, given, state, shown)
        write = _write(visit, LEAD, "verdict", item.id, given.version, state, given.key,
                       given.note, {})
        return _append(conn, visit, place, state, write)


def undo(visit: Visit, given: Undo, unit: str) -> Row:
    """Go back to what was said before; that, too, is appended."""
    if (given.kind == "evidence") != (given.target is not None):
        raise Problem(422, "invalid", {"fields": ["target"]}, fields="target")
    subject = f"{given.indicator}|{given.target}" if given.target else given.indicator
    with visit.writing() as conn:
        hold(conn, visit.unit_id)
        place = seating(conn, visit)
        seat = writes_to(place, visit)
        past = kept.history(conn, visit.unit_id, seat, given.kind, subject)
        done = next((one for one in past if one.account == visit.id and one.key == given.key),
                    None)
        if done is not None:
            return _told(done, place)
        if not past:
            raise Problem(422, "nothing_to_undo")
        nothing = NONE if given.kind == "evidence" else {
            "verdict": None, "points": None, "despite_unread": False}
        state, note = (past[-2].state, past[-2].note) if len(past) > 1 else (
            {**nothing, "attached": past[-1].state["attached"]} if given.target else nothing, "")
        write = _write(visit, seat, given.kind, subject, given.version, state, given.key, note,
                       past[-1].shown)
        return _append(conn, visit, place, state, write)


def answer(visit: Visit, given: Answer, unit: str) -> Row:
    """Keep what the unit answers to a cell. Each answer stays."""
    run = visit.run
    item = item_of(run, given.indicator)
    checks.slot_of(run, item, given.requirement, given.period)
    if not given.note.strip():
        raise Problem(422, "note_missing")
    with visit.writing() as conn:
        hold(conn, visit.unit_id)
        place = seating(conn, visit)
        seat = LEAD if place.seat == LEAD else writes_to(place, visit)
        subject = f"{item.id}|{given.requirement}|{given.period}"
        write = _write(visit, seat, "answer", subject, None, {}, given.key, given.note, {})
        return _append(conn, visit, place, {}, write)


def sample(visit: Visit, given: OnSample, unit: str) -> Row:
    """Say of a passage that the tool did not propose whether it is evidence."""
    run = visit.run
    if run.passage(given.target) is None or run.proposed_for.get(given.target):
        raise Problem(422, "not_in_sample")
    shown = cards.shown(run, "", given.target)
    state = {"verdict": given.verdict}
    with visit.writing() as conn:
        hold(conn, visit.unit_id)
        place = seating(conn, visit)
        seat = writes_to(place, visit)
        checks.was_opened(kept.opened_by(conn, visit.unit_id, visit.id), given.target, False)
        write = _write(visit, seat, "sample", given.target, given.version, state, given.key, "",
                       shown)
        return _append(conn, visit, place, state, write)


def hand_in(visit: Visit, given: HandIn, unit: str) -> Row:
    """Say that this reviewer is finished."""
    with visit.writing() as conn:
        hold(conn, visit.unit_id)
        place = seating(conn, visit)
        if place.mode != "blind" or place.seat in (None, LEAD):
            raise Problem(422, "not_blind")
        past = kept.history(conn, visit.unit_id, visit.id, "handed_in", "")
        if not any(one.key == given.key for one in past):
            writes_to(place, visit)
        if visit.id not in kept.seats(conn, visit.unit_id):
            raise Problem(422, "nothing_decided")
        write = _write(visit, visit.id, "handed_in", "", None, {}, given.key, "", {})
        return _append(conn, visit, place, {}, write)


def mode(visit: Visit, given: SetMode, unit: str) -> Row:
    """Say how the unit is reviewed, before anybody decides."""
    if visit.office.local and given.mode == "blind":
        raise Problem(422, "blind_alone")
    state = {"mode": given.mode}
    with visit.writing() as conn:
        hold(conn, visit.unit_id)
        place = seating(conn, visit)
        past = kept.history(conn, visit.unit_id, "", "mode", "")
        if not any(one.key == given.key for one in past) and _any_stands(conn, visit.unit_id):
            raise Problem(422, "decisions_stand")
        write = _write(visit, "", "mode", "", None, state, given.key, "", {})
        return _append(conn, visit, place, state, write)


# --- writing ----------------------------------------------------------------------------------


def _about_evidence(visit: Visit, given: OnEvidence | Settle) -> tuple[Row, Row]:
    run = visit.run
    item = item_of(run, given.indicator)
    assert given.target is not None
    state = checks.evidence_state(run, item, given)
    return state, cards.shown(run, item.id, given.target)


def _decide_evidence(conn: Connection, visit: Visit, place: Seating, seat: str,
                     given: OnEvidence | Settle, state: Row, shown: Row) -> Row:
    unit, target = visit.unit_id, given.target or ""
    subject = f"{given.indicator}|{target}"
    before = kept.one(conn, unit, seat, "evidence", subject)
    gone = not shown
    checks.there(visit.run, target, before is not None)
    checks.was_opened(kept.opened_by(conn, unit, visit.id), target, gone)
    if gone and before is not None:
        shown = before.shown
    writes = [_write(visit, seat, "evidence", subject, given.version, state, given.key,
                     given.note, shown)]
    if given.moved_to is not None:
        other = f"{given.moved_to}|{target}"
        there = kept.one(conn, unit, seat, "evidence", other)
        moved = there.state if there and there.state["verdict"] == "accepted" else {
            **NONE, "verdict": "accepted",
            "attached": visit.run.proposed(given.moved_to, target) is None}
        writes.append(_write(visit, seat, "evidence", other, None, moved, given.key, "",
                             cards.shown(visit.run, given.moved_to, target)))
    return _append(conn, visit, place, state, *writes)


def _write(visit: Visit, seat: str, kind: str, subject: str, version: int | None, state: Row,
           key: str, note: str, shown: Row) -> Write:
    run = visit.run
    return Write(unit=visit.unit_id, account=visit.id, seat=seat, kind=kind, subject=subject,
                 version=version, state=state, key=key, note=note, shown=shown,
                 model=run.model, rubric=run.rubric_sha256, run=run.key, entry_at=visit.now)


def _append(conn: Connection, visit: Visit, place: Seating, mine: Row, *writes: Write) -> Row:
    try:
        entries = append(conn, *writes)
    except KeyTaken:
        raise Problem(409, "key_taken") from None
    except Conflict as conflict:
        theirs = next(iter(conflict.entries), None)
        names = Names(conn)
        raise Problem(409, "conflict", {
            "mine": {"state": mine},
            "theirs": None if theirs is None else {
                "state": theirs.state, "by": names.of(theirs.account), "at": moment(theirs.at),
                "note": theirs.note, "version": theirs.version},
            "version": theirs.version if theirs else 0}) from None
    return _told(entries[0], place)


def _told(entry: Entry, place: Seating) -> Row:
    head = {"seq": entry.seq, "hash": entry.hash} if place.open else dict(WITHHELD)
    return {"entry": {**head, "version": entry.version, "at": moment(entry.at)},
            "state": entry.state}


def _any_stands(conn: Connection, unit: str) -> bool:
    return any(entry.state.get("verdict") is not None
               for seat in kept.seats(conn, unit)
               for (kind, _), entry in kept.current(conn, unit, seat).items()
               if kind in ("evidence", "verdict", "sample"))
