"""Units and their indicators, as the left side of the room shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pipeline.language import say
from pipeline.report import printable
from pipeline.report.papers import group_titles
from pipeline.report.printable import safe
from pipeline.report.record.slots import cells
from pipeline.review import cards
from pipeline.review.api.so_far import changed
from pipeline.review.earlier import Earlier
from pipeline.review.problem import RunProblem
from pipeline.review.run import Run, file_target
from pipeline.review.seating import (
    Decided,
    Seating,
    answers,
    decided,
    head_of,
    seating,
    split,
)
from pipeline.review.visit import Visit
from pipeline.rubric.model import Indicator
from pipeline.store.decisions import Connection, chain, units

Row = dict[str, Any]
Cell = tuple[str, str, str]


def listed(visit: Visit) -> list[Row]:
    """The units that this account may come to. Of one whose run cannot be read: why, and what to
    do."""
    mine = visit.granted()
    with visit.reading() as conn:
        known = [one for one in units(conn) if one.id in mine]
    found = []
    for unit in known:
        visit.unit = unit
        told: Row = {"id": unit.id, "label": safe(unit.label), "rubric": unit.rubric}
        try:
            found.append({**told, **_progress_of(visit), "problem": None})
        except RunProblem as problem:
            words = problem.told(visit.language, visit.office.local)
            found.append({**told, "rubric_title": "", "progress": None, "unread": 0,
                          "mode": "shared", "problem": words})
    return found


def _progress_of(visit: Visit) -> Row:
    run = visit.run
    with visit.reading() as conn:
        place, evidence, verdicts = stands(conn, visit)
    return {"rubric_title": safe(run.rubric.title), "unread": len(run.unread), "mode": place.mode,
            "progress": progress(run, evidence, verdicts)}


def stands(conn: Connection, visit: Visit
           ) -> tuple[Seating, dict[str, Decided], dict[str, Decided]]:
    """Where the visitor sits, and what stands for him: on evidence, on indicators."""
    place = seating(conn, visit)
    return (place, decided(conn, visit, place, "evidence"),
            decided(conn, visit, place, "verdict"))


def progress(run: Run, evidence: Mapping[str, Decided], verdicts: Mapping[str, Decided]) -> Row:
    """How much of the unit is decided, by what this visitor sees: of the proposals; beside them,
    what people added, and what has no place any more. Verdicts are waited for where something is
    assessed or owed."""
    on_proposals, added, orphaned = [], 0, 0
    for subject, one in evidence.items():
        verdict = one.state["verdict"]
        indicator, target = split(subject)
        if is_orphan(run, subject):
            orphaned += one.said
        elif not verdict:
            continue
        elif run.proposed(indicator, target) is not None:
            on_proposals.append(verdict)
        elif verdict == "accepted":
            added += 1
    return {
        "proposed": sum(run.counts.values()), "decided": len(on_proposals),
        **{verdict: on_proposals.count(verdict) for verdict in ("accepted", "rejected", "unsure")},
        "added": added,
        "orphaned": orphaned + sum(1 for id, one in verdicts.items()
                                   if one.said and id not in run.items),
        "indicators": len(run.owed),
        "verdicts": sum(1 for id, one in verdicts.items()
                        if one.state["verdict"] and id in run.owed),
    }


def unit(visit: Visit, unit: str) -> Row:
    """A unit with its indicators, their cells, and what was not read."""
    run = visit.run
    with visit.reading() as conn:
        place, evidence, verdicts = stands(conn, visit)
        answered = answer_counts(answers(conn, visit))
        head = chain.head(conn, visit.unit_id)
    before = earlier_of(visit)
    by_item = by_indicator(evidence)
    rubric, done = run.rubric, progress(run, evidence, verdicts)
    assert visit.unit is not None
    return {
        "id": visit.unit_id, "label": safe(visit.unit.label),
        "rubric": {"id": rubric.id, "title": safe(rubric.title), "issuer": safe(rubric.issuer),
                   "number": safe(rubric.number), "date": rubric.date},
        "period": run.header["period"], "mode": place.mode, "seat": place.seat,
        "handed_in": place.handed_in, "both_in": place.all_in, "late": place.late,
        "groups": _groups(run, by_item, verdicts, answered, before),
        "unread": [unread_row(row) for row in run.unread],
        "photos": [_photo(row, evidence) for row in run.photos],
        "progress": done,
        "head": head_of(head, place), "permissions": sorted(visit.may),
        "orphaned": done["orphaned"],
        "reinspection": before is not None,
    }


def is_orphan(run: Run, subject: str) -> bool:
    """Whether what was decided on, or for, is not in the run any more."""
    indicator, target = split(subject)
    if indicator not in run.items:
        return True
    return run.proposed(indicator, target) is None and not cards.in_run(run, target)


def earlier_of(visit: Visit) -> Earlier | None:
    """Last year's review of this unit, if there is one."""
    last = visit.office.last.get(visit.unit_id)
    return Earlier(last, visit.office.runs.of(last.out), visit.run) if last else None


def by_indicator(evidence: Mapping[str, Decided]) -> dict[str, dict[str, Decided]]:
    """What stands, by indicator and target."""
    found: dict[str, dict[str, Decided]] = {}
    for subject, one in evidence.items():
        indicator, target = split(subject)
        found.setdefault(indicator, {})[target] = one
    return found


def answer_counts(entries: Iterable[Any]) -> dict[Cell, int]:
    """How many answers the unit gave to each cell."""
    counts: dict[Cell, int] = {}
    for entry in entries:
        indicator, requirement, period = (*entry.subject.split("|"), "", "")[:3]
        counts[indicator, requirement, period] = counts.get(
            (indicator, requirement, period), 0) + 1
    return counts


def unread_row(row: Row) -> Row:
    """A file that was not wholly read, why, and what to do."""
    return {"path": safe(row["path"]), "status": row["status"], "reason": row["reason"],
            "text": printable.named("reason", row["reason"]),
            "next": printable.named("next", row["reason"])}


def _photo(row: Row, evidence: Mapping[str, Decided]) -> Row:
    """A photograph, and where people attached it."""
    target = file_target(row["sha256"])
    return {"path": safe(row["path"]), "target": target, "sha16": row["sha256"][:16],
            "indicators": [split(subject)[0] for subject, one in evidence.items()
                           if split(subject)[1] == target
                           and one.state["verdict"] == "accepted"]}


def _groups(run: Run, by_item: Mapping[str, Mapping[str, Decided]],
            verdicts: Mapping[str, Decided], answered: Mapping[Cell, int],
            before: Earlier | None) -> list[Row]:
    titles = group_titles(run.rubric)
    duties = {item.id for item in run.rubric.duties}
    groups: list[Row] = []
    for id, item in run.items.items():
        above = [say("report.duties.title")] if id in duties else [
            title for title, _ in titles.get(item.group or "", ())]
        if not groups or groups[-1]["titles"] != above:
            groups.append({"titles": above, "indicators": []})
        groups[-1]["indicators"].append(
            summary(run, item, by_item.get(id, {}), verdicts.get(id), answered, before))
    return groups


def summary(run: Run, item: Indicator, said: Mapping[str, Decided], verdict: Decided | None,
            answered: Mapping[Cell, int], before: Earlier | None) -> Row:
    """An indicator in the list: its cells, how much of it is decided, the verdict."""
    entry = run.entries[item.id]
    code = verdict.state["verdict"] if verdict else None
    proposals = run.proposals(item.id)
    decided = [(target, one.state["verdict"]) for target, one in said.items()
               if one.state["verdict"]]
    return {
        "id": item.id, "wording": safe(item.wording), "points": item.points,
        "deducts": item.deducts, "methods": list(item.methods), "proposed": entry["proposed"],
        "cells": cells_of(run, item, said, answered), "evidence": run.counts[item.id],
        "decided": sum(1 for target, _ in decided if target in proposals),
        "added": sum(1 for target, what in decided if what == "accepted"
                     and target not in proposals and cards.in_run(run, target)),
        "owed": item.id in run.owed, "changed": changed(run, item.id, verdict, said),
        "verdict": code,
        "alone": sum(one.alone for one in said.values()) + bool(verdict and verdict.alone),
        "again": code is None and before is not None and item.id in before.verdicts,
    }


def cells_of(run: Run, item: Indicator, said: Mapping[str, Decided], answered: Mapping[Cell, int]
             ) -> list[Row]:
    """The slots of an indicator after what people decided; worked out anew only where they decided
    since."""
    states = {target: one.state for target, one in said.items() if one.state["verdict"]
              or one.state["stage"]}
    print_ = repr(sorted((target, *map(str, sorted(state.items())))
                         for target, state in states.items()))
    key = ("cells", item.id, print_)
    known: list[Row] | None = run.made.get(key)
    if known is None:
        there = {target: state for target, state in states.items()
                 if run.proposed(item.id, target) is not None or cards.in_run(run, target)}
        known = list(cells(item, _with_plain_act(run, item), run.evidence(item.id), there,
                           bool(run.unread)))
        for old in [one for one in list(run.made) if one[:2] == key[:2]][:-8]:
            run.made.pop(old, None)
        run.made[key] = known
    return [{**cell, "wording": safe(cell["wording"] or item.wording),
             "answers": answered.get((item.id, cell["requirement"], cell["period"]), 0)}
            for cell in known]


def _with_plain_act(run: Run, item: Indicator) -> Row:
    """The ledger's row of an indicator; where no requirement is mandatory, a single counting
    passage a year decides, and that is a row of its own (`<indicator>.act`)."""
    entry = run.entries[item.id]
    act = f"{item.id}.act"
    duty = item in run.rubric.duties
    if any(asked["mandatory"] for asked in entry["requirements"]) or duty:
        return entry
    slots = {period: {"state": state, "count": 0, "need": 1}
             for period, state in entry["periods"].items()}
    plain = {"id": act, "mandatory": True, "slots": slots}
    return {**entry, "requirements": [*entry["requirements"], plain]} if slots else entry
