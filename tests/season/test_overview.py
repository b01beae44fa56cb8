"""The overview of a season: what it says, that it says it again, and what it never says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import InputError, OutputError, RubricError
from pipeline.season import overview
from pipeline.store.season import NAME, OUTPUTS, SeasonLedger
from tests.season import fake

Row = dict[str, Any]


def told_of(place: Path) -> Row:
    with SeasonLedger(place / NAME) as ledger:
        told = overview.gathered(ledger, place)
        told["listed"] = list(told["units"]())
    return told


def test_the_same_ledger_gives_the_same_bytes_and_no_place(tmp_path: Path) -> None:
    written = [{name: (fake.many(tmp_path / place, 12) / name, overview.write(tmp_path / place))[0]
                .read_bytes() for name in OUTPUTS} for place in ("一", "二")]
    assert written[0] == written[1]
    for data in (written[0]["season.html"], written[0]["calendar.ics"]):
        assert b"/somewhere" not in data and str(tmp_path).encode() not in data
    assert b"/x/" not in written[0]["season.html"]


def test_only_the_owner_can_read_what_is_written(tmp_path: Path) -> None:
    for path in overview.write(fake.many(tmp_path, 3)):
        assert path.stat().st_mode & 0o777 == 0o600


def test_what_a_run_cost_is_in_no_output(tmp_path: Path) -> None:
    """A resumed run has other costs, and must give the same bytes."""
    answers = [fake.answer(fake.summary(), opened=opened, seconds=seconds, unchanged=unchanged)
               for opened, seconds, unchanged in ((10, 1.5, False), (0, 99.25, True))]
    seasons = [fake.season(tmp_path / str(at), [(fake.unit("甲局"), told)])
               for at, told in enumerate(answers)]
    one, two = ([path.read_bytes() for path in overview.write(place)] for place in seasons)
    assert one == two


def test_units_stand_by_name_whatever_was_found_of_them(tmp_path: Path) -> None:
    place = fake.season(tmp_path, [
        (fake.unit(name), fake.answer(fake.summary(proposed=proposed)))
        for name, proposed in (("乙局", "covered"), ("甲局", "missing"), ("丙局", "partial"))])
    assert [unit["name"] for unit in told_of(place)["listed"]] == sorted(["乙局", "甲局", "丙局"])


def test_missing_counts_the_units_that_have_nothing_and_not_the_unread(tmp_path: Path) -> None:
    asked = ("U1-info", "2024H1"), ("U1-info", "2024H2")
    place = fake.season(tmp_path, [
        (fake.unit(name), fake.answer(fake.summary(period="2024", slots={
            key: {"state": state} for key, state in zip(asked, states, strict=True)})))
        for name, states in (("甲局", ("nothing", "nothing")), ("乙局", ("nothing", "unread")),
                             ("丙局", ("nothing", "performed")), ("丁局", ("planned", "planned")),
                             ("戊局", ("performed", "performed")))])
    (row,) = (row for row in told_of(place)["rubrics"][0]["missing"]
              if row["requirement"] == "U1-info")
    assert row["units"] == 5
    assert (row["nothing"], row["unread"], row["part"], row["performed"]) == (1, 1, 2, 1)
    assert row["owed"]


def test_what_is_missing_most_stands_first(tmp_path: Path) -> None:
    place = fake.many(tmp_path, 40)
    counts = [row["nothing"] for row in told_of(place)["rubrics"][0]["missing"]]
    assert counts == sorted(counts, reverse=True) and counts[0] > 0


def test_several_rubrics_are_told_apart(tmp_path: Path) -> None:
    place = fake.season(tmp_path, [
        (fake.unit("甲局"), fake.answer(fake.summary())),
        (fake.unit("乙局", rubric="benxi-2021"), fake.answer(fake.summary("benxi-2021")))])
    told = told_of(place)
    assert [course["rubric"].id for course in told["rubrics"]] == ["benxi-2021", "yuxi-2024"]
    assert [course["units"] for course in told["rubrics"]] == [1, 1]
    assert {unit["name"]: unit["rubric"] for unit in told["listed"]} == {
        "甲局": "yuxi-2024", "乙局": "benxi-2021"}


def test_a_rubric_named_by_its_file_is_the_same_rubric(tmp_path: Path) -> None:
    from pipeline.rubric.load import find

    place = fake.season(tmp_path, [
        (fake.unit("甲局"), fake.answer(fake.summary())),
        (fake.unit("乙局", rubric=str(find("yuxi-2024"))), fake.answer(fake.summary()))])
    (course,) = told_of(place)["rubrics"]
    assert (course["rubric"].id, course["units"], course["done"]) == ("yuxi-2024", 2, 2)


def test_a_unit_whose_rubric_is_unknown_is_told_and_stops_nobody(tmp_path: Path) -> None:
    problem = {"key": "rubric_unknown", "args": {"name": "无此体系", "known": "…"}}
    place = fake.season(tmp_path, [
        (fake.unit("甲局"), fake.answer(fake.summary())),
        (fake.unit("乙局", rubric="无此体系", problem=problem), None)])
    told = told_of(place)
    assert [row["name"] for row in told["problems"]] == ["乙局"]
    assert [unit["rubric"] for unit in told["listed"]] == [None, "yuxi-2024"]
    assert overview.write(place)


def test_a_rubric_that_is_gone_is_an_error_with_its_name(tmp_path: Path) -> None:
    place = fake.season(tmp_path, [(fake.unit("甲局", rubric="/gone/own.yaml"),
                                    fake.answer(fake.summary()))])
    with pytest.raises(RubricError):
        overview.write(place)


def test_what_another_rubric_found_is_not_told_under_the_new_one(tmp_path: Path) -> None:
    place = fake.season(tmp_path, [(fake.unit("甲局", rubric="benxi-2021"),
                                    fake.answer(fake.summary("yuxi-2024")))])
    (unit,) = told_of(place)["listed"]
    assert unit["summary"] is None and unit["rubric"] == "benxi-2021"


def test_a_unit_that_failed_again_keeps_what_stood_and_says_so(tmp_path: Path) -> None:
    place = fake.season(tmp_path, [(fake.unit("甲局"), fake.answer(fake.summary()))])
    with SeasonLedger(place / NAME) as ledger:
        ledger.ended("甲局", fake.answer(state="failed",
                                       problem={"key": "folder_missing", "args": {"folder": "/x"}}))
    told = told_of(place)
    assert told["listed"][0]["summary"] and told["problems"][0]["done"]
    page = (overview.write(place), (place / "season.html").read_text("utf-8"))[1]
    assert "显示的是上一次的结果" in page and 'href="units/甲局/report.html#i-Y01"' in page


def test_responsible_units_and_what_has_come(tmp_path: Path) -> None:
    place = fake.season(tmp_path, [
        (fake.unit("高教办", rubric="benxi-2021"), fake.answer(
            fake.summary("benxi-2021", proposed="partial"))),
        (fake.unit("甲街道办事处", rubric="benxi-2021"), fake.answer(fake.summary("benxi-2021")))])
    rows = {row["named"]: row for row in told_of(place)["rubrics"][0]["responsible"]}
    assert rows["高教办"]["told"][0][0] == "高教办"
    item = rows["高教办"]["items"][0]
    assert rows["高教办"]["told"][0][1][item]["proposed"] == "partial"
    assert rows["各街道"]["units"] == ["甲街道办事处"]
    assert rows["工商联"]["how"] == "none" and not rows["工商联"]["told"]


def test_a_season_of_which_nothing_is_done_yet_is_told_as_it_is(tmp_path: Path) -> None:
    place = fake.season(tmp_path, [(fake.unit(name), None) for name in ("乙局", "甲局")],
                        finished=False)
    told = told_of(place)
    (course,) = told["rubrics"]
    assert course["done"] == 0 and course["asked"] == ("2022", "2023", "2024")
    assert [unit["state"] for unit in told["listed"]] == ["waiting", "waiting"]
    assert not any(row["counts"] for row in course["obligations"])
    overview.write(place)
    assert (place / "season.html").read_text("utf-8").count("未轮到") >= 2


def test_the_period_that_was_asked_for_holds_where_nothing_is_done_yet(tmp_path: Path) -> None:
    place = fake.season(tmp_path, [(fake.unit("甲局"), None)], finished=False, period="2023")
    assert told_of(place)["rubrics"][0]["asked"] == ("2023",)


def test_a_ledger_that_was_made_and_never_begun_is_named(tmp_path: Path) -> None:
    with SeasonLedger(tmp_path / NAME, fresh=True):
        pass
    with pytest.raises(InputError) as found:
        overview.write(tmp_path)
    assert found.value.key == "season_not_begun"


def test_only_a_result_of_an_earlier_run_is_called_so(tmp_path: Path) -> None:
    problem = {"key": "unit_all_unread", "args": {"count": "10"}}
    place = fake.season(tmp_path, [(fake.unit("甲局"), fake.answer(
        fake.summary(unread={"encrypted": 10}), problem=problem))])
    overview.write(place)
    page = (place / "season.html").read_text("utf-8")
    assert 'href="units/甲局/report.html' in page and "上一次的结果" not in page


# --- copies ---------------------------------------------------------------------------------------


def with_copies(place: Path, **more: Any) -> Path:
    fake.season(place, [(fake.unit(name), fake.answer(fake.summary()))
                        for name in ("甲局", "乙局")])
    cluster = {"kind": "passage", "text": "<b>我局</b>高度重视", "units": 2, "passages": 3,
               "earliest": "2023-05-01", "members": [
                   {"unit": name, "dir": name, "path": "总结.docx", "passage": "00",
                    "dated": "2023-05-01", "share": .41} for name in ("甲局", "乙局")]}
    place.joinpath("copies.json").write_text(json.dumps(
        {"clusters": [cluster], "permitted": {"shares": {"notice": .25}}} | more), "utf-8")
    return place


def test_a_copy_leads_to_the_papers_line_in_its_units_report(tmp_path: Path) -> None:
    from pipeline.store.ledger import Ledger

    place = with_copies(tmp_path)
    unit = place / "units" / "甲局"
    unit.mkdir(parents=True)
    with Ledger(unit / "ledger.sqlite", fresh=True) as ledger:
        for number, path in enumerate(("别的.docx", "总结.docx")):
            ledger.start_file(number, path)
            ledger.finish_file(number, {"path": path, "status": "read", "reason": None})
    overview.write(place)
    page = (place / "season.html").read_text("utf-8")
    assert 'href="units/甲局/report.html#f2"' in page  # by path: 别的, 总结
    assert 'href="units/乙局/report.html#files"' in page  # its ledger is not at hand
    assert "&lt;b&gt;我局&lt;/b&gt;" in page and "上级文件 25%" in page


def test_what_most_units_gave_in_is_said_and_is_no_copy(tmp_path: Path) -> None:
    place = with_copies(tmp_path, common=[
        {"title": "<i>承诺书</i>", "path": "承诺.docx", "units": 7, "dated": None}])
    overview.write(place)
    page = (place / "season.html").read_text("utf-8")
    assert "7 个单位交了同一份材料“&lt;i&gt;承诺书&lt;/i&gt;”（按多数单位共有，不算雷同）" in page


@pytest.mark.parametrize("data", ["{", "[]", "null", '{"other": 1}', '{"clusters": 3}'])
def test_a_broken_file_of_copies_is_said_and_stops_nothing(tmp_path: Path, data: str) -> None:
    place = fake.season(tmp_path, [(fake.unit("甲局"), fake.answer(fake.summary()))])
    place.joinpath("copies.json").write_text(data, "utf-8")
    overview.write(place)
    assert "copies.json 读不出" in (place / "season.html").read_text("utf-8")


def test_a_unit_that_copies_name_and_the_season_does_not_is_no_way_out(tmp_path: Path) -> None:
    from pipeline.store.ledger import Ledger

    place = fake.season(tmp_path / "季", [(fake.unit("甲局"), fake.answer(fake.summary()))])
    (place / "units").mkdir()
    with Ledger(tmp_path / "ledger.sqlite", fresh=True) as ledger:
        ledger.start_file(0, "passwd")
        ledger.finish_file(0, {"path": "passwd", "status": "read", "reason": None})
    member = {"unit": "甲局", "dir": "../..", "path": "passwd", "passage": None, "dated": None,
              "share": None}
    place.joinpath("copies.json").write_text(json.dumps({"clusters": [
        {"kind": "paper", "text": "", "units": 1, "earliest": None, "members": [member]}]}))
    assert "file" not in told_of(place)["copies"]["clusters"][0]["members"][0]
    overview.write(place)
    assert 'href="units/..' not in (place / "season.html").read_text("utf-8")


# --- when -----------------------------------------------------------------------------------------


def test_outputs_are_stale_when_missing_or_older_than_the_ledger(tmp_path: Path) -> None:
    place = fake.many(tmp_path, 2)
    assert overview.stale(place)
    overview.write(place)
    assert not overview.stale(place)
    os.utime(place / "season.xlsx", (1, 1))
    assert overview.stale(place)
    overview.write(place)
    (place / "copies.json").write_text('{"clusters": []}', "utf-8")
    later = (place / "season.html").stat().st_mtime + 5
    os.utime(place / "copies.json", (later, later))
    assert overview.stale(place)


def test_no_ledger_and_no_place_to_write_are_named(tmp_path: Path) -> None:
    tmp_path.joinpath(NAME).write_bytes(b"no database at all, but long enough to look like one")
    with pytest.raises(InputError) as found:
        overview.write(tmp_path)
    assert found.value.key == "season_broken"


def test_a_folder_that_takes_no_draft_is_named(tmp_path: Path,
                                               monkeypatch: pytest.MonkeyPatch) -> None:
    import tempfile

    place = fake.many(tmp_path, 2)

    def refused(**_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(tempfile, "mkstemp", refused)
    with pytest.raises(OutputError) as found:
        overview.write(place)
    assert found.value.key == "output_unusable"


def test_memory_is_flat(tmp_path: Path) -> None:
    """1,500 summaries are some 35 MB: they must never stand in memory together."""
    script = ("import resource, sys; from pathlib import Path;"
              "from pipeline.season import overview; overview.write(Path(sys.argv[1]));"
              "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)")
    peaks = []
    for count in (50, 1500):
        place = fake.many(tmp_path / str(count), count, rubric="plan-tax-month")
        done = subprocess.run([sys.executable, "-c", script, str(place)], capture_output=True,
                              text=True, check=True)
        peaks.append(int(done.stdout) / 1024)
    assert peaks[1] - peaks[0] < 15, peaks
