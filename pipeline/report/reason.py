"""Why something is proposed, in words: said from a code and the states of the periods, so that it
can be said again in another language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.language import say

STATES = ("performed", "planned", "unread", "nothing")
"""In the order in which they are told."""


def filled(code: str, known: Mapping[str, str], periods: Mapping[str, str], asked: Sequence[str]
           ) -> dict[str, str]:
    """What fills the message `why.<code>`: what is `known` of it and, worded, the periods it is
    about. `periods`: the indicator's, with their states; `asked`: the years screened for."""
    if code == "unread_stands":
        unread = [period for period, state in periods.items() if state == "unread"]
        return {**known, "periods": _listed(unread or asked)}
    if code == "lacking":
        return {**known, "periods": say("why.comma").join(
            say(f"why.part.{state}", periods=_listed(those)) for state in STATES
            if (those := [period for period, other in periods.items() if other == state]))}
    return {**known, "periods": _listed(list(periods))} if code in _WHOLE else dict(known)


def reason(code: str, known: Mapping[str, str], periods: Mapping[str, str], asked: Sequence[str]
           ) -> str:
    """The reason of a proposal as a sentence in the language spoken."""
    return say(f"why.{code}", **filled(code, known, periods, asked))


_WHOLE = ("all_performed", "nothing_found")


def _listed(periods: Sequence[str]) -> str:
    return say("why.period", periods=say("why.and").join(periods))
