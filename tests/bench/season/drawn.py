"""Pictures: pages from a scanner, and invented photos."""

from __future__ import annotations

import io
import random
from functools import cache

from PIL import Image, ImageDraw, ImageFilter, ImageFont

from tests.bench.season.printed import scanned
from tests.bench.season.prose import Paper

FONT = "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc"
DPI = 110
SIZE = (909, 1286)
"""Of A4 at that, in pixels."""


@cache
def _face(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONT, size, index=2)


def scan(paper: Paper, seed: str) -> bytes:
    """A PDF of one grey picture: the paper's first page, a little askew and not quite white."""
    page = _page(paper, random.Random(seed))
    return scanned([(_jpeg(page, 45), page.width, page.height)])


def snapped(paper: Paper, seed: str) -> bytes:
    """A JPEG of the paper's first page, as a telephone takes it."""
    return _jpeg(_page(paper, random.Random(seed)).convert("RGB"), 40)


def _page(paper: Paper, rng: random.Random) -> Image.Image:
    page = Image.new("L", SIZE, 255)
    draw = ImageDraw.Draw(page)
    y, step = 130, 38
    for role, text in paper.lines:
        size = 30 if role in ("title", "letterhead") else 24
        room = 690 // size
        words = text.replace("\t", "　")
        lines = [words[at:at + room] for at in range(0, len(words), room)]
        for line in lines:
            if y > SIZE[1] - 130:
                break
            x = 120 if role not in ("title", "letterhead") else (SIZE[0] - size * len(line)) // 2
            draw.text((x, y), line, 25, _face(size))
            y += step
    page = page.rotate(rng.uniform(-0.8, 0.8), Image.Resampling.BILINEAR, fillcolor=255)
    return page.point([min(236, 16 + int(value * 0.88)) for value in range(256)])


def photo(seed: str) -> Image.Image:
    """An invented scene: a sky, hills, houses or people, a banner; no two seeds alike."""
    rng = random.Random(seed)
    size = (960, 640)
    rough = Image.new("RGB", (6, 4))
    rough.putdata([tuple(rng.randint(40, 230) for _ in range(3)) for _ in range(24)])
    image = rough.resize(size, Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(image)
    for _ in range(rng.randint(6, 14)):
        x, y = rng.randint(-100, 900), rng.randint(100, 600)
        wide, high = rng.randint(60, 380), rng.randint(50, 300)
        colour = tuple(rng.randint(20, 235) for _ in range(3))
        (draw.ellipse if rng.random() < 0.4 else draw.rectangle)(
            (x, y, x + wide, y + high), fill=colour)
    return image.filter(ImageFilter.GaussianBlur(1.2))


def as_taken(image: Image.Image) -> bytes:
    """The photo as its owner hands it in."""
    return _jpeg(image, 82)


def as_passed_on(image: Image.Image, rng: random.Random) -> bytes:
    """The photo as a messenger delivers it: smaller, and packed harder."""
    width = rng.choice((720, 800, 640))
    return _jpeg(image.resize((width, width * 2 // 3), Image.Resampling.LANCZOS),
                 rng.randint(50, 70))


def _jpeg(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()
