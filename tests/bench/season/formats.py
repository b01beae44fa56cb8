"""A paper as the bytes of a file, written by hand: no office program is started.

DOCX and XLSX are zip files of a few fixed parts, RTF and HTML plain text, and all have one fixed
time, so that the same paper has the same bytes. PDF is written by `printed`, pictures by `drawn`.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from itertools import groupby
from xml.sax.saxutils import escape

from tests.bench.season.prose import Paper

WHEN = (2024, 1, 2, 9, 30, 0)
_OFFICE = "http://schemas.openxmlformats.org"
_RELS = f"{_OFFICE}/package/2006/relationships"
_OF = f"{_OFFICE}/officeDocument/2006/relationships"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_WORD = f'xmlns:w="{_OFFICE}/wordprocessingml/2006/main"'
_ML = "application/vnd.openxmlformats-officedocument"


def txt(paper: Paper, encoding: str = "utf-8") -> bytes:
    """The lines, as an office's text editor leaves them."""
    text = "\r\n".join(line.replace("\t", "    ") for _, line in paper.lines)
    return text.encode(encoding, "replace")


def html(paper: Paper) -> bytes:
    """A page saved from a web site."""
    body = []
    for table, lines in groupby(paper.lines, lambda line: line[0] == "row"):
        if table:
            rows = ("".join(f"<td>{escape(cell)}</td>" for cell in text.split("\t"))
                    for _, text in lines)
            body.append(f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>")
        else:
            body += [f"<{tag}>{escape(text)}</{tag}>" for role, text in lines
                     for tag in ["h1" if role == "title" else "p"]]
    return (f'<!DOCTYPE html><html lang="zh"><head><meta charset="utf-8"><title>'
            f'{escape(paper.title)}</title></head><body><nav>首页 | 要闻 | 公开</nav>'
            f'<article>{"".join(body)}</article></body></html>').encode()


def rtf(paper: Paper) -> bytes:
    """Every letter outside ASCII as a number."""
    def told(text: str) -> str:
        units = text.encode("utf-16-le")
        pairs = (int.from_bytes(units[at:at + 2], "little", signed=True)
                 for at in range(0, len(units), 2))
        return "".join(chr(one) if 32 <= one < 127 and chr(one) not in "\\{}" else f"\\u{one}?"
                       for one in pairs)

    lines = "\\par\n".join(told(text.replace("\t", " ")) for _, text in paper.lines)
    return f"{{\\rtf1\\ansi\\ansicpg936\\uc1 {lines}\\par}}".encode("ascii")


def docx(paper: Paper, photo: bytes | None = None) -> bytes:
    """Word, with a photo (JPEG) at the end if there is one."""
    body = "".join(_word(paper))
    names = f'{_WORD} xmlns:r="{_OF}"'
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": _types({
            "/word/document.xml": f"{_ML}.wordprocessingml.document.main"}),
        "_rels/.rels": _relations({"rId1": ("officeDocument", "word/document.xml")}),
    }
    if photo is not None:
        body += _PICTURE
        parts["word/media/image1.jpeg"] = photo
        parts["word/_rels/document.xml.rels"] = _relations({"rId9": ("image",
                                                                     "media/image1.jpeg")})
    parts["word/document.xml"] = (
        f"{_HEAD}<w:document {names}><w:body>{body}<w:sectPr><w:pgSz w:w='11906' w:h='16838'/>"
        "</w:sectPr></w:body></w:document>")
    return zipped(parts)


def _word(paper: Paper) -> Iterator[str]:
    for table, lines in groupby(paper.lines, lambda line: line[0] == "row"):
        if table:
            rows = ("".join(f"<w:tc><w:p>{_letters(cell)}</w:p></w:tc>"
                            for cell in text.split("\t")) for _, text in lines)
            yield f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"
            continue
        for role, text in lines:
            side = {"title": "center", "letterhead": "center", "number": "center",
                    "caption": "center", "sign": "right"}.get(role)
            look = f"<w:pPr><w:jc w:val='{side}'/></w:pPr>" if side else ""
            yield f"<w:p>{look}{_letters(text, role in ('title', 'heading'))}</w:p>"


def _letters(text: str, bold: bool = False) -> str:
    look = "<w:rPr><w:b/></w:rPr>" if bold else ""
    return f'<w:r>{look}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


_DRAWING = f"{_OFFICE}/drawingml/2006"
_PICTURE = (
    f'<w:p><w:r><w:drawing><wp:inline xmlns:wp="{_DRAWING}/wordprocessingDrawing">'
    '<wp:extent cx="4320000" cy="2700000"/><wp:docPr id="1" name="photo"/>'
    f'<a:graphic xmlns:a="{_DRAWING}/main"><a:graphicData uri="{_DRAWING}/picture">'
    f'<pic:pic xmlns:pic="{_DRAWING}/picture"><pic:nvPicPr><pic:cNvPr id="1" name="photo"/>'
    '<pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="rId9"/></pic:blipFill><pic:spPr>'
    '<a:xfrm><a:off x="0" y="0"/><a:ext cx="4320000" cy="2700000"/></a:xfrm>'
    '<a:prstGeom prst="rect"/></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline>'
    "</w:drawing></w:r></w:p>"
)


def xlsx(paper: Paper) -> bytes:
    """A sheet: the title, the rows, who signed."""
    rows = []
    for number, (_, text) in enumerate(paper.lines, 1):
        cells = "".join(
            f'<c r="{chr(65 + column)}{number}" t="inlineStr"><is><t>{escape(cell)}</t></is></c>'
            for column, cell in enumerate(text.split("\t")))
        rows.append(f'<row r="{number}">{cells}</row>')
    sheet = f'xmlns="{_OFFICE}/spreadsheetml/2006/main" xmlns:r="{_OF}"'
    return zipped({
        "[Content_Types].xml": _types({
            "/xl/workbook.xml": f"{_ML}.spreadsheetml.sheet.main",
            "/xl/worksheets/sheet1.xml": f"{_ML}.spreadsheetml.worksheet"}),
        "_rels/.rels": _relations({"rId1": ("officeDocument", "xl/workbook.xml")}),
        "xl/_rels/workbook.xml.rels": _relations({"rId1": ("worksheet", "worksheets/sheet1.xml")}),
        "xl/workbook.xml": f'{_HEAD}<workbook {sheet}><sheets><sheet name="台账" sheetId="1" '
                           'r:id="rId1"/></sheets></workbook>',
        "xl/worksheets/sheet1.xml": f"{_HEAD}<worksheet {sheet}><sheetData>{''.join(rows)}"
                                    "</sheetData></worksheet>",
    })


def _types(parts: dict[str, str]) -> str:
    own = "".join(f'<Override PartName="{name}" ContentType="{kind}+xml"/>'
                  for name, kind in parts.items())
    return (f'{_HEAD}<Types xmlns="{_OFFICE}/package/2006/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="jpeg" ContentType="image/jpeg"/>'
            f'<Default Extension="xml" ContentType="application/xml"/>{own}</Types>')


def _relations(parts: dict[str, tuple[str, str]]) -> str:
    own = "".join(f'<Relationship Id="{name}" Type="{_OF}/{kind}" Target="{target}"/>'
                  for name, (kind, target) in parts.items())
    return f'{_HEAD}<Relationships xmlns="{_RELS}">{own}</Relationships>'


def zipped(parts: dict[str, str | bytes], level: int = 1) -> bytes:
    """A zip file of these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as package:
        for name, data in parts.items():
            info = zipfile.ZipInfo(name, WHEN)
            info.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(info, data)
    return out.getvalue()


def packed(files: Iterable[tuple[str, bytes]]) -> bytes:
    """A unit that came as one archive."""
    return zipped(dict(files))


def broken(blob: bytes) -> bytes:
    """What is left of a file whose copying was cut short."""
    return blob[: len(blob) * 2 // 5]
