"""From the ledger's data to text that is fit to print: masked, harmless, and in words.

Every string from a paper or a folder passes through `safe` before it is printed anywhere. It
keeps the length in code points, so that a span of the stored text still lands on its words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from math import ceil, floor
from typing import Any, Literal

from pipeline.language import has, say
from pipeline.privacy import mask
from pipeline.rubric.model import Rubric

# Characters that no XML or HTML may hold, and those that turn the order of what follows around
# (a file name may use them to look like another).
_ODD = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff]"
)
_BREAKS = dict.fromkeys(map(ord, "\t\n\r\u2028\u2029"), "\ufffd")


def clean(text: str) -> str:
    """The text with U+FFFD for what cannot be printed; the same length."""
    return _ODD.sub("\ufffd", text)


def on_one_line(text: str) -> str:
    """As `clean`, with U+FFFD for what would begin another line on a terminal, too: a name with a
    break in it would say there what stands in the next line. The same length."""
    return clean(text).translate(_BREAKS)


@lru_cache(maxsize=256)
def safe(text: str | None) -> str:
    """Masked and cleaned, ready to be printed as text; the same length, "" for None. Kept for a
    while, as headings stand above many passages."""
    return clean(mask(text)) if text else ""


Mark = Literal["", "rule", "model", "both"]
"""Whose words these are: matched by a rule, weighed by the model, both or neither."""


def pieces(text: str, matched: Iterable[Sequence[int]], because: Iterable[Sequence[int]] = ()
           ) -> list[tuple[str, Mark]]:
    """The text cut where its mark changes: (piece, mark). Spans may overlap."""
    marks = [0] * len(text)
    for weight, spans in ((1, matched), (2, because)):
        for start, end in spans:
            for place in range(max(0, start), min(len(text), end)):
                marks[place] |= weight
    cut: list[tuple[str, Mark]] = []
    start = 0
    for place in range(1, len(text) + 1):
        if place == len(text) or marks[place] != marks[start]:
            cut.append((text[start:place], _MARKS[marks[start]]))
            start = place
    return cut


_MARKS: tuple[Mark, ...] = ("", "rule", "model", "both")


def places(found: Sequence[dict[str, Any]]) -> str:
    """Where a passage stands, in words: 第3—4页; 第12段·表格; 工作表“2023”第5行; 第8行."""
    runs: list[tuple[str, str, list[int]]] = []
    for place in found:
        kind, within, number = _place(place)
        if runs and runs[-1][:2] == (kind, within):
            runs[-1][2].append(number)
        else:
            runs.append((kind, within, [number]))
    return say("report.semicolon").join(_place_words(*run) for run in runs)


def _place(place: dict[str, Any]) -> tuple[str, str, int]:
    if "page" in place:
        return "page", "", place["page"]
    if "paragraph" in place:
        return "paragraph", place["in"], place["paragraph"]
    if "sheet" in place:
        return "row", safe(place["sheet"]), place["row"]
    return "line", "", place["line"]


def _place_words(kind: str, within: str, numbers: list[int]) -> str:
    words = say(f"report.place.{kind}", numbers=_runs(numbers), sheet=within)
    if kind == "paragraph" and within != "body":
        words += f"·{say(f'report.place.in.{within}')}"
    return words


def _runs(numbers: list[int]) -> str:
    """3, 4, 5, 8 -> 3–5、8."""
    told: list[list[int]] = []
    for number in sorted(set(numbers)):
        if told and number == told[-1][1] + 1:
            told[-1][1] = number
        else:
            told.append([number, number])
    return say("report.comma").join(
        str(first) if first == last else f"{first}–{last}" for first, last in told
    )


def period(code: str) -> str:
    """A slot's period or a date in words: 2024H1, 2024Q3, 2022-2024, 2024-10-31, 2024-10, 2024."""
    if is_span(code):
        return say("report.period.span", first=code[:4], last=code[5:])
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", code):
        return say("report.period.day", year=code[:4], month=int(code[5:7]), day=int(code[8:]))
    if re.fullmatch(r"\d{4}-\d{2}", code):
        return say("report.period.month", year=code[:4], month=int(code[5:]))
    if re.fullmatch(r"\d{4}H[12]", code):
        return say(f"report.period.half{code[5]}", year=code[:4])
    if re.fullmatch(r"\d{4}Q[1-4]", code):
        return say("report.period.quarter", year=code[:4], quarter=code[5])
    return say("report.period.year", year=code) if re.fullmatch(r"\d{4}", code) else code


def part_of_year(code: str) -> str:
    """The half-year or quarter alone, without its year."""
    return say("report.period.part." + code[4:])


def slot_period(code: str) -> str:
    """As `period`, but a day is a deadline."""
    words = period(code)
    return say("report.period.by", date=words) if re.fullmatch(r"\d{4}-\d\d-\d\d", code) else words


def span_of_years(years: Sequence[str]) -> str:
    """The years asked for, as one period where they follow one another."""
    if len(years) > 1 and int(years[-1]) - int(years[0]) == len(years) - 1:
        return say("report.period.span", first=years[0], last=years[-1])
    return say("report.comma").join(period(year) for year in years)


def cadence(code: str) -> str:
    """How often a requirement is asked for, in words."""
    if code.startswith("by "):
        return say("cadence.by", date=period(code[3:]))
    return say("cadence." + code.replace(" ", "_"))


def year(row: dict[str, Any]) -> str:
    """The year or years of a piece of evidence."""
    known = [one for one in (row["years"] or [row["year"]]) if one]
    if not known:
        return say("report.card.no_year")
    return say("report.card.years" if len(known) > 1 else "report.card.year",
               years=say("report.comma").join(known))


def is_span(period_code: str) -> bool:
    """Whether a period is several years as a whole, `2022-2024`."""
    return bool(re.fullmatch(r"\d{4}-\d{4}", period_code))


def number(value: float) -> str:
    """10.0 -> 10; 2.5 -> 2.5."""
    return f"{value:g}"


def named(kind: str, code: str | None) -> str:
    """The word of a code; "" for None. A code without a word is shown as it is, never lost."""
    if code is None:
        return ""
    key = f"{kind}.{code}"
    return say(key) if has(key) else clean(code)


def says_of(rubric: Rubric) -> dict[str, str]:
    """What a vote of each rule states."""
    return {f"rule:{rule.id}": rule.says for rule in rubric.rules}


def votes(found: Mapping[str, Any], says: Mapping[str, str], themes: Mapping[str, str]
          ) -> list[str]:
    """Who voted for a piece of evidence, in words: what a rule says, through which themes the model
    votes and how likely it holds them."""
    told = []
    for voice in found["cast_by"]:
        kind, _, name = voice.partition(":")
        if kind == "model":
            through = say("report.comma").join(
                f"{themes.get(theme, clean(theme))} {confidence(strength)}"
                for theme, strength in found["themes"].items())
            told.append(say("report.voted.model", id=clean(name), themes=through))
        else:
            told.append(says.get(voice) or clean(name or voice))
    return told


def confidence(value: float | None) -> str:
    """A confidence with two digits, never more than it is; "" where there is none."""
    return "" if value is None else f"{floor(value * 100) / 100:.2f}"


def flag(detail: dict[str, Any]) -> str:
    """A flag in one line: its word, why, the other paper, and where."""
    told = [say(f"flag.{detail['code']}")]
    if detail["why"]:
        told.append(say("report.colon") + safe(named("flag_why", detail["why"])))
    aside = [say("report.files.other") + say("report.colon") + safe(detail["other"])
             if detail["other"] else "", period(safe(detail["where"]))]
    if any(aside):
        told.append(f"（{say('report.semicolon').join(filter(None, aside))}）")
    return "".join(told)


def minutes(pictures: dict[str, Any]) -> int:
    """How long the recognition of the pages that wait will take one processor, in whole minutes."""
    seconds: float = pictures["pending"] * pictures["seconds_a_page"]
    return ceil(seconds / 60)
