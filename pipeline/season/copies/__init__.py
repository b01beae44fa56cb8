"""Copies across units: near-duplicate passages and papers, and photos used more than once.

    ledger --part--> passages made even (normal)      one unit at a time
    all parts --permitted--> what is a passage's own  notice, rubric, templates, common phrases
    own words --signature--> bands --pairs--> candidates
    candidates --verify--> pairs of passages, of papers --clusters--> copies.json (run)

`python -m pipeline.season.copies SEASON` is the process in which a season is compared; `reused`
compares one unit with itself a season before. Whoever copied from whom is not said: a cluster has
members, and the earliest date that one of them states.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.season.copies.run import Candidates

Row = dict[str, Any]


def copies(season: Path, candidates: Candidates | None = None) -> Path:
    """Compare the units of the season in this folder and write copies.json; left alone where it
    was made of the same ledgers, templates and code. `candidates`: what an engine does in place of
    `search.candidates`. Raises InputError (no season here), OutputError. A million passages take
    1.7 GB, most of it files mapped: call it in a process of its own.
    """
    from pipeline.season.copies.season import copies as found

    return found(season, candidates) if candidates else found(season)


def reused(this: Path, last: Path, name: str = "") -> list[Row]:
    """Papers of one unit that stood in its folder a season before; `this` and `last` are its two
    ledgers. See `last.reused`."""
    from pipeline.season.copies.last import reused as found

    return found(this, last, name)
