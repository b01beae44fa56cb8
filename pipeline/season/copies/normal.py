"""Passages made even: what stays of them when names, numbers and the order of clauses are changed.

    砚川市住建局2023年3月5日组织干部职工40人到青石街道开展宣讲，发放资料300份。
    U0组织干部职工0人到P开展宣讲|发放资料0份/

A passage becomes its clauses, each ended by `END`, the last of a sentence by `STOP`: letters and
digits in half width, every number and date `0`, the own unit `U`, a place `P`, a person `N`.
Quotations, and the formulas that every paper begins with, are taken out and counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from unicodedata import normalize

import numpy as np
from numpy.typing import NDArray

from pipeline.privacy import mask

Codes = NDArray[np.uint16]
"""Text as numbers, one a sign; what lies beyond the basic plane is folded into it."""

END, STOP = 0, 1
"""Ends a clause, and a sentence, so that nothing reaches from one into another: their order is
free. All other codes are greater."""
SHORTEST = 6
"""Signs of a clause: shorter ones are labels of forms, dates, numberings, names in a list."""
PARTED = "\ue000"
"""Between passages while a paper is made even; private use, so that no reader yields it as text."""

_WIDE = tuple(zip("，：；（）！？\u3000", ",:;()!? ", strict=True))
_QUOTED = re.compile(r"《[^《》\ue000]{1,80}》|“[^“”\ue000]{2,120}”|「[^「」\ue000]{2,120}」")
_PERSON = re.compile(r"[\u3400-\u9fff]?[*＊]{1,18}")
_NUMBER = re.compile(r"[0-9]+(?:[.,:][0-9]+)*|[〇○零一二三四五六七八九十百]+(?=[年月日号届期次])")
_DATE = re.compile(r"0(?:年度?|[-./]0[-./])?(?:0月)?(?:0[日号])?(?:至|[-—~])?(?:0月)?(?:0[日号])?")
_OURS = re.compile(
    r"(?:我|本|全)(?:省|市|县|区|州|旗|乡|镇|街道|村|社区|局|委|办|校|院|厅|处|所|站|中心|单位|公司|系统)"
)
_PLACE = re.compile(
    r"[\u3400-\u9fff]{2}(?:街道|社区|自治县|村委会|居委会|镇|乡|村|县|州|旗)(?![民级域帜])"
)
_LEADING = re.compile(r"(.{2,6}?)(?:省|市|自治州|州|自治县|县|区|旗|镇|乡|街道|村|社区)(?=..)")
_NUMBERED = re.compile(
    r"(?:(?<=[\n\ue000])|^)\s*(?:[（(]?[0〇一二三四五六七八九十]{1,3}(?:[)）、.．]|是(?=.))|第[0〇一二三四五六七八九十]{1,3}[,、])"
)
_GUIDING = re.compile(
    r".{0,6}(?:(?:高举|N).+旗帜|以.+为(?:指导|主线|引领|统领|遵循|根本遵循)|(?:全面|深入|认真|坚决)?(?:学习|宣传)?(?:贯彻|落实|领会)+"
    r".*(?:精神|思想|部署|论述|方针|政策)|(?:牢固树立|增强|强化).{0,12}意识|坚定.{0,12}自信|(?:坚决)?做到.{0,8}维护)"
)
"""The clause with which every paper begins: whose banner, which congress, what main line."""
_STOPS = re.compile(r"[。;!?.\r|｜•·]+")
_COMMAS = re.compile(r"[,:\t]+")
_DROPPED = re.compile(r"[^0-9A-Za-z\u3400-\u9fff\U00020000-\U0003ffff\n\v]+")
_LATIN = re.compile(r"[A-Za-z]+")


class Even(NamedTuple):
    """Passages made even: their codes one behind the other, where each begins (one more start than
    passages), and how many signs of each were quotations."""

    codes: Codes
    starts: NDArray[np.int64]
    quoted: NDArray[np.int32]


def own_names(names: Iterable[str]) -> re.Pattern[str] | None:
    """A pattern for the unit's own names as they stand in its papers: whole, without the place in
    front, the place alone. None where there is no name."""
    found: set[str] = set()
    for name in names:
        whole = "".join(normalize("NFKC", name).split())
        found.add(whole)
        while place := _LEADING.match(whole):
            whole = whole[place.end():]
            found |= {place[0], place[1], whole}
    kept = sorted((name for name in found if len(name) >= 2), key=lambda one: (-len(one), one))
    return re.compile("|".join(map(re.escape, kept))) if kept else None


def even(passages: Sequence[str], own: re.Pattern[str] | None) -> Even:
    """The passages of one paper made even; `own` as `own_names` made it."""
    text = mask(PARTED.join(one.replace(PARTED, " ").replace("\n", " ") for one in passages))
    for wide, narrow in _WIDE:
        text = text.replace(wide, narrow)
    text = normalize("NFKC", text)
    text = _LATIN.sub(lambda found: found[0].lower(), text)
    quoted = [0] * len(passages)
    if "《" in text or "“" in text or "「" in text:
        parts = text.split(PARTED)
        for number, part in enumerate(parts):
            less = _QUOTED.sub("", part)
            quoted[number] = len(part) - len(less)
            parts[number] = less
        text = PARTED.join(parts)
    if own is not None:
        text = own.sub("U", text)
    text = _PERSON.sub("N", text)
    text = _NUMBER.sub("0", text)
    text = _DATE.sub("0", text)
    text = _OURS.sub("U", text)
    text = _PLACE.sub("P", text)
    codes: list[str] = []
    starts = [0]
    at = 0
    for number, part in enumerate(text.split(PARTED) if passages else ()):
        part = _COMMAS.sub("\v", _STOPS.sub("\n", _NUMBERED.sub("", part)))
        whole = ""
        for sentence in _DROPPED.sub("", part).split("\n"):
            kept = [clause for clause in sentence.split("\v") if len(clause) >= SHORTEST]
            said = [clause for clause in kept if not _GUIDING.fullmatch(clause)]
            quoted[number] += sum(map(len, kept)) - sum(map(len, said))
            if kept := said:
                whole += "\0".join(kept) + "\1"
        if whole:
            codes.append(whole)
            at += len(whole)
        starts.append(at)
    points = np.frombuffer("".join(codes).encode("utf-32-le", "replace"), dtype="<u4")
    return Even((points & 0xFFFF).astype(np.uint16), np.array(starts, dtype=np.int64),
                np.array(quoted, dtype=np.int32))


def shown(codes: Codes) -> str:
    """Codes as a text again, for tests and for looking at what was compared."""
    return "".join(chr(code) if code > STOP else "|/"[code] for code in codes.tolist())
