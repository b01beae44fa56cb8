"""Word papers (docx, docm, dotx, transitional or strict): what Word would show, in reading order.

Deleted text, field codes and hidden text are left out; insertions, field results and automatic
numbers stand in the text. Text boxes follow the paragraph that holds them; headers come first,
footers, footnotes and endnotes last. Comments are what somebody said about the paper: not read.
Pictures that are pages themselves follow as pages.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator

from lxml import etree
from PIL import Image

from pipeline.errors import Reason, Unreadable
from pipeline.evidence import Block, InParagraph, Page
from pipeline.ingest.packed import opc
from pipeline.ingest.packed.opc import MC, R
from pipeline.ingest.word import drawn, pasted
from pipeline.ingest.word.fields import Fields
from pipeline.ingest.word.flow import DEEPEST, FEW_LETTERS, WIDEST, Within, is_number, letters
from pipeline.ingest.word.numbering import Numbering, numbering
from pipeline.ingest.word.styles import Style, styles
from pipeline.ingest.word.wordml import W, is_on, number, val
from pipeline.ingest.word.wordtree import (
    Text,
    chosen_form,
    continues,
    edges,
    flat,
    in_run,
    page_size,
    runs_on,
    symbol,
    unwrapped,
    wrapped,
)

_MATH_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_BLIPS = ("}blip", "}imagedata")
_LINKS = (R + "embed", R + "id")
"""Where a picture says which part it is: in DrawingML, then in VML."""
_DRAWINGS = {W + "drawing", W + "pict", W + "object"}
_MARKS = {W + "tab": "\t", W + "cr": "\n", W + "noBreakHyphen": "-", W + "ptab": "\t"}


def read(data: bytes) -> Iterator[Page]:
    """The paper as page 1, its places `InParagraph`, a table row counting as one paragraph; then a
    page without blocks for each picture that is one (`pasted`), as large as it is drawn, `unread`
    "no_text_layer" or "limit_pixels".

    Page 1 is `unread` "limit_depth" or "limit_pages" where something nested too deeply, or more
    than 500 such pictures, were left out, "part_missing" or "corrupt" where a chart or diagram was.
    Raises Unreadable: corrupt, encrypted, limit_ratio,
    limit_size, limit_members, limit_objects, blank, no_text_layer (drawings without pixels).
    """
    with opc.open_zip(data) as package:
        paper = _Paper(package)
        blocks = tuple(paper.blocks())
        scans = paper.scans(blocks)
    lost: Reason | None = "limit_depth" if paper.cut else paper.lost
    if len(scans) > pasted.MOST:
        lost = "limit_pages"
    elif paper.pictures and not scans and letters(blocks) < FEW_LETTERS:
        lost = "no_text_layer"
    if not blocks and not scans:
        raise Unreadable(lost or "blank")
    yield Page(1, blocks, unread=lost)
    yield from pasted.pages(scans)


def picture(data: bytes, number: int) -> Image.Image:
    """The picture that is page `number` (from 2) of the paper, in red, green and blue.

    Raises Unreadable as `read`, and no_text_layer for page 1 and pages that are not there.
    """
    with opc.open_zip(data) as package:
        paper = _Paper(package)
        return pasted.picture(package, paper.scans(tuple(paper.blocks())), number)


class _Paper:
    """One walk through a paper: what its parts define, and what has been counted so far."""

    def __init__(self, package: zipfile.ZipFile) -> None:
        self.package = package
        self.main = self._main()
        self.links = opc.related(package, self.main)
        self.styles, self.plain = styles(self._part("styles"))
        self.numbers: Numbering = numbering(self._part("numbering"))
        self.paragraph = 0
        self.tables = 0
        self.pictures = 0
        self.drawn: list[pasted.Picture] = []
        self.page = pasted.A4
        self.edges = False
        """Whether a header, footer or note is being read: a letterhead's crest is no page."""
        self.cut = False
        """Whether something was nested too deeply to be read."""
        self.lost: Reason | None = None
        """Why a chart or diagram could not be read."""
        self.told: set[str] = set()
        """The charts and diagrams that were read: each is a part that may be large, once."""
        self.here: dict[str, str] = {}
        """The links of the part that is being read."""
        self.fields = Fields()
        self.carried = ""

    def _main(self) -> str:
        for _, kind, name in opc.related(self.package, ""):
            if kind == "officeDocument":
                return name
        return "word/document.xml"

    def _root(self, name: str) -> etree._Element | None:
        xml = opc.part(self.package, name)
        return None if xml is None else opc.parse(opc.transitional(xml), name)

    def _part(self, kind: str) -> etree._Element | None:
        for _, given, name in self.links:
            if given == kind:
                return self._root(name)
        return None

    def blocks(self) -> Iterator[Block]:
        root = self._root(self.main)
        body = root.find(W + "body") if root is not None else None
        if root is None or body is None:
            raise Unreadable("corrupt", f"no body in {self.main}")
        self.page = page_size(body) or self.page
        even = bool(is_on(self._part("settings"), "evenAndOddHeaders"))
        headers, footers = edges(body, {key: name for key, _, name in self.links}, even)
        for part in headers:
            yield from self._edge(part, "header")
        self.enter(root, self.main)
        yield from self.flow(body, "body", 0)
        # what links their pictures name is their own parts' business
        self.edges = True
        for kind in ("footnotes", "endnotes"):
            notes = self._part(kind)
            if notes is None:
                continue
            self.enter(notes, "")
            for note in notes:
                if note.get(W + "type", "normal") == "normal":
                    yield from self.flow(note, "footnote", 0)
        for part in footers:
            yield from self._edge(part, "footer")

    def scans(self, blocks: tuple[Block, ...]) -> list[pasted.Scan]:
        """The pictures that are pages, once the blocks have been read."""
        parts = {key: name for key, _, name in self.links}
        only = letters(blocks) < FEW_LETTERS
        return pasted.scans(self.package, parts, self.drawn, self.page, only)

    def _edge(self, name: str, within: Within) -> Iterator[Block]:
        """A header or footer; a mere page number is not text."""
        root = self._root(name)
        if root is None:
            return
        self.edges = True
        self.enter(root, name)
        for block in self.flow(root, within, 0):
            if not is_number(block.text):
                yield block
        self.edges = False

    def enter(self, root: etree._Element, name: str) -> None:
        """Begins a part: its fields and its links are its own."""
        self.fields.enter(root)
        self.here = {key: part for key, _, part in opc.related(self.package, name) if name}

    def flow(self, parent: Iterable[etree._Element], within: Within, depth: int) -> Iterator[Block]:
        """The blocks of a body, cell, text box, note, header or footer."""
        if depth > DEEPEST:
            self.cut = True
            return
        for child in parent:
            tag = child.tag
            if tag == W + "p":
                yield from self.paragraph_blocks(child, within, depth)
            elif tag == W + "tbl":
                yield from self.table(child, within, depth + 1)
            elif len(inner := wrapped(child)):
                yield from self.flow(inner, within, depth + 1)

    def paragraph_blocks(
        self, paragraph: etree._Element, within: Within, depth: int
    ) -> Iterator[Block]:
        text, style, boxes = self.paragraph_text(paragraph)
        if text.parts:
            self.paragraph += 1
            place = InParagraph(self.paragraph, within)
            yield Block("paragraph", text.parts[0], place, level=style.level, size=text.size)
        for box in boxes:
            yield from self.afloat(box, depth + 1)

    def afloat(self, element: etree._Element, depth: int) -> Iterator[Block]:
        """What an element of a drawing says (`drawn.speaks`)."""
        if element.tag == W + "txbxContent":
            # a story of its own, amid another
            held = self.carried, self.fields.open
            self.carried, self.fields.open = "", []
            yield from self.flow(element, "textbox", depth)
            self.carried, self.fields.open = held
            return
        said, data = drawn.said(element, self.linked)
        for text, size in said:
            self.paragraph += 1
            yield Block("paragraph", text, InParagraph(self.paragraph, "textbox"), size=size)
        self.tables += bool(data)
        for cells in data:
            self.paragraph += 1
            place = InParagraph(self.paragraph, "textbox")
            yield Block("row", "\t".join(filter(None, cells)), place, cells, self.tables)

    def linked(self, link: str) -> etree._Element | None:
        """The root of a part that this part links to; None if it was read already, and, noted, if
        it cannot be read."""
        name = self.here.get(link, "")
        if name in self.told:
            return None
        self.told.add(name)
        try:
            root = self._root(name)
        except Unreadable as error:
            if error.reason != "corrupt":
                raise
            self.lost = error.reason
            return None
        if root is None:
            self.lost = "part_missing"
        return root

    def paragraph_text(
        self, paragraph: etree._Element, in_cell: bool = False
    ) -> tuple[Text, Style, list[etree._Element]]:
        """The paragraph with its number before it (`parts` is then one text, or none), its style,
        and the text boxes on it."""
        about = paragraph.find(W + "pPr")
        style = self.styles.get(val(about, "pStyle") or "", self.plain)
        outline = number(about, "outlineLvl")
        if outline is not None:
            style = Style(
                outline + 1 if 0 <= outline < 9 else 0, style.list_id, style.depth, style.size
            )
        text = Text()
        self.inline(paragraph, text, style, 0)
        said = "".join(text.parts)
        if runs_on(paragraph):
            self.carried += said
            return Text(), style, text.boxes
        said, self.carried = (self.carried + said).strip(" \n\t"), ""
        # an empty paragraph counts in its list, and in a cell (序号) its number is all there is
        label = self._label(about, style)
        if said.strip() or in_cell:
            said = (label + said).strip()
        text.parts = [said] if said.strip() else []
        text.size = text.size or style.size
        return text, style, text.boxes

    def _label(self, about: etree._Element | None, style: Style) -> str:
        numbers = about.find(W + "numPr") if about is not None else None
        list_id, depth = val(numbers, "numId"), number(numbers, "ilvl")
        if list_id is None:
            list_id = style.list_id
            depth = style.depth if depth is None else depth
            if depth is None:
                depth = self.numbers.by_style.get(val(about, "pStyle") or "")
        # list 0 takes a numbering away again
        return self.numbers.label(list_id, depth or 0) if list_id and list_id != "0" else ""

    def inline(
        self, parent: Iterable[etree._Element], text: Text, style: Style, depth: int
    ) -> None:
        """The runs of a paragraph, or of what wraps them."""
        if depth > DEEPEST:
            self.cut = True
            return
        for child in parent:
            tag = child.tag
            if tag == W + "r":
                self.run(child, text, style)
            elif tag in _DRAWINGS:
                self.drawing(child, text)
            elif isinstance(tag, str) and tag.endswith(("}oMath", "}oMathPara")):
                said = child.iter(_MATH_TEXT, W + "t")
                text.parts.append("".join(each.text or "" for each in said))
            elif len(inner := wrapped(child)):
                self.inline(inner, text, style, depth + 1)

    def run(self, run: etree._Element, text: Text, style: Style) -> None:
        about = run.find(W + "rPr")
        hidden = is_on(about, "vanish") if about is not None else None
        if hidden is None:
            named = self.styles.get(val(about, "rStyle") or "") if about is not None else None
            hidden = named.hidden if named else style.hidden
        for child in in_run(run):
            tag = child.tag
            if tag == W + "fldChar":
                silent = hidden or self.fields.silent
                shown = self.fields.mark(child)
                text.parts.append("" if silent else shown)
            elif hidden or self.fields.silent:
                continue
            elif tag == W + "t":
                if child.text:
                    text.parts.append(child.text.replace("\n", " "))
                    if not text.size:
                        text.size = (number(about, "sz") or 0) / 2
            elif tag in _MARKS:
                text.parts.append(_MARKS[tag])
            elif tag == W + "br":
                # a page or column ends: nothing that is said
                text.parts.append("" if child.get(W + "type") in ("page", "column") else "\n")
            elif tag == W + "sym":
                text.parts.append(symbol(child))
            elif tag in _DRAWINGS:
                self.drawing(child, text)
            elif tag == W + "ruby":
                self.inline(child, text, style, 1)

    def drawing(self, element: etree._Element, text: Text) -> None:
        """Notes the text boxes and pictures of a drawing; of two forms of the same, one."""
        waiting = [(element, (0.0, 0.0))]
        while waiting:
            each, size = waiting.pop()
            tag = each.tag
            if tag == MC + "AlternateContent":
                chosen = chosen_form(each)
                waiting += [(chosen, size)] if chosen is not None else []
            elif isinstance(tag, str) and drawn.speaks(each):
                text.boxes.append(each)
            elif isinstance(tag, str):
                size = pasted.extent(each) or size
                if tag.endswith(_BLIPS):
                    self.picture(each, size)
                waiting += [(inner, size) for inner in reversed(each)]

    def picture(self, blip: etree._Element, size: tuple[float, float]) -> None:
        """Notes a picture, drawn as large as `size`, in points."""
        self.pictures += 1
        link = next(filter(None, map(blip.get, _LINKS)), None)
        if link and not self.edges:
            self.drawn.append(pasted.Picture(link, *size))

    def table(self, table: etree._Element, within: Within, depth: int) -> Iterator[Block]:
        """A row block for each row that says something; nested tables follow the row they are in.
        A table of a single cell is a frame: its paragraphs stand as such."""
        rows = [(row, list(unwrapped(row, "tc"))) for row in unwrapped(table, "tr")]
        if len(rows) == 1 and len(rows[0][1]) == 1:
            yield from self.flow(rows[0][1][0], "table" if within == "body" else within, depth)
            return
        self.tables += 1
        own = self.tables
        for row, held in rows:
            left = number(row.find(W + "trPr"), "gridBefore") or 0
            cells = [""] * min(max(left, 0), WIDEST)
            later: list[etree._Element] = []
            size = 0.0
            for cell in held:
                about = cell.find(W + "tcPr")
                wide = min(max(number(about, "gridSpan") or 1, 1), WIDEST)
                text, high = self.cell(cell, later, depth)
                size = max(size, high)
                cells += ["" if continues(about) else text] + [""] * (wide - 1)
            if any(cells):
                self.paragraph += 1
                place = InParagraph(self.paragraph, "table" if within == "body" else within)
                joined = "\t".join(filter(None, cells))
                yield Block("row", joined, place, tuple(cells), own, size=size)
            for each in later:
                if each.tag == W + "tbl":
                    yield from self.table(each, within, depth + 1)
                else:
                    yield from self.afloat(each, depth + 1)

    def cell(
        self, cell: etree._Element, later: list[etree._Element], depth: int
    ) -> tuple[str, float]:
        """The text of a cell and the size of its letters; what stands in it beside its paragraphs
        is added to `later`."""
        lines: list[str] = []
        size = 0.0
        self.cut = self.cut or depth > DEEPEST
        if depth <= DEEPEST:
            for child in flat(cell):
                if child.tag == W + "tbl":
                    later.append(child)
                    continue
                text, _, boxes = self.paragraph_text(child, in_cell=True)
                lines += text.parts
                size = max(size, text.size)
                later += boxes
        return "\n".join(lines), size
