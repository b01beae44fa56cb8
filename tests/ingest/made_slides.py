"""Small presentations of our own for the tests: pptx and odp from their XML, ppt from records."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence

from PIL import Image

from tests.ingest.made_ole import ole

_OPEN = "http://schemas.openxmlformats.org/"
_KINDS = f"{_OPEN}officeDocument/2006/relationships"
NAMES = (
    f'xmlns:p="{_OPEN}presentationml/2006/main" xmlns:a="{_OPEN}drawingml/2006/main"'
    f' xmlns:r="{_KINDS}" xmlns:c="{_OPEN}drawingml/2006/chart"'
    f' xmlns:dgm="{_OPEN}drawingml/2006/diagram"'
    ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
)
POINT = 12_700


def packed(parts: Mapping[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return out.getvalue()


def links(**targets: str) -> str:
    """The relationships of a part: `slideLayout_1="../x.xml"` is of kind slideLayout."""
    return f'<Relationships xmlns="{_OPEN}package/2006/relationships">' + "".join(
        f'<Relationship Id="{name}" Type="{_KINDS}/{name.partition("_")[0]}" Target="{target}"/>'
        for name, target in targets.items()
    ) + "</Relationships>"


def pptx(
    *slides: str,
    kind: str = "presentationml.presentation.main",
    also: Mapping[str, str | bytes] | None = None,
    size: str = 'cx="9144000" cy="6858000"',
) -> bytes:
    """A presentation of 720 x 540 points with these shapes on its slides, or whole p:sld elements;
    `also` adds parts."""
    numbers = range(1, len(slides) + 1)
    ids = "".join(f'<p:sldId id="{255 + n}" r:id="slide_{n}"/>' for n in numbers)
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": f"<Types><Override ContentType='application/vnd.openxmlformats-"
        f"officedocument.{kind}+xml'/></Types>",
        "_rels/.rels": links(officeDocument="ppt/presentation.xml"),
        "ppt/presentation.xml": f"<p:presentation {NAMES}><p:sldIdLst>{ids}</p:sldIdLst>"
        f"<p:sldSz {size}/></p:presentation>",
        "ppt/_rels/presentation.xml.rels": links(
            **{f"slide_{n}": f"slides/slide{n}.xml" for n in numbers}
        ),
    }
    for n, slide in enumerate(slides, 1):
        parts[f"ppt/slides/slide{n}.xml"] = slide if slide.startswith("<p:sld") else sld(slide)
    return packed(parts | dict(also or {}))


def sld(shapes: str, root: str = "sld", about: str = "") -> str:
    return (
        f"<p:{root} {NAMES} {about}><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:{root}>"
    )


def xfrm(box: Sequence[float] | None, prefix: str = "a", about: str = "", inner: str = "") -> str:
    """Where a shape stands: left, top, width and height in points."""
    if box is None:
        return ""
    x, y, wide, high = (round(each * POINT) for each in box)
    return (
        f'<{prefix}:xfrm {about}><a:off x="{x}" y="{y}"/><a:ext cx="{wide}" cy="{high}"/>{inner}'
        f"</{prefix}:xfrm>"
    )


def p(*texts: str) -> str:
    return "".join(f"<a:p><a:r><a:t>{text}</a:t></a:r></a:p>" for text in texts)


def sp(
    *texts: str, box: Sequence[float] | None = None, ph: str | None = None, body: str = ""
) -> str:
    """A shape with a paragraph for each text; `ph` are the attributes of its placeholder."""
    spot = f"<p:ph {ph}/>" if ph is not None else ""
    return (
        f"<p:sp><p:nvSpPr><p:nvPr>{spot}</p:nvPr></p:nvSpPr><p:spPr>{xfrm(box)}</p:spPr>"
        f"<p:txBody>{p(*texts)}{body}</p:txBody></p:sp>"
    )


def pic(link: str, box: Sequence[float], about: str = "", cut: str = "") -> str:
    return (
        f'<p:pic><p:blipFill><a:blip r:embed="{link}"/><a:srcRect {cut}/></p:blipFill>'
        f"<p:spPr>{xfrm(box, about=about)}</p:spPr></p:pic>"
    )


def frame(inner: str, box: Sequence[float]) -> str:
    return (
        f"<p:graphicFrame>{xfrm(box, 'p')}<a:graphic><a:graphicData>{inner}</a:graphicData>"
        "</a:graphic></p:graphicFrame>"
    )


def png(
    size: tuple[int, int], colour: str | int = "black", kind: str = "PNG", mode: str = "RGB"
) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, colour).save(out, kind)
    return out.getvalue()


def emf(*stretches: tuple[str, tuple[int, int, int, int], int]) -> bytes:
    """A drawing of Windows, 200 x 100, with stretches of text: bounds, and the record they stand in
    (negative: as glyphs)."""
    out = b""
    for text, bounds, kind in stretches:
        wide = abs(kind) == 84
        raw = text.encode("utf-16-le" if wide or kind == 108 else "gb18030")
        options = 0x10 if kind < 0 else 0
        if kind == 108:
            body = struct.pack("<4IIff4i", *bounds[:2], len(text), 0, 1, 1.0, 1.0, *bounds) + raw
        else:
            count = len(raw) // (2 if wide else 1)
            body = struct.pack("<4iIff2iIII4iI", *bounds, 1, 1.0, 1.0, *bounds[:2], count, 76,
                               options, *bounds, 0) + raw  # fmt: skip
        body = body.ljust(-(-len(body) // 4) * 4, b"\0")
        out += struct.pack("<II", abs(kind), len(body) + 8) + body
    head = struct.pack("<II4i4i", 1, 88, 0, 0, 200, 100, 0, 0, 200, 100) + b" EMF"
    return head.ljust(88, b"\0") + out + struct.pack("<II", 14, 20) + bytes(12)


_ODF = "urn:oasis:names:tc:opendocument:xmlns:"
_ODF_NAMES = " ".join(
    f'xmlns:{short}="{_ODF}{name}:1.0"'
    for short, name in (
        ("office", "office"), ("draw", "drawing"), ("text", "text"), ("table", "table"),
        ("style", "style"), ("presentation", "presentation"), ("svg", "svg-compatible"),
        ("fo", "xsl-fo-compatible"),
    )
) + ' xmlns:xlink="http://www.w3.org/1999/xlink"'  # fmt: skip


def odp(*slides: str, also: Mapping[str, str | bytes] | None = None) -> bytes:
    """A presentation of 10 x 7.5 inches with these shapes on its slides."""
    pages = "".join(f"<draw:page>{slide}</draw:page>" for slide in slides)
    parts: dict[str, str | bytes] = {
        "mimetype": "application/vnd.oasis.opendocument.presentation",
        "content.xml": f"<office:document-content {_ODF_NAMES}><office:body>"
        f"<office:presentation>{pages}</office:presentation></office:body>"
        "</office:document-content>",
        "styles.xml": f"<office:document-styles {_ODF_NAMES}>"
        '<style:page-layout style:name="a"><style:page-layout-properties fo:page-width="10in"'
        ' fo:page-height="19.05cm"/></style:page-layout>'
        '<style:master-page style:page-layout-name="a"/></office:document-styles>',
    }
    return packed(parts | dict(also or {}))


def record(kind: int, *inner: bytes, holds: bool = True, instance: int = 0) -> bytes:
    """A record of PowerPoint 97: one that holds others, or one of mere bytes."""
    body = b"".join(inner)
    return struct.pack("<HHI", instance << 4 | (15 if holds else 0), kind, len(body)) + body


def atom(kind: int, body: bytes, instance: int = 0) -> bytes:
    return record(kind, body, holds=False, instance=instance)


def text97(text: str, kind: int = 4) -> bytes:
    """The header of a text (0 title, 1 body, 2 notes) and its letters."""
    return atom(0xF9F, struct.pack("<I", kind)) + atom(0xFA0, text.encode("utf-16-le"))


def shape97(box: Sequence[int], *inner: bytes, child: bool = False, kind: int = 1) -> bytes:
    """A shape; its box (left, top, right, bottom) in points, or in the group's units."""
    if child:
        place = atom(0xF00F, struct.pack("<4i", *box))
    else:
        left, top, right, bottom = (each * 8 for each in box)
        place = atom(0xF010, struct.pack("<4h", top, left, right, bottom))
    held = record(0xF00D, *inner) if inner else b""
    return record(0xF004, atom(0xF00A, bytes(8), kind), place, held)


def slide97(*shapes: bytes, notes: int = 0, root: int = 0x3EE) -> bytes:
    about = atom(0x3EF, struct.pack("<I8xII", 0, 0, notes) + bytes(4))
    return record(root, about, record(0x40C, record(0xF002, record(0xF003, *shapes))))


def ppt(
    *slides: bytes,
    outlines: Sequence[bytes] = (),
    notes: Sequence[bytes] = (),
    token: int = 0xE391C05F,
    edit: int | None = None,
) -> bytes:
    """A presentation of PowerPoint 97: its slides, what their outlines hold, pages of notes (the
    first has id 1)."""
    def listed(kept: int, number: int, text: bytes) -> bytes:
        return atom(0x3F3, struct.pack("<IIiII", kept, 0, 0, number, 0)) + text

    texts = [*outlines, *[b""] * (len(slides) - len(outlines))]
    first_notes = 2 + len(slides)
    document = record(
        0x3E8,
        atom(0x3E9, struct.pack("<ii", 5760, 4320) + bytes(32)),
        record(0xFF0, *(listed(2 + n, 256 + n, text) for n, text in enumerate(texts))),
        record(0xFF0, *(listed(first_notes + n, 1 + n, b"") for n in range(len(notes))),
               instance=2),
    )  # fmt: skip
    stream, places = b"", []
    for each in (document, *slides, *notes):
        places.append(len(stream))
        stream += each
    directory = len(stream)
    stream += atom(
        0x1772, struct.pack(f"<I{len(places)}I", len(places) << 20 | 1, *places)
    )
    last = len(stream)
    stream += atom(0xFF5, struct.pack("<IIIIIIHH", 0, 0, 0, directory, 1, 0, 0, 0))
    user = atom(0xFF6, struct.pack("<III", 20, token, last if edit is None else edit))
    return ole({"Current User": user, "PowerPoint Document": stream})
