"""Other orders to work in than by indicator: what is open, what is uncertain, what was not
proposed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Annotated, Any, Literal

from fastapi import Query

from pipeline.language import say
from pipeline.report.record.standing import LEAD
from pipeline.review import cards, recall
from pipeline.review.api.units import earlier_of
from pipeline.review.opened import opened_by
from pipeline.review.record import recalled
from pipeline.review.run import Run, passage_target
from pipeline.review.seating import Decided, decided, seating
from pipeline.review.visit import Visit

Row = dict[str, Any]
Order = Literal["uncertain", "sample", "open"]


def queue(visit: Visit, unit: str, mode: Order = "open",
          limit: Annotated[int, Query(ge=1, le=200)] = 50) -> Row:
    """What to look at next, in one of three orders."""
    run = visit.run
    with visit.reading() as conn:
        place = seating(conn, visit)
        evidence = decided(conn, visit, place, "evidence")
        sampled = decided(conn, visit, place, "sample")
        opened = opened_by(conn, visit)
    if mode == "sample":
        order = draw(run, visit.unit_id)
        rows = _sample(run, order, sampled, opened, limit)
        return {"mode": mode, "total": len(order), "rows": rows}
    waiting = [fact for item in run.items for fact in cards.facts(run, item)
               if not _settled(evidence.get(fact["subject"]))]
    if mode == "uncertain":
        # What no model weighed is as open as can be, but comes after what is known to be doubtful.
        waiting.sort(key=lambda fact: abs(0.5 - fact["confidence"])
                     if fact["confidence"] is not None else 0.5)
    shown = cards.Cards(run, evidence, opened, earlier_of(visit))
    found = (shown.one(fact["indicator"], fact["target"]) for fact in waiting[:limit])
    return {"mode": mode, "total": len(waiting), "rows": [card for card in found if card]}


def how_much(visit: Visit, unit: str) -> Row:
    """How much of the evidence the tool found, told from the sample, with its interval."""
    run = visit.run
    with visit.reading() as conn, run.ledger() as ledger:
        place = seating(conn, visit)
        seats = [seat for seat in place.seats if place.open or seat != LEAD]
        told = recalled(conn, ledger, visit.unit_id, seats)
    if told["undefined"]:
        words = say(f"review.recall.{told['undefined']}", open=told["open"])
    else:
        words = say("review.recall.words", sampled=told["sampled"], of=told["of"],
                    missed=told["missed"], found=told["found"],
                    **{key: f"{told[key]:.0%}" for key in ("estimate", "low", "high")})
    return {**told, "words": words}


def draw(run: Run, unit: str) -> list[str]:
    """The sample's order; the same as long as the run is."""
    known: list[str] | None = run.made.get(("draw", unit))
    if known is None:
        with run.ledger() as ledger:
            known = recall.drawn(ledger, unit)
        run.made["draw", unit] = known
    return known


def _settled(one: Decided | None) -> bool:
    return one is not None and one.state["verdict"] is not None


def _sample(run: Run, order: list[str], sampled: dict[str, Decided], opened: set[str], limit: int
            ) -> list[Row]:
    return list(islice(_unread(run, order, sampled, opened), limit))


def _unread(run: Run, order: list[str], sampled: dict[str, Decided], opened: set[str]
            ) -> Iterator[Row]:
    """Passages of the sample that nobody has read yet, in the order drawn."""
    for id in order:
        target = passage_target(id)
        one = sampled.get(target)
        if _settled(one):
            continue
        fact = cards.loose(run, target)
        if fact is not None:
            yield {"target": target, "subject": None, "indicator": None, "path": fact["path"],
                   "title": fact["title"], "text": fact["text"], "place": fact["place"],
                   "page": fact["page"], "file": fact["file"],
                   "headings": fact["headings"], "document_type": fact["document_type"],
                   "dated": fact["dated"], "spans": [], "flags": fact["flags"],
                   "decision": one.told() if one else None,
                   "state": one.state if one else {"verdict": None},
                   "version": one.version if one else 0, "opened": target in opened,
                   "original_missing": cards.missing(run, fact["raw_path"])}
