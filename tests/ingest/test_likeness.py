"""What a picture looks like: one photo however it was sent on, and no sheet of paper."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import numpy as np
import pypdfium2
import pytest
from PIL import Image, ImageDraw, ImageEnhance

from pipeline.ingest import kinds
from pipeline.ingest.scans.likeness import MOST
from pipeline.season.copies.pictures import NEAR


def photo(seed: int, wide: int = 800, high: int = 600) -> Image.Image:
    """Large spots of colour: rooms and people as a hash sees them."""
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 255, (9, 12, 3), dtype=np.uint8)
    return Image.fromarray(small).resize((wide, high), Image.Resampling.BICUBIC)


def saved(picture: Image.Image, form: str = "JPEG", quality: int = 85) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, quality=quality)
    return out.getvalue()


def seen(data: bytes, kind: str = "jpg") -> list[str]:
    return [likeness for _, likeness in kinds.likenesses(data, kind)]


def apart(one: str, two: str) -> int:
    return (int(one, 16) ^ int(two, 16)).bit_count()


def stamped(picture: Image.Image) -> Image.Image:
    ImageDraw.Draw(picture).rectangle((600, 560, 790, 590), fill="yellow")
    return picture


SENT: dict[str, Callable[[], tuple[bytes, str]]] = {
    "small": lambda: (saved(photo(1).resize((320, 240)), quality=40), "jpg"),
    "png": lambda: (saved(photo(1), "PNG"), "png"),
    "brighter": lambda: (saved(ImageEnhance.Brightness(photo(1)).enhance(1.2)), "jpg"),
    "stamped": lambda: (saved(stamped(photo(1))), "jpg"),
    "cropped": lambda: (saved(photo(1).crop((8, 6, 792, 594))), "jpg"),
}


@pytest.mark.parametrize("how", SENT)
def test_a_photo_is_known_however_it_was_sent_on(how: str) -> None:
    (first,) = seen(saved(photo(1)))
    (again,) = seen(*SENT[how]())
    assert apart(first, again) <= NEAR


def test_two_photos_are_two() -> None:
    hashes = [seen(saved(photo(number)))[0] for number in range(12)]
    assert min(apart(a, b) for a in hashes for b in hashes if a is not b) > 2 * NEAR


def test_the_way_the_camera_was_held_does_not_matter() -> None:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    photo(1).rotate(90, expand=True).save(out, "JPEG", exif=exif)
    assert apart(seen(out.getvalue())[0], seen(saved(photo(1)))[0]) <= NEAR


def test_a_sheet_and_a_plain_picture_look_like_nothing() -> None:
    sheet = Image.new("L", (1000, 1400), 250)
    draw = ImageDraw.Draw(sheet)
    for line in range(20):
        draw.rectangle((100, 100 + 60 * line, 900, 118 + 60 * line), fill=60)
    assert seen(saved(sheet)) == [] and seen(saved(Image.new("RGB", (300, 300), "green"))) == []


def test_the_photos_pasted_into_a_paper_are_seen_and_its_logo_is_not() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("word/document.xml", "<w/>")
        package.writestr("word/media/image2.jpeg", saved(photo(1)))
        package.writestr("word/media/image10.png", saved(photo(2), "PNG"))
        package.writestr("word/media/image1.png", saved(photo(3, 120, 90), "PNG"))
        package.writestr("word/media/image3.jpg", b"\xff\xd8 broken")
    found = kinds.likenesses(out.getvalue(), "docx")
    assert [number for number, _ in found] == [2, 4]
    assert apart(found[0][1], seen(saved(photo(1)))[0]) == 0


@pytest.mark.parametrize(("data", "kind"), [
    (b"", "jpg"), (b"\xff\xd8\xff", "jpg"), (b"PK\3\4", "docx"), (b"%PDF-1.4", "pdf"),
    (b"GIF89a", "gif"), (b"words", "txt"),
])
def test_what_cannot_be_seen_raises_nothing(data: bytes, kind: str) -> None:
    assert kinds.likenesses(data, kind) == []


def pdf(*pages: list[Image.Image | bytes]) -> bytes:
    """A PDF with these pictures on its pages: bytes as a JPEG, a picture unpacked."""
    document = pypdfium2.PdfDocument.new()
    for pictures in pages:
        page = document.new_page(595, 842)
        for number, picture in enumerate(pictures):
            item = pypdfium2.PdfImage.new(document)
            if isinstance(picture, bytes):
                item.load_jpeg(io.BytesIO(picture), inline=True)
            else:
                item.set_bitmap(pypdfium2.PdfBitmap.from_pil(picture))
            item.set_matrix(pypdfium2.PdfMatrix().scale(200, 150).translate(50, 600 - 160 * number))
            page.insert_obj(item)
        page.gen_content()
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_the_photos_on_the_pages_of_a_pdf_are_seen_each_once() -> None:
    logo, head = saved(photo(3, 120, 90)), saved(photo(4))
    found = kinds.likenesses(pdf([head, saved(photo(1)), logo], [head, photo(2)], []), "pdf")
    assert [number for number, _ in found] == [1, 2, 3]
    for (_, likeness), number in zip(found, (4, 1, 2), strict=True):
        assert apart(likeness, seen(saved(photo(number)))[0]) <= NEAR


def test_a_scan_in_a_pdf_looks_like_nothing() -> None:
    sheet = Image.new("L", (1000, 1400), 250)
    for line in range(20):
        ImageDraw.Draw(sheet).rectangle((100, 100 + 60 * line, 900, 118 + 60 * line), fill=60)
    assert kinds.likenesses(pdf([saved(sheet)], [saved(photo(1))]), "pdf")[0][0] == 2


@pytest.mark.parametrize("spoil", [
    lambda data: data.replace(b"DCTDecode", b"JPXDecode"),
    lambda data: data.replace(b"\xff\xda", b"\x00\x00"),
    lambda data: data[: len(data) // 2],
    lambda data: b"%PDF-1.4 /Width 800",
])
def test_a_damaged_pdf_has_the_pictures_that_are_left(spoil: Callable[[bytes], bytes]) -> None:
    assert kinds.likenesses(spoil(pdf([saved(photo(1))])), "pdf") == []


def test_what_a_pdf_says_of_a_pictures_size_is_not_believed() -> None:
    lies = (b"/Width 800", b"/Width 999999")
    jpeg = kinds.likenesses(pdf([saved(photo(1))]).replace(*lies), "pdf")
    assert [likeness for _, likeness in jpeg] == seen(saved(photo(1)))
    assert kinds.likenesses(pdf([photo(1)]).replace(*lies), "pdf") == []


def test_a_pdf_of_an_album_is_looked_at_so_far() -> None:
    small = [saved(photo(number, 240, 200)) for number in range(MOST + 3)]
    found = kinds.likenesses(pdf(*([one] for one in small)), "pdf")
    assert len(found) == MOST


def test_the_pictures_of_an_ofd_are_seen() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("OFD.xml", "<ofd/>")
        package.writestr("Doc_0/Res/image_1.jpg", saved(photo(1)))
    assert [number for number, _ in kinds.likenesses(out.getvalue(), "ofd")] == [1]
