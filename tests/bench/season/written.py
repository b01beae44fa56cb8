"""The papers that a plan asks for, each from the plan alone: its text, its format, its name."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from pipeline.rubric.load import load
from tests.bench.season import drawn, edits, formats, printed, prose
from tests.bench.season.names import CITY, Named
from tests.bench.season.planned import FORMATS, LEDGERS, SMALL, Place, Plan, Slot
from tests.bench.season.prose import Paper

SUPERIOR = f"{CITY}民族团结进步创建工作领导小组办公室"
OWN = 60
"""Letters of a paragraph that is worth copying."""
FOLDERS = {"year": (), "flat": (), "topic": (
    "一、组织领导", "二、学习教育", "三、服务群众", "四、宣传活动", "五、其他")}
FORM = "民族团结进步创建活动登记表"
FORM_LINES = (
    "申报单位：{单位}　填表日期：{年}年{月}月",
    "填表说明：本表由申报单位如实填写，一事一表，不得漏项；活动名称应与通知或方案一致，"
    "参加人数按签到册统计，附活动照片不少于三张并注明时间、地点；所填内容应有原始材料备查，"
    "原始材料保存期限不少于五年。",
    "报送要求：登记表一式两份，一份由申报单位存档，一份经主管部门审核盖章后报送；"
    "电子版与纸质版内容应当一致，逾期未报或内容不全的视为未开展；同一活动由多个单位联合举办的，"
    "由牵头单位填报，其他单位不再重复填报。",
    "活动名称：{名}",
    "参加人数：{人}人　活动地点：{处}",
    "审核意见：经审核，以上内容属实，同意报送。审核人应当对照通知、签到册、照片和简报逐项核对，"
    "核对无误后签字并加盖公章。",
)
MESSY = ("最终版{}", "新建文档({})", "定稿{}", "材料{}", "附件{}")


@dataclass(frozen=True, slots=True)
class Told:
    """What the truth says of a file that is a copy: of what, how much edited and how, where."""

    source: Place
    edited: float
    how: tuple[str, ...]
    lines: tuple[str, ...] = ()
    """Of copied paragraphs: how each begins."""


@dataclass(frozen=True, slots=True)
class Written:
    """A file: its path in the unit's folder, its bytes, its paper (None: a picture only)."""

    path: str
    data: bytes
    paper: Paper | None = None
    told: Told | None = None
    quotes: tuple[str, ...] = ()
    """What it quotes with permission: notice, rubric."""


def asked(year: int) -> tuple[int, int, int]:
    """The years that a season of that year asks for."""
    return year - 2, year - 1, year


def written(plan: Plan, place: Place, *, small: bool = False) -> Written:
    """The file of one slot."""
    unit, number = place
    slot, named = plan.slots[unit][number], plan.units[unit]
    match slot.role:
        case "kept":
            assert plan.before is not None and slot.source is not None
            return written(plan.before, slot.source, small=small)
        case "photo":
            return _photo(plan, place, slot)
        case "notice":
            return _notice(plan, place)
        case "form":
            paper = form(named, plan.rng(unit, number))
            name = _named(plan, place, paper, "docx")
            return Written(f"登记表/{name}", formats.docx(paper), paper)
    paper, told, quotes = text(plan, place, small=small)
    rng = plan.rng(unit, number, "file")
    if slot.role == "scan":
        return Written(_path(plan, place, paper, "pdf"), drawn.scan(paper, _seed(plan, place)))
    if slot.role == "snapped":
        return Written(_path(plan, place, paper, "jpg"), drawn.snapped(paper, _seed(plan, place)))
    if slot.role == "locked":
        return Written(_path(plan, place, paper, "pdf"), printed.locked(paper))
    if slot.role == "broken":
        return Written(_path(plan, place, paper, "docx"), formats.broken(formats.docx(paper)))
    shares = SMALL if small else LEDGERS if paper.kind == "台账" else FORMATS
    kind = rng.choices(tuple(shares), tuple(shares.values()))[0]
    photo = None
    if kind == "docx" and not small and rng.random() < 0.06:
        photo = drawn.as_taken(drawn.photo(_seed(plan, place)))
    data = (formats.docx(paper, photo) if kind == "docx" else
            formats.txt(paper, rng.choice(("utf-8", "gb18030"))) if kind == "txt" else
            {"pdf": printed.pdf, "html": formats.html, "rtf": formats.rtf,
             "xlsx": formats.xlsx}[kind](paper))
    return Written(_path(plan, place, paper, kind), data, paper, told, quotes)


def text(plan: Plan, place: Place, *, small: bool = False
         ) -> tuple[Paper, Told | None, tuple[str, ...]]:
    """The paper of one slot, without a format."""
    unit, number = place
    slot, named = plan.slots[unit][number], plan.units[unit]
    rng = plan.rng(unit, number)
    if slot.role == "again":
        assert plan.before is not None and slot.source is not None
        return _a_year_on(text(plan.before, slot.source)[0]), None, ()
    if slot.role == "copy":
        assert slot.source is not None
        source = text(plan, slot.source, small=small)[0]
        paper, told = _copied(source, plan.units[slot.source[0]], named, slot, rng)
        return paper, told, ()
    running = place in plan.sources or slot.role == "part"  # text enough to be copied
    kind = rng.choice(("方案", "总结", "简报", "汇报")) if running else None
    theme = plan.planners.get(unit)
    paper = prose.paper(named, asked(plan.year), rng, kind, small,
                        frozenset([theme] if theme else []), _silent(plan, unit))
    if theme and paper.kind == "方案":
        paper = _inserted(paper, 3, [_planned(theme, rng)])
    quotes: tuple[str, ...] = ()
    if slot.role == "own" and paper.kind == "方案" and rng.random() < 0.4:
        quoted = [line for role, line in notice(plan).lines if role == "text"]
        paper, quotes = _inserted(paper, 2, rng.sample(quoted[1:], 2)), ("notice",)
    if slot.role == "own" and paper.kind == "汇报" and rng.random() < 0.4:
        paper, quotes = _inserted(paper, 3, rng.sample(_wordings(), 3)), (*quotes, "rubric")
    if slot.role == "part":
        assert slot.source is not None
        source = text(plan, slot.source, small=small)[0]
        paper, told = _with_parts(paper, source, plan.units[slot.source[0]], named, slot, rng)
        return paper, told, quotes
    return paper, None, quotes


def notice(plan: Plan) -> Paper:
    """What the superior sent to everybody in the season's last year."""
    rng = plan.rng("notice")
    kept = prose.paper(Named(SUPERIOR, "", "", CITY), (plan.year,), rng, "通知")
    while kept.letters < 900:
        kept = prose.paper(Named(SUPERIOR, "", "", CITY), (plan.year,), rng, "通知")
    title = f"关于开展{plan.year}年民族团结进步创建测评工作的通知"
    lines = [("title", title) if role == "title" else (role, line) for role, line in kept.lines]
    return replace(kept, title=title, lines=(("letterhead", f"{SUPERIOR}文件"),
                   ("number", f"砚民创办发〔{plan.year}〕3号"),
                   *(line for line in lines if line[0] not in ("letterhead", "number"))))


def form(named: Named | None, rng: random.Random) -> Paper:
    """The public form: blank (None), or filled in by a unit."""
    def own(blank: str, *words: str) -> str:
        return rng.choice(words) if named else blank

    year = rng.choice((2022, 2023, 2024))
    filled = {
        "单位": named.name if named else "＿＿＿＿＿＿", "年": str(year) if named else "＿＿",
        "月": own("＿", "3", "5", "9"), "人": str(rng.randint(20, 300)) if named else "＿＿",
        "名": own("＿＿＿＿", "石榴花开读书会", "社区邻里节", "民族政策宣讲", "联谊篮球赛"),
        "处": own("＿＿＿＿", "会议室", "文化广场", "社区活动中心"),
    }
    lines = [("title", FORM)]
    for line in FORM_LINES:
        for name, value in filled.items():
            line = line.replace("{" + name + "}", value)
        lines.append(("text", line))
    return Paper("其他", FORM, f"{year}年", tuple(lines), year)


# --- what is changed --------------------------------------------------------------------------


def _copied(source: Paper, theirs: Named, mine: Named, slot: Slot, rng: random.Random
            ) -> tuple[Paper, Told]:
    """The whole paper under another name, with a later date of the same year."""
    year, month, day = map(int, re.findall(r"\d+", source.dated))
    dated = f"{year}年{rng.randint(month, 12)}月{rng.randint(day, 28)}日"
    at = [n for n, (role, _) in enumerate(source.lines) if role == "text"]
    old = [source.lines[n][1] for n in at]
    new, share, how = edits.edited([_renamed(line, theirs, mine) for line in old], old, slot.share,
                                   rng)
    lines = [(role, _renamed(line, theirs, mine).replace(source.dated, dated))
             for role, line in source.lines]
    for n, line in zip(at, new, strict=True):
        lines[n] = "text", line
    assert slot.source is not None
    paper = Paper(source.kind, _renamed(source.title, theirs, mine), dated, tuple(lines), year)
    return paper, Told(slot.source, round(share, 3), tuple(how))


def _with_parts(paper: Paper, source: Paper, theirs: Named, mine: Named, slot: Slot,
                rng: random.Random) -> tuple[Paper, Told]:
    """A paper of one's own, with one to three paragraphs of another's."""
    worth = [line for role, line in source.lines[3:] if role == "text" and len(line) >= OWN]
    old = rng.sample(worth, min(len(worth), rng.randint(1, 3)))
    new, share, how = edits.edited([_renamed(line, theirs, mine) for line in old], old, slot.share,
                                   rng)
    assert slot.source is not None
    return _inserted(paper, 4, new), Told(slot.source, round(share, 3), tuple(how),
                                          tuple(line[:40] for line in new))


def _renamed(line: str, theirs: Named, mine: Named) -> str:
    pieces = (piece.replace(theirs.place, mine.place) for piece in line.split(theirs.name))
    return mine.name.join(pieces)


def _a_year_on(paper: Paper) -> Paper:
    """Last year's paper with the year changed, and nothing else."""
    def on(words: str) -> str:
        return re.sub(r"20\d\d(?=年|〕)", lambda found: str(int(found[0]) + 1), words)

    lines = tuple((role, on(line)) for role, line in paper.lines)
    return replace(paper, title=on(paper.title), dated=on(paper.dated), lines=lines,
                   year=paper.year + 1)


def _inserted(paper: Paper, at: int, lines: Sequence[str]) -> Paper:
    at = min(at, len(paper.lines) - 2)
    added = tuple(("text", line) for line in lines)
    return replace(paper, lines=(*paper.lines[:at], *added, *paper.lines[at:]))


@cache
def _of_theme(theme: str) -> tuple[str, ...]:
    return tuple(run.text for run in prose.runs() if theme in run.themes and run.stage == "plan")


def _planned(theme: str, rng: random.Random) -> str:
    return "".join(f"{line}。" for line in rng.sample(_of_theme(theme), 3))


def _silent(plan: Plan, unit: int) -> frozenset[str]:
    """Themes that the unit has nothing of: from none to nine in ten of them."""
    rng = plan.rng(unit, "silent")
    every = prose.themes()
    return frozenset(rng.sample(every, int(len(every) * 0.9 * rng.random())))


@cache
def _wordings() -> tuple[str, ...]:
    return tuple(f"对照指标“{item.wording}”，我单位自查如下。"
                 for item in load("yuxi-2024").indicators)


# --- what becomes a file ----------------------------------------------------------------------


def _photo(plan: Plan, place: Place, slot: Slot) -> Written:
    rng = plan.rng(*place)
    scene = drawn.photo(_seed(plan, slot.source or place))
    if slot.source is None:
        return Written(f"照片/IMG_{place[1]:04}.jpg", drawn.as_taken(scene))
    data = drawn.as_passed_on(scene, rng)
    if rng.random() < 0.5:
        return Written(f"照片/微信图片_{place[1]:04}.jpg", data)
    paper = prose.paper(plan.units[place[0]], asked(plan.year), rng, "简报", short=True)
    return Written(_path(plan, place, paper, "docx"), formats.docx(paper, data), paper)


def _notice(plan: Plan, place: Place) -> Written:
    """The very file, or the same words typed anew."""
    paper, rng = notice(plan), plan.rng(*place)
    if rng.random() < 0.6:
        return Written("收文/" + paper.title + ".pdf", printed.pdf(paper), paper)
    return Written("收文/收文-" + paper.title[:12] + ".docx", formats.docx(paper), paper)


def _seed(plan: Plan, place: Place) -> str:
    return f"{plan.seed}/{plan.year}/{place[0]}/{place[1]}/picture"


def _path(plan: Plan, place: Place, paper: Paper, ending: str) -> str:
    """Where the unit files it: by year, by topic, or in one heap."""
    way = plan.rng(place[0], "folders").choice(tuple(FOLDERS))
    name = _named(plan, place, paper, ending)
    if way == "year":
        return f"{paper.year}年/{name}"
    if way == "topic":
        return f"{plan.rng(*place, 'folder').choice(FOLDERS[way])}/{name}"
    return name


def _named(plan: Plan, place: Place, paper: Paper, ending: str) -> str:
    rng = plan.rng(*place, "name")
    if rng.random() < 0.1:
        return f"{rng.choice(MESSY).format(place[1])}.{ending}"
    return f"{place[1]:02} {paper.title[:36]}.{ending}"
