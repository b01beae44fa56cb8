"""Long paragraphs, cut at sentence ends near 200 characters."""

from __future__ import annotations

import re

from pipeline.evidence import Span

TARGET = 200
"""What the annotation guide calls a passage: a group of sentences of about 200 characters."""
LONGEST = 260
"""A paragraph up to here stays whole: cutting it would leave a rest too short to be judged."""
HARD = 400
"""Without a sentence end a stretch ends here: twice the target, still a screenful to highlight."""
_SHORTEST = 60

_STOP = re.compile(r"[。！？；!?;…\n][”’」』）)]*|[《“「『（(]|[》”」』）)]|\.(?= [A-Z])")
_OPEN = {"《": "》", "“": "”", "「": "」", "『": "』", "（": ")", "(": ")"}


def cut(text: str, start: int = 0) -> list[Span]:
    """Spans of at most about 260 (hard limit 400) characters that together are the whole text.

    `start` characters at the front (a column's name) belong to the first span and do not count.
    A stop inside 《》 “” （） is none, unless the bracket is never closed within the hard limit.
    Linear in the text.
    """
    ends = _ends(text)
    spans: list[Span] = []
    at, here, size = 0, 0, len(text)
    while size - at > LONGEST + (start if at == 0 else 0):
        begin = max(at, start)
        best = 0
        while here < len(ends) and ends[here] <= begin:
            here += 1
        scan = here
        while scan < len(ends) and ends[scan] <= begin + HARD:
            end = ends[scan]
            if best and end - begin > TARGET + 40 and best - begin >= _SHORTEST:
                break
            best = end
            scan += 1
        if not best or best >= size:
            if size - begin <= HARD:
                break
            best = begin + HARD
        if size - best < _SHORTEST and size - begin <= HARD:
            break
        spans.append((at, best))
        at = best
    spans.append((at, size))
    return spans


def _ends(text: str) -> list[int]:
    """Offsets behind every sentence end outside brackets; an unclosed bracket shuts nothing."""
    found: list[int] = []
    waiting: list[tuple[str, int]] = []  # closing letter, where opened
    hidden: list[int] = []
    for match in _STOP.finditer(text):
        letter, at = match[0][0].replace("）", ")"), match.start()
        if waiting and at - waiting[0][1] > HARD:
            # Opened and not closed for a whole stretch: take it for a slip of the typist.
            waiting.clear()
            found += hidden
            hidden.clear()
        if letter in _OPEN:
            waiting.append((_OPEN[letter], at))
        elif waiting and letter == waiting[-1][0]:
            waiting.pop()
            if not waiting:
                hidden.clear()
        elif letter in "》”」』)":
            continue
        else:
            end = match.end()
            closers = match[0][1:].replace("）", ")")
            while closers and waiting and closers[0] == waiting[-1][0]:
                waiting.pop()
                closers = closers[1:]
            if waiting:
                hidden.append(end)
            else:
                hidden.clear()
                found.append(end)
    return found + hidden
