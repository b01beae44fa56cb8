"""After a purge no text is left, and the chain still verifies."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from pipeline.store.decisions import (
    BadRow,
    Engine,
    Unavailable,
    Unit,
    append,
    entries,
    opened,
    purge,
    reading,
    register,
    sweep,
    tables,
    unit,
    verify,
    writing,
)
from tests.store.decisions.made import NOTE, TEXT, several, write

ANSWER = "已补充盖章件，见附件二"


def filled(base: Engine, one: Unit) -> None:
    with writing(base) as conn:
        several(conn, one, 300)
        append(conn, write(one, None, kind="answer", state={}, note=ANSWER))


def names_text(folder: Path) -> list[str]:
    """The files in which a text or note still stands, in any form SQLite or JSON would give it."""
    forms = [form for words in (TEXT, NOTE) for form in (words.encode(), words.encode("utf-16-le"))]
    return [place.name for place in folder.glob("review.sqlite*")
            if any(form in place.read_bytes() for form in forms)]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "review.sqlite"


def test_no_text_is_left_in_any_byte_of_the_file(place: Path) -> None:
    base = opened(place)
    (place.parent / "结果").mkdir()
    with writing(base) as conn:
        one = register(conn, place.parent / "结果", "岚河市交通运输局", "yuxi-2024")
    filled(base, one)
    assert names_text(place.parent)
    with writing(base) as conn:
        assert purge(conn, one.id, "") == 300
    sweep(base)
    assert names_text(place.parent) == []
    base.dispose()
    assert names_text(place.parent) == []


def test_bytes_that_another_program_left_go_too(place: Path) -> None:
    base = opened(place)
    with closing(sqlite3.connect(place)) as other:
        other.executescript(f"""PRAGMA secure_delete=OFF; CREATE TABLE notes (words TEXT);
                                INSERT INTO notes VALUES ('{TEXT}'); DELETE FROM notes;""")
    assert names_text(place.parent)
    sweep(base)
    assert names_text(place.parent) == []


def test_the_chain_still_verifies_and_grows(base: Engine, unit: Unit) -> None:
    filled(base, unit)
    with reading(base) as conn:
        before = verify(conn, unit.id)
    with writing(base) as conn:
        purge(conn, unit.id, "a1b2c3d4e5f6")
    sweep(base)
    with writing(base) as conn:
        after = verify(conn, unit.id)
        assert (after.count, after.bad) == (before.count + 1, None)
        *_, last = entries(conn, unit.id)
        assert (last.kind, last.account, last.state) == (
            "purged", "a1b2c3d4e5f6", {"answers": False, "entries": 300})
        assert last.before == before.head
        append(conn, write(unit, subject="Y09|p:1"))
        assert verify(conn, unit.id).bad is None


def test_the_answers_of_the_unit_stay_unless_they_are_asked_for(base: Engine, unit: Unit) -> None:
    filled(base, unit)
    with writing(base) as conn:
        purge(conn, unit.id, "")
        assert [entry.note for entry in entries(conn, unit.id) if entry.note] == [ANSWER]
        purge(conn, unit.id, "", answers=True)
        assert not [entry.note for entry in entries(conn, unit.id) if entry.note]
        assert verify(conn, unit.id).bad is None


def test_another_unit_keeps_its_contents(base: Engine, unit: Unit, tmp_path: Path) -> None:
    (tmp_path / "另一个").mkdir()
    with writing(base) as conn:
        other = register(conn, tmp_path / "另一个", "岚河市水利局", "yuxi-2024")
        several(conn, unit, 3)
        several(conn, other, 3)
        purge(conn, unit.id, "")
        assert [entry.note for entry in entries(conn, other.id)] == [NOTE] * 3
        assert verify(conn, other.id).bad is None


def test_what_goes_after_a_purge_is_named(base: Engine, unit: Unit) -> None:
    """A purge excuses only what stood before it, and answers only where it took them."""
    filled(base, unit)
    with writing(base) as conn:
        purge(conn, unit.id, "")
        append(conn, write(unit, subject="Y09|p:1"))
        conn.execute(text("DELETE FROM content WHERE seq=303"))
        assert verify(conn, unit.id).bad == BadRow(303, "content")
        conn.execute(text("DELETE FROM content WHERE seq=301"))
        assert verify(conn, unit.id).bad == BadRow(301, "content")


def test_a_purged_unit_is_known_for_one_until_it_is_screened_anew(
        base: Engine, unit: Unit) -> None:
    with writing(base) as conn:
        purge(conn, unit.id, "")
        assert _of(conn, unit).purged
        register(conn, Path(unit.out), unit.label, unit.rubric)
        assert not _of(conn, unit).purged


def test_nothing_shown_of_papers_is_kept_with_an_answer(base: Engine, unit: Unit) -> None:
    with writing(base) as conn:
        append(conn, write(unit, None, kind="answer", state={}, note=ANSWER))
        assert conn.execute(select(func.count()).select_from(tables.content).where(
            tables.content.c.shown != "")).scalar() == 0


def test_while_somebody_reads_the_bytes_stay_and_that_is_said(
        place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.store.decisions.base.WAIT", 0.2)
    base, reader = opened(place), opened(place)
    with writing(base) as conn:
        append(conn, write("0123456789abcdef"))
    with reading(reader) as conn:
        verify(conn, "0123456789abcdef")
        with writing(base) as other:
            purge(other, "0123456789abcdef", "")
        with pytest.raises(Unavailable) as error:
            sweep(base)
        assert error.value.why == "locked"
    sweep(base)
    assert names_text(place.parent) == []


def _of(conn: object, one: Unit) -> Unit:
    found = unit(conn, one.id)  # type: ignore[arg-type]
    assert found is not None
    return found
