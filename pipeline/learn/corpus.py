"""The training corpus: passages written for this project, read and checked.

A line of models/corpus/*.jsonl is a passage with its document, voice (author), themes and stage;
models/corpus/README.md tells how they came about.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.errors import InputError
from pipeline.evidence import DocumentType, Stage
from pipeline.language import say
from pipeline.tag.model import Seen

RUN = 12
"""Two passages that share so many letters in a row are one passage written twice."""
PRIOR = "definitions"
"""The voice of the definitions themselves: always trained on, never measured on."""
FIELDS = {"id", "voice", "unit", "document", "document_type", "title", "headings", "text", "themes",
          "stage", "negative_kind", "year"}
LABELLED = ("yuxi-2024", "xinping-2018", "benxi-2021")
"""Rubrics whose indicators a line may name."""
KINDS = {"slogan", "other_campaign", "received", "bare_heading", "template", "other_unit",
         "neutral"}
TYPES = set(DocumentType.__args__)  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Row:
    """A labelled passage; no themes: a negative, of this kind."""

    id: str
    voice: str
    unit: str
    document: str
    seen: Seen
    themes: tuple[str, ...]
    stage: Stage | None
    negative_kind: str | None
    indicators: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Rubric -> the indicators that its author filed the passage under; nothing of a rubric that
    the author was not asked about."""
    asked: frozenset[str] | None = None
    """The themes that somebody judged this passage by; None: all of them. What was not asked is
    neither evidence nor none."""


def read(folder: Path) -> list[Row]:
    """All passages of a corpus, in the order of files and lines. Raises InputError
    `corpus_invalid` with every problem."""
    rows, problems = [], []
    for file in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
            try:
                told = json.loads(line)
            except json.JSONDecodeError as error:
                problems.append(
                    f"{file.name}:{number}: {say('gold.not_json', column=error.colno)}")
                continue
            problems += [f"{file.name}:{number}: {what}" for what in _problems(told)]
            if not problems:
                rows.append(_row(told))
    if problems or not rows:
        raise InputError("corpus_invalid", path=str(folder),
                         problems=say("corpus.between").join(problems[:20])
                         or say("corpus.nothing"))
    return rows


def digests(folder: Path) -> dict[str, str]:
    """What names a corpus: the SHA-256 of each of its files."""
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest()
            for file in sorted(folder.glob("*.jsonl"))}


def _row(told: Mapping[str, Any]) -> Row:
    seen = Seen(told["text"], told["title"], tuple(told["headings"]), told["document_type"])
    return Row(told["id"], told["voice"], told["unit"], told["document"], seen,
               tuple(told["themes"]), told["stage"], told["negative_kind"],
               {name: tuple(told[name]) for name in LABELLED if name in told})


def _problems(told: Any) -> Iterator[str]:
    if not isinstance(told, dict) or FIELDS - told.keys():
        yield say("corpus.field_missing")
        return
    if told["document_type"] not in TYPES:
        yield say("corpus.document_type", kind=repr(told["document_type"]))
    if "\n" in told["text"] or not 4 <= len(told["text"]) <= 220:
        yield say("corpus.text")
    if told["themes"]:
        if told["stage"] not in ("plan", "done", "result") and told["voice"] != PRIOR:
            yield say("corpus.stage")
        if told["negative_kind"] is not None:
            yield say("corpus.evidence_negative")
    elif told["stage"] is not None or told["negative_kind"] not in KINDS:
        yield say("corpus.negative")
    if re.search(r"1[3-9]\d{9}|\d{17}[\dXx]", told["text"]):
        yield say("corpus.number")


# --- what is written twice --------------------------------------------------------------------

_DROP = re.compile(r"[\W_]+")
_QUOTES = re.compile("[\"'“”‘’]")


def official_terms(file: Path) -> re.Pattern[str]:
    """The fixed names that any two passages may share, longest first."""
    found = set()
    for line in file.read_text("utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            term = _QUOTES.sub("", unicodedata.normalize("NFKC", line.strip()))
            found.add(r"\s*".join(map(re.escape, term.replace(" ", ""))))
    return re.compile("|".join(sorted(found, key=len, reverse=True)))


def pieces(text: str, terms: re.Pattern[str]) -> list[str]:
    """A text's letters and digits, cut where an official term stood."""
    plain = _QUOTES.sub("", unicodedata.normalize("NFKC", text))
    return [_DROP.sub("", piece) for piece in terms.split(plain)]


def runs(parts: Iterable[str], size: int = RUN) -> Iterator[str]:
    for part in parts:
        for start in range(len(part) - size + 1):
            yield part[start:start + size]


def written_twice(rows: Sequence[Row], terms: re.Pattern[str]) -> list[tuple[str, str, str]]:
    """Pairs of passages that share RUN letters in a row, with the first such run."""
    first: dict[str, str] = {}
    found: dict[tuple[str, str], str] = {}
    for row in rows:
        for run in set(runs(pieces(row.seen.text, terms))):
            other = first.setdefault(run, row.id)
            if other != row.id:
                found.setdefault((other, row.id), run)
    return [(*pair, run) for pair, run in found.items()]


def near_duplicates(rows: Sequence[Row], least: float = 0.3) -> list[tuple[float, str, str]]:
    """Pairs whose sets of three letters overlap by this share (Jaccard) or more."""
    sets = [{text[n:n + 3] for n in range(len(text) - 2)}
            for text in (_DROP.sub("", row.seen.text) for row in rows)]
    common = Counter(gram for grams in sets for gram in grams)
    where: dict[str, list[int]] = defaultdict(list)
    shared: Counter[tuple[int, int]] = Counter()
    for number, grams in enumerate(sets):
        for gram in grams:
            if 1 < common[gram] <= 60:
                for other in where[gram]:
                    shared[other, number] += 1
                where[gram].append(number)
    found = []
    for (left, right), both in shared.items():
        if both >= 4:
            whole = len(sets[left] | sets[right])
            ratio = len(sets[left] & sets[right]) / whole
            if ratio >= least:
                found.append((round(ratio, 2), rows[left].id, rows[right].id))
    return sorted(found, reverse=True)


def variety(tokens: Sequence[str], window: int = 500) -> float:
    """Type-token ratio: the mean over windows of so many words."""
    starts = range(0, max(len(tokens) - window, 0) + 1, window)
    ratios = [len(set(some)) / len(some) for start in starts
              if (some := tokens[start:start + window])]
    return sum(ratios) / len(ratios) if ratios else 0.0


def balance(rows: Sequence[Row]) -> dict[str, Any]:
    """What the card tells: passages by voice, theme, stage and kind of negative."""
    return {
        "passages": len(rows),
        "documents": len({row.document for row in rows}),
        "units": len({row.unit for row in rows}),
        "negatives": sum(not row.themes for row in rows),
        "voices": dict(Counter(row.voice for row in rows)),
        "stages": dict(Counter(row.stage for row in rows if row.stage)),
        "kinds": dict(Counter(row.negative_kind for row in rows if row.negative_kind)),
        "themes": dict(Counter(theme for row in rows for theme in row.themes).most_common()),
    }
