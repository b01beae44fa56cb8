"""One folder, the whole way: each file one status, the same bytes every time, nothing lost."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pipeline.errors import InputError
from pipeline.privacy import mask
from pipeline.screen import unit as hall
from pipeline.screen.unit import screen

ROOT = Path(__file__).parents[2]
ARCHIVES = ROOT / "sample_archives"
OUTPUTS = ("coverage.json", "report.html", "coverage.xlsx")
SAMPLES = [("lanhe", "岚河市交通运输局", "yuxi-2024"),
           ("tanjiang", "檀江市城市管理局", "yuxi-2024"),
           ("chunjing", "椿箐乡人民政府", "xinping-2018")]


def coverage(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / "coverage.json").read_text("utf-8"))
    return found


@pytest.mark.parametrize(("slug", "name", "rubric"), SAMPLES)
def test_a_sample_is_screened_whole(slug: str, name: str, rubric: str, tmp_path: Path) -> None:
    folder = ARCHIVES / slug / name
    done = screen(folder, rubric, tmp_path / "out")
    found = coverage(tmp_path / "out")
    jsonschema.validate(found, json.loads(
        (ROOT / "pipeline/report/coverage.schema.json").read_text("utf-8")))
    there = [mask(path) for path in sorted(path.relative_to(folder).as_posix()
                                           for path in folder.rglob("*") if path.is_file())]
    assert [row["path"] for row in found["files"] if "!/" not in row["path"]] == there
    assert sum(done.statuses.values()) == len(found["files"]) and "started" not in done.statuses
    assert not [row for row in found["files"] if row["reason"] == "crash"]
    for item in found["indicators"] + found["duties"]:
        for evidence in item["evidence"]:
            text = evidence["text"]
            assert all(0 <= start < end <= len(text) for start, end in evidence["matched"])
            assert evidence["places"]


VARIANTS: list[dict[str, str]] = [
    {"TZ": "Asia/Shanghai", "LC_ALL": "C", "PYTHONHASHSEED": "1", "umask": "0o077", "workers": "1"},
    {"TZ": "America/New_York", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "77", "umask": "0o000",
     "workers": "3"},
]


def test_the_same_papers_give_the_same_bytes(tmp_path: Path) -> None:
    """Whatever the order of files, time zone, locale, hash seed, umask, times, place or workers."""
    source = ARCHIVES / "tanjiang" / "檀江市城市管理局"
    results = []
    for number, variant in enumerate(VARIANTS):
        folder = tmp_path / str(number) / ("deep/" * number) / source.name
        files = [path for path in source.rglob("*") if path.is_file()]
        random.Random(number).shuffle(files)
        for path in files:
            copy = folder / path.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
            os.utime(copy, (1e9 + number * 1e7, 1e9 + number * 1e7))
        out = tmp_path / f"out{number}"
        script = (f"import os; os.umask({variant['umask']}); from pipeline.cli import main; main()")
        env = {**os.environ, **{key: variant[key] for key in ("TZ", "LC_ALL", "PYTHONHASHSEED")}}
        subprocess.run([sys.executable, "-c", script, "screen", str(folder), "--rubric",
                        "yuxi-2024", "--out", str(out), "--workers", variant["workers"]],
                       cwd=ROOT, env=env, capture_output=True, check=False)
        results.append({name: (out / name).read_bytes() for name in OUTPUTS})
    for name in OUTPUTS:
        assert results[0][name] == results[1][name], name


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "岚河市交通运输局"
    (place / "2023年").mkdir(parents=True)
    (place / "2023年" / "总结.txt").write_text(
        "岚河市交通运输局2023年民族团结进步创建工作总结\n\n"
        "2023年5月18日，局党组理论学习中心组专题学习习近平总书记关于加强和改进民族工作的重要思想。\n"
        "联系人电话：13812345678，身份证530402198001011234。\n"
        "局党组将民族团结进步创建工作纳入2023年重要议事日程，5月20日召开专题会议研究，电话13812345678。\n",
        "utf-8")
    return place


def state(out: Path, indicator: str, year: str) -> str:
    found = {item["id"]: item for item in coverage(out)["indicators"]}
    state: str = found[indicator]["periods"][year]
    return state


def test_a_broken_file_changes_nothing_for_the_others(folder: Path, tmp_path: Path) -> None:
    screen(folder, "yuxi-2024", tmp_path / "a")
    (folder / "2022年").mkdir()
    (folder / "2022年" / "坏.docx").write_bytes(b"PK\x03\x04rubbish")
    (folder / "空.pdf").write_bytes(b"")
    done = screen(folder, "yuxi-2024", tmp_path / "b")
    assert done.exit_code == 10
    rows = {row["path"]: row for row in coverage(tmp_path / "b")["files"]}
    assert rows["2022年/坏.docx"]["reason"] == "corrupt"
    assert rows["空.pdf"]["reason"] == "empty"
    before = {item["id"]: item["evidence"] for item in coverage(tmp_path / "a")["indicators"]}
    after = {item["id"]: item["evidence"] for item in coverage(tmp_path / "b")["indicators"]}
    assert before == after
    # unread is not absent: 空.pdf names no year, so it could belong to any
    assert state(tmp_path / "a", "Y10", "2024") == "nothing"
    assert state(tmp_path / "b", "Y10", "2024") == "unread"


def test_a_file_that_vanishes_is_told(folder: Path, tmp_path: Path,
                                      monkeypatch: pytest.MonkeyPatch) -> None:
    real = hall.list_folder

    def listed(place: Path, out: Path) -> Any:
        entries = real(place, out)
        (place / "2023年" / "总结.txt").unlink()
        return entries

    monkeypatch.setattr(hall, "list_folder", listed)
    done = screen(folder, "yuxi-2024", tmp_path / "out")
    assert done.exit_code == 10
    assert coverage(tmp_path / "out")["files"][0]["reason"] == "vanished"


def test_links_are_listed_and_never_followed(folder: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("岚河市交通运输局党组学习民族工作", "utf-8")
    (folder / "link.txt").symlink_to(secret)
    screen(folder, "yuxi-2024", tmp_path / "out")
    rows = {row["path"]: row for row in coverage(tmp_path / "out")["files"]}
    assert (rows["link.txt"]["status"], rows["link.txt"]["reason"]) == ("unread", "link")


def test_personal_data_is_masked_everywhere(folder: Path, tmp_path: Path) -> None:
    shutil.copyfile(folder / "2023年" / "总结.txt", folder / "13812345678.txt")
    screen(folder, "yuxi-2024", tmp_path / "out")
    import zipfile

    with zipfile.ZipFile(tmp_path / "out" / "coverage.xlsx") as book:
        sheets = b"".join(book.read(name) for name in book.namelist())
    for content in ((tmp_path / "out" / "coverage.json").read_bytes(),
                    (tmp_path / "out" / "report.html").read_bytes(), sheets):
        assert b"13812345678" not in content
        assert b"530402198001011234" not in content


def test_a_name_in_another_encoding_is_a_file_like_any_other(folder: Path, tmp_path: Path) -> None:
    name = os.fsdecode("2023年总结.txt".encode("gbk"))
    (folder / "2023年" / "总结.txt").replace(folder / name)
    done = screen(folder, "yuxi-2024", tmp_path / "out")
    assert done.statuses == {"read": 1}


def test_files_never_opened_keep_the_schema(folder: Path, tmp_path: Path) -> None:
    (folder / "link.txt").symlink_to(tmp_path)
    (folder / ".DS_Store").write_bytes(b"x")
    os.mkfifo(folder / "pipe.pdf")
    screen(folder, "yuxi-2024", tmp_path / "out")
    schema = ROOT / "pipeline/report/coverage.schema.json"
    jsonschema.validate(coverage(tmp_path / "out"), json.loads(schema.read_text("utf-8")))


def test_a_folder_of_litter_is_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "材料").mkdir()
    (tmp_path / "材料" / ".DS_Store").write_bytes(b"x")
    with pytest.raises(InputError, match="folder_empty"):
        screen(tmp_path / "材料", "yuxi-2024", tmp_path / "out")


def test_nothing_asked_is_nothing_claimed(folder: Path, tmp_path: Path) -> None:
    screen(folder, "yuxi-2024", tmp_path / "out", period="2022-2023")
    duties = {item["id"]: item for item in coverage(tmp_path / "out")["duties"]}
    assert (duties["U1"]["proposed"], duties["U1"]["why"]["code"]) == ("context", "not_asked")


def test_what_was_not_done_is_shown_and_proves_nothing(folder: Path, tmp_path: Path) -> None:
    (folder / "2022年工作总结.txt").write_text(
        "岚河市交通运输局2022年民族团结进步创建工作总结\n\n"
        "2022年，未开展民族团结进步宣传月活动。\n会上，县教育局介绍，该局开展民族团结宣讲3次。\n"
        "岚河市交通运输局\n2022年12月20日\n", "utf-8")
    screen(folder, "yuxi-2024", tmp_path / "out")
    assert state(tmp_path / "out", "Y08", "2022") == "nothing"
    found = {item["id"]: item for item in coverage(tmp_path / "out")["indicators"]}
    whys = {evidence["why_not"] for evidence in found["Y08"]["evidence"]}
    assert whys == {"not_done", "others_act"}


def test_the_same_bytes_twice_are_one_paper(folder: Path, tmp_path: Path) -> None:
    shutil.copyfile(folder / "2023年" / "总结.txt", folder / "2023年" / "总结(1).txt")
    screen(folder, "yuxi-2024", tmp_path / "out")
    rows = coverage(tmp_path / "out")["files"]
    assert [row["status"] for row in rows] == ["read", "duplicate"]
    assert rows[1]["same_as"] == rows[0]["path"]


def test_out_inside_the_folder_is_refused(folder: Path) -> None:
    with pytest.raises(InputError, match="out_inside_folder"):
        screen(folder, "yuxi-2024", folder / "结果")


def test_screening_again_keeps_what_lies_in_out(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    screen(folder, "yuxi-2024", out)
    (out / "我的批注.txt").write_text("留着", "utf-8")
    screen(folder, "yuxi-2024", out)
    assert (out / "我的批注.txt").read_text("utf-8") == "留着"


def test_the_period_comes_from_the_rubric_or_the_user(folder: Path, tmp_path: Path) -> None:
    screen(folder, "yuxi-2024", tmp_path / "a")
    screen(folder, "yuxi-2024", tmp_path / "b", period="2023")
    a, b = coverage(tmp_path / "a"), coverage(tmp_path / "b")
    assert (a["period"], a["period_from"]) == (["2022", "2023", "2024"], "rubric")
    assert (b["period"], b["period_from"]) == (["2023"], "given")
