"""Somebody writes into the database itself: what `verify` finds, and what it cannot know."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipeline.cli import main
from pipeline.errors import EXIT_CHAIN
from pipeline.store.decisions import START, digest, opened, reading, verify
from pipeline.store.decisions.chain import place_of
from pipeline.store.decisions.entry import hashed, record
from tests.review.room import Room, demo, key, screened

ROWS = demo.pieces()["T01"]
SALT = "ab" * 32
Change = Callable[[sqlite3.Connection, str], object]


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Room:
    """Five decisions with notes, an answer, and a decision in another unit."""
    place = tmp_path_factory.mktemp("tampered")
    made = Room(screened(place / "out"), others=(screened(place / "other"),))
    browser = made.enter("甲")
    for row in ROWS[:5]:
        assert made.decide(browser, row, note="备注").status == 200
    browser.post(made.path("/answer"), {"key": key(), "indicator": "T01", "requirement": "T01.1",
                                        "period": "2023", "note": "答复"})
    return made


def sql(words: str, *values: object) -> Change:
    """A change in words, on the unit's row 3; `:u` is the unit."""
    names = {f"v{at}": value for at, value in enumerate(values)}
    return lambda base, unit: base.execute(words, {"u": unit, **names})


def all_of(*changes: Change) -> Change:
    return lambda base, unit: [change(base, unit) for change in changes]


def rehashed(base: sqlite3.Connection, unit: str) -> None:
    """A whole chain that fits, of whatever rows there are: what one with this program can do."""
    base.row_factory = sqlite3.Row
    seq, before = 0, START
    for row in base.execute("SELECT * FROM entry WHERE unit=? ORDER BY seq", (unit,)).fetchall():
        kept = {**dict(row), "before": before}
        made = hashed(record(SimpleNamespace(**kept), json.loads(row["state"])))
        base.execute("UPDATE entry SET before=?, hash=? WHERE unit=? AND seq=?",
                     (before, made, unit, row["seq"]))
        seq, before = row["seq"], made
    base.execute("UPDATE head SET seq=?, hash=? WHERE unit=?", (seq, before, unit))


def changed(room: Room, tmp_path: Path, change: Change) -> Path:
    """A copy of the database, changed behind the program's back."""
    copy = tmp_path / "copy.sqlite"
    with closing(sqlite3.connect(room.out / "review.sqlite")) as base, \
            closing(sqlite3.connect(copy)) as other:
        base.backup(other)
        other.row_factory = sqlite3.Row
        change(other, room.unit)
        other.commit()
    return copy


def found(copy: Path, unit: str) -> tuple[int, str] | None:
    engine = opened(copy, to_write=False)
    try:
        with reading(engine) as conn:
            bad = verify(conn, unit).bad
    finally:
        engine.dispose()
    return None if bad is None else (bad.seq, bad.why)


ROW = "WHERE unit=:u AND seq=3"
CONTENT = f"UPDATE content SET {{}} {ROW}"
FOUND: dict[str, tuple[Change, tuple[int, str]]] = {
    **{column: (sql(f"UPDATE entry SET {column}=:v0 {ROW}", value), (3, why))
       for column, value, why in (
           ("at", "2026-11-21T07:00:00.000000Z", "hash"), ("account", "0" * 12, "hash"),
           ("seat", "lead", "hash"), ("kind", "verdict", "hash"), ("subject", "T01|x", "hash"),
           ("version", 99, "hash"), ("state", '{"verdict":"rejected"}', "hash"),
           ("key", "other-key", "hash"), ("part", 5, "hash"), ("model", "other", "hash"),
           ("rubric", "other", "hash"), ("run", "other", "hash"), ("note_digest", None, "hash"),
           ("shown_digest", "0" * 64, "hash"), ("before", "0" * 64, "before"),
           ("hash", "0" * 64, "hash"))},
    "state with spaces": (sql(f"UPDATE entry SET state=replace(state,':',': ') {ROW}"),
                          (3, "hash")),
    "state with a key twice": (sql(
        "UPDATE entry SET state=replace(state,'{','{\"verdict\":null,') " + ROW), (3, "hash")),
    "state that is no text": (sql(f"UPDATE entry SET state=x'ff00' {ROW}"), (3, "hash")),
    "note": (sql(CONTENT.format("note='别的'")), (3, "content")),
    "note taken out": (sql(CONTENT.format("note=''")), (3, "content")),
    "note that is no text": (sql(CONTENT.format("note=x'fffe'")), (3, "content")),
    "shown": (sql(CONTENT.format("shown='{}'")), (3, "content")),
    "salt": (sql(CONTENT.format("salt=:v0"), SALT), (3, "content")),
    "salt taken out": (sql(CONTENT.format("salt=''")), (3, "content")),
    "salt, note and digest": (all_of(
        sql(CONTENT.format("salt=:v0, note='别的', shown=''"), SALT),
        sql(f"UPDATE entry SET note_digest=:v0, shown_digest=NULL {ROW}",
            digest(bytes.fromhex(SALT), "别的"))), (3, "hash")),
    "content gone": (sql(f"DELETE FROM content {ROW}"), (3, "content")),
    "content of no entry": (sql("INSERT INTO content VALUES (:u, 99, '', '多', '')"),
                            (99, "content")),
    "middle gone": (sql(f"DELETE FROM entry {ROW}"), (3, "missing")),
    "tail gone": (sql("DELETE FROM entry WHERE unit=:u AND seq>4"), (5, "missing")),
    "all gone": (sql("DELETE FROM entry WHERE unit=:u"), (1, "missing")),
    "one before the first": (sql(
        "INSERT INTO entry SELECT unit, 0, at, account, seat, kind, subject, 99, state, 'k0', part,"
        " model, rubric, run, note_digest, shown_digest, before, hash FROM entry "
        "WHERE unit=:u AND seq=1"), (1, "missing")),
    "two changed places": (all_of(
        sql("UPDATE entry SET seq=100 WHERE unit=:u AND seq=2"),
        sql("UPDATE entry SET seq=2 WHERE unit=:u AND seq=3"),
        sql("UPDATE entry SET seq=3 WHERE unit=:u AND seq=100")), (2, "before")),
    "head gone": (sql("DELETE FROM head WHERE unit=:u"), (6, "head")),
    "head behind": (sql("UPDATE head SET seq=2 WHERE unit=:u"), (6, "head")),
    "head ahead": (sql("UPDATE head SET seq=99 WHERE unit=:u"), (7, "missing")),
    "head's hash": (sql("UPDATE head SET hash=:v0 WHERE unit=:u", "f" * 64), (6, "head")),
    "head of no number": (sql("UPDATE head SET seq='x' WHERE unit=:u"), (6, "head")),
}


@pytest.mark.parametrize("what", FOUND)
def test_the_first_bad_row_is_named(room: Room, tmp_path: Path, what: str) -> None:
    change, wanted = FOUND[what]
    assert found(changed(room, tmp_path, change), room.unit) == wanted


def test_nothing_changed_is_whole(room: Room, tmp_path: Path) -> None:
    assert found(changed(room, tmp_path, lambda base, unit: None), room.unit) is None


UNSEEN: dict[str, Change] = {
    "a decision, and all hashes behind it": all_of(
        sql(f"UPDATE entry SET state=replace(state,'accepted','rejected') {ROW}"), rehashed),
    "the tail, with its head": all_of(
        sql("DELETE FROM content WHERE unit=:u AND seq>4"),
        sql("DELETE FROM entry WHERE unit=:u AND seq>4"), rehashed),
    "everything, with its head": all_of(
        sql("DELETE FROM content WHERE unit=:u"), sql("DELETE FROM entry WHERE unit=:u"),
        sql("DELETE FROM head WHERE unit=:u")),
    "contents, by a purge that nobody made": all_of(
        sql(f"DELETE FROM content {ROW}"),
        sql("INSERT INTO entry SELECT unit, 7, at, '', '', 'purged', '', 1, "
            "'{\"answers\":false,\"entries\":1}', 'forged', 0, '', '', '', NULL, NULL, before, "
            "hash FROM entry WHERE unit=:u AND seq=6"), rehashed),
}


@pytest.mark.parametrize("what", UNSEEN)
def test_whoever_has_database_and_program_can_make_a_chain(
        room: Room, tmp_path: Path, what: str) -> None:
    """The chain alone cannot tell; the head of an export does, wherever it was not the last one
    that was added to."""
    engine = opened(room.out / "review.sqlite", to_write=False)
    with reading(engine) as conn:
        exported = verify(conn, room.unit).head
    engine.dispose()
    copy = changed(room, tmp_path, UNSEEN[what])
    assert found(copy, room.unit) is None
    engine = opened(copy, to_write=False)
    with reading(engine) as conn:
        place = place_of(conn, room.unit, exported)
    engine.dispose()
    assert (place is None) == (what != "contents, by a purge that nobody made")


def test_a_unit_that_was_struck_off_the_list_is_checked_all_the_same(
        room: Room, tmp_path: Path, capfd: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch) -> None:
    copy = changed(room, tmp_path, all_of(
        lambda base, unit: base.execute("PRAGMA foreign_keys=OFF"),
        sql("DELETE FROM unit WHERE id=:u"), sql(f"UPDATE entry SET state='{{}}' {ROW}")))
    monkeypatch.setattr("sys.argv", ["zuozheng", "verify", "--database", str(copy)])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capfd.readouterr()
    assert ended.value.code == EXIT_CHAIN, told
    assert room.unit in told.out + told.err
