"""What speaks against counting a paper: templates left unfilled, copies, changed years.

`residue` reads one paper; `fingerprint` and `copies` compare the papers of a unit, in time that
grows with their number, not with its square.
"""

from __future__ import annotations

from pipeline.integrity.copies import Copies, Paper, copies
from pipeline.integrity.fingerprint import Fingerprint, fingerprint
from pipeline.integrity.residue import residue

__all__ = ["Copies", "Fingerprint", "Paper", "copies", "fingerprint", "residue"]
