"""What kind of file this is, told by its content; the name helps where that settles nothing."""

from __future__ import annotations

import re

from pipeline.errors import Unreadable
from pipeline.ingest import claims
from pipeline.ingest.member import MOST_MEMBERS
from pipeline.ingest.packed import ole, unzip
from pipeline.ingest.packed.tarhead import is_tar

# what a file begins with, for the kinds that say so: known, and not read
BEGINS: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "jpg"),
    (b"\t\0\4\0", "xls"),
    (b"\t\2\6\0", "xls"),
    (b"\t\4\6\0", "xls"),
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
# letters that a text may begin with too: what else a file of that kind has
_PRINTABLE = re.compile(rb"[ -~]+")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_WRITTEN_OUT = {
    "ps": re.compile(rb"%!PS(?:-Adobe[^\n]*)?[\r\n]"),
    "script": re.compile(rb"#! ?/[!-~]+(?: [ -~]*)?(?:\r?\n|$)"),
}
_BLANK = b"\xef\xbb\xbf\xff\xfe \t\r\n"
_RTF = re.compile(rb"\{\\rt(?:f|\d)")
_OBJECT = re.compile(rb"\d[\s\0]+obj\b")
_OFD = re.compile(rb"<(?:[\w.-]+:)?OFD[\s/>]", re.IGNORECASE)
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
# the usual names of the main parts; others are told by the list of types
_PARTS = (
    ("word/", "word/document.xml", "docx"),
    ("xl/", "xl/workbook.xml", "xlsx"),
    ("xl/", "xl/workbook.bin", "xlsb"),
    ("ppt/", "ppt/presentation.xml", "pptx"),
)
_TYPES = "[content_types].xml"
# a package that is broken is what its name says that it was
_BROKEN = {"docx": "docx", "docm": "docx", "xlsx": "xlsx", "xlsm": "xlsx", "pptx": "pptx",
           "ofd": "ofd"}  # fmt: skip
_OPEN_DOCUMENT = ((b"spreadsheet", "ods"), (b"text", "odt"), (b"presentation", "odp"))
_FLAT = re.compile(rb"mimetype=[\"']application/vnd\.oasis\.opendocument\.(\w+)")
"""What a flat file of OpenDocument is (ODF 1.3, part 3, 19.386)."""
_UOF = re.compile(rb"<uof:UOF[\s>]|schemas\.uof\.org/")
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
    plain = _plain(head)
    if head.lstrip(_BLANK).startswith(b"%PDF-") or (
        head.startswith(b"%PDF") and _OBJECT.search(data)
    ):
        return "pdf"
    if is_tar(head):  # its first bytes are a name
        return "tar"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08", b"PK00PK\x03\x04")):
        return _zip(data, name)
    if head.startswith(ole.MAGIC):
        return _ole(data, name)
    for begin, kind in BEGINS:
        if head.startswith(begin) and _more(begin, kind, head):
            return _zip(data, name) if kind == "exe" and _ends_as_zip(data) else kind
    if head[4:8] == b"ftyp":
        return "heic" if head[8:11] in (b"hei", b"hev", b"mif", b"avi") else "video"
    if _RTF.match(plain):
        return "rtf"
    if head.startswith(b"RIFF") and _CONTROL.search(head):
        return {b"WEBP": "webp", b"WAVE": "audio"}.get(head[8:12], "video")
    if data[257:263] in (b"ustar\0", b"ustar "):
        return "tar"
    if _is_mail(plain):
        return "mht" if b"multipart/related" in plain and b"text/html" in data else "eml"
    if _ends_as_zip(data):
        return _zip(data, name)
    if _is_pdf_later(head[:1024]) and _OBJECT.search(data):
        return "pdf"
    kind = _text(data, head)
    return "csv" if kind == "txt" and _is_delimited(head, claims.ending(name)) else kind


def _is_pdf_later(head: bytes) -> bool:
    """Whether a PDF begins after what is not its own: lines of text, or bytes that are no text; a
    text may speak of PDF."""
    at = head.find(b"%PDF-")
    return at > 0 and (head[at - 1] < 0x20 or bool(_CONTROL.search(head[:at])))


def _more(begin: bytes, kind: str, head: bytes) -> bool:
    """Whether a file that begins like a kind is no text that begins with the same letters."""
    if not _PRINTABLE.fullmatch(begin):
        return True
    written = _WRITTEN_OUT.get(kind)
    if written:
        return bool(written.match(head))
    return bool(_CONTROL.search(head[:512]))


def _is_delimited(head: bytes, ending: str) -> bool:
    """Whether a text is a sheet: its name says so, or its first lines have as many tabs."""
    if ending in ("csv", "tsv", "tab", "xls", "xlsx", "et"):
        return True
    lines = head.splitlines()[: -1 if len(head) == 4096 else None]
    tabs = {line.count(b"\t") for line in lines if line.strip()}
    return len(lines) > 2 and len(tabs) == 1 and min(tabs) > 1


def _text(data: bytes, head: bytes) -> str:
    # a UTF-16 text shows its ASCII once the NULs are gone
    plain = _plain(head)
    if plain.startswith(b"<?xml"):
        if b"progid=\"Word.Document\"" in plain or b"schemas.microsoft.com/office/word" in plain:
            return "word_xml"
        if b"progid=\"Excel.Sheet\"" in plain:
            return "excel_xml"
        if b"<office:document" in plain and (flat := _FLAT.search(_plain(data[:16384]))):
            return {b"text": "odt", b"spreadsheet": "fods"}.get(flat[1], "odf")
        if _UOF.search(plain):
            return "uof"
        return "html" if re.search(rb"<(?:!doctype\s+)?html[\s>]", plain, re.I) else "xml"
    if _HTML.search(plain) or _HTML_LATER.search(data[:65536]):
        return "html"
    # a text may be padded to a length
    controls = len(_CONTROL.findall(head.rstrip(b"\0")))
    if controls * 20 > len(head) and not _looks_like_utf16(head):
        return "unknown"
    if re.match(rb"<(?:p|span|a|[uo]l|h[1-6]|font|b|center)[\s>]", plain, re.IGNORECASE):
        return "html"
    return "txt"


def _plain(head: bytes) -> bytes:
    return head.replace(b"\0", b"").lstrip(_BLANK)


def _is_mail(plain: bytes) -> bool:
    """Whether a text begins with the headers of a letter; of those that people write by hand too
    it needs three, of which one may be a header that only programs write."""
    headers = _HEADERS.match(plain)
    names = {name.lower() for name in _HEADER.findall(headers[1])} if headers else set()
    made = any(name.startswith(b"x-") for name in names)
    return bool(names & _MAILED) or len(names & _WRITTEN) + made > 2


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
        entries, broken = unzip.listed(data)
    except Unreadable as refused:  # whatever is wrong with it, the reader says so
        entries, broken = [], refused.reason
    low: dict[str, unzip.Entry] = {}
    for entry in entries:
        stated = entry.name if isinstance(entry.name, str) else entry.name.decode("latin-1")
        low.setdefault(stated.replace("\\", "/").lstrip("/").lower(), entry)

    def begins(member: str, size: int) -> bytes:
        found = unzip.begin(data, low[member], size) if member in low else None
        return (found or b"").replace(b"\0", b"")  # UTF-16 shows its ASCII

    mime = begins("mimetype", 200)
    for word, kind in _OPEN_DOCUMENT:
        if b"opendocument." + word in mime:
            return kind
    if b"application/epub" in mime:
        return "epub"
    types = begins(_TYPES, 1_000_000).lower()
    for word, kind in _OOXML:
        if word in types:
            return kind
    ending = claims.ending(name)
    if "encryptions.xml" in low or ("ofd.xml" in low and (
        ending == "ofd" or _OFD.search(begins("ofd.xml", 4096))
    )):
        return "ofd"
    if "uof.xml" in low:
        return "uof"
    for folder, part, kind in _PARTS:
        if part in low or (_TYPES in low and any(each.startswith(folder) for each in low)):
            return kind
    return _BROKEN.get(ending, "zip") if broken else "zip"


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
