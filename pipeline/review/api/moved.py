"""The other half of a move: what does not belong to one indicator is accepted for another."""

from __future__ import annotations

from typing import Any

from pipeline.report.record.slots import serves
from pipeline.review import cards
from pipeline.review.api.appended import lost, written
from pipeline.review.given import OnEvidence, Settle
from pipeline.review.visit import Visit
from pipeline.store.decisions import Connection
from pipeline.store.decisions import state as kept
from pipeline.store.decisions.entry import Entry, Write

Row = dict[str, Any]


def other_half(conn: Connection, visit: Visit, seat: str, given: OnEvidence | Settle, seen: bool
               ) -> list[Write]:
    """Accept it where it belongs, for the slots that were named. What is said there already and is
    something else was not on the screen, so that it is not written over. `seen`: the first half
    is not lost by itself. Raises Problem."""
    assert given.moved_to is not None and given.target is not None
    run, target, indicator = visit.run, given.target, given.moved_to
    other = f"{indicator}|{target}"
    past = kept.history(conn, visit.unit_id, seat, "evidence", other)
    done = next((one for one in past if (one.account, one.key) == (visit.id, given.key)), None)
    if done is not None:
        # The same request again; `append` tells what it was answered with.
        return [written(visit, seat, "evidence", other, None, done.state, given.key, done.note)]
    there = past[-1] if past else None
    said = there.state["verdict"] if there else None
    proposal = run.proposed(indicator, target)
    slots: list[list[str | None]] = [list(slot) for slot in given.slots]
    if there is not None and said == "accepted":
        stands = serves(there.state, proposal)
        slots = [slot for slot in slots if slot not in stands] and [*stands, *slots]
        if not slots:
            return []
    moved = {
        "verdict": "accepted", "reason": None, "moved_to": None,
        "stage": _stage(visit, given, there, proposal),
        "slots": _named(visit, indicator, slots),
        "attached": proposal is None if there is None else there.state["attached"],
    }
    if said not in (None, "accepted") and seen:
        raise lost(conn, moved, there, other)
    return [written(visit, seat, "evidence", other, there.version if there else 0, moved,
                    given.key, there.note if there else "", cards.shown(run, indicator, target))]


def _named(visit: Visit, indicator: str, slots: list[list[str | None]]) -> list[list[str]]:
    """Each slot once, in one order. Entries of old name a requirement's only slot by no period."""
    asked = visit.run.entries[indicator]["requirements"]
    lone = {one["id"]: next(iter(one["slots"])) for one in asked if len(one["slots"]) == 1}
    named = {(id, period or lone.get(id)) for id, period in slots}
    return sorted([id, period] for id, period in named if id and period)


def _stage(visit: Visit, given: OnEvidence | Settle, there: Entry | None, proposal: Row | None
           ) -> str | None:
    """A plan stays a plan wherever it is moved, unless something else is known of it there."""
    if there is not None and there.state["stage"]:
        return str(there.state["stage"])
    if proposal is not None:
        return given.stage
    was = visit.run.proposed(given.indicator, given.target or "")
    return given.stage or (was["stage"] if was else None)
