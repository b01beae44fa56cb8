"""The command line as a user meets it: help, messages, exit codes, what it imports."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.cli import _app, _names_apart
from pipeline.errors import EXIT_CODES

ROOT = Path(__file__).parents[2]
HEAVY = {"pandas", "sklearn", "jieba", "rjieba", "pypdfium2", "pdfplumber", "pdfminer", "numpy",
         "lxml", "pydantic", "openpyxl", "rich", "sqlalchemy", "alembic", "fastapi", "uvicorn"}
PAPER = """岚河市交通运输局2023年民族团结进步创建工作总结

2023年5月18日，局党组理论学习中心组专题学习习近平总书记关于加强和改进民族工作的重要思想。
"""


def zuozheng(*words: str, given: str = "", **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from pipeline.cli import main; main()", *words],
        input=given, capture_output=True, text=True, encoding="utf-8", cwd=ROOT,
        env={**os.environ, "PYTHONUTF8": "1", **env}, timeout=120, check=False,
    )


def test_help_is_light() -> None:
    script = ("import sys; from pipeline.cli import run; run(['--help']); "
              "print(*sorted({name.split('.')[0] for name in sys.modules}), file=sys.stderr)")
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True,
                          cwd=ROOT, check=True)
    assert HEAVY & set(done.stderr.split()) == set()


def commands() -> list[str]:
    """Every command there is, as it is typed: `screen`, `account add`."""
    app = _app().typer
    return [str(one.name) for one in app.registered_commands] + [
        f"{group.typer_instance.info.name} {one.name}"
        for group in app.registered_groups if group.typer_instance
        for one in group.typer_instance.registered_commands]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_command_has_help_an_example_and_a_place_in_the_docs(language: str) -> None:
    readme = (ROOT / ("README.md" if language == "en" else "README.zh-CN.md")).read_text("utf-8")
    script = ("import sys; from pipeline.cli import run\n"
              "for line in sys.stdin:\n"
              f"    code = run([*line.split(), '--help', '--lang', '{language}'])\n"
              "    print(code, end='\\0')")
    names = [*commands(), ""]
    assert len(names) > 20
    done = subprocess.run([sys.executable, "-c", script], input="\n".join(names) + "\n",
                          capture_output=True, text=True, encoding="utf-8", cwd=ROOT, check=True,
                          env={**os.environ, "PYTHONUTF8": "1"})
    *helps, end = done.stdout.split("\0")
    assert end == "" and len(helps) == len(names)
    for words, text in zip(names[:-1], helps, strict=False):
        assert text.endswith("0"), words
        assert ("Example:" if language == "en" else "例：") in text, words
        # `zuozheng account list | role | close` names three of one group
        group, _, last = words.rpartition(" ")
        assert re.search(rf"zuozheng {group} ?(?:[a-z]+ \| )*{last}\b", readme), words
    for name in {words.split()[0] for words in names if words}:
        assert re.search(rf"^\W*{name}\b", helps[-1], re.MULTILINE), name


def test_the_table_of_exit_codes_is_the_readmes() -> None:
    for name in ("README.md", "README.zh-CN.md"):
        table = re.findall(r"^\| (\d+) \|", (ROOT / name).read_text("utf-8"), re.MULTILINE)
        assert [int(code) for code in table] == list(EXIT_CODES), name


BAD = [
    (["screen", "{tmp}/没有", "--rubric", "yuxi-2024", "--out", "{tmp}/out"], 20, "没有这个文件夹"),
    (["screen", "{tmp}/空", "--rubric", "yuxi-2024", "--out", "{tmp}/out"], 20, "文件夹是空的"),
    (["screen", "{tmp}/文件.txt", "--rubric", "yuxi-2024", "--out", "{tmp}/out"], 20, "不是文件夹"),
    (["screen", "{tmp}/材料", "--rubric", "无此体系", "--out", "{tmp}/out"], 30, "yuxi-2024"),
    (["screen", "{tmp}/材料", "--rubric", "{tmp}/坏.yaml", "--out", "{tmp}/out"], 30, "坏.yaml:2"),
    (["screen", "{tmp}/材料", "--rubric", "yuxi-2024", "--out", "{tmp}/文件.txt"], 40, "写不进"),
    (["screen", "{tmp}/材料", "--rubric", "yuxi-2024", "--out", "{tmp}/材料/结果"], 20, "里面"),
    (["screen", "{tmp}/材料", "--rubric", "yuxi-2024", "--out", "{tmp}/o", "--period", "去年"], 20,
     "考核期"),
    (["screen", "{tmp}/材料", "--out", "{tmp}/out"], 2, "--help"),
    (["rubric", "show", "无此体系"], 30, "yuxi-2024"),
    (["rubric", "check", "{tmp}/没有.yaml"], 30, "没有这个文件"),
    (["tag", "--rubric", "yuxi-2024", "{tmp}/没有.jsonl"], 20, "打不开"),
    (["tag", "--rubric", "yuxi-2024", "{tmp}/文件.txt"], 20, "第 1 行"),
    (["没有这个命令"], 2, "--help"),
]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "空").mkdir()
    (tmp_path / "材料").mkdir()
    (tmp_path / "材料" / "2023年总结.txt").write_text(PAPER, "utf-8")
    (tmp_path / "文件.txt").write_text("一个文件", "utf-8")
    (tmp_path / "坏.yaml").write_text("id: bad\nsubject: person\n", "utf-8")
    return tmp_path


@pytest.mark.parametrize(("words", "code", "says"), BAD)
def test_bad_input_ends_in_one_message(words: list[str], code: int, says: str, place: Path) -> None:
    done = zuozheng(*(word.replace("{tmp}", str(place)) for word in words))
    assert done.returncode == code, done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_screen_prints_a_table_and_names_the_outputs(place: Path) -> None:
    done = zuozheng("screen", str(place / "材料"), "--rubric", "yuxi-2024", "--out",
                    str(place / "out"))
    assert done.returncode == 0, done.stderr
    assert "Y01" in done.stdout and "待人工确认" in done.stdout
    assert "report.html" in done.stderr
    for name in ("coverage.json", "report.html", "coverage.xlsx"):
        assert (place / "out" / name).stat().st_mode & 0o077 == 0
    assert (place / "out").stat().st_mode & 0o077 == 0


def test_json_goes_to_stdout_alone(place: Path) -> None:
    done = zuozheng("screen", str(place / "材料"), "--rubric", "yuxi-2024", "--out",
                    str(place / "out"), "--json", "--unit", "岚河市交通运输局", "岚河市交通局")
    coverage = json.loads(done.stdout)
    assert coverage["unit"][:2] == ["岚河市交通运输局", "岚河市交通局"]
    assert coverage["indicators"][0]["periods"]["2023"] == "performed"


def test_an_unread_file_has_its_own_exit_code(place: Path) -> None:
    (place / "材料" / "扫描件.pdf").write_bytes(b"%PDF-1.4\nnot a pdf")
    done = zuozheng("screen", str(place / "材料"), "--rubric", "yuxi-2024", "--out",
                    str(place / "out"), "--lang", "en")
    assert done.returncode == 10
    assert "unread" in done.stdout


def test_a_name_cannot_speak_to_the_terminal(place: Path) -> None:
    (place / "材料" / "\x1b[31mred\x1b]0;pwn\x07.pdf").write_bytes(b"")
    done = zuozheng("screen", str(place / "材料"), "--rubric", "yuxi-2024", "--out",
                    str(place / "out"))
    assert done.returncode == 10 and "\x1b" not in done.stdout + done.stderr


def test_tag_reads_what_a_notepad_writes() -> None:
    done = zuozheng("tag", "--rubric", "yuxi-2024", given='\ufeff{"id": 1, "text": "学习"}')
    assert done.returncode == 0 and json.loads(done.stdout)["id"] == 1


def test_tag_keeps_order_and_shape() -> None:
    lines = [
        {"id": 7, "text": "5月18日，局党组理论学习中心组专题学习了民族工作的重要论述。"},
        {"id": "b", "text": "铸牢中华民族共同体意识，促进各民族大团结。"},
        {"id": "c", "text": "", "headings": ["一、学习"], "title": "总结"},
    ]
    done = zuozheng("tag", "--rubric", "yuxi-2024",
                    given="\n".join(json.dumps(line) for line in lines))
    out = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["id"] for row in out] == [7, "b", "c"]
    assert out[0]["stage"] == "done" and out[0]["tags"][0]["indicator"] == "Y01"
    assert set(out[0]["tags"][0]) == {
        "indicator", "confidence", "cast_by", "matched", "because"}
    assert out[1] == {"id": "b", "tags": [], "stage": "none"}


def test_tag_says_that_it_reads_no_other_script() -> None:
    done = zuozheng("tag", "--rubric", "yuxi-2024", given=json.dumps(
        {"id": 1, "text": "མི་རིགས་མཐུན་སྒྲིལ་སྐོར་གྱི་ཡིག་ཆ།", "title": "民族团结进步创建工作总结"}))
    assert json.loads(done.stdout) == {"id": 1, "reason": "unsupported_script", "tags": [],
                                       "stage": "none"}


def test_tag_names_indicators_and_never_duties() -> None:
    line = {"id": 1, "title": "2024年民族团结进步创建工作方案",
            "text": "明确办公室1名同志兼职负责民族团结进步创建工作，制定本单位创建工作方案。"}
    done = zuozheng("tag", "--rubric", "yuxi-2024", given=json.dumps(line))
    tags = {tag["indicator"] for tag in json.loads(done.stdout)["tags"]}
    assert "Y12" in tags and all(name.startswith("Y") for name in tags)


def test_several_names_after_one_unit() -> None:
    assert _names_apart(["screen", "F", "--rubric", "r", "--unit", "甲", "乙", "--out", "o"]) == [
        "screen", "F", "--rubric", "r", "--unit", "甲", "--unit", "乙", "--out", "o"]
    assert _names_apart(["screen", "--unit", "甲", "F"]) == ["screen", "--unit", "甲", "F"]


def test_an_interruption_is_told_and_leaves_no_half_result(place: Path) -> None:
    for number in range(400):
        (place / "材料" / f"{number}.txt").write_text(PAPER * 200 + str(number), "utf-8")
    running = subprocess.Popen(
        [sys.executable, "-c", "from pipeline.cli import main; main()", "screen",
         str(place / "材料"), "--rubric", "yuxi-2024", "--out", str(place / "out")],
        stderr=subprocess.PIPE, text=True, encoding="utf-8", cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        # What is started in the background ignores the signal, and so would we.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    while not (place / "out" / "run.log").exists():
        assert running.poll() is None, running.communicate()[1]
        time.sleep(0.05)
    time.sleep(0.5)
    running.send_signal(signal.SIGINT)
    _, told = running.communicate(timeout=60)
    assert running.returncode == 130 and "已中断" in told and "Traceback" not in told
    left = {path.name.partition("-")[0] for path in (place / "out").iterdir()}
    assert left == {"run.log", "extracted.sqlite"}  # what was read is not read again


def test_doctor_says_all_is_well() -> None:
    done = zuozheng("doctor")
    assert done.returncode == 0 and "pypdfium2" in done.stdout
