"""Two seasons beside one another: gained, lost, kept, given in again."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from lxml import html as reader
from openpyxl import load_workbook

from pipeline.errors import InputError
from pipeline.report.alone import style
from pipeline.report.season.changes import CHANGES
from pipeline.season import compare
from pipeline.store.season import NAME, SeasonLedger
from tests.season import fake

Row = dict[str, Any]
INFO = "U1-info"


def two(place: Path, was: Row | None, now: Row | None, name: str = "甲局", **header: Any
        ) -> tuple[Path, Path]:
    """An earlier season and a later one of one unit."""
    return tuple(fake.season(place / at, [(fake.unit(name), told and fake.answer(told))], **header)
                 for at, told in (("2023", was), ("2024", now)))  # type: ignore[return-value]


def told_of(earlier: Path, later: Path) -> Row:
    with compare.compared(str(earlier), str(later)) as told:
        return {**told, "units": list(told["units"]())}


def changes(told: Row, requirement: str = INFO) -> dict[str, list[tuple[str, str]]]:
    """What became of the slots of one requirement of the first unit: (later period, earlier)."""
    (entry,) = (entry for entry in told["units"][0]["entries"]
                if any(slot["requirement"] == requirement
                       for change in CHANGES for slot in entry[change]))
    return {change: [(slot["period"], slot["was"]) for slot in entry[change]
                     if slot["requirement"] == requirement]
            for change in CHANGES if entry[change]}


@pytest.mark.parametrize(("was", "now", "change"), [
    ("performed", "performed", "kept"), ("performed", "nothing", "lost"),
    ("performed", "planned", "lost"), ("nothing", "performed", "gained"),
    ("planned", "performed", "gained"), ("nothing", "planned", "lacking"),
    ("nothing", "nothing", "lacking"), ("unread", "performed", "unsure"),
    ("performed", "unread", "unsure"), ("unread", "nothing", "unsure"),
])
def test_what_was_and_what_is_make_the_change(tmp_path: Path, was: str, now: str, change: str
                                              ) -> None:
    told = told_of(*two(tmp_path, *(fake.summary(period="2024", slots={
        (INFO, "2024H1"): {"state": state}, (INFO, "2024H2"): {"state": state}})
        for state in (was, now))))
    assert changes(told) == {change: [("2024H1", "2024H1"), ("2024H2", "2024H2")]}


@pytest.mark.parametrize(("period", "years", "then"), [
    ("2024", 1, "2025"), ("2023H2", 1, "2024H2"), ("2023Q4", 2, "2025Q4"),
    ("2021-2023", 1, "2022-2024"), ("2024-10-31", 1, "2024-10-31"), ("2024", 0, "2024"),
])
def test_periods_stand_beside_those_in_their_place(period: str, years: int, then: str) -> None:
    assert compare.shifted(period, years) == then


def test_the_last_year_stands_beside_the_last_year(tmp_path: Path) -> None:
    id = "Y01-done"
    told = told_of(*two(
        tmp_path,
        fake.summary(period="2021-2023", slots={(id, "2023"): {"state": "nothing"}}),
        fake.summary(period="2022-2024", slots={(id, "2022"): {"state": "nothing"}})))
    assert changes(told, id) == {
        "gained": [("2024", "2023")], "lost": [("2022", "2021")], "kept": [("2023", "2022")]}


def test_a_year_that_only_one_season_asks_for_is_no_change(tmp_path: Path) -> None:
    told = told_of(*two(tmp_path, fake.summary(period="2023"), fake.summary(period="2022-2024")))
    assert changes(told, "Y01-done") == {"kept": [("2024", "2023")]}


def test_units_are_the_same_by_name_and_the_others_are_named(tmp_path: Path) -> None:
    earlier = fake.season(tmp_path / "一", [
        (fake.unit("甲局", dir="旧"), fake.answer(fake.summary())),
        (fake.unit("乙局"), fake.answer(fake.summary())),
        (fake.unit("丁局"), fake.answer(fake.summary("benxi-2021"))),
        (fake.unit("戊局"), None)])
    later = fake.season(tmp_path / "二", [
        (fake.unit("甲局", dir="新"), fake.answer(fake.summary())),
        (fake.unit("丙局"), fake.answer(fake.summary())),
        (fake.unit("丁局"), fake.answer(fake.summary())),
        (fake.unit("戊局"), fake.answer(fake.summary()))])
    told = told_of(earlier, later)
    assert [(unit["name"], unit["dir"]) for unit in told["units"]] == [("甲局", "新")]
    assert told["only_earlier"] == ["乙局"] and told["only_later"] == ["丙局"]
    assert told["other_rubric"] == ["丁局"] and told["unscreened"] == ["戊局"]


@pytest.mark.parametrize("season", ["一", "二"])
@pytest.mark.parametrize("first", [True, False])
def test_a_second_unit_of_a_name_hides_not_the_one_that_was_screened(
        tmp_path: Path, season: str, first: bool) -> None:
    twin = fake.unit("甲局", dir="0甲局" if first else "甲局-9f", problem={
        "key": "unit_twice", "args": {"first": "甲局", "other": "甲局.zip"}})
    twin["source"] += ".zip"
    places = [fake.season(tmp_path / at, [
        (fake.unit("甲局"), fake.answer(fake.summary())),
        *([(twin, None)] if at == season else [])]) for at in ("一", "二")]
    told = told_of(*places)
    assert [unit["dir"] for unit in told["units"]] == ["甲局"]
    assert told["twins"] == ["甲局 (甲局.zip)"]
    assert not told["unscreened"] and not told["only_earlier"] and not told["only_later"]


def test_what_was_given_in_again_is_told_where_both_ledgers_stand(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pipeline.season.copies as copies

    earlier, later = two(tmp_path, fake.summary(), fake.summary())
    assert told_of(earlier, later)["units"][0]["reused"] is None
    paper = {"path": "2024年总结.docx", "title": "", "dated": "2024-12-01", "how": "year_swapped",
             "other": "2023年总结.docx", "other_title": "", "other_dated": "2023-12-01",
             "changed": "2023 -> 2024", "share": .93, "shared": 1, "passages": [
                 {"passage": "0", "other_passage": "1", "text": "<b>我局</b>"}]}
    asked = []
    monkeypatch.setattr(compare, "screened", lambda out: out / "ledger.sqlite")
    monkeypatch.setattr(copies, "reused", lambda *given: asked.append(given) or [paper])
    with compare.compared(str(earlier), str(later)) as told:
        page, book = compare.write(str(later), told)
    assert asked == [(later / "units/甲局/ledger.sqlite", earlier / "units/甲局/ledger.sqlite",
                      "甲局")]
    text = page.read_text("utf-8")
    assert "只换了年份" in text and "2023 -&gt; 2024" in text and "&lt;b&gt;我局" in text
    rows = list(load_workbook(book)["沿用材料"].iter_rows(values_only=True))
    assert rows[1][:6] == ("甲局", "2024年总结.docx", "2024年12月1日", "只换了年份", "2023 -> 2024",
                           "93%")


def test_the_page_stands_in_the_later_season_and_leads_to_its_reports(tmp_path: Path) -> None:
    earlier, later = two(tmp_path, fake.summary(state="nothing"), fake.summary(), "<i>甲</i>局")
    with compare.compared(str(earlier), str(later)) as told:
        assert compare.write(str(later), told) == [later / "compare.html", later / "compare.xlsx"]
        (elsewhere,) = compare.write(str(later), told, tmp_path / "对照.html")
        (book,) = compare.write(str(later), told, tmp_path / "对照.xlsx")
    page = reader.fromstring((later / "compare.html").read_bytes())
    assert page.xpath("//a/@href")[0].endswith("/report.html#i-Y01")
    assert not reader.fromstring(elsewhere.read_bytes()).xpath("//a")
    text = (later / "compare.html").read_text("utf-8")
    assert "<i>甲" not in text and str(tmp_path) not in text
    assert not re.search("得分|名次|总分", text)
    assert [sheet.title for sheet in load_workbook(book)] == [
        "单位", "变化明细", "沿用材料", "没有对照的单位"]


def test_the_same_two_seasons_give_the_same_bytes(tmp_path: Path) -> None:
    written = []
    for at in ("一", "二"):
        earlier, later = two(tmp_path / at, fake.summary(state="nothing"), fake.summary())
        with compare.compared(str(earlier), str(later)) as told:
            written.append([path.read_bytes() for path in compare.write(str(later), told)])
    assert written[0] == written[1]


def refused(earlier: Path, later: Path) -> str:
    with pytest.raises(InputError) as found, compare.compared(str(earlier), str(later)):
        pass
    return found.value.key


def test_what_cannot_be_compared_is_named(tmp_path: Path) -> None:
    earlier, later = two(tmp_path / "a", fake.summary(), fake.summary())
    assert refused(tmp_path / "无", later) == refused(earlier, tmp_path) == "season_missing"
    assert refused(earlier, earlier / ".." / "2023") == "compare_same"
    turned = two(tmp_path / "b", fake.summary(period="2022-2024"), fake.summary(period="2021-2023"))
    assert refused(*turned) == "compare_order"
    others = two(tmp_path / "c", fake.summary("benxi-2021"), fake.summary())
    assert refused(*others) == "compare_rubrics"
    words = ["batch", "材 料", "--rubric", "yuxi-2024", "--out", "季"]
    with SeasonLedger(later / NAME) as ledger:
        ledger.put_header({"finished": False, "command": words})
    with pytest.raises(InputError) as found, compare.compared(str(earlier), str(later)):
        pass
    assert found.value.key == "season_unfinished"
    assert found.value.args_["command"] == shlex.join(["zuozheng", *words])
    with SeasonLedger(tmp_path / NAME):
        pass
    assert refused(earlier, tmp_path) == "season_not_begun"
    (later / NAME).write_bytes(b"not a database, whatever its name says of it" * 4)
    assert refused(earlier, later) == "season_broken"


def test_another_format_is_named(tmp_path: Path) -> None:
    import sqlite3

    earlier, later = two(tmp_path, fake.summary(), fake.summary())
    with sqlite3.connect(earlier / NAME) as base:
        base.execute("PRAGMA user_version=99")
    assert refused(earlier, later) == "season_format"


def test_on_a_phone_the_indicators_keep_their_width() -> None:
    narrow = style("season").partition("@media (max-width")[2]
    assert "#items .list tbody th { min-width: 12em; }" in narrow


def test_out_must_name_one_of_the_two_kinds(tmp_path: Path) -> None:
    earlier, later = two(tmp_path, fake.summary(), fake.summary())
    with compare.compared(str(earlier), str(later)) as told, pytest.raises(InputError) as found:
        compare.write(str(later), told, tmp_path / "对照.pdf")
    assert found.value.key == "compare_out"


def test_a_store_is_not_written_into(tmp_path: Path) -> None:
    earlier, later = two(tmp_path, fake.summary(), fake.summary())
    with compare.compared(str(earlier), str(later)) as told, pytest.raises(InputError) as found:
        compare.write("s3://bucket/season", told)
    assert found.value.key == "compare_out_needed"


def test_the_error_names_the_seasons_as_they_were_given(tmp_path: Path) -> None:
    earlier, later = two(tmp_path, fake.summary("benxi-2021"), fake.summary())
    with pytest.raises(InputError) as found, compare.compared(str(earlier), str(later)):
        pass
    assert found.value.args_ == {"earlier": str(earlier), "later": str(later)}
