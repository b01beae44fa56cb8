"""Styles of a Word paper: what a paragraph's or run's style says of it, inheritance followed."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from lxml import etree

from pipeline.ingest.word.wordml import W, is_on, number, val

_HEADING = re.compile(r"(?:heading|标题)\s*([1-9])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Style:
    """`level` 1 to 9 for headings, else 0; `list_id` and `depth` of its numbering; `size` of its
    letters in points, 0 where not said; `hidden` text."""

    level: int = 0
    list_id: str | None = None
    depth: int | None = None
    size: float = 0.0
    hidden: bool = False


def styles(root: etree._Element | None) -> tuple[dict[str, Style], Style]:
    """Style id to style, and the style of a paragraph that names none."""
    if root is None:
        return {}, Style()
    elements = {each.get(W + "styleId", ""): each for each in root.findall(W + "style")}
    defaults = root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr")
    plain = Style(size=(number(defaults, "sz") or 0) / 2)
    done: dict[str, Style] = {}

    def resolve(key: str, above: tuple[str, ...]) -> Style:
        if key in done:
            return done[key]
        element = elements.get(key)
        if element is None or key in above:
            return plain
        base = val(element, "basedOn")
        # character styles say nothing of the size where they are silent
        start = plain if element.get(W + "type") == "paragraph" else Style()
        style = _changed(resolve(base, (*above, key)) if base else start, element)
        done[key] = style
        return style

    for key in elements:
        resolve(key, ())
    default = next(
        (
            key
            for key, each in elements.items()
            if each.get(W + "type") == "paragraph" and is_default(each)
        ),
        None,
    )
    return done, done[default] if default is not None else plain


def is_default(style: etree._Element) -> bool:
    """Whether a style is that of all that names none."""
    return style.get(W + "default", "0") in ("1", "true", "on")


def _changed(base: Style, element: etree._Element) -> Style:
    paragraph, run = element.find(W + "pPr"), element.find(W + "rPr")
    named = _HEADING.fullmatch((val(element, "name") or "").strip())
    outline = number(paragraph, "outlineLvl")
    level = base.level
    if outline is not None:
        level = outline + 1 if 0 <= outline < 9 else 0
    elif named:
        level = int(named[1])
    size = number(run, "sz")
    hidden = is_on(run, "vanish")
    list_id, depth = base.list_id, base.depth
    numbers = paragraph.find(W + "numPr") if paragraph is not None else None
    if numbers is not None:
        list_id = val(numbers, "numId") or list_id
        given = number(numbers, "ilvl")
        depth = depth if given is None else given
    return replace(
        base,
        level=level,
        list_id=list_id,
        depth=depth,
        size=base.size if size is None else size / 2,
        hidden=base.hidden if hidden is None else hidden,
    )
