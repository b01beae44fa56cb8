"""What the drawings of a Word paper say beside their text boxes: WordArt, charts, diagrams."""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from pipeline.ingest.packed.opc import R
from pipeline.ingest.slides import drawingml
from pipeline.ingest.slides.drawingml import A, C, D
from pipeline.ingest.word.wordml import W

_SAYING = {W + "txbxContent", A + "txBody", C + "chart", D + "relIds"}


def speaks(element: etree._Element) -> bool:
    """Whether an element of a drawing is a text box, a text body, a chart, a diagram or WordArt."""
    return element.tag in _SAYING or bool(
        element.get("string") and element.tag.endswith("}textpath")
    )


def said(
    drawn: etree._Element, linked: Callable[[str], etree._Element | None]
) -> tuple[list[tuple[str, float]], list[tuple[str, ...]]]:
    """Paragraphs with the size of their letters in points (0: not stated), and rows of data, of
    what `speaks` but is no text box; `linked` finds the root of a part by its relationship."""
    if drawn.tag == A + "txBody":
        return list(drawingml.paragraphs(drawn)), []
    if drawn.tag == C + "chart":
        root = linked(drawn.get(R + "id", ""))
        titles, data = drawingml.chart(root) if root is not None else ([], [])
        return [(title, 0.0) for title in titles], [cells for cells in data if any(cells)]
    if drawn.tag == D + "relIds":
        root = linked(drawn.get(R + "dm", ""))
        return list(drawingml.diagram(root)) if root is not None else [], []
    text = drawn.get("string", "").strip()
    return [(text, 0.0)] if text else [], []
