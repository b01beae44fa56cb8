"""Slides of OpenDocument (odp, otp): each with its notes; what a master shows is left out."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator

from lxml import etree
from PIL import Image

from pipeline.errors import Reason, Unreadable
from pipeline.evidence import Block, Box, OnPage, Page
from pipeline.ingest.packed import opc
from pipeline.ingest.slides import shapes
from pipeline.ingest.slides.collage import Placed, collage
from pipeline.ingest.slides.shapes import Shape
from pipeline.ingest.word.odf import (
    CHART,
    DRAW,
    FO,
    LINK,
    MOST_SPACES,
    SHOW,
    STYLE,
    SVG,
    TABLE,
    TEXT,
    UNITS,
)

DEEPEST = 60

_LENGTH = re.compile(r"(-?\d{1,7}(?:\.\d{1,20})?)(cm|mm|in|pt|pc|px)?")
# what changes every time the slides are opened, and what says nothing but which slide it is
_FIELDS = {TEXT + name for name in ("page-number", "page-count", "date", "time")}


def read(data: bytes) -> Iterator[Page]:
    """A page for each slide, as `pptx.read` gives them.

    Raises Unreadable: corrupt, encrypted, blank, limit_members, limit_size, limit_ratio,
    limit_pages, limit_objects.
    """
    with opc.open_zip(data) as package:
        show = _Show(package)
        yield from shapes.said(show.page(number) for number in range(1, len(show.slides) + 1))


def picture(data: bytes, number: int) -> Image.Image:
    """The pictures of a slide, as `pptx.picture` gives them, and with what it raises."""
    with opc.open_zip(data) as package:
        show = _Show(package)
        if not 1 <= number <= len(show.slides):
            raise Unreadable("part_missing", f"slide {number}")
        show.page(number)
        return collage(show.pictures, show.size, lambda name: opc.part(package, name))


class _Show:
    """A presentation: its slides, and what has been counted so far."""

    def __init__(self, package: zipfile.ZipFile) -> None:
        self.package = package
        _refuse_encrypted(package)
        content = opc.part(package, "content.xml")
        root = opc.parse(content, "content.xml") if content is not None else None
        self.slides = list(root.iter(DRAW + "page")) if root is not None else []
        if not self.slides:
            raise Unreadable("corrupt", "no slides in content.xml")
        if len(self.slides) > shapes.MOST_SLIDES:
            raise Unreadable("limit_pages", str(len(self.slides)))
        self.size = _size(package)
        self.shapes = 0
        self.tables = 0
        self.parsed = 0
        self.number = 0
        self.lost: Reason | None = None
        self.pictures: list[tuple[str, Placed]] = []

    def page(self, number: int) -> Page:
        """The page of slide `number`; its pictures are noted on the way."""
        slide = self.slides[number - 1]
        self.number, self.lost, self.pictures = number, None, []
        found = self.within(slide, 0)
        shown, self.pictures = self.pictures, []
        notes = [
            block.text
            for part in slide.iterfind(SHOW + "notes")
            for shape in self.within(part, 0)
            for block in shape.blocks
        ]
        self.pictures = shown
        letters = shapes.letters(found)
        if shapes.is_picture((how.box for _, how in shown), letters, self.size):
            self.lost = "no_text_layer"
        return shapes.slide(number, found, notes, self.size, self.lost)

    def within(self, parent: etree._Element, depth: int) -> list[Shape]:
        """The shapes of a slide or group that say something; a group is one shape."""
        found: list[Shape] = []
        if depth > DEEPEST:
            self.lost = "limit_depth"
            return found
        for child in parent:
            self.shapes += 1
            if self.shapes > shapes.MOST_SHAPES:
                raise Unreadable("limit_objects", f"{self.shapes} shapes")
            if child.tag in (DRAW + "g", DRAW + "a"):
                held = self.within(child, depth + 1)
                found += [shapes.together(held, self.size[1])] if held else []
            elif child.tag == DRAW + "frame":
                found += self.frame(child)
            elif isinstance(child.tag, str) and child.tag.startswith(DRAW):
                found += self.text(child, child)
        return found

    def frame(self, frame: etree._Element) -> list[Shape]:
        """A frame holds forms of one content, the best first: text, a table, a picture."""
        for child in frame:
            if child.tag == DRAW + "text-box":
                return self.text(frame, child)
            if child.tag == TABLE + "table":
                return self.table(frame, child)
            if child.tag == DRAW + "object":
                return self.object(frame, child.get(LINK, ""))
            if child.tag == DRAW + "image" and child.get(LINK):
                name = child.get(LINK, "").removeprefix("./")
                if name in self.package.NameToInfo:
                    self.pictures.append((name, Placed(self.box(frame))))
                return []
        return []

    def object(self, frame: etree._Element, link: str) -> list[Shape]:
        """The titles and data of a chart; other objects are shown by a picture alone."""
        name = link.removeprefix("./").rstrip("/") + "/content.xml"
        xml = opc.part(self.package, name) if name in self.package.NameToInfo else None
        self.parsed += len(xml or b"")
        if self.parsed > opc.MOST_BYTES:
            raise Unreadable("limit_objects", f"{self.parsed} bytes of charts")
        root = opc.parse(xml, name) if xml else None
        found: list[Shape] = []
        for each in root.iter(CHART + "title", TABLE + "table") if root is not None else ():
            if each.tag == TABLE + "table":
                found += self.table(frame, each)
            else:
                found += self.text(frame, each)
        return found

    def box(self, shape: etree._Element) -> Box:
        """Where a shape stands, in points; anywhere on the slide where it does not say."""
        given = [_points(shape.get(SVG + name)) for name in ("x", "y", "width", "height")]
        left, top, wide, high = (value or 0.0 for value in given)
        if given[0] is None and given[1] is None:
            return (0.0, 0.0, *self.size)
        return (left, top, left + wide, top + high)

    def text(self, shape: etree._Element, body: etree._Element) -> list[Shape]:
        box = self.box(shape)
        place = OnPage(self.number, box)
        title = shape.get(SHOW + "class") == "title"
        blocks = tuple(
            Block("paragraph", text, place, level=int(title)) for text in _paragraphs(body)
        )
        return [Shape(box, blocks, title)] if blocks else []

    def table(self, frame: etree._Element, table: etree._Element) -> list[Shape]:
        box = self.box(frame)
        place = OnPage(self.number, box)
        self.tables += 1
        blocks = []
        for row in table.iter(TABLE + "table-row"):
            cells = tuple(
                "\n".join(_paragraphs(cell)) for cell in row if isinstance(cell.tag, str)
            )
            if any(cells):
                text = "\t".join(filter(None, cells))
                blocks.append(Block("row", text, place, cells, self.tables))
        return [Shape(box, tuple(blocks))] if blocks else []


def _refuse_encrypted(package: zipfile.ZipFile) -> None:
    manifest = opc.part(package, "META-INF/manifest.xml")
    if manifest is not None and b"encryption-data" in manifest:
        raise Unreadable("encrypted", "manifest")


def _size(package: zipfile.ZipFile) -> tuple[float, float]:
    """Width and height of the slides, all of which have those of the first master."""
    styles = opc.part(package, "styles.xml")
    root = opc.parse(styles, "styles.xml") if styles is not None else None
    layouts: dict[str, tuple[float, float]] = {}
    if root is not None:
        for layout in root.iter(STYLE + "page-layout"):
            about = layout.find(STYLE + "page-layout-properties")
            wide = _points(about.get(FO + "page-width")) if about is not None else None
            high = _points(about.get(FO + "page-height")) if about is not None else None
            if wide and high and wide > 0 and high > 0:
                layouts[layout.get(STYLE + "name", "")] = (wide, high)
        for master in root.iter(STYLE + "master-page"):
            if master.get(STYLE + "page-layout-name", "") in layouts:
                return layouts[master.get(STYLE + "page-layout-name", "")]
    return (720.0, 540.0)


def _points(length: str | None) -> float | None:
    found = _LENGTH.fullmatch(length.strip()) if length else None
    return float(found[1]) * UNITS[found[2] or "pt"] if found else None


def _paragraphs(body: etree._Element) -> Iterator[str]:
    """The paragraphs of a shape, text box or cell, those of its lists included."""
    for paragraph in body.iter(TEXT + "p", TEXT + "h"):
        text = _text(paragraph).strip(" \n\t")
        if text.strip():
            yield text


def _text(paragraph: etree._Element) -> str:
    parts: list[str] = [paragraph.text or ""]
    for each in paragraph.iterdescendants():
        if each.tag == TEXT + "line-break":
            parts.append("\n")
        elif each.tag == TEXT + "tab":
            parts.append("\t")
        elif each.tag == TEXT + "s":
            count = each.get(TEXT + "c", "1")
            parts.append(" " * min(int(count) if count.isdecimal() else 1, MOST_SPACES))
        elif each.tag not in _FIELDS:
            parts.append(each.text or "")
        parts.append(each.tail or "")
    return "".join(parts)
