"""Copies across units, from ledgers to copies.json: what is found, and what is none."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest

from pipeline.season.copies.normal import even
from pipeline.season.copies.run import Templates, Unit, written
from tests.bench.season.ledgers import Paper, ledgered
from tests.season.copies.texts import EDITED, NOTICE, OTHER, PLAN

NONE = Templates(np.empty(0, dtype=np.uint16), 0, [])
Row = dict[str, Any]


def told(place: Path, units: dict[str, list[Paper]], templates: Templates = NONE,
         asked: Row | None = None) -> Row:
    made = [ledgered(place, name, papers, asked) for name, papers in sorted(units.items())]
    row: Row = orjson.loads(written(place, made, templates, "k").read_bytes())
    return row


def paper(path: str, *passages: str, dated: str | None = "2023-05-01", title: str = "工作方案",
          flags: tuple[str, ...] = ()) -> Paper:
    return Paper(path, title, dated, passages, flags)


def members(row: Row) -> list[list[tuple[str, str]]]:
    return [[(one["dir"], one["path"]) for one in cluster["members"]]
            for cluster in row["clusters"]]


def test_a_paper_worked_over_is_found_with_its_share_and_the_earliest_date(tmp_path: Path) -> None:
    row = told(tmp_path, {
        "甲局": [paper("方案.docx", *EDITED, dated="2023-09-01"), paper("总结.docx", *OTHER)],
        "乙局": [paper("计划.pdf", *PLAN)], "丙局": [paper("小结.docx", "每天清早扫两遍院子，"
                                                   "雨天改在屋檐下站队点名，名字由门卫念。")],
    })
    (cluster,) = row["clusters"]
    assert cluster["kind"] == "paper" and cluster["units"] == 2
    assert cluster["earliest"] == "2023-05-01"
    assert members(row) == [[("乙局", "计划.pdf"), ("甲局", "方案.docx")]]
    assert all(0.6 < one["share"] <= 1 for one in cluster["members"])
    assert all(one["passage"] for one in cluster["members"])


def test_a_single_paragraph_is_found_as_one(tmp_path: Path) -> None:
    own = [f"第{word}小组走了另一条路，{word}字旗插在{word}号门前，谁也没有看见别人，"
           f"{word}更时分各自散去。"
           for word in "东南西北天地玄黄"]
    row = told(tmp_path, {
        "甲局": [paper("一.docx", *OTHER, PLAN[0], *own)],
        "乙局": [paper("二.docx", EDITED[0], *reversed([text[::-1] for text in own]))]})
    assert [(one["kind"], one["units"]) for one in row["clusters"]] == [("passage", 2)]
    assert row["clusters"][0]["text"].startswith("为了把各族职工的")
    assert all(one["share"] < 0.4 for one in row["clusters"][0]["members"])


def test_one_sentence_in_common_is_no_copy(tmp_path: Path) -> None:
    said = "锅铲碗筷单独存放，钥匙由老人保管。"
    row = told(tmp_path, {"甲局": [paper("一.docx", OTHER[0] + said)],
                          "乙局": [paper("二.docx", said + PLAN[1])]})
    assert row["clusters"] == []


@pytest.mark.parametrize("reason", ["notice", "rubric", "template"])
def test_what_everybody_is_told_to_write_is_permitted(tmp_path: Path, reason: str) -> None:
    units = {"甲局": [paper("一.docx", *NOTICE)], "乙局": [paper("二.docx", *NOTICE)]}
    asked, templates = None, NONE
    if reason == "notice":
        units["丙局"] = [paper("通知.pdf", *NOTICE, flags=("received",))]
    elif reason == "rubric":
        asked = {"indicators": [{"wording": NOTICE[0]}]}
    else:
        templates = Templates(even(NOTICE, None).codes, 1, [])
    row = told(tmp_path / "with", units, templates, asked)
    assert row["clusters"] == []
    assert row["permitted"]["shares"][reason] == 1.0
    del units["甲局"][:], units["乙局"][:]
    bare = told(tmp_path / "without", {"甲局": [paper("一.docx", *NOTICE)],
                                       "乙局": [paper("二.docx", *NOTICE)]})
    assert len(bare["clusters"]) == 1  # without that permission it is told


def test_what_six_units_and_a_fifth_of_all_say_is_everybodys(tmp_path: Path) -> None:
    def season(count: int) -> Row:
        return told(tmp_path / str(count), {
            f"第{number}局": [paper("一.docx", *(PLAN if number < count else (f"空{number}",)))]
            for number in range(7)})
    assert [one["units"] for one in season(5)["clusters"]] == [5]
    everybody = season(6)
    assert everybody["clusters"] == [] and everybody["permitted"]["shares"]["common"] > 0.8


def test_one_paper_of_most_units_is_said_and_is_no_copy(tmp_path: Path) -> None:
    def season(count: int) -> Row:
        return told(tmp_path / str(count), {
            f"第{at}局": [paper("李建国同志.docx", *(PLAN if at < count else [f"空{at}"]),
                              title="李建国同志承诺书")] for at in range(7)})
    assert season(5)["common"] == []
    assert season(6)["common"] == [{"title": "李**同志承诺书", "path": "李**同志.docx", "units": 6,
                                    "dated": "2023-05-01"}]


def test_a_member_has_its_units_name_and_directory(tmp_path: Path) -> None:
    made = [ledgered(tmp_path, dir, [paper("一.docx", *PLAN)])._replace(name=name)
            for dir, name in (("甲-1", "甲局"), ("甲-2", "甲局"), ("乙-3", "局长李建国"))]
    row = orjson.loads(written(tmp_path, made, NONE, "k").read_bytes())
    (cluster,) = row["clusters"]
    assert cluster["units"] == 3
    assert {(one["dir"], one["unit"]) for one in cluster["members"]} == {
        ("甲-1", "甲局"), ("甲-2", "甲局"), ("乙-3", "局长李**")}


def test_the_superiors_own_paper_is_never_a_member(tmp_path: Path) -> None:
    row = told(tmp_path, {name: [paper("上级.pdf", *PLAN, flags=("received",))]
                          for name in ("甲局", "乙局")})
    assert row["clusters"] == [] and row["papers"] == 0


def test_lists_are_not_compared(tmp_path: Path) -> None:
    row = told(tmp_path, {name: [paper("签到.xlsx", *PLAN, title="学习会签到册")]
                          for name in ("甲局", "乙局")})
    assert row["clusters"] == []


def test_the_print_of_a_form_is_nobodys(tmp_path: Path) -> None:
    def form(words: str) -> list[str]:
        return [f"检查发现的主要问题和现场处理意见：{word}，复查时间和复查人员签字确认情况：已复查"
                for word in words.split()]
    row = told(tmp_path, {
        "甲局": [paper("台账.xlsx", *form("灯不亮 门锁坏 水管漏 墙皮落"), title="排查台账")],
        "乙局": [paper("台账.xlsx", *form("窗户破 路面陷 井盖缺 护栏松"), title="排查台账")]})
    assert row["clusters"] == [] and row["permitted"]["counts"]["form"] > 100


def test_names_are_masked_and_hostile_text_stays_text(tmp_path: Path) -> None:
    said = "由局长李建国主持研究，<script>alert('=1+1')</script>" + PLAN[0]
    row = told(tmp_path, {name: [paper("<b>李建国同志.docx", said, *PLAN[1:], title=said)]
                          for name in ("甲局", "乙局")})
    whole = orjson.dumps(row).decode()
    assert "李建国" not in whole and "<script>" in whole
    assert len(row["clusters"][0]["text"]) <= 200


def test_the_same_season_gives_the_same_bytes(tmp_path: Path) -> None:
    units = {"甲局": [paper("一.docx", *PLAN)], "乙局": [paper("二.docx", *EDITED), paper(
        "三.docx", *OTHER)], "丙局": [paper("四.docx", *OTHER)]}
    for folder in ("a", "b"):
        told(tmp_path / folder, units)
    assert (tmp_path / "a/copies.json").read_bytes() == (tmp_path / "b/copies.json").read_bytes()
    assert sorted(one.name for one in (tmp_path / "a").iterdir()) == ["copies.json", "units"]


def test_a_damaged_ledger_is_named_and_the_others_are_compared(tmp_path: Path) -> None:
    units = [ledgered(tmp_path, name, [paper("一.docx", *PLAN)]) for name in ("甲", "乙", "丙")]
    units[1].ledger.write_bytes(b"SQLite format 3\0" + bytes(5_000))
    row = orjson.loads(written(tmp_path, units, NONE, "k").read_bytes())
    assert row["lost"] == [{"unit": "乙", "dir": "乙"}]
    assert members(row) == [[("丙", "一.docx"), ("甲", "一.docx")]]


def test_a_season_without_a_word_is_compared_too(tmp_path: Path) -> None:
    row = told(tmp_path, {"甲局": [], "乙局": [paper("空.docx", "无")]})
    assert row["clusters"] == [] and row["permitted"]["signs"] == 0
    nobody = orjson.loads(written(tmp_path, list[Unit](), NONE, "k").read_bytes())
    assert nobody["units"] == 0


def test_a_photo_of_two_units_or_two_years_is_found(tmp_path: Path) -> None:
    one, near, other = "0f" * 32, "0f" * 31 + "0e", "a5" * 32
    units = [ledgered(tmp_path, "甲", [], None, [("2022年/会场.jpg", one),
                                              ("2023年/会.jpg", near)]),
             ledgered(tmp_path, "乙", [], None, [("照片/活动.jpg", one), ("照片/门.jpg", other)]),
             ledgered(tmp_path, "丙", [], None, [("a.jpg", other), ("b.jpg", other)])]
    row = orjson.loads(written(tmp_path, units, NONE, "k").read_bytes())
    assert sorted(map(sorted, members(row))) == [
        [("丙", "a.jpg"), ("丙", "b.jpg"), ("乙", "照片/门.jpg")],
        [("乙", "照片/活动.jpg"), ("甲", "2022年/会场.jpg"), ("甲", "2023年/会.jpg")]]
    assert {cluster["kind"] for cluster in row["clusters"]} == {"picture"}


def test_the_ledgers_are_left_as_they_were(tmp_path: Path) -> None:
    unit = ledgered(tmp_path, "甲", [paper("一.docx", *PLAN)])
    before = unit.ledger.read_bytes()
    written(tmp_path, [unit], NONE, "k")
    assert unit.ledger.read_bytes() == before
    with sqlite3.connect(unit.ledger) as base:
        assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
