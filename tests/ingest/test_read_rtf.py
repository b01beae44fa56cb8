"""What a word processor would show of RTF, feature by feature; and how real ones are read."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from pipeline.errors import Unreadable
from pipeline.evidence import Block
from pipeline.ingest import kinds
from pipeline.ingest.word import converted, office, rtf

FONTS = (
    rb"{\fonttbl{\f0\fnil\fcharset134 SimSun;}{\f1\fswiss\fcharset0 Arial;}"
    rb"{\f2\fcharset2 Wingdings;}}"
)


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Our own reader, whatever is installed here."""
    monkeypatch.setattr(office, "available", lambda: None)
    converted._as_docx.cache_clear()


def paper(inner: bytes, page: bytes = rb"\ansicpg936") -> bytes:
    return rb"{\rtf1\ansi" + page + rb"\deff0" + FONTS + inner + rb"}"


def hexed(text: str, encoding: str = "gb18030") -> bytes:
    return b"".join(b"\\'%02x" % byte for byte in text.encode(encoding))


def blocks(data: bytes) -> tuple[Block, ...]:
    (page,) = rtf.read(data)
    return page.blocks


def texts(data: bytes) -> list[str]:
    return [block.text for block in blocks(data)]


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        (rb"\f0 " + hexed("关于成立"), "关于成立"),
        # the second byte of a letter may be a plain one
        (rb"\f0 \'b0A\'9cx", b"\xb0A\x9cx".decode("gb18030")),
        # written as it is, not as numbers
        (rb"\f0 " + "通知".encode("gb18030"), "通知"),
        # the font is western, the paper Chinese: programs that fill in forms
        (rb"\f1 " + hexed("民族团结"), "民族团结"),
        (rb"\f1 caf\'e9 ", "café"),
        (rb"\u20851 \u24037?\u-26102 ?", "关工騊"[:2] + chr(65536 - 26102)),
        (rb"{\uc2\u20851 ab\u24037\'b9\'a4}", "关工"),
        (rb"\uc1\u-10179 ?\u-8992 ?", "\U0001f4e0"),
        (rb"a\~b\_c\-d\{e\}\\", "a\xa0b-cd{e}\\"),
        (rb"\f2 \'fc", "√"),
    ],
)
def test_letters(inner: bytes, text: str) -> None:
    assert texts(paper(inner + rb"\par")) == [text]


def test_a_western_page_with_chinese_bytes() -> None:
    inner = rb"\f1 " + hexed("工作总结")
    assert texts(paper(inner, rb"\ansicpg1252")) == ["工作总结"]
    assert texts(paper(inner, rb"")) == ["工作总结"]


def test_hidden_and_deleted_text_is_dropped() -> None:
    inner = rb"a{\v b}{\deleted c}{\revised d}\v e\v0 f\v g\plain h\par"
    assert texts(paper(inner)) == ["adfh"]


def test_field_results_stand_and_codes_do_not() -> None:
    field = rb'{\field{\*\fldinst {HYPERLINK "http://x"}}{\fldrslt {link}}}'
    assert texts(paper(b"see " + field + rb".\par")) == ["see link."]


def test_what_is_not_text_is_left_out() -> None:
    inner = (
        rb"{\*\generator Msftedit;}{\info{\title no}}{\colortbl;\red0;}{\*\bkmkstart x}"
        rb"{\*\unknown no}{\object\objemb{\*\objdata 0105}{\result yes}}{\pict\wmetafile8 0100}"
        rb"{\pict\bin6 }}}}}}}{\*\annotation no}text\par"
    )
    assert texts(paper(inner + rb" more\par " + b"x" * 60)) == ["yestext", "more", "x" * 60]


def test_rows_and_a_table_in_a_cell() -> None:
    row = rb"\trowd\cellx100\cellx200\pard\intbl a\par b\cell c\cell\row"
    empty = rb"\trowd\cellx100\cellx200\pard\intbl \cell d\cell\row"
    inner = (
        rb"\trowd\cellx100\cellx200\pard\intbl e\par\pard\intbl\itap2 f\nestcell g\nestcell"
        rb"{\*\nesttableprops\trowd\cellx50\nestrow}{\nonesttables\par}"
        rb"\pard\intbl h\cell i\cell\row"
    )
    found = blocks(paper(row + empty + rb"\pard between\par" + inner + rb"\pard after\par"))
    assert [(block.cells or block.text, block.table) for block in found] == [
        (("a\nb", "c"), 1), (("", "d"), 1), ("between", 0),
        (("e\nh", "i"), 2), (("f", "g"), 3), ("after", 0),
    ]  # fmt: skip


def test_rows_of_programs_that_do_not_say_what_is_in_a_table() -> None:
    row = rb"\trowd\cellx100\cellx200 a\cell b\cell\row"
    assert [block.cells for block in blocks(paper(row + row))] == [("a", "b"), ("a", "b")]


def test_numbers_of_lists_and_headings() -> None:
    styles = rb"{\stylesheet{\s0 Normal;}{\s1\b heading 1;}{\s7\outlinelevel1 own;}" + (
        rb"{\*\cs8 heading 3;}{\s9 heading 1 plain;}}"
    )
    inner = (
        rb"\pard\s1{\listtext\f0 \'d2\'bb\'a1\'a2\tab}one\par"
        rb"\pard\s7{\pntext\f0 1.\tab}two\par\pard\s0\outlinelevel2 three\par\pard\s9 four\par"
    )
    assert [(block.text, block.level) for block in blocks(paper(styles + inner))] == [
        ("一、one", 1), ("1. two", 2), ("three", 3), ("four", 0),
    ]  # fmt: skip


def test_headers_notes_and_boxes_have_their_places() -> None:
    inner = (
        rb"{\header head\par}{\headerf first\par}{\footer page 1\par}{\footerl 2\par}"
        rb"body{\footnote note\par}"
        rb"{\shp{\*\shpinst{\sp{\sn no}{\sv no}}{\shptxt box\par}}{\shprslt no}}\par after\par"
    )
    assert [(block.text, getattr(block.place, "within", "")) for block in blocks(paper(inner))] == [
        ("head", "header"), ("body", "body"), ("box", "textbox"), ("after", "body"),
        ("note", "footnote"), ("page 1", "footer"),
    ]  # fmt: skip
    assert texts(paper(rb"\titlepg" + inner))[:2] == ["head", "first"]


def test_a_paper_that_breaks_off_says_so() -> None:
    (page,) = rtf.read(rb"{\rtf1 kept\par {\b lost")
    assert (page.blocks[0].text, page.unread) == ("kept", "part_missing")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (rb"{\rtf1 }", "blank"),
        (rb"{\rtf1 {\pict 00}}", "program_missing"),
        (rb"{\rtf1 " + b"{" * 6_000, "limit_depth"),
        (paper(rb"\f1 " + rb"\'81 " * 40, rb"\ansicpg1252"), "garbled"),
    ],
)
def test_refusals(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        list(rtf.read(data))
    assert refusal.value.reason == reason


def test_cost_is_linear() -> None:
    begin = time.perf_counter()
    # a search for links from each of these to the end took minutes
    rtf.gather(paper(rb'{\field{\*\fldinst{HYPERLINK "x" ' * 1_600 + rb"\itap9 x\cell " * 20_000))
    assert time.perf_counter() - begin < 10


@pytest.mark.parametrize(
    ("name", "phrase"),
    [
        ("oletools__issue_251.rtf", "DOCUMENT IS PROTECTED"),
        ("tika__testRTFInvalidUnicode.rtf", "Mismatched pair"),
    ],
)
def test_real_papers(real_files: Path, name: str, phrase: str) -> None:
    data = (real_files / "hostile/office" / name).read_bytes()
    assert kinds.sniff(data, name) == "rtf"
    (page,) = rtf.read(data)
    assert phrase in page.text
