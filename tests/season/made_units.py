"""Small units for tests of the run: texts that are read in no time, each with its own words."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from pipeline.season import task
from pipeline.season.engine import local
from pipeline.season.estimate import Estimate
from pipeline.season.run import Asked, run
from pipeline.store.season import NAME, SeasonLedger

ROOT = Path(__file__).parents[2]
Row = dict[str, Any]
OUTPUTS = ("season.html", "season.xlsx", "calendar.ics")
OF_UNIT = ("coverage.json", "report.html", "coverage.xlsx")


def paper(unit: str, number: int) -> str:
    month = number % 12 + 1
    return (f"{unit}2023年民族团结进步创建工作信息第{number}期\n\n"
            f"2023年{month}月18日，局党组理论学习中心组第{number}次集体学习，专题学习习近平总书记关于"
            f"加强和改进民族工作的重要思想，{number + 3}人参加。\n"
            f"2023年{month}月20日，召开党组会议研究民族团结进步创建工作，明确{number + 5}项任务。\n"
            f"{unit}\n2023年{month}月28日\n")


def made(root: Path, units: int = 3, papers: int = 4) -> Path:
    for number in range(units):
        name = f"岚河市第{number + 1:03}局"
        folder = root / name / "2023年"
        folder.mkdir(parents=True)
        for count in range(papers + (number if units < 20 else 0)):
            (folder / f"信息第{count}期.txt").write_text(paper(name, count), "utf-8")
    return root


class Watch:
    """Remembers what it was told; `stop` after so many units as Ctrl-C would."""

    def __init__(self, stop: int | None = None) -> None:
        self.estimate: Estimate | None = None
        self.notices: list[Row] = []
        self.answers: list[Row] = []
        self.passes: list[bool] = []
        self.last: list[str] = []
        self._stop = stop

    def planned(self, found: Estimate, notices: list[Row]) -> None:
        self.estimate, self.notices = found, notices

    def begins(self, recognising: bool, left: int) -> None:
        self.passes.append(recognising)

    def seen(self, unit: str, done: int, total: int) -> None:
        pass

    def unit(self, unit: Row, answer: Row, last: bool) -> None:
        if answer:
            self.answers.append(answer)
        if last:
            self.last.append(unit["name"])
        if self._stop is not None and len(self.answers) >= self._stop:
            raise KeyboardInterrupt

    def gathering(self) -> None:
        pass


def inline(take: Any, workers: int, log: Any, seen: Any) -> Any:
    """An engine in this very process, where what is patched is patched for it too."""
    while (job := take()) is not None:
        yield task.screened(job)


def season(root: Path, out: Path, watch: Watch | None = None, engine: Any = local.engine,
           **more: Any) -> Watch:
    """A whole season in this process's engine."""
    watch = watch or Watch()
    given = {"rubric": "yuxi-2024", "workers": 1, "ocr": "never"} | more
    run(Asked(str(root), str(out), **given), engine, watch)
    return watch


def states(out: Path) -> dict[str, tuple[str, str | None]]:
    with SeasonLedger(out / NAME) as ledger:
        return {row["name"]: (row["state"], row["problem"] and row["problem"]["key"])
                for row in ledger.units()}


def outputs(out: Path) -> dict[str, bytes]:
    """Every output of a season, of all its units too."""
    found = {name: (out / name).read_bytes() for name in OUTPUTS}
    if (out / "copies.json").exists():
        found["copies.json"] = (out / "copies.json").read_bytes()
    for place in sorted((out / "units").iterdir()):
        found |= {f"{place.name}/{name}": (place / name).read_bytes() for name in OF_UNIT}
    return found


def started(root: Path, out: Path, *more: str, **env: str) -> subprocess.Popen[bytes]:
    """The command, in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", "from pipeline.cli import main; main()", "batch", str(root),
         "-r", "yuxi-2024", "-o", str(out), "--ocr", "never", *more],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT), **env}, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
