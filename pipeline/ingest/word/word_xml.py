"""Word papers that are one XML file: Word 2003's (`w:wordDocument`), flat packages (`pkg:package`).

Both become a package as Word writes it today, in memory, and are read as that.
"""

from __future__ import annotations

import base64
import binascii
import io
import zipfile
from collections.abc import Iterator

from lxml import etree
from PIL import Image

from pipeline.errors import Unreadable
from pipeline.evidence import Page
from pipeline.ingest.packed import opc
from pipeline.ingest.packed.opc import R
from pipeline.ingest.word import docx
from pipeline.ingest.word.word97_lists import FORMATS
from pipeline.ingest.word.wordml import VAL, W, whole

_WORD_2003 = b"http://schemas.microsoft.com/office/word/2003/wordml"
_HINT = "{http://schemas.microsoft.com/office/word/2003/auxHint}"
_AML = "{http://schemas.microsoft.com/aml/2001/core}"
_PKG = "{http://schemas.microsoft.com/office/2006/xmlPackage}"
_IMAGE = "{urn:schemas-microsoft-com:vml}imagedata"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_PREFIXES = {"w": W[1:-1], "r": R[1:-1]}

LONGEST_NAME = 1_000
"""Letters of a part's name."""
_RENAMED = {"vmerge": "vMerge", "hmerge": "hMerge", "hlink": "hyperlink", "listPr": "numPr",
            "ilfo": "numId", "listDef": "abstractNum", "ilst": "abstractNumId"}  # fmt: skip
_NUMBERED = {"listDef": ("listDefId", "abstractNumId"), "list": ("ilfo", "numId")}
"""Attributes that are called otherwise today."""
_EDGES = {"hdr": "header", "ftr": "footer"}
_SIDES = {"odd": "default", "even": "even", "first": "first"}


def read(data: bytes) -> Iterator[Page]:
    """As `docx.read`."""
    yield from docx.read(packed(data))


def picture(data: bytes, number: int) -> Image.Image:
    """As `docx.picture`."""
    return docx.picture(packed(data), number)


def packed(data: bytes) -> bytes:
    """The same paper as a package; Unreadable("corrupt") if it is no paper of these."""
    root = opc.parse(data.replace(_WORD_2003, W[1:-1].encode()), "xml")
    if root.tag == _PKG + "package":
        named = ((part.get(_PKG + "name", "").lstrip("/"), part) for part in root)
        parts = {name: _held(part) for name, part in named if 0 < len(name) < LONGEST_NAME}
    elif root.tag == W + "wordDocument":
        parts = _Paper(root).parts
    else:
        raise Unreadable("corrupt", f"xml: {root.tag}")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, held in parts.items():
            package.writestr(name, held)
    return out.getvalue()


def _held(part: etree._Element) -> bytes:
    """What a part of a flat package holds."""
    xml = part.find(_PKG + "xmlData")
    if xml is not None and len(xml):
        return etree.tostring(xml[0], encoding="utf-8")
    return _decoded(part.findtext(_PKG + "binaryData"))


def _decoded(text: str | None) -> bytes:
    try:
        return base64.b64decode(text or "")
    except binascii.Error:
        return b""


class _Paper:
    """A paper of Word 2003 taken apart: `parts` by their names."""

    def __init__(self, root: etree._Element) -> None:
        self.parts: dict[str, bytes] = {}
        self.links: list[tuple[str, str]] = []
        self.notes: dict[str, etree._Element] = {
            kind: etree.Element(W + kind, nsmap=_PREFIXES) for kind in ("footnotes", "endnotes")
        }
        self.pictures: dict[str, str] = {}
        _modernise(root)
        self._take_apart(root)
        for kind, name in (("styles", "styles"), ("lists", "numbering"), ("docPr", "settings")):
            part = root.find(W + kind)
            if part is not None:
                self._add(name, part)
        for kind, notes in self.notes.items():
            if len(notes):
                self._add(kind, notes)
        body = root.find(W + "body")
        if body is None:
            raise Unreadable("corrupt", "no body")
        document = etree.Element(W + "document", nsmap=_PREFIXES)
        document.append(body)
        self.parts["word/document.xml"] = etree.tostring(document, encoding="utf-8")
        self._relate("word/_rels/document.xml.rels", self.links)
        self._relate("_rels/.rels", [("officeDocument", "word/document.xml")])

    def _relate(self, name: str, links: list[tuple[str, str]]) -> None:
        relations = etree.Element(f"{{{_PACKAGE}}}Relationships")
        for number, (kind, target) in enumerate(links, 1):
            etree.SubElement(
                relations, f"{{{_PACKAGE}}}Relationship", Id=f"r{number}", Target=target,
                Type=f"{R[1:-1]}/{kind}",
            )  # fmt: skip
        self.parts[name] = etree.tostring(relations, encoding="utf-8")

    def _add(self, kind: str, part: etree._Element | bytes, name: str = "") -> str:
        """Adds a part; the id of the relationship to it."""
        name = name or f"{kind}{len(self.links)}.xml"
        held = part if isinstance(part, bytes) else etree.tostring(part, encoding="utf-8")
        self.parts[f"word/{name}"] = held
        self.links.append((kind, name))
        return f"r{len(self.links)}"

    def _take_apart(self, root: etree._Element) -> None:
        """Notes, headers and pictures stand where they are used; today they are parts."""
        for data in list(root.iter(W + "binData")):
            name = data.get(W + "name", "")
            link = self._add("image", _decoded(data.text), f"media/{len(self.links)}")
            self.pictures[name] = link
        for image in root.iter(_IMAGE):
            link = self.pictures.get(image.get("src", ""), "")
            if link:
                image.set(R + "id", link)
        for kind, notes in self.notes.items():
            for note in list(root.iter(W + kind[:-1])):
                _leave(note)
                notes.append(note)
        for section in root.iter(W + "sectPr"):
            for tag, kind in _EDGES.items():
                for edge in section.findall(W + tag):
                    section.remove(edge)
                    side = _SIDES.get(edge.get(W + "type", "odd"), "default")
                    attributes = {R + "id": self._add(kind, edge), W + "type": side}
                    etree.SubElement(section, f"{W}{kind}Reference", attributes, _PREFIXES)


def _leave(element: etree._Element) -> None:
    """Takes an element out of its parent; the text after it stays."""
    parent = element.getparent()
    if parent is not None:
        element.tail = None
        parent.remove(element)


def _modernise(root: etree._Element) -> None:
    """The elements of Word 2003 as Word names and nests them today."""
    # innermost first, so that what is unwrapped has been looked through
    for each in reversed(list(root.iter(etree.Element))):
        tag = each.tag
        parent = each.getparent()
        if parent is None:
            continue
        if tag == _AML + "annotation":
            _annotation(each, parent)
        elif tag.startswith(_HINT) or each.get(W + "st") or (tag == W + "r" == parent.tag):
            # hints of how it is laid out, smart tags, and runs in runs as a style sheet made them
            _unwrap(each, parent)
        elif tag.startswith(W):
            _rename(each, tag.removeprefix(W))


def _rename(element: etree._Element, name: str) -> None:
    old, new = _NUMBERED.get(name, ("", ""))
    if old and element.get(W + old) is not None:
        element.set(W + new, element.get(W + old, ""))
        element.tag = W + ("abstractNum" if name == "listDef" else "num")
    elif name == "nfc":
        element.tag = W + "numFmt"
        element.set(VAL, FORMATS.get(whole(element.get(VAL)) or 0, "decimal"))
    elif name == "suff":
        element.set(VAL, element.get(VAL, "").lower())
    elif name in _RENAMED:
        element.tag = W + _RENAMED[name]


def _annotation(element: etree._Element, parent: etree._Element) -> None:
    """Tracked changes: what was deleted goes, what was inserted stays; comments and marks go."""
    kind = element.get(W + "type", "")
    content = element.find(_AML + "content")
    if kind == "Word.Deletion" and parent.tag == W + "rPr":
        # the mark at a paragraph's end
        parent.replace(element, etree.Element(W + "del"))
    elif kind == "Word.Insertion" and content is not None:
        _unwrap(content, element)
        _unwrap(element, parent)
    else:
        _leave(element)


def _unwrap(element: etree._Element, parent: etree._Element) -> None:
    at = parent.index(element)
    parent[at : at + 1] = list(element)
