"""Cutting, masking and the ids of passages; and paragraphs of real files."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.evidence import Page
from pipeline.segment import normalised, segment
from pipeline.segment.cut import HARD, cut
from tests.segment.made_pages import (
    LONG,
    NEXT,
    SHA,
    flowing,
    plain,
    table,
    texts,
)


def test_a_long_paragraph_is_cut_at_sentence_ends_near_200_characters() -> None:
    text = "（一）抓学习。" + "".join(
        f"第{n}次中心组学习安排在{n}月，由班子成员轮流领学并作交流发言。" for n in range(1, 13)
    )
    passages = segment(flowing(LONG, text), SHA)[1:]
    assert "".join(texts(passages)) == text
    assert all(p.text.endswith("。") for p in passages)
    assert all(120 <= len(p.text) <= 260 for p in passages[:-1])
    assert passages[0].headings == ()
    assert passages[1].headings == ("（一）抓学习。",)


def test_no_cut_within_quotation_marks_or_brackets() -> None:
    quote = "“" + "要把民族团结进步事业作为基础性事业抓紧抓好。" * 8 + "”"
    text = (
        "会议传达了讲话精神："
        + quote
        + "与会同志结合实际谈了体会。"
        + "会议要求各单位抓好落实。" * 8
    )
    pieces = [text[start:end] for start, end in cut(text)]
    assert len(pieces) > 1
    assert any(quote in piece for piece in pieces)


def test_a_text_without_a_stop_is_cut_hard() -> None:
    spans = cut("民" * 100_000)
    assert all(end - start <= HARD for start, end in spans)
    assert spans[0][0] == 0
    assert spans[-1][1] == 100_000


@given(st.text(alphabet="民族。；“”《》（） a.\n", max_size=3000))
def test_the_spans_are_the_whole_text_in_order(text: str) -> None:
    spans = cut(text)
    assert "".join(text[start:end] for start, end in spans) == text
    assert all(end - start <= HARD for start, end in spans)


def test_personal_data_are_masked_before_the_id_is_made() -> None:
    a, b = (
        segment(flowing(LONG, f"联系人：葛守成，电话{number}。"), SHA)[1]
        for number in ("13887712345", "13899912345")
    )
    assert a.text == "联系人：葛守成，电话138******45。"
    assert len(a.text) == len("联系人：葛守成，电话13887712345。")
    assert a.id == b.id
    heading = segment(flowing(LONG, "一、热线13887712345", NEXT), SHA)[1].headings
    assert heading == ("一、热线138******45",)


def test_the_id_is_of_file_text_and_ordinal() -> None:
    passages = segment(flowing(NEXT, LONG, NEXT), SHA)
    name = f"{SHA}\n{normalised(NEXT)}\n1".encode()
    assert passages[2].id == hashlib.sha256(name).hexdigest()[:16]
    assert len({p.id for p in passages}) == 3


def test_unchanged_text_keeps_its_id_when_its_neighbours_change() -> None:
    before = segment(flowing(LONG, NEXT), SHA)
    after = segment(flowing("补充一段：" + LONG, NEXT.replace("，", "， ")), SHA)
    assert before[1].id == after[1].id
    assert before[1].id != segment(flowing(LONG, NEXT), "cd" * 32)[1].id


@pytest.mark.parametrize(
    "text",
    [
        "（" * 20_000,
        "第" * 20_000,
        "1." * 20_000,
        "《" * 20_000,
        " 年 月" * 10_000,
        "1 " * 20_000,
        "a" * 60_000,
    ],
)
def test_no_text_is_slow(text: str) -> None:
    start = time.process_time()
    segment(flowing(text), SHA)
    segment(plain(text), SHA)
    segment(table(["时间", text], [text, "内容"]), SHA)
    assert time.process_time() - start < 2


def test_empty_pages_have_no_passages() -> None:
    assert segment([], SHA) == ()
    assert segment([Page(1, (), 595, 842, unread="no_text_layer")], SHA) == ()
    assert segment(flowing("", "  ", "\n"), SHA) == ()


@pytest.mark.parametrize(
    ("path", "begins", "holds"),
    [
        ("pdf/tmpandroidpdfc__test.pdf", "引导资金支持的对象为", "非法人组织(分支机构除外)"),
        (
            "pdf/pdfplumber__issue-67-example.pdf",
            "公司董事会、监事会",
            "报告内容的真实、准确、完整",
        ),
        ("xls/StudentAge__2004-2014 用水总量.xls", "地区：北京市", "2014年：37.49"),
    ],
)
def test_paragraphs_and_rows_of_real_files(
    real_files: Path, path: str, begins: str, holds: str
) -> None:
    from pipeline.ingest.kinds import read

    place = next(iter(sorted(real_files.glob(f"**/{path}"))), None)
    if place is None:
        pytest.skip(f"{path} is not among the real files")
    passages = segment(list(read(place.read_bytes(), place.name)), SHA)
    (found,) = [p.text for p in passages if p.text.startswith(begins)][:1]
    assert holds in found
