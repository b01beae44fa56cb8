"""Small files of our own for the tests: PDF written by hand, Word papers from their XML."""

from __future__ import annotations

import io
import zipfile

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
_KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def pdf(*contents: str, page: str = "", extra: tuple[str, ...] = ()) -> bytes:
    """A PDF with a page of 400 x 300 points for each content stream; font /F is Helvetica.

    `page` is added to each page's dictionary; `extra` are objects, numbered from 100 on.
    """
    objects: dict[int, str] = {
        1: "<< /Type /Catalog /Pages 2 0 R >>",
        3: "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    }
    kids = []
    for number, content in enumerate(contents):
        at = 10 + 2 * number
        kids.append(f"{at} 0 R")
        box = "" if "/MediaBox" in page else "/MediaBox [0 0 400 300]"
        resources = "" if "/Resources" in page else "/Resources << /Font << /F 3 0 R >> >>"
        objects[at] = (
            f"<< /Type /Page /Parent 2 0 R {box} {resources} /Contents {at + 1} 0 R {page} >>"
        )
        objects[at + 1] = f"<< /Length {len(content)} >>\nstream\n{content}\nendstream"
    objects[2] = f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(kids)}] >>"
    objects |= {100 + number: text for number, text in enumerate(extra)}
    out = b"%PDF-1.7\n"
    places = {}
    for number in sorted(objects):
        places[number] = len(out)
        out += f"{number} 0 obj\n{objects[number]}\nendobj\n".encode("latin-1")
    start = len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for number, at in places.items():
        out += f"{number} 1\n{at:010d} 00000 n \n".encode()
    size = max(objects) + 1
    return out + f"trailer\n<< /Root 1 0 R /Size {size} >>\nstartxref\n{start}\n%%EOF".encode()


def said(x: float, y: float, text: str) -> str:
    """Content that shows a text of 12 points, its baseline's beginning at (x, y)."""
    return f"BT /F 12 Tf {x} {y} Td ({text}) Tj ET\n"


def ruled(*lines: tuple[float, float, float, float]) -> str:
    """Content that draws lines (x0, y0, x1, y1)."""
    return "".join(f"{a} {b} m {c} {d} l S\n" for a, b, c, d in lines)


def docx(body: str, **parts: str) -> bytes:
    """A Word paper with this body; `parts` are `styles`, `numbering`, `footnotes`, `settings`,
    `header1`, `footer1` ... with what stands within their root element."""
    roots = {"footnotes": "footnotes", "styles": "styles", "numbering": "numbering",
             "settings": "settings"}  # fmt: skip
    links = {
        "word/_rels/document.xml.rels": "".join(
            f'<Relationship Id="{name}" Type="{_KINDS}/{name.rstrip("0123456789")}"'
            f' Target="{name}.xml"/>'
            for name in parts
        ),
        "_rels/.rels": f'<Relationship Id="r" Type="{_KINDS}/officeDocument"'
        ' Target="word/document.xml"/>',
    }
    inner = {"document": ("document", f"<w:body>{body}</w:body>")}
    for name, text in parts.items():
        inner[name] = (roots.get(name, "hdr" if name.startswith("header") else "ftr"), text)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{_TYPES}"><Override PartName="/word/document.xml" ContentType="'
            'application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>'
            "</Types>",
        )
        for name, text in links.items():
            package.writestr(name, f'<Relationships xmlns="{_RELS}">{text}</Relationships>')
        for name, (root, text) in inner.items():
            package.writestr(
                f"word/{name}.xml",
                f'<w:{root} xmlns:w="{W}" xmlns:r="{_KINDS}" xmlns:mc="http://schemas.openxml'
                'formats.org/markup-compatibility/2006" xmlns:wps="urn:wps" xmlns:v="urn:v">'
                f"{text}</w:{root}>",
            )
    return out.getvalue()


def zipped(**members: bytes) -> bytes:
    """A zip with these members; `__` in a name stands for a slash."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in members.items():
            package.writestr(name.replace("__", "/"), data)
    return out.getvalue()
