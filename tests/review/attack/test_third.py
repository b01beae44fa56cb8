"""Three reviewers, two of them done: the third is still blind, or out of it."""

from __future__ import annotations

from tests.review.room import Browser, Room, demo, key, target

ROWS = demo.pieces()["T01"]
PATHS = ("", "/indicators/T01", "/search?q=学习", "/queue?mode=open", "/queue?mode=sample",
         "/recall", "/overview", "/earlier", "/record.json", "/record.html",
         f"/original?target={target(ROWS[0])}&indicator=T01")


def started(room: Room) -> tuple[Browser, Browser, Browser, Browser]:
    lead = room.enter("丙牵头", "lead")
    one, other, third = (room.enter(name) for name in ("甲复核", "乙复核", "丁复核"))
    told = lead.post(room.path("/mode"), {"key": key(), "mode": "blind"})
    assert told.status == 200
    # What the unit says is nobody's opinion: all may read it, but not who wrote it down.
    one.post(room.path("/answer"), {"key": key(), "indicator": "T01", "requirement": "T01.1",
                                    "period": "2023", "note": "单位的说明"})
    return lead, one, other, third


def two_done(room: Room, one: Browser, other: Browser) -> None:
    assert room.decide(one, ROWS[0], note="甲的秘密").status == 200
    assert room.decide(other, ROWS[0], "rejected", reason="slogan", note="乙的秘密").status == 200
    for browser in (one, other):
        assert browser.post(room.path("/hand-in"), {"key": key()}).status == 200


def test_who_has_not_handed_in_sees_nothing_of_the_others(room: Room) -> None:
    _, one, other, third = started(room)
    [third.get(room.path(path)) for path in PATHS]  # the original counts as opened from here on
    before = [third.get(room.path(path)).text for path in PATHS]
    two_done(room, one, other)
    after = [third.get(room.path(path)).text for path in PATHS]
    assert "秘密" not in "".join(after)
    assert "单位的说明" in "".join(after) and "甲复核" not in "".join(after)
    for path, was, is_ in zip(PATHS, before, after, strict=True):
        assert is_ == was or path == "", f"{path}: not a letter changes"


def test_the_lead_keeps_what_he_sees(room: Room) -> None:
    lead, one, other, third = started(room)
    two_done(room, one, other)
    lead.get(room.path(f"/original?target={target(ROWS[0])}&indicator=T01"))
    settled = lead.post(room.path("/settle"), {
        "key": key(), "version": 0, "kind": "evidence", "indicator": "T01",
        "target": target(ROWS[0]), "verdict": "accepted"})
    assert settled.status == 200, settled.text
    late = room.decide(third, ROWS[1])
    assert late.status == 422, "who begins when all are in would open the unit again"
    told = lead.get(room.path("/differences")).json
    assert told["both_in"] and told["differences"][0]["settled"]["state"]["verdict"] == "accepted"
    assert lead.get(room.path("/record.json")).status == 200


def test_who_has_seen_the_others_is_not_asked_again(room: Room) -> None:
    """To be opened again is for one who handed in by mistake, before anybody saw anything; later
    two could be brought to agree, and it would count as blind."""
    lead, one, other, _ = started(room)
    assert room.decide(one, ROWS[0]).status == 200
    assert room.decide(other, ROWS[0], "rejected", reason="slogan").status == 200
    assert one.post(room.path("/hand-in"), {"key": key()}).status == 200
    ask = {"seat": lead.get(room.path("/differences")).json["handed_in"][0]["seat"],
           "reason": "交得早了，还没看完"}
    assert lead.post(room.path("/open-again"), {"key": key(), **ask}).status == 200
    for browser in (one, other):
        assert browser.post(room.path("/hand-in"), {"key": key()}).status == 200
    before = lead.get(room.path("/agreement")).json["all"]
    again = lead.post(room.path("/open-again"), {"key": key(), **ask})
    if again.status == 200:  # then what counts is what was said before
        assert room.decide(one, ROWS[0], "rejected", version=1, reason="slogan").status == 200
        assert one.post(room.path("/hand-in"), {"key": key()}).status == 200
    assert lead.get(room.path("/agreement")).json["all"] == before
