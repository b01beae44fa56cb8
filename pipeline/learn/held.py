"""A model on passages of the corpus that it never read: its figures, and what it got wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.learn import measure
from pipeline.learn.corpus import Row
from pipeline.learn.evaluate import calibration, told_by_indicator
from pipeline.learn.pairs import pairs
from pipeline.rubric.model import Rubric
from pipeline.tag.model import Model
from pipeline.tag.themes import themes
from pipeline.tag.weigh import weighed


@dataclass(frozen=True, slots=True)
class Unread:
    """`told` is shaped as `evaluate` shapes one rubric's; `errors` has a mapping for each pair that
    was missed or proposed wrongly, the surest first."""

    told: dict[str, Any]
    errors: tuple[dict[str, Any], ...]


def unread(model: Model, rubric: Rubric, rows: Sequence[Row]) -> Unread:
    """Measure on rows that the model was not trained on. Pairs that nobody labelled count as
    rightly left alone."""
    wide, seen = len(rubric.indicators), [row.seen for row in rows]
    names = [item.id for item in rubric.indicators]
    on = pairs(rubric, themes(), rows, model)
    asked = on.asked[:, :wide]
    chance = np.where(asked, weighed(model, on.of, seen, on.votes)[:, :wide], 0).astype(np.float32)
    truth, said = on.truth[:, :wide] & asked, chance >= model.propose
    groups = [row.document for row in rows]
    told = {"rubric": rubric.id, "passages": len(rows),
            "rules": measure.scored(truth, on.by_rule[:, :wide] & asked, groups),
            "combination": measure.scored(truth, said, groups),
            "by_indicator": told_by_indicator(truth, said, names),
            **calibration(truth, chance, chance >= measure.LIKELY, groups)}
    errors = [{"indicator": names[column], "wrong": "missed" if truth[row, column] else "proposed",
               "confidence": round(float(chance[row, column]), 3), "title": rows[row].seen.title,
               "text": rows[row].seen.text, "of": rows[row].negative_kind or ""}
              for row, column in zip(*np.nonzero(truth != said), strict=True)]
    errors.sort(key=lambda one: -abs(one["confidence"] - model.propose))
    return Unread(told, tuple(errors))
