"""Pages as readers give them, made by hand: printed sheets, flowing text, tables, plain lines."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from pipeline.evidence import Block, InParagraph, InRow, OnLine, OnPage, Page, Passage
from pipeline.segment import segment

SHA = "ab" * 32
EM, LEFT, RIGHT, PITCH = 16.0, 80.0, 528.0, 28.0
"""A page of GB/T 9704: 28 letters of 16 points a line."""


def set_in_lines(text: str) -> list[str]:
    """As a word processor breaks it: 28 letters a line, 26 on the first; digits take half."""
    lines, room = [""], 26.0
    for letter in text:
        width = 1.0 if ord(letter) > 255 else 0.5
        if room < width:
            lines.append("")
            room = 28.0
        lines[-1] += letter
        room -= width
    return lines


class Sheet:
    """A printed page, line by line from the top."""

    def __init__(self, number: int, header: str = "", footer: str = "") -> None:
        self.number = number
        self.blocks: list[Block] = []
        self.y = 105.0
        if header:
            self.place(header, 200, 39, 9)
        self.footer = footer

    def place(self, text: str, x: float, y: float, size: float) -> None:
        width = sum(size if ord(c) > 255 else size / 2 for c in text)
        box = (x, y, x + width, y + size)
        self.blocks.append(Block("line", text, OnPage(self.number, box), size=size))

    def line(self, text: str, indent: float = 0, size: float = EM) -> Sheet:
        self.place(text, LEFT + indent * EM, self.y, size)
        self.y += PITCH
        return self

    def centre(self, text: str, size: float = EM) -> Sheet:
        width = sum(size if ord(c) > 255 else size / 2 for c in text)
        self.place(text, (LEFT + RIGHT - width) / 2, self.y, size)
        self.y += PITCH * size / EM
        return self

    def paragraph(self, text: str) -> Sheet:
        """Set in lines of 28 letters, the first indented by two."""
        first, *rest = set_in_lines(text)
        self.line(first, indent=2)
        for line in rest:
            self.line(line)
        return self

    def row(self, *cells: str, table: int = 1) -> Sheet:
        box = (LEFT, self.y, RIGHT, self.y + 20)
        self.blocks.append(
            Block("row", "\t".join(cells), OnPage(self.number, box), cells=cells, table=table)
        )
        self.y += 20
        return self

    def page(self) -> Page:
        if self.footer:
            self.place(self.footer, 280, 796, 9)
        return Page(self.number, tuple(self.blocks), 595.0, 842.0)


def printed(*sheets: Sheet) -> tuple[Passage, ...]:
    return segment([sheet.page() for sheet in sheets], SHA)


def texts(passages: Sequence[Passage]) -> list[str]:
    return [passage.text for passage in passages]


def flowing(*paragraphs: str | tuple[str, int]) -> list[Page]:
    blocks = []
    for number, paragraph in enumerate(paragraphs, 1):
        text, level = paragraph if isinstance(paragraph, tuple) else (paragraph, 0)
        blocks.append(Block("paragraph", text, InParagraph(number, "body"), level=level))
    return [Page(1, tuple(blocks))]


def table(*rows: Sequence[str], sheet: str | None = None, before: str = "") -> list[Page]:
    number = count(1)
    blocks = []
    if before:
        blocks.append(Block("paragraph", before, InParagraph(next(number), "body")))
    for row in rows:
        n = next(number)
        place = InRow(sheet, n) if sheet else InParagraph(n, "table")
        blocks.append(Block("row", "\t".join(row), place, cells=tuple(row), table=1))
    return [Page(1, tuple(blocks))]


LONG = (
    "为加强对全市交通运输系统民族团结进步创建工作的统筹，经2022年3月8日局党组会议研究，"
    "决定成立局民族团结进步创建工作领导小组，由局党组书记任组长，班子成员任副组长，各科室负责人为成员。"
)
NEXT = (
    "领导小组下设办公室在机关党委，负责日常事务，每季度召开一次例会，听取各单位创建工作进展情况。"
)


def plain(text: str) -> list[Page]:
    lines = text.split("\n")
    return [
        Page(
            1,
            tuple(
                Block("line", line, OnLine(n)) for n, line in enumerate(lines, 1) if line.strip()
            ),
        )
    ]
