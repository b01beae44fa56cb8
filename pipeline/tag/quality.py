"""What a model's stored evaluation says of one rubric: the only figures a page shows of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SETS = ("development", "independent", "corpus")
"""The data of an evaluation, the more telling first: labelled passages of real papers; a synthetic
archive by somebody who saw neither rules nor corpus; the synthetic corpus, voices held out."""


def stored(place: Path, sha256: str, rubric: str) -> dict[str, Any] | None:
    """{"data" (one of `SETS`), "date", "papers", "passages", "micro", "low", "high", "ece"} of the
    model in this folder; None where nothing was stored for this model or this rubric."""
    try:
        told = json.loads((place / "evaluation.json").read_text("utf-8"))
        if told["model"]["sha256"] != sha256:
            return None
        for data in SETS:
            found = told["sets"].get(data, {}).get(rubric)
            if found:
                micro, low, high = found["combination"]["micro"]
                return {"data": data, "date": told["date"], "papers": found["documents"],
                        "passages": found["passages"], "micro": micro, "low": low, "high": high,
                        "ece": found["ece_likely"][0]}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return None
