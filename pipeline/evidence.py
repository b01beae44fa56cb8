"""The nouns of the house, in the order of the story.

Said once, here, and true everywhere:

* page, paragraph, row and line numbers count from 1;
* a box is `(x0, top, x1, bottom)` in PDF points, origin at the page's top left;
* a span is half-open, `(start, end)`, in code points of the text as stored;
* a date is the ISO text of what the paper states, as exact as it states it: `2023`, `2023-04`
  or `2023-04-18`.

The unit of assessment is an organisation's papers. There is no person here, and none may be added.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Box = tuple[float, float, float, float]
Span = tuple[int, int]

Status = Literal["read", "partly_read", "unread", "duplicate", "ignored"]
Stage = Literal["plan", "done", "result"]
SlotState = Literal["performed", "planned", "nothing", "unread"]
Proposed = Literal[
    "covered", "partial", "missing", "undetermined", "beyond_documents", "shown_only", "context"
]
DocumentType = Literal[
    "方案", "通知", "纪要", "学习记录", "简报", "总结", "报告", "台账", "预算", "制度", "名册",
    "other",
]
Owner = Literal["unit", "superior", "other", "unknown"]
FlagCode = Literal[
    "received", "other_unit", "out_of_period", "template_residue", "near_duplicate", "year_swapped"
]


@dataclass(frozen=True, slots=True)
class Unit:
    """The organisation whose papers are assessed: its full name, then short forms and former names.

    `names` is empty when nobody said who it is and the folder's name does not read as an
    organisation; then no paper is called another's.
    """

    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of a submission: its path below the folder (POSIX separators), bytes and hash."""

    path: str
    size: int
    sha256: str


# --- where something stands -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OnPage:
    """A box on a page of a paginated paper."""

    page: int
    box: Box


@dataclass(frozen=True, slots=True)
class InParagraph:
    """The n-th paragraph of a flowing paper (a table row counts as one), and the part it is in."""

    paragraph: int
    within: Literal["body", "table", "textbox", "footnote", "header", "footer"]


@dataclass(frozen=True, slots=True)
class InRow:
    """A row of a sheet, as the sheet itself numbers it."""

    sheet: str
    row: int


@dataclass(frozen=True, slots=True)
class OnLine:
    """A line of a plain text."""

    line: int


Place = OnPage | InParagraph | InRow | OnLine


@dataclass(frozen=True, slots=True)
class Block:
    """What a reader found standing in one place, with its text exactly as read.

    `line` is one visual line of a page, to be joined with its neighbours into a paragraph;
    `paragraph` is whole already; `row` is a table row with its `cells` from left to right (a cell
    merged over several columns or rows stands once, in its first cell; the others are empty).
    """

    kind: Literal["line", "paragraph", "row"]
    text: str
    place: Place
    cells: tuple[str, ...] = ()
    table: int = 0
    """Number of the table within the paper; 0 outside tables."""
    level: int = 0
    """Heading level that the format itself states (1 is the highest); 0 where it states none."""
    size: float = 0.0
    """Height of the letters in points; 0 where the format does not say."""
    sure: float = 1.0
    """How sure the reader is of the letters, from 0 to 1; below 1 only where they were recognised
    on a picture."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a paginated paper, or the whole of a flowing one (then number 1, width 0)."""

    number: int
    blocks: tuple[Block, ...]
    width: float = 0.0
    height: float = 0.0
    unread: str | None = None
    """Reason code of what on this page could not be read; the rest of the page still stands."""
    layered: bool = False
    """Whether a picture fills the page beside its text: a scan with a text layer of its own, which
    is believed where it says what the picture shows."""

    @property
    def text(self) -> str:
        """What was read, never cleaned: the blocks' texts, a line each."""
        return "\n".join(block.text for block in self.blocks)


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph, list item, table row, or a stretch of about 200 characters of a long paragraph.

    `id` is the first 16 hex digits of SHA-256 over (file sha256, normalised text, ordinal among
    equals), so that a better reader keeps the ids of unchanged text. `headings` is the path above
    it, outermost first.
    """

    id: str
    text: str
    places: tuple[Place, ...]
    headings: tuple[str, ...] = ()
    kind: Literal["paragraph", "row"] = "paragraph"


@dataclass(frozen=True, slots=True)
class Flag:
    """What speaks against counting a paper: which flag, the other paper if any, where, and why."""

    code: FlagCode
    why: str
    other: str | None = None
    where: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A paper that was read and described: 文种, issuer, 文号, the date it states, whose it is."""

    file: SourceFile
    pages: int
    title: str
    document_type: DocumentType
    issuer: str | None
    number: str | None
    dated: str | None
    dated_from: str | None
    """Where the date was found: `signature`, `letterhead`, `title`, `text`, `name` or `folder`."""
    owner: Owner
    valid_until: str | None = None
    """Year in which a standing arrangement says it ends; None where it does not say."""


# --- what is proposed -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Vote:
    """One voice for an indicator: who cast it (`rule:<id>`, `model:<id>`) and on which words.

    A model says through which theme it votes and the probability (`strength`) it gives the theme.
    """

    cast_by: str
    indicator: str
    matched: tuple[Span, ...] = ()
    theme: str | None = None
    strength: float | None = None


@dataclass(frozen=True, slots=True)
class Tag:
    """All votes for one (passage, indicator), kept raw, beside the one confidence derived.

    `confidence` is the calibrated probability that a reviewer files the passage under the
    indicator; None where no model weighed it.
    """

    indicator: str
    votes: tuple[Vote, ...]
    stage: Stage
    confidence: float | None = None
    denied: str | None = None
    """Why its own words deny an act of the unit: `not_done`, `others_act`; else None."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A requirement in one period (`2024`, `2024H1`, `2024Q3`, `2024-10-31`, `2022-2024`)."""

    requirement: str
    period: str
    state: SlotState
    count: int
    need: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is proposed for one indicator; never a confirmation. `why` is (code, arguments)."""

    indicator: str
    proposed: Proposed
    periods: tuple[tuple[str, SlotState], ...]
    slots: tuple[Slot, ...]
    why: tuple[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Decision:
    """What a human decided, on what, having been shown what: the only thing that confirms.

    Kept as written by the reviewer; `who` is the name they answer with for the decision, not an
    object of the assessment.
    """

    passage: str
    indicator: str
    verdict: str
    who: str
    note: str
