"""What the API takes: one thing a request, every field checked."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{8,63}$",
                           description="made by the client; the same one again writes nothing")]
"""One character shorter than the server's own keys, so that those cannot be sent."""
Version = Annotated[int, Field(ge=0, le=1_000_000, description="how many entries were seen")]
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
                          description="of an indicator or a requirement")]
Target = Annotated[str, Field(pattern=r"^[pf]:[0-9a-f]{16}$",
                              description="p:<passage> or f:<start of a file's sha256>")]
Note = Annotated[str, Field(max_length=4000)]
Period = Annotated[str, Field(max_length=16)]
Slots = Annotated[list[tuple[Id, Period]], Field(
    max_length=400, description="what an acceptance confirms: (requirement, period); of a move, "
                                "what it is to serve in the other indicator")]
Reason = Literal["slogan", "other_campaign", "other_unit", "plan_only", "other_year",
                 "wrong_indicator", "duplicate", "template", "received", "not_evidence", "moved",
                 "other"]
"""Why people reject a proposal."""
Evidence_ = Literal["accepted", "rejected", "unsure"]
Verdict_ = Literal["met", "partly", "not_met", "site", "na"]
Points = Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)]
Name = Annotated[str, Field(min_length=1, max_length=64)]
Password = Annotated[str, Field(min_length=1, max_length=4096)]


class Given(BaseModel):
    """A body; nothing in it that is not named here."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _OnTarget(Given):
    """What is said of a target beside its verdict."""

    key: Key
    version: Version
    indicator: Id
    reason: Reason | None = None
    stage: Literal["plan", "done", "result"] | None = None
    moved_to: Id | None = None
    slots: Slots = []
    note: Note = ""
    attached: bool = False


class OnEvidence(_OnTarget):
    """A verdict on a target as evidence for an indicator; null: none (yet), or none any more."""

    target: Target
    verdict: Evidence_ | None


class Undo(Given):
    """Back to what was said before on this target (or, of kind `verdict`, on the indicator)."""

    key: Key
    version: Version
    indicator: Id
    target: Target | None = None
    kind: Literal["evidence", "verdict"] = "evidence"


class OnIndicator(Given):
    """A person's verdict on an indicator."""

    key: Key
    version: Version
    indicator: Id
    verdict: Verdict_ | None
    points: Points | None = None
    note: Note = ""
    despite_unread: bool = False
    despite_open: bool = False


class Answer(Given):
    """What the unit answers to a cell."""

    key: Key
    indicator: Id
    requirement: Id
    period: Period
    note: Annotated[str, Field(min_length=1, max_length=4000)]


class OnSample(Given):
    """Whether a passage that the tool did not propose is evidence."""

    key: Key
    version: Version
    target: Target
    verdict: Literal["none", "evidence"] | None


class HandIn(Given):
    """This reviewer is finished with the unit."""

    key: Key


class OpenAgain(Given):
    """A reviewer of a blind unit who handed in goes on; the reason stands in the audit."""

    key: Key
    seat: Annotated[str, Field(pattern="^[0-9a-f]{12}$")]
    reason: Annotated[str, Field(max_length=400)]


class SetMode(Given):
    """How the unit is reviewed."""

    key: Key
    mode: Literal["shared", "blind"]


class Settle(_OnTarget):
    """The lead's word where blind reviewers differ."""

    kind: Literal["evidence", "verdict"]
    target: Target | None = None
    verdict: Evidence_ | Verdict_ | None
    points: Points | None = None
    despite_unread: bool = False


class Unmask(Given):
    """Showing what is masked, with the reason that stands in the audit."""

    key: Key
    target: Target
    reason: Annotated[str, Field(max_length=400)]


class Speak(Given):
    """The language of this visit."""

    language: Literal["zh", "en"]


class NewAccount(Given):
    """An account to be added."""

    name: Name
    role: Literal["reviewer", "lead", "auditor", "admin"]
    password: Password
    key: str = ""


class Role(Given):
    """An account's role."""

    role: Literal["reviewer", "lead", "auditor", "admin"]


class NewPassword(Given):
    """An account's password, set by the administrator."""

    password: Password


class OwnPassword(Given):
    """One's own password."""

    old: Password
    new: Password


class OfUnit(Given):
    """A unit that an account may, or may not any more, come to."""

    unit: Annotated[str, Field(pattern="^[0-9a-f]{16}$")]


class NewToken(Given):
    """A token to read by, with what it is for."""

    label: Annotated[str, Field(min_length=1, max_length=80)]


class Nothing(Given):
    """An empty body."""
