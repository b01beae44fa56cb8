"""report.html: one page that stands alone, for a reviewer to read.

It is written piece by piece as the ledger is read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.language import say
from pipeline.report import printable
from pipeline.report.alone import SIGNS, style, write_alone
from pipeline.report.papers import Paper, Papers, group_titles
from pipeline.report.printable import named, safe
from pipeline.rubric.model import Indicator, Requirement, Rubric
from pipeline.store.ledger import Ledger

Row = dict[str, Any]


class Card(NamedTuple):
    """A piece of evidence in words. There are many of them, and the template engine reads the
    fields of a tuple much faster than the keys of a dict."""

    passage: str
    stage: str
    kind: str | None
    year: str
    year_from: str
    headings: list[str]
    pieces: list[tuple[str, printable.Mark]]
    paper: Paper
    place: str
    votes: list[str]
    counts: bool
    why_not: str
    confidence: str
    recognised: str


SHOWN = 8
"""Pieces of evidence (and of unread files for one reason) shown before the rest is folded in."""
PROPOSALS = ("covered", "partial", "missing", "undetermined", "beyond_documents", "shown_only",
             "context")
STATUSES = ("read", "partly_read", "unread", "duplicate", "ignored", "started")
SETTLED = {"read", "duplicate", "ignored"}


def write_html(target: Path, ledger: Ledger, rubric: Rubric) -> None:
    """Write the page to `target`."""
    write_alone(target, "report.html", style("report"), {
        "t": lambda key, **fill: say(f"report.{key}", **fill), "word": named, "signs": SIGNS,
    }, **_content(ledger, rubric))


def _content(ledger: Ledger, rubric: Rubric) -> Row:
    header = ledger.header()
    papers = Papers(ledger)
    says = printable.says_of(rubric)
    tallies: Counter[str] = Counter()
    whole = False
    for entry in ledger.entries("indicators"):
        tallies[entry["proposed"]] += 1
        whole = whole or any(map(printable.is_span, entry["periods"]))
    statuses = ledger.statuses()
    return {
        "unit": [safe(name) for name in header["unit"]],
        "rubric": _rubric(rubric),
        "period": printable.span_of_years(header["period"]),
        "period_from": named("period_from", header["period_from"]),
        "years": header["period"],
        "tallies": [(code, tallies[code]) for code in PROPOSALS if tallies[code]],
        "indicator_count": sum(tallies.values()),
        "statuses": [(code, statuses[code]) for code in STATUSES if statuses.get(code)],
        "file_count": sum(statuses.values()),
        "unread": list(_unread(ledger)),
        "pictures": header["ocr"],
        "minutes": printable.minutes(header["ocr"]),
        "matrix": _matrix(ledger, rubric),
        "whole": whole,
        "indicators": _items(ledger, rubric, papers, says, "indicators"),
        "duties": _items(ledger, rubric, papers, says, "duties"),
        "has_duties": bool(rubric.duties or rubric.context),
        "context": [safe(text) for text in rubric.context],
        "files": _files(ledger),
        "model": _model(header["model"]),
        "versions": sorted(header["versions"].items()),
        "rubric_sha256": header["rubric_sha256"],
    }


def _rubric(rubric: Rubric) -> Row:
    return {
        "id": rubric.id, "title": safe(rubric.title), "issuer": safe(rubric.issuer),
        "number": safe(rubric.number), "date": printable.period(rubric.date) if rubric.date else "",
    }


def _model(told: Row) -> Row:
    """What weighed the votes, and what its stored evaluation says of that."""
    found = told["evaluation"]
    return {
        "id": safe(told["id"]), "sha256": told["sha256"],
        "rule_only": told["by_rule_only"],
        "by_rule_only": say("report.comma").join(told["by_rule_only"]),
        "evaluation": {**found, "data": named("evaluated_on", found["data"])} if found else None,
    }


def _unread(ledger: Ledger) -> Iterator[Row]:
    """Unread and partly read files by status and reason, most files first; paths as they come."""
    counts = Counter((file["status"], file["reason"]) for file in ledger.files()
                     if file["status"] not in SETTLED)
    # Told apart by the reason because a reviewer does the same next step for all of them.
    for (status, reason), count in sorted(
        counts.items(), key=lambda found: (-found[1], found[0][0], found[0][1] or "")
    ):
        paths = _paths(ledger, status, reason)
        yield {"status": named("status", status), "reason": named("reason", reason),
               "next": named("next", reason), "count": count,
               "first": islice(paths, SHOWN), "rest": paths, "more": count - SHOWN}


def _paths(ledger: Ledger, status: str, reason: str | None) -> Iterator[str]:
    for file in ledger.files():
        if file["status"] == status and file["reason"] == reason:
            yield safe(file["path"])


def _matrix(ledger: Ledger, rubric: Rubric) -> Iterator[Row]:
    """The rows of the table: a heading whenever the group changes, then its indicators."""
    items = {item.id: item for item in rubric.items}
    titles = group_titles(rubric)
    above: Any = None
    for entry in ledger.entries("indicators"):
        item = items[entry["id"]]
        group = titles.get(item.group or "", ())
        if group != above and (group or above):
            yield {"group": group}
        above = group
        yield {"group": None, "id": item.id, "wording": safe(item.wording),
               "periods": entry["periods"], "proposed": entry["proposed"],
               "whole": next(filter(printable.is_span, entry["periods"]), None)}


def _items(
    ledger: Ledger, rubric: Rubric, papers: Papers, says: dict[str, str], kind: str
) -> Iterator[Row]:
    items = {item.id: item for item in rubric.items}
    titles = group_titles(rubric)
    for entry in ledger.entries(kind):
        item = items[entry["id"]]
        requirements = {asked.id: asked for asked in item.requirements}
        count, counts = ledger.counted(item.id)
        cards = (_card(found, papers, says) for found in _counting_first(ledger, item.id))
        yield {
            "id": item.id, "kind": kind,
            "group": " › ".join(title for title, _ in titles.get(item.group or "", ())),
            "wording": _wording(item), "about": list(_about(item)),
            "proposed": entry["proposed"],
            "periods": [(printable.period(one), state) for one, state in entry["periods"].items()],
            "why": safe(entry["why"]["text"]),
            "owed_by": [named("owed_by", owner) for owner in
                        dict.fromkeys(asked.owed_by for asked in item.requirements)],
            "requirements": [_requirement(requirements[asked["id"]], asked)
                             for asked in entry["requirements"]],
            "count": count, "counts": counts, "first": islice(cards, SHOWN), "rest": cards,
            "more": count - SHOWN, "listed_only": entry["proposed"] == "shown_only",
        }


def _counting_first(ledger: Ledger, item: str) -> Iterator[Row]:
    """Best first, what counts before what does not."""
    for counts in (True, False):
        yield from ledger.evidence(item, counts)


def _wording(item: Indicator) -> list[tuple[str, str]]:
    """The official wording cut at its misprints: (piece, what was meant or "")."""
    text = safe(item.wording)
    cut = [(text, "")]
    for slip in item.sic:
        cut = list(chain.from_iterable(_cut(piece, slip.printed, slip.meant) if not meant
                                       else [(piece, meant)] for piece, meant in cut))
    return [(piece, meant) for piece, meant in cut if piece]


def _cut(text: str, printed: str, meant: str) -> list[tuple[str, str]]:
    before, found, after = text.partition(printed)
    return [(before, ""), (found, meant), (after, "")] if found else [(text, "")]


def _about(item: Indicator) -> Iterator[tuple[str, str, bool]]:
    """What stands beside the wording: (name, value, whether the value is in official words)."""
    points = say("report.item.points")
    if item.type:
        yield say("report.item.type"), named("type", item.type), False
    if item.points is not None:
        value = printable.number(item.points)
        yield points, say("report.item.points_value", points=value), False
    if item.deducts is not None:
        value = printable.number(item.deducts)
        yield points, say("report.item.deducts_value", points=value), False
    if item.methods:
        methods = say("report.comma").join(named("method", one) for one in item.methods)
        yield say("report.item.methods"), methods, False
    if item.responsible:
        yield say("report.item.responsible"), "、".join(map(safe, item.responsible)), True
    if item.where:
        yield say("report.item.where"), safe(item.where), True


def _requirement(asked: Requirement, row: Row) -> Row:
    target = asked.target
    return {
        "wording": safe(asked.wording), "link": named("link", asked.link),
        "mandatory": row["mandatory"], "cadence": printable.cadence(asked.cadence),
        "owed_by": "" if asked.owed_by == "unit" else named("owed_by", asked.owed_by),
        "documents": say("report.comma").join(
            named("document_type", one) for one in asked.documents),
        "target": f"{safe(target.of)} {printable.number(target.figure)} {safe(target.unit)}"
        if target else "",
        "slots": _slots(row["slots"]),
    }


def _slots(slots: Row) -> list[tuple[str, list[tuple[str, Row]]]]:
    """Slots in lines: years in one; half-years and quarters a line for each year, led by it."""
    lines: dict[str, list[tuple[str, Row]]] = {}
    for period, slot in slots.items():
        parts = period[4:5] in {"H", "Q"}
        told = printable.part_of_year(period) if parts else printable.slot_period(period)
        lines.setdefault(printable.period(period[:4]) if parts else "", []).append((told, slot))
    return list(lines.items())


def _card(found: Row, papers: Papers, says: dict[str, str]) -> Card:
    return Card(
        passage=found["passage"], stage=found["stage"], kind=found["kind"],
        year=printable.year(found),
        year_from=named("year_from", found["year_from"]) if found["year"] else "",
        headings=[safe(heading) for heading in found["headings"]],
        pieces=printable.pieces(safe(found["text"]), found["matched"], found["because"]),
        paper=papers.of(found["path"]), place=printable.places(found["places"]),
        votes=printable.votes(found, says, papers.themes), counts=found["counts"],
        why_not=named("why_not", found["why_not"]),
        confidence=printable.confidence(found["confidence"]),
        recognised=printable.confidence(found["reading_confidence"]),
    )


def _files(ledger: Ledger) -> Iterator[Row]:
    for place, file in enumerate(ledger.files(), 1):
        title = safe(file["title"])
        yield {
            "number": place, "path": safe(file["path"]), "title": title,
            "status": file["status"], "reason": named("reason", file["reason"]),
            "about": " · ".join(filter(None, (
                named("document_type", file["document_type"]), safe(file["issuer"]),
                safe(file["number"])))),
            "dated": printable.period(file["dated"]) if file["dated"] else "",
            "dated_from": named("dated_from", file["dated_from"]),
            "pages": file["pages"] or "", "members": file["members"], "flags": file["flags"],
            "same_as": safe(file["same_as"]),
            "details": [printable.flag(detail) for detail in file["flag_details"]],
        }
