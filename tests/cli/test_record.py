"""`record` as a user meets it, and what `train` takes from a review."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.cli import purge, record
from pipeline.cli.decided import learnable, remarks_of, reviewed
from pipeline.cli.frame import App
from pipeline.errors import InputError, OutputError, ZuozhengError
from pipeline.language import say
from pipeline.learn.decisions import run_of
from pipeline.report.coverage import write_json
from pipeline.store.ledger import Ledger
from tests.report import ledger_fixture as demo
from tests.report.record_fixture import UNTOLD, Review, evidence, passage_of, target

FILES = ["decisions.jsonl", "record.html", "record.json", "record.xlsx"]


@pytest.fixture
def review(tmp_path: Path) -> Iterator[Review]:
    made = Review(tmp_path / "out").together()
    with Ledger(made.out / "ledger.sqlite") as ledger:
        write_json(made.out / "coverage.json", ledger)
    yield made
    made.engine.dispose()


def told(*words: object) -> int:
    app = App()
    record.add_to(app)
    return app(["record", *map(str, words)])


def test_a_record_is_written_whole_and_for_its_owner(review: Review, tmp_path: Path,
                                                     capsys: pytest.CaptureFixture[str]) -> None:
    to = tmp_path / "归档" / "水务局"
    assert told(review.out, "--to", to) == 0
    assert sorted(one.name for one in to.iterdir()) == FILES
    assert all(one.stat().st_mode & 0o077 == 0 for one in (to, *to.iterdir()))
    found = json.loads((to / "record.json").read_text("utf-8"))
    assert found["unit"]["id"] == review.unit.id and found["chain"]["verifies"]
    lines = (to / "decisions.jsonl").read_text("utf-8").splitlines()
    assert {json.loads(line)["head"] for line in lines} == {found["chain"]["head"]}
    said = capsys.readouterr()
    assert str(to) in said.err and said.out == ""
    assert not (to / ".record.json").exists()


def test_reading_leaves_the_review_as_it_was(review: Review, tmp_path: Path) -> None:
    with review.reading() as conn:
        before = [row["state"] for row in learnable(conn, review.out, review.unit.id)
                  if "state" in row]
    database = (review.out / "review.sqlite").read_bytes()
    told(review.out, "--to", tmp_path / "to")
    assert (review.out / "review.sqlite").read_bytes() == database and before == []


def test_a_database_elsewhere_is_named(review: Review, tmp_path: Path) -> None:
    review.engine.dispose()
    (review.out / "review.sqlite").rename(tmp_path / "office.sqlite")
    with pytest.raises(InputError, match="review_missing"):
        told(review.out, "--to", tmp_path / "to")
    assert told(review.out, "--to", tmp_path / "to", "--database", tmp_path / "office.sqlite",
                "--unit", review.unit.id) == 0


@pytest.mark.parametrize(("words", "key"), [
    (["{tmp}/没有", "--to", "{tmp}/to"], "run_unscreened"),
    (["{tmp}/空", "--to", "{tmp}/to"], "run_unscreened"),
    (["{out}", "--to", "{tmp}/to", "--unit", "f" * 16], "unit_unknown"),
    (["{out}", "--to", "{tmp}/文件"], "output_unusable"),
    (["{out}", "--to", "{tmp}/to", "--database", "mysql://x/y"], "store_address"),
])
def test_bad_input_is_named(review: Review, tmp_path: Path, words: list[str], key: str) -> None:
    (tmp_path / "空").mkdir()
    (tmp_path / "文件").write_text("别的东西", "utf-8")
    with pytest.raises(ZuozhengError, match=key) as error:
        told(*(word.replace("{tmp}", str(tmp_path)).replace("{out}", str(review.out))
               for word in words))
    assert say(f"error.{error.value.key}", **error.value.args_)
    assert not (tmp_path / "to").exists()


def test_while_reviewers_are_blind_nobody_is_in_the_record(tmp_path: Path,
                                                           capsys: pytest.CaptureFixture[str]
                                                           ) -> None:
    review = Review(tmp_path / "out").blind(handed_in=1)
    assert told(review.out, "--to", tmp_path / "to") == 0
    assert say("record.withheld_here") in capsys.readouterr().err
    assert (tmp_path / "to" / "decisions.jsonl").read_text("utf-8") == ""
    assert "复核的备注" not in (tmp_path / "to" / "record.html").read_text("utf-8")
    review.engine.dispose()


def test_what_is_kept_after_a_purge_can_be_exported(review: Review, tmp_path: Path,
                                                    capsys: pytest.CaptureFixture[str]) -> None:
    review.engine.dispose()
    app = App()
    purge.add_to(app)
    assert app(["purge", str(review.out), "--unit", "云岭市水务局", "--yes"]) == 0
    assert not (review.out / "ledger.sqlite").exists()
    assert told(review.out, "--to", tmp_path / "to") == 0
    assert sorted(one.name for one in (tmp_path / "to").iterdir()) == FILES[1:]
    found = json.loads((tmp_path / "to" / "record.json").read_text("utf-8"))
    assert found["purged"] and found["chain"]["verifies"]
    answers = [one["text"] for one in found["orphaned_answers"]]
    assert "2022年会议纪要随后补交。" in answers, "the unit's own word is kept"
    assert say("record.purged_here") in capsys.readouterr().err
    with pytest.raises(InputError, match="run_unscreened"):
        told(tmp_path / "to", "--to", tmp_path / "again")


# --- what can be learnt from it -----------------------------------------------------------------


def decided(review: Review) -> dict[tuple[str, str], bool]:
    found = reviewed(review.out)
    assert found is not None
    return {(one["indicator"], one["passage"]): one["evidence"] for one in found}


def test_only_what_says_something_of_the_words_is_learnt(review: Review) -> None:
    subject = f"T05|{target('T05', 0)}"
    review.write("周复核", "evidence", subject, evidence("rejected", reason="other_year"))
    found = decided(review)
    moved = target("T02", 0)[2:]
    assert found == {
        ("T01", target("T01", 0)[2:]): True, ("T01", target("T01", 1)[2:]): True,
        ("T01", target("T01", 2)[2:]): False,  # a slogan
        ("T01", "e" * 16): True,  # gone from the run: told as left out
        ("T02", moved): False, ("T05", moved): True,  # moved
        ("T03", target("T03", 1)[2:]): True, ("T04", passage_of(UNTOLD[0])): True,
    }


def test_of_two_reviewers_what_stands_is_learnt(tmp_path: Path) -> None:
    review = Review(tmp_path / "out").blind()
    subject = f"T01|{target('T01', 1)}"
    assert ("T01", target("T01", 1)[2:]) not in decided(review)
    review.write("组长", "evidence", subject, evidence("accepted"), seat="lead")
    assert decided(review) == {
        ("T01", target("T01", 0)[2:]): True, ("T01", target("T01", 1)[2:]): True,
        ("T01", target("T01", 2)[2:]): False}
    review.engine.dispose()


def test_what_people_attached_is_found_where_learning_looks(review: Review) -> None:
    run = run_of((review.out / "coverage.json").read_bytes(), review.out)
    remarks = remarks_of(run, review.out, reviewed(review.out) or ())
    places = {(entry["id"], row["passage"]): row for entry in run["indicators"]
              for row in entry["evidence"]}
    gone = ("T01", "e" * 16, say("report.verdict.met"))
    assert gone in remarks
    assert all((indicator, passage) in places for indicator, passage, _ in remarks
               if (indicator, passage) != gone[:2])
    attached = places["T04", passage_of(UNTOLD[0])]
    assert attached["path"] == demo.STUDY and "13812345678" not in attached["text"]


def test_the_written_decisions_serve_where_the_database_is_elsewhere(review: Review,
                                                                     tmp_path: Path) -> None:
    before = reviewed(review.out)
    assert told(review.out, "--to", review.out) == 0
    assert reviewed(review.out) == before
    review.engine.dispose()
    (review.out / "review.sqlite").rename(tmp_path / "office.sqlite")
    assert reviewed(review.out) == before
    text = (review.out / "decisions.jsonl").read_text("utf-8")
    assert "周复核" not in text and "集中学习" not in text
    (review.out / "decisions.jsonl").unlink()
    assert reviewed(review.out) is None


@pytest.mark.parametrize("line", ['{"indicator": 1}', "[]", "{", '{"rubric": "r", "indicator": "T",'
                                  ' "passage": "p", "evidence": "yes"}', "[" * 100_000])
def test_a_line_that_is_no_decision_is_named(review: Review, line: str) -> None:
    review.engine.dispose()
    (review.out / "review.sqlite").unlink()
    (review.out / "decisions.jsonl").write_text(line + "\n", "utf-8")
    with pytest.raises(InputError, match="bad_line"):
        reviewed(review.out)


def test_decisions_of_another_rubric_are_refused(review: Review) -> None:
    run = run_of((review.out / "coverage.json").read_bytes(), review.out)
    with pytest.raises(InputError, match="decisions_other_rubric"):
        remarks_of(run, review.out, [{"rubric": "other", "indicator": "T01", "passage": "p",
                                      "evidence": True}])


def test_a_database_that_cannot_be_read_is_named(review: Review) -> None:
    review.engine.dispose()
    for one in review.out.glob("review.sqlite*"):
        one.unlink()
    (review.out / "review.sqlite").write_bytes(b"not a database" * 100)
    with pytest.raises(OutputError, match="store_broken"):
        reviewed(review.out)
