"""What must hold before a decision is written; each refusal has a name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pipeline.report.printable import clean
from pipeline.review import cards
from pipeline.review.given import OnEvidence, OnIndicator, Settle
from pipeline.review.legible import seen
from pipeline.review.problem import Problem
from pipeline.review.run import Run
from pipeline.rubric.model import Indicator

Row = dict[str, Any]

LEAST = 4
"""Characters of a reason, not counting what cannot be seen."""


def evidence_state(run: Run, item: Indicator, given: OnEvidence | Settle) -> Row:
    """The state of a decision on evidence. Raises Problem."""
    assert given.target is not None
    if given.verdict not in (None, "accepted", "rejected", "unsure"):
        raise Problem(422, "invalid", {"fields": ["verdict"]}, fields="verdict")
    if given.verdict == "rejected" and given.reason is None:
        raise Problem(422, "reason_missing")
    if given.verdict != "rejected" and given.reason is not None:
        raise Problem(422, "reason_unasked")
    moved = given.reason == "moved"
    if moved != (given.moved_to is not None) or (
            moved and (given.moved_to == item.id or given.moved_to not in run.items)):
        raise Problem(422, "moved_where")
    if given.slots and given.verdict != "accepted" and not moved:
        raise Problem(422, "slots_unasked")
    asked = slots_of(run, run.items[given.moved_to] if given.moved_to else item, given.slots)
    return {
        "verdict": given.verdict, "reason": given.reason, "stage": given.stage,
        # Of a move: those that it is to serve where it goes.
        "moved_to": given.moved_to, "slots": asked,
        # What the tool did not propose, people attached, whatever the page says of it.
        "attached": run.proposed(item.id, given.target) is None,
    }


def verdict_state(run: Run, item: Indicator, given: OnIndicator | Settle) -> Row:
    """The state of a verdict on an indicator. Raises Problem."""
    if given.verdict in ("accepted", "rejected", "unsure"):
        raise Problem(422, "invalid", {"fields": ["verdict"]}, fields="verdict")
    if given.points is not None and item.deducts is None:
        most = item.points or 0
        if given.points > most:
            raise Problem(422, "points_out_of_bounds", {"most": most}, most=f"{most:g}")
    if given.verdict == "not_met" and run.unread and not given.despite_unread:
        raise Problem(422, "unread_stands", {"unread": len(run.unread)}, count=len(run.unread))
    return {"verdict": given.verdict, "points": given.points,
            "despite_unread": given.despite_unread}


def slots_of(run: Run, item: Indicator, given: Iterable[tuple[str, str]]) -> list[list[str]]:
    """These slots of the indicator, each once and in one order. Raises Problem where it has no
    such."""
    entry = run.entries[item.id]
    known = {asked["id"]: list(asked["slots"]) for asked in entry["requirements"]}
    known.setdefault(f"{item.id}.act", list(entry["periods"]))
    if any(period not in known.get(requirement, ()) for requirement, period in given):
        raise Problem(422, "slot_unknown")
    return sorted(map(list, set(given)))


def reason_of(given: str) -> str:
    """A reason that stands in the audit, in one line. Raises Problem where there is none to be
    read."""
    if len(seen(given)) < LEAST:
        raise Problem(422, "reason_short", least=LEAST)
    return " ".join(clean(given).split())


def there(run: Run, target: str, known: bool) -> None:
    """Whether there is anything to decide on: in the run, or decided on before. Raises Problem."""
    if not known and not cards.in_run(run, target):
        raise Problem(422, "target_unknown")


def was_opened(opened: set[str], target: str, known: bool) -> None:
    """Whether this account has seen what it decides on. Raises Problem."""
    if target not in opened and not known:
        raise Problem(422, "not_opened")
