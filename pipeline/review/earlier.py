"""Last year's review beside this one: what was carried over, what is new, what was decided then.

Passages are the same where their text is, as they stand; ids differ, since files do.
"""

from __future__ import annotations

from typing import Any

from pipeline.report.printable import safe
from pipeline.report.record.standing import standing, visible
from pipeline.review.office import Last
from pipeline.review.run import Run, passage_target
from pipeline.review.seating import Names, moment
from pipeline.store.decisions import Engine, reading

Row = dict[str, Any]


class Earlier:
    """Last year's run and decisions, read once for a request."""

    def __init__(self, last: Last, run: Run, now: Run) -> None:
        self.run = run
        self._now = now
        self.verdicts: dict[str, Row] = {}
        self._decisions: dict[str, Row] = {}
        self._texts: dict[str, dict[str, list[Row]]] = {}
        if last.engine is not None:
            self._read(last.engine, last.unit)

    def of(self, fact: Row) -> tuple[str, Row | None]:
        """(carried, decision): `new`, `same`, or `reused` where the paper's date changed and the
        text did not; and what was decided on that text then."""
        found = self._last(fact["indicator"]).get(_plain(fact["text"]), [])
        if not fact["text"] or not found:
            return "new", None
        dates = {self.run.files[row["path"]]["dated"] for row in found}
        reused = fact["dated"] is not None and None not in dates and fact["dated"] not in dates
        said = (self._decisions.get(f"{fact['indicator']}|{passage_target(row['passage'])}")
                for row in found)
        return "reused" if reused else "same", next((one for one in said if one), None)

    def gone(self, indicator: str, texts: set[str]) -> list[Row]:
        """Last year's evidence for an indicator whose text does not stand in this year's."""
        here = {_plain(text) for text in texts}
        return [{"indicator": indicator, "target": passage_target(rows[0]["passage"]),
                 "text": safe(rows[0]["text"]), "path": safe(rows[0]["path"]),
                 "verdict": (self._decisions.get(
                     f"{indicator}|{passage_target(rows[0]['passage'])}") or {}).get("verdict")}
                for plain, rows in self._last(indicator).items() if plain not in here]

    def _last(self, indicator: str) -> dict[str, list[Row]]:
        if indicator not in self._texts:
            texts: dict[str, list[Row]] = {}
            # An indicator of another rubric may have the same id: then nothing is carried over.
            if indicator in self.run.entries and self.run.rubric.id == self._now.rubric.id:
                for row in self.run.evidence(indicator):
                    texts.setdefault(_plain(safe(row["text"])), []).append(row)
            self._texts[indicator] = texts
        return self._texts[indicator]

    def _read(self, engine: Engine, unit: str) -> None:
        with reading(engine) as conn:
            names, seats = Names(conn), visible(conn, unit)
            for kind, into in (("evidence", self._decisions), ("verdict", self.verdicts)):
                for subject, one in standing(conn, unit, seats, kind).items():
                    if one.state is None:
                        continue
                    entry = one.backed[-1]
                    into[subject] = {"verdict": one.state["verdict"],
                                     "by": names.of(entry.account), "at": moment(entry.at)}
                    if kind == "verdict":
                        into[subject] |= {"points": one.state.get("points"),
                                          "note": safe(entry.note)}


def _plain(text: str) -> str:
    return "".join(text.split())
