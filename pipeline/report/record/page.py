"""record.html: the record as a paper to read, print and sign."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipeline.language import say
from pipeline.report import printable
from pipeline.report.alone import style, write_alone
from pipeline.report.printable import clean, named
from pipeline.report.record import words

Row = dict[str, Any]


def write_page(target: Path, record: Row) -> None:
    """Write the page to `target`."""
    rubric = record["rubric"]
    write_alone(
        target, "record.html", style("record"), {
            "tell": lambda key, **fill: say(f"record.{key}", **fill), "word": named,
            "words": words, "clean": clean, "comma": say("report.comma"),
            "colon": say("report.colon")},
        record=record, name=clean((record["unit"]["names"] or [record["unit"]["label"]])[0]),
        period=printable.span_of_years(record["period"]),
        issued=printable.period(rubric["date"]) if rubric["date"] else "",
        groups=[(" › ".join(map(clean, item["group"])), item) for item in record["indicators"]],
        duties=[item for item in record["duties"] if _spoken_of(item)],
        whose=[one["name"] for one in record["reviewers"]],
    )


def _spoken_of(item: Row) -> bool:
    """Whether anything stands under a duty: nobody is asked for a conclusion on it."""
    return bool(item["verdict"] or item["slots"] or item["accepted"] or item["rejected"]
                or item["unsure"] or item["differing"] or item["noted"] or item["remarks"]
                or item["answers"])
