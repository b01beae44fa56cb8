"""What is attached to an OFD, and its pages as pictures for recognising."""

from __future__ import annotations

import io
import zlib
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from pipeline.errors import Unreadable
from pipeline.ingest.ofd import picture as ofd_picture
from pipeline.ingest.ofd import reader as ofd
from tests.ingest import made_ofd as made


def test_attachments_are_members() -> None:
    data = made.write([["甲"]], attached={"清单.xlsx": b"a", "原文": b"b"})
    found = [(each.name, each.data, each.reason) for each in ofd.members(data)]
    assert found == [("清单.xlsx", b"a", None), ("原文", b"b", None)]
    assert list(ofd.members(made.write([["甲"]]))) == []
    gone = made.changed(data, {"Doc_0/Attachs/file_0": None})
    assert [(each.name, each.reason) for each in ofd.members(gone)] == [
        ("清单.xlsx", "part_missing"), ("原文", None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "place", "kind", "label"),
    [
        ("original_invoice", "original_invoice.xml", "xml", "original_invoice.xml"),
        ("data", "a/inv_1.xml", "xbrl", "data.xml"),
        ("清单.XLSX", "f.xlsx", "", "清单.XLSX"),
        ("", "/Doc_0/Res/照片.jpg", "", "照片.jpg"),
        ("Gao", "\\Res\\x", "", "Gao"),
        ("", "", "", "attachment"),
    ],
)
def test_what_an_attachment_is_called(name: str, place: str, kind: str, label: str) -> None:
    assert ofd._label(name, place, kind) == label


def ink(shown: Image.Image, color: str = "white") -> tuple[int, ...]:
    """The box of what differs from the paper, in whole millimetres."""
    box = ImageChops.difference(shown, Image.new("RGB", shown.size, color)).getbbox()
    assert box
    return tuple(round(side * 25.4 / 200) for side in box)


def jpeg() -> bytes:
    out = io.BytesIO()
    Image.new("CMYK", (50, 50), (0, 255, 255, 0)).save(out, "JPEG")
    return out.getvalue()


def veiled() -> bytes:
    out = io.BytesIO()
    picture = Image.new("RGBA", (100, 100), (0, 0, 0, 0))
    picture.paste((0, 0, 0, 255), (50, 0, 100, 50))
    picture.save(out, "PNG")
    return out.getvalue()


def saved(kind: str, mode: str = "1") -> bytes:
    out = io.BytesIO()
    Image.new(mode, (50, 50), 0).save(out, kind)
    return out.getvalue()


# the picture in the package, how it is placed, where its ink is (mm)
SHOWN: list[tuple[bytes, str, tuple[int, ...]]] = [
    (made.png(), made.image("77", 20, 30, 100, 50), (20, 30, 120, 80)),
    (jpeg(), made.image("77", 20, 30, 100, 50), (20, 30, 120, 80)),
    (saved("BMP"), made.image("77", 20, 30, 100, 50), (20, 30, 120, 80)),
    (saved("TIFF"), made.image("77", 20, 30, 100, 50), (20, 30, 120, 80)),
    (saved("GIF", "P"), made.image("77", 20, 30, 100, 50), (20, 30, 120, 80)),
    # the right upper quarter alone is not transparent: it stands upright
    (veiled(), made.image("77", 20, 30, 100, 50), (70, 30, 120, 55)),
    # turned by a quarter to the right: the right upper corner comes to the right below
    (veiled(), made.image("77", 20, 30, 100, 50).replace(
        'CTM="100 0 0 50 0 0"', 'CTM="0 50 -100 0 100 0"'), (70, 55, 120, 80)),
    (made.png(), '<ofd:ImageObject ResourceID="77" Boundary="20 30 40 50"/>', (20, 30, 60, 80)),
    (made.png(), made.line(20, 30, 120, 30) + made.line(20, 80, 120, 80), (20, 30, 120, 80)),
    (made.png(), '<ofd:PathObject Boundary="20 30 9 9" Stroke="false" Fill="true">'
     "<ofd:AbbreviatedData>M 0 0 L 100 0 Q 100 50 50 50 B 0 50 0 25 0 25 C</ofd:AbbreviatedData>"
     "</ofd:PathObject>",
     (20, 30, 120, 80)),
]  # fmt: skip


@pytest.mark.parametrize(("data", "drawn", "where"), SHOWN)
def test_a_page_as_a_picture(data: bytes, drawn: str, where: tuple[int, ...]) -> None:
    file = made.write(
        [["甲"], []], objects=drawn, resources=made.media("77", "a.png"),
        parts={"Doc_0/Res/a.png": data},
    )  # fmt: skip
    shown = ofd_picture.picture(file, 2)
    assert (shown.mode, shown.size) == ("RGB", (1654, 2339))
    assert ink(shown) == where


def test_glyphs_of_an_unnamed_page_are_drawn(real_files: Path) -> None:
    data = (real_files / "real_zh/ofd/ofdrw__ano~2.ofd").read_bytes()
    assert [page.unread for page in ofd.read(data)] == [None, "garbled"]
    left, top, right, bottom = ink(ofd_picture.picture(data, 2))
    assert right - left > 150 and bottom - top > 200


def test_two_level_pictures_are_drawn(real_files: Path) -> None:
    data = (real_files / "real_zh/ofd/ofdrw__1.ofd").read_bytes()
    shown = ofd_picture.picture(data, 1)
    # the square code at the upper left of an invoice, drawn in black
    dark = shown.crop((60, 20, 240, 180)).convert("L").point(lambda grey: grey // 128 * 255)
    assert ink(dark.convert("RGB")) == (1, 1, 21, 20)


def vast() -> bytes:
    """A picture whose header says that it has 20,000 by 20,000 points."""
    small = made.png()
    head = b"IHDR" + b"\0\0\x4e\x20" * 2 + small[24:29]
    return small[:12] + head + zlib.crc32(head).to_bytes(4, "big") + small[33:]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"rubbish", "unsupported_format"),
        (made.png()[:60], "corrupt"),
        (b"", "unsupported_format"),
        (b"\x97JB2\r\n\x1a\n\x00\0\0\0\1", "unsupported_format"),
        (b"\x97JB2\r\n\x1a\n", "unsupported_format"),
        (vast(), "limit_pixels"),
    ],
)
def test_a_picture_that_cannot_be_shown(data: bytes, why: str) -> None:
    file = made.write(
        [["甲"]], objects=made.image("77", 0, 0, 200, 200), resources=made.media("77", "a.png"),
        parts={"Doc_0/Res/a.png": data},
    )  # fmt: skip
    with pytest.raises(Unreadable) as refusal:
        ofd_picture.picture(file, 1)
    assert refusal.value.reason == why


def test_a_page_too_large_for_a_picture() -> None:
    file = made.write([["甲"]], box="0 0 9000 9000", objects=made.line(0, 0, 9, 9))
    with pytest.raises(Unreadable) as refusal:
        ofd_picture.picture(file, 1)
    assert refusal.value.reason == "limit_pixels"
    with pytest.raises(Unreadable):
        ofd_picture.picture(made.write([["甲"]]), 2)
