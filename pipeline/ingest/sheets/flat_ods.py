"""OpenDocument sheets that are one XML file (fods): the same as a package's `content.xml`."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

from lxml import etree

from pipeline.errors import Unreadable
from pipeline.evidence import Page
from pipeline.ingest.packed import opc
from pipeline.ingest.sheets import sheet
from pipeline.ingest.text.encoding import decode, undeclared, xml_charset
from pipeline.ingest.word.odf import OFFICE, TEXT

_MIME = "application/vnd.oasis.opendocument.spreadsheet"
_MANIFEST = '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'


def read(data: bytes) -> Iterator[Page]:
    """As `sheet.read`. Raises Unreadable: garbled, corrupt, limit_objects, blank."""
    xml = undeclared(decode(data, xml_charset(data))).encode()
    # of the rest the reader of workbooks expects that it stands elsewhere
    body = opc.parse(xml, "fods").find(OFFICE + "body")
    if body is None:
        raise Unreadable("corrupt", "fods: no body")
    # flat files are indented, packages are not
    for element in body.iter("*"):
        if not str(element.tag).startswith(TEXT):
            for each, side in ((element, "text"), *((child, "tail") for child in element)):
                if not (getattr(each, side) or "").strip():
                    setattr(each, side, None)
    content = b"<office:document-content xmlns:office='%s'>%s</office:document-content>" % (
        OFFICE[1:-1].encode(), etree.tostring(body, with_tail=False)
    )  # fmt: skip
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as stored:
        for name, part in (("mimetype", _MIME), ("META-INF/manifest.xml", _MANIFEST),
                           ("content.xml", content)):  # fmt: skip
            stored.writestr(name, part)
    yield from sheet.read(package.getvalue())
