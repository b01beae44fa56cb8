"""Pictures of a printed paper: scanned, stamped and scanned, photographed, faxed."""

from __future__ import annotations

import io
import math
import random
import re
import time
from datetime import datetime
from pathlib import Path

import pypdfium2
from PIL import Image, ImageChops, ImageDraw, ImageFont

SEAL_FONT = "/usr/share/fonts/opentype/noto/NotoSerifCJK-Bold.ttc"
SEAL_RED = (206, 40, 44)


def scan(pdf: Path, when: datetime) -> bytes:
    """A PDF of grey pictures, a little askew."""
    return as_pdf([soiled(page) for page in turned(pdf, 100, mode="L")], when, 100, 35)


def photo(pdf: Path) -> bytes:
    """A JPEG of the first page."""
    out = io.BytesIO()
    soiled(next(iter(turned(pdf, 100)))).save(out, "JPEG", quality=38)
    return out.getvalue()


def fax(pdf: Path) -> bytes:
    """A TIFF of all pages in black and white."""
    pages = [page.point(lambda v: 255 * (v > 150)).convert("1")
             for page in turned(pdf, 200, mode="L")]  # fmt: skip
    out = io.BytesIO()
    pages[0].save(out, "TIFF", save_all=True, append_images=pages[1:], compression="group4",
                  dpi=(200, 200))  # fmt: skip
    return out.getvalue()


def sealed(pdf: Path, when: datetime, name: str) -> bytes:
    """A PDF of colour pictures; `name` is the issuer, whose seal lies on the date below it."""
    paper = pypdfium2.PdfDocument(pdf)
    pages = []
    for number, page in enumerate(drawn(pdf, 150, "RGB")):
        words = paper[number].get_textpage()
        text = words.get_text_range()
        if signed := re.search(rf"{name}\s+(\d{{4}}\s*年\s*\d+\s*月\s*\d+\s*日)", text):
            left, bottom, _, _ = words.get_charbox(signed.start(1))
            _, _, right, top = words.get_charbox(signed.end(1) - 1)
            middle = (left + right) / 2, paper[number].get_height() - (bottom + top) / 2
            stamp(page, name, middle[0] * 150 / 72, middle[1] * 150 / 72)
        pages.append(soiled(askew(page, random.Random(number))))
    return as_pdf(pages, when, 150, 40)


def drawn(pdf: Path, dpi: int, mode: str) -> list[Image.Image]:
    return [page.render(scale=dpi / 72).to_pil().convert(mode)
            for page in pypdfium2.PdfDocument(pdf)]  # fmt: skip


def turned(pdf: Path, dpi: int, mode: str = "RGB") -> list[Image.Image]:
    """The pages, each lain down a little askew."""
    rng = random.Random(pdf.stat().st_size)
    return [askew(page, rng) for page in drawn(pdf, dpi, mode)]


def askew(page: Image.Image, rng: random.Random) -> Image.Image:
    return page.rotate(rng.uniform(-1.2, 1.2), Image.Resampling.BICUBIC, fillcolor="white")


def soiled(page: Image.Image) -> Image.Image:
    """Grey paper, and letters that are not quite black."""
    return page.point([min(232, 18 + int(v * 0.88)) for v in range(256)] * len(page.getbands()))


def as_pdf(pages: list[Image.Image], when: datetime, dpi: int, quality: int) -> bytes:
    out, stamped = io.BytesIO(), time.struct_time(when.timetuple())
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=dpi,
                  quality=quality, creationDate=stamped, modDate=stamped)  # fmt: skip
    return out.getvalue()


def stamp(page: Image.Image, name: str, x: float, y: float) -> None:
    """Press a round seal of 42 mm on a picture of 150 dpi: black stays black, as ink does."""
    size, radius = 260, 122
    mark = Image.new("L", (size, size), 0)
    draw = ImageDraw.Draw(mark)
    centre = size / 2
    draw.ellipse((centre - radius, centre - radius, centre + radius, centre + radius),
                 outline=255, width=7)  # fmt: skip
    star = [(centre + r * math.sin(at * math.pi / 5), centre - r * math.cos(at * math.pi / 5))
            for at, r in enumerate((38, 15) * 5)]  # fmt: skip
    draw.polygon(star, fill=255)
    face = ImageFont.truetype(SEAL_FONT, 30, index=2)
    spread = math.radians(min(280, 24 * len(name)))
    for at, letter in enumerate(name):
        turn = spread * (at / (len(name) - 1) - 0.5)
        tile = Image.new("L", (44, 44), 0)
        ImageDraw.Draw(tile).text((22, 22), letter, 255, face, anchor="mm")
        tile = tile.rotate(-math.degrees(turn), Image.Resampling.BICUBIC)
        place = centre + 94 * math.sin(turn) - 22, centre - 94 * math.cos(turn) - 22
        mark.paste(255, (round(place[0]), round(place[1])), tile)
    mark = mark.rotate(7, Image.Resampling.BICUBIC).point(lambda v: v * 4 // 5)
    ink = Image.composite(Image.new("RGB", mark.size, SEAL_RED),
                          Image.new("RGB", mark.size, "white"), mark)  # fmt: skip
    left, top = round(x - centre), round(y - centre)
    box = (left, top, left + size, top + size)
    page.paste(ImageChops.multiply(page.crop(box), ink), box)
