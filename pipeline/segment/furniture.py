"""What runs along the pages and says nothing: running headers, footers, page numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.evidence import Block, OnPage, Page

_DASHED = re.compile(r"[-—–－―·•\s]+\d{1,4}[-—–－―·•\s]+$")
_NUMBER = re.compile(r"[-—–－―·•\s]*\d{1,4}[-—–－―·•\s]*$")
_PAGE = re.compile(
    r"第\s*[\d一二三四五六七八九十百]{1,4}\s*页(?:\s*[,，/／|（(]?\s*[共总]\s*[\d一二三四五六七八九十百]{1,4}\s*页[)）]?)?$"
    r"|共\s*\d{1,4}\s*页\s*[,，/]?\s*第\s*\d{1,4}\s*页$"
    r"|[Pp]age\s*\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?$|\d{1,4}\s*[/／]\s*\d{1,4}(?:\s*页)?$"
)
_DIGITS = re.compile(r"\d+|\s+")

_TOP, _BOTTOM = 0.13, 0.86
"""Where the text area of GB/T 9704 begins and ends: 37 mm and 262 mm of 297 mm, and a little."""
_TITLE = 1.4
"""Letters so much higher than the page's median are a title's, never a running line's."""
_SAME_HEIGHT = 4.0
"""A running line stands at the same height on all its pages, give or take points for descenders."""


def is_page_number(text: str, sure: bool) -> bool:
    """Whether a line is nothing but a page number; `sure` when it stands at a page's edge."""
    if len(text) > 24:
        return False
    if _DASHED.match(text) or _PAGE.match(text):
        return True
    return sure and bool(_NUMBER.match(text))


def running(pages: Sequence[Page]) -> set[int]:
    """The `id()` of every line block that is a running header, footer or page number.

    Only lines at the top and bottom edge of a page with a height are asked. A text that stands
    there at the same height on two pages or more, digits apart, runs; a line in letters larger
    than the page's others does not: it is a title that every sheet of a form repeats.
    """
    found: set[int] = set()
    edges: dict[str, list[tuple[int, float, Block]]] = {}
    for page in pages:
        if page.height <= 0:
            continue
        lines = [
            (block.place.box, block)
            for block in page.blocks
            if block.kind == "line" and isinstance(block.place, OnPage)
        ]
        top = [line for line in lines if line[0][1] < _TOP * page.height]
        bottom = [line for line in lines if line[0][3] > _BOTTOM * page.height]
        sizes = sorted(block.size for _, block in lines)
        usual = sizes[len(sizes) // 2] if sizes else 0.0
        for near, edge in ((top, 1), (bottom, -1)):
            near.sort(key=lambda line: line[0][1] * edge)
            for place, (box, block) in enumerate(near[:3]):
                text = block.text.strip()
                if is_page_number(text, sure=place < 2):
                    found.add(id(block))
                elif len(text) <= 60 and block.size <= usual * _TITLE:
                    key = _DIGITS.sub("", text)
                    edges.setdefault(key, []).append((page.number, box[1], block))
    wanted = 2 if len(pages) < 6 else 3
    for key, lines_there in edges.items():
        if key and len({number for number, _, _ in lines_there}) >= 2:
            before = len(found)
            _same_height(lines_there, wanted, found)
            if len(key) >= 6 and len(found) > before:
                # The first page may set the same running line a little higher.
                found.update(id(block) for _, _, block in lines_there)
    return found


def _same_height(lines: list[tuple[int, float, Block]], wanted: int, found: set[int]) -> None:
    lines.sort(key=lambda line: line[1])
    group: list[tuple[int, float, Block]] = []
    for line in [*lines, None]:
        if line is not None and (not group or line[1] - group[-1][1] <= _SAME_HEIGHT):
            group.append(line)
            continue
        if len({number for number, _, _ in group}) >= wanted:
            found.update(id(block) for _, _, block in group)
        group = [line] if line is not None else []
