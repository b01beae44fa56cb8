"""Answers that compare: differences, agreement, recall, the overview, last year; the audit."""

from __future__ import annotations

from pipeline.review.shapes.base import (
    EvidenceState,
    Hash,
    Head,
    Mode,
    Moment,
    Progress,
    SlotState,
    Target,
    Told,
    Verdict,
    VerdictState,
)
from pipeline.review.shapes.room import Card, Changed


class Seat(Told):
    """A reviewer of a blind unit."""

    seat: str
    by: str


class Said(Told):
    """What one reviewer said."""

    seat: str
    by: str
    state: EvidenceState | VerdictState
    note: str
    at: Moment


class Settled(Told):
    """What the lead said to it."""

    state: EvidenceState | VerdictState
    version: int
    by: str
    at: Moment
    note: str


class Difference(Told):
    """Where reviewers differ, or where one `alone` said anything; `version` is the lead's."""

    kind: str
    subject: str
    indicator: str
    target: str | None
    wording: str
    views: list[Said]
    settled: Settled | None
    version: int
    card: Card | None
    alone: bool


class Differences(Told):
    """All differences, once all reviewers are in; until then who is, and who is not."""

    both_in: bool
    mode: Mode
    seats: list[Seat]
    differences: list[Difference]
    waiting: list[str]
    handed_in: list[Seat]


class Figures(Told):
    """How far two agreed; None where it cannot be told, with the reason under `undefined`.
    `unsure`: pairs left out as one of the two was."""

    n: int
    unsure: int
    kappa: float | None
    ac1: float | None
    positive: float | None
    undefined: dict[str, str] | None = None


class OfIndicator(Figures):
    """How far two agreed on an indicator."""

    indicator: str
    wording: str | None = None


class Table(Told):
    """Agreement over all and by indicator."""

    all: Figures
    rows: list[OfIndicator]


class Agreement(Told):
    """Agreement once all are in."""

    both_in: bool
    mode: Mode
    pairs: list[list[str]]
    rows: list[OfIndicator]
    all: Figures | None


class Recall(Told):
    """How much of the evidence was found, with the bounds of 95 %, and in words."""

    found: int
    open: int
    sampled: int
    of: int
    missed: int
    estimate: float | None
    low: float | None
    high: float | None
    undefined: str | None
    words: str


class OverviewRow(Told):
    """An indicator by period."""

    id: str
    wording: str
    group: list[str]
    periods: dict[str, SlotState]
    proposed: str | None
    verdict: Verdict | None
    decided: int
    added: int
    evidence: int
    owed: bool
    again: bool
    alone: int


class Orphan(Told):
    """What was decided on, or (without a verdict) noted, and has no place any more; without a
    target, an indicator."""

    indicator: str
    wording: str
    target: Target | None
    verdict: str | None
    reason: str | None
    note: str
    stage: str | None
    by: str
    at: Moment
    text: str
    path: str


class ChangedVerdict(Changed):
    """A verdict whose evidence is another since it was given."""

    indicator: str
    wording: str
    verdict: Verdict
    by: str
    at: Moment


class Overview(Told):
    """The unit at a glance."""

    years: list[str]
    rows: list[OverviewRow]
    progress: Progress
    verdicts: dict[str, int]
    agreement: Table | None
    unread: int
    orphans: list[Orphan]
    changed: list[ChangedVerdict]


class Counts(Told):
    """This year's evidence beside last year's."""

    new: int
    same: int
    reused: int
    gone: int


class EarlierRow(Counts):
    """The same, of an indicator, with last year's verdict."""

    indicator: str
    wording: str
    verdict: str | None


class Gone(Told):
    """Last year's evidence that is not in this year's papers."""

    indicator: str
    target: str
    text: str
    path: str
    verdict: str | None


class Earlier(Told):
    """Last year's review beside this one, if there is one."""

    there: bool
    label: str
    counts: Counts
    verdicts: dict[str, str | None]
    gone: list[Gone]
    rows: list[EarlierRow]


class AuditRow(Told):
    """An entry of a chain; `withheld` of what blind reviewers decided. `what` it was (a decision, a
    note, a stage, slots, an undoing …), and `words` for it in the visit's language."""

    seq: int
    at: Moment
    by: str
    seat: str
    kind: str
    subject: str
    version: int
    state: dict[str, object]
    note: str
    hash: Hash
    what: str
    words: str


class Audit(Told):
    """Entries of a chain; `next`: what to ask for `after`."""

    entries: list[AuditRow]
    head: Head
    next: int | None


class Bad(Told):
    """The first row that is not as it was written."""

    seq: int
    why: str
    words: str


class Checked(Told):
    """Whether a chain holds. `withheld`: how long it is may not be told yet; `words` say so."""

    ok: bool
    withheld: bool
    words: str
    count: int
    head: Hash
    bad: Bad | None
