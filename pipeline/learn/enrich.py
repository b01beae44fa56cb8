"""What the borders are shown beside the corpus as written.

Real papers say three things in one paragraph, and stand under titles nobody could invent. So every
training passage is also shown joined with its neighbours, evidence also joined with evidence of
other documents of its voice and stage, and without what stands above it; so are the passages that
name the topic and are evidence of nothing. The rules' own examples
are shown as evidence for their themes.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from pipeline.learn.corpus import PRIOR, Row
from pipeline.rubric.load import load
from pipeline.tag.model import STAGES, Seen, anchored
from pipeline.tag.themes import Themes, themes

JOINED = 3


def enriched(rows: Sequence[Row], seed: int = 1) -> list[Row]:
    """The rows, and what is made of them; everything keeps its voice."""
    written = [row for row in rows if row.voice != PRIOR]
    named = anchored([Seen(row.seen.text) for row in written], themes().anchors)
    bare = [replace(row, seen=Seen(row.seen.text))
            for row, topic in zip(written, named, strict=True) if row.themes or topic]
    return [*rows, *neighbours(written), *strangers(written, seed), *bare]


def neighbours(rows: Sequence[Row]) -> list[Row]:
    """Three passages of one document in a row, every second time."""
    documents: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        documents[row.document].append(row)
    return [joined(some[start:start + JOINED]) for some in documents.values()
            for start in range(0, len(some) - JOINED + 1, 2)]


def strangers(rows: Sequence[Row], seed: int) -> list[Row]:
    """Three passages of one voice and stage, drawn anywhere."""
    draw = random.Random(seed)
    made = []
    for voice in sorted({row.voice for row in rows}):
        for stage in STAGES:
            some = [row for row in rows if row.voice == voice and row.stage == stage]
            draw.shuffle(some)
            made += [joined(some[start:start + JOINED])
                     for start in range(0, len(some) - JOINED + 1, 2)]
    return made


def joined(rows: Sequence[Row]) -> Row:
    """Several passages as one: all their themes, the furthest of their stages."""
    first = rows[0]
    stages = [row.stage for row in rows if row.stage]
    seen = replace(first.seen, text="".join(row.seen.text for row in rows))
    evidence = bool(stages)
    return replace(
        first, seen=seen, themes=tuple(dict.fromkeys(one for row in rows for one in row.themes)),
        stage=max(stages, key=STAGES.index) if evidence else None,
        negative_kind=None if evidence else first.negative_kind,
    )


def rule_examples(rubrics: Sequence[str], known: Themes) -> list[Row]:
    """The passages on which a rule must vote, as evidence for the rule's themes."""
    rules = {rule.id: rule for name in rubrics for rule in load(name).rules}
    return [
        Row(f"rule-{rule.id}-{number}", PRIOR, "", f"rule-{rule.id}",
            Seen(one.text, one.title, tuple(one.headings)), known.rules[rule.id], None, None)
        for rule in rules.values() if rule.id in known.rules
        for number, one in enumerate(rule.examples.votes)
    ]
