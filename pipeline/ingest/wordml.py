"""Names of WordprocessingML, and its values read the way Word reads them."""

from __future__ import annotations

from lxml import etree

_TRANSITIONAL = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
W = "{" + _TRANSITIONAL.decode() + "}"
VAL = W + "val"


def transitional(xml: bytes) -> bytes:
    """A strict part with the names of a transitional one: the elements are the same."""
    return xml.replace(_STRICT, _TRANSITIONAL) if _STRICT in xml[:8192] else xml


def val(element: etree._Element | None, name: str) -> str | None:
    """`w:val` of the child `name` of an element, None where there is none."""
    child = element.find(W + name) if element is not None else None
    return None if child is None else child.get(VAL)


def number(element: etree._Element | None, name: str) -> int | None:
    """The same as a whole number; None too where it is not one."""
    text = val(element, name)
    return int(text) if text is not None and text.strip().lstrip("-").isdecimal() else None


def is_on(element: etree._Element | None, name: str) -> bool | None:
    """A switch such as `w:vanish`: None where it is not said, else on or off."""
    child = element.find(W + name) if element is not None else None
    return None if child is None else child.get(VAL, "1") not in ("0", "false", "off")
