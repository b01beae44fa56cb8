"""What a model's stored evaluation says of one rubric: the only figures a page shows of it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from pipeline.tag.folder import ModelError, pinned, shipped

SETS = ("given", "development", "independent", "corpus")
"""The data of an evaluation, the more telling first: what `zuozheng train --gold` was given;
labelled passages of real papers; a synthetic archive by somebody who saw neither rules nor corpus;
the synthetic corpus, voices held out."""


def evaluation(path: Path) -> dict[str, Any]:
    """What is stored of a model's quality; of the one shipped only as it was pinned. Raises
    ModelError `model_changed`, OSError, ValueError."""
    data = (path / "evaluation.json").read_bytes()
    if (path.resolve() == shipped().resolve()
            and hashlib.sha256(data).hexdigest() != pinned()["evaluation"]):
        raise ModelError("model_changed", path=str(path), file="evaluation.json")
    told: dict[str, Any] = json.loads(data)
    return told


def stored(place: Path, sha256: str, rubric: str) -> dict[str, Any] | None:
    """{"data" (one of `SETS`), "date", "papers", "passages", "micro", "low", "high", "ece"} of the
    model in this folder; None where nothing was stored for this model or this rubric."""
    try:
        told = evaluation(place)
        if told["model"]["sha256"] != sha256:
            return None
        # What the corpus says of a recipe is not said of what decisions were added to.
        for data in SETS[:-1] if told.get("decisions") else SETS:
            found = told["sets"].get(data, {}).get(rubric)
            if found:
                micro, low, high = found["combination"]["micro"]
                return {"data": data, "date": told["date"], "papers": found["documents"],
                        "passages": found["passages"], "micro": micro, "low": low, "high": high,
                        "ece": found["ece_likely"][0]}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return None
