"""What an entry of the audit says, in a sentence: what was decided, or what of it was changed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pipeline.language import has, say
from pipeline.report import printable
from pipeline.report.printable import named
from pipeline.store.decisions.entry import Entry

Row = dict[str, Any]

SHORT = 24
"""Characters of a requirement's wording."""
_OURS = re.compile("[0-9a-f]{64}")
"""The keys of the server's own making; among evidence and verdicts, only undoing has one."""


def told(entry: Entry, before: Entry | None, asked: Mapping[str, str] = MappingProxyType({})
         ) -> tuple[str, str]:
    """(what, words) of an entry: a code, and a sentence in the language spoken. `before`: the entry
    that stood on the same subject until then; `asked`: the wordings of requirements, by id."""
    if entry.kind == "evidence":
        what = _of_evidence(entry, before)
        return what, _sentence(what, _details(what, entry, asked))
    if entry.kind in ("verdict", "sample"):
        what = "undone" if _OURS.fullmatch(entry.key) else entry.kind
        kind = "review.verdict" if entry.kind == "verdict" else "review.told.sample"
        said = named(kind, entry.state["verdict"]) or say("review.told.none")
        return what, _sentence(what, [said, *_of_verdict(entry.state)])
    return entry.kind, _sentence(entry.kind, list(_of_state(entry.state)))


def _of_evidence(entry: Entry, before: Entry | None) -> str:
    """What was new in it: the verdict first, then what hangs on it."""
    state, was = entry.state, before.state if before else {}
    if _OURS.fullmatch(entry.key):
        return "undone"
    changed = {name for name in ("verdict", "reason", "moved_to", "slots", "stage")
               if state.get(name) != was.get(name)}
    if not changed & {"verdict", "reason", "moved_to"}:
        if before is not None and "slots" in changed and state["verdict"]:
            return "slots"
        if "stage" in changed:
            return "stage"
        if entry.note != (before.note if before else ""):
            return "note"
    if state["verdict"] == "accepted":
        return "attached" if state.get("attached") else "accepted"
    return "moved" if state.get("moved_to") else state["verdict"] or "undecided"


def _details(what: str, entry: Entry, asked: Mapping[str, str]) -> list[str]:
    state = entry.state
    found = []
    if what in ("undone", "note", "stage", "slots"):
        found.append(named("review.evidence", state["verdict"]) or say("review.told.none"))
    if state.get("moved_to"):
        found.append(say("review.told.to", indicator=state["moved_to"]))
    elif state.get("reason"):
        found.append(named("review.reason", state["reason"]))
    if state.get("slots") and what != "note":
        found.append(say("review.told.for", slots=say("report.comma").join(
            f"{_short(asked.get(id) or id)} {printable.slot_period(period)}"
            for id, period in state["slots"])))
    if state.get("stage") and what != "note":
        found.append(say("review.told.as", stage=named("stage", state["stage"])))
    return found


def _short(wording: str) -> str:
    return wording if len(wording) <= SHORT else wording[:SHORT - 1] + "…"


def _of_verdict(state: Row) -> list[str]:
    found = []
    if state.get("points") is not None:
        found.append(say("review.told.points", points=printable.number(state["points"])))
    if state.get("despite_unread"):
        found.append(say("review.told.despite_unread"))
    if state.get("proposed"):
        found.append(say("review.told.decided", decided=state["decided"],
                         proposed=state["proposed"]))
    return found


def _of_state(state: Row) -> list[str]:
    """What audit rows have beside their kind: a role, a way of reviewing, a kind of file."""
    found = []
    if "role" in state:
        found.append(named("review.role", state["role"]))
    if "mode" in state:
        found.append(named("record.mode", state["mode"]))
    if "entries" in state:
        found.append(say("review.told.entries", entries=state["entries"]))
    return found + [str(state[key]) for key in ("kind", "unit") if state.get(key)]


def _sentence(what: str, details: list[str]) -> str:
    key = f"review.told.{what}"
    name = say(key) if has(key) else named("review.ui.kind", what)
    return name + (say("report.colon") + say("report.semicolon").join(details) if details else "")
