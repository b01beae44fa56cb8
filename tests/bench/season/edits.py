"""A paper copied from another unit's and worked over, as copying is done: the names changed, other
figures, clauses in another order, sentences reworded, a few of one's own put in.

How much was edited is measured, not declared: the share of the copy's letters that do not stand in
the line they were taken from, by the longest matching blocks of the two (difflib).
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher

from tests.bench.season.prose import SYNONYMS, figures, runs

LEADS = ("据统计，", "与此同时，", "在此基础上，", "结合实际，", "按照安排，",
         "从实际情况看，", "经过努力，")
Edit = Callable[[str, random.Random], str]


def changed(copy: Sequence[str], source: Sequence[str]) -> float:
    """The share of the copy's letters that its source, line by line, has not."""
    same = sum(map(_same, copy, source))
    return 1 - same / max(sum(map(len, copy)), 1)


def _same(one: str, other: str) -> int:
    """Letters of the one that stand in the other, in stretches of two at least."""
    blocks = SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks if block.size > 1)


def edited(lines: Sequence[str], source: Sequence[str], share: float, rng: random.Random
           ) -> tuple[list[str], float, list[str]]:
    """The lines, which have already the copier's names, edited until about this share of them (0
    to 1) differs from their sources: the lines in the sources' order, the share, what was done."""
    now = list(lines)
    same = [_same(one, other) for one, other in zip(now, source, strict=True)]
    letters = sum(map(len, now))
    done = 1 - sum(same) / max(letters, 1)
    ways = {"names"} if done else set()
    missed = 0
    while done < share - 0.02 and missed < 60:
        at, way = rng.randrange(len(now)), rng.choice(tuple(WAYS))
        tried = WAYS[way](now[at], rng)
        kept = _same(tried, source[at])
        room = letters - len(now[at]) + len(tried)
        reached = 1 - (sum(same) - same[at] + kept) / room
        if reached <= done or reached > share + 0.02:
            missed += 1
            continue
        now[at], same[at], letters, done = tried, kept, room, reached
        ways.add(way)
        missed = 0
    return now, done, sorted(ways)


def _reworded(line: str, rng: random.Random) -> str:
    fit = [pair for pair in SYNONYMS if pair[0] in line]
    for old, new in rng.sample(fit, min(3, len(fit))):
        line = line.replace(old, new)
    return line


def _reordered(line: str, rng: random.Random) -> str:
    """Two neighbouring clauses, or sentences, change places."""
    mark = rng.choice("，。")
    parts = line.rstrip("。").split(mark)
    if len(parts) < 3:
        return line
    at = rng.randrange(len(parts) - 1)
    parts[at], parts[at + 1] = parts[at + 1], parts[at]
    return mark.join(parts) + "。"


def _other_figures(line: str, rng: random.Random) -> str:
    return figures(line, rng)


def _inserted(line: str, rng: random.Random) -> str:
    """A sentence of one's own, or a phrase to begin one with."""
    sentences = line.split("。")
    at = rng.randrange(len(sentences))
    if rng.random() < 0.5:
        sentences[at] = rng.choice(LEADS) + sentences[at] if sentences[at] else ""
    else:
        sentences.insert(at, figures(rng.choice(runs()).text, rng))
    return "。".join(sentences)


def _shortened(line: str, rng: random.Random) -> str:
    """One clause less, and one of one's own for it."""
    clauses = re.split("(?<=[，。])", line)
    if len(clauses) < 4:
        return line
    own = rng.choice(runs()).text.split("，")[0]
    at = rng.randrange(len(clauses) - 1)
    clauses[at] = own + (clauses[at][-1:] if clauses[at][-1:] in "，。" else "，")
    return "".join(clauses)


WAYS: dict[str, Edit] = {
    "reworded": _reworded, "order": _reordered, "numbers": _other_figures, "inserted": _inserted,
    "replaced": _shortened,
}
