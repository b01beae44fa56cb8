"""What the papers of a season say: text without a layout, woven of the training corpus.

The corpus (models/corpus) is cut into runs of one or two clauses; a paragraph is six to ten runs
that never stood together, in other words and with other figures. So two unrelated papers of one
kind share their set phrases, their headings and now and then a run of at most 28 letters in a
paragraph of more than a hundred: what is reported as a copy of them is wrong. A season is many
times as long as the corpus, so that short stretches recur in more units than in real papers.
All synthetic, as the corpus is.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.bench.season.names import Named

CORPUS = Path(__file__).resolve().parents[3] / "models" / "corpus"
LEAST, MOST = 10, 28
"""Letters of a run."""
UNUSABLE = {"template", "received", "bare_heading"}
NUMBERS = "一二三四五六七八九十"
_WORDS = """
    开展-组织 进行-做好 举办-组织召开 召开-举行 积极-主动 认真-扎实
    进一步-持续 加强-强化 推进-推动 完成-落实 解决-化解 问题-困难
    群众-居民 干部职工-全体人员 干部-工作人员 学习-研学 宣传-宣讲
    活动-行动 工作-任务 建立-健全 情况-进展 及时-第一时间 通过-借助
    同时-此外 共有-计 发放-派发 安排-部署 提高-提升 方式-办法
    各族-全体 走访-看望 参加-参与 以来-期间 实现-做到 作用-效用
    重点-关键 要求-提出 全年-一年来 服务-保障 为了-为 以及-和 需要-要
    经费-资金 人员-同志 检查-督查
"""
SYNONYMS = tuple(re.findall(r"(\S+)-(\S+)", _WORDS))
"""Words that may stand for one another, well enough for papers that only programs read."""
_NUMBERED = re.compile(r"^[（(]?[一二三四五六七八九十\d]{1,2}[）)、.]\s*")
_DIGITS = re.compile(r"(?<![\d.])\d{1,5}(?![\d.年月日]|\s*[年月日])")


@dataclass(frozen=True, slots=True)
class Run:
    """A few clauses of one sentence. `stage`: plan, done, result or None (no evidence)."""

    text: str
    themes: frozenset[str]
    stage: str | None
    topic: bool
    """Whether it is of this campaign: else it is of another one, or of none."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper as it is written down. `lines`: (role, text); roles are letterhead, number, title,
    to, heading, text, row (cells between tabs), caption, sign. `folder`: year it is filed under."""

    kind: str
    title: str
    dated: str
    lines: tuple[tuple[str, str], ...]
    year: int

    @property
    def letters(self) -> int:
        return sum(len(text) for _, text in self.lines)


@cache
def runs() -> tuple[Run, ...]:
    """All runs of the corpus, unit and place as slots."""
    found = []
    for file in sorted(CORPUS.glob("v*.jsonl")):
        for line in file.read_text("utf-8").splitlines():
            row = json.loads(line)
            if row["negative_kind"] in UNUSABLE:
                continue
            text = "".join(row["text"].split()).replace(row["unit"], "我单位")
            if place := re.match(r".{2,3}?[市县区州旗]", row["unit"]):
                text = text.replace(place[0], "本地")
            themes = frozenset(row["themes"])
            topic = row["negative_kind"] not in ("other_campaign", "neutral")
            found += [Run(run, themes, row["stage"], topic) for run in _cut(text)]
    return tuple(found)


def _cut(text: str) -> Iterator[str]:
    for sentence in re.split(r"[。！？；｜|\n]", text):
        sentence, held = _NUMBERED.sub("", sentence), ""
        if sentence.count("“") != sentence.count("”"):
            continue
        for clause in filter(None, sentence.split("，")):
            joined = f"{held}，{clause}" if held else clause
            if len(joined) > MOST:
                if len(held) >= LEAST:
                    yield held
                held = clause if len(clause) <= MOST else ""
            else:
                held = joined
            if held.count("，") == 1 or len(held) > 20:
                yield held
                held = ""
        if LEAST <= len(held) <= MOST:
            yield held


@cache
def _of(stages: tuple[str | None, ...], topic: bool) -> tuple[Run, ...]:
    """What a kind of paper draws from, all of it alike."""
    if not topic:
        return tuple(run for run in runs() if not run.topic)
    return tuple(run for run in runs() if run.topic and run.stage in stages)


@cache
def _like(text: str) -> tuple[tuple[str, str], ...]:
    """What may be exchanged in a run."""
    both = (*SYNONYMS, *((new, old) for old, new in SYNONYMS if new not in old))
    return tuple((old, new) for old, new in both if old in text)


def _varied(text: str, rng: random.Random) -> str:
    """The run in other words, where there are any, and with other figures."""
    if (fit := _like(text)) and rng.random() < 0.8:
        text = text.replace(*rng.choice(fit))
    return figures(text, rng)


@cache
def themes() -> tuple[str, ...]:
    """All themes of the corpus, by name."""
    return tuple(sorted({theme for run in runs() for theme in run.themes}))


KINDS: dict[str, tuple[int, tuple[str | None, ...], tuple[str, ...]]] = {
    "方案": (16, ("plan", None), (
        "{单位}{年}年民族团结进步创建工作方案", "{单位}{年}年民族团结进步宣传月活动方案",
        "{单位}铸牢中华民族共同体意识教育{年}年实施方案")),
    "总结": (20, ("done", "result", None), (
        "{单位}{年}年民族团结进步创建工作总结", "{单位}{年}年度创建工作总结",
        "{年}年民族团结进步宣传月活动总结")),
    "纪要": (9, ("plan", "done", None), (
        "{单位}民族团结进步创建工作专题会议纪要", "党组会议纪要（{年}年第{数}期）")),
    "简报": (16, ("done", "result"), (
        "民族团结进步创建工作简报{年}年第{数}期", "{单位}工作信息第{数}期")),
    "通知": (8, ("plan", None), (
        "关于做好{年}年民族团结进步创建有关工作的通知",
        "关于调整{单位}民族团结进步创建工作领导小组的通知")),
    "学习记录": (9, ("done", None), (
        "{单位}理论学习中心组{年}年第{数}次学习记录", "支部主题党日活动记录（{年}年{月}月）")),
    "汇报": (9, ("done", "result", None), (
        "{单位}关于{年}年民族团结进步创建工作推进情况的汇报", "{单位}创建工作自查报告（{年}年）")),
    "制度": (4, ("plan",), (
        "{单位}民族团结进步创建工作责任制度", "{单位}涉民族因素矛盾纠纷排查制度")),
    "台账": (9, ("done", "result"), (
        "{年}年民族团结进步创建工作台账", "{年}年服务各族群众办实事台账",
        "{年}年创建工作经费台账")),
}
"""Kind of paper: its share, the stages of what it says, its titles."""
OTHER_TITLES = ("{单位}{年}年安全生产工作情况", "关于{年}年度档案整理工作的通知",
                "{年}年政务公开工作总结", "{单位}{年}年度预算执行情况说明",
                "{年}年第{数}次周例会记录")
OPENINGS = {
    "方案": "为深入推进民族团结进步创建工作，根据上级部署要求，结合{单位}工作实际，制定本方案。",
    "总结": "{年}年，在上级的正确领导下，{单位}紧紧围绕年度目标任务，"
            "扎实开展各项工作，现将有关情况总结如下。",
    "纪要": "{年}年{月}月{日}日，{单位}召开会议，专题研究有关工作，现将会议议定事项纪要如下：",
    "通知": "为进一步做好有关工作，经研究，现将有关事项通知如下：",
    "汇报": "按照通知要求，现将{单位}{年}年有关工作推进情况汇报如下。",
    "学习记录": "时间：{年}年{月}月{日}日　地点：{单位}会议室　主持：主要负责同志　记录：办公室",
    "制度": "第一条　为规范有关工作，明确责任，根据有关规定，结合{单位}实际，制定本制度。",
}
"""Phrases that everybody writes: found in most units, and no copying."""
CLOSINGS = ("下一步，{单位}将继续加强组织领导，压实工作责任，确保各项任务落到实处。",
            "特此通知。", "以上报告，请审阅。")
HEADINGS = ("加强组织领导", "主要做法", "工作成效", "存在问题", "下一步打算", "突出宣传教育",
            "服务各族群众", "工作安排", "有关要求", "做好结合文章", "健全工作机制",
            "抓实学习培训", "保障措施")
HEADS = {"事项": 9, "完成情况": 14, "责任科室": 4, "时间": 4}
OFFICES = ("办公室", "党建办", "人事科", "综合科", "宣传科", "后勤科",
           "业务一科", "业务二科", "工会")


def paper(unit: Named, asked: Sequence[int], rng: random.Random, kind: str | None = None,
          short: bool = False, shun: frozenset[str] = frozenset(),
          silent: frozenset[str] = frozenset()) -> Paper:
    """A paper of the unit, dated in one of the years asked. `shun`: themes of which it may say
    what is planned and nothing else; `silent`: of which it says nothing. `short`: a page at most.
    """
    kind = kind or rng.choices(tuple(KINDS), [share for share, _, _ in KINDS.values()])[0]
    _, stages, titles = KINDS[kind]
    year = rng.choice(asked)
    topic = rng.random() < 0.8
    slots = {"单位": unit.name, "年": str(year), "数": str(rng.randint(1, 40)),
             "月": str(rng.randint(1, 12)), "日": str(rng.randint(1, 28))}
    title = _filled(rng.choice(titles if topic else OTHER_TITLES), slots)
    dated = f"{year}年{slots['月']}月{slots['日']}日"
    lines: list[tuple[str, str]] = []
    if kind in ("方案", "通知", "纪要", "制度") and rng.random() < 0.7:
        lines.append(("letterhead", f"{unit.name}文件"))
        lines.append(("number", f"{unit.name[0]}{unit.name[-3]}发〔{year}〕{slots['数']}号"))
    lines.append(("title", title))
    if kind == "通知":
        lines.append(("to", "各科室、所属各单位："))
    if kind in OPENINGS:
        lines.append(("text", _filled(OPENINGS[kind], slots)))
    weave = _Weave(rng, stages, topic, shun, silent)
    if kind == "台账":
        lines += weave.table(rng.randint(4, 8) if short else rng.randint(8, 40), year)
    else:
        room = rng.randint(250, 500) if short else int(min(9000, rng.lognormvariate(7.35, 0.6)))
        lines += weave.chapters(room, year)
        if kind in ("方案", "总结", "汇报") and rng.random() < 0.3:
            lines += weave.table(rng.randint(3, 12), year)
    if kind in ("总结", "通知", "汇报"):
        lines.append(("text", _filled(rng.choice(CLOSINGS), slots)))
    lines += [("sign", unit.name), ("sign", dated)]
    return Paper(kind, title, dated, tuple(lines), year)


def _filled(text: str, slots: dict[str, str]) -> str:
    for name, value in slots.items():
        text = text.replace("{" + name + "}", value)
    return text


@dataclass(slots=True)
class _Weave:
    """The thread of one paper: what its runs are drawn from."""

    rng: random.Random
    stages: tuple[str | None, ...]
    topic: bool
    shun: frozenset[str]
    silent: frozenset[str]

    def run(self) -> str:
        """A run of the paper's kind; of what the unit is silent about another one, of none: were
        it drawn until one fits, units with little to say would all say the same."""
        run = self.rng.choice(_of(self.stages, self.topic))
        if not self.silent.isdisjoint(run.themes) or (
                run.stage not in (None, "plan") and not self.shun.isdisjoint(run.themes)):
            run = self.rng.choice(_of((None,), self.rng.random() < 0.4))
        return _varied(run.text, self.rng)

    def paragraph(self) -> str:
        count, marks = self.rng.randint(6, 10), "，，。"
        text = "".join(self.run() + self.rng.choice(marks) for _ in range(count))
        return f"{text[:-1]}。"

    def chapters(self, room: int, year: int) -> Iterator[tuple[str, str]]:
        headings = self.rng.sample(HEADINGS, 10)
        for number, heading in enumerate(headings):
            yield "heading", f"{NUMBERS[number]}、{heading}"
            for part in range(self.rng.randint(1, 4)):
                text = self.paragraph()
                if self.rng.random() < 0.4:
                    text = f"{year}年{self.rng.randint(1, 12)}月{self.rng.randint(1, 28)}日，{text}"
                if self.rng.random() < 0.3:
                    text = f"（{NUMBERS[part]}）{text}"
                yield "text", text
                room -= len(text)
            if room <= 0:
                return

    def table(self, rows: int, year: int) -> Iterator[tuple[str, str]]:
        yield "caption", f"{year}年工作任务落实情况表"
        yield "row", "\t".join(("序号", *HEADS))
        for number in range(1, rows + 1):
            when = f"{year}年{self.rng.randint(1, 12)}月"
            what, done = ("，".join(self.run() for _ in range(count)) for count in (2, 3))
            yield "row", "\t".join((str(number), what, done, self.rng.choice(OFFICES), when))


def figures(text: str, rng: random.Random) -> str:
    """The text with other figures; dates stay."""
    return _DIGITS.sub(lambda found: str(rng.randint(10 ** (len(found[0]) - 1),
                                                     10 ** len(found[0]) - 1)), text)
