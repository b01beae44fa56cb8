"""Originals as pictures: the readers' boxes lie on the ink, passages are found, nothing leaves the
folder."""

from __future__ import annotations

import hashlib
import io
import os
import random

import pytest
from PIL import Image, ImageChops, ImageDraw, features

from pipeline.errors import Unreadable
from pipeline.evidence import Box, OnPage
from pipeline.ingest import kinds
from pipeline.ingest.shown import drawn, found, paged
from pipeline.ingest.shown.small import MOST_BYTES, png
from pipeline.ingest.word import office
from tests.ingest import made_ofd, made_scans
from tests.ingest.made_files import docx, pdf, said

needs = pytest.mark.skipif(office.available() is None, reason="LibreOffice is not installed")
posix = pytest.mark.skipif(os.name != "posix", reason="links and pipes are made here")


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def ink_outside(sheet: drawn.Sheet, boxes: list[Box], room: float = 3.0) -> int:
    """Dark pixels that stand in none of the boxes (grown by `room` points), and are not of them."""
    picture = sheet.picture.convert("L")
    fine = picture.width / sheet.width
    draw = ImageDraw.Draw(picture)
    for x0, top, x1, bottom in boxes:
        draw.rectangle([(x0 - room) * fine, (top - room) * fine, (x1 + room) * fine,
                        (bottom + room) * fine], fill=255)
    return sum(picture.histogram()[:100])


def boxes_read(data: bytes, name: str, number: int) -> list[Box]:
    page = list(kinds.read(data, name))[number - 1]
    return [one.place.box for one in page.blocks if isinstance(one.place, OnPage)]


# --- pages as they are read -------------------------------------------------------------------

LINES = said(40, 250, "Minutes of the meeting") + said(60, 120, "All were present") \
    + said(90, 40, "The end")
PAGES = {
    "upright": "",
    "turned_right": "/Rotate 90",
    "upside_down": "/Rotate 180",
    "turned_left": "/Rotate 270",
    "cropped": "/MediaBox [0 0 400 300] /CropBox [30 20 380 290]",
    "cropped_and_turned": "/MediaBox [0 0 400 300] /CropBox [30 20 380 290] /Rotate 90",
    "shifted": "/MediaBox [-50 -30 350 280]",
}


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES.keys())
def test_the_boxes_of_a_pdf_lie_on_the_ink(page: str) -> None:
    resources = " /Resources << /Font << /F 3 0 R >> >>" if "/MediaBox" in page else ""
    data = pdf(LINES, page=page + resources)
    boxes = boxes_read(data, "a.pdf", 1)
    sheet = drawn.sheet(data, "pdf", 1)
    assert len(boxes) == 3
    assert ink_outside(sheet, boxes) == 0
    assert ink_outside(sheet, boxes[1:]) > 50
    read = next(kinds.read(data, "a.pdf"))
    assert (sheet.width, sheet.height) == pytest.approx((read.width, read.height), abs=0.01)


def test_the_boxes_of_an_ofd_lie_on_the_ink() -> None:
    data = made_ofd.write([["第一页"], ["会议研究了三件事。", "参加的有二十二人。"]])
    boxes = boxes_read(data, "a.ofd", 2)
    sheet = drawn.sheet(data, "ofd", 2)
    assert (sheet.number, sheet.pages) == (2, 2)
    assert ink_outside(sheet, boxes) == 0
    assert ink_outside(sheet, boxes[1:]) > 50


def corner(mode: str = "RGB") -> Image.Image:
    """A white sheet with a black corner, 1000 x 1400."""
    sheet = Image.new(mode, (1000, 1400), "white")
    sheet.paste("black", (0, 0, 200, 100))
    return sheet


def written(picture: Image.Image, form: str, **more: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **more)  # type: ignore[arg-type]
    return out.getvalue()


@pytest.mark.parametrize("held", range(1, 9))
def test_a_photo_is_shown_as_it_was_held_and_as_the_recogniser_saw_it(held: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = held
    data = written(corner(), "JPEG", exif=exif)
    sheet = drawn.sheet(data, "jpg", 1)
    seen = kinds.picture(data, "jpg", 1)
    read = next(kinds.read(data, "a.jpg"))
    assert (sheet.width, sheet.height) == (read.width, read.height)
    small = seen.resize(sheet.picture.size)
    apart = ImageChops.difference(small.convert("L"), sheet.picture.convert("L")).histogram()
    assert sum(apart[100:]) < 0.005 * small.width * small.height


def test_every_frame_of_a_fax_is_a_page() -> None:
    frames = [corner("1"), corner("1").rotate(180)]
    data = written(frames[0], "TIFF", save_all=True, append_images=frames[1:], dpi=(200, 200))
    first, second = (drawn.sheet(data, "tif", number) for number in (1, 2))
    assert (second.number, second.pages) == (2, 2)
    assert (second.width, second.height) == pytest.approx((360, 504))
    assert first.picture.getpixel((5, 5)) == (0, 0, 0)
    assert second.picture.getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.skipif(not features.check("avif"), reason="this Pillow writes no such picture")
def test_a_photo_of_a_phone_is_shown() -> None:
    data = written(corner(), "AVIF")
    assert kinds.sniff(data, "a.heic") == "heic"
    sheet = drawn.sheet(data, "heic", 1)
    assert sheet.picture.getpixel((5, 5)) < (60, 60, 60)
    assert sheet.picture.getpixel((500, 500)) > (200, 200, 200)


@pytest.mark.parametrize("mode", ["CMYK", "LA", "P", "I;16", "L", "RGBA"])
def test_pictures_of_every_kind_become_colours(mode: str) -> None:
    form = "TIFF" if mode in ("CMYK", "I;16") else "PNG"
    picture = Image.new("L", (300, 200), 200)
    picture = picture.convert("I").convert(mode) if mode == "I;16" else picture.convert(mode)
    assert drawn.sheet(written(picture, form), form.lower()[:3], 1).picture.mode == "RGB"


def test_the_last_page_is_shown_where_there_is_none_of_that_number() -> None:
    assert drawn.sheet(pdf(LINES, LINES), "pdf", 99).number == 2


def test_no_page_is_finer_than_a_screen() -> None:
    big = pdf(LINES, page="/MediaBox [0 0 4000 3000] /Resources << /Font << /F 3 0 R >> >>")
    assert drawn.sheet(big, "pdf", 1).picture.width == 1_600
    long = pdf(LINES, page="/MediaBox [0 0 400 14000] /Resources << /Font << /F 3 0 R >> >>")
    wide, high = drawn.sheet(long, "pdf", 1).picture.size
    assert wide * high <= 1.01 * drawn.MOST_PIXELS


@pytest.mark.parametrize("data", [b"%PDF-1.7\nrubbish", b"%PDF-1.7\n" + os.urandom(2000)])
def test_a_broken_paper_has_a_reason(data: bytes) -> None:
    with pytest.raises(Unreadable) as refused:
        drawn.sheet(data, "pdf", 1)
    assert refused.value.reason == "corrupt"


def test_a_bomb_is_refused_before_it_is_decoded() -> None:
    data = written(Image.new("1", (11_000, 10_000)), "PNG")
    with pytest.raises(Unreadable) as refused:
        drawn.sheet(data, "png", 1)
    assert refused.value.reason == "limit_pixels"


# --- pictures of few bytes --------------------------------------------------------------------


def test_noise_fits_the_network() -> None:
    noise = Image.frombytes("RGB", (900, 1200), random.Random(1).randbytes(900 * 1200 * 3))
    assert len(written(noise, "PNG")) > 3_000_000
    assert len(png(noise)) <= MOST_BYTES


def test_a_page_of_text_keeps_its_pixels_and_its_seal_its_red() -> None:
    page = made_scans.paper(1, seal=True).picture.convert("RGB").resize((910, 1287))
    data = png(page)
    shown = Image.open(io.BytesIO(data)).convert("RGB")
    assert shown.size == page.size
    assert len(data) <= MOST_BYTES
    red = ImageChops.subtract(shown.getchannel("R"), shown.getchannel("G"))
    assert sum(red.histogram()[90:]) > 100


# --- passages in a PDF that was made ----------------------------------------------------------

TEXT = pdf(
    said(40, 250, "On 3 May the leading group met") + said(40, 230, "for the first time.")
    + said(180, 20, "Page 1 of 2"),
    said(180, 280, "Work report") + said(40, 250, "It named the members, and")
    + said(40, 230, "gave each of them a task.") + said(180, 20, "Page 2 of 2"),
)


def where(data: bytes, text: str, near: int = 1) -> tuple[int, tuple[Box, ...]] | None:
    return found.find(data, found.words(data), text, near)


@pytest.mark.parametrize(
    ("text", "page", "lines"),
    [
        ("On 3 May the leading group met for the first time.", 1, 2),
        ("ＯＮ　３ＭＡＹ　the leading\ngroup met", 1, 1),
        ("1. On 3 May the leading group met for the first time.", 1, 2),
        ("On 3 May the ******* group met for the first time", 1, 3),
        ("It named the members, and gave each of them a task.", 2, 2),
        # broken by the foot of one page and the head of the next: most of it counts
        ("for the first time. It named the members, and gave each of them a task.", 2, 2),
    ],
)
def test_a_passage_is_found_whatever_stands_between(text: str, page: int, lines: int) -> None:
    place = where(TEXT, text)
    assert place is not None
    assert (place[0], len(place[1])) == (page, lines)


def test_the_boxes_of_a_passage_lie_on_its_ink() -> None:
    _, boxes = where(TEXT, "It named the members, and gave each of them a task.") or (0, ())
    sheet = drawn.sheet(TEXT, "pdf", 2)
    head, foot = (150.0, 0.0, 300.0, 30.0), (150.0, 270.0, 300.0, 300.0)
    assert ink_outside(sheet, [*boxes, head, foot]) == 0
    assert ink_outside(sheet, [head, foot]) > 50


@pytest.mark.parametrize("text", ["", "。", "No such words in this paper", "Page 3 of 7, annex"])
def test_what_is_not_there_is_not_found(text: str) -> None:
    assert where(TEXT, text) is None


def test_of_like_passages_the_one_from_the_page_on_is_taken() -> None:
    data = pdf(*[said(40, 250, "The same words everywhere")] * 3)
    assert [where(data, "The same words everywhere", near)[0]  # type: ignore[index]
            for near in (1, 2, 3, 9)] == [1, 2, 3, 3]


def table(rows: list[list[str]]) -> bytes:
    """A table whose columns are drawn one after the other, as LibreOffice draws a sheet."""
    return pdf("".join(said(30 + 90 * column, 270 - 20 * number, row[column])
                       for column in range(len(rows[0])) for number, row in enumerate(rows)))


def test_a_row_is_found_by_what_stands_beside() -> None:
    rows = [["No", "Matter", "Sum", "By"]] + [
        [str(number), f"Visit {number}", str(100 * number), "Office"] for number in range(1, 12)]
    page, boxes = where(table(rows), "No：7 | Matter：Visit 7 | Sum：700 | By：Office") or (0, ())
    assert (page, len(boxes)) == (1, 1)
    assert boxes[0][1] < 300 - 130 - 3 < boxes[0][3]
    assert boxes[0][0] < 40
    assert boxes[0][2] > 320


@pytest.mark.parametrize(
    ("column", "number"),
    [("123456789", "345"), (["13145", "27182"], "314"), (["13145", "27182"], "7182")],
    ids=["below one another", "its beginning", "its end"],
)
def test_a_part_of_a_number_is_none_and_neither_are_several(column: list[str], number: str) -> None:
    rows = [[each, "like", "all", "others"] for each in column]
    assert where(table(rows), f"No：{number} | By：x | Sum：y") is None
    whole = column[-1]
    assert where(table(rows), f"No：{whole} | Matter：like | Sum：all | By：others") is not None


def test_a_long_sheet_is_shown_in_strips_that_overlap() -> None:
    tall = pdf("".join(said(10, 3980 - 20 * number, f"Row {number:04}") for number in range(190)),
               page="/MediaBox [0 0 400 4000] /Resources << /Font << /F 3 0 R >> >>")
    among = drawn.strips(tall)
    assert sum(one.height for one in among) > 4000
    page, boxes = where(tall, "Row 0150") or (0, ())
    number, moved = drawn.on_strip(among, page, boxes)
    sheet = drawn.strip(tall, among, number)
    assert number > 3
    assert sheet.picture.width >= drawn.SHEET_WIDE
    cropped = sheet.picture.crop(tuple(
        round(side * sheet.picture.width / sheet.width) for side in moved[0]))  # type: ignore[arg-type]
    assert sum(cropped.convert("L").histogram()[:100]) > 50
    others = [(0.0, 0.0, 400.0, moved[0][1] - 2), (0.0, moved[0][3] + 2, 400.0, 9000.0)]
    assert ink_outside(sheet, [*moved, *others], 0) == 0


@needs
def test_word_papers_and_sheets_become_pages() -> None:
    body = "".join(f"<w:p><w:r><w:t>第{number}次会议研究了创建工作。</w:t></w:r></w:p>"
                   for number in range(1, 90))
    made = paged.pdf(docx(body), "docx")
    page, boxes = where(made, "第88次会议研究了创建工作。") or (0, ())
    assert page > 1
    assert len(boxes) == 1
