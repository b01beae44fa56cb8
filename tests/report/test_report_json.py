"""coverage.json says exactly what the ledger holds, in the committed shape."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import jsonschema
import pytest

from pipeline import report
from pipeline.errors import Reason
from pipeline.privacy import mask
from pipeline.report.coverage import schema
from tests.report import ledger_fixture as demo


@pytest.fixture
def written(tmp_path: Path) -> tuple[dict[str, Any], str]:
    with demo.fill(tmp_path / "ledger") as ledger:
        report.write(tmp_path, ledger, demo.rubric())
    text = (tmp_path / "coverage.json").read_text("utf-8")
    return json.loads(text), text


def test_the_schema_is_one_and_accepts_what_is_written(
    written: tuple[dict[str, Any], str]
) -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.Draft202012Validator(schema()).validate(written[0])


@pytest.mark.parametrize("spoil", [
    lambda told: told.update(score=100),
    lambda told: told["files"][0].update(owner="某人"),
    lambda told: told["files"][0].update(status="lost"),
    lambda told: told["indicators"][0].update(proposed="confirmed"),
    lambda told: told["indicators"][0]["evidence"][0].update(person="某人"),
    lambda told: told["indicators"][0]["evidence"][0]["places"][0].update(page=1),
])
def test_the_schema_refuses_what_does_not_belong(
    written: tuple[dict[str, Any], str], spoil: Any
) -> None:
    spoil(written[0])
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema()).validate(written[0])


def test_the_schema_says_what_a_coverage_is() -> None:
    about = schema()["description"]
    assert "proposal" in about and "nothing in it is a person" in about


def test_the_schema_knows_every_reason() -> None:
    allowed = schema()["$defs"]["file"]["properties"]["reason"]["enum"]
    assert set(allowed) == {*get_args(Reason), None}


def test_everything_in_the_ledger_is_written(written: tuple[dict[str, Any], str]) -> None:
    told, _ = written
    assert [row["path"] for row in told["files"]] == [row["path"] for row in demo.files()]
    found = demo.pieces()
    for kind in ("indicators", "duties"):
        expected = [row for one, row in demo.entries() if one == kind]
        assert [{key: value for key, value in row.items() if key != "evidence"}
                for row in told[kind]] == expected
        for row in told[kind]:
            assert row["evidence"] == found[row["id"]]


def test_personal_numbers_are_masked_with_the_same_length(
    written: tuple[dict[str, Any], str]
) -> None:
    told, text = written
    assert "13812345678" not in text
    (row,) = [row for row in told["files"] if row["path"].endswith("2021年总结.txt")]
    assert row["title"] == mask("2021年工作总结，联系电话13812345678")
    assert row["title"].endswith("138******78")


def test_a_line_for_each_file_and_each_piece_of_evidence(
    written: tuple[dict[str, Any], str]
) -> None:
    told, text = written
    lines = text.splitlines()
    assert sum(line.startswith('{"path":') for line in lines) == len(told["files"])
    assert sum(line.startswith('{"passage":') for line in lines) == sum(
        len(row["evidence"]) for kind in ("indicators", "duties") for row in told[kind])


def test_an_empty_ledger_is_valid_json(tmp_path: Path) -> None:
    with demo.Ledger(tmp_path / "ledger", fresh=True) as ledger:
        ledger.put_header({"rubric": "demo-2024", "rubric_sha256": demo.sha("x"), "unit": [],
                           "ocr": {"mode": "never", "recognised": 0, "pending": 0,
                                   "seconds_a_page": 4.0},
                           "model": {"id": "themes-9", "sha256": demo.sha("m"), "by_rule_only": [],
                                     "themes": {}, "evaluation": None},
                           "period": ["2024"], "period_from": "given", "versions": {}})
        report.write(tmp_path, ledger, demo.rubric())
    told = json.loads((tmp_path / "coverage.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(schema()).validate(told)
    assert told["files"] == told["indicators"] == []
    assert "（未指明单位）" in (tmp_path / "report.html").read_text("utf-8")
