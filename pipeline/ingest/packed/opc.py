"""A zip package (OOXML, ODF, OFD) read within bounds, and its XML parsed with nothing reached out.

Bounds: number of members, bytes unpacked, the ratio between packed and unpacked, elements of a
part. Members must not overlap. libxml2 itself stops at 256 levels and at texts of 10 MB.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from urllib.parse import unquote

from lxml import etree

from pipeline.errors import Unreadable
from pipeline.ingest.member import FREE_BYTES, MOST_MEMBERS, MOST_RATIO
from pipeline.ingest.packed import unzip

MOST_BYTES = 512 * 1024**2
"""Of all parts together, unpacked."""
MOST_MEMBER = 128 * 1024**2
MOST_TAGS = 8_000_000
"""Of one part: a tree of as many elements takes about a gigabyte."""
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
"""Namespace of the attributes that name a relationship (ECMA-376, part 1, 22.8)."""
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
"""Namespace of several forms of one content (ECMA-376, part 3)."""
_STRICT = b"http://purl.oclc.org/ooxml/"
_NAMES = (
    (b"wordprocessingml/main", b"wordprocessingml/2006/main"),
    (b"presentationml/main", b"presentationml/2006/main"),
    (b"officeDocument/relationships", b"officeDocument/2006/relationships"),
    (b"drawingml/", b"drawingml/2006/"),
)
_LOCAL_HEADER = 30
"""Bytes before a member's name (APPNOTE 4.3.7)."""

ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    NotImplementedError,
    OSError,
    ValueError,
    OverflowError,
)


def open_zip(data: bytes) -> zipfile.ZipFile:
    """The zip file in `data`; Unreadable("corrupt", "limit_members", "limit_ratio", ...) if it
    cannot be one that we unpack."""
    try:
        opened = zipfile.ZipFile(io.BytesIO(data))
    except ZIP_ERRORS as error:
        # `data` itself is no zip file, so this raises the error again where nothing is restored
        try:
            opened = zipfile.ZipFile(io.BytesIO(unzip.restored(data) or data))
        except ZIP_ERRORS:
            raise Unreadable("corrupt", f"zip: {error}") from None
    members = opened.infolist()
    if len(members) > MOST_MEMBERS:
        raise Unreadable("limit_members", str(len(members)))
    total, end = 0, 0
    for member in sorted(members, key=lambda each: each.header_offset):
        size, packed = member.file_size, member.compress_size
        total += size
        if size > MOST_MEMBER or total > MOST_BYTES:
            raise Unreadable("limit_size", f"{total} bytes unpacked")
        if size > FREE_BYTES and size > MOST_RATIO * packed:
            raise Unreadable("limit_ratio", f"{size} bytes out of {packed}")
        if member.header_offset < end:
            # what is packed once and listed a thousand times unpacks to a thousand times as much
            raise Unreadable("corrupt", "zip: members overlap")
        end = member.header_offset + _LOCAL_HEADER + packed
    return opened


def part(package: zipfile.ZipFile, name: str) -> bytes | None:
    """The bytes of one part, None if there is none; names are compared as OPC does, caseless.

    Raises Unreadable: encrypted, corrupt.
    """
    wanted = name.lstrip("/").lower()
    for member in package.infolist():
        if member.filename.replace("\\", "/").lstrip("/").lower() == wanted:
            if member.flag_bits & 1:
                raise Unreadable("encrypted", "zip")
            try:
                return package.read(member)
            except (*ZIP_ERRORS, RuntimeError) as error:
                raise Unreadable("corrupt", f"{name}: {error}") from None
    return None


def parse(xml: bytes, name: str = "") -> etree._Element:
    """The root element; no DTD, entity or network is used, and a DOCTYPE is refused.

    Raises Unreadable: corrupt (XML nested in 256 levels included), limit_objects.
    """
    if xml.count(b"<") > MOST_TAGS:
        raise Unreadable("limit_objects", name)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable("corrupt", f"{name}: {error}") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise Unreadable("corrupt", f"{name}: DOCTYPE")
    return root


def transitional(xml: bytes) -> bytes:
    """A strict part of OOXML with the names of a transitional one: the elements are the same."""
    if _STRICT in xml[:8192]:
        for strict, usual in _NAMES:
            xml = xml.replace(_STRICT + strict, b"http://schemas.openxmlformats.org/" + usual)
    return xml


def related(package: zipfile.ZipFile, source: str) -> list[tuple[str, str, str]]:
    """The parts that `source` points to, as written: (id, kind, part name).

    `kind` is the last word of the relationship's type (`styles`, `header`, `officeDocument`), the
    same in transitional and strict files. Links that lead outside the package are left out.
    """
    folder, base = posixpath.split(source)
    xml = part(package, posixpath.join(folder, "_rels", base + ".rels"))
    if xml is None:
        return []
    found = []
    for link in parse(xml, "rels"):
        target = unquote(link.get("Target", ""))
        if link.get("TargetMode") == "External" or not target:
            continue
        # an absolute target starts at the package's root
        name = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
        found.append((link.get("Id", ""), link.get("Type", "").rpartition("/")[2], name))
    return found
