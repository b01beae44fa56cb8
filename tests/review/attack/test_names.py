"""Names of persons and places: what is masked on the page is masked in headers and answers, and a
host that is called like this machine is not this machine."""

from __future__ import annotations

from urllib.parse import unquote

import pytest

from pipeline.report.printable import safe
from pipeline.review.office import is_loopback
from tests.review.room import Room, demo, key

ROWS = demo.pieces()["T01"]
NOTE = "联系人：郑国栋，电话13987654321"


def test_a_note_is_masked_for_others_wherever_it_goes(room: Room) -> None:
    one, other = room.enter("甲"), room.enter("乙")
    assert room.decide(one, ROWS[0], note=NOTE).status == 200
    one.post(room.path("/verdict"), {"key": key(), "version": 0, "indicator": "T01",
                                     "verdict": "met", "note": NOTE, "despite_open": True})
    one.post(room.path("/answer"), {"key": key(), "indicator": "T01", "requirement": "T01.1",
                                    "period": "2023", "note": NOTE})
    auditor = room.enter("丁", "auditor")
    told = [other.get(room.path(path)).text for path in (
        "/indicators/T01", "/queue?mode=open", "/overview", "/record.json", "/record.html")]
    told.append(auditor.get(room.path("/audit")).text)
    lost = room.decide(other, ROWS[0], "unsure")
    assert lost.status == 409
    for text in (*told, lost.text):
        assert "13987654321" not in text and "郑国栋" not in text


def test_the_name_of_a_download_is_that_of_the_page(room: Room) -> None:
    browser = room.enter("甲")
    run = room.office.runs.of(room.out)
    for file in run.files.values():
        if not file["sha256"]:
            continue
        told = browser.get(room.path(f"/download/{file['sha256'][:16]}"))
        named = told.header("content-disposition")
        assert named.startswith("attachment") and told.header("x-content-type-options") == "nosniff"
        name = unquote(named.partition("''")[2])
        assert "/" not in name and "\n" not in name and name == safe(name)


@pytest.mark.parametrize("host", ["127.evil.example", "127.0.0.1.example", "localhost.example",
                                  "::1.example", "10.0.0.1", "2130706433", "localhost.", ""])
def test_what_is_called_like_this_machine_is_not_it(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "127.1.2.3", "localhost", "::1"])
def test_a_room_answers_where_it_says_it_stands(room: Room, host: str) -> None:
    assert is_loopback(host)
    room.office.serves(host, 8123)
    browser = room.browser()
    browser.host = f"[{host}]:8123" if ":" in host else f"{host}:8123"
    assert browser.get("/login").status == 200
    browser.host = "evil.example:8123"
    assert browser.get("/login").status == 421
