"""`zuozheng consent`: an office lets a run's decisions be learnt from, or takes that back."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.frame import App
from pipeline.errors import InputError
from pipeline.language import say

_OFFICE = re.compile("[局委办部厅院校处科室司会府站所队馆社团组镇乡街村厂行] *$"
                     "|(?i:office|bureau|department)")


def add_to(app: App) -> None:
    """Add the command."""

    def consent(
        run: Annotated[Path, typer.Argument(metavar="OUT", readable=False,
                                            help=say("help.run"))],
        by: Annotated[str | None, typer.Option("--by", help=say("help.by"))] = None,
        withdraw: Annotated[bool, typer.Option("--withdraw", help=say("help.withdraw"))] = False,
    ) -> int:
        from datetime import date

        from pipeline.learn import consent as kept
        from pipeline.learn.decisions import name_of, run_of

        if withdraw:
            there = kept.withdraw(run)
            print(say("consent.withdrawn" if there else "consent.none", run=run), file=sys.stderr)
            return 0
        if by is None:
            raise InputError("consent_by_whom", run=run)
        if not _OFFICE.search(by):
            raise InputError("consent_by_office", by=by)
        papers = name_of(run_of(coverage_of(run), run))
        given = kept.give(run, by, papers, date.today())
        print(say("consent.given", office=given.office, date=given.date, file=run / kept.FILE,
                  run=run),
              file=sys.stderr)
        return 0

    app.command("consent", consent)


def coverage_of(run: Path) -> bytes:
    """The bytes of a run's coverage.json. Raises InputError `run_missing`."""
    try:
        return (run / "coverage.json").read_bytes()
    except OSError as error:
        raise InputError("run_missing", run=run, why=error.strerror) from None
