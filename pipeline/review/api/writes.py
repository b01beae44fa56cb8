"""Deciding: one thing a request, appended, never replaced."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pipeline.review import cards
from pipeline.review.api import checks
from pipeline.review.api.appended import appended, scoped, written
from pipeline.review.api.indicators import item_of
from pipeline.review.api.moved import other_half
from pipeline.review.api.so_far import heeded, rests_on, so_far, states_of
from pipeline.review.given import (
    Answer,
    HandIn,
    OnEvidence,
    OnIndicator,
    OnSample,
    OpenAgain,
    SetMode,
    Settle,
)
from pipeline.review.legible import seen as legible
from pipeline.review.opened import opened_by
from pipeline.review.problem import Problem
from pipeline.review.seating import LEAD, Seating, seating, writes_to
from pipeline.review.visit import Visit
from pipeline.rubric.model import Indicator
from pipeline.store.accounts.accounts import granted_to
from pipeline.store.decisions import Connection, hold, of_key
from pipeline.store.decisions import state as kept
from pipeline.store.decisions.entry import Write

Row = dict[str, Any]

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
        seat = writes_to(place, visit)
        return appended(conn, visit, place, _judged(conn, visit, place, seat, item, given, state))


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
        return appended(conn, visit, place, _judged(conn, visit, place, LEAD, item, given, state))


def answer(visit: Visit, given: Answer, unit: str) -> Row:
    """Keep what the unit answers to a cell. Each answer stays."""
    run = visit.run
    item = item_of(run, given.indicator)
    checks.slots_of(run, item, [(given.requirement, given.period)])
    if not legible(given.note):
        raise Problem(422, "note_missing")
    with visit.writing() as conn:
        hold(conn, visit.unit_id)
        place = seating(conn, visit)
        seat = LEAD if place.seat == LEAD else writes_to(place, visit)
        subject = f"{item.id}|{given.requirement}|{given.period}"
        write = written(visit, seat, "answer", subject, None, {}, given.key, given.note, {})
        return appended(conn, visit, place, write)


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
        checks.was_opened(opened_by(conn, visit), given.target, False)
        write = written(visit, seat, "sample", given.target, given.version, state, given.key, "",
                       shown)
        return appended(conn, visit, place, write)


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
        write = written(visit, visit.id, "handed_in", "", None, {}, given.key, "", {})
        return appended(conn, visit, place, write)


def open_again(visit: Visit, given: OpenAgain, unit: str) -> Row:
    """Let a reviewer who handed in go on, as long as others have not: once all are in, each knows
    what the others said, and nothing that he says from then on is blind."""
    reason, key = checks.reason_of(given.reason), scoped("open-again", given.key)
    with visit.writing() as conn:
        hold(conn, visit.unit_id)
        place = seating(conn, visit)
        if place.mode != "blind":
            raise Problem(422, "not_blind")
        reviewing = {one.id for one in granted_to(conn, visit.unit_id)
                     if one.role == "reviewer" and one.closed is None}
        in_ = kept.handed_in(conn, visit.unit_id) & reviewing
        if not of_key(conn, visit.id, key):
            if place.all_in:
                raise Problem(422, "all_in_already")
            if given.seat not in in_:
                raise Problem(422, "not_handed_in")
        write = written(visit, given.seat, "opened_again", "", None, {}, key, reason)
        return appended(conn, visit, replace(place, all_in=False), write)


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
        write = written(visit, "", "mode", "", None, state, given.key, "", {})
        return appended(conn, visit, place, write)


# --- writing ----------------------------------------------------------------------------------


def _judged(conn: Connection, visit: Visit, place: Seating, seat: str, item: Indicator,
            given: OnIndicator | Settle, state: Row) -> Write:
    """A verdict, with how much of the evidence was decided when it was given."""
    run = visit.run
    states = states_of(conn, visit, place, seat, item.id)
    found = so_far(run, item.id, states)
    before = next((one for one in of_key(conn, visit.id, given.key) if one.kind == "verdict"), None)
    if before is not None:
        # The same request again: what was decided since does not make it another.
        found = before.state
    elif isinstance(given, OnIndicator):
        heeded(found, given)
    state = {**state, "decided": found.get("decided"), "proposed": found.get("proposed")}
    return written(visit, seat, "verdict", item.id, given.version, state, given.key, given.note,
                   rests_on(run, item, states))


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
    # The lead may settle what he never decided on himself.
    past = before or next(filter(None, (kept.one(conn, unit, one, "evidence", subject)
                                        for one in place.seats)), None)
    gone = not shown
    checks.there(visit.run, target, past is not None)
    checks.was_opened(opened_by(conn, visit), target, gone)
    if past is not None and visit.run.proposed(given.indicator, target) is None:
        # What it was when it was decided on: a proposal that is gone is none that people attached.
        state = {**state, "attached": past.state["attached"]}
    if gone and past is not None:
        shown = past.shown
    writes = [written(visit, seat, "evidence", subject, given.version, state, given.key,
                      given.note, shown)]
    if given.moved_to is not None:
        seen = (before.version if before else 0) == given.version
        writes += other_half(conn, visit, seat, given, seen)
    return appended(conn, visit, place, *writes)


def _any_stands(conn: Connection, unit: str) -> bool:
    return any(entry.state.get("verdict") is not None
               for seat in kept.seats(conn, unit)
               for (kind, _), entry in kept.current(conn, unit, seat).items()
               if kind in ("evidence", "verdict", "sample"))
