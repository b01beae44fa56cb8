"""Tags -> proposed coverage of each slot, with the reasons: the only place that makes a claim.

And the claim is a proposal. A slot is a requirement in one period; it is

* `performed`: as much counting evidence of the stage that is asked for as the requirement needs;
* `planned`: only promised, or done fewer times than asked;
* `unread`: without evidence, while a file that was not (wholly) read could belong to it;
* `nothing`: everything that could belong to it was read, and nothing was found.

Unread is not absent: an indicator is settled only by what would hold whatever the unread files say.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.evidence import Coverage, DocumentType, FlagCode, Proposed, Slot, SlotState, Stage
from pipeline.rubric.calendar import falls_in, slot_periods
from pipeline.rubric.model import Indicator, Requirement

_RANK: dict[Stage, int] = {"plan": 0, "done": 1, "result": 2}

# The order in which the reasons are told when a paper has several flags.
_SPOILING: tuple[FlagCode, ...] = (
    "received", "other_unit", "template_residue", "year_swapped", "near_duplicate"
)


@dataclass(frozen=True, slots=True)
class Paper:
    """What of a paper bears on counting its passages."""

    document_type: DocumentType
    dated: str | None
    valid_until: str | None = None
    flags: frozenset[FlagCode] = frozenset()
    other_form: bool = False
    """Whether it is another form of a paper that counts already (the Word file of a PDF)."""


@dataclass(frozen=True, slots=True)
class Found:
    """A tagged passage as coverage sees it; `years` are the years its act speaks of."""

    stage: Stage
    dated: str | None
    years: tuple[str, ...]
    rules: frozenset[str]
    paper: Paper
    denied: str | None = None
    """Why the words themselves deny an act of the unit: `not_done`, `others_act`; else None."""
    doubtful: bool = False
    """Whether its letters were recognised on a picture with too little certainty."""


@dataclass(frozen=True, slots=True)
class Counted:
    """The slots, (requirement, period), that a passage counts for, done or promised; why none."""

    serves: tuple[tuple[str, str], ...]
    why_not: str | None


@dataclass(frozen=True, slots=True)
class Unread:
    """The years that unread and partly read files name, each file once; empty: it names none."""

    years: tuple[tuple[str, ...], ...] = ()

    def could_hold(self, period: str, standing: bool = False) -> int:
        """How many of these files could belong to that period.

        What stands, stands from its paper's date: there an earlier year's file could hold it too.
        """
        first, last = period[:4], period[-4:] if _is_span(period) else period[:4]
        return sum(
            not named or any(first <= year <= last or (standing and year <= last) for year in named)
            for named in self.years
        )


@dataclass(slots=True)
class _Count:
    met: int = 0
    promised: int = 0


@dataclass(slots=True)
class Tally:
    """The count of evidence in every slot of one indicator or duty."""

    item: Indicator
    asked: tuple[str, ...]
    duty: bool = False
    _counts: dict[tuple[str, str], _Count] = field(
        default_factory=lambda: defaultdict(_Count), init=False
    )

    # --- counting -----------------------------------------------------------------------------

    def count(self, found: Found) -> Counted:
        """Count a passage in every slot that it counts for."""
        why_not = self._spoiled(found)
        serves = () if why_not else tuple(
            (requirement.id, period) for requirement in self._owed()
            for period in self._count_for(requirement, found)
        )
        return Counted(serves, why_not if serves or why_not else self._elsewhere(found))

    def _spoiled(self, found: Found) -> str | None:
        """Why it counts for nothing, whatever it says of which year."""
        if self.item.shown_only:
            return "shown_only"
        if not self._owed():
            return "context"
        spoiled = next((flag for flag in _SPOILING if flag in found.paper.flags), None)
        if spoiled:
            return spoiled
        if found.paper.other_form:
            return "other_form"
        if found.denied:
            return found.denied
        return "unclear" if found.doubtful else None

    def _elsewhere(self, found: Found) -> str:
        """Why none of the slots is its own."""
        if "out_of_period" in found.paper.flags:
            return "out_of_period"
        if not found.years:
            return "no_year"
        if not any(year in self.asked for year in found.years):
            return "other_period"
        return "no_requirement"

    def _count_for(self, requirement: Requirement, found: Found) -> Iterator[str]:
        """The periods of the requirement that it counts for, counted."""
        if requirement.rules and not found.rules & set(requirement.rules):
            return
        if requirement.documents and found.paper.document_type not in requirement.documents:
            return
        met = _RANK[found.stage] >= _RANK[requirement.stage]
        standing = requirement.cadence == "standing"
        if requirement.since and not standing and not _since(found, requirement.since):
            return
        if "out_of_period" in found.paper.flags and not standing:
            return
        for period in slot_periods(requirement.cadence, self.asked, requirement.since):
            if _belongs(found, period, standing and met):
                count = self._counts[requirement.id, period]
                if met:
                    count.met += 1
                else:
                    count.promised += 1
                yield period

    def _owed(self) -> tuple[Requirement, ...]:
        """What the unit owes of it, and, where nothing is mandatory, the plain act as well."""
        unit = tuple(one for one in self.item.requirements if one.owed_by == "unit")
        if self.item.requirements and not unit:
            return ()
        return unit if self._judged(unit) else (*unit, _plain_act(self.item))

    def _judged(self, unit: Iterable[Requirement]) -> tuple[Requirement, ...]:
        """The requirements that decide whether a period is performed."""
        unit = tuple(unit)
        return tuple(one for one in unit if one.mandatory) or (unit if self.duty else ())

    # --- proposing ----------------------------------------------------------------------------

    def coverage(self, unread: Unread) -> Coverage:
        """The proposal for this indicator, with its slots and its reason."""
        if self.item.shown_only:
            return Coverage(self.item.id, "shown_only", (), (), ("shown_only", {}))
        owed = self._owed()
        if not owed:
            return Coverage(self.item.id, "context", (), (), ("context", {}))
        slots = [self._slot(one, period, unread)
                 for one in owed for period in slot_periods(one.cadence, self.asked, one.since)]
        judged = self._judged(owed) or (owed[-1],)
        periods = _periods(slots, {one.id for one in judged})
        if not periods:
            # Owed only since a later month: nothing is asked in this period, nothing is claimed.
            return Coverage(self.item.id, "context", (), (), ("not_asked", {}))
        shown = tuple(slot for slot in slots if slot.requirement != _plain_act(self.item).id)
        proposed, why = self._propose(periods, slots, unread)
        return Coverage(self.item.id, proposed, periods, shown, why)

    def _slot(self, requirement: Requirement, period: str, unread: Unread) -> Slot:
        count = self._counts.get((requirement.id, period), _Count())
        state: SlotState = "nothing"
        if count.met >= requirement.least:
            state = "performed"
        elif count.met or count.promised:
            state = "planned"
        elif unread.could_hold(period, requirement.cadence == "standing"):
            state = "unread"
        return Slot(requirement.id, period, state, count.met, requirement.least)

    def _propose(self, periods: tuple[tuple[str, SlotState], ...], slots: Sequence[Slot],
                 unread: Unread) -> tuple[Proposed, tuple[str, dict[str, str]]]:
        states = [state for _, state in periods]
        if self.item.beyond_documents:
            return "beyond_documents", ("beyond_documents", {})
        # Settled is what comes out the same whether the unread files hold everything or nothing.
        best = _settle([_if_unread(state, "performed") for state in states],
                       [_if_unread(slot.state, "performed") for slot in slots])
        worst = _settle([_if_unread(state, "nothing") for state in states],
                        [_if_unread(slot.state, "nothing") for slot in slots])
        if best != worst:
            open_periods = [period for period, state in periods if state == "unread"]
            files = max(unread.could_hold(period) for period in open_periods or self.asked)
            return "undetermined", ("unread_stands", {"files": str(files)})
        return best, ({"covered": "all_performed", "missing": "nothing_found"}.get(best, "lacking"),
                      {})


def _plain_act(item: Indicator) -> Requirement:
    """Where nothing is mandatory, a single counting passage a year decides."""
    return Requirement(id=f"{item.id}.act", wording=item.wording, link="活动", mandatory=True)


def _since(found: Found, month: str) -> bool:
    """Whether it is dated in that month or later, as far as its date is exact."""
    dated = max((found.dated or "", *found.years))
    return dated[:7] >= month[: min(len(dated), 7)]


def _belongs(found: Found, period: str, stands: bool) -> bool:
    if stands:
        since = min((found.dated or found.paper.dated or "9999")[:4], *found.years, "9999")
        return since <= period and (found.paper.valid_until or "9999") >= period
    return any(falls_in(year, period) for year in found.years) or (
        found.dated is not None and falls_in(found.dated, period)
    )


def _periods(slots: Sequence[Slot], judged: set[str]) -> tuple[tuple[str, SlotState], ...]:
    """The state of each period of the indicator: a year, or the whole for what is asked once."""
    whole: dict[str, list[Slot]] = defaultdict(list)
    rest: dict[str, list[Slot]] = defaultdict(list)
    for slot in slots:
        key = slot.period if _is_span(slot.period) else slot.period[:4]
        (whole if slot.requirement in judged else rest)[key].append(slot)
    return tuple((key, _period(whole[key], rest[key])) for key in sorted(whole))


def _period(judged: Sequence[Slot], rest: Sequence[Slot]) -> SlotState:
    states = {slot.state for slot in judged}
    if states == {"performed"}:
        return "performed"
    if states <= {"performed", "unread"}:
        return "unread"
    if any(slot.state in ("performed", "planned") for slot in (*judged, *rest)):
        return "planned"
    return "unread" if "unread" in states else "nothing"


def _is_span(period: str) -> bool:
    return len(period) == 9 and period[4] == "-"


def _if_unread(state: SlotState, instead: SlotState) -> SlotState:
    return instead if state == "unread" else state


def _settle(periods: Sequence[SlotState], slots: Sequence[SlotState]) -> Proposed:
    if all(state == "performed" for state in periods):
        return "covered"
    if all(state == "nothing" for state in (*periods, *slots)):
        return "missing"
    return "partial"
