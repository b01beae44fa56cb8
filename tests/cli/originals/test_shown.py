"""Originals for the server: shown, kept, refused with a reason; whatever a file does, it lives."""

from __future__ import annotations

import hashlib
import shutil
import stat
import sys
import threading
import time
from pathlib import Path

import pytest

from pipeline.cli import originals
from pipeline.cli.originals import Originals
from pipeline.ingest.shown import lane
from pipeline.review.originals import Asked, Shown
from tests.cli.originals.case import MOCK, PAPER, Case, made, needs, posix, size
from tests.ingest.made_files import docx, zipped

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
    paper = docx(BODY)  # once: it holds the time at which it was made
    case.put("纪要.docx", paper)
    begun = time.monotonic()
    assert shows.show(case.asked("纪要.docx", paper)) == Shown(None, reason="pending")
    assert time.monotonic() - begun < originals.PATIENCE / 10
    assert made(shows, case.asked("纪要.docx", paper)).reason in (None, "program_missing")


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
    paper = docx(BODY)
    case.put("纪要.docx", paper)
    with Originals() as one:
        assert made(one, case.asked("纪要.docx", paper)).reason == "program_missing"
