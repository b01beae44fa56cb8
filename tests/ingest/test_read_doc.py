"""What Word's binary format says, feature by feature, on papers made for it; and on real ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import Unreadable
from pipeline.evidence import Block, InParagraph, Page
from pipeline.ingest import kinds
from pipeline.ingest.word import converted, doc, office, word97
from tests.ingest import made_doc as made
from tests.ingest.made_doc import P, cells, listed


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Our own reader, whatever is installed here."""
    monkeypatch.setattr(office, "available", lambda: None)
    converted._as_docx.cache_clear()


def blocks(data: bytes) -> tuple[Block, ...]:
    (page,) = doc.read(data)
    return page.blocks


def texts(data: bytes) -> list[str]:
    return [block.text for block in blocks(data)]


def refused(data: bytes) -> str:
    with pytest.raises(Unreadable) as refusal:
        list(doc.read(data))
    return refusal.value.reason


def test_paragraphs_in_both_widths_of_letters() -> None:
    assert texts(made.doc([P("关于成立领导小组的通知"), P(""), P("一、总则")])) == [
        "关于成立领导小组的通知", "一、总则",
    ]  # fmt: skip
    assert texts(made.doc([P("café – 2024")], narrow=True)) == ["café – 2024"]


def test_letters_beyond_the_first_plane_do_not_move_what_follows() -> None:
    pair = "\ud867\ude3d"
    paper = made.doc([P(pair + "甲"), P("乙丙丁", letters=[(1, 2, made.HIDDEN)])])
    assert texts(paper) == ["\U00029e3d甲", "乙丁"]


def test_hidden_and_deleted_text_is_dropped_and_symbols_are_shown() -> None:
    marks = [(1, 2, made.HIDDEN), (3, 4, made.DELETED), (5, 6, made.TICK)]
    assert texts(made.doc([P("显隐示删新(", letters=marks)])) == ["显示新√"]


def test_a_paragraph_whose_end_was_deleted_runs_on() -> None:
    assert texts(made.doc([P("前半", letters=[(2, 3, made.DELETED)]), P("后半")])) == ["前半后半"]


def test_field_results_stand_and_codes_do_not() -> None:
    field = "共\x13 =SUM(\x13 码 \x14内\x15) \x14十二\x15份"
    over = [P('见\x13 HYPERLINK "http://x" \x14附件'), P("一\x15。")]
    assert texts(made.doc([P(field), *over])) == ["共十二份", "见附件", "一。"]


def test_rows_are_told_from_cells_that_are_empty() -> None:
    paper = made.doc([P("名单"), *cells("序号", "姓名", ""), *cells("1", "", ""), P("以上")])
    rows = [block for block in blocks(paper) if block.kind == "row"]
    assert [(row.cells, row.table) for row in rows] == [
        (("序号", "姓名", ""), 1), (("1", "", ""), 1),
    ]  # fmt: skip
    assert rows[0].place == InParagraph(2, "table")
    assert texts(paper)[-1] == "以上"


def test_a_cell_of_several_paragraphs_and_a_table_in_it() -> None:
    inner = [P("内一", "\r", made.INNER_CELL), P("内二", "\r", made.INNER_CELL),
             P("", "\r", made.INNER_ROW_END)]  # fmt: skip
    paper = made.doc([
        P("甲", "\r", made.IN_TABLE), *inner, P("乙", "\x07", made.IN_TABLE),
        P("丙", "\x07", made.IN_TABLE), P("", "\x07", made.ROW_END),
    ])  # fmt: skip
    assert [(block.cells, block.table) for block in blocks(paper)] == [
        (("甲\n乙", "丙"), 1), (("内一", "内二"), 2),
    ]  # fmt: skip


def test_a_table_of_one_cell_is_a_frame() -> None:
    (block,) = blocks(made.doc(cells("框内")))
    assert (block.kind, block.text, block.place) == ("paragraph", "框内", InParagraph(1, "table"))


def test_tables_without_their_properties_are_said_to_have_lost_their_rows() -> None:
    (page,) = doc.read(made.doc([P("名单"), *cells("序号", "姓名")], properties=False))
    assert page.unread == "rows_lost"
    assert "姓名" in page.text
    (page,) = doc.read(made.doc([P("没有表")], properties=False))
    assert page.unread is None


def test_headings_are_what_their_styles_are() -> None:
    outline = bytes((0x40, 0x26, 1))
    paper = made.doc([P("总则", style=1), P("细则", says=outline), P("正文")])
    assert [block.level for block in blocks(paper)] == [1, 2, 0]


def test_automatic_numbers_stand_before_their_paragraphs() -> None:
    levels = [made.level(0x25, "第\0条", after=1), made.level(0, "(\0.\1)")]
    levels += [made.level(0xFF, "")] * 7
    paper = made.doc(
        [listed("组织"), listed("领导", 1), listed("机构", 1), P("说明"), listed("保障")],
        levels=levels,
    )
    assert texts(paper) == ["第一条组织", "(一.1)领导", "(一.2)机构", "说明", "第二条保障"]


def test_headers_notes_and_boxes_have_their_places() -> None:
    paper = made.doc(
        [P("正文")],
        headers=[[P("偶数页眉")], [P("某县人民政府文件")], [], [P("第 1 页")], [P("首页页眉")]],
        notes=[P("\x02 脚注")],
        boxes=[P("文本框")],
    )
    assert [(block.text, getattr(block.place, "within", "")) for block in blocks(paper)] == [
        ("某县人民政府文件", "header"), ("正文", "body"), ("文本框", "textbox"),
        (" 脚注".strip(), "footnote"), ("第 1 页", "footer"),
    ]  # fmt: skip
    # pages that face each other have headers of their own
    facing = made.doc([P("正文")], headers=[[P("偶数页眉")], [P("奇数页眉")]], settings=b"\1")
    assert texts(facing)[:2] == ["偶数页眉", "奇数页眉"]


def test_a_paper_that_ends_before_its_text_says_so() -> None:
    (page,) = doc.read(made.doc([P("前面的还在")], spare=2_000))
    assert page.unread == "part_missing"
    assert page.blocks[0].text == "前面的还在"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (made.doc([P("密")], flags=0x0300), "encrypted"),
        (made.doc([P("\x08")]), "program_missing"),
        (made.doc([P(" ")]), "blank"),
        (made.doc([P("a" * 3000)])[:3000], "corrupt"),
        (made.doc([P("旧")], version=0x65), "unsupported_format"),
        (made.doc([P("\ue123\ufffe\x80" * 30)]), "garbled"),
        (made.doc([P("x")], spare=100_000_000), "corrupt"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4000), "corrupt"),
    ],
)
def test_refusals(data: bytes, reason: str) -> None:
    assert refused(data) == reason


def test_pictures_that_nothing_here_can_show_are_not_passed_over() -> None:
    long = made.doc([P("正文" * 50), P("\x01" + "说明"), P("字" * 40_000)])
    (page,) = doc.read(long)
    assert page.unread == "program_missing"


def page(*lines: str) -> Page:
    texts = enumerate(lines, 1)
    return Page(1, tuple(Block("paragraph", t, InParagraph(n, "body")) for n, t in texts))


def test_a_doubtful_paper_is_read_twice_and_the_fuller_reading_stands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    doubtful = made.doc([P("前" * 200)], spare=2_000)
    for other, wanted in (("全" * 210, "全"), ("短", "前")):
        monkeypatch.setattr(
            converted, "pages", lambda data, ending, other=other: iter([page(other)])
        )
        (read,) = doc.read(doubtful)
        assert (read.text[0], read.unread) == (wanted, "part_missing")
    # a sound one is not read twice
    monkeypatch.setattr(converted, "pages", lambda data, ending: pytest.fail("asked"))
    assert texts(made.doc([P("完好")])) == ["完好"]


def test_scans_follow_as_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    scan = Page(2, (), 595.0, 842.0, "no_text_layer")
    monkeypatch.setattr(converted, "pages", lambda data, ending: iter([page(), scan]))
    first, second = doc.read(made.doc([P("\x01扫描件")]))
    assert (first.text, first.unread, second) == ("扫描件", None, scan)


REAL = (
    # a table of meetings, its cells numbered by Word
    ("real_zh/doc/campus__会议记录.doc", 75, ("会  议  记  录", "1. 确定小组项目的选题")),
    # written by WPS
    ("real_zh/doc/job__申报书.doc", 12, ()),
    ("real_zh/doc/DocTemplate__反窃电稽查监控系统软件功能设计说明书V0.5.doc", 139, ()),
    ("real_zh/doc/Userrequiremen__会议纪要1.doc", 4, ()),
    ("real_zh/wps/wengkai__1.wps", 0, ()),
    # the date is that of the paper, not of the day it is read
    ("hostile/office/poi__Fuzzed.doc", 4, ("4/26/2006",)),
)


@pytest.mark.parametrize(("name", "rows", "phrases"), REAL)
def test_real_papers(real_files: Path, name: str, rows: int, phrases: tuple[str, ...]) -> None:
    data = (real_files / name).read_bytes()
    assert kinds.sniff(data, name) == "doc"
    flow = word97.gather(data)
    assert flow.unread is None
    assert sum(block.kind == "row" for block in flow.blocks) == rows
    text = "\n".join(block.text for block in flow.blocks)
    assert all(phrase in text for phrase in phrases)


@pytest.mark.parametrize("name", ["oletools__encrypted.doc", "poi__PasswordProtected.doc",
                                  "tika__testWORD_protected_drm.doc"])  # fmt: skip
def test_real_papers_that_are_locked(real_files: Path, name: str) -> None:
    assert kinds.sniff((real_files / "hostile/office" / name).read_bytes(), name) == "encrypted"


@pytest.mark.parametrize("name", ["5696094627495936", "minimized-POIHWPFFuzzer-4951943183990784"])
def test_damaged_papers_keep_what_is_left(real_files: Path, name: str) -> None:
    (path,) = (real_files / "hostile/office").glob(f"*{name}.doc")
    (read,) = doc.read(path.read_bytes())
    assert read.unread in ("rows_lost", "part_missing")
    assert len(read.text) > 2_000
