"""What a table's cells are: names or values; and how they become the text of a row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.evidence import Place
from pipeline.segment.lines import Joiner, marker, stopped

LONG_CELL = 250
"""A cell from here on is a text of its own: more than the 200 characters of a passage."""
NAME = 20
"""Longest name of a column or a form's field; longer ones met were sentences."""

_WORDS = (
    "序号|编号|姓名|性别|民族|职务|职称|单位|部门|学校|年级|专业|邮箱|籍贯|时间|日期|期限|时限|地点|主持人?|记录人?"
    "|(?:参加|出席|列席|缺席|参会|参学|学习|参训|到会)(?:人员?|领导)?|应到人?数?|实到人?数?|主讲人?|授课人?|内容|主题|议题"
    "|题目|名称|项目|类别|类型|形式|对象|范围|目标|措施|要求|金额|经费|预算|资金|数量|人数|人次|备注|责任人|负责人|联系人"
    "|联系电话|电话|进度|成效|效果|情况|结果|意见|来源|用途|方式|月份|季度|年度|学时|文号|标题|签字|签名|事项|指标|分值|得分"
    "|标准|地址|年龄|学历|讨论|发言|摘要|小结|总结|做法|问题|照片|议程|决定|次数|场次|户数|级别|等级|分类|数值|描述|依据"
    "|安排|任务|说明|记录"
)
LABEL = re.compile(_WORDS)
_IS_LABEL = re.compile(rf"(?:{_WORDS})(?:[（(][^（）()]{{1,10}}[)）])?$")
VALUE = re.compile(r"[\d０-９]|[。；！？]|[，,]")


@dataclass(frozen=True, slots=True)
class RowText:
    """A row, or a long cell of one, as text; `prefix` is the column's name it begins with."""

    text: str
    place: Place
    headings: tuple[str, ...]
    prefix: str = ""


def flat(cell: str) -> str:
    """A cell's lines joined: what the column's width had cut is one again."""
    cell = cell.strip()
    if "\n" not in cell:
        return cell
    joined = ""
    for line in cell.split("\n"):
        line = line.strip()
        if not line:
            continue
        apart = joined and (stopped(joined) or marker(line))
        joined += (" " if apart else Joiner.space(joined, line) if joined else "") + line
    return joined


def is_label(cell: str) -> bool:
    """Whether a cell is a field's name: short, no figures, ending in a usual name or a colon."""
    name = name_of(cell)
    if not 0 < len(name) <= 12 or VALUE.search(name):
        return False
    return cell[-1] in "：:" or bool(_IS_LABEL.search(name))


def name_of(cell: str) -> str:
    return cell.replace(" ", "").replace("\u3000", "").rstrip("：:")


def header_again(filled: list[str], below: list[str]) -> bool:
    """A second table in the same sheet or form begins: three names or more, and nothing else."""
    return (
        len(filled) >= 3
        and all(is_label(cell) for cell in filled)
        and not (any(below) and all(is_label(cell) for cell in below if cell))
    )


def emit(
    named: list[tuple[str, str]], place: Place, headings: tuple[str, ...]
) -> Iterator[RowText]:
    """The short cells in texts of at most a long cell's length, then each long cell for itself."""
    group: list[str] = []
    size = 0
    for name, value in named:
        if len(value) >= LONG_CELL:
            continue
        cell = f"{name}：{value}" if name else value
        if group and size + len(cell) > LONG_CELL:
            yield RowText(" | ".join(group), place, headings)
            group, size = [], 0
        group.append(cell)
        size += len(cell) + 3
    if group:
        yield RowText(" | ".join(group), place, headings)
    for name, value in named:
        if len(value) >= LONG_CELL:
            prefix = f"{name}：" if name else ""
            yield RowText(prefix + value, place, headings, prefix)
