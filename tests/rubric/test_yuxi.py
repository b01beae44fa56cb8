"""What the published paper of Yuxi (2024) states, and how it stands in the rubric."""

from __future__ import annotations

import pytest

from pipeline.rubric.load import load
from pipeline.rubric.model import Indicator, Rubric
from pipeline.tag import rulebook


@pytest.fixture(scope="module")
def rubric() -> Rubric:
    return load("yuxi-2024")


def item(rubric: Rubric, name: str) -> Indicator:
    return next(item for item in rubric.items if item.id == name)


def test_seventeen_indicators_and_the_deduction(rubric: Rubric) -> None:
    assert [one.id for one in rubric.indicators] == [
        *(f"Y{number:02}" for number in range(1, 18)), "YD"]
    assert [one.points for one in rubric.indicators] == [
        5, 5, 5, 5, 10, 10, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 10, None]
    assert rubric.points == 100 == sum(one.points or 0 for one in rubric.indicators)
    assert rubric.period == "2022-2024"
    assert rubric.date == "2024-05-23"
    assert rubric.number is None


def test_types_as_printed(rubric: Rubric) -> None:
    types = {one.id: one.type for one in rubric.indicators}
    assert [name for name, given in types.items() if given == "定量"] == ["Y04", "Y16"]
    assert [name for name, given in types.items() if given is None] == ["YD"]


def test_methods_as_printed(rubric: Rubric) -> None:
    files, papers, survey = "审阅档案", "材料审核", "问卷调查"
    data, visit = "大数据监测", "实地考察"
    assert {one.id: one.methods for one in rubric.indicators} == {
        "Y01": (files, papers), "Y02": (files, papers), "Y03": (files, papers),
        "Y04": (survey,), "Y05": (files, papers), "Y06": (papers, data),
        "Y07": (papers, survey), "Y08": (papers, data), "Y09": (papers, visit),
        "Y10": (files, data), "Y11": (papers,), "Y12": (files, papers),
        "Y13": (papers, data), "Y14": (papers,), "Y15": (files, papers),
        "Y16": (survey,), "Y17": (papers, visit), "YD": (papers, data),
    }


def test_only_surveys_are_beyond_documents(rubric: Rubric) -> None:
    assert [one.id for one in rubric.indicators if one.beyond_documents] == ["Y04", "Y16"]


def test_wording_as_printed_with_its_misprint(rubric: Rubric) -> None:
    assert item(rubric, "Y02").wording == (
        "将铸牢中华民族共同体意识工作纳入党委（党组）议事日程，各项工作落细落实。")
    assert item(rubric, "Y15").wording == "近三年创建工作有专项经费保障。"
    assert item(rubric, "Y17").wording == (
        "从实际出发，突出问题导向，深化改革创新，打造特色亮点，探索有益经验做法。")
    slips = {one.id: [(slip.printed, slip.meant) for slip in one.sic]
             for one in rubric.items if one.sic}
    assert slips == {"Y10": [("街接", "衔接")]}


def test_the_deduction_is_shown_and_never_counted(rubric: Rubric) -> None:
    deduction = item(rubric, "YD")
    assert deduction.shown_only
    assert deduction.deducts == 10
    assert deduction.points is None
    assert {"未发生", "没有发生", "零发生"} <= set(deduction.none_found)


def test_one_mandatory_requirement_each_and_it_is_performance(rubric: Rubric) -> None:
    for one in rubric.indicators:
        if one.shown_only:
            continue
        mandatory = [asked for asked in one.requirements if asked.mandatory]
        assert len(mandatory) == 1, one.id
        assert mandatory[0].stage == "done", one.id
        assert 2 <= len(one.requirements) <= 5, one.id


def test_cadences(rubric: Rubric) -> None:
    assert {asked.cadence for one in rubric.indicators for asked in one.requirements
            if asked.mandatory and one.id != "Y12"} == {"every year"}
    assert {one.id for one in rubric.indicators
            for asked in one.requirements if asked.cadence == "standing"} == {"Y02", "Y12"}
    links = {one.id: asked.link for one in rubric.indicators
             for asked in one.requirements if asked.mandatory}
    assert [name for name, link in links.items() if link == "保障"] == ["Y12", "Y15"]


def test_duties_and_who_owes_them(rubric: Rubric) -> None:
    owed = {asked.id: (asked.owed_by, asked.cadence)
            for duty in rubric.duties for asked in duty.requirements}
    assert owed == {
        "U1-info": ("unit", "every half-year"),
        "U2-staff": ("unit", "standing"),
        "U3-plan": ("unit", "once"),
        "U4-report": ("unit", "every year"),
        "W1-plan": ("unit", "once"),
        "W2-staff": ("unit", "standing"),
        "W3-mechanism": ("unit", "standing"),
        "W4-publicity": ("unit", "once"),
        "W5-story": ("unit", "once"),
        "C1-quarter": ("committee", "every quarter"),
        "C2-cases": ("committee", "by 2024-10-31"),
        "C3-models": ("committee", "every year"),
        "I1-models": ("issuer", "every year"),
    }
    assert all(duty.where for duty in rubric.duties)
    figures = {asked.id: asked.target.figure for duty in rubric.duties
               for asked in duty.requirements if asked.target}
    assert figures == {"U1-info": 1, "U2-staff": 1, "C3-models": 1, "I1-models": 2}


def test_duties_are_owed_from_the_paper_on_and_indicators_look_back(rubric: Rubric) -> None:
    months = {asked.since for duty in rubric.duties for asked in duty.requirements
              if not asked.cadence.startswith("by ")}
    assert months == {"2024-05"}
    assert {asked.since for one in rubric.indicators for asked in one.requirements} == {None}


def tagged(rubric: Rubric, text: str, title: str = "", headings: tuple[str, ...] = ()) -> set[str]:
    return {vote.indicator for vote in rulebook(rubric).votes(text, headings, title)
            if vote.indicator.startswith("Y")}


def test_a_row_is_bound_by_its_title(rubric: Rubric) -> None:
    row = "户主：岩某｜送甘蔗苗2吨｜4月2日"
    assert tagged(rubric, row, "结对帮扶台账") == {"Y10"}
    assert tagged(rubric, row, "仓库出入台账") == set()
    line = "线下发卷210份，有效204份。"
    assert tagged(rubric, line, "民族团结进步创建满意度调查报告") == {"Y16"}
    assert tagged(rubric, line, "机关食堂满意度调查报告") == set()


def test_intentions_and_shortcomings_below_a_topic_title_state_nothing(rubric: Rubric) -> None:
    title = "民族团结进步创建工作总结"
    wish = "继续抓好宣传、共建、典型选树和经费保障。"
    fault = "一是宣传形式单一；二是台账归档不及时。"
    assert tagged(rubric, wish, title, ("三、下步打算",)) == set()
    assert tagged(rubric, fault, title, ("四、存在问题",)) == set()


def test_lost_lines_are_marked_inferred(rubric: Rubric) -> None:
    assert [(group.id, group.inferred) for group in rubric.groups] == [
        ("G1", True), ("G2", True), ("G3", True), ("G4", True), ("G5", False), ("G6", False)]
