"""Passages that people labelled, read and checked.

A gold line is a passage (`text`, `title`, `headings`, `document_type`) with the indicators it is
evidence for, either as `rubric` and `indicators` or under the rubric's own id, and its `stage`
(plan, done, result, none); `source` or `document` names its paper. Lines about other rubrics are
passed over. What a line must be for us to measure on it is checked, and told by number: a label
that is silently dropped would make the model look better or worse than it is. A passage that stands
twice with the same labels is measured once; with others, nobody knows what it is evidence for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from pipeline.errors import InputError
from pipeline.language import say
from pipeline.rubric.load import available
from pipeline.rubric.model import Rubric
from pipeline.tag.model import STAGES, Seen

MAX_LINE = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Gold:
    """Labelled passages of one rubric; `groups` names the paper of each."""

    passages: tuple[Seen, ...]
    truth: NDArray[np.bool_]
    """Passages x indicators."""
    stages: tuple[str | None, ...]
    groups: tuple[str, ...]
    repeated: int = 0
    """How many lines say once more what a line before says; they are not among `passages`."""


def gold_of(path: Path, rubric: Rubric) -> Gold:
    """The lines of a gold file that speak of this rubric. Raises InputError `gold_unreadable`,
    `gold_invalid` (with the line) or `gold_invalid_nothing`."""
    place = {item.id: number for number, item in enumerate(rubric.indicators)}
    passages: list[Seen] = []
    labels: list[set[int]] = []
    stages: list[str | None] = []
    groups: list[str] = []
    before: dict[Seen, tuple[int, int]] = {}
    repeated = 0
    spoken: dict[str, None] = {}
    known = available()
    for number, told in lines(path):
        spoken |= dict.fromkeys(_rubrics(told, known))
        mine = told.get("rubric") == rubric.id
        if not mine and rubric.id not in told:
            continue
        said: Any = told.get("indicators") if mine else told[rubric.id]
        field = "indicators" if mine else rubric.id
        _expect(isinstance(said, list) and all(isinstance(one, str) for one in said),
                path, number, "gold.list", field=field)
        for one in said:
            _expect(one in place, path, number, "gold.indicator", indicator=one, rubric=rubric.id,
                    known=", ".join(place))
        seen, label = _seen(told, path, number), {place[one] for one in said}
        stage = told.get("stage")
        _expect(stage in (*STAGES, "none", None), path, number, "gold.stage", stage=str(stage))
        if seen in before:
            row, line = before[seen]
            _expect(label == labels[row] and stage in (None, stages[row] or stage), path, number,
                    "gold.contradicts", line=line, rubric=rubric.id)
            stages[row] = stages[row] or stage
            repeated += 1
            continue
        before[seen] = len(passages), number
        passages.append(seen)
        labels.append(label)
        stages.append(stage)
        # Nobody says which paper it stands in: one of its own.
        named = told.get("source") or told.get("document") or told.get("title")
        groups.append(str(named or f"line {number}"))
    if not passages:
        raise InputError("gold_invalid_nothing", path=path.name, rubric=rubric.id,
                         spoken=", ".join(spoken) or "-")
    truth = np.zeros((len(passages), len(place)), bool)
    for row, here in enumerate(labels):
        truth[row, list(here)] = True
    return Gold(tuple(passages), truth, tuple(stages), tuple(groups), repeated)


def rubrics_of(path: Path) -> list[str]:
    """The ids of the rubrics a gold file speaks of, in its order. Raises InputError for one that
    there is not, or where there is none."""
    known = available()
    found: dict[str, None] = {}
    for number, told in lines(path):
        for name in _rubrics(told, known):
            _expect(name in known, path, number, "gold.rubric", rubric=name,
                    known=", ".join(known))
            found[name] = None
    if not found:
        raise InputError("gold_invalid_nothing", path=path.name, rubric=", ".join(known),
                         spoken="-")
    return list(found)


def lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a file of JSON lines with their numbers, from 1; blank lines are passed over.
    Raises InputError `gold_unreadable` or `gold_invalid`."""
    try:
        with path.open("rb") as file:
            # By bytes: a text may hold letters that Python also takes for the end of a line.
            for number, raw in enumerate(iter(lambda: file.readline(MAX_LINE + 1), b""), 1):
                _expect(len(raw) <= MAX_LINE, path, number, "gold.long")
                if raw.removeprefix(b"\xef\xbb\xbf").strip():
                    yield number, _object(raw, path, number)
    except OSError as error:
        raise InputError("gold_unreadable", file=path, why=error.strerror or error) from None


def _object(raw: bytes, path: Path, number: int) -> dict[str, Any]:
    try:
        told = orjson.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise _wrong(path, number, say("gold.not_utf8")) from None
    except orjson.JSONDecodeError as error:
        raise _wrong(path, number, say("gold.not_json", column=error.colno)) from None
    _expect(isinstance(told, dict), path, number, "gold.object")
    return told  # type: ignore[no-any-return]


def _rubrics(told: dict[str, Any], known: Sequence[str]) -> list[str]:
    """The rubrics that a line speaks of."""
    named = told.get("rubric")
    return [*([named] if isinstance(named, str) else []),
            *(name for name in known if name in told and name != named)]


def _seen(told: dict[str, Any], path: Path, number: int) -> Seen:
    headings = told.get("headings") or []
    for field, value in (("text", told.get("text")), ("title", told.get("title") or ""),
                         ("document_type", told.get("document_type") or "other")):
        _expect(isinstance(value, str), path, number, "gold.text", field=field)
    _expect(bool(told["text"].strip()), path, number, "gold.empty")
    _expect(isinstance(headings, list) and all(isinstance(one, str) for one in headings),
            path, number, "gold.list", field="headings")
    return Seen(told["text"], told.get("title") or "", tuple(headings),
                told.get("document_type") or "other")


def _expect(holds: bool, path: Path, number: int, key: str, **fill: object) -> None:
    if not holds:
        raise _wrong(path, number, say(key, None, **fill))


def _wrong(path: Path, number: int, what: str) -> InputError:
    return InputError("gold_invalid", path=path.name, line=number, what=what)
