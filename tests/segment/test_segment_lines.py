"""Lines -> paragraphs: what is joined, what stays apart, what runs along the pages."""

from __future__ import annotations

import pytest

from pipeline.evidence import OnLine, OnPage
from pipeline.segment import read_through, segment
from tests.segment.made_pages import (
    EM,
    LEFT,
    LONG,
    NEXT,
    PITCH,
    RIGHT,
    SHA,
    Sheet,
    plain,
    printed,
    set_in_lines,
    texts,
)


def test_wrapped_lines_are_one_paragraph_and_an_indent_begins_the_next() -> None:
    passages = printed(Sheet(1).paragraph(LONG).paragraph(NEXT))
    assert texts(passages) == [LONG, NEXT]


def test_a_paragraph_goes_on_over_a_page_break_header_footer_and_page_number() -> None:
    head, *tail = set_in_lines(LONG)
    first = Sheet(1, "岚河市交通运输局文件汇编", "— 1 —").paragraph(NEXT).line(head, indent=2)
    second = Sheet(2, "岚河市交通运输局文件汇编", "— 2 —")
    for line in tail:
        second.line(line)
    second.paragraph(NEXT[:-1] + "并通报。")
    passages = printed(first, second)
    assert texts(passages) == [NEXT, LONG, NEXT[:-1] + "并通报。"]
    assert [type(place) for place in passages[1].places] == [OnPage, OnPage]
    assert [place.page for place in passages[1].places if isinstance(place, OnPage)] == [1, 2]


@pytest.mark.parametrize(
    "footer", ["第 {} 页 共 2 页", "{}", "- {} -", "第{}页", "{}/2", "Page {} of 2"]
)
def test_page_numbers_are_no_passages(footer: str) -> None:
    sheets = [
        Sheet(n, footer=footer.format(n)).paragraph(text) for n, text in ((1, LONG), (2, NEXT))
    ]
    assert texts(printed(*sheets)) == [LONG, NEXT]


def test_a_form_title_repeated_on_every_sheet_is_no_running_header() -> None:
    sheets = []
    for n, text in ((1, LONG), (2, NEXT)):
        sheet = Sheet(n)
        sheet.y = 90
        sheets.append(sheet.centre("中心组学习记录", size=26).paragraph(text).paragraph(text[::-1]))
    passages = printed(*sheets)
    assert any("中心组学习记录" in passage.headings for passage in passages)


def test_the_boxes_of_neighbouring_lines_become_one() -> None:
    (passage,) = printed(Sheet(1).paragraph(LONG))
    (place,) = passage.places
    assert place == OnPage(1, (LEFT, 105.0, RIGHT, 105.0 + 3 * PITCH + EM))


def test_a_short_line_ends_a_paragraph_without_any_indent() -> None:
    sheet = Sheet(1)
    for line in ("民" * 28, "族" * 28, "到此为止。", NEXT[:28], NEXT[28:]):
        sheet.line(line)
    assert texts(printed(sheet)) == ["民" * 28 + "族" * 28 + "到此为止。", NEXT]


def test_list_markers_begin_passages_and_first_second_third_stay_inside() -> None:
    first = "（一）学习不断线。中心组全年安排2次专题学习，一是学原文，二是学案例，三是谈体会。"
    second = "（二）培训要跟上。拟于下半年联合市委党校举办一期专题培训班。"
    assert texts(printed(Sheet(1).paragraph(first).paragraph(second))) == [first, second]


def test_latin_words_are_joined_by_a_space_and_chinese_by_none() -> None:
    sheet = Sheet(1)
    sheet.line("The autonomous county opened a new bus line in the spring").line(
        "of 2023 and runs it daily."
    )
    assert texts(printed(sheet)) == [
        "The autonomous county opened a new bus line in the spring of 2023 and runs it daily."
    ]


def test_a_number_cut_by_the_margin_is_whole_again() -> None:
    sheet = (
        Sheet(1)
        .line("全年召开党组会议专题研究民族团结进步创建工作投入20", indent=2)
        .line("23万元。")
    )
    sheet.paragraph(LONG)
    assert texts(printed(sheet))[0].endswith("投入2023万元。")


def test_a_title_on_three_lines_is_one_title_and_no_passage() -> None:
    sheet = (
        Sheet(1).centre("岚河市交通运输局", 22).centre("关于成立民族团结进步创建工作领导小组的", 22)
    )
    sheet.centre("通知", 22).line("局属各单位：").paragraph(LONG)
    reading = read_through([sheet.page()], SHA)
    assert reading.title == "岚河市交通运输局关于成立民族团结进步创建工作领导小组的通知"
    assert texts(reading.passages) == ["局属各单位：", LONG]


def test_the_signature_and_its_date_are_two_passages() -> None:
    sheet = (
        Sheet(1)
        .paragraph(LONG)
        .line("中共岚河市交通运输局党组", indent=14)
        .line("2022年3月11日", indent=19)
    )
    assert texts(printed(sheet)) == [LONG, "中共岚河市交通运输局党组", "2022年3月11日"]


def test_hard_wrapped_text_with_an_empty_line_between_all_lines() -> None:
    whole = [LONG, NEXT, "三、有关要求", LONG[:50] + "。"]
    lines: list[str] = []
    for paragraph in whole:
        lines += set_in_lines(paragraph)
    passages = segment(plain("\n\n".join(lines) + "\n\n— 3 —"), SHA)
    assert texts(passages) == [LONG, NEXT, LONG[:50] + "。"]
    assert passages[2].headings == ("三、有关要求",)
    assert passages[0].places[0] == OnLine(1)


def test_text_with_a_line_for_each_paragraph_is_not_joined() -> None:
    lines = ["局属各单位：", LONG, "各支部于4月底前报送名单。", NEXT, "联系人：葛守成"]
    assert texts(segment(plain("\n".join(lines)), SHA)) == lines


def test_a_text_cut_within_a_title_or_behind_a_comma_goes_on() -> None:
    passages = segment(
        plain(
            f"{LONG}\n现将《岚河市农村客运\n公交化改造实施办法》印发给你们，\n请遵照执行。\n{NEXT}"
        ),
        SHA,
    )
    assert texts(passages)[1] == "现将《岚河市农村客运公交化改造实施办法》印发给你们，请遵照执行。"
