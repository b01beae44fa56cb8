"""HTML pages: headings, paragraphs and table rows, without scripts, styles and hidden parts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree
from lxml import html as lxml_html

from pipeline.errors import Unreadable
from pipeline.evidence import Block, InParagraph, Page
from pipeline.ingest.text.encoding import decode, undeclared, xml_charset

_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]+)""", re.IGNORECASE)
_FRAMES = re.compile(r"</?noframes\b[^>]*>", re.IGNORECASE)
_BLANKS = re.compile(r"[ \t\r\n\f\u200b\ufeff]+")

DROPPED = {"script", "style", "template", "head", "svg", "math", "iframe", "object", "datalist"}
INLINE = {"a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font", "i",
          "ins", "kbd", "label", "mark", "nobr", "q", "rp", "rt", "ruby", "s", "samp", "small",
          "span", "strike", "strong", "sub", "sup", "tt", "u", "var", "time", "img", "wbr", "input",
          "button", "select", "optgroup", "option"}
TYPED = {"", "text", "search", "tel", "url", "email", "number", "date", "datetime-local", "month",
         "week", "time"}  # fmt: skip
"""Types of an `input` whose value is what somebody filled in; the others' is a button or unseen."""
WIDEST = 256
"""Columns of a table in which cells over several rows take up room."""
HEADINGS = {f"h{level}": level for level in range(1, 7)}
DEEPEST = 250
"""What is nested deeper is text without tables and headings. libxml2 gives up at 2,048."""
_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9:]*)\b[^<>]*>")


def read(data: bytes) -> Iterator[Page]:
    """One page; places are `InParagraph`, a table row counts as one paragraph.

    A page nested without end is read as mere lines, and its `unread` is "limit_depth". Raises
    Unreadable: garbled, corrupt, blank (nothing that is shown says anything).
    """
    text = _text(data)
    root, whole = _root(text)
    if not whole:
        root, _ = _root(_TAG.sub(_flat, text))
    for field in root.iter("input"):
        if (field.get("type") or "").strip().lower() in TYPED:
            field.text = field.get("value")
    blocks = tuple(_Walk().blocks(root))
    if not blocks:
        raise Unreadable("blank")
    yield Page(1, blocks, unread=None if whole else "limit_depth")


def _flat(tag: re.Match[str]) -> str:
    name = tag[1].lower()
    return tag[0] if name in DROPPED else "" if name in INLINE else "<br>"


def _text(data: bytes) -> str:
    meta = _CHARSET.search(data[:4096])
    charset = xml_charset(data) or (meta[1].decode("ascii") if meta else None)
    # what a browser without frames shows is all that a page of frames says
    return _FRAMES.sub("", undeclared(decode(data, charset).replace("\0", "")))


def _root(text: str) -> tuple[etree._Element, bool]:
    """The page's root, and whether all of the page is below it."""
    # huge: without it a long paragraph is silently left out; HTML has no entities that grow
    parser = lxml_html.HTMLParser(
        no_network=True, remove_comments=True, remove_pis=True, huge_tree=True
    )
    try:
        root = lxml_html.document_fromstring(text, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable("blank" if "empty" in str(error) else "corrupt", str(error)) from None
    return root, not any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log)


class _Walk:
    """The state of one walk through a page: paragraphs and tables counted, the text so far."""

    def __init__(self) -> None:
        self.paragraph = 0
        self.tables = 0
        self.text: list[str] = []
        self.done: list[Block] = []

    def blocks(self, root: etree._Element, depth: int = 0) -> list[Block]:
        self.within(root, 0, depth)
        self.flush(0)
        return self.done

    def flush(self, level: int) -> None:
        """The text gathered so far becomes a paragraph for each of its lines."""
        lines = [_BLANKS.sub(" ", line).strip() for line in "".join(self.text).split("\v")]
        self.text = []
        for line in lines:
            if line.strip("\u3000\xa0 "):
                self.paragraph += 1
                place = InParagraph(self.paragraph, "body")
                self.done.append(Block("paragraph", line, place, level=level))

    def within(self, element: etree._Element, level: int, depth: int) -> None:
        """The text of an element and all it holds; block elements end paragraphs."""
        self.text.append(element.text or "")
        for child in element:
            tag = child.tag
            if isinstance(tag, str) and not _dropped(child, tag):
                if depth < DEEPEST:
                    self.child(child, tag, level, depth + 1)
                else:
                    self.text.append(_all_text(child))
            self.text.append(child.tail or "")

    def child(self, child: etree._Element, tag: str, level: int, depth: int) -> None:
        if tag in ("br", "hr"):
            self.text.append("\v")
        elif tag in INLINE:
            self.within(child, level, depth)
        elif tag in ("pre", "textarea"):
            self.flush(level)
            self.text.append(_all_text(child).replace("\n", "\v"))
            self.flush(level)
        elif tag == "table" and _is_data(child):
            self.flush(level)
            self.table(child, depth)
        else:
            self.flush(level)
            inner = HEADINGS.get(tag, level)
            self.within(child, inner, depth)
            self.flush(inner)

    def table(self, table: etree._Element, depth: int) -> None:
        self.tables += 1
        holders: set[etree._Element] = set()
        for row in table.iter("tr"):
            above = row.getparent()
            while above is not None and above not in holders:
                holders.add(above)
                above = None if above is table else above.getparent()
        self.rows(table, holders, depth)

    def rows(self, part: etree._Element, holders: set[etree._Element], depth: int) -> None:
        """The rows of a table or of a group of them, and what stands loose between them, where a
        browser shows it before the table. `holders` are the elements with rows in them."""
        taken: dict[int, int] = {}
        self.text.append(part.text or "")
        for child in part:
            tag = child.tag
            if isinstance(tag, str) and not _dropped(child, tag):
                if tag == "tr":
                    self.row(child, taken, depth)
                elif depth >= DEEPEST:
                    self.text.append(_all_text(child))
                elif child in holders and tag not in ("td", "th"):
                    self.rows(child, holders, depth + 1)
                else:
                    self.child(child, tag, 0, depth + 1)
            self.text.append(child.tail or "")
        self.flush(0)

    def row(self, row: etree._Element, taken: dict[int, int], depth: int) -> None:
        """A row, its cells in their columns; a cell over several stands in the first of them.

        `taken` says for how many rows more a column is a cell's from above.
        """
        cells: list[str] = []
        above = dict(taken)
        self.text.append(row.text or "")
        for child in row:
            tag = child.tag
            if tag in ("td", "th") and not _dropped(child, tag):
                while above.pop(len(cells), 0):
                    cells.append("")
                at = len(cells)
                cells.append("\n".join(block.text for block in _Walk().blocks(child, depth)))
                cells += [""] * (_span(child, "colspan") - 1)
                if (down := _span(child, "rowspan")) > 1:
                    # one more, as this row takes one off all
                    taken |= dict.fromkeys(range(at, min(len(cells), WIDEST)), down)
            elif isinstance(tag, str) and not _dropped(child, tag):
                self.child(child, tag, 0, depth)
            self.text.append(child.tail or "")
        while above.pop(len(cells), 0):
            cells.append("")
        for column in list(taken):
            taken[column] -= 1
            if not taken[column]:
                del taken[column]
        self.flush(0)
        if any(cells):
            self.paragraph += 1
            place = InParagraph(self.paragraph, "table")
            text = "\t".join(filter(None, cells))
            self.done.append(Block("row", text, place, tuple(cells), self.tables))


def _dropped(element: etree._Element, tag: str) -> bool:
    # what a style sheet hides may be a panel that a click opens: it is read
    return tag in DROPPED or element.get("hidden") is not None


def _is_data(table: etree._Element) -> bool:
    """Whether a table holds data: pages are laid out with tables too, and those hold tables or
    whole articles in their cells."""
    if table.find(".//table") is not None:
        return False
    rows = table.findall(".//tr")
    if len(rows) < 2 or max((len(row) for row in rows), default=0) < 2:
        return False
    return all(len(_all_text(cell)) < 2000 for row in rows for cell in row)


def _all_text(element: etree._Element) -> str:
    """What an element says, without what it does not show."""
    if next(element.iter(*DROPPED), None) is None:
        return "".join(str(text) for text in element.itertext())
    parts = [element.text or ""]
    waiting: list[etree._Element | str] = list(reversed(element))
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            parts.append(each)
            continue
        waiting.append(each.tail or "")
        if isinstance(each.tag, str) and not _dropped(each, each.tag):
            waiting += [*reversed(each), each.text or ""]
    return "".join(parts)


def _span(cell: etree._Element, name: str) -> int:
    given = (cell.get(name) or "1")[:9]
    return min(int(given), 100) if given.isdecimal() and int(given) > 0 else 1
