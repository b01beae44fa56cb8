"""The audit in words: a row says what was done, not only on what."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.language import LANGUAGES, say, speaking
from pipeline.review.told import told
from pipeline.store.decisions import reading
from pipeline.store.decisions import state as kept
from tests.review.room import Browser, Room, demo, key, target, unproposed

FIRST, SECOND = demo.pieces()["T01"][:2]
EVERY = {"accepted", "rejected", "unsure", "undecided", "moved", "attached", "slots", "stage",
         "note", "undone", "verdict", "sample", "withheld"}


def rows(room: Room, browser: Browser) -> list[Any]:
    return browser.get(room.path("/audit")).json["entries"]  # type: ignore[no-any-return]


def work(room: Room) -> None:
    """Everything that can be done to a passage, and to an indicator, one after the other."""
    one = room.enter("甲")
    steps: list[dict[str, Any]] = [
        {"verdict": "accepted"}, {"verdict": "accepted", "note": "看过原件"},
        {"verdict": "accepted", "note": "看过原件", "stage": "plan"},
        {"verdict": "accepted", "note": "看过原件", "stage": "plan", "slots": [["T01.1", "2023"]]},
        {"verdict": "rejected", "reason": "slogan"}, {"verdict": "unsure"}, {"verdict": None}]
    for version, step in enumerate(steps):
        assert room.decide(one, FIRST, step.pop("verdict"), version=version, **step).status == 200
    one.post(room.path("/undo"), {"key": key(), "version": 7, "indicator": "T01",
                                  "target": target(FIRST)})
    room.decide(one, SECOND, "rejected", reason="moved", moved_to="T05",
                slots=[["T05.1", "2023"]])
    room.decide(one, {"passage": unproposed()}, indicator="T04")
    one.post(room.path("/verdict"), {"key": key(), "version": 0, "indicator": "T01",
                                     "verdict": "met", "points": 8, "despite_open": True})
    one.post(room.path("/undo"), {"key": key(), "version": 1, "indicator": "T01",
                                  "kind": "verdict"})


def test_each_row_says_what_was_done(room: Room) -> None:
    work(room)
    found = rows(room, room.enter("监督", "auditor"))
    assert [row["what"] for row in found] == [
        "accepted", "note", "stage", "slots", "rejected", "unsure", "undecided", "undone", "moved",
        "attached", "attached", "verdict", "undone"]
    words = [row["words"] for row in found]
    assert "中心组集中学习并有记录 2023年" in words[3] and "T05" in words[8]
    assert "开展共建活动 2023年" in words[8]
    assert say("review.evidence.unsure", "zh") in words[7]
    decided = say("review.told.decided", "zh", decided=2, proposed=16)
    assert words[11].endswith(decided) and "8" in words[11]
    assert say("review.verdict.met", "zh") in words[11]
    assert len(set(words)) == len(words), "no two of them look alike"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_row_has_words(room: Room, language: str) -> None:
    work(room)
    lead, auditor = room.enter("牵头", "lead"), room.enter("监督", "auditor")
    lead.post(room.path("/unmask"), {"key": key(), "target": target(FIRST), "reason": "核对姓名"})
    with reading(room.engine) as conn, speaking(language):
        for entry in (*kept.entries(conn, room.unit), *kept.entries(conn, "")):
            what, words = told(entry, kept.before(conn, entry))
            assert words and "{" not in words and what
        for what in EVERY:
            assert say(f"review.told.{what}")
    english = auditor.get(room.path("/audit?language=en")).json["entries"]
    assert english[0]["words"].startswith("Accepted")


def test_a_key_of_the_servers_own_form_cannot_be_sent(room: Room) -> None:
    browser = room.enter("甲")
    told_ = room.decide(browser, FIRST, key="ab" * 32)
    assert told_.status == 422 and told_.json["fields"] == ["key"]
