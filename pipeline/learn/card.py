"""A model's stored evaluation, and the card written from it: no number stands on the card that is
not in evaluation.json."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.learn import compare, corpus, measure, negatives
from pipeline.learn.corpus import PRIOR
from pipeline.learn.enrich import rule_examples
from pipeline.learn.evaluate import FEW, WEAK, evaluate
from pipeline.learn.gold import rubrics_of
from pipeline.learn.pairs import pairs
from pipeline.learn.train import Training, hold_out, settle
from pipeline.rubric.load import load as load_rubric
from pipeline.tag.folder import load as load_model
from pipeline.tag.model import Model, Seen
from pipeline.tag.themes import themes

TARGETS = ("yuxi-2024", "xinping-2018")
UNSEEN = "benxi-2021"
RECIPES = ("rules", "one_by_one", "themes", "combination")
ABOUT = {
    "given": "Passages that were given when the model was trained; never trained on.",
    "development": "Passages of real papers. Never trained on, but the settings (`shift`, `lean`, "
                   "`propose`, the grams, the hardness) were chosen on them, the rules were "
                   "written with five of these papers in view, the corpus's third batch with the "
                   "errors on them, and one reader labelled them. Passages that nobody here has "
                   "seen may do worse.",
    "independent": "An archive of invented papers by an author who saw neither rules nor corpus, "
                   "never trained on; `shift` and `lean` were chosen with its figures beside those "
                   "of the development set. **Synthetic**: it shows what indirect and plain "
                   "wording of somebody else does to the tagger, not what scans and odd papers do.",
}
HEAD = ("| rubric | recipe | micro-F1 | macro-F1 | precision | recall |",
        "|---|---|---|---|---|---|")


def record(out: Path, corpus_dir: Path, recipe: Training, gold: Mapping[str, Path] | None = None,
           archives: Mapping[str, Sequence[int]] | None = None) -> dict[str, Any]:
    """Measure a trained model's recipe on held-out voices, and the model on gold files (the name of
    a set -> its file); write evaluation.json and MODEL_CARD.md.

    What the set `development` finds the model too weak for is written into the model first.
    `archives`: sample archive -> cells (indicator x year) that agree with a strict reader, of how
    many, and how many are proposed as performed where the reader saw no performance.
    """
    gold = gold or {}
    model = load_model(out)
    if "development" in gold:
        model = settle(out, {})  # judged by what it would propose of itself
        model = settle(out, {
            name: weak_in(evaluate(gold["development"], model, load_rubric(name)))
            for name in rubrics_of(gold["development"])})
    rows = [*corpus.read(corpus_dir), *rule_examples(recipe.rubrics, themes())]
    held = hold_out(rows, recipe, themes(), bare=True)
    teachers = {name: pairs(load_rubric(name), themes(), held.rows, model)
                for name in recipe.rubrics}
    unseen = pairs(load_rubric(UNSEEN), themes(), held.rows, model)
    ids, taught = model.themes_, list(teachers.values())
    recipes = {
        **{name: compare.compared(teachers[name], taught, held, ids, recipe)
           for name in TARGETS if name in teachers},
        UNSEEN: compare.compared(unseen, taught, held, ids, recipe),
    }
    made = corpus.balance([row for row in rows if row.voice != PRIOR])
    told: dict[str, Any] = {
        "date": datetime.now(UTC).date().isoformat(),
        "model": {"id": model.id, "sha256": model.sha256, "propose": model.propose,
                  "low": model.low, "by_rule_only": model.by_rule_only},
        "corpus": {**made, "folds": recipe.folds, "synthetic": True},
        "themes": compare.themes_scored(held),
        "stages": compare.stages_scored(held),
        "recipes": recipes,
        "sets": {
            **{which: {name: evaluate(file, model, load_rubric(name))
                       for name in rubrics_of(file)} for which, file in gold.items()},
            "corpus": {name: {"documents": made["documents"], "passages": made["passages"],
                              "combination": one["combination"],
                              "ece_likely": [one["ece_likely"]]}
                       for name, one in recipes.items()},
        },
        "negatives": {
            "corpus": {name: negatives.held_out(held, one, load_rubric(name), model, recipe)
                       for name, one in teachers.items()},
            **{which: found for which, file in gold.items()
               if any((found := {name: negatives.of_gold(file, load_rubric(name), model)
                                 for name in rubrics_of(file)}).values())},
        },
        "archives": {name: list(counts) for name, counts in (archives or {}).items()},
        "speed": speed(out, model, [row.seen for row in held.rows]),
    }
    told["calibration"] = {}
    for which, some in told["sets"].items():
        likely = {name: one["reliability_likely"] for name, one in some.items()
                  if "reliability_likely" in one}
        for name, bins in likely.items():
            some[name]["ece_at_best"] = round(measure.ece_at_best(bins), 4)
        if likely:
            bins = measure.pooled(*likely.values())
            told["calibration"][which] = {
                "pairs": sum(count for *_, count in bins), "ece": round(measure.ece_of(bins), 4),
                "at_best": round(measure.ece_at_best(bins), 4)}
    text = json.dumps(told, ensure_ascii=False, indent=1)
    (out / "evaluation.json").write_text(text + "\n", "utf-8")
    (out / "MODEL_CARD.md").write_text("\n".join(card(told)) + "\n", "utf-8")
    return told


def weak_in(told: Mapping[str, Any]) -> list[str]:
    """The indicators whose F1 is below `WEAK` and no better than that of rules alone, of those with
    enough examples to say so."""
    return [name for name, one in told["by_indicator"].items()
            if one["evidence"] >= FEW and one["f1"] < WEAK
            and one["f1"] <= told["by_indicator_rules"][name]["f1"]]


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


def card(told: Mapping[str, Any]) -> Iterator[str]:
    """The card's lines."""
    made, model, fast = told["corpus"], told["model"], told["speed"]
    yield f"# {model['id']}"
    yield ""
    yield from (
        "Learns themes of evidence, not indicators: the crosswalk in `rubrics/shared/themes.json` "
        "leads from the one to the other, so that a rubric it never met is served too. A linear "
        "border for each theme over runs of one and two characters; probabilities by logistic "
        "curves; themes, votes of rules, likeness to an indicator's wording and one more border "
        "(evidence of anything, or of nothing) are weighed by one small logistic model, the same "
        "for all indicators of all rubrics. No weights from elsewhere.", "",
        f"**The training corpus is synthetic**: {made['passages']} passages of "
        f"{made['documents']} invented papers in {len(made['voices'])} voices "
        f"({made['negatives']} negatives); see `models/corpus/README.md`.", "",
        f"A pair of passage and indicator is proposed from a confidence of {model['propose']} on "
        f"(with `--low`: {model['low']}). Measured on {told['date']}; all intervals are 95 %, by "
        "bootstrap over papers.", "")
    for which, about in ABOUT.items():
        if which in told["sets"]:
            yield from _set(which, about, told["sets"][which])
            one = told["calibration"][which]
            yield from (f"All rubrics together: calibration error {one['ece']} over the "
                        f"{one['pairs']} pairs from 0.05 on; a confidence that is exactly right "
                        f"would show {one['at_best']} by chance.", "")
    why = (f"F1 below {WEAK} on the development set and no better than rules alone, {FEW} examples "
           "or more" if "development" in told["sets"] else "taken over from the model before")
    for name, some in model["by_rule_only"].items():
        yield f"By rule only ({why}), {name}: {', '.join(some) or 'none'}."
    yield from _negatives(told["negatives"])
    if told["archives"]:
        yield from ("", "## Sample archives", "", "Cells (indicator x year) that agree with what a "
                    "strict reader concluded before there was a rule; synthetic papers.", "",
                    "| archive | agree | of | proposed as performed beyond the reader |",
                    "|---|---|---|---|")
        for name, counts in told["archives"].items():
            yield f"| {name} | {' | '.join(map(str, counts))} |"
    yield from ("", f"## Recipes side by side: the corpus, voices held out ({made['folds']} folds)",
                "", "How well an author is understood whom the model never read; not how well a "
                "real folder is. Thresholds and weights are chosen on the other voices.", "", *HEAD)
    for name, one in told["recipes"].items():
        for recipe in RECIPES:
            yield f"| {name} | {recipe} " + _row(one[recipe])
    yield from ("", f"{UNSEEN} was never trained on: its lines show what a new rubric with a "
                "crosswalk gets (its one_by_one alone had its labels).", "")
    for name, one in told["recipes"].items():
        weak = [f"{key} {value}" for key, value in one["by_indicator"].items() if value < WEAK]
        yield (f"- {name}: calibration error {one['ece']} over all pairs, {one['ece_likely']} over "
               f"those from 0.05 on. Below {WEAK}: {', '.join(weak) or 'none'}.")
    yield from ("", f"Themes: micro-F1 {_one(told['themes']['micro'])}, macro-F1 "
                f"{_one(told['themes']['macro'])}. Stage of evidence right: " + ", ".join(
                    f"{name} {_one(value)}" for name, value in told["stages"].items()) + ".", "",
                "## Cost", "",
                f"{fast['passages_per_second']:,} passages a second on one core, features "
                f"included; loads in {fast['load_seconds']} s; numpy alone.", "",
                "## Not to be used for", "",
                "Counting anything as fulfilled: it proposes, people confirm. Judging persons. "
                "Papers in other scripts than Chinese.")


def _negatives(told: Mapping[str, Any]) -> Iterator[str]:
    yield from ("", "## Evidence of nothing, by kind", "", "The share that stays without a "
                "proposal, under its own title and with text alone. `corpus`: by borders that "
                "never read the voice, with the lift and the threshold of the model.", "",
                "| set | rubric | kind | passages | with title | text alone |",
                "|---|---|---|---|---|---|")
    for which, some in told.items():
        for name, kinds in some.items():
            for kind, one in kinds.items():
                yield (f"| {which} | {name} | {kind} | {one['passages']} | "
                       f"{_one(one['titled'])} | {_one(one['bare'])} |")


def _set(which: str, about: str, told: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"## Set `{which}`", "", about, "", *HEAD)
    for name, one in told.items():
        for recipe in ("rules", "themes", "combination"):
            yield f"| {name} | {recipe} " + _row(one[recipe])
    for name, one in told.items():
        read, low, stage, empty = (one["reading_95"], one["reading_low"], one["stage"],
                                   one["untagged"])
        weak = [f"{key} {value['f1']} of {value['evidence']}"
                for key, value in one["by_indicator"].items()
                if value["evidence"] and value["f1"] < WEAK]
        yield from ("", f"- {name}: {one['passages']} passages of {one['documents']} papers.")
        if stage:
            yield (f"  Stage right: {stage['shown']} as shown, {stage['model']} the model's "
                   f"({stage['interval'][0]} to {stage['interval'][1]}), {stage['rules']} rules of "
                   "mood alone.")
        if empty:
            yield (f"  Without evidence and untagged: {empty['model']} ({empty['interval'][0]} to "
                   f"{empty['interval'][1]}); rules alone {empty['rules']}.")
        yield (f"  Expected calibration error {_one(one['ece'])} over all pairs, "
               f"{one['ece_likely'][0]} ({one['ece_likely_interval'][0]} to "
               f"{one['ece_likely_interval'][1]}) over the {one['ece_likely'][1]} from 0.05 on "
               f"(exactly right: {one['ece_at_best']} by chance).")
        if read and low:
            yield (f"  With `--low` a reviewer reads {low['read']:.1%} of the passages (true share "
                   f"{low['true_share']:.1%}) and sees {low['recall']:.1%} of the evidence; for "
                   f"95 % {read['read']:.1%} would do: WSS@95 {read['wss']}.")
        yield (f"  Precision at 80 % recall {one['precision_at_80']}, at 90 % "
               f"{one['precision_at_90']}. Below {WEAK}: {', '.join(weak) or 'none'}.")
    yield ""


def _one(value: Sequence[float]) -> str:
    return f"{value[0]} ({value[1]} to {value[2]})"


def _row(one: Mapping[str, Any]) -> str:
    return (f"| {_one(one['micro'])} | {_one(one['macro'])} | {one['precision']} | "
            f"{one['recall']} |")
