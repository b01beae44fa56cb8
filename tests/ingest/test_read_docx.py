"""What Word would show of a paper, feature by feature, on papers made for it."""

from __future__ import annotations

import io
import zipfile

import pytest

from pipeline.errors import Unreadable
from pipeline.evidence import Block, InParagraph
from pipeline.ingest.word.docx import read
from pipeline.ingest.word.numbering import as_number
from tests.ingest.made_files import W, docx


def blocks(data: bytes) -> tuple[Block, ...]:
    (page,) = read(data)
    return page.blocks


def texts(data: bytes) -> list[str]:
    return [block.text for block in blocks(data)]


def p(inner: str, about: str = "") -> str:
    return f"<w:p><w:pPr>{about}</w:pPr>{inner}</w:p>"


def r(text: str, about: str = "") -> str:
    return f"<w:r><w:rPr>{about}</w:rPr><w:t>{text}</w:t></w:r>"


def cell(text: str, about: str = "") -> str:
    return f"<w:tc><w:tcPr>{about}</w:tcPr>{p(r(text))}</w:tc>"


def table(*rows: str) -> str:
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"


def test_runs_tabs_breaks_and_symbols() -> None:
    inner = (
        r("甲") + "<w:r><w:tab/></w:r>" + r("乙") + "<w:r><w:br/></w:r>" + r("丙")
        + '<w:r><w:br w:type="page"/></w:r>'
        + '<w:r><w:sym w:font="Wingdings" w:char="F0FE"/><w:noBreakHyphen/></w:r>'
    )  # fmt: skip
    assert texts(docx(p(inner))) == ["甲\t乙\n丙☑-"]


def test_deletions_are_dropped_and_insertions_kept() -> None:
    inner = (
        f"<w:ins>{r('新')}</w:ins><w:del><w:r><w:delText>旧</w:delText></w:r></w:del>"
        f"<w:moveFrom>{r('移')}</w:moveFrom><w:moveTo>{r('来')}</w:moveTo>{r('文')}"
    )
    assert texts(docx(p(inner))) == ["新来文"]


def test_a_paragraph_whose_end_was_deleted_runs_on() -> None:
    assert texts(docx(p(r("前半"), "<w:rPr><w:del/></w:rPr>") + p(r("后半")))) == ["前半后半"]


def test_hidden_text_is_dropped() -> None:
    styles = '<w:style w:type="character" w:styleId="H"><w:rPr><w:vanish/></w:rPr></w:style>'
    inner = (
        r("显") + r("隐", "<w:vanish/>") + r("示", '<w:vanish w:val="0"/>')
        + r("也隐", '<w:rStyle w:val="H"/>')
    )  # fmt: skip
    assert texts(docx(p(inner), styles=styles)) == ["显示"]


def test_field_results_stand_and_codes_do_not() -> None:
    def mark(kind: str) -> str:
        return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'

    inner = (
        r("共") + mark("begin") + "<w:r><w:instrText>=SUM(</w:instrText></w:r>" + mark("begin")
        + r("码") + mark("separate") + r("内") + mark("end") + mark("separate") + r("12")
        + mark("end") + f'<w:fldSimple w:instr="DATE">{r("份")}</w:fldSimple>'
    )  # fmt: skip
    assert texts(docx(p(inner))) == ["共12份"]


def test_a_text_box_is_read_once() -> None:
    box = f"<w:txbxContent>{p(r('框中'))}</w:txbxContent>"
    drawn = (
        "<w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wps:txbx>"
        f"{box}</wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>{box}"
        "</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    found = blocks(docx(p(r("前") + drawn + r("后")) + p(r("下文"))))
    assert [(block.text, block.place) for block in found] == [
        ("前后", InParagraph(1, "body")),
        ("框中", InParagraph(2, "textbox")),
        ("下文", InParagraph(3, "body")),
    ]


def test_merged_cells_stand_once() -> None:
    found = blocks(
        docx(
            table(
                cell("序号", '<w:vMerge w:val="restart"/>')
                + cell("时间", '<w:gridSpan w:val="2"/>'),
                cell("不显示", "<w:vMerge/>") + cell("月") + cell("日"),
            )
        )
    )
    assert [block.cells for block in found] == [("序号", "时间", ""), ("", "月", "日")]
    assert {block.table for block in found} == {1}
    assert found[0].place == InParagraph(1, "table")


def test_a_nested_table_follows_its_row() -> None:
    inner = table(cell("内一") + cell("内二"))
    first = f"<w:tc>{p(r('外一'))}{inner}{p('')}</w:tc>"
    found = blocks(docx(table(first + cell("外二"), cell("外三") + cell(""))))
    assert [(block.cells, block.table) for block in found] == [
        (("外一", "外二"), 1),
        (("内一", "内二"), 2),
        (("外三", ""), 1),
    ]


def test_a_table_of_one_cell_is_a_frame() -> None:
    found = blocks(docx(table(f"<w:tc>{p(r('一'))}{p(r('二'))}</w:tc>")))
    assert [(block.kind, block.text) for block in found] == [
        ("paragraph", "一"),
        ("paragraph", "二"),
    ]


def test_headers_footers_and_notes() -> None:
    about = (
        '<w:sectPr><w:headerReference w:type="default" r:id="header1"/>'
        '<w:headerReference w:type="first" r:id="header2"/>'
        '<w:footerReference w:type="default" r:id="footer1"/></w:sectPr>'
    )
    notes = (
        f'<w:footnote w:type="separator" w:id="0">{p(r("线"))}</w:footnote>'
        f'<w:footnote w:id="1">{p(r("注释"))}</w:footnote>'
    )
    found = blocks(
        docx(
            p(r("正文"), about) + about,
            header1=p(r("岚河市文件")),
            header2=p(r("首页不同，未启用")),
            footer1=p(r("- 1 -")) + p(r("内部资料")),
            footnotes=notes,
        )
    )
    assert [(block.text, block.place) for block in found] == [
        ("岚河市文件", InParagraph(1, "header")),
        ("正文", InParagraph(2, "body")),
        ("注释", InParagraph(3, "footnote")),
        ("内部资料", InParagraph(5, "footer")),
    ]


def test_levels_come_from_styles_and_paragraphs() -> None:
    styles = (
        '<w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="a"><w:basedOn w:val="1"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="b"><w:pPr><w:outlineLvl w:val="2"/></w:pPr>'
        '<w:rPr><w:sz w:val="32"/></w:rPr></w:style>'
        # styles that inherit from one another
        '<w:style w:type="paragraph" w:styleId="x"><w:basedOn w:val="y"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="y"><w:basedOn w:val="x"/></w:style>'
    )
    body = "".join(p(r(key), f'<w:pStyle w:val="{key}"/>') for key in ("1", "a", "b", "x", "none"))
    body += p(r("c"), '<w:outlineLvl w:val="1"/>')
    found = blocks(docx(body, styles=styles))
    assert [block.level for block in found] == [1, 1, 3, 0, 0, 2]
    assert found[2].size == 16


NUMBERING = (
    '<w:abstractNum w:abstractNumId="7">'
    '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/>'
    '<w:suff w:val="nothing"/><w:lvlText w:val="第%1章"/></w:lvl>'
    '<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/>'
    '<w:lvlText w:val="（%2）"/></w:lvl>'
    '<w:lvl w:ilvl="2"><w:start w:val="3"/><w:numFmt w:val="decimal"/><w:isLgl/>'
    '<w:lvlText w:val="%1.%2.%3"/></w:lvl></w:abstractNum>'
    '<w:num w:numId="2"><w:abstractNumId w:val="7"/></w:num>'
    '<w:num w:numId="3"><w:abstractNumId w:val="7"/><w:lvlOverride w:ilvl="0">'
    '<w:startOverride w:val="9"/></w:lvlOverride></w:num>'
)


def item(text: str, depth: int, list_id: int = 2) -> str:
    about = f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{list_id}"/></w:numPr>'
    return p(r(text), about)


def test_automatic_numbers_as_word_shows_them() -> None:
    body = (
        item("总则", 0) + item("甲", 1) + item("乙", 1) + item("丙", 2) + item("分则", 0)
        + item("丁", 1) + item("附则", 0, 3) + p(r("无"), '<w:numPr><w:numId w:val="0"/></w:numPr>')
    )  # fmt: skip
    assert texts(docx(body, numbering=NUMBERING)) == [
        "第一章总则",
        "（1）甲",
        "（2）乙",
        "1.2.3 丙",
        "第二章分则",
        "（1）丁",
        "第九章附则",
        "无",
    ]


def test_the_number_in_an_empty_cell_is_what_it_says() -> None:
    about = '<w:numPr><w:ilvl w:val="1"/><w:numId w:val="2"/></w:numPr>'
    rows = [f"<w:tc>{p('', about)}</w:tc>" + cell(text) for text in ("甲", "乙")]
    assert [b.cells for b in blocks(docx(table(*rows), numbering=NUMBERING))] == [
        ("（1）", "甲"),
        ("（2）", "乙"),
    ]


@pytest.mark.parametrize(
    ("count", "kind", "shown"),
    [
        (1, "decimal", "1"),
        (10, "chineseCounting", "十"),
        (21, "chineseCounting", "二十一"),
        (110, "chineseCountingThousand", "一百一十"),
        (105, "chineseCountingThousand", "一百零五"),
        (12, "chineseLegalSimplified", "壹拾贰"),
        (4, "ideographTraditional", "丁"),
        (27, "lowerLetter", "aa"),
        (14, "lowerRoman", "xiv"),
        (3, "decimalEnclosedCircleChinese", "③"),
        (7, "decimalZero", "07"),
        (5, "no such", "5"),
        (5, "none", ""),
    ],
)
def test_number_formats(count: int, kind: str, shown: str) -> None:
    assert as_number(count, kind) == shown


def test_strict_papers_are_read() -> None:
    data = docx(p(r("严格")))
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            xml = old.read(name).replace(W.encode(), b"http://purl.oclc.org/ooxml/wordprocessingml/main")
            xml = xml.replace(
                b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
                b"http://purl.oclc.org/ooxml/officeDocument/relationships",
            )
            new.writestr(name, xml)
    assert texts(out.getvalue()) == ["严格"]


def rewritten(data: bytes, name: str, xml: bytes) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for each in old.namelist():
            new.writestr(each, xml if each == name else old.read(each))
    return out.getvalue()


@pytest.mark.parametrize(
    ("xml", "reason"),
    [
        (
            b'<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]><w:document xmlns:w="'
            + W.encode()
            + b'"><w:body><w:p><w:r><w:t>&a;</w:t></w:r></w:p></w:body></w:document>',
            "corrupt",
        ),
        (b"<w:document", "corrupt"),
        (b"<document/>", "corrupt"),
        (f'<w:document xmlns:w="{W}"><w:body/></w:document>'.encode(), "blank"),
        (b"<a>" + b" " * 60_000_000 + b"</a>", "limit_ratio"),
    ],
)
def test_bad_papers_are_refused(xml: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        list(read(rewritten(docx(""), "word/document.xml", xml)))
    assert refusal.value.reason == reason


def test_a_paper_of_pictures_has_no_text_layer() -> None:
    # of which the pixels are not in the paper
    picture = "<w:r><w:drawing><a:blip xmlns:a='urn:a'/></w:drawing></w:r>"
    with pytest.raises(Unreadable) as refusal:
        list(read(docx(p(picture))))
    assert refusal.value.reason == "no_text_layer"
    (page,) = read(docx(p(r("签到表") + picture)))
    assert page.unread == "no_text_layer"


def test_elements_nested_without_end_are_told() -> None:
    deep = "<w:sdt><w:sdtContent>" * 90 + p(r("深")) + "</w:sdtContent></w:sdt>" * 90
    (page,) = read(docx(p(r("浅")) + deep))
    assert (page.text, page.unread) == ("浅", "limit_depth")


def test_comments_are_no_part_of_the_paper() -> None:
    inner = (
        '<w:commentRangeStart w:id="1"/>' + r("正文") + '<w:commentRangeEnd w:id="1"/>'
        '<w:r><w:commentReference w:id="1"/></w:r>'
    )
    data = docx(p(inner))
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a") as package:
        comment = f'<w:comments xmlns:w="{W}"><w:comment w:id="1">{p(r("批注"))}</w:comment>'
        package.writestr("word/comments.xml", comment + "</w:comments>")
    assert texts(out.getvalue()) == ["正文"]


def test_a_text_box_in_a_cell_follows_its_row() -> None:
    box = f"<w:txbxContent>{p(r('框'))}</w:txbxContent>"
    box = f"<w:r><w:pict><v:textbox>{box}</v:textbox></w:pict></w:r>"
    found = blocks(docx(table(f"<w:tc>{p(r('甲') + box)}</w:tc>" + cell("乙"), cell("丙"))))
    assert [block.text for block in found] == ["甲\t乙", "框", "丙"]


@pytest.mark.parametrize(
    ("xml", "said"),
    [
        # a table row that was deleted, and one that was inserted
        (f"<w:tbl><w:tr><w:trPr><w:del/></w:trPr>{cell('删')}{cell('去')}</w:tr>"
         f"<w:tr><w:trPr><w:ins/></w:trPr>{cell('插')}{cell('入')}</w:tr></w:tbl>", ["插\t入"]),
        # a deletion within an insertion
        (p(f"<w:ins>{r('甲')}<w:del><w:r><w:delText>乙</w:delText></w:r></w:del></w:ins>"), ["甲"]),
        # what a property was before it was changed
        (p(r("文", "<w:rPrChange><w:rPr><w:vanish/></w:rPr></w:rPrChange>")), ["文"]),
        # whole paragraphs moved
        ('<w:moveFromRangeStart w:id="1"/>' + p(f"<w:moveFrom>{r('移走')}</w:moveFrom>")
         + '<w:moveFromRangeEnd w:id="1"/>' + p(f"<w:moveTo>{r('移来')}</w:moveTo>"), ["移来"]),
        # numbers that no Word writes
        (table(cell("甲", '<w:gridSpan w:val="--5"/>') + cell("乙", '<w:gridSpan w:val="9e9"/>')),
         ["甲\t乙"]),
        (p(r("题", f'<w:sz w:val="{"9" * 5000}"/>')), ["题"]),
    ],
)  # fmt: skip
def test_what_was_changed_stands_as_it_is_now(xml: str, said: list[str]) -> None:
    assert texts(docx(xml)) == said


def test_counts_without_end_cost_nothing() -> None:
    lists = NUMBERING.replace("第%1章", "%1" * 5000).replace("chineseCounting", "lowerLetter")
    lists = lists.replace('<w:start w:val="1"/>', '<w:start w:val="999999999"/>', 1)
    (block,) = blocks(docx(item("甲", 0), numbering=lists))
    assert len(block.text) < 1000
