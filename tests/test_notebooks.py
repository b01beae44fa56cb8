"""The notebooks run from first cell to last, hold no logic, and are kept without outputs."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parents[1]
NOTEBOOKS = sorted((HERE / "notebooks").glob("*.ipynb"))
LOGIC = (ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.If, ast.For, ast.While, ast.Try, ast.With,
         ast.ListComp, ast.DictComp, ast.SetComp, ast.GeneratorExp)
SECONDS = 120


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


def test_the_check_can_fail() -> None:
    assert any(isinstance(node, LOGIC) for node in ast.walk(ast.parse("[x for x in y]")))
