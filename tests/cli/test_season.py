"""`zuozheng season` and `zuozheng compare` as a user meets them."""

from __future__ import annotations

import re
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
    assert "单位按名称排列" in said.out and "逾期未到" in said.out
    assert "文件夹是空的" in said.out and "/x/" not in said.out
    assert str(place / "season.html") in said.err and "zuozheng batch … --out" in said.err
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
