"""The shape of what a worker may say: checked before any of it is believed.

A worker has met hostile bytes; whatever took hold of it can at most fill these fields with text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, NotRequired

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

from pipeline.errors import Reason
from pipeline.evidence import DocumentType, FlagCode, Stage

Sha = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Name = Annotated[str, Field(max_length=4096)]
Text = Annotated[str, Field(max_length=1_000_000)]
Count = Annotated[int, Field(ge=0)]
_STRICT = ConfigDict(extra="forbid", strict=True)


@with_config(_STRICT)
class Member(TypedDict):
    name: Annotated[str, Field(min_length=1, max_length=4096)]
    reason: Reason | None
    size: Count
    sha256: Sha | None
    place: Annotated[str, Field(pattern=r"^[0-9]{1,6}$")] | None


@with_config(_STRICT)
class Picture(TypedDict):
    page: Count
    likeness: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


@with_config(_STRICT)
class About(TypedDict):
    kind: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,20}$")]
    reason: Reason | None
    members: Annotated[list[Member], Field(max_length=10_000)] | None
    unopened: Reason | None
    scans: list[Annotated[list[float], Field(min_length=3, max_length=3)]]
    layers: list[Annotated[list[float], Field(min_length=3, max_length=3)]]
    pictures: Annotated[list[Picture], Field(max_length=1_000)]


@with_config(_STRICT)
class Extracted(TypedDict):
    about: About
    pages: str


@with_config(_STRICT)
class Flag(TypedDict):
    code: FlagCode
    other: str | None
    where: str | None
    why: str | None


@with_config(_STRICT)
class File(TypedDict):
    path: str
    sha256: Sha
    status: Literal["read", "partly_read", "unread", "ignored"]
    reason: Reason | None
    title: Text
    document_type: DocumentType | None
    issuer: Text | None
    number: Text | None
    dated: Annotated[str, Field(pattern=r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$")] | None
    dated_from: Annotated[str, Field(pattern=r"^[a-z]{1,20}$")] | None
    pages: Count | None
    pages_recognised: Count
    pages_pending: Count
    members: Count | None
    flags: list[FlagCode]
    flag_details: list[Flag]
    same_as: None


@with_config(_STRICT)
class Fingerprint(TypedDict):
    minima: Annotated[str, Field(max_length=2048)]
    length: Count
    exact: Annotated[str, Field(max_length=128)]


@with_config(_STRICT)
class Paper(TypedDict):
    file: File
    kind: NotRequired[str]
    valid_until: NotRequired[str | None]
    fingerprint: NotRequired[Fingerprint]
    passages: NotRequired[str]
    found: NotRequired[str]


Id = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
Places = list[dict[str, str | int | list[float]]]


@with_config(_STRICT)
class Passage(TypedDict):
    passage: Id
    text: Text
    headings: list[Text]
    places: Places
    kind: Literal["paragraph", "row"]


@with_config(_STRICT)
class Evidence(TypedDict):
    passage: Id
    path: str
    places: Places
    headings: list[Text]
    text: Text
    year: Annotated[str, Field(pattern=r"^[0-9]{4}$")] | None
    years: list[Annotated[str, Field(pattern=r"^[0-9]{4}$")]]
    year_from: str | None
    reading_confidence: Annotated[float, Field(ge=0, le=1)] | None


@with_config(_STRICT)
class Tag(TypedDict):
    item: Name
    stage: Stage
    denied: Literal["not_done", "others_act"] | None
    kind: str | None
    confidence: Annotated[float, Field(ge=0, le=1)] | None
    cast_by: list[Name]
    themes: dict[Name, Annotated[float, Field(ge=0, le=1)]]
    matched: list[tuple[Count, Count]]
    because: list[tuple[Count, Count]]


@with_config(_STRICT)
class Found(TypedDict):
    ordinal: Count
    act: str | None
    evidence: Evidence
    tags: list[Tag]


@with_config(_STRICT)
class Read(TypedDict):
    extract: Extracted
    paper: Paper


@with_config(_STRICT)
class Scan(TypedDict):
    page: str


@with_config(_STRICT)
class Tagged(TypedDict):
    paper: Paper


@with_config(_STRICT)
class Unanswered(TypedDict):
    reason: Reason
    unclean: NotRequired[bool]


_SHAPES: dict[str, TypeAdapter[Any]] = {
    "read": TypeAdapter(Read), "scan": TypeAdapter(Scan), "tag": TypeAdapter(Tagged),
}
_UNANSWERED = TypeAdapter(Unanswered)
_FOUND = TypeAdapter(list[Found])
_PASSAGES = TypeAdapter(list[Passage])


def complete(job: Mapping[str, Any], record: dict[str, Any]) -> bool:
    """Whether a record is a whole answer to its job, about its file and no other."""
    try:
        if "reason" in record:
            _UNANSWERED.validate_python(record)
            return True
        _SHAPES[job["do"]].validate_python(record)
        paper = record.get("paper")
        if paper is None:
            return True
        _PASSAGES.validate_json(paper.get("passages", "[]"), strict=True)
        found = _FOUND.validate_json(paper.get("found", "[]"), strict=True)
    except ValidationError:
        return False
    row = paper["file"]
    return (
        row["path"] == job["path"] and row["sha256"] == job["sha256"]
        and (row["reason"] is None) == (row["status"] == "read")
        and all(one["evidence"]["path"] == job["path"] for one in found)
    )
