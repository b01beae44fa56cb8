"""The record of a review, gathered: what people decided of a unit, with what it was decided on.

Plain data in codes, fit for JSON; every text from papers and notes is masked. Nothing in it is
computed from verdicts or points: what people did not say is None.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from pipeline import __version__
from pipeline.errors import InputError
from pipeline.language import say
from pipeline.privacy import mask
from pipeline.report.papers import group_titles
from pipeline.report.record.photo import is_photo
from pipeline.report.record.purged import Purged, read
from pipeline.report.record.slots import cells, serves
from pipeline.report.record.standing import (
    LEAD,
    SHARED,
    Standing,
    remarked,
    sees_all,
    standing,
    visible,
)
from pipeline.rubric.model import Indicator, Rubric
from pipeline.store.accounts.accounts import get
from pipeline.store.decisions import Connection, Entry, chain, units
from pipeline.store.decisions import state as kept
from pipeline.store.ledger import Ledger

Row = dict[str, Any]
T = TypeVar("T")

SETTLED = {"read", "duplicate", "ignored"}


def gathered(conn: Connection, out: Path, unit: str, seat: str | None = None) -> Row:
    """The record of a unit as whoever has `seat` may see it; shape: record.schema.json, with
    `agreement` and `recall` still None.

    While reviewers are blind to one another, only the own seat's decisions are in it. Raises
    InputError `unit_unknown`, `review_chain_broken` (entries stand there that nobody could
    have appended), or what `ledger.checked` raises. Of a unit whose texts were purged, and that
    was not screened again, what is kept is told without them.
    """
    known = {one.id: one for one in units(conn)}
    if unit not in known:
        raise InputError("unit_unknown", unit=unit, known=", ".join(known) or "–")
    told = chain.verify(conn, unit)
    with read(conn, out, known[unit]) as ledger:
        try:
            return _Gathering(conn, ledger, unit, visible(conn, unit, seat), not sees_all(
                conn, unit, seat)).record(known[unit].label, told)
        except (KeyError, TypeError, ValueError, AttributeError):
            if told.bad is None:
                raise
            # Somebody wrote in the database: what stands there need not make sense any more.
            raise InputError("review_chain_broken", run=out, seq=told.bad.seq) from None


class _Gathering:
    """One record in the making: what is looked up again and again is read once."""

    def __init__(self, conn: Connection, ledger: Ledger | Purged, unit: str,
                 seats: Sequence[str], withheld: bool) -> None:
        self._conn, self._ledger, self._unit, self._seats = conn, ledger, unit, seats
        self._withheld = withheld
        self._header = ledger.header()
        self._rubric = ledger.rubric if isinstance(ledger, Purged) else Rubric.model_validate(
            self._header["asked"])
        self._asked = {one.id for item in self._rubric.items for one in item.requirements}
        self._files = {row["path"]: row for row in ledger.files()}
        # Of files with the same bytes, the one that counts.
        by_status = sorted(self._files.values(), key=lambda row: row["status"] != "duplicate")
        self._by_hash = {row["sha256"][:16]: row for row in by_status if row["sha256"]}
        self._unread = [row for row in self._files.values()
                        if row["status"] not in SETTLED and not is_photo(row)]
        self._names: dict[str, str] = {}
        self._evidence = standing(conn, unit, seats, "evidence")
        self._verdicts = standing(conn, unit, seats, "verdict")
        self._noted = remarked(conn, unit, seats, "evidence")
        self._remarks = remarked(conn, unit, seats, "verdict")
        self._answers = self._answered()

    def record(self, label: str, checked_: chain.Checked) -> Row:
        indicators = list(self._items("indicators"))
        duties = list(self._items("duties"))
        known = {one["id"] for one in (*indicators, *duties)}
        return {
            "unit": {"id": self._unit, "label": mask(label),
                     "names": [mask(name) for name in self._header["unit"]]},
            "rubric": self._about_rubric(),
            "period": self._header["period"],
            "mode": kept.mode(self._conn, self._unit),
            "withheld": self._withheld,
            "reviewers": self._reviewers(),
            "statement": say("record.statement"),
            "program": f"zuozheng {__version__}",
            "model": {key: self._header["model"][key] for key in ("id", "sha256")},
            "run": self._header["key"],
            "decided_with": self._decided_with(),
            # Before all are in, a number would tell how much the others have decided.
            "chain": None if self._withheld else {
                "count": checked_.count, "head": checked_.head, "verifies": checked_.bad is None,
                "bad": checked_.bad and {"seq": checked_.bad.seq, "why": checked_.bad.why}},
            "purged": self._ledger.purged if isinstance(self._ledger, Purged) else None,
            "unread": [{key: _masked(row[key]) for key in ("path", "status", "reason")}
                       for row in self._unread],
            "photos": [mask(path) for path, row in self._files.items() if is_photo(row)],
            "indicators": indicators,
            "duties": duties,
            "orphaned": list(self._orphaned(known)),
            "orphaned_verdicts": [{"indicator": id, **told} for id, told in self._without(known)],
            "orphaned_answers": [{"indicator": id, **answer}
                                 for (id, _, _), some in self._answers.items() for answer in some],
            "differences": list(self._differences()),
            "agreement": None,
            "recall": None,
        }

    # --- what stands above ----------------------------------------------------------------------

    def _about_rubric(self) -> Row:
        rubric = self._rubric
        return {"id": rubric.id, "title": rubric.title, "issuer": rubric.issuer,
                "number": rubric.number, "date": rubric.date,
                "sha256": self._header["rubric_sha256"]}

    def _reviewers(self) -> list[Row]:
        """Who decided, in the order of their first entry; ids of seats stay inside."""
        handed = kept.handed_in(self._conn, self._unit)
        found: dict[tuple[str, str], Row] = {}
        for seat in self._seats:
            for entry in kept.current(self._conn, self._unit, seat).values():
                if entry.kind in {"evidence", "verdict", "sample"}:
                    found.setdefault((seat, entry.account), {
                        "name": self._name(entry.account), "lead": seat == LEAD,
                        "handed_in": seat in handed})
        return list(found.values())

    def _decided_with(self) -> list[Row]:
        counts: dict[tuple[str, str, str], int] = {}
        for one in (*self._evidence.values(), *self._verdicts.values()):
            for entry in one.backed:
                key = entry.model, entry.rubric, entry.run
                counts[key] = counts.get(key, 0) + 1
        return [{"model": model, "rubric": rubric, "run": run, "decisions": count}
                for (model, rubric, run), count in sorted(counts.items())]

    def _name(self, account: str) -> str:
        if account not in self._names:
            known = get(self._conn, account)
            self._names[account] = known.name if known else account
        return self._names[account]

    # --- indicators -----------------------------------------------------------------------------

    def _items(self, kind: str) -> Iterator[Row]:
        items = {item.id: item for item in self._rubric.items}
        titles = group_titles(self._rubric)
        for entry in self._ledger.entries(kind):
            item = items.get(entry["id"])
            if item is not None:
                yield self._item(item, entry, [title for title, _ in titles.get(
                    item.group or "", ())])

    def _item(self, item: Indicator, entry: Row, group: list[str]) -> Row:
        proposed = {f"p:{row['passage']}": row for row in self._ledger.evidence(item.id)}
        decided = {target: one for target, one in self._about(item.id, self._evidence).items()
                   if self._there(target)}
        rows: dict[str, list[Row]] = {"accepted": [], "rejected": [], "unsure": [], "differing": []}
        # In the order in which the tool proposed them, then what people attached.
        for target in [*(one for one in proposed if one in decided),
                       *(one for one in decided if one not in proposed)]:
            one = decided[target]
            verdict = one.state["verdict"] if one.state else "differing"
            rows[verdict].append(self._decision(target, one, proposed.get(target)))
        noted = [(target, one) for target, some in self._about(item.id, self._noted).items()
                 if self._there(target) for one in some]
        # A stage that was changed counts before there is a verdict.
        states = {target: one.state for target, one in noted
                  if one.state and one.backed[-1].seat in (SHARED, LEAD)}
        states |= {target: one.state for target, one in decided.items() if one.state}
        slots = [{**cell, "wording": cell["wording"],
                  "answers": self._answers.pop((item.id, cell["requirement"], cell["period"]), [])}
                 for cell in cells(item, entry, proposed.values(), states,
                               bool(self._unread))]
        # Answers on cells that the run has no more stand below the indicator.
        loose = [key for key in self._answers if key[0] == item.id]
        return {"id": item.id, "group": group, "wording": item.wording, "points": item.points,
                "deducts": item.deducts, "methods": list(item.methods),
                "proposed": entry["proposed"], "verdict": self._verdict(item.id),
                "verdict_differs": item.id in self._verdicts
                and self._verdicts[item.id].state is None,
                "remarks": [self._concluded(one) for one in self._remarks.get(item.id, ())],
                "open": sum(target not in decided for target in proposed), "slots": slots, **rows,
                "noted": [self._decision(target, one, proposed.get(target))
                          for target, one in noted],
                "answers": [answer for key in loose for answer in self._answers.pop(key)]}

    def _about(self, indicator: str, of: Mapping[str, T]) -> dict[str, T]:
        return {subject.partition("|")[2]: one for subject, one in of.items()
                if subject.partition("|")[0] == indicator}

    def _there(self, target: str) -> bool:
        """Whether what was decided on is still in the run; what was purged is not missed."""
        if isinstance(self._ledger, Purged):
            return True
        kind, _, id = target.partition(":")
        return id in self._by_hash if kind == "f" else self._ledger.passage(id) is not None

    def _verdict(self, indicator: str) -> Row | None:
        one = self._verdicts.get(indicator)
        return None if one is None or one.state is None else self._concluded(one)

    def _concluded(self, one: Standing) -> Row:
        assert one.state is not None
        return {"verdict": one.state["verdict"], "points": one.state["points"],
                "despite_unread": one.state["despite_unread"],
                **{key: one.state.get(key) for key in ("decided", "proposed")},
                **self._signed(one)}

    def _decision(self, target: str, one: Standing, found: Row | None) -> Row:
        """A decision on evidence, with what it was decided on: as it stands in the run, or, where
        that is gone, as it was shown."""
        shown = next((entry.shown for entry in (*one.backed[::-1], *one.views) if entry.shown), {})
        kind, _, id = target.partition(":")
        at = found or (self._ledger.passage(id) if kind == "p" else self._by_hash.get(id)) or {}
        path = at.get("path") or shown.get("path") or ""
        file = self._files.get(path, {})
        state = one.state or {}
        return {
            "target": target,
            "path": mask(path), "title": mask(file.get("title") or shown.get("title") or ""),
            "document_type": file.get("document_type"), "number": _masked(file.get("number")),
            "dated": file.get("dated"),
            "places": _places(at.get("places") or shown.get("places") or []),
            "text": mask((at.get("text") or shown.get("text") or "") if kind == "p" else ""),
            "years": list((found or {}).get("years") or []),
            "stage": state.get("stage") or (found or shown).get("stage"),
            "stage_changed": bool(state.get("stage")),
            # Only proposals were shown with voters, whatever is written of one that is gone.
            "attached": bool(state.get("attached")) and not shown.get("voters"),
            "serves": self._serves(state, found),
            "reason": state.get("reason"), "moved_to": state.get("moved_to"),
            **self._signed(one),
        }

    def _serves(self, state: Mapping[str, Any], found: Row | None) -> list[list[str | None]]:
        # Where nothing is mandatory, the plain act counts as well; no cell shows it.
        proposed = {"serves": [one for one in (found or {}).get("serves", [])
                               if one[0] in self._asked]}
        return serves({"verdict": None, **state}, proposed)

    def _signed(self, one: Standing) -> Row:
        """Who says so, when, with which note; of several who agree all names and notes."""
        notes = dict.fromkeys(mask(entry.note) for entry in one.backed if entry.note)
        return {"note": "\n".join(notes),
                "by": list(dict.fromkeys(self._name(entry.account) for entry in one.backed)),
                "at": _moment(one.backed[-1].at) if one.backed else None, "settled": one.settled,
                "alone": one.alone}

    def _answered(self) -> dict[tuple[str, str, str], list[Row]]:
        """The unit's answers by cell; each one is kept, whoever wrote it down and whatever became
        of that seat."""
        found: dict[tuple[str, str, str], list[Row]] = {}
        for entry in kept.entries(self._conn, self._unit, kind="answer"):
            # It is the unit's word and nobody's opinion; who else is at work stays withheld.
            named = not self._withheld or entry.seat in (*self._seats, SHARED)
            indicator, requirement, period = (*entry.subject.split("|"), "", "")[:3]
            found.setdefault((indicator, requirement, period), []).append({
                "requirement": requirement, "period": period, "text": mask(entry.note),
                "by": self._name(entry.account) if named else "", "at": _moment(entry.at)})
        return found

    # --- what has no place, and where people differ ---------------------------------------------

    def _orphaned(self, known: set[str]) -> Iterator[Row]:
        """Decisions whose passage, paper or indicator is not in the run any more."""
        for subject, one in self._evidence.items():
            indicator, _, target = subject.partition("|")
            if indicator not in known or not self._there(target):
                yield {"indicator": indicator, "differs": one.state is None,
                       "verdict": one.state["verdict"] if one.state else None,
                       **self._decision(target, one, None)}
        for subject, some in self._noted.items():
            indicator, _, target = subject.partition("|")
            if indicator not in known or not self._there(target):
                yield from ({"indicator": indicator, "differs": False, "verdict": None,
                             **self._decision(target, one, None)} for one in some)

    def _without(self, known: set[str]) -> Iterator[tuple[str, Row]]:
        """Verdicts, and notes without one, on indicators that the run has no more."""
        for id in sorted(self._verdicts.keys() - known):
            if told := self._verdict(id):
                yield id, told
        for id in sorted(self._remarks.keys() - known):
            yield from ((id, self._concluded(one)) for one in self._remarks[id])

    def _differences(self) -> Iterator[Row]:
        for kind, of in (("verdict", self._verdicts), ("evidence", self._evidence)):
            for subject, one in of.items():
                if not (one.differs or one.lone):
                    continue
                indicator, _, target = subject.partition("|")
                shown = self._decision(target, one, None) if target else {}
                yield {"kind": kind, "indicator": indicator, "target": target or None,
                       "path": shown.get("path", ""), "text": shown.get("text", ""),
                       "views": [self._view(entry) for entry in one.views],
                       "settled": self._view(one.backed[-1]) if one.settled else None,
                       "alone": one.lone}

    def _view(self, entry: Entry) -> Row:
        return {"verdict": entry.state["verdict"], "reason": entry.state.get("reason"),
                "points": entry.state.get("points"), "note": mask(entry.note),
                "by": self._name(entry.account), "at": _moment(entry.at)}


def _places(places: Sequence[Row]) -> list[Row]:
    return [{**place, "sheet": mask(place["sheet"])} if "sheet" in place else dict(place)
            for place in places]


def _masked(value: Any) -> Any:
    return mask(value) if isinstance(value, str) else value


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
