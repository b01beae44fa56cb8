"""Papers and sheets of Office 2003 that are one XML file."""

from __future__ import annotations

import base64
import io
import time
from pathlib import Path

import pytest
from PIL import Image

from pipeline.errors import Unreadable
from pipeline.evidence import Block, InRow
from pipeline.ingest import kinds
from pipeline.ingest.sheets import excel_xml
from pipeline.ingest.word import word_xml

WORD = (
    '<?xml version="1.0"?><?mso-application progid="Word.Document"?><w:wordDocument'
    ' xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml"'
    ' xmlns:wx="http://schemas.microsoft.com/office/word/2003/auxHint"'
    ' xmlns:aml="http://schemas.microsoft.com/aml/2001/core"'
    ' xmlns:v="urn:schemas-microsoft-com:vml" xmlns:st1="urn:tags">'
)
EXCEL = (
    '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook'
    ' xmlns="urn:schemas-microsoft-com:office:spreadsheet"'
    ' xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
)


def word(body: str, before: str = "") -> bytes:
    section = f"<wx:sect><wx:sub-section>{body}</wx:sub-section></wx:sect>"
    return f"{WORD}{before}<w:body>{section}</w:body></w:wordDocument>".encode()


def r(text: str) -> str:
    return f"<w:r><w:t>{text}</w:t></w:r>"


def p(inner: str, about: str = "") -> str:
    return f"<w:p><w:pPr>{about}</w:pPr>{inner}</w:p>"


def blocks(data: bytes) -> tuple[Block, ...]:
    (page,) = word_xml.read(data)
    return page.blocks


def texts(data: bytes) -> list[str]:
    return [block.text for block in blocks(data)]


def annotation(kind: str, inner: str) -> str:
    content = f"<aml:content>{inner}</aml:content>"
    return f'<aml:annotation w:type="Word.{kind}">{content}</aml:annotation>'


def test_changes_tags_and_links() -> None:
    inner = (
        r("甲") + annotation("Deletion", r("旧")) + annotation("Insertion", r("新"))
        + annotation("Comment", p(r("批"))) + f'<st1:place w:st="on">{r("县")}</st1:place>'
        + f'<w:hlink w:dest="http://x">{r("文")}</w:hlink>'
    )  # fmt: skip
    assert texts(word(p(inner))) == ["甲新县文"]


def test_lists_headings_tables_headers_and_notes() -> None:
    before = (
        '<w:lists><w:listDef w:listDefId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
        '<w:nfc w:val="37"/><w:suff w:val="Nothing"/><w:lvlText w:val="%1、"/></w:lvl></w:listDef>'
        '<w:list w:ilfo="1"><w:ilst w:val="0"/></w:list></w:lists><w:styles>'
        '<w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/></w:style></w:styles>'
    )
    numbered = '<w:listPr><w:ilvl w:val="0"/><w:ilfo w:val="1"/></w:listPr>'
    merged = f'<w:tc><w:tcPr><w:vmerge/></w:tcPr>{p("")}</w:tc>'
    body = (
        p(r("总则"), '<w:pStyle w:val="1"/>' + numbered)
        + p(r("文") + f"<w:r><w:footnote>{p(r('注'))}</w:footnote></w:r>")
        + f'<w:tbl><w:tr><w:tc><w:tcPr><w:vmerge w:val="restart"/></w:tcPr>{p(r("甲"))}</w:tc>'
        + f"<w:tc>{p(r('乙'))}</w:tc></w:tr><w:tr>{merged}<w:tc>{p(r('丙'))}</w:tc></w:tr></w:tbl>"
        + f'<w:sectPr><w:hdr w:type="odd">{p(r("页眉"))}</w:hdr>'
        + f'<w:ftr w:type="first">{p(r("不显"))}</w:ftr></w:sectPr>'
    )
    assert [(block.cells or block.text, block.level) for block in blocks(word(body, before))] == [
        ("页眉", 0), ("一、总则", 1), ("文", 0), (("甲", "乙"), 0), (("", "丙"), 0), ("注", 0),
    ]  # fmt: skip


def test_scans_follow_as_pages() -> None:
    out = io.BytesIO()
    Image.new("L", (900, 1200), 200).save(out, "PNG")
    held = base64.b64encode(out.getvalue()).decode()
    drawn = (
        f'<w:r><w:pict><w:binData w:name="wordml://1.png">{held}</w:binData><v:shape'
        ' style="width:450pt;height:600pt"><v:imagedata src="wordml://1.png"/></v:shape></w:pict>'
        "</w:r>"
    )
    data = word(p(r("扫描")) + p(drawn))
    _, scan = word_xml.read(data)
    assert (scan.number, scan.width, scan.unread) == (2, 450.0, "no_text_layer")
    assert word_xml.picture(data, 2).size == (900, 1200)


def test_a_flat_package(real_files: Path) -> None:
    name = "hostile/office/oletools__harmless-clean.xml"
    data = (real_files / name).read_bytes()
    assert kinds.sniff(data, name) == "word_xml"
    assert texts(data)[:2] == ["Test", "This is a harmless test document."]


ACROSS, LAST = 'ss:MergeAcross="1"', 'ss:Index="16384"'


def sheet(rows: str, name: str = "台账") -> str:
    return f'<Worksheet ss:Name="{name}"><Table>{rows}</Table></Worksheet>'


def excel(*sheets: str) -> bytes:
    return f"{EXCEL}{''.join(sheets)}</Workbook>".encode()


def c(text: str, kind: str = "String", about: str = "") -> str:
    return f'<Cell {about}><Data ss:Type="{kind}">{text}</Data></Cell>'


def test_cells_are_said_as_a_reader_would_and_stand_where_they_stood() -> None:
    day, hour = c("2024-04-18T00:00:00.000", "DateTime"), c("2024-04-18T09:30:00.000", "DateTime")
    third = c("3", "Number", 'ss:Index="3"') + c("1", "Boolean")
    rows = (
        f"<Row>{c('时间', about=ACROSS)}{c('次数')}</Row>"
        f'<Row ss:Index="5">{day}{third}</Row><Row/>'
        f"<Row>{hour}{c('0.125', 'Number')}{c('x', 'Number')}</Row>"
    )
    data = excel(sheet(rows), sheet("<Row/>", "空"), sheet(f"<Row>{c('乙')}</Row>", "另"))
    assert kinds.sniff(data, "台账.xls") == "excel_xml"
    first, empty, last = excel_xml.read(data)
    assert [(block.cells, block.place, block.table) for block in first.blocks] == [
        (("时间", "", "次数"), InRow("台账", 1), 1),
        (("2024-04-18", "", "3", "TRUE"), InRow("台账", 5), 2),
        (("2024-04-18 09:30:00", "0.125", "x"), InRow("台账", 7), 3),
    ]
    assert (empty.blocks, last.number, last.blocks[0].table) == ((), 3, 4)


@pytest.mark.parametrize(
    ("read", "data", "reason"),
    [
        (word_xml.read, word(""), "blank"),
        (word_xml.read, word(p(r("坏")))[:-20], "corrupt"),
        (word_xml.read, b"<other/>", "corrupt"),
        (word_xml.read, WORD.encode() + b"</w:wordDocument>", "corrupt"),
        (word_xml.read, b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "corrupt"),
        (excel_xml.read, excel(sheet("<Row/>")), "blank"),
        (excel_xml.read, excel() + b"x", "corrupt"),
        (excel_xml.read, b"<other/>", "corrupt"),
    ],
)
def test_refusals(read: object, data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        list(read(data))  # type: ignore[operator]
    assert refusal.value.reason == reason


def test_stray_cells_in_the_last_column_are_refused_before_they_take_all_memory() -> None:
    far = f"<Row>{c('x', about=LAST)}</Row>"
    begin = time.perf_counter()
    with pytest.raises(Unreadable) as refusal:
        list(excel_xml.read(excel(sheet(far * 1_000))))
    assert refusal.value.reason == "limit_objects"
    assert time.perf_counter() - begin < 10
