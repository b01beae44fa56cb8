"""Build the sample archives from the plain-text sources beside this file.

Every paper is one text file ``<unit>/source/*.txt``: header lines ``key: value``, an empty
line, then the body, one paragraph per line.  Header keys:

    to       kind and place of one product; may be repeated.  The kinds are docx, pdf, doc,
             scan (picture-only PDF), photo (JPEG of page one), locked (PDF with a password),
             broken (truncated docx), xlsx, copy (bytes of the paper's first product), and
             utf-8, gb18030, html, which write the body as it stands.
    look     gongwen (letter form of GB/T 9704, the default), word or form
    header, footer   running lines; {n} and {N} become page and page-count fields
    made     the date put into the file's own properties

Body marks, each at the beginning of a line:

    #  title line (## smaller)     =  centred     >  signed, to the right     ^  flush left
    +  numbered 一、        ++ numbered 1.        |  table row (|= heading row, repeated)
    [red] letterhead  [number] 文号 and red rule  [imprint] closing lines  [page] new page
    [cols] column widths   [box] text box        [photo] picture with caption

In tables and sheets ``<`` joins a cell to the one on its left, ``^`` to the one above, and
`` // `` begins a new line.  Within text ``**bold**`` and ``{{footnote}}``.  A sheet's body is
``[sheet] name`` lines and rows.

    python build.py [unit ...]        needs python-docx openpyxl pypdf pypdfium2 pillow, soffice
"""

from __future__ import annotations

import io
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pypdf
import pypdfium2
from openpyxl.styles import Alignment, Border, Font, Side
from PIL import Image
from word import OFFICE_FONTS, PRINT_FONTS, Writer, cells_of, spans

HERE = Path(__file__).resolve().parent
WRITTEN = {"docx", "pdf", "doc", "scan", "photo", "locked", "broken"}


@dataclass
class Paper:
    source: Path
    to: list[tuple[str, Path]] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)
    body: list[str] = field(default_factory=list)

    @property
    def made(self) -> datetime:
        return datetime.fromisoformat(self.keys.get("made", "2024-01-02") + "T09:30:00")


def read_paper(source: Path) -> Paper:
    head, _, body = source.read_text("utf-8").partition("\n\n")
    paper = Paper(source, body=body.rstrip("\n").split("\n"))
    for line in head.splitlines():
        key, _, value = line.partition(": ")
        if key == "to":
            kind, _, place = value.partition(" ")
            paper.to.append((kind, source.parents[1] / place))
        else:
            paper.keys[key] = value
    return paper


def settle_zip(blob: bytes, when: datetime) -> bytes:
    """The same zip with one fixed time on all members, so that a rebuild gives equal bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(blob)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            info = zipfile.ZipInfo(name, when.timetuple()[:6])
            data = (
                re.sub(
                    rb"(<dcterms:modified[^>]*>)[^<]*",
                    rb"\g<1>%sZ" % when.isoformat().encode(),
                    old.read(name),
                )
                if name.endswith("core.xml")
                else old.read(name)
            )
            new.writestr(info, data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def write_word(paper: Paper, fonts: dict[str, str]) -> bytes:
    return settle_zip(Writer(paper.body, paper.keys, paper.made, fonts).write(), paper.made)


def write_sheet(paper: Paper) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    book.properties.creator, book.properties.created = "", paper.made
    grids: dict[str, list[list[str]]] = {}
    for line in filter(None, paper.body):
        if line.startswith("[sheet] "):
            grids[line[8:]] = grid = []
        else:
            grid.append(cells_of(line))
    side = Side(style="thin")
    for name, grid in grids.items():
        sheet = book.create_sheet(name)
        for r, row in enumerate(grid, 1):
            for c, text in enumerate(row, 1):
                cell: Any = sheet.cell(r, c)
                cell.border = Border(side, side, side, side) if r > 1 else Border()
                cell.alignment = Alignment(
                    "center" if len(text) < 12 else "left", "center", wrap_text=True
                )
                cell.font = Font(name="宋体", size=16 if r == 1 else 11, bold=r == 1)
                if text not in ("", "<", "^"):
                    cell.value = (
                        float(text)
                        if re.fullmatch(r"\d+(\.\d+)?", text)
                        else text.replace(" // ", "\n")
                    )
        for top, left, bottom, right in spans(grid):
            sheet.merge_cells(None, top + 1, left + 1, bottom + 1, right + 1)
        for c in range(max(map(len, grid))):
            longest = max((len(row[c]) for row in grid[1:] if c < len(row)), default=4)
            sheet.column_dimensions[openpyxl.utils.get_column_letter(c + 1)].width = min(
                8 + longest * 1.6, 46
            )
    out = io.BytesIO()
    book.save(out)
    return settle_zip(out.getvalue(), paper.made)


def convert(files: list[Path], kind: str, out: Path) -> None:
    if files:
        subprocess.run(
            [
                "soffice",
                "-env:UserInstallation=file://" + str(out / "profile"),
                "--headless",
                "--convert-to",
                kind,
                "--outdir",
                str(out),
                *map(str, files),
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


def settle_pdf(blob: bytes, when: datetime) -> bytes:
    """Fixed dates and identifiers of the same length, so that offsets stay true."""
    blob = re.sub(
        rb"\(D:\d{14}[^)]*\)",
        lambda m: (
            (b"(D:%s" % f"{when:%Y%m%d%H%M%S}".encode()).ljust(len(m.group()) - 1, b"Z")[
                : len(m.group()) - 1
            ]
            + b")"
        ),
        blob,
    )
    mark = b"%08X" % zlib.crc32(f"{when}{len(blob)}".encode()) * 4
    blob = re.sub(
        rb"(/ID\s*\[\s*<)[0-9A-F]{32}(>\s*<)[0-9A-F]{32}", rb"\g<1>%s\g<2>%s" % (mark, mark), blob
    )
    return re.sub(rb"(/DocChecksum /)[0-9A-F]{32}", rb"\g<1>" + mark, blob)


def scan(pdf: Path, when: datetime, *, photo: bool) -> bytes:
    rng = random.Random(pdf.stat().st_size)
    document = pypdfium2.PdfDocument(pdf)
    pages = []
    for page in [document[0]] if photo else list(document):
        image = page.render(scale=100 / 72).to_pil().convert("RGB" if photo else "L")
        image = image.rotate(rng.uniform(-1.2, 1.2), Image.Resampling.BICUBIC, fillcolor="white")
        pages.append(
            image.point([min(232, 18 + int(v * 0.88)) for v in range(256)] * len(image.getbands()))
        )
    out, stamp = io.BytesIO(), time.struct_time(when.timetuple())
    if photo:
        pages[0].save(out, "JPEG", quality=38)
    else:
        pages[0].save(
            out,
            "PDF",
            save_all=True,
            append_images=pages[1:],
            resolution=100,
            quality=35,
            creationDate=stamp,
            modDate=stamp,
        )
    return out.getvalue()


def lock(blob: bytes, password: str) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(blob))
    writer.encrypt(password, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    # The key hangs on the first identifier, kept from the clone; the second one is chance.
    return re.sub(
        rb"(/ID\s*\[\s*<([0-9a-fA-F]{32})>\s*<)[0-9a-fA-F]{32}", rb"\g<1>\g<2>", out.getvalue()
    )


def build(unit: Path) -> None:
    papers = [read_paper(source) for source in sorted((unit / "source").glob("*.txt"))]
    for top in {place.relative_to(unit).parts[0] for paper in papers for _, place in paper.to}:
        shutil.rmtree(unit / top, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        printed = [paper for paper in papers if WRITTEN & {kind for kind, _ in paper.to}]
        for paper in printed:
            (work / f"{paper.source.stem}.docx").write_bytes(write_word(paper, PRINT_FONTS))
        convert([work / f"{paper.source.stem}.docx" for paper in printed], "pdf", work)
        convert(
            [work / f"{p.source.stem}.docx" for p in printed if "doc" in dict(p.to)], "doc", work
        )
        for paper in papers:
            pdf = work / f"{paper.source.stem}.pdf"
            for kind, place in paper.to:
                if kind == "docx" or kind == "broken":
                    blob = write_word(paper, OFFICE_FONTS)
                    blob = blob[: len(blob) * 2 // 5] if kind == "broken" else blob
                elif kind == "pdf":
                    blob = settle_pdf(pdf.read_bytes(), paper.made)
                elif kind == "doc":
                    blob = (work / f"{paper.source.stem}.doc").read_bytes()
                elif kind in ("scan", "photo"):
                    blob = scan(pdf, paper.made, photo=kind == "photo")
                elif kind == "locked":
                    blob = lock(settle_pdf(pdf.read_bytes(), paper.made), paper.keys["password"])
                elif kind == "xlsx":
                    blob = write_sheet(paper)
                elif kind == "copy":
                    blob = paper.to[0][1].read_bytes()
                else:
                    blob = "\n".join([*paper.body, ""]).encode("utf-8" if kind == "html" else kind)
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(blob)
    print(f"{unit.name}: {sum(len(paper.to) for paper in papers)} files")


def main() -> None:
    names = sys.argv[1:] or sorted(path.parent.name for path in HERE.glob("*/source"))
    for name in names:
        build(HERE / name)


if __name__ == "__main__":
    main()
