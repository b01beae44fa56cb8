"""What kind of file this is, told by its content; the name helps where that settles nothing."""

from __future__ import annotations

import io
import re
import zipfile

from pipeline.ingest import claims
from pipeline.ingest.member import MOST_MEMBERS
from pipeline.ingest.packed import ole
from pipeline.ingest.packed.tarhead import is_tar

# what a file begins with, for the kinds that say so: known, and not read
BEGINS: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF8", "gif"),
    (b"BM", "bmp"),
    (b"II*\0", "tif"),
    (b"MM\0*", "tif"),
    (b"II+\0", "tif"),
    (b"MM\0+", "tif"),
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
    (b"\x78\x9f\x3e\x22", "tnef"),
    (b"\xca\xfe\xba\xbe", "exe"),
    (b"\xcf\xfa\xed\xfe", "exe"),
    (b"L\0\0\0\x01\x14\x02\0", "shortcut"),
    (b"#!/", "script"),
    (b"#! /", "script"),
    (b"\0\x01\0\0Standard ", "database"),
    (b"8BPS", "psd"),
    (b"AC10", "dwg"),
    (b"fLaC", "audio"),
    (b"#!AMR", "audio"),
    (b"\xff\xfb", "audio"),
    (b"0&\xb2u\x8ef\xcf\x11", "video"),
    (b"CWS", "video"),
    (b"FWS", "video"),
)
# the second and later parts of split archives begin anywhere
_HTML = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|meta|table|title|div)[\s>]", re.IGNORECASE
)
_HTML_LATER = re.compile(rb"<html[\s>].*</", re.IGNORECASE | re.DOTALL)
_HEADERS = re.compile(
    rb"(?:From [^\n]{1,200}\n)?((?:[!-9;-~]{1,76}:[^\n]*(?:\n|$)(?:[ \t]+[^\n]*(?:\n|$))*)+)"
)
_HEADER = re.compile(rb"^[!-9;-~]{1,76}(?=:)", re.MULTILINE)
_MAILED = {b"received", b"return-path", b"message-id", b"mime-version", b"x-mailer"}
_WRITTEN = {b"from", b"to", b"date", b"subject"}
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
    ("\tDRMContent", "encrypted"),
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


def sniff(data: bytes, name: str) -> str:
    """The kind of a file: a key of `READERS`, the id of a kind we know but do not read (`doc`,
    `jpg`, `zip` ...), `encrypted`, `empty`, or `unknown`."""
    head = data[:4096]
    if not head.strip(b"\0 \t\r\n") and not data.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        return "empty"
    if b"%PDF" in head[:1024]:
        return "pdf"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08", b"PK00PK\x03\x04")):
        return _zip(data, name)
    if head.startswith(ole.MAGIC):
        return _ole(data, name)
    for begin, kind in BEGINS:
        # "BM" and "MZ" may begin an English text
        if head.startswith(begin) and (len(begin) > 2 or b"\0" in head):
            return _zip(data, name) if kind == "exe" and _ends_as_zip(data) else kind
    if head[4:8] == b"ftyp":
        return "heic" if head[8:11] in (b"hei", b"hev", b"mif", b"avi") else "video"
    if head.startswith(b"RIFF"):
        return {b"WEBP": "webp", b"WAVE": "audio"}.get(head[8:12], "video")
    if data[257:262] == b"ustar" or is_tar(head):
        return "tar"
    if _ends_as_zip(data):
        return _zip(data, name)
    kind = _text(data, head)
    return "csv" if kind == "txt" and _is_delimited(head, claims.ending(name)) else kind


def _is_delimited(head: bytes, ending: str) -> bool:
    """Whether a text is a sheet: its name says so, or its first lines have as many tabs."""
    if ending in ("csv", "tsv", "tab", "xls", "xlsx", "et"):
        return True
    lines = head.splitlines()[: -1 if len(head) == 4096 else None]
    tabs = {line.count(b"\t") for line in lines if line.strip()}
    return len(lines) > 2 and len(tabs) == 1 and min(tabs) > 1


def _text(data: bytes, head: bytes) -> str:
    # a UTF-16 text shows its ASCII once the NULs are gone
    plain = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if plain.startswith(b"<?xml"):
        if b"progid=\"Word.Document\"" in plain or b"schemas.microsoft.com/office/word" in plain:
            return "word_xml"
        if b"progid=\"Excel.Sheet\"" in plain:
            return "excel_xml"
        if b"<office:document" in plain and b"opendocument.text" in plain:
            return "odt"
        return "html" if re.search(rb"<(?:!doctype\s+)?html[\s>]", plain, re.I) else "xml"
    if _is_mail(plain):
        return "mht" if b"multipart/related" in plain and b"text/html" in data else "eml"
    if _HTML.search(plain) or _HTML_LATER.search(data[:65536]):
        return "html"
    controls = len(re.findall(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", head))
    if controls * 20 > len(head) and not _looks_like_utf16(head):
        return "unknown"
    return "txt"


def _is_mail(plain: bytes) -> bool:
    """Whether a text begins with the headers of a letter; of those that people write by hand too
    it needs three."""
    headers = _HEADERS.match(plain)
    names = {name.lower() for name in _HEADER.findall(headers[1])} if headers else set()
    return bool(names & _MAILED) or len(names & _WRITTEN) > 2


def _looks_like_utf16(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")):
        return True
    # the high bytes of a text crowd into few values (4E to 9F, 00, 30, FF), those of rubbish do not
    return any(
        sum(0x4E <= b <= 0x9F or b in (0, 0x20, 0x30, 0xFF) for b in high) > 0.95 * len(high)
        for high in (head[1::2], head[0 : len(head) & ~1 : 2])
    )


def _zip(data: bytes, name: str) -> str:
    if data.count(b"PK\x01\x02") > 2 * MOST_MEMBERS:
        return "zip"  # to list so many takes long, and no paper has them
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
    if "ofd.xml" in low or "encryptions.xml" in low:
        return "ofd"
    for prefix, kind in _FOLDERS:
        if any(each.startswith(prefix) for each in low):
            return kind
    return "zip"


def _ends_as_zip(data: bytes) -> bool:
    """Whether a zip file stands behind something else: a program that unpacks itself, or the last
    part of a split one. The end record (APPNOTE.TXT 4.3.16) says where its directory begins."""
    end = data.rfind(b"PK\x05\x06", max(0, len(data) - 65_557))
    if end < 0 or end + 22 > len(data):
        return False
    begin = end - int.from_bytes(data[end + 12 : end + 16], "little")
    if data[max(0, end - 20) : max(0, end - 16)] == b"PK\x06\x07":
        return True
    return begin >= 0 and data[begin : begin + 4] == b"PK\x01\x02"


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
    kinds = {"docx": "docx", "docm": "docx", "xlsx": "xlsx", "xlsm": "xlsx", "pptx": "pptx",
             "ofd": "ofd"}  # fmt: skip
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
    # the directory of a large one may stand where `top` does not look
    for stream, kind in (("PowerPoint Document", "ppt"), ("__properties_version1.0", "msg")):
        if stream.encode("utf-16-le") in data:
            return kind
    ending = name.rpartition(".")[2].lower()
    return ending if ending in ("doc", "xls", "ppt", "wps", "et", "dps", "msg") else "ole"
