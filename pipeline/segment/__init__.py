"""Pages -> passages: lines joined to paragraphs, headings above each, rows with their header.

    pages --flow--> paragraphs and tables --outline--> headings, drafts --cut, mask, id--> passages

`flow` leaves out what runs along every page (`furniture`) and joins what a page had cut (`lines`);
`outline` keeps the path of headings; `tables` turns rows into text; `cut` parts long paragraphs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import normalize

from pipeline.evidence import Page, Passage, Place
from pipeline.privacy import mask_numbers
from pipeline.segment.cut import LONGEST, cut
from pipeline.segment.flow import flow
from pipeline.segment.outline import Draft, outline
from pipeline.segment.paragraph import merged

_WIDE = tuple(zip("，：；（）！？", ",:;()!?", strict=True))


@dataclass(frozen=True, slots=True)
class Reading:
    """A paper read through: its passages, and the title, which is neither passage nor heading."""

    passages: tuple[Passage, ...]
    title: str


def segment(pages: Sequence[Page], sha256: str) -> tuple[Passage, ...]:
    """The passages of a paper in reading order; `sha256` is its file's, for the passages' ids.

    Texts are as read, joined, numbers masked (same length), never cleaned otherwise: names are
    masked where papers are shown. Raises nothing: whatever a reader found becomes passages,
    headings or the title.
    """
    return read_through(pages, sha256).passages


def read_through(pages: Sequence[Page], sha256: str) -> Reading:
    """As `segment`, with the title found on the way."""
    title, drafts = outline(flow(pages))
    seen: dict[str, int] = {}
    passages: list[Passage] = []
    paths: dict[tuple[str, ...], tuple[str, ...]] = {}
    for draft in drafts:
        path = paths.get(draft.headings)
        if path is None:
            path = paths[draft.headings] = tuple(map(mask_numbers, draft.headings))
        for text, places, headings in _pieces(draft, path):
            same = normalised(text)
            if not same:
                continue
            ordinal = seen.get(same, 0)
            seen[same] = ordinal + 1
            name = hashlib.sha256(f"{sha256}\n{same}\n{ordinal}".encode("utf-8", "replace"))
            passages.append(
                Passage(name.hexdigest()[:16], text, tuple(places), headings, draft.kind)
            )
    return Reading(tuple(passages), mask_numbers(title))


def normalised(text: str) -> str:
    """NFKC without white space: what two readers of the same paper agree on."""
    # Commas and brackets first: NFKC is ten times as fast on a text it need not change.
    for wide, narrow in _WIDE:
        text = text.replace(wide, narrow)
    return "".join(normalize("NFKC", text).split())


def _pieces(
    draft: Draft, headings: tuple[str, ...]
) -> list[tuple[str, list[Place], tuple[str, ...]]]:
    """The draft's text in stretches, each with its own places and the headings above it.

    The later stretches of a paragraph with a run-in heading stand under that heading. Masking
    comes before cutting, so that no cut can part a number from itself.
    """
    text = mask_numbers(draft.text)
    if len(text) <= LONGEST:
        return [(text, merged([place for _, place in draft.parts]), headings)]
    below = (*headings, mask_numbers(draft.run_in)) if draft.run_in else headings
    pieces: list[tuple[str, list[Place], tuple[str, ...]]] = []
    parts, first = draft.parts, 0
    for start, end in cut(text, len(draft.prefix)):
        while first + 1 < len(parts) and parts[first + 1][0] <= start:
            first += 1
        last = first + 1
        while last < len(parts) and parts[last][0] < end:
            last += 1
        stretch = text[start:end].strip()
        if start > 0 and draft.prefix:
            stretch = draft.prefix + stretch
        places = merged([place for _, place in parts[first:last]])
        pieces.append((stretch, places, below if start > 0 else headings))
    return pieces
