"""The record of a review with its figures: how far reviewers agreed, how much the tool found."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pipeline.report.record import gathered
from pipeline.report.record.standing import LEAD, sampled, standing, visible
from pipeline.review.agreement import DECIDED, table
from pipeline.review.recall import counted, drawn, recall
from pipeline.store.decisions import Connection
from pipeline.store.decisions import state as kept
from pipeline.store.ledger import Ledger, checked

Row = dict[str, Any]


def record(conn: Connection, out: Path, unit: str, seat: str | None = None) -> Row:
    """The record of a unit as whoever has `seat` may see it (None: nobody's own); shape:
    record.schema.json. Raises as `gathered`."""
    told = gathered(conn, out, unit, seat)
    order = [one["id"] for one in told["indicators"]]
    told["agreement"] = None if told["withheld"] else agreed(conn, unit, order)
    if told["purged"] is None:
        with Ledger(checked(out)) as ledger:
            told["recall"] = recalled(conn, ledger, unit, visible(conn, unit, seat))
    return told


def agreed(conn: Connection, unit: str, indicators: list[str]) -> Row | None:
    """Agreement of the seats that may be seen by all; None where there are no two of them."""
    seats = [seat for seat in visible(conn, unit) if seat not in {"", LEAD}]
    if len(seats) < 2:
        return None
    states = [{subject: entry.state for (_, subject), entry
               in kept.current(conn, unit, seat, "evidence").items()} for seat in seats]
    return table(states, indicators)


def recalled(conn: Connection, ledger: Ledger, unit: str, seats: list[str]) -> Row:
    """Recall of passages, from what these seats read of the sample: see `recall.recall`."""
    order = drawn(ledger, unit)
    missed = counted(order, sampled(conn, unit, seats))
    proposed = {f"{entry['id']}|p:{row['passage']}" for kind in ("indicators", "duties")
                for entry in ledger.entries(kind) for row in ledger.evidence(entry["id"])}
    said = {subject: one.state["verdict"] for subject, one in standing(
        conn, unit, seats, "evidence").items() if one.state}
    accepted = _passages(subject for subject in said if said[subject] == "accepted")
    # Evidence for one indicator was found, whatever is still open for another.
    open_ = _passages(subject for subject in proposed
                      if said.get(subject) not in DECIDED) - accepted
    return recall(len(accepted & _passages(proposed)), missed[0], len(order), missed[1],
                  len(open_))


def _passages(subjects: Iterable[str]) -> set[str]:
    return {subject.partition("|p:")[2] for subject in subjects if "|p:" in subject}
