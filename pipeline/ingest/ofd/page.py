"""One page of an OFD document: what is drawn on it, made blocks."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property

from lxml import etree

from pipeline.errors import Reason, Unreadable
from pipeline.evidence import Block, Box, OnPage, Page
from pipeline.ingest.ofd.drawn import Drawn, draw
from pipeline.ingest.ofd.lines import Placed, in_order
from pipeline.ingest.ofd.numbers import POINTS, numbers
from pipeline.ingest.ofd.objects import Units, corner, is_no
from pipeline.ingest.ofd.package import (
    MOST_PARTS,
    Package,
    Paper,
    child,
    children,
    resources,
    said,
)
from pipeline.ingest.ofd.text import Run
from pipeline.ingest.ofd.turned import back, turn_of, upright_lines, upright_run
from pipeline.ingest.pdf import sense
from pipeline.ingest.pdf.boxes import Matrix, around, times
from pipeline.ingest.pdf.grid import Table, tables
from pipeline.ingest.pdf.layout import blocks
from pipeline.ingest.pdf.sense import FEW_LETTERS, LARGE, MANY_PATHS, MOSTLY, PARTLY, SMALL

BASE: Matrix = (POINTS, 0.0, 0.0, POINTS, 0.0, 0.0)
A4 = (210.0, 297.0)
LARGEST = 20_000.0
"""Millimetres: no page is larger."""
KEPT = 8
"""Parsed templates kept for the next pages."""
WHOLE = 0.8
"""A picture of so much of the page may be a form with words of its own, however much text is
written on it; only text that is there for searching it makes it read."""
MOST_NOTES = 2_000
"""Annotations of one page that are looked at."""


class Shelf:
    """What the pages of a document share: its units and templates."""

    def __init__(self, package: Package, paper: Paper) -> None:
        self.package = package
        self.paper = paper
        self._templates: dict[str, etree._Element] = {}

    @cached_property
    def units(self) -> Units:
        """The composite units that every page may draw."""
        return units(resources(self.package, self.paper))

    def template(self, name: str) -> etree._Element:
        """The root of a template's part; Unreadable if it is broken."""
        if name not in self._templates:
            if len(self._templates) >= KEPT:
                self._templates.pop(next(iter(self._templates)))
            self._templates[name] = self.package.xml(name)
        return self._templates[name]

    @cached_property
    def size(self) -> tuple[float, float]:
        """Width and height in millimetres of a page that does not state its own."""
        area = child(self.paper.root, "CommonData", "PageArea")
        return page_size(area) or A4


def units(parts: Iterator[tuple[etree._Element, str]]) -> Units:
    """The contents of the CompositeGraphicUnits in resources, by their ids (13)."""
    found: Units = {}
    for root, _ in parts:
        for group in children(root, "CompositeGraphicUnits"):
            for unit in children(group, "CompositeGraphicUnit"):
                content = child(unit, "Content")
                if content is not None:
                    found[unit.get("ID", "")] = content
    return found


def page_size(area: etree._Element | None) -> tuple[float, float] | None:
    """Width and height in millimetres of an Area or PageArea (7.5), None if it says none."""
    for name in ("PhysicalBox", "ApplicationBox", "CropBox", "ContentBox"):
        box = numbers(said(area, name), 4)
        if box and 1 <= box[2] <= LARGEST and 1 <= box[3] <= LARGEST:
            return box[2], box[3]
    return None


class Folio:
    """The `at`-th page of a document."""

    def __init__(self, shelf: Shelf, at: int) -> None:
        self._shelf = shelf
        self.paper = shelf.paper
        self._id, self._name = shelf.paper.pages[at]
        self.lost: Reason | None = "corrupt" if shelf.paper.broken else None
        """Why some of the page, or all of it if `root` is None, is not read."""
        self.root: etree._Element | None = None
        self.width, self.height = (side * POINTS for side in shelf.size)
        self._open()

    def _open(self) -> None:
        package = self._shelf.package
        try:
            if self._name is None:
                raise package.lost("no such page")
            self.root = package.xml(self._name)
        except Unreadable as refusal:
            self.lost = refusal.reason
            return
        size = page_size(child(self.root, "Area")) or self._shelf.size
        self.width, self.height = (side * POINTS for side in size)

    @property
    def folder(self) -> str:
        """Where the page's part stands: its paths may start there."""
        return posixpath.dirname(self._name or "")

    def units(self) -> Units:
        """What units there are to draw with, those of the page among them."""
        if self.root is None or child(self.root, "PageRes") is None:
            return self._shelf.units
        own = resources(self._shelf.package, self.paper, self.root, self.folder)
        return self._shelf.units | units(own)

    def layers(self) -> Iterator[etree._Element]:
        """What is drawn, from the back to the front: templates, the page, templates (7.7)."""
        front: list[etree._Element] = []
        for use in list(children(self.root, "Template"))[:MOST_PARTS]:
            name = self._shelf.paper.templates.get(use.get("TemplateID", ""))
            try:
                if name is None:
                    raise self._shelf.package.lost("no such template")
                content = child(self._shelf.template(name), "Content")
            except Unreadable as refusal:
                self.lost = refusal.reason
                continue
            if content is None:
                continue
            if use.get("ZOrder") == "Foreground":
                front.append(content)
            else:
                yield content
        content = child(self.root, "Content")
        if content is not None:
            yield content
        yield from front

    def notes(self) -> Iterator[tuple[etree._Element, Matrix]]:
        """The appearances of the page's annotations, and how they come onto the page."""
        count = 0
        for name in self._shelf.paper.notes.get(self._id, ())[:MOST_NOTES]:
            try:
                root = self._shelf.package.xml(name)
            except Unreadable as refusal:
                self.lost = refusal.reason
                continue
            for note in children(root, "Annot"):
                count += 1
                if count > MOST_NOTES:
                    self.lost = "limit_objects"
                    return
                if is_no(note.get("Visible")) or note.get("Type") == "Watermark":
                    continue
                for look in children(note, "Appearance"):
                    x, y = corner(look)
                    yield look, times((1.0, 0.0, 0.0, 1.0, x, y), BASE)

    def drawn(self) -> tuple[Drawn, Drawn]:
        """What the page and its templates show, and what its annotations show."""
        own, noted = Drawn(), Drawn()
        units = self.units()
        for layer in self.layers():
            draw(layer, BASE, units, own)
        for look, by in self.notes():
            draw(look, by, units, noted)
        if own.count.full or noted.count.full:
            self.lost = "limit_objects"
        return own, noted

    def read(self, number: int, tables_before: int, alone: bool) -> tuple[Page, list[Table]]:
        """The page, and the tables on it from top to bottom; `alone` if it is all there is."""
        own, noted = self.drawn()
        covered = self._share(own.images + noted.images)
        behind = self._behind(own)
        if own.hidden and covered > LARGE:
            own.runs += own.hidden
        text = "\n".join(run.text for run in own.runs)
        unnamed = max(own.unnamed(), sense.strange(text))
        if behind:
            unnamed = max(unnamed, sense.is_nonsense(text))
        if unnamed > MOSTLY:
            return Page(number, (), self.width, self.height, "garbled"), []
        found, grids = self._blocks(own, number, tables_before)
        found += self._noted(noted, number)
        unread = self.lost or ("garbled" if unnamed > PARTLY else None)
        if unread is None:
            letters = sum(len("".join(block.text.split())) for block in found)
            outlined = own.paths + noted.paths > MANY_PATHS
            if not letters:
                # a frame on an otherwise empty page says nothing; outlines of letters do
                unread = "no_text_layer" if covered or outlined else None
            elif letters < FEW_LETTERS:
                unread = "no_text_layer" if covered > (SMALL if alone else LARGE) else None
            elif not behind and any(self._share([box]) > WHOLE for box in own.images):
                # a form that is a picture, filled in with text
                unread = "no_text_layer"
        return Page(number, tuple(found), self.width, self.height, unread), grids

    def _behind(self, own: Drawn) -> bool:
        """Whether text stands behind the picture of the page, for searching: it is transparent, or
        the picture was drawn over it."""
        if own.hidden and self._share(own.images) > LARGE:
            return True
        return any(
            letters >= FEW_LETTERS and self._share([box]) > WHOLE
            for box, letters in zip(own.images, own.behind, strict=True)
        )

    def _share(self, images: list[Box]) -> float:
        """How much of the page is pictures, 0 to 1."""
        covered = 0.0
        for x0, y0, x1, y1 in images:
            wide = min(x1, self.width) - max(x0, 0.0)
            high = min(y1, self.height) - max(y0, 0.0)
            covered += max(wide, 0.0) * max(high, 0.0)
        return min(covered / (self.width * self.height), 1.0)

    def _blocks(
        self, own: Drawn, number: int, tables_before: int
    ) -> tuple[list[Block], list[Table]]:
        runs = self._on_page(own.runs)
        turn = turn_of(runs)
        straight = [run for run in runs if run.turn == turn]
        others = [run for run in runs if run.turn != turn]
        across, down = own.across, own.down
        size = self.width, self.height
        if turn:
            straight = [upright_run(run, turn, *size) for run in straight]
            across, down = upright_lines(across, down, turn, *size)
        grids = tables(across, down) or []
        letters = Placed(in_order(straight, grids))
        found = blocks(letters, grids, number, tables_before)
        if turn:
            found = [
                replace(block, place=OnPage(number, back(block.place.box, turn, *size)))
                for block in found
                if isinstance(block.place, OnPage)
            ]
            grids = []
        return found + _alone(others, number), grids

    def _on_page(self, runs: list[Run]) -> list[Run]:
        """The runs without letters off the page, unless those are most: then its box is wrong."""
        kept = []
        for run in runs:
            letters = [each for each in run.letters if self._shows(each[1])]
            if letters:
                whole = len(letters) == len(run.letters)
                kept.append(run if whole else replace(run, letters=letters))
        shown = sum(len(run.letters) for run in kept)
        return kept if 2 * shown >= sum(len(run.letters) for run in runs) else runs

    def _shows(self, box: Box) -> bool:
        x0, y0, x1, y1 = box
        return x1 > 0 and y1 > 0 and x0 < self.width and y0 < self.height

    def _noted(self, noted: Drawn, number: int) -> list[Block]:
        """The text of annotations; what is set aslant over the page again and again, once."""
        runs = self._on_page(noted.runs)
        straight = [run for run in runs if run.turn == 0]
        letters = Placed(in_order(straight, []))
        aslant: dict[str, Run] = {}
        for run in runs:
            if run.turn:
                aslant.setdefault(run.text, run)
        return blocks(letters, [], number, 0) + _alone(list(aslant.values()), number)


def _alone(runs: list[Run], number: int) -> list[Block]:
    """A line for each run that is turned otherwise than the page."""
    out = []
    for run in runs:
        text = run.text.strip()
        if text:
            box = around(box for _, box in run.letters)
            out.append(Block("line", text, OnPage(number, box), size=run.size))
    return out
