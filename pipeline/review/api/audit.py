"""What can be checked afterwards: the log, the chain, the record that leaves the house."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

from fastapi import Query
from starlette.responses import Response

from pipeline.language import say
from pipeline.report.printable import safe
from pipeline.report.record import KINDS, write
from pipeline.review.api.papers import audited
from pipeline.review.problem import Problem, RunProblem, nowhere
from pipeline.review.record import record
from pipeline.review.seating import Names, head_of, moment, seating
from pipeline.review.told import told
from pipeline.review.visit import Visit
from pipeline.store.decisions import Connection, chain
from pipeline.store.decisions import state as kept
from pipeline.store.decisions.entry import DECISIONS, Entry

Row = dict[str, Any]
After = Annotated[int, Query(ge=0, le=2**31 - 1)]
Limit = Annotated[int, Query(ge=1, le=1000)]
TYPES = {
    "json": "application/json", "html": "text/html",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""The media types of a record."""


def office(visit: Visit, after: After = 0, limit: Limit = 200) -> Row:
    """The office's own log: accounts, roles, grants."""
    with visit.reading() as conn:
        names = Names(conn)
        found = list(islice(kept.entries(conn, "", after=after), limit + 1))
        head = chain.head(conn, "")
        rows = [_row(conn, entry, names, {}, True) for entry in found[:limit]]
    return {"entries": rows, "head": {"seq": head[0], "hash": head[1]},
            "next": rows[-1]["seq"] if len(found) > limit else None}


def unit(visit: Visit, unit: str, after: After = 0, limit: Limit = 200) -> Row:
    """A unit's log. While reviewers are blind to one another, what they decide is withheld."""
    with visit.reading() as conn:
        place, names, asked = seating(conn, visit), Names(conn), _asked(visit)
        found = list(islice(kept.entries(conn, visit.unit_id, after=after), limit + 1))
        head = chain.head(conn, visit.unit_id)
        rows = [_row(conn, entry, names, asked,
                     place.open or entry.kind not in (*DECISIONS, "handed_in")
                     or entry.account == visit.id) for entry in found[:limit]]
    return {"entries": rows, "head": head_of(head, place),
            "next": rows[-1]["seq"] if len(found) > limit else None}


def verify(visit: Visit, unit: str) -> Row:
    """Whether the unit's chain holds, and else its first bad row."""
    with visit.reading() as conn:
        place = seating(conn, visit)
        found = chain.verify(conn, visit.unit_id)
    bad = found.bad
    return {
        "ok": bad is None, "withheld": not place.open,
        "words": "" if place.open else say("review.chain.withheld"),
        "count": found.count if place.open else 0,
        "head": found.head if place.open else "",
        "bad": None if bad is None else {
            "seq": bad.seq, "why": bad.why, "words": say(f"review.chain.{bad.why}", seq=bad.seq)},
    }


def export(visit: Visit, unit: str, kind: str) -> Response:
    """The record of the review as a file; that it was made is in the audit."""
    known = next((one for one in KINDS if one == kind), None)
    if known is None:
        raise nowhere()
    # Not by way of the run: of a unit that was purged the record is all that is left.
    out = visit.office.places[visit.unit_id]
    with visit.reading() as conn:
        place = seating(conn, visit)
        if not place.open:
            # How long the chain is tells what others have done.
            raise Problem(409, "not_all_in")
        made = record(conn, out, visit.unit_id, place.seat)
    with tempfile.TemporaryDirectory(prefix="zuozheng-") as folder:
        file = Path(folder) / f"record.{known}"
        write(file, known, made)
        data = file.read_bytes()
    audited(visit, "exported", "", {"kind": known, "head": made["chain"]["head"]})
    return Response(data, media_type=TYPES[known], headers={
        "Content-Disposition": f'attachment; filename="record.{known}"'})


def _asked(visit: Visit) -> dict[str, str]:
    """The wordings of requirements; none of a unit that cannot be read any more."""
    try:
        return {one.id: safe(one.wording) for item in visit.run.rubric.items
                for one in item.requirements}
    except RunProblem:
        return {}


def _row(conn: Connection, entry: Entry, names: Names, asked: Mapping[str, str], open_: bool
         ) -> Row:
    if not open_:
        return {"seq": entry.seq, "at": moment(entry.at), "by": "", "seat": "", "kind": "withheld",
                "subject": "", "version": 0, "state": {}, "note": "", "hash": entry.hash,
                "what": "withheld", "words": say("review.told.withheld")}
    subject = entry.subject
    if not entry.unit and subject:
        subject = names.of(subject)
    what, words = told(entry, kept.before(conn, entry), asked)
    return {"seq": entry.seq, "at": moment(entry.at), "by": names.of(entry.account),
            "seat": names.of(entry.seat) if entry.seat else "", "kind": entry.kind,
            "subject": subject, "version": entry.version, "state": entry.state,
            "note": safe(entry.note), "hash": entry.hash, "what": what, "words": words}
