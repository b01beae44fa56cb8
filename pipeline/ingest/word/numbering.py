"""Automatic numbering of Word: the label that stands before a paragraph, as Word would show it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from pipeline.ingest.word.wordml import VAL, W, is_on, number, val, whole

_HAN = "〇一二三四五六七八九"
_LEGAL = "零壹贰叁肆伍陆柒捌玖"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_BULLETS = {0xA7: "▪", 0x6C: "●", 0x6E: "■", 0x6F: "□", 0xD8: "➢", 0x75: "◆", 0xFC: "√"}
_PLACE = re.compile(r"%([1-9])")
_MOST_LEVELS = 9
LONGEST = 100
"""Letters of a pattern that are kept."""
MOST_LETTERS = 780
"""Word counts in letters up to thirty of the same; then in figures, here."""


@dataclass(slots=True)
class Level:
    """One level of a list: its first number, format, pattern (`第%1章`) and what follows it."""

    start: int = 1
    format: str = "decimal"
    pattern: str = ""
    after: str = "tab"
    legal: bool = False
    restart: int | None = None
    """The level (counted from 1) after which this one starts again; 0 never, None any above."""


@dataclass(slots=True)
class Numbering:
    """All lists of a paper, and how far each has counted."""

    levels: dict[str, dict[int, Level]] = field(default_factory=dict)
    lists: dict[str, str] = field(default_factory=dict)
    """List id to the abstract list that it counts in."""
    starts: dict[tuple[str, int], int] = field(default_factory=dict)
    own: dict[tuple[str, int], Level] = field(default_factory=dict)
    by_style: dict[str, int] = field(default_factory=dict)
    """Paragraph style to the level that names it."""
    counts: dict[str, dict[int, int]] = field(default_factory=dict)

    def label(self, list_id: str, depth: int) -> str:
        """The next label at this depth (from 0) of a list, with what separates it from the text;
        empty where the list shows none."""
        abstract = self.lists.get(list_id)
        depth = min(max(depth, 0), _MOST_LEVELS - 1)
        if abstract is None:
            return ""
        level = self._level(list_id, abstract, depth)
        if level is None:
            return ""
        counts = self.counts.setdefault(abstract, {})
        if (list_id, depth) in self.starts:
            # a list that starts anew does so once
            counts[depth] = self.starts.pop((list_id, depth))
        else:
            counts[depth] = counts[depth] + 1 if depth in counts else level.start
        for deeper in [each for each in counts if each > depth]:
            below = self._level(list_id, abstract, deeper)
            if below is None or below.restart is None or 0 < below.restart >= depth + 1:
                del counts[deeper]
        if level.format == "bullet":
            label = bullet(level.pattern)
        else:
            label = _PLACE.sub(
                lambda found: self._part(list_id, abstract, int(found[1]) - 1, level.legal),
                level.pattern,
            )
        return label + _separator(label, level.after) if label else ""

    def _part(self, list_id: str, abstract: str, depth: int, legal: bool) -> str:
        level = self._level(list_id, abstract, depth) or Level()
        count = self.counts[abstract].get(depth, level.start)
        return as_number(count, "decimal" if legal else level.format)

    def _level(self, list_id: str, abstract: str, depth: int) -> Level | None:
        return self.own.get((list_id, depth)) or self.levels.get(abstract, {}).get(depth)


def numbering(root: etree._Element | None) -> Numbering:
    """The lists that `numbering.xml` defines."""
    found = Numbering()
    if root is None:
        return found
    by_link: dict[str, str] = {}
    borrowed: dict[str, str] = {}
    for abstract in root.findall(W + "abstractNum"):
        key = abstract.get(W + "abstractNumId", "")
        found.levels[key] = {
            _depth(level): _level(level) for level in abstract.findall(W + "lvl")
        }
        for level in abstract.findall(W + "lvl"):
            style = val(level, "pStyle")
            if style:
                found.by_style[style] = _depth(level)
        link, source = val(abstract, "styleLink"), val(abstract, "numStyleLink")
        if link:
            by_link[link] = key
        if source:
            borrowed[key] = source
    for key, source in borrowed.items():
        if not found.levels[key] and source in by_link:
            found.levels[key] = found.levels[by_link[source]]
    for each in root.findall(W + "num"):
        key = each.get(W + "numId", "")
        found.lists[key] = val(each, "abstractNumId") or ""
        for change in each.findall(W + "lvlOverride"):
            start = number(change, "startOverride")
            if start is not None:
                found.starts[key, _depth(change)] = start
            for level in change.findall(W + "lvl"):
                found.own[key, _depth(change)] = _level(level)
    return found


def _depth(element: etree._Element) -> int:
    return max(whole(element.get(W + "ilvl")) or 0, 0)


def _level(level: etree._Element) -> Level:
    start = number(level, "start")
    formats = level.findall(f".//{W}numFmt")
    return Level(
        start=1 if start is None else start,
        # a custom format stands in mc:AlternateContent, its plain form last
        format=formats[-1].get(VAL, "decimal") if formats else "decimal",
        pattern=(val(level, "lvlText") or "")[:LONGEST],
        after=val(level, "suff") or "tab",
        legal=bool(is_on(level, "isLgl")),
        restart=number(level, "lvlRestart"),
    )


def _separator(label: str, after: str) -> str:
    """A tab is shown as the space it is; behind 、 and ） there is room enough."""
    if after == "nothing" or label[-1] in "、，。．）】》〕：章节条款":
        return ""
    return " "


def bullet(pattern: str) -> str:
    """A bullet as a letter that every font has (Word keeps those of Wingdings and Symbol)."""
    if pattern and "\ue000" <= pattern[0] <= "\uf8ff":
        return _BULLETS.get(ord(pattern[0]) & 0xFF, "•")
    return {"": "•", "o": "◦"}.get(pattern, pattern)


def as_number(count: int, kind: str) -> str:
    """A count in a format of `w:numFmt`; as decimal where we do not know the format."""
    if kind == "none":
        return ""
    if count <= 0:
        return str(count)
    if kind in ("chineseCounting", "taiwaneseCounting") and count > 99:
        kind = "ideographDigital"
    if kind in _COUNTING:
        return _in_words(count, _HAN[1:], "十百千")
    if kind in ("chineseLegalSimplified", "ideographLegalTraditional"):
        return _in_words(count, _LEGAL[1:], "拾佰仟", short=False)
    if kind == "ideographDigital":
        return "".join(_HAN[int(digit)] for digit in str(count))
    if kind == "ideographTraditional" and count <= 10:
        return _STEMS[count - 1]
    if kind == "ideographZodiac" and count <= 12:
        return _BRANCHES[count - 1]
    if kind in ("lowerLetter", "upperLetter") and count <= MOST_LETTERS:
        letter = chr(ord("a") + (count - 1) % 26) * ((count - 1) // 26 + 1)
        return letter if kind == "lowerLetter" else letter.upper()
    if kind in ("lowerRoman", "upperRoman") and count < 4000:
        return _roman(count) if kind == "lowerRoman" else _roman(count).upper()
    if kind in _RUNS and count <= _RUNS[kind][1]:
        return chr(ord(_RUNS[kind][0]) + count - 1)
    if kind == "decimalFullWidth":
        return "".join(chr(ord("０") + int(digit)) for digit in str(count))
    if kind == "decimalZero":
        return f"{count:02d}"
    return str(count)


_COUNTING = {
    "chineseCounting",
    "chineseCountingThousand",
    "taiwaneseCounting",
    "taiwaneseCountingThousand",
    "japaneseCounting",
}
_RUNS = {
    # the first of a run of letters, and how many there are
    "decimalEnclosedCircle": ("①", 20),
    "decimalEnclosedCircleChinese": ("①", 20),
    "decimalEnclosedParen": ("⑴", 20),
    "decimalEnclosedFullstop": ("⒈", 20),
    "ideographEnclosedCircle": ("㊀", 10),
}


def _in_words(count: int, digits: str, units: str, short: bool = True) -> str:
    """十一, 二十, 一百零五; below 20 the leading 一 is not said."""
    zero = "零"
    if count >= 10_000:
        high, low = divmod(count, 10_000)
        rest = _in_words(low, digits, units, False) if low else ""
        gap = zero if 0 < low < 1000 else ""
        return _in_words(high, digits, units, short) + "万" + gap + rest
    text, skipped = "", False
    for place in range(3, -1, -1):
        digit = count // 10**place % 10
        if digit == 0:
            skipped = skipped or bool(text)
            continue
        text += (zero if skipped else "") + digits[digit - 1] + (units[place - 1] if place else "")
        skipped = False
    return text[1:] if short and 10 <= count < 20 else text


def _roman(count: int) -> str:
    text = ""
    for value, letters in (
        (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"),
        (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
    ):  # fmt: skip
        text += letters * (count // value)
        count %= value
    return text
