"""The tree of a Word paper: what wraps paragraphs, rows and cells, and the small marks in a run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lxml import etree

from pipeline.ingest.packed.opc import MC, R
from pipeline.ingest.word.numbering import bullet
from pipeline.ingest.word.wordml import W, is_on, twips

TRANSPARENT = {
    W + name
    for name in ("ins", "moveTo", "smartTag", "customXml", "hyperlink", "fldSimple", "dir", "bdo",
                 "sdt", "sdtContent", "ruby", "rubyBase")
}  # fmt: skip
_FORMS = MC + "AlternateContent"
_KNOWN = (
    "http://schemas.microsoft.com/office/word/2010/",
    "http://schemas.microsoft.com/office/word/2012/wordml",
    "http://schemas.microsoft.com/office/drawing/2010/main",
    "http://schemas.microsoft.com/office/drawing/2007/8/2/chart",
    "http://schemas.openxmlformats.org/",
    "urn:schemas-microsoft-com:",
)
"""How the namespaces begin whose elements are read: w14, w15, wps, wpg, wpc, wp14, a14, v ..."""
# Wingdings as forms use them: ticked, crossed and open boxes
_WINGDINGS = {0xFE: "☑", 0x52: "☑", 0xFD: "☒", 0x54: "☒", 0xA8: "□", 0x6F: "□", 0xA3: "□",
              0xFC: "√", 0xFB: "×", 0x6C: "●", 0x6E: "■", 0xD8: "➢", 0x75: "◆"}  # fmt: skip


@dataclass(slots=True)
class Text:
    """One paragraph while it is read: its text, the size of its letters, and what floats on it."""

    parts: list[str] = field(default_factory=list)
    size: float = 0.0
    boxes: list[etree._Element] = field(default_factory=list)


def page_size(body: etree._Element) -> tuple[float, float] | None:
    """Width and height in points of the pages of the first section."""
    about = next(body.iter(W + "pgSz"), None)
    sides = [twips(about.get(W + side)) for side in ("w", "h")] if about is not None else []
    return (sides[0], sides[1]) if all(sides) and sides else None


def edges(body: etree._Element, names: dict[str, str], even: bool) -> tuple[list[str], list[str]]:
    """The parts of the headers and of the footers that some section shows, each once.

    `names` are the paper's relationships to parts; `even` whether even pages have their own.
    """
    found: tuple[list[str], list[str]] = ([], [])
    for section in body.iter(W + "sectPr"):
        shown = {"default"} | ({"even"} if even else set())
        if is_on(section, "titlePg"):
            shown.add("first")
        for side, tag in zip(found, ("headerReference", "footerReference"), strict=True):
            for reference in section.findall(W + tag):
                name = names.get(reference.get(R + "id", ""))
                if name and name not in side and reference.get(W + "type") in shown:
                    side.append(name)
    return found


def flat(parent: Iterable[etree._Element]) -> Iterator[etree._Element]:
    """The paragraphs and tables of a cell, whatever wraps them."""
    for child in parent:
        if child.tag in (W + "p", W + "tbl"):
            yield child
        else:
            yield from flat(wrapped(child))


def unwrapped(parent: Iterable[etree._Element], name: str) -> Iterator[etree._Element]:
    """The rows of a table or the cells of a row, whatever wraps them; deleted rows left out."""
    for child in parent:
        if child.tag == W + name:
            if child.find(f"{W}trPr/{W}del") is None:
                yield child
        else:
            yield from unwrapped(wrapped(child), name)


def continues(about: etree._Element | None) -> bool:
    """Whether a cell is the lower (or right) part of a merged one."""
    for name in ("vMerge", "hMerge"):
        merge = about.find(W + name) if about is not None else None
        if merge is not None and merge.get(W + "val", "continue") != "restart":
            return True
    return False


def chosen_form(element: etree._Element) -> etree._Element | None:
    """Of the forms of the same content the first that is known, else the one to fall back on
    (ECMA-376, part 3, 7.6); where there is none, the first."""
    choices = [each for each in element.findall(MC + "Choice") if len(each)]
    for each in choices:
        names = [each.nsmap.get(prefix) or "" for prefix in each.get("Requires", "").split()]
        if all(name.startswith(_KNOWN) for name in names):
            return each
    fallback = element.find(MC + "Fallback")
    if fallback is not None and len(fallback):
        return fallback
    return choices[0] if choices else None


def wrapped(element: etree._Element) -> etree._Element | tuple[()]:
    """What stands in an element that only wraps it; nothing for all others."""
    if element.tag == _FORMS:
        chosen = chosen_form(element)
        return () if chosen is None else chosen
    return element if element.tag in TRANSPARENT else ()


def in_run(run: etree._Element) -> Iterator[etree._Element]:
    """The marks of a run; of several forms of the same, one."""
    waiting = list(reversed(run))
    while waiting:
        each = waiting.pop()
        if each.tag == _FORMS:
            waiting += reversed(list(wrapped(each)))
        elif each.tag == W + "r":
            waiting += reversed(each)
        else:
            yield each


def runs_on(paragraph: etree._Element) -> bool:
    """Whether the end of a paragraph was deleted, and one follows that it runs on into."""
    if paragraph.find(f"{W}pPr/{W}rPr/{W}del") is None:
        return False
    for each in paragraph.itersiblings():
        if each.tag == W + "p":
            return True
        if each.tag == W + "tbl" or each.tag == _FORMS or each.tag in TRANSPARENT:
            return False
    return False


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
