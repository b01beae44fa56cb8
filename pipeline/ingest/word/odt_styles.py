"""What the styles of an OpenDocument text say: sizes, what is hidden, lists, headers, footers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from lxml import etree

from pipeline.ingest.word.numbering import LONGEST, Level
from pipeline.ingest.word.odf import FO, STYLE, TEXT, UNITS, whole
from pipeline.ingest.word.pasted import A4

_LOEXT = "{urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0}"

_LENGTH = re.compile(r"([0-9]{1,7}(?:\.[0-9]{1,20})?)(cm|mm|in|pt|pc|px)")
_PLACE = re.compile(r"%([0-9]{1,2})%")
_FORMATS = {
    "": "none", "1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman",
    "I": "upperRoman", "一": "chineseCounting", "壹": "chineseLegalSimplified",
    "①": "decimalEnclosedCircle", "甲": "ideographTraditional", "子": "ideographZodiac",
    "１": "decimalFullWidth", "0": "decimalZero",
}  # fmt: skip
"""First letter of `style:num-format` ("一, 二, 三, ...") in the words of `numbering`."""
_AFTER = {"space": "space", "nothing": "nothing"}
_MOST_PARENTS = 20
Levels = dict[int, Level]


class Styles:
    """The styles of a paper; those of the text itself come after those of the style sheet."""

    def __init__(self, roots: list[etree._Element]) -> None:
        self._styles: dict[str, etree._Element] = {}
        self._masters: dict[str, etree._Element] = {}
        self.lists: dict[str, Levels] = {}
        self.outline: Levels = {}
        """How headings are numbered that stand in no list."""
        self.page = A4
        """Width and height in points of the pages."""
        named = {"Standard", "Default"}
        for root in roots:
            for each in root.iter(STYLE + "style"):
                self._styles[each.get(STYLE + "name", "")] = each
                named.add(each.get(STYLE + "master-page-name", ""))
            for each in root.iter(TEXT + "list-style"):
                self.lists[each.get(STYLE + "name", "")] = _levels(each)
            for each in root.iter(TEXT + "outline-style"):
                self.outline = _levels(each)
            for each in root.iter(STYLE + "master-page"):
                self._masters[each.get(STYLE + "name", "")] = each
            for each in root.iter(STYLE + "page-layout-properties"):
                sides = points(each.get(FO + "page-width")), points(each.get(FO + "page-height"))
                self.page = sides if all(sides) and self.page == A4 else self.page
        self._named = named

    def edges(self, side: Literal["header", "footer"]) -> list[etree._Element]:
        """The headers or footers of the pages that some style asks for, those alike once."""
        found: dict[str, etree._Element] = {}
        for name, master in self._masters.items():
            wanted = self._named | {
                other.get(STYLE + "next-style-name", "")
                for key, other in self._masters.items()
                if key in self._named
            }
            if name not in wanted:
                continue
            for kind in ("", "-left", "-first"):
                edge = master.find(f"{STYLE}{side}{kind}")
                if edge is not None and edge.get(STYLE + "display") != "false":
                    found.setdefault("".join(map(str, edge.itertext())), edge)
        return list(found.values())

    def hidden(self, name: str) -> bool:
        """Whether text in a style is not shown."""
        properties = self._text(name) if name else None
        return properties is not None and properties.get(TEXT + "display") == "none"

    def unnumbered(self, name: str) -> bool:
        """Whether headings of a style are left out of the numbering."""
        for style in self._chain(name):
            listed = style.get(STYLE + "list-style-name")
            if listed is not None:
                return not listed
        return False

    def size(self, name: str, paragraph: etree._Element) -> float:
        """Height of a paragraph's letters in points: of its first span, else of its style."""
        span = paragraph.find(TEXT + "span")
        for each in (span.get(TEXT + "style-name", "") if span is not None else "", name):
            for style in self._chain(each):
                properties = style.find(STYLE + "text-properties")
                size = points(properties.get(FO + "font-size")) if properties is not None else 0.0
                if size:
                    return size
        return 0.0

    def _chain(self, name: str) -> Iterator[etree._Element]:
        """A style and those it stands on."""
        for _ in range(_MOST_PARENTS):
            style = self._styles.get(name)
            if style is None:
                return
            yield style
            name = style.get(STYLE + "parent-style-name", "")

    def _text(self, name: str) -> etree._Element | None:
        style = self._styles.get(name)
        return style.find(STYLE + "text-properties") if style is not None else None


def _levels(style: etree._Element) -> Levels:
    found: Levels = {}
    for each in style:
        depth = whole(each.get(TEXT + "level"))
        if 0 < depth < 11:
            found[depth - 1] = _level(each, depth)
    return found


def _level(element: etree._Element, depth: int) -> Level:
    if element.tag == TEXT + "list-level-style-bullet":
        return Level(format="bullet", pattern=element.get(TEXT + "bullet-char", "")[:LONGEST])
    form = _FORMATS.get((element.get(STYLE + "num-format") or "")[:1], "decimal")
    given = element.get(_LOEXT + "num-list-format")
    if given is not None:
        pattern = _PLACE.sub(r"%\1", given)
    else:
        shown = min(max(whole(element.get(TEXT + "display-levels")), 1), depth)
        places = ".".join(f"%{place}" for place in range(depth - shown + 1, depth + 1))
        pattern = places if form != "none" else ""
        before, after = element.get(STYLE + "num-prefix", ""), element.get(STYLE + "num-suffix", "")
        pattern = before + pattern + after
    gap = element.find(f"{STYLE}list-level-properties/{STYLE}list-level-label-alignment")
    follows = gap.get(TEXT + "label-followed-by", "") if gap is not None else ""
    if pattern.endswith(" "):
        # what follows need not part them again
        follows = "nothing"
    return Level(
        start=whole(element.get(TEXT + "start-value") or "1"),
        format=form,
        pattern=pattern[:LONGEST],
        after=_AFTER.get(follows, "tab"),
    )


def points(length: str | None) -> float:
    """A length of ODF in points; 0 for none, and for shares of another."""
    found = _LENGTH.fullmatch(length or "")
    return float(found[1]) * UNITS[found[2]] if found else 0.0
