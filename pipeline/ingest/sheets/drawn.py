"""What is drawn on the sheets of a workbook (xlsx): text boxes, and pictures that are pages."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

from pipeline.errors import Reason, Unreadable
from pipeline.ingest.packed import opc
from pipeline.ingest.packed.opc import MC, R
from pipeline.ingest.slides.drawingml import A, paragraphs, stated
from pipeline.ingest.word import pasted
from pipeline.ingest.word.wordml import EMU

MOST_BOXES = 20_000
"""Paragraphs of the text boxes of a workbook."""
_ANCHORS = ("{*}twoCellAnchor", "{*}oneCellAnchor", "{*}absoluteAnchor", "{*}cellImage")
_CELL = (48.0, 14.0)
"""Width and height in points of a cell whose size nobody states."""


@dataclass(slots=True)
class Drawn:
    """The row and text of each paragraph in a box, by the name of the sheet; the pictures; why
    something was left out."""

    boxes: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    pictures: list[pasted.Picture] = field(default_factory=list)
    lost: Reason | None = None
    count: int = 0

    def scans(self, package: zipfile.ZipFile, only: bool) -> list[pasted.Scan]:
        """Those of the pictures that are pages; `only` says that the cells say hardly anything."""
        parts = {each.link: each.link for each in self.pictures}
        return pasted.scans(package, parts, self.pictures, pasted.A4, only)


def drawn(package: zipfile.ZipFile, parts: Mapping[str, str]) -> Drawn:
    """What is drawn on all sheets (their names by their parts), each drawing read once, and the
    pictures that WPS keeps in cells. A drawing that is broken is `lost`."""
    found = Drawn()
    seen: set[str] = set()
    links = [(part, name, "drawing") for part, name in parts.items() if part]
    for source, name, wanted in (*links, ("xl/workbook.xml", "", "cellImage")):
        try:
            for _, kind, part in opc.related(package, source):
                if kind == wanted and part not in seen:
                    seen.add(part)
                    _gather(package, part, name, found)
        except Unreadable as refusal:
            found.lost = refusal.reason
    return found


def _gather(package: zipfile.ZipFile, part: str, sheet: str, found: Drawn) -> None:
    xml = opc.part(package, part)
    if xml is None:
        return
    root = opc.parse(opc.transitional(xml), part)
    links = {key: name for key, _, name in opc.related(package, part)}
    for form in list(root.iter(MC + "Fallback")):
        # the same once more
        parent = form.getparent()
        if parent is not None and parent.find(MC + "Choice") is not None:
            parent.remove(form)
    for anchor in root.iter(*_ANCHORS):
        row = _cell(anchor, "from")[1] + 1
        for body in anchor.iter("{*}txBody"):
            for text, _ in paragraphs(body):
                found.count += 1
                if found.count > MOST_BOXES:
                    found.lost = "limit_objects"
                    return
                found.boxes.setdefault(sheet, []).append((row, text))
        for blip in anchor.iter(A + "blip"):
            link = links.get(blip.get(R + "embed", ""))
            if link:
                found.pictures.append(pasted.Picture(link, *_size(anchor, blip)))


def _cell(anchor: etree._Element, side: str) -> tuple[int, int]:
    """Column and row, from 0, of a corner of what is anchored to cells."""
    found = [anchor.findtext(f"{{*}}{side}/{{*}}{name}", "0") for name in ("col", "row")]
    column, row = (int(text) if text.isdecimal() and len(text) < 8 else 0 for text in found)
    return column, row


def _size(anchor: etree._Element, blip: etree._Element) -> tuple[float, float]:
    """Width and height in points: as the anchor states, the picture, or the cells it covers."""
    holder = blip.getparent()
    picture = holder.getparent() if holder is not None else None
    stating = [anchor.find("{*}ext")]
    if picture is not None:
        stating.append(picture.find(f"{{*}}spPr/{A}xfrm/{A}ext"))
    for each in stating:
        wide, high = stated(each, "cx"), stated(each, "cy")
        if wide > 0 and high > 0:
            return wide / EMU, high / EMU
    (left, top), (right, bottom) = _cell(anchor, "from"), _cell(anchor, "to")
    return max(right - left, 0) * _CELL[0], max(bottom - top, 0) * _CELL[1]
