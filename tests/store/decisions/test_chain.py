"""The chain: whatever is changed behind the program's back, the first bad row is named."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, text, update

from pipeline.store.decisions import (
    START,
    BadRow,
    Connection,
    Engine,
    Unit,
    append,
    canonical,
    chain,
    digest,
    entries,
    opened,
    reading,
    record_of,
    tables,
    verify,
    writing,
)
from tests.store.decisions.made import several, write

ENTRY = [column.name for column in tables.entry.columns]
NUMBERS = {"seq", "version", "part"}
MAY_BE = {"unit": "0" * 16, "at": "2031-01-01T00:00:00.000000Z", "state": '{"verdict":"rejected"}'}


@pytest.fixture
def filled(base: Engine, unit: Unit) -> Engine:
    """Ten entries; on SQLite nothing hinders whoever changes them."""
    with writing(base) as conn:
        several(conn, unit, 10)
    return base


@contextmanager
def behind_our_back(base: Engine) -> Iterator[Connection]:
    """Somebody writes in the database himself: no foreign key is in the way. All is as it was
    after the block."""
    with base.connect() as conn:
        conn.execution_options(writes=True)
        with conn.begin() as transaction:
            if conn.dialect.name == "sqlite":
                conn.execute(text("PRAGMA defer_foreign_keys=ON"))
            else:
                conn.execute(text("ALTER TABLE content DROP CONSTRAINT content_entry"))
            yield conn
            transaction.rollback()


def bad(base: Engine, unit: Unit) -> BadRow | None:
    with reading(base) as conn:
        return verify(conn, unit.id).bad


def test_an_untouched_chain_is_whole(filled: Engine, unit: Unit) -> None:
    with reading(filled) as conn:
        checked = verify(conn, unit.id)
        last = list(entries(conn, unit.id))[-1]
    assert (checked.count, checked.head, checked.bad) == (10, last.hash, None)


def test_an_empty_chain_is_whole(base: Engine, unit: Unit) -> None:
    with reading(base) as conn:
        checked = verify(conn, unit.id)
    assert (checked.count, checked.head, checked.bad) == (0, START, None)


@pytest.mark.parametrize("seq", [1, 4, 10])
def test_any_column_of_any_row_that_is_changed_is_named(
        seq: int, filled: Engine, unit: Unit) -> None:
    found = {}
    for name in ENTRY:
        changed = 77 if name in NUMBERS else MAY_BE.get(name, "f" * 64)
        with behind_our_back(filled) as conn:
            done = conn.execute(update(tables.entry).where(
                tables.entry.c.unit == unit.id, tables.entry.c.seq == seq
            ).values({name: changed}))
            assert done.rowcount == 1
            bad = verify(conn, unit.id).bad
            found[name] = bad.seq if bad else None
    assert found == dict.fromkeys(ENTRY, seq)


def test_a_row_that_is_gone_is_named(filled: Engine, unit: Unit) -> None:
    with writing(filled) as conn:
        conn.execute(delete(tables.content).where(tables.content.c.seq == 4))
        conn.execute(delete(tables.entry).where(tables.entry.c.unit == unit.id,
                                                tables.entry.c.seq == 4))
    assert bad(filled, unit) == BadRow(4, "missing")


def test_a_tail_that_is_gone_is_named(filled: Engine, unit: Unit) -> None:
    with writing(filled) as conn:
        conn.execute(delete(tables.content).where(tables.content.c.seq > 8))
        conn.execute(delete(tables.entry).where(tables.entry.c.seq > 8))
    assert bad(filled, unit) == BadRow(9, "missing")


def test_a_tail_taken_off_with_the_head_is_seen_by_the_hash_of_an_export(
        filled: Engine, unit: Unit) -> None:
    with reading(filled) as conn:
        exported = verify(conn, unit.id).head
        assert chain.place_of(conn, unit.id, exported) == 10
        kept = next(entry for entry in entries(conn, unit.id) if entry.seq == 8)
    with writing(filled) as conn:
        conn.execute(delete(tables.content).where(tables.content.c.seq > 8))
        conn.execute(delete(tables.entry).where(tables.entry.c.seq > 8))
        conn.execute(update(tables.head).values(seq=8, hash=kept.hash))
    assert bad(filled, unit) is None
    with reading(filled) as conn:
        assert chain.place_of(conn, unit.id, exported) is None


def test_two_rows_that_change_places_are_named(filled: Engine, unit: Unit) -> None:
    with behind_our_back(filled) as conn:
        for before, after in ((3, 99), (7, 3), (99, 7)):
            for table in (tables.entry, tables.content):
                conn.execute(update(table).where(table.c.unit == unit.id, table.c.seq == before)
                             .values(seq=after))
        found = verify(conn, unit.id).bad
    assert found is not None and found.seq == 3


@pytest.mark.parametrize(("name", "changed"), [
    ("note", "改过的备注"), ("note", ""), ("shown", '{"text":"改过"}'), ("shown", ""),
    ("shown", "{"), ("salt", "00" * 32), ("salt", "zz"), ("salt", ""),
])
def test_content_that_is_changed_is_named(
        name: str, changed: str, filled: Engine, unit: Unit) -> None:
    with writing(filled) as conn:
        conn.execute(update(tables.content).where(tables.content.c.seq == 5)
                     .values({name: changed}))
    assert bad(filled, unit) == BadRow(5, "content")


def test_content_that_is_taken_away_is_named(filled: Engine, unit: Unit) -> None:
    with writing(filled) as conn:
        conn.execute(delete(tables.content).where(tables.content.c.seq == 6))
    assert bad(filled, unit) == BadRow(6, "content")


def test_content_that_is_put_to_an_entry_without_is_named(base: Engine, unit: Unit) -> None:
    with writing(base) as conn:
        append(conn, write(unit, note="", shown={}))
    assert bad(base, unit) is None
    with writing(base) as conn:
        conn.execute(insert(tables.content).values(unit=unit.id, seq=1, salt="00" * 32,
                                                   note="后来写的", shown=""))
    assert bad(base, unit) == BadRow(1, "content")


@pytest.mark.parametrize("values", [{"seq": 3}, {"hash": "f" * 64}])
def test_a_head_that_is_moved_is_named(
        values: dict[str, object], filled: Engine, unit: Unit) -> None:
    with writing(filled) as conn:
        conn.execute(update(tables.head).where(tables.head.c.unit == unit.id).values(values))
    assert bad(filled, unit) == BadRow(10, "head")


def test_a_row_rewritten_with_a_hash_that_fits_breaks_the_next(
        filled: Engine, unit: Unit) -> None:
    with reading(filled) as conn:
        entry = next(one for one in entries(conn, unit.id) if one.seq == 4)
    changed = record_of(entry) | {"state": {"verdict": "rejected"}}
    with writing(filled) as conn:
        conn.execute(update(tables.entry).where(tables.entry.c.seq == 4).values(
            state=canonical(changed["state"]).decode(),
            hash=hashlib.sha256(canonical(changed)).hexdigest()))
    assert bad(filled, unit) == BadRow(5, "before")


def test_bytes_that_are_no_text_are_named_too(tmp_path: Path) -> None:
    base = opened(tmp_path / "review.sqlite")
    with writing(base) as conn:
        append(conn, write("0123456789abcdef"))
        conn.execute(text("UPDATE entry SET state=CAST(x'ff' AS TEXT)"))
    with reading(base) as conn:
        assert verify(conn, "0123456789abcdef").bad == BadRow(1, "hash")


def test_the_hash_can_be_computed_by_whoever_has_an_export(base: Engine, unit: Unit) -> None:
    """By the rule as it is stated, without this program."""
    with writing(base) as conn:
        (entry,) = append(conn, write(unit, state={"b": 1.5, "a": "民", "c": None}))
        salt = conn.execute(select(tables.content.c.salt)).scalar_one()
    made = {
        "unit": unit.id, "seq": 1, "at": entry.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "account": entry.account, "seat": "", "kind": "evidence", "subject": entry.subject,
        "version": 1, "state": {"a": "民", "b": 1.5, "c": None}, "key": entry.key, "model": "",
        "rubric": "", "run": "", "before": "0" * 64,
        "note": hashlib.sha256(bytes.fromhex(salt) + f'"{entry.note}"'.encode()).hexdigest(),
        "shown": digest(bytes.fromhex(salt), entry.shown),
    }
    line = json.dumps(made, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert hashlib.sha256(line.encode()).hexdigest() == entry.hash
    assert record_of(entry) == made


def test_what_json_cannot_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        canonical({"points": float("nan")})
