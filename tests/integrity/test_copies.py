"""Copies, changed years, two forms of one paper, and the honest series that are none of these."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.integrity import Copies, copies
from tests.integrity.made_papers import AUGUST, MARCH, MINUTES, PLAN_2022, PLAN_2023, compare, paper


def test_an_honest_plan_for_the_next_year_is_no_copy() -> None:
    found = compare(
        (paper("2022/方案.docx", PLAN_2022, "2022-04-06"), PLAN_2022),
        (paper("2023/方案.docx", PLAN_2023, "2023-04-20"), PLAN_2023),
    )
    assert found == Copies({}, {})


def test_minutes_on_the_same_form_are_no_copies() -> None:
    found = compare(
        (paper("3月.docx", MARCH, "2023-03-08"), MARCH),
        (paper("8月.docx", AUGUST, "2023-08-23"), AUGUST),
    )
    assert found.flags == {}


def test_a_plan_with_only_the_year_changed_is_year_swapped() -> None:
    swapped = (
        PLAN_2022.replace("2022年4月6日", "2023年4月11日")
        .replace("2022", "2023")
        .replace("118公里", "120公里")
    )
    found = compare(
        (paper("b/2023方案.docx", swapped, "2023-04-11"), swapped),
        (paper("z/2022方案.docx", PLAN_2022, "2022-04-06"), PLAN_2022),
    )
    (flag,) = found.flags["b/2023方案.docx"]
    assert (flag.code, flag.other) == ("year_swapped", "z/2022方案.docx")
    assert flag.where == "2022 -> 2023"
    assert list(found.flags) == ["b/2023方案.docx"]


def test_a_changed_year_shows_without_a_stated_date() -> None:
    swapped = PLAN_2022.replace("2022", "2024")
    found = compare((paper("a.docx", PLAN_2022), PLAN_2022), (paper("b.docx", swapped), swapped))
    assert [flag.code for flag in found.flags["b.docx"]] == ["year_swapped"]


EDITS = (
    ("学习不断线", "学习常态化"),
    ("一把手负总责", "主要负责人总牵头"),
    ("年内新开行", "全年新增"),
    ("集中播放", "滚动播放"),
)


def test_a_few_edits_and_a_new_title_are_a_near_duplicate_and_the_earliest_counts() -> None:
    edited = "关于开展民族团结“进机关”活动的实施意见\n" + PLAN_2022.split("\n", 1)[1]
    for old, new in EDITS:
        edited = edited.replace(old, new)
    edited = edited.replace("2022年4月6日", "2022年6月1日")
    found = compare(
        (paper("a/意见.docx", edited, "2022-06-01"), edited),
        (paper("b/方案.docx", PLAN_2022, "2022-04-06"), PLAN_2022),
    )
    (flag,) = found.flags["a/意见.docx"]
    assert (flag.code, flag.other) == ("near_duplicate", "b/方案.docx")
    assert found.forms == {}


def test_pdf_and_word_of_one_paper_are_two_forms_without_a_flag() -> None:
    scan = (
        PLAN_2022.replace("制定本方案", "制定木方案")
        .replace("村寨", "村赛")
        .replace("统筹", "统寿")
        + "\n— 1 —"
    )
    found = compare(
        (paper("方案.docx", PLAN_2022, "2022-04-06", "docx", "岚交发〔2022〕31号"), PLAN_2022),
        (paper("方案（盖章）.pdf", scan, "2022-04-06", "pdf", "岚交发﹝2022﹞31 号"), scan),
    )
    assert found == Copies({}, {"方案.docx": "方案（盖章）.pdf"})


def test_another_form_with_another_date_or_number_is_a_copy() -> None:
    later = PLAN_2022.replace("2022年4月6日", "2022年9月9日")
    found = compare(
        (paper("方案.docx", PLAN_2022, "2022-04-06", "docx"), PLAN_2022),
        (paper("方案.pdf", later, "2022-09-09", "pdf"), later),
    )
    assert found.forms == {}
    assert [flag.code for flag in found.flags["方案.pdf"]] == ["near_duplicate"]
    found = compare(
        (paper("a.docx", PLAN_2022, "2022-04-06", "docx", "岚交发〔2022〕31号"), PLAN_2022),
        (paper("b.pdf", PLAN_2022, "2022-04-06", "pdf", "岚交发〔2022〕58号"), PLAN_2022),
    )
    assert found.forms == {}
    assert "b.pdf" in found.flags


def test_a_copy_in_two_forms_is_flagged_once() -> None:
    swapped = PLAN_2022.replace("2022", "2023")
    found = compare(
        (paper("2022.docx", PLAN_2022, "2022-04-06"), PLAN_2022),
        (paper("2023.docx", swapped, "2023-04-06"), swapped),
        (paper("2023.pdf", swapped, "2023-04-06", "pdf"), swapped),
    )
    assert found.forms == {"2023.docx": "2023.pdf"}
    assert [flag.other for flag in found.flags["2023.pdf"]] == ["2022.docx"]
    assert "2023.docx" not in found.flags


def ledger(year: int, rows: list[str]) -> str:
    return f"{year}年度民族团结进步创建经费台账\n" + "\n".join(
        f"序号：{n} | {row}" for n, row in enumerate(rows, 1)
    )


def test_ledgers_with_one_header_are_no_copies() -> None:
    a = ledger(
        2022,
        [
            "时间：2022年5月 | 用途：印制宣传折页1100份 | 金额：2200元 | 经办：办公室",
            "时间：2022年7月 | 用途：青棠乡结对户慰问品 | 金额：3600元 | 经办：机关党委",
            "时间：2022年9月 | 用途：宣传月展板制作 | 金额：4800元 | 经办：机关党委",
        ],
    )
    b = ledger(
        2023,
        [
            "时间：2023年3月 | 用途：茶山村现场学习租车 | 金额：1500元 | 经办：办公室",
            "时间：2023年6月 | 用途：专题培训班教材与讲课费 | 金额：9200元 | 经办：人事教育科",
            "时间：2023年8月 | 用途：小册子《路上》印刷 | 金额：6300元 | 经办：机关党委",
        ],
    )
    found = compare(
        (paper("22.xlsx", a, "2022", "xlsx"), a), (paper("23.xlsx", b, "2023", "xlsx"), b)
    )
    assert found.flags == {}


def test_the_same_words_about_other_figures_are_an_honest_series() -> None:
    words = (
        "{y}年{q}季度民族团结进步创建情况报表\n本季度组织学习{a}次，参加{b}人次；开展宣传{c}场，发放资料{d}份；走访慰问{e}户；"
        "化解矛盾纠纷{f}件；投入经费{g}元；报送信息{h}篇；结对认亲{i}对；培训骨干{j}名；建成示范点{k}个；服务群众{l}人次；"
        "办理实事{m}件；组织文体活动{n}场，参加各族群众{o}人。填报单位：岚河市交通运输局"
    )
    q1 = words.format(
        y=2023,
        q="一",
        a=3,
        b=96,
        c=2,
        d=450,
        e=12,
        f=1,
        g=3200,
        h=2,
        i=6,
        j=9,
        k=1,
        l=830,
        m=4,
        n=1,
        o=120,
    )
    q2 = words.format(
        y=2023,
        q="二",
        a=5,
        b=143,
        c=4,
        d=900,
        e=17,
        f=3,
        g=5100,
        h=6,
        i=8,
        j=14,
        k=2,
        l=1260,
        m=7,
        n=3,
        o=410,
    )
    found = compare((paper("q1.docx", q1, "2023-03"), q1), (paper("q2.docx", q2, "2023-06"), q2))
    assert found.flags == {}


def test_a_sign_in_sheet_of_another_day_is_no_copy() -> None:
    sheet = "签到表\n会议名称：局党组会议\n时间：2023年{}\n" + "、".join(
        [
            "段文衡",
            "陶静",
            "马占林",
            "乔立言",
            "秦怀远",
            "葛守成",
            "谭国斌",
            "岑若兰",
            "吴小满",
            "李承惠",
        ]
        * 3
    )
    a, b = sheet.format("4月12日"), sheet.format("5月9日")
    found = compare((paper("4.docx", a, "2023-04-12"), a), (paper("5.docx", b, "2023-05-09"), b))
    assert found.flags == {}


def test_a_notice_quoted_inside_ones_own_plan_is_no_copy() -> None:
    own = PLAN_2023 + "\n附：市局来文\n" + PLAN_2022
    found = compare(
        (paper("来文.pdf", PLAN_2022, "2022-04-06", "pdf"), PLAN_2022),
        (paper("方案.docx", own, "2022-04-20"), own),
    )
    assert found == Copies({}, {})


def test_very_short_papers_are_copies_only_when_equal() -> None:
    a = "关于4月主题党日活动的通知\n各支部：请于4月28日前组织主题党日，学习民族政策。"
    b = a.replace("4月28日前", "4月29日前")
    assert (
        compare((paper("a.docx", a, "2023-04"), a), (paper("b.docx", b, "2023-04"), b)).flags == {}
    )
    assert list(
        compare((paper("a.docx", a, "2023-04"), a), (paper("b.docx", a, "2023-04"), a)).flags
    ) == ["b.docx"]


def test_empty_papers_are_no_copies() -> None:
    assert compare((paper("a.docx", ""), ""), (paper("b.docx", ""), "")).flags == {}


def test_the_order_of_the_papers_changes_nothing() -> None:
    swapped = PLAN_2022.replace("2022", "2023")
    given_ = [
        (paper("a.docx", swapped, "2023-04-06"), swapped),
        (paper("b.pdf", PLAN_2022, "2022-04-06", "pdf"), PLAN_2022),
        (paper("c.docx", PLAN_2022, "2022-04-06"), PLAN_2022),
        (paper("d.docx", PLAN_2023, "2023-04-20"), PLAN_2023),
    ]
    assert compare(*given_) == compare(*reversed(given_))


def test_a_hundred_papers_on_one_form_are_read_few_times() -> None:
    read = 0
    texts = {
        f"{n:03}.docx": MINUTES.format(
            month=n % 12 + 1,
            day=n % 28 + 1,
            content=f"第{n}号材料" * 3 + _words(n),
            talk=_words(n + 500),
            asked=_words(n + 900),
        )
        for n in range(200)
    }

    def text_of(path: str) -> str:
        nonlocal read
        read += 1
        return texts[path]

    asked: Callable[[str], str] = text_of
    found = copies([paper(path, text, "2023") for path, text in texts.items()], asked)
    assert found.flags == {}
    assert read < 50


def _words(seed: int) -> str:
    """Words in no order that repeats: a stand-in for what each meeting talked about."""
    stock = [
        "公路",
        "客运",
        "班线",
        "养护",
        "村道",
        "培训",
        "慰问",
        "调研",
        "执法",
        "宣讲",
        "评选",
        "联建",
        "帮扶",
        "台账",
        "预算",
        "项目",
        "桥梁",
        "渡口",
        "站场",
        "普法",
    ]
    value, words = seed * 2654435761 % 2**32, []
    for _ in range(40):
        value = (value * 1664525 + 1013904223) % 2**32
        words.append(stock[value >> 27 if value >> 27 < 20 else value % 20])
    return "".join(words)
