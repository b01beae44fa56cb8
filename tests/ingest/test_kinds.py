"""What a file is, its content says; its name helps only where the content does not."""

from __future__ import annotations

import io
import random
import tracemalloc
import zipfile

import pytest

from pipeline.errors import Unreadable
from pipeline.ingest import kinds
from tests.ingest import made_archives
from tests.ingest.made_archives import Zipped, tarred
from tests.ingest.made_files import docx, pdf, said, zipped

PAPER = docx("<w:p><w:r><w:t>关于成立领导小组的通知</w:t></w:r></w:p>")
PDF = pdf(said(50, 200, "hello"))
STORED_PDF = made_archives.zipped(Zipped(b"a.pdf", PDF, method=0), Zipped(b"b.txt"))
HOLDING = made_archives.zipped(Zipped(b"a.docx", PAPER, method=0), Zipped(b"b.txt"))
CUT = HOLDING[: HOLDING.rindex(b"PK\3\4") + 40]
NO_TEXT = made_archives.zipped(Zipped(b"\xff.docx", PAPER, method=0, flags=0x800))

UOF = (
    '<?xml version="1.0"?><uof:UOF xmlns:uof="http://schemas.uof.org/cn/2003/uof">'
    "<uof:元数据><uof:创建者>甲</uof:创建者></uof:元数据></uof:UOF>"
).encode()


def flat(kind: str) -> bytes:
    """The beginning of a flat file of OpenDocument: the names come first, and are many."""
    spaces = "".join(f' xmlns:a{number}="urn:{number}"' for number in range(300))
    mime = f"application/vnd.oasis.opendocument.{kind}"
    return f'<?xml version="1.0"?><office:document{spaces} office:mimetype="{mime}"/>'.encode()


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (pdf(said(50, 200, "hello")), "通知.docx", "pdf"),
        (b"\n\n" + pdf(said(50, 200, "hello")), "通知.pdf", "pdf"),
        (PAPER, "通知.doc", "docx"),
        (PAPER, "通知", "docx"),
        (PAPER[: len(PAPER) // 2], "通知.docx", "docx"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "台账.xls", "html"),
        ("\ufeff<!DOCTYPE html><html>".encode("utf-16"), "a.txt", "html"),
        (b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'/>", "a.xhtml", "html"),
        ("一、组织领导".encode(), "要点.pdf", "txt"),
        ("一、组织领导".encode("utf-16"), "要点", "txt"),
        ("一、组织领导\n二、学习教育".encode("utf-16-le"), "要点.txt", "txt"),
        ("BM 公交".encode("gb18030"), "公交.bmp", "txt"),
        (zipped(a=b"1"), "a.docx", "zip"),
        (zipped(**{"OFD.xml": b"<ofd/>"}), "公文.ofd", "ofd"),
        (zipped(mimetype=b"application/vnd.oasis.opendocument.text"), "a.odt", "odt"),
        (b"{\\rtf1 hello}", "a.doc", "rtf"),
        (flat("spreadsheet"), "台账.fods", "fods"),
        (flat("spreadsheet").decode().encode("utf-16"), "台账.xml", "fods"),
        (flat("text"), "通知.fodt", "odt"),
        (flat("presentation"), "汇报.fodp", "odf"),
        (UOF, "通知.uot", "uof"),
        (zipped(**{"uof.xml": UOF, "content.xml": UOF}), "通知.uot", "uof"),
        (b"\x89PNG\r\n\x1a\n....", "a.pdf", "png"),
        (b"From: a\nMIME-Version: 1.0\nSubject: x\n\n", "a.eml", "eml"),
        (b"X-QQ-mid: 1\nDate: Tue, 18 Apr 2023\nSubject: x\n\nhello", "a.eml", "eml"),
        (b"X-y: 1\nSubject: x\n\nhello", "a.txt", "txt"),
        (b"\r\n{\\rtf1 hello}", "a.rtf", "rtf"),
        (b"\xef\xbb\xbf{\\rtf1 hello}", "a.rtf", "rtf"),
        (b"{\\rt1 hello}", "a.rtf", "rtf"),
        # what stands at the beginning goes before a PDF further on
        (STORED_PDF, "a.zip", "zip"),
        (tarred(("a.pdf", PDF)), "a.tar", "tar"),
        (tarred(("GIF89a.pdf", PDF)), "a.tar", "tar"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(26) + PDF, "a.7z", "7z"),
        (b"From: a\nTo: b\nDate: c\n\n" + PDF, "a.eml", "eml"),
        (b"HTTP/1.1 200 OK\nServer: x\n\n" + PDF, "a.pdf", "pdf"),
        (b"<br/><b>Warning</b>: x\n" + PDF, "a.pdf", "pdf"),
        (bytes(range(1, 250)) + PDF, "a.pdf", "pdf"),
        (b"%PDF\n1\0 0 obj<<>>", "a.pdf", "pdf"),
        ("附件须为 %PDF-1.4 格式，1 0 obj".encode("gbk"), "a.txt", "txt"),
        (b"<html><p>\n%PDF-1.4</p></html>", "a.html", "html"),
        ("格式,文件头\nPDF,%PDF-1.4".encode(), "a.csv", "csv"),
        ("%PDF 格式说明".encode("gbk"), "a.txt", "txt"),
        # a text may begin with the letters of a kind
        *((letters.encode() + " 会议室\n说明".encode("gbk"), "a.txt", "txt") for letters in (
            "AC1018", "FWS-1", "CWS", "ID3", "KDH ", "8BPS", "%!PS", "#! /bin/sh", "GIF89a",
            "BZh9", "RIFF", "fLaC")),
        (b"#!/bin/sh\nls", "a", "script"),
        (b"%!PS-Adobe-3.0\n", "a", "ps"),
        (b"AC1018\0\0\0", "a", "dwg"),
        ("通知".encode("gbk") * 100 + bytes(4000), "a.txt", "txt"),
        # a folder makes no paper
        (zipped(**{"word/a.txt": b"1"}), "a.zip", "zip"),
        (zipped(**{"Word/a.txt": b"1", "xl/b": b"1", "ppt/c": b"1"}), "a.zip", "zip"),
        (zipped(**{"word/document.xml": b"<a/>"}), "a.zip", "docx"),
        (zipped(**{"OFD.xml": b"<a>b</a>", "b": b"1"}), "a.zip", "zip"),
        (zipped(**{"OFD.xml": b"<?xml version='1.0'?><ofd:OFD x='y'>"}), "a.zip", "ofd"),
        (zipped(mimetype=b"text/plain", a=b"1"), "a.zip", "zip"),
        (CUT, "a.zip", "zip"),
        (NO_TEXT, "a.zip", "zip"),
        (b"", "a.pdf", "empty"),
        (b"\0" * 9000, "a.pdf", "empty"),
        (b" \r\n\t", "a.txt", "empty"),
        (bytes(range(256)) * 20, "a.dat", "unknown"),
    ],
)
def test_sniff(data: bytes, name: str, kind: str) -> None:
    assert kinds.sniff(data, name) == kind


@pytest.mark.parametrize("kind", ["uof", "odf"])
def test_an_office_paper_in_xml_that_nobody_reads_is_refused(kind: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        list(kinds.read(UOF if kind == "uof" else flat("presentation"), "a.xml"))
    assert (refusal.value.reason, refusal.value.detail) == ("unsupported_format", kind)


def test_a_paper_named_otherwise_is_read() -> None:
    (page,) = kinds.read(PAPER, "通知.doc")
    assert page.text == "关于成立领导小组的通知"


def test_what_is_too_large_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "LIMIT_BYTES", 10)
    with pytest.raises(Unreadable) as refusal:
        list(kinds.read(b"x" * 11, "a.txt"))
    assert refusal.value.reason == "limit_size"


def test_no_reader_is_imported_before_it_is_needed() -> None:
    import subprocess
    import sys

    loaded = subprocess.run(
        [sys.executable, "-c", "import sys; import pipeline.ingest.kinds; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert not {"lxml", "pypdfium2", "pdfplumber", "python_calamine"} & set(loaded)


def damaged(data: bytes, dice: random.Random) -> bytes:
    """The data with a few bytes changed, left out or repeated."""
    out = bytearray(data)
    for _ in range(dice.randint(1, 8)):
        at, span = dice.randrange(len(out)), dice.randint(1, 30)
        match dice.randrange(3):
            case 0:
                out[at] = dice.randrange(256)
            case 1:
                out[at:at] = out[max(0, at - span) : at]
            case _ if len(out) > 2 * span:
                del out[at : at + span]
    return bytes(out)


def test_damaged_files_end_in_pages_or_a_reason() -> None:
    dice = random.Random(20240418)
    numbered = "<w:p><w:pPr><w:numPr><w:numId w:val='2'/></w:numPr></w:pPr></w:p>"
    inner = "<w:tcPr><w:gridSpan w:val='2'/></w:tcPr><w:p><w:r><w:t>一</w:t></w:r></w:p>"
    cell = f"<w:tc>{inner}</w:tc>"
    paper = docx(f"{numbered}<w:tbl><w:tr>{cell}{cell}</w:tr></w:tbl>", styles="", numbering="")
    page = pdf(said(50, 200, "text") + "50 50 m 90 50 l S")
    for _ in range(300):
        files = [damaged(page, dice), damaged(paper, dice), damaged("一、<p>".encode("gbk"), dice)]
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(paper)) as old, zipfile.ZipFile(out, "w") as new:
            for name in old.namelist():
                new.writestr(name, damaged(old.read(name), dice))
        for data in (*files, out.getvalue()):
            try:
                list(kinds.read(data, "a"))
            except Unreadable as refusal:
                assert refusal.reason


def test_telling_a_kind_unpacks_no_more_than_it_looks_at() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", b"wordprocessingml" + b" " * 200_000_000)
    tracemalloc.start()
    kinds.sniff(packed.getvalue(), "bomb.docx")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20_000_000
