"""The vocabulary of themes and the crosswalk fit each other and the rubrics."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.errors import RubricError
from pipeline.rubric.load import available, directory, load
from pipeline.tag.themes import around, themes


@pytest.mark.parametrize("name", available())
def test_every_indicator_of_every_rubric_is_mapped(name: str) -> None:
    if name not in themes().crosswalk:
        pytest.fail(f"{name} has no crosswalk")
    assert {item.id for item in load(name).items} == set(themes().crosswalk[name])


def test_a_condition_asks_for_a_word_in_the_passage_or_above_it() -> None:
    sure, _ = themes().indicators_of("yuxi-2024", ["party_study"], "党组中心组\n学了一上午")
    assert sure == ["Y01"]
    assert themes().indicators_of("yuxi-2024", ["party_study"], "学了一上午") == ([], ["Y01"])
    assert around("文", ("二", "三"), "题") == "题\n二\n三\n文"


@pytest.mark.parametrize(("wrong", "says"), [
    ({"version": 2}, "version"),
    ({"crosswalk": {"r": {"i": [{"theme": "nothing", "weight": "primary"}]}}}, "unknown theme"),
    ({"crosswalk": {"r": {"i": [{"theme": "funds", "weight": "some"}]}}}, "weight"),
    ({"rules": {"r": ["nothing"]}}, "unknown theme"),
    ({"themes": [{"id": "funds"}]}, "exactly"),
])
def test_a_mistake_is_named(tmp_path: Path, wrong: dict[str, object], says: str) -> None:
    told = json.loads((directory() / "shared" / "themes.json").read_text("utf-8"))
    (tmp_path / "themes.json").write_text(json.dumps({**told, **wrong}), "utf-8")
    with pytest.raises(RubricError, match=says):
        themes(tmp_path / "themes.json")
