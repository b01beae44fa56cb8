"""Beside one another: two reviewers, two years, indicators and years."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.report.papers import group_titles
from pipeline.report.printable import safe
from pipeline.report.record.standing import LEAD, Standing, standing
from pipeline.review import cards
from pipeline.review.api.so_far import changed
from pipeline.review.api.units import (
    answer_counts,
    by_indicator,
    earlier_of,
    is_orphan,
    progress,
    stands,
    summary,
)
from pipeline.review.opened import opened_by
from pipeline.review.record import agreed
from pipeline.review.run import Run
from pipeline.review.seating import (
    Decided,
    Names,
    Seating,
    answers,
    decided,
    moment,
    seating,
    split,
)
from pipeline.review.visit import Visit
from pipeline.store.accounts import accounts
from pipeline.store.decisions import Connection
from pipeline.store.decisions import state as kept

Row = dict[str, Any]

EXCERPT = 120
"""Characters of a passage in a list."""
_OF_ROW = ("id", "wording", "proposed", "verdict", "decided", "added", "evidence", "owed",
           "again", "alone")


def differences(visit: Visit, unit: str) -> Row:
    """Where blind reviewers differ, once all of them are in."""
    run = visit.run
    with visit.reading() as conn:
        place, names = seating(conn, visit), Names(conn)
        told: Row = {"both_in": place.all_in, "mode": place.mode, "seats": [], "differences": [],
                     "waiting": [one["by"] for one in _reviewers(conn, visit, place, False)],
                     "handed_in": _reviewers(conn, visit, place, True)}
        if place.mode != "blind" or not place.all_in:
            return told
        seats = [seat for seat in place.seats if seat != LEAD]
        told["seats"] = [{"seat": seat, "by": names.of(seat)} for seat in seats]
        lead = kept.current(conn, visit.unit_id, LEAD)
        evidence = decided(conn, visit, place, "evidence")
        shown = cards.Cards(run, evidence, opened_by(conn, visit))
        for kind in ("verdict", "evidence"):
            for subject, one in standing(conn, visit.unit_id, list(place.seats), kind).items():
                if one.differs or one.lone:
                    told["differences"].append(_difference(
                        run, kind, subject, one, lead.get((kind, subject)), names, shown))
    return told


def agreement(visit: Visit, unit: str) -> Row:
    """How far blind reviewers agreed, by indicator and over all."""
    run = visit.run
    with visit.reading() as conn:
        place, names = seating(conn, visit), Names(conn)
        found = _agreed(conn, visit, place)
        seats = [seat for seat in place.seats if seat not in ("", LEAD)] if place.all_in else []
        pairs = [[names.of(one), names.of(other)] for at, one in enumerate(seats)
                 for other in seats[at + 1:]]
    wordings = {id: safe(item.wording) for id, item in run.items.items()}
    rows = [{**row, "wording": wordings.get(row["indicator"], "")}
            for row in (found or {"rows": []})["rows"]]
    return {"both_in": place.all_in, "mode": place.mode, "pairs": pairs, "rows": rows,
            "all": found["all"] if found else None}


def overview(visit: Visit, unit: str) -> Row:
    """The whole unit at a glance: indicator by year, progress, agreement."""
    run = visit.run
    with visit.reading() as conn:
        place, evidence, verdicts = stands(conn, visit)
        counts = answer_counts(answers(conn, visit))
        found = _agreed(conn, visit, place) if "agreement" in visit.may else None
    before = earlier_of(visit)
    by_item, titles = by_indicator(evidence), group_titles(run.rubric)
    rows = []
    for id, item in run.items.items():
        told = summary(run, item, by_item.get(id, {}), verdicts.get(id), counts, before)
        rows.append({
            **{key: told[key] for key in _OF_ROW},
            "group": [title for title, _ in titles.get(item.group or "", ())],
            "periods": periods(run.entries[id], told["cells"])})
    codes = [row["verdict"] for row in rows]
    years = sorted({period for row in rows for period in row["periods"]})
    return {"years": years, "rows": rows, "progress": progress(run, evidence, verdicts),
            "verdicts": {code: codes.count(code) for code in sorted(filter(None, set(codes)))},
            "agreement": found, "unread": len(run.unread),
            "orphans": list(_orphans(run, evidence, verdicts)),
            "changed": list(_changed(run, verdicts, by_item))}


def earlier(visit: Visit, unit: str) -> Row:
    """Last year's review beside this one."""
    run, before = visit.run, earlier_of(visit)
    counts = {"new": 0, "same": 0, "reused": 0, "gone": 0}
    if before is None:
        return {"there": False, "label": "", "counts": counts, "verdicts": {}, "gone": [],
                "rows": []}
    rows, lost = [], []
    for id, item in run.items.items():
        facts = cards.facts(run, id)
        told = [before.of(fact)[0] for fact in facts]
        gone = before.gone(id, {fact["text"] for fact in facts})
        lost += gone
        own = {code: told.count(code) for code in ("new", "same", "reused")} | {"gone": len(gone)}
        counts = {code: counts[code] + own[code] for code in counts}
        verdict = before.verdicts.get(id)
        rows.append({"indicator": id, "wording": safe(item.wording), **own,
                     "verdict": verdict["verdict"] if verdict else None})
    names = before.run.header["unit"]
    label = safe(names[0] if names else before.run.out.name)
    return {"there": True, "label": label, "counts": counts, "rows": rows, "gone": lost[:500],
            "verdicts": {id: one["verdict"] for id, one in before.verdicts.items()}}


def periods(entry: Row, slots: list[Row]) -> dict[str, str]:
    """The state of each period of an indicator after what people decided, from the slots that
    decide it (those that are mandatory)."""
    found = {}
    for period in entry["periods"]:
        own = [slot for slot in slots if slot["period"] == period
               or slot["period"][:4] == period and "-" not in slot["period"][4:5]]
        own = own or [slot for slot in slots if slot["period"][:4] == period]
        states = {slot["state"] for slot in own if slot["mandatory"]} or {
            slot["state"] for slot in own}
        found[period] = _together(states)
    return found


def _together(states: set[str]) -> str:
    if states == {"confirmed"}:
        return "confirmed"
    if states and states <= {"confirmed", "proposed"}:
        return "proposed"
    if states & {"confirmed", "proposed", "planned"}:
        return "planned"
    return "unread" if "unread" in states else "nothing"


def _orphans(run: Run, evidence: Mapping[str, Decided], verdicts: Mapping[str, Decided]
             ) -> Iterator[Row]:
    """What was decided on and has no place in the run any more: passages and papers, then whole
    indicators."""
    gone = [one for one in evidence.items() if is_orphan(run, one[0])]
    gone += [one for one in verdicts.items() if one[0] not in run.items]
    for subject, one in gone:
        if one.said:
            indicator, target = split(subject)
            item = run.items.get(indicator)
            yield {"indicator": indicator, "wording": safe(item.wording) if item else "",
                   "target": target or None, "verdict": one.state["verdict"],
                   "reason": one.state.get("reason"), "note": one.note,
                   "stage": one.state.get("stage"), "by": one.by, "at": moment(one.at),
                   "text": safe(one.shown.get("text"))[:EXCERPT],
                   "path": safe(one.shown.get("path"))}


def _changed(run: Run, verdicts: Mapping[str, Decided],
             by_item: Mapping[str, Mapping[str, Decided]]) -> Iterator[Row]:
    """Verdicts whose evidence is another since they were given."""
    for id, item in run.items.items():
        one = verdicts.get(id)
        found = changed(run, id, one, by_item.get(id, {}))
        if found is not None and one is not None:
            yield {"indicator": id, "wording": safe(item.wording),
                   "verdict": one.state["verdict"], "by": one.by, "at": moment(one.at), **found}


def _agreed(conn: Connection, visit: Visit, place: Seating) -> Row | None:
    if place.mode != "blind" or not place.all_in:
        return None
    return agreed(conn, visit.unit_id, list(visit.run.items))


def _reviewers(conn: Connection, visit: Visit, place: Seating, in_: bool) -> list[Row]:
    """The reviewers who are in, or are not yet. What they said is not told with that."""
    if place.mode != "blind":
        return []
    handed = kept.handed_in(conn, visit.unit_id)
    return [{"seat": one.id, "by": one.name} for one in accounts.granted_to(conn, visit.unit_id)
            if one.role == "reviewer" and one.closed is None and (one.id in handed) == in_]


def _difference(run: Run, kind: str, subject: str, one: Standing, lead: Any, names: Names,
                shown: cards.Cards) -> Row:
    indicator, target = split(subject)
    settled = None if lead is None else {
        "state": lead.state, "version": lead.version, "by": names.of(lead.account),
        "at": moment(lead.at), "note": safe(lead.note)}
    item = run.items.get(indicator)
    card = shown.one(indicator, target) if target and item else None
    if card is not None and run.proposed(indicator, target) is None:
        # What those who decided on it were shown: the lead said nothing yet.
        attached = any(entry.state.get("attached") for entry in one.views)
        card |= {"attached": attached, "no_longer": not attached}
    return {"kind": kind, "subject": subject, "indicator": indicator, "target": target or None,
            "wording": safe(item.wording) if item else "",
            "views": [{"seat": entry.seat, "by": names.of(entry.account), "state": entry.state,
                       "note": safe(entry.note), "at": moment(entry.at)} for entry in one.views],
            "settled": settled if settled and settled["state"]["verdict"] else None,
            "version": lead.version if lead else 0, "card": card, "alone": one.lone}
