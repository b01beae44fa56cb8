"""How well, and how fast, copies across units are found: planted ones, whose truth is known.

    python -m tests.bench.season.copies                 both halves, and the hard strangers
    python -m tests.bench.season.copies --passages 1000000     speed, memory, growth

Sources are the passages of models/corpus (38 voices, every sentence written for this project): the
even voices are the development half, on which thresholds were chosen; the odd ones, under other
seeds, are held out. Two editors of two authors work copies over (`edited`, `edits`). A copy is
planted as a whole paper or as one paragraph of 80 letters or more, 10 to 40 % of its letters edited
(measured by `difflib`); not into or out of lists and forms (by title: `integrity.excerpt.LIST`),
which are no copies by law. False
pairs are counted among all pairs of papers of one type by different units that no copy joins, and
among papers that a generator made of one stock of sentences (`clauses`).
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import resource
import shutil
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from pipeline.integrity.excerpt import LIST
from pipeline.season.copies.run import Templates, Unit, written
from tests.bench import clauses
from tests.bench.season import edited, edits
from tests.bench.season.ledgers import Paper, ledgered

ROOT = Path(__file__).parents[3]
Row = dict[str, Any]
Pair = frozenset[tuple[str, str]]
NONE = Templates(np.empty(0, dtype=np.uint16), 0, [])
EDITORS = ("edited", "edits")
PAPERS, PARAGRAPHS = 60, 150
SHORTEST = 80


def corpus(half: int) -> list[Row]:
    """The passages of every second voice."""
    return [json.loads(line) for file in sorted((ROOT / "models/corpus").glob("v*.jsonl"))
            for line in file.read_text("utf-8").splitlines()
            if int(file.stem[1:]) % 2 == half]


def planted(half: int, seed: int, by: str
            ) -> tuple[dict[str, list[Paper]], dict[str, str], dict[Pair, Row]]:
    """(papers by unit, type by path, truth): a season of one half of the corpus with copies in it,
    worked over by one of the two editors."""
    rng = random.Random(seed)
    rows = corpus(half)
    units: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        units[row["unit"]][row["document"]].append(row)
    strange = [said + "。" for row in rows for said in row["text"].split("。")
               if 12 < len(said) < 40]
    papers: dict[str, list[Paper]] = {}
    types: dict[str, str] = {}
    for unit, documents in units.items():
        papers[unit] = []
        for name, passages in documents.items():
            papers[unit].append(Paper(name, passages[0]["title"], f"{passages[0]['year']}-05-04",
                                      [row["text"] for row in passages]))
            types[name] = passages[0]["document_type"]
    truth: dict[Pair, Row] = {}
    names = sorted(papers)
    originals = {unit: list(papers[unit]) for unit in names}
    taken: set[str] = set()

    def changed(texts: Sequence[str], one: str, other: str, wanted: float) -> list[str]:
        if by == "edited":
            return [edited.edited(text, wanted, rng, strange, [(one, other)]) for text in texts]
        own = [text.replace(one, other) for text in texts]
        return edits.edited(own, list(texts), wanted, rng)[0]

    while sum(row["kind"] == "paper" for row in truth.values()) < PAPERS:
        one, other = rng.sample(names, 2)
        source = rng.choice(originals[one])
        if source.path in taken or LIST.search(source.title) or (
                sum(map(len, source.passages)) < 300):
            continue
        texts = changed(source.passages, one, other, rng.uniform(0.1, 0.4))
        share = sum(edited.distance(*two) * len(two[0]) for two in zip(
            source.passages, texts, strict=True)) / sum(map(len, source.passages))
        if not edited.LEAST <= share <= edited.MOST:
            continue
        taken.add(source.path)
        path = f"{source.path}-copy"
        papers[other].append(Paper(path, source.title.replace(one, other), "2024-06-01", texts))
        types[path] = types[source.path]
        truth[frozenset({(one, source.path), (other, path)})] = {"kind": "paper", "share": share}
    while sum(row["kind"] == "paragraph" for row in truth.values()) < PARAGRAPHS:
        one, other = rng.sample(names, 2)
        source, target = rng.choice(originals[one]), rng.choice(originals[other])
        long = [text for text in source.passages if len(text) >= SHORTEST]
        if taken & {source.path, target.path} or not long or any(
                LIST.search(one.title) for one in (source, target)):
            continue
        said = rng.choice(long)
        (text,) = changed([said], one, other, rng.uniform(0.1, 0.4))
        share = edited.distance(said, text)
        if not edited.LEAST <= share <= edited.MOST:
            continue
        taken |= {source.path, target.path}
        place = next(at for at, paper in enumerate(papers[other]) if paper.path == target.path)
        paper = papers[other][place]
        passages = list(paper.passages)
        passages.insert(rng.randint(0, len(passages)), text)
        papers[other][place] = paper._replace(passages=passages)
        truth[frozenset({(one, source.path), (other, target.path)})] = {
            "kind": "paragraph", "share": share, "letters": len(said)}
    return papers, types, truth


def strangers(seed: int, units: int, each: int) -> dict[str, list[Paper]]:
    """Papers that nobody copied, of one kind on few topics, made of one stock of sentences."""
    rng = random.Random(seed)
    papers = {}
    for number in range(units):
        made = []
        for at in range(each):
            year = 2022 + at % 3
            topic, sentences = rng.choice(clauses.BUSINESS)
            stock = [*sentences, *clauses.NATIONALITY]
            made.append(Paper(f"{at}-{topic}.docx", f"{topic}工作总结", f"{year}-12-01", [
                clauses.paragraph(rng, year, stock) for _ in range(rng.randint(8, 20))]))
        papers[f"砚川市第{number}办事处"] = made
    return papers


def told(papers: dict[str, list[Paper]], place: Path) -> Row:
    """What is said of these units."""
    units = [ledgered(place, name, papers[name]) for name in sorted(papers)]
    row: Row = orjson.loads(written(place, units, NONE, "").read_bytes())
    return row


def pairs(row: Row) -> set[Pair]:
    """The pairs of papers that stand in one cluster."""
    return {frozenset(two) for cluster in row["clusters"]
            for two in itertools.combinations(sorted({
                (one["unit"], one["path"]) for one in cluster["members"]}), 2)}


def quality(half: int, seed: int, by: str) -> Row:
    """Recall of what was planted, and false pairs among strangers of one type."""
    papers, types, truth = planted(half, seed, by)
    with tempfile.TemporaryDirectory() as folder:
        found = pairs(told(papers, Path(folder)))
    by_type: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for unit, its in papers.items():
        for paper in its:
            by_type[types[paper.path]].append((unit, paper.path))
    strange = sum(1 for its in by_type.values() for one, two in itertools.combinations(its, 2)
                  if one[0] != two[0]) - len(truth)
    false = {pair for pair in found if pair not in truth}
    out: Row = {"half": "held out" if half else "development", "seed": seed, "editor": by,
                "units": len(papers), "false": len(false), "strangers": strange,
                "reported": len(found), "false_share": len(false) / strange,
                "false_reported": len(false) / len(found)}
    for kind in ("paper", "paragraph"):
        for low, high in ((0.1, 0.2), (0.2, 0.3), (0.3, 0.401)):
            its = [pair for pair, row in truth.items()
                   if row["kind"] == kind and low <= row["share"] < high]
            out[f"{kind} {low:.0%} to {high:.0%}"] = (sum(one in found for one in its), len(its))
    out["recall"] = sum(pair in found for pair in truth) / len(truth)
    return out


# --- speed ------------------------------------------------------------------------------------


class Babble:
    """Endless text with the letters' own neighbourhoods: after two letters of the corpus one that
    follows them there. Shares shingles as papers do, and no sentence with anything."""

    def __init__(self, seed: int) -> None:
        text = "".join(row["text"] for row in corpus(0))
        codes = np.frombuffer(text.encode("utf-32-le"), dtype="<u4").astype(np.int64)
        keys = codes[:-2] * 70_000 + codes[1:-1]
        order = np.argsort(keys, kind="stable")
        self._keys, self._next = keys[order], codes[2:][order]
        self._rng = np.random.default_rng(seed)
        self._codes = codes

    def passages(self, count: int, letters: int) -> list[str]:
        """So many passages of so many letters each."""
        at = self._rng.integers(0, len(self._codes) - 2, count)
        made = np.empty((count, letters), dtype=np.int64)
        made[:, 0], made[:, 1] = self._codes[at], self._codes[at + 1]
        for place in range(2, letters):
            key = made[:, place - 2] * 70_000 + made[:, place - 1]
            low = np.searchsorted(self._keys, key, "left")
            span = np.maximum(np.searchsorted(self._keys, key, "right") - low, 1)
            pick = low + (self._rng.random(count) * span).astype(np.int64)
            made[:, place] = self._next[np.minimum(pick, len(self._next) - 1)]
        return ["".join(map(chr, row)) for row in made.tolist()]


def seasons(place: Path, passages: int, seed: int = 3) -> Iterator[Unit]:
    """Ledgers with so many passages, 1,000 a unit and 25 a paper; one paper in ten has another
    unit's with every tenth letter changed."""
    babble, rng = Babble(seed), random.Random(seed)
    before: list[list[str]] = []
    for number in range(passages // 1_000):
        texts = babble.passages(1_000, 95)
        papers = []
        for at in range(40):
            mine = texts[25 * at : 25 * at + 25]
            if before and rng.random() < 0.1:
                mine = [_worn(text, rng) for text in rng.choice(before)]
            papers.append(Paper(f"{at:02}.docx", f"第{number}号单位材料{at}", "2024-03-01", mine))
        before.append(list(papers[rng.randrange(40)].passages))
        del before[:-200]
        yield ledgered(place, f"单位{number:05}", papers)


def _worn(text: str, rng: random.Random) -> str:
    letters = list(text)
    for at in rng.sample(range(len(letters)), len(letters) // 10):
        letters[at] = rng.choice("的一是在不了有和人这")
    return "".join(letters)


def speed(passages: int, folder: Path | None = None) -> Row:
    """Seconds, CPU seconds and memory of copies over so many passages. The ledgers are written
    first, and not counted; where `folder` has them already they are taken from there."""
    place = folder or Path(tempfile.mkdtemp())
    try:
        there = sorted((place / "units").glob("*/ledger.sqlite")) if place.is_dir() else []
        units = [Unit(one.parent.name, one.parent.name, one) for one in there] or list(
            seasons(place, passages))
        began, cpu = time.perf_counter(), time.process_time()
        row = orjson.loads(written(place, units, NONE, "").read_bytes())
        return {
            "passages": row["passages"], "units": row["units"],
            "seconds": round(time.perf_counter() - began, 1),
            "cpu": round(time.process_time() - cpu, 1),
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            "clusters": len(row["clusters"]),
        }
    finally:
        if folder is None:
            shutil.rmtree(place)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--passages", type=int)
    words.add_argument("--folder", type=Path)
    words.add_argument("--half", type=int, choices=(0, 1))
    words.add_argument("--seed", type=int)
    asked = words.parse_args()
    if asked.passages:
        print(json.dumps(speed(asked.passages, asked.folder), ensure_ascii=False))
        return
    for half, seed in ((0, 11), (1, 41)):
        for by in EDITORS if asked.half in (None, half) else ():
            for name, value in quality(half, asked.seed or seed, by).items():
                print(f"{name:28} {value}")
            sys.stdout.flush()
    for units, each in ((12, 10), (60, 10)):
        papers = strangers(7, units, each)
        with tempfile.TemporaryDirectory() as folder:
            row = told(papers, Path(folder))
        count = units * (units - 1) // 2 * each * each
        print(f"stock of sentences, {units} units: {len(pairs(row))} of {count} pairs of papers, "
              f"permitted {row['permitted']['shares']}")


if __name__ == "__main__":
    main()
