"""The generator of seasons: the same bytes again, a truth that is true, papers that can be read."""

from __future__ import annotations

import csv
import random
import zipfile
from itertools import combinations
from pathlib import Path

import pytest

from pipeline.errors import Unreadable
from pipeline.ingest import kinds
from pipeline.season import units
from tests.bench.season import (
    edits,
    figures,
    formats,
    found,
    names,
    planned,
    printed,
    prose,
    written,
)
from tests.bench.season.made import Made, season


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return season(tmp_path_factory.mktemp("made") / "season", 4, 8, twins=True)


@pytest.fixture(scope="module")
def paper() -> prose.Paper:
    return prose.paper(names.units(1, 7)[0], (2023,), random.Random(5), "总结")


def tree(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*"))
            if path.is_file() and not path.is_symlink()}


def bytes_of(made: Made, member: dict[str, str]) -> bytes:
    every = made.truth["units"]
    folder = str(next(unit["folder"] for unit in every if unit["name"] == member["unit"]))
    if folder.endswith(".zip"):
        with zipfile.ZipFile(made.root / folder) as package:
            return package.read(member["path"])
    return (made.root / folder / member["path"]).read_bytes()


def letters(data: bytes, name: str) -> str:
    return "".join("".join(page.text.split()) for page in kinds.read(data, name))


def test_the_same_seed_gives_the_same_bytes(made: Made, tmp_path: Path) -> None:
    again = season(tmp_path / "season", 4, 8, twins=True)
    assert tree(again.place) == tree(made.place)
    other = season(tmp_path / "season", 4, 8, twins=True, seed=2)
    assert other.truth["copies"] != made.truth["copies"]


def test_all_that_the_truth_names_is_there(made: Made) -> None:
    truth = made.truth
    named = [*truth["notice"], *truth["forms"], *truth["unread"], *truth["quoted"],
             *(entry[end] for what in ("copies", "parts") for entry in truth[what]
               for end in ("from", "to")), *(one for group in truth["photos"] for one in group)]
    assert len(named) > 10
    assert all(bytes_of(made, member) for member in named)
    counted = [unit for unit in truth["units"] if unit["files"] == 8]
    assert len(counted) == 4 and truth["papers"] == 32


def test_a_copy_differs_from_its_source_by_what_the_truth_says(made: Made) -> None:
    assert made.truth["copies"] and made.truth["parts"]
    for entry in (*made.truth["copies"], *made.truth["parts"]):
        assert 0.05 <= entry["edited"] <= 0.45, entry
        assert entry["from"]["unit"] != entry["to"]["unit"]
    for entry in made.truth["parts"]:
        whole = letters(bytes_of(made, entry["to"]), entry["to"]["path"])
        for line in entry["lines"]:
            assert "".join(line.split()) in whole


def test_what_is_changed_is_measured_by_line() -> None:
    assert edits.changed(["一二三四五六"], ["一二三四五六"]) == 0
    assert edits.changed(["一二三七八九"], ["一二三四五六"]) == 0.5


def shingles(paper: prose.Paper) -> set[str]:
    """Its stretches of 36 letters, what everybody is told to write left out."""
    phrases = [phrase[-7:] for phrase in (*prose.OPENINGS.values(), *prose.CLOSINGS)]
    return {line[at:at + 36] for role, line in paper.lines if role in ("text", "row")
            if not any(phrase in line for phrase in phrases) for at in range(len(line) - 35)}


def test_unrelated_papers_share_no_more_than_a_run() -> None:
    drawn = planned.plan(6, 12, 3, 2024)
    own = [written.text(drawn, place) for place, slot in drawn.placed() if slot.role == "own"]
    pieces = [shingles(paper) for paper, _, quotes in own if not quotes]
    shared = sum(bool(one & other) for one, other in combinations(pieces, 2))
    # Two runs may follow each other twice, by chance: once in more than a thousand pairs.
    assert len(pieces) > 50 and shared <= 1


@pytest.mark.parametrize("ending", ["txt", "html", "rtf", "docx", "pdf"])
def test_a_paper_can_be_read_in_every_format(ending: str, paper: prose.Paper) -> None:
    write = {"txt": formats.txt, "html": formats.html, "rtf": formats.rtf, "docx": formats.docx,
             "pdf": printed.pdf}[ending]
    read = letters(write(paper), f"a.{ending}")
    for role, line in paper.lines:
        if role in ("title", "heading", "text", "sign"):
            assert "".join(line.split()) in read, (role, line)


def test_a_ledger_has_its_cells_as_a_sheet_and_as_a_printed_table() -> None:
    ledger = prose.paper(names.units(1, 7)[0], (2023,), random.Random(6), "台账", short=True)
    rows = [tuple(line.split("\t")) for role, line in ledger.lines if role == "row"]
    for data, name in ((formats.xlsx(ledger), "a.xlsx"), (printed.pdf(ledger), "a.pdf")):
        read = [tuple("".join(cell.split()) for cell in block.cells)
                for page in kinds.read(data, name) for block in page.blocks if block.cells]
        # A row alone on its page is no table to anybody.
        assert len(set(rows) - set(read)) <= (name == "a.pdf"), name


@pytest.mark.parametrize(("write", "reason"), [
    (printed.locked, "encrypted"),
    (lambda paper: formats.broken(formats.docx(paper)), "corrupt"),
])
def test_nobody_can_read_what_is_locked_or_broken(write: object, reason: str, paper: prose.Paper
                                                   ) -> None:
    assert callable(write)
    data = write(paper)
    with pytest.raises(Unreadable) as told:
        list(kinds.read(data, "a.pdf" if reason == "encrypted" else "a.docx"))
    assert told.value.reason == reason


def test_the_units_are_those_of_the_table_each_fault_named(made: Made) -> None:
    with (made.root / "units.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["name"] for row in rows] == [unit["name"] for unit in made.truth["units"]]
    plan, _ = units.found(str(made.root), "yuxi-2024", None)
    problems = {unit["name"]: unit["problem"]["key"] for unit in plan if unit["problem"]}
    extras = made.truth["extras"]
    assert problems == {extras["empty"]: "unit_empty", extras["link"]: "unit_link",
                        extras["twin"]: "unit_twice"}


def test_a_season_that_follows_takes_papers_of_the_last(tmp_path: Path) -> None:
    last = season(tmp_path / "last", 4, 12, year=2023, faults=False, zipped=False)
    this = season(tmp_path / "this", 4, 12, year=2024, faults=False, zipped=False, follows=True)
    assert this.truth["kept"] and this.truth["again"]
    for entry in this.truth["kept"]:
        was = bytes_of(last, {"unit": entry["unit"], "path": entry["was"]})
        assert bytes_of(this, entry) == was
    for entry in this.truth["again"]:
        was = bytes_of(last, {"unit": entry["unit"], "path": entry["was"]})
        assert letters(was, entry["was"]) != letters(bytes_of(this, entry), entry["path"])


def test_pairs_are_judged_by_what_was_planted() -> None:
    a, b, c = ({"unit": unit, "path": "a.txt"} for unit in "甲乙丙")
    zipped = {"unit": "乙", "path": "乙.zip!/a.txt"}
    truth = {"copies": [{"from": a, "to": b, "edited": 0.25}], "parts": [], "notice": [a, c],
             "photos": [], "forms": [], "quoted": [], "rubric_quoted": [], "kinds": {"总结": 3}}
    told = found.judged(truth, [{"kind": "passage", "members": [a, zipped]},
                                {"kind": "paper", "members": [a, c]},
                                {"kind": "paper", "members": [b, c]}])
    assert told.recall("copies") == told.recall("copies edited 20 %") == 1
    assert told.wrong == {"notice": 1, "unrelated": 1, "photos": 0}
    assert (told.reported, told.unrelated) == (3, 3)
    assert found.judged(truth, []).recall("copies") == 0


def test_a_line_is_fitted() -> None:
    assert figures.line([(1, 3.0), (2, 5.0), (3, 7.0)]) == (1.0, 2.0, 1.0)
