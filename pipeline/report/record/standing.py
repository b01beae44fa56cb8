"""Which decision stands where several people decided, and who may see it.

A unit reviewed together has one seat, and its last entry stands. Of reviewers who are blind to one
another each has a seat: what the lead settled stands, else what all who decided agree on; where
they differ, nothing stands. What one alone of them said stands too, and is marked: it goes to the
lead as differences do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.store.accounts.accounts import granted_to
from pipeline.store.decisions import Connection, Entry
from pipeline.store.decisions import state as kept

SHARED = ""
LEAD = "lead"


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands on one subject; at least one seat decided it."""

    state: dict[str, Any] | None
    """None where seats differ and the lead did not settle it."""
    backed: tuple[Entry, ...]
    """The entries that say so, the last one last; empty where nothing stands."""
    settled: bool
    views: tuple[Entry, ...]
    """What each seat says, without the lead."""
    lone: bool = False
    """Whether one alone of several reviewers said anything, settled or not."""

    @property
    def differs(self) -> bool:
        """Whether the seats say different things, settled or not."""
        return _differ(self.views)

    @property
    def alone(self) -> bool:
        """Whether it stands by the word of one alone of several reviewers."""
        return self.lone and not self.settled


def all_in(conn: Connection, unit: str) -> bool:
    """Whether every reviewer of a blind unit who began has handed in, and there are two of them."""
    begun = set(kept.seats(conn, unit)) & {
        one.id for one in granted_to(conn, unit) if one.role == "reviewer" and one.closed is None}
    handed = kept.handed_in(conn, unit)
    done = handed & set(kept.seats(conn, unit))
    return begun <= handed and len(done) >= 2


def sees_all(conn: Connection, unit: str, seat: str | None = None) -> bool:
    """Whether nothing is withheld from whoever has `seat` (None: nobody's own).

    Of a blind unit, once all are in; of reviewers only to those who handed in themselves: one who
    has not could still be asked to be the third, who must not know what the others said.
    """
    if kept.mode(conn, unit) == "shared":
        return True
    return all_in(conn, unit) and (
        seat in {None, SHARED, LEAD} or seat in kept.handed_in(conn, unit))


def visible(conn: Connection, unit: str, seat: str | None = None) -> list[str]:
    """The seats whose entries may be shown to whoever has `seat` (None: to nobody's own).

    Of a blind unit, only the own one until all are in and he himself is; then those that handed
    in, and the lead's.
    """
    if kept.mode(conn, unit) == "shared":
        return [SHARED]
    if not sees_all(conn, unit, seat):
        return [] if seat in {None, SHARED, LEAD} else [str(seat)]
    return [*sorted(kept.handed_in(conn, unit) - {SHARED, LEAD}), LEAD]


def standing(conn: Connection, unit: str, seats: Sequence[str], kind: str) -> dict[str, Standing]:
    """What stands on each subject of a kind (`evidence` or `verdict`) that any of these seats has
    decided, in the order of the subjects."""
    said: dict[str, dict[str, Entry]] = {}
    for seat in seats:
        for (_, subject), entry in kept.current(conn, unit, seat, kind).items():
            if entry.state.get("verdict") is not None:
                said.setdefault(subject, {})[seat] = entry
    several = len(set(seats) - {SHARED, LEAD}) > 1
    return {subject: _stands(said[subject], several) for subject in sorted(said)}


def remarked(conn: Connection, unit: str, seats: Sequence[str], kind: str
             ) -> dict[str, list[Standing]]:
    """What these seats noted, staged or gave points on a subject without a verdict, in the order
    of the subjects; each seat's own."""
    found: dict[str, list[Standing]] = {}
    for seat in seats:
        for (_, subject), entry in kept.current(conn, unit, seat, kind).items():
            if remark(entry.state, entry.note):
                found.setdefault(subject, []).append(
                    Standing(entry.state, (entry,), False, (entry,)))
    return {subject: found[subject] for subject in sorted(found)}


def remark(state: dict[str, Any], note: str) -> bool:
    """Whether somebody said something, but gave no verdict."""
    return state.get("verdict") is None and bool(
        note or state.get("stage") or state.get("points") is not None)


def sampled(conn: Connection, unit: str, seats: Sequence[str]) -> dict[str, str]:
    """What people say of passages that the tool did not propose, by the passage's id. Where two
    differ and nobody settled it, it is evidence: recall must not look better than it is."""
    found: dict[str, str] = {}
    for seat in sorted(seats, key=lambda seat: seat == LEAD):
        for (_, target), entry in kept.current(conn, unit, seat, "sample").items():
            verdict = entry.state.get("verdict")
            passage = target.removeprefix("p:")
            if verdict and (seat == LEAD or found.get(passage) != "evidence"):
                found[passage] = verdict
    return found


def _stands(by_seat: dict[str, Entry], several: bool) -> Standing:
    views = tuple(entry for seat, entry in by_seat.items() if seat != LEAD)
    lead, lone = by_seat.get(LEAD), several and len(views) == 1
    if lead is not None:
        return Standing(lead.state, (lead,), True, views, lone)
    if _differ(views):
        return Standing(None, (), False, views)
    backed = tuple(sorted(views, key=lambda entry: entry.seq))
    return Standing(backed[-1].state, backed, False, views, lone)


def _differ(views: Sequence[Entry]) -> bool:
    """Whether these are of different minds: on the verdict, its points, or what it confirms.
    Entries from before people named slots say nothing of the last."""
    if len({(entry.state["verdict"], entry.state.get("points")) for entry in views}) > 1:
        return True
    slots = [entry.state.get("slots") for entry in views if entry.state["verdict"] == "accepted"]
    return None not in slots and any(one != slots[0] for one in slots)
