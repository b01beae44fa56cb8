"""`zuozheng selftest`: every fault costs its one file here, and what fails is told as failed."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.cli import run, surroundings
from pipeline.errors import EXIT_ALL_READ, EXIT_BROKEN
from pipeline.ingest import kinds
from pipeline.ingest.confined import confine, orphans
from pipeline.language import choose
from pipeline.screen import trial
from pipeline.screen.mock import MAGIC


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """A command run here leaves neither its language nor its handling of signals behind."""
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)
    choose("zh")


def test_this_installation_passes(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code = run(["selftest", "--json", "--out", str(tmp_path)])
    said = json.loads(capfd.readouterr().out)
    assert code == EXIT_ALL_READ and said["passed"]
    found = {check["name"]: check["found"] for check in said["checks"]}
    assert found == {
        name: check["expected"] if check["passed"] is not None else None
        for name, check in ((check["name"], check) for check in said["checks"])
    }
    assert set(trial.PROMISED) < set(found) and found["same_bytes"] == "12"
    assert said["layers"] == confine.layers()
    # all of it is where it was asked for, and nothing of the workers is left there
    (place,) = tmp_path.iterdir()
    assert sorted(path.name for path in place.iterdir()) == ["archive", "log", "outside", "scratch"]
    assert list((place / "scratch").iterdir()) == []


@pytest.mark.parametrize(("language", "says"), [("zh", "自检未通过"), ("en", "checks failed")])
def test_a_broken_promise_is_told(language: str, says: str, monkeypatch: pytest.MonkeyPatch,
                                  capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(trial, "PROMISED", {"leave": "timeout", "shapeless": "crash"})
    assert run(["selftest", "--lang", language]) == EXIT_BROKEN
    out = capfd.readouterr().out
    assert says in out and out.count("✗") == 1


def test_what_no_layer_keeps_is_not_tried(monkeypatch: pytest.MonkeyPatch,
                                          capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(confine, "layers", lambda: dict.fromkeys(confine.LAYERS, False))
    monkeypatch.setattr(trial, "PROMISED", {"write": None, "memory": "memory", "leave": "crash"})
    assert run(["selftest"]) == EXIT_ALL_READ
    out = capfd.readouterr().out
    assert out.count("未试") == 2 and "–" in out


def test_a_worker_that_cannot_start_is_told_with_its_log(monkeypatch: pytest.MonkeyPatch,
                                                         capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PYTHONPATH", os.devnull)
    monkeypatch.setattr(trial.sys, "executable", "/bin/false")
    assert run(["selftest"]) == EXIT_BROKEN
    assert "doctor" in capfd.readouterr().err


@pytest.mark.parametrize("fault", trial.PROMISED)
def test_ordinary_reading_knows_no_fault(fault: str) -> None:
    words = MAGIC + fault.encode("ascii")
    assert [page.text for page in kinds.read(words, "fault")] == [words.decode("ascii")]


def test_a_process_that_has_ended_is_not_alive() -> None:
    assert orphans.alive(os.getpid())
    child = os.posix_spawn("/bin/true", ["true"], {})
    while orphans.alive(child):
        pass  # then it waits to be waited for, and is not counted
    os.waitpid(child, 0)
    assert not orphans.alive(child)


def test_doctor_shows_layers_and_programs(monkeypatch: pytest.MonkeyPatch,
                                          capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(surroundings.shutil, "which", lambda name: None)
    assert run(["doctor", "--lang", "en"]) == EXIT_ALL_READ
    out = capfd.readouterr().out
    assert "no network" in out and "rapidocr" in out
    assert "apt-get install --no-install-recommends libreoffice-writer-nogui" in out
    assert "unar" in out.splitlines()[-4] and "tesseract-ocr" not in out


def test_without_a_recogniser_doctor_names_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surroundings, "recogniser", lambda: None)
    assert "tesseract-ocr-chi-sim" in surroundings.packages()
