"""HTML: what a page says, without what it is built of."""

from __future__ import annotations

import pytest

from pipeline.errors import Unreadable
from pipeline.evidence import Block, InParagraph
from pipeline.ingest.text.html import read


def blocks(html: str, encoding: str = "utf-8") -> tuple[Block, ...]:
    (page,) = read(html.encode(encoding))
    return page.blocks


def texts(html: str) -> list[str]:
    return [block.text for block in blocks(html)]


def test_paragraphs_headings_and_breaks() -> None:
    found = blocks(
        "<body>散<div>一<p>二<b>粗</b>体</p>三<br>四</div><h2>标 题</h2>"
        "<ul><li>甲<li>乙</ul><pre>五\n六</pre></body>"
    )
    assert [(block.text, block.level) for block in found] == [
        ("散", 0), ("一", 0), ("二粗体", 0), ("三", 0), ("四", 0), ("标 题", 2), ("甲", 0),
        ("乙", 0), ("五", 0), ("六", 0),
    ]  # fmt: skip
    assert found[2].place == InParagraph(3, "body")


def test_what_is_not_shown_is_dropped() -> None:
    assert texts(
        "<head><title>题</title><style>p{}</style></head><script>var a</script>"
        "<template>模</template><p hidden>藏</p>"
        "<!-- 注 --><p>文</p>"
    ) == ["文"]


def test_a_table_of_data_gives_rows() -> None:
    found = blocks(
        "<p>表一</p><table><caption>台账</caption>"
        "<thead><tr><th>时间<th colspan=2>内容</tr></thead>"
        "<tbody><tr><td>3月<td>宣讲<td>已办<br>结</tr></tbody></table>"
    )
    assert [(block.kind, block.cells or block.text) for block in found] == [
        ("paragraph", "表一"),
        ("paragraph", "台账"),
        ("row", ("时间", "内容", "")),
        ("row", ("3月", "宣讲", "已办\n结")),
    ]
    assert found[3].place == InParagraph(4, "table")


@pytest.mark.parametrize(
    ("html", "said"),
    [
        ("<noscript><p>无</p></noscript>", ["无"]),
        ("<p>单位：<input value=甲乡><input type=hidden value=x><input type=submit value=y></p>",
         ["单位：甲乡"]),
        ("<p>前<textarea>第一\n第二</textarea>后", ["前", "第一", "第二", "后"]),
        ("<table><tr><td>意见<td><textarea>同意</textarea><tr><td>日期<td><input value=3月>"
         "</table>",
         ["意见\t同意", "日期\t3月"]),
        ("<table>头<tr><td>一<td>二</tr>间<tr><td>三<td>四</table>",
         ["头", "一\t二", "间", "三\t四"]),
        ("<table><tr><div>游离</div><td>一</td><td>二<tr><td>三<td>四</table>",
         ["游离", "一\t二", "三\t四"]),
        ("<table><form><tr><td>一<td>二</tr></form><tbody><tr><td>三<td>四</table>",
         ["一\t二", "三\t四"]),
    ],
)  # fmt: skip
def test_what_is_filled_in_or_stands_loose_is_read(html: str, said: list[str]) -> None:
    assert texts(f"<html><body>{html}</body></html>") == said


@pytest.mark.parametrize(
    ("rows", "cells"),
    [
        ("<tr><td rowspan=2>甲<td>乙<tr><td>丙", [("甲", "乙"), ("", "丙")]),
        ("<tr><td>甲<td rowspan=2>乙<td>丁<tr><td>丙<td>戊",
         [("甲", "乙", "丁"), ("丙", "", "戊")]),
        ("<tr><td>甲<td rowspan=3>乙<tr><td>丙<tr><td>丁", [("甲", "乙"), ("丙", ""), ("丁", "")]),
        ("<tr><td rowspan=2 colspan=2>甲<td>乙<tr><td>丙<tr><td>丁<td>戊<td>己",
         [("甲", "", "乙"), ("", "", "丙"), ("丁", "戊", "己")]),
        # a group of rows ends what reaches down in it
        ("<tbody><tr><td rowspan=9>甲<td>乙</tbody><tbody><tr><td>丙<td>丁",
         [("甲", "乙"), ("丙", "丁")]),
    ],
)  # fmt: skip
def test_cells_stand_in_their_columns(rows: str, cells: list[tuple[str, ...]]) -> None:
    assert [block.cells for block in blocks(f"<table>{rows}</table>")] == cells


def test_a_table_that_is_layout_gives_paragraphs() -> None:
    nested = "<table><tr><td>左<td><table><tr><td>甲<td>乙<tr><td>丙<td>丁</table></table>"
    assert [block.kind for block in blocks(nested)] == ["paragraph", "row", "row"]


@pytest.mark.parametrize(
    ("encoding", "head"),
    [
        ("gb18030", '<meta charset="gb2312">'),
        ("gb18030", ""),
        ("utf-8", '<meta http-equiv="Content-Type" content="text/html; charset=GBK">'),
        ("utf-16", ""),
        ("utf-8-sig", ""),
        ("utf-8", '<?xml version="1.0" encoding="UTF-8"?>'),
    ],
)
def test_encodings(encoding: str, head: str) -> None:
    said = "关于民族团结进步创建工作的通知" * 9
    assert blocks(f"{head}<html><p>{said}</p></html>", encoding)[0].text == said


def test_a_page_without_words_is_blank() -> None:
    with pytest.raises(Unreadable) as refusal:
        blocks("<html><script>a</script></html>")
    assert refusal.value.reason == "blank"


def test_elements_nested_without_end_are_no_crash() -> None:
    assert texts("<p>浅</p>" + "<div>" * 5000 + "深")[0] == "浅"


@pytest.mark.parametrize(
    ("body", "said", "unread"),
    [
        ("前" + "<div>" * 200 + "深" + "</div>" * 200 + "后", ["前", "深", "后"], None),
        ("前" + "<div>" * 400 + "<script>x()</script>深" + "</div>" * 400 + "后",
         ["前", "深", "后"], None),
        ("前" + "<div>" * 20_000 + "深" + "</div>" * 20_000 + "后", ["前", "深", "后"],
         "limit_depth"),
        ("前" + "<b>中" * 20_000 + "后", ["前" + "中" * 20_000 + "后"], "limit_depth"),
        ("<p>" + "长" * 4_000_000 + "</p>尾", ["长" * 4_000_000, "尾"], None),
    ],
)
def test_depth_and_length_lose_nothing(body: str, said: list[str], unread: str | None) -> None:
    (page,) = read(f"<html><body>{body}</body></html>".encode())
    assert [block.text for block in page.blocks] == said
    assert page.unread == unread


def test_a_page_of_frames_says_what_it_says_without() -> None:
    without = "<noframes><body><p>请升级</p></body></noframes>"
    page = f'<html><frameset cols="2*"><frame src="a">{without}</frameset></html>'
    (shown,) = read(page.encode())
    assert shown.text == "请升级"


def test_a_cell_over_more_columns_than_there_are_digits() -> None:
    row = f"<tr><td colspan='{'9' * 6000}'>甲</td><td>乙</td></tr><tr><td>丙</td><td>丁</td></tr>"
    (page,) = read(f"<table>{row}</table>".encode())
    assert [block.text for block in page.blocks] == ["甲\t乙", "丙\t丁"]
