"""Votes for one passage, put beside each other by indicator, with the stage and one confidence.

The votes stay raw; the confidence beside them is what `weigh` made of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from pipeline.evidence import Span, Stage, Tag, Vote
from pipeline.tag.model import Seen
from pipeline.tag.stage import decides, furthest, settled, tells_of_nothing_done, told_of


def tags_of(passage: Seen, votes: Sequence[Vote], sure: Mapping[str, float], stage: Stage,
            act: str | None = None, dated: str | None = None) -> tuple[Tag, ...]:
    """One tag for each indicator of `sure` (indicator -> confidence), with the votes for it.

    `stage` is the model's for the whole passage. It stands where the clauses that were voted for
    are of the passage's own mood; where they are not (“已……，明年将……”), their mood does.
    """
    above = (passage.title, *passage.headings)
    told = partial(told_of, passage.text, document_type=passage.document_type, headings=above)
    whole: tuple[Stage, str | None] | None = told(spans=())
    undone = tells_of_nothing_done(passage.text)
    # What its date alone makes a promise stays one; what was decided, or not granted or not done,
    # and a count of acts in a plan or outside of one, say so themselves.
    dates = whole != told(spans=(), act=act, dated=dated)
    if dates or undone or decides(passage.text) or settled(
            passage.text, passage.document_type, above):
        whole = None
    by_indicator: dict[str, list[Vote]] = {name: [] for name in sure}
    for vote in votes:
        by_indicator[vote.indicator].append(vote)
    tags = []
    for indicator, cast in by_indicator.items():
        # A rule's words are what was meant; a model's stand for it only where no rule spoke, and
        # then a passage that tells of something undone is taken for no more than a plan.
        speaking = [vote for vote in cast if vote.theme is None]
        said = [_said(told, vote.matched, undone, act, dated) for vote in speaking or cast]
        # What one rule's words deny, another's may still tell of.
        kept = [one for one in said if one[1] is None] or said
        mine, denied = furthest([one for one, _ in kept]), kept[0][1]
        if undone and not speaking:
            mine = "plan"
        lifted = whole == (mine, None) or (mine, stage) == ("done", "result")
        tags.append(Tag(indicator, tuple(cast), stage if denied is None and lifted else mine,
                        round(sure[indicator], 3), denied))
    return tuple(tags)


def _said(told: Callable[..., tuple[Stage, str | None]], matched: Sequence[Span], undone: bool,
          act: str | None, dated: str | None) -> tuple[Stage, str | None]:
    """What one vote's words tell, by its date too.

    What was not done stays so, whatever later date stands beside it, and though one of the words
    is borrowed from a neighbouring clause: the longest names the matter (“……未做，将于12月开展；
    对口帮扶……本年度未开展”).
    """
    plain = told(spans=matched)
    if undone and plain == ("plan", None) and matched:
        named = told(spans=(max(matched, key=lambda span: span[1] - span[0]),))
        plain = named if named[1] == "not_done" else plain
    return plain if plain[1] == "not_done" else told(spans=matched, act=act, dated=dated)
