"""`consent` and `train` as a user meets them: from a screened folder to a model's folder."""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path

import pytest
from openpyxl import load_workbook

from pipeline.cli import run
from pipeline.learn import train as learn
from pipeline.screen.unit import screen

ROOT = Path(__file__).parents[2]
WHOLE = ROOT / "models" / "corpus"
ARCHIVE = ROOT / "sample_archives" / "lanhe" / "岚河市交通运输局"
OFFICE = "岚河市民族事务委员会办公室"
REVIEWER = "某复核人"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    for voice in ("v01", "v05"):
        shutil.copy(WHOLE / f"{voice}.jsonl", folder)
    shutil.copy(WHOLE / "definitions.jsonl", folder)
    return folder


@pytest.fixture(scope="module")
def base(small: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "themes-1"
    learn.train(small, learn.Training(folds=2, rubrics=("yuxi-2024",), propose=0.3), folder)
    return folder


@pytest.fixture(scope="module")
def screened(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose workbook people have filled in, without consent."""
    out = tmp_path_factory.mktemp("run") / "结果"
    screen(ARCHIVE, "yuxi-2024", out, ocr="never", model=base)
    with (ROOT / "notebooks" / "decisions" / "lanhe.csv").open(encoding="utf-8") as file:
        decided = {(row["indicator"], row["passage"]): row["conclusion"]
                   for row in csv.DictReader(file)}
    book = load_workbook(out / "coverage.xlsx")
    sheet = book.worksheets[0]
    heading = [cell.value for cell in sheet[1]]
    at = [heading.index(name) for name in ("指标编号", "段落编号", "复核结论", "复核人")]
    filled = 0
    for row in sheet.iter_rows(min_row=2):
        key = row[at[0]].value, row[at[1]].value
        if key in decided:
            row[at[2]].value, row[at[3]].value = decided[key], REVIEWER
            filled += 1
    assert filled > 80
    book.save(out / "coverage.xlsx")
    return out


@pytest.fixture
def one(screened: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(screened, tmp_path / "run"))


def told(*words: object) -> int:
    return run([str(word) for word in words])


def test_from_decisions_to_a_new_model(one: Path, base: Path, small: Path, tmp_path: Path,
                                       capsys: pytest.CaptureFixture[str],
                                       monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert told("train", "--decisions", one, "--corpus", small, "--base", base) == 20
    assert f"zuozheng consent {one} --by" in capsys.readouterr().err
    assert told("consent", one, "--by", OFFICE) == 0
    assert OFFICE in (one / "consent.json").read_text("utf-8")
    assert (one / "consent.json").stat().st_mode & 0o077 == 0
    assert told("train", "--decisions", one, "--corpus", small, "--base", base, "--lang", "en") == 0
    said = capsys.readouterr()
    assert "decisions (papers held out)" in said.out and "micro-F1" in said.out
    assert "training once more without the decisions" in said.err
    assert re.search(r"Next: zuozheng screen .* --model models/themes-\d+\n", said.err)
    (model,) = (tmp_path / "models").iterdir()
    assert model.name.startswith("themes-") and int(model.name[7:]) > 1
    card = (model / "MODEL_CARD.md").read_text("utf-8")
    kept = card + (model / "evaluation.json").read_text("utf-8")
    assert OFFICE in card and REVIEWER not in kept
    assert "中心组学习9次" not in kept  # no passage of the run
    assert set(json.loads((model / "recipe.json").read_text("utf-8"))["corpus"]) == {
        "v01.jsonl", "v05.jsonl", "definitions.jsonl"}


def test_what_a_refused_model_won_and_lost_is_shown(
        one: Path, base: Path, small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch) -> None:
    out = Path(shutil.copytree(base, tmp_path / "themes-1"))
    (out / "evaluation.json").write_text("{}", "utf-8")
    before = {part.name: part.read_bytes() for part in out.iterdir()}
    assert told("consent", one, "--by", OFFICE) == 0
    monkeypatch.setattr("pipeline.learn.renew.worse", lambda changes: True)
    assert told("train", "--decisions", one, "--corpus", small, "--out", out) == 40
    said = capsys.readouterr()
    assert "复核结论（逐份文件留出）" in said.out and "语料（逐个作者留出）" in said.out
    assert re.search(r"    Y\d\d  0\.\d{3} → [01]\.\d{3}  [+-]0\.\d{3}  （\d+ 段佐证）\n", said.out)
    assert said.err.rstrip().endswith("请用 --out 指定另一个文件夹。")
    assert {part.name: part.read_bytes() for part in out.iterdir()} == before


def test_a_refusal_tells_of_the_model_in_the_folder(
        base: Path, small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch) -> None:
    """The base is one model, that in the folder another: both comparisons are shown."""
    out = tmp_path / "themes-1"
    learn.train(small, learn.Training(folds=2, rubrics=("yuxi-2024",), propose=0.4), out)
    gold = tmp_path / "gold.jsonl"
    gold.write_text(json.dumps({"text": "局党组理论学习中心组专题学习民族工作的重要思想。",
                                "yuxi-2024": ["Y01"], "document": "d"}), "utf-8")
    monkeypatch.setattr("pipeline.learn.renew.worse", lambda changes: True)
    assert told("train", "--gold", gold, "--corpus", small, "--base", base, "--out", out) == 40
    said = capsys.readouterr().out
    assert said.count("gold.jsonl  yuxi-2024") == 2 and f"与 {out} 里的模型相比" in said


def test_a_withdrawn_consent_is_none(one: Path, base: Path, small: Path, tmp_path: Path,
                                     capsys: pytest.CaptureFixture[str]) -> None:
    assert told("consent", one, "--by", OFFICE) == told("consent", one, "--withdraw") == 0
    assert not (one / "consent.json").exists()
    assert told("train", one, "--corpus", small, "--base", base, "--out", tmp_path / "m") == 20
    assert "没有书面同意" in capsys.readouterr().err
    assert told("consent", one, "--withdraw") == 0 and "本来没有" in capsys.readouterr().err


def broken(one: Path, how: str) -> None:
    coverage = json.loads((one / "coverage.json").read_text("utf-8"))
    if how == "half":
        text = (one / "coverage.json").read_text("utf-8")
        (one / "coverage.json").write_text(text[:len(text) // 2], "utf-8")
    elif how == "version":
        del coverage["indicators"]
        coverage["versions"]["zuozheng"] = "0.0.1"
    elif how == "rubric":
        coverage["rubric"] = "不存在的体系"
    elif how == "damaged":
        (one / "coverage.xlsx").write_bytes(b"PK\x03\x04 not a workbook")
    elif how == "none":
        (one / "coverage.xlsx").unlink()
    elif how == "consent":
        (one / "consent.json").write_text('{"office": "x"}', "utf-8")
    elif how == "more":
        coverage["files"][0]["sha256"] = "f" * 64
    elif how == "gone":
        (one / "coverage.json").unlink()
    if how in ("version", "rubric", "more"):
        (one / "coverage.json").write_text(json.dumps(coverage), "utf-8")


@pytest.mark.parametrize(("how", "code", "says"), [
    ("half", 20, "不完整"), ("version", 20, "0.0.1"), ("rubric", 30, "不存在的体系"),
    ("damaged", 20, "损坏"), ("none", 20, "没有 coverage.xlsx"),
    ("consent", 20, "consent.json 不是"), ("more", 20, "另一批材料"),
    ("gone", 20, "zuozheng screen"),
])
def test_a_run_that_cannot_be_learnt_from_is_named(
        one: Path, base: Path, small: Path, tmp_path: Path, how: str, code: int, says: str,
        capsys: pytest.CaptureFixture[str]) -> None:
    assert told("consent", one, "--by", OFFICE) == 0
    broken(one, how)
    capsys.readouterr()
    assert told("train", "--decisions", one, "--corpus", small, "--base", base, "--out",
                tmp_path / "m") == code
    said = capsys.readouterr()
    assert says in said.err and said.out == "" and not (tmp_path / "m").exists()


@pytest.mark.parametrize(("words", "code", "says"), [
    (["--corpus", "{tmp}/没有"], 20, "语料"),
    (["--corpus", "{tmp}/空"], 20, "语料"),
    (["--gold", "{tmp}/没有.jsonl"], 20, "没有.jsonl"),
    (["--gold", "{tmp}/坏.jsonl"], 20, "坏.jsonl"),
    (["--base", "{tmp}/没有"], 50, "没有"),
    (["--out", "{tmp}/文件"], 40, "文件"),
    (["--out", "/proc/zuozheng/themes-9"], 40, "/proc"),
    (["--decisions", "{tmp}/没有"], 20, "zuozheng screen"),
])
def test_bad_input_ends_in_one_message(base: Path, small: Path, tmp_path: Path, words: list[str],
                                       code: int, says: str,
                                       capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "空").mkdir()
    (tmp_path / "坏.jsonl").write_text("{", "utf-8")
    (tmp_path / "文件").write_text("别的东西", "utf-8")
    given = {"--corpus": str(small), "--base": str(base), "--out": str(tmp_path / "m")}
    given |= {words[0]: words[1].replace("{tmp}", str(tmp_path))}
    assert told("train", *(word for pair in given.items() for word in pair)) == code
    said = capsys.readouterr()
    assert says in said.err and said.out == ""
    assert not (tmp_path / "m").exists()


@pytest.mark.parametrize(("words", "says"), [
    (["{run}"], "--by"), (["{run}", "--by", " "], "单位名称"),
    (["{tmp}/没有", "--by", OFFICE], "zuozheng screen"),
])
def test_a_consent_names_an_office_and_a_run(one: Path, tmp_path: Path, words: list[str],
                                             says: str, capsys: pytest.CaptureFixture[str]
                                             ) -> None:
    given = [word.replace("{run}", str(one)).replace("{tmp}", str(tmp_path)) for word in words]
    assert told("consent", *given) == 20
    assert says in capsys.readouterr().err and not (one / "consent.json").exists()
