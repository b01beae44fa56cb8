"""What leaves the house: coverage.json, report.html, coverage.xlsx.

Every string from a paper is text there, never markup, a formula, a link or a number.
`coverage` writes the JSON, `html` the page, `workbook` the index that people fill in, `kept` reads
what they wrote before it is made anew; `printable` turns data into words that are fit to print.
"""

from __future__ import annotations

from pathlib import Path

from pipeline.report.coverage import write_json
from pipeline.report.html import write_html
from pipeline.report.workbook import WORKBOOK, write_workbook
from pipeline.rubric.model import Rubric
from pipeline.store.ledger import Ledger
from pipeline.store.outputs import placed

COVERAGE = "coverage.json"
REPORT = "report.html"


def outputs(out: Path) -> tuple[Path, ...]:
    """Where the reports stand in OUT."""
    return out / COVERAGE, out / REPORT, out / WORKBOOK


def write(out: Path, ledger: Ledger, rubric: Rubric) -> tuple[Path, ...]:
    """Write the three reports into OUT, each whole or not at all; what people wrote is kept.

    Raises OutputError when OUT cannot be written.
    """
    with placed(out / COVERAGE) as draft:
        write_json(draft, ledger)
    with placed(out / REPORT) as draft:
        write_html(draft, ledger, rubric)
    write_workbook(out, ledger, rubric)
    return outputs(out)
