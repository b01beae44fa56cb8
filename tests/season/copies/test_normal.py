"""Passages made even: what copiers change is gone, what they keep is there."""

from __future__ import annotations

import pytest

from pipeline.season.copies.normal import even, own_names, shown


def evened(text: str, unit: str = "砚川市交通局") -> str:
    return shown(even([text], own_names([unit])).codes)


@pytest.mark.parametrize(("one", "two"), [
    ("2023年3月5日召开推进会，40人参加会议。", "2024年11月28日召开推进会，1126人参加会议。"),
    ("二〇二三年三月以来整改问题三十件", "二〇二四年十月以来整改问题三十件"),
    ("砚川市交通局组织职工学习", "交通局组织职工学习"),
    ("我局组织全体职工学习", "本局组织全体职工学习"),
    ("主持人：张三，记录整理得很清楚", "主持人：李四，记录整理得很清楚"),
    ("到青石街道开展集中宣讲", "到柳湾街道开展集中宣讲"),
    ("（一）抓好学习教育培训", "1.抓好学习教育培训"),
    ("一是抓好学习教育培训", "三是抓好学习教育培训"),
    ("投入资金３５．６万元用于修缮", "投入资金102万元用于修缮"),
])
def test_what_a_copier_changes_is_gone(one: str, two: str) -> None:
    assert evened(one) == evened(two) != ""


def test_clauses_stand_apart_and_sentences_too() -> None:
    assert evened("清点了所有的门牌，补上了缺的门牌。写进了值守的本子") == (
        "清点了所有的门牌|补上了缺的门牌/写进了值守的本子/")


def test_short_clauses_are_no_words_of_anybody() -> None:
    assert evened("姓名：王五；民族：彝族；职务：科员；备注：无") == ""


def test_quotations_are_taken_out_and_counted() -> None:
    made = even(["认真贯彻《统一战线工作条例》和“三个离不开”的要求"], None)
    assert shown(made.codes) == "认真贯彻和的要求/"
    assert made.quoted.tolist() == [len("《统一战线工作条例》“三个离不开”")]


@pytest.mark.parametrize("text", ["", "\ue000\ue000", "\0\1\0", "=cmd|'/c calc'!A1", "𠀀" * 300,
                                  "<script>alert(1)</script>", "[a-z]*(" * 50, "\ud800坏的字"])
def test_hostile_text_is_text(text: str) -> None:
    made = even([text, "写进了值守的本子"], own_names(["[", "(甲", ""]))
    assert len(made.starts) == 3
    assert shown(made.codes[made.starts[1]:]) == "写进了值守的本子/"


def test_the_formulas_of_policy_are_quotations_too() -> None:
    said = "高举中国特色旗帜，全面贯彻党的民族政策，以铸牢意识为主线，抄写了一本词典。"
    made = even([said], None)
    assert shown(made.codes) == "抄写了一本词典/" and made.quoted.tolist() == [8 + 10 + 8]


def test_passages_keep_their_places() -> None:
    made = even(["短", "写进了值守的本子", "", "清点了所有的门牌"], None)
    assert [shown(made.codes[a:b]) for a, b in zip(made.starts, made.starts[1:], strict=False)] == [
        "", "写进了值守的本子/", "", "清点了所有的门牌/"]
