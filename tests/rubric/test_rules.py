"""Every rule of every rubric votes on its own examples, abstains where it must, and serves."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.rubric.load import available, directory, load
from pipeline.tag.examples import broken_examples


@pytest.mark.parametrize("name", available())
def test_rules_keep_their_examples(name: str) -> None:
    assert broken_examples(load(name)) == []


@pytest.mark.parametrize("name", available())
def test_every_rule_serves_an_indicator(name: str) -> None:
    rubric = load(name)
    served = {rule for item in rubric.items for rule in item.rules}
    assert {rule.id for rule in rubric.rules} - served == set()


def test_the_rubric_of_the_readme_is_sound(tmp_path: Path) -> None:
    readme = (directory() / "README.md").read_text("utf-8")
    found = re.search(r"```yaml\n(.*?)```", readme, re.DOTALL)
    assert found
    (tmp_path / "mine.yaml").write_text(found[1], "utf-8")
    rubric = load(str(tmp_path / "mine.yaml"))
    assert broken_examples(rubric) == []


def test_a_broken_example_is_seen() -> None:
    rubric = load("xinping-2018")
    rule = rubric.rules[0]
    swapped = rule.examples.model_copy(update={"votes": rule.examples.abstains})
    changed = rubric.model_copy(update={"rules": (rule.model_copy(update={"examples": swapped}),)})
    assert {name for name, _, _ in broken_examples(changed)} == {rule.id}
