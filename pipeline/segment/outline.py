"""Paragraphs and tables -> drafts of passages, each with the path of headings above it.

A heading is known by its form (一、 > （一） > 1. > （1）), by the level the format states, or by
being a short title-like line with something to stand above. What stands above nothing is no
heading: the last line of a list is a list item, and a statement of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from pipeline.evidence import Place
from pipeline.segment.lines import marker, stopped
from pipeline.segment.paragraph import Paragraph, Table
from pipeline.segment.tables import row_texts

_ATTACHMENT = re.compile(r"附\s*[件录表]\s*[\d一二三四五六七八九十]{0,3}\s*[:：]?$")
_TITLE_END = re.compile(
    r"(?:方案|通知|意见|办法|制度|规定|规则|细则|计划|规划|总结|报告|纪要|记录|简报|台账|预算|决算|名单|名册"
    r"|要点|讲话|公告|公示|通报|决定|函|批复|请示|汇报|清单|一览表|登记表|签到表|统计表|汇总表|明细表|台帐|(?<!代)表"
    r"|指标|标准|预案|协议|倡议书|情况说明|材料)(?:[（(][^（）()]{1,12}[)）]|篇[一二三四五六七八九十\d]{1,2})?$"
)
_ABOVE_TITLE = re.compile(
    r"(?:关于|印发|[^，。；：:]{2,16}关于|20\d\d\s*年)[^，。；：:]{4,30}(?<![会局委部办室府院校司心组日])$"
)
_NOT_TITLE = re.compile(
    r"[。；！？：:;]|^[□■☑√✓]|^[\d\s]+$|^\d{4}[-./]\d|^目\s*[录次]$|^第\s*\d+\s*期|总第|^—|^\S{0,12}文件$|印发$|^抄送|^[（(][^（）()]*[)）]$"
    r"|^[\d〇○零一二三四五六七八九十X×]{2,4}\s*年(?:\s*[\d一二三四五六七八九十]{1,3}\s*月.*)?$"
    r"|[〔﹝\[［][12]\d{3}[〕﹞\]］]\s*\d+\s*号"
    r"|(?:书记|局长|主任|校长|院长|县长|市长|镇长|处长|科长|经理|董事长|同志)\s+\S{1,4}$"
)
_COMMA = re.compile(r"[，,]")
_DECIMAL = re.compile(
    r"\d{1,2}(?:\.\d{1,2}){1,3}\s*(?=[\u4e00-\u9fff])(?![万亿元公米平个年月天倍名])"
)
_VERB = re.compile(
    r"召开|开展|组织|建立|成立|学习|落实|完善|推进|加强|制定|印发|举办|参加|完成|解决|投入|安排|慰问|帮扶"
    r"|宣传|培训|走访|评选|表彰|命名|获得|荣获|实施|推广|纳入|邀请|印制|发放|接待|调解|签订|修建|协调|确定"
)

_RANKS: tuple[tuple[str, int], ...] = (("章编部", 20), ("节", 25), ("条", 55))
_STATED = {1: 10, 2: 35, 3: 45, 4: 55, 5: 65}
_ANNEX, _TITLE, _CHAPTER, _LEAF = -1, 0, 10, 90
_HEADING, _SHORT, _RUN_IN = 60, 26, 30
"""Longest heading with a marker; longest without one; longest run-in heading: characters.

GB/T 9704 sets 28 letters a line: a heading of more than two lines is a paragraph, and an unmarked
one fills less than a line.
"""


@dataclass(slots=True)
class Draft:
    """A passage to be: its text, where each offset of it stands, and the headings above it."""

    text: str
    parts: list[tuple[int, Place]]
    headings: tuple[str, ...]
    kind: Literal["paragraph", "row"] = "paragraph"
    run_in: str = ""
    """A heading the text itself begins with, which stands above its later stretches."""
    prefix: str = ""
    """The column's name that a long cell begins with, repeated before its later stretches."""


@dataclass(slots=True)
class _Above:
    rank: int
    text: str
    draft: Draft
    used: bool = False
    run_in: bool = False


def outline(items: list[Paragraph | Table]) -> tuple[str, list[Draft]]:
    """The title (empty where none was found) and the drafts in reading order."""
    return _Outline(items).run()


def rank_of(text: str) -> int:
    """The rank of the list marker at the front, 0 without one; a smaller rank stands above."""
    found = marker(text)
    if found is None:
        if text[0].isdigit() and len(text) <= _HEADING and (deep := _DECIMAL.match(text)):
            return 50 + deep[0].count(".") if not stopped(text) else 0
        return 0
    sign = found[0]
    sign = sign.lstrip("-•·●▪■◆ ")
    if sign[0] == "【":
        return 80
    if sign[0] == "第":
        return next(rank for letters, rank in _RANKS if sign[-1] in letters)
    if sign[-1] in ")）":
        if sign[0] not in "(（":
            return 65
        return 60 if sign[1].isdigit() else 40
    if sign[0] in "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳":
        return 70
    return 50 if sign[0].isdigit() else 30


class _Outline:
    """The walk over the items; a class only because the path, the drafts and the title go along."""

    def __init__(self, items: list[Paragraph | Table]) -> None:
        self.items = items = _whole_titles(items)
        self.ranks = [rank_of(item.text) if isinstance(item, Paragraph) else 0 for item in items]
        self.drafts: list[Draft] = []
        self.unused: set[int] = set()  # drafts of headings and title that may not be needed
        self.stack: list[_Above] = []
        self.path: tuple[str, ...] = ()
        self.title = ""
        self.body_begun = False
        self.item_rank = 0  # rank of the last marked line that turned out to be a list item
        self.above_table = False

    def run(self) -> tuple[str, list[Draft]]:
        title_draft: Draft | None = None
        for index, item in enumerate(self.items):
            if isinstance(item, Table):
                self._table(item)
                continue
            if self.above_table and self.stack and self.stack[-1].rank == _LEAF:
                self._pop(_LEAF)
            self.above_table = False
            if not self.title and self._is_document_title(index, item):
                self.title = item.text
                self._pop(-2)
                title_draft = Draft(item.text, item.parts, ())
                self.drafts.append(title_draft)
                continue
            rank = self._heading_rank(index, item)
            if rank is None:
                self._body(index, item)
            else:
                self._push(rank, item)
        self._pop(-2)
        drafts = [draft for draft in self.drafts if id(draft) not in self.unused]
        if title_draft is not None and len(drafts) > 1:
            drafts = [draft for draft in drafts if draft is not title_draft]
        return self.title, drafts

    # --- what an item is ----------------------------------------------------------------------

    def _is_document_title(self, index: int, item: Paragraph) -> bool:
        """The first title-like line before the body; else the short line the body follows."""
        text = item.text
        if self.body_begun or self.ranks[index] or len(text) > 80 or stopped(text):
            return False
        if _no_title(text, loose=item.large or item.centred):
            return False
        if _TITLE_END.search(text) or item.level == 1:
            return True
        for later in self.items[index + 1 : index + 8]:
            if isinstance(later, Table) or rank_of(later.text):
                break
            if len(later.text) <= 80 and (
                _TITLE_END.search(later.text) or later.large or later.level == 1
            ):
                return False  # a better one is to come: this is the letterhead
            if len(later.text) >= 40:
                break
        following = self.items[index + 1] if index + 1 < len(self.items) else None
        if following is None:
            return False
        return item.large or isinstance(following, Table) or len(following.text) >= 40

    def _heading_rank(self, index: int, item: Paragraph) -> int | None:
        text, rank = item.text, self.ranks[index]
        following = self.items[index + 1] if index + 1 < len(self.items) else None
        if following is None or len(text) > _HEADING:
            return None
        if rank:
            return self._marked(index, item, rank)
        if _ATTACHMENT.match(text):
            return _ANNEX
        if item.level:
            return _STATED.get(item.level, 80)
        if stopped(text) or _no_title(text, loose=item.large or item.centred):
            return None
        if not self.title and not self.body_begun:
            return None  # the letterhead
        title_like = bool(_TITLE_END.search(text)) and len(text) >= 6
        if isinstance(following, Table):
            return _LEAF if title_like or item.centred or len(text) <= _SHORT else None
        if title_like and (item.centred or item.large or len(text) >= 10):
            after = self.items[index + 2] if index + 2 < len(self.items) else None
            if isinstance(after, Table) and len(following.text) < 40:
                return _LEAF  # title, a line such as 单位：万元, table
            return _TITLE
        if len(text) > _SHORT:
            return None
        if (item.centred or item.large) and len(text) >= 4:
            return _LEAF
        stands_above = len(following.text) >= 40 or self.ranks[index + 1] > 0
        return _LEAF if stands_above and "、" not in text and " " not in text else None

    def _marked(self, index: int, item: Paragraph, rank: int) -> int | None:
        """A marked line is a heading if something deeper follows, and its siblings agree."""
        text = item.text
        following, next_rank = self.items[index + 1], self.ranks[index + 1]
        if item.level:
            return rank
        inner = text[:-1] if text[-1] in "。." else text
        if "。" in inner or text[-1] in "；;，,、" or _states_pair(text):
            return None
        if text[-1] in "：:" and next_rank == 0 and not isinstance(following, Table):
            return None
        if isinstance(following, Paragraph):
            if 0 < next_rank <= rank:
                return None
            if next_rank == 0 and (
                self.item_rank == rank < 80 or _ATTACHMENT.match(following.text)
            ):
                return None
        return rank

    # --- what becomes of it -------------------------------------------------------------------

    def _push(self, rank: int, item: Paragraph) -> None:
        self._pop(rank)
        if rank != _LEAF:
            self.item_rank = 0
        else:
            self._leave_items()
        draft = Draft(item.text, item.parts, self.path)
        self.drafts.append(draft)
        text = item.text
        states = text[-1] in "。！" or (len(text) >= 25 and rank > 0 and bool(_VERB.search(text)))
        if states:
            self._use()
        else:
            self.unused.add(id(draft))
        self.stack.append(_Above(rank, text, draft, used=states))
        self.path = tuple(above.text for above in self.stack)

    def _pop(self, rank: int) -> None:
        """Take off every heading that the new rank ends; one that stood above nothing is text."""
        while self.stack and self.stack[-1].rank >= rank:
            above = self.stack.pop()
            if not above.used:
                self.unused.discard(id(above.draft))
        self.path = tuple(above.text for above in self.stack)

    def _leave_items(self) -> None:
        """An unmarked heading behind list items does not belong to the last of them."""
        while self.stack and self.stack[-1].run_in:
            self.stack.pop()
        self.path = tuple(above.text for above in self.stack)

    def _use(self) -> None:
        for above in reversed(self.stack):
            if above.used:
                break
            above.used = True

    def _body(self, index: int, item: Paragraph) -> None:
        rank, text = self.ranks[index], item.text
        run_in = ""
        if rank:
            self._pop(rank)
            self.item_rank = rank
            run_in = _run_in(text)
        elif text.startswith(("附件", "附表")):
            self._pop(_CHAPTER)
        elif len(text) >= 40:
            self.item_rank = 0
        if len(text) >= 40 or rank:
            self.body_begun = True
        draft = Draft(text, item.parts, self.path, run_in=run_in)
        self._use()
        self.drafts.append(draft)
        if run_in:
            self.stack.append(_Above(rank, run_in, draft, used=True, run_in=True))
            self.path = tuple(above.text for above in self.stack)

    def _table(self, table: Table) -> None:
        self.body_begun = True
        self.above_table = True
        self.item_rank = 0
        for row in row_texts(table):
            self._use()
            self.drafts.append(
                Draft(row.text, [(0, row.place)], self.path + row.headings, "row", "", row.prefix)
            )


def _whole_titles(items: list[Paragraph | Table]) -> list[Paragraph | Table]:
    """Titles on two lines made one, where no box says that both are centred."""
    whole: list[Paragraph | Table] = []
    for item in items:
        above = whole[-1] if whole else None
        if (
            isinstance(item, Paragraph)
            and isinstance(above, Paragraph)
            and 4 <= len(item.text) <= 40
            and not (item.level or above.level)
            and item.large == above.large
            and item.centred == above.centred
            and _TITLE_END.search(item.text)
            and _ABOVE_TITLE.match(above.text)
            and not _TITLE_END.search(above.text)
            and not item.text.startswith("关于")
            and not marker(item.text)
            and not _no_title(item.text)
        ):
            shift = len(above.text)
            parts = above.parts + [(shift + offset, place) for offset, place in item.parts]
            whole[-1] = Paragraph(
                above.text + item.text, parts, large=item.large, centred=item.centred
            )
        else:
            whole.append(item)
    return whole


def _no_title(text: str, loose: bool = False) -> bool:
    """Whether the text cannot be a title; what stands in 《》 may hold anything.

    A comma speaks against it, unless the layout (`loose`) says that it stands as a title.
    """
    bare = re.sub(r"《[^《》]*》", "", text) if "《" in text else text
    return bool(_NOT_TITLE.search(bare)) or not loose and bool(_COMMA.search(bare))


def _states_pair(text: str) -> bool:
    """“一、活动时间：2023 年 4 月” says something itself: no heading, whatever follows."""
    front, colon, rest = text.replace("：", ":").partition(":")
    return bool(colon) and bool(rest.strip()) and len(front) <= 16


def _run_in(text: str) -> str:
    """The short first sentence of a marked paragraph, if more follows: “（一）加强组织领导。”"""
    end = text.find("】" if text[0] == "【" else "。", 0, _RUN_IN + 1)
    if end < 0 or end + 1 >= len(text):
        return text.rstrip("：:") if len(text) <= 40 and text[-1] in "：:" else ""
    return text[: end + 1]
