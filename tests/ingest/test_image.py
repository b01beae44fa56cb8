"""Pictures: what pages they have, how large, and how their pixels are meant to be seen."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFile

from pipeline.errors import Unreadable
from pipeline.ingest import kinds
from pipeline.ingest.pdf import picture as shown_pdf
from pipeline.ingest.scans import image
from tests.ingest.made_files import pdf, ruled, said


def saved(picture: Image.Image, form: str, **more: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **more)
    return out.getvalue()


def drawn(wide: int = 420, high: int = 594, mode: str = "RGB") -> Image.Image:
    """Noise, so that no format packs it into nothing, with a black corner at the top left."""
    pixels = np.random.default_rng(1).integers(90, 255, (high, wide, 3), dtype=np.uint8)
    pixels[: high // 4, : wide // 4] = 0
    return Image.fromarray(pixels).convert(mode)


FORMS = [("PNG", "png"), ("JPEG", "jpg"), ("GIF", "gif"), ("BMP", "bmp"), ("TIFF", "tif"),
         ("WEBP", "webp")]  # fmt: skip


@pytest.mark.parametrize(("form", "kind"), FORMS)
def test_every_format_is_one_page_that_waits_for_its_text(form: str, kind: str) -> None:
    data = saved(drawn(), form)
    assert kinds.sniff(data, "x") == kind
    (page,) = kinds.read(data, "x")
    assert (page.number, page.blocks, page.unread) == (1, (), "no_text_layer")
    assert kinds.picture(data, kind, 1).mode == "RGB"
    assert kinds.picture(data, kind, 1).size == (420, 594)


@pytest.mark.parametrize(("form", "kind"), [row for row in FORMS if row[0] != "BMP"])
def test_a_picture_cut_short_is_corrupt(form: str, kind: str) -> None:
    data = saved(drawn(), form)
    with pytest.raises(Unreadable) as caught:
        list(kinds.read(data[: len(data) * 2 // 3], "x"))
    assert caught.value.reason == "corrupt"


@pytest.mark.parametrize("lost", [2, 40])
def test_a_photo_without_its_last_bytes_is_read(lost: int) -> None:
    data = saved(drawn(), "JPEG")[:-lost]
    (page,) = image.read(data)
    assert page.unread == "no_text_layer"
    assert np.asarray(image.picture(data, 1))[:80, :60].mean() < 20
    assert not ImageFile.LOAD_TRUNCATED_IMAGES


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\x89PNG\r\n\x1a\n" + b"rubbish" * 9, "no header"),
        (b"II*\0\x08\0\0\0" + b"\xff" * 30, "no directory"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 40, "no items"),
        (b"BM\0\0\0\0" + b"\0" * 40, "no size"),
    ],
)
def test_rubbish_behind_a_true_beginning_is_corrupt(data: bytes, why: str) -> None:
    with pytest.raises(Unreadable) as caught:
        list(kinds.read(data, "x"))
    assert caught.value.reason == "corrupt", why


def test_a_huge_picture_is_refused_by_its_header() -> None:
    header = b"IHDR" + struct.pack(">IIBBBBB", 40_000, 40_000, 8, 2, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header
    data += struct.pack(">I", zlib.crc32(header)) + struct.pack(">I", 9) + b"IDAT" + b"x" * 13
    for reading in (lambda: list(image.read(data)), lambda: image.picture(data, 1)):
        with pytest.raises(Unreadable) as caught:
            reading()
        assert caught.value.reason == "limit_pixels"


@pytest.mark.parametrize(
    ("size", "dpi", "points"),
    [
        ((1654, 2339), 200, (595.44, 842.04)),
        ((2480, 3508), 300, (595.2, 841.92)),
        ((1654, 2339), None, (595.0, 841.42)),
        ((1654, 2339), 1, (595.0, 841.42)),
        # what every phone writes for want of a better
        ((3000, 4000), 72, (595.0, 793.33)),
        ((4000, 3000), 96, (793.33, 595.0)),
        ((280, 32), None, (1700.0, 194.29)),
    ],
)
def test_points_are_from_a_resolution_that_can_be_true(
    size: tuple[int, int], dpi: int | None, points: tuple[float, float]
) -> None:
    more = {"dpi": (dpi, dpi)} if dpi else {}
    (page,) = image.read(saved(Image.new("L", size, 255), "PNG", **more))
    assert (page.width, page.height) == pytest.approx(points, abs=0.05)


def test_a_tiff_has_a_page_for_each_frame_and_a_gif_one() -> None:
    frames = [Image.new("RGB", (60, 80), colour) for colour in ("red", "green", "blue")]
    tiff = saved(frames[0], "TIFF", save_all=True, append_images=frames[1:])
    assert [page.number for page in image.read(tiff)] == [1, 2, 3]
    assert image.picture(tiff, 3).getpixel((5, 5)) == (0, 0, 255)
    with pytest.raises(Unreadable) as caught:
        image.picture(tiff, 4)
    assert caught.value.reason == "corrupt"
    gif = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert len(list(image.read(gif))) == 1
    assert image.picture(gif, 1).getpixel((5, 5)) == (255, 0, 0)


def test_a_tiff_whose_second_frame_is_broken_keeps_its_first() -> None:
    frames = [drawn(60, 80), drawn(61, 80)]
    tiff = saved(frames[0], "TIFF", save_all=True, append_images=frames[1:])
    pages = list(image.read(tiff[: len(tiff) - 9_000]))
    assert pages[0].unread == "no_text_layer"
    assert [page.unread for page in pages[1:]] == ["corrupt"]


def test_too_many_frames_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image, "MOST_FRAMES", 2)
    frames = [Image.new("L", (8, 8))] * 3
    with pytest.raises(Unreadable) as caught:
        list(image.read(saved(frames[0], "TIFF", save_all=True, append_images=frames[1:])))
    assert caught.value.reason == "limit_pages"


def test_a_photo_is_turned_as_the_camera_was_held() -> None:
    exif = Image.Exif()
    exif[image.ORIENTATION] = 6
    data = saved(drawn(400, 300), "JPEG", quality=95, exif=exif)
    (page,) = image.read(data)
    assert page.width < page.height
    shown = image.picture(data, 1)
    assert shown.size == (300, 400)
    # the black corner was at the top left before a quarter turn clockwise
    pixels = np.asarray(shown)
    assert pixels[:80, -60:].mean() < 20 and pixels[:80, :60].mean() > 120


@pytest.mark.parametrize(("ink", "ground"), [("black", 255), ("white", 0)])
def test_what_is_transparent_lets_the_letters_be_seen(ink: str, ground: int) -> None:
    picture = Image.new("RGBA", (90, 60), (0, 0, 0, 0))
    ImageDraw.Draw(picture).rectangle((20, 20, 40, 40), fill=ink)
    shown = image.picture(saved(picture, "PNG"), 1)
    assert shown.getpixel((5, 5)) == (ground,) * 3
    assert shown.getpixel((30, 30)) == (255 - ground,) * 3


def test_sixteen_bits_are_not_clipped_to_white() -> None:
    deep = Image.fromarray(np.linspace(0, 65_535, 10_000).astype(np.uint16).reshape(100, 100))
    shown = np.asarray(image.picture(saved(deep, "PNG"), 1))
    assert shown.min() == 0 and shown.max() == 255
    assert 120 < np.median(shown) < 136


@pytest.mark.parametrize(("low", "high", "least"), [(100, 610, 0), (65_000, 65_535, 250)])
def test_sixteen_bits_are_spread_where_they_differ(low: int, high: int, least: int) -> None:
    deep = np.full((60, 60), high, np.uint16)
    deep[20:40, 20:40] = low
    shown = np.asarray(image.picture(saved(Image.fromarray(deep), "PNG"), 1))
    assert shown.max() == 255 and least <= shown.min() <= least + 5


# --- pages of a PDF -----------------------------------------------------------------------------


def test_a_page_is_drawn_at_200_dpi_and_in_order() -> None:
    data = pdf(said(20, 20, "one"), ruled((0, 150, 400, 150)) * 9)
    assert shown_pdf.picture(data, 1).size == (1112, 834)
    first, second = (np.asarray(shown_pdf.picture(data, number)) for number in (1, 2))
    assert first[410:424].min() == 255 and second[410:424].min() < 80
    assert first[750:800, 50:120].min() < 80


def test_a_page_is_drawn_as_shown() -> None:
    assert shown_pdf.picture(pdf("", page="/Rotate 90"), 1).size == (834, 1112)
    assert shown_pdf.picture(pdf("", page="/CropBox [0 0 72 144]"), 1).size == (200, 400)


def test_stamps_and_filled_in_fields_are_drawn() -> None:
    note = ("<< /Type /Annot /Subtype /Stamp /Rect [100 100 200 150] /AP << /N 101 0 R >> >>",
            "<< /Type /XObject /Subtype /Form /BBox [0 0 100 50] /Length 22 >>\nstream\n"
            "0 g 0 0 100 50 re f   \nendstream")  # fmt: skip
    shown = np.asarray(shown_pdf.picture(pdf("", page="/Annots [100 0 R]", extra=note), 1))
    assert shown[500, 400].max() == 0


@pytest.mark.parametrize(
    ("page", "wide", "reason"),
    [("/MediaBox [0 0 14400 3600]", 28_000, None),
     ("/MediaBox [0 0 200000 200000]", 0, "limit_pixels")],
)  # fmt: skip
def test_a_large_page_is_drawn_smaller_or_refused(page: str, wide: int, reason: str | None) -> None:
    if reason is None:
        size = shown_pdf.picture(pdf("", page=page), 1).size
        assert size[0] < wide and 0.9e8 < size[0] * size[1] <= image.MOST_PIXELS
        return
    with pytest.raises(Unreadable) as caught:
        shown_pdf.picture(pdf("", page=page), 1)
    assert caught.value.reason == reason


@pytest.mark.parametrize(("data", "number"), [(b"%PDF-1.4 rubbish", 1), (pdf(""), 2), (pdf(""), 0)])
def test_no_such_page_is_corrupt(data: bytes, number: int) -> None:
    with pytest.raises(Unreadable) as caught:
        shown_pdf.picture(data, number)
    assert caught.value.reason == "corrupt"
