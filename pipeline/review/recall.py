"""How much of the evidence the tool found, told from a sample of what it did not propose.

Of N passages that nothing was proposed of, n are drawn and read by people, and m of them turn out
to be evidence; c proposals were confirmed. Then about N m / n were missed, and recall is
c / (c + missed). The interval is of the number missed; c is what it is.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from pipeline.store.ledger import Ledger

Row = dict[str, Any]

TAIL = 40
"""Each side leaves out 1/40: the interval is of 95 %."""


def recall(found: int, sampled: int, of: int, missed: int, open_: int = 0) -> Row:
    """{"found", "open", "sampled", "of", "missed", "estimate", "low", "high", "undefined"}.

    `found`: passages proposed and confirmed; `open_`: passages proposed on which nobody said yet
    whether they are evidence; `missed` of the `sampled` out of `of` passages proved to be evidence.
    Estimate and bounds are shares from 0 to 1; None where nothing can be said, with the reason
    under `undefined`: `undecided` (while proposals are open, nobody knows how much was found),
    `nothing_sampled`, or `no_evidence` (neither found nor missed: there was nothing to recall).
    Raises ValueError on counts that cannot be.
    """
    if not (0 <= missed <= sampled <= of and found >= 0 and open_ >= 0):
        raise ValueError(f"found {found}, open {open_}, sampled {sampled} of {of}, "
                         f"missed {missed}")
    given = {"found": found, "open": open_, "sampled": sampled, "of": of, "missed": missed}
    silent = ("undecided" if open_ else "nothing_sampled" if of and not sampled
              else None if found or missed else "no_evidence")
    if silent:
        return {**given, "estimate": None, "low": None, "high": None, "undefined": silent}
    least, most = missing(sampled, of, missed)
    about = of * missed / sampled if sampled else 0
    return {**given, "estimate": found / (found + about), "low": found / (found + most),
            "high": found / (found + least), "undefined": None}


@lru_cache(maxsize=256)
def missing(sampled: int, of: int, missed: int) -> tuple[int, int]:
    """The least and the most that may have been missed among all, at 95 %.

    The bounds of Clopper & Pearson (1934, Biometrika 26, 404-413), with the hypergeometric
    distribution in place of the binomial, as is exact for a draw without replacement (Wright 1991,
    Exact Confidence Bounds when Sampling from Small Finite Universes, Springer). They are the
    numbers that would not make so many, or so few, in the sample rarer than 1 in 40. Where
    everything was read, nothing is left to guess: both are `missed`. In whole numbers, so that no
    rounding decides.
    """
    whole = math.comb(of, sampled)

    def at_most(number: int) -> int:
        """Of all samples, how many hold `missed` or fewer, were there `number` of them."""
        return sum(math.comb(number, hits) * math.comb(of - number, sampled - hits)
                   for hits in range(missed + 1))

    # The tail falls as the number grows, from the least that the sample itself allows.
    least, most = missed, of - (sampled - missed)
    low, high = least, most
    while low < high:  # the greatest number whose lower tail is no rarer than 1 in TAIL
        middle = (low + high + 1) // 2
        low, high = (middle, high) if at_most(middle) * TAIL >= whole else (low, middle - 1)
    upper = low
    low, high = least, most
    while low < high:  # the least number whose upper tail is no rarer than 1 in TAIL
        middle = (low + high) // 2
        over = whole - at_most(middle) + (
            math.comb(middle, missed) * math.comb(of - middle, sampled - missed))
        low, high = (low, middle) if over * TAIL >= whole else (middle + 1, high)
    return low, upper


def sample(ids: Sequence[str], seed: str) -> list[str]:
    """The passages in the order in which they are drawn: any first n of them are a random sample
    without replacement.

    A passage's place follows from the seed and its id alone. After a new screening with the same
    seed, passages that are still there keep their order, and new ones fall in between.
    """
    return sorted(set(ids), key=lambda id: (hashlib.sha256(f"{seed}|{id}".encode()).digest(), id))


def drawn(ledger: Ledger, unit: str) -> list[str]:
    """The draw of a unit: what no indicator proposes, in an order that only the unit decides."""
    return sample(ledger.untagged(), unit)


def counted(order: Sequence[str], verdicts: Mapping[str, str | None]) -> tuple[int, int]:
    """(sampled, missed): how many were read from the start of the draw on, up to the first that is
    open, and how many of those are evidence.

    What was read beyond it was picked, not drawn: it says nothing of the rest.
    """
    sampled = missed = 0
    for id in order:
        verdict = verdicts.get(id)
        if verdict is None:
            break
        sampled += 1
        missed += verdict == "evidence"
    return sampled, missed
