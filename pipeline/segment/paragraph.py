"""What flows between the steps: paragraphs whole again, and tables with their rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.evidence import Block, OnPage, Place


@dataclass(slots=True)
class Paragraph:
    """A paragraph; `parts` says from which offset of `text` on each place has its share."""

    text: str
    parts: list[tuple[int, Place]]
    level: int = 0
    """Heading level the format states; 0 where it states none."""
    large: bool = False
    """Letters clearly larger than those of the body."""
    centred: bool = False


@dataclass(slots=True)
class Table:
    """The rows of one table, over all the pages it runs on."""

    rows: list[Block] = field(default_factory=list)


def merged(places: Sequence[Place]) -> list[Place]:
    """The places, neighbouring boxes of one page made one box that holds them all."""
    if len(places) < 2:
        return list(places)
    kept: list[Place] = []
    for place in places:
        last = kept[-1] if kept else None
        if place == last:
            continue
        if isinstance(place, OnPage) and isinstance(last, OnPage) and place.page == last.page:
            a, b = last.box, place.box
            box = (min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3]))
            kept[-1] = OnPage(place.page, box)
        else:
            kept.append(place)
    return kept
