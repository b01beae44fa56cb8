"""Appending: all or none, once for each key, only onto what was seen, whoever else is writing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from pipeline.store.decisions import (
    START,
    Conflict,
    Engine,
    Entry,
    KeyTaken,
    Unavailable,
    Unit,
    append,
    current,
    entries,
    head,
    history,
    hold,
    one,
    opened,
    reading,
    register,
    verify,
    writing,
)
from tests.store.decisions.made import NOTE, TEXT, write

UNIT = "0123456789abcdef"


def count(base: Engine, unit: Unit) -> int:
    with reading(base) as conn:
        return head(conn, unit.id)[0]


def test_an_entry_stands_as_it_was_written(base: Engine, unit: Unit) -> None:
    with writing(base) as conn:
        (made,) = append(conn, write(unit, model="themes-2", rubric="ab", run="cd"))
    with reading(base) as conn:
        assert one(conn, unit.id, "", "evidence", made.subject) == made
    assert (made.seq, made.version, made.before) == (1, 1, START)
    assert made.note == NOTE and made.shown["text"] == TEXT
    assert made.at.utcoffset() is not None


def test_a_write_onto_what_was_not_seen_loses_to_the_one_that_stands(
        base: Engine, unit: Unit) -> None:
    with writing(base) as conn:
        (first,) = append(conn, write(unit))
    with pytest.raises(Conflict) as lost, writing(base) as conn:
        append(conn, write(unit, state={"verdict": "rejected"}))
    assert lost.value.entries == (first,)
    with pytest.raises(Conflict), writing(base) as conn:
        append(conn, write(unit, 2))
    assert count(base, unit) == 1


def test_each_seat_has_versions_of_its_own(base: Engine, unit: Unit) -> None:
    with writing(base) as conn:
        append(conn, write(unit, seat="aaaaaaaaaaaa"))
        (other,) = append(conn, write(unit, seat="bbbbbbbbbbbb"))
        assert (other.seq, other.version) == (2, 1)


def test_without_a_version_nothing_is_replaced(base: Engine, unit: Unit) -> None:
    with writing(base) as conn:
        for _ in range(2):
            append(conn, write(unit, None, kind="answer", state={}))
    with reading(base) as conn:
        assert [entry.version for entry in entries(conn, unit.id, kind="answer")] == [1, 2]


def test_several_writes_are_kept_all_or_none(base: Engine, unit: Unit) -> None:
    with writing(base) as conn:
        append(conn, write(unit, subject="Y02|p:1"))
    with pytest.raises(Conflict), writing(base) as conn:
        append(conn, write(unit, key="move"), write(unit, key="move", subject="Y02|p:1"))
    assert count(base, unit) == 1
    with writing(base) as conn:
        moved = append(conn, write(unit, key="move"), write(unit, 1, key="move", subject="Y02|p:1"))
    assert [entry.seq for entry in moved] == [2, 3]
    with writing(base) as conn:
        assert append(conn, write(unit, key="move"),
                      write(unit, 1, key="move", subject="Y02|p:1")) == moved
    assert count(base, unit) == 3


def test_a_key_that_comes_again_writes_nothing(base: Engine, unit: Unit) -> None:
    with writing(base) as conn:
        made = append(conn, write(unit, key="one"))
    with writing(base) as conn:
        assert append(conn, write(unit, key="one")) == made
    # Another's key is another key.
    with writing(base) as conn:
        append(conn, write(unit, 1, key="one", account="ffffffffffff"))
    assert count(base, unit) == 2


@pytest.mark.parametrize("other", [{"subject": "Y09|p:1"}, {"state": {"verdict": "rejected"}},
                                   {"seat": "lead"}, {"note": "别的"}])
def test_a_key_is_not_taken_for_something_else(
        other: dict[str, object], base: Engine, unit: Unit) -> None:
    with writing(base) as conn:
        made = append(conn, write(unit, key="one"))
    with pytest.raises(KeyTaken) as taken, writing(base) as conn:
        append(conn, write(unit, key="one", **other))
    assert list(taken.value.entries) == made
    assert count(base, unit) == 1


def test_a_key_used_in_two_units_at_once_is_written_in_one(
        base: Engine, unit: Unit, tmp_path: Path) -> None:
    (tmp_path / "另一个").mkdir()
    with writing(base) as conn:
        other = register(conn, tmp_path / "另一个", "岚河市水利局", "yuxi-2024")

    def decide(one: Unit) -> str:
        try:
            with writing(base) as conn:
                append(conn, write(one, key="same"))
        except KeyTaken:
            return "taken"
        return "written"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(decide, (unit, other))) == ["taken", "written"]


def test_a_note_is_not_lost_behind_a_key_used_without_one(base: Engine, unit: Unit) -> None:
    with writing(base) as conn:
        append(conn, write(unit, key="one", note=""))
    with pytest.raises(KeyTaken), writing(base) as conn:
        append(conn, write(unit, key="one", note="另一句"))


@pytest.mark.parametrize("key", ["", "k" * 65])
def test_a_key_has_1_to_64_characters(key: str, base: Engine, unit: Unit) -> None:
    with pytest.raises(ValueError, match="64"), writing(base) as conn:
        append(conn, write(unit, key=key))


def test_of_two_at_once_on_one_subject_one_wins(base: Engine, unit: Unit) -> None:
    together = Barrier(2)

    def decide(account: str) -> Entry | Conflict:
        together.wait()
        try:
            with writing(base) as conn:
                return append(conn, write(unit, account=account))[0]
        except Conflict as lost:
            return lost

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(decide, ("aaaaaaaaaaaa", "bbbbbbbbbbbb")))
    (won,) = [one for one in done if isinstance(one, Entry)]
    (lost,) = [one for one in done if isinstance(one, Conflict)]
    assert lost.entries == (won,)
    assert count(base, unit) == 1


def test_the_same_key_at_once_is_written_once(base: Engine, unit: Unit) -> None:
    together = Barrier(8)

    def decide(_: int) -> list[Entry]:
        together.wait()
        with writing(base) as conn:
            return append(conn, write(unit, key="same"))

    with ThreadPoolExecutor(8) as pool:
        first, *others = pool.map(decide, range(8))
    assert all(other == first for other in others)
    assert count(base, unit) == 1


def test_8_threads_lose_nothing(base: Engine, unit: Unit) -> None:
    """100 entries of each, on eight subjects for which all of them fight."""
    def decide(me: int) -> None:
        for number in range(100):
            subject = f"Y01|p:{number % 8:016x}"
            while True:
                try:
                    with writing(base) as conn:
                        seen = one(conn, unit.id, "", "evidence", subject)
                        append(conn, write(unit, seen.version if seen else 0, subject=subject,
                                           key=f"{me}-{number}"))
                    break
                except Conflict:
                    continue

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(decide, range(8)))
    with reading(base) as conn:
        checked = verify(conn, unit.id)
        keys = {entry.key for entry in entries(conn, unit.id)}
        versions = [entry.version for entry in current(conn, unit.id, "").values()]
    assert (checked.count, checked.bad) == (800, None)
    assert len(keys) == 800
    assert sum(versions) == 800


def test_two_programs_on_one_file_lose_nothing(tmp_path: Path) -> None:
    """Each has a line of its own: between them only SQLite decides. A transaction that took the
    writer's place after it had read would fail where the other wrote in between."""
    def decide(me: int) -> None:
        base = opened(tmp_path / "review.sqlite")
        for number in range(60):
            with writing(base) as conn:
                seen = one(conn, UNIT, "", "evidence", "Y01|p:1")
                append(conn, write(UNIT, seen.version if seen else 0, subject="Y01|p:1",
                                   key=f"{me}-{number}"))
        base.dispose()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(decide, range(3)))
    with reading(opened(tmp_path / "review.sqlite")) as conn:
        assert (verify(conn, UNIT).count, verify(conn, UNIT).bad) == (180, None)


def test_what_is_read_behind_hold_still_stands_when_appending(base: Engine, unit: Unit) -> None:
    """Without it, two on PostgreSQL would both see that nothing was decided yet."""
    together = Barrier(2)

    def begin(mode: str) -> bool:
        together.wait()
        with writing(base) as conn:
            hold(conn, unit.id)
            if history(conn, unit.id, "", "mode", ""):
                return False
            append(conn, write(unit, None, kind="mode", subject="", state={"mode": mode}))
            return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(begin, ("shared", "blind"))) == [False, True]


def test_nothing_can_be_written_while_reading(base: Engine, unit: Unit) -> None:
    with pytest.raises(Unavailable) as error, reading(base) as conn:
        append(conn, write(unit))
    assert error.value.why == "read_only"
    with writing(base) as conn:
        append(conn, write(unit))


def test_text_that_no_database_holds_is_kept_as_far_as_it_can_be(base: Engine, unit: Unit) -> None:
    hostile = "名\udcff\0'); DROP TABLE entry;--{}%s:x"
    with writing(base) as conn:
        (made,) = append(conn, write(unit, note=hostile, shown={"path": hostile},
                                     subject=f"Y01|{hostile}", seat=hostile))
    assert made.note == "名?\ufffd'); DROP TABLE entry;--{}%s:x"
    with reading(base) as conn:
        assert list(entries(conn, unit.id)) == [made]
        assert verify(conn, unit.id).bad is None
