"""`zuozheng season` and `zuozheng compare` as a user meets them."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from pipeline.cli import run
from tests.season import fake

Said = pytest.CaptureFixture[str]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return fake.many(tmp_path / "季", 30, rubric="plan-tax-month")


def units_in(out: str) -> list[str]:
    """The names of the units listed, as they stand one under another."""
    return re.findall(r"^ (\S+\d{5})", out, re.MULTILINE)


def test_the_overview_lists_units_by_name_and_writes_what_is_missing(place: Path, capsys: Said
                                                                     ) -> None:
    assert run(["season", str(place)]) == 0
    said = capsys.readouterr()
    names = units_in(said.out)
    assert len(names) == 30 and names == sorted(names)
    assert "单位按名称排列" in said.out
    assert "文件夹是空的" in said.out and "/x/" not in said.out
    assert str(place / "season.html") in said.err and (
        f"{shlex.join(['--out', str(place)])}\n" in said.err)
    assert all((place / name).is_file() for name in ("season.html", "season.xlsx", "calendar.ics"))


def test_what_is_there_and_new_is_not_written_again(place: Path, capsys: Said) -> None:
    run(["season", str(place)])
    before = {place / name: (place / name).stat().st_mtime_ns
              for name in ("season.html", "season.xlsx", "calendar.ics")}
    run(["season", str(place)])
    assert {path: path.stat().st_mtime_ns for path in before} == before
    (place / "season.xlsx").unlink()
    run(["season", str(place)])
    assert (place / "season.xlsx").is_file()


def test_filters_and_limit(place: Path, capsys: Said) -> None:
    run(["season", str(place), "--county", "云岭区", "--kind", "机关"])
    both = units_in(capsys.readouterr().out)
    run(["season", str(place), "--county", "云岭区"])
    county = units_in(capsys.readouterr().out)
    assert 0 < len(both) < len(county) < 30 and set(both) < set(county)
    run(["season", str(place), "--limit", "4"])
    out = capsys.readouterr().out
    assert len(units_in(out)) == 4 and "另有 26 个单位没有列出" in out
    run(["season", str(place), "--county", "无此县"])
    out = capsys.readouterr().out
    assert "没有符合条件的单位" in out and "云岭区" in out


def test_a_name_cannot_speak_to_the_terminal(tmp_path: Path, capsys: Said) -> None:
    name = "甲\x1b[31m局[bold]"
    fake.season(tmp_path, [(fake.unit(name, dir="甲", kind="[red]类"),
                            fake.answer(fake.summary()))])
    for more in ((), ("--kind", "无此类")):
        run(["season", str(tmp_path), *more])
        out = capsys.readouterr().out
        assert "\x1b" not in out and "[red]类" in out
        assert more or "局[bold]" in out


def test_a_name_forges_no_line(tmp_path: Path, capsys: Said) -> None:
    name, line = "甲\n 乙局   ■■■\u2028\t\r局", "\n乙局：已初筛"
    problem = {"key": "unit_twice", "args": {"first": f"甲{line}", "other": f"丙{line}"}}
    notice = {"key": "units_loose", "args": {"count": "1", "names": f"丁{line}"}}
    kind = {"kind": f"类{line}", "county": f"县{line}"}
    earlier, later = (fake.season(tmp_path / at, [
        (fake.unit(name, dir="甲", **kind), fake.answer(fake.summary())),
        (fake.unit(f"{at}{line}", dir="乙", problem=problem), None)], notices=[notice])
        for at in ("前", "后"))
    for words in (["season", str(later)], ["season", str(later), "--kind", "无此类"],
                  ["compare", str(earlier), str(later)]):
        assert run(words) == 0
        said = capsys.readouterr()
        for out in (said.out, said.err):
            assert not re.search(r"^\s*乙局", out, re.MULTILINE) and "\u2028" not in out
            assert "\t" not in out and "\r" not in out


def test_a_season_of_which_nothing_is_done_says_how_to_go_on(tmp_path: Path, capsys: Said) -> None:
    words = ["batch", "材 料", "--rubric", "yuxi-2024", "--out", "季", "--workers", "2"]
    fake.season(tmp_path, [(fake.unit(name), None) for name in ("乙局", "甲局")],
                finished=False, command=words)
    assert run(["season", str(tmp_path)]) == 0
    said = capsys.readouterr()
    assert said.out.count("未轮到") == 2 and "还没有一个单位做完" in said.out
    assert f"zuozheng {shlex.join(words)}\n" in said.err
    assert "zuozheng review" not in said.err
    for name in ("season.html", "season.xlsx", "calendar.ics"):
        assert "材 料" not in (tmp_path / name).read_bytes().decode("utf-8", "replace")


def test_what_is_to_be_typed_next_can_be_pasted(tmp_path: Path, capsys: Said) -> None:
    words = ["batch", "材料", "--rubric", "yuxi-2024", "--out", "季"]
    place = fake.season(tmp_path / "一 季", [
        (fake.unit("丙局"), None),
        (fake.unit("甲 局"), fake.answer(fake.summary(unread={"encrypted": 1})))], command=words)
    run(["season", str(place)])
    err = capsys.readouterr().err
    assert f"zuozheng review '{place}/units/甲 局'\n" in err
    line = f"zuozheng {shlex.join(words)}"
    assert f"{line} --retry unread\n" in err and f"{line}\n" in err


def test_a_folder_that_is_no_season_is_not_written_into(tmp_path: Path, capsys: Said) -> None:
    (tmp_path / "甲局").mkdir()
    assert run(["season", str(tmp_path)]) == 20
    err = capsys.readouterr().err
    assert "season.sqlite" in err and not re.search(rf"--out {tmp_path}\s", err)


def test_what_is_piped_is_not_wrapped(tmp_path: Path, capsys: Said,
                                      monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    name = "岚河县" * 20 + "文化和旅游局"
    fake.season(tmp_path, [
        (fake.unit(name, dir="甲"), fake.answer(fake.summary())),
        (fake.unit(name + "2", dir="乙", problem={"key": "folder_empty", "args": {"folder": name}}),
         None)])
    run(["season", str(tmp_path)])
    out = capsys.readouterr().out
    assert any(name in line and re.search("[■△·]{25}", line) for line in out.splitlines())
    assert any(name in line and "文件夹是空的" in line for line in out.splitlines())


def test_while_a_run_is_at_work_no_second_one_is_suggested(tmp_path: Path, capsys: Said) -> None:
    from pipeline.store.outputs import alone, appended

    fake.season(tmp_path, [(fake.unit("甲局"), fake.answer(fake.summary())),
                           (fake.unit("乙局"), None)], finished=False)
    with appended(tmp_path / "run.log") as log, alone(log, tmp_path):
        assert run(["season", str(tmp_path)]) == 0
        err = capsys.readouterr().err
    assert "正在做" in err and "zuozheng batch" not in err
    run(["season", str(tmp_path)])
    assert "zuozheng batch" in capsys.readouterr().err


def test_what_is_late_is_told(tmp_path: Path, capsys: Said) -> None:
    fake.season(tmp_path, [(fake.unit("甲局"), fake.answer(fake.summary(
        slots={("U1-info", "2024H1"): {"state": "nothing"}})))])
    run(["season", str(tmp_path)])
    assert "逾期未到的：1 项次" in capsys.readouterr().out


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_table_is_as_wide_as_the_terminal_at_most(tmp_path: Path, width: int) -> None:
    import io

    from rich.cells import cell_len
    from rich.console import Console

    from pipeline.cli import season
    from pipeline.season import overview
    from pipeline.store.season import NAME, SeasonLedger

    fake.many(tmp_path, 8)
    shown = io.StringIO()
    console = Console(file=shown, width=width, highlight=False, markup=False)
    with SeasonLedger(tmp_path / NAME) as ledger:
        assert season._table(console, overview.gathered(ledger, tmp_path), None, None, 50) == 8
    assert max(map(cell_len, shown.getvalue().splitlines())) <= width


def test_a_season_in_english(place: Path, capsys: Said) -> None:
    assert run(["season", str(place), "--lang", "en", "--limit", "1"]) == 0
    said = capsys.readouterr()
    assert "units by their names" in said.out and "Next:" in said.err


def test_compare_tells_by_unit_and_writes_both(tmp_path: Path, capsys: Said) -> None:
    earlier, later = (fake.season(tmp_path / at, [
        (fake.unit("甲局"), fake.answer(fake.summary(state=state))),
        (fake.unit(f"{at}局"), fake.answer(fake.summary()))])
        for at, state in (("前", "nothing"), ("后", "performed")))
    assert run(["compare", str(earlier), str(later)]) == 0
    said = capsys.readouterr()
    (row,) = re.findall(r"^ 甲局 +(\d+) .*$", said.out, re.MULTILINE)
    assert int(row) > 20
    assert "只在上一季：1 个单位" in said.out and "前局" in said.out and "后局" in said.out
    assert str(later / "compare.xlsx") in said.err
    assert run(["compare", str(earlier), str(later), "--out", str(tmp_path / "对照.html")]) == 0
    assert (tmp_path / "对照.html").is_file()


@pytest.mark.parametrize(("words", "code", "says"), [
    (["season", "{tmp}/无"], 20, "zuozheng batch"),
    (["season", "{tmp}"], 20, "season.sqlite"),
    (["season"], 2, "SEASON"),
    (["season", "{tmp}/季", "--limit", "-1"], 2, "--limit"),
    (["compare", "{tmp}/季", "{tmp}/季"], 20, "同一季"),
    (["compare", "{tmp}/季", "{tmp}/无"], 20, "没有测评季|里没有"),
    (["compare", "{tmp}/季", "{tmp}/未完"], 20, "还没有做完"),
    (["compare", "{tmp}/季", "{tmp}/二", "--out", "{tmp}/x.pdf"], 20, ".html"),
    (["compare", "{tmp}/季", "{tmp}/二", "--out", "{tmp}/无/x.html"], 40, "写不进"),
])
def test_bad_input_is_named_with_the_next_step(tmp_path: Path, place: Path, words: list[str],
                                               code: int, says: str, capsys: Said) -> None:
    fake.season(tmp_path / "二", [(fake.unit("甲局"), fake.answer(fake.summary()))])
    fake.season(tmp_path / "未完", [(fake.unit("甲局"), None)], finished=False)
    assert run([word.replace("{tmp}", str(tmp_path)) for word in words]) == code
    err = capsys.readouterr().err
    assert re.search(says, err) and "Traceback" not in err
