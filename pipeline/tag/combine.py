"""Votes for one passage, put beside each other by indicator, with the stage and one confidence.

The votes stay raw; the confidence beside them is what `weigh` made of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from pipeline.evidence import Stage, Tag, Vote
from pipeline.tag.model import Seen
from pipeline.tag.stage import furthest, told_of


def tags_of(passage: Seen, votes: Sequence[Vote], sure: Mapping[str, float], stage: Stage,
            act: str | None = None, dated: str | None = None) -> tuple[Tag, ...]:
    """One tag for each indicator of `sure` (indicator -> confidence), with the votes for it.

    `stage` is the model's for the whole passage. It stands where the clauses that were voted for
    are of the passage's own mood; where they are not (“已……，明年将……”), their mood does.
    """
    above = (passage.title, *passage.headings)
    told = partial(told_of, passage.text, document_type=passage.document_type, headings=above)
    # What its date alone makes a promise stays one.
    whole = told(spans=()) if told(spans=()) == told(spans=(), act=act, dated=dated) else None
    by_indicator: dict[str, list[Vote]] = {name: [] for name in sure}
    for vote in votes:
        by_indicator[vote.indicator].append(vote)
    tags = []
    for indicator, cast in by_indicator.items():
        said = [told(spans=vote.matched, act=act, dated=dated) for vote in cast]
        # What one rule's words deny, another's may still tell of.
        kept = [one for one in said if one[1] is None] or said
        mine, denied = furthest([one for one, _ in kept]), kept[0][1]
        tags.append(Tag(indicator, tuple(cast),
                        stage if denied is None and whole == (mine, None) else mine,
                        round(sure[indicator], 3), denied))
    return tuple(tags)
