"""season.html: one page that stands alone, for an office to look at the whole season.

The filters are radio buttons before the tables, which the style sheet knows by their numbers. The
page is written piece by piece as the units are read.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from pipeline.language import say
from pipeline.report import printable
from pipeline.report.alone import style, write_alone
from pipeline.report.papers import group_titles
from pipeline.report.printable import named, safe
from pipeline.report.season import words

Row = dict[str, Any]

SHORT = 12
"""Letters of an indicator's wording over its column; the whole is its title."""
_WITHIN = " › "
COMMON = 20
"""Papers that most units gave in which are named."""
LEAST = .005
"""A share of the text that is told: less would be printed as 0 %."""


def write_page(target: Path, told: Row) -> None:
    """Write the page to `target`."""
    kinds, counties = _choices(told["kinds"]), _choices(told["counties"])
    fill = {
        **told, "kinds": kinds, "counties": counties,
        "problems": [{**row, "what": words.problem(row["problem"])} for row in told["problems"]],
        "rubrics": [_rubric(course, told, kinds, counties) for course in told["rubrics"]],
        "obligations": [row for course in told["rubrics"] for row in _obligations(course)],
        "clusters": _clusters(told),
        "permitted": _permitted(told["copies"]),
        "responsible_of": {course["rubric"].id: course["responsible"]
                           for course in told["rubrics"]},
        "responsible": any(course["responsible"] for course in told["rubrics"]),
        "notices": [words.problem(notice, "notice")[0] for notice in told["notices"]],
        "unknown": told["sums"]["units"] - sum(course["units"] for course in told["rubrics"]),
    }
    render(target, "season.html", _filters(kinds, counties), **fill)


def render(target: Path, template: str, more_css: str = "", **fill: Any) -> None:
    """Fill a template of the season into `target`."""
    write_alone(target, template, style("season") + more_css, {
        "t": words.tell, "word": named, "words": words, "safe": safe, "number": _number,
        "comma": say("report.comma"), "colon": say("report.colon"),
        "semicolon": say("report.semicolon")}, **fill)


def _number(value: int) -> str:
    return f"{value:,}"


# --- filters --------------------------------------------------------------------------------------


def _choices(found: list[tuple[str, int]]) -> dict[str, tuple[int, str, int]]:
    """Kind or county -> (its number, its name as it is printed, how many units)."""
    return {name: (number, safe(name), count) for number, (name, count) in enumerate(found, 1)}


def _filters(*groups: dict[str, tuple[int, str, int]]) -> str:
    """The rules that hide what is not chosen. They hold numbers only, no word of anybody's."""
    rules = []
    for letter, group in zip("kc", groups, strict=True):
        for number, _, _ in group.values():
            it = f"{letter}{number}"
            rules.append(f"#{it}:checked~.matrices tbody tr:not(.{it}){{display:none}}")
        every = [letter, *(f"{letter}{number}" for number, _, _ in group.values())]
        for state, look in (("checked", "background:var(--accent);color:var(--card);"
                                        "border-color:var(--accent)"),
                            ("focus-visible", "outline:2px solid var(--link);outline-offset:2px")):
            rules.append(",".join(f"#{it}:{state}~.filters label[for={it}]" for it in every)
                         + f"{{{look}}}")
    return "\n".join(rules) + "\n"


# --- the matrix -----------------------------------------------------------------------------------


def _rubric(course: Row, told: Row, kinds: Row, counties: Row) -> Row:
    rubric = course["rubric"]
    titles = group_titles(rubric)
    columns = [
        {"id": item.id, "wording": safe(item.wording), "short": short(safe(item.wording)),
         "group": _WITHIN.join(title for title, _ in titles.get(item.group or "", ()))
         or (say("report.duties.title") if item in rubric.duties else "")}
        for item in rubric.items if _owed(item, item in rubric.duties)]
    return {
        "id": rubric.id, "title": safe(rubric.title), "number": safe(rubric.number),
        "years": printable.span_of_years(course["asked"]) if course["asked"] else "",
        "digests": course["digests"], "count": course["units"], "columns": columns,
        "groups": [(title, title.rpartition(_WITHIN)[2], len(list(those)))
                   for title, those in groupby(columns, key=lambda one: str(one["group"]))],
        "rows": _rows(course, told, [one["id"] for one in columns], kinds, counties),
        "missing": [(owed, [row for row in course["missing"]
                            if row["nothing"] and row["owed"] == owed]) for owed in (True, False)],
        "plans": course["plans"], "wordings": course["wordings"],
    }


def _owed(item: Any, duty: bool) -> bool:
    """Whether a column is worth its place: a duty that no unit owes has none."""
    return not duty or any(asked.owed_by == "unit" for asked in item.requirements)


def short(wording: str) -> str:
    """What stands over a column of an indicator; cut, it says so."""
    return wording if len(wording) <= SHORT else wording[: SHORT - 1] + "…"


def _rows(course: Row, told: Row, columns: list[str], kinds: Row, counties: Row) -> Iterator[Row]:
    """The units of one rubric; a cell is (class, word, signs), None where nothing is known."""
    names = {code: named("proposed", code) for code in words.PROPOSALS}
    for unit in told["units"]():
        if unit["rubric"] != course["rubric"].id:
            continue
        summary = unit["summary"]
        entries = {entry["id"]: entry for entry in summary["entries"]} if summary else {}
        classes = [f"{letter}{group[unit[key]][0]}"
                   for letter, key, group in (("k", "kind", kinds), ("c", "county", counties))
                   if unit[key]]
        yield {
            "name": safe(unit["name"]), "about": " · ".join(
                safe(unit[key]) for key in ("county", "kind") if unit[key]),
            "classes": " ".join(classes), "href": words.report_of(unit["dir"]),
            "problem": words.problem(unit["problem"])[0],
            "state": words.state({**unit, "done": bool(summary)}),
            "unread": sum(summary["unread"].values()) if summary else 0,
            "cells": [_cell(id, entries.get(id), names) for id in columns] if summary else None,
        }


def _cell(id: str, entry: Row | None, names: dict[str, str]) -> tuple[str, str, str, str]:
    if entry is None:
        return id, "n", "", "–"
    return id, words.PROPOSALS[entry["proposed"]], names[entry["proposed"]], words.signs(entry)


# --- the lists ------------------------------------------------------------------------------------


def _obligations(course: Row) -> Iterator[Row]:
    for row in course["obligations"]:
        counts = row["counts"]
        yield {
            **row, "when": words.day(row["due"]), "what": safe(row["wording"]),
            "period_words": printable.slot_period(row["period"]),
            "how_often": printable.cadence(row["cadence"]), "debtor": words.owed_by(row["owed_by"]),
            "missing": counts["late"] + counts["open"],
            "owing": [*map(safe, row["owing"])], "unread": [*map(safe, row["unread"])],
        }


def _clusters(told: Row) -> list[Row]:
    """The first clusters of copies, each with its first papers."""
    copies = told["copies"]
    if not copies or not copies["clusters"]:
        return []
    clusters, members = copies["shown"]
    return [
        {**cluster, "text": safe(cluster["text"]), "passages": cluster.get("passages", 0),
         "more": len(cluster["members"]) - members,
         "earliest": words.day(cluster["earliest"]),
         "members": [_member(member, told["names"]) for member in cluster["members"][:members]]}
        for cluster in copies["clusters"][:clusters]]


def _permitted(copies: Row | None) -> list[str]:
    """What was taken out before anything was called a copy, and what could not be compared."""
    if not copies or copies["broken"]:
        return []
    shares = copies.get("permitted", {}).get("shares", {})
    told = [words.tell("copies.out") + say("report.colon") + say("report.comma").join(
        f"{named('season.permitted', reason)} {words.share(share)}"
        for reason, share in shares.items() if share >= LEAST)]
    if not any(share >= LEAST for share in shares.values()):
        told = []
    common = copies.get("common", [])
    told += [words.tell("copies.common", count=_number(one["units"]),
                        title=safe(one["title"] or one["path"])) for one in common[:COMMON]]
    if len(common) > COMMON:
        told.append(words.tell("copies.more_common", count=_number(len(common) - COMMON)))
    templates = copies.get("templates", {})
    for one in templates.get("unread", []):
        told.append(words.tell("copies.template_unread", path=safe(one["path"]),
                               reason=named("reason", one["reason"])))
    if copies.get("lost"):
        told.append(words.tell("copies.lost", count=len(copies["lost"])))
    return told


def _member(member: Row, names: Row) -> Row:
    known = member["dir"] in names
    anchor = f"#f{member['file']}" if member.get("file") else "#files"
    return {
        "name": safe(names.get(member["dir"], member["unit"])), "path": safe(member["path"]),
        "href": words.report_of(member["dir"]) + anchor if known else "",
        "dated": words.day(member["dated"]), "share": words.share(member.get("share")),
    }
