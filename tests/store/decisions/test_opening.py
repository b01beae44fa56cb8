"""A database that cannot do its work ends in a named error, at the opening or later."""

from __future__ import annotations

import os
import resource
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from pipeline.errors import OutputError
from pipeline.language import has
from pipeline.store.accounts import tables as _accounts
from pipeline.store.decisions import (
    Engine,
    Unavailable,
    append,
    base,
    head,
    opened,
    reading,
    schema,
    tables,
    where,
    writing,
)
from tests.store.decisions.made import write
from tests.store.postgres import Server

UNIT = "0123456789abcdef"
assert _accounts.account.metadata is tables.SCHEMA


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "review.sqlite"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "WAIT", 0.2)


def refusal(place: Path | str, to_write: bool = True) -> str:
    with pytest.raises(OutputError) as error:
        opened(place, to_write)
    assert has(f"error.{error.value.key}")
    return error.value.key


def why(engine: Engine) -> str:
    with pytest.raises(Unavailable) as error, writing(engine) as conn:
        append(conn, write(UNIT, None))
    assert error.value.retry_after > 0
    return error.value.why


def test_the_schema_is_the_one_that_the_tables_say(base: Engine) -> None:
    with reading(base) as conn:
        found = compare_metadata(MigrationContext.configure(
            conn, opts={"include_name": lambda name, kind, _: name != schema.VERSION_TABLE}),
            tables.SCHEMA)
    assert found == []
    versions = ScriptDirectory(str(schema._MIGRATIONS))
    assert tuple(one.revision for one in versions.walk_revisions())[::-1] == schema.REVISIONS


def test_an_older_schema_is_brought_up_to_date(
        base: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """By a second step that only this test knows; what stood there stays."""
    with writing(base) as conn:
        append(conn, write(UNIT))
    first = (schema._MIGRATIONS / "versions" / "r0001_first.py").read_text("utf-8")
    (tmp_path / "m" / "versions").mkdir(parents=True)
    (tmp_path / "m" / "env.py").write_bytes((schema._MIGRATIONS / "env.py").read_bytes())
    (tmp_path / "m" / "versions" / "one.py").write_text(first, "utf-8")
    (tmp_path / "m" / "versions" / "two.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\nrevision='0002'\ndown_revision='0001'\n"
        "def upgrade():\n    op.add_column('unit', sa.Column('closed', sa.Text))\n", "utf-8")
    monkeypatch.setattr(schema, "_MIGRATIONS", tmp_path / "m")
    monkeypatch.setattr(schema, "REVISIONS", ("0001", "0002"))
    place = base.url.render_as_string(False) if base.url.query else Path(str(base.url.database))
    assert refusal(place, to_write=False) == "store_older"
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: opened(place).dispose(), range(4)))
    with reading(base) as conn:
        assert conn.execute(text("SELECT count(closed) FROM unit")).scalar() == 0
        assert head(conn, UNIT)[0] == 1


def test_a_newer_schema_is_left_alone(base: Engine) -> None:
    with writing(base) as conn:
        conn.execute(text(f"UPDATE {schema.VERSION_TABLE} SET version_num='9999'"))
    place = base.url.render_as_string(False) if base.url.query else Path(str(base.url.database))
    assert refusal(place) == refusal(place, to_write=False) == "store_newer"


def test_many_may_open_a_new_one_at_once(place: Path, postgres: Server) -> None:
    for where_ in (place, postgres.emptied()):
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _, at=where_: opened(at).dispose(), range(8)))


# --- SQLite -----------------------------------------------------------------------------------


def test_the_file_is_its_owners_and_what_is_acknowledged_is_on_the_disk(place: Path) -> None:
    engine = opened(place)
    with writing(engine) as conn:
        append(conn, write(UNIT))
        settings = {name: conn.exec_driver_sql(f"PRAGMA {name}").scalar()
                    for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")}
        assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1,
                            "secure_delete": 1}
    for file in place.parent.glob("review.sqlite*"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


def test_a_path_may_be_written_as_any_path(tmp_path: Path) -> None:
    for name in ("a?mode=memory.sqlite", "b#%41 '\".sqlite", "岚河.sqlite"):
        opened(str(tmp_path / name)).dispose()
        assert (tmp_path / name).stat().st_size


def test_held_by_another_program(place: Path, impatient: None) -> None:
    engine = opened(place)
    with closing(sqlite3.connect(place, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert why(engine) == "locked"
        assert refusal(place) == "store_locked"
        with reading(engine) as conn:
            assert head(conn, UNIT)[0] == 0
        other.execute("ROLLBACK")
    with writing(engine) as conn:
        append(conn, write(UNIT))


def test_held_by_another_thread(place: Path, impatient: None) -> None:
    engine = opened(place)
    with writing(engine), ThreadPoolExecutor(1) as pool:
        assert pool.submit(why, engine).result() == "locked"
    with writing(engine) as conn:
        append(conn, write(UNIT))


def test_who_comes_first_writes_first(place: Path) -> None:
    engine, order = opened(place), []

    def decide(number: int) -> None:
        with writing(engine):
            order.append(number)

    with ThreadPoolExecutor(8) as pool:
        with writing(engine):
            waiting = []
            for number in range(8):
                waiting.append(pool.submit(decide, number))
                time.sleep(0.01)
        for one in waiting:
            one.result()
    assert order == list(range(8))


def test_no_database_at_all(place: Path) -> None:
    place.write_bytes(b"PK\x03\x04" + b"no database " * 100)
    assert refusal(place) == refusal(place, to_write=False) == "store_broken"


def test_another_programs_database(place: Path) -> None:
    with closing(sqlite3.connect(place)) as other:
        other.execute("CREATE TABLE notes (words TEXT)")
    assert refusal(place) == "store_broken"


def test_damaged_in_its_middle(place: Path) -> None:
    engine = opened(place)
    with writing(engine) as conn:
        for number in range(200):
            append(conn, write(UNIT, subject=f"Y01|p:{number}"))
    engine.dispose()
    held = bytearray(place.read_bytes())
    for page in range(2 * 4096, len(held), 4096):
        held[page:page + 64] = b"\xa5" * 64
    place.write_bytes(held)
    with pytest.raises(OutputError, match="store_broken"):
        again = opened(place)
        with reading(again) as conn:
            conn.execute(text("SELECT max(length(state)) FROM entry")).all()


def test_a_table_that_is_gone(place: Path) -> None:
    engine = opened(place)
    with pytest.raises(OutputError, match="store_broken"), writing(engine) as conn:
        conn.execute(text("DROP TABLE content"))
        append(conn, write(UNIT))


@pytest.mark.parametrize("there", ["folder", "link", "no folder"])
def test_no_place_for_a_file(there: str, place: Path, tmp_path: Path) -> None:
    if there == "folder":
        place.mkdir()
    elif there == "link":
        place.symlink_to(tmp_path / "elsewhere.sqlite")
    else:
        place = tmp_path / "no" / "review.sqlite"
    assert refusal(place) == "store_unreachable"
    assert not (tmp_path / "elsewhere.sqlite").exists()


READ_ONLY = """
import os, sys
from pathlib import Path
from pipeline.errors import OutputError
from pipeline.store.decisions import opened, reading, verify
if os.getuid() == 0:
    os.setgid(65534); os.setuid(65534)
place = Path(sys.argv[1])
try:
    opened(place)
except OutputError as error:
    print(error.key)
with reading(opened(place, to_write=False)) as conn:
    print(verify(conn, "0123456789abcdef").count)
"""


def test_read_only_it_can_be_verified_and_nothing_else(tmp_path: Path) -> None:
    """As another user, since root may write everything."""
    folder = Path("/tmp") / f"zz-read-only-{os.getpid()}"
    folder.mkdir()
    place = folder / "review.sqlite"
    try:
        engine = opened(place)
        with writing(engine) as conn:
            append(conn, write(UNIT))
        engine.dispose()
        place.chmod(0o444)
        folder.chmod(0o555)
        done = subprocess.run([sys.executable, "-c", READ_ONLY, str(place)], capture_output=True,
                              text=True, check=False)
        if "Permission" in done.stderr:
            pytest.skip("another user cannot read this checkout")
        assert done.stdout.split() == ["store_read_only", "1"], done.stderr
    finally:
        folder.chmod(0o755)
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()


def test_without_to_write_nothing_is_written_or_made(place: Path) -> None:
    assert refusal(place, to_write=False) == "store_unreachable"
    assert not place.exists()
    opened(place).dispose()
    engine = opened(place, to_write=False)
    assert why(engine) == "read_only"


def test_full_by_the_pages_it_may_have(place: Path) -> None:
    engine = opened(place)
    with writing(engine) as conn:
        conn.exec_driver_sql("PRAGMA max_page_count=1")
    with pytest.raises(Unavailable) as error, writing(engine) as conn:
        conn.exec_driver_sql("PRAGMA max_page_count=1")
        append(conn, *(write(UNIT, subject=f"Y01|p:{number}", shown={"text": "民" * 2000})
                       for number in range(50)))
    assert error.value.why == "full"
    with reading(engine) as conn:
        assert head(conn, UNIT)[0] == 0


@pytest.fixture
def small_files() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_full_by_the_disk_and_what_was_acknowledged_stays(place: Path, small_files: None) -> None:
    engine = opened(place)
    acknowledged = 0
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, hard))
    with pytest.raises(Unavailable) as error:
        for number in range(1000):
            with writing(engine) as conn:
                append(conn, write(UNIT, subject=f"Y01|p:{number}"))
            acknowledged += 1
    assert error.value.why == "full" and acknowledged
    with reading(engine) as conn:
        assert head(conn, UNIT)[0] == acknowledged
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    with writing(engine) as conn:
        append(conn, write(UNIT))


# --- PostgreSQL -------------------------------------------------------------------------------


def test_a_server_that_is_not_there() -> None:
    assert refusal("postgresql://u:geheim@127.0.0.1:1/none") == "store_unreachable"


def test_a_password_is_told_to_nobody() -> None:
    with pytest.raises(OutputError) as error:
        opened("postgresql://u:geheim@127.0.0.1:1/none?password=geheim")
    assert "geheim" not in str(error.value)


@pytest.mark.parametrize("address", ["mysql://h/d", "http://127.0.0.1/", "://", "postgresql://h:port/d"])
def test_an_address_that_cannot_be_understood(address: str) -> None:
    assert refusal(address) == "store_address"


def test_no_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "find_spec", lambda _: None)
    assert refusal("postgresql://127.0.0.1/none") == "store_driver"


def test_a_database_that_holds_no_chinese(postgres: Server) -> None:
    assert refusal(postgres.url("LATIN1")) == "store_encoding"


def test_a_server_that_takes_no_writes(postgres: Server) -> None:
    url = postgres.emptied()
    engine = opened(url)
    name = postgres.made[0]
    postgres.sql(f"ALTER DATABASE {name} SET default_transaction_read_only=on")
    try:
        assert refusal(url) == "store_read_only"
        engine.dispose()
        assert why(engine) == "read_only"
    finally:
        postgres.sql(f"ALTER DATABASE {name} SET default_transaction_read_only=off")


def test_rows_held_by_another_program(postgres: Server) -> None:
    engine = opened(postgres.emptied())
    with writing(engine) as conn:
        append(conn, write(UNIT))
    with writing(engine) as other, pytest.raises(Unavailable) as error:
        other.execute(text("SELECT * FROM head FOR UPDATE"))
        with writing(engine) as conn:
            conn.execute(text("SET LOCAL lock_timeout='100ms'"))
            append(conn, write(UNIT, 1))
    assert error.value.why == "locked"


def test_a_server_that_restarts_is_met_again(postgres: Server) -> None:
    """The transaction it interrupts is lost and said to be; all before it is there, and the next
    finds a new connection."""
    engine = opened(postgres.emptied())
    with writing(engine) as conn:
        append(conn, write(UNIT, key="first"))
    with pytest.raises(Unavailable) as error, writing(engine) as conn:
        append(conn, write(UNIT, 1, key="second"))
        postgres.restart("immediate")
    assert error.value.why == "unreachable"
    with writing(engine) as conn:
        assert append(conn, write(UNIT, 1, key="second"))[0].seq == 2
    postgres.stop()
    assert why(engine) == "unreachable"
    postgres.start()
    with reading(engine) as conn:
        assert head(conn, UNIT)[0] == 2


def test_the_place_is_told_without_user_and_password(postgres: Server) -> None:
    engine = opened(postgres.emptied())
    assert where(engine) == f"postgresql://{postgres.place}/{postgres.made[0]}"
