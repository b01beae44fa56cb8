"""The current entries kept in memory are those of the store, whatever happens to it."""

from __future__ import annotations

from pipeline.review.latest import Latest
from pipeline.store.decisions import Connection, current, purge, reading, writing
from tests.review.room import Room, demo, key, target

ROWS = demo.pieces()["T01"]


def same(latest: Latest, conn: Connection, unit: str) -> int:
    wanted = {subject: entry for (_, subject), entry
              in current(conn, unit, "", "evidence").items()}
    found = latest.of(conn, unit, "", "evidence")
    assert list(found.items()) == list(wanted.items())
    return len(found)


def test_it_grows_with_the_chain(room: Room) -> None:
    browser, latest = room.enter("甲"), Latest()
    for row, verdict in ((ROWS[0], "accepted"), (ROWS[1], "unsure"), (ROWS[2], "accepted")):
        room.decide(browser, row, verdict)
        with reading(room.engine) as conn:
            same(latest, conn, room.unit)
    room.decide(browser, ROWS[0], "unsure", version=1, note="改")
    with reading(room.engine) as conn:
        assert same(latest, conn, room.unit) == 3


def test_what_was_purged_is_forgotten(room: Room) -> None:
    browser = room.enter("甲")
    room.decide(browser, ROWS[0], note="将被清除的备注")
    path = room.path("/indicators/T01")
    assert "将被清除的备注" in browser.get(path).text
    with writing(room.engine) as conn:
        purge(conn, room.unit, "")
    assert "将被清除的备注" not in browser.get(path).text
    assert room.decide(browser, ROWS[1]).status == 200
    with reading(room.engine) as conn:
        assert same(room.office.latest, conn, room.unit) == 2


def test_a_view_that_is_older_is_answered_from_the_store(room: Room) -> None:
    browser, latest = room.enter("甲"), Latest()
    room.decide(browser, ROWS[0])
    with reading(room.engine) as old:
        assert same(latest, old, room.unit) == 1
        room.decide(browser, ROWS[1])
        with reading(room.engine) as new:
            assert same(latest, new, room.unit) == 2
        assert same(latest, old, room.unit) == 1


def test_what_comes_from_a_write_that_failed_is_not_kept(room: Room) -> None:
    browser = room.enter("甲")
    room.decide(browser, ROWS[0])
    lost = browser.post(room.path("/evidence"), {
        "key": key(), "version": 0, "indicator": "T01", "target": target(ROWS[0]),
        "verdict": "unsure"})
    assert lost.status == 409
    with reading(room.engine) as conn:
        assert same(room.office.latest, conn, room.unit) == 1
