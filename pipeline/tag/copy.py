"""The copy of a text that rules are matched on, with the way back to the text as stored.

White space is dropped (PDFs put it between letters), full-width letters and digits become
half-width, brackets and quotation marks one form each, Latin letters small. Nothing else changes,
so that every span found in the copy names the same words in the text.
"""

from __future__ import annotations

import re
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
}
_SPACE = re.compile(r"\s")


@dataclass(frozen=True, slots=True)
class Copy:
    """A text for matching; `back[i]` is where its i-th character stands in the stored text.

    `back` is None where both have the same length, and so the same offsets.
    """

    text: str
    back: tuple[int, ...] | None

    def span(self, start: int, end: int) -> Span:
        """The span of the stored text behind a span of the copy."""
        if self.back is None or start == end:
            return (start, end)
        return (self.back[start], self.back[end - 1] + 1)


def copy_of(text: str) -> Copy:
    """The matching copy of a text."""
    plain = text.translate(_ONE_FORM)
    if _SPACE.search(plain) is None:
        return Copy(plain, None)
    kept = [place for place, letter in enumerate(plain) if not letter.isspace()]
    return Copy("".join(plain[place] for place in kept), tuple(kept))
