"""Small papers for the tests: lines of text become the blocks of a paper."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.describe import document, unit_of
from pipeline.evidence import (
    Block,
    Document,
    InParagraph,
    InRow,
    OnLine,
    OnPage,
    Page,
    Passage,
    SourceFile,
    Unit,
)

LANHE = unit_of("岚河市水务局", ())


def flowing(text: str) -> list[Page]:
    """A plain text: every line a paragraph; a line with | is a table row."""
    blocks = []
    for number, line in enumerate(text.strip("\n").splitlines(), 1):
        if "|" in line:
            cells = tuple(cell.strip() for cell in line.strip("|").split("|"))
            where = InParagraph(number, "table")
            blocks.append(Block("row", " ".join(cells), where, cells, 1))
        elif line.strip():
            blocks.append(Block("paragraph", line, OnLine(number)))
    return [Page(1, tuple(blocks))]


def printed(*pages: Sequence[tuple[str, float]]) -> list[Page]:
    """A PDF: each line with the height of its letters."""
    made = []
    for number, lines in enumerate(pages, 1):
        blocks = tuple(
            Block(
                "line", text, OnPage(number, (90.0, 20.0 * at, 500.0, 20.0 * at + size)), size=size
            )
            for at, (text, size) in enumerate(lines, 1)
        )
        made.append(Page(number, blocks, 595.0, 842.0))
    return made


def sheets(**named: Sequence[Sequence[str]]) -> list[Page]:
    """A workbook: each sheet's rows of cells."""
    blocks = []
    for sheet, rows in named.items():
        for number, cells in enumerate(rows, 1):
            text = " ".join(cell for cell in cells if cell)
            blocks.append(Block("row", text, InRow(sheet, number), tuple(cells), 1))
    return [Page(1, tuple(blocks))]


def described(pages: str | list[Page], path: str = "材料.docx", unit: Unit = LANHE) -> Document:
    """The description of a paper given as text or pages."""
    read = flowing(pages) if isinstance(pages, str) else pages
    return document(SourceFile(path, 1, "0" * 64), read, unit)


def of(
    dated: str | None = "2023-06-01",
    dated_from: str | None = "signature",
    title: str = "关于有关工作的材料",
) -> Document:
    """A paper already described, for the years of its passages."""
    return Document(
        SourceFile("材料.docx", 1, "0" * 64), 1, title, "总结", "岚河市水务局", None, dated,
        dated_from if dated else None, "unit",
    )  # fmt: skip


def passage(text: str, *headings: str, sheet: str = "") -> Passage:
    """A passage under its headings, or in a sheet."""
    places = (InRow(sheet, 3),) if sheet else (OnLine(1),)
    return Passage("0" * 16, text, places, headings, "row" if sheet else "paragraph")
