"""Write a printed PDF as an OFD file (GB/T 33190): its letters where they stand, and its rules."""

from __future__ import annotations

import ctypes
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO
from xml.sax.saxutils import escape

import pypdfium2
import pypdfium2.raw as pdfium

NAMESPACE = "http://www.ofdspec.org/2016"
MM = 25.4 / 72


@dataclass
class Run:
    """Letters of one size and colour on one line: the place of each, points from the top left."""

    y: float
    size: float
    color: tuple[int, int, int]
    letters: str
    xs: list[float]


def write(pdf: Path | BinaryIO, when: datetime) -> bytes:
    """The same bytes for the same PDF; `when` is what it says of its making."""
    parts = {
        "OFD.xml": element(
            "OFD",
            "<ofd:DocBody><ofd:DocInfo>"
            f"<ofd:DocID>{when:%Y%m%d%H%M%S}{0:018}</ofd:DocID>"
            f"<ofd:CreationDate>{when:%Y-%m-%d}</ofd:CreationDate></ofd:DocInfo>"
            "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody>",
            ' Version="1.0" DocType="OFD"',
        ),
        "Doc_0/PublicRes.xml": element(
            "Res", '<ofd:Fonts><ofd:Font ID="1" FontName="宋体"/></ofd:Fonts>', ' BaseLoc="Res"'
        ),
    }
    pages = ""
    for number, page in enumerate(pypdfium2.PdfDocument(pdf)):
        wide, high = page.get_size()
        drawn = "".join([*map(text, runs(page, high)), *rules(page, high)])
        drawn = "".join(f'{piece} ID="{10 + at}"' if at else piece
                        for at, piece in enumerate(drawn.split(' ID=""')))  # fmt: skip
        place = f"Pages/Page_{number}/Content.xml"
        parts[f"Doc_0/{place}"] = element(
            "Page",
            f"<ofd:Area><ofd:PhysicalBox>0 0 {wide * MM:.2f} {high * MM:.2f}</ofd:PhysicalBox>"
            f'</ofd:Area><ofd:Content><ofd:Layer ID="2">{drawn}</ofd:Layer></ofd:Content>',
        )
        pages += f'<ofd:Page ID="{3 + number}" BaseLoc="{place}"/>'
    parts["Doc_0/Document.xml"] = element(
        "Document",
        "<ofd:CommonData><ofd:MaxUnitID>99999</ofd:MaxUnitID><ofd:PageArea>"
        "<ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea>"
        f"<ofd:PublicRes>PublicRes.xml</ofd:PublicRes></ofd:CommonData>"
        f"<ofd:Pages>{pages}</ofd:Pages>",
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, xml in parts.items():
            info = zipfile.ZipInfo(name, when.timetuple()[:6])
            package.writestr(info, xml, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def element(name: str, inner: str, more: str = "") -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<ofd:{name} xmlns:ofd="{NAMESPACE}"{more}>{inner}</ofd:{name}>'
    )


def runs(page: Any, high: float) -> Iterator[Run]:
    words = page.get_textpage()
    run: Run | None = None
    x, y = ctypes.c_double(), ctypes.c_double()
    shades = [ctypes.c_uint() for _ in range(4)]
    for at in range(words.count_chars()):
        letter = words.get_text_range(at, 1)
        if letter in ("", "\r", "\n"):
            continue
        if pdfium.FPDFText_IsGenerated(words, at):
            continue
        pdfium.FPDFText_GetCharOrigin(words, at, x, y)
        pdfium.FPDFText_GetFillColor(words, at, *shades)
        color = (shades[0].value, shades[1].value, shades[2].value)
        size = pdfium.FPDFText_GetFontSize(words, at)
        base = high - y.value
        same = run and abs(run.y - base) < 0.5 and run.size == size and run.color == color
        if run is None or not same or x.value < run.xs[-1]:
            if run:
                yield run
            run = Run(base, size, color, "", [])
        run.letters += letter
        run.xs.append(x.value)
    if run:
        yield run


def text(run: Run) -> str:
    steps = " ".join(f"{(b - a) * MM:.3f}" for a, b in zip(run.xs, run.xs[1:], strict=False))
    box = (run.xs[0] * MM, (run.y - run.size) * MM,
           (run.xs[-1] - run.xs[0] + run.size) * MM, run.size * 1.25 * MM)  # fmt: skip
    return (
        f'<ofd:TextObject ID="" Boundary="{" ".join(f"{side:.3f}" for side in box)}" Font="1"'
        f' Size="{run.size * MM:.3f}">'
        f'<ofd:FillColor Value="{" ".join(map(str, run.color))}"/>'
        f'<ofd:TextCode X="0" Y="{run.size * MM:.3f}"'
        + (f' DeltaX="{steps}"' if steps else "")
        + f">{escape(run.letters)}</ofd:TextCode></ofd:TextObject>"
    )


def rules(page: Any, high: float) -> Iterator[str]:
    """What is drawn as thin paths: the borders of tables and the red rule of a letterhead."""
    shades = [ctypes.c_uint() for _ in range(4)]
    for drawn in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH]):
        left, bottom, right, top = drawn.get_bounds()
        if min(right - left, top - bottom) > 4:
            continue
        pdfium.FPDFPageObj_GetFillColor(drawn, *shades)
        level = right - left > top - bottom
        ends = f"M 0 0 L {(right - left) * MM:.3f} 0" if level else (
            f"M 0 0 L 0 {(top - bottom) * MM:.3f}"
        )  # fmt: skip
        thick = min(right - left, top - bottom) * MM
        yield (
            f'<ofd:PathObject ID="" Boundary="{left * MM:.3f} {(high - top) * MM:.3f}'
            f' {(right - left) * MM:.3f} {(top - bottom) * MM:.3f}" LineWidth="{thick or 0.2:.3f}">'
            f'<ofd:StrokeColor Value="{shades[0].value} {shades[1].value} {shades[2].value}"/>'
            f"<ofd:AbbreviatedData>{ends}</ofd:AbbreviatedData></ofd:PathObject>"
        )
