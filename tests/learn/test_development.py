"""What the shipped model's stored evaluation says is what it does, on the passages themselves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.learn.evaluate import evaluate
from pipeline.rubric.load import load
from pipeline.tag.folder import of, shipped
from tests.bench import development

STORED = json.loads((shipped() / "evaluation.json").read_text("utf-8"))
INDEPENDENT = shipped().parent / "gold" / "independent.jsonl"


@pytest.fixture(scope="module")
def gold(tmp_path_factory: pytest.TempPathFactory, real_files: Path) -> Path:
    rows = development.gold(real_files)
    if len(rows) < len(development.labels()):
        pytest.skip(f"only {len(rows)} of the labelled passages are beside the test files")
    place = tmp_path_factory.mktemp("gold") / "development.jsonl"
    place.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return place


def same(told: dict[str, Any], stored: dict[str, Any]) -> bool:
    return all(told["combination"][one] == stored["combination"][one]
               for one in ("micro", "macro", "precision", "recall"))


def test_it_is_the_shipped_model_that_was_measured() -> None:
    assert STORED["model"]["sha256"] == of(None).sha256


@pytest.mark.parametrize("rubric", ["yuxi-2024", "xinping-2018"])
def test_real_passages(gold: Path, rubric: str) -> None:
    told = evaluate(gold, of(None), load(rubric))
    assert same(told, STORED["sets"]["development"][rubric])
    assert told["combination"]["micro"][0] >= 0.80 and told["combination"]["macro"][0] >= 0.70
    assert told["stage"]["shown"] >= 0.90
    assert told["reading_low"]["recall"] >= 0.95
    assert told["reading_low"]["read"] <= max(1.3 * told["reading_low"]["true_share"], 0.25)


@pytest.mark.parametrize("rubric", ["yuxi-2024", "xinping-2018", "benxi-2021"])
def test_an_archive_by_somebody_else(rubric: str) -> None:
    told = evaluate(INDEPENDENT, of(None), load(rubric))
    assert same(told, STORED["sets"]["independent"][rubric])
    assert told["combination"]["micro"][0] >= (0.65 if rubric == "benxi-2021" else 0.80)


def test_a_rubric_without_a_crosswalk_works_at_once(tmp_path: Path) -> None:
    """As if nobody had linked its indicators to themes: its own wording and its rules alone."""
    rubric = load("benxi-2021").model_copy(update={"id": "imported"})
    place = tmp_path / "gold.jsonl"
    place.write_text(INDEPENDENT.read_text("utf-8").replace('"benxi-2021"', '"imported"'), "utf-8")
    told = evaluate(place, of(None), rubric)
    assert told["combination"]["micro"][0] >= 0.65
