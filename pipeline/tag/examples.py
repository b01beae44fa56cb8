"""Whether a rubric's rules keep their own examples: vote where they must, abstain where not."""

from __future__ import annotations

from pipeline.rubric.model import Rubric
from pipeline.tag.rules import rulebook


def broken_examples(rubric: Rubric) -> list[tuple[str, bool, str]]:
    """Every example that is not kept: (rule, whether it should vote, the passage's text)."""
    book = rulebook(rubric)
    broken = []
    for rule in rubric.rules:
        for expected, examples in ((True, rule.examples.votes), (False, rule.examples.abstains)):
            for one in examples:
                votes = book.votes(one.text, one.headings, one.title)
                if any(vote.cast_by == f"rule:{rule.id}" for vote in votes) != expected:
                    broken.append((rule.id, expected, one.text))
    return broken
