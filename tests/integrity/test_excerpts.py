"""Excerpts: most of an earlier paper under a new title; and papers that repeat words by right."""

from __future__ import annotations

import re

import pytest

from pipeline.integrity import Copies, copies
from tests.integrity import made_excerpts as made
from tests.integrity.made_papers import AUGUST, MARCH, compare, paper

SUMMARY = (paper("2022/总结.docx", made.SUMMARY, "2022-12-19"), made.SUMMARY)


def test_a_story_cut_from_last_years_summary_is_an_excerpt() -> None:
    found = compare(
        (paper("1.品牌/经验.pdf", made.EXCERPT, "2023-06", "pdf"), made.EXCERPT), SUMMARY
    )
    (flag,) = found.flags["1.品牌/经验.pdf"]
    assert (flag.code, flag.why, flag.other) == ("near_duplicate", "excerpt", "2022/总结.docx")
    assert list(found.flags) == ["1.品牌/经验.pdf"]
    assert found.forms == {}


def test_an_excerpt_of_the_same_year_or_without_a_date_is_one() -> None:
    for dated in ("2022-12-30", None):
        found = compare(SUMMARY, (paper("b.docx", made.EXCERPT, dated), made.EXCERPT))
        assert [flag.why for flag in found.flags["b.docx"]] == ["excerpt"]


def test_an_excerpt_with_the_year_changed_is_year_swapped() -> None:
    swapped = made.SWAPPED_EXCERPT
    found = compare(SUMMARY, (paper("小结.docx", swapped, "2023-12-20"), swapped))
    (flag,) = found.flags["小结.docx"]
    assert (flag.code, flag.why, flag.where) == ("year_swapped", "excerpt", "2022 -> 2023")


def test_excerpts_of_both_forms_and_of_a_copy_name_the_paper_that_counts() -> None:
    swapped = made.SUMMARY.replace("2022", "2023")
    found = compare(
        SUMMARY,
        (paper("2022/总结.pdf", made.SUMMARY, "2022-12-19", "pdf"), made.SUMMARY),
        (paper("2023/总结.docx", swapped, "2023-12-19"), swapped),
        (paper("2024/经验.docx", made.EXCERPT, "2024-03-02"), made.EXCERPT),
    )
    assert found.forms == {"2022/总结.docx": "2022/总结.pdf"}
    assert {path: flag.code for path, (flag,) in found.flags.items()} == {
        "2023/总结.docx": "year_swapped",
        "2024/经验.docx": "near_duplicate",
    }
    assert {flag.other for (flag,) in found.flags.values()} == {"2022/总结.pdf"}


def test_other_figures_make_it_a_paper_of_its_own() -> None:
    other = re.sub(r"\d+(?=[口公名人起台吨次册场户])", lambda found: str(int(found[0]) + 3),
                   made.EXCERPT)
    assert other != made.EXCERPT
    assert compare(SUMMARY, (paper("b.docx", other, "2023-06"), other)) == Copies({}, {})


HONEST = {
    "the next year's summary": (made.SUMMARY, "2022-12-19", made.NEXT_SUMMARY, "2023-12-22"),
    "the next year's plan": (made.PLAN, "2022-03-15", made.NEXT_PLAN, "2023-03-20"),
    "a bulletin on one thing the summary tells": (
        made.SUMMARY, "2022-07-30", made.BULLETIN, "2022-08-09"),
    "a summary that takes in an earlier bulletin": (
        made.EXCERPT, "2022-11-02", made.SUMMARY, "2022-12-19"),
    "a plan that quotes the notice it follows": (
        made.PLAN, "2022-03-15", made.NEXT_PLAN + "\n附：县局来文\n" + made.PLAN, "2022-03-28"),
    "two minutes that study one text": (
        made.STUDY_MAY, "2022-05-13", made.STUDY_OCT, "2022-10-21"),
    "minutes that quote what was handed out": (
        made.MATERIAL, "2022-04", made.STUDY_MAY, "2022-05-13"),
    "the next notice of the same activity": (
        made.CONSULTING_MAY, "2022-05-27", made.CONSULTING_SEPT, "2022-09-02"),
    "minutes on one form": (MARCH, "2023-03-08", AUGUST, "2023-08-23"),
    "a leading group set up anew": (made.GROUP, "2022-02-28", made.REGROUP, "2022-11-03"),
}


@pytest.mark.parametrize("name", HONEST)
def test_papers_that_repeat_words_by_right_are_no_excerpts(name: str) -> None:
    earlier, dated, later, on = HONEST[name]
    found = compare((paper("a.docx", earlier, dated), earlier), (paper("b.docx", later, on), later))
    assert found == Copies({}, {})


@pytest.mark.parametrize("dated", ["2022-03-15", "2022", None])
def test_a_plan_beside_the_notice_that_issues_it_is_a_part_of_that_paper(dated: str | None) -> None:
    found = compare(
        (paper("a/方案.docx", made.PLAN, dated), made.PLAN),
        (paper("b/通知.pdf", made.NOTICE, "2022-03-15", "pdf"), made.NOTICE),
        (paper("c/通知.docx", made.NOTICE, "2022-03-15"), made.NOTICE),
    )
    assert found == Copies({}, {"a/方案.docx": "b/通知.pdf", "c/通知.docx": "b/通知.pdf"})


def test_both_forms_of_a_part_lead_to_the_paper_that_counts() -> None:
    found = compare(
        (paper("方案.docx", made.PLAN, "2022-03-15"), made.PLAN),
        (paper("方案.pdf", made.PLAN, "2022-03-15", "pdf"), made.PLAN),
        (paper("通知.docx", made.NOTICE, "2022-03-15"), made.NOTICE),
    )
    assert found == Copies({}, {"方案.docx": "通知.docx", "方案.pdf": "通知.docx"})


def test_a_plan_issued_again_on_a_later_day_is_an_excerpt_of_the_notice() -> None:
    later = made.PLAN.replace("2022年3月15日", "2022年6月2日")
    found = compare(
        (paper("通知.docx", made.NOTICE, "2022-03-15"), made.NOTICE),
        (paper("方案.docx", later, "2022-06-02"), later),
    )
    assert [flag.code for flag in found.flags["方案.docx"]] == ["near_duplicate"]


def test_a_standard_paragraph_of_many_papers_makes_no_excerpt() -> None:
    """It is most of a short notice; in two other papers besides, it is nobody's."""
    notice = (
        "关于组织收看专题片的通知\n各站所：" + made.LAW + "请于本周五下午组织收看，并做好记录。"
    )
    speech = made.SUMMARY[:420] + "\n" + made.LAW
    plan = made.PLAN.replace("二、工作目标", made.LAW + "\n二、工作目标")
    given = [
        (paper("1.docx", speech, "2022-02-02"), speech),
        (paper("4.docx", notice, "2022-05-05"), notice),
    ]
    assert "4.docx" in compare(*given).flags
    given += [
        (paper("2.docx", plan, "2022-03-15"), plan),
        (paper("3.docx", made.MATERIAL, "2022-04-04"), made.MATERIAL),
    ]
    assert compare(*given).flags == {}


def test_a_sign_in_sheet_with_absentees_is_no_excerpt() -> None:
    names = [one + two for one in "杨和李段普张罗王字" for two in ("立春", "学文", "映山", "晓芹")]
    sheet = "创建工作推进会签到表\n时间：2022年{}\n" + "、".join(names)
    first = sheet.format("3月20日") + "、".join(names[::3])
    second = sheet.format("5月20日")
    assert compare(
        (paper("a.docx", first * 2, "2022-03-20"), first * 2),
        (paper("b.docx", second * 2, "2022-05-20"), second * 2),
    ).flags == {}


def test_the_order_of_the_papers_changes_nothing() -> None:
    given = [
        SUMMARY,
        (paper("b.docx", made.EXCERPT, "2023-06"), made.EXCERPT),
        (paper("c.docx", made.SWAPPED_EXCERPT, "2023-12-20"), made.SWAPPED_EXCERPT),
        (paper("d.docx", made.NOTICE, "2022-03-15"), made.NOTICE),
        (paper("e.docx", made.PLAN, "2022-03-15"), made.PLAN),
    ]
    found = compare(*given)
    assert (len(found.flags), len(found.forms)) == (2, 1)
    assert compare(*reversed(given)) == found


def test_an_excerpt_is_found_among_many_papers_and_few_are_read() -> None:
    read = 0
    texts = {"2022/总结.docx": made.SUMMARY, "经验.docx": made.EXCERPT}
    for number in range(300):
        head = f"浔溪县水务局情况反映第{number}期\n" + made.LAW + "\n"
        texts[f"{number}.docx"] = head + "".join(
            chr(0x4E00 + (number * 7919 + step * step * 104729) % 20000) for step in range(500)
        )

    def text_of(path: str) -> str:
        nonlocal read
        read += 1
        return texts[path]

    dates = {"2022/总结.docx": "2022-12-19", "经验.docx": "2023-06"}
    found = copies(
        [paper(path, text, dates.get(path, "2022-05")) for path, text in texts.items()], text_of
    )
    assert {path: flag.other for path, (flag,) in found.flags.items()} == {
        "经验.docx": "2022/总结.docx"
    }
    assert read < 60
