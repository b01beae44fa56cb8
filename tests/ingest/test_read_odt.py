"""What Writer would show of an OpenDocument text, feature by feature, on papers made for it."""

from __future__ import annotations

import io
import zipfile

import pytest
from PIL import Image

from pipeline.errors import Unreadable
from pipeline.evidence import Block, InParagraph
from pipeline.ingest import kinds
from pipeline.ingest.word import odt

OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
NAMES = " ".join(
    f'xmlns:{short}="{OASIS}{long}:1.0"'
    for short, long in (("office", "office"), ("text", "text"), ("table", "table"),
                        ("style", "style"), ("draw", "drawing"), ("svg", "svg-compatible"),
                        ("fo", "xsl-fo-compatible"))
) + ' xmlns:xlink="http://www.w3.org/1999/xlink"'  # fmt: skip
MIME = b"application/vnd.oasis.opendocument.text"


def paper(body: str, automatic: str = "", sheet: str = "", **parts: bytes) -> bytes:
    """A text with this body; `automatic` are its own styles, `sheet` what stands in styles.xml."""
    content = (
        f"<office:document-content {NAMES}><office:automatic-styles>{automatic}"
        f"</office:automatic-styles><office:body><office:text>{body}</office:text></office:body>"
        "</office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("mimetype", MIME)
        package.writestr("content.xml", content)
        package.writestr("styles.xml", f"<office:document-styles {NAMES}>{sheet}"
                                       "</office:document-styles>")  # fmt: skip
        for name, data in parts.items():
            package.writestr(name.replace("__", "/").replace("_xml", ".xml"), data)
    return out.getvalue()


def blocks(data: bytes) -> tuple[Block, ...]:
    (page,) = odt.read(data)
    return page.blocks


def texts(data: bytes) -> list[str]:
    return [block.text for block in blocks(data)]


def p(inner: str, style: str = "") -> str:
    return f'<text:p text:style-name="{style}">{inner}</text:p>'


def test_spaces_tabs_breaks_and_spans() -> None:
    inner = 'a\n  b<text:s text:c="3"/>c<text:tab/><text:span>d</text:span><text:line-break/>e'
    assert texts(paper(p(inner))) == ["a b   c\td\ne"]


def test_deletions_comments_and_hidden_text_are_dropped() -> None:
    hidden = ('<style:style style:name="H" style:family="text"><style:text-properties'
              ' text:display="none"/></style:style>')  # fmt: skip
    body = (
        f"<text:tracked-changes><text:changed-region><text:deletion>{p('旧')}</text:deletion>"
        "</text:changed-region></text:tracked-changes>"
        + p("新<text:change text:change-id='1'/>文<office:annotation>"
            + p("批注") + "</office:annotation><text:span text:style-name='H'>隐</text:span>")
    )  # fmt: skip
    assert texts(paper(body, hidden)) == ["新文"]


def test_fields_show_what_they_last_showed() -> None:
    date = '<text:date text:date-value="2017-01-26">2017年1月26日</text:date>'
    assert texts(paper(p(date + "<text:ruby><text:ruby-base>字</text:ruby-base>"
                         "<text:ruby-text>zi</text:ruby-text></text:ruby>"))) == [
        "2017年1月26日字"
    ]  # fmt: skip


def numbered(form: str, after: str, level: int = 1) -> str:
    return (f'<text:list-level-style-number text:level="{level}" style:num-format="{form}"'
            f' style:num-suffix="{after}"><style:list-level-properties><style:list-level-label-'
            'alignment text:label-followed-by="nothing"/></style:list-level-properties>'
            "</text:list-level-style-number>")  # fmt: skip


def item(*inner: str) -> str:
    return f"<text:list-item>{''.join(inner)}</text:list-item>"


def test_lists_are_numbered_and_go_on() -> None:
    style = ('<text:list-style style:name="L">' + numbered("一, 二, 三, ...", "、")
             + numbered("1", ".", 2) + "</text:list-style>")  # fmt: skip
    inner = "<text:list>" + item(p("甲之一")) + item(p("甲之二")) + "</text:list>"
    body = (
        '<text:list text:style-name="L">' + item(p("甲"), p("续"), inner) + item(p("乙"))
        + "</text:list>" + p("说明")
        + '<text:list text:style-name="L" text:continue-numbering="true">' + item(p("丙"))
        + '</text:list><text:list text:style-name="L">' + item(p("另")) + "</text:list>"
    )  # fmt: skip
    assert texts(paper(body, style)) == [
        "一、甲", "续", "1.甲之一", "2.甲之二", "二、乙", "说明", "三、丙", "一、另",
    ]  # fmt: skip


def test_headings_have_levels_and_numbers() -> None:
    outline = ('<office:styles><text:outline-style><text:outline-level-style text:level="1"'
               ' style:num-format="1" style:num-suffix=" "/></text:outline-style>'
               '<style:style style:name="T" style:family="paragraph" style:list-style-name=""/>'
               "</office:styles>")  # fmt: skip
    body = (
        '<text:h text:outline-level="1" text:style-name="T">题</text:h>'
        '<text:h text:outline-level="1">总则</text:h><text:h text:outline-level="2">细则</text:h>'
    )
    assert [(block.text, block.level) for block in blocks(paper(body, sheet=outline))] == [
        ("题", 1), ("1 总则", 1), ("细则", 2),
    ]  # fmt: skip


def cell(inner: str, about: str = "") -> str:
    return f"<table:table-cell {about}>{inner}</table:table-cell>"


def test_rows_with_merged_cells_and_a_table_in_a_cell() -> None:
    covered = "<table:covered-table-cell/>"
    nested = f"<table:table-row>{cell(p('内'))}{cell(p('部'))}</table:table-row>"
    nested = f"<table:table>{nested}</table:table>"
    body = (
        "<table:table><table:table-header-rows><table:table-row>"
        + cell(p("姓名"), 'table:number-columns-spanned="2"') + covered + cell(p("职务"))
        + "</table:table-row></table:table-header-rows><table:table-row>"
        + cell(p("张") + p("三") + nested) + cell("") + cell(p("员"))
        + "</table:table-row></table:table>"
    )  # fmt: skip
    assert [(block.cells, block.table, block.place) for block in blocks(paper(body))] == [
        (("姓名", "", "职务"), 1, InParagraph(1, "table")),
        (("张\n三", "", "员"), 1, InParagraph(2, "table")),
        (("内", "部"), 2, InParagraph(3, "table")),
    ]


def test_headers_notes_and_boxes_have_their_places() -> None:
    masters = (
        '<office:master-styles><style:master-page style:name="Standard"><style:header>'
        + p("页眉") + "</style:header><style:footer>" + p("页脚")
        + '</style:footer></style:master-page><style:master-page style:name="Unused"><style:header>'
        + p("无人用") + "</style:header></style:master-page></office:master-styles>"
    )  # fmt: skip
    note = (f"<text:note><text:note-citation>1</text:note-citation><text:note-body>{p('注')}"
            "</text:note-body></text:note>")  # fmt: skip
    box = f"<draw:frame><draw:text-box>{p('框')}</draw:text-box></draw:frame>"
    shape = f"<draw:custom-shape>{p('形')}</draw:custom-shape>"
    found = blocks(paper(p("文" + note + box + shape + "末"), sheet=masters))
    assert [(block.text, getattr(block.place, "within", "")) for block in found] == [
        ("页眉", "header"), ("文末", "body"), ("框", "textbox"), ("形", "textbox"),
        ("注", "footnote"), ("页脚", "footer"),
    ]  # fmt: skip


def test_formulas_are_letters() -> None:
    math = (b'<math xmlns="http://www.w3.org/1998/Math/MathML"><mi>S</mi><mo>=</mo><mn>80</mn>'
            b"<annotation>S=80</annotation></math>")  # fmt: skip
    link = '<draw:frame><draw:object xlink:href="./Object 1"/></draw:frame>'
    assert texts(paper(p(f"当{link}时"), **{"Object 1__content_xml": math})) == ["当S=80时"]


def test_scans_follow_as_pages() -> None:
    out = io.BytesIO()
    Image.new("L", (600, 800), 200).save(out, "PNG")
    frame = ('<draw:frame svg:width="17cm" svg:height="22cm"><draw:image'
             ' xlink:href="Pictures/1.png"/></draw:frame>')  # fmt: skip
    data = paper(p("扫描") + p(frame), Pictures__1=b"", **{"Pictures/1.png": out.getvalue()})
    first, scan = odt.read(data)
    assert (first.text, first.unread) == ("扫描", None)
    assert (scan.number, scan.unread, round(scan.width)) == (2, "no_text_layer", 482)
    assert odt.picture(data, 2).size == (600, 800)
    with pytest.raises(Unreadable) as refusal:
        odt.picture(data, 3)
    assert refusal.value.reason == "no_text_layer"


def test_one_flat_file_is_read_as_well() -> None:
    flat = (f'<?xml version="1.0"?><office:document {NAMES} office:mimetype="{MIME.decode()}">'
            f"<office:body><office:text>{p('平')}</office:text></office:body></office:document>")
    assert kinds.sniff(flat.encode(), "a.fodt") == "odt"
    assert texts(flat.encode()) == ["平"]


LOCKED = b'<m:manifest xmlns:m="urn:m"><m:encryption-data/></m:manifest>'
DEEP = "<text:section>" * 100 + p("深") + "</text:section>" * 100


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (paper(""), "blank"),
        (paper(p("<draw:frame><draw:image xlink:href='a.svg'/></draw:frame>")), "no_text_layer"),
        (paper(p("密"), **{"META-INF__manifest_xml": LOCKED}), "encrypted"),
        (paper(p("坏"))[:200], "corrupt"),
        (paper("<unclosed>"), "corrupt"),
        (paper(DEEP), "limit_depth"),
    ],
)
def test_refusals(data: bytes, reason: str) -> None:
    assert kinds.sniff(paper(p("文")), "a.odt") == "odt"
    with pytest.raises(Unreadable) as refusal:
        list(odt.read(data))
    assert refusal.value.reason == reason


def test_cells_said_to_repeat_cost_nothing() -> None:
    many = cell(p("√"), 'table:number-columns-repeated="16384"')
    rows = f"<table:table-row>{many * 3}</table:table-row>" * 3
    for block in blocks(paper(f"<table:table>{rows}</table:table>")):
        assert len(block.cells) <= 600
        assert block.text == "√\t√\t√"
