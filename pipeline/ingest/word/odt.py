"""OpenDocument texts (odt, ott, and fodt, which is one XML file): what Writer would show, in order.

Deleted and hidden text and comments are left out; insertions, what fields last showed and automatic
numbers stand in the text. Text boxes follow the paragraph that holds them; headers come first,
notes and footers last. Pictures that are pages themselves follow as pages.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator

from lxml import etree
from PIL import Image

from pipeline.errors import Unreadable
from pipeline.evidence import Page
from pipeline.ingest.packed import opc
from pipeline.ingest.word import pasted
from pipeline.ingest.word.flow import DEEPEST, FEW_LETTERS, WIDEST, Cell, Flow, Table, Within
from pipeline.ingest.word.numbering import Numbering
from pipeline.ingest.word.odf import DRAW, LINK, MOST_SPACES, OFFICE, SVG, TABLE, TEXT, whole
from pipeline.ingest.word.odt_styles import Styles, points

_ID = "{http://www.w3.org/XML/1998/namespace}id"
_MATH = "{http://www.w3.org/1998/Math/MathML}"
_LETTERS = tuple(_MATH + kind for kind in ("mi", "mn", "mo", "mtext"))

_SKIPPED = {TEXT + "tracked-changes", OFFICE + "annotation", OFFICE + "annotation-end",
            TEXT + "hidden-text", TEXT + "ruby-text", TEXT + "note-citation", TEXT + "script",
            TEXT + "number", OFFICE + "forms", TEXT + "index-title-template",
            TEXT + "table-of-content-source", DRAW + "glue-point", SVG + "title", SVG + "desc",
            TEXT + "sequence-decls", TEXT + "variable-decls"}  # fmt: skip
_ROWS = {TABLE + name for name in ("table-header-rows", "table-rows", "table-row-group")}
_BLANKS = re.compile(r"[ \t\r\n]+")
_MOST_OBJECTS = 1_000
"""Formulas that are looked into; each is a file of its own in the package."""


def read(data: bytes) -> Iterator[Page]:
    """The paper as page 1, its places `InParagraph`, a table row counting as one paragraph; then a
    page without blocks for each picture that is one (`pasted`), `unread` "no_text_layer" or
    "limit_pixels".

    Page 1 is `unread` limit_depth or limit_pages where something nested too deeply, or more than
    500 such pictures, were left out. Raises Unreadable: corrupt, encrypted, blank, no_text_layer,
    limit_ratio, limit_size, limit_members, limit_objects.
    """
    if not data.startswith(b"PK"):
        yield _Paper(None, data).flow.page()
        return
    with opc.open_zip(data) as package:
        paper = _Paper(package, b"")
        scans = paper.scans()
    if len(scans) > pasted.MOST:
        paper.flow.unread = "limit_pages"
    yield paper.flow.page(scans=bool(scans))
    yield from pasted.pages(scans)


def picture(data: bytes, number: int) -> Image.Image:
    """The picture that is page `number` (from 2) of the paper, in red, green and blue.

    Raises Unreadable as `read`, and no_text_layer for page 1 and pages that are not there.
    """
    with opc.open_zip(data) as package:
        return pasted.picture(package, _Paper(package, b"").scans(), number)


class _Paper:
    """One walk through a paper: its styles, and what has been said so far."""

    def __init__(self, package: zipfile.ZipFile | None, flat: bytes) -> None:
        self.package = package
        self.flow = Flow()
        self.notes: list[etree._Element] = []
        self.boxes: list[etree._Element] = []
        self.drawn: list[pasted.Picture] = []
        self.objects = 0
        self.numbers = Numbering()
        self.last: dict[str, str] = {}
        """List style to the list that was numbered by it last."""
        content = self._root("content.xml", flat)
        style_sheet = self._root("styles.xml", flat) if package is not None else content
        if content is None:
            raise Unreadable("corrupt", "no content.xml")
        self.styles = Styles([root for root in (style_sheet, content) if root is not None])
        self.numbers.levels[""], self.numbers.lists[""] = self.styles.outline, ""
        body = content.find(f"{OFFICE}body/{OFFICE}text")
        if body is None:
            raise Unreadable("corrupt", "no text in content.xml")
        for edge in self.styles.edges("header"):
            self.inside(edge, "header", 0)
        self.inside(body, "body", 0)
        notes, self.notes = self.notes, []
        for note in notes:
            self.inside(note, "footnote", 0)
        for edge in self.styles.edges("footer"):
            self.inside(edge, "footer", 0)

    def _root(self, name: str, flat: bytes) -> etree._Element | None:
        if self.package is None:
            return opc.parse(flat, name)
        manifest = opc.part(self.package, "META-INF/manifest.xml") or b""
        if b":encryption-data" in manifest:
            raise Unreadable("encrypted", "odf")
        xml = opc.part(self.package, name)
        return None if xml is None else opc.parse(xml, name)

    def scans(self) -> list[pasted.Scan]:
        """The pictures that are pages."""
        if self.package is None:
            return []
        parts = {each.link: each.link.removeprefix("./") for each in self.drawn}
        only = self.flow.letters < FEW_LETTERS
        return pasted.scans(self.package, parts, self.drawn, self.styles.page, only)

    def inside(self, parent: etree._Element, within: Within, depth: int) -> None:
        """The paragraphs, lists, tables and drawings of a body, text box, note or header."""
        if depth > DEEPEST:
            self.flow.unread = "limit_depth"
            return
        for child in parent:
            tag = child.tag
            if tag in (TEXT + "p", TEXT + "h"):
                self.paragraph(child, within, depth, "")
            elif tag == TEXT + "list":
                for each, label in self.listed(child, depth, None, 0):
                    if each.tag == TABLE + "table":
                        self.flow.table(self.table(each, depth + 1), within)
                        self.floating(within, depth)
                    else:
                        self.paragraph(each, within, depth, label)
            elif tag == TABLE + "table":
                self.flow.table(self.table(child, depth + 1), within)
                self.floating(within, depth)
            elif isinstance(tag, str) and tag.startswith(DRAW):
                self.drawing(child, within)
                self.floating(within, depth)
            elif tag not in _SKIPPED and child.get(TEXT + "display") != "none":
                # sections, indexes, numbered paragraphs
                self.inside(child, within, depth + 1)

    def paragraph(self, element: etree._Element, within: Within, depth: int, label: str) -> None:
        text, size = self.said(element, within, label, False)
        level = whole(element.get(TEXT + "outline-level")) if element.tag == TEXT + "h" else 0
        self.flow.paragraph(text, within, level if 0 < level < 10 else 0, size)
        self.floating(within, depth)

    def floating(self, within: Within, depth: int) -> None:
        """The text boxes of what was just said."""
        boxes, self.boxes = self.boxes, []
        for box in boxes:
            self.inside(box, "textbox" if within == "body" else within, depth + 1)

    def said(
        self, element: etree._Element, within: Within, label: str, in_cell: bool
    ) -> tuple[str, float]:
        """A paragraph with its number before it, and the size of its letters."""
        style = element.get(TEXT + "style-name", "")
        numbered = element.tag == TEXT + "h" and element.get(TEXT + "is-list-header") is None
        if not label and numbered and not self.styles.unnumbered(style):
            label = self.numbers.label("", whole(element.get(TEXT + "outline-level")) - 1)
        parts: list[str] = []
        if not self.styles.hidden(style):
            self.inline(element, parts, within, 0)
        text = "".join(parts).strip(" \n\t")
        if text.strip() or in_cell:
            text = (label + text).strip()
        return text, self.styles.size(style, element)

    def inline(self, parent: etree._Element, parts: list[str], within: Within, depth: int) -> None:
        if depth > DEEPEST:
            self.flow.unread = "limit_depth"
            return
        parts.append(_BLANKS.sub(" ", parent.text or ""))
        for child in parent:
            tag = child.tag
            if tag == TEXT + "s":
                parts.append(" " * min(max(whole(child.get(TEXT + "c")), 1), MOST_SPACES))
            elif tag == TEXT + "tab":
                parts.append("\t")
            elif tag == TEXT + "line-break":
                parts.append("\n")
            elif tag == TEXT + "note":
                self.notes += child.findall(TEXT + "note-body")
            elif isinstance(tag, str) and tag.startswith(DRAW) and tag != DRAW + "a":
                parts += self.drawing(child, within)
            elif tag not in _SKIPPED and not self.styles.hidden(child.get(TEXT + "style-name", "")):
                self.inline(child, parts, within, depth + 1)
            parts.append(_BLANKS.sub(" ", child.tail or ""))

    def drawing(self, element: etree._Element, within: Within) -> list[str]:
        """Notes the text boxes and pictures of a drawing; its formula as text."""
        formula: list[str] = []
        waiting = [element]
        while waiting:
            each = waiting.pop()
            tag = each.tag
            if tag == DRAW + "text-box" or (tag not in (DRAW + "frame", DRAW + "g")
                                            and each.find(TEXT + "p") is not None):  # fmt: skip
                self.boxes.append(each)
            elif tag == DRAW + "object":
                formula += self.formula(each)
            elif tag == DRAW + "image":
                self.flow.pictures += 1
                frame = each.getparent()
                link = each.get(LINK, "")
                if link and frame is not None and within in ("body", "table", "textbox"):
                    sides = [points(frame.get(SVG + side)) for side in ("width", "height")]
                    self.drawn.append(pasted.Picture(link, *sides))
            elif tag not in _SKIPPED:
                # a frame holds the same in several forms: the first counts
                frames = tag == DRAW + "frame" and len(each) > 0
                waiting += [each[0]] if frames else reversed(each)
        return formula

    def formula(self, element: etree._Element) -> list[str]:
        """The letters of a formula, which stands in a part of its own; of other objects nothing."""
        name = element.get(LINK, "").removeprefix("./")
        self.objects += 1
        if not name or self.package is None or self.objects > _MOST_OBJECTS:
            return []
        xml = opc.part(self.package, f"{name}/content.xml")
        if xml is None or b"MathML" not in xml[:2000]:
            return []
        return [letter.text or "" for letter in opc.parse(xml, name).iter(*_LETTERS)]

    def listed(
        self, element: etree._Element, depth: int, outer: str | None, level: int
    ) -> Iterator[tuple[etree._Element, str]]:
        """The paragraphs and tables of a list, each with its number (one an item)."""
        if depth > DEEPEST:
            self.flow.unread = "limit_depth"
            return
        key = outer or self._list(element)
        for item in element.iterchildren(TEXT + "list-item", TEXT + "list-header"):
            start = item.get(TEXT + "start-value")
            if start is not None:
                self.numbers.starts[key, level] = whole(start)
            fresh = item.tag == TEXT + "list-item"
            for child in item:
                if child.tag == TEXT + "list":
                    yield from self.listed(child, depth + 1, key, level + 1)
                elif child.tag in (TEXT + "p", TEXT + "h"):
                    yield child, self.numbers.label(key, level) if fresh else ""
                    fresh = False
                elif child.tag == TABLE + "table":
                    yield child, ""

    def _list(self, element: etree._Element) -> str:
        """The counter of a list: its own, or of the one that it continues."""
        style = element.get(TEXT + "style-name", "")
        earlier = element.get(TEXT + "continue-list")
        if earlier is None and element.get(TEXT + "continue-numbering") == "true":
            earlier = self.last.get(style)
        key = element.get(_ID) or f"list {len(self.numbers.lists)}"
        self.numbers.lists[key] = self.numbers.lists.get(earlier or "-", key)
        self.numbers.levels.setdefault(self.numbers.lists[key], self.styles.lists.get(style, {}))
        self.last[style] = key
        return key

    def table(self, element: etree._Element, depth: int) -> Table:
        rows: Table = []
        if depth > DEEPEST:
            self.flow.unread = "limit_depth"
            return rows
        for child in element:
            if child.tag in _ROWS:
                rows += self.table(child, depth + 1)
            elif child.tag == TABLE + "table-row":
                rows.append(self.row(child, depth))
        return rows

    def row(self, element: etree._Element, depth: int) -> list[Cell]:
        cells: list[Cell] = []
        for child in element.iterchildren(TABLE + "table-cell", TABLE + "covered-table-cell"):
            cell = Cell(covered=child.tag == TABLE + "covered-table-cell")
            if not cell.covered:
                self.cell(child, cell, depth)
            times = max(whole(child.get(TABLE + "number-columns-repeated")), 1)
            # the same said again says no more
            cells += [cell, *[Cell(covered=True)] * (min(times, WIDEST) - 1)]
        return cells

    def cell(self, element: etree._Element, cell: Cell, depth: int) -> None:
        for child in element:
            if child.tag == TABLE + "table":
                cell.held.append(self.table(child, depth + 1))
                continue
            listed = self.listed(child, depth, None, 0) if child.tag == TEXT + "list" else None
            for each, label in listed or [(child, "")]:
                if each.tag in (TEXT + "p", TEXT + "h"):
                    text, size = self.said(each, "table", label, True)
                    cell.held.append(text)
                    cell.size = max(cell.size, size if text else 0.0)
                elif each.tag == TABLE + "table":
                    cell.held.append(self.table(each, depth + 1))
