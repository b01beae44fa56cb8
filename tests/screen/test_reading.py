"""What containers hold is read like any other file, nothing is read twice, nothing is lost."""

from __future__ import annotations

import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw, ImageFont

from pipeline.errors import OutputError
from pipeline.ingest import member
from pipeline.screen import unit as hall
from pipeline.screen.unit import screen
from pipeline.store.outputs import alone, appended

ROOT = Path(__file__).parents[2]
FONT = Path("/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc")
PAPER = (
    "岚河市交通运输局2023年民族团结进步创建工作总结\n\n"
    "2023年5月18日，局党组理论学习中心组专题学习习近平总书记关于加强和改进民族工作的重要思想。\n"
)
OUTPUTS = ("coverage.json", "report.html", "coverage.xlsx")


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in members.items():
            package.writestr(name, data)
    return out.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "岚河市交通运输局"
    place.mkdir()
    return place


def files(out: Path) -> dict[str, dict[str, Any]]:
    found = json.loads((out / "coverage.json").read_text("utf-8"))
    return {row["path"]: row for row in found["files"]}


def evidence(out: Path) -> list[dict[str, Any]]:
    found = json.loads((out / "coverage.json").read_text("utf-8"))
    return [one for item in found["indicators"] for one in item["evidence"]]


# --- containers -------------------------------------------------------------------------------


def test_members_are_files_of_the_archive(folder: Path, tmp_path: Path) -> None:
    inner = zipped(**{"会议/总结.txt": PAPER.encode()})
    (folder / "材料.zip").write_bytes(zipped(**{
        "空.txt": b"", "里层.zip": inner, "__MACOSX/._x": b"x", "程序.exe": b"MZ\0\0" + b"\1" * 99,
    }))
    done = screen(folder, "yuxi-2024", tmp_path / "out")
    rows = files(tmp_path / "out")
    told = {path: (row["status"], row["reason"], row["members"]) for path, row in rows.items()}
    assert told == {
        "材料.zip": ("read", None, 4),
        "材料.zip!/空.txt": ("unread", "empty", None),
        "材料.zip!/里层.zip": ("read", None, 1),
        "材料.zip!/里层.zip!/会议/总结.txt": ("read", None, None),
        "材料.zip!/__MACOSX/._x": ("ignored", "system_file", None),
        "材料.zip!/程序.exe": ("unread", "unsupported_format", None),
    }
    assert sum(done.statuses.values()) == 6
    assert evidence(tmp_path / "out")[0]["path"] == "材料.zip!/里层.zip!/会议/总结.txt"
    assert not (tmp_path / "out" / "work").exists()


def test_a_paper_inside_and_outside_a_container_is_one_paper(folder: Path, tmp_path: Path) -> None:
    (folder / "甲.txt").write_text(PAPER, "utf-8")
    (folder / "材料.zip").write_bytes(zipped(**{"总结.txt": PAPER.encode()}))
    screen(folder, "yuxi-2024", tmp_path / "out")
    rows = files(tmp_path / "out")
    assert rows["材料.zip!/总结.txt"]["status"] == "read"
    assert rows["甲.txt"]["reason"] == "same_bytes"
    assert rows["甲.txt"]["same_as"] == "材料.zip!/总结.txt"


def test_containers_end_at_a_depth(folder: Path, tmp_path: Path) -> None:
    data, path = PAPER.encode(), "总结.txt"
    for level in range(member.MOST_DEPTH + 2):
        data, path = zipped(**{path: data}), f"{level}.zip"
    (folder / path).write_bytes(data)
    screen(folder, "yuxi-2024", tmp_path / "out")
    rows = files(tmp_path / "out")
    assert [row["reason"] for row in rows.values()] == [None] * 5 + ["limit_depth"]


def test_what_a_nest_holds_is_bounded_together(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.screen.reading._Left.__init__.__defaults__", (5, 10**6))
    inner = zipped(**{f"{number}.txt": PAPER.encode() + bytes([48 + number])
                      for number in range(4)})
    (folder / "材料.zip").write_bytes(zipped(**{"a.zip": inner, "b.txt": b"1", "c.txt": b"2"}))
    screen(folder, "yuxi-2024", tmp_path / "out")
    rows = files(tmp_path / "out")
    assert rows["材料.zip!/a.zip"]["status"] == "partly_read"
    assert rows["材料.zip!/a.zip"]["reason"] == "limit_members"
    assert sum("!/a.zip!/" in path for path in rows) == 2


# --- nothing twice ----------------------------------------------------------------------------


def filled(folder: Path) -> None:
    (folder / "2023年").mkdir()
    (folder / "2023年" / "总结.txt").write_text(PAPER, "utf-8")
    (folder / "2023年" / "网页.html").write_text(
        "<html><body><h1>简报</h1><p>局党组书记讲民族团结专题党课。</p></body></html>", "utf-8")
    (folder / "材料.zip").write_bytes(zipped(**{"会议/纪要.txt": PAPER.encode() + "。".encode()}))
    (folder / "坏.docx").write_bytes(b"PK\x03\x04rubbish")


def test_a_second_run_opens_nothing_and_says_the_same(folder: Path, tmp_path: Path) -> None:
    filled(folder)
    out = tmp_path / "out"
    assert screen(folder, "yuxi-2024", out).opened == 5
    before = {name: (out / name).read_bytes() for name in OUTPUTS}
    again = screen(folder, "yuxi-2024", out)
    assert again.opened == 0 and again.exit_code == 10
    assert before == {name: (out / name).read_bytes() for name in OUTPUTS}


def test_from_the_cache_the_outputs_are_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    filled(folder)
    out = tmp_path / "out"
    screen(folder, "yuxi-2024", out)
    before = {name: (out / name).read_bytes() for name in OUTPUTS}
    (out / "report.html").unlink()
    again = screen(folder, "yuxi-2024", out)
    assert again.opened == 0
    assert before == {name: (out / name).read_bytes() for name in OUTPUTS}


def test_another_rubric_opens_nothing(folder: Path, tmp_path: Path) -> None:
    filled(folder)
    out = tmp_path / "out"
    screen(folder, "yuxi-2024", out)
    assert screen(folder, "xinping-2018", out).opened == 0
    screen(folder, "xinping-2018", tmp_path / "fresh")
    assert (out / "coverage.json").read_bytes() \
        == (tmp_path / "fresh" / "coverage.json").read_bytes()


def test_only_what_changed_is_opened(folder: Path, tmp_path: Path) -> None:
    filled(folder)
    out = tmp_path / "out"
    screen(folder, "yuxi-2024", out)
    (folder / "2023年" / "总结.txt").write_text(PAPER + "另有一句。", "utf-8")
    (folder / "2023年" / "网页.html").rename(folder / "改了名.html")
    assert screen(folder, "yuxi-2024", out).opened == 1
    assert "改了名.html" in files(out)


def test_a_changed_reader_is_never_served_stale_text(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(folder)
    out = tmp_path / "out"
    screen(folder, "yuxi-2024", out)
    monkeypatch.setattr(hall, "version", lambda: "another")
    assert screen(folder, "yuxi-2024", out).opened == 5


def test_what_may_pass_is_tried_again(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(folder)
    out = tmp_path / "out"

    monkeypatch.setattr("pipeline.screen.reading.complete", lambda job, record: False)
    screen(folder, "yuxi-2024", out)
    assert {row["reason"] for row in files(out).values()} == {"crash"}
    monkeypatch.undo()
    assert screen(folder, "yuxi-2024", out).opened == 5


def test_a_broken_cache_is_begun_anew(folder: Path, tmp_path: Path) -> None:
    filled(folder)
    out = tmp_path / "out"
    screen(folder, "yuxi-2024", out)
    (out / "extracted.sqlite").write_bytes(b"rubbish" * 999)
    (out / "coverage.json").unlink()
    assert screen(folder, "yuxi-2024", out).opened == 5


def test_what_a_killed_run_read_is_not_read_again(folder: Path, tmp_path: Path) -> None:
    for number in range(120):
        (folder / f"{number}.txt").write_text(PAPER * 40 + str(number), "utf-8")
    out = tmp_path / "out"
    script = ("import pipeline.store.cache as cache; cache.SECONDS = 0.0; "
              "from pipeline.cli import main; main()")
    run = subprocess.Popen(
        [sys.executable, "-c", script, "screen", str(folder), "--rubric", "yuxi-2024", "--out",
         str(out), "--workers", "1"], cwd=ROOT, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(ROOT)})
    kept = 0
    deadline = time.monotonic() + 60
    while kept < 10 and run.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
        if (out / "extracted.sqlite").is_file():
            try:
                with sqlite3.connect(out / "extracted.sqlite") as base:
                    (kept,) = base.execute("SELECT count(*) FROM extract").fetchone()
            except sqlite3.Error:
                kept = 0
    run.kill()
    run.wait()
    assert kept >= 10
    done = screen(folder, "yuxi-2024", out)
    assert done.opened <= 120 - kept and done.statuses == {"read": 120}
    screen(folder, "yuxi-2024", tmp_path / "fresh")
    assert (out / "coverage.json").read_bytes() \
        == (tmp_path / "fresh" / "coverage.json").read_bytes()


def test_of_two_runs_in_one_place_one_runs(folder: Path, tmp_path: Path) -> None:
    filled(folder)
    out = tmp_path / "out"
    out.mkdir()
    with appended(out / "run.log") as log, alone(log, out), \
            pytest.raises(OutputError) as told:
        screen(folder, "yuxi-2024", out)
    assert told.value.key == "output_busy"
    screen(folder, "yuxi-2024", out)


def test_out_may_be_a_relative_path(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Programs stand in folders of their own: a relative path would lead them astray."""
    words = "".join(f"\\u{ord(letter)}?" for letter in "局党组专题学习民族理论政策" * 20)
    (folder / "断.rtf").write_bytes(b"{\\rtf1\\ansi\\ansicpg936 " + words.encode()[:1500])
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.chdir(tmp_path)
    screen(folder, "yuxi-2024", Path("out"))
    assert files(tmp_path / "out")["断.rtf"]["reason"] != "crash"


def test_what_a_killed_run_had_begun_to_write_goes(folder: Path, tmp_path: Path) -> None:
    filled(folder)
    out = tmp_path / "out"
    out.mkdir()
    (out / ".ledger.sqlite.abc").write_bytes(b"half")
    screen(folder, "yuxi-2024", out)
    assert not list(out.glob(".*"))


# --- pictures ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a paper and the photograph of another."""
    place = tmp_path_factory.mktemp("扫描") / "岚河市交通运输局"
    place.mkdir()
    (place / "总结.txt").write_text(PAPER, "utf-8")
    if not FONT.is_file():
        pytest.skip("fonts-noto-cjk is not installed: no picture of Chinese text can be made")
    picture = Image.new("RGB", (1654, 1000), "white")
    pen = ImageDraw.Draw(picture)
    for number, (size, line) in enumerate((
        (52, "岚河市交通运输局党组理论学习中心组学习记录"), (36, "时间：2022年9月6日"),
        (36, "地点：局三楼会议室"),
        (36, "2022年9月6日，局党组理论学习中心组专题学习习近平总书记关于加强"),
        (36, "和改进民族工作的重要思想。"),
    )):
        pen.text((220, 150 + 90 * number), line, "black", ImageFont.truetype(str(FONT), size))
    picture.save(place / "2022年学习记录.png", dpi=(200, 200))
    return place


def test_scans_may_wait(scanned: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = screen(scanned, "yuxi-2024", out, ocr="later")
    row = files(out)["2022年学习记录.png"]
    assert (row["status"], row["reason"], row["pages_pending"]) == ("unread", "ocr_pending", 1)
    assert done.recognised == 0
    done = screen(scanned, "yuxi-2024", out, ocr="now")
    assert (done.opened, done.recognised) == (0, 1)
    row = files(out)["2022年学习记录.png"]
    assert (row["status"], row["pages_pending"], row["pages_recognised"]) == ("read", 0, 1)
    assert row["dated"] == "2022-09-06"
    found = [one for one in evidence(out) if one["path"] == "2022年学习记录.png"]
    assert found and all(0.8 <= one["reading_confidence"] <= 1 for one in found)
    assert found[0]["places"][0]["page"] == 1 and len(found[0]["places"][0]["box"]) == 4
    # what was recognised once is known to every later run
    assert screen(scanned, "xinping-2018", out, ocr="now").recognised == 0
    assert screen(scanned, "yuxi-2024", out, ocr="never").recognised == 0
    assert files(out)["2022年学习记录.png"]["reason"] == "no_text_layer"


def test_copies_of_a_folder_share_nothing(scanned: Path, tmp_path: Path) -> None:
    """The cache lies in OUT: another place starts anew, and says the same."""
    screen(scanned, "yuxi-2024", tmp_path / "a", ocr="later")
    shutil.copytree(scanned, tmp_path / scanned.name)
    assert screen(tmp_path / scanned.name, "yuxi-2024", tmp_path / "b", ocr="later").opened == 2
    assert (tmp_path / "a" / "coverage.json").read_bytes() \
        == (tmp_path / "b" / "coverage.json").read_bytes()
