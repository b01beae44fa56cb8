"""What a verdict on an indicator rests on: how much of its evidence was decided when it was given,
and whether that evidence is still the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.report.record.standing import standing
from pipeline.review import cards
from pipeline.review.given import OnIndicator
from pipeline.review.problem import Problem
from pipeline.review.run import Run
from pipeline.review.seating import LEAD, Decided, Seating
from pipeline.review.visit import Visit
from pipeline.rubric.model import Indicator
from pipeline.store.decisions import Connection
from pipeline.store.decisions import state as kept

Row = dict[str, Any]

ON_EVIDENCE = ("met", "partly", "not_met")
"""Verdicts that say what the papers show."""


def states_of(conn: Connection, visit: Visit, place: Seating, seat: str, item: str
              ) -> dict[str, Row]:
    """What stands for this seat on the evidence of an indicator, by target."""
    start = f"{item}|"
    found = {subject: entry.state for (_, subject), entry in kept.current(
        conn, visit.unit_id, seat, "evidence", start).items() if subject.startswith(start)}
    if seat == LEAD:
        agreed = standing(conn, visit.unit_id, list(place.seats), "evidence")
        found = {subject: one.state for subject, one in agreed.items()
                 if one.state and subject.startswith(start)} | found
    return {subject.removeprefix(start): state for subject, state in found.items()}


def so_far(run: Run, item: str, states: Mapping[str, Row]) -> Row:
    """{"proposed", "decided", "open", "accepted"} of an indicator: how many proposals it has, how
    many of them somebody decided, and how much is accepted, attached or not."""
    proposals = run.proposals(item)
    said = {target for target, state in states.items() if state["verdict"]}
    decided = len(proposals.keys() & said)
    accepted = [target for target, state in states.items() if state["verdict"] == "accepted"
                and (target in proposals or cards.in_run(run, target))]
    return {"proposed": len(proposals), "decided": decided, "open": len(proposals) - decided,
            "accepted": len(accepted)}


def heeded(found: Row, given: OnIndicator) -> None:
    """Whoever judges what he has not looked at is told so first. Raises Problem."""
    bare = given.verdict != "not_met" and not found["accepted"]
    if given.verdict not in ON_EVIDENCE or given.despite_open or not (found["open"] or bare):
        return
    kind = "bare" if not found["open"] else "open" if found["decided"] else "unseen"
    raise Problem(422, "evidence_open", found, words=f"evidence_{kind}", **found)


def rests_on(run: Run, item: Indicator, states: Mapping[str, Row]) -> Row:
    """What is kept with a verdict of what it rests on: targets, by how they came there."""
    proposals = run.proposals(item.id)
    attached = sorted(target for target, state in states.items()
                      if state["verdict"] == "accepted" and target not in proposals)
    return {"proposed": sorted(proposals), "attached": attached}


def changed(run: Run, item: str, verdict: Decided | None, said: Mapping[str, Decided]
            ) -> Row | None:
    """{"new", "gone"}: what came to, and went from, the evidence of an indicator since its verdict
    was given, by a screening in between; None where nothing did. Verdicts from before that was
    kept, and those that were purged, cannot tell what is new (None)."""
    if verdict is None or not verdict.state["verdict"] or verdict.run == run.key:
        return None
    proposals = run.proposals(item)
    if "proposed" not in verdict.shown:
        gone = sum(1 for target, one in said.items()
                   if one.state["verdict"] and not cards.in_run(run, target))
        return {"new": None, "gone": gone} if gone else None
    then = set(verdict.shown["proposed"])
    gone = len(then - proposals.keys()) + sum(
        1 for target in verdict.shown.get("attached", ()) if not cards.in_run(run, target))
    new = len(proposals.keys() - then - set(verdict.shown.get("attached", ())))
    return {"new": new, "gone": gone} if new or gone else None
