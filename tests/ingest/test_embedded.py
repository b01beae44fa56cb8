"""Files that stand in Office papers are members of them."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pytest

from pipeline.errors import Unreadable
from pipeline.ingest import kinds
from pipeline.ingest.member import Member
from pipeline.ingest.packed import embedded
from tests.ingest.made_files import docx, zipped

PAPER = docx("<w:p><w:r><w:t>附件正文</w:t></w:r></w:p>")


def holding(**members: bytes) -> bytes:
    """A Word paper with further parts; `__` in a name stands for a slash."""
    out = io.BytesIO(docx("<w:p><w:r><w:t>正文</w:t></w:r></w:p>"))
    with zipfile.ZipFile(out, "a") as package:
        for name, data in members.items():
            package.writestr(name.replace("__", "/"), data)
    return out.getvalue()


def compound(name: str, content: bytes) -> bytes:
    """An OLE file with one stream of at least 4,096 bytes ([MS-CFB])."""
    content = content.ljust(4096, b"\0")
    count = -(-len(content) // 512)
    end, free, fat = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
    chain = [fat, end, *range(3, 2 + count), end]
    table = struct.pack("<128I", *chain, *[free] * (128 - len(chain)))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<9I", 0, 1, 1, 0, 4096, end, 0, end, 0)
    head += struct.pack("<109I", 0, *[free] * 108)

    def entry(title: str, kind: int, child: int, start: int, size: int) -> bytes:
        raw = title.encode("utf-16-le") + b"\0\0"
        return (
            raw.ljust(64, b"\0") + struct.pack("<HBBIII", len(raw), kind, 1, free, free, child)
            + bytes(36) + struct.pack("<IQ", start, size)
        )  # fmt: skip

    folder = entry("Root Entry", 5, 1, end, 0) + entry(name, 2, free, 2, len(content)) + bytes(256)
    return head + table + folder + content.ljust(count * 512, b"\0")


def packaged(label: bytes, content: bytes, unicode: str = "") -> bytes:
    """What the packager writes in `\x01Ole10Native`."""
    path = b"C:\\a\\b.tmp\0"
    body = b"\x02\0" + label + b"\0" + path + b"\0\0\x03\0" + struct.pack("<I", len(path)) + path
    body += struct.pack("<I", len(content)) + content
    for text in ("C:\\b.tmp", unicode) if unicode else ():
        body += struct.pack("<I", len(text)) + text.encode("utf-16-le")
    return struct.pack("<I", len(body)) + body


@pytest.mark.parametrize(
    ("part", "content", "members"),
    [
        ("word__embeddings__Doc1.docx", PAPER, [("word/embeddings/Doc1.docx", PAPER)]),
        ("xl__embeddings__a.bin", compound("Package", PAPER + bytes(4096)),
         [("xl/embeddings/a", None)]),
        ("ppt__embeddings__o1.bin",
         compound("\x01Ole10Native", packaged("会议纪要.txt".encode("gb18030"), b"minutes" * 700)),
         [("ppt/embeddings/会议纪要.txt", b"minutes" * 700)]),
        ("word__embeddings__o1.bin",
         compound("\x01Ole10Native", packaged(b"????.txt", b"minutes" * 700, "D:\\简报.txt")),
         [("word/embeddings/简报.txt", b"minutes" * 700)]),
        ("word__embeddings__o1.bin", compound("CONTENTS", b"%PDF-1.4" + bytes(5000)),
         [("word/embeddings/o1.pdf", b"%PDF-1.4" + bytes(5000))]),
        # the object is a paper itself
        ("word__embeddings__o1.bin", compound("Workbook", b"\x09\x08"),
         [("word/embeddings/o1.bin", compound("Workbook", b"\x09\x08"))]),
        # none of ours: told as what it is
        ("word__embeddings__o1.bin", compound("VisioDocument", b"1"),
         [("word/embeddings/o1.bin", compound("VisioDocument", b"1"))]),
        ("word__embeddings__o1.bin", compound("\x01Ole10Native", b"\xff" * 5000),
         [("word/embeddings/o1.bin", "corrupt")]),
        ("word__media__image1.png", b"\x89PNG", []),
        ("word__activeX__activeX1.bin", b"1", []),
    ],
)  # fmt: skip
def test_what_is_embedded_is_a_member(
    part: str, content: bytes, members: list[tuple[str, bytes | str | None]]
) -> None:
    found = list(embedded.members(holding(**{part: content})))
    assert [member.name for member in found] == [name for name, _ in members]
    for member, (_, wanted) in zip(found, members, strict=True):
        if isinstance(wanted, str):
            assert (member.data, member.reason) == (None, wanted)
        elif wanted is not None:
            assert member == Member(member.name, wanted)


def test_papers_taken_in_whole_are_members() -> None:
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/aFChunk"
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(PAPER)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            if name != "word/_rels/document.xml.rels":
                new.writestr(name, old.read(name))
        new.writestr("chunk.htm", b"<p>html</p>")
        new.writestr(
            "word/_rels/document.xml.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="a" Type="{kind}" Target="/chunk.htm"/>'
            f'<Relationship Id="b" Type="{kind}" Target="gone.docx"/></Relationships>',
        )
    assert list(embedded.members(out.getvalue())) == [
        Member("chunk.htm", b"<p>html</p>"),
        Member("word/gone.docx", None, "part_missing"),
    ]


def test_names_that_meet_are_told_apart() -> None:
    one = compound("\x01Ole10Native", packaged(b"a.txt", b"1" * 5000))
    data = holding(word__embeddings__o1=one, word__embeddings__o2=one)
    names = [member.name for member in embedded.members(data)]
    assert len(set(names)) == 2


def test_too_many_objects(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "MOST_OBJECTS", 1)
    with pytest.raises(Unreadable) as refusal:
        list(embedded.members(holding(word__embeddings__a=b"1", word__embeddings__b=b"2")))
    assert refusal.value.reason == "limit_members"


def test_damaged_objects_end_in_members_or_a_reason() -> None:
    whole = compound("\x01Ole10Native", packaged(b"a.txt", b"1" * 6000))
    for at in range(0, 1536, 7):
        broken = whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]
        for member in embedded.members(holding(word__embeddings__o1=broken)):
            assert (member.data is None) == (member.reason is not None)


@pytest.mark.parametrize(
    ("name", "member", "kind"),
    [
        ("real_zh/pptx/MinerU__pptx_01.pptx", ".xlsx", "xlsx"),
        ("hostile/office/tika__testPDFEmbeddingAndEmbedded.docx", ".pdf", "pdf"),
        ("hostile/office/tika__test_recursive_embedded.docx", ".zip", "zip"),
        ("hostile/office/oletools__embedded-unicode-2007.docx", ".txt", "txt"),
    ],
)
def test_in_this_paper_stands_this_file(
    real_files: Path, name: str, member: str, kind: str
) -> None:
    (found,) = embedded.members((real_files / name).read_bytes())
    assert found.name.endswith(member)
    assert kinds.sniff(found.data or b"", found.name) == kind


def test_a_paper_without_objects_holds_none() -> None:
    assert list(embedded.members(PAPER)) == []
    assert list(embedded.members(zipped(a=b"1"))) == []
