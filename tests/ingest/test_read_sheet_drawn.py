"""What is drawn on sheets: text boxes stand behind the cells, pictures that are pages are pages."""

from __future__ import annotations

import io
import zipfile

import pytest
from openpyxl import Workbook
from openpyxl.drawing.image import Image as Pasted
from PIL import Image

from pipeline.errors import Unreadable
from pipeline.evidence import InRow
from pipeline.ingest import kinds
from pipeline.ingest.sheets import drawn as drawn_reader
from pipeline.ingest.sheets.sheet import read
from tests.ingest.test_read_sheet import edited, saved


def pasted_in(pixels: tuple[int, int], drawn: tuple[int, int], *words: str) -> bytes:
    """A workbook of two sheets, the second empty, with a picture drawn so large (96 dpi)."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for word in words:
        sheet.append([word])
    out = io.BytesIO()
    Image.new("RGB", pixels, "white").save(out, "PNG")
    picture = Pasted(out)
    picture.width, picture.height = drawn
    sheet.add_image(picture, "A3")
    book.create_sheet("另")
    return saved(book)


FILLED = ["入党积极分子花名册"] * 60


@pytest.mark.parametrize(
    ("data", "pages"),
    [
        (pasted_in((600, 800), (600, 800), "签到表"), [(3, 450, 600)]),
        (pasted_in((600, 800), (600, 800)), [(3, 450, 600)]),
        (pasted_in((600, 800), (600, 800), *FILLED), [(3, 450, 600)]),
        # a logo beside the cells, and a photo made to fit
        (pasted_in((600, 800), (90, 90), *FILLED), []),
        (pasted_in((900, 1200), (90, 120), *FILLED), [(3, 67.5, 90)]),
    ],
)
def test_pictures_on_sheets_that_are_pages(
    data: bytes, pages: list[tuple[int, float, float]]
) -> None:
    found = list(kinds.read(data, "签到.xlsx"))[2:]
    assert [(page.number, page.width, page.height) for page in found] == pages
    assert {page.unread for page in found} <= {"no_text_layer"}
    for page in found:
        shown = kinds.picture(data, "xlsx", page.number)
        assert min(shown.size) >= 600
    for number in (1, 2, 4):
        with pytest.raises(Unreadable):
            kinds.picture(data, "xlsx", number)


_SDR = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
_DML = "http://schemas.openxmlformats.org/drawingml/2006/main"
_MCE = "http://schemas.openxmlformats.org/markup-compatibility/2006"


def with_drawing(anchors: str, *words: str) -> bytes:
    data = pasted_in((20, 20), (20, 20), *words)
    xml = f'<d:wsDr xmlns:d="{_SDR}" xmlns:a="{_DML}" xmlns:m="{_MCE}">{anchors}</d:wsDr>'
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        old = package.read("xl/drawings/drawing1.xml")
    return edited(data, "xl/drawings/drawing1.xml", old, xml.encode())


def box(row: int, *texts: str) -> str:
    said = "".join(f"<a:p><a:r><a:t>{text}</a:t></a:r></a:p>" for text in texts)
    return f"<d:from><d:col>1</d:col><d:row>{row}</d:row></d:from>" \
        f"<d:sp><d:txBody>{said}</d:txBody></d:sp>"


@pytest.mark.parametrize("words", [(), ("单元格",)])
def test_text_boxes_follow_the_cells_of_their_sheet(words: tuple[str, ...]) -> None:
    anchors = f"<d:twoCellAnchor>{box(4, '重要说明', '联系人')}</d:twoCellAnchor>" \
        f"<m:AlternateContent><m:Choice><d:oneCellAnchor>{box(9, '又一处')}</d:oneCellAnchor>" \
        f"</m:Choice><m:Fallback>{box(9, '又一处')}</m:Fallback></m:AlternateContent>"
    first, second = read(with_drawing(anchors, *words))
    rows = [(block.kind, block.text, block.place) for block in first.blocks[len(words):]]
    assert rows == [
        ("paragraph", "重要说明", InRow("Sheet", 5)),
        ("paragraph", "联系人", InRow("Sheet", 5)),
        ("paragraph", "又一处", InRow("Sheet", 10)),
    ]
    assert second.blocks == ()


def test_what_is_lost_of_drawings_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = with_drawing("<d:oneCellAnchor><a:p></d:oneCellAnchor>", "单元格")
    assert [page.unread for page in read(broken)] == ["corrupt", None]
    monkeypatch.setattr(drawn_reader, "MOST_BOXES", 1)
    many_boxes = with_drawing(f"<d:oneCellAnchor>{box(1, '甲', '乙')}</d:oneCellAnchor>", "单元格")
    assert [page.unread for page in read(many_boxes)] == ["limit_objects", None]
    with pytest.raises(Unreadable) as refusal:
        list(read(with_drawing("<d:oneCellAnchor><a:p></d:oneCellAnchor>")))
    assert refusal.value.reason == "corrupt"
