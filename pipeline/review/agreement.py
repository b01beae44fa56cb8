"""How far two reviewers, blind to one another, came to the same verdicts.

Only what both of them decided counts, and only what was put before them: proposals, and passages
that one of them attached. The thousands of passages that neither looked at would all be "agreed not
to be evidence" and would drive every figure towards 1.

Three figures side by side, because each is blind where another sees: kappa falls towards 0 where
nearly everything is evidence, however well the two agree (Feinstein & Cicchetti 1990, J. Clin.
Epidemiol. 43, 543-549); AC1 does not; positive agreement says how sure it is that what one calls
evidence the other calls evidence too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Row = dict[str, Any]
Pair = tuple[bool, bool]

DECIDED = {"accepted": True, "rejected": False}
"""Which verdicts are decisions; `unsure` is none."""


def agreement(pairs: Sequence[Pair], unsure: int = 0) -> Row:
    """{"n", "unsure", "kappa", "ac1", "positive", "undefined"} of pairs of verdicts, evidence or
    not; `unsure`: how many pairs were left out as one of the two could not say.

    A figure that the pairs cannot tell is None and stands under `undefined` with the reason:
    `no_pairs`; `no_variance` (kappa: both gave one and the same verdict throughout, so that any
    agreement was to be expected by chance); `no_positive` (neither called anything evidence).
    """
    counts = Counter((bool(one), bool(other)) for one, other in pairs)
    both, first, second, none = (counts[True, True], counts[True, False], counts[False, True],
                                 counts[False, False])
    if not pairs:
        return {"n": 0, "unsure": unsure, "kappa": None, "ac1": None, "positive": None,
                "undefined": dict.fromkeys(("kappa", "ac1", "positive"), "no_pairs")}
    undefined = {}
    kappa = _kappa(both, first, second, none)
    if kappa is None:
        undefined["kappa"] = "no_variance"
    positive = _positive(both, first, second)
    if positive is None:
        undefined["positive"] = "no_positive"
    return {"n": len(pairs), "unsure": unsure, "kappa": kappa,
            "ac1": _ac1(both, first, second, none), "positive": positive, "undefined": undefined}


def pairs(one: Mapping[str, Row], other: Mapping[str, Row]) -> dict[str, list[Pair | None]]:
    """By indicator, the verdicts of two seats on what both looked at; None where one of the two was
    unsure.

    Given are the states of the kind `evidence`, by subject (`<indicator>|<target>`).
    """
    found: dict[str, list[Pair | None]] = {}
    for subject in sorted(one.keys() & other.keys()):
        first, second = one[subject]["verdict"], other[subject]["verdict"]
        if first and second:
            both = first in DECIDED and second in DECIDED
            found.setdefault(subject.partition("|")[0], []).append(
                (DECIDED[first], DECIDED[second]) if both else None)
    return found


def table(seats: Sequence[Mapping[str, Row]], indicators: Iterable[str]) -> Row:
    """{"all", "rows"}: the figures over everything, and of each indicator that has pairs, in the
    order given. Of more than two seats, each two of them make pairs."""
    found: dict[str, list[Pair | None]] = {}
    for place, one in enumerate(seats):
        for other in seats[place + 1:]:
            for indicator, some in pairs(one, other).items():
                found.setdefault(indicator, []).extend(some)
    order = [one for one in indicators if one in found]
    order += sorted(found.keys() - set(order))
    return {"all": _figures([pair for one in order for pair in found[one]]),
            "rows": [{"indicator": one, **_figures(found[one])} for one in order]}


def _figures(found: Sequence[Pair | None]) -> Row:
    sure = [pair for pair in found if pair is not None]
    return agreement(sure, len(found) - len(sure))


def _kappa(both: int, first: int, second: int, none: int) -> float | None:
    """Cohen's kappa (Cohen 1960, Educ. Psychol. Meas. 20, 37-46): (po - pe) / (1 - pe), where pe
    is the agreement of two who keep their own shares of each verdict and draw lots. In counts,
    so that "no variance" is met exactly."""
    n = both + first + second + none
    chance = (both + first) * (both + second) + (second + none) * (first + none)
    return None if chance == n * n else (n * (both + none) - chance) / (n * n - chance)


def _ac1(both: int, first: int, second: int, none: int) -> float:
    """Gwet's AC1 (Gwet 2008, Br. J. Math. Stat. Psychol. 61, 29-48): as kappa, with
    pe = 2 q (1 - q), q the mean share of `evidence` of the two; pe is at most a half."""
    n = both + first + second + none
    share = (2 * both + first + second) / (2 * n)
    chance = 2 * share * (1 - share)
    return ((both + none) / n - chance) / (1 - chance)


def _positive(both: int, first: int, second: int) -> float | None:
    """Positive agreement (Cicchetti & Feinstein 1990, J. Clin. Epidemiol. 43, 551-558): of all
    verdicts `evidence`, how many the other one gave too, 2 a / (2 a + b + c)."""
    given = 2 * both + first + second
    return 2 * both / given if given else None
