"""Names of OpenDocument (ODF 1.3, part 3), and its values as texts and slides share them."""

from __future__ import annotations

_OASIS = "{urn:oasis:names:tc:opendocument:xmlns:"
OFFICE, TEXT, TABLE = _OASIS + "office:1.0}", _OASIS + "text:1.0}", _OASIS + "table:1.0}"
STYLE, FO = _OASIS + "style:1.0}", _OASIS + "xsl-fo-compatible:1.0}"
DRAW, SVG = _OASIS + "drawing:1.0}", _OASIS + "svg-compatible:1.0}"
SHOW, CHART = _OASIS + "presentation:1.0}", _OASIS + "chart:1.0}"
LINK = "{http://www.w3.org/1999/xlink}href"

UNITS = {"cm": 72 / 2.54, "mm": 72 / 25.4, "in": 72.0, "pt": 1.0, "pc": 12.0, "px": 0.75}
"""Points in each unit of a length (18.3.18; VML and CSS have the same)."""
MOST_SPACES = 100
"""Of one `text:s`, which says how many it stands for."""


def whole(text: str | None) -> int:
    """A number as ODF writes it; 0 for none and for what is none."""
    return int(text) if text and len(text) < 10 and text.isascii() and text.isdigit() else 0
