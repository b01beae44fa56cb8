"""On a cluster the same comes out as here, whatever happens to it on the way; and nobody is spoken
to in the open."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import InputError, WorkerError
from pipeline.season.engine import address, cluster, local
from tests.season.dask_parts import (
    REDONE,
    ROOT,
    Row,
    armed,
    certified,
    ending,
    jobs,
    outputs,
    said,
    scheduler,
    unit_of,
    worker,
)

__all__ = ["armed"]
pytest.importorskip("distributed")


def done_by(engine: Any, made: list[Row], log: Any) -> dict[str, Row]:
    waiting = iter(made)
    return {answer["unit"]: answer
            for answer in engine(partial(next, waiting, None), 2, log)}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    place = tmp_path / "root"
    for number in range(1, 6):
        unit_of(place, number)
    return place


def logged(tmp_path: Path) -> Any:
    return (tmp_path / "log").open("ab", buffering=0)


# --- the same as here ---------------------------------------------------------------------------


def test_a_worker_killed_in_mid_run_changes_no_byte(root: Path, tmp_path: Path) -> None:
    with logged(tmp_path) as log:
        here = done_by(local.engine, jobs(root, tmp_path / "here"), log)
        with cluster.reached(None, None, 2, log) as over:
            pids = over.client.run(os.getpid)
            killed: list[int] = []

            def kill_a_busy_one(take: Callable[[], Row | None]) -> Row | None:
                busy = [one for one, keys in over.client.processing().items() if keys]
                if busy and not killed and len(over.client.processing()) == 2:
                    killed.append(pids[busy[0]])
                    os.kill(killed[0], signal.SIGKILL)
                return take()

            waiting = iter(jobs(root, tmp_path / "there"))
            take = partial(kill_a_busy_one, partial(next, waiting, None))
            there = {one["unit"]: one for one in cluster.engine(over, take, 2, log)}
            assert killed
            assert len(over.client.run(os.getpid)) == 2, "a fresh worker takes the lost one's place"
    assert "cluster: lost: tls://127.0.0.1" in (tmp_path / "log").read_text("utf-8")
    assert {unit: said(one, *REDONE) for unit, one in there.items()} == {
        unit: said(one, *REDONE) for unit, one in here.items()}
    assert outputs(tmp_path / "there") == outputs(tmp_path / "here")
    assert len(outputs(tmp_path / "there")) == 15


def test_poison_costs_what_it_costs_here(tmp_path: Path, armed: Path) -> None:
    root = tmp_path / "root"
    unit_of(root, 1, poison_txt="2023年5月18日，召开民族团结进步创建工作会议。")
    unit_of(root, 2, fatal_txt="2023年5月18日，召开民族团结进步创建工作会议。")
    unit_of(root, 3)
    with logged(tmp_path) as log:
        here = done_by(local.engine, jobs(root, tmp_path / "here"), log)
        with cluster.reached(None, None, 1, log) as over:
            before = over.client.run(os.getpid)
            there = done_by(partial(cluster.engine, over), jobs(root, tmp_path / "there"), log)
            assert over.client.run(os.getpid) == before, "no worker of the cluster has died"
    assert {unit: said(one) for unit, one in there.items()} == {
        unit: said(one) for unit, one in here.items()}
    assert there["岚河市第1中学"]["summary"]["unread"] == {"crash": 1}
    assert there["岚河市第1中学"]["summary"]["statuses"]["read"] == 2
    assert there["岚河市第2中学"]["problem"]["key"] == "unit_crashed"
    assert there["岚河市第3中学"]["state"] == "done"
    assert outputs(tmp_path / "there") == outputs(tmp_path / "here")


def test_ending_the_run_ends_its_processes(root: Path, tmp_path: Path) -> None:
    with logged(tmp_path) as log, cluster.reached(None, None, 2, log) as over:
        waiting = iter(jobs(root, tmp_path / "out"))
        answers = cluster.engine(over, partial(next, waiting, None), 2, log)
        next(answers)
        answers.close()  # type: ignore[attr-defined]
        until = time.monotonic() + 15
        while (left := _runners(str(tmp_path))) and time.monotonic() < until:
            time.sleep(0.1)
        assert not left


def _runners(of: str) -> list[str]:
    """Processes that screen units below here, or stand by to."""
    found = []
    for place in Path("/proc").glob("[1-9]*"):
        try:
            words = (place / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            log = str((place / "fd" / "2").readlink())
        except OSError:
            continue
        if "pipeline.s" in words and log.startswith(of):
            found.append(words)
    return found


def test_our_own_workers_open_no_door(tmp_path: Path) -> None:
    with logged(tmp_path) as log, cluster.reached(None, None, 2, log) as over:
        pids = {os.getpid(), *over.client.run(os.getpid).values()}
        doors = {door for pid in pids for door in _listening(pid)}
        assert doors and {host for host, _ in doors} == {"0100007F"}
        assert not over.client.sync(over.client.scheduler.identity)["services"]
        with pytest.raises(InputError, match="scheduler_unreachable"):
            # another user of this machine, without our certificate
            patch = pytest.MonkeyPatch()
            patch.setattr(cluster, "CONNECT_SECONDS", 2.0)
            try:
                cluster._connected(over.client.scheduler.address, None)
            finally:
                patch.undo()


def _listening(pid: int) -> list[tuple[str, str]]:
    """The (address, port) in hexadecimal on which a process listens for TCP (Linux)."""
    lines = {}
    for kind in ("tcp", "tcp6"):
        for line in Path("/proc/net", kind).read_text().splitlines()[1:]:
            words = line.split()
            if words[3] == "0A":
                lines[f"socket:[{words[9]}]"] = tuple(words[1].split(":"))
    found = []
    for one in Path("/proc", str(pid), "fd").iterdir():
        try:
            found.append(lines[str(one.readlink())])
        except (OSError, KeyError):
            continue
    return found  # type: ignore[return-value]


# --- whom a run speaks to -----------------------------------------------------------------------

OPEN = [
    "tcp://10.0.0.5:8786", "tcp://localhost:8786", "tcp://127.0.0.1.example.cn:8786",
    "tcp://0.0.0.0:8786", "tcp://127.1:8786", "tcp://2130706433:8786", "tcp://0x7f000001:8786",
    "tcp://[::]:8786", "tcp://[::ffff:10.0.0.5]:8786", "tcp://loopback:8786",
    "tcp://127.0.0.01:8786",
]
MALFORMED = [
    "10.0.0.5:8786", "tcp://127.0.0.1", "tcp://127.0.0.1:0", "tcp://127.0.0.1:99999",
    "http://127.0.0.1:8786", "inproc://127.0.0.1:1", "ucx://127.0.0.1:8786", "tls://",
    "tcp://127.0.0.1:8786/x", "tcp://127.0.0.1:8786@10.0.0.5:1", "tcp://a:b@127.0.0.1:8786",
    "tcp://127.0.0.1:8786\n", "tcp://[::1%25eth0]:8786", "TCP://127.0.0.1:8786", "",
]


@pytest.mark.parametrize("scheduler", OPEN)
def test_tcp_to_another_machine_is_refused(scheduler: str) -> None:
    with pytest.raises(InputError, match="scheduler_open"):
        address.checked(scheduler, None)


@pytest.mark.parametrize("scheduler", MALFORMED)
def test_what_is_no_address_is_refused(scheduler: str) -> None:
    with pytest.raises(InputError, match="scheduler_malformed") as told:
        address.checked(scheduler, None)
    assert "a:b" not in str(told.value)


@pytest.mark.parametrize("scheduler", ["tcp://127.0.0.1:8786", "tcp://127.8.0.1:1/",
                                       "tcp://[::1]:8786"])
def test_this_machine_by_number_is_allowed(scheduler: str) -> None:
    address.checked(scheduler, None)


def test_tls_needs_usable_files(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="scheduler_tls"):
        address.checked("tls://10.0.0.5:8786", None)
    good = certified(tmp_path / "one")
    address.checked("tls://10.0.0.5:8786", good)
    with pytest.raises(InputError, match="tls_unusable"):
        address.checked("tls://10.0.0.5:8786",
                        address.Tls(good.ca, good.cert, tmp_path / "absent"))
    other = certified(tmp_path / "two")
    with pytest.raises(InputError, match="tls_unusable"):
        address.checked("tls://10.0.0.5:8786", address.Tls(good.ca, good.cert, other.key))
    locked = tmp_path / "locked.pem"
    subprocess.run(["openssl", "ec", "-in", good.key, "-out", locked, "-aes256", "-passout",
                    "pass:secret"], check=True, capture_output=True)
    with pytest.raises(InputError, match="tls_unusable"):
        address.checked("tls://10.0.0.5:8786", address.Tls(good.ca, good.cert, locked))


def test_a_scheduler_open_to_others_is_left_at_once(tmp_path: Path) -> None:
    process, told = scheduler(tmp_path, None, host="0.0.0.0")
    with ending([process]), logged(tmp_path) as log:
        port = told.rpartition(":")[2]
        with pytest.raises(InputError, match="scheduler_open"), \
                cluster.reached(f"tcp://127.0.0.1:{port}", None, None, log):
            pass


# --- a cluster by mutual TLS ----------------------------------------------------------------------


def test_mutual_tls_and_workers_that_are_unlike(root: Path, tmp_path: Path, armed: Path,
                                                monkeypatch: pytest.MonkeyPatch) -> None:
    tls = certified(tmp_path / "tls")
    process, told = scheduler(tmp_path, tls)
    assert told.startswith("tls://127.0.0.1:")
    other = worker(told, tls, tmp_path, ZUOZHENG_TEST_ARMED="old")
    workers = [worker(told, tls, tmp_path) for _ in range(2)]
    with ending([process, other, *workers]), logged(tmp_path) as log:
        with cluster.reached(told, tls, None, log) as over:
            over.client.wait_for_workers(3, timeout=30)
            there = done_by(partial(cluster.engine, over), jobs(root, tmp_path / "out"), log)
            assert {one["state"] for one in there.values()} == {"done"} and len(there) == 5
            (words,) = over.refused.values()
            assert words.startswith("zuozheng: 0.0.0 ≠ ")
            for one in workers:
                one.kill()
                one.wait()
            with pytest.raises(WorkerError, match=r"cluster_unlike.*zuozheng: 0\.0\.0 ≠ "):
                done_by(partial(cluster.engine, over), jobs(root, tmp_path / "more"), log)
        monkeypatch.setattr(cluster, "CONNECT_SECONDS", 2.0)
        stranger = certified(tmp_path / "stranger")
        with pytest.raises(InputError, match="scheduler_unreachable"), \
                cluster.reached(told, stranger, None, log):
            pass


def test_a_cluster_that_goes_is_waited_for_and_then_named(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    process, told = scheduler(tmp_path, None)
    running = [process, worker(told, None, tmp_path)]
    with logged(tmp_path) as log:
        try:
            with cluster.reached(told, None, None, log) as over:
                waiting = iter(jobs(root, tmp_path / "out"))
                answers = cluster.engine(over, partial(next, waiting, None), 2, log)
                got = [next(answers)]
                for one in running:
                    one.kill()
                    one.wait()
                # it comes back, at the same place, with a new worker
                process, again = scheduler(tmp_path, None, int(told.rpartition(":")[2]))
                assert again == told
                running = [process, worker(told, None, tmp_path)]
                got.append(next(answers))
                monkeypatch.setattr(cluster, "BACK_SECONDS", 3.0)
                for one in running:
                    one.kill()
                    one.wait()
                with pytest.raises(WorkerError, match="cluster_gone"):
                    got.extend(answers)
        finally:
            for one in running:
                one.kill()
                one.wait()
    assert len({one["unit"] for one in got}) == len(got) >= 2
    assert all(one["state"] == "done" for one in got)


def test_help_stays_quick() -> None:
    words = "import sys, pipeline.cli; print([n for n in sys.modules if n in ('distributed', " \
            "'dask', 'fsspec', 's3fs')])"
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True,
                          env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert done.stdout.strip() == "[]"
