"""`python -m pipeline.season.copies SEASON`: the process, what it skips, and its templates."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest

from pipeline.rubric.load import load
from pipeline.season.copies import copies
from pipeline.store.ledger import Ledger
from pipeline.store.season import SeasonLedger
from tests.bench.season.ledgers import Paper, ledgered
from tests.season.copies.texts import EDITED, PLAN


def unit(name: str) -> dict[str, Any]:
    return {"dir": name, "name": name, "kind": None, "county": None, "source": name,
            "rubric": "yuxi-2024", "names": [], "period": None, "bytes": 1, "files": 1,
            "problem": None}


@pytest.fixture
def season(tmp_path: Path) -> Path:
    asked = load("yuxi-2024").model_dump(mode="json", exclude_none=True)
    for name, texts in (("甲局", PLAN), ("乙局", EDITED)):
        ledgered(tmp_path, name, [Paper("方案.docx", "方案", "2023-05-01", texts)], asked)
    with SeasonLedger(tmp_path / "season.sqlite") as ledger:
        ledger.plan([unit("甲局"), unit("乙局"), unit("没做完的局")])
    return tmp_path


def run(season: Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-P", "-m", "pipeline.season.copies", str(season)],
                          stdin=subprocess.DEVNULL, capture_output=True, check=False,
                          env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])})


def test_the_process_writes_copies_and_nothing_else(season: Path) -> None:
    done = run(season)
    assert (done.returncode, done.stdout) == (0, b"")
    told = orjson.loads((season / "copies.json").read_bytes())
    assert [one["units"] for one in told["clusters"]] == [2] and told["units"] == 2
    assert sorted(one.name for one in season.iterdir() if "season.sqlite" not in one.name) == [
        "copies.json", "units"]


def test_a_folder_that_is_no_season_is_named(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert done.returncode == 1
    assert orjson.loads(done.stdout)["key"] == "season_missing"
    assert b"Traceback" not in done.stderr


def test_what_has_not_changed_is_left_alone(season: Path) -> None:
    place = copies(season)
    marked = place.read_bytes().replace(b'"lost"', b'"left"')
    place.write_bytes(marked)
    copies(season)
    assert place.read_bytes() == marked
    ledgered(season, "乙局", [Paper("方案.docx", "方案", "2023-05-01", PLAN[:1])])
    with SeasonLedger(season / "season.sqlite") as ledger:
        ledger.plan([unit("甲局")])
    copies(season)
    assert b'"lost"' in place.read_bytes()


def test_what_was_tried_again_and_said_more_is_compared_anew(season: Path) -> None:
    place = copies(season)
    before = orjson.loads(place.read_bytes())["key"]
    with Ledger(season / "units" / "甲局" / "ledger.sqlite") as ledger:  # its key stays
        ledger.put_header({"outputs": {"coverage.json": "ab", "report.html": "cd"}})
    assert orjson.loads(copies(season).read_bytes())["key"] != before


@pytest.mark.parametrize("broken", [b"", b"[]", b"{", b"\xff"])
def test_a_damaged_result_is_made_anew(season: Path, broken: bytes) -> None:
    (season / "copies.json").write_bytes(broken)
    assert orjson.loads(copies(season).read_bytes())["units"] == 2


def test_a_public_template_is_permitted_and_one_that_cannot_be_read_is_named(season: Path) -> None:
    (season / "templates").mkdir()
    (season / "templates" / "范文.txt").write_text("\n".join(PLAN), "utf-8")
    (season / "templates" / "坏的.pdf").write_bytes(b"%PDF-1.4 nothing")
    told = orjson.loads(copies(season).read_bytes())
    assert told["permitted"]["shares"]["template"] > 0.4
    assert told["clusters"] == []
    assert told["templates"] == {"read": 1, "unread": [{"path": "坏的.pdf", "reason": "corrupt"}]}
    assert not [one for one in season.iterdir() if one.name.startswith("copies-work")]
