"""What of a review can be learnt from: which passages are evidence for which indicator, and which
are not, as people decided. Names, notes and texts stay where they are."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.cli.verify import asked, opened
from pipeline.errors import InputError
from pipeline.language import say

if TYPE_CHECKING:
    from pipeline.learn.decisions import Run
    from pipeline.store.decisions import Connection

Row = dict[str, Any]

FILE = "decisions.jsonl"
ABOUT_THE_WORDS = {"slogan", "other_campaign", "wrong_indicator", "not_evidence", "moved"}
"""Reasons that say what the words of a passage are not about. A duplicate, a paper of another year
or unit, a plan, a template may well be about the indicator; to learn from their rejection that they
are not would be wrong."""


def learnable(conn: Connection, out: Path, unit: str) -> Iterator[Row]:
    """{"rubric", "indicator", "passage", "evidence"} for each decision that stands and says what a
    passage is about, by indicator and passage. Of what is moved, the acceptance elsewhere is a
    decision of its own."""
    from pipeline.report.record.standing import standing, visible
    from pipeline.store.ledger import Ledger, checked

    with Ledger(checked(out)) as ledger:
        rubric = ledger.header()["rubric"]
    for subject, one in standing(conn, unit, visible(conn, unit), "evidence").items():
        indicator, _, target = subject.partition("|")
        kind, _, passage = target.partition(":")
        if one.state is None or kind != "p":
            continue
        verdict, reason = one.state["verdict"], one.state["reason"]
        if verdict == "accepted" or (verdict == "rejected" and reason in ABOUT_THE_WORDS):
            yield {"rubric": rubric, "indicator": indicator, "passage": passage,
                   "evidence": verdict == "accepted"}


def reviewed(run: Path) -> list[Row] | None:
    """What can be learnt from the review of a run: from its review.sqlite, else from the
    decisions.jsonl that `zuozheng record` wrote there; None where there is neither."""
    from pipeline.store.decisions import FILE as DATABASE
    from pipeline.store.decisions import Unavailable, reading, where

    if not (run / DATABASE).is_file():
        return _read(run / FILE) if (run / FILE).is_file() else None
    engine = opened(run, None, to_write=False)
    try:
        with reading(engine) as conn:
            (unit,) = asked(conn, run, None)
            return list(learnable(conn, run, unit))
    except Unavailable as error:
        raise error.told(where(engine)) from None
    finally:
        engine.dispose()


def remarks_of(told: Run, run: Path, decided: Iterable[Row]) -> list[tuple[str, str, str]]:
    """The decisions as `learn.decisions.gathered` takes them. A passage that people attached, or
    moved to another indicator, joins the evidence of `told`, as it stands in the ledger."""
    from pipeline.privacy import mask
    from pipeline.store.ledger import Ledger, checked

    decided = list(decided)
    if not decided:
        return []
    entries = {entry["id"]: entry for entry in told["indicators"]}
    words = {True: say("report.verdict.met"), False: say("report.verdict.not_met")}
    found = []
    with Ledger(checked(run)) as ledger:
        for one in decided:
            indicator, passage = one["indicator"], one["passage"]
            entry = entries.get(indicator)
            if one["rubric"] != told["rubric"]:
                raise InputError("decisions_other_rubric", run=run, found=one["rubric"],
                                 wanted=told["rubric"])
            if entry and all(row["passage"] != passage for row in entry["evidence"]):
                row = ledger.passage(passage)
                if row is not None:
                    entry["evidence"].append({
                        "passage": passage, "path": mask(row["path"]), "text": mask(row["text"]),
                        "headings": [mask(heading) for heading in row["headings"]]})
            found.append((indicator, passage, words[one["evidence"]]))
    return found


def _read(file: Path) -> list[Row]:
    """The lines of a decisions.jsonl, checked. Raises InputError `file_unreadable`, `bad_line`."""
    try:
        lines = file.read_bytes().splitlines()
    except OSError as error:
        raise InputError("file_unreadable", file=file, why=error.strerror) from None
    found = []
    for number, line in enumerate(lines, 1):
        try:
            one = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise InputError("bad_line", file=file, line=number, why=error) from None
        fields = (("rubric", str), ("indicator", str), ("passage", str), ("evidence", bool))
        if not (isinstance(one, dict)
                and all(isinstance(one.get(field), kind) for field, kind in fields)):
            raise InputError("bad_line", file=file, line=number, why=say("record.line"))
        found.append({field: one[field] for field, _ in fields})
    return found
