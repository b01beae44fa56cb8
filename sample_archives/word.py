"""Write one paper of a sample archive as a Word document (the marks are told in build.py)."""

from __future__ import annotations

import io
import random
import re
import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor
from PIL import Image, ImageDraw, ImageFilter

PRINT_FONTS = {"body": "Noto Serif CJK SC", "head": "Noto Sans CJK SC"}
OFFICE_FONTS = {"body": "仿宋_GB2312", "head": "黑体"}
RED, BLACK = "C8102E", "000000"
CENTER, LEFT, RIGHT, JUSTIFY = (
    WD_ALIGN_PARAGRAPH.CENTER,
    WD_ALIGN_PARAGRAPH.LEFT,
    WD_ALIGN_PARAGRAPH.RIGHT,
    WD_ALIGN_PARAGRAPH.JUSTIFY,
)
HEADING = re.compile(r"[一二三四五六七八九十]+、|（[一二三四五六七八九十]+）")
PIECE = re.compile(r"(\*\*.+?\*\*|\{\{.+?\}\}|\{n\}|\{N\})")


@dataclass(frozen=True)
class Look:
    size: float
    leading: float
    margins: tuple[float, float, float, float]  # top, bottom, left, right, in cm


LOOKS = {
    "gongwen": Look(16, 28, (3.7, 3.5, 2.8, 2.6)),
    "word": Look(12, 21, (2.54, 2.54, 3.0, 3.0)),
    "form": Look(10.5, 16, (2.0, 1.8, 2.0, 2.0)),
}


def cells_of(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip().strip("|").split("|")]


def spans(grid: list[list[str]]) -> list[tuple[int, int, int, int]]:
    """Blocks (top, left, bottom, right) that '<' and '^' join, for cells that hold text."""
    found = []
    for r, row in enumerate(grid):
        for c, cell in enumerate(row):
            if cell in ("<", "^"):
                continue
            right, bottom = c, r
            while right + 1 < len(row) and row[right + 1] == "<":
                right += 1
            while (
                bottom + 1 < len(grid) and c < len(grid[bottom + 1]) and grid[bottom + 1][c] == "^"
            ):
                bottom += 1
            if (bottom, right) != (r, c):
                found.append((r, c, bottom, right))
    return found


def picture(caption: str) -> bytes:
    """A small invented photograph: a banner over a row of people."""
    rng = random.Random(zlib.crc32(caption.encode()))
    image = Image.new("RGB", (480, 300), tuple(rng.randint(150, 215) for _ in range(3)))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 215, 480, 300), fill=tuple(rng.randint(90, 140) for _ in range(3)))
    draw.rectangle((60, 30, 420, 68), fill=(178, 34, 34))
    for x in range(30, 460, rng.randint(34, 56)):
        y, coat = rng.randint(120, 150), tuple(rng.randint(20, 120) for _ in range(3))
        draw.rounded_rectangle((x - 15, y + 24, x + 17, 262), 10, fill=coat)
        draw.ellipse((x - 11, y, x + 12, y + 27), fill=(222, 184, 150))
    out = io.BytesIO()
    image.filter(ImageFilter.GaussianBlur(1.6)).save(out, "JPEG", quality=60)
    return out.getvalue()


class Writer:
    """Writes one paper as a Word document."""

    def __init__(
        self, body: list[str], keys: dict[str, str], made: datetime, fonts: dict[str, str]
    ) -> None:
        self.doc: Any = Document()
        self.look, self.fonts = LOOKS[keys.get("look", "gongwen")], fonts
        self.notes: list[str] = []
        self.new_page = False
        self.body, self.keys, self.made = body, keys, made

    def write(self) -> bytes:
        section, look = self.doc.sections[0], self.look
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin) = (
            Cm(side) for side in look.margins
        )
        normal = self.doc.styles["Normal"]
        normal.font.size = Pt(look.size)
        self.set_font(normal, "body")
        self.add_numbering()
        for place, default in ((section.header, ""), (section.footer, "— {n} —")):
            text = self.keys.get("header" if place is section.header else "footer", default)
            self.fill(place.paragraphs[0], text, align=CENTER, size=9)
        table: list[str] = []
        widths: list[float] = []
        for line in [*self.body, ""]:
            if line.startswith("|"):
                table.append(line)
                continue
            if table:
                self.table(table, widths)
                table, widths = [], []
            if line.startswith("[cols] "):
                widths = [float(width) for width in line.split()[1:]]
            elif line:
                self.line(line)
        self.add_notes()
        core = self.doc.core_properties
        core.author, core.comments, core.title = "", "", ""
        core.created = core.modified = self.made
        out = io.BytesIO()
        self.doc.save(out)
        return out.getvalue()

    def set_font(self, owner: Any, role: str) -> None:
        owner.font.name = self.fonts[role]
        owner.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), self.fonts[role])

    def fill(
        self,
        para: Any,
        text: str,
        *,
        align: Any = None,
        size: float | None = None,
        role: str | None = None,
        bold: bool = False,
        color: str | None = None,
    ) -> Any:
        for piece in filter(None, PIECE.split(text)):
            run = para.add_run()
            if piece in ("{n}", "{N}"):
                simple = OxmlElement("w:fldSimple")
                simple.set(qn("w:instr"), "PAGE" if piece == "{n}" else "NUMPAGES")
                run.text = "1"
                simple.append(run._r)
                para._p.append(simple)
            elif piece.startswith("{{"):
                self.notes.append(piece[2:-2])
                run._r.append(
                    parse_xml(f'<w:rPr {nsdecls("w")}><w:vertAlign w:val="superscript"/></w:rPr>')
                )
                run._r.append(
                    parse_xml(f'<w:footnoteReference {nsdecls("w")} w:id="{len(self.notes) + 1}"/>')
                )
                continue
            else:
                strong = piece.startswith("**")
                run.text = piece[2:-2] if strong else piece
                run.bold = True if strong or bold else None
            run.font.size = Pt(size) if size else None
            if role:
                self.set_font_of_run(run, role)
            if color:
                run.font.color.rgb = RGBColor.from_string(color)
        para.alignment = align
        return para

    def set_font_of_run(self, run: Any, role: str) -> None:
        run.font.name = self.fonts[role]
        run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), self.fonts[role])

    def para(
        self, text: str, *, indent: float = 0, leading: float | None = None, **style: Any
    ) -> Any:
        para = self.doc.add_paragraph()
        form = para.paragraph_format
        form.space_before = form.space_after = Pt(0)
        form.line_spacing_rule, form.line_spacing = (
            WD_LINE_SPACING.EXACTLY,
            Pt(leading or self.look.leading),
        )
        form.first_line_indent = Pt(indent) if indent else None
        form.page_break_before, self.new_page = self.new_page or None, False
        return self.fill(para, text, **style)

    def line(self, line: str) -> None:
        size, leading = self.look.size, self.look.leading
        mark, _, rest = line.partition(" ")
        if mark in ("#", "##"):
            self.para(
                rest,
                align=CENTER,
                size=size + (6 if mark == "#" else 2),
                bold=True,
                leading=leading * 1.25,
            )
        elif mark == "=":
            self.para(rest, align=CENTER)
        elif mark == ">":
            self.para(rest, align=RIGHT).paragraph_format.right_indent = Pt(size * 2)
        elif mark == "^":
            self.para(rest, align=LEFT)
        elif mark in ("+", "++"):
            para = self.para(
                rest, indent=2 * size, align=JUSTIFY, role="head" if mark == "+" else None
            )
            number = parse_xml(
                f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{len(mark) - 1}"/>'
                f'<w:numId w:val="77"/></w:numPr>'
            )
            para._p.get_or_add_pPr().append(number)
        elif mark == "[red]":
            self.para(
                rest,
                align=CENTER,
                size=34 if len(rest) < 14 else 26,
                bold=True,
                color=RED,
                leading=64,
            )
        elif mark == "[number]":
            self.rule(self.para(rest, align=CENTER), "bottom", RED, 18)
            self.para("")
        elif mark == "[imprint]":
            for text in rest.split(" // "):
                para = self.para(text, size=size - 2)
                para.paragraph_format.tab_stops.add_tab_stop(Cm(15.4), 2)
                self.rule(para, "top", BLACK, 6)
            self.rule(para, "bottom", BLACK, 6)
        elif mark == "[page]":
            self.new_page = True
        elif mark == "[box]":
            self.box(rest)
        elif mark == "[photo]":
            self.doc.add_paragraph().add_run().add_picture(io.BytesIO(picture(rest)), width=Cm(10))
            self.doc.paragraphs[-1].alignment = CENTER
            self.para(rest, align=CENTER, size=size - 2)
        elif (match := HEADING.match(line)) and "{{" not in line:
            head, stop, tail = line.partition("。")
            if len(line) > 32 and not tail:
                self.para(line, indent=2 * size, align=JUSTIFY)
            elif tail:
                para = self.para(
                    head + stop, indent=2 * size, align=JUSTIFY, bold="（" in match.group()
                )
                self.fill(para, tail, align=JUSTIFY)
            else:
                para = self.para(
                    line,
                    indent=2 * size,
                    role="head" if "、" in match.group() else None,
                    bold="（" in match.group(),
                )
                para.paragraph_format.keep_with_next = True
        else:
            self.para("" if line == "~" else line, indent=2 * size, align=JUSTIFY)

    def rule(self, para: Any, side: str, color: str, width: int) -> None:
        props = para._p.get_or_add_pPr()
        borders = props.find(qn("w:pBdr"))
        if borders is None:
            borders = OxmlElement("w:pBdr")
            props.insert_element_before(borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc")
        borders.append(
            parse_xml(
                f'<w:{side} {nsdecls("w")} w:val="single" w:sz="{width}" '
                f'w:space="4" w:color="{color}"/>'
            )
        )

    def table(self, rows: list[str], widths: list[float]) -> None:
        grid = [cells_of(row.lstrip("|=")) for row in rows]
        columns = max(map(len, grid))
        widths = widths or [1.0] * columns
        section = self.doc.sections[0]
        room = section.page_width - section.left_margin - section.right_margin
        table = self.doc.add_table(len(grid), columns)
        table.style, table.autofit = "Table Grid", False
        for c in range(columns):
            table.columns[c].width = int(room * widths[c] / sum(widths))
        for r in range(len(grid)):
            if rows[r].startswith("|="):
                table.rows[r]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
            for c in range(columns):
                table.cell(r, c).width = int(room * widths[c] / sum(widths))
        for top, left, bottom, right in spans(grid):
            table.cell(top, left).merge(table.cell(bottom, right))
        wordy = {
            c
            for row in grid
            for c, text in enumerate(row)
            if len(text) > 14 and row[c + 1 : c + 2] != ["<"]
        }
        for r, row in enumerate(grid):
            for c, text in enumerate(row):
                if text in ("<", "^"):
                    continue
                cell, heading = table.cell(r, c), rows[r].startswith("|=")
                cell.vertical_alignment = 1
                for i, part in enumerate(text.split(" // ")):
                    para = cell.paragraphs[0] if i == 0 else cell.add_paragraph()
                    para.paragraph_format.space_before = para.paragraph_format.space_after = Pt(2)
                    self.fill(
                        para,
                        part,
                        size=min(self.look.size, 12) - (0.5 if len(grid) > 4 else 0),
                        align=LEFT if len(text) > 14 or c in wordy and not heading else CENTER,
                        role="head" if heading else None,
                    )

    def box(self, text: str) -> None:
        paras = "".join(f"<w:p><w:r><w:t>{part}</w:t></w:r></w:p>" for part in text.split(" // "))
        height = 260000 * (2 + text.count(" // ") + len(text) // 24)
        self.doc.add_paragraph()._p.append(
            parse_xml(f'''<w:r {nsdecls("w", "wp", "a")}
 xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"
 xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><mc:AlternateContent>
<mc:Choice Requires="wps"><w:drawing><wp:inline><wp:extent cx="5000000" cy="{height}"/>
<wp:docPr id="91" name="文本框 91"/><a:graphic>
<a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp>
<wps:cNvSpPr txBox="1"/><wps:spPr><a:xfrm><a:off x="0" y="0"/>
<a:ext cx="5000000" cy="{height}"/></a:xfrm>
<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>
<a:ln w="9525"><a:solidFill><a:srgbClr val="808080"/></a:solidFill>
</a:ln></wps:spPr><wps:txbx><w:txbxContent>{paras}</w:txbxContent></wps:txbx><wps:bodyPr/></wps:wsp>
</a:graphicData></a:graphic></wp:inline></w:drawing></mc:Choice></mc:AlternateContent></w:r>''')
        )

    def add_numbering(self) -> None:
        numbering = self.doc.part.numbering_part.element
        levels = "".join(
            f'<w:lvl w:ilvl="{i}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/>'
            f'<w:suff w:val="nothing"/>'
            f'<w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/></w:lvl>'
            for i, (kind, text) in enumerate(
                (("chineseCountingThousand", "%1、"), ("decimal", "%2．"))
            )
        )
        numbering.insert(
            0,
            parse_xml(
                f'<w:abstractNum {nsdecls("w")} w:abstractNumId="77">'
                f'<w:multiLevelType w:val="multilevel"/>{levels}</w:abstractNum>'
            ),
        )
        numbering.append(
            parse_xml(f'<w:num {nsdecls("w")} w:numId="77"><w:abstractNumId w:val="77"/></w:num>')
        )

    def add_notes(self) -> None:
        if not self.notes:
            return
        inner = "".join(
            f'<w:footnote w:type="{kind}" w:id="{i}"><w:p><w:r><w:{kind}/></w:r></w:p></w:footnote>'
            for i, kind in enumerate(("separator", "continuationSeparator"))
        )
        inner += "".join(
            f'<w:footnote w:id="{i}"><w:p><w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr>'
            f"<w:footnoteRef/></w:r>"
            f'<w:r><w:rPr><w:sz w:val="18"/></w:rPr><w:t>{text}</w:t></w:r></w:p></w:footnote>'
            for i, text in enumerate(self.notes, 2)
        )
        kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
        blob = f"<w:footnotes {nsdecls('w')}>{inner}</w:footnotes>".encode()
        part = Part(PackURI("/word/footnotes.xml"), kind, blob, self.doc.part.package)
        self.doc.part.relate_to(
            part, "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
        )
