"""Every rule of every rubric votes on its own examples, and abstains where it must."""

from __future__ import annotations

import pytest

from pipeline.rubric.load import available, load
from pipeline.tag import rulebook


@pytest.mark.parametrize("name", available())
def test_rules_keep_their_examples(name: str) -> None:
    rubric = load(name)
    book = rulebook(rubric)
    wrong = []
    for rule in rubric.rules:
        for expected, examples in ((True, rule.examples.votes), (False, rule.examples.abstains)):
            for example in examples:
                votes = book.votes(example.text, example.headings, example.title)
                if any(vote.cast_by == f"rule:{rule.id}" for vote in votes) != expected:
                    wrong.append((rule.id, "votes" if expected else "abstains", example.text))
    assert wrong == []


@pytest.mark.parametrize("name", available())
def test_every_rule_serves_an_indicator(name: str) -> None:
    rubric = load(name)
    served = {rule for item in rubric.items for rule in item.rules}
    assert {rule.id for rule in rubric.rules} - served == set()
