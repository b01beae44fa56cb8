"""OFD: lines and rows where they are shown, whatever the package is written like."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.evidence import Box, OnPage, Page
from pipeline.ingest import kinds
from pipeline.ingest.ofd import objects as ofd_objects
from pipeline.ingest.ofd import reader as ofd
from tests.ingest import made_ofd as made

SAID = "关于开展民族团结进步创建活动的通知"
LONG = "为深入贯彻落实上级会议精神，现将有关事项通知如下，请认真组织实施。" * 3
MM = 72 / 25.4


def pages(data: bytes) -> list[Page]:
    return list(ofd.read(data))


def texts(data: bytes) -> list[str]:
    return [block.text for page in pages(data) for block in page.blocks]


def boxes(page: Page) -> list[Box]:
    return [block.place.box for block in page.blocks if isinstance(block.place, OnPage)]


def test_a_line_its_box_and_size() -> None:
    (page,) = pages(made.write([[SAID]]))
    assert (round(page.width), round(page.height)) == (595, 842)
    (block,) = page.blocks
    assert (block.kind, block.text) == ("line", SAID)
    (box,) = boxes(page)
    wide = len(SAID) * made.SIZE
    want = [25, 25 + 0.12 * made.SIZE, 25 + wide, 25 + 1.12 * made.SIZE]
    assert box == pytest.approx([value * MM for value in want], abs=0.1)
    assert block.size == pytest.approx(made.SIZE * MM, abs=0.1)


def test_the_page_states_its_own_size() -> None:
    (page,) = pages(made.write([[SAID]], box="0 0 420 297"))
    assert (round(page.width), round(page.height)) == (1191, 842)


@pytest.mark.parametrize("box", ["", "0 0 0 0", "0 0 nan 297", "1 2", "0 0 1e9 1e9", "甲"])
def test_a_box_that_is_none_leaves_the_documents(box: str) -> None:
    (page,) = pages(made.write([[SAID]], box=box))
    assert (round(page.width), round(page.height)) == (595, 842)


# a text object, the lines it gives
LETTERS = [
    (made.code("甲乙丙", DeltaX="4 4"), ["甲乙丙"]),
    (made.code("甲乙丙", DeltaX="g 2 4"), ["甲乙丙"]),
    # more steps than letters, fewer, rubbish, or none
    (made.code("甲乙丙", DeltaX="g 99999999999 4"), ["甲乙丙"]),
    (made.code("甲乙丙", DeltaX="4"), ["甲乙丙"]),
    (made.code("甲乙丙", DeltaX="g x y 4 g"), ["甲乙丙"]),
    (made.code("甲乙丙"), ["甲乙丙"]),
    # spread letters are no words, a wide gap is one
    (made.code("会议通知", DeltaX="g 3 6"), ["会议通知"]),
    (made.code("通知", DeltaX="11"), ["通 知"]),
    (made.code("AB CD", DeltaX="2 2 2 2"), ["AB CD"]),
    (made.code("ABCD", DeltaX="2 5 2"), ["AB CD"]),
    # the carriage goes back for a second line
    (made.code("甲乙丙丁", DeltaX="4 -4 4", DeltaY="0 6 0"), ["甲乙", "丙丁"]),
    # below one another: a label on its side of a form
    (made.code("购买方", DeltaX="0 0", DeltaY="4.5 4.5"), ["购买方"]),
    (made.code("购买方", DeltaY="g 2 4.5"), ["购买方"]),
    (made.code("购买方", ReadDirection="90"), ["购买方"]),
    (made.code("\n      甲乙\n   ", DeltaX="4"), ["甲乙"]),
    (made.code("甲　乙", DeltaX="4 4"), ["甲　乙"]),
    (made.code("甲乙", DeltaX="2", HScale="-0.5"), ["甲乙"]),
    (made.code("甲乙", DeltaX="4", CTM="1 0 0 1 5 5"), ["甲乙"]),
    # several codes, the second without a place of its own but its x
    (made.code("甲").replace("</ofd:TextObject>",
                       '<ofd:TextCode X="4">乙</ofd:TextCode></ofd:TextObject>'), ["甲乙"]),
    # two letters are one glyph: the step is counted once
    (made.code("fine", DeltaX="3 2 2", inner='<ofd:CGTransform CodePosition="0" CodeCount="2"'
          ' GlyphCount="1"><ofd:Glyphs>191</ofd:Glyphs></ofd:CGTransform>'), ["fine"]),
    # turned by a quarter, then aslant
    (made.code("下载次数", DeltaX="g 3 4", CTM="0 1 -1 0 4 0"), ["下载次数"]),
    (made.code("保密", DeltaX="4", CTM="0.7 0.7 -0.7 0.7 0 0"), ["保密"]),
    (made.code("倒置文字", DeltaX="g 3 4", CTM="-1 0 0 -1 60 30"), ["倒置文字"]),
    # drawn twice to make it bold, and with its letters in another order
    (made.code("粗体", DeltaX="4") + made.code("粗体", x=0.2, DeltaX="4"), ["粗体"]),
    (made.code("乙", x=4) + made.code("甲"), ["甲乙"]),
    (made.code("甲乙", DeltaX="4").replace('Size="4"', 'Size="0"'), []),
    (made.code("甲乙", DeltaX="4", Visible="false"), []),
    (made.code("甲乙", DeltaX="4", Alpha="0"), []),
    (made.code("甲乙", DeltaX="4", Fill="false"), []),
    (made.code("甲乙", DeltaX="4", Fill="false", Stroke="true"), ["甲乙"]),
    (made.code("甲乙", DeltaX="4", inner='<ofd:FillColor Value="0 0 0" Alpha="0"/>'), []),
    # off the page
    (made.code("甲乙", x=400, DeltaX="4"), []),
    (f"<ofd:PageBlock><ofd:PageBlock>{made.code('块')}</ofd:PageBlock></ofd:PageBlock>", ["块"]),
]  # fmt: skip


@pytest.mark.parametrize(("drawn", "lines"), LETTERS)
def test_letters_of_an_object(drawn: str, lines: list[str]) -> None:
    assert texts(made.write([["一", "二"]], objects=drawn)) == ["一", "二", *lines]


def test_line_breaks_without_end_cost_little() -> None:
    (page,) = pages(made.write([["一"]], objects=made.code("甲" + "\n" * 90_000 + "乙")))
    assert page.text.split() == ["一", "甲", "乙"]


def test_a_box_is_where_the_matrix_puts_it() -> None:
    turned = made.code("甲乙", DeltaX="4", CTM="0 2 -2 0 50 0")
    (page,) = pages(made.write([["一"]], objects=turned))
    # turned by a quarter to the right and twice as large
    want = [30 + 50 - 2 * 4.48, 40, 30 + 50 - 2 * 0.48, 40 + 16]
    assert boxes(page)[1] == pytest.approx([value * MM for value in want], abs=0.1)


def test_a_page_on_its_side_is_read_upright() -> None:
    said = [f"第{name}行的文字横着写" for name in "甲乙丙丁"]
    rows = "".join(
        f'<ofd:TextObject Boundary="0 0 210 297" Font="3" Size="4" CTM="0 1 -1 0 {180 - 8 * at} 20"'
        f'><ofd:TextCode X="0" Y="0" DeltaX="g 20 4">{said[at]}</ofd:TextCode>'
        "</ofd:TextObject>"
        for at in range(4)
    )
    (page,) = pages(made.write([["页"]], objects=rows))
    assert [block.text for block in page.blocks[:4]] == said
    assert boxes(page)[1][0] == pytest.approx((172 - 0.12 * 4) * MM, abs=0.2)


# how a page is turned, where the first row of its table then stands (mm): at the top it would be
# from 25, 25 to 185, 33
TURNS = [
    ("0 1 -1 0 210 0", (177, 25, 185, 185)),
    ("-1 0 0 -1 210 297", (25, 264, 185, 272)),
    ("0 -1 1 0 0 297", (25, 112, 33, 272)),
]


@pytest.mark.parametrize(("turn", "where"), TURNS)
def test_a_table_on_its_side_has_rows(turn: str, where: tuple[float, ...]) -> None:
    table, _ = made.typeset([("甲", "乙"), ("丙", "丁")])
    turned = made.use("51", CTM=turn).replace("50 100 50 50", "0 0 210 297")
    (page,) = pages(made.write([[]], resources=made.unit("51", table), objects=turned))
    assert [block.cells for block in page.blocks] == [("甲", "乙"), ("丙", "丁")]
    assert boxes(page)[0] == pytest.approx([side * MM for side in where], abs=0.5)


def test_label_and_entry_are_one_line_though_one_is_in_the_template() -> None:
    data = made.write(
        [["标题"]], template=made.text(30, 60, "单位："), objects=made.text(43, 60, "民政局"),
        front=made.text(30, 80, "前"),
    )  # fmt: skip
    assert texts(data) == ["标题", "单位：民政局", "前"]


def test_two_columns_are_read_one_after_the_other() -> None:
    left = [f"左栏第{at}行说的是开展活动的情况" for at in range(9)]
    right = [f"右栏第{at}行说的是会议纪要的内容" for at in range(9)]
    drawn = "".join(
        made.text(20, 60 + 7 * at, left[at], 4) + made.text(110, 62 + 7 * at, right[at], 4)
        for at in range(9)
    )
    data = made.write([["横跨两栏的标题" * 5]], objects=drawn)
    assert texts(data) == ["横跨两栏的标题" * 5, *left, *right]


def test_a_form_in_two_columns_is_read_in_lines() -> None:
    drawn = "".join(
        made.text(20, 60 + 7 * at, f"项目{at}", 4) + made.text(110, 60 + 7 * at, "有", 4)
        for at in range(9)
    )
    assert texts(made.write([["表"]], objects=drawn))[1:] == [f"项目{at} 有" for at in range(9)]


def test_a_ruled_table_gives_rows_and_goes_on_over_pages() -> None:
    rows = [("序号", "时间", "内容"), ("1", "3月", "宣讲")]
    data = made.write([["台账", *rows], [("2", "4月", "学习条例"), "完"]])
    found = [(block.cells or block.text, block.table) for page in pages(data)
             for block in page.blocks]  # fmt: skip
    assert found == [
        ("台账", 0), (rows[0], 1), (rows[1], 1), (("2", "4月", "学习条例"), 1), ("完", 0),
    ]  # fmt: skip


def test_tables_of_other_columns_are_others() -> None:
    data = made.write([[("甲", "乙")], [("甲", "乙", "丙")]])
    assert [block.table for page in pages(data) for block in page.blocks] == [1, 2]


def test_lines_drawn_as_thin_boxes_rule_a_table() -> None:
    def bar(x: float, y: float, wide: float, high: float) -> str:
        return (
            f'<ofd:PathObject Boundary="{x} {y} {wide} {high}" Stroke="false" Fill="true">'
            f"<ofd:AbbreviatedData>M 0 0 L {wide} 0 L {wide} {high} L 0 {high} C"
            "</ofd:AbbreviatedData></ofd:PathObject>"
        )

    drawn = "".join(bar(30, y, 100, 0.3) for y in (60, 70, 80))
    drawn += "".join(bar(x, 60, 0.3, 20) for x in (30, 80, 130))
    drawn += made.text(32, 62, "甲") + made.text(82, 62, "乙") + made.text(32, 72, "丙")
    (page,) = pages(made.write([["表"]], objects=drawn))
    assert [block.cells for block in page.blocks] == [(), ("甲", "乙"), ("丙", "")]


# how a package is written
WRITTEN: list[dict[str, Any]] = [
    {},
    {"prefix": ""},
    {"prefix": "x:", "namespace": "http://www.ofdspec.org"},
    {"namespace": "http://example.org/other"},
    # a prefix that nobody declares
    {"namespace": ""},
    {"encoding": "gb18030"},
    {"encoding": "utf-16"},
    {"encoding": "utf-8-sig"},
    {"repeat": False},
    {"place": "/Doc_0/{}"},
    {"place": "//Doc_0/{}"},
    {"place": "Doc_0/{}"},
    {"place": "./{}"},
    {"place": "../Doc_0/{}"},
    {"place": "\\Doc_0\\{}"},
    {"place": "../../../Doc_0/{}"},
    {"place": " {} "},
    {"place": "x/{}", "folder": "文件夹_{}/x"},
    {"folder": "文档 {}"},
    {"upper": True},
]


@pytest.mark.parametrize("odd", WRITTEN)
def test_packages_written_oddly(odd: dict[str, Any]) -> None:
    data = made.write([[SAID, LONG], ["二"]], template=made.text(30, 250, "模板"), **odd)
    assert kinds.sniff(data, "a") == "ofd"
    found = pages(data)
    assert [page.unread for page in found] == [None, None]
    assert found[0].blocks[0].text == SAID
    assert found[1].text == "二\n模板"


def test_a_page_without_a_folder_or_named_by_it() -> None:
    root = (
        b'<Document><CommonData/><Pages><Page ID="1" BaseLoc="Content_0.xml"/>'
        b'<Page ID="2" BaseLoc="Pages/Page_1"/></Pages></Document>'
    )
    page = f"<Page>{made.layer(made.text(20, 20, '丙'))}</Page>".replace("ofd:", "").encode()
    data = made.changed(
        made.write([["甲"], ["乙"]]), {"Doc_0/Document.xml": root, "Doc_0/Content_0.xml": page}
    )
    assert texts(data) == ["丙", "乙"]


def test_control_characters_do_not_break_a_page() -> None:
    page = f"<Page>{made.layer(made.code('甲&#1;乙' + chr(2), DeltaX='g 3 4'))}</Page>"
    data = made.changed(made.write([[LONG], ["a"]]), {
        "Doc_0/Pages/Page_1/Content.xml": page.replace("ofd:", "").encode()
    })  # fmt: skip
    assert pages(data)[1].text == "甲\ufffd乙\ufffd"


def test_several_documents_are_numbered_on() -> None:
    data = made.write([["甲"], ["乙"]], further=[[["丙"]], [["丁"], ["戊"]]])
    assert [(page.number, page.text) for page in pages(data)] == list(enumerate("甲乙丙丁戊", 1))
    assert [block.place.page for page in pages(data) for block in page.blocks
            if isinstance(block.place, OnPage)] == [1, 2, 3, 4, 5]  # fmt: skip


def test_the_current_version_is_read() -> None:
    data = made.write([["旧"]], further=[[["新"]]])
    entry = (
        b"<OFD><DocBody><DocRoot>Doc_0/Document.xml</DocRoot><Versions>"
        b'<Version Current="false" BaseLoc="v1.xml"/><Version Current="true" BaseLoc="v2.xml"/>'
        b"</Versions></DocBody></OFD>"
    )
    version = b"<DocVersion><DocRoot>/Doc_1/Document.xml</DocRoot></DocVersion>"
    data = made.changed(data, {"OFD.xml": entry, "v2.xml": version})
    assert texts(data) == ["新"]


def test_annotations_follow_the_page_without_watermarks() -> None:
    aslant: dict[str, Any] = {"CTM": "0.7 0.7 -0.7 0.7 0 0"}
    notes = (
        made.note(made.text(5, 2, "已阅"), box="100 10 50 20")
        + made.note(made.text(20, 60, "水印"), "Watermark")
        + made.note(made.text(20, 60, "藏"), Visible="false")
        + made.note(made.text(20, 90, "保密", **aslant) + made.text(20, 150, "保密", **aslant))
    )
    (page,) = pages(made.write([["甲"]], notes=notes))
    assert [block.text for block in page.blocks] == ["甲", "已阅", "保密"]
    assert boxes(page)[1][0] == pytest.approx(105 * MM, abs=0.1)


def test_units_are_drawn_where_they_are_used() -> None:
    unit = made.unit("51", made.text(10, 0, "组合"))
    (page,) = pages(made.write([["甲"]], resources=unit, objects=made.use("51")))
    assert [block.text for block in page.blocks] == ["甲", "组合"]
    assert boxes(page)[1][0] == pytest.approx(60 * MM, abs=0.1)
    hidden = made.write([["甲"]], resources=unit, objects=made.use("51", Alpha="0"))
    assert texts(hidden) == ["甲"]


def test_units_within_themselves_end() -> None:
    data = made.write([["甲"]], resources=made.unit("51", made.use("51")), objects=made.use("51"))
    assert [(page.text, page.unread) for page in pages(data)] == [("甲", "limit_objects")]


def test_units_that_multiply_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ofd_objects, "MOST_OBJECTS", 5_000)
    inner = "".join(made.unit(str(at), made.use(str(at + 1)) * 30) for at in range(7))
    data = made.write([["甲"]], resources=inner, objects=made.use("0"))
    assert pages(data)[0].unread == "limit_objects"
