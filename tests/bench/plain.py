"""Contender `plain`: pdfplumber, jieba and scikit-learn, written as most people would.

    python -m tests.bench.plain FOLDER OUT WORKERS

It does less than `screen`: no headings, no stages, no years, no comparing of papers, no report.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import jieba
import pdfplumber
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.svm import LinearSVC

from pipeline.rubric.load import load
from pipeline.rubric.model import Match, Rubric
from tests.bench.corpus import files_of
from tests.bench.measure import RUBRIC, leave, own_seconds

_DATE = re.compile(r"20\d\d年(?:\d{1,2}月)?(?:\d{1,2}日)?")
_MODEL: dict[str, Any] = {}


def words_of(match: Match, rubric: Rubric) -> Iterator[str]:
    """The literal words of a rule."""
    if match.term is not None:
        listed = match.term.startswith("@")
        yield from rubric.terms[match.term[1:]] if listed else (match.term,)
    parts = [*(match.any or ()), *(match.all or ()), *(match.near.of if match.near else ())]
    parts += [part for part in (match.heading, match.title) if part]
    if match.not_near:
        parts += [match.not_near.find]
    for part in parts:
        yield from words_of(part, rubric)


def fitted(rubric: Rubric) -> Pipeline:
    """A classifier fitted on the examples of the rubric's rules."""
    texts, labels = [], []
    for rule in rubric.rules:
        label = next((item.id for item in rubric.items if rule.id in item.rules), "none")
        for example in rule.examples.votes:
            texts.append(example.text)
            labels.append(label)
        for example in rule.examples.abstains:
            texts.append(example.text)
            labels.append("none")
    model = make_pipeline(TfidfVectorizer(tokenizer=jieba.lcut, token_pattern=None), LinearSVC())
    return model.fit(texts, labels)


def prepare() -> None:
    """What is ready before the first file."""
    rubric = load(RUBRIC)
    jieba.setLogLevel("ERROR")
    jieba.initialize()
    words = {word for rule in rubric.rules for word in words_of(rule.match, rubric)}
    _MODEL.update(model=fitted(rubric), words=sorted(words))


def rows_of(page: Any) -> list[list[str]]:
    """The rows of a page's tables."""
    return [[cell or "" for cell in row] for table in page.extract_tables() for row in table]


def paragraphs(text: str) -> list[str]:
    """Lines joined until one ends a sentence."""
    joined: list[str] = []
    open_ = False
    for line in text.splitlines():
        if open_:
            joined[-1] += line
        else:
            joined.append(line)
        open_ = not line.endswith(("。", "；", "：", "！", "？"))
    return joined


def read(file: Path) -> dict[str, Any]:
    """The passages of a file, with label, words and dates."""
    passages: list[dict[str, Any]] = []
    with pdfplumber.open(file) as document:
        for number, page in enumerate(document.pages, start=1):
            texts = paragraphs(page.extract_text() or "")
            texts += [" ".join(row) for row in rows_of(page)]
            passages += [{"page": number, "text": text} for text in texts]
            page.close()
    labels = _MODEL["model"].predict([passage["text"] for passage in passages])
    for passage, label in zip(passages, labels, strict=True):
        passage["label"] = str(label)
        passage["words"] = [word for word in _MODEL["words"] if word in passage["text"]]
        passage["dates"] = _DATE.findall(passage["text"])
    found = [passage for passage in passages if passage["words"] or passage["label"] != "none"]
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    return {"path": file.name, "sha256": sha256, "passages": found}


def main(folder: Path, out: Path, workers: int) -> None:
    """All files of the folder; the classifier is fitted before the clock starts."""
    prepare()
    ready = own_seconds()
    files = files_of(folder)
    if workers == 1:
        found = list(map(read, files))
    else:
        with ProcessPoolExecutor(workers, mp_context=get_context("fork")) as pool:
            found = list(pool.map(read, files))
    text = json.dumps(found, ensure_ascii=False)
    (out / "found.json").write_text(text, encoding="utf-8")
    leave(out, ready=ready, files=len(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
