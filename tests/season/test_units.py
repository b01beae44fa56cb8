"""Which units there are: folders, archives, rows of a table; what is none is named."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import InputError
from pipeline.season import units

Row = dict[str, Any]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    place = tmp_path / "材料"
    for name in ("岚河市教育局", "岚河市交通运输局"):
        (place / name).mkdir(parents=True)
        (place / name / "总结.txt").write_text("总结", "utf-8")
    return place


def found(root: Path) -> tuple[dict[str, Row], dict[str, str]]:
    """Units by name, and what the notices name."""
    rows, notices = units.found(str(root), "yuxi-2024", None)
    assert [row["name"] for row in rows] == sorted(row["name"] for row in rows)
    return {row["name"]: row for row in rows}, {one["key"]: one["args"]["names"] for one in notices}


def problem(row: Row) -> str | None:
    return row["problem"] and str(row["problem"]["key"])


def test_folders_and_archives_are_units_and_loose_files_are_told(root: Path) -> None:
    (root / "岚河市民政局.tar.gz").write_bytes(b"x")
    (root / "通知.docx").write_bytes(b"x")
    (root / ".DS_Store").write_bytes(b"x")
    (root / "__MACOSX").mkdir()
    rows, notices = found(root)
    assert {name: (row["files"], row["bytes"], problem(row)) for name, row in rows.items()} == {
        "岚河市交通运输局": (1, 6, None), "岚河市教育局": (1, 6, None),
        "岚河市民政局": (1, 1, None)}
    assert notices == {"units_loose": "通知.docx"}
    row = rows["岚河市教育局"]
    assert row["dir"] == "岚河市教育局" and row["rubric"] == "yuxi-2024"


def test_what_cannot_be_screened_is_a_unit_with_a_problem(root: Path, tmp_path: Path) -> None:
    (root / "空局").mkdir()
    (root / "空局" / ".DS_Store").write_bytes(b"x")
    (root / "链接局").symlink_to(tmp_path)
    (root / "岚河市教育局.zip").write_bytes(b"x")
    rows = units.found(str(root), "yuxi-2024", None)[0]
    assert [(row["name"], problem(row)) for row in rows] == [
        ("岚河市交通运输局", None), ("岚河市教育局", None), ("岚河市教育局", "unit_twice"),
        ("空局", "unit_empty"), ("链接局", "unit_link")]
    assert len({row["dir"] for row in rows}) == 5
    assert rows[2]["problem"]["args"] == {"first": "岚河市教育局", "other": "岚河市教育局.zip"}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16", "utf-8"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_table_as_excel_writes_it(root: Path, encoding: str, mark: str) -> None:
    lines = ["单位,类别,县区,文件夹,指标体系", ",,,,", "交通局,机关,,岚河市交通运输局,",
             "岚河市教育局,机关,岚河市,岚河市教育局,xinping-2018"]
    (root / "units.csv").write_bytes("\r\n".join(lines).replace(",", mark).encode(encoding))
    rows, notices = found(root)
    assert notices == {}
    edu, road = rows["岚河市教育局"], rows["交通局"]
    assert (edu["kind"], edu["county"], edu["rubric"]) == ("机关", "岚河市", "xinping-2018")
    assert (road["county"], road["rubric"], road["names"]) == (None, "yuxi-2024", ["交通局"])


def test_rows_that_point_nowhere_are_problems_of_their_own(root: Path, tmp_path: Path) -> None:
    (tmp_path / "别处").mkdir()
    (tmp_path / "别处" / "a.txt").write_text("x")
    (root / "链接局").symlink_to(tmp_path / "别处")
    (root / "通知.docx").write_bytes(b"x")
    rows = ["a,../别处", "b,没有", "c,链接局", "d,通知.docx", f"e,{tmp_path}/别处", "f,s3://x/y",
            "g,岚河市教育局\\..\\..\\别处", "h,岚河市教育局", "h,岚河市交通运输局", "i,."]
    (root / "units.csv").write_text("name,folder\n" + "\n".join(rows), "utf-8")
    told, notices = units.found(str(root), "yuxi-2024", None)
    assert [(row["name"], problem(row)) for row in told] == [
        ("a", "unit_outside"), ("b", "unit_missing"), ("c", "unit_link"), ("d", "unit_no_folder"),
        ("e", "unit_outside"), ("f", "unit_outside"), ("g", "unit_outside"), ("h", None),
        ("h", "unit_twice"), ("i", "unit_outside")]


def test_what_a_table_leaves_out_is_told(root: Path) -> None:
    (root / "units.csv").write_text("序号,单位,文件夹\n1,教育局,岚河市教育局\n", "utf-8")
    assert found(root)[1] == {"units_columns_unused": "序号", "units_beside": "岚河市交通运输局"}


@pytest.mark.parametrize(("text", "key", "says"), [
    ("单位,材料夹\na,b\n", "units_columns", "单位|材料夹"),
    ("name,name,folder\na,b,c\n", "units_columns", "name|name|folder"),
    ("", "units_columns", ""),
    ("name,folder\na,b\n,c\n", "units_row", "|c"),
    ("name,folder\na,b,c\n", "units_row", "a|b|c"),
    ("name,folder\na\0,b\n", "units_unreadable", None),
    ("name,folder\n\"a,b\n" + "x" * 200_000, "units_unreadable", None),
])
def test_a_wrong_table_is_told_by_its_line_or_columns(root: Path, text: str, key: str,
                                                      says: str | None) -> None:
    (root / "units.csv").write_bytes(text.encode())
    with pytest.raises(InputError, match=key) as refusal:
        units.found(str(root), "yuxi-2024", None)
    assert says is None or refusal.value.args_["found"] == says
    if key == "units_row":
        assert refusal.value.args_["line"] in (2, 3)


def test_no_unit_is_an_error(tmp_path: Path) -> None:
    for place, key in ((tmp_path, "units_none"), (tmp_path / "x", "season_root_missing")):
        with pytest.raises(InputError, match=key):
            units.found(str(place), "yuxi-2024", None)
    (tmp_path / "f").write_text("x")
    with pytest.raises(InputError, match="season_root_is_file"):
        units.found(str(tmp_path / "f"), "yuxi-2024", None)


def test_a_folder_in_another_encoding_is_a_unit_like_any_other(root: Path) -> None:
    from pipeline.season.task import place_of

    place = root / os.fsdecode("岚河市民政局".encode("gbk"))
    place.mkdir()
    (place / "a.txt").write_text("x")
    row = found(root)[0]["岚河市民政局"]
    assert problem(row) is None and Path(place_of(row["source"])) == place
    row["source"].encode("utf-8")


NAMES = ["岚河市教育局", "../../etc", "CON", "a/b", "a\\b", "..", " 局 ", "局.", "甲" * 60,
         "甲" * 61, "A局", "a局", "\x1b[31m",
         "\u202e局", "nul.局", "局\ud8ff", "e\u0301", "\u00e9", "<局>"]


def test_directories_are_safe_and_each_its_own() -> None:
    made = [units.directory_of(name) for name in NAMES]
    assert made[0] == "岚河市教育局"
    assert len({one.lower() for one in made}) == len(NAMES)
    for one in made:
        assert one and len(one.encode()) <= units.MOST_BYTES and not one.startswith(".")
        assert not set('<>:"/\\|?*\x1b\u202e') & set(one) and one == one.strip(" .")
        assert one.lower().partition(".")[0] not in ("con", "nul")


def test_a_folder_is_screened_for_one_row_alone(root: Path) -> None:
    (root / "units.csv").write_text(
        "name,folder\n甲,岚河市教育局\n乙,./岚河市教育局/\n丙,岚河市交通运输局\n", "utf-8")
    rows = found(root)[0]
    assert {name: problem(row) for name, row in rows.items()} == {
        "甲": None, "乙": "unit_folder_twice", "丙": None}
    assert rows["乙"]["problem"]["args"] == {"folder": "岚河市教育局", "first": "甲"}


def test_a_table_that_is_a_link_is_refused_by_name(root: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("password,folder\n", "utf-8")
    (root / "units.csv").symlink_to(tmp_path / "secret")
    with pytest.raises(InputError, match="units_link") as refusal:
        units.found(str(root), "yuxi-2024", None)
    assert "password" not in str(refusal.value.args_)


def test_a_name_makes_one_line(root: Path) -> None:
    place = root / "甲局\n  乙局：假的一行\x1b[31m"
    place.mkdir()
    (root / "空\n局").mkdir()
    (place / "a.txt").write_text("x")
    rows, _ = found(root)
    row = next(row for row in rows.values() if row["source"] == str(place))
    assert row["name"] == "甲局\ufffd  乙局：假的一行\ufffd[31m"
    for name, each in rows.items():
        assert name.isprintable() or "\ufffd" in name
        assert "\n" not in name + str((each["problem"] or {"args": {"folder": ""}})["args"])
    assert problem(rows["空\ufffd局"]) == "unit_empty"


def test_folders_that_hide_are_named(root: Path) -> None:
    for name in ("...", "..局", ".git"):
        (root / name).mkdir()
    rows, notices = found(root)
    assert len(rows) == 2 and notices == {"units_hidden": "...、..局、.git"}


def test_more_names_than_are_shown_are_hinted_at() -> None:
    assert units.some(list("甲乙丙丁戊己")) == "甲、乙、丙、丁、戊 …"
    assert units.some(["甲"]) == "甲"


def test_a_directory_does_not_hold_a_telephone_number() -> None:
    made = [units.directory_of(f"岚河市民政局 1380013800{end}") for end in "05"]
    assert "13800138" not in "".join(made) and made[0] != made[1]
