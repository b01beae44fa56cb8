"""Evidence as it is shown: a proposal of the ledger, a passage that people attached, or what is
gone, in words and masked, with what was decided on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pipeline.language import chosen
from pipeline.report import printable
from pipeline.report.printable import safe
from pipeline.report.record.photo import is_photo
from pipeline.report.record.slots import promises, serves
from pipeline.review.earlier import Earlier
from pipeline.review.run import Run, file_target, passage_target
from pipeline.review.seating import Decided

Row = dict[str, Any]


class Cards:
    """The cards of a run for one visitor, in the language spoken. `decided` is by subject,
    `opened` the targets that this account has opened, `settled` the lead's word by subject."""

    def __init__(self, run: Run, decided: Mapping[str, Decided], opened: set[str],
                 earlier: Earlier | None = None,
                 settled: Mapping[str, Decided] = MappingProxyType({})) -> None:
        self._run = run
        self._decided = decided
        self._opened = opened
        self._earlier = earlier
        self._settled = settled
        self._missing: dict[str, bool] = {}

    def of(self, indicator: str) -> list[Row]:
        """All cards of an indicator: proposals, best first, then what people attached, and what was
        proposed when they decided on it and is no more."""
        found = [self._with(fact) for fact in facts(self._run, indicator)]
        known = {card["target"] for card in found}
        for subject, one in self._decided.items():
            item, _, target = subject.partition("|")
            if item == indicator and target not in known \
                    and (one.state.get("attached") or one.said):
                card = self.attached(indicator, target)
                if card is not None:
                    found.append(card)
        return found

    def one(self, indicator: str, target: str) -> Row | None:
        """The card of one target: a proposal, or anything of the papers. None: it is not there."""
        fact = next((one for one in facts(self._run, indicator) if one["target"] == target), None)
        return self._with(fact) if fact else self.attached(indicator, target)

    def attached(self, indicator: str, target: str) -> Row | None:
        """The card of a target that the tool did not propose for this indicator."""
        fact = loose(self._run, target)
        if fact is None:
            return None
        one = self._decided.get(f"{indicator}|{target}")
        attached = one is None or bool(one.state.get("attached"))
        return self._with({**fact, "indicator": indicator, "subject": f"{indicator}|{target}",
                           "attached": attached, "no_longer": not attached})

    def orphaned(self, indicator: str) -> list[Row]:
        """Cards of what was decided on and is not in the run any more, as it was shown then."""
        found = []
        known = {fact["target"] for fact in facts(self._run, indicator)}
        for subject, one in self._decided.items():
            item, _, target = subject.partition("|")
            if item == indicator and one.said and target not in known \
                    and not in_run(self._run, target):
                found.append(subject)
        return [self._gone(subject) for subject in found]

    def _gone(self, subject: str) -> Row:
        indicator, _, target = subject.partition("|")
        shown = self._decided[subject].shown
        # Only proposals were shown with voters, whatever is written of one that is gone.
        attached = self._decided[subject].state.get("attached") and not shown.get("voters")
        base = {**_EMPTY, **{key: shown[key] for key in _EMPTY if key in shown}}
        return self._with({**base, "indicator": indicator, "target": target, "subject": subject,
                           "attached": bool(attached),
                           "of": "passage" if target.startswith("p:") else "paper",
                           "orphan": True}, gone=True)

    def _with(self, fact: Row, gone: bool = False) -> Row:
        one, settled = (of.get(fact["subject"]) for of in (self._decided, self._settled))
        carried, before = (self._earlier.of(fact) if self._earlier is not None and not gone
                           else (None, None))
        told = {key: value for key, value in fact.items() if key not in _RAW}
        asked = slots(self._run, fact, one.state if one else None)
        return {**told, "slots": asked,
                "serves": [[slot["requirement"], slot["period"]] for slot in asked],
                "decision": one.told() if one else None,
                "settled": settled.told() if settled else None,
                "version": one.version if one else 0,
                "opened": fact["target"] in self._opened or gone, "carried": carried,
                "earlier": before, "original_missing": gone or self._is_missing(fact["raw_path"])}

    def _is_missing(self, path: str) -> bool:
        if path not in self._missing:
            self._missing[path] = missing(self._run, path)
        return self._missing[path]


def facts(run: Run, indicator: str) -> list[Row]:
    """What the proposals of an indicator say, in the language spoken; made once for each run."""
    key = ("facts", indicator, chosen())
    known: list[Row] | None = run.made.get(key)
    if known is None:
        says = printable.says_of(run.rubric)
        themes = run.header["model"]["themes"]
        known = [_fact(run, indicator, row, says, themes) for row in run.evidence(indicator)]
        run.made[key] = known
    return known


def loose(run: Run, target: str) -> Row | None:
    """A passage or a whole paper as it stands in the run, proposed for nothing."""
    passage = run.passage(target)
    file = run.files.get(passage["path"]) if passage else run.file_of(target)
    if file is None:
        return None
    told = {**_EMPTY, **_about_file(file), "target": target, "counts": True,
            "of": "passage" if passage else "photo" if is_photo(file) else "paper"}
    if passage:
        told |= {"text": safe(passage["text"]), "raw_places": passage["places"],
                 "headings": [safe(one) for one in passage["headings"]],
                 "place": printable.places(passage["places"]),
                 "page": first_page(passage["places"])}
    return told


def in_run(run: Run, target: str) -> bool:
    """Whether a target is still there."""
    known: bool | None = run.made.get(("there", target))
    if known is None:
        known = target in run.proposed_for or run.file_of(target) is not None
        run.made["there", target] = known
    return known


def missing(run: Run, path: str) -> bool:
    """Whether the original is gone; of a file in a container, the container."""
    outer = path.partition("!/")[0]
    try:
        return not (Path(run.header["folder"]) / outer).is_file()
    except (OSError, ValueError):
        return True


def first_page(places: Sequence[Row]) -> int:
    """The page where something begins; of papers without pages 1."""
    found: int = next((one["page"] for one in places if "page" in one), 1)
    return found


def spans(found: Row, length: int) -> list[Row]:
    """Which words speak for it: `rule`, `model` or `both`; code points of the text as shown."""
    told, at = [], 0
    for piece, mark in printable.pieces("x" * length, found["matched"], found["because"]):
        if mark:
            told.append({"start": at, "end": at + len(piece), "by": mark})
        at += len(piece)
    return told


def slots(run: Run, fact: Row, state: Row | None) -> list[Row]:
    """The slots that a card is proposed for, and those that people confirmed with it, with the
    words of what is asked for there; `promised`: it asks for more than the card's stage."""
    item = run.items.get(fact["indicator"])
    asked = {one.id: one for one in item.requirements} if item else {}
    proposed = [list(slot) for slot in fact["serves"]]
    accepted = state is not None and state["verdict"] == "accepted"
    confirmed = serves(state, fact) if accepted else []
    stage = (state or {}).get("stage") or fact["stage"]
    return [{"requirement": id, "period": period,
             "wording": safe(asked[id].wording if id in asked else item.wording if item else ""),
             "link": asked[id].link if id in asked else None,
             "proposed": [id, period] in proposed, "accepted": [id, period] in confirmed,
             "promised": item is not None and promises(item, str(id), stage)}
            for id, period in [*proposed, *(one for one in confirmed if one not in proposed)]]


def shown(run: Run, indicator: str, target: str) -> Row:
    """What is kept with a decision: what was on the screen. Empty where nothing is there."""
    fact = next((one for one in facts(run, indicator) if one["target"] == target), None)
    fact = fact or loose(run, target)
    if fact is None:
        return {}
    return {key: fact[key] for key in _KEPT if fact.get(key) not in (None, "", [])} | {
        "places": fact["raw_places"]}


def _fact(run: Run, indicator: str, row: Row, says: Mapping[str, str], themes: Mapping[str, str]
          ) -> Row:
    target = passage_target(row["passage"])
    file = run.files[row["path"]]
    return {
        **_EMPTY, **_about_file(file), "target": target, "subject": f"{indicator}|{target}",
        "indicator": indicator, "text": safe(row["text"]),
        "spans": spans(row, len(row["text"])), "headings": [safe(one) for one in row["headings"]],
        "year": row["year"], "years": row["years"], "year_from": row["year_from"],
        "stage": row["stage"], "place": printable.places(row["places"]),
        "page": first_page(row["places"]), "raw_places": row["places"],
        "confidence": row["confidence"], "counts": row["counts"],
        "why_not": row["why_not"], "voters": printable.votes(row, says, themes),
        "themes": [{"name": themes.get(theme, theme), "strength": strength}
                   for theme, strength in row["themes"].items()],
        "serves": [list(slot) for slot in row["serves"]],
        "reading_confidence": row["reading_confidence"],
    }


def _about_file(file: Row) -> Row:
    return {
        "path": safe(file["path"]), "raw_path": file["path"],
        "document_type": file["document_type"],
        "title": safe(file["title"]), "number": safe(file["number"]) or None,
        "dated": file["dated"],
        "flags": [{"code": one["code"], "text": printable.flag(one)}
                  for one in file["flag_details"]],
        "file": file_target(file["sha256"]) if file["sha256"] else None,
    }


_EMPTY: Row = {
    "target": "", "subject": None, "indicator": None, "text": "", "spans": [], "headings": [],
    "document_type": None, "title": "", "number": None, "dated": None, "year": None, "years": [],
    "year_from": None, "stage": None, "path": "", "raw_path": "",
    "place": "", "page": 1, "raw_places": [], "confidence": None, "counts": False, "why_not": None,
    "flags": [], "voters": [], "themes": [], "serves": [], "reading_confidence": None,
    "attached": False, "file": None, "of": "passage", "orphan": False, "no_longer": False,
}
_RAW = frozenset({"raw_path", "raw_places"})
_KEPT = ("text", "path", "title", "number", "dated", "document_type", "headings", "year", "years",
         "year_from", "stage", "confidence", "counts", "why_not", "voters", "spans", "serves",
         "place", "flags")
