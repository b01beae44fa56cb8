"""Pictures of pages -> blocks: the logic with a recogniser that is handed in, and a few pages read
by the real one."""

from __future__ import annotations

import importlib.util
import math
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from pipeline.errors import Unreadable
from pipeline.evidence import OnPage, Page
from pipeline.ingest.pdf import picture as shown_pdf
from pipeline.ingest.scans import image, ocr, seal
from pipeline.ingest.scans import page as scan
from pipeline.ingest.scans.ocr import Pixels, Recognise, Seen
from pipeline.ingest.scans.photo import sheet_of
from pipeline.ingest.scans.ring import rings
from tests.ingest import made_scans as made

needs_fonts = pytest.mark.skipif(
    not made.FONTS.is_dir(), reason="the Noto faces for Chinese are not installed"
)
HIGH = 30
"""Pixels of a line in the pictures below; a page is 800 x 1,100."""
Said = tuple[str, float, float]
"""A text and where its line begins."""


def bars(*lines: Said, ground: str = "white") -> Image.Image:
    """A page on which each line is a row of bars, a bar for a letter."""
    picture = Image.new("RGB", (800, 1100), ground)
    draw = ImageDraw.Draw(picture)
    for text, x, y in lines:
        for at in range(len(text)):
            draw.rectangle((x + at * HIGH, y, x + at * HIGH + HIGH - 6, y + HIGH - 1), fill="black")
    return picture


def seen(text: str, x: float, y: float, sure: float = 0.99, high: float = HIGH) -> Seen:
    """A stretch with the margin that the library leaves around it."""
    x0, top, x1, bottom = x - 6, y - 6, x + len(text) * high + 2, y + high + 6
    return Seen(text, ((x0, top), (x1, top), (x1, bottom), (x0, bottom)), sure)


def fake(*stretches: Seen) -> Recognise:
    return lambda picture: list(stretches)


def page_of(picture: Image.Image, recognise: Recognise) -> Page:
    return scan.page(picture, 1, float(picture.width), float(picture.height), recognise)


def texts(page: Page) -> list[str]:
    return [block.text for block in page.blocks]


def box(page: Page, number: int) -> tuple[float, ...]:
    place = page.blocks[number].place
    assert isinstance(place, OnPage)
    return place.box


# --- reading order ------------------------------------------------------------------------------

LEFT = [(f"左栏第{number}行文字满满的", 60.0, 200.0 + 50 * number) for number in range(8)]
RIGHT = [(f"右栏第{number}行文字满满的", 440.0, 205.0 + 50 * number) for number in range(8)]
TITLE: Said = ("横贯两栏的大标题共有二十个字横贯两栏的", 100.0, 120.0)
FOOT: Said = ("两栏以下又有一行横贯两栏的文字共有二十字", 100.0, 640.0)
FORM = [("姓名", 60.0, 300.0), ("职务", 440.0, 300.0), ("电话", 60.0, 350.0), ("住址", 440.0, 350),
        ("邮编", 60.0, 400.0), ("备注", 440.0, 400.0), ("籍贯", 60.0, 450.0), ("民族", 440.0, 450)]


@pytest.mark.parametrize(
    ("lines", "order"),
    [
        pytest.param([*RIGHT, *LEFT], [*LEFT, *RIGHT], id="columns one after another"),
        pytest.param([FOOT, *RIGHT, TITLE, *LEFT], [TITLE, *LEFT, *RIGHT, FOOT],
                     id="what runs across parts the columns"),
    ],
)  # fmt: skip
def test_columns_are_read_one_after_another(lines: list[Said], order: list[Said]) -> None:
    page = page_of(bars(*lines), fake(*(seen(*line) for line in lines)))
    # a column's full lines are a paragraph, what runs across is a line
    assert "".join(texts(page)) == "".join(text for text, _, _ in order)
    assert [block.kind for block in page.blocks].count("paragraph") == 2


def test_short_entries_side_by_side_are_read_across() -> None:
    page = page_of(bars(*FORM), fake(*(seen(*line) for line in FORM)))
    assert texts(page) == ["姓名 职务", "电话 住址", "邮编 备注", "籍贯 民族"]


def test_pieces_of_a_line_are_one_with_a_space_for_a_gap() -> None:
    lines: list[Said] = [("第二行", 60, 260), ("前半句", 60, 200), ("后半句", 155, 203),
                         ("远处", 400, 198)]  # fmt: skip
    page = page_of(bars(*lines), fake(*(seen(*line) for line in lines)))
    assert texts(page) == ["前半句后半句 远处", "第二行"]


def test_a_line_seen_across_both_columns_is_read_in_its_parts() -> None:
    across = seen(LEFT[3][0] + "误" * 2 + RIGHT[3][0], LEFT[3][1], LEFT[3][2])
    rest = [seen(*line) for line in [*LEFT, *RIGHT] if line not in (LEFT[3], RIGHT[3])]

    def recognise(picture: Pixels) -> list[Seen]:
        if picture.shape[0] > 300:
            return [*rest, across]
        # a part by itself: one is as wide as the other, told apart by their count of calls
        calls.append(picture.shape[1])
        return [seen((LEFT if len(calls) == 1 else RIGHT)[3][0], 20, 10)]

    calls: list[int] = []
    page = page_of(bars(*LEFT, *RIGHT), recognise)
    assert "".join(texts(page)) == "".join(text for text, _, _ in [*LEFT, *RIGHT])


def test_a_watermark_across_the_page_joins_no_line() -> None:
    lines: list[Said] = [("正文第一行", 60, 200), ("正文第二行", 60, 260)]
    mark = seen("密", 300, 180, 0.9, 150)
    page = page_of(bars(*lines), fake(*(seen(*line) for line in lines), mark))
    assert sorted(texts(page)) == sorted(["正文第一行", "正文第二行", "密"])


# --- boxes --------------------------------------------------------------------------------------


def test_a_box_is_of_the_ink_in_points_of_the_page_shown() -> None:
    picture = bars(("一二三四", 100, 200))
    page = scan.page(picture, 7, 400.0, 550.0, fake(seen("一二三四", 100, 200)))
    assert page.blocks[0].place == OnPage(7, (50.0, 100.0, 107.5, 115.0))
    assert page.blocks[0].size == pytest.approx(15, abs=0.6)


@pytest.mark.parametrize("degrees", [-8, -3, 2, 6])
def test_a_page_lying_askew_keeps_its_order_and_its_places(degrees: float) -> None:
    lines: list[Said] = [(f"第{at}行的文字有许多不止十五个字", 90.0, 150.0 + 60 * at)
                         for at in range(12)]  # fmt: skip
    turn = math.radians(-degrees)
    cos, sin = math.cos(turn), math.sin(turn)

    def moved(x: float, y: float) -> tuple[float, float]:
        return 400 + cos * (x - 400) - sin * (y - 550), 550 + sin * (x - 400) + cos * (y - 550)

    stretches = []
    for line in lines:
        a, b, c, d = (moved(*at) for at in seen(*line).quad)
        stretches.append(Seen(line[0], (a, b, c, d), 0.99))
    picture = bars(*lines).rotate(degrees, fillcolor="white")
    page = page_of(picture, fake(*stretches[::-1]))
    if abs(degrees) < 7:
        assert texts(page) == [text for text, _, _ in lines]
        for number, (text, x, y) in enumerate(lines):
            place = box(page, number)
            middle = moved(x + len(text) * HIGH / 2, y + HIGH / 2)
            assert (place[1] + place[3]) / 2 == pytest.approx(middle[1], abs=4)
            assert place[3] - place[1] == pytest.approx(HIGH, abs=5)
    else:
        assert "".join(texts(page)) == "".join(text for text, _, _ in lines)
    # margins stay margins
    starts = {round(box(page, at)[0] / 8) for at in range(len(page.blocks))}
    assert abs(degrees) > 7 or len(starts) <= 2


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_page_on_its_side_or_head_is_turned_before_it_is_read(turns: int) -> None:
    lines: list[Said] = [
        (f"第{at}行" + ("写到右边的页边为止" if at % 2 == 0 else "短"), 90.0, 150.0 + 70 * at)
        for at in range(8)
    ]
    upright = np.asarray(bars(*lines, ("右上角", 690, 40)))

    def recognise(picture: Pixels) -> list[Seen]:
        for quarters in range(4):
            if picture.shape == np.rot90(upright, quarters).shape and (
                np.abs(np.rot90(picture, -quarters).astype(int) - upright).mean() < 20
            ):
                break
        if quarters == 0:
            return [seen(*line) for line in lines]
        if quarters == 2:
            return [seen("乱码", 300, 300 + 70 * at, 0.5) for at in range(9)]
        sure = 0.99 if quarters == 3 else 0.5
        return [Seen("竖", ((300, 9), (330, 9), (330, 400), (300, 400)), sure)]

    page = page_of(Image.fromarray(np.ascontiguousarray(np.rot90(upright, turns))), recognise)
    # what reached the margin goes on in the next line
    assert texts(page) == [lines[at][0] + lines[at + 1][0] for at in range(0, 8, 2)]
    assert {block.kind for block in page.blocks} == {"paragraph"}
    x0, top, x1, bottom = box(page, 0)
    assert (x1 - x0 > bottom - top) == (turns == 2)
    if turns == 2:
        assert bottom == pytest.approx(1100 - 150, abs=3) and x1 == pytest.approx(800 - 90, abs=8)


def test_a_photographed_paper_is_laid_flat_and_its_places_are_on_the_photo() -> None:
    photo = made.photo(made.Made(bars(("一二三四", 100, 200)).resize((1654, 2339)), ""), 5).picture
    pixels = np.asarray(photo)
    sheet = sheet_of(pixels)
    high, wide = sheet.pixels.shape[:2]
    assert 0.62 < wide / high < 0.8
    # evenly lit: the paper is as light at one edge as at the other
    means = [sheet.pixels[high // 2, int(wide * at)].mean() for at in (0.08, 0.5, 0.92)]
    assert max(means) - min(means) < 16 and min(means) > 220
    at = np.argwhere(sheet.pixels[..., 1] < 90)
    y, x = at.mean(axis=0)
    page = page_of(photo, fake(seen("一二三四", x - 2 * HIGH, y - HIGH / 2)))
    x0, top, x1, bottom = box(page, 0)
    found_y, found_x = np.argwhere(pixels[400:1000, 450:1300, 1] < 70).mean(axis=0) + (400, 450)
    assert abs((top + bottom) / 2 - found_y) < 40
    assert abs((x0 + x1) / 2 - found_x) < 90


@pytest.mark.parametrize("number", [0, 1])
def test_what_is_no_photographed_paper_is_not_cut(number: int) -> None:
    plain = np.asarray(bars(("一二三四", 100, 200)))
    framed = np.full((1300, 1000, 3), 60, np.uint8)
    framed[100:1200, 100:900] = plain
    two = np.full((1300, 2000, 3), 60, np.uint8)
    two[100:1200, 100:900] = plain
    two[90:900, 1050:1900] = 250
    given = (framed, np.asarray(Image.fromarray(two).rotate(3, fillcolor=(60, 60, 60))))[number]
    assert sheet_of(given).pixels.shape == given.shape


def test_small_letters_are_enlarged_and_their_places_are_not() -> None:
    shapes: list[tuple[int, ...]] = []

    def recognise(picture: Pixels) -> list[Seen]:
        shapes.append(picture.shape)
        scale = picture.shape[1] / 160
        return [seen("小字", 20 * scale, 40 * scale, 0.9, 6 * scale)]

    page = scan.page(bars(("小字", 100, 200)).resize((160, 220)), 1, 160.0, 220.0, recognise)
    assert len(shapes) == 2 and shapes[1][1] > 320
    assert box(page, 0) == pytest.approx((20, 40, 32, 46), abs=2)


def test_a_long_picture_is_read_part_by_part() -> None:
    picture = Image.new("RGB", (600, 6000), "white")
    draw = ImageDraw.Draw(picture)
    for y in range(40, 6000, 60):
        draw.rectangle((50, y, 500, y + 30), fill="black")
    shapes: list[tuple[int, ...]] = []

    def recognise(part: Pixels) -> list[Seen]:
        shapes.append(part.shape)
        return [seen(f"第{len(shapes)}段", 50, 10)]

    page = page_of(picture, recognise)
    assert sum(shape[0] for shape in shapes) == 6000 and max(shapes)[0] <= 1.3 * 1280
    assert texts(page) == [f"第{at + 1}段" for at in range(len(shapes))]


# --- tables -------------------------------------------------------------------------------------


def ruled(rows: list[list[str]], merged: bool = False) -> tuple[Image.Image, list[Seen]]:
    """A ruled table at (60, 100) with cells of 220 x 70; its first row one cell if `merged`."""
    picture = Image.new("RGB", (800, 1100), "white")
    draw = ImageDraw.Draw(picture)
    stretches = []
    for down, row in enumerate(rows):
        for across, text in enumerate(row):
            x, y = 60 + 220 * across, 100 + 70 * down
            wide = 660 if merged and down == 0 else 220
            draw.rectangle((x, y, x + wide, y + 70), outline="black", width=2)
            for at in range(len(text)):
                draw.rectangle((x + 20 + at * HIGH, y + 20, x + 14 + (at + 1) * HIGH, y + 49),
                               fill="black")  # fmt: skip
            if text:
                stretches.append(seen(text, x + 20, y + 20))
    return picture, stretches


def test_a_ruled_table_is_rows_of_cells() -> None:
    picture, stretches = ruled([["序号", "名称", "人数"], ["一", "演练", ""], ["二", "", "三十"]])
    page = page_of(picture, fake(*stretches[::-1], seen("表前", 60, 30), seen("表后", 60, 400)))
    assert [(block.kind, block.table, block.cells) for block in page.blocks] == [
        ("line", 0, ()),
        ("row", 1, ("序号", "名称", "人数")),
        ("row", 1, ("一", "演练", "")),
        ("row", 1, ("二", "", "三十")),
        ("line", 0, ()),
    ]
    assert box(page, 1) == pytest.approx((60, 100, 720, 170), abs=2)


def test_a_merged_cell_stands_once() -> None:
    picture, stretches = ruled([["活动台账"], ["序号", "名称", "人数"], ["一", "演练", "九"]], True)
    page = page_of(picture, fake(*stretches))
    assert [block.cells for block in page.blocks] == [
        ("活动台账", "", ""), ("序号", "名称", "人数"), ("一", "演练", "九"),
    ]  # fmt: skip


def test_a_stretch_through_several_cells_is_read_again_cell_by_cell() -> None:
    picture, stretches = ruled([["序号", "名称", "人数"], ["一", "演练", "九"]])
    through = Seen("一演练九", ((74, 184), (560, 184), (560, 226), (74, 226)), 0.9)
    words = iter(["一", "演练", "九"])

    def recognise(part: Pixels) -> list[Seen]:
        if part.shape[0] > 300:
            return [*stretches[:3], through]
        return [seen(next(words), 10, 10)]

    page = page_of(picture, recognise)
    assert page.blocks[1].cells == ("一", "演练", "九")


def test_what_does_not_come_back_cell_by_cell_stays_whole() -> None:
    picture, stretches = ruled([["序号", "名称", "人数"], ["一", "演练", "九"]])
    through = Seen("一演练九", ((74, 184), (560, 184), (560, 226), (74, 226)), 0.9)
    page = page_of(
        picture, lambda part: [*stretches[:3], through] if part.shape[0] > 300 else []
    )
    assert "一演练九" in page.blocks[1].cells


def test_tables_count_from_one() -> None:
    picture, stretches = ruled([["甲", "乙", "丙"], ["丁", "戊", "己"]])
    second = picture.crop((0, 90, 800, 300))
    picture.paste(second, (0, 590))
    lower = [Seen(each.text, tuple((x, y + 500) for x, y in each.quad), 0.9)  # type: ignore[arg-type]
             for each in stretches]  # fmt: skip
    page = page_of(picture, fake(*stretches, *lower))
    assert [block.table for block in page.blocks] == [1, 1, 2, 2]


def soiled() -> Image.Image:
    """An empty page as a poor scanner shows it."""
    empty = made.noisy(made.Made(Image.new("RGB", (800, 1100), "white"), "")).picture
    ImageDraw.Draw(empty).rectangle((0, 0, 20, 1100), fill="black")
    return empty


# --- what cannot be read ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("picture", "stretches", "unread"),
    [
        pytest.param(Image.new("RGB", (800, 1100), "white"), [], "blank", id="white"),
        pytest.param(Image.new("RGB", (800, 1100), "black"), [], "blank", id="black"),
        pytest.param(soiled(), [], "blank", id="grain, specks and a shadow at the edge"),
        pytest.param(bars(("7", 400, 1000)), [seen("7", 400, 1000)], None, id="a page number"),
        pytest.param(bars(("涂鸦", 90, 90)), [], "unclear", id="something, nothing read"),
        pytest.param(bars(("清楚", 90, 90)), [seen("清楚", 90, 90)], None, id="read"),
        pytest.param(bars(("模糊", 90, 90)), [seen("模糊", 90, 90, 0.6)], "unclear", id="doubtful"),
        pytest.param(bars(("清楚", 90, 90)),
                     [seen("清楚得很的一行字", 90, 90), seen("糊", 90, 300, 0.3)],
                     None, id="a doubtful letter among nine"),
        pytest.param(bars(("清楚", 90, 90)), [seen("清楚", 90, 90), seen("糊", 90, 300, 0.6)],
                     "unclear", id="a third doubtful"),
    ],
)  # fmt: skip
def test_a_page_says_what_of_it_is_unread(
    picture: Image.Image, stretches: list[Seen], unread: str | None
) -> None:
    page = page_of(picture, fake(*stretches))
    assert page.unread == unread
    assert len(page.blocks) == len(stretches)


def test_a_date_that_cannot_be_is_doubtful() -> None:
    page = page_of(bars(("年月日", 90, 800)), fake(seen("2023年11月154日", 90, 800, 0.97, 20)))
    assert page.blocks[0].sure <= 0.5 and page.unread == "unclear"
    assert seal.date_unread(page)


# --- seals --------------------------------------------------------------------------------------


def stamped(*lines: Said) -> Image.Image:
    if not made.FONTS.is_dir():
        pytest.skip("the Noto faces for Chinese are not installed")
    picture = bars(*lines)
    made.sealed(picture, "清河县民政局", (500, 800))
    return picture


def is_clean(picture: Pixels) -> bool:
    return bool((picture[..., 0] == picture[..., 2]).all())


DAY = "2023年4月8日"
DATE: Said = ("二年月日", 440.0, 790.0)
BELOW = ("正文没有盖章的一行文字", 60.0, 200.0)


@pytest.mark.parametrize(
    ("first", "again", "kept"),
    [
        pytest.param([("2023年", 0.7)], [(DAY, 0.98)], DAY, id="the red removed"),
        pytest.param([(DAY, 0.98)], [("2023年4月", 0.9)], DAY, id="as it was"),
        pytest.param([(DAY, 0.98)], [("2028年4月8日", 0.8)], DAY, id="surer"),
        pytest.param([], [(DAY, 0.9)], DAY, id="seen only without red"),
        pytest.param([(DAY, 0.9)], [], DAY, id="seen only with red"),
    ],
)  # fmt: skip
def test_of_two_readings_under_a_seal_the_better_is_kept(
    first: list[tuple[str, float]], again: list[tuple[str, float]], kept: str
) -> None:
    def at(x: float, y: float, found: list[tuple[str, float]]) -> list[Seen]:
        return [Seen(text, seen("一二三四", x, y).quad, sure) for text, sure in found]

    def recognise(picture: Pixels) -> list[Seen]:
        if picture.shape[0] > 900:
            return [seen(*BELOW), *at(DATE[1], DATE[2], first)]
        if not is_clean(picture):
            return []
        # where the date's bars stand on the crop
        ink = np.argwhere(picture[..., 0] < 60)
        return at(float(ink[:, 1].min()), float(ink[:, 0].min()), again)

    page = page_of(stamped(BELOW, DATE), recognise)
    assert texts(page) == [BELOW[0], kept]
    assert page.unread is None and not seal.date_unread(page)


def test_the_seals_own_letters_are_no_text_and_the_issuers_are() -> None:
    ring = Seen("河县民", ((430, 660), (570, 660), (570, 710), (430, 710)), 0.75)
    page = page_of(stamped(BELOW), lambda picture: (
        [seen(*BELOW), ring] if picture.shape[0] > 900 else []
    ))  # fmt: skip
    # its date may stand under it: no date was read anywhere
    assert texts(page) == [BELOW[0], seal.ILLEGIBLE]
    assert page.unread == "unclear" and seal.date_unread(page)
    black = Seen("河县民", ((430, 780), (570, 780), (570, 830), (430, 830)), 0.75)
    page = page_of(stamped(BELOW, ("河县民", 440, 790)), lambda picture: (
        [seen(*BELOW), black] if picture.shape[0] > 900 else []
    ))  # fmt: skip
    assert "河县民" in texts(page)


def test_ink_under_a_seal_that_nobody_reads_is_said() -> None:
    page = page_of(
        stamped(BELOW, DATE), lambda picture: [seen(*BELOW)] if picture.shape[0] > 900 else []
    )
    assert texts(page) == [BELOW[0], seal.ILLEGIBLE]
    assert page.blocks[1].sure == 0 and page.unread == "unclear"
    assert seal.date_unread(page)
    x0, top, x1, bottom = box(page, 1)
    assert x0 < 500 < x1 and top < 805 < bottom


@pytest.mark.parametrize(
    ("text", "unread"), [("正文", True), (DAY, False), ("2023年13月8日", True)]
)
def test_a_copied_seal_without_a_date_that_was_read_is_said(text: str, unread: bool) -> None:
    picture = made.copied(made.Made(stamped(BELOW), "")).picture
    page = page_of(picture, fake(seen(*BELOW), seen(text, 440, 790)))
    assert seal.date_unread(page) == unread
    assert (page.unread == "unclear") == unread


@needs_fonts
def test_what_is_round_on_a_page_without_a_seal_is_none() -> None:
    for picture in (made.paper(1).picture, made.noisy(made.table(0)).picture):
        assert rings(np.asarray(picture)) == []


def test_a_red_heading_is_no_seal_and_is_kept() -> None:
    picture = Image.new("RGB", (800, 1100), "white")
    draw = ImageDraw.Draw(picture)
    for at in range(9):
        draw.rectangle((100 + 66 * at, 100, 150 + 66 * at, 150), fill=made.RED)
    draw.rectangle((60, 200, 740, 204), fill=made.RED)
    heading = Seen("清河县人民政府文件", ((96, 94), (690, 94), (690, 156), (96, 156)), 0.95)
    page = page_of(picture, lambda given: [heading] if given.shape[0] > 900 else [])
    assert texts(page) == ["清河县人民政府文件"]


# --- the libraries ------------------------------------------------------------------------------

needs_library = pytest.mark.skipif(
    importlib.util.find_spec("rapidocr") is None, reason="rapidocr is not installed"
)


def read(paper: made.Made) -> Page:
    wide, high = (value * 72 / made.DPI for value in paper.picture.size)
    return scan.page(paper.picture, 1, wide, high, ocr.recogniser())


@needs_fonts
@needs_library
@pytest.mark.parametrize(
    ("make", "most"),
    [
        pytest.param(lambda: made.paper(0, most=5), 0.01, id="clean"),
        pytest.param(lambda: made.noisy(made.turned(made.paper(1, most=4), -2.5), 1), 0.03,
                     id="turned and noisy"),
        pytest.param(lambda: made.photo(made.paper(2, most=4), 2), 0.08, id="phone photo"),
        pytest.param(lambda: made.paper(3, most=3, seal=True), 0.08, id="seal"),
        pytest.param(lambda: made.table(0), 0.01, id="table"),
    ],
)  # fmt: skip
def test_a_page_is_read_as_well_as_is_promised(make: Callable[[], made.Made], most: float) -> None:
    paper = make()
    page = read(paper)
    assert made.error_rate(page.text, paper.text) <= most
    assert paper.date in page.text and page.unread is None


@needs_fonts
@needs_library
def test_the_same_picture_gives_the_same_bytes() -> None:
    small = made.paper(1, most=2, seal=True).picture.crop((700, 100, 1654, 1100))
    one, two = (scan.page(small, 1, 300.0, 320.0, ocr.recogniser()) for _ in range(2))
    assert one == two and one.blocks


_ALONE = """
import resource, socket, sys
def refuse(*args, **more):
    raise RuntimeError("a connection was tried")
socket.socket.connect = socket.socket.sendto = socket.getaddrinfo = refuse
resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
from PIL import Image
from pipeline.ingest.scans import ocr, page as scan
page = scan.page(Image.open(sys.argv[1]), 1, 300.0, 320.0, ocr.recogniser())
sys.stdout.buffer.write(page.text.encode())
"""


@needs_fonts
@needs_library
def test_recognising_needs_no_network_writes_nothing_and_is_quiet(tmp_path: Path) -> None:
    picture = made.paper(1, most=2).picture.crop((100, 100, 1654, 700))
    picture.save(tmp_path / "page.png")
    done = subprocess.run(
        [sys.executable, "-B", "-c", _ALONE, str(tmp_path / "page.png")],
        capture_output=True, cwd=Path(__file__).parents[2], check=False,
    )  # fmt: skip
    assert done.stderr == b""
    assert made.TITLES[1] in done.stdout.decode()
    assert [path.name for path in tmp_path.iterdir()] == ["page.png"]


def test_without_library_and_program_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "_models", lambda: None)
    monkeypatch.setattr(ocr, "_tesseract", lambda: None)
    for ask in (ocr.recogniser.__wrapped__, ocr.version.__wrapped__):
        with pytest.raises(Unreadable) as caught:
            ask()
        assert caught.value.reason == "program_missing"


def test_the_version_names_the_library_and_its_models() -> None:
    if ocr._models() is None:
        pytest.skip("rapidocr is not installed")
    assert {"rapidocr", "onnxruntime"} <= set(ocr.version().split())
    assert "_det_" in ocr.version() and "_rec_" in ocr.version()


def test_words_of_tesseract_become_lines() -> None:
    rows = ["level\tpage_num\tblock\tpar\tline\tword\tleft\ttop\twidth\theight\tconf\ttext",
            "4\t1\t1\t1\t1\t0\t10\t20\t300\t30\t-1\t",
            "5\t1\t1\t1\t1\t1\t10\t20\t60\t30\t90.5\t工作",
            "5\t1\t1\t1\t1\t2\t80\t22\t30\t28\t60.5\t总结",
            "5\t1\t1\t1\t2\t1\t10\t70\t60\t30\t80\tPDF",
            "5\t1\t1\t1\t2\t2\t80\t70\t60\t30\t80\tfile"]  # fmt: skip
    first, second = ocr._lines("\n".join(rows))
    assert (first.text, first.sure) == ("工作总结", 0.755)
    assert first.quad == ((10, 20), (110, 20), (110, 50), (10, 50))
    assert second.text == "PDF file"


@needs_fonts
@pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract is not installed")
def test_tesseract_stands_in() -> None:
    program = ocr._tesseract()
    if program is None:
        pytest.skip("tesseract has no Chinese here")
    paper = made.paper(0, most=2, signed=False)
    page = scan.page(paper.picture.crop((100, 100, 1654, 700)), 1, 595.0, 230.0,
                     ocr._by_tesseract(program))  # fmt: skip
    assert made.error_rate(page.text, paper.text) < 0.15


# --- real pictures ------------------------------------------------------------------------------


@needs_library
@pytest.mark.parametrize(
    ("name", "phrase"),
    [
        ("real_zh/image/RapidOCR__img_exif_orientation.jpg", "我是中国人"),
        ("real_zh/image/RapidOCR__black_font_color_transparent.png", "我是中国人"),
        ("hostile/image/RapidOCR__white_font_color_transparent.png", "我是中国人"),
        ("real_zh/image/LangchainChatc__ocr_test.jpg", "横向文本框"),
        ("real_zh/pdf_scanned/LangchainChatc__ocr_test.pdf", "我是文字"),
    ],
)
def test_on_this_picture_stands_this(real_files: Path, name: str, phrase: str) -> None:
    data = (real_files / name).read_bytes()
    shown = (shown_pdf if name.endswith("pdf") else image).picture(data, 1)
    page = scan.page(shown, 1, float(shown.width), float(shown.height), ocr.recogniser())
    assert phrase in page.text


@needs_library
def test_the_cells_of_a_photographed_table_are_cells(real_files: Path) -> None:
    data = (real_files / "real_zh/image/TableStructure__wired_table.jpg").read_bytes()
    shown = image.picture(data, 1)
    page = scan.page(shown, 1, float(shown.width), float(shown.height), ocr.recogniser())
    cells = {cell for block in page.blocks for cell in block.cells}
    assert {"合合信息", "2020年5月20日", "18888888888"} <= cells


@pytest.mark.parametrize("number", range(12))
def test_whatever_is_seen_a_page_comes_of_it_and_its_boxes_lie_on_it(number: int) -> None:
    rng = np.random.default_rng(number)
    wide, high = ((300, 400), (800, 600), (40, 900))[number % 3]
    pixels = np.full((high, wide, 3), 255, np.uint8)
    pixels[::50], pixels[:, ::60] = 0, 0
    pixels[high // 3 : high // 2, wide // 3 : wide // 2] = made.RED
    words = ["年月日", seal.ILLEGIBLE, "abc 12", "13月45日", "9" * 5_000 + "月1日", "，"]

    def recognise(picture: Pixels) -> list[Seen]:
        size = np.array(picture.shape[1::-1])
        out = []
        for at in range(int(rng.integers(0, 25))):
            corners = rng.uniform(-0.1, 1.1, (4, 2)) * size * (1 if at % 3 else 0)
            a, b, c, d = ((float(x), float(y)) for x, y in corners)
            word = words[int(rng.integers(len(words)))]
            out.append(Seen(word, (a, b, c, d), float(rng.random())))
        return out

    for block in scan.page(Image.fromarray(pixels), 1, 0.0, 0.0, recognise).blocks:
        assert isinstance(block.place, OnPage)
        x0, top, x1, bottom = block.place.box
        assert 0 <= x0 <= x1 <= wide and 0 <= top <= bottom <= high
        assert 0 <= block.sure <= 1


@pytest.mark.parametrize("size", [(1, 1), (1, 3_000), (3_000, 1), (3, 3), (7, 900)])
def test_a_sliver_holds_no_letters(size: tuple[int, int]) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (*size, 3), dtype=np.uint8)
    page = page_of(Image.fromarray(noise), fake(seen("字", 0, 0)))
    assert page.blocks == () and page.unread in ("blank", "unclear")
