"""The parts of an OFD package and how they point to one another (GB/T 33190-2016, 6 and 7).

Writers disagree about paths: absolute or not, from the file that names a part or from its document,
with back slashes, in another case. All of them are followed; none leads outside the package.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from lxml import etree

from pipeline.errors import Unreadable
from pipeline.ingest.packed import opc
from pipeline.ingest.text import encoding

MOST_XML = 64 * 1024 * 1024
"""Bytes of one part that is parsed: a page of 200,000 objects has about half of them."""
MOST_PARTS = 10_000
"""Entries of a list in a package (templates, annotations, attachments ...) that are looked at."""

_CONTROL = re.compile(
    "[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]"
    r"|&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01])|x0*(?:[0-8bcef]|1[\da-f]));",
    re.IGNORECASE,
)
_PREFIX = re.compile(r"<(/?)[\w.-]{1,40}:(?=\w)")


def name_of(element: etree._Element) -> str:
    """The name of an element without its namespace: files say `http://www.ofdspec.org/2016`,
    `http://www.ofdspec.org`, others, or none."""
    return str(element.tag).rpartition("}")[2]


def children(element: etree._Element | None, *names: str) -> Iterator[etree._Element]:
    """The elements of these names among the children."""
    for child in () if element is None else element:
        if name_of(child) in names:
            yield child


def child(element: etree._Element | None, *path: str) -> etree._Element | None:
    """The first element down a path of names."""
    for name in path:
        element = next(children(element, name), None)
    return element


def said(element: etree._Element | None, *path: str) -> str:
    """What is written in the first element down a path, "" if there is none."""
    found = child(element, *path)
    return "" if found is None else "".join(map(str, found.itertext())).strip()


class Package:
    """An OFD file: its parts by their names, in lower case, `/` between folders."""

    def __init__(self, data: bytes) -> None:
        self._zip = opc.open_zip(data)
        self._parts: dict[str, zipfile.ZipInfo] = {}
        self._last: dict[str, list[str]] = {}
        for member in self._zip.infolist():
            if member.is_dir():
                continue
            for name in _names(member):
                if name not in self._parts:
                    self._parts[name] = member
                    self._last.setdefault(posixpath.basename(name), []).append(name)
        self.locked = "encryptions.xml" in self._parts
        """Whether some of it is encrypted (GM/T 0099-2020)."""

    def find(self, place: str, *folders: str) -> str | None:
        """The name of the part at `place`, looked for from the root if it says so, then from each
        of the folders, then anywhere if there is but one that ends like it."""
        wanted = place.strip().replace("\\", "/").lower()
        if not wanted.strip("./"):
            return None
        tries = [posixpath.join("/", folder, wanted.lstrip("/")) for folder in (*folders, "")]
        if wanted.startswith("/"):
            tries.insert(0, wanted)
        for each in tries:
            name = _plain(each)
            if name in self._parts:
                return name
        end = _plain(wanted)
        like = [
            name
            for name in self._last.get(posixpath.basename(end), ())[:MOST_PARTS]
            if name.endswith("/" + end)
        ]
        return like[0] if len(like) == 1 else None

    def data(self, name: str) -> bytes:
        """The bytes of a part; Unreadable("encrypted" or "corrupt")."""
        member = self._parts[name]
        if member.flag_bits & 1:
            raise Unreadable("encrypted", "zip")
        try:
            return self._zip.read(member)
        except (*opc.ZIP_ERRORS, RuntimeError) as error:
            raise self.lost(f"{name}: {error}") from None

    def size(self, name: str) -> int:
        """Bytes that the part unpacks to, as the package says."""
        return self._parts[name].file_size

    def xml(self, name: str) -> etree._Element:
        """The root element of a part; Unreadable("encrypted", "corrupt" or "limit_objects")."""
        if self.size(name) > MOST_XML:
            raise Unreadable("limit_objects", f"{name}: {self.size(name)} bytes")
        data = self.data(name).lstrip(b" \t\r\n")
        try:
            return opc.parse(data, name)
        except Unreadable as refusal:
            if refusal.reason != "corrupt":
                raise
            if b"<!DOCTYPE" in data[:4096] or self.locked:
                raise self.lost(refusal.detail) from None
            return opc.parse(_mended(data, name), name)

    def lost(self, why: str) -> Unreadable:
        """What to raise for a part that is not there or makes no sense."""
        return Unreadable("encrypted" if self.locked else "corrupt", why)


def _names(member: zipfile.ZipInfo) -> Iterator[str]:
    yield _plain(member.filename)
    if not member.flag_bits & 0x800 and not member.filename.isascii():
        # no word of the encoding: zipfile took it for DOS's
        for name in ("utf-8", "gb18030"):
            try:
                yield _plain(member.filename.encode("cp437").decode(name))
            except UnicodeError:
                continue


def _plain(name: str) -> str:
    """Without `.`, `..` and doubled slashes, never leading out of the root."""
    return posixpath.normpath("/" + name.replace("\\", "/").lstrip("/")).lstrip("/").lower()


def _mended(data: bytes, name: str) -> bytes:
    """The XML in UTF-8, without what no XML may hold, and without prefixes, declared or not."""
    try:
        text = encoding.decode(data, encoding.xml_charset(data))
    except Unreadable:
        raise Unreadable("corrupt", f"{name}: no XML") from None
    text = _CONTROL.sub("\ufffd", encoding.undeclared(text).strip("\0 \t\r\n"))
    return _PREFIX.sub(r"<\1", text).encode()


# --- documents ---------------------------------------------------------------------------------


@dataclass(slots=True)
class Paper:
    """One document of a package: its pages as (id, part or None), its templates by their ids (part
    or None), the folder of its Document.xml, and what it says itself."""

    root: etree._Element
    folder: str
    pages: list[tuple[str, str | None]]
    templates: dict[str, str | None]
    notes: dict[str, list[str]] = field(default_factory=dict)
    """Parts with annotations by the ids of the pages they are on."""
    broken: bool = False
    """Whether the list of annotations cannot be read."""


def papers(package: Package) -> list[Paper]:
    """The documents of a package in order, each once (7.4).

    Raises Unreadable if there is none: corrupt, encrypted, limit_objects.
    """
    entry = package.find("/OFD.xml")
    if entry is None:
        raise package.lost("no OFD.xml")
    found: dict[str, Paper] = {}
    refusal: Unreadable | None = None
    for body in islice(children(package.xml(entry), "DocBody"), MOST_PARTS):
        try:
            name = _root_of(package, body)
            if name not in found:
                found[name] = _paper(package, name)
        except Unreadable as error:
            refusal = refusal or error
    if not found:
        raise refusal or package.lost("no document")
    # a document that is lost stands as one page
    lost = [Paper(etree.Element("Document"), "", [("", None)], {})] if refusal else []
    return [*found.values(), *lost]


def _root_of(package: Package, body: etree._Element) -> str:
    """The Document.xml of a DocBody, in its current version if it has several (19)."""
    for version in islice(children(child(body, "Versions"), "Version"), MOST_PARTS):
        if version.get("Current", "").lower() in ("true", "1"):
            part = package.find(version.get("BaseLoc", ""))
            place = said(package.xml(part), "DocRoot") if part else ""
            name = package.find(place, posixpath.dirname(part or ""))
            if name:
                return name
    name = package.find(said(body, "DocRoot"))
    if name is None:
        raise package.lost(f"no {said(body, 'DocRoot') or 'DocRoot'}")
    return name


def _paper(package: Package, name: str) -> Paper:
    root = package.xml(name)
    folder = posixpath.dirname(name)

    def part(element: etree._Element) -> str | None:
        place = element.get("BaseLoc", "")
        return package.find(place, folder) or package.find(place + "/Content.xml", folder)

    pages = [(page.get("ID", ""), part(page)) for page in children(child(root, "Pages"), "Page")]
    common = child(root, "CommonData")
    paper = Paper(
        root,
        folder,
        pages,
        {each.get("ID", ""): part(each) for each in children(common, "TemplatePage")},
    )
    _annotated(package, paper)
    return paper


def _annotated(package: Package, paper: Paper) -> None:
    name = package.find(said(paper.root, "Annotations"), paper.folder)
    if name is None:
        # some name a list that was never written
        return
    try:
        root = package.xml(name)
    except Unreadable:
        paper.broken = True
        return
    for number, page in enumerate(children(root, "Page")):
        if number == MOST_PARTS:
            return
        for place in children(page, "FileLoc"):
            part = package.find(said(place), posixpath.dirname(name), paper.folder)
            if part:
                paper.notes.setdefault(page.get("PageID", ""), []).append(part)


def resources(
    package: Package, paper: Paper, page: etree._Element | None = None, folder: str = ""
) -> Iterator[tuple[etree._Element, str]]:
    """The resource parts of a document, or of a page in a folder: (root element, folder of its
    files), those that cannot be read left out (7.9)."""
    named = children(page if page is not None else child(paper.root, "CommonData"),
                     "PublicRes", "DocumentRes", "PageRes")  # fmt: skip
    for element in islice(named, MOST_PARTS):
        name = package.find(said(element), folder or paper.folder, paper.folder)
        if name is None:
            continue
        try:
            root = package.xml(name)
        except Unreadable:
            continue
        yield root, posixpath.join(posixpath.dirname(name), root.get("BaseLoc", ""))
