"""A record's codes in words, as its page and its workbook print them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from pipeline.language import say
from pipeline.report import printable
from pipeline.report.printable import clean, named

Row = dict[str, Any]

BEIJING = timezone(timedelta(hours=8))


def time(at: str | None) -> str:
    """A moment by the clock of China, to the minute; the same wherever it is printed."""
    if at is None:
        return ""
    return datetime.fromisoformat(at).astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")


def joined(words: Iterable[str]) -> str:
    """Several words in a row."""
    return say("report.comma").join(word for word in words if word)


def names(by: Sequence[str]) -> str:
    """The names of who decided."""
    return joined(map(clean, by))


def verdict(row: Row | None) -> str:
    """A person's conclusion in words; "" where there is none."""
    return named("review.verdict", row["verdict"]) if row else ""


def of_orphan(row: Row) -> str:
    """What was decided on what is gone."""
    return named("review.evidence", row["verdict"]) or say(
        "record.differs_short" if row["differs"] else "record.noted_short")


def points(row: Row | None) -> str:
    """The points as a reviewer entered them; "" where none were."""
    return "" if row is None or row["points"] is None else printable.number(row["points"])


def worth(item: Row) -> str:
    """The points of the rubric."""
    if item["deducts"] is not None:
        return say("report.item.deducts_value", points=printable.number(item["deducts"]))
    return printable.number(item["points"]) if item["points"] is not None else ""


def period(code: str | None) -> str:
    """A slot's period."""
    return printable.slot_period(code) if code else ""


def serves(row: Row) -> str:
    """The slots that evidence serves: 〈requirement〉 〈periods〉."""
    found: dict[str, list[str]] = {}
    for requirement, when in row["serves"]:
        found.setdefault(clean(requirement), []).append(period(when))
    return say("report.semicolon").join(f"{one} {joined(when)}".strip()
                                        for one, when in found.items())


def stage(row: Row) -> str:
    """The stage, and whether a person changed it."""
    told = named("stage", row["stage"])
    return f"{told}（{say('record.stage_changed')}）" if row["stage_changed"] else told


def reason(row: Row) -> str:
    """Why it was rejected, and where it belongs instead."""
    told = named("review.reason", row["reason"])
    return f"{told}（→ {clean(row['moved_to'])}）" if row.get("moved_to") else told


def paper(row: Row) -> str:
    """What a paper is: type, number, date."""
    return " · ".join(filter(None, (
        named("document_type", row["document_type"]), clean(row["number"] or ""),
        printable.period(row["dated"]) if row["dated"] else "")))


def place(row: Row) -> str:
    """Where it stands in its paper."""
    return printable.places(row["places"]) if row["places"] else (
        say("record.whole_paper") if row["target"].startswith("f:") else "")


def said(view: Row) -> str:
    """One person's decision: conclusion or evidence, with reason or points."""
    kind = "review.evidence" if view["verdict"] in ("accepted", "rejected", "unsure") \
        else "review.verdict"
    more = points(view) or reason({"reason": view["reason"]})
    return named(kind, view["verdict"]) + (f"（{more}）" if more else "")


def share(value: float | None) -> str:
    """A share with two digits; a dash where it cannot be told."""
    return "–" if value is None else f"{value:.2f}"


def undefined(row: Row) -> str:
    """Why figures are missing."""
    return say("report.semicolon").join(
        f"{say(f'record.figure.{figure}')}{say('report.colon')}{say(f'record.undefined.{why}')}"
        for figure, why in row["undefined"].items())


def remark(row: Row) -> str:
    """What belongs beside the figures: pairs that were left out, and why figures are missing."""
    left_out = say("record.unsure_pairs", count=row["unsure"]) if row["unsure"] else ""
    return say("report.semicolon").join(filter(None, (left_out, undefined(row))))


def rested(row: Row) -> str:
    """How much of the evidence had been decided when a conclusion was given; "" where nobody wrote
    that down, or nothing was proposed."""
    if not row["proposed"]:
        return ""
    return say("record.rested", decided=row["decided"], proposed=row["proposed"])


def purged(row: Row) -> str:
    """That texts were purged, and what is left."""
    told = say("record.purged", at=time(row["at"]))
    return told + (say("record.purged_answers") if row["answers"] else "")


def recall(row: Row) -> str:
    """What the sample says of how much was found, in one sentence."""
    fill = {key: row[key] for key in ("found", "open", "sampled", "of", "missed")}
    if row["undefined"]:
        return say(f"record.recall.{row['undefined']}", **fill)
    return say("record.recall.told", **fill, **{
        key: f"{row[key] * 100:.0f}" for key in ("estimate", "low", "high")})
