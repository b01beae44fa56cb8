"""record.html: the record as a paper to read, print and sign. It stands alone, as report.html does.

The page holds no script and asks for nothing from outside; its style sheet is named in the policy
by its hash; everything that comes from papers and people is escaped by the template engine.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pipeline.language import chosen, say
from pipeline.report import printable
from pipeline.report.printable import clean, named
from pipeline.report.record import words

Row = dict[str, Any]

_TEMPLATES = Path(__file__).parents[1] / "templates"


def write_page(target: Path, record: Row) -> None:
    """Write the page to `target`."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES, encoding="utf-8"), autoescape=True,
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )
    environment.globals.update(
        tell=lambda key, **fill: say(f"record.{key}", **fill), word=named, words=words, clean=clean,
        comma=say("report.comma"), colon=say("report.colon"))
    css = (_TEMPLATES / "record.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    rubric = record["rubric"]
    page = environment.get_template("record.html").generate(
        css=Markup(css), css_hash=digest, language="en" if chosen() == "en" else "zh-CN",
        record=record, name=clean((record["unit"]["names"] or [record["unit"]["label"]])[0]),
        period=printable.span_of_years(record["period"]),
        issued=printable.period(rubric["date"]) if rubric["date"] else "",
        groups=[(" › ".join(map(clean, item["group"])), item) for item in record["indicators"]],
        duties=[item for item in record["duties"] if _spoken_of(item)],
        whose=[one["name"] for one in record["reviewers"]],
    )
    with target.open("w", encoding="utf-8", newline="\n") as out:
        out.writelines(page)


def _spoken_of(item: Row) -> bool:
    """Whether anything stands under a duty: nobody is asked for a conclusion on it."""
    return bool(item["verdict"] or item["slots"] or item["accepted"] or item["rejected"]
                or item["unsure"] or item["differing"] or item["noted"] or item["remarks"]
                or item["answers"])
