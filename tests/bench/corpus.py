"""The papers that are screened: written by python-docx, printed to PDF by LibreOffice.

Each paper is drawn from a generator of its own, seeded by the seed and the paper's number: a
corpus of 30 is the beginning of that of 300.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import random
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt

from tests.bench import clauses

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "bench"
SEED = 20240523
BATCH = 25
"""Files a call of soffice; two calls run side by side."""
FONT = "Noto Serif CJK SC"
WIDTH = 15.6
"""Of the text, in cm."""
HEIGHT = 22.5
SHARE_OF_TABLES = 0.38
"""Of sections that end in a table: gives tables on 40 to 50 % of pages."""
NUMBERS = "一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class Look:
    """How a paper is set: letters and lines, in points."""

    size: float
    leading: float

    @property
    def letters(self) -> int:
        return int(WIDTH * 28.35 / self.size)

    @property
    def lines(self) -> int:
        return int(HEIGHT * 28.35 / self.leading)


LOOKS = (Look(16, 28), Look(14, 24), Look(12, 21))


def corpus(count: int) -> Path:
    """A folder with `count` PDFs, made if it is not there; named like the unit, as folders are."""
    store = BUILD / "pdf"
    stamp = store / "stamp.json"
    made = {"seed": SEED, "source": _source()}
    if not stamp.exists() or json.loads(stamp.read_text()) != made:
        shutil.rmtree(store, ignore_errors=True)
        store.mkdir(parents=True)
    numbers = [number for number in range(count) if not _place(store, number).exists()]
    if numbers:
        _print(numbers, store)
    stamp.write_text(json.dumps(made))
    return _folder(count, store)


def subset(folder: Path, count: int, name: str) -> Path:
    """A folder with `count` of the files, spread evenly over them."""
    files = files_of(folder)
    chosen = [files[index * len(files) // count] for index in range(count)]
    return _linked(chosen, [file.relative_to(folder) for file in chosen], name)


def one_page() -> Path:
    """A folder with one paper of one page: what starting costs."""
    store = BUILD / "pdf"
    target = store / "one-page.pdf"
    if not target.exists():
        with tempfile.TemporaryDirectory() as place:
            draft = Path(place) / "one-page.docx"
            document = _new(LOOKS[0], "短通知")
            document.add_paragraph("各科室：请于4月18日前报送民族团结进步创建工作信息。")
            document.save(str(draft))
            _soffice([draft], store)
    return _linked([target], [Path("短通知.pdf")], "one")


def files_of(folder: Path) -> list[Path]:
    """The PDFs of a folder, by path."""
    return sorted(folder.rglob("*.pdf"))


def _source() -> str:
    texts = [Path(__file__).read_bytes(), Path(clauses.__file__).read_bytes()]
    return hashlib.sha256(b"".join(texts)).hexdigest()


def _place(store: Path, number: int) -> Path:
    return store / f"{number:04}.pdf"


def _folder(count: int, store: Path) -> Path:
    files = [_place(store, number) for number in range(count)]
    names = [Path(f"{_year(number)}年") / f"{number:04} {_title(number)}.pdf"
             for number in range(count)]
    return _linked(files, names, f"all-{count}")


def _linked(files: Sequence[Path], names: Sequence[Path], name: str) -> Path:
    folder = BUILD / name / clauses.UNIT
    shutil.rmtree(folder, ignore_errors=True)
    for file, own in zip(files, names, strict=True):
        target = folder / own
        target.parent.mkdir(parents=True, exist_ok=True)
        os.link(file, target)
    return folder


# --- printing ---------------------------------------------------------------------------------


def _print(numbers: Sequence[int], store: Path) -> None:
    """Write and print the papers with these numbers, two batches at a time."""
    batches = [numbers[start : start + BATCH] for start in range(0, len(numbers), BATCH)]
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as place,
        ThreadPoolExecutor(max_workers=2) as pool,
    ):
        for done in pool.map(lambda batch: _batch(batch, Path(place), store), batches):
            print(f"  printed {done} papers", flush=True)


def _batch(numbers: Sequence[int], place: Path, store: Path) -> int:
    drafts = []
    for number in numbers:
        drafts.append(place / f"{number:04}.docx")
        paper(number).save(str(drafts[-1]))
    _soffice(drafts, store)
    return len(drafts)


def _soffice(drafts: Sequence[Path], store: Path) -> None:
    program = shutil.which("soffice")
    if program is None:
        raise SystemExit("soffice (LibreOffice Writer) is needed to print the papers")
    with tempfile.TemporaryDirectory(prefix="bench-profile-") as profile:
        command = [
            program, f"-env:UserInstallation={Path(profile).as_uri()}", "--headless",
            "--convert-to", "pdf", "--outdir", str(store), *map(str, drafts),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=900)
    missing = [draft.stem for draft in drafts if not (store / f"{draft.stem}.pdf").exists()]
    if missing:
        raise SystemExit(f"soffice did not print {missing}")


# --- writing ----------------------------------------------------------------------------------


def _rng(number: int) -> random.Random:
    return random.Random(f"{SEED}/{number}")


def _year(number: int) -> int:
    return 2021 + number % 4


def _title(number: int) -> str:
    return clauses.fill(_rng(number).choice(clauses.TITLES), _rng(number), _year(number))


def paper(number: int) -> Any:
    """The paper with this number, as a python-docx document."""
    rng, year, title = _rng(number), _year(number), _title(number)
    rng.random()
    look = rng.choice(LOOKS)
    document = _new(look, title)
    pages = rng.uniform(5.6, 37)
    _letterhead(document, rng, year, title, look)
    room = pages * look.lines - 8
    chapter = tables = 0
    while room > 0:
        heading = clauses.fill(rng.choice(clauses.HEADINGS), rng, year)
        _line(document, f"{NUMBERS[chapter % 10]}、{heading}", bold=True)
        room -= 1
        for part in range(rng.randint(1, 3)):
            topic, sentences = rng.choice(clauses.BUSINESS)
            if rng.random() < 0.08:
                topic, sentences = "民族团结进步创建", clauses.NATIONALITY
            about = f"（{NUMBERS[part]}）{_about(rng, year, topic)}"
            _line(document, about, bold=rng.random() < 0.3)
            room -= 1
            for text in _texts(rng, year, sentences):
                _line(document, text)
                room -= math.ceil((len(text) + 2) / look.letters)
        if rng.random() < SHARE_OF_TABLES:
            tables += 1
            room -= _table(document, rng, year, tables, look)
        chapter += 1
    _signature(document, rng, year)
    return document


def _about(rng: random.Random, year: int, topic: str) -> str:
    words = ("{街道}%s情况", "%s方面的工作", "{季}%s", "{科室}牵头的%s", "{年}年%s要点")
    return clauses.fill(rng.choice(words) % topic, rng, year)


def _texts(rng: random.Random, year: int, sentences: Sequence[str]) -> Iterator[str]:
    for item in range(rng.randint(1, 4)):
        text = clauses.paragraph(rng, year, sentences)
        yield f"{item + 1}. {text}" if rng.random() < 0.3 else text


def _new(look: Look, title: str) -> Any:
    document = Document()
    normal = document.styles["Normal"]
    normal.font.size = Pt(look.size)
    normal.font.name = FONT
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    normal.paragraph_format.line_spacing = Pt(look.leading)
    normal.paragraph_format.space_after = Pt(0)
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm((21 - WIDTH) / 2)
    section.top_margin, section.bottom_margin = Cm(3.6), Cm(29.7 - HEIGHT - 3.6)
    header = section.header.paragraphs[0]
    header.text, header.alignment = f"{clauses.UNIT}　{title[:24]}", WD_ALIGN_PARAGRAPH.RIGHT
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    footer.add_run("— ")
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    footer._p.append(field)
    footer.add_run(" —")
    for line in (header, footer):
        for run in line.runs:
            run.font.size = Pt(9)
    return document


def _letterhead(document: Any, rng: random.Random, year: int, title: str, look: Look) -> None:
    number = f"砚建发〔{year}〕{rng.randint(1, 180)}号"
    for text, size in ((f"{clauses.UNIT}文件", 26), (number, look.size), (title, look.size + 4)):
        line = _line(document, text, bold=size > look.size)
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        line.paragraph_format.first_line_indent = Pt(0)
        line.paragraph_format.line_spacing = Pt(max(look.leading, size * 1.4))
        line.runs[0].font.size = Pt(size)
    _line(document, "各科室、局属各单位：").paragraph_format.first_line_indent = Pt(0)


def _signature(document: Any, rng: random.Random, year: int) -> None:
    date = f"{year}年{rng.randint(1, 12)}月{rng.randint(1, 28)}日"
    for text in (clauses.UNIT, date):
        _line(document, text).alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _line(document: Any, text: str, bold: bool = False) -> Any:
    line = document.add_paragraph()
    line.add_run(text).bold = bold or None
    line.paragraph_format.first_line_indent = 2 * document.styles["Normal"].font.size
    return line


def _table(document: Any, rng: random.Random, year: int, number: int, look: Look) -> int:
    """Add a table with its caption; returns about how many lines of text it is high."""
    caption, columns = rng.choice(clauses.TABLES)
    line = _line(document, f"表{number}　{clauses.fill(caption, rng, year)}", bold=True)
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    rows = [[head for head, _, _ in columns]]
    for row in range(1, rng.randint(4, 15)):
        rows.append([str(row) if what == "#" else clauses.fill(what, rng, year)
                     for _, _, what in columns])
    parts = [width / sum(width for _, width, _ in columns) for _, width, _ in columns]
    body = document.element.body
    body.insert(len(body) - 1, parse_xml(_grid(rows, parts, rng)))
    _line(document, "")
    letters = [max(1, int((WIDTH * part - 0.4) * 28.35 / 10.5)) for part in parts]
    heights = [max(math.ceil(len(cell) / room) for cell, room in zip(row, letters, strict=True))
               for row in rows]
    return 2 + math.ceil(sum(heights) * 16 / look.leading)


def _grid(rows: list[list[str]], parts: Sequence[float], rng: random.Random) -> str:
    """The table's XML: a full grid; in some the first column is merged downwards, in some the
    last row's first cells are merged into one."""
    widths = [round(WIDTH * 567 * part) for part in parts]
    groups = rng.choice((0, 0, 2, 3)) if rows[0][0] == "类别" else 0
    total = rng.random() < 0.3
    borders = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    out = [
        f"<w:tbl {nsdecls('w')}><w:tblPr><w:tblW w:w='{sum(widths)}' w:type='dxa'/>"
        f"<w:tblBorders>{borders}</w:tblBorders><w:tblLayout w:type='fixed'/></w:tblPr>"
        f"<w:tblGrid>{''.join(f'<w:gridCol w:w={chr(34)}{w}{chr(34)}/>' for w in widths)}"
        "</w:tblGrid>"
    ]
    for number, row in enumerate(rows):
        cells = []
        start = 0
        if total and number == len(rows) - 1:
            cells.append(_cell("合计", widths[0] + widths[1], "<w:gridSpan w:val='2'/>"))
            start = 2
        for column in range(start, len(row)):
            text, merge = row[column], ""
            if groups and column == 0 and number:
                first = (number - 1) % groups == 0
                merge = "<w:vMerge w:val='restart'/>" if first else "<w:vMerge/>"
                text = text if first else ""
            cells.append(_cell(text, widths[column], merge))
        out.append(f"<w:tr>{''.join(cells)}</w:tr>")
    return "".join((*out, "</w:tbl>"))


def _cell(text: str, width: int, merge: str) -> str:
    return (
        f"<w:tc><w:tcPr><w:tcW w:w='{width}' w:type='dxa'/>{merge}</w:tcPr><w:p><w:pPr>"
        "<w:spacing w:line='320' w:lineRule='exact'/></w:pPr><w:r><w:rPr><w:sz w:val='21'/>"
        f"</w:rPr><w:t>{escape(text)}</w:t></w:r></w:p></w:tc>"
    )
