"""How a paper opens: to whom it is written, or what it is going to tell of."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.evidence import Passage

FIRST = 3
"""Only so many passages open a paper."""
_OPENS = re.compile("[:：]$|如下")


def opening(passages: Sequence[Passage]) -> str:
    """The lines among a paper's first passages that address somebody or announce what follows,
    joined; "" where none does."""
    return "\n".join(one.text for one in passages[:FIRST] if _OPENS.search(one.text))
