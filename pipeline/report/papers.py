"""What the reports say of a paper beside its evidence, and of the groups above an indicator."""

from __future__ import annotations

from typing import NamedTuple

from pipeline.report import printable
from pipeline.report.printable import safe
from pipeline.rubric.model import Group, Rubric
from pipeline.store.ledger import Ledger


class Paper(NamedTuple):
    """A paper in words: its number in the list of files, and what was found out about it."""

    number: int
    path: str
    title: str
    document_type: str
    issuer: str
    doc_number: str
    dated: str
    dated_from: str
    flags: tuple[str, ...]


class Papers:
    """The papers of the ledger, by path: evidence names its paper by its path alone."""

    def __init__(self, ledger: Ledger) -> None:
        self.themes: dict[str, str] = ledger.header()["model"]["themes"]
        """The names of the themes that a model votes through."""
        self._known = {
            file["path"]: Paper(
                place,
                safe(file["path"]),
                safe(file["title"]),
                printable.named("document_type", file["document_type"]),
                safe(file["issuer"]),
                safe(file["number"]),
                printable.period(file["dated"]) if file["dated"] else "",
                printable.named("dated_from", file["dated_from"]),
                tuple(file["flags"]),
            )
            for place, file in enumerate(ledger.files(), 1)
        }

    def of(self, path: str) -> Paper:
        """The paper of that path."""
        return self._known[path]


def group_titles(rubric: Rubric) -> dict[str, tuple[tuple[str, bool], ...]]:
    """Group id -> the titles from the outermost group down, each with whether it is inferred."""
    known: dict[str, tuple[tuple[str, bool], ...]] = {}

    def walk(groups: tuple[Group, ...], above: tuple[tuple[str, bool], ...]) -> None:
        for group in groups:
            known[group.id] = (*above, (safe(group.title), group.inferred))
            walk(group.groups, known[group.id])

    walk(rubric.groups, ())
    return known
