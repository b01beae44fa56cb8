"""Copies made on purpose: a text changed by 10 to 40 % as a writer in a hurry changes another's.

Names and numbers exchanged, clauses and sentences put in another order, words replaced by their
like, sentences dropped, and others put in. How much was changed is measured by `difflib`, which
knows nothing of what finds copies; a text moved counts as changed.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher

from tests.bench.clauses import SLOTS

LEAST, MOST = 0.1, 0.4

WORDS: tuple[tuple[str, ...], ...] = (
    ("开展", "组织", "举行", "举办"), ("认真", "切实", "扎实"), ("召开", "组织召开"),
    ("学习", "研学", "学习领会"), ("强化", "加强", "抓好"), ("推进", "推动", "促进"),
    ("深入", "持续", "不断"), ("建立", "健全", "完善"), ("参加", "参与", "到场"),
    ("群众", "居民", "住户"), ("干部", "工作人员", "同志"), ("活动", "行动"), ("工作", "事项"),
    ("解决", "化解", "办妥"), ("问题", "难题", "诉求"), ("安排", "部署", "布置"),
    ("明确", "确定", "定下"), ("负责", "牵头", "承担"), ("落实", "办理", "做好"),
    ("宣传", "宣讲", "宣介"), ("各族", "各民族"), ("及时", "第一时间", "尽快"),
    ("每月", "每个月", "按月"), ("通过", "借助", "利用"), ("以及", "和", "与"),
    ("同时", "此外", "另外"), ("其中", "里面"), ("全年", "一年来", "年内"), ("由", "请", "让"),
    ("发放", "派发", "送出"), ("收到", "收集到"), ("走访", "看望", "入户"), ("会上", "会议上"),
    ("已经", "已"), ("进行", "作"), ("完成", "做完", "办结"), ("帮助", "帮", "协助"),
    ("大家", "与会人员"), ("成立", "组建", "设立"), ("制定", "拟定", "出台"), ("现场", "当场"),
    ("培训", "轮训"), ("了解", "掌握"), ("介绍", "讲解"), ("提出", "说到"), ("年底", "年末"),
)
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_CHINESE = re.compile(r"[一二三四五六七八九十]{1,3}(?=[个名户人次场期件条份家天支对项组批处位])")
_SENTENCE = re.compile(r"[^。；！？]*[。；！？]?")
_CLAUSE = re.compile(r"[^，]*，?")


def distance(one: str, other: str) -> float:
    """The share of two texts that differs: 0 for equal ones, 1 for strangers."""
    return 1 - SequenceMatcher(None, one, other, autojunk=False).ratio()


def edited(text: str, wanted: float, rng: random.Random, strange: Sequence[str],
           names: Sequence[tuple[str, str]] = ()) -> str:
    """The text changed until about `wanted` of it differs; `strange` are sentences from elsewhere,
    `names` are exchanged first. Raises nothing; a text that cannot be changed so far stays nearer
    (the caller measures)."""
    now = text
    for old, new in names:
        now = now.replace(old, new)
    if rng.random() < 0.8:
        now = _numbers(now, rng)
    steps: list[Callable[[str], str]] = [
        lambda said: _ordered(said, rng), lambda said: _reworded(said, rng),
        lambda said: _reworded(said, rng), lambda said: _dropped(said, rng),
        lambda said: _added(said, rng, strange), lambda said: _replaced(said, rng, strange),
    ]
    differs = distance(text, now)
    for _ in range(40):
        if differs >= wanted:
            break
        tried = rng.choice(steps)(now)
        reached = distance(text, tried)
        if reached <= min(MOST, wanted + 0.08):
            now, differs = tried, reached
    return now


def _numbers(text: str, rng: random.Random) -> str:
    text = _NUMBER.sub(lambda found: str(rng.randint(2, 9 * max(1, int(float(found[0]))) + 3))
                       if not re.fullmatch(r"(?:19|20)\d\d", found[0])
                       else str(rng.randint(2019, 2024)), text)
    return _CHINESE.sub(lambda _: rng.choice("二三四五六七八九十"), text)


def _sentences(text: str) -> list[str]:
    return [one for one in _SENTENCE.findall(text) if one]


def _ordered(text: str, rng: random.Random) -> str:
    """Two sentences, or two clauses of one sentence, change places."""
    parts = _sentences(text)
    if len(parts) > 1 and rng.random() < 0.5:
        at = rng.randrange(len(parts) - 1)
        parts[at], parts[at + 1] = parts[at + 1], parts[at]
        return "".join(parts)
    at = rng.randrange(len(parts))
    body, stop = parts[at][:-1], parts[at][-1:]
    clauses = body.split("，")
    if len(clauses) > 1:
        first, second = rng.sample(range(len(clauses)), 2)
        clauses[first], clauses[second] = clauses[second], clauses[first]
    parts[at] = "，".join(clauses) + stop
    return "".join(parts)


def _reworded(text: str, rng: random.Random) -> str:
    """A few words replaced by their like."""
    there = [group for group in WORDS if any(word in text for word in group)]
    rng.shuffle(there)
    for group in there[: rng.randint(1, 3)]:
        word = next((word for word in group if word in text), None)
        if word is not None:
            text = text.replace(word, rng.choice([one for one in group if one != word]), 1)
    if rng.random() < 0.3:
        place = rng.choice(SLOTS["街道"] + SLOTS["社区"])
        text = re.sub(r"[\u4e00-\u9fff]{2}(?:街道|社区|镇|乡|村)", place, text, count=1)
    return text


def _dropped(text: str, rng: random.Random) -> str:
    parts = _CLAUSE.findall(text)
    parts = [part for part in parts if part]
    if len(parts) > 2:
        del parts[rng.randrange(len(parts))]
    return "".join(parts)


def _added(text: str, rng: random.Random, strange: Sequence[str]) -> str:
    parts = _sentences(text)
    parts.insert(rng.randint(0, len(parts)), rng.choice(strange))
    return "".join(parts)


def _replaced(text: str, rng: random.Random, strange: Sequence[str]) -> str:
    """A clause said in words of somebody else."""
    parts = [part for part in _CLAUSE.findall(text) if part]
    at = rng.randrange(len(parts))
    other = [part for part in _CLAUSE.findall(rng.choice(strange)) if part]
    new = rng.choice(other).rstrip("，。；") or parts[at]
    parts[at] = new + (parts[at][-1] if parts[at][-1] in "，。；！？" else "")
    return "".join(parts)
