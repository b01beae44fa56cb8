"""What reviewers decided of proposals -> passages to learn from.

A decision is about a passage and an indicator; what is learnt are themes. Evidence for an indicator
teaches one of its primary themes, a rejected proposal that none of them holds, unless another
indicator that the passage is evidence for leads to it. Of the other themes nobody was asked; those
that the model held for unlikely, and so did not propose, are taken for absent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

from pipeline import __version__
from pipeline.errors import InputError
from pipeline.evidence import DocumentType
from pipeline.language import LANGUAGES, say
from pipeline.learn.consent import Consent, papers_of, wrong_in
from pipeline.learn.corpus import Row
from pipeline.tag.model import Model, Seen
from pipeline.tag.themes import Themes, around

LEAST = 4
"""Shorter passages teach nothing; the corpus has none either. Longer ones than the corpus has are
learnt from whole."""
UNLIKELY = 0.3
"""Below this chance, a theme that nobody was asked about is taken for absent. If only what was
decided were learnt, nearly all of it would be evidence, and the way a unit writes would pass for
evidence itself: learnt from one sample archive alone, proposals that nobody had decided rose from
72 to 91 on the other one."""
VERDICTS = {"met": True, "partly": True, "not_met": False}
"""Which conclusions say something of a passage: a site visit or `not applicable` does not."""
UNUSED = ("site", "na")


@with_config(ConfigDict(strict=True))
class _File(TypedDict):
    path: str
    sha256: str | None
    title: str | None
    document_type: DocumentType | None


@with_config(ConfigDict(strict=True))
class _Evidence(TypedDict):
    passage: str
    path: str
    headings: list[str]
    text: str


@with_config(ConfigDict(strict=True))
class _Entry(TypedDict):
    id: str
    evidence: list[_Evidence]


@with_config(ConfigDict(strict=True))
class Run(TypedDict):
    """What of coverage.json is needed here; the rest of it may be anything."""

    rubric: Annotated[str, Field(min_length=1, max_length=200)]
    files: list[_File]
    indicators: list[_Entry]


_RUN = TypeAdapter(Run)


@dataclass(frozen=True, slots=True)
class Judged:
    """A passage of a run with the indicators that people decided on. `paper` is its file's hash."""

    passage: str
    rubric: str
    paper: str
    seen: Seen
    evidence_for: frozenset[str]
    not_for: frozenset[str]


@dataclass(frozen=True, slots=True)
class Decisions:
    """What several runs teach; `left` counts what could not be used, by reason."""

    judged: tuple[Judged, ...]
    left: Mapping[str, int]
    runs: tuple[str, ...]
    """What names each run: see `consent.papers_of`."""
    consents: tuple[Consent, ...]

    def told(self) -> dict[str, Any]:
        """What a card may say of them: numbers, offices and days."""
        return {
            "decisions": sum(len(one.evidence_for) + len(one.not_for) for one in self.judged),
            "taken_as_evidence": sum(len(one.evidence_for) for one in self.judged),
            "rejected": sum(len(one.not_for) for one in self.judged),
            "passages": len(self.judged),
            "papers": len({one.paper for one in self.judged}),
            "rubrics": sorted({one.rubric for one in self.judged}),
            "runs": list(self.runs),
            "left_out": dict(self.left),
            "consents": [{"office": one.office, "date": one.date.isoformat()}
                         for one in self.consents],
        }


def run_of(raw: bytes, folder: Path) -> Run:
    """A run's coverage.json, checked. Raises InputError `run_broken` (cut off, or not ours) or
    `run_version` (written by another version, in another shape)."""
    try:
        return _RUN.validate_json(raw)
    except ValidationError as error:
        why = wrong_in(error)
    try:
        written: Any = TypeAdapter(dict[str, Any]).validate_json(raw)["versions"]["zuozheng"]
    except (ValidationError, KeyError, TypeError):
        written = None
    if isinstance(written, str) and written != __version__:
        raise InputError("run_version", run=folder, found=written[:40], wanted=__version__)
    raise InputError("run_broken", run=folder, why=why)


def name_of(run: Run) -> str:
    """What names a run's papers."""
    return papers_of(one["sha256"] for one in run["files"] if one["sha256"])


def gathered(runs: Sequence[tuple[Run, Consent, Iterable[tuple[str, str, str]]]]) -> Decisions:
    """The decisions of several runs together.

    Each run brings what people wrote: (indicator, passage, conclusion in words). Where two of them
    differ on one passage and indicator, in one run or in two, neither is used.
    """
    said: dict[tuple[str, str, str], set[bool]] = {}
    seen: dict[tuple[str, str], tuple[str, Seen]] = {}
    left: Counter[str] = Counter()
    for run, _, remarks in runs:
        here = _passages(run)
        # The same row may have been kept twice; it is one decision all the same.
        for indicator, passage, words in dict.fromkeys(remarks):
            if not words.strip():
                continue
            verdict = _verdicts().get(words.strip().casefold())
            if verdict in UNUSED:
                left["unused"] += 1
            elif verdict is None:
                left["words"] += 1
            elif (indicator, passage) not in here:
                left["gone"] += 1
            elif len(here[indicator, passage][1].text.strip()) < LEAST:
                left["short"] += 1
            else:
                seen[run["rubric"], passage] = here[indicator, passage]
                key = run["rubric"], passage, indicator
                said.setdefault(key, set()).add(VERDICTS[verdict])
    sides: dict[tuple[str, str], dict[bool, set[str]]] = {}
    for (rubric, passage, indicator), verdicts in said.items():
        if len(verdicts) > 1:
            left["differ"] += 1
            continue
        side = sides.setdefault((rubric, passage), {True: set(), False: set()})
        side[verdicts.pop()].add(indicator)
    judged = tuple(Judged(passage, rubric, *seen[rubric, passage], frozenset(side[True]),
                          frozenset(side[False]))
                   for (rubric, passage), side in sorted(sides.items()))
    return Decisions(judged, dict(sorted(left.items())),
                     tuple(sorted({name_of(run) for run, _, _ in runs})),
                     tuple(consent for _, consent, _ in runs))


def _passages(run: Run) -> dict[tuple[str, str], tuple[str, Seen]]:
    """Each (indicator, passage) of a run: the hash of its paper, and what the model is shown."""
    files = {one["path"]: one for one in run["files"]}
    found = {}
    for entry in run["indicators"]:
        for one in entry["evidence"]:
            file = files.get(one["path"])
            if file is not None:
                found[entry["id"], one["passage"]] = (
                    file["sha256"] or one["path"],
                    Seen(one["text"], file["title"] or "", tuple(one["headings"]),
                         file["document_type"] or "other"))
    return found


@cache
def _verdicts() -> dict[str, str]:
    """Each conclusion's words, in every language."""
    return {say(f"report.verdict.{one}", language=language).casefold(): one
            for one in (*VERDICTS, *UNUSED) for language in LANGUAGES}


# --- what they teach --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Lessons:
    """Rows to learn from, each with the decisions it was made of; `left` counts decisions whose
    indicator has no theme of its own."""

    rows: tuple[Row, ...]
    judged: tuple[Judged, ...]
    left: int


def lessons(decisions: Decisions, known: Themes, base: Model) -> Lessons:
    """A row for each passage that teaches something. Where an indicator has several primary themes,
    `base` says which of them is meant; it also says what was unlikely.

    All passages of a paper are one voice, so that they are held out together; each is a document of
    its own, as those that stand between them are not known.
    """
    papers = {paper: number for number, paper in
              enumerate(sorted({one.paper for one in decisions.judged}))}
    column = {theme: number for number, theme in enumerate(base.themes_)}
    chances = base.themes([one.seen for one in decisions.judged]) if decisions.judged else ()
    rows, kept, left = [], [], 0
    for number, (one, chance) in enumerate(zip(decisions.judged, chances, strict=True)):
        likely = {theme: float(chance[column[theme]]) for theme in known.ids
                  if theme in column}
        holds, not_holds, mute = _themes_of(one, known, likely)
        left += mute
        if holds or not_holds:
            voice = f"decisions:{papers[one.paper]}"
            absent = {theme for theme, chance in likely.items() if chance < UNLIKELY}
            rows.append(Row(f"decision-{number}", voice, "", f"{voice}:{number}", one.seen,
                            tuple(sorted(holds)), None, None,
                            asked=frozenset(holds | not_holds | absent)))
            kept.append(one)
    return Lessons(tuple(rows), tuple(kept), left)


def _themes_of(one: Judged, known: Themes, likely: Mapping[str, float]
               ) -> tuple[set[str], set[str], int]:
    """Themes that hold, themes that do not, and how many decisions say nothing of any theme."""
    links = known.crosswalk.get(one.rubric, {})
    told = around(one.seen.text, one.seen.headings, one.seen.title)
    mute = 0
    choices: list[list[str]] = []
    for indicator in sorted(one.evidence_for):
        primary = [link for link in links.get(indicator, ()) if link.weight == "primary"]
        # Where no condition is met, whoever decided found it met in what the words only mean.
        meant = [link.theme for link in primary if link.holds(told)] or [
            link.theme for link in primary]
        mute += not meant
        if meant:
            choices.append(meant)
    holds: set[str] = set()
    for meant in sorted(choices, key=len):
        if not holds & set(meant):
            holds.add(max(meant, key=lambda theme: likely.get(theme, 0.0)))
    not_holds: set[str] = set()
    for indicator in sorted(one.not_for):
        # A theme whose condition is not met may well hold: it does not lead to this indicator.
        meant = [link.theme for link in links.get(indicator, ())
                 if link.weight == "primary" and link.holds(told)]
        mute += not meant
        not_holds |= set(meant) - holds
    return holds, not_holds, mute
