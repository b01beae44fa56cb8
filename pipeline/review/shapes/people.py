"""Answers about visitors and accounts, and to writes."""

from __future__ import annotations

from typing import Literal

from pydantic import RootModel

from pipeline.review.shapes.base import (
    AccountId,
    EvidenceState,
    Hash,
    ModeState,
    Moment,
    NoState,
    SampleState,
    Target,
    Told,
    UnitId,
    VerdictState,
)


class Me(Told):
    """The visitor; `single`: alone in a room of his own."""

    name: str
    role: str
    permissions: list[str]
    language: Literal["zh", "en"]
    single: bool


class Words(RootModel[dict[str, str]]):
    """The words of the pages."""


class Language(Told):
    """The language from now on."""

    language: Literal["zh", "en"]


class Next(Told):
    """Where to go on."""

    next: str


class Token(Told):
    """A token, without itself."""

    id: str
    label: str
    created: Moment


class NewToken(Told):
    """A token, told this once."""

    token: str


class Revoked(Told):
    """The token that ended."""

    id: str


class Account(Told):
    """An account, and the units that it may come to."""

    id: AccountId
    name: str
    role: str
    created: Moment
    closed: Moment | None
    units: list[UnitId]


class UnitName(Told):
    """A unit that is served here."""

    id: UnitId
    label: str


class Accounts(Told):
    """All accounts, and what they can be given."""

    accounts: list[Account]
    units: list[UnitName]
    roles: list[str]


class Entry(Told):
    """What was appended; seq 0 and no hash while they are withheld."""

    seq: int
    hash: Hash
    version: int
    at: Moment


class Written(Told):
    """A write that stands."""

    entry: Entry
    state: EvidenceState | VerdictState | SampleState | ModeState | NoState
    note: str


class Unmasked(Told):
    """A passage with what is masked."""

    target: Target
    text: str
