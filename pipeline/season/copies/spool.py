"""The parts of all units, one behind the other: texts on disk, what is counted in memory.

Of a passage 24 bytes stay in memory, of a paper a small row; a season of a million passages keeps
its texts (140 MB) and signatures (770 MB) in files of the work folder.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.season.copies.grams import Marks
from pipeline.season.copies.normal import Codes
from pipeline.season.copies.part import Part

Row = dict[str, Any]


class Stretch(NamedTuple):
    """A unit's place in the spool: its passages, signs and received signs, each from, to."""

    passages: tuple[int, int]
    signs: tuple[int, int]
    received: tuple[int, int]


@dataclass(slots=True)
class Spool:
    """What was added, and what it became when closed: arrays over all passages of the season.

    `paper` numbers papers over all units, `unit` units; `first[p]` is the first passage of paper p
    (one more than papers), `paper_unit[p]` whose it is.
    """

    folder: Path
    papers: list[Row] = field(default_factory=list)
    units: list[Stretch] = field(default_factory=list)
    _starts: list[NDArray[np.int64]] = field(default_factory=list)
    _paper: list[NDArray[np.int32]] = field(default_factory=list)
    _ids: list[NDArray[np.uint64]] = field(default_factory=list)
    quoted: int = 0
    signs: int = 0
    received: int = 0
    passages: int = 0

    def add(self, part: Part) -> None:
        """The next unit's part."""
        before = len(self.papers)
        self.units.append(Stretch(
            (self.passages, self.passages + len(part.ids)),
            (self.signs, self.signs + len(part.codes)),
            (self.received, self.received + len(part.received))))
        self._starts.append(part.starts[:-1] + self.signs)
        self._paper.append(part.paper + before)
        self._ids.append(part.ids)
        self.papers += [{**paper, "unit": len(self.units) - 1} for paper in part.papers]
        for name, array in (("codes", part.codes), ("form", part.form),
                            ("received", part.received)):
            with (self.folder / name).open("ab") as file:
                file.write(array.tobytes())
        self.quoted += int(part.quoted.sum())
        self.signs += len(part.codes)
        self.received += len(part.received)
        self.passages += len(part.ids)

    def close(self) -> Spooled:
        """All units are there."""
        starts = np.concatenate([*self._starts, np.array([self.signs], dtype=np.int64)])
        paper = _joined(self._paper, np.int32)
        owner = np.array([row["unit"] for row in self.papers], dtype=np.int32)
        first = np.searchsorted(paper, np.arange(len(self.papers) + 1)).astype(np.int64)
        return Spooled(
            self.folder, self.papers, self.units, starts, paper, _joined(self._ids, np.uint64),
            owner, first, _mapped(self.folder / "codes", np.uint16, self.signs),
            _mapped(self.folder / "form", np.bool_, self.signs),
            _mapped(self.folder / "received", np.uint16, self.received), self.quoted)


class Spooled(NamedTuple):
    """The closed spool; see `Spool`."""

    folder: Path
    papers: list[Row]
    units: list[Stretch]
    starts: NDArray[np.int64]
    paper: NDArray[np.int32]
    ids: NDArray[np.uint64]
    paper_unit: NDArray[np.int32]
    first: NDArray[np.int64]
    codes: Codes
    form: Marks
    received: Codes
    quoted: int

    def stretches(self) -> Iterator[tuple[int, Stretch]]:
        """Units by their places, with what is theirs."""
        yield from enumerate(self.units)


def _mapped(place: Path, kind: Any, count: int) -> NDArray[Any]:
    return np.memmap(place, dtype=kind, mode="r", shape=(count,)) if count else np.empty(0, kind)


def _joined(arrays: list[NDArray[Any]], kind: Any) -> NDArray[Any]:
    return np.concatenate(arrays).astype(kind, copy=False) if arrays else np.empty(0, dtype=kind)
