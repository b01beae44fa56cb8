"""Rows of comma- and tab-separated text, in whatever encoding."""

from __future__ import annotations

import pytest

from pipeline.errors import Unreadable
from pipeline.evidence import OnLine
from pipeline.ingest import kinds
from pipeline.ingest.sheets import delimited

LEDGER = (
    "序号,时间,内容,参加人数\r\n1,2024-04-18,“铸牢”专题学习,35\r\n"
    "2,2024-05-20,慰问各族群众,12\r\n"
)
CELLS = [
    ("序号", "时间", "内容", "参加人数"),
    ("1", "2024-04-18", "“铸牢”专题学习", "35"),
    ("2", "2024-05-20", "慰问各族群众", "12"),
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize("name", ["台账.csv", "台账.xls", "台账.tsv"])
def test_a_ledger_in_any_encoding(encoding: str, delimiter: str, name: str) -> None:
    data = LEDGER.replace(",", delimiter).encode(encoding)
    assert kinds.sniff(data, name) == "csv"
    (page,) = kinds.read(data, name)
    assert [block.cells for block in page.blocks] == CELLS
    assert {block.kind for block in page.blocks} == {"row"}


def test_traditional_characters_in_big5() -> None:
    (page,) = delimited.read("編號,機關\n1,縣政府民政處社會救助科\n".encode("big5"))
    assert page.blocks[1].cells == ("1", "縣政府民政處社會救助科")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # line breaks and delimiters within quotes; an empty line parts tables
        ('甲,乙\n"一,\n二",三\n\n附表,\n', [(1, 1, ("甲", "乙")), (2, 1, ("一,\n二", "三")),
                                           (5, 2, ("附表", ""))]),
        ("sep=;\n甲;乙,丙\n", [(2, 1, ("甲", "乙,丙"))]),
        ("一列\n没有分隔\n", [(1, 1, ("一列",)), (2, 1, ("没有分隔",))]),
        ('甲,"他说""好"""\r乙,丙', [(1, 1, ("甲", '他说"好"')), (2, 1, ("乙", "丙"))]),
        ("甲\0甲,乙" + "乙" * 50, [(1, 1, ("甲甲", "乙" * 51))]),
    ],
)  # fmt: skip
def test_rows_stand_on_the_line_they_begin_on(
    text: str, found: list[tuple[int, int, tuple[str, ...]]]
) -> None:
    (page,) = delimited.read(text.encode())
    assert [(block.place, block.table, block.cells) for block in page.blocks] == [
        (OnLine(line), table, cells) for line, table, cells in found
    ]


def test_a_quotation_mark_that_nothing_closes_takes_no_rows() -> None:
    (page,) = delimited.read(('甲,乙\n1,"未闭合\n' + "2,三\n" * 300).encode())
    first = [block.cells for block in page.blocks[:3]]
    assert first == [("甲", "乙"), ("1", '"未闭合'), ("2", "三")]
    assert len(page.blocks) == 302


@pytest.mark.parametrize(
    ("text", "count"),
    [
        # to the end of the file, however near it is
        ('甲,乙\n1,"未闭合\n2,三\n3,四\n', 4),
        # closed by the next one, far below
        ('1,"未闭合\n' + "2,三\n" * 30 + '3,"四"\n4,五\n', 33),
        # and long cells that are closed
        ('1,"' + "学习\n" * 30 + '"\n2,三\n', 2),
        ('1,"学习\n会议"\n', 1),
        ('1,5" 屏,"学习\n会议"\n2,三,四\n', 2),
    ],
)
def test_quotation_marks_that_do_not_pair_hold_nothing_together(text: str, count: int) -> None:
    (page,) = delimited.read(text.encode())
    assert len(page.blocks) == count


def test_rows_beyond_a_bound_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "MOST_SAID", 5)
    (page,) = delimited.read("甲,乙\n丙,丁\n戊,己\n庚,辛\n".encode())
    assert (len(page.blocks), page.unread) == (3, "limit_objects")


@pytest.mark.parametrize(
    ("data", "reason"), [(b",,,\n,\n", "blank"), (bytes(range(128, 256)) * 40, "garbled")]
)
def test_what_says_nothing_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        list(delimited.read(data))
    assert refusal.value.reason == reason


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("甲\t乙\t丙\n一\t二\t三\n四\t五\t六\n", "导出.txt", "csv"),
        ("甲\t乙\n一\t二\n三\t四\n", "要点.txt", "txt"),
        ("一、组织领导，加强学习\n二、落实责任，形成合力\n", "要点.txt", "txt"),
        ("一、组织领导", "要点.csv", "csv"),
    ],
)
def test_a_text_is_a_sheet_by_its_name_or_by_its_tabs(text: str, name: str, kind: str) -> None:
    assert kinds.sniff(text.encode(), name) == kind
