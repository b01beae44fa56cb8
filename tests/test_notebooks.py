"""The notebooks run from first cell to last, hold no logic, and are kept without outputs."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from pipeline.cli.decided import remarks_of
from pipeline.language import say
from pipeline.learn import consent, tables
from pipeline.learn.consent import Consent
from pipeline.learn.decisions import Run, gathered, name_of, run_of
from pipeline.learn.differ import Change, change
from pipeline.screen.unit import screen

HERE = Path(__file__).parents[1]
NOTEBOOKS = sorted((HERE / "notebooks").glob("*.ipynb"))
LOGIC = (ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.If, ast.For, ast.While, ast.Try, ast.With,
         ast.ListComp, ast.DictComp, ast.SetComp, ast.GeneratorExp)
SECONDS = 240


def cells(path: Path, kind: str) -> list[str]:
    told = json.loads(path.read_text("utf-8"))
    return ["".join(one["source"]) for one in told["cells"] if one["cell_type"] == kind]


def test_the_four_are_there_and_told_of() -> None:
    readme = (HERE / "notebooks" / "README.md").read_text("utf-8")
    assert [path.stem[:2] for path in NOTEBOOKS] == ["01", "02", "03", "04"]
    assert all(path.name in readme for path in NOTEBOOKS)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_calls_and_plots_and_nothing_else(path: Path) -> None:
    for text in cells(path, "code"):
        found = [type(node).__name__ for node in ast.walk(ast.parse(text))
                 if isinstance(node, LOGIC)]
        assert not found, text
    assert len(re.findall(r"[\u4e00-\u9fff]", "".join(cells(path, "markdown")))) > 150


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_output_is_kept(path: Path) -> None:
    for one in json.loads(path.read_text("utf-8"))["cells"]:
        assert not one.get("outputs") and one.get("execution_count") is None


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path: Path) -> None:
    pytest.importorskip("nbmake")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbmake",
         f"--nbmake-timeout={SECONDS}", str(path)],
        cwd=HERE, capture_output=True, text=True, encoding="utf-8", check=False,
        timeout=SECONDS * 2, env={**os.environ, "PYTHONUTF8": "1"})
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


@pytest.mark.parametrize("unit", ["lanhe", "tanjiang"])
def test_every_sample_decision_is_on_a_passage_that_is_there(unit: str, tmp_path: Path) -> None:
    """Passages get other ids when a reader changes; then the samples are to be judged again."""
    (folder,) = (one for one in (HERE / "sample_archives" / unit).iterdir()
                 if one.is_dir() and one.name != "source")
    screen(folder, "yuxi-2024", tmp_path / "out", ocr="never")
    rows = tables.decided(HERE / "notebooks" / "decisions" / f"{unit}.csv", "yuxi-2024")
    run = run_of((tmp_path / "out" / "coverage.json").read_bytes(), tmp_path / "out")
    known = consent.give(tmp_path / "out", "岚河市民族事务委员会", name_of(run), date(2026, 1, 5))
    found = gathered([(run, known, remarks_of(run, tmp_path / "out", rows))])
    assert not found.left
    assert found.told()["decisions"] == len(rows) > 100
    assert found.told()["rejected"] > len(rows) / 5


def test_a_decision_that_nobody_knows_is_counted_and_a_site_visit_passed_over(
        tmp_path: Path) -> None:
    file = tmp_path / "some.csv"
    file.write_text("indicator,passage,conclusion\nY01,0000000000000000,符合\n"
                    "Y01,0000000000000001,需现场核查\nY02,0000000000000000,不符合\n", "utf-8")
    assert [(one["indicator"], one["evidence"]) for one in tables.decided(file, "yuxi-2024")
            ] == [("Y01", True), ("Y02", False)]
    told = Consent(office="岚河市民族事务委员会", date=date(2026, 1, 5), papers="0" * 64)
    run = Run(rubric="yuxi-2024", files=[], indicators=[])
    shown = tables.decisions(gathered([(run, told, [("Y01", "0" * 16, "符合")])]))
    assert shown.loc[say("train.left.gone", count=1)].item() == "1"
    assert shown.loc["书面同意"].item() == "岚河市民族事务委员会 2026-01-05"


def test_a_change_is_told_as_one_only_where_its_interval_leaves_0() -> None:
    def row(low: float, high: float) -> str:
        five = (0.5, 0.6, 0.1, low, high)
        one = Change("corpus", "yuxi-2024", 9, 3, five, five, {"Y12": (1.0, 0.0)}, {"Y12": 2})
        told = tables.changed_indicators([one])
        assert told.loc[0, ["指标", "靠几段佐证"]].tolist() == ["Y12", 2]
        return str(tables.changes([one]).loc[0, "结论"])

    assert [row(0.01, 0.2), row(-0.01, 0.2), row(0.0, 0.2), row(-0.2, -0.01)] == [
        "变好", "说不准", "说不准", "变差"]


def test_a_marked_indicator_tells_how_many_passages_it_rests_on() -> None:
    truth = np.array([[1, 0], [1, 1], [0, 1], [0, 0]], bool)
    after = truth.copy()
    after[0, 0] = False
    asked = np.array([[1, 1], [1, 1], [1, 0], [1, 1]], bool)
    one = change("corpus", "some", ["A", "B"], truth, truth, after, ["p"] * 4, asked)
    assert one.indicators.keys() == one.examples.keys() == {"A"}
    assert one.examples == {"A": 2}


def test_the_check_can_fail() -> None:
    assert any(isinstance(node, LOGIC) for node in ast.walk(ast.parse("[x for x in y]")))
