"""A worker that dies, hangs or talks rubbish costs its one file and no other."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest

from pipeline.errors import WorkerError
from pipeline.ingest import worker

MOCK = """
import os, sys, time
from pipeline.ingest import worker

def answer(job):
    does = job["does"]
    if does == "die":
        os.kill(os.getpid(), 9)
    if does == "leave":
        os._exit(0)
    if does == "hang":
        time.sleep(60)
    if does == "rubbish":
        os.write(job["out"], b"\\xff" * 64)
        os._exit(0)
    if does == "print":
        print("a library says hello")
    return {"number": job["number"]}

def prepare(setup):
    if setup.get("broken"):
        sys.exit(3)
    return answer

worker.serve(prepare)
"""
COMMAND = [sys.executable, "-c", MOCK]


@pytest.fixture
def log(tmp_path: Path) -> Iterator[IO[bytes]]:
    with (tmp_path / "log").open("ab") as stream:
        yield stream


def results(does: list[str], workers: int, log: IO[bytes]) -> dict[int, Any]:
    jobs = [{"number": number, "does": one, "out": 3} for number, one in enumerate(does)]
    return {job["number"]: answer
            for job, answer in worker.supervise(jobs, COMMAND, {}, workers, log)}


@pytest.mark.parametrize("workers", [1, 2])
def test_every_job_is_answered_once(workers: int, log: IO[bytes]) -> None:
    got = results(["well"] * 20, workers, log)
    assert got == {number: {"number": number} for number in range(20)}


@pytest.mark.parametrize("fault", ["die", "leave", "rubbish"])
def test_a_fault_costs_one_file(fault: str, log: IO[bytes]) -> None:
    got = results(["well", fault, "well", fault, "well"], 2, log)
    assert [got[0], got[2], got[4]] == [{"number": 0}, {"number": 2}, {"number": 4}]
    assert got[1] == got[3] == "crash"


def test_a_hanging_file_is_given_up(log: IO[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "SECONDS", 1.0)
    got = results(["well", "hang", "well"], 1, log)
    assert got == {0: {"number": 0}, 1: "timeout", 2: {"number": 2}}


def test_what_libraries_print_is_no_record(log: IO[bytes]) -> None:
    assert results(["print", "print"], 1, log) == {0: {"number": 0}, 1: {"number": 1}}
    assert b"a library says hello" in Path(log.name).read_bytes()


def test_a_worker_that_cannot_start_is_no_files_fault(log: IO[bytes]) -> None:
    with pytest.raises(WorkerError):
        list(worker.supervise([{"number": 0}], COMMAND, {"broken": True}, 1, log))


def test_leaving_early_ends_the_workers(log: IO[bytes]) -> None:
    answers = worker.supervise(({"number": n, "does": "well"} for n in range(10_000)), COMMAND, {},
                               2, log)
    next(answers)
    answers.close()  # type: ignore[attr-defined]
