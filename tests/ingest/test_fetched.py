"""The bytes of an original, out of folders and containers, and what the worker answers of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.errors import Unreadable
from pipeline.ingest.confined import records
from pipeline.ingest.shown import drawn, fetched
from pipeline.ingest.shown.worker import Opened
from pipeline.ingest.word import office
from tests.ingest.made_files import docx, pdf, ruled, zipped
from tests.ingest.test_pasted import A4, LONG, pasted
from tests.ingest.test_pasted import drawn as pasted_at
from tests.ingest.test_pictured import LINES, TEXT, corner, ink_outside, sha256, written
from tests.ingest.test_read_docx import p

needs = pytest.mark.skipif(office.available() is None, reason="LibreOffice is not installed")
posix = pytest.mark.skipif(os.name != "posix", reason="links and pipes are made here")


# --- the bytes of an original -----------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "单位"
    (place / "会议").mkdir(parents=True)
    (tmp_path / "outside.txt").write_bytes(b"outside")
    return place


def got(folder: Path, path: str, data: bytes) -> bytes | str:
    try:
        return fetched.fetched(folder, path, sha256(data))[0]
    except Unreadable as refused:
        return refused.reason


def test_an_original_is_what_was_screened(folder: Path) -> None:
    (folder / "会议/纪要.txt").write_bytes(b"one")
    assert got(folder, "会议/纪要.txt", b"one") == b"one"
    assert got(folder, "会议/纪要.txt", b"two") == "changed_during_run"
    assert got(folder, "会议/别的.txt", b"one") == "vanished"


HOSTILE = ["../outside.txt", "会议/../../outside.txt", "/etc/passwd", "会议//纪要.txt", ".", "",
           "会议/./纪要.txt", "会议", "outside.txt\0", "a!/../../outside.txt", "link",
           "folder/outside.txt", "pipe", "!/", "!/!/!/"]  # fmt: skip


@posix
@pytest.mark.parametrize("path", HOSTILE)
def test_no_path_leads_out_of_the_folder(folder: Path, path: str) -> None:
    (folder / "会议/纪要.txt").write_bytes(b"one")
    (folder / "link").symlink_to("../outside.txt")
    (folder / "folder").symlink_to("..", target_is_directory=True)
    os.mkfifo(folder / "pipe")
    data = Path("/etc/passwd").read_bytes() if path.startswith("/") else b"outside"
    assert got(folder, path, data) == "vanished"
    if path.startswith("会议/"):
        assert got(folder, path, b"one") == "vanished"
    assert fetched.stamp(folder, path) is None


def test_a_member_is_fetched_out_of_its_containers(folder: Path) -> None:
    inner = zipped(**{"总结.txt": b"deep", "会议__纪要.txt": b"minutes"})
    outer = zipped(**{"备份.zip": inner, "会议__纪要.txt": b"minutes", "甲!__乙.txt": b"odd"})
    (folder / "材料.zip").write_bytes(outer)
    assert got(folder, "材料.zip!/会议/纪要.txt", b"minutes") == b"minutes"
    assert got(folder, "材料.zip!/备份.zip!/总结.txt", b"deep") == b"deep"
    assert got(folder, "材料.zip!/备份.zip!/会议/纪要.txt", b"minutes") == b"minutes"
    assert got(folder, "材料.zip!/甲!/乙.txt", b"odd") == b"odd"
    assert got(folder, "材料.zip!/备份.zip", inner) == inner
    assert got(folder, "材料.zip!/没有.txt", b"deep") == "changed_during_run"
    assert got(folder, "材料.zip!/备份.zip!/总结.txt", b"other") == "changed_during_run"


def test_the_second_member_of_a_name_is_told_by_its_hash(folder: Path) -> None:
    from tests.ingest.made_archives import Zipped
    from tests.ingest.made_archives import zipped as packed

    (folder / "a.zip").write_bytes(packed(Zipped(b"n.txt", b"first"), Zipped(b"n.txt", b"second")))
    assert got(folder, "a.zip!/n.txt", b"first") == b"first"
    assert got(folder, "a.zip!/n.txt~2", b"second") == b"second"


def test_a_folder_may_be_called_as_a_container(folder: Path) -> None:
    (folder / "材料.zip!").mkdir()
    (folder / "材料.zip!/a.txt").write_bytes(b"in the folder")
    (folder / "材料.zip").write_bytes(zipped(**{"a.txt": b"in the zip"}))
    assert got(folder, "材料.zip!/a.txt", b"in the folder") == b"in the folder"
    assert got(folder, "材料.zip!/a.txt", b"in the zip") == b"in the zip"


@posix
def test_a_name_that_is_no_utf8_is_found_by_the_letters_of_the_ledger(folder: Path) -> None:
    raw = os.fsencode(folder) + b"/" + "会议记录.txt".encode("gb18030")
    try:
        Path(os.fsdecode(raw)).write_bytes(b"old")
    except OSError:
        pytest.skip("this file system takes UTF-8 alone")
    assert got(folder, "会议记录.txt", b"old") == b"old"


def test_containers_in_containers_end(folder: Path) -> None:
    data, path = zipped(**{"a.txt": b"x"}), "a.txt"
    for _ in range(7):
        data, path = zipped(**{"z.zip": data}), f"z.zip!/{path}"
    (folder / "z.zip").write_bytes(data)
    assert got(folder, f"z.zip!/{path}", b"x") == "limit_depth"


# --- the worker's answers ---------------------------------------------------------------------


def asked(folder: Path, do: str, path: str, data: bytes, **more: object) -> dict[str, object]:
    return {"do": do, "number": 1, "folder": records.coded(folder), "path": path,
            "sha256": sha256(data), "page": 1, "text": "", **more}


def test_the_worker_says_what_it_cannot_show(folder: Path, tmp_path: Path) -> None:
    worker = Opened(tmp_path)
    for name, data, reason in (("a.txt", b"words", "unsupported"), ("b.pdf", b"%PDF-1.", "corrupt"),
                               ("c.docx", b"", "empty")):
        (folder / name).write_bytes(data)
        assert worker.answer(asked(folder, "page", name, data))["reason"] == reason
    (folder / "d.docx").write_bytes(docx("<w:p/>"))
    assert worker.answer(asked(folder, "page", "d.docx", docx("<w:p/>")))["convert"] is True


def test_a_page_turned_over_is_not_read_again(folder: Path, tmp_path: Path) -> None:
    data = pdf(LINES, LINES)
    (folder / "a.pdf").write_bytes(data)
    worker = Opened(tmp_path)
    assert worker.answer(asked(folder, "page", "a.pdf", data))["pages"] == 2
    stamp = (folder / "a.pdf").stat()
    (folder / "a.pdf").write_bytes(b"x" * len(data))
    assert worker.answer(asked(folder, "page", "a.pdf", data))["reason"] == "changed_during_run"
    os.utime(folder / "a.pdf", ns=(stamp.st_atime_ns, stamp.st_mtime_ns))


def test_a_pdf_that_is_not_what_was_made_is_stale(folder: Path, tmp_path: Path) -> None:
    place = tmp_path / "made.pdf"
    place.write_bytes(TEXT)
    worker = Opened(tmp_path)
    job = asked(folder, "converted", "a.docx", b"", place=records.coded(place))
    good = worker.answer({**job, "pdf_sha256": sha256(TEXT), "text": "gave each of them a task"})
    assert (len(good["boxes"]), good["page"], good["pages"]) == (1, 2, 2)
    assert worker.answer({**job, "pdf_sha256": "0" * 64})["stale"] is True


@pytest.mark.parametrize(
    ("page", "text", "shown", "boxed"),
    [
        (1, "gave each of them a task", 2, True),
        (2, "gave each of them a task", 2, True),
        (1, "", 1, False),
        (2, "On 3 May the leading group", 2, False),
        (2, "words that stand nowhere in it", 2, False),
        (9, "gave each of them a task", 2, True),
    ],
)
def test_the_passage_is_shown_first_and_pages_can_be_turned(
        folder: Path, tmp_path: Path, page: int, text: str, shown: int, boxed: bool) -> None:
    place = tmp_path / "made.pdf"
    place.write_bytes(TEXT)
    (folder / "a.docx").write_bytes(docx("<w:p/>"))
    answer = Opened(tmp_path).answer(asked(
        folder, "converted", "a.docx", docx("<w:p/>"), place=records.coded(place), page=page,
        pdf_sha256=sha256(TEXT), text=text))
    assert (answer["page"], bool(answer.get("boxes"))) == (shown, boxed)


def test_hostile_papers_have_a_reason_or_a_picture(real_files: Path, tmp_path: Path) -> None:
    """Each of the hostile PDFs and pictures ends in the one or the other, in this very process."""
    worker = Opened(tmp_path)
    tried = 0
    for place in sorted((real_files / "hostile").rglob("*")):
        if place.suffix.lower() not in (".pdf", ".jpg", ".png", ".tif", ".gif", ".heic", ".ofd",
                                        ".bmp", ".webp") or place.stat().st_size > 3_000_000:
            continue
        path = place.relative_to(real_files).as_posix()
        answer = worker.answer(asked(real_files, "page", path, place.read_bytes()))
        assert answer.get("reason") != "crash", path
        assert ("png" in answer) != ("reason" in answer) or "convert" in answer, path
        tried += 1
    assert tried > 5


def test_a_ruled_page_is_drawn_with_its_lines() -> None:
    sheet = drawn.sheet(pdf(ruled((10, 10, 390, 10))), "pdf", 1)
    assert ink_outside(sheet, []) > 100


def test_a_scan_pasted_into_a_paper_is_the_page_that_was_read(folder: Path, tmp_path: Path) -> None:
    """What was recognised on it stands nowhere in the PDF that is made of the paper."""
    body = p(LONG) + p(pasted_at("a", 400, 560)) + A4
    data = pasted(body, a=written(corner().resize((700, 980)), "PNG"))
    (folder / "a.docx").write_bytes(data)
    made = tmp_path / "made.pdf"
    made.write_bytes(TEXT)
    job = asked(folder, "converted", "a.docx", data, place=records.coded(made),
                pdf_sha256=sha256(TEXT), text="what stands on the scan alone")
    worker = Opened(tmp_path)
    shown = worker.answer({**job, "page": 2})
    assert (shown["own"], shown["page"], shown["width"], shown["height"]) == (True, 2, 400, 560)
    assert "own" not in worker.answer({**job, "page": 1})
    assert "own" not in worker.answer({**job, "page": 3})
    assert "own" not in worker.answer({**job, "page": 2, "text": ""})
