"""The state of each slot after people decided: `confirmed` needs people, and only they take back
what was proposed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pipeline.rubric.model import Indicator

Row = dict[str, Any]

_RANK = {"plan": 0, "done": 1, "result": 2}


def cells(item: Indicator, entry: Row, proposed: Iterable[Row], decided: Mapping[str, Row],
          unread: bool) -> Iterator[Row]:
    """Every slot of an indicator: {"requirement", "wording", "mandatory", "period", "state",
    "count", "need"}; `count` is of evidence that people accepted, `state` one of `confirmed`,
    `proposed`, `planned`, `nothing`, `unread`.

    `entry` is the ledger's row of the indicator, `proposed` its evidence, `decided` the states that
    stand by target, `unread` whether any file is: then nothing is taken for absent. Accepted
    evidence counts for the slots it serves, or for the one that people attached it to, if it is of
    the stage that is asked for.
    """
    tool = {f"p:{row['passage']}": row for row in proposed}
    asked = {one.id: one for one in item.requirements}
    for requirement in entry["requirements"]:
        id = requirement["id"]
        least = _RANK[asked[id].stage if id in asked else "done"]
        for period, slot in requirement["slots"].items():
            lone = len(requirement["slots"]) == 1
            accepted, promised, waiting = 0, 0, 0
            for target in tool.keys() | decided.keys():
                row, state = tool.get(target), decided.get(target)
                if not _serves(state, row, id, period, lone):
                    continue
                met = _RANK.get(_stage(state, row), 1) >= least
                if not met:
                    promised += 1
                elif state and state["verdict"] == "accepted":
                    accepted += 1
                else:
                    waiting += 1
            yield {"requirement": id, "wording": asked[id].wording if id in asked else "",
                   "mandatory": requirement["mandatory"], "period": period,
                   "state": _state(slot, accepted, waiting, promised, unread),
                   "count": accepted, "need": slot["need"]}


def _serves(state: Row | None, row: Row | None, requirement: str, period: str, lone: bool) -> bool:
    """Whether it serves this slot, if nobody rejected it."""
    if state and state["verdict"] == "rejected":
        return False
    if state and state["requirement"]:
        return bool(state["requirement"] == requirement
                    and (state["period"] == period or (lone and not state["period"])))
    return row is not None and [requirement, period] in row["serves"]


def _stage(state: Row | None, row: Row | None) -> str:
    """As people changed it, else as proposed; what people attach without a word is done."""
    return (state and state["stage"]) or (row["stage"] if row else "done")


def _state(slot: Row, accepted: int, waiting: int, promised: int, unread: bool) -> str:
    if accepted >= slot["need"]:
        return "confirmed"
    if accepted + waiting >= slot["need"]:
        return "proposed"
    if accepted or waiting or promised:
        return "planned"
    if slot["state"] in {"nothing", "unread"}:
        return str(slot["state"])
    # What was proposed has been rejected: now an unread file may hold what is asked for.
    return "unread" if unread else "nothing"
