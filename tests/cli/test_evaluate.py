"""`zuozheng evaluate` and `zuozheng rules report` as a user meets them."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from pipeline.cli import run
from pipeline.tag import folder as models

GOOD = [
    {"text": "所需经费2万元列入部门预算。", "title": "民族团结进步创建工作方案",
     "document_type": "方案", "rubric": "yuxi-2024", "indicators": ["Y15"], "stage": "plan"},
    {"text": "2023年5月18日，局党组理论学习中心组专题学习了民族工作的重要论述。",
     "title": "学习记录", "yuxi-2024": ["Y01"], "xinping-2018": ["X01"], "stage": "done"},
    {"text": "天气晴。", "title": "简报", "yuxi-2024": [], "stage": "none"},
]

Said = pytest.CaptureFixture[str]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    def keep(name: str, *told: object) -> None:
        (tmp_path / name).write_text("\n".join(json.dumps(one, ensure_ascii=False)
                                               for one in told), "utf-8")

    keep("gold.jsonl", *GOOD)
    keep("id.jsonl", GOOD[0], {**GOOD[0], "indicators": ["Y15", "Y77"]})
    keep("none.jsonl", GOOD[2])
    keep("unknown.jsonl", {**GOOD[0], "rubric": "yuxi-2042"})
    keep("two.jsonl", *GOOD, {**GOOD[0], "indicators": []})
    keep("blank.jsonl", GOOD[0], {**GOOD[0], "text": " "})
    (tmp_path / "cut.jsonl").write_bytes(b'{"text": "a", "yuxi-2024": [')
    (tmp_path / "empty.jsonl").write_bytes(b"")
    (tmp_path / "gbk.jsonl").write_bytes(json.dumps(GOOD[0], ensure_ascii=False).encode("gbk"))
    (tmp_path / "file").write_text("", "utf-8")
    return tmp_path


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_report_tells_everything(language: str, place: Path, capsys: Said) -> None:
    assert run(["evaluate", str(place / "gold.jsonl"), "--lang", language]) == 0
    out, err = capsys.readouterr()
    for part in ("[yuxi-2024]", "[xinping-2018]", "micro-F1", "macro-F1", "| Y15 ", "| X01 ", "WSS",
                 "0.05", "┃", *(("95% 区间", "不足 5 例", "期望校准误差", "已落实", "没有被建议的")
                                if language == "zh" else
                                ("95 % intervals", "fewer than 5", "calibration error", "stage"))):
        assert part in out, part
    assert err == "" and "{" not in out


def test_what_is_kept_is_what_is_said(place: Path, capsys: Said) -> None:
    out = place / "new" / "out"
    assert run(["evaluate", str(place / "gold.jsonl"), "-r", "yuxi-2024", "--out", str(out)]) == 0
    said, err = capsys.readouterr()
    kept = (out / "evaluation.md").read_text("utf-8")
    pictures = re.findall(r"\n!\[[^\]]+\]\(([^)]+)\)\n", kept)
    assert pictures == ["indicators.svg", "reliability.svg"]
    assert re.sub(r"\n!\[.*\n", "", kept) == said and "![" not in said
    assert sorted(path.name for path in out.iterdir()) == [
        "evaluation.json", "evaluation.md", "indicators.svg", "reliability.svg"]
    assert "evaluation.json" in err
    text = (out / "evaluation.json").read_text("utf-8")
    told = json.loads(text)
    assert told["data"]["file"] == "gold.jsonl" and list(told["rubrics"]) == ["yuxi-2024"]
    one = told["rubrics"]["yuxi-2024"]
    assert one["evidence"] == 2 and one["documents"] == 3 and len(one["rubric_sha256"]) == 64
    for line in GOOD:
        assert line["text"] not in text + said and line["title"] not in text + said


def test_every_picture_of_several_rubrics_is_shown(place: Path, capsys: Said) -> None:
    out = place / "out"
    assert run(["evaluate", str(place / "gold.jsonl"), "--out", str(out)]) == 0
    capsys.readouterr()
    shown = re.findall(r"\]\(([^)]+)\)", (out / "evaluation.md").read_text("utf-8"))
    assert sorted(shown) == sorted(path.name for path in out.glob("*.svg")) and len(shown) == 4


def test_lines_that_say_a_thing_twice_are_told(place: Path, capsys: Said) -> None:
    twice = place / "twice.jsonl"
    twice.write_text("\n".join(json.dumps(one) for one in [*GOOD, GOOD[0]]), "utf-8")
    assert run(["evaluate", str(twice), "-r", "yuxi-2024"]) == 0
    said = capsys.readouterr().out
    assert "另有 1 行" in said and "3 个段落" in said


def test_a_file_without_evidence_has_no_f1(place: Path, capsys: Said) -> None:
    assert run(["evaluate", str(place / "none.jsonl")]) == 0
    out = capsys.readouterr().out
    assert "F1" not in out and "没有一处佐证" in out


def test_a_model_may_be_named(place: Path, capsys: Said) -> None:
    shutil.copytree(models.shipped(), place / "mine")
    gold, mine = str(place / "gold.jsonl"), str(place / "mine")
    assert run(["evaluate", gold, "--model", mine]) == 0
    (place / "mine" / "vocabulary.json").write_text("[]", "utf-8")
    capsys.readouterr()
    assert run(["evaluate", gold, "--model", mine]) == 50
    assert "zuozheng train" in capsys.readouterr().err


BAD = [
    (["evaluate", "{}/absent.jsonl"], 20, "--help"),
    (["evaluate", "{}"], 20, "读不出"),
    (["evaluate", "{}/empty.jsonl"], 20, "--rubric"),
    (["evaluate", "{}/gbk.jsonl"], 20, "UTF-8"),
    (["evaluate", "{}/id.jsonl"], 20, "第 2 行不对：yuxi-2024 没有指标 Y77"),
    (["evaluate", "{}/two.jsonl"], 20, "第 4 行不对：与第 1 行是同一个段落"),
    (["evaluate", "{}/blank.jsonl"], 20, "第 2 行不对：段落没有文字"),
    (["evaluate", "{}/cut.jsonl"], 20, "第 1 行不对：不是 JSON（从第"),
    (["evaluate", "{}/unknown.jsonl"], 20, "yuxi-2042"),
    (["evaluate", "{}/gold.jsonl", "--rubric", "naiman-2023"], 20, "naiman-2023"),
    (["evaluate", "{}/gold.jsonl", "--rubric", "absent"], 30, "yuxi-2024"),
    (["evaluate", "{}/gold.jsonl", "--model", "{}/absent"], 50, "--model"),
    (["evaluate", "{}/gold.jsonl", "--out", "{}/file"], 40, "--out"),
    (["evaluate"], 2, "--help"),
    (["rules", "report"], 2, "--help"),
    (["rules", "report", "absent"], 30, "yuxi-2024"),
    (["rules", "report", "yuxi-2024", "--gold", "{}/absent.jsonl"], 20, "读不出"),
    (["rules", "report", "yuxi-2024", "--gold", "{}/id.jsonl"], 20, "Y77"),
    (["rules", "report", "yuxi-2024", "--out", "{}"], 40, "--out"),
    (["rules", "report", "yuxi-2024", "--out", "{}/no/where.csv"], 40, "--out"),
]


@pytest.mark.parametrize(("words", "code", "says"), BAD, ids=[" ".join(row[0]) for row in BAD])
def test_bad_input_ends_in_one_message(words: list[str], code: int, says: str, place: Path,
                                       capsys: Said) -> None:
    assert run([word.replace("{}", str(place)) for word in words]) == code
    out, err = capsys.readouterr()
    assert out == "" and says in err


def test_pictures_need_their_library(place: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch
                                     ) -> None:
    monkeypatch.setattr("pipeline.cli.evaluate.find_spec", lambda name: None)
    gold = str(place / "gold.jsonl")
    assert run(["evaluate", gold, "--out", str(place / "out")]) == 50
    assert "zuozheng[learn]" in capsys.readouterr().err and not (place / "out").exists()
    assert run(["evaluate", gold]) == 0


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_rules_report_names_its_data(language: str, place: Path, capsys: Said) -> None:
    out = place / "rules.csv"
    words = ["rules", "report", "yuxi-2024", "--out", str(out), "--lang", language]
    assert run(words) == 0
    said, err = capsys.readouterr()
    assert ("虚构" if language == "zh" else "synthetic") in said and "rules.csv" in err
    assert "party-study" in said and "headed-study" in said and "{" not in said
    table = out.read_text("utf-8-sig").splitlines()
    assert table[0].startswith("rubric,data,indicator,rule,votes,reach,overlap")
    assert all("synthetic training corpus" in line for line in table[1:])
    assert sum(line.startswith("| Y") for line in said.splitlines()) == sum(
        ",Y" in line for line in table)


def test_the_rules_report_on_gold(place: Path, capsys: Said) -> None:
    assert run(["rules", "report", "yuxi-2024", "--gold", str(place / "gold.jsonl")]) == 0
    said = capsys.readouterr().out
    assert "gold.jsonl" in said and "虚构" not in said


@pytest.mark.parametrize("words", [["evaluate"], ["rules"], ["rules", "report"]])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_help_has_an_example(words: list[str], language: str, capsys: Said) -> None:
    assert run([*words, "--help", "--lang", language]) == 0
    out = capsys.readouterr().out
    assert words == ["rules"] or ("例：" if language == "zh" else "Example:") in out
