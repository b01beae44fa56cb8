"""A photograph without letters is no unread paper; a whole paper is evidence that can be seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.store.ledger import Ledger
from tests.review.room import Room, demo, key, screened, target, unproposed

PHOTO = "2022年/扫描件/照片001.jpg"
THIS = "f:" + demo.sha(PHOTO)[:16]


@pytest.fixture
def room(tmp_path: Path) -> Room:
    """A room in whose run no letters were found on one picture, and on one scanned paper."""
    out = screened(tmp_path / "out")
    with Ledger(out / "ledger.sqlite") as ledger:
        for path in (PHOTO, demo.SCAN):
            ledger._replace(path, {**(ledger.file(path) or {}), "reason": "no_words"})
    return Room(out)


def attach(room: Room, browser: Any, thing: str, slots: Any = ()) -> Any:
    browser.get(room.path(f"/original?target={thing}&indicator=T05"))
    return browser.post(room.path("/evidence"), {
        "key": key(), "version": 0, "indicator": "T05", "target": thing, "verdict": "accepted",
        "attached": True, "slots": list(slots)})


def test_a_photograph_stands_by_itself(room: Room) -> None:
    browser = room.enter("甲")
    told = browser.get(room.path()).json
    unread = [one["path"] for one in told["unread"]]
    assert PHOTO not in unread and demo.SCAN in unread, "a paper may hold what nobody could read"
    assert told["photos"] == [{"path": PHOTO, "target": THIS, "sha16": THIS[2:],
                               "indicators": []}]
    assert browser.get(room.path("/overview")).json["unread"] == len(unread)
    marked = {one["path"] for one in browser.get(room.path("/papers")).json if one["photo"]}
    assert marked == {PHOTO}
    assert browser.get(room.path("/search?q=照片001")).json[0]["photo"] is True
    shown = browser.get(room.path(f"/original?target={THIS}")).json
    assert shown["unread_reason"] is None and shown["unread_text"] == ""


def test_a_photograph_can_be_attached_and_is_seen(room: Room) -> None:
    browser = room.enter("甲")
    assert attach(room, browser, THIS, [["T05.1", "2022"]]).status == 200
    found = browser.get(room.path("/indicators/T05")).json
    (card,) = [one for one in found["evidence"] if one["target"] == THIS]
    assert (card["of"], card["path"], card["file"], card["text"]) == ("photo", PHOTO, THIS, "")
    (cell,) = [one for one in found["cells"]
               if (one["requirement"], one["period"]) == ("T05.1", "2022")]
    assert cell["state"] == "confirmed"
    assert browser.get(room.path()).json["photos"][0]["indicators"] == ["T05"]


def test_a_card_says_what_it_is_of(room: Room) -> None:
    browser = room.enter("甲")
    paper = "f:" + demo.sha(demo.MINUTES)[:16]
    for thing in (paper, f"p:{unproposed()}"):
        assert attach(room, browser, thing).status == 200
    cards = {one["target"]: one for one in
             browser.get(room.path("/indicators/T05")).json["evidence"]}
    assert cards[paper]["of"] == "paper" and cards[paper]["title"]
    picture = browser.get(room.path(f"/pictures/{paper[2:]}/1?target={paper}"))
    assert picture.status == 200 and picture.header("content-type") == "image/png"
    assert cards[f"p:{unproposed()}"]["of"] == "passage"
    assert cards[target(demo.pieces()["T05"][0])]["of"] == "passage"
