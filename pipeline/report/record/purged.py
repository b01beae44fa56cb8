"""What a record is made of once a unit's texts are purged: no ledger, but all that was decided."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC
from pathlib import Path
from typing import Any

from pipeline.errors import InputError, RubricError
from pipeline.report.record.words import time
from pipeline.rubric.load import load
from pipeline.rubric.model import Rubric
from pipeline.store.decisions import Connection, Entry
from pipeline.store.decisions import state as kept
from pipeline.store.decisions.units import Unit
from pipeline.store.ledger import Ledger, checked

Row = dict[str, Any]


class Purged:
    """Read as a ledger, in which no paper is left. The rubric is the one of that name today; of one
    that is not there any more, nothing but the name is told."""

    def __init__(self, unit: Unit, purge: Entry, last: Entry | None) -> None:
        self.rubric = _rubric(unit.rubric)
        self._unit, self._last = unit, last
        self.purged = {"at": purge.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                       "entries": purge.state["entries"], "answers": purge.state["answers"]}
        """What the record says of it."""

    def header(self) -> Row:
        """As `Ledger.header`, as far as the decisions know it."""
        last = self._last
        return {"unit": [self._unit.label], "period": [], "key": last.run if last else "",
                "rubric": self._unit.rubric, "rubric_sha256": last.rubric if last else "",
                "model": {"id": last.model if last else "", "sha256": ""}}

    def entries(self, kind: str) -> Iterator[Row]:
        """As `Ledger.entries`: every indicator or duty, with no slots."""
        for item in self.rubric.duties if kind == "duties" else self.rubric.indicators:
            yield {"id": item.id, "proposed": None, "periods": {}, "requirements": []}

    def files(self) -> Iterator[Row]:
        """No files."""
        return iter(())

    def evidence(self, item: str) -> Iterator[Row]:
        """No evidence."""
        return iter(())

    def passage(self, id: str) -> None:
        """No passage."""


@contextmanager
def read(conn: Connection, out: Path, unit: Unit) -> Iterator[Ledger | Purged]:
    """What to make the record of a unit from. Raises what `ledger.checked` raises."""
    purge = purge_of(conn, unit.id)
    if purge is not None and not (out / "ledger.sqlite").exists():
        last = None
        for entry in kept.entries(conn, unit.id):
            last = entry if entry.run else last
        yield Purged(unit, purge, last)
        return
    with Ledger(checked(out)) as ledger:
        yield ledger


def purge_of(conn: Connection, unit: str) -> Entry | None:
    """The last time that the unit's texts were purged."""
    return next(iter(reversed(list(kept.entries(conn, unit, kind="purged")))), None)


def why_no_run(conn: Connection, out: Path, unit: str) -> InputError:
    """Why OUT has no run: nobody screened it (`run_unscreened`), or its texts were purged
    (`run_purged`)."""
    purge = purge_of(conn, unit)
    if purge is None:
        return InputError("run_unscreened", run=out)
    return InputError("run_purged", run=out, at=time(purge.at.isoformat()))


def _rubric(id: str) -> Rubric:
    with suppress(RubricError):
        return load(id)
    return Rubric.model_construct(id=id, title=id, issuer="", number=None, date=None, source="",
                                  period="", groups=(), indicators=(), duties=())
