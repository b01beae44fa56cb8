"""A new model from the corpus and from decisions, held against what there was before.

What is compared was never learnt from: passages of the corpus by borders that did not see their
voice, decisions by borders that did not see their paper, gold passages by neither model. A model
that is there already is only replaced by one that does no worse.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import InputError, OutputError
from pipeline.language import say
from pipeline.learn import card, corpus
from pipeline.learn.compare import combined
from pipeline.learn.corpus import PRIOR, Row
from pipeline.learn.decisions import Decisions, Lessons, lessons
from pipeline.learn.differ import Change, change, on_gold, worse
from pipeline.learn.enrich import rule_examples
from pipeline.learn.gold import gold_of, rubrics_of
from pipeline.learn.pairs import pairs, votes_of
from pipeline.learn.train import Fitted, Training, fitted, settle, train, write
from pipeline.rubric.load import load as load_rubric
from pipeline.rubric.model import Rubric
from pipeline.store.folders import placed_folder
from pipeline.tag.folder import ModelError
from pipeline.tag.folder import load as load_model
from pipeline.tag.model import Model, Recipe
from pipeline.tag.themes import themes
from pipeline.tag.weigh import frame, weighed

Steps = Callable[[str], None]
"""Told the name of each step when it begins."""


@dataclass(frozen=True, slots=True)
class Renewed:
    """A new model's folder, what was learnt from, and what changed against the model before."""

    out: Path
    model: Model
    told: dict[str, Any]
    """What went in: see `Decisions.told`; empty without decisions."""
    changes: tuple[Change, ...]


class NotBetter(OutputError):
    """`model_not_better`, with what was measured: `told` and `changes` as of `Renewed`, `against`
    the changes against the model in its place, where those are not among `changes`."""

    def __init__(self, out: Path, told: Mapping[str, Any], changes: Sequence[Change],
                 against: Sequence[Change]) -> None:
        super().__init__("model_not_better", out=out, before=f"{_mean(against, 0):.3f}",
                         after=f"{_mean(against, 1):.3f}")
        self.told = dict(told)
        self.changes = tuple(changes)
        shown = set(map(id, changes))  # two comparisons may well have equal figures
        self.against = tuple(one for one in against if id(one) not in shown)


def renew(corpus_dir: Path, base_dir: Path, out: Path, decisions: Decisions | None = None,
          gold: Sequence[Path] = (), recipe: Training | None = None,
          step: Steps = lambda name: None) -> Renewed:
    """Train on the corpus and on decisions, compare with the model of `base_dir`, write `out`.

    `recipe`: the base model's own, unless another is given. Raises InputError (`no_decisions`, or
    the corpus or a gold file is broken), ModelError (the base, or the model in `out`, is broken),
    OutputError: `model_folder_other` (`out` holds something else), `model_not_compared` (`out`
    holds a model, and there is nothing to hold the new one against), NotBetter. Whatever is raised,
    `out` stays as it was.
    """
    step("read")
    base = load_model(base_dir)
    recipe = recipe or recipe_of(base_dir)
    rows = [*corpus_of(corpus_dir, recipe.folds), *rule_examples(recipe.rubrics, themes())]
    lesson = lessons(decisions, themes(), base) if decisions is not None else None
    if lesson is not None and not lesson.rows:
        raise InputError("no_decisions", left=sum(_told(decisions, lesson)["left_out"].values()))
    for file in gold:  # before anything is learnt: a broken line is told at once
        for name in rubrics_of(file):
            gold_of(file, load_rubric(name))
    there = model_there(out)
    told = _told(decisions, lesson)
    if there is not None and not gold:
        _comparable(out, corpus_dir, recipe, told)
    with placed_folder(out) as draft:
        step("learn")
        if lesson is None:
            model, changes = train(corpus_dir, recipe, draft), []
        else:
            new = fitted([*rows, *lesson.rows], recipe, draft.name)
            write(draft, new.model, recipe, corpus_dir)
            model = settle(draft, base.by_rule_only)
            step("without")
            before = fitted(rows, recipe, "without decisions")
            step("compare")
            changes = held_apart(before, new, lesson, recipe.lean)
        measured = [one for file in gold for one in on_gold(file, base, model)]
        changes += measured
        if there is not None:
            same = there.sha256 == base.sha256
            against = changes if not gold else measured if same else [
                one for file in gold for one in on_gold(file, there, model)]
            if worse(against):
                raise NotBetter(out, told, changes, against)
        step("card")
        card.record(draft, corpus_dir, recipe, {"given": gold[0]} if gold else None)
        _say(draft, base, told, changes)
    return Renewed(out, replace(model, id=out.name), told, tuple(changes))


def model_there(out: Path) -> Model | None:
    """The model that stands in a folder. Raises OutputError `model_folder_other` where something
    else stands there, ModelError where the model is broken."""
    try:
        if not out.exists() or (out.is_dir() and not any(out.iterdir())):
            return None
        if not (out / "recipe.json").is_file():
            raise OutputError("model_folder_other", out=out)
    except OSError as error:
        raise OutputError("output_unusable", out=out, why=error.strerror) from None
    return load_model(out)


def corpus_of(folder: Path, folds: int) -> list[Row]:
    """The corpus, and that it is enough to learn from. Raises InputError `corpus_invalid`
    or `corpus_unreadable`."""
    if not any(folder.glob("*.jsonl")):
        raise InputError("corpus_invalid", path=str(folder), problems=say("corpus.nothing"))
    try:
        rows = corpus.read(folder)
    except OSError as error:
        raise InputError("corpus_unreadable", path=str(folder), why=error.strerror) from None
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise InputError("corpus_invalid", path=str(folder),
                         problems=say("corpus.shape", what=type(error).__name__)) from None
    voices = {row.voice for row in rows} - {PRIOR}
    unknown = {theme for row in rows for theme in row.themes} - set(themes().ids)
    stages = {row.stage for row in rows if row.stage}
    problems = [
        *([say("corpus.voices", voices=len(voices), folds=folds)] if len(voices) < folds else []),
        *([say("corpus.themes", themes=", ".join(sorted(unknown)))] if unknown else []),
        *([say("corpus.stages")] if len(stages) < 2 else []),
        *([say("corpus.negatives")] if all(row.themes for row in rows) else []),
    ]
    if problems:
        raise InputError("corpus_invalid", path=str(folder),
                         problems=say("corpus.between").join(problems))
    return rows


def recipe_of(model_dir: Path) -> Training:
    """The recipe that a model was trained by. Raises ModelError `model_invalid`."""
    def plain(told: Mapping[str, Any]) -> dict[str, Any]:
        return {name: tuple(value) if isinstance(value, list) else value
                for name, value in told.items()}

    try:
        told = json.loads((model_dir / "recipe.json").read_text("utf-8"))
        return Training(features=Recipe(**plain(told["recipe"])), **plain(told["training"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError("model_invalid", path=str(model_dir), what=str(error)) from None


def _told(decisions: Decisions | None, lesson: Lessons | None) -> dict[str, Any]:
    if decisions is None or lesson is None:
        return {}
    told = decisions.told()
    left = {**told["left_out"], **({"no_theme": lesson.left} if lesson.left else {})}
    return {**told, "left_out": left}


def _comparable(out: Path, corpus_dir: Path, recipe: Training, told: Mapping[str, Any]) -> None:
    """Without gold, a model is only held against its own recipe without the new decisions; that
    says nothing of one that learnt from more, from another corpus or by another recipe."""
    known = json.loads((out / "recipe.json").read_text("utf-8"))
    runs: set[str] = set()
    try:
        runs = set(json.loads((out / "evaluation.json").read_text("utf-8"))
                   .get("decisions", {}).get("runs", ()))
        whole = True
    except (OSError, ValueError, AttributeError, TypeError):
        whole = False
    if not (told and whole and runs <= set(told["runs"]) and recipe_of(out) == recipe
            and known.get("corpus") == corpus.digests(corpus_dir)):
        raise OutputError("model_not_compared", out=out)


# --- comparing --------------------------------------------------------------------------------


def held_apart(before: Fitted, new: Fitted, lesson: Lessons, lean: float) -> list[Change]:
    """The recipe without decisions and with them, on passages that neither learnt from."""
    documents = [row.document for row in before.held.rows]
    papers = [row.voice for row in lesson.rows]
    seen = [row.seen for row in lesson.rows]
    evidence = new.apart.evidence + np.float32(lean)
    found = []
    for name in sorted({one.rubric for one in lesson.judged}):
        rubric = load_rubric(name)
        names = [item.id for item in rubric.indicators]
        truth, asked = decided(lesson, name, names)
        votes = votes_of(rubric, seen)
        then, later = (
            weighed(model, frame(rubric, themes(), model), seen, votes, *told)[:, :len(names)]
            >= model.propose for model, told in (
                (before.model, ()), (new.model, (new.apart.themes, evidence))))
        found.append(change("decisions", name, names, truth, np.asarray(then), np.asarray(later),
                            papers, asked))
        then, later = (on_corpus(one, rubric) for one in (before, new))
        on = pairs(rubric, themes(), before.held.rows, before.model)
        found.append(change("corpus", name, names, on.truth[:, :len(names)], then, later,
                            documents, on.asked[:, :len(names)]))
    return found


def decided(lesson: Lessons, rubric: str, indicators: Sequence[str]
            ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """What was decided under a rubric: passages x indicators, whether evidence and whether
    asked."""
    place = {indicator: number for number, indicator in enumerate(indicators)}
    truth = np.zeros((len(lesson.judged), len(place)), bool)
    asked = np.zeros_like(truth)
    for row, one in enumerate(lesson.judged):
        if one.rubric == rubric:
            truth[row, [place[name] for name in one.evidence_for if name in place]] = True
            asked[row, [place[name] for name in one.evidence_for | one.not_for
                        if name in place]] = True
    return truth, asked


def on_corpus(one: Fitted, rubric: Rubric) -> NDArray[np.bool_]:
    """What would be proposed of the corpus by borders and weights that never saw a passage's
    voice."""
    on = pairs(rubric, themes(), one.held.rows, one.model)
    chance = combined(on, one.some, one.held, one.model.themes_, one.model.rule_trust)
    return np.asarray(chance[:, :len(rubric.indicators)] >= one.model.propose)


def _mean(changes: Sequence[Change], which: int) -> float:
    return float(np.mean([one.micro[which] for one in changes]))


# --- writing it down --------------------------------------------------------------------------


def _say(out: Path, base: Model, told: Mapping[str, Any], changes: Sequence[Change]) -> None:
    """Add to the model's evaluation and card what went in and what changed."""
    place = out / "evaluation.json"
    known = json.loads(place.read_text("utf-8"))
    known |= {"base": {"id": base.id, "sha256": base.sha256}, "decisions": dict(told),
              "changes": [one.plain() for one in changes]}
    place.write_text(json.dumps(known, ensure_ascii=False, indent=1) + "\n", "utf-8")
    lines = ["", "## From reviewers' decisions", ""]
    if told:
        left = sum(told["left_out"].values())
        lines += [
            f"{told['decisions']} decisions ({told['taken_as_evidence']} taken as evidence, "
            f"{told['rejected']} rejected) on {told['passages']} passages of {told['papers']} "
            f"papers in {len(told['runs'])} runs, under {', '.join(told['rubrics'])}; {left} more "
            "could not be used. The tables above are of the recipe without them.", "",
            "With the written consent of: " + "; ".join(
                f"{one['office']} ({one['date']})" for one in told["consents"]) + ".", ""]
    else:
        lines += ["None.", ""]
    if changes:
        lines += [f"Before and after. Decisions and corpus: this recipe without decisions and with "
                  f"them, papers and voices held out; gold: {base.id} and this model.", "",
                  "| on | rubric | passages | micro-F1 before | after | difference | "
                  "macro-F1 before | after | difference |", "|---|---|---|---|---|---|---|---|---|"]
        lines += [f"| {one.on} | {one.rubric} | {one.passages} | " + " | ".join(
            f"{before} | {after} | {step:+} ({low} to {high})"
            for before, after, step, low, high in (one.micro, one.macro)) + " |"
            for one in changes]
    with (out / "MODEL_CARD.md").open("a", encoding="utf-8") as text:
        text.write("\n".join(lines) + "\n")
