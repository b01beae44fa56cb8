"""Table rows with the names of their columns; forms; long cells."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.evidence import Block, InParagraph, InRow, Page
from pipeline.segment import normalised, segment
from tests.segment.made_pages import (
    LONG,
    NEXT,
    SHA,
    Sheet,
    printed,
    table,
    texts,
)


def test_rows_carry_the_names_of_their_columns_and_leave_out_empty_cells() -> None:
    passages = segment(
        table(
            ["序号", "时间", "内容", "备注"],
            ["1", "2023年4月", "中心组专题学习", ""],
            ["2", "2023年6月", "专题培训", "81人"],
        ),
        SHA,
    )
    assert texts(passages) == [
        "序号：1 | 时间：2023年4月 | 内容：中心组专题学习",
        "序号：2 | 时间：2023年6月 | 内容：专题培训 | 备注：81人",
    ]
    assert {p.kind for p in passages} == {"row"}


def test_a_ledgers_title_and_sheet_are_headings_and_two_header_rows_are_one() -> None:
    passages = segment(
        table(
            ["2023年度民族团结进步创建经费台账", "", "", ""],
            ["填报单位：岚河市交通运输局", "", "", ""],
            ["月份", "事项", "经费", ""],
            ["", "", "金额", "来源"],
            ["4月", "宣传折页", "2200", "公用经费"],
            ["", "展板制作", "4800", "公用经费"],
            ["合计", "", "7000", ""],
            sheet="2023年",
        ),
        SHA,
    )
    assert texts(passages) == [
        "填报单位：岚河市交通运输局",
        "月份：4月 | 事项：宣传折页 | 经费/金额：2200 | 经费/来源：公用经费",
        "月份：4月 | 事项：展板制作 | 经费/金额：4800 | 经费/来源：公用经费",
        "月份：合计 | 经费/金额：7000",
    ]
    assert passages[1].headings == ("2023年", "2023年度民族团结进步创建经费台账")
    assert passages[1].places == (InRow("2023年", 5),)


def test_the_line_above_a_table_is_its_heading_and_not_that_of_what_follows() -> None:
    pages = table(["单位", "人数"], ["机关", "33"], ["养护中心", "64"], before="参加测试人员情况")
    blocks = (
        Block("paragraph", LONG, InParagraph(1, "body")),
        *pages[0].blocks,
        Block("paragraph", NEXT, InParagraph(9, "body")),
    )
    passages = segment([Page(1, blocks)], SHA)
    assert [p.headings for p in passages] == [(), ("参加测试人员情况",), ("参加测试人员情况",), ()]
    assert passages[1].text == "单位：机关 | 人数：33"


def test_a_column_named_by_a_figure_or_a_year_is_still_named() -> None:
    assert texts(
        segment(
            table(["单位", "参考人数", "80分以上"], ["机关", "33", "31"], ["质监站", "9", "9"]), SHA
        )
    )[0] == ("单位：机关 | 参考人数：33 | 80分以上：31")
    assert texts(segment(table(["项目", "2022年", "2023年"], ["培训", "1期", "2期"]), SHA)) == [
        "项目：培训 | 2022年：1期 | 2023年：2期"
    ]


def test_forms_give_name_and_value() -> None:
    passages = segment(
        table(
            ["时 间", "2023年4月18日", "地点", "三楼会议室"],
            ["主持人", "段文衡", "记录人", "吴小满"],
            ["缺席及原因", "乔立言（出差）", "", ""],
            ["学习内容", "中央民族工作会议精神", "", ""],
        ),
        SHA,
    )
    assert texts(passages) == [
        "时间：2023年4月18日 | 地点：三楼会议室",
        "主持人：段文衡 | 记录人：吴小满",
        "缺席及原因：乔立言（出差）",
        "学习内容：中央民族工作会议精神",
    ]


def test_a_long_cell_becomes_passages_that_keep_the_columns_name() -> None:
    content = "".join(
        f"第{n}，学习中央民族工作会议精神，联系交通实际谈了认识和打算。" for n in range(1, 20)
    )
    passages = segment(table(["时间", "2023年4月18日"], ["学习内容", content]), SHA)
    long = [p for p in passages if p.text.startswith("学习内容：")]
    assert len(long) >= 2
    assert "".join(p.text.removeprefix("学习内容：") for p in long) == content
    assert all(p.places == (InParagraph(2, "table"),) for p in long)
    assert all(p.text.endswith("。") for p in long)


def test_a_table_goes_on_over_a_page_break_and_its_repeated_header_is_dropped() -> None:
    first = Sheet(1, footer="1").paragraph(LONG).row("村", "户数").row("大坪地", "18")
    second = (
        Sheet(2, footer="2").row("村", "户数", table=2).row("芭蕉箐", "14", table=2).paragraph(NEXT)
    )
    assert texts(printed(first, second)) == [
        LONG,
        "村：大坪地 | 户数：18",
        "村：芭蕉箐 | 户数：14",
        NEXT,
    ]


def test_a_table_without_a_header_gives_its_values() -> None:
    assert texts(segment(table(["2023年4月18日", "32人"], ["2023年6月1日", "81人"]), SHA)) == [
        "2023年4月18日 | 32人",
        "2023年6月1日 | 81人",
    ]


def test_what_a_column_had_cut_is_joined_within_the_cell() -> None:
    (passage,) = segment(table(["时间", "事由"], ["4月", "到青棠乡茶山村开展结\n对认亲活动"]), SHA)
    assert passage.text == "时间：4月 | 事由：到青棠乡茶山村开展结对认亲活动"


cells = st.sampled_from(
    [
        "",
        "时间",
        "1",
        "备注",
        "宣传",
        "合计",
        "2023年4月",
        "学习内容",
        LONG,
        "一、组织领导",
        "经费：",
        "是",
    ]
)


def test_the_name_of_a_column_with_section_rows_alone_is_not_lost() -> None:
    (passage, *_) = segment(table(["宣传", "", "时间"], ["时间", "", ""]), SHA)
    assert passage.text == "宣传"


@given(st.lists(st.lists(cells, min_size=3, max_size=3), min_size=1, max_size=8), st.booleans())
def test_no_cell_of_any_table_is_lost(rows: list[list[str]], in_sheet: bool) -> None:
    passages = segment(table(*rows, sheet="台账" if in_sheet else None), SHA)
    kept = normalised("".join(p.text + "".join(p.headings) for p in passages))
    names = {"时间", "备注", "学习内容", "经费："}  # a column's name goes where nothing is below it
    assert [
        cell for row in rows for cell in row if cell not in names and normalised(cell) not in kept
    ] == []
