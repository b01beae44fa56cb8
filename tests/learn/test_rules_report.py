"""Reach, overlap, conflict, precision of rules: on three rules and five passages, then whole."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import InputError
from pipeline.evidence import Vote
from pipeline.learn import corpus, rules
from pipeline.learn.pairs import crossed
from pipeline.learn.rules import Labelled
from pipeline.rubric.load import available, load
from pipeline.tag.themes import themes

CORPUS = Path(__file__).parents[2] / "models" / "corpus"


def test_by_hand() -> None:
    rubric = load("yuxi-2024")
    names = [item.id for item in rubric.items]
    first = rubric.indicators[0]
    mine, other = sorted(first.rules)[:2]
    here = np.zeros((5, len(names)), bool)
    here[0, 0] = here[1, 0] = here[2, 1] = True
    asked = np.ones_like(here)
    asked[4] = False

    def vote(rule: str) -> Vote:
        return Vote(f"rule:{rule}", first.id, ())

    # right with another; right alone; evidence for another indicator; for nothing; not judged
    votes = [[vote(mine), vote(other)], [vote(mine)], [vote(mine)], [vote(mine)], [vote(mine)]]
    told = rules.report(rubric, Labelled(votes, here, asked))
    one = next(row for row in told if (row.indicator, row.rule) == (first.id, mine))
    assert (one.votes, one.reach, one.overlap) == (5, 1.0, 0.2)
    assert (one.judged, one.nothing, one.elsewhere, one.conflict) == (4, 1, 1, 0.5)
    assert (one.precision, one.low, one.high) == (0.5, 0.15, 0.85)
    two = next(row for row in told if (row.indicator, row.rule) == (first.id, other))
    assert (two.votes, two.overlap, two.precision) == (1, 1.0, 1.0)
    silent = [row for row in told if row.indicator != first.id]
    assert all(row.votes == 0 and row.precision is row.overlap is None for row in silent)


def test_every_rule_of_every_indicator_has_a_line_in_order() -> None:
    rubric = load("xinping-2018")
    told = rules.report(rubric, rules.of_corpus(rubric, CORPUS))
    assert [(one.indicator, one.rule) for one in told] == [
        (item.id, rule) for item in rubric.items for rule in sorted(set(item.rules))]
    assert any(one.votes for one in told)
    for one in told:
        assert one.nothing + one.elsewhere <= one.judged <= one.votes
        assert one.precision is None or one.low - 1e-3 <= one.precision <= one.high + 1e-3


def test_a_rubric_without_a_crosswalk_is_judged_by_nobody() -> None:
    rubric = load("yuxi-2024").model_copy(update={"id": "imported"})
    told = rules.report(rubric, rules.of_corpus(rubric, CORPUS))
    assert any(one.votes for one in told) and not any(one.judged for one in told)


@pytest.mark.parametrize("name", available())
def test_the_crosswalk_labels_what_is_asked(name: str) -> None:
    rubric, rows = load(name), corpus.read(CORPUS)[:200]
    truth, asked = crossed(rubric, rows, themes())
    assert truth.shape == asked.shape == (200, len(rubric.items)) and not (truth & ~asked).any()


def test_the_authors_own_labels_come_before_the_crosswalk() -> None:
    rubric = load("yuxi-2024")
    row = next(row for row in corpus.read(CORPUS) if row.themes == ("funds",))
    row = replace(row, indicators={})
    place = [item.id for item in rubric.items]
    truth, _ = crossed(rubric, [row], themes())
    assert truth[0, place.index("Y15")]
    truth, asked = crossed(rubric, [replace(row, indicators={"yuxi-2024": ("Y03",)})],
                                 themes())
    assert [place[n] for n in np.flatnonzero(truth[0, :len(rubric.indicators)])] == ["Y03"]
    assert asked[0, :len(rubric.indicators)].all()


def test_gold_judges_indicators_and_no_duty(tmp_path: Path) -> None:
    rubric = load("yuxi-2024")
    path = tmp_path / "gold.jsonl"
    path.write_text('{"text": "所需经费2万元列入部门预算。", "title": "民族团结进步创建工作方案", '
                    '"yuxi-2024": ["Y15"]}', "utf-8")
    some = rules.of_gold(rubric, path)
    assert some.asked.sum() == len(rubric.indicators) < len(rubric.items)
    told = rules.report(rubric, some)
    assert any(one.indicator == "Y15" and one.precision == 1.0 for one in told)
    with pytest.raises(InputError):
        rules.of_gold(rubric, tmp_path)


def test_the_table_says_what_it_was_measured_on() -> None:
    rubric = load("xinping-2018")
    told = rules.report(rubric, rules.of_corpus(rubric, CORPUS))
    rows = list(csv.DictReader(io.StringIO(rules.as_csv(told, rubric, "synthetic"))))
    assert len(rows) == len(told) and {row["data"] for row in rows} == {"synthetic"}
    assert rows[0]["rule"] == told[0].rule and int(rows[0]["votes"]) == told[0].votes
