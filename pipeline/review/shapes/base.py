"""What many answers are made of."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Moment = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$",
                              description="UTC, to the second")]
Target = Annotated[str, Field(pattern="^[pf]:[0-9a-f]{16}$",
                              description="p:<passage> or f:<start of a file's sha256>")]
UnitId = Annotated[str, Field(pattern="^[0-9a-f]{16}$")]
AccountId = Annotated[str, Field(pattern="^[0-9a-f]{12}$")]
Hash = Annotated[str, Field(pattern="^([0-9a-f]{64})?$", description="empty where it is withheld")]
Stage = Literal["plan", "done", "result"]
SlotState = Literal["confirmed", "proposed", "planned", "nothing", "unread"]
Verdict = Literal["met", "partly", "not_met", "site", "na"]
Mode = Literal["shared", "blind"]
SlotName = Annotated[list[str | None], Field(min_length=2, max_length=2,
                                             description="requirement and period")]
Box = Annotated[list[float], Field(min_length=4, max_length=4,
                                   description="x0, top, x1, bottom; points from the top left")]


class Told(BaseModel):
    """An answer, or a part of one; nothing is in it that is not named here."""

    model_config = ConfigDict(extra="forbid")


class Refused(BaseModel):
    """A request that ended in a problem: its code, what is wrong and what to do next. Some have
    more beside them (`fields`, `unread`, `most`)."""

    model_config = ConfigDict(extra="allow")
    error: str
    text: str


class EvidenceState(Told):
    """What is said of a target as evidence for an indicator. `slots`: what an acceptance confirms;
    entries of old have none, or a requirement and a period instead."""

    verdict: Literal["accepted", "rejected", "unsure"] | None
    reason: str | None
    stage: Stage | None
    moved_to: str | None
    slots: list[SlotName] | None = None
    requirement: str | None = None
    period: str | None = None
    attached: bool


class VerdictState(Told):
    """A person's verdict on an indicator; how many of its proposals were decided when it was given
    (entries of old do not say)."""

    verdict: Verdict | None
    points: float | None
    despite_unread: bool
    decided: int | None = None
    proposed: int | None = None


class SampleState(Told):
    """Whether a passage that nothing was proposed of is evidence."""

    verdict: Literal["none", "evidence"] | None


class NoState(Told):
    """Of an answer, or of handing in: there is nothing to tell."""


class ModeState(Told):
    """How a unit is reviewed."""

    mode: Mode


class EvidenceDecision(Told):
    """What stands on a target. `version` is what the next write names; `alone`: only one of several
    blind reviewers said so, and the lead did not settle it."""

    state: EvidenceState
    version: int
    by: str
    at: Moment
    note: str
    alone: bool


class VerdictDecision(EvidenceDecision):
    """What stands on an indicator."""

    state: VerdictState  # type: ignore[assignment]


class SampleDecision(EvidenceDecision):
    """What stands on a passage of the sample."""

    state: SampleState  # type: ignore[assignment]


class View(Told):
    """What somebody else said, where two were at it at once."""

    state: dict[str, object]
    by: str
    at: Moment
    note: str
    version: int


class Mine(Told):
    """What was sent."""

    state: dict[str, object]


class Conflict(Told):
    """Somebody was there first (409): both views, and the version to answer with."""

    error: Literal["conflict"]
    text: str
    subject: str
    indicator: str
    mine: Mine
    theirs: View | None
    version: int


class Head(Told):
    """Where a chain ends; seq 0 and no hash where even that is withheld."""

    seq: int
    hash: Hash


class Span(Told):
    """Code points of the text as shown, half-open."""

    start: int
    end: int
    by: Literal["rule", "model", "both"]


class Progress(Told):
    """How much is decided, by what the visitor sees: of what was proposed; beside that, what people
    added, and what has no place any more. Verdicts are of what is assessed or owed."""

    proposed: int
    decided: int
    accepted: int
    rejected: int
    unsure: int
    added: int
    orphaned: int
    indicators: int
    verdicts: int
