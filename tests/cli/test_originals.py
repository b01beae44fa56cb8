"""Originals for the server: shown, kept, refused with a reason; whatever a file does, it lives."""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
import stat
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from pipeline.cli import originals
from pipeline.cli.originals import Originals
from pipeline.ingest.confined import landlock
from pipeline.ingest.shown import lane
from pipeline.ingest.word import office
from pipeline.review.originals import Asked, Shown
from pipeline.store import pages as store
from pipeline.store.pages import Pages
from tests.ingest.made_files import docx, pdf, said, zipped

posix = pytest.mark.skipif(os.name != "posix", reason="links and rights are tried here")
needs = pytest.mark.skipif(office.available() is None, reason="LibreOffice is not installed")
LANDLOCK = sys.platform == "linux" and landlock.version(ctypes.CDLL(None)) > 0
PAPER = pdf(said(40, 250, "First page"), said(40, 250, "Second page"))

MOCK = """
import os, sys, time
from pathlib import Path
from pipeline.ingest.confined import records, worker
from pipeline.ingest.shown.worker import Opened

def prepare(setup):
    opened = Opened(records.decoded(setup["scratch"]))
    def answer(job):
        if job["do"] == "wake":
            return opened.answer(job)
        does = job.get("path", "").rpartition("/")[2].partition(".")[0]
        if does == "poison":
            os.kill(os.getpid(), 9)
        if does == "hang":
            time.sleep(60)
        if does == "liar":
            return {"number": job["number"], "stamp": [1, 1], "png": "AAAA", "page": 1,
                    "pages": 1, "width": 1, "height": 1}
        if does == "shapeless":
            good = Opened(records.decoded(setup["scratch"])).answer(job)
            return good | {"page": "../../" + str(good["page"])}
        # the right bytes, but not in a file of the worker's own
        original, scratch = records.decoded(job["folder"]) / job["path"], setup["scratch"]
        scratch = records.decoded(scratch)
        if does == "link":
            name = "left-%d" % job["number"]
            (scratch / name).symlink_to(original)
            return {"number": job["number"], "stamp": [1, 1], "left": name}
        if does == "climb":
            return {"number": job["number"], "stamp": [1, 1],
                    "left": os.path.relpath(original, scratch)}
        if does == "spy":
            try:
                Path(records.decoded(job["folder"]).parent, "out", "ledger.sqlite").read_bytes()
                return {"number": job["number"], "reason": "it reads the ledger"}
            except OSError:
                return {"number": job["number"], "reason": "unsupported"}
        return opened.answer(job)
    return answer

worker.serve(prepare)
"""


class Case:
    """A submission folder and its OUT."""

    def __init__(self, place: Path) -> None:
        self.folder, self.out = place / "单位", place / "out"
        self.folder.mkdir()
        self.out.mkdir()

    def put(self, path: str, data: bytes = PAPER) -> Path:
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
        return place

    def asked(self, path: str, data: bytes = PAPER, page: int = 1, text: str = "") -> Asked:
        return Asked(self.out, str(self.folder), path, hashlib.sha256(data).hexdigest(), page, text)

    def names(self) -> list[str]:
        return sorted(each.name for each in (self.out / "pages").iterdir())


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


@pytest.fixture(scope="module")
def shows() -> Iterator[Originals]:
    with Originals() as one:
        yield one


@pytest.fixture
def mocked(monkeypatch: pytest.MonkeyPatch) -> Iterator[Originals]:
    """Originals whose worker does what the name of a file tells it to."""
    monkeypatch.setattr(lane, "COMMAND", (sys.executable, "-c", MOCK))
    with Originals() as one:
        yield one


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that is busy with other tests makes no page `pending`."""
    monkeypatch.setattr(originals, "PATIENCE", 300.0)


def size(shown: Shown) -> tuple[int, int]:
    assert shown.picture is not None, shown
    with Image.open(shown.picture) as picture:
        picture.load()
        return picture.size


def made(shows: Originals, asked: Asked) -> Shown:
    """What is shown when it has been made: for LibreOffice nobody waits at first."""
    until = time.monotonic() + 120
    while (shown := shows.show(asked)).reason == "pending" and time.monotonic() < until:
        time.sleep(0.05)
    return shown


# --- shown and kept ---------------------------------------------------------------------------


def test_a_page_is_shown_with_its_size(shows: Originals, case: Case) -> None:
    case.put("会议/纪要.pdf")
    shown = shows.show(case.asked("会议/纪要.pdf", page=2))
    assert (shown.page, shown.pages, shown.width, shown.height) == (2, 2, 400, 300)
    assert (shown.reason, shown.boxes, shown.as_read) == (None, (), True)
    assert size(shown) == (612, 459)


def test_a_page_is_drawn_once(shows: Originals, case: Case) -> None:
    case.put("a.pdf")
    first = shows.show(case.asked("a.pdf"))
    assert first.picture
    drawn = first.picture.stat().st_mtime_ns
    begun = time.monotonic()
    again = [shows.show(case.asked("a.pdf", text=f"passage {number}")) for number in range(100)]
    assert time.monotonic() - begun < 0.5, "a kept page takes 5 ms at most"
    assert set(again) == {first}
    assert first.picture.stat().st_mtime_ns == drawn


@posix
def test_what_is_kept_is_for_its_owner_only(shows: Originals, case: Case) -> None:
    case.put("a.pdf")
    shows.show(case.asked("a.pdf"))
    assert stat.S_IMODE((case.out / "pages").stat().st_mode) == 0o700
    for place in (case.out / "pages").iterdir():
        assert stat.S_IMODE(place.stat().st_mode) == 0o600
        assert not place.name.startswith(".")


@pytest.mark.parametrize(
    "damage", [b"", b"\x89PNG\r\n\x1a\n", b"{}", b"[1]", b"null", b'{"sha256"'])
def test_what_was_damaged_is_drawn_again(shows: Originals, case: Case, damage: bytes) -> None:
    case.put("a.pdf")
    first = shows.show(case.asked("a.pdf"))
    for place in (case.out / "pages").iterdir():
        place.write_bytes(damage)
        assert shows.show(case.asked("a.pdf")) == first
        assert size(first) == (612, 459)


def test_another_program_s_version_draws_again(shows: Originals, case: Case,
                                               monkeypatch: pytest.MonkeyPatch) -> None:
    case.put("a.pdf")
    first = shows.show(case.asked("a.pdf"))
    monkeypatch.setattr(shows, "_version", "00000000")
    assert shows.show(case.asked("a.pdf")).picture != first.picture


def test_a_member_is_shown_and_downloaded(shows: Originals, case: Case) -> None:
    case.put("材料.zip", zipped(**{"备份.zip": zipped(**{"会议__纪要.pdf": PAPER})}))
    asked = case.asked("材料.zip!/备份.zip!/会议/纪要.pdf")
    assert size(shows.show(asked)) == (612, 459)
    assert shows.original(asked) == PAPER


def test_an_original_is_downloaded_only_as_it_was_screened(shows: Originals, case: Case) -> None:
    case.put("a.pdf")
    assert shows.original(case.asked("a.pdf")) == PAPER
    assert shows.original(case.asked("b.pdf")) is None
    case.put("a.pdf", PAPER + b"\n")
    assert shows.original(case.asked("a.pdf")) is None
    assert list(shows._scratch.glob("left-*")) == []


def test_many_at_once_get_one_drawing(mocked: Originals, case: Case,
                                      monkeypatch: pytest.MonkeyPatch) -> None:
    case.put("a.pdf")
    asked_for = []
    ask = mocked._drawing.ask

    def counted(*given: object, **more: object) -> object:
        asked_for.append(more["do"])
        return ask(*given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(mocked._drawing, "ask", counted)
    got: list[Shown] = []
    threads = [threading.Thread(target=lambda: got.append(mocked.show(case.asked("a.pdf"))))
               for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 20
    assert len(set(got)) == 1
    assert len(asked_for) == 1


def test_what_takes_long_is_pending_and_then_there(
        mocked: Originals, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(originals, "PATIENCE", 0.0)
    case.put("a.pdf")
    shown = mocked.show(case.asked("a.pdf"))
    assert shown == Shown(None, reason="pending")
    until = time.monotonic() + 60
    while shown.reason == "pending" and time.monotonic() < until:
        time.sleep(0.02)
        shown = mocked.show(case.asked("a.pdf"))
    assert size(shown) == (612, 459)


def test_nobody_waits_for_libreoffice(shows: Originals, case: Case) -> None:
    case.put("纪要.docx", docx(BODY))
    begun = time.monotonic()
    assert shows.show(case.asked("纪要.docx", docx(BODY))) == Shown(None, reason="pending")
    assert time.monotonic() - begun < originals.PATIENCE / 10
    assert made(shows, case.asked("纪要.docx", docx(BODY))).reason in (None, "program_missing")


# --- what is not there ------------------------------------------------------------------------


def test_an_original_that_is_gone_or_changed_is_missing_until_it_is_back(
        shows: Originals, case: Case) -> None:
    place = case.put("a.pdf")
    first = shows.show(case.asked("a.pdf"))
    place.rename(case.folder / "b.pdf")
    assert shows.show(case.asked("a.pdf")) == Shown(None, reason="missing")
    case.put("a.pdf", PAPER + b"\n")
    assert shows.show(case.asked("a.pdf")).reason == "missing"
    (case.folder / "b.pdf").replace(place)
    assert shows.show(case.asked("a.pdf")) == first


def test_a_folder_that_is_put_back_while_the_worker_runs_is_read(
        shows: Originals, case: Case) -> None:
    case.put("a.pdf")
    assert size(shows.show(case.asked("a.pdf")))
    shutil.copytree(case.folder, case.out / "copy")
    shutil.rmtree(case.folder)
    assert shows.show(case.asked("a.pdf", page=2)).reason == "missing"
    shutil.copytree(case.out / "copy", case.folder)
    assert size(shows.show(case.asked("a.pdf", page=2)))


def test_a_folder_that_moved_with_its_out_is_found(shows: Originals, case: Case, tmp_path: Path
                                                   ) -> None:
    case.put("a.pdf")
    (tmp_path / "moved").mkdir()
    out = case.out.rename(tmp_path / "moved/out")
    old = str(case.folder)
    case.folder.rename(tmp_path / "moved" / case.folder.name)
    asked = Asked(out, old, "a.pdf", hashlib.sha256(PAPER).hexdigest())
    assert size(shows.show(asked))
    assert shows.original(asked) == PAPER


@posix
@pytest.mark.parametrize("path", ["../out/secret.pdf", "link.pdf", "folder/secret.pdf", "",
                                  "a.pdf/../../out/secret.pdf"])  # fmt: skip
def test_no_path_and_no_link_leads_out(shows: Originals, case: Case, path: str) -> None:
    (case.out / "secret.pdf").write_bytes(PAPER)
    (case.folder / "link.pdf").symlink_to("../out/secret.pdf")
    (case.folder / "folder").symlink_to("../out", target_is_directory=True)
    assert shows.show(case.asked(path)) == Shown(None, reason="missing")
    assert shows.original(case.asked(path)) is None


@pytest.mark.parametrize("asked", [
    {"sha256": "../../etc"}, {"sha256": ""}, {"sha256": "A" * 64}, {"page": 0}, {"page": -1},
])  # fmt: skip
def test_what_the_ledger_never_says_is_missing(shows: Originals, case: Case,
                                               asked: dict[str, object]) -> None:
    case.put("a.pdf")
    given = {"sha256": hashlib.sha256(PAPER).hexdigest(), "page": 1} | asked
    shown = shows.show(Asked(case.out, str(case.folder), "a.pdf", **given))  # type: ignore[arg-type]
    assert (shown.picture, shown.reason) == (None, "missing")


def test_what_nobody_draws_says_so(shows: Originals, case: Case) -> None:
    for name, data, reason in (("a.txt", b"words", "unsupported"), ("b.pdf", b"%PDF-1", "corrupt"),
                               ("c.docx", b"", "empty"), ("d.zip", zipped(a=b""), "unsupported")):
        case.put(name, data)
        assert shows.show(case.asked(name, data)).reason == reason


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


# --- papers without pages of their own --------------------------------------------------------

BODY = "".join(f"<w:p><w:r><w:t>第{number}次会议研究了创建工作。</w:t></w:r></w:p>"
               for number in range(1, 90))


@needs
def test_a_word_paper_is_shown_where_the_passage_stands(shows: Originals, case: Case) -> None:
    data = docx(BODY)
    case.put("纪要.docx", data)
    shown = made(shows, case.asked("纪要.docx", data, text="第88次会议研究了\n创建工作。"))
    assert shown.page == shown.pages
    assert (len(shown.boxes), shown.as_read) == (1, False)
    turned = made(shows, case.asked("纪要.docx", data, page=1))
    assert (turned.page, turned.boxes, turned.as_read) == (1, (), False)
    named = made(shows, case.asked("纪要.docx", data, page=shown.page,
                                  text="第88次会议研究了\n创建工作。"))
    assert named == shown
    lost = made(shows, case.asked("纪要.docx", data, text="没有这样一句话在里面"))
    assert (lost.page, lost.boxes) == (1, ())
    begun = time.monotonic()
    assert made(shows, case.asked("纪要.docx", data, text="第88次会议研究了\n创建工作。")) == shown
    assert time.monotonic() - begun < 0.05
    assert f"{hashlib.sha256(data).hexdigest()[:16]}.pdf" in case.names()


@needs
def test_a_pdf_that_was_damaged_is_made_again(shows: Originals, case: Case) -> None:
    data = docx(BODY)
    case.put("纪要.docx", data)
    first = made(shows, case.asked("纪要.docx", data, text="第88次会议"))
    for place in (case.out / "pages").iterdir():
        if place.suffix == ".pdf":
            place.write_bytes(place.read_bytes()[:500])
        elif ".pdf" not in place.name:
            place.unlink()
    assert made(shows, case.asked("纪要.docx", data, text="第88次会议")) == first


def test_without_the_program_the_text_is_shown(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    hidden = "from pipeline.ingest.word import office\noffice._USUAL = ()\n" \
             "office.shutil.which = lambda name: None\n"
    monkeypatch.setattr(lane, "COMMAND", (sys.executable, "-c", hidden + MOCK))
    case.put("纪要.docx", docx(BODY))
    with Originals() as one:
        assert made(one, case.asked("纪要.docx", docx(BODY))).reason == "program_missing"
