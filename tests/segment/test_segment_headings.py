"""The path of headings above a passage, and what is no heading."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.evidence import Block, InParagraph, Page
from pipeline.segment import normalised, read_through, segment
from tests.segment.made_pages import (
    LONG,
    NEXT,
    SHA,
    flowing,
    plain,
    texts,
)

PLAN = [
    "岚河市交通运输局2022年民族团结进步创建工作方案",
    "为做好全局创建工作，结合交通运输行业实际，制定本方案，请各单位认真贯彻执行并及时报送情况。",
    "一、重点任务",
    "（一）组织领导",
    "1.成立领导小组，局长任组长。",
    "2.明确联络员1名。",
    "（二）加强宣传教育。在车站、公交车上播放公益短片。",
    "各站场每周检查一次播放情况，发现停播的当天报修，并在月报里写明停播的时间、线路和原因。",
    "二、保障措施",
    "经费从公用经费列支。",
]


def test_the_path_of_headings_is_outermost_first_without_the_title() -> None:
    reading = read_through(flowing(*PLAN), SHA)
    assert reading.title == PLAN[0]
    assert [(p.text[:6], p.headings) for p in reading.passages] == [
        ("为做好全局创", ()),
        ("1.成立领导", ("一、重点任务", "（一）组织领导")),
        ("2.明确联络", ("一、重点任务", "（一）组织领导")),
        ("（二）加强宣", ("一、重点任务",)),
        ("各站场每周检", ("一、重点任务", "（二）加强宣传教育。")),
        ("经费从公用经", ("二、保障措施",)),
    ]


def test_levels_the_format_states_are_headings_too() -> None:
    passages = segment(
        flowing(LONG, ("组织保障", 1), ("领导小组", 2), NEXT, ("经费保障", 1), LONG), SHA
    )
    assert passages[1].headings == ("组织保障", "领导小组")
    assert passages[2].headings == ("经费保障",)


def test_a_short_line_above_a_paragraph_is_a_heading_and_a_name_is_none() -> None:
    passages = segment(flowing(LONG, "活动主题", NEXT, "主持人：段文衡", LONG), SHA)
    assert [p.headings for p in passages] == [(), ("活动主题",), ("活动主题",), ("活动主题",)]
    assert "主持人：段文衡" in texts(passages)


def test_a_heading_that_states_something_is_a_passage_as_well() -> None:
    statement = "（一）召开党组会议3次专题研究民族团结进步创建工作并落实经费5万元"
    passages = segment(flowing(LONG, "一、主要做法", statement, NEXT), SHA)
    assert texts(passages) == [LONG, statement, NEXT]
    assert passages[2].headings == ("一、主要做法", statement)


def test_the_last_lines_of_a_list_are_items_not_headings() -> None:
    items = ["1.印制宣传册", "2.悬挂横幅", "3.播放短片"]
    passages = segment(flowing(LONG, "一、宣传活动", *items), SHA)
    assert texts(passages) == [LONG, *items]
    assert all(p.headings == ("一、宣传活动",) for p in passages[1:])


def test_a_heading_above_nothing_is_a_passage() -> None:
    assert texts(segment(flowing(LONG, "一、宣传活动", "二、学习教育"), SHA)) == [
        LONG,
        "一、宣传活动",
        "二、学习教育",
    ]


def test_an_attached_paper_begins_a_new_path() -> None:
    passages = segment(
        flowing(
            "关于印发工作方案的通知",
            LONG,
            "一、要求",
            NEXT,
            "附件",
            "2022年民族团结进步创建工作方案",
            LONG,
        ),
        SHA,
    )
    assert passages[-1].headings == ("附件", "2022年民族团结进步创建工作方案")


def test_a_year_at_the_front_of_a_sentence_is_no_list_marker() -> None:
    passages = segment(
        flowing(LONG, "一、二年级每周安排一课时，三年级以上每周安排两课时，由班主任负责组织实施。"),
        SHA,
    )
    assert passages[1].headings == ()
    assert segment(flowing(LONG, "1.5万元用于宣传。", NEXT), SHA)[2].headings == ()


@pytest.mark.parametrize("within", ["header", "footer"])
def test_what_the_format_calls_header_or_footer_is_no_evidence(within: str) -> None:
    place = InParagraph(1, "header" if within == "header" else "footer")
    blocks = (
        Block("paragraph", "已评为全国示范单位", place),
        Block("paragraph", LONG, InParagraph(2, "body")),
    )
    assert texts(segment([Page(1, blocks)], SHA)) == [LONG]


def test_nothing_of_the_body_is_lost() -> None:
    reading = read_through(
        flowing(*PLAN, "签发人：段文衡", "附件：1.名单", "抄送：市民族宗教局"), SHA
    )
    kept = (
        reading.title
        + "".join(texts(reading.passages))
        + "".join(h for p in reading.passages for h in p.headings)
    )
    for paragraph in PLAN:
        assert paragraph in kept


line_texts = st.sampled_from(
    [
        LONG[:28],
        LONG[28:56],
        NEXT,
        "一、工作目标",
        "（一）学习",
        "1.名单",
        "附件",
        "—",
        "2023年5月",
        "张三",
        "A b c",
        "关于《方案",
        "实施意见》的通知",
        "（注）",
        "①内容",
        "第一章 总则",
        "第一条 目的",
        "。",
        "小计",
        "【做法】",
        "【做法】修路。",
    ]
)


@given(st.lists(line_texts, max_size=25), st.booleans())
def test_no_letter_of_any_order_of_lines_is_lost(lines: list[str], whole: bool) -> None:
    pages = flowing(*lines) if whole else plain("\n".join(lines))
    reading = read_through(pages, SHA)
    kept = reading.title + "".join(p.text + "".join(p.headings) for p in reading.passages)
    lost = Counter(normalised("".join(lines))) - Counter(normalised(kept))
    assert lost.total() == 0
