"""What the two official notices and the collection of sample plans ask for, as facts."""

from __future__ import annotations

import pytest

from pipeline.rubric.load import load
from pipeline.rubric.model import Group, Indicator, Requirement
from pipeline.tag import rulebook

PLANS = (
    "plan-tax-month", "plan-town", "plan-school", "plan-kindergarten", "plan-transport",
    "plan-city-offices",
)
OFFICIAL = ("benxi-2021", "naiman-2023")
ALL = (*OFFICIAL, *PLANS, "plan-elements")

CLOSE_TO_THE_WORDS = [  # a passage, its paper's title, and what it must not be taken for
    ("成立安全生产领导小组，局长任组长，为维护民族团结提供平安保障。", "工作简报"),
    ("以科学理论为指导，深入开展民族团结宣传教育，促进各民族共同繁荣。", ""),
    ("专业技术岗位招聘后，岗前培训班在党校举行。", "民族团结进步创建工作总结"),
    ("开展宪法宣传周普法活动，发放民法典手册，各族群众踊跃参加。", ""),
    ("各社区利用电子屏、横幅宣传防汛知识，各族群众受教育面达九成。", "工作总结"),
    ("要像石榴籽一样紧紧抱在一起，让民族团结之花常开长盛。", "民族团结进步创建工作总结"),
]


def item(rubric: str, name: str) -> Indicator:
    return next(item for item in load(rubric).items if item.id == name)


def requirement(rubric: str, name: str) -> Requirement:
    found = {asked.id: asked for item in load(rubric).items for asked in item.requirements}
    return found[name]


def flat(groups: tuple[Group, ...]) -> list[Group]:
    return [inner for group in groups for inner in (group, *flat(group.groups))]


# --- every one of the nine --------------------------------------------------------------------


@pytest.mark.parametrize("name", ALL)
def test_an_organisations_papers_are_assessed_and_only_performance_is_mandatory(name: str) -> None:
    rubric = load(name)
    assert rubric.subject == "unit"
    for indicator in rubric.items:
        must = [asked for asked in indicator.requirements if asked.mandatory]
        assert len(must) == 1, indicator.id
        assert must[0].owed_by == "unit"
        assert must[0].stage == ("plan" if name == "plan-elements" else "done"), indicator.id
        assert 1 <= len(indicator.requirements) <= 4
        assert 1 <= len(indicator.rules) <= 4


@pytest.mark.parametrize("name", ALL)
def test_requirement_ids_are_unique_and_begin_with_their_indicator(name: str) -> None:
    ids = [(item.id, asked.id) for item in load(name).items for asked in item.requirements]
    assert len({asked for _, asked in ids}) == len(ids)
    assert all(asked.startswith(f"{indicator}-") for indicator, asked in ids)


@pytest.mark.parametrize("name", ALL)
def test_only_standing_arrangements_stand(name: str) -> None:
    for indicator in load(name).items:
        for asked in indicator.requirements:
            if asked.cadence == "standing":
                assert asked.link in {"制度", "保障"}, asked.id


@pytest.mark.parametrize("name", [*OFFICIAL, *PLANS])
def test_every_task_as_printed_is_tagged_with_itself(name: str) -> None:
    rubric = load(name)
    book = rulebook(rubric)
    untagged = [
        item.id for item in rubric.items
        if item.id not in {vote.indicator for vote in book.votes(item.wording, (), rubric.title)}
    ]
    assert untagged == (["S01"] if name == "plan-school" else [])  # S01 is a bare heading


@pytest.mark.parametrize("name", [*OFFICIAL, *PLANS])
@pytest.mark.parametrize("passage", CLOSE_TO_THE_WORDS, ids=lambda passage: passage[0][:8])
def test_slogans_and_other_campaigns_get_no_tag(name: str, passage: tuple[str, str]) -> None:
    text, title = passage
    assert rulebook(load(name)).votes(text, (), title) == []


# --- benxi-2021 -------------------------------------------------------------------------------


def test_benxi_has_fifteen_tasks_grouped_as_in_the_paper() -> None:
    rubric = load("benxi-2021")
    assert [item.id for item in rubric.items] == [f"B{task:02d}" for task in range(1, 16)]
    assert (rubric.number, rubric.date) == ("本高党政办发〔2021〕35号", "2021-07-28")
    assert rubric.period == "2021"
    titles = {group.id: group.title for group in flat(rubric.groups)}
    assert [titles[item.group or ""][:3] for item in rubric.items] == (
        ["（一）"] * 3 + ["（二）"] * 3 + ["（三）"] * 2 + ["（四）"] * 3 + ["三、保"] * 4
    )


@pytest.mark.parametrize(("name", "units"), [
    ("B01", ("组织人事部", "党群工作部")),
    ("B06", ("党群工作部", "综治信访局")),
    ("B09", ("党群工作部", "高教办", "基层治理和社会事业局", "经济发展局", "工商联")),
    ("B10", ("党群工作部", "综治信访局", "高教办", "公安分局", "基层治理和社会事业局", "卫管办")),
    ("B11", ("党群工作部", "基层治理和社会事业局", "市场监督管理分局")),
    ("B12", ("区直各部门", "各街道")),
    ("B15", ("人大工委办公室", "政协工委办公室", "党群工作部", "综治信访局")),
])
def test_benxi_names_the_responsible_units(name: str, units: tuple[str, ...]) -> None:
    indicator = item("benxi-2021", name)
    assert indicator.responsible == units
    assert "责任单位" not in indicator.wording


# --- naiman-2023 ------------------------------------------------------------------------------


def test_naiman_has_six_tasks_and_three_guarantees() -> None:
    rubric = load("naiman-2023")
    assert [item.id for item in rubric.items] == [f"N{task:02d}" for task in range(1, 10)]
    assert [item.group for item in rubric.items] == ["G1"] * 6 + ["G2"] * 3
    assert rubric.period == "2023"
    assert (rubric.number or "").replace(" ", "") == "奈民创办发〔2023〕3号"


@pytest.mark.parametrize(("name", "figure"), [("N04-named", 30), ("N06-park", 1)])
def test_naiman_figures_are_owed_by_the_banner(name: str, figure: int) -> None:
    asked = requirement("naiman-2023", name)
    assert asked.target is not None
    assert (asked.target.figure, asked.target.unit) == (figure, "个")
    assert (asked.owed_by, asked.cadence) == ("issuer", "once")


def test_naiman_three_plans_are_three_requirements() -> None:
    named = [asked.wording for asked in item("naiman-2023", "N03").requirements[:3]]
    for plan, wording in zip(("青少年交流", "互嵌式发展", "旅游促进"), named, strict=True):
        assert plan in wording


@pytest.mark.parametrize("name", ["N05-dispatch", "N05-force", "N05-recheck"])
def test_naiman_dispatch_and_reinspection_are_the_issuers(name: str) -> None:
    assert requirement("naiman-2023", name).owed_by == "issuer"


def test_naiman_keeps_its_misprint() -> None:
    slips = {slip.printed: slip.meant for slip in item("naiman-2023", "N03").sic}
    assert slips == {"契点": "契机"}


# --- the sample plans -------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "period", "indicators", "part"), [
    ("plan-tax-month", "2015", 5, "篇一"),
    ("plan-town", "2010-2012", 7, "篇三"),
    ("plan-school", "2010", 15, "篇四"),
    ("plan-kindergarten", "2013", 10, "篇六"),
    ("plan-transport", "2012", 5, "篇七"),
    ("plan-city-offices", "2015", 26, "篇八"),
    ("plan-elements", "2022-2024", 6, "开头一段"),
])
def test_samples_say_what_they_are(name: str, period: str, indicators: int, part: str) -> None:
    rubric = load(name)
    assert "范文" in rubric.title
    assert "民族团结进步创建活动方案（精选8篇）" in rubric.source
    assert part in rubric.source
    assert (rubric.period, len(rubric.indicators)) == (period, indicators)


def test_town_builds_five_bases_in_three_years_and_is_checked_every_year() -> None:
    asked = requirement("plan-town", "W01-bases")
    assert asked.target is not None
    assert (asked.target.figure, asked.cadence, asked.stage) == (5, "once", "result")
    assert requirement("plan-town", "W02-done").cadence == "every year"


def test_school_states_its_lessons() -> None:
    figures = [
        asked.target.figure for asked in item("plan-school", "S06").requirements if asked.target
    ]
    assert figures == [4, 2]


def test_school_has_nine_activities() -> None:
    rubric = load("plan-school")
    assert sum(item.group == "G3.2.3" for item in rubric.items) == 9


def test_kindergarten_has_four_phases_without_a_year() -> None:
    phases = load("plan-kindergarten").phases
    assert [(phase.start, phase.end) for phase in phases] == [
        ("03", "03"), ("04", "04"), ("04", "12"), ("12", "12"),
    ]
    assert "4月中旬——12月中旬" in phases[2].title


def test_city_offices_items() -> None:
    rubric = load("plan-city-offices")
    counted = {
        group: [item.wording for item in rubric.items if item.group == group]
        for group in ("G1.1.5", "G1.3.4", "G1.3.7")
    }
    assert [len(items) for items in counted.values()] == [5, 4, 7]
    assert counted["G1.1.5"][0] == "共照一张全家福"


def test_city_offices_figures_and_cadence() -> None:
    assert requirement("plan-city-offices", "O10-done").cadence == "every half-year"
    rate = requirement("plan-city-offices", "O01-rate").target
    assert rate is not None
    assert (rate.figure, rate.unit) == (100, "%")
    kinds = requirement("plan-city-offices", "O22-kinds").target
    assert kinds is not None
    assert (kinds.figure, kinds.unit) == (3, "类")
    friend = requirement("plan-city-offices", "O07-friend").target
    assert friend is not None
    assert (friend.figure, friend.unit) == (1, "名")
    assert any("加减分" in fact for fact in load("plan-city-offices").context)


def test_elements_are_the_six_parts_of_a_plan() -> None:
    rubric = load("plan-elements")
    assert [item.wording for item in rubric.items] == [
        "指导思想", "主要目标", "工作重点", "实施步骤", "政策措施", "具体要求",
    ]
    for indicator in rubric.items:
        assert [asked.documents for asked in indicator.requirements] == [("方案",)]


@pytest.mark.parametrize(("heading", "text", "name"), [
    ("一、指导思想", "围绕铸牢意识主线，立足粮食储备业务，把创建做进每个库点。", "E1"),
    ("二、工作目标", "年底知晓率达到95%。", "E2"),
    ("三、主要任务", "每季度到联系社区宣讲一次。", "E3"),
    ("四、实施步骤", "第二阶段（4月至10月），按任务表推进。", "E4"),
    ("五、保障措施", "局长任组长，安排经费两万元。", "E5"),
    ("六、工作要求", "各科室月底前报送图片。", "E6"),
])
def test_elements_are_found_by_their_headings(heading: str, text: str, name: str) -> None:
    book = rulebook(load("plan-elements"))
    found = {vote.indicator for vote in book.votes(text, (heading,), "民族团结进步创建工作方案")}
    assert name in found
    assert book.votes(text, (heading,), "节约用水工作方案") == []
