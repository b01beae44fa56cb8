"""A small model, trained from end to end: written, read back, measured; nothing of it executes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import InputError
from pipeline.learn import card, corpus, enrich, fit
from pipeline.learn.evaluate import evaluate
from pipeline.learn.gold import gold_of
from pipeline.learn.train import Training, train
from pipeline.rubric.load import load as load_rubric
from pipeline.tag.folder import load as load_model
from pipeline.tag.model import Model, Seen
from pipeline.tag.rules import rulebook
from pipeline.tag.themes import themes
from pipeline.tag.weigh import frame, model_votes, weighed

WHOLE = Path(__file__).parents[2] / "models" / "corpus"
RECIPE = Training(folds=2, rubrics=("yuxi-2024",), propose=0.3)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every second document of four voices, and the definitions."""
    folder = tmp_path_factory.mktemp("corpus")
    for voice in ("v01", "v05", "v08", "v10"):
        lines = (WHOLE / f"{voice}.jsonl").read_text("utf-8").splitlines()
        kept = [line for line in lines if int(json.loads(line)["document"][-2:]) % 2]
        (folder / f"{voice}.jsonl").write_text("\n".join(kept) + "\n", "utf-8")
    (folder / "definitions.jsonl").write_bytes((WHOLE / "definitions.jsonl").read_bytes())
    return folder


@pytest.fixture(scope="module")
def model(small: Path, tmp_path_factory: pytest.TempPathFactory) -> Model:
    return train(small, RECIPE, tmp_path_factory.mktemp("models") / "tiny")


def test_it_understands_a_voice_it_never_read(model: Model) -> None:
    rows = [row for row in corpus.read(WHOLE) if row.voice == "v02"]
    truth = fit.columns_of(rows, themes().ids)[:, :len(themes().ids)]
    ranked = np.argsort(-model.themes([row.seen for row in rows]), axis=1)[:, :3]
    among = [truth[n, ranked[n]].any() for n in range(len(rows)) if rows[n].themes]
    assert np.mean(among) > 0.6  # by chance: 0.08


def test_the_card_and_its_evaluation_say_the_same(
        small: Path, tmp_path: Path, model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(card, "TARGETS", ("yuxi-2024",))
    train(small, RECIPE, tmp_path / "tiny")
    told = card.record(tmp_path / "tiny", small, RECIPE, gold={"development": _gold(tmp_path)})
    text = (tmp_path / "tiny" / "MODEL_CARD.md").read_text("utf-8")
    assert json.loads((tmp_path / "tiny" / "evaluation.json").read_text("utf-8")) == json.loads(
        json.dumps(told))
    for recipe in card.RECIPES:
        value, low, high = told["recipes"]["yuxi-2024"][recipe]["micro"]
        assert low <= value <= high and str(value) in text
    assert "synthetic" in text and "Set `development`" in text


def test_what_is_found_too_weak_is_written_into_the_model(
        small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(card, "TARGETS", ("yuxi-2024",))
    gold = tmp_path / "gold.jsonl"
    gold.write_text("".join(json.dumps({"text": f"天气晴，{n}级风。", "yuxi-2024": ["Y16"]}) + "\n"
                            for n in range(card.FEW)), "utf-8")
    train(small, RECIPE, tmp_path / "tiny")
    told = card.record(tmp_path / "tiny", small, RECIPE, gold={"development": gold})
    settled = load_model(tmp_path / "tiny")
    assert settled.by_rule_only == {"yuxi-2024": ("Y16",)}
    assert told["model"]["sha256"] == settled.sha256


def _gold(folder: Path) -> Path:
    rows = [
        {"text": "所需经费2万元列入部门预算。", "title": "民族团结进步创建工作方案",
         "document_type": "方案", "rubric": "yuxi-2024", "indicators": ["Y15"], "stage": "plan"},
        {"text": "天气晴。", "title": "简报", "yuxi-2024": [], "stage": None},
        {"text": "别处的话。", "rubric": "benxi-2021", "indicators": ["B01"]},
    ]
    path = folder / "gold.jsonl"
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    return path


def test_gold_is_measured(model: Model, tmp_path: Path) -> None:
    told = evaluate(_gold(tmp_path), model, load_rubric("yuxi-2024"))
    assert told["passages"] == 2 and told["rules"]["recall"] == 1.0
    assert told["by_indicator"]["Y15"]["evidence"] == 1
    assert told["stage"]["evidence"] == 1


def test_gold_that_says_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="gold_invalid"):
        gold_of(_gold(tmp_path), load_rubric("naiman-2023"))
    (tmp_path / "broken.jsonl").write_text('{"yuxi-2024": []}\n', "utf-8")
    with pytest.raises(InputError, match="line=1"):
        gold_of(tmp_path / "broken.jsonl", load_rubric("yuxi-2024"))


def test_a_rules_vote_makes_a_pair_likelier(model: Model) -> None:
    rubric = load_rubric("yuxi-2024")
    one = Seen("民族团结进步创建工作经费2万元，列入部门预算。", "民族团结进步创建工作方案")
    votes = rulebook(rubric).votes(one.text, (), one.title)
    of = frame(rubric, themes(), model)
    chance = weighed(model, of, [one, one], [votes, []])
    place = of.indicators.index("Y15")
    assert votes and chance[0, place] > chance[1, place]
    assert chance.shape == (2, len(of.indicators))


def test_votes_name_the_theme_and_the_words(model: Model) -> None:
    rubric = load_rubric("yuxi-2024")
    one = Seen("创建经费3万元列入年度预算，由财务科拨付，年底决算。", "民族团结进步创建经费预算")
    said = model.themes([one])[0]
    (told,) = model_votes(model, frame(rubric, themes(), model), one, said, {"Y15": True})
    assert told.theme == "funds" and told.cast_by == "model:tiny" and told.indicator == "Y15"
    assert told.strength == pytest.approx(said[model.themes_.index("funds")], abs=1e-3)
    assert told.matched and all(0 <= start < end <= len(one.text) for start, end in told.matched)


def test_a_rubric_without_a_crosswalk_is_weighed_by_its_wording(model: Model) -> None:
    rubric = load_rubric("yuxi-2024").model_copy(update={"id": "imported"})
    of = frame(rubric, themes(), model)
    assert all(of.links)
    assert "funds" in {link.theme for link in of.links[of.indicators.index("Y15")]}
    one = Seen("创建经费3万元列入年度预算。", "民族团结进步创建经费预算")
    assert np.isfinite(weighed(model, of, [one], [[]])).all()


def test_a_fold_never_holds_a_part_of_a_voice() -> None:
    rows = corpus.read(WHOLE)
    fold = fit.folds_of(rows, 6)
    for key in ("voice", "unit"):
        seen: dict[str, set[int]] = {}
        for row, here in zip(rows, fold.tolist(), strict=True):
            seen.setdefault(getattr(row, key), set()).add(here)
        assert all(len(folds) == 1 for folds in seen.values())
    assert {here for row, here in zip(rows, fold.tolist(), strict=True)
            if row.voice == corpus.PRIOR} == {-1}


def test_joined_passages_hold_what_their_parts_hold() -> None:
    rows = [row for row in corpus.read(WHOLE) if row.document == "v01-d01"][:3]
    whole = enrich.joined(rows)
    assert set(whole.themes) == {theme for row in rows for theme in row.themes}
    assert all(row.seen.text in whole.seen.text for row in rows) and whole.voice == "v01"


def test_shown_rows_keep_to_their_voices() -> None:
    rows = [row for row in corpus.read(WHOLE) if row.voice in ("v01", "v02")]
    texts = {voice: "\n".join(row.seen.text for row in rows if row.voice == voice)
             for voice in ("v01", "v02")}
    for row in enrich.strangers(rows, 1)[:20]:
        assert row.seen.text[:10] in texts[row.voice] and row.seen.text[-10:] in texts[row.voice]
