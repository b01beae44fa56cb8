"""`zuozheng batch` as a user meets it: what stands on stdout and stderr, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.cli import run
from pipeline.store.season import NAME, SeasonLedger
from tests.season.made_units import made

Said = pytest.CaptureFixture[str]


def batch(*words: object) -> int:
    return run(["batch", *map(str, words)])


def test_a_season_from_the_command_line(tmp_path: Path, capsys: Said) -> None:
    root, out = made(tmp_path / "root", 2, 2), tmp_path / "out"
    (root / "空局").mkdir()
    (root / "通知.txt").write_text("x")
    (root / "岚河市第001局" / "坏.docx").write_bytes(b"PK\x03\x04rubbish")
    words = (root, "-r", "yuxi-2024", "-o", out, "--ocr", "later", "--json", "--workers", 2)
    assert batch(*words) == 10
    said = capsys.readouterr()
    lines = [json.loads(line) for line in said.out.splitlines()]
    assert {line["unit"]: (line["state"], line["files"], line["unread"]) for line in lines} == {
        "岚河市第001局": ("done", 3, {"corrupt": 1}), "岚河市第002局": ("done", 3, {}),
        "空局": ("failed", 0, {})}
    (problem,) = [line["problem"] for line in lines if line["problem"]]
    assert "里面一个文件也没有" in problem["text"]
    for words_said in ("2 个单位", "通知.txt", "空局：里面一个文件也没有",
                       f"zuozheng batch {root} --rubric yuxi-2024 --out {out} --ocr later "
                       "--workers 2 --json", "season.html", f"zuozheng season {out}"):
        assert words_said in said.err, words_said
    assert "\x1b" not in said.err and "Traceback" not in said.err
    for name in ("season.html", "season.xlsx", "calendar.ics", "copies.json", NAME):
        assert (out / name).stat().st_mode & 0o077 == 0
    # the same once more, in English: another language is another report
    assert batch(root, "-r", "yuxi-2024", "-o", out, "--lang", "en") == 10
    assert "units have a problem" in capsys.readouterr().err


def test_all_read_ends_well(tmp_path: Path, capsys: Said) -> None:
    assert batch(made(tmp_path / "root", 1, 1), "-r", "yuxi-2024", "-o", tmp_path / "out") == 0
    said = capsys.readouterr()
    assert said.out == "" and "有问题" not in said.err


@pytest.mark.parametrize(("words", "code", "says"), [
    (["{tmp}/没有"], 20, "没有这个文件夹"),
    (["{tmp}/空"], 20, "没有单位"),
    (["{tmp}/文件.txt"], 20, "zuozheng screen"),
    (["{tmp}/root", "-o", "{tmp}/root/out"], 20, "里面"),
    (["{tmp}/root", "-r", "无此体系"], 30, "yuxi-2024"),
    (["{tmp}/root", "--period", "去年"], 20, "考核期"),
    (["{tmp}/root", "-o", "{tmp}/文件.txt"], 40, "写不进"),
    (["{tmp}/表"], 20, "材料夹"),
    (["{tmp}/root", "--scheduler", "tcp://10.0.0.1:8786"], 20, "tcp://10.0.0.1:8786"),
    (["{tmp}/root", "--retry", "all"], 2, "unread"),
    (["{tmp}/root", "--workers", "0"], 2, "不能小于 1"),
])
def test_bad_input_ends_in_one_message(words: list[str], code: int, says: str, tmp_path: Path,
                                       capsys: Said) -> None:
    made(tmp_path / "root", 1, 1)
    (tmp_path / "空").mkdir()
    (tmp_path / "文件.txt").write_text("x")
    (tmp_path / "表").mkdir()
    (tmp_path / "表" / "units.csv").write_text("单位,材料夹\na,b\n", "utf-8")
    words = [word.replace("{tmp}", str(tmp_path)) for word in words]
    words += ["-r", "yuxi-2024"] if "-r" not in words else []
    words += ["-o", str(tmp_path / "out")] if "-o" not in words else []
    assert batch(*words) == code
    said = capsys.readouterr()
    assert says in said.err and said.out == "" and "Traceback" not in said.err
    assert "接着做" not in said.err, "nothing was begun"


@pytest.mark.parametrize(("language", "says"), [("zh", "例：zuozheng batch"),
                                                ("en", "Example: zuozheng batch")])
def test_help_has_an_example(language: str, says: str, capsys: Said) -> None:
    assert batch("--help", "--lang", language) == 0
    said = capsys.readouterr().out
    assert says in said and "--retry" in said and "--scheduler" in said


def test_what_stops_a_season_says_how_to_go_on(tmp_path: Path, capsys: Said,
                                               monkeypatch: pytest.MonkeyPatch) -> None:
    from pipeline.errors import WorkerError

    def gone(*_: object) -> None:
        raise WorkerError("worker_broken", log="x")

    monkeypatch.setattr("pipeline.season.engine.local.engine", gone)
    root, out = made(tmp_path / "root", 1, 1), tmp_path / "o ut"
    assert batch(root, "-r", "yuxi-2024", "-o", out, "--ocr", "never") == 50
    said = capsys.readouterr().err
    assert f"接着做：\n  zuozheng batch {root} --rubric yuxi-2024 --out '{out}' --ocr never" in said
    with SeasonLedger(out / NAME) as ledger:
        assert ledger.header()["finished"] is False


def test_ctrl_c_before_anything_was_begun_names_the_command_alone(
        tmp_path: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pipeline.season.run.run", stopped)
    out = tmp_path / "out"
    assert batch(tmp_path, "-r", "yuxi-2024", "-o", out, "--period", "2023") == 130
    assert capsys.readouterr().err == (
        "已停下，这次还没有开始筛查；上次做完的都还在。要做时再运行：\n"
        f"  zuozheng batch {tmp_path} --rubric yuxi-2024 --out {out} --period 2023\n")


def test_a_units_name_begins_no_line_of_its_own(tmp_path: Path, capsys: Said) -> None:
    root = made(tmp_path / "root", 1, 1)
    (root / "空局\n岚河市教育局：已全部通过").mkdir()
    assert batch(root, "-r", "yuxi-2024", "-o", tmp_path / "out", "--json") == 10
    said = capsys.readouterr()
    assert not any(line.startswith("岚河市教育局") for line in said.err.splitlines())
    assert "\ufffd岚河市教育局" in said.err and len(said.out.splitlines()) == 2


def test_a_wrong_rubric_in_the_table_says_what_to_correct(tmp_path: Path, capsys: Said) -> None:
    root = made(tmp_path / "root", 2, 1)
    (root / "units.csv").write_text(
        "name,folder,rubric\n甲局,岚河市第001局,\n乙局,岚河市第002局,无此体系\n", "utf-8")
    assert batch(root, "-r", "yuxi-2024", "-o", tmp_path / "out") == 10
    assert "请改正这一行的指标体系" in capsys.readouterr().err


def test_no_time_is_left_when_all_is_done() -> None:
    from pipeline.cli.under_way import _left

    assert (_left(60.0, 1.0), _left(60.0, 0.5), _left(60.0, 0.0)) == ("0 分钟", "1 分钟", "…")
