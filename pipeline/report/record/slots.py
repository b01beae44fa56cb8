"""The state of each slot after people decided: `confirmed` needs people, and only they take back
what was proposed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pipeline.rubric.model import Indicator, Requirement

Row = dict[str, Any]

_RANK = {"plan": 0, "done": 1, "result": 2}


def cells(item: Indicator, entry: Row, proposed: Iterable[Row], decided: Mapping[str, Row],
          unread: bool) -> Iterator[Row]:
    """Every slot of an indicator: {"requirement", "wording", "mandatory", "period", "state",
    "count", "need"}; `count` is of evidence that people accepted, `state` one of `confirmed`,
    `proposed`, `planned`, `nothing`, `unread`.

    `entry` is the ledger's row of the indicator, `proposed` its evidence, `decided` the states that
    stand by target, `unread` whether any file is: then nothing is taken for absent. Accepted
    evidence counts for the slots that people confirmed with it, if it is of the stage that is
    asked for.
    """
    tool = {f"p:{row['passage']}": row for row in proposed}
    asked = {one.id: one for one in item.requirements}
    for requirement in entry["requirements"]:
        id = requirement["id"]
        least = _least(asked.get(id))
        for period, slot in requirement["slots"].items():
            lone = len(requirement["slots"]) == 1
            accepted, promised, waiting = 0, 0, 0
            for target in tool.keys() | decided.keys():
                row, state = tool.get(target), decided.get(target)
                if not _serves(state, row, id, period, lone):
                    continue
                if _RANK.get(stage(state, row), 1) < least:
                    promised += 1
                elif state and state["verdict"] == "accepted":
                    accepted += 1
                else:
                    waiting += 1
            yield {"requirement": id, "wording": asked[id].wording if id in asked else "",
                   "mandatory": requirement["mandatory"], "period": period,
                   "state": _state(slot, accepted, waiting, promised, unread),
                   "count": accepted, "need": slot["need"]}


def serves(state: Row | None, row: Row | None) -> list[list[str | None]]:
    """The slots that evidence is for: those that people confirmed with it; of what nobody accepted
    yet those that were proposed; none of what was rejected. `row`: its proposal, if it is one.

    Entries from before people named slots have no `slots`: they confirmed the one that they
    attached it to (its period None where there is but one), else all that were proposed.
    """
    if state and state["verdict"] == "rejected":
        return []
    if state and state["verdict"] == "accepted" and state.get("slots") is not None:
        return [list(slot) for slot in state["slots"]]
    if state and state.get("requirement"):
        return [[state["requirement"], state.get("period")]]
    return [list(slot) for slot in row["serves"]] if row else []


def promises(item: Indicator, requirement: str, of: str | None) -> bool:
    """Whether evidence of this stage can but promise what is asked for there."""
    asked = next((one for one in item.requirements if one.id == requirement), None)
    return _RANK.get(of or "done", 1) < _least(asked)


def _least(asked: Requirement | None) -> int:
    return _RANK[asked.stage if asked else "done"]


def _serves(state: Row | None, row: Row | None, requirement: str, period: str, lone: bool) -> bool:
    found = serves(state, row)
    return [requirement, period] in found or (lone and [requirement, None] in found)


def stage(state: Row | None, row: Row | None) -> str:
    """As people changed it, else as proposed; what people attach without a word is done."""
    return str((state and state["stage"]) or (row["stage"] if row else "done"))


def _state(slot: Row, accepted: int, waiting: int, promised: int, unread: bool) -> str:
    if accepted >= slot["need"]:
        return "confirmed"
    if accepted + waiting >= slot["need"]:
        return "proposed"
    if accepted or waiting or promised:
        return "planned"
    if slot["state"] == "nothing":
        return "nothing"
    # What was proposed has been rejected: now an unread file may hold what is asked for.
    return "unread" if unread else "nothing"
