"""What a picture looks like: one photo however it was sent on, and no sheet of paper."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance

from pipeline.ingest import kinds
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
