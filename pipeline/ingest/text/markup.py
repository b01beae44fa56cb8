"""XML that is no paper's format (feeds, exports): what its elements say, a paragraph each."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from pipeline.errors import Reason, Unreadable
from pipeline.evidence import Block, InParagraph, Page
from pipeline.ingest.packed import opc
from pipeline.ingest.text import html
from pipeline.ingest.text.encoding import decode, undeclared, xml_charset

_TAG = re.compile(r"<(?:/?[a-zA-Z][a-zA-Z0-9]*|br\s*/)(?:\s[^<>]*)?/?>")
_NOT_XML = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_ABOUT = frozenset({
    "meta", "settings", "styles", "automatic-styles", "master-styles", "font-face-decls", "scripts",
    "DocumentProperties", "CustomDocumentProperties", "OfficeDocumentSettings", "Styles",
    "coreProperties", "Properties", "docDefaults",
})  # fmt: skip
"""What programs for offices tell of a paper and of how it looks, below the names of `_OFFICE`."""
_OFFICE = re.compile(
    "openoffice|opendocument|openxmlformats|schemas-microsoft-com|schemas.microsoft.com"
)
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
_BLANKS = re.compile(r"[ \t\r\n]+")


def read(data: bytes) -> Iterator[Page]:
    """One page; a paragraph for each element that has text of its own, with all that is in it, and
    before it one for the attributes of an element that say something in Chinese. HTML that stands
    in a text is read as such. No entity is resolved and no DTD is loaded.

    The page is `unread` "corrupt" or "limit_depth" where the XML breaks off: what came before
    stands. Raises Unreadable: garbled, corrupt, limit_objects, blank.
    """
    text = undeclared(decode(data, xml_charset(data)))
    root, unread = _root(_NOT_XML.sub("", text).encode())
    texts = list(_texts(root))
    if not texts:
        raise Unreadable(unread or "blank")
    blocks = (Block("paragraph", said, InParagraph(n, "body")) for n, said in enumerate(texts, 1))
    yield Page(1, tuple(blocks), unread=unread)


def _root(xml: bytes) -> tuple[etree._Element, Reason | None]:
    if xml.count(b"<") > opc.MOST_TAGS:
        raise Unreadable("limit_objects")
    parser = etree.XMLParser(
        encoding="utf-8", recover=True, resolve_entities=False, no_network=True, load_dtd=False,
        dtd_validation=False, huge_tree=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable("corrupt", str(error)) from None
    if root is None:
        raise Unreadable("corrupt", "no element")
    etree.strip_elements(root, etree.Entity, with_tail=False)
    fatal = [entry for entry in parser.error_log if entry.level_name == "FATAL"]
    deep = any("depth" in entry.message for entry in fatal)
    return root, "limit_depth" if deep else "corrupt" if fatal else None


def _texts(root: etree._Element) -> Iterator[str]:
    """What the attributes and the outermost elements with text of their own say, in order."""
    waiting = [root]
    while waiting:
        element = waiting.pop()
        own = [element.text, *(child.tail for child in element)]
        if any(text and not text.isspace() for text in own):
            for inner in element.iter():
                yield from _stated(inner)
            yield from _said(element)
        else:
            yield from _stated(element)
            waiting += [child for child in reversed(element) if _is_text(child)]


def _is_text(element: etree._Element) -> bool:
    """Whether it is an element, and none that tells about an office's paper instead of it."""
    if not isinstance(element.tag, str):
        return False
    name = etree.QName(element)
    return name.localname not in _ABOUT or not _OFFICE.search(name.namespace or "")


def _stated(element: etree._Element) -> Iterator[str]:
    # beside a name stand its numbers and dates; where nothing is Chinese they are settings
    values = [_BLANKS.sub(" ", str(value)).strip() for value in element.attrib.values()]
    if any(map(_HAN.search, values)):
        yield " ".join(filter(None, values))


def _said(element: etree._Element) -> Iterator[str]:
    text = "".join(str(part) for part in element.itertext())
    if _TAG.search(text):
        try:
            for page in html.read(f"<html><body>{text}</body></html>".encode()):
                yield from (block.text for block in page.blocks)
        except Unreadable:
            # tags and nothing else
            return
    elif said := _BLANKS.sub(" ", text).strip():
        yield said
