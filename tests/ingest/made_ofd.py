"""A small OFD writer for the tests: any text paper with positions, fonts and ruled tables, and the
odd things that real writers do. Millimetres from the page's top left throughout."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from PIL import Image

NAMESPACE = "http://www.ofdspec.org/2016"
WIDTH, HEIGHT, MARGIN = 210.0, 297.0, 25.0
SIZE, PITCH = 4.23, 7.0

Line = str | tuple[str, ...]
"""A line of text, or a table row as the tuple of its cells."""


def write(
    pages: Sequence[Sequence[Line]],
    *,
    further: Sequence[Sequence[Sequence[Line]]] = (),
    objects: str = "",
    template: str = "",
    front: str = "",
    notes: str = "",
    resources: str = "",
    attached: Mapping[str, bytes] | None = None,
    parts: Mapping[str, bytes | None] | None = None,
    box: str = "",
    namespace: str = NAMESPACE,
    prefix: str = "ofd:",
    encoding: str = "utf-8",
    place: str = "{}",
    folder: str = "Doc_{}",
    upper: bool = False,
    repeat: bool = True,
) -> bytes:
    """An OFD file. `pages` are lines of text; tuples among them are rows of a ruled table, of one
    table those that follow one another. Long lines are wrapped, and a page is as high as it must.

    `further` are the pages of further documents; `objects` is XML drawn on each page, `template`
    and `front` behind and before it, `notes` the Annot elements of the first page, `resources` what
    stands in the resources; `attached` are attachments by their names; `parts` are added to the
    package, or taken from it where None. `box` is what PhysicalBox says; `place` how paths are
    written (`/Doc_0/{}`), `folder` the folder of each document, `upper` whether parts are stored
    under names in capitals; `repeat` whether steps are written in the short way.
    """
    files: dict[str, bytes] = {}

    def put(name: str, root: str, inner: str) -> None:
        declared = "gb2312" if encoding == "gb18030" else encoding
        name_space = f'xmlns:{prefix[:-1]}="{namespace}"' if prefix else f'xmlns="{namespace}"'
        if not namespace:
            name_space = ""
        xml = f'<?xml version="1.0" encoding="{declared}"?>\n'
        xml += f"<ofd:{root} {name_space}>{inner}</ofd:{root.split()[0]}>"
        files[name] = (
            xml.replace("<ofd:", f"<{prefix}").replace("</ofd:", f"</{prefix}").encode(encoding)
        )

    bodies = ""
    for at, paper in enumerate([pages, *further]):
        base = folder.format(at)
        bodies += f"<ofd:DocBody><ofd:DocInfo><ofd:DocID>{at:032}</ofd:DocID></ofd:DocInfo>"
        bodies += f"<ofd:DocRoot>{base}/Document.xml</ofd:DocRoot></ofd:DocBody>"
        common = f"<ofd:MaxUnitID>1</ofd:MaxUnitID><ofd:PageArea><ofd:PhysicalBox>0 0 {WIDTH}"
        common += f" {HEIGHT}</ofd:PhysicalBox></ofd:PageArea>"
        common += f"<ofd:PublicRes>{place.format('PublicRes.xml')}</ofd:PublicRes>"
        put(
            f"{base}/PublicRes.xml",
            'Res BaseLoc="Res"',
            '<ofd:Fonts><ofd:Font ID="3" FontName="宋体"/></ofd:Fonts>' + resources,
        )
        used = ""
        for name, inner, order in (("T1", template, "Background"), ("T2", front, "Foreground")):
            if inner:
                loc = f"Tpls/{name}/Content.xml"
                put(f"{base}/{loc}", "Page", layer(inner))
                common += f'<ofd:TemplatePage ID="{name}" BaseLoc={quoteattr(place.format(loc))}/>'
                used += f'<ofd:Template TemplateID="{name}" ZOrder="{order}"/>'
        listed = ""
        for number, lines in enumerate(paper):
            loc = f"Pages/Page_{number}/Content.xml"
            drawn, height = typeset(lines, repeat)
            area = box or (f"0 0 {WIDTH} {height}" if height > HEIGHT else "")
            if area:
                area = f"<ofd:Area><ofd:PhysicalBox>{area}</ofd:PhysicalBox></ofd:Area>"
            put(f"{base}/{loc}", "Page", area + used + layer(drawn + objects))
            listed += f'<ofd:Page ID="{100 + number}" BaseLoc={quoteattr(place.format(loc))}/>'
        inner = f"<ofd:CommonData>{common}</ofd:CommonData><ofd:Pages>{listed}</ofd:Pages>"
        if notes and at == 0:
            put(
                f"{base}/Annots/Annotations.xml",
                "Annotations",
                '<ofd:Page PageID="100"><ofd:FileLoc>Annot_0.xml</ofd:FileLoc></ofd:Page>',
            )
            put(f"{base}/Annots/Annot_0.xml", "PageAnnot", notes)
            inner += "<ofd:Annotations>Annots/Annotations.xml</ofd:Annotations>"
        if attached and at == 0:
            rows = ""
            for number, (name, data) in enumerate(attached.items()):
                files[f"{base}/Attachs/file_{number}"] = data
                rows += f'<ofd:Attachment ID="{number}" Name={quoteattr(name)}>'
                rows += f"<ofd:FileLoc>file_{number}</ofd:FileLoc></ofd:Attachment>"
            put(f"{base}/Attachs/Attachments.xml", "Attachments", rows)
            inner += "<ofd:Attachments>Attachs/Attachments.xml</ofd:Attachments>"
        put(f"{base}/Document.xml", "Document", inner)
    put("OFD.xml", 'OFD Version="1.0" DocType="OFD"', bodies)
    return package({(name.upper() if upper else name): data for name, data in files.items()}, parts)


def package(files: Mapping[str, bytes], parts: Mapping[str, bytes | None] | None = None) -> bytes:
    """A zip of these files, with `parts` added, or taken away where they are None."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
        for name, data in {**files, **(parts or {})}.items():
            if data is not None:
                # the same bytes whenever it is written
                written.writestr(zipfile.ZipInfo(name), data)
    return out.getvalue()


def changed(data: bytes, parts: Mapping[str, bytes | None]) -> bytes:
    """An OFD file with parts added, replaced or taken away."""
    with zipfile.ZipFile(io.BytesIO(data)) as read:
        return package({name: read.read(name) for name in read.namelist()}, parts)


def layer(inner: str) -> str:
    """The content of a page with one layer."""
    return f'<ofd:Content><ofd:Layer ID="2">{inner}</ofd:Layer></ofd:Content>'


def typeset(lines: Sequence[Line], repeat: bool = True) -> tuple[str, float]:
    """The objects of a page, and how high it must be."""
    y = MARGIN
    out = []
    for rows, group in groupby(lines, lambda line: isinstance(line, tuple)):
        if rows:
            cells = [line for line in group if isinstance(line, tuple)]
            drawn, y = table(MARGIN, y, cells, repeat)
            out.append(drawn)
            continue
        for line in group:
            assert isinstance(line, str)
            for piece in wrapped(line, WIDTH - 2 * MARGIN):
                if piece.strip():
                    out.append(text(MARGIN, y, piece, repeat=repeat))
                y += PITCH
    return "".join(out), y + MARGIN


def table(
    x: float, y: float, rows: Sequence[tuple[str, ...]], repeat: bool = True
) -> tuple[str, float]:
    """A ruled table over the page's width, and where it ends."""
    columns = max(map(len, rows))
    wide = (WIDTH - 2 * MARGIN) / columns
    right = x + wide * columns
    out = [line(x, y, right, y)]
    top = y
    for row in rows:
        pieces = [wrapped(cell, wide - 3) for cell in row]
        for at, cell in enumerate(pieces):
            out += [
                text(x + at * wide + 1.5, y + 1 + number * PITCH, piece, repeat=repeat)
                for number, piece in enumerate(cell)
                if piece.strip()
            ]
        y += PITCH * max(map(len, pieces), default=1) + 1
        out.append(line(x, y, right, y))
    out += [line(x + at * wide, top, x + at * wide, y) for at in range(columns + 1)]
    return "".join(out), y + 2


def wrapped(words: str, wide: float) -> list[str]:
    """The pieces of a text that fit into so much room; at least one."""
    pieces, room = [""], wide
    for letter in words:
        step = width(letter)
        if step > room:
            pieces.append("")
            room = wide
        pieces[-1] += letter
        room -= step
    return pieces


def width(letter: str, size: float = SIZE) -> float:
    return size if letter >= "\u2e80" or letter in "“”‘’—…·" else size / 2


def text(
    x: float, y: float, words: str, size: float = SIZE, repeat: bool = True, **more: str
) -> str:
    """A TextObject whose first letter's upper left corner is at (x, y); `more` are attributes."""
    steps = [width(letter, size) for letter in words[:-1]]
    if repeat:
        groups = [(step, len(list(group))) for step, group in groupby(steps)]
        delta = " ".join(f"g {n} {step:g}" if n > 2 else f"{step:g} " * n for step, n in groups)
    else:
        delta = " ".join(f"{step:g}" for step in steps)
    wide = sum(steps) + size
    return (
        f'<ofd:TextObject ID="9" Boundary="{x:g} {y:g} {wide:g} {size * 1.2:g}" Font="3"'
        f' Size="{size:g}"{attributes(more)}><ofd:TextCode X="0" Y="{size:g}"'
        f' DeltaX="{" ".join(delta.split())}">{escape(words)}</ofd:TextCode></ofd:TextObject>'
    )


def line(x0: float, y0: float, x1: float, y1: float) -> str:
    """A PathObject that is one ruling line."""
    return (
        f'<ofd:PathObject ID="8" Boundary="{x0:g} {y0:g} {x1 - x0:g} {y1 - y0:g}" LineWidth="0.2">'
        f"<ofd:AbbreviatedData>M 0 0 L {x1 - x0:g} {y1 - y0:g}</ofd:AbbreviatedData>"
        "</ofd:PathObject>"
    )


def image(name: str, x: float, y: float, wide: float, high: float, **more: str) -> str:
    """An ImageObject that shows the picture with this id."""
    return (
        f'<ofd:ImageObject ID="7" ResourceID="{name}" Boundary="{x:g} {y:g} {wide:g} {high:g}"'
        f' CTM="{wide:g} 0 0 {high:g} 0 0"{attributes(more)}/>'
    )


def media(name: str, file: str) -> str:
    """What resources say of the picture `Res/<file>` of the document."""
    return (
        f'<ofd:MultiMedias><ofd:MultiMedia ID="{name}" Type="Image"><ofd:MediaFile>{file}'
        "</ofd:MediaFile></ofd:MultiMedia></ofd:MultiMedias>"
    )


def note(inner: str, kind: str = "Stamp", box: str = f"0 0 {WIDTH} {HEIGHT}", **more: str) -> str:
    """An annotation."""
    return (
        f'<ofd:Annot ID="6" Type="{kind}"{attributes(more)}><ofd:Appearance Boundary="{box}">'
        f"{inner}</ofd:Appearance></ofd:Annot>"
    )


def attributes(more: Mapping[str, str]) -> str:
    return "".join(f" {name}={quoteattr(value)}" for name, value in more.items())


def code(words: str, x: float = 0, y: float = 4, **more: str) -> str:
    """A text object at 30, 40 with letters of 4 mm."""
    inner = more.pop("inner", "")
    own: dict[str, str] = {key: more.pop(key) for key in ("DeltaX", "DeltaY") if key in more}
    return (
        f'<ofd:TextObject ID="9" Boundary="30 40 150 20" Font="3" Size="4"'
        f'{attributes(more)}>{inner}<ofd:TextCode X="{x}" Y="{y}"{attributes(own)}>'
        f"{words}</ofd:TextCode></ofd:TextObject>"
    )


def unit(name: str, inner: str) -> str:
    return (
        f'<ofd:CompositeGraphicUnits><ofd:CompositeGraphicUnit ID="{name}"><ofd:Content>{inner}'
        "</ofd:Content></ofd:CompositeGraphicUnit></ofd:CompositeGraphicUnits>"
    )


def use(name: str, **more: str) -> str:
    return (
        f'<ofd:CompositeObject ID="5" ResourceID="{name}" Boundary="50 100 50 50"'
        f"{attributes(more)}/>"
    )


def png(wide: int = 60, high: int = 60, color: str = "black") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (wide, high), color).save(out, "PNG")
    return out.getvalue()


PICTURE: dict[str, Any] = {
    "resources": media("77", "a.png"),
    "parts": {"Doc_0/Res/a.png": png()},
}
