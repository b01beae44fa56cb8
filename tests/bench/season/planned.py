"""Who hands in what: the plan of a season, drawn once from the seed, before a paper is written.

Every unit has a row of slots, one file each. Most hold a paper of the unit's own; some hold what
the season is to show: copies, a photo of another unit's, last year's paper, the superior's notice.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from tests.bench.season import names
from tests.bench.season.names import Named

Role = Literal["own", "copy", "part", "photo", "notice", "form", "again", "kept", "locked",
               "broken", "scan", "snapped"]
Place = tuple[int, int]
"""A unit's number and a slot's."""

OF_PAPERS = 0.02
"""Copies of whole papers, and as many papers with copied paragraphs, among all papers."""
OF_NOTICE, OF_FORM = 0.9, 0.4
"""Units that hand in the notice everybody got; units that fill in the public form."""
OF_AGAIN, OF_KEPT = 0.4, 0.6
"""In a season that follows another: units with last year's paper under this year's date; units
that hand in some of last year's papers as they were."""
FORMATS = {"docx": 52, "pdf": 27, "txt": 6, "html": 5, "rtf": 4}
LEDGERS = {"xlsx": 70, "docx": 20, "pdf": 10}
SMALL = {"txt": 80, "docx": 20}


@dataclass(frozen=True, slots=True)
class Slot:
    """One file to be: its role; where it comes from, if it is not the unit's own; the share of it
    that is to be edited."""

    role: Role = "own"
    source: Place | None = None
    share: float = 0.0


@dataclass(slots=True)
class Plan:
    """All slots of all units. `planners`: units that plan something of a theme and never do it."""

    seed: int
    year: int
    units: list[Named]
    slots: list[list[Slot]]
    planners: dict[int, str] = field(default_factory=dict)
    before: Plan | None = None
    sources: set[Place] = field(default_factory=set)
    """The slots that others copy from."""

    def rng(self, *place: object) -> random.Random:
        """The generator of one place of the season: no other paper changes what it draws."""
        return random.Random("/".join(map(str, (self.seed, self.year, *place))))

    def placed(self) -> Iterator[tuple[Place, Slot]]:
        for unit, row in enumerate(self.slots):
            for number, slot in enumerate(row):
                yield (unit, number), slot


def plan(count: int, papers: int, seed: int, year: int, *, follows: bool = False,
         scans: float = 0.02, unread: float = 0.01, themes: tuple[str, ...] = ()) -> Plan:
    """The plan of a season of `count` units with `papers` files each."""
    before = plan(count, papers, seed, year - 1, scans=scans, unread=unread, themes=themes
                  ) if follows else None
    made = Plan(seed, year, names.units(count, seed), [], before=before)
    rng = made.rng("plan")
    for number in range(count):
        roles: tuple[Role, ...] = ("own", "locked", "broken", "scan", "snapped")
        drawn = rng.choices(roles, (1 - scans - unread, unread / 2, unread / 2, scans * 0.8,
                                    scans * 0.2), k=papers)
        row = [Slot(role) for role in drawn]
        if rng.random() < OF_NOTICE:
            row[0] = Slot("notice")
        if papers > 1 and rng.random() < OF_FORM:
            row[1] = Slot("form")
        made.slots.append(row)
        if number % 9 == 4 and themes:
            made.planners[number] = rng.choice(themes)
    free = [place for place, slot in made.placed() if slot.role == "own" and place[1] > 1]
    rng.shuffle(free)
    if before:
        _of_last_season(made, before, free, rng)
    _copies(made, free, rng, max(1, round(OF_PAPERS * count * papers)))
    _photos(made, free, rng, max(1, count // 20))
    return made


def _copies(made: Plan, free: list[Place], rng: random.Random, wanted: int) -> None:
    sources: list[Place] = []
    roles: tuple[Role, Role] = ("copy", "part")
    for number in range(wanted * 2):
        if len(free) < 4:
            return
        again = sources and rng.random() < 0.25
        source = rng.choice(sources) if again else free.pop()
        target = next((place for place in reversed(free) if place[0] != source[0]
                       and place[0] not in made.planners), None)
        if target is None:
            return
        free.remove(target)
        sources.append(source)
        made.sources.add(source)
        unit, slot = target
        made.slots[unit][slot] = Slot(roles[number % 2], source, rng.uniform(0.10, 0.40))


def _photos(made: Plan, free: list[Place], rng: random.Random, wanted: int) -> None:
    """One unit has the photo as it was taken, another has it smaller, and not always alone."""
    for _ in range(wanted):
        if len(free) < 3:
            return
        first = free.pop()
        other = next((place for place in reversed(free) if place[0] != first[0]), None)
        if other is None:
            return
        free.remove(other)
        made.slots[first[0]][first[1]] = Slot("photo")
        made.slots[other[0]][other[1]] = Slot("photo", first)


def _of_last_season(made: Plan, before: Plan, free: list[Place], rng: random.Random) -> None:
    for unit in range(len(made.units)):
        own = [slot for slot, what in enumerate(before.slots[unit])
               if what.role == "own" and slot > 1]
        rng.shuffle(own)
        mine = [place for place in free if place[0] == unit][:len(own)]
        if mine and rng.random() < OF_AGAIN:
            place = mine.pop()
            free.remove(place)
            made.slots[unit][place[1]] = Slot("again", (unit, own.pop()))
        if rng.random() < OF_KEPT:
            for place in mine[: len(mine) // 5 + 1]:
                if not own:
                    break
                free.remove(place)
                made.slots[unit][place[1]] = Slot("kept", (unit, own.pop()))
