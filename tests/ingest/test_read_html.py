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
        "<noscript>无</noscript><template>模</template><p hidden>藏</p>"
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
