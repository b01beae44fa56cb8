"""Dates as papers write them: every form met, and what must not be taken for one."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.describe.dates import bare_dates, dates, may_hold_date, name_dates, number, squeezed

STATED = [
    ("2023年4月18日", ["2023-04-18"]),
    ("2024 年 5 月 23 日", ["2024-05-23"]),
    ("2 0 2 4 年 5 月", ["2024-05"]),
    ("2 0 2 4 年 1 2 月 0 5 日", ["2024-12-05"]),
    ("２０２３年４月１８日", ["2023-04-18"]),
    ("二〇二三年四月十八日", ["2023-04-18"]),
    ("二○二三年十二月三十一日", ["2023-12-31"]),
    ("二零二二年元月六日", ["2022-01-06"]),
    ("二O二四年十月二十日", ["2024-10-20"]),
    ("二Ｏ一九年三月廿五日", ["2019-03-25"]),
    ("一九九八年七月", ["1998-07"]),
    ("2023.4.18", ["2023-04-18"]),
    ("2023．04．18", ["2023-04-18"]),
    ("2023-04-18", ["2023-04-18"]),
    ("2023/4/18", ["2023-04-18"]),
    ("2023年4月", ["2023-04"]),
    ("2023年4月份", ["2023-04"]),
    ("2023年4月18号", ["2023-04-18"]),
    ("2023.4", ["2023-04"]),
    ("2023年", ["2023"]),
    ("2023年度", ["2023"]),
    ("1.2023年完成整改", ["2023"]),
    ("2022年、2023年和2024年", ["2022", "2023", "2024"]),
    ("2022、2023、2024年", ["2022", "2023", "2024"]),
    ("2022-2024年", ["2022", "2024"]),
    ("2023.04.18-04.20", ["2023-04-18"]),
    # not dates
    ("2023年13月1日", []),
    ("2023年2月30日", []),
    ("2023年0月", []),
    ("1912年", []),
    ("2023.4万元", []),
    ("共2023.5亿元", []),
    ("0877-2025652", []),
    ("编号120234年级", []),
    ("V2023.1", []),
    ("鄂民宗发[20xx]32号", []),
    ("第26届", []),
]


@pytest.mark.parametrize(("text", "expected"), STATED)
def test_a_stated_date(text: str, expected: list[str]) -> None:
    assert [one.iso for one in dates(text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4月18日至20日", [(4, 18)]),
        ("12月份", [(12, 0)]),
        ("10月底前", [(10, 0)]),
        ("十一月三日", [(11, 3)]),
        ("去年5月", [(5, 0)]),
        ("三月三歌会", []),
        ("三个月", []),
        ("2月31日", []),
        ("2023年4月18日", []),
        ("2023年13月", []),
    ],
)
def test_a_date_without_its_year(text: str, expected: list[tuple[int, int]]) -> None:
    assert [(one.month, one.day) for one in bare_dates(text, dates(text))] == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("20230418民族团结学习记录", ["2023-04-18"]),
        ("202304工作简报", ["2023-04"]),
        ("2023.4.18主题党日", ["2023-04-18"]),
        ("培训签到表2023-04-18", ["2023-04-18"]),
        ("2023年度", ["2023"]),
        ("2023", ["2023"]),
        ("01-2022", ["2022"]),
        ("IMG_20231345", []),
        ("13887720231", []),
        ("2023年13月", []),
    ],
)
def test_a_date_in_a_name(name: str, expected: list[str]) -> None:
    assert [one.iso for one in name_dates(name)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("三十一", 31),
        ("廿五", 25),
        ("元", 1),
        ("０４", 4),
        ("九", 9),
    ],
)
def test_a_number(text: str, expected: int) -> None:
    assert number(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("通  知", "通知"),
        ("2024 年 5 月", "2024年5月"),
        ("玉 溪 市", "玉溪市"),
        ("WPS Office 文档", "WPS Office文档"),
        ("3 2023.4", "3 2023.4"),
    ],
)
def test_gaps_beside_chinese_letters_close(text: str, expected: str) -> None:
    assert squeezed(text) == expected


days = st.dates(date(1949, 1, 1), date(2099, 12, 31))
CHINESE = "〇一二三四五六七八九"


def in_chinese(value: int) -> str:
    tens, ones = divmod(value, 10)
    text = CHINESE[ones] if ones else ""
    return f"{'' if tens == 1 else CHINESE[tens]}十{text}" if tens else text


@given(days, st.sampled_from(["年", ".", "-", "/", "二", "空"]))
def test_every_day_is_read_in_every_form(day: date, form: str) -> None:
    written = {
        "年": f"{day.year}年{day.month}月{day.day}日",
        ".": f"{day.year}.{day.month}.{day.day}",
        "-": day.isoformat(),
        "/": f"{day.year}/{day.month}/{day.day}",
        "空": " ".join(f"{day.year}年{day.month}月{day.day}日"),
        "二": "".join(CHINESE[int(digit)] for digit in str(day.year))
        + f"年{in_chinese(day.month)}月{in_chinese(day.day)}日",
    }[form]
    assert [one.iso for one in dates(written)] == [day.isoformat()]


@given(days, st.text(max_size=20), st.text(max_size=20))
def test_a_date_is_found_where_it_stands(day: date, before: str, after: str) -> None:
    text = f"{before}。{day.year}年{day.month}月{day.day}日。{after}"
    start = len(before) + 1
    found = [one for one in dates(text) if one.start == start]
    assert [one.iso for one in found] == [day.isoformat()]
    assert may_hold_date(text)


@given(st.integers(1949, 2099), st.integers(0, 99), st.integers(0, 99))
def test_an_impossible_date_is_refused(year: int, month: int, day: int) -> None:
    found = dates(f"{year}年{month}月{day}日")
    try:
        date(year, month, day)
    except ValueError:
        assert [one.iso for one in found if one.month] == []
    else:
        assert [one.iso for one in found] == [f"{year}-{month:02}-{day:02}"]


@given(st.text(alphabet="2０〇二年月日 .-/至、《》〔〕号1234", max_size=200))
def test_no_text_breaks_the_reading(text: str) -> None:
    for one in dates(text):
        assert 0 <= one.start < one.end <= len(text)
        date(one.year, one.month or 1, one.day or 1)
    name_dates(text)
