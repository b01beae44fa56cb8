"""Originals in a folder that was tampered with, and papers that take the worker over or kill it."""

from __future__ import annotations

import hashlib
import os
import sys
import threading
import time
from pathlib import Path

import pytest

from pipeline.cli import originals
from pipeline.cli.originals import Originals
from pipeline.ingest.shown import lane
from pipeline.review.originals import Shown
from pipeline.store import pages as store
from pipeline.store.pages import Pages
from tests.cli.originals.case import LANDLOCK, MOCK, Case, posix, size

# --- OUT as people leave it -------------------------------------------------------------------


@posix
def test_a_link_in_the_place_of_the_pages_is_not_written_through(
        shows: Originals, case: Case, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (case.out / "pages").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    case.put("a.pdf")
    assert size(shows.show(case.asked("a.pdf")))
    assert list((tmp_path / "elsewhere").iterdir()) == []


@posix
def test_a_link_in_the_place_of_a_page_is_replaced(shows: Originals, case: Case, tmp_path: Path
                                                   ) -> None:
    case.put("a.pdf")
    first = shows.show(case.asked("a.pdf"))
    assert first.picture
    other = tmp_path / "other.png"
    other.write_bytes(first.picture.read_bytes())
    first.picture.unlink()
    first.picture.symlink_to(other)
    before = other.stat().st_mtime_ns
    assert shows.show(case.asked("a.pdf")) == first
    assert not first.picture.is_symlink()
    assert other.stat().st_mtime_ns == before


def test_a_file_in_the_place_of_the_pages_costs_no_page(shows: Originals, case: Case) -> None:
    (case.out / "pages").write_bytes(b"")
    case.put("a.pdf")
    assert size(shows.show(case.asked("a.pdf")))


def test_the_oldest_pages_make_room(tmp_path: Path) -> None:
    kept = Pages(tmp_path / "pages", most=100_000)
    for number in range(30):
        kept.put(f"page-{number}", {"number": number}, bytes(10_000))
        os.utime(tmp_path / f"pages/page-{number}.png", (number, number))
        os.utime(tmp_path / f"pages/page-{number}.json", (number, number))
    left = sum(place.stat().st_size for place in (tmp_path / "pages").iterdir())
    assert left <= 100_000
    nothing = hashlib.sha256(bytes(10_000)).hexdigest()
    assert kept.picture("page-29", nothing)
    assert kept.picture("page-0", nothing) is None


def test_what_a_killed_server_began_is_removed(tmp_path: Path) -> None:
    Pages(tmp_path / "pages")
    old, new = (tmp_path / "pages" / f"{store._DRAFT}{name}" for name in ("old", "new"))
    old.write_bytes(b"x")
    new.write_bytes(b"x")
    os.utime(old, (1, 1))
    Pages(tmp_path / "pages")
    assert (old.exists(), new.exists()) == (False, True)


@pytest.mark.parametrize("name", ["../x", "a/b", "", "A", "x.png", "x" * 81])
def test_a_name_is_never_a_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError):
        Pages(tmp_path / "pages").row(name)


# --- a worker that a file takes over, or kills ------------------------------------------------


@pytest.mark.parametrize("name", ["poison.pdf", "liar.pdf", "shapeless.pdf"])
def test_a_file_costs_its_own_page(mocked: Originals, case: Case, name: str) -> None:
    case.put(name)
    case.put("a.pdf")
    assert mocked.show(case.asked(name)) == Shown(None, reason="crash")
    assert size(mocked.show(case.asked("a.pdf"))) == (612, 459)
    begun = time.monotonic()
    assert mocked.show(case.asked(name)).reason == "crash"
    assert time.monotonic() - begun < 0.05, "what killed a worker is not tried at once again"


def test_a_file_that_never_ends_is_ended(mocked: Originals, case: Case,
                                         monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(originals, "PAGE_SECONDS", 0.5)
    case.put("hang.pdf")
    case.put("a.pdf")
    assert mocked.show(case.asked("hang.pdf")).reason == "timeout"
    monkeypatch.setattr(originals, "PAGE_SECONDS", 30.0)
    assert size(mocked.show(case.asked("a.pdf")))


def test_closing_waits_for_nobody(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lane, "COMMAND", (sys.executable, "-c", MOCK))
    case.put("hang.pdf")
    one, got = Originals(), []
    threads = [threading.Thread(target=lambda page=page: got.append(
        one.show(case.asked("hang.pdf", page=page)))) for page in (1, 2, 3)]
    for thread in threads:
        thread.start()
    time.sleep(1.0)
    begun = time.monotonic()
    one.close()
    for thread in threads:
        thread.join()
    assert time.monotonic() - begun < 5
    assert [shown.reason for shown in got] == ["crash"] * 3
    assert one.show(case.asked("b.pdf")).reason in ("crash", "missing")
    assert not one._scratch.exists()


def test_a_worker_that_cannot_start_is_a_reason(case: Case, monkeypatch: pytest.MonkeyPatch
                                                ) -> None:
    monkeypatch.setattr(lane, "COMMAND", (sys.executable, "-c", "raise SystemExit(3)"))
    case.put("a.pdf")
    with Originals() as one:
        assert one.show(case.asked("a.pdf")).reason == "crash"


@posix
@pytest.mark.parametrize("name", ["link.pdf", "climb.pdf"])
def test_what_a_worker_leaves_is_opened_only_if_it_is_its_own(mocked: Originals, case: Case,
                                                              name: str) -> None:
    place = case.put(name)
    assert mocked.original(case.asked(name)) is None
    assert place.exists()


@pytest.mark.skipif(not LANDLOCK, reason="this kernel has no Landlock")
def test_the_worker_reads_the_papers_and_not_the_ledger(mocked: Originals, case: Case) -> None:
    case.put("spy.pdf")
    (case.out / "ledger.sqlite").write_bytes(b"texts")
    assert mocked.show(case.asked("spy.pdf")).reason == "unsupported"
