"""Killed at any point, the next run gives the bytes of a run that nobody disturbed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from pipeline.ingest.confined import orphans
from pipeline.store.season import NAME, SeasonLedger
from tests.season.made_units import ROOT, inline, made, outputs, season, started, states

UNITS, PAPERS = 3, 3


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("undisturbed")
    season(made(place / "root", UNITS, PAPERS), place / "out", engine=inline)
    return place


@pytest.fixture
def place(undisturbed: Path, tmp_path: Path) -> Path:
    shutil.copytree(undisturbed / "root", tmp_path / "root")
    return tmp_path


# Runs a season in its own process, and ends that with SIGKILL at the n-th call of a function. What
# is handed to a reading process is written down.
KILLED = """
import importlib, os, signal, sys
from pathlib import Path
from pipeline.ingest.confined.hand import Hand
from tests.season.made_units import inline, season

root, out, log, where, count, after = sys.argv[1:]
talk = Hand._talk

def told(self, process, job, seconds):
    if job.get("do") == "read":
        with open(log, "a") as lines:
            lines.write(job["path"] + job["sha256"] + "\\n")
    return talk(self, process, job, seconds)

Hand._talk = told
if where:
    module, _, name = where.partition(":")
    holder = importlib.import_module(module)
    *way, last = name.split(".")
    for step in way:
        holder = getattr(holder, step)
    real, calls = getattr(holder, last), 0

    def deadly(*given, **named):
        global calls
        calls += 1
        if calls == int(count) and not int(after):
            os.kill(os.getpid(), signal.SIGKILL)
        found = real(*given, **named)
        if calls == int(count):
            os.kill(os.getpid(), signal.SIGKILL)
        return found

    setattr(holder, last, deadly)
season(Path(root), Path(out), engine=inline)
"""
POINTS = [
    ("pipeline.store.season:SeasonLedger.plan", 1, 0),
    ("pipeline.store.season:SeasonLedger.started", 2, 1),
    ("pipeline.store.cache:Cache.put", 2, 0),
    ("pipeline.store.cache:Cache.put", 5, 1),
    ("pipeline.screen.reading:Reading._finish", 4, 0),
    ("pipeline.report:write_json", 2, 0),
    ("pipeline.report:write_html", 1, 1),
    ("pathlib:Path.replace", 3, 0),
    ("pathlib:Path.replace", 4, 1),
    ("pathlib:Path.replace", 5, 0),
    ("pipeline.screen.unit:_screened", 2, 0),
    ("pipeline.store.season:SeasonLedger.ended", 2, 0),
    ("pipeline.store.season:SeasonLedger.ended", 3, 1),
    ("pipeline.season.overview:write", 1, 0),
    ("pipeline.store.season:SeasonLedger.put_header", 3, 0),
]


def in_its_own(place: Path, where: str, count: int = 0, after: int = 0) -> tuple[int, list[str]]:
    """How the process ended, and the files that reading processes were given."""
    log = place / f"{uuid.uuid4().hex}.log"
    log.touch()
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, str(place / "root"), str(place / "out"), str(log), where,
         str(count), str(after)], cwd=ROOT, check=False, stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT)}).returncode
    return ended, log.read_text("utf-8").splitlines()


@pytest.mark.parametrize(("where", "count", "after"), POINTS, ids=lambda one: str(one))
def test_killed_at_a_named_point(where: str, count: int, after: int, place: Path,
                                 undisturbed: Path) -> None:
    ended, before = in_its_own(place, where, count, after)
    assert ended == -signal.SIGKILL
    ended, then = in_its_own(place, "")
    assert ended == 0
    assert outputs(place / "out") == outputs(undisturbed / "out")
    assert len(set(before) & set(then)) <= 1, "more than one file was opened again"
    assert len(set(before) | set(then)) == sum(PAPERS + number for number in range(UNITS))
    left = {path.name for path in (place / "out").rglob(".*")} | {
        path.name for path in (place / "out").rglob("work")}
    assert not left


# --- from outside -------------------------------------------------------------------------------


def marked(mark: str) -> dict[int, str]:
    """The living processes whose environment has the mark, with their command lines."""
    found = {}
    for one in Path("/proc").glob("[1-9]*"):
        try:
            if mark.encode() in (one / "environ").read_bytes() and orphans.alive(int(one.name)):
                found[int(one.name)] = (one / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except (OSError, ValueError):
            continue
    return found


def until(true: Callable[[], object], seconds: float = 60.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.02)
    return False


def count_done(out: Path) -> int:
    if not (out / NAME).exists():
        return 0
    with SeasonLedger(out / NAME) as ledger:
        return ledger.states().get("done", 0)


@pytest.fixture
def going(place: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A season on its way, one unit done, and the mark of all its processes."""
    mark = f"ZUOZHENG_TEST_MARK={uuid.uuid4().hex}"
    name, _, value = mark.partition("=")
    process = started(place / "root", place / "out", "--workers", "1", **{name: value})
    try:
        assert until(lambda: count_done(place / "out") >= 1)
        yield process, mark
    finally:
        for pid in marked(mark):
            os.kill(pid, signal.SIGKILL)
        process.communicate()


def of_kind(mark: str, word: str) -> list[int]:
    return [pid for pid, line in marked(mark).items() if word in line]


def runners(of: subprocess.Popen[bytes], mark: str) -> list[int]:
    """The processes that a season screens units in; what these start is called as they are for a
    moment, and is not meant."""
    found = []
    for pid in of_kind(mark, "pipeline.season.engine.runner"):
        with suppress(OSError):
            after_name = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
            found += [pid] if int(after_name[1]) == of.pid else []
    return found


@pytest.mark.parametrize("group", [False, True], ids=["parent", "group"])
def test_the_parent_is_killed_and_nothing_goes_on_for_nobody(
        group: bool, going: tuple[subprocess.Popen[bytes], str], place: Path, undisturbed: Path
) -> None:
    process, mark = going
    if group:
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()
    assert until(lambda: not marked(mark), 20), marked(mark)
    season(place / "root", place / "out", engine=inline)
    assert outputs(place / "out") == outputs(undisturbed / "out")


@pytest.mark.parametrize("word", ["pipeline.season.engine.runner", "pipeline.screen.paper"])
def test_a_process_at_work_is_killed_and_the_season_goes_on(
        word: str, going: tuple[subprocess.Popen[bytes], str], place: Path, undisturbed: Path
) -> None:
    process, mark = going
    assert until(lambda: of_kind(mark, word))
    for pid in of_kind(mark, word):
        os.kill(pid, signal.SIGKILL)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 0, said.decode()
    assert set(states(place / "out").values()) == {("done", None)}
    assert outputs(place / "out") == outputs(undisturbed / "out")


def test_a_unit_that_kills_its_process_every_time_costs_itself_alone(
        going: tuple[subprocess.Popen[bytes], str], place: Path) -> None:
    process, mark = going
    killed: set[int] = set()

    def kill() -> bool:
        # One that had just answered costs no unit anything: until one has died twice over a unit.
        if ("failed", "unit_crashed") not in states(place / "out").values():
            for pid in set(runners(process, mark)) - killed:
                os.kill(pid, signal.SIGKILL)
                killed.add(pid)
        return process.poll() is not None

    assert until(kill, 120)
    assert process.returncode == 10
    told = sorted(states(place / "out").values(), key=str)
    assert told == [("done", None), ("done", None), ("failed", "unit_crashed")]


@pytest.mark.parametrize("way", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_stops_and_says_how_to_go_on(
        way: signal.Signals, going: tuple[subprocess.Popen[bytes], str], place: Path,
        undisturbed: Path) -> None:
    process, mark = going
    process.send_signal(way)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130 and "Traceback" not in said.decode()
    assert "已停在安全处" in said.decode() and "没有写出结果" not in said.decode()
    assert f"zuozheng batch {place}/root --rubric yuxi-2024 --out {place}/out" in said.decode()
    assert until(lambda: not marked(mark), 20), marked(mark)
    assert not list((place / "out").rglob("work"))
    season(place / "root", place / "out", engine=inline)
    assert outputs(place / "out") == outputs(undisturbed / "out")
