"""An error in a rubric names file, line, field and what is allowed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.errors import RubricError
from pipeline.rubric.load import available, digest, directory, load, schema

SOUND = """\
id: mine
title: 我的指标
issuer: 某机关
source: 自拟
period: 2023-2024
points: 10
groups:
  - {id: A, title: 组织领导}
terms:
  民族: [民族团结, 铸牢中华民族共同体意识]
rules:
  - id: study
    says: 学习
    match: {near: {of: ["@民族", 学习], within: 20}}
    examples:
      votes: [学习民族团结知识, 民族团结专题学习]
      abstains: [学习业务, 民族团结]
indicators:
  - id: A1
    group: A
    wording: 学习民族团结知识
    points: 10
    rules: [study]
    requirements:
      - {id: A1.act, wording: 学习, link: 活动, mandatory: true}
"""

WRONG = [
    # what is changed, the line it is on, the field named, what the message says
    ("title: 我的指标", "titel: 我的指标", 2, "titel", "allowed are: id, title"),
    ("issuer: 某机关\n", "", 1, "issuer", "required"),
    ("period: 2023-2024", "period: 去年", 5, "period", "pattern"),
    ("points: 10\ngroups", "points: 12\ngroups", 6, "points", "sum to 10, not to 12"),
    ("link: 活动", "link: 演出", 25, "link", "'方案'"),
    ("mandatory: true", "cadence: monthly", 25, "cadence", "every half-year, every quarter"),
    ("mandatory: true", "cadence: by 2024-02-31", 25, "requirements", "day is out of range"),
    ("group: A\n", "group: B\n", 20, "group", "there are: A"),
    ("rules: [study]", "rules: [studie]", 23, "rules", "there are: study"),
    ('"@民族"', '"@少数"', 14, "match", "no list under terms; there are: 民族"),
    ("{near: {of:", "{naer: {of:", 14, "naer", "allowed are: term, any, all, near"),
    ("{near: {of: [\"@民族\", 学习], within: 20}}", "{regex: '(学习+)+'}", 14, "match",
     "exponential"),
    ("{near: {of: [\"@民族\", 学习], within: 20}}", "{any: [学习], all: [民族]}", 14, "match",
     "exactly one of"),
    ("votes: [学习民族团结知识, 民族团结专题学习]", "votes: [学习民族团结知识]", 16, "votes",
     "at least 2 items"),
    ("source: 自拟", "source: 自拟\nsubject: person", 5, "subject", "'unit'"),
    ("source: 自拟", "source: 自拟\nsource: 又一个", 5, "source", "twice"),
    ("period: 2023-2024", "period: 2024-2022", 5, "period", "2024-2022"),
    ("mandatory: true", "since: 2024-13", 25, "since", "pattern"),
    ("{near: {of: [\"@民族\", 学习], within: 20}}", "{regex: '(?:民|.)*X'}", 14, "match",
     "exponential"),
    ("source: 自拟", "source: &a 自拟\nnumber: *a", 5, "", "aliases"),
    ("id: mine", "id: [mine", 2, "", "expected"),
    ("- id: study", "- id: study\n  - id: study", 12, "rules", ""),
]


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text(text, "utf-8")
    return path


def test_a_sound_rubric_loads(tmp_path: Path) -> None:
    rubric = load(str(write(tmp_path, SOUND)))
    assert rubric.indicators[0].requirements[0].cadence == "every year"
    assert rubric.subject == "unit"


@pytest.mark.parametrize(("old", "new", "line", "field", "says"), WRONG)
def test_an_error_names_its_place(old: str, new: str, line: int, field: str, says: str,
                                  tmp_path: Path) -> None:
    assert old in SOUND
    path = write(tmp_path, SOUND.replace(old, new, 1))
    with pytest.raises(RubricError) as caught:
        load(str(path))
    problems = caught.value.args_["problems"]
    assert isinstance(problems, list)
    assert any(problem.startswith(f"{path}:{line}: ") and field in problem and says in problem
               for problem in problems), problems


@pytest.mark.parametrize("text", ["", "# nothing\n", "- a\n", "a: " + "[" * 5000])
def test_odd_files_are_told_without_a_traceback(text: str, tmp_path: Path) -> None:
    with pytest.raises(RubricError, match="rubric_invalid"):
        load(str(write(tmp_path, text)))


def test_an_unknown_rubric_lists_those_there_are() -> None:
    with pytest.raises(RubricError) as caught:
        load("无此体系")
    assert "yuxi-2024" in str(caught.value.args_["known"])


def test_a_date_without_quotes_stays_as_printed(tmp_path: Path) -> None:
    dated = SOUND.replace("source: 自拟", "source: 自拟\ndate: 2024-05-23")
    rubric = load(str(write(tmp_path, dated)))
    assert rubric.date == "2024-05-23"


def test_the_digest_sees_meaning_not_layout(tmp_path: Path) -> None:
    plain = digest(load(str(write(tmp_path, SOUND))))
    assert digest(load(str(write(tmp_path, "# a comment\n" + SOUND)))) == plain
    assert digest(load(str(write(tmp_path, SOUND.replace("within: 20", "within: 21"))))) != plain


def test_the_schema_for_editors_is_up_to_date() -> None:
    there = json.loads((directory() / "rubric.schema.json").read_text("utf-8"))
    assert there == schema()


def test_every_rubric_of_the_seeds_is_there() -> None:
    assert available() == sorted([
        "yuxi-2024", "xinping-2018", "benxi-2021", "naiman-2023", "plan-tax-month", "plan-town",
        "plan-school", "plan-kindergarten", "plan-transport", "plan-city-offices", "plan-elements",
    ])


@pytest.mark.parametrize("name", available())
def test_a_rubric_asks_of_units_and_only_performance_is_mandatory(name: str) -> None:
    rubric = load(name)
    assert rubric.subject == "unit"
    for item in rubric.indicators:
        mandatory = [one for one in item.requirements if one.mandatory]
        assert len(mandatory) <= 1, item.id
        assert all(one.stage != "plan" or one.cadence == "standing" or name == "plan-elements"
                   for one in mandatory), item.id
