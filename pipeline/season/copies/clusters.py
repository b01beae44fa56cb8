"""Pairs into clusters: who shares what, the earliest first, and the share of each paper."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any, TypeVar

Row = dict[str, Any]
Thing = TypeVar("Thing", bound=Hashable)


def joined(pairs: Iterable[tuple[Thing, Thing]]) -> list[list[Thing]]:
    """The things that hang together, each group in the order in which its things were met."""
    above: dict[Thing, Thing] = {}

    def top(thing: Thing) -> Thing:
        above.setdefault(thing, thing)
        while above[thing] != thing:
            above[thing] = above[above[thing]]
            thing = above[thing]
        return thing

    for one, two in pairs:
        first, second = top(one), top(two)
        if first != second:
            above[second] = first
    groups: dict[Thing, list[Thing]] = {}
    for thing in above:
        groups.setdefault(top(thing), []).append(thing)
    return list(groups.values())


def cluster(kind: str, text: str, members: Iterable[Row], passages: int = 0) -> Row:
    """A cluster as copies.json has it: its members by date (without one last), unit and path."""
    rows = sorted(members, key=lambda row: (row["dated"] or "9999", row["unit"], row["dir"],
                                            row["path"], row["passage"] or ""))
    dates = [row["dated"] for row in rows if row["dated"]]
    return {
        "kind": kind, "text": text, "members": rows, "earliest": min(dates) if dates else None,
        "units": len({row["dir"] for row in rows}), "passages": passages,
    }


def ordered(clusters: Iterable[Row], kinds: Mapping[str, int]) -> list[Row]:
    """Papers first, then passages, then pictures; those that most units share first."""
    return sorted(clusters, key=lambda row: (
        kinds[row["kind"]], -row["units"], row["earliest"] or "9999",
        [(one["unit"], one["dir"], one["path"], one["passage"] or "") for one in row["members"]],
    ))
