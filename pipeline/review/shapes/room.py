"""Answers of the room: units, indicators, cards, queues."""

from __future__ import annotations

from typing import Literal

from pipeline.review.shapes.base import (
    Box,
    EvidenceDecision,
    Head,
    Mode,
    Moment,
    Progress,
    Refused,
    SampleDecision,
    SampleState,
    SlotName,
    SlotState,
    Span,
    Stage,
    Target,
    Told,
    UnitId,
    Verdict,
    VerdictDecision,
)


class Unit(Told):
    """A unit in the list; where its run cannot be read, `problem` says why and what to do."""

    id: UnitId
    label: str
    rubric: str
    rubric_title: str
    progress: Progress | None
    unread: int
    mode: Mode
    problem: Refused | None


class About(Told):
    """The rubric of a unit."""

    id: str
    title: str
    issuer: str
    number: str
    date: str | None


class Cell(Told):
    """A slot after what people decided; `count` of `need` are accepted."""

    requirement: str
    wording: str
    mandatory: bool
    period: str
    state: SlotState
    count: int
    need: int
    answers: int


class Changed(Told):
    """How many proposals came and went since a verdict; None where nobody can tell."""

    new: int | None
    gone: int


class Item(Told):
    """An indicator in the list. `evidence` proposals, of which `decided`; `added` by people beside
    them; `owed`: assessed, or owed by the unit; `changed`: its verdict was given before a screening
    changed the evidence; `alone`: how much of what stands there one alone of several blind
    reviewers said; `again`: judged last year, and to be judged again."""

    id: str
    wording: str
    points: float | None
    deducts: float | str | None
    methods: list[str]
    proposed: str | None
    cells: list[Cell]
    evidence: int
    decided: int
    added: int
    owed: bool
    changed: Changed | None
    verdict: Verdict | None
    alone: int
    again: bool


class Group(Told):
    """Indicators under one heading of the rubric."""

    titles: list[str]
    indicators: list[Item]


class Unread(Told):
    """A file that was not, or not wholly, read."""

    path: str
    status: str
    reason: str | None
    text: str
    next: str


class Photo(Told):
    """A picture in which no letters were found, and where people attached it."""

    path: str
    target: Target
    sha16: str
    indicators: list[str]


class UnitTold(Told):
    """A unit with its indicators. `late`: all reviewers were in before this one began."""

    id: UnitId
    label: str
    rubric: About
    period: list[str] | str
    mode: Mode
    seat: str | None
    handed_in: bool
    both_in: bool
    late: bool
    groups: list[Group]
    unread: list[Unread]
    photos: list[Photo]
    progress: Progress
    head: Head
    permissions: list[str]
    orphaned: int
    reinspection: bool


class Flag(Told):
    """What is odd about a paper."""

    code: str
    text: str


class Theme(Told):
    """What the model takes a passage to be about."""

    name: str
    strength: float


class Slot(Told):
    """A slot that a card is proposed for, or that people `accepted` it for, in words; `promised`:
    it asks for more than a plan, which is all that the card is."""

    requirement: str
    period: str | None
    wording: str
    link: str | None
    proposed: bool
    accepted: bool
    promised: bool


class Before(Told):
    """What was said last year."""

    verdict: str | None
    by: str
    at: Moment


class Judged(Before):
    """What was said of an indicator last year."""

    points: float | None
    note: str


class Card(Told):
    """Evidence as it is shown; `carried`: beside last year's; `orphan`: what was decided on is
    gone; `no_longer`: it is there, and was a proposal when it was decided on; `settled`: the
    lead's word on it, once all reviewers of a blind unit are in."""

    target: Target
    subject: str
    indicator: str
    text: str
    spans: list[Span]
    headings: list[str]
    document_type: str | None
    title: str
    number: str | None
    dated: str | None
    year: int | str | None
    years: list[int | str]
    year_from: str | None
    stage: Stage | None
    path: str
    place: str
    page: int
    confidence: float | None
    counts: bool
    why_not: str | None
    flags: list[Flag]
    voters: list[str]
    themes: list[Theme]
    of: Literal["passage", "paper", "photo"]
    orphan: bool
    no_longer: bool
    serves: list[SlotName]
    slots: list[Slot]
    reading_confidence: float | None
    attached: bool
    file: str | None
    decision: EvidenceDecision | None
    settled: EvidenceDecision | None
    version: int
    opened: bool
    carried: Literal["new", "same", "reused"] | None
    earlier: Before | None
    original_missing: bool


class Piece(Told):
    """A piece of the official wording; `meant` where it is misprinted."""

    text: str
    meant: str


class Requirement(Told):
    """What an indicator asks for."""

    id: str
    wording: str
    link: str | None
    mandatory: bool
    cadence: str
    documents: list[str]
    stage: Stage
    owed_by: str | None


class UnitAnswer(Told):
    """What the unit answered to a cell."""

    requirement: str
    period: str
    text: str
    by: str
    at: Moment


class ItemTold(Item):
    """All that the middle of the room shows. `revised`: people decided otherwise than `why`
    says."""

    wording_pieces: list[Piece]
    requirements: list[Requirement]
    why: str
    revised: bool
    evidence_count: int
    evidence: list[Card]  # type: ignore[assignment]
    orphaned: list[Card]
    verdict: VerdictDecision | None  # type: ignore[assignment]
    settled: VerdictDecision | None
    version: int
    answers: list[UnitAnswer]
    earlier: Judged | None
    unread: int


class Line(Told):
    """A paragraph or a row of a paper."""

    number: int
    text: str
    target: Target
    marked: bool


class Picture(Told):
    """A page as a picture; boxes in points of that page."""

    page: int
    pages: int | None
    width: float
    height: float
    boxes: list[Box]
    url: str


class Original(Told):
    """Where a target stands. `pending`: the page is being made, to be asked for again."""

    target: Target
    path: str
    title: str
    missing: bool
    unread_reason: str | None
    unread_text: str
    text: list[Line]
    picture: Picture | None
    pending: bool
    reason: str | None
    sha16: str | None


class Paper(Told):
    """A file of the unit."""

    path: str
    sha16: str
    status: str
    reason: str | None
    reason_text: str
    next: str
    title: str
    document_type: str | None
    number: str | None
    dated: str | None
    pages: int | None
    flags: list[str]
    target: Target | None
    photo: bool


class Hit(Told):
    """What a search found; `versions` by indicator, where something was said of it."""

    target: Target
    path: str
    title: str
    photo: bool
    text: str
    spans: list[Span]
    place: str
    headings: list[str]
    original_missing: bool
    versions: dict[str, int]
    opened: bool
    indicators: list[str]


class Sampled(Told):
    """A passage of the sample."""

    target: Target
    subject: None
    indicator: None
    path: str
    title: str
    text: str
    place: str
    page: int
    file: str | None
    headings: list[str]
    document_type: str | None
    dated: str | None
    spans: list[Span]
    flags: list[Flag]
    decision: SampleDecision | None
    state: SampleState
    version: int
    opened: bool
    original_missing: bool


class Queue(Told):
    """What to look at next, of `total`."""

    mode: Literal["uncertain", "sample", "open"]
    total: int
    rows: list[Card | Sampled]
