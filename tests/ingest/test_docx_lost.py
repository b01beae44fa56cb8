"""What a Word paper shows and a reader easily loses, on papers made for it."""

from __future__ import annotations

import io
import zipfile

import pytest

from pipeline.ingest.word.docx import read
from tests.ingest.made_files import docx
from tests.ingest.test_read_docx import blocks, cell, p, r, rewritten, table, texts


def mark(kind: str, inner: str = "") -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}">{inner}</w:fldChar></w:r>'


def forms(choice: str, fallback: str, requires: str = "w14") -> str:
    names = 'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" xmlns:z="urn:z"'
    return (
        f'<mc:AlternateContent {names}><mc:Choice Requires="{requires}">{choice}</mc:Choice>'
        f"<mc:Fallback>{fallback}</mc:Fallback></mc:AlternateContent>"
    )


DELETED = "<w:rPr><w:del/></w:rPr>"
BEGUN = mark("begin") + "<w:r><w:instrText>DATE</w:instrText></w:r>"
CHOICE = (
    '<w:ffData><w:ddList><w:result w:val="1"/><w:listEntry w:val="否"/><w:listEntry w:val="是"/>'
    "</w:ddList></w:ffData>"
)
DRAWINGML = "http://schemas.openxmlformats.org/drawingml/2006"


@pytest.mark.parametrize(
    ("xml", "said"),
    [
        # a deleted end of a paragraph that nothing follows
        (p(r("首")) + p(r("末"), DELETED), ["首", "末"]),
        (p(r("前"), DELETED) + table(cell("甲") + cell("乙")), ["前", "甲\t乙"]),
        (table(f"<w:tc>{p(r('甲'), DELETED)}</w:tc>" + cell("乙")) + p(r("后")), ["甲\t乙", "后"]),
        # nor does it run on into its own text box
        (p(r("前") + f"<w:r><w:pict><w:txbxContent>{p(r('框'))}</w:txbxContent></w:pict></w:r>",
           DELETED) + p(r("后")), ["框", "前后"]),
        # fields that never end, or whose end was deleted, or that end in a text box
        (p(BEGUN) + p(r("正文")) + p(mark("begin") + r("码") + mark("separate") + r("果")
         + mark("end")), ["正文", "果"]),
        (p(BEGUN + f"<w:del>{mark('end')}</w:del>") + p(r("正文")), ["正文"]),
        (p(BEGUN + f"<w:r><w:pict><w:txbxContent>{p(r('框') + mark('end'))}</w:txbxContent>"
         "</w:pict></w:r>") + p(r("正文")), ["框", "正文"]),
        # forms of the same content: blocks, runs, what is in a run, cells
        (forms("<z:x>甲</z:x>", p(r("乙")), "z"), ["乙"]),
        (forms("<z:x>甲</z:x>", p(r("乙")), "none"), ["乙"]),
        (p(forms(r("甲"), r("乙"))), ["甲"]),
        (p(r("前") + f"<w:r>{forms('<z:symEx/>', '<w:t>☑</w:t>', 'z')}</w:r>"), ["前☑"]),
        (table(f"<w:tc>{forms('<z:x/>', p(r('甲')), 'z')}</w:tc>" + cell("乙")), ["甲\t乙"]),
        # WordArt
        (p('<w:r><w:pict><v:shape><v:textpath string="红头"/></v:shape></w:pict></w:r>' + r("文")),
         ["文", "红头"]),
        # form fields: a list (whatever result is kept), a box
        (p(mark("begin", CHOICE) + mark("separate") + r("旧") + mark("end") + r("。")), ["是。"]),
        (p(mark("begin", '<w:ffData><w:checkBox><w:default w:val="1"/></w:checkBox></w:ffData>')
         + mark("end") + r("已办")), ["☑已办"]),
        # words in a formula
        (p('<m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"><m:r>'
           "<m:t>12/</m:t></m:r><m:r><w:t>户数</w:t></m:r></m:oMath>"), ["12/户数"]),
        # text of a drawing
        (p(f'<w:r><w:drawing><a:txBody xmlns:a="{DRAWINGML}/main"><a:p><a:r><a:t>画布</a:t></a:r>'
           "</a:p></a:txBody></w:drawing></w:r>"), ["画布"]),
    ],
)  # fmt: skip
def test_nothing_that_is_shown_is_lost(xml: str, said: list[str]) -> None:
    assert texts(docx(xml)) == said


def test_a_row_that_begins_further_right_keeps_its_columns() -> None:
    later = '<w:trPr><w:gridBefore w:val="1"/></w:trPr>' + cell("二")
    found = blocks(docx(table(cell("甲") + cell("乙"), later)))
    assert [block.cells for block in found] == [("甲", "乙"), ("", "二")]


def linked(*parts: str) -> bytes:
    """A paper with a drawing of a chart and one of a diagram, twice, and the parts that are there.
    """
    drawn = (
        f'<w:r><w:drawing><c:chart xmlns:c="{DRAWINGML}/chart" r:id="c"/>'
        f'<dgm:relIds xmlns:dgm="{DRAWINGML}/diagram" r:dm="d"/></w:drawing></w:r>'
    )
    said = f'<a:p xmlns:a="{DRAWINGML}/main"><a:r><a:t>%s</a:t></a:r></a:p>'
    inner = {
        "c": f'<c:chart xmlns:c="{DRAWINGML}/chart"><c:title><c:tx><c:rich>{said % "活动次数"}'
        "</c:rich></c:tx></c:title><c:ser><c:tx><c:v>场次</c:v></c:tx><c:cat><c:v>一村</c:v></c:cat>"
        "<c:val><c:v>7</c:v></c:val></c:ser></c:chart>",
        "d": f'<dgm:dataModel xmlns:dgm="{DRAWINGML}/diagram"><dgm:t>{said % "组长"}</dgm:t>'
        "</dgm:dataModel>",
    }
    rels = "".join(f'<Relationship Id="{each}" Type="t/x" Target="{each}.xml"/>' for each in inner)
    kind = "http://schemas.openxmlformats.org/package/2006/relationships"
    data = rewritten(
        docx(p(r("文") + drawn * 2)),
        "word/_rels/document.xml.rels",
        f'<Relationships xmlns="{kind}">{rels}</Relationships>'.encode(),
    )
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a") as package:
        for each in parts:
            package.writestr(f"word/{each}.xml", inner[each])
    return out.getvalue()


def test_charts_and_diagrams_are_read_once() -> None:
    (page,) = read(linked("c", "d"))
    assert [block.text for block in page.blocks] == ["文", "活动次数", "一村", "场次\t7", "组长"]
    assert page.blocks[3].cells == ("场次", "7")
    assert page.unread is None


def test_a_diagram_that_is_not_there_is_told() -> None:
    (page,) = read(linked("c"))
    assert page.unread == "part_missing"
