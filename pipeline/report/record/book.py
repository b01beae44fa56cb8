"""record.xlsx: the record as tables. Every cell is written as a string, so that nothing from papers
or people becomes a formula, a link, a number or a date; points too are what somebody wrote."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.exceptions import XlsxFileError

from pipeline.language import say
from pipeline.report.printable import clean, named
from pipeline.report.record import words
from pipeline.report.workbook import MOST_ROWS, cell

Row = dict[str, Any]

COLUMNS = {
    "verdicts": ("indicator", "group", "wording", "verdict", "points", "worth", "evidence", "note",
                 "by", "at", "alone", "despite_unread", "rested", "proposed"),
    "evidence": ("indicator", "decision", "reason", "stage", "text", "title", "path", "place",
                 "paper", "serves", "attached", "note", "by", "at", "settled", "alone", "target"),
    "slots": ("indicator", "requirement", "wording", "mandatory", "period", "state", "count",
              "need", "answer", "by", "at"),
    "differences": ("indicator", "on", "by", "decision", "note", "at", "settled_as"),
    "unread": ("path", "status", "reason", "next"),
    "about": ("what", "told"),
}
WIDTHS = {"wording": 44, "text": 60, "title": 30, "path": 36, "place": 18, "note": 34, "by": 14,
          "at": 16, "group": 26, "paper": 26, "serves": 22, "reason": 22, "answer": 44, "told": 90,
          "what": 20, "on": 44, "next": 40, "target": 20, "settled_as": 24, "proposed": 16,
          "requirement": 11, "despite_unread": 14, "rested": 22}
# The file must not tell when it was made: the same input gives the same bytes.
_MADE = datetime(2000, 1, 1)
_PLAIN = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "top", "border": 1,
          "border_color": "#D5D9DE", "num_format": "@", "text_wrap": True}


def write_book(target: Path, record: Row) -> None:
    """Write the workbook to `target`. Raises OSError when it cannot be written."""
    book = xlsxwriter.Workbook(str(target), {
        "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
        "in_memory": True,
    })
    book.set_properties({"created": _MADE, "title": say("record.kicker")})
    rows: dict[str, Iterable[Row]] = {
        "verdicts": _verdicts(record), "evidence": _evidence(record), "slots": _slots(record),
        "differences": _differences(record), "unread": _unread(record), "about": _about(record),
    }
    try:
        for name, columns in COLUMNS.items():
            _sheet(book, name, columns, rows[name])
    finally:
        try:
            book.close()
        except XlsxFileError as error:
            raise OSError(str(error)) from error


def _sheet(book: Any, name: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    sheet = book.add_worksheet(say(f"record.sheet.{name}"))
    plain = book.add_format(_PLAIN)
    heading = book.add_format({**_PLAIN, "bold": True, "bg_color": "#E4EAF1"})
    for at, column in enumerate(columns):
        sheet.set_column(at, at, WIDTHS.get(column, 11), plain)
        sheet.write_string(0, at, say(f"record.column.{column}"), heading)
    line = 0
    for line, row in enumerate(rows, 1):
        if line >= MOST_ROWS:
            sheet.write_string(line, 0, say("report.workbook.rest"), plain)
            break
        for at, column in enumerate(columns):
            if row.get(column):
                sheet.write_string(line, at, cell(row[column]), plain)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(line, 1), len(columns) - 1)
    sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{line + 2}"})
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _yes(value: bool) -> str:
    return say("report.yes") if value else ""


def _signed(row: Row) -> Row:
    return {"note": clean(row["note"]), "by": words.names(row["by"]), "at": words.time(row["at"]),
            "alone": _yes(row["alone"])}


def _items(record: Row) -> Iterator[Row]:
    yield from record["indicators"]
    yield from record["duties"]


def _verdicts(record: Row) -> Iterator[Row]:
    for item in record["indicators"]:
        said = item["verdict"]
        none = say("record.differs_short" if item["verdict_differs"] else "record.none_short")
        yield {
            "indicator": item["id"], "group": " › ".join(map(clean, item["group"])),
            "wording": clean(item["wording"]), "verdict": words.verdict(said) or none,
            "points": words.points(said), "worth": words.worth(item),
            "evidence": str(len(item["accepted"])),
            "proposed": named("proposed", item["proposed"]),
            **({**_signed(said), "despite_unread": _yes(said["despite_unread"]),
                "rested": words.rested(said)} if said else {}),
        }
        for said in item["remarks"]:
            yield {"indicator": item["id"], "verdict": say("record.noted_short"),
                   "points": words.points(said), **_signed(said)}
    for said in record["orphaned_verdicts"]:
        yield {"indicator": clean(said["indicator"]), "wording": say("record.orphaned"),
               "verdict": words.verdict(said) or say("record.noted_short"),
               "points": words.points(said), **_signed(said)}


def _evidence(record: Row) -> Iterator[Row]:
    for item in _items(record):
        for kind in ("accepted", "rejected", "unsure", "differing"):
            for row in item[kind]:
                decision = say("record.differs_short") if kind == "differing" else named(
                    "review.evidence", kind)
                yield _decision(item["id"], decision, row)
        for row in item["noted"]:
            yield _decision(item["id"], say("record.noted_short"), row)
    for row in record["orphaned"]:
        decision = words.of_orphan(row)
        yield _decision(row["indicator"], f"{decision}（{say('record.orphaned_short')}）", row)


def _decision(indicator: str, decision: str, row: Row) -> Row:
    return {
        "indicator": clean(indicator), "decision": decision, "reason": words.reason(row),
        "stage": words.stage(row), "text": clean(row["text"]), "title": clean(row["title"]),
        "path": clean(row["path"]), "place": words.place(row), "paper": words.paper(row),
        "serves": words.serves(row), "attached": _yes(row["attached"]),
        "settled": _yes(row["settled"]), "target": row["target"], **_signed(row),
    }


def _slots(record: Row) -> Iterator[Row]:
    for item in _items(record):
        for slot in item["slots"]:
            told = {
                "indicator": item["id"], "requirement": slot["requirement"],
                "wording": clean(slot["wording"]), "mandatory": _yes(slot["mandatory"]),
                "period": words.period(slot["period"]),
                "state": named("record.state", slot["state"]), "count": str(slot["count"]),
                "need": str(slot["need"]),
            }
            # The first answer beside its slot, each other one on a line of its own.
            for answer in slot["answers"] or [None]:
                yield {**told, **(_answer(answer) if answer else {})}
        for answer in item["answers"]:
            yield {"indicator": item["id"], **_answer(answer)}
    for answer in record["orphaned_answers"]:
        yield {"indicator": clean(answer["indicator"]), **_answer(answer)}


def _answer(answer: Row) -> Row:
    return {"requirement": clean(answer["requirement"]), "period": words.period(answer["period"]),
            "answer": clean(answer["text"]), "by": clean(answer["by"]),
            "at": words.time(answer["at"])}


def _differences(record: Row) -> Iterator[Row]:
    for row in record["differences"]:
        on = say("record.verdict") if row["kind"] == "verdict" else clean(
            row["text"] or row["path"])
        for view in row["views"]:
            yield {
                "indicator": clean(row["indicator"]), "on": on, "by": clean(view["by"]),
                "decision": words.said(view), "note": clean(view["note"]),
                "at": words.time(view["at"]),
                "settled_as": words.said(row["settled"]) if row["settled"]
                else say("record.alone" if row["alone"] else "record.unsettled"),
            }


def _unread(record: Row) -> Iterator[Row]:
    for file in record["unread"]:
        yield {"path": clean(file["path"]), "status": named("status", file["status"]),
               "reason": named("reason", file["reason"]), "next": named("next", file["reason"])}
    for path in record["photos"]:
        yield {"path": clean(path), "status": say("record.photo")}


def _about(record: Row) -> Iterator[Row]:
    chain, rubric = record["chain"], record["rubric"]
    told = {
        "statement": clean(record["statement"]),
        "unit": words.joined(map(clean, record["unit"]["names"] or [record["unit"]["label"]])),
        "rubric": f"{clean(rubric['title'])} {clean(rubric['number'] or '')}".strip(),
        "period": words.joined(record["period"]),
        "mode": named("record.mode", record["mode"]),
        "reviewers": words.names([one["name"] for one in record["reviewers"]]),
        "chain": say("record.chain_good" if chain["verifies"] else "record.chain_broken",
                     count=chain["count"]) if chain else say("record.chain_withheld"),
        "head": chain["head"] if chain else "",
        "rubric_version": f"{rubric['id']} {rubric['sha256']}",
        "model_version": f"{record['model']['id']} {record['model']['sha256']}",
        "program": record["program"],
    }
    if record["purged"]:
        told["purged"] = words.purged(record["purged"])
    if record["withheld"]:
        told["withheld"] = say("record.withheld")
    if record["recall"]:
        told["recall"] = words.recall(record["recall"])
    for key, text in told.items():
        yield {"what": say(f"record.about.{key}"), "told": text}
    if record["agreement"]:
        for row in [record["agreement"]["all"], *record["agreement"]["rows"]]:
            yield {"what": say("record.agreement") + " " + clean(
                row.get("indicator") or say("record.all")),
                "told": say("record.agreement_row", n=row["n"], kappa=words.share(row["kappa"]),
                            ac1=words.share(row["ac1"]), positive=words.share(row["positive"]))
                + (f"（{told_}）" if (told_ := words.remark(row)) else "")}
