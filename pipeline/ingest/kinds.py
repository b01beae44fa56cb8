"""What kind of file this is, told by its content, and the one table from kind to reader.

Adding a format is one file and one line in `READERS`. No reader is imported before it is needed.
"""

from __future__ import annotations

import importlib
import io
import re
import zipfile
from collections.abc import Iterator
from typing import cast

from pipeline.errors import Unreadable
from pipeline.evidence import Page
from pipeline.ingest import ole
from pipeline.ingest.archive import LIMIT_BYTES

READERS = {
    "pdf": "pdf",
    "docx": "docx",
    "xlsx": "sheet",
    "xls": "sheet",
    "xlsb": "sheet",
    "ods": "sheet",
    "html": "html",
    "txt": "text",
}
"""Kind to the module of this room that reads it: `read(data) -> Iterator[Page]`."""

# what a file begins with, for the kinds that say so: known, and not read
BEGINS: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF8", "gif"),
    (b"BM", "bmp"),
    (b"II*\0", "tif"),
    (b"MM\0*", "tif"),
    (b"Rar!\x1a\x07", "rar"),
    (b"RE~^", "rar"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x1f\x8b", "gz"),
    (b"BZh", "bz2"),
    (b"\xfd7zXZ\0", "xz"),
    (b"{\\rtf", "rtf"),
    (b"ID3", "audio"),
    (b"OggS", "audio"),
    (b"\x00\x00\x01\xba", "video"),
    (b"\x1aE\xdf\xa3", "video"),
    (b"FLV\x01", "video"),
    (b"MZ", "exe"),
    (b"\x7fELF", "exe"),
    (b"AT&TFORM", "djvu"),
    (b"%!PS", "ps"),
    (b"CAJ\0", "caj"),
    (b"HN\0\0", "caj"),
    (b"KDH ", "caj"),
    (b"SQLite format 3\0", "sqlite"),
    (b"\xffWPC", "wpd"),
)
_HTML = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|meta|table|title|div)[\s>]", re.IGNORECASE
)
_HTML_LATER = re.compile(rb"<html[\s>].*</", re.IGNORECASE | re.DOTALL)
_MAIL = re.compile(
    rb"(?:^|\n)(?:Received|Return-Path|Message-ID|MIME-Version|X-Mailer): ", re.IGNORECASE
)
_OOXML = (
    (b"wordprocessingml.document.main", "docx"),
    (b"wordprocessingml.template.main", "docx"),
    (b"ms-word.document.macroenabled", "docx"),
    (b"ms-word.template.macroenabled", "docx"),
    (b"ms-excel.sheet.binary", "xlsb"),
    (b"spreadsheetml.sheet.main", "xlsx"),
    (b"spreadsheetml.template.main", "xlsx"),
    (b"ms-excel.sheet.macroenabled", "xlsx"),
    (b"ms-excel.template.macroenabled", "xlsx"),
    (b"presentationml.", "pptx"),
    (b"ms-powerpoint.", "pptx"),
    (b"vnd.ms-visio", "vsdx"),
)
_FOLDERS = (("word/", "docx"), ("xl/", "xlsx"), ("ppt/", "pptx"))
_OPEN_DOCUMENT = ((b"spreadsheet", "ods"), (b"text", "odt"), (b"presentation", "odp"))
_OLE = (
    ("EncryptedPackage", "encrypted"),
    ("WordDocument", "doc"),
    ("Workbook", "xls"),
    ("Book", "xls"),
    ("PowerPoint Document", "ppt"),
    ("__properties_version1.0", "msg"),
    ("MatOST", "wps"),
    ("CONTENTS", "wps"),
    ("FileHeader", "hwp"),
    ("VisioDocument", "vsd"),
)


def read(data: bytes, name: str) -> Iterator[Page]:
    """The pages of a file in order, each let go before the next; `name` helps only where the
    content does not settle the kind.

    Raises Unreadable(reason, detail), at once or after some pages: empty, unsupported_format (the
    detail says which), encrypted, corrupt, garbled, blank, no_text_layer, limit_size, limit_pages,
    limit_members, limit_ratio, memory.
    """
    if len(data) > LIMIT_BYTES:
        raise Unreadable("limit_size", str(len(data)))
    kind = sniff(data, name)
    if kind == "empty":
        raise Unreadable("empty")
    if kind == "encrypted":
        raise Unreadable("encrypted")
    if kind not in READERS:
        raise Unreadable("unsupported_format", kind)
    reader = importlib.import_module(f"pipeline.ingest.{READERS[kind]}")
    try:
        yield from cast(Iterator[Page], reader.read(data))
    except MemoryError:
        raise Unreadable("memory") from None
    except RecursionError:
        raise Unreadable("corrupt", "nested too deeply") from None


def sniff(data: bytes, name: str) -> str:
    """The kind of a file: a key of `READERS`, the id of a kind we know but do not read (`doc`,
    `jpg`, `zip` ...), `encrypted`, `empty`, or `unknown`."""
    head = data[:4096]
    if not head.strip(b"\0 \t\r\n") and not data.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        return "empty"
    if b"%PDF" in head[:1024]:
        return "pdf"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK00PK\x03\x04")):
        return _zip(data, name)
    if head.startswith(ole.MAGIC):
        return _ole(data, name)
    for begin, kind in BEGINS:
        # "BM" and "MZ" may begin an English text
        if head.startswith(begin) and (len(begin) > 2 or b"\0" in head):
            return kind
    if head[4:8] == b"ftyp":
        return "heic" if head[8:11] in (b"hei", b"hev", b"mif") else "video"
    if head.startswith(b"RIFF"):
        return {b"WEBP": "webp", b"WAVE": "audio"}.get(head[8:12], "video")
    if data[257:262] == b"ustar":
        return "tar"
    return _text(data, head)


def _text(data: bytes, head: bytes) -> str:
    # a UTF-16 text shows its ASCII once the NULs are gone
    plain = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if plain.startswith(b"<?xml"):
        if b"progid=\"Word.Document\"" in plain or b"schemas.microsoft.com/office/word" in plain:
            return "word_xml"
        if b"progid=\"Excel.Sheet\"" in plain:
            return "excel_xml"
        return "html" if re.search(rb"<(?:!doctype\s+)?html[\s>]", plain, re.I) else "xml"
    if _MAIL.search(plain[:2048]):
        return "mht" if b"multipart/related" in plain and b"text/html" in data else "eml"
    if _HTML.search(plain) or _HTML_LATER.search(data[:65536]):
        return "html"
    controls = len(re.findall(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", head))
    if controls * 20 > len(head) and not _looks_like_utf16(head):
        return "unknown"
    return "txt"


def _looks_like_utf16(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")):
        return True
    # the high bytes of a text crowd into few values (4E to 9F, 00, 30, FF), those of rubbish do not
    return any(
        sum(0x4E <= b <= 0x9F or b in (0, 0x20, 0x30, 0xFF) for b in high) > 0.95 * len(high)
        for high in (head[1::2], head[0 : len(head) & ~1 : 2])
    )


def _zip(data: bytes, name: str) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            names = {name.replace("\\", "/").lstrip("/") for name in package.namelist()}
            low = {each.lower(): each for each in names}
            if "mimetype" in names:
                mime = _begin(package, "mimetype", 200)
                for word, kind in _OPEN_DOCUMENT:
                    if b"opendocument." + word in mime:
                        return kind
                return "epub" if b"epub" in mime else "zip"
            types = low.get("[content_types].xml")
            text = _begin(package, types, 1_000_000).lower() if types else b""
    except Exception:  # whatever is wrong with it, the reader says so
        return _by_name(data, name)
    for word, kind in _OOXML:
        if word in text:
            return kind
    if "ofd.xml" in low:
        return "ofd"
    for prefix, kind in _FOLDERS:
        if any(each.startswith(prefix) for each in low):
            return kind
    return "zip"


def _begin(package: zipfile.ZipFile, member: str, size: int) -> bytes:
    """The first bytes of a member: what it would unpack to altogether is nobody's business here."""
    with package.open(member) as stream:
        return stream.read(size)


def _by_name(data: bytes, name: str) -> str:
    """A broken package: what its first members, then its name, say that it was."""
    for word, kind in _FOLDERS:
        if word.encode() in data[:65536]:
            return kind
    ending = name.rpartition(".")[2].lower()
    kinds = {"docx": "docx", "docm": "docx", "xlsx": "xlsx", "xlsm": "xlsx", "pptx": "pptx"}
    return kinds.get(ending, "zip")


def _locked(kind: str, head: bytes) -> bool:
    """Whether the first bytes of a Word or Excel stream say that the rest is encrypted."""
    if kind == "doc":
        # fEncrypted of the file information block
        return len(head) > 11 and bool(head[11] & 1)
    at = 0
    while kind == "xls" and at + 4 <= len(head):
        record = int.from_bytes(head[at : at + 2], "little")
        if record == 0x2F:
            return True
        at += 4 + int.from_bytes(head[at + 2 : at + 4], "little")
    return False


def _ole(data: bytes, name: str) -> str:
    top = ole.top(data)
    for stream, kind in _OLE:
        if stream in top:
            return "encrypted" if _locked(kind, top[stream]) else kind
    ending = name.rpartition(".")[2].lower()
    return ending if ending in ("doc", "xls", "ppt", "wps", "et", "dps", "msg") else "ole"
