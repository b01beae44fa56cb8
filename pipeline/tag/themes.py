"""Themes of evidence, and the crosswalk from them to the indicators of every rubric.

One controlled vocabulary stands behind all rubrics (rubrics/shared/themes.json), so that what is
learnt of a theme under one rubric serves the others. It is JSON, not YAML, as it is read whenever a
model is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pipeline.errors import RubricError
from pipeline.rubric.load import directory

Weight = Literal["primary", "secondary"]


@dataclass(frozen=True, slots=True)
class Theme:
    """A kind of evidence; `gate` says what must show that the work on unity is meant: a word of the
    topic anywhere above or in the passage (`needed`), the people served (`people`), nothing
    (`free`)."""

    id: str
    name: str
    gate: Literal["needed", "people", "free"]
    definition: str


@dataclass(frozen=True, slots=True)
class Link:
    """A theme counts as evidence for an indicator: as such, or where a condition's hint is met.

    `primary`: usually enough for the indicator; `secondary`: at its side.
    """

    theme: str
    weight: Weight
    hints: tuple[str, ...] = ()
    """One of these words must stand in the passage or above it; empty: no condition."""

    def holds(self, around: str) -> bool:
        """Whether its condition holds of a passage's text with its headings and title."""
        return not self.hints or any(hint in around for hint in self.hints)


@dataclass(frozen=True, slots=True)
class Themes:
    """The vocabulary, in the order of a model's columns, with the crosswalk."""

    themes: tuple[Theme, ...]
    crosswalk: Mapping[str, Mapping[str, tuple[Link, ...]]]
    """Rubric -> indicator -> its themes."""
    anchors: tuple[str, ...]
    """Words that show that the work on unity is meant; a gated theme needs one in or above."""
    rules: Mapping[str, tuple[str, ...]]
    """A shared rule's id -> the themes that a vote of it speaks for."""

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(theme.id for theme in self.themes)

    def indicators_of(self, rubric: str, themes: Iterable[str], around: str
                      ) -> tuple[list[str], list[str]]:
        """The indicators that a passage on these themes is evidence for, and those it may be
        (only by a secondary theme, or by one whose condition the words do not meet)."""
        mine, sure, perhaps = set(themes), [], []
        for indicator, links in self.crosswalk.get(rubric, {}).items():
            met = [link for link in links if link.theme in mine]
            if any(link.weight == "primary" and link.holds(around) for link in met):
                sure.append(indicator)
            elif met:
                perhaps.append(indicator)
        return sure, perhaps


def around(text: str, headings: Sequence[str], title: str) -> str:
    """What a condition's hints are looked for in."""
    return "\n".join((title, *headings, text))


@lru_cache(maxsize=4)
def themes(path: Path | None = None) -> Themes:
    """The shared vocabulary, checked. Raises RubricError `themes_invalid` with every problem."""
    path = path or directory() / "shared" / "themes.json"
    try:
        data = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise RubricError("themes_invalid", path=path.name, problems=str(error)) from None
    problems = list(_problems(data))
    if problems:
        raise RubricError("themes_invalid", path=path.name, problems="; ".join(problems))
    hints = {name: tuple(one["hints"]) for name, one in data["conditions"].items()}
    return Themes(
        tuple(Theme(**one) for one in data["themes"]),
        {rubric: {indicator: tuple(Link(one["theme"], one["weight"],
                                        hints[one["when"]] if "when" in one else ())
                                   for one in links)
                  for indicator, links in indicators.items()}
         for rubric, indicators in data["crosswalk"].items()},
        tuple(data["anchors"]),
        {rule: tuple(meant) for rule, meant in data["rules"].items()},
    )


def _problems(data: Any) -> Iterable[str]:
    """Everything that keeps the file from meaning something, in words."""
    if not isinstance(data, dict) or data.get("version") != 1:
        yield "version: 1 is expected"
        return
    for part, kind in (("themes", list), ("anchors", list), ("conditions", dict),
                       ("crosswalk", dict), ("rules", dict)):
        if not isinstance(data.get(part), kind):
            yield f"{part}: a {kind.__name__} is expected"
            return
    wanted = {"id", "name", "gate", "definition"}
    for number, one in enumerate(data["themes"]):
        if not isinstance(one, dict) or set(one) != wanted:
            yield f"themes[{number}]: exactly {sorted(wanted)} are expected"
            return
        if one["gate"] not in ("needed", "people", "free"):
            yield f"{one['id']}: gate {one['gate']!r}: needed, people or free"
    known = [one["id"] for one in data["themes"]]
    if len(known) != len(set(known)):
        yield "themes: an id stands twice"
    for name, one in data["conditions"].items():
        if not isinstance(one, dict) or not one.get("hints"):
            yield f"conditions.{name}: hints are expected"
    for rubric, indicators in data["crosswalk"].items():
        for indicator, links in indicators.items():
            for one in links:
                at = f"crosswalk.{rubric}.{indicator}"
                if one.get("theme") not in known:
                    yield f"{at}: unknown theme {one.get('theme')!r}"
                if one.get("weight") not in ("primary", "secondary"):
                    yield f"{at}: weight is primary or secondary"
                if "when" in one and one["when"] not in data["conditions"]:
                    yield f"{at}: unknown condition {one['when']!r}"
    for rule, meant in data["rules"].items():
        if not set(meant) <= set(known):
            yield f"rules.{rule}: unknown theme among {meant}"
