"""The tree of a Word paper: what wraps paragraphs, rows and cells, and the small marks in a run."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from pipeline.ingest.packed.opc import MC
from pipeline.ingest.word.numbering import bullet
from pipeline.ingest.word.wordml import W, twips

TRANSPARENT = {
    W + name
    for name in ("ins", "moveTo", "smartTag", "customXml", "hyperlink", "fldSimple", "dir", "bdo",
                 "sdt", "sdtContent", "ruby", "rubyBase")
}  # fmt: skip
# Wingdings as forms use them: ticked, crossed and open boxes
_WINGDINGS = {0xFE: "☑", 0x52: "☑", 0xFD: "☒", 0x54: "☒", 0xA8: "□", 0x6F: "□", 0xA3: "□",
              0xFC: "√", 0xFB: "×", 0x6C: "●", 0x6E: "■", 0xD8: "➢", 0x75: "◆"}  # fmt: skip


def page_size(body: etree._Element) -> tuple[float, float] | None:
    """Width and height in points of the pages of the first section."""
    about = next(body.iter(W + "pgSz"), None)
    sides = [twips(about.get(W + side)) for side in ("w", "h")] if about is not None else []
    return (sides[0], sides[1]) if all(sides) and sides else None


def flat(parent: etree._Element) -> Iterator[etree._Element]:
    """The paragraphs and tables of a cell, whatever wraps them."""
    for child in parent:
        if child.tag in (W + "p", W + "tbl"):
            yield child
        elif child.tag in TRANSPARENT:
            yield from flat(child)


def unwrapped(parent: etree._Element, name: str) -> Iterator[etree._Element]:
    """The rows of a table or the cells of a row, whatever wraps them; deleted rows left out."""
    for child in parent:
        if child.tag == W + name:
            if child.find(f"{W}trPr/{W}del") is None:
                yield child
        elif child.tag in TRANSPARENT:
            yield from unwrapped(child, name)


def continues(about: etree._Element | None) -> bool:
    """Whether a cell is the lower (or right) part of a merged one."""
    for name in ("vMerge", "hMerge"):
        merge = about.find(W + name) if about is not None else None
        if merge is not None and merge.get(W + "val", "continue") != "restart":
            return True
    return False


def chosen_form(element: etree._Element) -> etree._Element | None:
    """Of the forms of the same content, the first that is there."""
    for name in ("Choice", "Fallback"):
        form = element.find(MC + name)
        if form is not None and len(form):
            return form
    return None


def symbol(element: etree._Element) -> str:
    """The letter of a `w:sym`: what a symbol font shows, "" for what is no letter."""
    code = element.get(W + "char", "")
    try:
        value = int(code, 16)
    except ValueError:
        return ""
    if 0xF000 <= value <= 0xF0FF:
        wingdings = "wingdings" in element.get(W + "font", "").lower()
        return _WINGDINGS.get(value & 0xFF, "•") if wingdings else bullet(chr(value))
    return chr(value) if 0x20 <= value < 0xD800 or 0xDFFF < value < 0x110000 else ""
