"""A tenth of the corpus's second batch was read again by readers who saw no label: what they found
stands in models/gold/second_reader.jsonl, and the corpus's README tells how far they agree."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.learn import corpus
from pipeline.rubric.load import load

MODELS = Path(__file__).parents[2] / "models"
Row = dict[str, Any]


@pytest.fixture(scope="module")
def both() -> list[tuple[corpus.Row, Row]]:
    """(as the author labelled it, as the second reader did), a passage each."""
    rows = {row.id: row for row in corpus.read(MODELS / "corpus")}
    lines = (MODELS / "gold" / "second_reader.jsonl").read_text("utf-8").splitlines()
    return [(rows[told["id"]], told) for told in map(json.loads, lines)]


def test_whole_papers_of_every_voice_were_read_again(both: list[tuple[corpus.Row, Row]]) -> None:
    voices = {f"v{number}" for number in range(13, 33)}
    again = {row.voice for row, _ in both}
    written = sum(row.voice in voices for row in corpus.read(MODELS / "corpus"))
    assert again == voices and len(both) >= written / 10


@pytest.mark.parametrize("name", ["yuxi-2024", "xinping-2018"])
def test_they_agree_as_far_as_the_readme_says(both: list[tuple[corpus.Row, Row]], name: str
                                              ) -> None:
    asked = {item.id for item in load(name).indicators}
    pairs = [(set(row.indicators[name]) & asked, set(told[name])) for row, told in both]
    same = sum(len(one & other) for one, other in pairs)
    agreement = 2 * same / sum(len(one) + len(other) for one, other in pairs)
    told = (MODELS / "corpus" / "README.md").read_text("utf-8")
    print(f"{name}: micro-F1 {agreement:.3f}")
    assert f"{name} {agreement:.3f}" in told


def test_so_they_do_on_the_stage(both: list[tuple[corpus.Row, Row]]) -> None:
    evidence = [(row.stage, told["stage"]) for row, told in both
                if (row.indicators["yuxi-2024"] or row.indicators["xinping-2018"])
                and (told["yuxi-2024"] or told["xinping-2018"])]
    same = sum(one == other for one, other in evidence)
    told = (MODELS / "corpus" / "README.md").read_text("utf-8")
    print(f"stage: {same} of {len(evidence)}")
    assert f"stage the same on {same} of {len(evidence)}" in told
