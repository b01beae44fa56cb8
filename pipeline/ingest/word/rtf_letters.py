"""Which letters the bytes of an RTF paper are: the code page of the paper and of each font."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field

from pipeline.ingest.text.encoding import code_page, weigh
from pipeline.ingest.word.numbering import bullet

_CHARSETS = {
    77: "mac_roman", 78: "cp932", 80: "cp950", 128: "cp932", 129: "cp949", 130: "johab",
    134: "gb18030", 136: "cp950", 161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255",
    178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
}  # fmt: skip
"""`\\fcharset` to codec; 0 and 1 say nothing that the paper's code page would not say."""
_SYMBOLS = 2
_IN_PAIRS = re.compile(rb"(?:[\0-\x7f]|[\x81-\xfe]{2})*")
BETTER = 0.3
"""Weight per letter by which a reading in pairs must look more like Chinese to be taken."""


@dataclass(slots=True)
class Letters:
    """The paper's code page and the charsets of its fonts, as far as they have been read."""

    page: str = "cp1252"
    charsets: dict[int, int] = field(default_factory=dict)

    def code_page(self, number: int) -> None:
        """What `\\ansicpg` says; one that is not known is passed over."""
        name = code_page(number)
        try:
            codecs.lookup(name)
        except LookupError:
            return
        self.page = name

    def text(self, data: bytes, font: int) -> str:
        """The letters of bytes in a font."""
        if data.isascii() and self.charsets.get(font) != _SYMBOLS:
            return data.decode("ascii")
        if self.charsets.get(font) == _SYMBOLS:
            return "".join(symbol(byte) for byte in data)
        stated = _CHARSETS.get(self.charsets.get(font, 0))
        if stated is not None:
            return data.decode(stated, "replace")
        try:
            text = data.decode(self.page)
        except UnicodeDecodeError:
            # a western letter in an eastern paper
            text = data.decode("cp1252", "replace")
        if _IN_PAIRS.fullmatch(data):
            # generators set a western font on Chinese bytes, and a western page too
            pairs = data.decode("gb18030", "replace")
            if weigh(_foreign(pairs)) > weigh(_foreign(text)) + BETTER:
                return pairs
        return text


def _foreign(text: str) -> str:
    return "".join(letter for letter in text if letter > "\x7f")


def symbol(byte: int) -> str:
    """A letter of a symbol font."""
    return chr(byte) if byte <= 0x20 else bullet(chr(0xF000 + byte))
