"""Where the words around a name stand in a text: their kinds, and the patterns that find them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from pipeline.privacy import around
from pipeline.privacy.shapes import BLANK, DOT

KINDS: Mapping[str, frozenset[str]] = {
    "label": frozenset(around.LABELS.split()),
    "post": frozenset(around.POSTS.split()),
    "role": frozenset(around.ROLES.split()),
    "address": frozenset(around.ADDRESS.split()),
    "honour": frozenset(around.HONOURS.split()),
    "acting": frozenset(
        ("兼任", "担任", "任", "主持", "兼", "具体负责", "强调", "指出", "提出", "表示", "汇报了")
        + ("领学",)
    ),
    "by": frozenset(("由",)),
}
NAMING = frozenset().union(*KINDS.values())


def any_of(words: Iterable[str]) -> str:
    """The words as alternatives, the longer first."""
    return "|".join(sorted(set(words), key=lambda word: (-len(word), word)))


_WORDS = NAMING - {"任", "由", "兼"}
_FIRST = "".join(sorted({word[0] for word in _WORDS} | {"个"}))
_SECOND = "".join(sorted({word[1] for word in _WORDS} | set("人 \u3000\t")))
PAIRS = frozenset({word[:2] for word in _WORDS} | {"个人"})
SINGLY = "由为任兼等摄男女（(·•・‧"
MAY_BE = re.compile(f"[{_FIRST}{SINGLY}](?=[{_SECOND}]|(?<=[{SINGLY}]))")
"""Where a word around a name may begin; one pass over the text, and the fastest there is."""

_OPEN = (
    r"[（(](?=[男女][，,、）) ]|手?签[名字章]"
    r"|[^（）()]{0,22}(?:书记|主任|长|主席|委员|党员|老师|教师|教授|村官|干事|民警)[^（）()]{0,14}[）)])"
)
_SEX = (
    r"(?<=[，,])[男女](?=[，,。；])|(?<=[，,] )[男女](?=[，,。；])"
    r"|(?<=[|｜] )[男女](?= ?[|｜]|$)|(?<=[|｜])[男女](?= ?[|｜]|$)"
)
_BESIDES = {
    "由": r"由(?=[\u3400-\u9fff])(?!于)",
    "任": r"任(?=[^，。；]{0,14}?(?:长|主任|书记|员|人|代表|副))",
    "兼": r"兼(?=[^，。；]{0,8}(?:长|主任|书记|委员|联络|职))",
    "个": rf"个人{BLANK}?[|｜]{BLANK}?(?:名称|对象)(?=[:：])",
    "为": r"为(?=[^，。；、]{0,10}(?:长|主任|书记|委员|成员|顾问|联络员|指导员|辅导员))",
    "（": _OPEN,
    "(": _OPEN,
    "男": _SEX,
    "女": _SEX,
    "等": r"等(?=\s?[\d０-９一二两三四五六七八九十百余多]{1,4}\s?(?:名|位|户|人(?!次)|同志)"
    r"|同志|人[被获荣，。])",
    "摄": r"摄(?=[）)\s。]|$)",
    **dict.fromkeys("·•・‧", DOT),
}


def _cues() -> dict[str, Callable[[str, int], re.Match[str] | None]]:
    """For each letter that a word around a name begins with, what matches the whole word there."""
    spread = frozenset(around.SPREAD.split())
    groups: dict[str, list[str]] = {}
    for word in sorted(_WORDS, key=lambda word: (-len(word), word)):
        gap = f"{BLANK}{{0,4}}" if word in spread else ""
        groups.setdefault(word[0], []).append(gap.join(word))
    for letter, pattern in _BESIDES.items():
        groups.setdefault(letter, []).append(pattern)
    return {letter: re.compile("|".join(words)).match for letter, words in groups.items()}


CUES = _cues()
