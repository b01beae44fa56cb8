"""Whatever the bytes are: a kind, and pages or a reason; nothing else, and never for long.

`ZUOZHENG_FUZZ=1` looks further than the few examples of every run; what it finds becomes a row.
"""

from __future__ import annotations

import io
import time
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import Unreadable
from pipeline.ingest import kinds, sniff
from pipeline.ingest.packed import ole
from pipeline.ingest.pdf import sense
from pipeline.ingest.sheets import delimited
from pipeline.ingest.text import html, markup
from pipeline.ingest.text import plain as text
from pipeline.ingest.text.encoding import decode, weigh
from tests.ingest.made_files import docx, pdf, said, zipped
from tests.ingest.test_embedded import compound

KINDS = (
    set(kinds.READERS) | set(kinds.HOLDERS) | set(kinds.PICTURES)
    | {kind for _, kind in sniff.BEGINS}
    | {"empty", "encrypted", "unknown", "ole", "doc", "ppt", "wps", "et", "dps", "msg", "hwp",
       "vsd", "xml", "word_xml", "excel_xml", "mht", "eml", "epub", "vsdx", "pptx", "odt", "odp",
       "ods", "video", "audio", "heic", "webp", "tar"}
)  # fmt: skip
SECONDS = 5.0
CHINESE = "关于印发民族团结进步创建工作实施方案的通知，各县（区）人民政府：一二三。\n\t 2024年"
CODECS = ["utf-8", "gb18030", "big5", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le",
          "hz"]  # fmt: skip
ATTACHED = pdf(
    said(50, 200, "hello"), page="/Annots [102 0 R]",
    extra=("<< /Length 4 >>\nstream\nnote\nendstream",
           "<< /Type /Filespec /F (b.txt) /EF << /F 100 0 R >> >>",
           "<< /Type /Annot /Subtype /FileAttachment /Rect [9 9 20 20] /FS 101 0 R >>"),
)  # fmt: skip
SEEDS = [
    pdf(said(50, 200, "hello")),
    ATTACHED,
    docx("<w:p><w:r><w:t>通知</w:t></w:r></w:p>", styles="", numbering=""),
    zipped(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"),
    zipped(**{"xl/workbook.xml": b"<a/>", "xl/worksheets/sheet1.xml": b"<row r='1'/>"}),
    compound("WordDocument", b"\xec\xa5" + bytes(5000)),
    compound("Workbook", b"\x09\x08\x10\0" + bytes(5000)),
    "<html><body><table><tr><td>甲<td colspan=2>乙</table>".encode("gb18030"),
    b"From: a\nMIME-Version: 1.0\nContent-Type: multipart/related\n\n",
    b"<?xml version='1.0'?><a/>",
    "序号,时间\n1,\"2024\"\n".encode("utf-16"),
    b"{\\rtf1 hello}",
    b"\xff\xd8\xff\xe0" + bytes(40),
    b"",
]
NAMES = st.sampled_from(
    ["a", "a.pdf", "a.docx", "a.doc", "a.xls", "a.csv", "a.txt", "a.", ".", "", "通知.wps", "a.JPG"]
) | st.text(max_size=12)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """One of the seeds, or noise, with pieces changed, cut out, repeated, or of another seed."""
    data = bytearray(draw(st.sampled_from(SEEDS) | st.binary(max_size=300)))
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(data)))
        piece = draw(
            st.binary(max_size=8) | st.sampled_from([*SEEDS, b"\0" * 512, b"<", b"PK"])
        )
        end = at + draw(st.sampled_from([0, 1, len(piece), 64, 4096]))
        data[at:end] = piece
    return bytes(data[: 1 << 16])


def read(data: bytes, name: str) -> str:
    """The reason, or "read"; whatever else is raised fails the test."""
    began = time.monotonic()
    try:
        numbers = [page.number for page in kinds.read(data, name)]
        assert numbers == list(range(1, len(numbers) + 1))
        return "read"
    except Unreadable as refusal:
        return refusal.reason
    finally:
        assert time.monotonic() - began < SECONDS


OWN = {"pdf", "docx", "xlsx", "xls", "xlsb", "ods", "html", "xml", "txt", "csv"}


@given(damaged(), NAMES)
def test_any_bytes_are_of_a_kind_and_read_or_refused(data: bytes, name: str) -> None:
    kind = kinds.sniff(data, name)
    assert kind in KINDS
    if kind in OWN or kind not in kinds.READERS:
        assert read(data, name)
    if kind in OWN and kind in kinds.HOLDERS:
        try:
            for member in kinds.members(data, kind):
                assert (member.data is None) == (member.reason is not None)
        except Unreadable as refusal:
            assert refusal.reason


@given(damaged())
def test_an_ole_directory_ends(data: bytes) -> None:
    assert all(len(head) <= ole.HEAD for head in ole.top(ole.MAGIC + data[8:]).values())


@given(
    st.text(alphabet=CHINESE, min_size=12, max_size=400), st.sampled_from(CODECS),
    st.sampled_from([None, "gb2312", "utf-8", "big5", "utf-16", "x-none", "idna", "hex", "rot13"]),
)  # fmt: skip
def test_chinese_comes_back_whatever_is_declared(
    said: str, codec: str, declared: str | None
) -> None:
    said = CHINESE + said
    data = said.encode(codec, "ignore")
    found = decode(data, declared if codec in ("utf-8", "gb18030") else None)
    assert found == data.decode(codec)


@given(st.binary(max_size=4000), st.text(max_size=10) | st.none())
def test_decoding_gives_text_or_garbled(data: bytes, declared: str | None) -> None:
    try:
        found = decode(data, declared)
    except Unreadable as refusal:
        assert refusal.reason == "garbled"
    else:
        assert weigh(found) <= 1.0
        assert 0.0 <= sense.strange(found) <= 1.0


@given(st.text(max_size=2000))
def test_any_text_is_read_by_each_reader_of_text(said: str) -> None:
    for reader in (text, delimited, html, markup):
        try:
            for page in reader.read(said.encode("utf-8", "replace")):
                assert page.blocks
        except Unreadable as refusal:
            assert refusal.reason in ("garbled", "empty", "blank", "corrupt")


PARTS = st.sampled_from(
    ["[Content_Types].xml", "word/document.xml", "word/_rels/document.xml.rels", "_rels/.rels",
     "xl/workbook.xml", "xl/worksheets/sheet1.xml", "content.xml", "mimetype", "OFD.xml"]
)  # fmt: skip


@given(st.dictionaries(PARTS, st.binary(max_size=60), max_size=6), st.data())
def test_any_package_is_read_or_refused(members: dict[str, bytes], data: st.DataObject) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, content in members.items():
            package.writestr(name, content)
    packed = bytearray(out.getvalue())
    at = data.draw(st.integers(0, len(packed)))
    packed[at : at + 4] = data.draw(st.binary(max_size=4))
    for name in ("a.docx", "a.xlsx"):
        if kinds.sniff(bytes(packed), name) in OWN:
            assert read(bytes(packed), name)


# what was found by looking: bytes, name, what comes of it
FOUND = [
    # a charset that the bytes cannot be in; one that is none, and takes the square of the length
    (b"<html><meta charset=utf-16><p>" + CHINESE.encode(), "a.html", "read"),
    (b"<html><meta charset=punycode><p>" + b"a-" * 30_000, "a.html", "read"),
    # numbers with more digits than there are numbers
    (f"<table><tr><td colspan={'9' * 5000}>a<td>b<tr><td>c<td>d</table>".encode(), "a", "read"),
    (docx(f"<w:p><w:pPr><w:outlineLvl w:val='{'9' * 5000}'/></w:pPr><w:r><w:t>a</w:t></w:r></w:p>"),
     "a.docx", "read"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "name", "result"), FOUND)
def test_what_was_found_is_mended(data: bytes, name: str, result: str) -> None:
    assert kinds.sniff(data, name) in KINDS
    assert read(data, name) == result
