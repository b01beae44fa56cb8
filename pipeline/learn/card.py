"""A model's stored evaluation, and the card written from it: no number stands on the card that is
not in evaluation.json."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.learn import compare, corpus
from pipeline.learn.corpus import PRIOR
from pipeline.learn.enrich import rule_examples
from pipeline.learn.evaluate import evaluate
from pipeline.learn.pairs import pairs
from pipeline.learn.train import Training, hold_out
from pipeline.rubric.load import load as load_rubric
from pipeline.tag.model import Model, Seen
from pipeline.tag.model import load as load_model
from pipeline.tag.themes import themes

TARGETS = ("yuxi-2024", "xinping-2018")
UNSEEN = "benxi-2021"
HEAD = ("| rubric | recipe | micro-F1 | macro-F1 | precision | recall |",
        "|---|---|---|---|---|---|")
WEAK = 0.7
"""An indicator below this F1 is proposed by rule only."""


def record(out: Path, corpus_dir: Path, recipe: Training, gold: Mapping[str, Path] | None = None
           ) -> dict[str, Any]:
    """Measure a trained model's recipe on held-out voices (and the model on gold passages, each
    file under the name that the card gives it), and write evaluation.json and MODEL_CARD.md."""
    model = load_model(out)
    rows = [*corpus.read(corpus_dir), *rule_examples(recipe.rubrics, themes())]
    held = hold_out(rows, recipe, themes())
    teachers = {name: pairs(load_rubric(name), themes(), held.rows, model)
                for name in recipe.rubrics}
    unseen = pairs(load_rubric(UNSEEN), themes(), held.rows, model)
    ids, taught = model.themes_, list(teachers.values())
    told: dict[str, Any] = {
        "model": {"id": model.id, "sha256": model.sha256},
        "corpus": {**corpus.balance([row for row in rows if row.voice != PRIOR]),
                   "folds": recipe.folds, "synthetic": True},
        "themes": compare.themes_scored(held),
        "stages": compare.stages_scored(held),
        "rubrics": {
            **{name: compare.compared(teachers[name], taught, held, ids, recipe)
               for name in TARGETS if name in teachers},
            UNSEEN: compare.compared(unseen, taught, held, ids, recipe),
        },
        "gold": {f"{name}, {which}": evaluate(file, model, load_rubric(name))
                 for which, file in (gold or {}).items() for name in TARGETS},
        "speed": speed(out, model, [row.seen for row in held.rows]),
    }
    text = json.dumps(told, ensure_ascii=False, indent=1)
    (out / "evaluation.json").write_text(text + "\n", "utf-8")
    (out / "MODEL_CARD.md").write_text(card(told), "utf-8")
    return told


def speed(out: Path, model: Model, passages: Sequence[Seen]) -> dict[str, float]:
    """Passages a second of one core (CPU time, features included), and seconds to load."""
    many = list(passages) * 2
    model.themes(many[:600])
    before = time.process_time()
    model.themes(many)
    after = time.process_time()
    load_model(out)
    return {"passages_per_second": round(len(many) / (after - before)),
            "load_seconds": round(time.process_time() - after, 3)}


def card(told: Mapping[str, Any]) -> str:
    """The card's text."""
    made = told["corpus"]
    lines = [
        f"# {told['model']['id']}", "",
        "Learns themes of evidence, not indicators: the crosswalk in `rubrics/shared/themes.json` "
        "leads from the one to the other, so that a rubric it never met is served too. A linear "
        "border for each theme over runs of characters and words; probabilities by logistic "
        "curves; votes of themes and rules and the likeness to an indicator's wording are weighed "
        "by one small logistic model. No weights from elsewhere.", "",
        f"**The training corpus is synthetic**: {made['passages']} passages of "
        f"{made['documents']} invented papers in {len(made['voices'])} voices "
        f"({made['negatives']} negatives); see `models/corpus/README.md`. What is measured on it "
        "is how well the model understands an author it never read, not how well it reads a real "
        "folder. Held-out passages of real papers stand further below; they are few, and the "
        "rules were written with part of them in view.", "",
        "All intervals are 95 %, by bootstrap over documents.", "",
        f"## On the corpus, voices held out ({made['folds']} folds)", "",
        f"Themes: micro-F1 {_one(told['themes']['micro'])}, macro-F1 "
        f"{_one(told['themes']['macro'])}, expected calibration error {told['themes']['ece']}.", "",
        "Stage of evidence: " + ", ".join(f"{name} {_one(value)}"
                                           for name, value in told["stages"].items()) + ".", "",
        *HEAD,
    ]
    for name, one in told["rubrics"].items():
        for recipe in ("rules", "one_by_one", "themes", "combination"):
            lines.append(f"| {name} | {recipe} " + _row(one[recipe]))
    lines += ["", f"{UNSEEN} was never trained on: its line shows what a new rubric with a "
              "crosswalk gets (its one_by_one alone had its labels). Pairs that the crosswalk "
              "leaves open (secondary themes, conditions not met) are not asked, "
              "which flatters every recipe that reads themes.", ""]
    for name, one in told["rubrics"].items():
        read = one["reading_95"]
        lines.append(f"- {name}: calibration error {one['ece']} over all pairs, "
                     f"{one['ece_likely']} over those from 0.05 on; to see 95 % of the "
                     f"evidence a reviewer reads {read['read']:.0%} of the passages (true share "
                     f"{read['true_share']:.0%}), WSS@95 {read['wss']}.")
        weak = [f"{key} {value}" for key, value in one["by_indicator"].items() if value < WEAK]
        lines.append(f"  Below {WEAK}: {', '.join(weak) or 'none'}.")
    lines += ["", "Negatives left untagged (yuxi-2024): " + ", ".join(
        f"{kind} {share:.1%}" for kind, share in
        told["rubrics"]["yuxi-2024"]["negatives_untagged"].items()) + "."
        if "yuxi-2024" in told["rubrics"] else "", "", "## On passages of real papers", "",
              "Development passages: never trained on, but the trust in rules, the threshold and "
              "what the corpus is enriched with were chosen on them, and the rules were written "
              "with some of these papers in view. Passages that nobody here has seen will "
              "do worse.", ""]
    if told["gold"]:
        lines += HEAD
    for name, one in told["gold"].items():
        for recipe in ("rules", "themes", "combination"):
            lines.append(f"| {name} | {recipe} " + _row(one[recipe]))
    for name, one in told["gold"].items():
        lines += ["", f"- {name}: {one['passages']} passages of {one['documents']} papers; stage "
                  f"right {one['stage'].get('model', '-')} (rules of mood alone "
                  f"{one['stage'].get('rules', '-')}); without evidence and untagged "
                  f"{one['untagged'].get('model', '-')}; calibration error "
                  f"{_one(one['ece'])} over all pairs, {one['ece_likely'][0]} over the "
                  f"{one['ece_likely'][1]} from 0.05 on; "
                  f"precision at 80 % recall {one['precision_at_80']}, at 90 % "
                  f"{one['precision_at_90']}."]
    if not told["gold"]:
        lines.append("Not measured.")
    fast = told["speed"]
    lines += ["", "## Cost", "", f"{fast['passages_per_second']:,} passages a second on one core "
              f"with features; loads in {fast['load_seconds']} s; numpy and rjieba alone.", "",
              "## Not to be used for", "",
              "Counting anything as fulfilled: it proposes, people confirm. Judging persons. "
              "Papers in other languages than Chinese.", ""]
    return "\n".join(lines)


def _one(value: Sequence[float]) -> str:
    return f"{value[0]} ({value[1]} to {value[2]})"


def _row(one: Mapping[str, Any]) -> str:
    return (f"| {_one(one['micro'])} | {_one(one['macro'])} | {one['precision']} | "
            f"{one['recall']} |")
