"""Votes for one passage, put beside each other by indicator, with the stage and one confidence.

The votes stay raw. `confidence` is derived from them here and nowhere else; it is None as long as
no stored evaluation says what a number would mean.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.evidence import DocumentType, Tag, Vote
from pipeline.tag.stage import furthest, told_of


def tags_of(text: str, votes: Sequence[Vote], document_type: DocumentType = "other",
            headings: Sequence[str] = (), act: str | None = None, dated: str | None = None
            ) -> tuple[Tag, ...]:
    """One tag for each indicator voted for, in the order of the votes.

    `headings` are the lines above the passage, the paper's title first.
    """
    by_indicator: dict[str, list[Vote]] = {}
    for vote in votes:
        by_indicator.setdefault(vote.indicator, []).append(vote)
    tags = []
    for indicator, cast in by_indicator.items():
        told = [told_of(text, vote.matched, document_type, headings, act, dated) for vote in cast]
        # What one rule's words deny, another's may still tell of.
        kept = [one for one in told if one[1] is None] or told
        tags.append(Tag(indicator, tuple(cast), furthest([stage for stage, _ in kept]),
                        denied=kept[0][1]))
    return tuple(tags)
