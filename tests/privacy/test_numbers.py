"""What is masked and what stays: numbers as they stand in real papers, all of them invented."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.privacy import mask_numbers as mask


def with_check(seventeen: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(d) * w for d, w in zip(seventeen, weights, strict=True))
    return seventeen + "10X98765432"[total % 11]


ID = with_check("53040219800101123")


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("联系人：张洁，手机13887712345。", "联系人：张洁，手机138******45。"),
        ("请拨打138 8771 2345", "请拨打138 **** **45"),
        ("请拨打138-8771-2345", "请拨打138-****-**45"),
        ("手机：１３８８７７１２３４５", "手机：１３８******４５"),
        ("1 3 8 8 7 7 1 2 3 4 5", "1 3 * * * * * * * * 5"),
        ("办公室0877-2025252", "办公室087*-*****52"),
        ("（0877）2025252", "（08**）*****52"),
        ("010-65251234", "010-******34"),
        ("联系人及电话：张洁，2025252。", "联系人及电话：张洁，202**52。"),
        ("电话：2025252、2025353", "电话：202**52、202**53"),
        ("传 真：8765432", "传 真：876**32"),
        ("卡号6222021234567890128", "卡号622**************28"),
        ("4111 1111 1111 1111", "411* **** **** **11"),
        ("530402800101123", "530**********23"),
    ],
)
def test_a_persons_number_is_masked(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize("text", [ID, ID.lower(), " ".join(ID), f"{ID[:6]} {ID[6:14]} {ID[14:]}"])
def test_an_id_number_is_masked_however_a_pdf_spaces_it(text: str) -> None:
    covered = mask(f"身份证号：{text}，彝族")
    assert ID[6:14] not in covered.replace(" ", "")
    assert covered.startswith("身份证号：" + text[:3])
    assert len(covered) == len(f"身份证号：{text}，彝族")


def test_a_mistyped_id_number_is_still_one() -> None:
    wrong = ID[:17] + ("0" if ID[17] != "0" else "1")
    assert mask(wrong) == wrong[:3] + "*" * 13 + wrong[-2:]


@pytest.mark.parametrize(
    "text",
    [
        "岚交党组〔2022〕6号、新统发﹝2018﹞5号",
        "20230418",
        "2023-04-18 至 2023-05-20",
        "下拨资金12000000元，其中省级13500000000元",
        "投资 13800000000 元",
        "统一社会信用代码：11530400015123456X",
        "统一社会信用代码：91530402MA6K1ABC2X",
        "2021—2025年规划，2019 2020 2021 2022 四年",
        "2016 2017 2018 2019 2020",
        "净利润 26 345 585 806 948 1,536 1,819",
        "13 456 789 012",
        "受理编号：530402202304180001",
        "编号：03012345678",
        "No.00123456789",
        "ISBN 978-7-01-000000-0",
        "印发1200份，覆盖13850人次",
        "电话回访1234567人次",
        "联系电话： | 经费：1200000元",
        "3.14159265358979",
        "“万名党员进党校”第302期",
    ],
)
def test_what_a_paper_is_assessed_by_stays(text: str) -> None:
    assert mask(text) == text


numbers = st.text(alphabet="0123456789０１２ Xx-—（）()、*电话手机：号元.", min_size=5, max_size=60)


@given(numbers)
@example("电话：13887712345 2025252")
@example("0877-2025252 13887712345 " + ID)
def test_masking_keeps_the_length_and_is_done_once(text: str) -> None:
    covered = mask(text)
    assert len(covered) == len(text)
    assert mask(covered) == covered
    kept = [(a, b) for a, b in zip(text, covered, strict=True) if a != b]
    assert all(b == "*" for _, b in kept)


@given(st.text(max_size=200))
def test_any_text_passes(text: str) -> None:
    assert len(mask(text)) == len(text)


@pytest.mark.parametrize("number", [
    "138.1234.5678", "138－1234－5678", "8613812345678", "+86 13812345678",
    "138\u200b1234\u200b5678",
])
def test_mobiles_as_people_write_them(number: str) -> None:
    masked = mask(f"联系人{number}。")
    assert len(masked) == len(number) + 4 and "5678" not in masked
