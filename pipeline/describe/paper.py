"""A paper described: brings together its head, its foot, its kind, its dates and its owner."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from pipeline.describe.dates import Stated, bare_dates, iso, may_hold_date, name_dates
from pipeline.describe.dates import dates as stated_dates
from pipeline.describe.foot import Foot, foot_of
from pipeline.describe.kinds import (
    carries,
    is_bulletin,
    is_news,
    kind_of_form,
    kind_of_title,
    promulgated,
)
from pipeline.describe.letterhead import HEAD, Head, head_of
from pipeline.describe.lines import Line, line_of, lines_of
from pipeline.describe.organisations import distinct, is_organisation
from pipeline.describe.owner import owner_of
from pipeline.describe.validity import valid_until
from pipeline.describe.years import act_dates, heading_date
from pipeline.evidence import Block, Document, DocumentType, InRow, Page, SourceFile, Unit

TAIL = 40
_NOISE = re.compile(
    r"新建|(?:microsoft)?\s*(?:word|excel|wps|docx?|pdf)?\s*(?:(?:文本)?文档|工作表|演示文稿)|副本|复制|拷贝|copy|最终版?|终稿|定稿|初稿|修改稿?"
    r"|改\d*$|扫描件?|盖章版?|签字版|电子版|打印版?|[（(]\d{1,2}[）)]|v\d+(?:\.\d+)?|未命名|新(?=\s|$)",
    re.IGNORECASE,
)
_NAME_NUMBER = re.compile(
    r"^([\u4e00-\u9fffA-Za-z]{1,12}[〔﹝［\[（(【](?:19|20)\d\d[〕﹞］\]）)】]第?\d{1,5}号)"
)
_ORDER = re.compile(r"^(?:\d{1,3}|[一二三四五六七八九十]{1,3})[\s._\-—、．）)]+")
_SUBJECT = re.compile(r"^(.{3,40}?)(?=关于|(?:19|20)\d\d ?年|印发|二〇|\d{4}[-—])")
_TIME_FIELD = re.compile(r"^(?:会议|学习|活动|召开|开会|党日|培训)?(?:时间|日期)[：:]?(.{0,60})$")


# A web page's title ends with its site's name.
_SITE = re.compile(r"\s*[-—_|–]+\s*[^-—_|–]{2,24}(?:网站|门户|网|平台|公众号)$")
_AHEAD = re.compile(r"[年月日\d] ?(?:[至到]|[—~～-]{1,2}) ?$|[拟将]于? ?$")


class Dated(NamedTuple):
    iso: str | None
    source: str | None


def document(file: SourceFile, pages: Sequence[Page], unit: Unit) -> Document:
    """Describes one paper. `pages` as read; `file.path` gives the names of its file and folders."""
    blocks = lines_of(pages)
    head = head_of(blocks)
    foot = foot_of(blocks, head.body)
    path = PurePosixPath(file.path)
    title = _SITE.sub("", head.title or name_title(path.stem))
    lines = [line_of(block) for block in blocks[:HEAD]]
    text = _whole(pages)
    named, by = _issuers(head, foot, title)
    issuers = distinct(named)
    kind = _kind(title, head, lines, blocks, text, path.stem)
    dated = _dated(head, foot, title, lines, blocks, path)
    subject = _subject(title)
    return Document(
        file=file,
        pages=len(pages),
        title=title,
        document_type=kind,
        issuer="、".join(issuers) or None,
        number=head.number or _number_in_name(path.stem),
        dated=dated.iso,
        dated_from=dated.source,
        owner=owner_of(unit, issuers, subject, head.addressed, title, text, by),
        valid_until=valid_until(text, dated.iso),
    )


def _whole(pages: Sequence[Page]) -> str:
    """All text, headers too, without gaps and line ends, so that a wrapped name is found."""
    text = "".join([block.text for page in pages for block in page.blocks])
    return text.replace(" ", "").replace("\u3000", "").replace("\n", "")


def name_title(stem: str) -> str:
    """A title from a file's name, without 新建文档, 最终版, order numbers and copies' marks."""
    cleaned = _ORDER.sub("", _NOISE.sub("", stem).strip(" _-—.+"))
    cleaned = re.sub(r"[_\s]+|[（(【\[][）)】\]]", " ", cleaned).strip(" -—.+")
    return cleaned or stem


def _number_in_name(stem: str) -> str | None:
    match = _NAME_NUMBER.match(_ORDER.sub("", stem.replace(" ", "")))
    return match[1] if match else None


def _subject(title: str) -> str | None:
    match = _SUBJECT.match(title)
    return match[1] if match and is_organisation(match[1]) else None


def _issuers(head: Head, foot: Foot, title: str) -> tuple[tuple[str, ...], str]:
    """The issuers and where they were found: 版头, masthead, 落款, title, 版记, a form's field."""
    if head.issuers:
        more = [name for name in foot.issuers if len(foot.issuers) > len(head.issuers)]
        return tuple(more) or head.issuers, "letterhead"
    if head.masthead:
        return head.masthead, "letterhead"
    if foot.issuers:
        return foot.issuers, "signature"
    subject = _subject(title)
    if subject:
        return (subject,), "title"
    if foot.imprint:
        return (foot.imprint,), "letterhead"
    return head.form_issuers, "field"


def _kind(
    title: str, head: Head, lines: list[Line], blocks: Sequence[Block], text: str, stem: str
) -> DocumentType:
    texts = [line.text for line in lines]
    if is_bulletin(texts):
        return "简报"
    inner = promulgated(title)
    if inner and carries(inner, text):
        return kind_of_title(inner) or "通知"
    cells = [cell for line in lines for cell in line.cells if cell]
    form = kind_of_form([*texts, *cells])
    said = kind_of_title(title)
    if said == "台账" and form in ("学习记录", "纪要"):
        return form  # 活动记录表, 记录: the fields say which
    if said is None or (said == "other" and not head.title):
        said = form or kind_of_title(name_title(stem))
    if said is None and is_news([*texts[-20:], *(line_of(block).text for block in blocks[-20:])]):
        return "简报"
    if said is None and re.search(r"公众号|推文|简报|新闻|信息", stem):
        return "简报"
    return said or "other"


def _dated(
    head: Head,
    foot: Foot,
    title: str,
    lines: list[Line],
    blocks: Sequence[Block],
    path: PurePosixPath,
) -> Dated:
    """The date the paper states: 落款, then 版头 and 版记, the line below the title, a meeting's
    时间, the title, the body's dates; then its file's name, then its folder's."""
    masthead = head.masthead_date is not None and foot.line <= head.body + 3
    # a short paper ends close below its title, but nobody signs there
    unsigned = not foot.issuers and foot.dated == head.below_title
    if foot.dated and not masthead and not unsigned:
        return Dated(foot.dated.iso, "signature")
    for stated in (head.masthead_date, foot.imprint_date):
        if stated:
            return Dated(stated.iso, "letterhead")
    if head.below_title:
        return Dated(head.below_title.iso, "title")
    # The paper that a notice carries is this paper, not a cited one: its title's year counts.
    in_title = heading_date(promulgated(title) or title) if head.title else None
    if in_title and _sheets_differ(blocks):
        in_title = None
    named = name_dates(_without_number(path.stem))
    year = int(in_title[:4]) if in_title else (named[0].year if named else _folder_year(path))
    told = _time_field(lines, year)
    if told:
        return Dated(told, "text")
    if in_title and len(in_title) > 4:
        return Dated(in_title, "title")
    if named and named[0].month and (not in_title or named[0].iso.startswith(in_title)):
        return Dated(named[0].iso, "name")
    if in_title:
        return Dated(in_title, "title")
    if len({one.year for one in named}) == 1:
        return Dated(named[0].iso, "name")
    written = _written(lines, blocks)
    if written:
        return Dated(written, "text")
    return _from_folder(path)


def _without_number(stem: str) -> str:
    return re.sub(
        r"[〔﹝［\[【(（](?:19|20)\d\d[〕﹞］\]】)）]第?\d{1,5}号|[〔﹝]\d{4}[〕﹞]", " ", stem
    )


def _time_field(lines: list[Line], year: int) -> str | None:
    """A meeting's 时间：2022年5月19日, in a line or in the cell behind 时间."""
    for line in lines[:40]:
        texts = [line.text]
        cells = [cell.replace(" ", "").replace("\u3000", "") for cell in line.cells]
        texts += [f"{name}：{value}" for name, value in zip(cells, cells[1:], strict=False) if name]
        for text in texts:
            match = _TIME_FIELD.match(text) if len(text) <= 80 else None
            if not match or not may_hold_date(match[1]):
                continue
            found = stated_dates(match[1])
            if found:
                return found[0].iso
            bare = bare_dates(match[1], [])
            if bare and year:
                return iso(year, bare[0].month, bare[0].day)
    return None


def _sheets_differ(blocks: Sequence[Block]) -> bool:
    """A workbook whose sheets bear different years is not of the first one's year."""
    if not blocks or not isinstance(blocks[0].place, InRow):
        return False
    sheets: dict[str, str] = {}
    for block in blocks:
        if isinstance(block.place, InRow) and block.place.sheet not in sheets:
            year = heading_date(block.text) or heading_date(block.place.sheet)
            sheets[block.place.sheet] = year[:4] if year else ""
    return len({year for year in sheets.values() if year}) > 1


def _written(lines: list[Line], blocks: Sequence[Block]) -> str | None:
    """The latest full date that head or tail tells of as an act: for papers that state none."""
    found: list[Stated] = []
    for block in (*blocks[:TAIL], *blocks[max(TAIL, len(blocks) - TAIL) :]):
        if may_hold_date(block.text):
            text = block.text
            found += [
                one
                for one in act_dates(text)
                if one.month and not _AHEAD.search(text[max(0, one.start - 4) : one.start])
            ]
    return max(one.iso for one in found) if found else None


def _folder_year(path: PurePosixPath) -> int:
    for folder in reversed(path.parts[:-1]):
        found = name_dates(_without_number(folder))
        if len({one.year for one in found}) == 1:
            return found[0].year
    return 0


def _from_folder(path: PurePosixPath) -> Dated:
    """`2023年度/会议/3月.docx`: the folder's year with the month of the folder or file."""
    months: list[tuple[int, int]] = []
    for part in (path.stem, *reversed(path.parts[:-1])):
        found = name_dates(_without_number(part)) if part != path.stem else []
        if len({one.year for one in found}) == 1:
            if found[0].month or not months:
                return Dated(found[0].iso, "folder")
            return Dated(iso(found[0].year, *months[0]), "folder")
        bare = bare_dates(part, [])
        if len(bare) == 1 and not months:
            months.append((bare[0].month, bare[0].day))
    return Dated(None, None)
