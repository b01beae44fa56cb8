"""The year of a passage: the date of the act it tells of, never of what it only cites.

What a text only cites is taken out first (`cited`); what remains are dates of acts, done or
planned.
"""

from __future__ import annotations

import re
from bisect import bisect
from functools import lru_cache
from typing import NamedTuple

from pipeline.describe.cited import uncited
from pipeline.describe.dates import Stated, bare_dates, dates, iso, may_hold_date, number
from pipeline.describe.kinds import promulgated
from pipeline.evidence import Document, InRow, Passage

_RELATIVE = re.compile(
    r"(?P<this>今年|本年度?|当年|(?<![一二三四五六七八九十两几\d])年内)|(?P<last>去年|上一?年度?(?![级半])|上年末)"
    r"|(?P<before>前年)|(?P<next>明年|来年|下一?年度?(?!半))"
)
_RELATIVE_WORDS = (
    "今年",
    "本年",
    "当年",
    "年内",
    "去年",
    "上年",
    "上一年",
    "前年",
    "明年",
    "来年",
    "下年",
    "下一年",
)
_COMPARED = tuple("比较与同于")
_STEP = {"this": 0, "last": -1, "before": -2, "next": 1}
_RECENT = re.compile(r"(?:最?近|过去|连续|持续) ?(?P<count>[两二三四五2345]) ?年(?!级|制|期)")
_SINCE = re.compile(
    r" ?(?:[^，。；：、\n\d]{0,8}?以来|(?:起|开始)?至今|连续"
    r"|(?:起|开始)(?:，?(?=每|坚持|连续|持续|逐|实行)))"
)
_SPAN = re.compile(r" ?(?:[-—–~～－]{1,2}|至|到) ?")
_EACH = re.compile(r"每年|逐年|连年|年年|历年|连续|分别|各年")
_RESULT = re.compile(
    r"累计|截至|截止|截止到|合计|总计|共计|达到|已达|增长|增加到|下降|提高|提升|满意[度率]|知晓率|荣获|获评"
    r"|被评为|被授予|被命名"
)
_PLANNED = re.compile(r"(?:将|拟|计划|打算|力争|争取|预计|准备|安排|要)")
_HORIZON = re.compile(r"(?:到|至|于|在|力争|确保|争取) ?$")
_DUE = re.compile(r"[上中下旬底末]{0,2}(?:之?前|以前|内)")
_DONE = re.compile(r"[了过]|已|召开|开展了|举办|组织|完成")
_CLAUSE_END = re.compile(r"[，,。；;！？\n|]")
_FIGURE = re.compile(r"\d|[一二三四五六七八九十百千两] ?[次场期万元名人户个篇项件]")
_VERB = re.compile(
    r"(?:启动|完工|竣工|建成|召开|举办|印发|出台|成立|实施|完成|获|被|投入|列支|拨付|建立|签订|挂牌|荣)(?!情况|工作|的)"
)
_LISTED = re.compile(r" ?(?:[、和及与]|分别|各)")
_DENIED = re.compile(r"没|未|无|不曾|取消|推迟")
_YEAR_HEADING = re.compile(r"^\D{0,3}((?:19[5-9]|20\d)\d)\D{0,3}$")


class _Base(NamedTuple):
    """Where a passage without its own year takes one from, and the paper's own date."""

    stated: str | None
    source: str
    paper_year: int
    """The year the paper tells of, from which 今年 counts; 0 where it is not known."""
    paper_month: int


class _Act(NamedTuple):
    """A date of an act found in the passage: its ISO text, the years it speaks of, how sure."""

    iso: str
    years: tuple[int, ...]
    planned: bool
    source: str
    weak: bool = False
    told: bool = True
    """Whether something is told of this year, and not merely the year named in passing."""


def year_of(passage: Passage, document: Document) -> tuple[str | None, str]:
    """The date of the act a passage tells of, as exact as stated, and where it was found.

    `text`: in the passage itself, also by 今年 or 去年 counted from the paper's date; a bare
    4月18日 counts as found where its year was found. `heading`: a year heading above the passage,
    its sheet's name, or the title of a paper written in another year than it tells of (the 2024
    report dated January 2025). `paper`: the paper's own date; `folder`: only its folder says it;
    `unknown`: nothing does.

    Among several acts a done one goes before a planned one; then the first stated, in a statement
    of results the latest. A span of several years (2022年至2024年) counts by its end, as a reviewer
    files a sum over three years with the last of them; a span within one year, and a term that runs
    on beyond the paper's date, by its beginning.
    """
    base = _base(passage, document)
    acts = _acts(passage.text, base)
    if not acts:
        return base.stated, base.source
    main = _main(acts, passage.text)
    return main.iso, main.source


def years_of(passage: Passage, document: Document) -> tuple[str, ...]:
    """Every year the passage tells an act of, in order; contains the year of `year_of`.

    Beside that one a year counts only with a month, a figure or an act in its own clause:
    “关于2022年情况和2023年打算” or “去年没有办成” tells of nothing done in these years.

    A closed span (2022年至2024年) or 近三年 speaks of each of its years; an open one (2021年以来)
    of each year up to the paper's date, unless it is so long (more than six years) that it is only
    background.
    """
    base = _base(passage, document)
    acts = _acts(passage.text, base)
    if not acts:
        return (base.stated[:4],) if base.stated else ()
    main = _main(acts, passage.text)
    return tuple(
        str(year)
        for year in sorted({year for act in acts if act is main or act.told for year in act.years})
    )


def act_dates(text: str) -> list[Stated]:
    """The dates stated in full in a text, without those it only cites."""
    return dates(uncited(text)) if may_hold_date(text) else []


def _main(acts: tuple[_Act, ...], text: str) -> _Act:
    strong = [act for act in acts if not act.weak] or list(acts)
    done = [act for act in strong if not act.planned] or strong
    if len(done) > 1 and _RESULT.search(text):
        return max(done, key=lambda act: act.iso)
    return done[0]


@lru_cache(maxsize=64)
def _acts(text: str, base: _Base) -> tuple[_Act, ...]:
    if not may_hold_date(text):
        return ()
    plain = uncited(text)
    stated = dates(plain)
    bare = bare_dates(plain, stated)
    acts: list[tuple[int, _Act]] = []
    skip_to, each = -1, None
    for place, one in enumerate(stated):
        if one.start < skip_to:
            continue
        after = stated[place + 1] if place + 1 < len(stated) else None
        span = after is not None and _SPAN.fullmatch(plain, one.end, after.start)
        if after is not None and span and one.year < after.year:
            years = tuple(range(one.year, after.year + 1))
            # A term that runs on beyond the paper's date counts by its beginning.
            runs_on = one.year <= base.paper_year < after.year
            main = one.iso if runs_on else after.iso
            acts.append((one.start, _Act(main, years, _is_planned(plain, after), "text")))
            skip_to = after.end
            continue
        since = _SINCE.match(plain, one.end)
        if since and base.paper_year >= one.year:
            each = _EACH.search(plain) is not None if each is None else each
            acts += _since(one, each, base)
            continue
        if _is_horizon(one, plain, base):
            continue
        told = one.month > 0 or _tells(plain, one.end)
        act = _Act(one.iso, (one.year,), _is_planned(plain, one), "text", told=told)
        acts.append((one.start, act))
    acts += _relative(plain, base)
    acts += _recent(plain, stated, base)
    for one in bare:
        dated = _with_year(one, stated, acts, plain, base)
        if dated:
            acts.append((one.start, dated))
    return tuple(act for _, act in sorted(acts, key=lambda entry: entry[0]))


def _tells(plain: str, start: int) -> bool:
    """Whether the clause that a year opens has a figure, an act or more years, denying nothing."""
    end = _CLAUSE_END.search(plain, start)
    clause = plain[start : end.start() if end else start + 40]
    return (
        _FIGURE.search(clause) is not None
        or _LISTED.match(clause) is not None
        or _VERB.search(clause) is not None
    ) and _DENIED.search(clause) is None


def _is_planned(plain: str, one: Stated) -> bool:
    return _PLANNED.search(plain, one.end, one.end + 8) is not None


def _is_horizon(one: Stated, plain: str, base: _Base) -> bool:
    """`到2025年建成…` in a paper of 2023 is how far a plan looks, not when something is done."""
    if not base.paper_year or one.year <= base.paper_year or one.month:
        return False
    return _HORIZON.search(plain[max(0, one.start - 4) : one.start]) is not None


def _since(one: Stated, each: bool, base: _Base) -> list[tuple[int, _Act]]:
    """`2021年以来` in a paper of 2023: an act of 2021 to 2023, told of at the paper's date."""
    length = base.paper_year - one.year
    if length > 6 and not (each and length <= 10):
        return []
    years = tuple(range(one.year, base.paper_year + 1))
    return [(one.start, _Act(iso(base.paper_year), years, False, "text", weak=True))]


def _relative(plain: str, base: _Base) -> list[tuple[int, _Act]]:
    """今年, 去年, 明年 counted from the year the paper tells of.

    In brackets they only explain; a next year named inside a sentence (有人建议明年…) is a wish.
    """
    if not base.paper_year or not any(word in plain for word in _RELATIVE_WORDS):
        return []
    acts = []
    for match in _RELATIVE.finditer(plain):
        kind = match.lastgroup or "this"
        year = base.paper_year + _STEP[kind]
        before, after = (
            plain[max(0, match.start() - 60) : match.start()],
            plain[match.end() : match.end() + 8],
        )
        follows = bare_dates(after, [])
        if follows and follows[0].start <= 1:
            continue  # 今年4月18日: the bare date says more, and takes this year
        if before[-1:] in _COMPARED or after.startswith("同期"):
            continue
        if kind != "this" and before.count("（") + before.count("(") > before.count(
            "）"
        ) + before.count(")"):
            continue
        if kind == "next" and before and before[-1] not in "。；：:\n":
            continue
        planned = kind == "next" or _PLANNED.match(plain, match.end()) is not None
        told = _tells(plain, match.end())
        act = _Act(iso(year), (year,), planned, "text", kind != "this", told)
        acts.append((match.start(), act))
    return acts


def _recent(plain: str, stated: list[Stated], base: _Base) -> list[tuple[int, _Act]]:
    """近三年 in a paper of 2024: 2022 to 2024; of January to March: the full years before."""
    if not base.paper_year or not ("近" in plain or "续" in plain or "过去" in plain):
        return []
    match = _RECENT.search(plain)
    if not match:
        return []
    if any(one.start < match.start() and _SINCE.match(plain, one.end) for one in stated):
        return []
    last = base.paper_year - (1 if 1 <= base.paper_month <= 3 else 0)
    years = tuple(range(last - number(match["count"].replace("两", "二")) + 1, last + 1))
    return [(match.start(), _Act(iso(last), years, False, "text", weak=True))]


def _with_year(
    one: Stated, stated: list[Stated], acts: list[tuple[int, _Act]], plain: str, base: _Base
) -> _Act | None:
    """A bare month or day with its year: one stated before it here, else the base's."""
    before = plain[max(0, one.start - 4) : one.start]
    relative = None
    for match in _RELATIVE.finditer(before):
        relative = match
    year, source = 0, "text"
    if relative and base.paper_year:
        year = base.paper_year + _STEP[relative.lastgroup or "this"]
    else:
        earlier = bisect(stated, (one.start,)) - 1
        if earlier >= 0:
            if _SPAN.fullmatch(plain, stated[earlier].end, one.start):
                return None  # 2024年4月至12月: the span counts by its beginning
            year = stated[earlier].year
        elif base.stated:
            year, source = int(base.stated[:4]), base.source
            late = base.paper_month and base.paper_month <= 3 and one.month >= 10
            due = _DUE.match(plain, one.end)
            if (
                source == "paper"
                and late
                and not due
                and _DONE.search(plain, one.end, one.end + 40)
            ):
                year -= 1  # told of in January: last December
    if not year:
        return None
    return _Act(iso(year, one.month, one.day), (year,), _is_planned(plain, one), source)


def _base(passage: Passage, document: Document) -> _Base:
    sheet = ""
    if passage.places and isinstance(passage.places[0], InRow):
        sheet = passage.places[0].sheet
    return _base_of(passage.headings, sheet, document.title, document.dated, document.dated_from)


@lru_cache(maxsize=2048)
def _base_of(
    headings: tuple[str, ...], sheet: str, title: str, dated: str | None, dated_from: str | None
) -> _Base:
    paper_year = int(dated[:4]) if dated else 0
    paper_month = int(dated[5:7]) if dated and len(dated) > 4 else 0
    told = heading_date(promulgated(title) or title, paper_year)
    if told and paper_year and abs(int(told[:4]) - paper_year) == 1:
        paper_year, paper_month = int(told[:4]), 12  # the report of a year, dated the year after
    else:
        told = None
    for heading in reversed(headings):
        if heading == title:
            continue
        found = heading_date(heading, paper_year)
        if found:
            return _Base(found, "heading", paper_year, paper_month)
    found = heading_date(sheet, paper_year) if sheet else None
    if found:
        return _Base(found, "heading", paper_year, paper_month)
    if told:
        return _Base(told[:4], "heading", paper_year, paper_month)
    if not dated:
        return _Base(None, "unknown", 0, 0)
    source = "folder" if dated_from == "folder" else "paper"
    return _Base(dated, source, paper_year, paper_month)


def heading_date(heading: str, paper_year: int = 0) -> str | None:
    """The one year (or month) a heading or title speaks of; None for a span or none at all."""
    alone = _YEAR_HEADING.match(heading)
    if alone:
        return alone[1]
    if may_hold_date(heading) or "年" in heading:
        stated = dates(uncited(heading))
        if len({one.year for one in stated}) == 1:
            return stated[0].iso
        if not stated and paper_year:
            relative = _relative(uncited(heading), _Base(None, "", paper_year, 0))
            if relative:
                return relative[0][1].iso
    return None
