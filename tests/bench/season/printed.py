"""A paper as a PDF with text, A4, written by hand: a few milliseconds a paper.

Its letters are in an embedded TrueType font by glyph number, with a map back to Unicode, as office
programs print; but every glyph is a box, as the true shapes of a subset would cost more than all
the rest: the text can be read by programs, not by eyes. (A font that is only named is no way out:
pdfium then loads one of the system's, which costs ten times the page.) Full-width letters are as
wide as the size, ASCII half of that. Tables are ruled.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import groupby

from tests.bench.season.prose import Paper

WIDTH, HEIGHT = 595, 842
LEFT, TOP, BOTTOM = 79, 105, 99
INSIDE = WIDTH - 2 * LEFT
SIZES = {"letterhead": 26.0, "title": 20.0, "caption": 12.0, "row": 10.5}
COLUMNS = (0.08, 0.3, 0.34, 0.14, 0.14)


def pdf(paper: Paper) -> bytes:
    """The paper's pages."""
    glyphs = _Glyphs()
    return _file([zlib.compress(page, 1) for page in _pages(paper, glyphs)], glyphs)


def pages(paper: Paper) -> int:
    """How many pages `pdf` gives it."""
    return sum(1 for _ in _pages(paper, _Glyphs()))


def locked(paper: Paper) -> bytes:
    """A PDF that nobody can open without a password that nobody knows."""
    blob = pdf(paper)
    key = zlib.crc32(blob).to_bytes(4, "big").hex() * 8
    entry = (f"/Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -3904 /O <{key}> "
             f"/U <{key}> >> /ID [<{key[:32]}> <{key[:32]}>] ").encode()
    return blob.replace(b"trailer << ", b"trailer << " + entry)


def scanned(pictures: Sequence[tuple[bytes, int, int]]) -> bytes:
    """A PDF of pictures: (JPEG, its width, its height) in pixels, grey."""
    objects: list[bytes] = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    kids = []
    for jpeg, width, height in pictures:
        first = len(objects) + 1
        kids.append(first)
        drawing = f"{WIDTH} 0 0 {HEIGHT} 0 0 cm /I Do".encode()
        objects += [
            _page(first + 1, f"/XObject << /I {first + 2} 0 R >>"),
            _stream(drawing),
            _stream(jpeg, f"/Type /XObject /Subtype /Image /Width {width} /Height {height} "
                          "/ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode "),
        ]
    objects[1] = _tree(kids)
    return _written(objects)


class _Glyphs:
    """The letters of one paper, each with its glyph: ASCII has the first ones, the others come as
    they are met."""

    def __init__(self) -> None:
        self.known = {chr(code): code - 31 for code in range(32, 127)}

    def shown(self, x: float, y: float, size: float, text: str) -> str:
        """The text at a place, in the language of pages."""
        numbers = "".join(f"{self.known.setdefault(letter, len(self.known) + 1):04x}"
                          for letter in text)
        return f"BT /F {size:g} Tf {x:.1f} {y:.1f} Td <{numbers}> Tj ET"


def _pages(paper: Paper, glyphs: _Glyphs) -> Iterator[bytes]:
    """The content of each page."""
    out: list[str] = []
    y: float = HEIGHT - TOP
    for table, lines in groupby(paper.lines, lambda line: line[0] == "row"):
        for role, text in lines:
            size = SIZES.get(role, 16.0)
            leading = size * 1.75 if not table else 16
            if table:
                cells = [_wrapped(cell, INSIDE * share - 6, size)
                         for cell, share in zip(text.split("\t"), COLUMNS, strict=True)]
                height = max(map(len, cells)) * leading + 4
            else:
                indent = 2 * size if role in ("text", "heading") else 0
                cells = [_wrapped(text, INSIDE, size, indent)]
                height = leading
            for row in [cells] if table else [[[line]] for line in cells[0]]:
                if y - height < BOTTOM:
                    yield "\n".join(out).encode()
                    out, y = [], float(HEIGHT - TOP)
                if table:
                    out += _ruled(glyphs, row, y, height, size, leading)
                else:
                    x = _start(role, row[0][0], size, indent)
                    out.append(glyphs.shown(x, y - size, size, row[0][0]))
                    indent = 0
                y -= height
    yield "\n".join(out).encode()


def _start(role: str, line: str, size: float, indent: float) -> float:
    if role in ("title", "letterhead", "number", "caption"):
        return LEFT + max(0.0, (INSIDE - _wide(line, size)) / 2)
    if role == "sign":
        return LEFT + INSIDE - _wide(line, size) - 2 * size
    return LEFT + indent


def _ruled(glyphs: _Glyphs, cells: Sequence[Sequence[str]], y: float, height: float, size: float,
           leading: float) -> Iterator[str]:
    x = float(LEFT)
    for lines, share in zip(cells, COLUMNS, strict=True):
        yield f"{x:.1f} {y - height:.1f} {INSIDE * share:.1f} {height:.1f} re S"
        for number, line in enumerate(lines):
            yield glyphs.shown(x + 3, y - 3 - size - number * leading, size, line)
        x += INSIDE * share


def _wide(text: str, size: float) -> float:
    return sum(size if ord(letter) > 126 else size / 2 for letter in text)


def _wrapped(text: str, room: float, size: float, indent: float = 0) -> list[str]:
    lines, line, wide = [], "", indent
    for letter in text:
        step = size if ord(letter) > 126 else size / 2
        if wide + step > room and letter not in "，。、；：）”》":
            lines.append(line)
            line, wide = "", 0.0
        line += letter
        wide += step
    return [*lines, line]


# --- the file ---------------------------------------------------------------------------------


def _file(contents: Sequence[bytes], glyphs: _Glyphs) -> bytes:
    font = _font(-(-len(glyphs.known) // 256) * 256)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>", b"",
        b"<< /Type /Font /Subtype /Type0 /BaseFont /AAAAAA+Made /Encoding /Identity-H "
        b"/DescendantFonts [4 0 R] /ToUnicode 7 0 R >>",
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /AAAAAA+Made /CIDSystemInfo "
        b"<< /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /CIDToGIDMap /Identity "
        b"/DW 1000 /W [1 95 500] /FontDescriptor 5 0 R >>",
        b"<< /Type /FontDescriptor /FontName /AAAAAA+Made /Flags 4 /FontBBox [0 -120 1000 880] "
        b"/ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 /FontFile2 6 0 R >>",
        _stream(font, "/Filter /FlateDecode "),
        _stream(zlib.compress(_to_unicode(glyphs), 1), "/Filter /FlateDecode "),
    ]
    kids = []
    for content in contents:
        kids.append(len(objects) + 1)
        objects += [_page(len(objects) + 2, "/Font << /F 3 0 R >>"),
                    _stream(content, "/Filter /FlateDecode ")]
    objects[1] = _tree(kids)
    return _written(objects)


def _to_unicode(glyphs: _Glyphs) -> bytes:
    lines = [f"<{number:04x}> <{letter.encode('utf-16-be', 'replace').hex()}>"
             for letter, number in glyphs.known.items()]
    blocks = [lines[at:at + 100] for at in range(0, len(lines), 100)]
    return "\n".join([
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Made def",
        "1 begincodespacerange <0000> <ffff> endcodespacerange",
        *(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks),
        "endcmap CMapName currentdict /CMap defineresource pop end end",
    ]).encode()


@cache
def _font(letters: int) -> bytes:
    """A TrueType font of boxes, packed: none (0), 95 narrow ones, then wide ones."""
    boxes = [b"", *(_box(420) for _ in range(95)), *(_box(920) for _ in range(letters - 95))]
    starts = [0]
    for box in boxes:
        starts.append(starts[-1] + len(box))
    widths = [1000, *(500 for _ in range(95)), *(1000 for _ in range(letters - 95))]
    head = struct.pack(">IIIIHHQQhhhhHHhhh", 0x10000, 0x10000, 0, 0x5F0F3CF5, 3, 1000, 0, 0, 0,
                       -120, 1000, 880, 0, 8, 2, 1, 0)
    tables = {
        b"glyf": b"".join(boxes),
        b"head": head,
        b"hhea": struct.pack(">IhhhHhhhhhhhhhhhH", 0x10000, 880, -120, 0, 1000, 0, 0, 1000, 1, 0, 0,
                             0, 0, 0, 0, 0, len(boxes)),
        b"hmtx": b"".join(struct.pack(">Hh", width, 40) for width in widths),
        b"loca": struct.pack(f">{len(starts)}I", *starts),
        b"maxp": struct.pack(">IHHHHHHHHHHHHHH", 0x10000, len(boxes), 4, 1, 0, 0, 1, 0, 0, 0, 0, 0,
                             0, 0, 0),
    }
    out, at = struct.pack(">IHHHH", 0x10000, len(tables), 64, 2, 32), 12 + 16 * len(tables)
    body = b""
    for name, data in tables.items():
        out += struct.pack(">4sIII", name, 0, at + len(body), len(data))
        body += data + b"\0" * (-len(data) % 4)
    return zlib.compress(out + body, 9)


def _box(wide: int) -> bytes:
    """A glyph: one rectangle, counter-clockwise."""
    corners = struct.pack(">4h", 40, wide - 40, 0, 40 - wide) + struct.pack(">4h", -80, 0, 920, 0)
    return struct.pack(">hhhhhHH4B", 1, 40, -80, wide, 840, 3, 0, 1, 1, 1, 1) + corners


def _page(content: int, resources: str) -> bytes:
    return (f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] "
            f"/Resources << {resources} >> /Contents {content} 0 R >>").encode()


def _tree(kids: Sequence[int]) -> bytes:
    return (f"<< /Type /Pages /Count {len(kids)} /Kids "
            f"[{' '.join(f'{kid} 0 R' for kid in kids)}] >>").encode()


def _stream(data: bytes, entries: str = "") -> bytes:
    return f"<< {entries}/Length {len(data)} >> stream\n".encode() + data + b"\nendstream"


def _written(objects: Sequence[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.5\n%\xe4\xbd\x90\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1, start)
    return bytes(out)
