"""A disk that fills, an error of the disk: named, nothing finished lost, the rest comes later."""

from __future__ import annotations

import errno
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import OutputError
from pipeline.season import estimate
from pipeline.store.cache import Cache, Extract
from pipeline.store.outputs import prepare
from tests.season.made_units import Watch, inline, made, outputs, season, states

ENOSPC, EIO = (OSError(number, os.strerror(number)) for number in (errno.ENOSPC, errno.EIO))


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("undisturbed")
    season(made(place / "root"), place / "out", engine=inline)
    return place


def failing(monkeypatch: pytest.MonkeyPatch, where: str, error: Exception, at: int,
            ends: int = 10**6) -> None:
    """The calls of a function (`module:Class.name`) from the `at`-th to before the `ends`-th fail.
    """
    module, _, way = where.partition(":")
    *steps, name = way.split(".")
    holder: Any = import_module(module)
    for step in steps:
        holder = getattr(holder, step)
    real, calls = getattr(holder, name), [0]

    def wrapped(*given: Any, **named: Any) -> Any:
        calls[0] += 1
        if at <= calls[0] < ends:
            raise error
        return real(*given, **named)

    monkeypatch.setattr(holder, name, wrapped)


@pytest.mark.parametrize(("where", "at"), [
    ("pipeline.store.cache:Cache.put", 8),
    ("pipeline.report:write_html", 2),
    ("pathlib:Path.replace", 6),
])
def test_a_disk_that_fills_stops_the_season_at_a_safe_point(
        where: str, at: int, undisturbed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = sqlite3.OperationalError("database or disk is full") if "Cache" in where else ENOSPC
    failing(monkeypatch, where, error, at)
    watch = Watch()
    with pytest.raises(OutputError, match="disk_full"):
        season(undisturbed / "root", tmp_path / "out", watch, engine=inline)
    told = states(tmp_path / "out")
    assert len(watch.answers) == 1 and sorted(state for state, _ in told.values()) == [
        "done", "started", "waiting"]
    monkeypatch.undo()
    season(undisturbed / "root", tmp_path / "out", engine=inline)
    assert outputs(tmp_path / "out") == outputs(undisturbed / "out")


def test_the_disk_is_looked_at_before_each_unit(undisturbed: Path, tmp_path: Path,
                                                monkeypatch: pytest.MonkeyPatch) -> None:
    left = iter([10**12, 10**12, 10**12, estimate.RESERVE - 1])
    monkeypatch.setattr(estimate, "free", lambda out: next(left))
    watch = Watch()
    with pytest.raises(OutputError, match="disk_full") as refusal:
        season(undisturbed / "root", tmp_path / "out", watch, engine=inline)
    assert len(watch.answers) == 2
    assert refusal.value.args_["left"] == 1


def test_an_error_of_the_disk_in_one_units_folder_costs_that_unit(
        undisturbed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, "pipeline.report:write_json", EIO, 2, 3)
    season(undisturbed / "root", tmp_path / "out", engine=inline)
    told = states(tmp_path / "out")
    assert sorted(told.values(), key=str) == [
        ("done", None), ("done", None), ("failed", "output_unusable")]
    watch = Watch()
    season(undisturbed / "root", tmp_path / "out", watch, engine=inline)
    assert sum(answer["opened"] for answer in watch.answers) == 0
    assert outputs(tmp_path / "out") == outputs(undisturbed / "out")


def test_a_place_that_is_gone_stops_the_season(undisturbed: Path, tmp_path: Path,
                                               monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, "pipeline.report:write_json", EIO, 2)
    monkeypatch.setattr("pipeline.season.run.prepare", _after(1, OutputError(
        "output_unusable", out=tmp_path, why=EIO.strerror)))
    with pytest.raises(OutputError, match="output_unusable"):
        season(undisturbed / "root", tmp_path / "out", engine=inline)


def _after(count: int, error: Exception) -> Any:
    calls = [0]

    def prepared(out: Path) -> Path:
        calls[0] += 1
        if calls[0] > count:
            raise error
        return prepare(out)

    return prepared


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk of 1.2 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    if os.name == "nt" or os.geteuid() != 0 or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=1200k", "tmpfs", str(place)],
            check=False, capture_output=True).returncode:
        pytest.skip("no right to mount a small disk")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_disk_that_is_really_full(undisturbed: Path, small: Path,
                                    monkeypatch: pytest.MonkeyPatch) -> None:
    """The season needs more than that; on a larger disk it goes on where it was."""
    monkeypatch.setattr(estimate, "free", lambda out: 10**12)
    with pytest.raises(OutputError, match="disk_full"):
        season(undisturbed / "root", small / "out", engine=inline)
    subprocess.run(["mount", "-o", "remount,size=60m", str(small)], check=True)
    season(undisturbed / "root", small / "out", engine=inline)
    assert outputs(small / "out") == outputs(undisturbed / "out")


def test_what_was_put_into_the_cache_is_kept_at_once(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "a", "v")
    cache.put("0" * 64, Extract({"members": None}, "[]"))
    cache.put_scan("0" * 64, 1, "x")
    with Cache(tmp_path / "a", "v") as other:
        assert other.get("0" * 64) is not None and list(other.scans("0" * 64)) == [(1, "x")]
