"""A page of an OFD as a picture, for recognising what has no text: images, outlines and text.

What is to be seen is written as a page of a PDF, and pdfium draws it: glyphs of embedded fonts by
their numbers, other letters in whatever font the machine has.
"""

from __future__ import annotations

import math
import posixpath
from collections.abc import Iterator
from itertools import chain

import pypdfium2
from lxml import etree
from PIL import Image

from pipeline.errors import Unreadable
from pipeline.ingest.ofd.as_pdf import page
from pipeline.ingest.ofd.image import Pixels, pixels
from pipeline.ingest.ofd.numbers import number, numbers, operations
from pipeline.ingest.ofd.objects import Count, Drawing, legible, of_image, placed, visible, walk
from pipeline.ingest.ofd.package import Package, Paper, children, papers, resources, said
from pipeline.ingest.ofd.page import BASE, Folio, Shelf
from pipeline.ingest.ofd.text import glyphs, letters, wider
from pipeline.ingest.pdf.boxes import Matrix, times
from pipeline.ingest.pdf.picture import FINE, drawn, fineness
from pipeline.ingest.scans.image import MOST_PIXELS

MOST_IMAGES = 500
MOST_FONTS, MOST_FONT = 50, 32 * 1024 * 1024
"""How many fonts are drawn with, and bytes of one; whole Chinese fonts have half as many."""
MOST_SEGMENTS = 2_000_000
MOST_LETTERS = 200_000
LINE = 0.353
"""Millimetres: the width of a line that states none (8.2)."""


def picture(data: bytes, number: int) -> Image.Image:
    """Page `number` (from 1) as an RGB picture on white, 200 pixels an inch, or fewer if it would
    have more than 100 megapixels.

    Raises Unreadable: limit_pixels; corrupt if there is no such page; unsupported_format, corrupt
    or limit_objects if none of its images can be shown; and as `reader.read` does where the package
    cannot be opened.
    """
    package = Package(data)
    folio = folio_of(package, number)
    fine = fineness(folio.width, folio.height)
    if folio.root is None:
        raise Unreadable(folio.lost or "corrupt")
    sheet = _Sheet(package, folio)
    for placed_object in _objects(folio):
        sheet.add(placed_object)
    if sheet.refusal and not sheet.pictured:
        raise sheet.refusal
    try:
        with pypdfium2.PdfDocument(sheet.pdf()) as shown:
            return drawn(shown[0], fine)
    except (pypdfium2.PdfiumError, ValueError) as error:
        raise Unreadable("corrupt", str(error)) from None


def folio_of(package: Package, number: int) -> Folio:
    """Page `number` (from 1) of the papers of a package, counted through. Raises Unreadable:
    corrupt."""
    at = number - 1
    for paper in papers(package):
        if 0 <= at < len(paper.pages):
            return Folio(Shelf(package, paper), at)
        at -= len(paper.pages)
    raise Unreadable("corrupt", f"no page {number}")


def _objects(folio: Folio) -> Iterator[Drawing]:
    count = Count()
    units = folio.units()
    for layer in folio.layers():
        yield from walk(layer, BASE, units, count)
    for look, by in folio.notes():
        yield from walk(look, by, units, count)


def _files(package: Package, paper: Paper, folio: Folio) -> Iterator[tuple[str, str]]:
    """The parts of pictures and fonts by their ids."""
    of_page = resources(package, paper, folio.root, folio.folder)
    for root, folder in chain(resources(package, paper), of_page):
        for group in children(root, "MultiMedias", "Fonts"):
            for each in children(group, "MultiMedia", "Font"):
                place = said(each, "MediaFile") or said(each, "FontFile")
                name = package.find(place, folder, posixpath.dirname(folder), paper.folder)
                if name:
                    yield each.get("ID", ""), name


class _Sheet:
    """The PDF page that is being written."""

    def __init__(self, package: Package, folio: Folio) -> None:
        self._package = package
        self._size = (folio.width, folio.height)
        self._files = dict(_files(package, folio.paper, folio))
        # points from the top, made points from the bottom
        self._flip: Matrix = (1.0, 0.0, 0.0, -1.0, 0.0, folio.height)
        self._content: list[str] = []
        self._images: dict[str, Pixels] = {}
        self._pixels = 0
        self._fonts: dict[str, bytes | None] = {}
        self._segments = 0
        self._letters = 0
        self._alphas: set[int] = set()
        self.pictured = False
        """Whether an image was drawn."""
        self.refusal: Unreadable | None = None
        """Why the last image that could not be shown is not."""

    def add(self, each: Drawing) -> None:
        name, item, within, seen = each
        by = times(within, self._flip)
        if not seen or not visible(item):
            return
        if name == "ImageObject":
            self._image(item, by)
        elif name == "PathObject":
            self._path(item, by)
        elif legible(item):
            self._text(item, by)

    def _image(self, item: etree._Element, by: Matrix) -> None:
        name = item.get("ResourceID", "")
        matrix = of_image(item, by)
        wide = math.ceil(math.hypot(matrix[0], matrix[1]) * FINE)
        high = math.ceil(math.hypot(matrix[2], matrix[3]) * FINE)
        if name not in self._files or not wide or not high:
            return
        if name not in self._images:
            if len(self._images) >= MOST_IMAGES:
                self.refusal = Unreadable("limit_objects", "images")
                return
            try:
                data = self._package.data(self._files[name])
                made = pixels(data, max(wide, 16), max(high, 16))
                self._pixels += made.area
                if self._pixels > 2 * MOST_PIXELS:
                    raise Unreadable("limit_pixels", f"{self._pixels} of several images")
                self._images[name] = made
            except Unreadable as refusal:
                if refusal.reason == "limit_pixels":
                    raise
                self.refusal = refusal
                return
        at = list(self._images).index(name)
        # an image of a PDF stands on its lower edge
        moved = times((1.0, 0.0, 0.0, -1.0, 0.0, 1.0), matrix)
        self._content.append(f"q {self._alpha(item)}{_words(moved)} cm /I{at} Do Q")
        self.pictured = True

    def _path(self, item: etree._Element, by: Matrix) -> None:
        stroked = item.get("Stroke", "true").lower() not in ("false", "0")
        filled = item.get("Fill", "false").lower() in ("true", "1")
        out: list[str] = []
        for data in children(item, "AbbreviatedData"):
            x = y = 0.0
            for letter, given in operations(data.text or ""):
                self._segments += 1
                if self._segments > MOST_SEGMENTS:
                    self.refusal = Unreadable("limit_objects", "outlines")
                    return
                if letter == "Q":
                    # a curve of second degree as one of the third
                    u, v, end_x, end_y = given
                    given = (
                        x + (u - x) * 2 / 3, y + (v - y) * 2 / 3,
                        end_x + (u - end_x) * 2 / 3, end_y + (v - end_y) * 2 / 3, end_x, end_y,
                    )  # fmt: skip
                elif letter == "A":
                    # an arc as its chord: letters have none
                    given = given[-2:]
                if given:
                    x, y = given[-2:]
                if not out and letter not in "MS":
                    continue
                out.append(_words(given) + _OPERATORS[letter])
        ink = _color(item, "FillColor", "rg") if filled else ""
        pen = _color(item, "StrokeColor", "RG") if stroked else ""
        if not out or not (ink or pen):
            return
        even = "*" if item.get("Rule", "").lower().startswith("even") else ""
        paint = ("B" if pen else "f") + even if ink else "S"
        width = max(number(item.get("LineWidth"), LINE), 0.0)
        self._content.append(
            f"q {self._alpha(item)}{_words(placed(item, by))} cm {ink}{pen}{width:.4f} w "
            f"{' '.join(out)} {paint} Q"
        )

    def _text(self, item: etree._Element, by: Matrix) -> None:
        data = self._font_data(item.get("Font", ""))
        size = number(item.get("Size"))
        scale = wider(item)
        whole = placed(item, by)
        drawn = [(f"{glyph:04X}", x, y) for glyph, x, y in glyphs(item)] if data else []
        name = f"/F{list(self._fonts).index(item.get('Font', ''))}" if drawn else "/F"
        for letter, x, y in () if drawn else letters(item):
            if not letter.isspace():
                drawn.append((letter.encode("utf-16-be", "replace").hex(), x, y))
        self._letters += len(drawn)
        if not drawn or size <= 0:
            return
        if self._letters > MOST_LETTERS:
            self.refusal = Unreadable("limit_objects", "letters")
            return
        ink = _color(item, "FillColor", "rg") or "0 g "
        out = [f"q {self._alpha(item)}{ink}BT {name} {size:.4f} Tf"]
        for code, x, y in drawn:
            # letters stand upright where y goes up
            moved = times((scale, 0.0, 0.0, -1.0, x, y), whole)
            out.append(f"{_words(moved)}Tm <{code}> Tj")
        self._content.append(" ".join(out) + " ET Q")

    def _font_data(self, name: str) -> bytes | None:
        """The embedded font of this id, None if there is none."""
        if name not in self._files or self._package.size(self._files[name]) > MOST_FONT:
            return None
        if name not in self._fonts and len(self._fonts) < MOST_FONTS:
            try:
                self._fonts[name] = self._package.data(self._files[name])
            except Unreadable:
                self._fonts[name] = None
        return self._fonts.get(name)

    def _alpha(self, item: etree._Element) -> str:
        alpha = min(max(int(number(item.get("Alpha"), 255.0)), 0), 255)
        if alpha == 255:
            return ""
        self._alphas.add(alpha)
        return f"/G{alpha} gs "

    def pdf(self) -> bytes:
        """The page as a PDF file."""
        fonts = {f"F{at}": data for at, data in enumerate(self._fonts.values()) if data}
        images = {f"I{at}": each for at, each in enumerate(self._images.values())}
        content = "\n".join(self._content).encode()
        return page(self._size, content, images, fonts, self._alphas)


_OPERATORS = {"M": "m", "S": "m", "L": "l", "Q": "c", "B": "c", "A": "l", "C": "h"}


def _words(given: tuple[float, ...]) -> str:
    return "".join(f"{value:.5f} " for value in given)


def _color(item: etree._Element, name: str, operator: str) -> str:
    """What sets a colour; "" where it is transparent, or a pattern or shading."""
    for color in children(item, name):
        if color.get("Alpha") == "0" or len(color):
            return ""
        value = numbers(color.get("Value"), 3) or numbers(color.get("Value"), 1)
        if value:
            red, green, blue = value if len(value) == 3 else value * 3
            return _words((red / 255, green / 255, blue / 255)) + operator + " "
    return _words((0.0, 0.0, 0.0)) + operator + " "
