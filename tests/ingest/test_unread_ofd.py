"""What of an OFD is not read, and why: the reason is on the page, and the rest stands."""

from __future__ import annotations

import pytest

from pipeline.errors import Unreadable
from pipeline.evidence import Page
from pipeline.ingest import kinds
from pipeline.ingest.ofd import objects as ofd_objects
from pipeline.ingest.ofd import package as ofd_package
from pipeline.ingest.ofd import reader as ofd
from tests.ingest import made_ofd as made

LONG = "为深入贯彻落实上级会议精神，现将有关事项通知如下，请认真组织实施。" * 3


def pages(data: bytes) -> list[Page]:
    return list(ofd.read(data))


def reason(data: bytes) -> str:
    with pytest.raises(Unreadable) as refusal:
        pages(data)
    return refusal.value.reason


def test_a_picture_of_a_page_waits_for_recognition() -> None:
    whole = made.image("77", 0, 0, 210, 297)
    data = made.write([["甲"], [LONG]], objects=whole, **made.PICTURE)
    assert [page.unread for page in pages(data)] == ["no_text_layer", None]
    # even much text may be what a form was filled in with
    form = made.write([[LONG]], template=whole, **made.PICTURE)
    (page,) = pages(form)
    assert (page.unread, page.text.replace("\n", "")) == ("no_text_layer", LONG)
    small = made.write([["甲"], [LONG]], objects=made.image("77", 90, 200, 40, 40), **made.PICTURE)
    assert [page.unread for page in pages(small)] == [None, None]


def test_text_behind_a_scan_is_its_text() -> None:
    hidden = made.image("77", 0, 0, 210, 297)
    hidden += "".join(made.text(20, 40 + 8 * at, LONG[:40], Alpha="0") for at in range(3))
    (page,) = pages(made.write([[]], objects=hidden, **made.PICTURE))
    assert (page.unread, [block.text for block in page.blocks]) == (None, [LONG[:40]] * 3)


def test_text_that_a_scan_was_drawn_over_is_its_text() -> None:
    whole = made.image("77", 0, 0, 210, 297)
    (page,) = pages(made.write([[LONG] * 2], objects=whole, **made.PICTURE))
    assert (page.unread, page.text.replace("\n", "")) == (None, LONG * 2)
    # whatever is no Chinese and no words was recognised wrongly
    rubbish = "[]{}|~^ xqzt;; kjhg" * 12
    found = pages(made.write([["一"], [rubbish]], objects=whole, **made.PICTURE))
    assert found[1].unread == "garbled"


def test_text_in_a_wrong_encoding_is_none() -> None:
    wrong = LONG.encode().decode("gb18030", "replace")
    found = pages(made.write([[LONG], [wrong]]))
    assert [page.unread for page in found] == [None, "garbled"]


def test_outlines_of_letters_are_a_picture() -> None:
    outlines = made.line(20, 20, 60, 25) * 101
    data = made.write([["甲"], []], objects="", parts=None)
    page = f"<ofd:Page xmlns:ofd='{made.NAMESPACE}'>{made.layer(outlines)}</ofd:Page>".encode()
    data = made.changed(data, {"Doc_0/Pages/Page_1/Content.xml": page})
    assert [page.unread for page in pages(data)] == [None, "no_text_layer"]


def glyphs(words: str, ids: str, count: int) -> str:
    inner = (
        f'<ofd:CGTransform CodePosition="0" CodeCount="{count}" GlyphCount="{count}">'
        f"<ofd:Glyphs>{ids}</ofd:Glyphs></ofd:CGTransform>"
    )
    return made.code(words, DeltaX="g 40 4", inner=inner)


# what a page shows, its reason, whether the rest of it stands
UNNAMED = [
    # fewer letters than glyphs: the others were lost
    (glyphs("浏览", " ".join(map(str, range(2, 22))), 20), "garbled", False),
    (made.code("\ue001\ue002\ue003\ue004", DeltaX="g 3 4"), "garbled", False),
    # one letter for all glyphs
    (glyphs("□" * 20, " ".join(map(str, range(2, 22))), 20), "garbled", False),
    (glyphs("民族团结进步创建", "2 3 4 5 6 7 8 9", 8), None, True),
    (made.text(20, 60, LONG[:40]) + made.code("\ue001" * 8, DeltaX="g 7 4"), "garbled", True),
]


@pytest.mark.parametrize(("drawn", "why", "stands"), UNNAMED)
def test_letters_that_the_file_does_not_name(drawn: str, why: str | None, stands: bool) -> None:
    data = made.write([["第一页的内容"], []])
    page = f"<ofd:Page xmlns:ofd='{made.NAMESPACE}'>{made.layer(drawn)}</ofd:Page>".encode()
    second = pages(made.changed(data, {"Doc_0/Pages/Page_1/Content.xml": page}))[1]
    assert (second.unread, bool(second.blocks)) == (why, stands)


PAGE = "Doc_0/Pages/Page_1/Content.xml"
# parts of a good file of three pages with a template that are replaced, reasons by page
BROKEN: list[tuple[dict[str, bytes | None], list[str | None]]] = [
    ({PAGE: b"<Page><Content>"}, [None, "corrupt", None]),
    ({PAGE: None}, [None, "corrupt", None]),
    ({PAGE: b""}, [None, "corrupt", None]),
    ({PAGE: b'<!DOCTYPE a [<!ENTITY b "c">]><Page>&b;</Page>'}, [None, "corrupt", None]),
    ({"Doc_0/Tpls/T1/Content.xml": b"<Page>"}, ["corrupt"] * 3),
    ({"Doc_0/Tpls/T1/Content.xml": None}, ["corrupt"] * 3),
    ({"Doc_0/Annots/Annot_0.xml": b"<"}, ["corrupt", None, None]),
    ({"Doc_0/Annots/Annotations.xml": b"<"}, ["corrupt"] * 3),
    # some name a list of annotations that was never written
    ({"Doc_0/Annots/Annotations.xml": None}, [None] * 3),
    ({"Doc_0/PublicRes.xml": b"<"}, [None] * 3),
    ({"Doc_0/PublicRes.xml": None}, [None] * 3),
    ({PAGE: None, "Encryptions.xml": b"<Encryptions/>"}, [None, "encrypted", None]),
]


@pytest.mark.parametrize(("parts", "reasons"), BROKEN)
def test_a_broken_part_costs_what_it_holds(
    parts: dict[str, bytes | None], reasons: list[str | None]
) -> None:
    data = made.write([["甲"], ["乙"], ["丙"]], template=made.text(30, 250, "模"),
                      notes=made.note(made.text(5, 200, "批")))  # fmt: skip
    found = pages(made.changed(data, parts))
    assert [page.unread for page in found] == reasons
    assert found[2].text.startswith("丙")


REFUSED: list[tuple[dict[str, bytes | None], str]] = [
    ({"OFD.xml": b"<OFD>"}, "corrupt"),
    ({"OFD.xml": b"<OFD/>"}, "corrupt"),
    ({"OFD.xml": b'<!DOCTYPE OFD SYSTEM "http://example.org/a.dtd"><OFD/>'}, "corrupt"),
    ({"Doc_0/Document.xml": None}, "corrupt"),
    ({"Doc_0/Document.xml": b"<Document/>"}, "corrupt"),
    ({"Doc_0/Pages/Page_0/Content.xml": None}, "corrupt"),
    ({"Doc_0/Pages/Page_0/Content.xml": b"<Page/>"}, "blank"),
    ({"OFD.xml": b"\x99\x01", "Encryptions.xml": b"<Encryptions/>"}, "encrypted"),
    ({"OFD.xml": None, "Encryptions.xml": b"<Encryptions/>"}, "encrypted"),
    ({"Doc_0/Document.xml": b"\0\1\2", "Encryptions.xml": b"<Encryptions/>"}, "encrypted"),
]


@pytest.mark.parametrize(("parts", "why"), REFUSED)
def test_a_file_that_says_nothing_says_why(parts: dict[str, bytes | None], why: str) -> None:
    data = made.changed(made.write([["甲"]]), parts)
    assert kinds.sniff(data, "a") == "ofd"
    assert reason(data) == why


def test_a_package_that_is_none() -> None:
    assert reason(b"PK\x03\x04rubbish") == "corrupt"
    cut = made.write([["甲"]])[:-300]
    assert kinds.sniff(cut, "公文.ofd") == "ofd"
    assert reason(cut) == "corrupt"
    data = bytearray(made.write([["甲"]]))
    # every part is said to be locked with a password
    for start in (b"PK\x03\x04", b"PK\x01\x02"):
        at = data.find(start)
        while at >= 0:
            data[at + (6 if start[2] == 3 else 8)] |= 1
            at = data.find(start, at + 4)
    assert reason(bytes(data)) == "encrypted"


def test_a_document_that_is_lost_is_one_page() -> None:
    data = made.write([["甲"]], further=[[["乙"]]])
    found = pages(made.changed(data, {"Doc_1/Document.xml": b"<"}))
    assert [(page.text, page.unread) for page in found] == [("甲", None), ("", "corrupt")]


def test_too_many_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ofd, "MOST_PAGES", 2)
    assert len(pages(made.write([["甲"]] * 2))) == 2
    assert reason(made.write([["甲"]] * 3)) == "limit_pages"


def test_too_many_objects(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ofd_objects, "MOST_OBJECTS", 20)
    found = pages(made.write([["甲"], ["乙"] * 30]))
    assert [page.unread for page in found] == [None, "limit_objects"]
    assert found[1].blocks


def test_a_part_too_large_to_parse(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ofd_package, "MOST_XML", 3_000)
    found = pages(made.write([["甲"], [LONG] * 30]))
    assert [page.unread for page in found] == [None, "limit_objects"]


def test_blocks_nested_without_end() -> None:
    deep = "<ofd:PageBlock>" * 150 + made.code("深") + "</ofd:PageBlock>" * 150
    (page,) = pages(made.write([["甲"]], objects=deep))
    assert (page.text, page.unread) == ("甲", "limit_objects")
