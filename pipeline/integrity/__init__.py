"""What speaks against counting a paper: templates left unfilled, copies, changed years.

`residue` reads one paper; `fingerprint` and `copies` compare the papers of a unit, in time that
grows with their number, not with its square: `index` finds candidates, `excerpt` and `copies` judge
them on their `texts`.
"""

from __future__ import annotations

from pipeline.integrity.copies import Copies, Paper, copies
from pipeline.integrity.fingerprint import Fingerprint, fingerprint, from_plain, to_plain
from pipeline.integrity.residue import residue

__all__ = [
    "Copies",
    "Fingerprint",
    "Paper",
    "copies",
    "fingerprint",
    "from_plain",
    "residue",
    "to_plain",
]
