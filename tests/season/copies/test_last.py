"""One unit a season later: what it gave in again, and what it wrote anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.season.copies import reused
from tests.bench.season.ledgers import Paper, ledgered
from tests.season.copies.texts import NOTICE, OTHER, PLAN

LAST = tuple(f"2023年，{text}" for text in (*PLAN, *OTHER))


def both(place: Path, last: list[Paper], this: list[Paper]) -> list[tuple[str, str, str | None]]:
    rows = reused(ledgered(place / "this", "甲局", this).ledger,
                  ledgered(place / "last", "甲局", last).ledger, "甲局")
    return [(row["path"], row["how"], row["other"]) for row in rows]


def test_a_paper_given_in_again_is_unchanged(tmp_path: Path) -> None:
    last = [Paper("2023/方案.docx", "2023年方案", "2023-03-01", LAST)]
    this = [Paper("2024/旧方案.docx", "2023年方案", "2023-03-01", LAST)]
    assert both(tmp_path, last, this) == [("2024/旧方案.docx", "unchanged", "2023/方案.docx")]


def test_a_year_changed_is_told_with_both_years(tmp_path: Path) -> None:
    texts = [text.replace("2023", "2024") for text in LAST]
    last = ledgered(tmp_path / "a", "甲局", [Paper("方案.docx", "2023年方案", "2023-03-01", LAST)])
    this = ledgered(tmp_path / "b", "甲局", [Paper("方案.docx", "2024年方案", "2024-03-01", texts)])
    (row,) = reused(this.ledger, last.ledger)
    assert (row["how"], row["changed"], row["share"]) == ("year_swapped", "2023 -> 2024", 1.0)
    assert (row["dated"], row["other_dated"]) == ("2024-03-01", "2023-03-01")


def test_passages_word_for_word_are_counted_and_shown_masked(tmp_path: Path) -> None:
    said = "会议由局长李建国主持，" + PLAN[0]
    new = [f"{word}村今年换了{word}种写法，{word}人各写一页，{word}页都贴在{word}号墙上。"
           for word in "子丑寅卯辰巳"]
    before = Paper("一.docx", "去年", "2023-03-01", [said, OTHER[0]])
    now = Paper("二.docx", "今年", "2024-03-01", [*new, said])
    last = ledgered(tmp_path / "a", "甲局", [before])
    this = ledgered(tmp_path / "b", "甲局", [now])
    (row,) = reused(this.ledger, last.ledger)
    assert (row["how"], row["other"], row["shared"]) == ("passages", "一.docx", 1)
    assert "李**" in row["passages"][0]["text"] and "李建国" not in str(row)
    assert 0 < row["share"] < 1


@pytest.mark.parametrize(("last", "this"), [
    (Paper("通知.pdf", "通知", "2023-01-05", NOTICE, ("received",)),
     Paper("通知.pdf", "通知", "2023-01-05", NOTICE, ("received",))),
    (Paper("登记表.docx", "活动登记表", "2023-03-01", LAST),
     Paper("登记表.docx", "活动登记表", "2024-03-01",
           [one.replace("2023", "2024") for one in LAST])),
    (Paper("总结.docx", "总结", "2023-12-01", PLAN),
     Paper("总结.docx", "总结", "2024-12-01", OTHER)),
])
def test_what_comes_again_by_right_is_not_told(tmp_path: Path, last: Paper, this: Paper) -> None:
    assert both(tmp_path, [last], [this]) == []
