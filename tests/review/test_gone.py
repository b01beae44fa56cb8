"""An OUT that is a copy, a unit that was purged: each is told as what it is."""

from __future__ import annotations

import shutil
from pathlib import Path
from urllib.parse import urlsplit

from pipeline.review.serve import local_office
from pipeline.store.decisions import purge, writing
from tests.review.room import Room, screened, shows
from tests.review.test_serve import Served, command


def test_a_copy_of_a_reviewed_folder_is_told(tmp_path: Path) -> None:
    out = screened(tmp_path / "out")
    local_office(out, shows(tmp_path), lambda asked: None, "zh", lambda token: None)
    shutil.copytree(out, tmp_path / "copy")
    done = command("review", str(tmp_path / "copy"))
    assert done.returncode == 20 and "是" in done.stderr and "副本" in done.stderr
    assert str(out) in done.stderr and "review.id" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_unit_that_was_purged_is_not_called_unscreened(tmp_path: Path) -> None:
    out = screened(tmp_path / "out")
    local_office(out, shows(tmp_path), lambda asked: None, "zh", lambda token: None)
    assert command("purge", str(out), "--unit", "云岭市水务局", "--yes").returncode == 0
    done = command("review", str(out))
    assert done.returncode == 20 and "已清除" in done.stderr
    assert "zuozheng record" in done.stderr and "zuozheng verify" in done.stderr


def test_the_page_of_a_purged_unit_says_so(tmp_path: Path) -> None:
    room = Room(screened(tmp_path / "one"))
    browser = room.enter("甲")
    with writing(room.engine) as conn:
        purge(conn, room.unit, "")
    (room.out / "ledger.sqlite").unlink()
    told = browser.get(room.path())
    assert told.status == 424 and told.json["error"] == "run_purged"
    assert "已清除" in told.json["text"] and str(tmp_path) not in told.json["text"]
    assert browser.get("/api/units").json[0]["problem"]["error"] == "run_purged"


def test_a_second_room_leaves_the_first_its_port_and_says_so(tmp_path: Path) -> None:
    out = screened(tmp_path / "out")
    first, beside = Served(str(out)), None
    try:
        port = urlsplit(first.wait()).port
        beside = Served(str(out))
        assert urlsplit(beside.wait()).port not in (None, port)
    finally:
        for one in filter(None, (beside, first)):
            one.end()
    assert beside is not None and f"在端口 {port}" in "".join(beside.errors)
    assert (out / "review.port").read_text() == f"{port}\n"
