"""One unit's job: the answer says what was done; whatever a unit is like, there is an answer."""

from __future__ import annotations

import errno
import os
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import OutputError, WorkerError
from pipeline.season import task
from pipeline.store.outputs import alone, appended, prepare
from tests.season.made_units import made

Row = dict[str, Any]


@pytest.fixture
def job(tmp_path: Path) -> Row:
    folder = made(tmp_path / "root", 1, 2) / "岚河市第001局"
    return {"unit": "u", "name": folder.name, "names": [], "kind": None, "county": None,
            "source": str(folder), "out": str(tmp_path / "out"), "rubric": "yuxi-2024",
            "period": None, "ocr": "later", "model": None, "workers": 1, "retry": False,
            "language": "zh", "versions": {}}


def test_the_answer_is_plain_and_the_second_time_nothing_is_opened(job: Row) -> None:
    import orjson

    first = task.screened(job)
    assert (first["state"], first["problem"], first["opened"]) == ("done", None, 2)
    assert orjson.loads(orjson.dumps(first)) == first
    again = task.screened(job)
    assert (again["unchanged"], again["opened"]) == (True, 0)
    assert again["summary"] == first["summary"] and again["key"] == first["key"]


def test_what_was_recognised_need_not_be_put_off(job: Row) -> None:
    assert not task.screened(job | {"ocr": "now"})["unchanged"]
    assert task.screened(job)["unchanged"]
    assert not task.screened(job | {"ocr": "never"})["unchanged"]


@pytest.mark.parametrize(("change", "key"), [
    ({"source": "/没有这个文件夹"}, "folder_missing"),
    ({"rubric": "无此体系"}, "rubric_unknown"),
    ({"period": "去年"}, "period"),
])
def test_what_is_wrong_with_a_unit_is_its_answer(job: Row, change: Row, key: str) -> None:
    answer = task.screened(job | change)
    assert answer["state"] == "failed" and key in answer["problem"]["key"]
    assert answer["summary"] is None


@pytest.mark.parametrize(("error", "key"), [
    (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), "disk_full"),
    (sqlite3.OperationalError("database or disk is full"), "disk_full"),
    (OSError(errno.EIO, os.strerror(errno.EIO)), "output_unusable"),
    (RuntimeError("a defect of ours"), "unit_crashed"),
])
def test_a_failure_on_the_way_is_named(job: Row, error: Exception, key: str,
                                       monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object) -> None:
        raise error

    monkeypatch.setattr("pipeline.report.write_json", failing)
    answer = task.screened(job)
    assert (answer["state"], answer["problem"]["key"]) == ("failed", key)
    monkeypatch.undo()
    assert task.screened(job)["opened"] == 0, "what was read was kept"


def test_a_broken_installation_is_not_the_units_fault(job: Row, monkeypatch: pytest.MonkeyPatch
                                                      ) -> None:
    def broken(*_: object, **__: object) -> None:
        raise WorkerError("worker_broken", log="x")

    monkeypatch.setattr("pipeline.screen.unit.screen", broken)
    with pytest.raises(WorkerError):
        task.screened(job)


def test_a_unit_that_is_being_done_is_waited_for(job: Row, monkeypatch: pytest.MonkeyPatch) -> None:
    out = prepare(Path(job["out"]))
    freed = threading.Event()

    def other() -> None:
        with appended(out / "run.log") as log, alone(log, out):
            freed.wait(30)

    thread = threading.Thread(target=other)
    thread.start()
    threading.Timer(0.5, freed.set).start()
    began = time.monotonic()
    assert task.screened(job)["state"] == "done" and time.monotonic() - began > 0.5
    thread.join()
    monkeypatch.setattr(task, "BUSY_SECONDS", 0.0)
    with appended(out / "run.log") as log, alone(log, out):
        assert task.screened(job)["problem"]["key"] == "output_busy"


def test_errors_cross_as_text() -> None:
    told = task.problem(OutputError("output_unusable", out=Path("/x\udcff"), why=5))
    assert told == {"key": "output_unusable", "args": {"out": "/x?", "why": "5"}}


def test_an_archive_is_a_submission_like_a_folder(job: Row, tmp_path: Path) -> None:
    import json
    import zipfile

    from pipeline.store.ledger import Ledger

    folder = Path(job["source"])
    package = folder.with_name("岚河市第001局.zip")
    with zipfile.ZipFile(package, "w") as inside:
        for path in folder.rglob("*.txt"):
            inside.write(path, path.relative_to(folder))
    task.screened(job)
    packed = task.screened(job | {"source": str(package), "out": str(tmp_path / "packed")})
    assert (packed["problem"], packed["opened"], packed["summary"]["files"]) == (None, 3, 3)
    found = [json.loads((out / "coverage.json").read_text("utf-8"))
             for out in (tmp_path / "out", tmp_path / "packed")]
    assert found[0]["unit"] == found[1]["unit"]
    assert [one["proposed"] for one in found[0]["indicators"]] == [
        one["proposed"] for one in found[1]["indicators"]]
    with Ledger(tmp_path / "packed" / "ledger.sqlite") as ledger:
        assert ledger.header()["folder"] == str(package.parent.resolve())
        assert all((package.parent / row["path"].partition("!/")[0]).is_file()
                   for row in ledger.files())
