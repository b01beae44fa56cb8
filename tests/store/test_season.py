"""The season's ledger: what was done stays, whatever the next plan or a failure says."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import InputError
from pipeline.store.season import NAME, SeasonLedger, checked

Row = dict[str, Any]
ROOT = Path(__file__).parents[2]


def unit(name: str, **more: Any) -> Row:
    return {"dir": name, "name": name, "kind": None, "county": None, "source": f"/r/{name}",
            "rubric": "yuxi-2024", "names": [], "period": None, "bytes": 10, "files": 1,
            "problem": None, **more}


def done(**more: Any) -> Row:
    return {"state": "done", "problem": None, "key": "k", "versions": {"zuozheng": "1"},
            "opened": 3, "recognised": 0, "seconds": 2.5, "summary": {"files": 3}, **more}


@pytest.fixture
def ledger(tmp_path: Path) -> SeasonLedger:
    return SeasonLedger(tmp_path / NAME)


def test_units_get_their_turn_once_and_in_the_order_of_the_plan(ledger: SeasonLedger) -> None:
    ledger.plan([unit("丙", bytes=30), unit("甲", bytes=20), unit("乙", problem={"key": "x",
                                                                               "args": {}})])
    turns = []
    while row := ledger.next():
        turns.append(row["name"])
    assert turns == ["丙", "甲"]
    assert [row["name"] for row in ledger.units()] == ["丙", "乙", "甲"]
    assert ledger.states() == {"waiting": 2, "failed": 1}


def test_what_is_left_counts_what_is_being_done(ledger: SeasonLedger) -> None:
    ledger.plan([unit("甲", bytes=20), unit("乙", bytes=10)])
    row = ledger.next()
    assert row is not None
    ledger.started(row["dir"])
    assert ledger.left() == (2, 30)
    ledger.ended(row["dir"], done())
    assert ledger.left() == (1, 10)


def test_a_failure_leaves_what_stood_before(ledger: SeasonLedger) -> None:
    ledger.plan([unit("甲")])
    ledger.ended("甲", done())
    ledger.ended("甲", {"state": "failed", "problem": {"key": "unit_crashed", "args": {}}})
    row = ledger.unit("甲")
    assert row is not None
    assert (row["state"], row["problem"]["key"], row["summary"]) == (
        "failed", "unit_crashed", {"files": 3})
    ledger.ended("甲", done())
    row = ledger.unit("甲")
    assert row is not None and row["problem"] is None


def test_an_unchanged_unit_keeps_what_it_cost(ledger: SeasonLedger) -> None:
    ledger.plan([unit("甲")])
    ledger.ended("甲", done())
    ledger.ended("甲", done(unchanged=True, opened=0, seconds=0.1))
    row = ledger.unit("甲")
    assert row is not None and (row["opened"], row["seconds"]) == (3, 2.5)


def test_the_next_plan_keeps_what_was_done_and_forgets_the_others(ledger: SeasonLedger) -> None:
    ledger.plan([unit("甲"), unit("乙"), unit("丙")])
    ledger.ended("甲", done())
    ledger.ended("乙", done())
    ledger.started("丙")
    assert ledger.plan([unit("甲", county="某县"), unit("丙"), unit("丁")]) == ["乙"]
    assert [(row["name"], row["state"]) for row in ledger.units()] == [
        ("丁", "waiting"), ("丙", "waiting"), ("甲", "done")]
    row = ledger.unit("甲")
    assert row is not None and (row["county"], row["key"]) == ("某县", "k")
    assert ledger.done() == {"甲": (1, 10)}


def test_a_second_turn_comes_in_the_order_asked_for(ledger: SeasonLedger) -> None:
    ledger.plan([unit("甲"), unit("乙"), unit("丙")])
    while ledger.next():
        pass
    ledger.again(["丙", "甲"])
    assert [row["name"] for row in iter(ledger.next, None)] == ["丙", "甲"]


def test_a_half_written_plan_is_no_plan(ledger: SeasonLedger) -> None:
    ledger.plan([unit("甲")])

    def broken() -> Any:
        yield unit("乙")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        ledger.plan(broken())
    assert [row["name"] for row in ledger.units()] == ["甲"]


def test_what_was_put_survives_a_kill(tmp_path: Path) -> None:
    script = f"""
import os, signal
from pathlib import Path
from pipeline.store.season import SeasonLedger
ledger = SeasonLedger(Path({str(tmp_path / NAME)!r}))
ledger.put_header({{"as_of": "2024-11-21"}})
os.kill(os.getpid(), signal.SIGKILL)
"""
    ended = subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False,
                           env={**os.environ, "PYTHONPATH": str(ROOT)}).returncode
    assert ended == -signal.SIGKILL
    with SeasonLedger(tmp_path / NAME) as ledger:
        assert ledger.header() == {"as_of": "2024-11-21"}


def test_a_copy_is_whole_while_it_is_open(ledger: SeasonLedger, tmp_path: Path) -> None:
    ledger.plan([unit("甲")])
    ledger.copy(tmp_path / "copy")
    with SeasonLedger(tmp_path / "copy") as copy:
        assert [row["name"] for row in copy.units()] == ["甲"]


def test_what_is_no_ledger_of_ours_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="season_missing"):
        checked(tmp_path)
    place = tmp_path / NAME
    with SeasonLedger(place):
        pass
    assert checked(tmp_path) == place and place.stat().st_mode & 0o077 == 0
    base = sqlite3.connect(place)
    base.execute("PRAGMA user_version=99")
    base.commit()
    base.close()
    with pytest.raises(InputError, match="season_format"):
        checked(tmp_path)
    for end in ("-wal", "-shm"):
        place.with_name(NAME + end).unlink(missing_ok=True)
    place.write_bytes(b"no database at all" * 99)
    with pytest.raises(InputError, match="season_broken"):
        checked(tmp_path)
