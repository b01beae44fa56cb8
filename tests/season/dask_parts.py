"""What the tests of the cluster share: small units, certificates made for the test, and the real
`dask scheduler` and `dask worker` as processes on 127.0.0.1."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pipeline.season import task
from pipeline.season.engine.address import Tls

ROOT = Path(__file__).parents[2]
Row = dict[str, Any]
ARMED = "ZUOZHENG_TEST_ARMED"
_SITE = """
import os, signal, sys
words = " ".join(sys.orig_argv)
def armed(event, args):
    if event == "open" and isinstance(args[0], (str, bytes)):
        name = os.fsdecode(args[0])
        # a confined reader has a home of its own, whoever started it
        reads = os.path.basename(os.environ.get("HOME", "")).startswith("worker-")
        if name.endswith("poison.txt") and reads or name.endswith("fatal.txt") and not reads \\
                and "pipeline.season.engine.runner" in words:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(armed)
if os.environ.get("ZUOZHENG_TEST_ARMED") == "old":
    import pipeline
    pipeline.__version__ = "0.0.0"
"""


def unit_of(root: Path, number: int, **more: str) -> Path:
    """A unit with two papers, and others as given."""
    folder = root / f"岚河市第{number}中学"
    folder.mkdir(parents=True)
    for month in (3, 5):
        (folder / f"{month}月总结.txt").write_text(
            f"岚河市第{number}中学2023年民族团结进步创建工作总结\n\n2023年{month}月18日，学校党组织"
            "理论学习中心组专题学习关于加强和改进民族工作的重要思想。\n", "utf-8")
    for name, words in more.items():
        (folder / name.replace("_", ".")).write_text(words, "utf-8")
    return folder


def jobs(root: Path, out: Path) -> list[Row]:
    """A job for each folder below `root`, as the season makes them."""
    (out / "units").mkdir(parents=True, exist_ok=True)
    made = []
    for folder in sorted(root.iterdir()):
        job: Row = {
            "unit": folder.name, "name": folder.name, "names": [folder.name], "kind": None,
            "county": None, "source": str(folder), "out": str(out / "units" / folder.name),
            "rubric": "yuxi-2024", "period": None, "ocr": "later", "model": None, "workers": 1,
            "retry": False, "language": "zh"}
        made.append(job | {"versions": task.versions(job)})
    return made


REDONE = ("unchanged", "opened", "recognised")
"""What an answer says of the work: a worker may be killed when its unit stands already, and who
gets the unit next then finds nothing to do."""


def said(answer: Row, *besides: str) -> Row:
    """An answer without what differs from run to run."""
    return {key: value for key, value in answer.items() if key not in ("seconds", *besides)}


def outputs(out: Path) -> dict[str, bytes]:
    """Every output of every unit, but for the log and the cache."""
    return {f"{path.parent.name}/{path.name}": path.read_bytes()
            for path in sorted((out / "units").rglob("*"))
            if path.name in ("coverage.json", "report.html", "coverage.xlsx")}


@pytest.fixture
def armed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Processes started from now on die when they open a paper called `poison.txt` (readers) or
    `fatal.txt` (who screens the unit), however they are started."""
    place = tmp_path / "armed"
    place.mkdir()
    (place / "sitecustomize.py").write_text(_SITE)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(place), str(ROOT))))
    return place


# --- certificates -----------------------------------------------------------------------------


def certified(place: Path, authority: Path | None = None) -> Tls:
    """An authority of its own, and a certificate that it (or `authority`) signed."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl here: certificates cannot be made")
    place.mkdir(parents=True)
    made = Tls(place / "ca.pem", place / "cert.pem", place / "key.pem")

    def run(*words: str | Path) -> None:
        subprocess.run([openssl, *map(str, words)], check=True, capture_output=True, cwd=place)

    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    if authority is None:
        run("req", "-x509", *curve, "-keyout", "ca.key", "-out", made.ca, "-days", "2",
            "-subj", "/CN=season test authority")
    else:
        shutil.copy(authority / "ca.pem", made.ca)
        shutil.copy(authority / "ca.key", place / "ca.key")
    run("req", *curve, "-keyout", made.key, "-out", "request", "-subj", "/CN=member")
    run("x509", "-req", "-in", "request", "-CA", made.ca, "-CAkey", "ca.key", "-CAcreateserial",
        "-out", made.cert, "-days", "2")
    return made


# --- a cluster --------------------------------------------------------------------------------


def started(*words: str, **environment: str) -> subprocess.Popen[bytes]:
    """A process of Dask's own commands."""
    known = {"PYTHONPATH": str(ROOT), **os.environ, **environment}
    return subprocess.Popen([sys.executable, "-m", *words], env=known, start_new_session=True,
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _tls(tls: Tls | None) -> list[str]:
    if tls is None:
        return []
    return ["--tls-ca-file", str(tls.ca), "--tls-cert", str(tls.cert), "--tls-key", str(tls.key)]


def scheduler(place: Path, tls: Tls | None, port: int = 0, host: str = "127.0.0.1"
              ) -> tuple[subprocess.Popen[bytes], str]:
    """A scheduler, and its address."""
    about = place / f"scheduler-{time.monotonic_ns()}.json"
    kind = "tls" if tls else "tcp"
    process = started("distributed.cli.dask_scheduler", "--host", host, "--port", str(port),
                      "--protocol", kind, "--no-dashboard", "--dashboard-address", "127.0.0.1:0",
                      "--scheduler-file", str(about), *_tls(tls))
    for _ in range(200):
        if about.exists() and about.stat().st_size:
            import json

            return process, str(json.loads(about.read_text())["address"])
        time.sleep(0.05)
    raise AssertionError("no scheduler")


def worker(address: str, tls: Tls | None, place: Path, **environment: str
           ) -> subprocess.Popen[bytes]:
    """A worker of a cluster."""
    return started("distributed.cli.dask_worker", address, "--nthreads", "1", "--host",
                   "127.0.0.1", "--no-dashboard", "--no-nanny", "--memory-limit", "0",
                   "--local-directory", str(place), "--death-timeout", "20", *_tls(tls),
                   **environment)


@contextmanager
def ending(processes: Sequence[subprocess.Popen[bytes]]) -> Iterator[None]:
    """Ends processes afterwards."""
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()
