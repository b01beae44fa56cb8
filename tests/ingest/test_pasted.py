"""Pictures in a Word paper: which of them are pages, and how they are shown."""

from __future__ import annotations

import io
import zipfile

import pytest
from PIL import Image

from pipeline.errors import Unreadable
from pipeline.ingest.word import pasted as pictures
from pipeline.ingest.word.docx import picture, read
from tests.ingest.made_files import docx
from tests.ingest.test_read_docx import cell, p, r, table


def picture_of(wide: int, high: int, kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (wide, high), "white").save(out, kind)
    return out.getvalue()


def pasted(body: str, **media: bytes) -> bytes:
    """A paper with pictures: `a=...` is the part that the relationship `a` points to."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx(body))) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            if not name.startswith("word/_rels"):
                new.writestr(name, old.read(name))
        kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
        links = "".join(
            f'<Relationship Id="{key}" Type="{kind}" Target="media/{key}.png"/>' for key in media
        )
        new.writestr(
            "word/_rels/document.xml.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f"{links}</Relationships>",
        )
        for key, data in media.items():
            new.writestr(f"word/media/{key}.png", data)
    return out.getvalue()


def drawn(link: str, wide: float, high: float) -> str:
    """A picture drawn so many points wide and high."""
    return (
        '<w:r><w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/'
        f'wordprocessingDrawing"><wp:extent cx="{int(wide * 12700)}" cy="{int(high * 12700)}"/>'
        f'<a:blip xmlns:a="urn:a" r:embed="{link}"/></wp:inline></w:drawing></w:r>'
    )


LONG = r("关于印发民族团结进步创建工作实施方案的通知" * 4)
A4 = '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/></w:sectPr>'


def test_pictures_that_are_pages_follow_as_pages() -> None:
    body = p(LONG) + p(drawn("a", 400, 560)) + p(drawn("b", 60, 60)) + p(drawn("a", 400, 560))
    body += p(drawn("c", 120, 170)) + A4
    data = pasted(
        body, a=picture_of(700, 980), b=picture_of(900, 900), c=picture_of(1240, 1754, "JPEG")
    )
    pages = list(read(data))
    assert [(page.number, page.width, page.height, page.unread) for page in pages] == [
        (1, 0, 0, None),
        # drawn large
        (2, 400, 560, "no_text_layer"),
        # of a sheet's shape and many pixels; the square one is a seal
        (3, 120, 170, "no_text_layer"),
    ]
    assert pages[1].blocks == ()
    assert picture(data, 2).size == (700, 980)
    assert picture(data, 3).size == (1240, 1754)
    for number in (1, 4):
        with pytest.raises(Unreadable) as refusal:
            picture(data, number)
        assert refusal.value.reason == "no_text_layer"


def test_a_paper_of_nothing_but_pictures() -> None:
    data = pasted(p(drawn("a", 200, 140)) + p(drawn("b", 9, 9)), a=picture_of(300, 210),
                  b=picture_of(20, 20))  # fmt: skip
    assert [(page.number, page.unread) for page in read(data)] == [(1, None), (2, "no_text_layer")]


def test_a_picture_in_vml_and_in_a_table() -> None:
    shape = (
        '<w:r><w:pict><v:shape style="position:absolute;width:14cm;height:350.5pt">'
        '<v:imagedata r:id="a"/></v:shape></w:pict></w:r>'
    )
    data = pasted(p(LONG) + table(f"<w:tc>{p(shape)}</w:tc>" + cell("乙")) + A4,
                  a=picture_of(500, 500))  # fmt: skip
    first, second = read(data)
    assert (round(second.width), second.height) == (397, 350.5)
    assert first.unread is None


@pytest.mark.parametrize(
    ("data", "unread"),
    [
        (picture_of(9, 9, "BMP").replace(b"\t\0\0\0" * 2, (20_000).to_bytes(4, "little") * 2),
         "limit_pixels"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "corrupt"),
    ],
)  # fmt: skip
def test_pictures_that_cannot_be_shown_are_told(data: bytes, unread: str) -> None:
    paper = pasted(p(LONG) + p(drawn("a", 400, 560)), a=data)
    first, second = read(paper)
    assert (first.unread, second.unread) == (None, unread)
    with pytest.raises(Unreadable) as refusal:
        picture(paper, 2)
    assert refusal.value.reason == unread


def test_drawings_and_letterheads_are_no_pages() -> None:
    data = pasted(p(LONG) + p(drawn("a", 400, 560)), a=b"\x01\0\0\0" + b"\0" * 80)
    assert [page.unread for page in read(data)] == [None]


def test_no_more_than_so_many_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MOST", 2)
    shown = {key: picture_of(100, 140) for key in "abc"}
    data = pasted(p(LONG) + "".join(p(drawn(key, 400, 560)) for key in shown), **shown)
    assert [page.unread for page in read(data)] == ["limit_pages", "no_text_layer", "no_text_layer"]
