"""The current state is a view of what was appended."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import InputError
from pipeline.store.decisions import (
    ID_FILE,
    Engine,
    Unit,
    append,
    current,
    entries,
    handed_in,
    history,
    id_of,
    mode,
    note_opened,
    opened_by,
    previous_state,
    reading,
    register,
    seats,
    units,
    writing,
)
from pipeline.store.decisions import unit as unit_of
from tests.store.decisions.made import several, write

ACCEPTED, REJECTED = {"verdict": "accepted"}, {"verdict": "rejected"}
ON = ("evidence", "Y01|p:0123456789abcdef")


def test_the_last_entry_of_a_seat_stands_and_the_others_stay(base: Engine, unit: Unit) -> None:
    with writing(base) as conn:
        append(conn, write(unit, 0, state=ACCEPTED), write(unit, 1, state=REJECTED))
        append(conn, write(unit, 0, seat="lead", state=ACCEPTED))
        append(conn, write(unit, 0, kind="verdict", subject="Y01", state={"verdict": "met"}))
    with reading(base) as conn:
        here = current(conn, unit.id, "")
        assert {on: entry.state["verdict"] for on, entry in here.items()} == {
            ON: "rejected", ("verdict", "Y01"): "met"}
        assert list(current(conn, unit.id, "", "verdict")) == [("verdict", "Y01")]
        assert [entry.state for entry in history(conn, unit.id, "", *ON)] == [ACCEPTED, REJECTED]
        assert seats(conn, unit.id) == ["", "lead"]


def test_entries_come_in_order_and_from_where_one_left_off(base: Engine, unit: Unit) -> None:
    with writing(base) as conn:
        several(conn, unit, 5)
        append(conn, write(unit, seat="lead"))
    with reading(base) as conn:
        assert [entry.seq for entry in entries(conn, unit.id, after=3)] == [4, 5, 6]
        assert [entry.seq for entry in entries(conn, unit.id, seat="lead")] == [6]
        assert not list(entries(conn, unit.id, kind="answer"))


def test_undo_goes_back_to_the_state_before(base: Engine, unit: Unit) -> None:
    with writing(base) as conn:
        append(conn, write(unit, 0, state=ACCEPTED))
        assert previous_state(conn, unit.id, "", *ON) is None
        append(conn, write(unit, 1, state=REJECTED))
        assert previous_state(conn, unit.id, "", *ON) == ACCEPTED
        append(conn, write(unit, 2, state=ACCEPTED))
        assert previous_state(conn, unit.id, "", *ON) == REJECTED


def test_a_seat_is_handed_in_until_it_is_opened_again(base: Engine, unit: Unit) -> None:
    with writing(base) as conn:
        for seat in ("aaaaaaaaaaaa", "bbbbbbbbbbbb"):
            append(conn, write(unit, None, kind="handed_in", subject="", seat=seat, state={}))
        assert handed_in(conn, unit.id) == {"aaaaaaaaaaaa", "bbbbbbbbbbbb"}
        append(conn, write(unit, None, kind="opened_again", subject="", seat="aaaaaaaaaaaa"))
        assert handed_in(conn, unit.id) == {"bbbbbbbbbbbb"}
        # That is no decision: nobody sits there yet.
        assert seats(conn, unit.id) == []


def test_a_unit_is_shared_until_it_is_said_otherwise(base: Engine, unit: Unit) -> None:
    with writing(base) as conn:
        assert mode(conn, unit.id) == "shared"
        for version, one in enumerate(("blind", "shared", "blind")):
            append(conn, write(unit, version, kind="mode", subject="", state={"mode": one}))
            assert mode(conn, unit.id) == one


def test_what_was_opened_is_known_for_each_account(base: Engine, unit: Unit) -> None:
    with writing(base) as conn:
        for _ in range(2):
            note_opened(conn, unit.id, "aaaaaaaaaaaa", "p:1")
        assert opened_by(conn, unit.id, "aaaaaaaaaaaa") == {"p:1"}
        assert opened_by(conn, unit.id, "bbbbbbbbbbbb") == set()


def test_a_unit_keeps_its_id_when_its_folder_moves(
        base: Engine, unit: Unit, tmp_path: Path) -> None:
    moved = (tmp_path / "结果").rename(tmp_path / "搬走的")
    with writing(base) as conn:
        again = register(conn, moved, "岚河市交通局", "xinping-2023")
        assert again.id == unit.id and units(conn) == [again] == [unit_of(conn, unit.id)]
        assert unit_of(conn, "0" * 16) is None
    assert (moved / ID_FILE).stat().st_mode & 0o777 == 0o600


def test_a_copy_of_a_folder_is_not_taken_for_the_unit(
        base: Engine, unit: Unit, tmp_path: Path) -> None:
    copy = tmp_path / "副本"
    copy.mkdir()
    (copy / ID_FILE).write_bytes((tmp_path / "结果" / ID_FILE).read_bytes())
    with pytest.raises(InputError, match="unit_copied"), writing(base) as conn:
        register(conn, copy, "岚河市交通运输局", "yuxi-2024")


@pytest.mark.parametrize("held", ["", "zz", "0123456789ABCDEF", "../../../etc/passwd", "\x00" * 16])
def test_an_id_that_is_none_is_told(held: str, base: Engine, tmp_path: Path) -> None:
    (tmp_path / ID_FILE).write_text(held, "utf-8")
    with pytest.raises(InputError, match="review_id_broken"), writing(base) as conn:
        register(conn, tmp_path, "岚河市交通运输局", "yuxi-2024")
    assert id_of(tmp_path / "没有") is None
