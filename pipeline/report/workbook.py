"""coverage.xlsx: the index of evidence that reviewers work in, written row by row.

Nothing from a paper becomes a formula, a link, a number or a date: every cell is written as a
string. Three columns belong to people; what they wrote is put back when screening again.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.exceptions import XlsxFileError

from pipeline.language import say
from pipeline.report import printable
from pipeline.report.kept import COLUMNS, HUMAN, WORKBOOK, Kept, keep_beside, kept
from pipeline.report.papers import Papers, group_titles
from pipeline.report.printable import safe
from pipeline.rubric.model import Indicator, Rubric
from pipeline.store.ledger import Ledger
from pipeline.store.outputs import placed

__all__ = ["WORKBOOK", "write_workbook"]

Row = dict[str, Any]

MOST_ROWS = 1_000_000
MOST_UNITS = 32_767
"""Excel's limit for a cell, in UTF-16 code units."""
VERDICTS = ("met", "partly", "not_met", "site", "na")
WIDTHS = {
    "indicator": 9, "wording": 34, "proposed": 16, "year": 8, "year_from": 12, "state": 12,
    "stage": 9, "text": 64, "path": 36, "place": 18, "document_type": 10, "issuer": 22,
    "number": 18, "dated": 14, "dated_from": 12, "counts": 7, "why_not": 20,
    "confidence": 9, "votes": 30,
    "passage": 19, "verdict": 14, "reviewer": 12, "note": 36, "group": 28, "type": 8, "points": 8,
    "methods": 26, "why": 48, "status": 10, "reason": 24, "next": 40, "title": 34, "pages": 7,
    "flags": 22, "flag_details": 48, "same_as": 30, "sha256": 68,
}
SHORT = 32
MOST_LINES = 12
"""Rows grow no higher than this; the rest of a long text is in its cell all the same."""
_PLAIN = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "top", "border": 1,
          "border_color": "#D5D9DE", "num_format": "@", "text_wrap": True}
_LOOKS: dict[str, Row] = {
    "": {}, "human": {"bg_color": "#FFF9E3"}, "off": {"font_color": "#66707A"},
    "heading": {"bold": True, "valign": "vcenter", "bg_color": "#E4EAF1"},
    "human_heading": {"bold": True, "valign": "vcenter", "bg_color": "#F7E6A6"},
    "about": {"border": 0, "text_wrap": False, "italic": True, "font_color": "#8A1C1C"},
    "performed": {"bg_color": "#E3F2E8", "font_color": "#17603A"},
    "planned": {"bg_color": "#FCF0D9", "font_color": "#7A4A00"},
    "nothing": {"bg_color": "#ECEFF1", "font_color": "#55606D"},
    "unread": {"bg_color": "#FDEAEA", "font_color": "#A1171F"},
}
# The file must not tell when it was made: the same input gives the same bytes.
_MADE = datetime(2000, 1, 1)


def write_workbook(out: Path, ledger: Ledger, rubric: Rubric) -> Path:
    """Write OUT/coverage.xlsx, with what people wrote in an earlier one; see `kept`."""
    earlier = kept(out)
    with placed(out / WORKBOOK) as draft:
        with tempfile.TemporaryDirectory(dir=out, prefix=".coverage.") as scratch:
            _write(draft, scratch, ledger, rubric, earlier)
        if earlier.beside:
            keep_beside(out)
    return out / WORKBOOK


def cell(text: str) -> str:
    """The text as a cell can hold it: without control characters, within Excel's limit."""
    text = printable.clean(text)
    if len(text) * 2 > MOST_UNITS and len(text.encode("utf-16-le")) // 2 > MOST_UNITS:
        text = text.encode("utf-16-le")[: 2 * (MOST_UNITS - 1)].decode("utf-16-le", "ignore") + "…"
    # XlsxWriter takes a string of this shape for markup of its own and would not escape it.
    return text + " " if text.startswith("<r>") and text.endswith("</r>") else text


def _write(draft: Path, scratch: str, ledger: Ledger, rubric: Rubric, earlier: Kept) -> None:
    book = xlsxwriter.Workbook(str(draft), {
        "constant_memory": True, "tmpdir": scratch, "strings_to_formulas": False,
        "strings_to_urls": False, "strings_to_numbers": False,
    })
    book.set_properties({"created": _MADE, "title": say("report.kicker")})
    papers = Papers(ledger)
    used: set[tuple[str, str]] = set()
    try:
        _sheet(book, "evidence", COLUMNS["evidence"],
               _evidence_rows(ledger, rubric, papers, earlier, used))
        years = ledger.header()["period"]
        before, after = COLUMNS["coverage"][:-3], COLUMNS["coverage"][-3:]
        _sheet(book, "coverage", (*before, *years, *after), _coverage_rows(ledger, rubric))
        _sheet(book, "files", COLUMNS["files"], _file_rows(ledger))
        orphans = [row for key, row in earlier.rows.items() if key not in used] + earlier.orphans
        if orphans:
            _sheet(book, "orphans", COLUMNS["orphans"], orphans,
                   about=say("report.workbook.orphans"))
    finally:
        try:
            book.close()
        except XlsxFileError as error:
            raise OSError(str(error)) from error


def _sheet(
    book: Any, name: str, columns: Sequence[str], rows: Iterable[Row], about: str = ""
) -> None:
    """One sheet: a frozen heading, then a row for each mapping of column to text.

    A row may say under `look` which of its columns look other than plain ("" means all of them).
    """
    sheet = book.add_worksheet(say(f"report.sheet.{name}"))
    formats = {look: book.add_format({**_PLAIN, **own}) for look, own in _LOOKS.items()}
    for at, column in enumerate(columns):
        human = column in HUMAN
        sheet.set_column(at, at, _width(column), formats["human" if human else ""])
    sheet.set_row(0, 30)
    for at, column in enumerate(columns):
        words = column if column.isdigit() else say(f"report.column.{column}")
        sheet.write_string(0, at, words,
                           formats["human_heading" if column in HUMAN else "heading"])
    if about:
        sheet.write_string(0, len(columns), about, formats["about"])
    line = 0
    for row in rows:
        line += 1
        if line >= MOST_ROWS:
            sheet.write_string(line, 0, say("report.workbook.rest"), formats[""])
            break
        texts = [cell(text) if (text := row.get(column)) else "" for column in columns]
        looks = row.get("look", {})
        sheet.set_row(line, _height(columns, texts))
        for at, column in enumerate(columns):
            if not texts[at]:
                continue  # an empty cell takes the look of its column
            look = "human" if column in HUMAN else looks.get(column) or looks.get("") or ""
            sheet.write_string(line, at, texts[at], formats[look])
    _settle(sheet, columns, max(line, 1))


def _width(column: str) -> int:
    return WIDTHS.get(column, 12)


def _height(columns: Sequence[str], texts: Sequence[str]) -> float:
    """Points for the longest cell: not every program fits rows to wrapped text by itself."""
    lines = 1
    for column, text in zip(columns, texts, strict=True):
        if len(text) > 5:
            # A Chinese character is three bytes and twice as wide as a Latin letter of one.
            wide = (len(text) + len(text.encode())) / 2
            lines = max(lines, text.count("\n") + math.ceil(wide * 1.08 / _width(column)))
    return 4 + 14.5 * min(lines, MOST_LINES)


def _settle(sheet: Any, columns: Sequence[str], last: int) -> None:
    """What needs the number of rows: filter, list of conclusions, printing."""
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, last, len(columns) - 1)
    sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{last + 1}"})
    sheet.set_landscape()
    sheet.set_paper(8)  # A3: the index is wide
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    if "verdict" in columns:
        at = columns.index("verdict")
        sheet.data_validation(1, at, last, at, {
            "validate": "list", "source": [say(f"report.verdict.{one}") for one in VERDICTS],
            "error_type": "warning", "error_message": say("report.workbook.pick"),
            "input_message": say("report.workbook.human"),
        })


def _evidence_rows(
    ledger: Ledger, rubric: Rubric, papers: Papers, earlier: Kept, used: set[tuple[str, str]]
) -> Iterator[Row]:
    items = {item.id: item for item in rubric.items}
    says = printable.says_of(rubric)
    for entry in ledger.entries("indicators"):
        item = items[entry["id"]]
        about = {"indicator": item.id, "wording": _short(safe(item.wording))}
        none = True
        for found in ledger.evidence(item.id):
            none = False
            yield _human({**about, **_evidence_row(found, entry, papers, says)}, earlier, used)
        if none:
            told = {**about, "text": say("report.workbook.none"), "passage": ""}
            yield _human(told, earlier, used)


def _short(text: str) -> str:
    """Enough of the wording to know it by; the whole stands on the second sheet."""
    return text if len(text) <= SHORT else text[: SHORT - 1] + "…"


def _human(row: Row, earlier: Kept, used: set[tuple[str, str]]) -> Row:
    key = (row["indicator"], row["passage"])
    remark = earlier.remarks.get(key)
    if remark is None or key in used:
        return row
    used.add(key)
    return {**row, **remark._asdict()}


def _evidence_row(found: Row, entry: Row, papers: Papers, says: dict[str, str]) -> Row:
    paper = papers.of(found["path"])
    comma = say("report.semicolon")
    listed = entry["proposed"] == "shown_only"
    return {
        "year": say("report.comma").join(found["years"] or [found["year"] or ""]),
        "stage": printable.named("kind", found["kind"]) or printable.named("stage", found["stage"]),
        "text": safe(found["text"]),
        "path": paper.path,
        "place": printable.places(found["places"]),
        "document_type": paper.document_type,
        "number": paper.doc_number,
        "dated": paper.dated,
        "counts": "" if listed else say("report.yes" if found["counts"] else "report.no"),
        "why_not": printable.named("why_not", found["why_not"]),
        "confidence": printable.confidence(found["confidence"]),
        "votes": comma.join(printable.votes(found, says, papers.themes)),
        "passage": found["passage"],
        "look": {} if listed or found["counts"] else {"": "off"},
    }


def _coverage_rows(ledger: Ledger, rubric: Rubric) -> Iterator[Row]:
    items = {item.id: item for item in rubric.items}
    titles = group_titles(rubric)
    for kind in ("indicators", "duties"):
        for entry in ledger.entries(kind):
            item = items[entry["id"]]
            states = {"whole" if printable.is_span(period) else period: state
                      for period, state in entry["periods"].items()}
            yield {
                **{column: printable.named("state", state) for column, state in states.items()},
                "look": states,
                "group": " › ".join(title for title, _ in titles.get(item.group or "", ()))
                or (say("report.duties.title") if kind == "duties" else ""),
                "indicator": item.id,
                "wording": safe(item.wording),
                "type": printable.named("type", item.type),
                "points": _points(item),
                "methods": say("report.comma").join(say(f"method.{one}") for one in item.methods),
                "proposed": say(f"proposed.{entry['proposed']}"),
                "why": safe(entry["why"]["text"]),
            }


def _points(item: Indicator) -> str:
    if item.deducts is not None:
        return say("report.item.deducts_value", points=printable.number(item.deducts))
    return printable.number(item.points) if item.points is not None else ""


def _file_rows(ledger: Ledger) -> Iterator[Row]:
    for file in ledger.files():
        yield {
            "path": safe(file["path"]),
            "status": printable.named("status", file["status"]),
            "reason": printable.named("reason", file["reason"]),
            "next": printable.named("next", file["reason"]),
            "title": safe(file["title"]),
            "document_type": printable.named("document_type", file["document_type"]),
            "issuer": safe(file["issuer"]),
            "number": safe(file["number"]),
            "dated": printable.period(file["dated"]) if file["dated"] else "",
            "dated_from": printable.named("dated_from", file["dated_from"]),
            "pages": str(file["pages"] or ""),
            "flags": say("report.comma").join(say(f"flag.{flag}") for flag in file["flags"]),
            "flag_details": "\n".join(printable.flag(detail) for detail in file["flag_details"]),
            "same_as": safe(file["same_as"]),
            "sha256": file["sha256"] or "",
            "look": {} if file["status"] in {"read", "duplicate", "ignored"}
            else dict.fromkeys(("status", "reason", "next"), "unread"),
        }
