"""The copy of a text that rules are matched on, with the way back to the text as stored.

White space is dropped (PDFs put it between letters), full-width letters and digits become
half-width, brackets and quotation marks one form each, Latin letters small. Nothing else changes,
so that every span found in the copy names the same words in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.evidence import Span

_ONE_FORM = {
    **{0xFF01 + shift: 0x21 + shift for shift in range(94)},
    **{ord(capital): ord(capital.lower()) for capital in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
    **{0xFF21 + shift: ord("a") + shift for shift in range(26)},
    **dict.fromkeys(map(ord, "“”„‟＂«»「」『』"), ord('"')),
    **dict.fromkeys(map(ord, "‘’＇"), ord("'")),
    **dict.fromkeys(map(ord, "〔﹝［【〖"), ord("[")),
    **dict.fromkeys(map(ord, "〕﹞］】〗"), ord("]")),
    **dict.fromkeys(map(ord, "—–―─－‐‑"), ord("-")),
    ord("〈"): ord("《"),
    ord("〉"): ord("》"),
    # Half of a pair, from a damaged file: no text, and nothing that looks words up takes it.
    **dict.fromkeys(range(0xD800, 0xE000), 0xFFFD),
}
_OTHER_FORMS = re.compile(
    "[" + re.escape("".join(chr(one) for one in _ONE_FORM if not 0xD800 <= one < 0xE000))
    + "\ud800-\udfff]+")
"""Finds what the table changes: so little of a text that going through all of it costs more."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A text for matching, and the same with its white space, as long as the stored text."""

    text: str
    spaced: str

    @property
    def back(self) -> list[int] | None:
        """Where each character of the copy stands in the stored text; None: at the same place."""
        if len(self.text) == len(self.spaced):
            return None
        return [place for place, letter in enumerate(self.spaced) if not letter.isspace()]

    def spans(self, found: Iterable[Span]) -> list[Span]:
        """The spans of the stored text behind (nonempty) spans of the copy."""
        back = self.back
        if back is None:
            return list(found)
        return [(back[start], back[end - 1] + 1) for start, end in found]


def copy_of(text: str) -> Copy:
    """The matching copy of a text."""
    # These two are most of it, and cheaper one by one.
    text = text.replace("，", ",").replace("：", ":")
    spaced = _OTHER_FORMS.sub(lambda found: found[0].translate(_ONE_FORM), text)
    return Copy("".join(spaced.split()), spaced)
