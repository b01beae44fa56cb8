"""Build the sample archives from the plain-text sources beside this file.

Every paper is one text file ``<unit>/source/*.txt``: header lines ``key: value``, an empty
line, then the body, one paragraph per line.  Header keys:

    to       kind and place of one product; may be repeated.  The kinds are docx, pdf, doc, rtf,
             ofd, pptx, scan (picture-only PDF), sealed (the same with a red seal on the date),
             photo (JPEG of page one), fax (TIFF of all pages), locked (PDF with a password),
             broken (truncated docx), xlsx, xls, copy (bytes of the paper's first product), and
             utf-8, gb18030, html, which write the body as it stands.  The place of what lies in
             a zip file or a letter is ``letter.eml!/paper.docx``, ``outer.zip!/inner.zip!/paper``.
    look     gongwen (letter form of GB/T 9704, the default), word or form
    header, footer   running lines; {n} and {N} become page and page-count fields
    made     the date put into the file's own properties
    seal     whose seal a sealed paper bears
    from, mailed-to, sent, subject, says   the letter that a paper is attached to

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
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
import zlib
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import ofd
import openpyxl
import pypdf
import scans
import slides
from openpyxl.styles import Alignment, Border, Font, Side
from word import OFFICE_FONTS, PRINT_FONTS, Writer, cells_of, spans

HERE = Path(__file__).resolve().parent
NO_GUID = b"00000000-0000-0000-0000-000000000000"
WRITTEN = {"docx", "pdf", "doc", "rtf", "ofd", "scan", "sealed", "photo", "fax", "locked", "broken"}


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
            data = old.read(name)
            if name.endswith("core.xml"):
                moment = rb"\g<1>%sZ" % when.isoformat().encode()
                data = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", moment, data)
            # fields on slides are numbered by chance
            data = re.sub(rb'(<a:fld id="\{)[^}]*', rb"\g<1>" + NO_GUID, data)
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


def lock(blob: bytes, password: str) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(blob))
    writer.encrypt(password, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    # The key hangs on the first identifier, kept from the clone; the second one is chance.
    return re.sub(
        rb"(/ID\s*\[\s*<([0-9a-fA-F]{32})>\s*<)[0-9a-fA-F]{32}", rb"\g<1>\g<2>", out.getvalue()
    )


class OldName(zipfile.ZipInfo):
    """A member whose name is written in GBK without saying so, as Windows and WPS do in China."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("gbk"), self.flag_bits & ~0x800


def pack(members: dict[str, bytes], when: datetime) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, blob in members.items():
            info = OldName(name, when.timetuple()[:6])
            info.create_system = 0
            package.writestr(info, blob, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def post(members: dict[str, bytes], paper: Paper) -> bytes:
    """A letter with these attachments; the paper's keys say who wrote what to whom."""
    letter = EmailMessage(SMTP)
    for head, key in (("From", "from"), ("To", "mailed-to")):
        name, _, address = paper.keys[key].rpartition(" ")
        letter[head] = Address(name, addr_spec=address)
    letter["Subject"] = paper.keys["subject"]
    letter["Date"] = datetime.fromisoformat(paper.keys["sent"])
    letter["Message-ID"] = f"<{paper.source.stem[:2]}@mail.example>"
    says = paper.keys["says"].replace(" // ", "\n") + "\n"
    letter.set_content(says, "plain", "gb18030", "base64")
    for name, blob in members.items():
        letter.add_attachment(blob, "application", "octet-stream", filename=name)
    letter.set_boundary(f"----=_Part_{paper.source.stem[:2]}")
    return letter.as_bytes()


def packed(products: list[tuple[str, bytes, Paper]]) -> dict[str, bytes]:
    """Files by place: what lies in one container is packed together, the innermost first."""
    held: dict[str, list[tuple[str, bytes, Paper]]] = {}
    files = {}
    for place, blob, paper in products:
        outer, inside, rest = place.partition("!/")
        if inside:
            held.setdefault(outer, []).append((rest, blob, paper))
        else:
            files[place] = blob
    for outer, inner in held.items():
        members, paper = packed(inner), inner[0][2]
        made = post(members, paper) if outer.endswith(".eml") else pack(members, paper.made)
        files[outer] = made
    return files


def build(unit: Path) -> None:
    papers = [read_paper(source) for source in sorted((unit / "source").glob("*.txt"))]
    for top in {place.relative_to(unit).parts[0] for paper in papers for _, place in paper.to}:
        shutil.rmtree(unit / top, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        print_all(papers, Path(folder))
        products = []
        for paper in papers:
            first = b""
            for kind, place in paper.to:
                blob = first if kind == "copy" else product(paper, kind, Path(folder))
                first = first or blob
                products.append((place.relative_to(unit).as_posix(), blob, paper))
    for path, blob in packed(products).items():
        (unit / path).parent.mkdir(parents=True, exist_ok=True)
        (unit / path).write_bytes(blob)
    print(f"{unit.name}: {len(products)} papers")


def print_all(papers: list[Paper], work: Path) -> None:
    """What LibreOffice makes of the papers, each under the name of its source."""

    def wanting(*kinds: str, form: str = "docx") -> list[Path]:
        return [work / f"{paper.source.stem}.{form}" for paper in papers
                if {kind for kind, _ in paper.to} & set(kinds)]  # fmt: skip

    for paper in papers:
        kinds = {kind for kind, _ in paper.to}
        stem = work / paper.source.stem
        if kinds & WRITTEN:
            stem.with_suffix(".docx").write_bytes(write_word(paper, PRINT_FONTS))
        if "xls" in kinds:
            stem.with_suffix(".xlsx").write_bytes(write_sheet(paper))
        if "pptx" in kinds:
            stem.with_suffix(".fodp").write_bytes(slides.write(paper.body))
    convert(wanting(*WRITTEN), "pdf", work)
    convert(wanting("doc"), "doc", work)
    convert(wanting("rtf"), "rtf", work)
    convert(wanting("xls", form="xlsx"), "xls", work)
    convert(wanting("pptx", form="fodp"), "pptx", work)


def product(paper: Paper, kind: str, work: Path) -> bytes:
    """One product; `work` holds what LibreOffice made."""
    made = paper.made
    stem = work / paper.source.stem
    pdf = stem.with_suffix(".pdf")
    match kind:
        case "docx":
            return write_word(paper, OFFICE_FONTS)
        case "broken":
            blob = write_word(paper, OFFICE_FONTS)
            return blob[: len(blob) * 2 // 5]
        case "pdf":
            return settle_pdf(pdf.read_bytes(), made)
        case "locked":
            return lock(settle_pdf(pdf.read_bytes(), made), paper.keys["password"])
        case "doc" | "rtf" | "xls":
            return stem.with_suffix(f".{kind}").read_bytes()
        case "pptx":
            return settle_zip(stem.with_suffix(".pptx").read_bytes(), made)
        case "ofd":
            return ofd.write(pdf, made)
        case "scan":
            return scans.scan(pdf, made)
        case "sealed":
            return scans.sealed(pdf, made, paper.keys["seal"])
        case "photo":
            return scans.photo(pdf)
        case "fax":
            return scans.fax(pdf)
        case "xlsx":
            return write_sheet(paper)
        case _:
            return "\n".join([*paper.body, ""]).encode("utf-8" if kind == "html" else kind)


def main() -> None:
    names = sys.argv[1:] or sorted(path.parent.name for path in HERE.glob("*/source"))
    for name in names:
        build(HERE / name)


if __name__ == "__main__":
    main()
