"""The form of official papers (GB/T 9704-2012): 版头, title, 主送机关, 落款 and 版记.

A paper begins with the 发文机关标志 (one or several offices and 文件, or the office alone), the
文号, the title (one to a few centred lines, larger than the body) and the 主送机关 with its colon.
Bulletins and minutes carry a masthead instead: office and date on one line. How it ends: `foot`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from pipeline.describe.dates import Stated, dates, may_hold_date, squeezed
from pipeline.describe.kinds import closing_word
from pipeline.describe.lines import Line, is_listed, line_of
from pipeline.describe.organisations import is_blank, is_organisation, split_organisations
from pipeline.evidence import Block

HEAD = 60
BRACKETED_YEAR = r"[〔﹝［\[（(【] ?(?:19|20|１９|２０)\d\d ?[〕﹞］\]）)】]"
_NUMBER = re.compile(
    rf"(?P<number>[\u4e00-\u9fffA-Za-z]{{0,16}} ?{BRACKETED_YEAR} ?第? ?\d{{1,5}} ?号)"
)
_OWN_NUMBER = re.compile(rf"^(?P<before>.{{0,40}}?文件)?{_NUMBER.pattern}(?:签发人.{{0,20}})?$")
# What stands around head and title without being either.
_MARGIN = re.compile(
    r"^(?:\d{6}|[-—–－·. ]*\d{1,4}[-—–－·. ]*(?:/ ?\d{1,4})?|第 ?\d{1,4} ?页.{0,10}|★.*"
    r"|[^。]{0,16}[〔﹝［\[（(【][\dX×xＸ□*]{1,4}[〕﹞］\]）)】]第?[\dX×xＸ□*]{1,5}号"
    r"|(?:机密|秘密|绝密|内部资料|内部材料|特急|加急|急件|平急|特提|密级)[^。]{0,14}|签发人.{0,20}"
    r"|附件[\d一二三四五六七八九十]{0,2}[：:]?|目录|首页.{0,30}|此件.{0,20})$"
)
_RED_HEAD = re.compile(r"^(?P<office>.{3,50}?)文件$")
_MASTHEAD = re.compile(r"^(?P<office>[^。，；：]{3,40}?)(?:编印|主办|编发|编|印发|印)?$")
_NUMBERED_HEADING = re.compile(
    r"^(?:[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十\d]{1,3}[）)]|\d{1,2}[.．、]|第[一二三四五六七八九十]{1,3}[章条节])"
)
_FIELD = re.compile(r"^[^：:，。]{1,10}[：:].")
_ADDRESSED = re.compile(r"^[^。；]{2,300}[：:]$")
_ISSUE = re.compile(r"(?:[12]\d{3} ?年)?第?[（(]?[\d一二三四五六七八九十〇]{1,5}[)）]?期")
_GREETING = re.compile(
    r"(?:同志们?|同事们?|领导|来宾|朋友们?|代表|同学们?|老师们?|家长们?|委员)[：:，！]*[：:]$"
)


class Head(NamedTuple):
    """What the head of a paper says; empty where it says nothing."""

    title: str = ""
    issuers: tuple[str, ...] = ()
    number: str | None = None
    masthead: tuple[str, ...] = ()
    masthead_date: Stated | None = None
    addressed: str = ""
    below_title: Stated | None = None
    body: int = 0
    """Index of the first line behind the title."""
    form_issuers: tuple[str, ...] = ()


def head_of(blocks: Sequence[Block]) -> Head:
    """Reads the head line by line: 版头, title, 主送机关; stops where the body begins."""
    lines = [line_of(block) for block in blocks[:HEAD]]
    lines = [line for line in lines if line.text]
    body_size = _body_size(lines)
    issuers: list[str] = []
    pending: list[tuple[int, list[str]]] = []
    number: str | None = None
    masthead: tuple[str, ...] = ()
    masthead_date: Stated | None = None
    banner = ""
    marked = place = _marked_title(lines)
    for at, line in enumerate(lines[: marked if marked >= 0 else 25]):
        text = line.text
        own = _OWN_NUMBER.match(text)
        if not own and _MARGIN.match(text):
            continue
        if own and not number:
            number = own["number"]
            if own["before"]:
                issuers += split_organisations(own["before"].removesuffix("文件"))
            elif pending and not issuers:
                issuers += [name for _, names in pending for name in names]
            pending = []
            continue
        red = _RED_HEAD.match(text)
        if red and not number:
            office = split_organisations(line.raw.strip().removesuffix("文件").rstrip("文 件"))
            office = office or split_organisations(red["office"])
            if is_blank(red["office"]):
                continue
            if office:
                issuers = [name for _, names in pending for name in names] + office
                pending = []
                continue
        if not masthead and len(text) <= 60 and (found := _masthead(line)):
            masthead, masthead_date = found
            continue
        if _ISSUE.match(text.lstrip("（(")) and len(text) <= 24:
            banner = banner or _bulletin_banner(lines[:at])
            masthead_date = next(iter(dates(text)), masthead_date)
            continue
        if is_listed(line):
            break
        if _ADDRESSED.match(text) or _is_prose(text) or _NUMBERED_HEADING.match(text):
            break
        offices = split_organisations(line.raw) if closing_word(text) is None else []
        if offices and at + 1 < len(lines) and not _larger(line, body_size, lines):
            pending.append((at, offices))
            continue
        if offices and at + 1 < len(lines) and len(pending) < 4:
            pending.append((at, offices))
            continue
        if _FIELD.match(text) or (len(text) < 4 and closing_word(text) is None):
            continue
        if marked < 0:
            place = at
            break
    if marked >= 0 and not number and not issuers:
        pending = []  # what stands above a page's h1 is its menu
    if place < 0:
        return _without_title(lines, banner, number, issuers, masthead, masthead_date, pending)
    title, after = _title(lines, place, body_size)
    own_offices = [name for _, names in pending for name in names]
    joined = ""
    for at, _ in pending:
        alike = abs(lines[at].size - lines[place].size) <= 0.15 * lines[place].size
        if alike and lines[at].text not in lines[place - 1].text[:-1]:
            joined += lines[at].text
    if pending and pending[-1][0] == place - 1 and _goes_on(title):
        title = joined + title
    elif pending and not issuers:
        issuers = own_offices
    below, addressed = _below(lines, after)
    if below:
        after += 1  # not to be taken for a signature
    if not number:
        number = _number_nearby(lines[: after + 3])
    if not masthead:
        masthead, nearby = _masthead_nearby(lines[after : after + 3])
        masthead_date = masthead_date or nearby
    return Head(
        title, tuple(issuers), number, masthead, masthead_date, addressed, below, after,
        _form_issuers(lines),
    )  # fmt: skip


def _without_title(
    lines: list[Line],
    banner: str,
    number: str | None,
    issuers: list[str],
    masthead: tuple[str, ...],
    masthead_date: Stated | None,
    pending: list[tuple[int, list[str]]],
) -> Head:
    if not issuers:
        issuers = [name for _, names in pending for name in names]
    _, addressed = _below(lines, 0)
    return Head(
        banner, tuple(issuers), number or _number_nearby(lines[:8]), masthead, masthead_date,
        addressed, None, 0, _form_issuers(lines),
    )  # fmt: skip


def _marked_title(lines: list[Line]) -> int:
    """Where the format itself marks a first heading (a page's h1, Word's Title style)."""
    for level in (1, 2):
        for at, line in enumerate(lines[:40]):
            if line.level == level:
                return -1 if _NUMBERED_HEADING.match(line.text) or len(line.text) > 90 else at
    return -1


def _body_size(lines: list[Line]) -> float:
    weight: dict[float, int] = {}
    for line in lines:
        if line.size:
            size = round(line.size * 2) / 2
            weight[size] = weight.get(size, 0) + len(line.text)
    return max(weight, key=lambda size: weight[size]) if weight else 0.0


def _larger(line: Line, body_size: float, lines: list[Line]) -> bool:
    return bool(body_size and line.size > body_size * 1.08)


def _is_prose(text: str) -> bool:
    return len(text) > 64 or "。" in text or text.endswith(("；", "，", ";"))


def _title(lines: list[Line], place: int, body_size: float) -> tuple[str, int]:
    """Joins the lines of a wrapped title: while brackets are open, or the letters stay as large,
    or no closing word (通知, 方案 …) has been reached."""
    first = lines[place]
    title, after = (
        re.sub(r"^附件[\d一二三四五六七八九十]{0,2}[：:\s]\s*", "", first.text),
        place + 1,
    )
    while after < len(lines) and after - place < 6 and len(title) < 130:
        line = lines[after]
        text = line.text
        if _is_prose(text) or _ADDRESSED.match(text) or _NUMBERED_HEADING.match(text):
            break
        aside = text.startswith(("—", "（", "(")) or _FIELD.match(text) or _MARGIN.match(text)
        if aside and _unbalanced(title) <= 0:
            break
        if is_listed(line):
            break
        if _is_date_line(text) or _OWN_NUMBER.match(text):
            break
        if _unbalanced(title) > 0:
            pass
        elif first.size and line.size:
            if abs(line.size - first.size) > 0.06 * first.size:
                break
            if not _larger(line, body_size, lines) and not _continues(title, text):
                break
        elif first.level == 1 and line.level != 1 or not _continues(title, text):
            break
        title += text
        after += 1
    return title, after


def _unbalanced(text: str) -> int:
    return sum(text.count(sign) for sign in "《“（(") - sum(text.count(sign) for sign in "》”）)")


def _goes_on(text: str) -> bool:
    """May a title's line stand behind its issuers' line?"""
    return closing_word(text) is not None or text.startswith(("关于", "20", "19"))


def _continues(title: str, text: str) -> bool:
    """Does the next line still belong to the title, where letters' sizes do not tell?"""
    if closing_word(title) is not None and not title.endswith("的"):
        # 方案》的通知 after a closing word that was only part of a cited title
        return text in ("的通知", "通知", "的报告", "的函", "的意见", "的决定") or text.startswith(
            "》"
        )
    if len(text) > 44:
        return False
    return title.endswith(("的", "和", "与", "及", "、")) or closing_word(text) is not None


def _below(lines: list[Line], after: int) -> tuple[Stated | None, str]:
    """The date in brackets below a title, and the 主送机关 (joined when it wraps)."""
    below: Stated | None = None
    gathered = ""
    for line in lines[after : after + 6]:
        text = line.text
        if below is None and len(text) <= 40 and may_hold_date(text):
            inner = text.strip("（()） ")
            found = dates(inner)
            if (
                len(found) == 1
                and ((found[0].start == 0 and found[0].end == len(inner)) or text[:1] in "（(")
                and found[0].month
            ):
                below = found[0]
                continue
        if "。" in text or _NUMBERED_HEADING.match(text) or (line.cells and len(line.cells) > 1):
            break
        gathered += text
        if text.endswith(("：", ":")):
            if _GREETING.search(gathered):
                return below, ""
            return below, gathered[:-1]
        if len(gathered) > 300 or not re.search(r"[、，,；单位局委办政府区]", text):
            gathered = ""
    return below, ""


def _masthead(line: Line) -> tuple[tuple[str, ...], Stated | None] | None:
    """`中共…党组  2023年4月14日`, `…办公室编  2022年9月30日`: office and date on one line."""
    if not may_hold_date(line.text) or sum(bool(cell.strip()) for cell in line.cells) > 2:
        return None
    found = dates(line.text)
    if len(found) != 1 or not found[0].month or found[0].start < 3:
        return None
    rest = line.text[found[0].end :].strip("）) 日")
    office = _MASTHEAD.match(line.text[: found[0].start].rstrip("：: （("))
    if (
        not office
        or rest not in ("", "印发", "印", "编印")
        or not is_organisation(office["office"])
    ):
        return None
    return (office["office"],), found[0]


def _masthead_nearby(lines: list[Line]) -> tuple[tuple[str, ...], Stated | None]:
    for line in lines:
        if len(line.text) <= 60 and (found := _masthead(line)):
            return found
        if is_listed(line):
            break
    for line in lines:
        if len(line.text) <= 24 and _ISSUE.match(line.text.strip("（()）")):
            return (), next(iter(dates(line.text)), None)
    return (), None


def _bulletin_banner(lines: list[Line]) -> str:
    for line in reversed(lines):
        if not _MARGIN.match(line.text):
            return line.text if len(line.text) <= 24 else ""
    return ""


def _number_nearby(lines: list[Line]) -> str | None:
    for line in lines:
        if len(line.text) <= 60 and (own := _OWN_NUMBER.match(line.text.strip("（()）"))):
            return own["number"]
    return None


_ISSUER_FIELD = re.compile(
    r"^(?:甲方|乙方|报送单位|填报单位|编制单位|单位名称|填表单位|申报单位|制表单位|主办单位|支部名称|党支部名称|单位)"
    r"(?:[（(][^）)]{0,8}[）)])?[：:](?P<office>.{3,40})$"
)


_FIELD_NAME = re.compile(r"(?:支部名称|单位名称|填报单位|报送单位|党支部|单位(?=[：:]))[：:]?")


def _form_issuers(lines: list[Line]) -> tuple[str, ...]:
    """The offices that a form names in its fields (填报单位：…, 甲方：…)."""
    found = []
    for line in lines[:20]:
        for text in map(squeezed, line.cells if is_listed(line) else (line.raw,)):
            match = _ISSUER_FIELD.match(text)
            if match:
                found += split_organisations(match["office"])
        for name, value in zip(line.cells, line.cells[1:], strict=False):
            if _FIELD_NAME.fullmatch(squeezed(name)):
                found += split_organisations(value)
    return tuple(dict.fromkeys(found))


def _is_date_line(text: str) -> bool:
    if len(text) > 30 or not may_hold_date(text):
        return False
    bare = text.strip("（()） 。")
    found = dates(bare)
    return len(found) == 1 and found[0].start == 0 and found[0].end == len(bare)
