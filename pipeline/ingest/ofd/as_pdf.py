"""A PDF file of one page, for pdfium to draw: what `picture` puts on it."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Mapping

from pipeline.ingest.ofd.image import Pixels

Add = Callable[[str, bytes | None], int]
"""Adds an object, a dictionary's words and a stream if it has one, and gives its number."""


def page(
    size: tuple[float, float],
    content: bytes,
    images: Mapping[str, Pixels],
    fonts: Mapping[str, bytes],
    alphas: Iterable[int],
) -> bytes:
    """A page of so many points each way. Its content may name the images, the fonts (files; codes
    are numbers of glyphs), `F` for whatever font the machine has (codes are UTF-16), and `G<alpha>`
    for each degree of opacity, 0 to 255."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", b""]

    def add(words: str, data: bytes | None) -> int:
        if data is None:
            objects.append(f"<< {words} >>".encode())
        else:
            head = f"<< {words} /Length {len(data)} >>\nstream\n".encode()
            objects.append(head + data + b"\nendstream")
        return len(objects)

    shown = []
    for name, image in images.items():
        words = "/Type /XObject /Subtype /Image " + image.words
        if image.veil:
            veil = add("/Type /XObject /Subtype /Image " + image.veil.words, image.veil.data)
            words += f" /SMask {veil} 0 R"
        shown.append(f"/{name} {add(words, image.data)} 0 R")
    lettered = [f"/{name} {_font(add, data)} 0 R" for name, data in fonts.items()]
    lettered.append(f"/F {_any_font(add)} 0 R")
    veils = [f"/G{each} << /ca {each / 255:.3f} /CA {each / 255:.3f} >>" for each in sorted(alphas)]
    stream = add("/Filter /FlateDecode", zlib.compress(content, 1))
    objects[1] = b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>"
    objects[2] = (
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {size[0]:.5f} {size[1]:.5f}] /Contents"
        f" {stream} 0 R /Resources << /XObject << {' '.join(shown)} >> /Font <<"
        f" {' '.join(lettered)} >> /ExtGState << {' '.join(veils)} >> >> >>"
    ).encode()
    return _file(objects)


def _font(add: Add, data: bytes) -> int:
    """A font whose codes are the numbers of its glyphs."""
    outlines = data[:4] == b"OTTO" or data[:1] == b"\x01"
    if data[:4] == b"OTTO":
        file, kind = "/FontFile3", "/Subtype /OpenType"
    elif outlines:
        file, kind = "/FontFile3", "/Subtype /CIDFontType0C"
    else:
        file, kind = "/FontFile2", f"/Length1 {len(data)}"
    stream = add(f"{kind} /Filter /FlateDecode", zlib.compress(data, 1))
    about = add(
        "/Type /FontDescriptor /FontName /F /Flags 4 /FontBBox [0 -200 1000 900] /ItalicAngle 0"
        f" /Ascent 880 /Descent -120 /CapHeight 700 /StemV 80 {file} {stream} 0 R",
        None,
    )
    type_ = "/CIDFontType0" if outlines else "/CIDFontType2 /CIDToGIDMap /Identity"
    below = add(
        f"/Type /Font /Subtype {type_} /BaseFont /F /CIDSystemInfo << /Registry (Adobe) /Ordering"
        f" (Identity) /Supplement 0 >> /FontDescriptor {about} 0 R /DW 1000",
        None,
    )
    return add(
        "/Type /Font /Subtype /Type0 /BaseFont /F /Encoding /Identity-H"
        f" /DescendantFonts [{below} 0 R]",
        None,
    )


def _any_font(add: Add) -> int:
    """A font of the machine whose codes are those of Unicode."""
    about = add(
        "/Type /FontDescriptor /FontName /SimSun /Flags 6 /FontBBox [0 -200 1000 900] /ItalicAngle"
        " 0 /Ascent 880 /Descent -120 /CapHeight 700 /StemV 80",
        None,
    )
    below = add(
        "/Type /Font /Subtype /CIDFontType2 /BaseFont /SimSun /CIDSystemInfo << /Registry (Adobe)"
        f" /Ordering (GB1) /Supplement 5 >> /FontDescriptor {about} 0 R /DW 1000"
        " /W [1 95 500]",
        None,
    )
    return add(
        "/Type /Font /Subtype /Type0 /BaseFont /SimSun /Encoding /UniGB-UTF16-H"
        f" /DescendantFonts [{below} 0 R]",
        None,
    )


def _file(objects: list[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for at, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % at + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for place in places:
        out += b"%010d 00000 n \n" % place
    out += b"trailer\n<< /Root 1 0 R /Size %d >>\nstartxref\n" % (len(objects) + 1)
    return bytes(out + b"%d\n%%%%EOF" % start)
