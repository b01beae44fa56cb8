"""The ledger's passages: each can be found again by its id, its words, or as one nobody tagged."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import orjson
import pytest

from pipeline.errors import InputError
from pipeline.store.ledger import Ledger, checked

PASSAGES = [
    {"passage": "a" * 16, "text": "局党组专题学习 民族理论政策。", "headings": ["一、学习"],
     "places": [{"paragraph": 2, "within": "body"}], "kind": "paragraph"},
    {"passage": "b" * 16, "text": "联系电话：13812345678，身份证号另附。", "headings": [],
     "places": [{"paragraph": 3, "within": "body"}], "kind": "paragraph"},
    {"passage": "c" * 16, "text": "会议要求，抓好ＡＢ两项工作。", "headings": [],
     "places": [{"paragraph": 4, "within": "body"}], "kind": "paragraph"},
]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    with Ledger(tmp_path / "ledger.sqlite", fresh=True) as ledger:
        for number, path in enumerate(("纪要.docx", "副本.docx")):
            ledger.start_file(number, path)
            record = {"path": path, "status": "read", "reason": None, "sha256": "5e" * 32}
            ledger.finish_file(number, record, orjson.dumps(PASSAGES).decode())
        ledger.set_duplicate("副本.docx", "纪要.docx")
        ledger.put_evidence(iter([("Y01", 1, 1, 0, 0, {"passage": "a" * 16, "counts": True})]))
        ledger.put_header({"key": "done"})
    return tmp_path


def test_a_passage_is_found_by_its_id(out: Path) -> None:
    with Ledger(checked(out)) as ledger:
        assert ledger.passage("a" * 16) == {**PASSAGES[0], "path": "纪要.docx"}
        assert ledger.passage("f" * 16) is None


@pytest.mark.parametrize(("words", "found"), [
    ("学习民族理论", ["a"]),
    ("学", ["a"]),
    ("AB两项", ["c"]),
    ("ab 两\n项", ["c"]),
    ("会议%", []),
    ("电话", ["b"]),
    ("13812345678", []),  # masked on the screen, and so not to be looked up
    ("", []),
    ("  ", []),
])
def test_words_are_found_as_they_are_read_on_the_screen(
    out: Path, words: str, found: list[str]
) -> None:
    with Ledger(checked(out)) as ledger:
        assert [row["passage"][0] for row in ledger.search(words, 10)] == found


def test_a_file_is_found_by_the_start_of_its_hash(out: Path) -> None:
    with Ledger(checked(out)) as ledger:
        found = ledger.file_by_hash("5e" * 8)
        assert found is not None and found["path"] == "纪要.docx"
        assert ledger.file_by_hash("5f" * 8) is None and ledger.file_by_hash("%") is None


def test_a_search_ends_at_its_limit(out: Path) -> None:
    with Ledger(checked(out)) as ledger:
        assert [row["passage"][0] for row in ledger.search("。", 2)] == ["a", "b"]


def test_the_passages_of_a_duplicate_stand_once(out: Path) -> None:
    with Ledger(checked(out)) as ledger:
        assert list(ledger.passages("副本.docx")) == []
        assert ledger.words("纪要.docx").splitlines() == [row["text"] for row in PASSAGES]


MARK = {"minima": "AQID", "length": 31, "exact": "5e5e"}


def test_fingerprints_and_pictures_are_kept_once_and_go_with_a_duplicate(tmp_path: Path) -> None:
    place = tmp_path / "ledger.sqlite"
    with Ledger(place, fresh=True) as ledger:
        for number, path in enumerate(("乙.docx", "甲.docx", "图.jpg")):
            record = {"path": path, "status": "read", "reason": None, "sha256": "5e" * 32}
            ledger.start_file(number, path)
            ledger.put_pictures(number, [{"page": 1, "likeness": "0f" * 32}])
            for _ in range(2):  # once more when its pages of pictures are recognised
                ledger.finish_file(number, dict(record), orjson.dumps(PASSAGES).decode(),
                                   fingerprint=MARK if number < 2 else None)
        ledger.set_duplicate("甲.docx", "乙.docx")
    with Ledger(place) as ledger:
        ((record, *mark),) = ledger.fingerprints()
        assert (record["path"], mark) == ("乙.docx", [b"\1\2\3", 31, "5e5e"])
        assert list(ledger.pictures()) == [("乙.docx", 1, "0f" * 32), ("图.jpg", 1, "0f" * 32)]
        assert [row[:3] for row in ledger.texts()][:3] == [
            ("乙.docx", row["passage"], "paragraph") for row in PASSAGES]
        assert ledger.passage_count() == 6


def test_untagged_are_those_that_no_indicator_proposes(out: Path) -> None:
    with Ledger(checked(out)) as ledger:
        assert ledger.untagged() == ["b" * 16, "c" * 16]


@pytest.mark.parametrize("broken", ["gone", "cut", "old", "half"])
def test_what_is_no_finished_run_is_named(out: Path, broken: str) -> None:
    place = out / "ledger.sqlite"
    if broken == "gone":
        place.unlink()
    elif broken == "cut":
        place.write_bytes(place.read_bytes()[:700])
    else:
        base = sqlite3.connect(place)
        base.execute("PRAGMA user_version=1" if broken == "old" else "DELETE FROM header")
        base.commit()
        base.close()
    wanted = {"gone": "run_unscreened", "old": "run_format"}.get(broken, "run_unfinished")
    with pytest.raises(InputError) as told:
        checked(out)
    assert told.value.key == wanted
