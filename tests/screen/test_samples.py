"""The sample archives against what a strict reader concluded before there was a rule.

The floors below are what was reached, not what is wanted: 99 of 114 cells. What is missing hangs on
papers whose words nowhere show that work on unity is meant, on acts told in half a clause, and on
cells that the reader himself calls arguable. What may never get worse are the papers' statuses and
flags, and claims beyond the reader's.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.privacy import mask
from pipeline.screen.unit import screen
from pipeline.tag.folder import shipped
from pipeline.tag.quality import evaluation

ARCHIVES = Path(__file__).parents[2] / "sample_archives"
FOLDERS = {"lanhe": "岚河市交通运输局", "tanjiang": "檀江市城市管理局",
           "chunjing": "椿箐乡人民政府"}
STORED = evaluation(shipped())["archives"]
"""Of each: cells (indicator x year) that agree, of how many, and how many are proposed as performed
where the reader saw no performance. What the model's card says."""


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Any, Any]]:
    """For each unit: what the reader expected, what is proposed."""
    both = {}
    for slug, name in FOLDERS.items():
        expected = yaml.safe_load((ARCHIVES / slug / "expected.yaml").read_text("utf-8"))
        out = tmp_path_factory.mktemp(slug)
        screen(ARCHIVES / slug / name, expected["rubric"], out)
        both[slug] = expected, json.loads((out / "coverage.json").read_text("utf-8"))
    return both


def cells(expected: Any, found: Any) -> list[tuple[str, str, str, str]]:
    """(indicator, year, expected state, proposed state)."""
    proposed = {item["id"]: item["periods"] for item in found["indicators"]}
    return [(name, year, state, proposed[name].get(year))
            for name, item in expected["indicators"].items()
            for year, state in (item.get("periods") or {}).items()]


@pytest.mark.parametrize("slug", FOLDERS)
def test_every_file_has_the_status_and_flags_the_reader_saw(slug: str, judged: Any) -> None:
    expected, found = judged[slug]
    rows = {row["path"]: row for row in found["files"]}
    assert set(rows) == set(map(mask, expected["files"]))
    seen = {path: (row["status"], sorted(row["flags"])) for path, row in rows.items()}
    wanted = {mask(path): (row["status"], sorted(row["flags"]))
              for path, row in expected["files"].items()}
    assert seen == wanted


@pytest.mark.parametrize("slug", FOLDERS)
def test_cells_agree_with_the_reader_as_the_card_says(slug: str, judged: Any) -> None:
    all_cells = cells(*judged[slug])
    differ = [cell for cell in all_cells if cell[2] != cell[3]]
    beyond = [cell for cell in differ if cell[3] == "performed"]
    agree, of, over = STORED[slug]
    assert (len(all_cells), len(beyond)) == (of, over), beyond
    assert len(all_cells) - len(differ) == agree, differ


def test_what_papers_cannot_settle_is_never_covered(judged: Any) -> None:
    for slug in ("lanhe", "tanjiang"):
        proposed = {item["id"]: item["proposed"] for item in judged[slug][1]["indicators"]}
        assert (proposed["Y04"], proposed["Y16"], proposed["YD"]) == (
            "beyond_documents", "beyond_documents", "shown_only")


def test_a_statement_of_none_is_told_from_an_incident(judged: Any) -> None:
    (deductions,) = [item for item in judged["tanjiang"][1]["indicators"] if item["id"] == "YD"]
    kinds = {evidence["kind"] for evidence in deductions["evidence"]}
    assert "statement_of_none" in kinds
    assert all(not evidence["counts"] for evidence in deductions["evidence"])
