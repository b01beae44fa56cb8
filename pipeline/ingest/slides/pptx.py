"""Slides (pptx, pptm, ppsx, potx ...; transitional or strict): each with its notes.

Read from the parts themselves: python-pptx unpacks all of a package before it shows a slide,
refuses shows and templates, and gives up a whole presentation for one part that is missing.

Hidden slides are read as well. What a layout or master shows of its own stands on the first slide
that uses it. Left out are comments (talk about a paper, not the paper) and fields for today's date.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import suppress

from lxml import etree
from PIL import Image

from pipeline.errors import Reason, Unreadable
from pipeline.evidence import Block, Box, OnPage, Page
from pipeline.ingest.packed import opc
from pipeline.ingest.packed.opc import MC, R
from pipeline.ingest.slides import drawingml, emf, shapes
from pipeline.ingest.slides.collage import Placed, collage
from pipeline.ingest.slides.drawingml import A, C, D, Frame, P, stated
from pipeline.ingest.slides.shapes import Shape, on
from pipeline.ingest.word.flow import is_number
from pipeline.ingest.word.wordml import EMU

DEEPEST = 30
"""Groups in groups below this are not read."""
OF_ONE_SLIDE = ("corrupt", "part_missing")
"""Reasons that cost a slide, or what it links to, and not the presentation."""

_TITLES = ("title", "ctrTitle")
# the shape of a master that a shape takes its place from where its layout names none
_OF_MASTER = {"ctrTitle": "title", "subTitle": "body", "obj": "body", "": "body"}


def read(data: bytes) -> Iterator[Page]:
    """A page for each slide, numbers as in the presentation, size in points; places are `OnPage`
    with the box of the shape (of a table: the row's) that holds the text.

    A slide with pictures and little text or none has `unread` "no_text_layer" (its text stands
    all the same), one that cannot be read "corrupt" or "part_missing". Raises Unreadable: corrupt,
    encrypted, blank, limit_members, limit_size, limit_ratio, limit_pages, limit_objects.
    """
    with opc.open_zip(data) as package:
        show = _Show(package)
        yield from shapes.said(show.page(each) for each in range(1, len(show.slides) + 1))


def picture(data: bytes, number: int) -> Image.Image:
    """The pictures of slide `number` (from 1) where they stand on it, on white, without its text.

    Raises Unreadable: what `read` raises, part_missing (no such slide, or none of its pictures is
    there), unsupported_format (no picture of a kind that can be shown), limit_pixels.
    """
    with opc.open_zip(data) as package:
        show = _Show(package)
        if not 1 <= number <= len(show.slides):
            raise Unreadable("part_missing", f"slide {number}")
        walk = _Walk(show, number, show.slides[number - 1])
        walk.slide()
        return collage(walk.pictures, show.size, lambda name: opc.part(package, name))


class _Show:
    """A presentation: the parts of its slides in order, and what has been counted so far."""

    def __init__(self, package: zipfile.ZipFile) -> None:
        self.package = package
        self.parts = {name.replace("\\", "/").lstrip("/").lower() for name in package.namelist()}
        self.shapes = 0
        self.tables = 0
        self.parsed = 0
        self.under: dict[tuple[str, str], _Walk] = {}
        """Layouts and masters, by kind and part."""
        self.main = next(
            (name for _, kind, name in opc.related(package, "") if kind == "officeDocument"),
            "ppt/presentation.xml",
        )
        root = self.root(self.main)
        if root is None:
            raise Unreadable("corrupt", f"no {self.main}")
        size = root.find(P + "sldSz")
        # 10 by 7.5 inches where it does not say
        self.size = (
            max(stated(size, "cx", 9_144_000), EMU) / EMU,
            max(stated(size, "cy", 6_858_000), EMU) / EMU,
        )
        links = {link: name for link, _, name in opc.related(package, self.main)}
        listed = [each.get(R + "id", "") for each in root.iterfind(f"{P}sldIdLst/{P}sldId")]
        if len(listed) > shapes.MOST_SLIDES:
            raise Unreadable("limit_pages", str(len(listed)))
        self.slides = [links.get(link, "") for link in listed]

    def root(self, name: str) -> etree._Element | None:
        """The root of a part, None if there is none."""
        xml = opc.part(self.package, name) if name else None
        if xml is None:
            return None
        self.count(len(xml))
        return opc.parse(opc.transitional(xml), name)

    def count(self, size: int) -> None:
        """Counts the bytes of a part each time that it is asked for."""
        self.parsed += size
        if self.parsed > opc.MOST_BYTES:
            raise Unreadable("limit_objects", f"{self.parsed} bytes of slides")

    def page(self, number: int) -> Page:
        """The page of slide `number`."""
        try:
            walk = _Walk(self, number, self.slides[number - 1])
            found = walk.slide()
        except Unreadable as error:
            if error.reason not in OF_ONE_SLIDE:
                raise
            return Page(number, (), *self.size, error.reason)
        notes = walk.notes()
        boxes = (how.box for _, how in walk.pictures)
        pictured = shapes.is_picture(boxes, walk.letters, self.size)
        lost = "no_text_layer" if pictured else walk.lost
        return shapes.slide(number, found, notes, self.size, lost)

    def below(self, kind: str, walk: _Walk) -> _Walk | None:
        """The `slideLayout` of a slide or the `slideMaster` of a layout, walked for the first that
        uses it; None where there is none: a slide says what it says without it."""
        name = walk.kinds.get(kind)
        if name is None:
            return None
        if (kind, name) not in self.under:
            with suppress(Unreadable):
                under = self.under[kind, name] = _Walk(self, walk.number, name)
                under.as_layout(kind)
        return self.under.get((kind, name))


class _Walk:
    """One walk through a slide, layout or master: its links, and what it shows."""

    def __init__(self, show: _Show, number: int, name: str) -> None:
        self.show = show
        self.number = number
        self.name = name
        self.lost: Reason | None = None
        try:
            related = opc.related(show.package, name) if name else []
        except Unreadable as error:
            if error.reason not in OF_ONE_SLIDE:
                raise
            related, self.lost = [], error.reason
        self.links = {link: part for link, _, part in related}
        self.kinds = {kind: part for _, kind, part in reversed(related)}
        self.pictures: list[tuple[str, Placed]] = []
        """Part of each picture, and how it stands on the slide."""
        self.below: _Walk | None = None
        """The layout of a slide, the master of a layout."""
        self.is_layout = False
        self.places: dict[str, Box] = {}
        """Where a layout has the shapes that slides fill: by `#idx` and by type."""
        self.own: list[Shape] = []
        """What a layout shows of its own, until a slide has shown it."""
        self.letters = 0
        """Of a slide's own text, without its layout's."""
        self.torn = False
        """Whether it shows a picture that the package does not hold."""

    def slide(self) -> list[Shape]:
        """What stands on a slide; raises Unreadable (corrupt, part_missing, limit_objects)."""
        self.below = self.show.below("slideLayout", self)
        root = self.show.root(self.name)
        if root is None:
            raise Unreadable("part_missing", self.name)
        found = self.tree(root)
        self.letters = shapes.letters(found)
        if self.torn and not self.letters:
            self.lost = "part_missing"
        under = self.below if root.get("showMasterSp") not in ("0", "false") else None
        while under is not None:
            found = [*(on(shape, self.number) for shape in under.own), *found]
            under.own, under = [], under.below
        return found

    def as_layout(self, kind: str) -> None:
        """Walks a layout or master. A master has none, whatever it links to."""
        self.is_layout = True
        if kind == "slideLayout":
            self.below = self.show.below("slideMaster", self)
        root = self.show.root(self.name)
        if root is not None:
            self.own = self.tree(root)
            if root.get("showMasterSp") in ("0", "false"):
                self.below = None

    def notes(self) -> list[str]:
        """The paragraphs of the speaker's notes."""
        root = self.linked(self.kinds["notesSlide"]) if "notesSlide" in self.kinds else None
        said: list[str] = []
        for shape in root.iter(P + "sp") if root is not None else ():
            spot = shape.find(f"{P}nvSpPr/{P}nvPr/{P}ph")
            if spot is None or spot.get("type", "body") == "body":
                said += [text for text, _ in drawingml.paragraphs(shape.find(P + "txBody"))]
        return said

    def tree(self, root: etree._Element) -> list[Shape]:
        """The shapes of a slide, layout or master; its pictures are noted on the way."""
        content = root.find(P + "cSld")
        tree = content.find(P + "spTree") if content is not None else None
        if content is None or tree is None:
            raise Unreadable("corrupt", f"no shapes in {self.name}")
        whole: Box = (0.0, 0.0, *self.show.size)
        drawn = self.filled(content.find(f"{P}bg/{P}bgPr"), whole, None)
        return drawn + self.shapes(tree, Frame(), 0)

    def shapes(self, parent: etree._Element, frame: Frame, depth: int) -> list[Shape]:
        """The shapes of a slide or group that say something; a group is one shape."""
        found: list[Shape] = []
        if depth > DEEPEST:
            self.lost = "limit_depth"
            return []
        for child in parent:
            self.show.shapes += 1
            if self.show.shapes > shapes.MOST_SHAPES:
                raise Unreadable("limit_objects", f"{self.show.shapes} shapes")
            if child.tag == P + "grpSp":
                inner = frame.within(child.find(f"{P}grpSpPr/{A}xfrm"))
                held = self.shapes(child, inner, depth + 1)
                found += [shapes.together(held, self.show.size[1])] if held else []
            elif child.tag == P + "oleObj":
                # shown by its picture
                found += self.shapes(child, frame, depth + 1)
            elif child.tag == MC + "AlternateContent":
                found += self.either(child, frame, depth)
            elif child.tag == P + "sp":
                found += self.text(child, frame)
            elif child.tag == P + "graphicFrame":
                found += self.graphic(child, frame, depth)
            elif child.tag == P + "pic":
                spot = child.find(f"{P}nvPicPr/{P}nvPr/{P}ph")
                about = child.find(P + "spPr")
                found += self.filled(child, self.place(about, spot, frame), about)
        return found

    def either(self, element: etree._Element, frame: Frame, depth: int) -> list[Shape]:
        """Of two forms of the same content, the first that says or shows anything."""
        before = len(self.pictures)
        for name in ("Choice", "Fallback"):
            form = element.find(MC + name)
            found = self.shapes(form, frame, depth + 1) if form is not None else []
            if found or len(self.pictures) > before:
                return found
        return []

    def text(self, shape: etree._Element, frame: Frame) -> list[Shape]:
        """A shape with text on it."""
        spot = shape.find(f"{P}nvSpPr/{P}nvPr/{P}ph")
        about = shape.find(P + "spPr")
        box = self.place(about, spot, frame)
        kind = spot.get("type", "") if spot is not None else ""
        if self.is_layout and spot is not None:
            if kind:
                self.places.setdefault(kind, box)
            self.places.setdefault("#" + spot.get("idx", "0"), box)
            return []
        drawn = self.filled(about, box, about)
        said = list(drawingml.paragraphs(shape.find(P + "txBody")))
        if kind == "sldNum" and all(is_number(text) for text, _ in said):
            return drawn
        return drawn + self.shape(box, said, kind in _TITLES)

    def shape(self, box: Box, said: list[tuple[str, float]], title: bool = False) -> list[Shape]:
        place = OnPage(self.number, box)
        blocks = tuple(
            Block("paragraph", text, place, level=int(title), size=size) for text, size in said
        )
        return [Shape(box, blocks, title)] if blocks else []

    def place(
        self, about: etree._Element | None, spot: etree._Element | None, frame: Frame
    ) -> Box:
        """Where a shape stands: as it says, else as its layout or master has it, else anywhere."""
        xfrm = about.find(A + "xfrm") if about is not None else None
        if xfrm is not None and xfrm.find(A + "ext") is not None:
            return frame.box(xfrm)
        if spot is not None:
            kind = spot.get("type", "")
            layout = None if self.is_layout else self.below
            master = self.below if self.is_layout else layout and layout.below
            for under, name in (
                (layout, "#" + spot.get("idx", "0")),
                (layout, kind),
                (master, _OF_MASTER.get(kind, kind)),
            ):
                if under is not None and name in under.places:
                    return under.places[name]
        return (0.0, 0.0, *self.show.size)

    def graphic(self, shape: etree._Element, frame: Frame, depth: int) -> list[Shape]:
        """A table, chart, diagram or embedded thing."""
        xfrm = shape.find(P + "xfrm")
        spot = shape.find(f"{P}nvGraphicFramePr/{P}nvPr/{P}ph")
        box = frame.box(xfrm) if xfrm is not None else self.place(None, spot, frame)
        held = shape.find(f"{A}graphic/{A}graphicData")
        for element in held if held is not None else ():
            if element.tag == A + "tbl":
                return self.table(element, box)
            if element.tag == C + "chart":
                return self.chart(self.links.get(element.get(R + "id", ""), ""), box)
            if element.tag == D + "relIds":
                root = self.linked(self.links.get(element.get(R + "dm", ""), ""))
                return [] if root is None else self.shape(box, list(drawingml.diagram(root)))
        return self.shapes(held, frame, depth + 1) if held is not None else []

    def linked(self, name: str) -> etree._Element | None:
        """The root of a part that the slide links to; None, and noted, if it cannot be read."""
        try:
            root = self.show.root(name)
        except Unreadable as error:
            if error.reason not in OF_ONE_SLIDE:
                raise
            self.lost = error.reason
            return None
        if root is None:
            self.lost = "part_missing"
        return root

    def table(self, table: etree._Element, box: Box) -> list[Shape]:
        found = list(drawingml.rows(table))
        heights = sum(high for high, _ in found) / EMU
        # rows grow with their text: what they state is made to fill the table's box
        scale = (box[3] - box[1]) / heights if heights > 0 else 0.0
        self.show.tables += 1
        blocks = []
        top = box[1]
        for high, cells in found:
            bottom = top + high / EMU * scale
            if any(cells):
                place = OnPage(self.number, (box[0], top, box[2], bottom))
                blocks.append(self.row(cells, place))
            top = bottom
        return [Shape(box, tuple(blocks))] if blocks else []

    def row(self, cells: tuple[str, ...], place: OnPage) -> Block:
        return Block("row", "\t".join(filter(None, cells)), place, cells, self.show.tables)

    def chart(self, name: str, box: Box) -> list[Shape]:
        root = self.linked(name)
        if root is None:
            return []
        titles, data = drawingml.chart(root)
        place = OnPage(self.number, box)
        blocks = [Block("paragraph", text, place) for text in titles]
        self.show.tables += 1
        blocks += [self.row(cells, place) for cells in data if any(cells)]
        return [Shape(box, tuple(blocks))] if blocks else []

    def filled(
        self, element: etree._Element | None, box: Box, about: etree._Element | None
    ) -> list[Shape]:
        """Notes the picture that a shape, or the slide behind all shapes, is filled with; what is
        written on a drawing of Windows is read from it."""
        for prefix in (P, A):
            fill = element.find(prefix + "blipFill") if element is not None else None
            blip = fill.find(A + "blip") if fill is not None else None
            name = self.links.get(blip.get(R + "embed", ""), "") if blip is not None else ""
            if fill is None or not name or self.is_layout:
                continue
            if (drawn := self.drawn(name, box)) is not None:
                return [drawn]
            if name.lower() in self.show.parts:
                xfrm = about.find(A + "xfrm") if about is not None else None
                self.pictures.append((name, drawingml.placed(fill, xfrm, box)))
            else:
                self.torn = True
        return []

    def drawn(self, name: str, box: Box) -> Shape | None:
        """The lines of a drawing of Windows; None for any other picture, or where it has none."""
        data = opc.part(self.show.package, name) if name.lower().endswith(".emf") else None
        self.show.count(len(data or b""))
        wide, high = box[2] - box[0], box[3] - box[1]
        blocks = []
        for line in emf.lines(data or b""):
            x0, top, x1, bottom = line.box
            inner = (box[0] + x0 * wide, box[1] + top * high, box[0] + x1 * wide,
                     box[1] + bottom * high)  # fmt: skip
            blocks.append(Block("line", line.text, OnPage(self.number, inner)))
        return Shape(box, tuple(blocks)) if blocks else None
