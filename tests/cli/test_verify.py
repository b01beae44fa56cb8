"""verify and purge as a user meets them."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from pipeline.cli import purge, verify
from pipeline.cli.frame import App, told
from pipeline.errors import EXIT_CHAIN, EXIT_CODES, ZuozhengError
from pipeline.store.decisions import FILE, Unit, append, opened, reading, register, writing
from pipeline.store.decisions import verify as verified
from pipeline.store.ledger import Ledger
from tests.store.decisions.made import NOTE, TEXT, several, write

Said = pytest.CaptureFixture[str]
LABEL = "岚河市交通运输局"
ROOT = Path(__file__).parents[2]
TEXTS = ("ledger.sqlite", "extracted.sqlite", "extracted.sqlite-wal", "coverage.json",
         "report.html", "coverage.xlsx", "part.npz")


def run(*words: object) -> int:
    """As `pipeline.cli.run`, with these two commands alone."""
    app = App()
    verify.add_to(app)
    purge.add_to(app)
    try:
        return app([str(word) for word in words])
    except ZuozhengError as error:
        told(error)
        return error.exit_code


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A reviewed OUT: ten decisions and an answer."""
    place = tmp_path / "结果"
    place.mkdir()
    decided(place, place / FILE)
    for name in TEXTS:
        (place / name).write_text(TEXT, "utf-8")
    (place / "ledger.sqlite").unlink()
    with Ledger(place / "ledger.sqlite", fresh=True) as ledger:
        ledger.put_header({"key": "ab", "unit": [LABEL, "岚河市交通局"]})
    (place / "pages").mkdir()
    (place / "pages" / "ab-1.png").write_bytes(b"\x89PNG")
    (place / "consent.json").write_text("{}", "utf-8")
    return place


def decided(out: Path, database: Path) -> Unit:
    base = opened(database)
    with writing(base) as conn:
        unit = register(conn, out, LABEL, "yuxi-2024")
        several(conn, unit, 10)
        append(conn, write(unit, None, kind="answer", state={}, note="已补充盖章件"))
    base.dispose()
    return unit


def change(out: Path, statement: str) -> None:
    base = opened(out / FILE)
    with writing(base) as conn:
        conn.execute(text(statement))
    base.dispose()


def left(out: Path) -> list[str]:
    """Files of OUT in which a text of a paper, or a note, stands."""
    return sorted(place.name for place in out.rglob("*") if place.is_file()
                  and any(words.encode() in place.read_bytes() for words in (TEXT, NOTE)))


def test_a_whole_record_prints_its_count_and_head(out: Path, capsys: Said) -> None:
    base = opened(out / FILE)
    with reading(base) as conn:
        head = verified(conn, (out / "review.id").read_text().strip()).head
    base.dispose()
    assert run("verify", out) == 0
    said = capsys.readouterr()
    assert LABEL in said.out and "11 条" in said.out and head in said.out
    assert run("verify", out, "--head", head) == 0
    assert run("verify", out, "--head", "f" * 64) == EXIT_CHAIN == 60
    assert "改写" in capsys.readouterr().err


def test_the_first_bad_row_is_named(out: Path, capsys: Said) -> None:
    change(out, "UPDATE entry SET state='{\"verdict\":\"rejected\"}' WHERE seq=4")
    assert run("verify", out) == EXIT_CHAIN
    said = capsys.readouterr()
    assert "第 4 条" in said.err and "改动" in said.err and "3 条" in said.out
    assert EXIT_CHAIN in EXIT_CODES


def test_an_export_from_before_the_bad_row_is_still_met(out: Path, capsys: Said) -> None:
    base = opened(out / FILE)
    with reading(base) as conn:
        third, seventh = (conn.execute(text(f"SELECT hash FROM entry WHERE seq={seq}")).scalar()
                          for seq in (3, 7))
    base.dispose()
    change(out, "UPDATE content SET note='改过' WHERE seq=5")
    assert run("verify", out, "--head", third) == EXIT_CHAIN
    assert str(third) in capsys.readouterr().out.splitlines()[-1]
    # It stands in the table, but behind a row that cannot be trusted.
    assert run("verify", out, "--head", seventh) == EXIT_CHAIN
    assert str(seventh) in capsys.readouterr().err


def test_an_offices_database_is_verified_whole_or_by_unit(out: Path, capsys: Said) -> None:
    database = out.parent / "office.sqlite"
    unit = decided(out, database)
    assert run("verify", "--database", database) == 0
    assert [unit.id in line for line in capsys.readouterr().out.splitlines()] == [True, False]
    assert run("verify", "--database", database, "--unit", unit.id) == 0
    assert run("verify", out, "--database", database) == 0
    assert run("verify", "--database", database, "--unit", "0" * 16) == 20
    assert unit.id in capsys.readouterr().err


@pytest.mark.parametrize(("words", "code", "says"), [
    (["verify"], 20, "verify --database"),
    (["verify", "{out}/没有"], 20, "zuozheng review"),
    (["verify", "--database", "mysql://h/d"], 40, "postgresql://"),
    (["verify", "--database", "{out}/没有.sqlite"], 40, "路径"),
    (["verify", "--database", "{out}/consent.json"], 40, "备份"),
    (["purge", "{out}/没有", "--unit", LABEL, "--yes"], 20, "没有"),
    (["purge", "{out}", "--unit", "岚河市水利局", "--yes"], 20, LABEL),
    (["purge", "{out}", "--unit", LABEL], 20, "--yes"),
])
def test_bad_input_ends_in_one_message_and_nothing_goes(
        words: list[str], code: int, says: str, out: Path, capsys: Said) -> None:
    before = sorted(out.rglob("*"))
    assert run(*(word.replace("{out}", str(out)) for word in words)) == code
    said = capsys.readouterr()
    assert says in said.err and said.out == ""
    assert sorted(out.rglob("*")) == before


def test_a_unit_taken_off_the_list_is_missed(out: Path, capsys: Said) -> None:
    base = opened(out / FILE)
    with writing(base) as conn:
        (gone,) = conn.execute(text("SELECT id FROM unit")).scalars()
        conn.execute(text("DELETE FROM unit"))
    base.dispose()
    assert run("verify", "--database", out / FILE) == EXIT_CHAIN
    assert gone in capsys.readouterr().err


def test_a_purge_leaves_no_text_and_a_record_that_verifies(out: Path, capsys: Said) -> None:
    assert len(left(out)) == len(TEXTS)  # All but the ledger, and the record.
    assert run("purge", out, "--unit", "岚河市交通局", "--yes") == 0
    assert left(out) == []
    assert sorted(place.name for place in out.iterdir() if "sqlite-" not in place.name) == [
        "consent.json", "purged.txt", "review.id", FILE, "run.log"]
    assert run("verify", out) == 0
    assert "12 条" in capsys.readouterr().out
    note = (out / "purged.txt").read_text("utf-8")
    assert "12 条" in note and "coverage.json" in note


def test_what_else_lies_in_the_folder_stays_and_is_named(out: Path, capsys: Said) -> None:
    (out / "record.html").write_text(TEXT, "utf-8")
    (out / "\x1b[31m备忘.txt").write_text("", "utf-8")
    assert run("purge", out, "--unit", LABEL, "--yes") == 0
    said = capsys.readouterr().err
    assert "record.html" in said and "备忘.txt" in said and "\x1b" not in said
    assert (out / "record.html").exists()
    assert run("purge", out, "--unit", LABEL, "--yes") == 0


def test_a_purge_may_take_the_answers_too(out: Path) -> None:
    answer = "已补充盖章件".encode()
    assert run("purge", out, "--unit", LABEL, "--yes") == 0
    assert answer in (out / FILE).read_bytes()
    assert run("purge", out, "--unit", LABEL, "--yes", "--answers") == 0
    assert answer not in (out / FILE).read_bytes()
    assert run("verify", out) == 0


def test_a_purge_follows_no_link_out_of_the_folder(out: Path) -> None:
    elsewhere = out.parent / "别处"
    elsewhere.mkdir()
    (elsewhere / "原件.pdf").write_bytes(b"%PDF")
    (out / "report.html").unlink()
    (out / "report.html").symlink_to(elsewhere / "原件.pdf")
    (out / "work").symlink_to(elsewhere)
    (out / "pages" / "link").symlink_to(elsewhere)
    assert run("purge", out, "--unit", LABEL, "--yes") == 0
    assert (elsewhere / "原件.pdf").read_bytes() == b"%PDF"
    assert not (out / "report.html").is_symlink() and not (out / "work").is_symlink()


def test_an_out_that_was_never_reviewed_is_purged_of_its_texts(out: Path) -> None:
    for place in [*out.glob("review.*")]:
        place.unlink()
    assert run("purge", out, "--unit", LABEL, "--yes") == 0
    assert left(out) == [] and not (out / FILE).exists()


def test_what_another_database_holds_of_other_units_stays(out: Path, capsys: Said) -> None:
    database = out.parent / "office.sqlite"
    decided(out, database)
    other = out.parent / "另一个"
    other.mkdir()
    base = opened(database)
    with writing(base) as conn:
        several(conn, register(conn, other, "岚河市水利局", "yuxi-2024"), 3)
    base.dispose()
    assert run("purge", out, "--unit", LABEL, "--database", database, "--yes") == 0
    assert run("verify", "--database", database) == 0
    assert TEXT.encode() in database.read_bytes()


@pytest.mark.parametrize(("typed", "code"), [(LABEL, 0), ("岚河市", 20), ("", 20), ("yes", 20)])
def test_at_a_terminal_the_units_name_is_asked_for(typed: str, code: int, out: Path) -> None:
    ours, theirs = pty.openpty()
    script = (f"import sys; sys.path.insert(0, {str(ROOT)!r}); "
              "from tests.cli.test_verify import run; "
              f"sys.exit(run('purge', {str(out)!r}, '--unit', {LABEL!r}))")
    with subprocess.Popen([sys.executable, "-c", script], stdin=theirs, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, env={**os.environ, "PYTHONUTF8": "1"}) as program:
        os.write(ours, f"{typed}\n".encode())
        _, said = program.communicate(timeout=60)
    os.close(ours)
    os.close(theirs)
    assert program.returncode == code, said.decode()
    assert "照原样输入单位名称" in said.decode()
    assert (left(out) == []) == (code == 0)


def test_the_help_of_both_has_an_example(capsys: Said) -> None:
    for name in ("verify", "purge"):
        assert run(name, "--help") == 0
        assert f"例：zuozheng {name} 结果" in capsys.readouterr().out
