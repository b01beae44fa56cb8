"""One indicator, with all that the middle of the room shows."""

from __future__ import annotations

from typing import Any

from pipeline.language import say
from pipeline.report import printable
from pipeline.report.printable import safe
from pipeline.report.reason import reason
from pipeline.review.api.units import (
    answer_counts,
    by_indicator,
    earlier_of,
    summary,
)
from pipeline.review.cards import Cards
from pipeline.review.opened import opened_by
from pipeline.review.problem import nowhere
from pipeline.review.run import Run
from pipeline.review.seating import Names, answers, decided, moment, seating, settled, writer
from pipeline.review.visit import Visit
from pipeline.rubric.model import Indicator

Row = dict[str, Any]


def item_of(run: Run, id: str) -> Indicator:
    """The indicator with that id, or 404."""
    item = run.items.get(id)
    if item is None:
        raise nowhere()
    return item


def indicator(visit: Visit, unit: str, indicator: str) -> Row:
    """An indicator with its requirements, cards, verdict and answers."""
    run = visit.run
    item = item_of(run, indicator)
    with visit.reading() as conn:
        place = seating(conn, visit)
        evidence = decided(conn, visit, place, "evidence")
        verdict = decided(conn, visit, place, "verdict").get(item.id)
        final = {kind: settled(conn, visit, place, kind) for kind in ("evidence", "verdict")}
        given = list(answers(conn, visit))
        opened = opened_by(conn, visit)
        names = Names(conn)
        told: list[Row] = [{"requirement": requirement, "period": period,
                 "text": safe(entry.note), "by": writer(entry, place, names),
                 "at": moment(entry.at)}
                for entry in given
                for id, requirement, period in [(*entry.subject.split("|"), "", "")[:3]]
                if id == item.id]
    before = earlier_of(visit)
    shown = Cards(run, evidence, opened, before, final["evidence"])
    lead = final["verdict"].get(item.id)
    entry = run.entries[item.id]
    why = entry["why"]
    said = by_indicator(evidence).get(item.id, {})
    # What was rejected, or put here by people, the tool's sentence knows nothing of.
    revised = any(one.state["verdict"] == "rejected" or one.state["verdict"] and
                  run.proposed(item.id, target) is None for target, one in said.items())
    return {
        **summary(run, item, said, verdict, answer_counts(given), before),
        "wording_pieces": _pieces(item),
        "requirements": [_requirement(asked) for asked in item.requirements],
        "why": reason(why["code"], why["args"], entry["periods"], run.header["period"])
        + (say("why.revised") if revised else ""),
        "revised": revised,
        "evidence_count": run.counts[item.id],
        "evidence": shown.of(item.id), "orphaned": shown.orphaned(item.id),
        "verdict": verdict.told() if verdict else None,
        "settled": lead.told() if lead else None,
        "version": verdict.version if verdict else 0,
        "answers": told,
        "earlier": before.verdicts.get(item.id) if before else None,
        "unread": len(run.unread),
    }


def _pieces(item: Indicator) -> list[Row]:
    """The official wording cut at its misprints: what is printed, and what was meant or ""."""
    told: list[Row] = []
    rest = safe(item.wording)
    while rest:
        slips = [(rest.index(slip.printed), slip) for slip in item.sic if slip.printed in rest]
        if not slips:
            return [*told, {"text": rest, "meant": ""}]
        at, slip = min(slips, key=lambda found: found[0])
        told += [{"text": rest[:at], "meant": ""}] if at else []
        told.append({"text": slip.printed, "meant": slip.meant})
        rest = rest[at + len(slip.printed):]
    return told


def _requirement(asked: Any) -> Row:
    return {"id": asked.id, "wording": safe(asked.wording), "link": asked.link,
            "mandatory": asked.mandatory, "cadence": printable.cadence(asked.cadence),
            "documents": list(asked.documents), "stage": asked.stage, "owed_by": asked.owed_by}
