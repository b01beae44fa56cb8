"""What of a text can be seen: names and reasons must be more than white space, whatever kind of
white space that is."""

from __future__ import annotations

import unicodedata

_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and marks that are drawn as nothing (https://unicode.org/reports/tr44/, property
Default_Ignorable_Code_Point, and the empty pattern of Braille)."""


def seen(text: str) -> str:
    """The characters of a text that leave ink."""
    return "".join(one for one in text if not unseen(one) and not one.isspace())


def unseen(one: str) -> bool:
    """Whether a character is drawn as nothing, or as nobody knows what: control and format
    characters, private ones, those that do not exist, blanks that count as letters, selectors of
    variants. White space is not among them."""
    if one.isspace():
        return False
    return one in _BLANK or 0xfe00 <= ord(one) <= 0xfe0f or 0xe0100 <= ord(one) <= 0xe01ef \
        or 0x180b <= ord(one) <= 0x180f or unicodedata.category(one) in ("Cc", "Cf", "Cn", "Co",
                                                                        "Cs")
