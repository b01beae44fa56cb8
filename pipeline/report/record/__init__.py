"""The record of a review, as it leaves the house: record.json, record.html, record.xlsx.

`gather` collects it from the store and the ledger, `standing` says which decision stands and who
may see it, `slots` what it makes of each slot; `page` and `book` put it into words.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

from pipeline.report.record.gather import gathered
from pipeline.store.outputs import placed

__all__ = ["KINDS", "Kind", "gathered", "schema", "write"]

Row = dict[str, Any]
Kind = Literal["json", "html", "xlsx"]
KINDS: tuple[Kind, ...] = ("json", "html", "xlsx")


def write(target: Path, kind: Kind, record: Row) -> None:
    """Write the record to `target`, whole or not at all. Raises OutputError."""
    with placed(target) as draft:
        if kind == "json":
            # Read by people too: a line for each key, the keys in the order of the schema.
            draft.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", "utf-8")
        elif kind == "html":
            from pipeline.report.record.page import write_page

            write_page(draft, record)
        else:
            from pipeline.report.record.book import write_book

            write_book(draft, record)


def schema() -> Row:
    """The JSON Schema of a record."""
    text = Path(__file__).parents[1].joinpath("record.schema.json").read_text("utf-8")
    found: Row = json.loads(text)
    return found
