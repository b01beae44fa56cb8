"""What the published paper of Xinping (2018) states, and how it stands in the rubric."""

from __future__ import annotations

import pytest

from pipeline.rubric.load import load
from pipeline.rubric.model import Indicator, Rubric
from pipeline.tag import rulebook


@pytest.fixture(scope="module")
def rubric() -> Rubric:
    return load("xinping-2018")


def item(rubric: Rubric, name: str) -> Indicator:
    return next(item for item in rubric.items if item.id == name)


def test_twelve_indicators_sum_to_a_hundred(rubric: Rubric) -> None:
    assert [one.id for one in rubric.indicators] == [f"X{number:02}" for number in range(1, 13)]
    assert [one.points for one in rubric.indicators] == [10, 8, 8, 8, 8, 8, 7, 8, 8, 9, 9, 9]
    assert rubric.points == 100
    assert rubric.period == "2018"
    assert (rubric.number, rubric.date) == ("新统发﹝2018﹞5号", "2018-04-20")


def test_two_levels_above_the_indicators(rubric: Rubric) -> None:
    assert [[inner.id for inner in group.groups] for group in rubric.groups] == [
        ["A1", "A2", "A3"], ["B1", "B2"], ["C1", "C2"]]
    assert [one.group for one in rubric.indicators] == [
        "A1", "A1", "A2", "A2", "A3", "B1", "B1", "B2", "B2", "C1", "C2", "C2"]


def test_methods_as_printed(rubric: Rubric) -> None:
    visited = [one.id for one in rubric.indicators if "实地考察" in one.methods]
    assert visited == ["X06", "X08", "X10", "X11"]
    assert [one.id for one in rubric.indicators if "听取汇报" not in one.methods] == ["X04", "X10"]
    assert all("材料审核" in one.methods for one in rubric.indicators)
    assert not any(one.beyond_documents for one in rubric.indicators)


def test_wording_as_printed_with_its_misprint(rubric: Rubric) -> None:
    assert item(rubric, "X07").wording == (
        "有健全的矛盾化解和排查调处机制，有完善的突发事件处置预案")
    assert item(rubric, "X12").wording == (
        "扶贫、对口支援等帮扶活动有规划、有计划，有措施、有成效")
    slips = {one.id: [slip.printed for slip in one.sic] for one in rubric.items if one.sic}
    assert slips == {"X05": ["民族团进步"]}


def test_one_mandatory_requirement_each(rubric: Rubric) -> None:
    for one in rubric.indicators:
        mandatory = [asked for asked in one.requirements if asked.mandatory]
        assert len(mandatory) == 1, one.id
        assert (mandatory[0].stage, mandatory[0].cadence) == (
            ("plan", "standing") if one.id == "X07" else ("done", "every year")), one.id
    assert {asked.id for one in rubric.indicators for asked in one.requirements
            if asked.cadence == "standing"} == {"X03-group", "X04-staff", "X07-mechanism"}


def test_any_part_settles_the_management_of_the_campaign(rubric: Rubric) -> None:
    parts = item(rubric, "X04").requirements
    assert [part.id for part in parts if part.mandatory] == ["X04-done"]
    assert parts[0].rules == ()
    assert all(part.rules for part in parts[1:])


def test_a_filed_emergency_plan_settles_the_mechanism_and_an_intention_does_not(
    rubric: Rubric,
) -> None:
    settling = {f"rule:{name}" for asked in item(rubric, "X07").requirements
                if asked.mandatory for name in asked.rules}

    def settles(text: str, title: str) -> bool:
        return any(vote.cast_by in settling for vote in rulebook(rubric).votes(text, (), title))

    assert settles("第五条 接报后一小时内报县委统战部，并派员到场疏导。",
                   "县文化局涉及民族宗教因素突发事件应急预案")
    assert settles("每月25日排查一次，建账销号，重大情况随时上报。", "矛盾纠纷排查调处工作制度")
    assert not settles("要进一步健全涉民族矛盾排查调处机制。", "年度工作要点")


def test_a_settled_dispute_is_known_by_its_register_or_its_parties(rubric: Rubric) -> None:
    def tagged(text: str, title: str) -> set[str]:
        return {vote.indicator for vote in rulebook(rubric).votes(text, (), title)}

    row = "7月8日｜岳某与沙某｜地界｜村组干部劝解，重立界桩｜双方签字"
    assert "X06" in tagged(row, "涉民族因素矛盾纠纷登记簿")
    assert tagged(row, "矛盾纠纷登记簿") == set()
    assert "X06" in tagged(row.replace("沙某", "沙某（彝族）"), "矛盾纠纷登记簿")


def test_phases_and_duties(rubric: Rubric) -> None:
    assert [(phase.start, phase.end) for phase in rubric.phases] == [
        ("2018-03", "2018-04"), ("2018-05", "2018-09"), ("2018-09", "2018-10")]
    assert {asked.id: (asked.owed_by, asked.cadence)
            for duty in rubric.duties for asked in duty.requirements} == {
        "D1-summary": ("unit", "by 2018-10-31"),
        "D2-displays": ("unit", "once"),
        "D3-hardware": ("unit", "standing"),
        "D4-plan": ("unit", "by 2018-04-30"),
    }
