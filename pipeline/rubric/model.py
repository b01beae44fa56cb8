"""Rubric, Indicator, Requirement, Rule: what is asked, as data.

The models are the schema: `rubric.schema.json` is written from them, and every field that editors
show is described here.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from pipeline.evidence import DocumentType, Stage

Link = Literal["方案", "制度", "活动", "保障", "成效"]
"""A link of the evidence chain: plan, mechanism, activity, staff and funds, result."""

Method = Literal["审阅档案", "材料审核", "听取汇报", "实地考察", "问卷调查", "大数据监测"]

ON_PAPER: frozenset[str] = frozenset({"审阅档案", "材料审核", "听取汇报"})
"""The methods that papers can answer to; the others are settled outside the folder."""

Debtor = Literal["unit", "committee", "issuer"]
"""Who owes it: the screened unit, a lower committee of the issuer, or the issuer itself."""

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=64)]
Text = Annotated[str, Field(min_length=1, max_length=4000)]

CADENCE = r"^(once|every (year|half-year|quarter)|by \d{4}-\d{2}-\d{2}|standing)$"
PERIOD = r"^\d{4}(-\d{4})?$"


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, serialize_by_alias=True)


def _term(value: Any) -> Any:
    return {"term": value} if isinstance(value, str) else value


class Match(Strict):
    """One condition of a rule; exactly one of the fields is given.

    A plain string is a `term`: literal words, or `@name` for a list under `terms`. Matching works
    on a copy of the text without spaces and with half-width letters, so neither matters here.
    """

    term: str | None = Field(None, min_length=1, max_length=60)
    any: tuple[Operand, ...] | None = Field(None, min_length=1, description="at least one holds")
    all: tuple[Operand, ...] | None = Field(None, min_length=1, description="every one holds")
    near: Near | None = None
    not_near: NotNear | None = None
    heading: Operand | None = Field(None, description="holds in one of the headings above")
    title: Operand | None = Field(None, description="holds in the paper's title")
    not_: Operand | None = Field(None, alias="not", description="does not hold in the passage")
    regex: str | None = Field(None, min_length=1, max_length=200)

    @model_validator(mode="after")
    def _exactly_one(self) -> Match:
        given = [name for name in type(self).model_fields if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(
                "exactly one of term, any, all, near, not_near, heading, title, not, regex is "
                "allowed; "
                f"given: {', '.join(given) or 'none'}"
            )
        if self.regex is not None:
            _check_regex(self.regex)
        return self


Operand = Annotated[Match, BeforeValidator(_term)]


class Near(Strict):
    """All of `of` stand within `within` characters, from the first's end to the last's start."""

    of: tuple[Operand, ...] = Field(min_length=2)
    within: int = Field(ge=0, le=400)


class NotNear(Strict):
    """`find`, but not where `avoid` stands within `within` characters (left out: anywhere)."""

    find: Operand
    avoid: Operand
    within: int | None = Field(None, ge=0, le=400)


class Example(Strict):
    """A passage of our own; a plain string is one without headings and title."""

    text: Text
    headings: tuple[Text, ...] = ()
    title: str = ""


_Example = Annotated[
    Example, BeforeValidator(lambda given: {"text": given} if isinstance(given, str) else given)
]


class Examples(Strict):
    """Passages on which the rule must vote, and on which it must abstain."""

    votes: tuple[_Example, ...] = Field(min_length=2)
    abstains: tuple[_Example, ...] = Field(min_length=2)


class Rule(Strict):
    """A small named thing that votes for an indicator or abstains."""

    id: Id
    says: Text = Field(description="what a vote of this rule states, in a few words")
    match: Operand
    examples: Examples


class Target(Strict):
    """A figure that the wording states."""

    figure: float
    unit: str = Field(max_length=20)
    of: Text


class Requirement(Strict):
    """What a reviewer looks for under an indicator."""

    id: Id
    wording: Text
    link: Link
    documents: tuple[DocumentType, ...] = Field((), description="accepted types; empty: any")
    stage: Stage = Field("done", description="the least stage that meets it")
    cadence: str = Field("every year", pattern=CADENCE)
    since: str | None = Field(
        None, pattern=r"^\d{4}-(0[1-9]|1[0-2])$",
        description="first month it is owed for, where that is later than the period's",
    )
    least: int = Field(1, ge=1, le=1000, description="how many passages of evidence it needs")
    target: Target | None = None
    owed_by: Debtor = "unit"
    mandatory: bool = False
    rules: tuple[Id, ...] = Field((), description="only these rules' votes; empty: all of them")

    @model_validator(mode="after")
    def _real_date(self) -> Requirement:
        if self.cadence.startswith("by "):
            date.fromisoformat(self.cadence[3:])
        return self


class Misprint(Strict):
    """A misprint of the official wording, kept as printed."""

    printed: Text
    meant: Text


class Indicator(Strict):
    """One thing that is assessed, in its official wording as printed."""

    id: Id
    group: Id | None = None
    wording: Text
    sic: tuple[Misprint, ...] = ()
    type: Literal["定性", "定量"] | None = None
    points: float | None = Field(None, ge=0, le=1000)
    deducts: float | None = Field(None, gt=0, le=1000, description="points taken off per case")
    shown_only: bool = Field(False, description="shown to a human; never coloured, never counted")
    none_found: tuple[str, ...] = Field(
        (), description="words by which a passage states that there was no case (shown_only)"
    )
    methods: tuple[Method, ...] = ()
    responsible: tuple[Text, ...] = ()
    where: str | None = Field(None, description="where in the source, for a duty outside the table")
    rules: tuple[Id, ...] = ()
    requirements: tuple[Requirement, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Indicator:
        known = set(self.rules)
        for requirement in self.requirements:
            for rule in requirement.rules:
                if rule not in known:
                    raise ValueError(f"requirement {requirement.id} names rule {rule!r}, which is "
                                     f"not among the indicator's rules: {sorted(known)}")
        if self.sic and any(slip.printed not in self.wording for slip in self.sic):
            raise ValueError("sic: every `printed` must stand in the wording")
        if self.shown_only and self.requirements:
            raise ValueError("a shown_only indicator has no requirements")
        return self

    @property
    def beyond_documents(self) -> bool:
        """Whether papers alone can never settle it: survey, site visit, monitoring only."""
        return bool(self.methods) and not ON_PAPER & set(self.methods)


class Group(Strict):
    """A heading over indicators; `inferred` where the flattened source lost the line to it."""

    id: Id
    title: Text
    inferred: bool = False
    groups: tuple[Group, ...] = ()


class Phase(Strict):
    """A dated phase of the plan, for the reader's orientation."""

    title: Text
    start: str = Field(pattern=r"^\d{4}-\d{2}$|^\d{2}$")
    end: str = Field(pattern=r"^\d{4}-\d{2}$|^\d{2}$")


class Rubric(Strict):
    """A published system of indicators, with its source."""

    id: Id
    title: Text
    issuer: Text
    number: str | None = Field(None, max_length=80, description="文号")
    date: str | None = Field(None, pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")
    source: Text = Field(description="the published paper that the wording was taken from")
    subject: Literal["unit"] = Field(
        "unit", description="an organisation's papers are assessed, never persons: `unit` only"
    )
    points: float | None = Field(None, ge=0, description="total; the loader checks the sum")
    period: str = Field(pattern=PERIOD, description="default period, `2024` or `2022-2024`")
    uses: tuple[Id, ...] = Field((), description="shared vocabularies: rubrics/shared/<name>.yaml")
    groups: tuple[Group, ...] = ()
    phases: tuple[Phase, ...] = ()
    terms: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    indicators: tuple[Indicator, ...] = Field(min_length=1)
    duties: tuple[Indicator, ...] = Field(
        (), description="duties outside the table; only those the unit owes open slots"
    )
    context: tuple[Text, ...] = Field((), description="facts that ask nothing of a unit")

    @field_validator("period")
    @classmethod
    def _runs_forward(cls, period: str) -> str:
        if period[:4] > period[-4:]:
            raise ValueError(f"{period} ends before it begins")
        return period

    @property
    def items(self) -> tuple[Indicator, ...]:
        """Indicators, then duties."""
        return self.indicators + self.duties


class Vocabulary(Strict):
    """Words and rules that several rubrics share: rubrics/shared/<name>.yaml."""

    id: Id
    terms: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    rules: tuple[Rule, ...] = ()


_NESTED_REPEAT = re.compile(
    r"[*+}]\)*[*+{]"  # a repeat of a repeat
    r"|\([^()]*[*+}|][^()]*\)[*+{]"  # a repeated group with a repeat or a choice in it
    r"|\)\)+[*+{]|\(\?[^:iLmsux=!<]|\\\d"
)


def _check_regex(pattern: str) -> None:
    """Refuse what does not compile, and the shapes that can take exponential time."""
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"regex does not compile: {error}") from None
    if _NESTED_REPEAT.search(pattern):
        raise ValueError("regex: repeats within repeats, look-arounds by name and back references "
                         "are not allowed (they can take exponential time)")


Match.model_rebuild()
Near.model_rebuild()
NotNear.model_rebuild()
