"""Names of WordprocessingML, and its values read the way Word reads them."""

from __future__ import annotations

import re

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
VAL = W + "val"
EMU = 12_700
"""English Metric Units in a point (ECMA-376, part 1, 20.1.2.1)."""
_WHOLE = re.compile(r"\s*-?[0-9]{1,9}\s*")


def val(element: etree._Element | None, name: str) -> str | None:
    """`w:val` of the child `name` of an element, None where there is none."""
    child = element.find(W + name) if element is not None else None
    return None if child is None else child.get(VAL)


def number(element: etree._Element | None, name: str) -> int | None:
    """The same as a whole number; None too where it is not one."""
    return whole(val(element, name))


def whole(text: str | None) -> int | None:
    """A whole number, None where the text is not one."""
    return int(text) if text is not None and _WHOLE.fullmatch(text) else None


def twips(text: str | None) -> float:
    """A measure in twentieths of a point, as points; 0 where it is none."""
    return (whole(text) or 0) / 20


def is_on(element: etree._Element | None, name: str) -> bool | None:
    """A switch such as `w:vanish`: None where it is not said, else on or off."""
    child = element.find(W + name) if element is not None else None
    return None if child is None else child.get(VAL, "1") not in ("0", "false", "off")
