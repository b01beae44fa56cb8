"""A season's codes in words, and the ways from its pages to its units' reports."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from pipeline.language import has, say
from pipeline.report import printable
from pipeline.report.alone import SIGNS
from pipeline.report.printable import clean, safe

Row = dict[str, Any]

PROPOSALS = {"covered": "v", "partial": "t", "missing": "m", "undetermined": "u",
             "beyond_documents": "b", "shown_only": "n", "context": "n"}
"""Proposal -> the class of its cells; short, because there are many cells."""
_FOLDERS = {"folder", "source", "out", "run", "season", "root"}
"""What a problem says of these is a place as somebody typed it."""
_SENTENCE = re.compile(r".+?(?:。|\.(?=\s))")
_ELSEWHERE = re.compile(r"^(/|\\|[A-Za-z]:[\\/]|[a-z0-9+]+://)")


def tell(key: str, /, **fill: object) -> str:
    """A message about the season."""
    return say(f"season.{key}", None, **fill)


def line(text: str | None) -> str:
    """As `safe`, and on one line wherever it is printed."""
    return printable.on_one_line(safe(text))


def report_of(dir: str) -> str:
    """The way from SEASON to a unit's report. Letters of any script stay as they are: a page of
    many links is half as long as with each byte of them encoded."""
    return f"units/{''.join(map(_in_path, dir))}/report.html"


def _in_path(letter: str) -> str:
    return letter if letter.isalnum() else quote(letter, safe="-_.~", errors="surrogateescape")


def signs(entry: Row) -> str:
    """The states of an indicator's periods, a sign each."""
    if entry["proposed"] in ("shown_only", "context"):
        return "–"
    return "".join(SIGNS[state] for _, state in sorted(entry["periods"].items())) or "–"


def periods(codes: list[str]) -> str:
    """Several periods in a row."""
    return say("report.comma").join(map(printable.slot_period, codes))


def state(unit: Row) -> str:
    """How far a unit has come."""
    if unit["state"] == "done":
        return tell("state.done")
    return tell(f"state.{unit['state']}_before" if unit.get("done") else f"state.{unit['state']}")


def problem(found: Row | None, kind: str = "error") -> tuple[str, str]:
    """A unit's problem, or a `notice` of the whole season: what is wrong, the next thing to do."""
    if not found:
        return "", ""
    # Where something lay on the machine of the run is nobody's business, and not the same twice.
    fill: Row = {name: line(_here(name, str(value))) for name, value in found["args"].items()}
    if "reason" in fill:
        fill["reason"] = printable.named("reason", fill["reason"])
    key = f"{kind}.{found['key']}"
    try:
        told = say(key, None, **fill) if has(key) else clean(str(found["key"]))
    except (KeyError, IndexError):  # kept by another version, which said it in other words
        told = clean(str(found["key"]))
    what, _, then = told.partition("\n")
    if not then and (sentence := _SENTENCE.match(told)):
        what, then = sentence[0], told[sentence.end():]
    return what.strip(), " ".join(then.split()) or tell("next.again")


def _here(name: str, value: str) -> str:
    if name in _FOLDERS or _ELSEWHERE.match(value):
        return re.split(r"[\\/]", value.rstrip("\\/"))[-1]
    return value


def hours(value: float) -> str:
    """Hours with one digit, never 0.0 where there is something left."""
    return f"{max(value, 0.1):.1f}"


def size(count: int) -> str:
    """Bytes in MB or GB."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"


def share(value: float | None) -> str:
    """A share in whole per cent; a dash where there is none."""
    return "–" if value is None else f"{value * 100:.0f}%"


def years(of: list[str]) -> str:
    """The years asked for."""
    return printable.span_of_years(of) if of else "–"


def day(date: str | None) -> str:
    """A date in words; "" for None."""
    return printable.period(date) if date else ""


def owed_by(code: str) -> str:
    """Who owes it."""
    return printable.named("owed_by", code)
