"""Why something is proposed, said in the language of the page: the ledger has the words of the
screening, and the periods from which they can be said again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipeline.language import has, say
from pipeline.report.printable import safe

Row = dict[str, Any]

STATES = ("performed", "planned", "unread", "nothing")
"""In the order in which they are told."""


def why(entry: Row, asked: Sequence[str] | str) -> str:
    """The reason of a proposal in words. `entry` is the ledger's row of the indicator, `asked` the
    years that the unit was screened for."""
    code, periods = entry["why"]["code"], entry["periods"]
    if not has(f"why.{code}"):
        return safe(entry["why"]["text"])
    if code == "unread_stands":
        open_ = [one for one, state in periods.items() if state == "unread"]
        years = [asked] if isinstance(asked, str) else list(asked)
        return say("why.unread_stands", files=entry["why"]["args"].get("files", ""),
                   periods=_listed(open_ or years))
    if code == "lacking":
        return say("why.lacking", periods=say("why.comma").join(
            say(f"why.part.{state}", periods=_listed(those)) for state in STATES
            if (those := [one for one, other in periods.items() if other == state])))
    return say(f"why.{code}", periods=_listed(list(periods)))


def _listed(periods: Sequence[str]) -> str:
    return say("why.period", periods=say("why.and").join(periods))
