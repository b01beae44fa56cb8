"""In Chinese mode the command line says nothing in English, and in English nothing in Chinese."""

from __future__ import annotations

import ast
import json
import os
import re
from pathlib import Path
from string import Formatter

import pytest

import pipeline
from pipeline.cli import run
from pipeline.language import has, phrases, speaking

Said = pytest.CaptureFixture[str]

EVERY = [[], ["screen"], ["batch"], ["season"], ["compare"], ["tag"], ["rubric"],
         ["rubric", "list"], ["rubric", "show"], ["rubric", "check"], ["rules"],
         ["rules", "report"], ["evaluate"], ["train"], ["consent"], ["doctor"], ["selftest"],
         ["review"], ["record"], ["verify"], ["purge"], ["account"],
         *(["account", verb] for verb in ("add", "list", "role", "close", "password", "grant",
                                          "withdraw", "token"))]
ENGLISH = re.compile(r"Usage|Options|Arguments|Commands|Show this|\[OPTIONS\]|COMMAND|\[ARGS\]"
                     r"|required|default|Error|Input should|String should|Did you|Got ")
CHINESE = re.compile("[一-龥]")


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_help_speaks_one_language(words: list[str], capsys: Said) -> None:
    assert run([*words, "--help"]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"用法：zuozheng {' '.join(words)}") and "显示这段说明。" in out
    assert not ENGLISH.search(out), out
    assert run([*words, "--help", "--lang", "en"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Usage: zuozheng") and "Show this message and exit." in out


def test_the_list_of_commands_ends_no_sentence_in_its_middle(capsys: Said) -> None:
    assert run(["--help"]) == 0
    assert "..." not in capsys.readouterr().out.partition("命令:")[2]


@pytest.mark.parametrize(("words", "says"), [
    (["screen", "a", "--rubric"], "--rubric 后面要写一个值"),
    (["tag", "--low=3", "--rubric", "x"], "--low 后面不能写值"),
    (["screen", "a", "-r", "x", "-o", "y", "--ocr", "maybe"], "只能是 'now', 'later', 'never'"),
    (["screen", "a", "-r", "x", "-o", "y", "--workers", "0"], "不能小于 1"),
    (["screen", "a", "-r", "x", "-o", "y", "--workers", "two"], "应为整数"),
    (["evaluate", "a", "b", "c"], "多出了 b c"),
    (["trian"], "没有 trian 这个命令。是不是想写 'train'？"),
])
def test_a_line_that_cannot_be_understood_is_told_in_one_language(
        words: list[str], says: str, capsys: Said) -> None:
    assert run(words) == 2
    err = capsys.readouterr().err
    assert says in err and not ENGLISH.search(err)
    assert run([*words, "--lang", "en"]) == 2
    assert not CHINESE.search(capsys.readouterr().err)


@pytest.mark.parametrize(("line", "says", "english"), [
    ("{", "不是 JSON（从第 2 个字符起读不通）", "not JSON (from character 2 on)"),
    ('{"text": "a"}', "缺少字段 id", "the field id is missing"),
    ('{"id": 1, "text": 5}', "字段 text 应是文字", "the field text must be a text"),
    ('{"id": 1, "text": "a", "headings": "b"}', "字段 headings 应是文字的列表", "a list of texts"),
    ('{"id": 1, "text": "a", "headings": [1]}', "字段 headings 应是文字的列表", "a list of texts"),
])
def test_a_wrong_line_is_told_in_one_language(line: str, says: str, english: str, tmp_path: Path,
                                              capsys: Said) -> None:
    file = tmp_path / "p.jsonl"
    file.write_text(line, "utf-8")
    assert run(["tag", "-r", "yuxi-2024", str(file)]) == 20
    err = capsys.readouterr().err
    assert f"第 1 行不对：{says}" in err and not re.search(r"\b(str|list|expected|line)\b", err)
    assert run(["tag", "-r", "yuxi-2024", str(file), "--lang", "en"]) == 20
    assert english in capsys.readouterr().err


def test_what_the_system_says_of_a_file_is_chinese_too(tmp_path: Path, capsys: Said) -> None:
    assert run(["evaluate", str(tmp_path / "absent.jsonl")]) == 20
    assert "没有这个文件或文件夹" in capsys.readouterr().err
    assert run(["evaluate", str(tmp_path), "--lang", "en"]) == 20
    assert os.strerror(21) in capsys.readouterr().err


@pytest.mark.parametrize(("text", "says"), [
    ("{", "不是完整的 JSON"),
    ('{"office": "x"}', "字段 office 的值不对"),
    (json.dumps({"office": "某县民宗局", "date": "2026-01-01", "papers": "0" * 64, "name": "x"}),
     "多出字段 name"),
])
def test_what_a_changed_consent_lacks_is_chinese(tmp_path: Path, text: str, says: str) -> None:
    from pipeline.errors import InputError
    from pipeline.learn.consent import given

    (tmp_path / "consent.json").write_text(text, "utf-8")
    with pytest.raises(InputError) as refusal:
        given(tmp_path, "0" * 64)
    assert says == refusal.value.args_["why"]


@pytest.mark.parametrize("folder", ["空", "没有"])
def test_an_empty_corpus_is_told_in_chinese(folder: str, tmp_path: Path, capsys: Said) -> None:
    (tmp_path / "空").mkdir()
    assert run(["train", "--corpus", str(tmp_path / folder), "--out", str(tmp_path / "m")]) == 20
    assert "没有一个段落" in capsys.readouterr().err


def raised() -> list[tuple[str, int, str, set[str]]]:
    """Every error of the sources that names its words: file, line, key, what fills them."""
    found = []
    for file in sorted(Path(pipeline.__file__).parent.rglob("*.py")):
        for call in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(call, ast.Call) and call.args and isinstance(call.args[0], ast.Constant) \
                    and isinstance(call.args[0].value, str) \
                    and getattr(call.func, "id", getattr(call.func, "attr", "")).endswith("Error") \
                    and not any(word.arg is None for word in call.keywords):
                key = call.args[0].value
                if has(f"error.{key}"):
                    found.append((file.name, call.lineno, key,
                                  {word.arg for word in call.keywords if word.arg}))
    return found


@pytest.mark.parametrize("language", ["zh", "en"])
def test_whoever_raises_an_error_gives_what_its_words_ask_for(language: str) -> None:
    lines = raised()
    assert len(lines) > 100
    lacking = []
    with speaking(language):
        for file, line, key, given in lines:
            words = phrases(f"error.{key}")[f"error.{key}"]
            asked = {name for _, name, _, _ in Formatter().parse(words) if name}
            lacking += [f"{file}:{line}: {key} lacks {one}" for one in sorted(asked - given)]
    assert lacking == []
