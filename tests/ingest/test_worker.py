"""A worker that dies, hangs or talks rubbish costs its one file and no other."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import pytest

from pipeline.errors import WorkerError
from pipeline.ingest.confined import hand, orphans, records, worker

ROOT = Path(__file__).parents[2]
MOCK = """
import os, subprocess, sys, tempfile, time
from pipeline.ingest.confined import records, worker

spoilt = False

def say(words):
    # the supervisor's pipe is the only one that can be written
    for line in range(3, 20):
        try:
            os.write(line, words)
        except OSError:
            pass

def answer(job):
    global spoilt
    does, number = job["does"], job["number"]
    if spoilt:
        os._exit(1)
    if does == "die":
        os.kill(os.getpid(), 9)
    if does == "leave":
        os._exit(0)
    if does == "hang":
        time.sleep(60)
    if does == "spin":
        while True:
            pass
    if does == "rubbish":
        say(b"\\xff" * 64)
        os._exit(0)
    if does == "half":
        say(records.HEAD.pack(1, 0, 100) + b'{"number"')
        os._exit(0)
    if does == "oversized":
        say(records.HEAD.pack(1, 0, records.MAX_RECORD + 1) + b"{" * 99)
    if does == "list":
        return [number]
    if does == "raise":
        raise ValueError("nobody foresaw this")
    if does == "memory":
        bytearray(1 << 60)
    if does == "twice":
        say(records.HEAD.pack(1, 0, 15) + b'{"number": 999}')
    if does == "spoil":
        spoilt = True
    if does == "print":
        print("a library says hello")
    record = {"number": number}
    if does == "whose":
        record["pid"] = os.getpid()
    if does == "unclean":
        record |= {"pid": os.getpid(), "unclean": True}
    if does == "home":
        record |= {"home": os.environ["HOME"], "temporary": tempfile.gettempdir()}
        open(os.path.join(record["home"], "left"), "w").close()
    if does == "secrets":
        record["secrets"] = sorted(name for name, value in os.environ.items() if value == "geheim")
    if does == "stdin":
        record["read"] = subprocess.run(["cat"], capture_output=True, text=True).stdout
    if does == "linger":
        child = subprocess.Popen(["sleep", "60"]).pid
        os.write(2, f"{os.getpid()} {child}\\n".encode())
        time.sleep(60)
    if does == "start":
        record |= {"pid": os.getpid(), "child": subprocess.Popen(["sleep", "60"]).pid}
    return record

def prepare(setup):
    if setup.get("broken"):
        sys.exit(3)
    for name, value in setup.get("limits", {}).items():
        setattr(worker, name, value)
    return answer

worker.serve(prepare)
"""
COMMAND = [sys.executable, "-c", MOCK]


@pytest.fixture
def log(tmp_path: Path) -> Iterator[IO[bytes]]:
    with (tmp_path / "log").open("ab") as stream:
        yield stream


def results(does: list[str], workers: int, log: IO[bytes], setup: dict[str, Any] | None = None,
            **more: Any) -> dict[int, Any]:
    check = more.pop("check", lambda job, record: True)
    jobs = [{"number": number, "does": one, **more} for number, one in enumerate(does)]
    return {job["number"]: answer for job, answer in
            worker.supervise(jobs, COMMAND, setup or {}, workers, log, check)}


def gone(pid: int) -> bool:
    """Whether a process ends within a few seconds."""
    return any(not orphans.alive(pid) or time.sleep(0.05) for _ in range(100))


@pytest.mark.parametrize("workers", [1, 2])
def test_every_job_is_answered_once(workers: int, log: IO[bytes]) -> None:
    got = results(["well"] * 20, workers, log)
    assert got == {number: {"number": number} for number in range(20)}


FAULTS = {
    "die": "crash", "leave": "crash", "rubbish": "crash", "half": "crash", "oversized": "crash",
    "list": "crash", "raise": "crash", "memory": "memory",
}  # fmt: skip


@pytest.mark.parametrize(("fault", "reason"), FAULTS.items())
def test_a_fault_costs_one_file(fault: str, reason: str, log: IO[bytes]) -> None:
    got = results(["well", fault, "well", fault, "well"], 2, log)
    assert [got[0], got[2], got[4]] == [{"number": 0}, {"number": 2}, {"number": 4}]
    assert got[1] == got[3] == reason


def test_a_hanging_file_is_given_up(log: IO[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "SECONDS", 1.0)
    got = results(["well", "hang", "well"], 1, log)
    assert got == {0: {"number": 0}, 1: "timeout", 2: {"number": 2}}


def test_a_job_may_carry_its_own_time(log: IO[bytes]) -> None:
    began = time.monotonic()
    assert results(["hang"], 1, log, seconds=0.5) == {0: "timeout"}
    assert time.monotonic() - began < 30


@pytest.mark.skipif(sys.platform == "win32", reason="no such limit")
def test_processor_time_ends_what_keeps_busy(log: IO[bytes]) -> None:
    began = time.monotonic()
    got = results(["well", "spin", "well"], 1, log, {"limits": {"PROCESSOR": 0.001}}, seconds=60)
    assert got == {0: {"number": 0}, 1: "timeout", 2: {"number": 2}}
    assert time.monotonic() - began < 30


def test_a_record_that_fails_the_check_is_none(log: IO[bytes]) -> None:
    got = results(["well", "whose", "well"], 1, log, check=lambda job, record: len(record) == 1)
    assert got == {0: {"number": 0}, 1: "crash", 2: {"number": 2}}


def test_what_one_file_spoils_is_not_the_next_ones_fault(log: IO[bytes]) -> None:
    assert results(["spoil", "well", "well"], 1, log) == {n: {"number": n} for n in range(3)}


def test_a_second_answer_is_not_the_next_files(log: IO[bytes]) -> None:
    got = results(["twice", "well", "well"], 1, log)
    assert got[1] == {"number": 1} and got[2] == {"number": 2}


def test_after_an_unclean_record_the_worker_is_another(log: IO[bytes]) -> None:
    got = results(["whose", "unclean", "whose", "whose"], 1, log)
    assert "unclean" not in got[1]
    first, unclean, *later = (got[n]["pid"] for n in range(4))
    # the file was asked again of a fresh worker, and that one went as well
    assert first != unclean and unclean not in later and len(set(later)) == 1


def test_a_worker_reads_so_many_files(log: IO[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hand, "FILES", 3)
    got = results(["whose"] * 7, 1, log)
    assert [len({got[n]["pid"] for n in some}) for some in ((0, 1, 2), (3, 4, 5), range(7))] \
        == [1, 1, 3]


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc")
def test_a_worker_that_has_grown_is_replaced(log: IO[bytes]) -> None:
    got = results(["whose"] * 3, 1, log, {"limits": {"GROWN": 1}})
    assert len({got[n]["pid"] for n in range(3)}) == 3


@pytest.mark.skipif(sys.platform == "win32", reason="no process groups")
def test_what_a_file_started_ends_with_it(log: IO[bytes]) -> None:
    got = results(["start", "whose"], 1, log)
    assert got[0]["pid"] != got[1]["pid"] and gone(got[0]["child"])


def test_what_libraries_print_is_no_record(log: IO[bytes]) -> None:
    assert results(["print", "print"], 1, log) == {0: {"number": 0}, 1: {"number": 1}}
    assert b"a library says hello" in Path(log.name).read_bytes()


@pytest.mark.skipif(sys.platform == "win32", reason="no cat")
def test_a_program_takes_no_job_away(log: IO[bytes]) -> None:
    got = results(["stdin", "well", "well"], 1, log)
    assert got[0]["read"] == "" and got[2] == {"number": 2}


def test_each_worker_has_a_home_that_goes_with_it(log: IO[bytes], tmp_path: Path) -> None:
    scratch = tmp_path / "临时"
    scratch.mkdir()
    got = results(["home", "die", "home"], 1, log, {"scratch": records.coded(scratch)})
    homes = [got[n]["home"] for n in (0, 2)]
    assert [got[n]["temporary"] for n in (0, 2)] == homes and len(set(homes)) == 2
    assert {Path(home).parent for home in homes} == {scratch} and list(scratch.iterdir()) == []


def test_no_worker_knows_a_secret(log: IO[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_SECRET_ACCESS_KEY", "aws_session_token", "PGPASSWORD", "OSS_ACCESS_KEY_ID",
                 "DB_PASSWD", "GOOGLE_APPLICATION_CREDENTIALS", "HARMLESS"):
        monkeypatch.setenv(name, "geheim")
    assert results(["secrets"], 1, log)[0]["secrets"] == ["HARMLESS"]


def test_a_worker_that_cannot_start_is_no_files_fault(log: IO[bytes]) -> None:
    with pytest.raises(WorkerError):
        list(worker.supervise([{"number": 0}], COMMAND, {"broken": True}, 1, log))


def test_jobs_come_out_of_answers(log: IO[bytes]) -> None:
    waiting = deque({"number": number, "does": "well"} for number in range(3))
    take: Callable[[], Any] = lambda: waiting.popleft() if waiting else None  # noqa: E731
    seen = []
    for job, _ in worker.supervise(take, COMMAND, {}, 2, log):
        seen.append(job["number"])
        if job["number"] < 9:
            waiting.append({"number": job["number"] + 3, "does": "well"})
    assert sorted(seen) == list(range(12))


def test_jobs_are_taken_as_they_are_needed(log: IO[bytes]) -> None:
    taken = []
    jobs = ({"number": number, "does": taken.append(number) or "well"} for number in range(1000))
    answers = worker.supervise(jobs, COMMAND, {}, 2, log)
    next(answers)
    answers.close()  # type: ignore[attr-defined]
    assert len(taken) <= 4


def test_an_error_in_making_jobs_is_told(log: IO[bytes]) -> None:
    def jobs() -> Iterator[dict[str, Any]]:
        yield {"number": 0, "does": "well"}
        raise KeyError("a defect of ours")

    with pytest.raises(KeyError, match="a defect of ours"):
        list(worker.supervise(jobs(), COMMAND, {}, 1, log))


def test_leaving_early_ends_the_workers(log: IO[bytes]) -> None:
    answers = worker.supervise(({"number": n, "does": "whose"} for n in range(10_000)), COMMAND,
                               {}, 2, log)
    _, answer = next(answers)
    answers.close()  # type: ignore[attr-defined]
    assert isinstance(answer, dict) and not orphans.alive(answer["pid"])


KILLED = """
import sys
from pipeline.ingest.confined import worker
with open(sys.argv[1], "ab") as log:
    list(worker.supervise([{"number": 0, "does": "linger"}], [sys.executable, "-c", sys.argv[2]],
                          {}, 1, log))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no process groups")
def test_nothing_outlives_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(log), MOCK],
                               env={**os.environ, "PYTHONPATH": str(ROOT)})
    deadline = time.monotonic() + 30
    while not (log.exists() and log.read_bytes().endswith(b"\n")):
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.05)
    started = [int(pid) for pid in log.read_text().split()]
    assert all(orphans.alive(pid) for pid in started)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert all(gone(pid) for pid in started)
