"""Write a paper as slides: flat OpenDocument, which LibreOffice turns into what is wanted.

Each heading line and each paragraph that begins ``**【…】**`` begins a slide; a slide that is full
goes on on the next.
"""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

from word import cells_of

MARKS = ("#", "##", "=", ">", "^", "+", "++", "[red]", "[number]", "[imprint]", "[box]", "[photo]")
BOLD = re.compile(r"\*\*(.+?)\*\*")
FULL = 340
"""Letters of text on a slide."""
NAMES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{place}:1.0"'
    for name, place in (
        ("office", "office"), ("style", "style"), ("text", "text"), ("table", "table"),
        ("draw", "drawing"), ("presentation", "presentation"), ("svg", "svg-compatible"),
        ("fo", "xsl-fo-compatible"),
    )
)  # fmt: skip
STYLES = (
    '<office:automatic-styles><style:page-layout style:name="L"><style:page-layout-properties'
    ' fo:page-width="28cm" fo:page-height="15.75cm" style:print-orientation="landscape"'
    ' fo:margin="0cm"/></style:page-layout>'
    '<style:style style:name="P1" style:family="paragraph"><style:paragraph-properties'
    ' fo:margin-bottom="0.2cm"/><style:text-properties fo:font-size="16pt"'
    ' style:font-size-asian="16pt"/></style:style>'
    '<style:style style:name="P2" style:family="paragraph"><style:text-properties'
    ' fo:font-size="28pt" style:font-size-asian="28pt"/></style:style></office:automatic-styles>'
    '<office:master-styles><style:master-page style:name="M" style:page-layout-name="L"/>'
    "</office:master-styles>"
)


def write(body: list[str]) -> bytes:
    """A presentation (.fodp) of the body's paragraphs, lists and tables."""
    slides: list[list[str]] = [[]]
    room = FULL
    table: list[list[str]] = []
    for line in [*body, ""]:
        if line.startswith("|"):
            table.append(cells_of(line.lstrip("|=")))
            continue
        if table:
            slides[-1].append(grid(table))
            table = []
        mark, _, rest = line.partition(" ")
        if mark in ("", "~", "[page]", "[cols]"):
            continue
        words = rest if mark in MARKS else line
        head = re.match(r"\*\*(【.+?】)\*\*", words)
        if head or mark == "##" or len(words) > room:
            slides.append([])
            room = FULL
        if head:
            slides[-1].append(frame("title", [head[1]]))
            words = words[head.end() :]
        if mark in ("#", "##"):
            slides[-1].append(frame("title", [words]))
        elif words:
            slides[-1] += map(paragraph, words.split(" // "))
        room -= len(words)
    pages = "".join(
        f'<draw:page draw:name="第{number}页" draw:master-page-name="M">{slide(parts)}</draw:page>'
        for number, parts in enumerate(filter(None, slides), 1)
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document {NAMES} office:version="1.3"'
        ' office:mimetype="application/vnd.oasis.opendocument.presentation">'
        f"{STYLES}<office:body><office:presentation>{pages}</office:presentation></office:body>"
        "</office:document>"
    ).encode()


def slide(parts: list[str]) -> str:
    """Title and table frames as they are, the paragraphs between them in one frame."""
    own = [part for part in parts if part.startswith("<draw:frame")]
    paragraphs = [part for part in parts if not part.startswith("<draw:frame")]
    return "".join(own) + (frame("outline", paragraphs, ready=True) if paragraphs else "")


def paragraph(words: str) -> str:
    words = BOLD.sub(r"\1", words)
    return f'<text:p text:style-name="P1">{escape(words)}</text:p>'


def frame(kind: str, texts: list[str], *, ready: bool = False) -> str:
    top, high = ("0.6cm", "2.2cm") if kind == "title" else ("3.2cm", "8.6cm")
    inner = "".join(texts) if ready else "".join(
        f'<text:p text:style-name="P2">{escape(one)}</text:p>' for one in texts
    )  # fmt: skip
    return (
        f'<draw:frame presentation:class="{kind}" svg:x="1.5cm" svg:y="{top}" svg:width="25cm"'
        f' svg:height="{high}"><draw:text-box>{inner}</draw:text-box></draw:frame>'
    )


def grid(rows: list[list[str]]) -> str:
    wide = max(map(len, rows))
    inner = "".join(
        "<table:table-row>"
        + "".join(f"<table:table-cell>{paragraph(cell)}</table:table-cell>" for cell in row)
        + "</table:table-row>"
        for row in rows
    )
    return (
        '<draw:frame svg:x="1.5cm" svg:y="12cm" svg:width="25cm" svg:height="3cm"><table:table>'
        f'<table:table-column table:number-columns-repeated="{wide}"/>{inner}</table:table>'
        "</draw:frame>"
    )
