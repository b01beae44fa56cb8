"""A season, the whole way: every unit one state, only what changed is done again."""

from __future__ import annotations

import os
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import InputError, OutputError, RubricError
from pipeline.season import estimate
from pipeline.season import run as hall
from pipeline.season.copies import copies
from pipeline.store.outputs import PART
from pipeline.store.season import NAME, SeasonLedger, being_done
from tests.season.made_units import Watch, inline, made, outputs, season, states


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A season that was done whole: root and out stand in it."""
    place = tmp_path_factory.mktemp("season")
    season(made(place / "root"), place / "out")
    return place


@pytest.fixture
def place(whole: Path, tmp_path: Path) -> Path:
    shutil.copytree(whole, tmp_path, dirs_exist_ok=True)
    return tmp_path


def test_every_unit_is_done_and_summed_up(whole: Path) -> None:
    assert set(states(whole / "out").values()) == {("done", None)}
    with SeasonLedger(whole / "out" / NAME) as ledger:
        header, rows = ledger.header(), list(ledger.units())
    assert header["finished"] is True and header["rubric"] == "yuxi-2024"
    summary = rows[0]["summary"]
    assert (summary["files"], summary["statuses"]) == (4, {"read": 4})
    slots = [slot for entry in summary["entries"] for slot in entry["slots"] if slot["first"]]
    assert slots and all("2023-01" <= slot["first"] <= slot["last"] < "2024" for slot in slots)
    assert rows[0]["versions"]["rubric_sha256"] and rows[0]["key"]


def test_a_second_run_opens_nothing_and_changes_nothing(place: Path) -> None:
    before = outputs(place / "out")
    watch = season(place / "root", place / "out")
    assert [(answer["unchanged"], answer["opened"]) for answer in watch.answers] == [(True, 0)] * 3
    assert watch.estimate is not None and watch.estimate.known == 3
    assert outputs(place / "out") == before


def test_parts_are_kept_by_those_who_screen_and_copies_are_the_same_without(place: Path) -> None:
    out = place / "out"
    parts = sorted(out.glob(f"units/*/{PART}"))
    assert [part.parent.name for part in parts] == sorted(states(out))
    before = (out / "copies.json").read_bytes()
    (out / "copies.json").unlink()
    for part in parts:
        part.unlink()
    assert copies(out).read_bytes() == before


def test_only_what_changed_is_done(place: Path) -> None:
    new = place / "root" / "岚河市第002局" / "2023年" / "新.txt"
    new.write_text("岚河市第002局2023年小结", "utf-8")
    shutil.rmtree(place / "root" / "岚河市第003局")
    watch = season(place / "root", place / "out")
    assert {answer["unit"]: answer["opened"] for answer in watch.answers} == {
        "岚河市第001局": 0, "岚河市第002局": 1}
    assert [one["key"] for one in watch.notices] == ["season_root_moved", "units_gone"]
    assert list(states(place / "out")) == ["岚河市第001局", "岚河市第002局"]
    assert (place / "out" / "units" / "岚河市第003局" / "coverage.json").exists()


def test_bad_units_are_named_and_the_others_done(place: Path) -> None:
    root = place / "root"
    (root / "空局").mkdir()
    (root / "链接局").symlink_to(place)
    (root / "坏局").mkdir()
    (root / "坏局" / "a.docx").write_bytes(b"PK\x03\x04rubbish")
    with zipfile.ZipFile(root / "岚河市民政局.zip", "w") as package:
        package.write(root / "岚河市第001局" / "2023年" / "信息第0期.txt", "2023年/信息.txt")
    watch = season(root, place / "out")
    told = states(place / "out")
    assert {name: told[name] for name in ("空局", "链接局", "坏局", "岚河市民政局")} == {
        "空局": ("failed", "unit_empty"), "链接局": ("failed", "unit_link"),
        "坏局": ("done", "unit_all_unread"), "岚河市民政局": ("done", None)}
    assert sorted(watch.last) == sorted(told)
    with SeasonLedger(place / "out" / NAME) as ledger:
        row = ledger.unit("岚河市民政局")
    assert row is not None and row["summary"]["files"] == 2


def test_a_unit_of_another_rubric_and_one_of_none(place: Path) -> None:
    shutil.rmtree(place / "out")
    (place / "root" / "units.csv").write_text(
        "name,folder,rubric\n甲局,岚河市第001局,xinping-2018\n乙局,岚河市第002局,无此体系\n",
        "utf-8")
    season(place / "root", place / "out")
    assert states(place / "out") == {
        "甲局": ("done", None), "乙局": ("failed", "unit_rubric_unknown")}
    with SeasonLedger(place / "out" / NAME) as ledger:
        row = ledger.unit("甲局")
    assert row is not None and row["summary"]["rubric"] == "xinping-2018"


def test_passing_reasons_are_left_alone_until_asked_for(place: Path,
                                                       monkeypatch: pytest.MonkeyPatch) -> None:
    out, real = place / "out", Path(place / "root" / "岚河市第001局" / "2023年" / "信息第1期.txt")
    real.write_text("岚河市第001局2023年另一份信息", "utf-8")
    monkeypatch.setattr("pipeline.screen.reading.complete",
                        lambda job, record: not job["path"].endswith("信息第1期.txt"))

    def opened(**more: Any) -> int:
        watch = season(place / "root", out, engine=inline, **more)
        return sum(answer["opened"] for answer in watch.answers)

    assert opened() == 1
    monkeypatch.undo()
    assert opened() == 0
    assert opened(retry=True) == 1


def test_what_was_asked_wrongly_is_told_before_anything_is_written(tmp_path: Path) -> None:
    root = made(tmp_path / "root", 1)
    with pytest.raises(RubricError, match="rubric_unknown"):
        season(root, tmp_path / "out", rubric="无此体系")
    with pytest.raises(InputError, match="out_inside_folder"):
        season(root, root / "out")
    with pytest.raises(InputError, match="period"):
        season(root, tmp_path / "out", period="去年")
    assert not (tmp_path / "out").exists()


def test_of_two_runs_in_one_place_exactly_one_runs(tmp_path: Path) -> None:
    root, out = made(tmp_path / "root", 1, 1), tmp_path / "out"
    refused = []

    class Second(Watch):
        def begins(self, recognising: bool, left: int) -> None:
            with pytest.raises(OutputError, match="output_busy") as refusal:
                season(root, out)
            assert being_done(out)
            refused.append(refusal.value.key)

    season(root, out, Second())
    assert refused == ["output_busy"] and set(states(out).values()) == {("done", None)}


def test_too_little_disk_is_refused_with_the_figures(tmp_path: Path,
                                                     monkeypatch: pytest.MonkeyPatch) -> None:
    root = made(tmp_path / "root", 2)
    monkeypatch.setattr(estimate, "free", lambda out: estimate.RESERVE + 1_000_000)
    with pytest.raises(OutputError, match="disk_short") as refusal:
        season(root, tmp_path / "out")
    need, free = refusal.value.args_["need"], refusal.value.args_["free"]
    assert isinstance(need, int) and isinstance(free, int) and need > free > 0


def test_the_last_units_share_the_workers(tmp_path: Path) -> None:
    given = []

    def engine(take: Any, workers: int, log: Any, seen: Any) -> Any:
        while (job := take()) is not None:
            given.append(job["workers"])
            yield {"unit": job["unit"], "state": "failed", "problem": {"key": "x", "args": {}}}

    season(made(tmp_path / "root", 6), tmp_path / "out", engine=engine, workers=4)
    assert given[0] == 1 and given[-1] == 4 and given == sorted(given)


def test_a_day_stays_the_same_for_a_season_that_goes_on(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import date

    class Day(date):
        now = "2024-11-01"

        @classmethod
        def today(cls) -> Day:
            return cls.fromisoformat(cls.now)

    monkeypatch.setattr(hall, "date", Day)
    root, out = made(tmp_path / "root", 2, 1), tmp_path / "out"

    def day() -> str:
        with SeasonLedger(out / NAME) as ledger:
            return str(ledger.header()["as_of"])

    with pytest.raises(KeyboardInterrupt):
        season(root, out, Watch(stop=1))
    Day.now = "2024-11-02"
    season(root, out)
    assert day() == "2024-11-01"
    season(root, out)
    assert day() == "2024-11-02"


# --- two passes -------------------------------------------------------------------------------

SEEN = {"岚河市第001局": (5, 2), "岚河市第002局": (0, 2), "岚河市第003局": (3, 2),
        "岚河市第004局": (1, 1)}
"""By unit the pages that wait for the recogniser, and the slots that are open for them."""


def told(take: Any, workers: int, log: Any, seen: Any) -> Any:
    """Answers as units with scans give them, without reading any."""
    while (job := take()) is not None:
        pages, slots = SEEN[job["unit"]]
        summary = {"pages_to_recognise": pages if job["ocr"] == "later" else 0, "entries": [
            {"slots": [{"state": "unread"}] * slots}]}
        yield {"unit": job["unit"], "state": "done", "problem": None, "summary": summary}


@pytest.mark.parametrize("ocr", ["now", "later", "never"])
def test_text_first_then_what_leaves_most_open(ocr: str, tmp_path: Path,
                                               monkeypatch: pytest.MonkeyPatch) -> None:
    gathered: list[int] = []
    watch = Watch()
    monkeypatch.setattr(hall._Season, "_gather", lambda self: gathered.append(len(watch.answers)))
    season(made(tmp_path / "root", 4), tmp_path / "out", watch, told, ocr=ocr)
    assert len(watch.last) == 4 and len(set(watch.last)) == 4
    if ocr != "now":
        assert (gathered, watch.passes) == ([4], [False])
        return
    # the overview stands before a page is recognised, and is made again in the end
    assert (gathered, watch.passes) == ([4, 7], [False, True])
    assert [answer["unit"] for answer in watch.answers[4:]] == [
        "岚河市第003局", "岚河市第001局", "岚河市第004局"]
    assert watch.last[0] == "岚河市第002局"


# --- another season's place ---------------------------------------------------------------------


def test_another_seasons_folder_is_refused_and_left_alone(place: Path) -> None:
    before = outputs(place / "out")
    for more in ({"rubric": "xinping-2018"}, {"period": "2021"}):
        with pytest.raises(OutputError, match="season_other") as refusal:
            season(place / "root", place / "out", **more)
        assert refusal.value.args_["was"] != refusal.value.args_["now"]
    with pytest.raises(OutputError, match="season_other"):
        season(_others(place / "other"), place / "out")
    assert outputs(place / "out") == before


def test_the_period_of_the_rubric_may_be_typed_too(place: Path) -> None:
    from pipeline.rubric.load import load

    watch = season(place / "root", place / "out", period=load("yuxi-2024").period)
    assert len(watch.answers) == 3


def test_papers_that_were_moved_are_the_same_season(place: Path) -> None:
    (place / "root").rename(place / "moved")
    watch = season(place / "moved", place / "out")
    assert [one["key"] for one in watch.notices] == ["season_root_moved"]
    with SeasonLedger(place / "out" / NAME) as ledger:
        assert ledger.header()["notices"] == []


def _others(root: Path) -> Path:
    for name in ("甲局", "乙局", "岚河市第001局"):
        (root / name).mkdir(parents=True)
        (root / name / "a.txt").write_text("2023年总结", "utf-8")
    return root


def test_the_results_of_one_unit_and_a_season_never_share_a_folder(place: Path) -> None:
    from pipeline.screen.unit import screen

    unit = place / "out" / "units" / "岚河市第001局"
    seen = {path.name for path in unit.iterdir()}
    with pytest.raises(OutputError, match="season_out_taken"):
        season(place / "root", unit)
    assert {path.name for path in unit.iterdir()} == seen
    with pytest.raises(OutputError, match="out_is_season"):
        screen(place / "root" / "岚河市第001局", "yuxi-2024", place / "out", ocr="never")
    assert not (place / "out" / "ledger.sqlite").exists()


def test_a_folder_whose_name_is_no_utf_8_is_screened_twice_alike(tmp_path: Path) -> None:
    from pipeline.store.ledger import Ledger

    folder = tmp_path / "root" / os.fsdecode("岚河市民政局".encode("gbk"))
    folder.mkdir(parents=True)
    (folder / "a.txt").write_text("岚河市民政局2023年民族团结工作总结", "utf-8")
    season(tmp_path / "root", tmp_path / "out", engine=inline)
    assert states(tmp_path / "out") == {"岚河市民政局": ("done", None)}
    with Ledger(tmp_path / "out" / "units" / "岚河市民政局" / "ledger.sqlite") as ledger:
        assert Path(ledger.header()["folder"]) == folder.resolve()
    watch = season(tmp_path / "root", tmp_path / "out", engine=inline)
    assert watch.answers[0]["unchanged"]


def test_the_log_says_how_a_run_ended_and_the_ledger_what_was_typed(tmp_path: Path) -> None:
    root, out = made(tmp_path / "root", 2, 1), tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        season(root, out, Watch(stop=1), engine=inline, command=("batch", "甲"))
    assert "stopped: KeyboardInterrupt" in (out / "run.log").read_text("utf-8")
    assert not being_done(out)
    with SeasonLedger(out / NAME) as ledger:
        assert ledger.header()["command"] == ["batch", "甲"]
