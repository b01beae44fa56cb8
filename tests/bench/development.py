"""The development set: labels in the repository, text only where the test files are.

    python -m tests.bench.development OUT.jsonl

`tests/learn/development/labels.jsonl` names passages of real papers by hash and says what one
careful reader filed them under, before the model was trained. The papers stand beside the test
files (the rubrics' own sources) and among them; with both, the gold file is made that
`zuozheng evaluate` reads. No passage of it was ever trained on; settings were chosen on it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.errors import Unreadable
from pipeline.ingest.kinds import read
from pipeline.segment import read_through

LABELS = Path(__file__).parents[1] / "learn" / "development" / "labels.jsonl"
LONGEST = 250
"""Passages were labelled in pieces of at most so many characters."""


def labels() -> dict[str, dict[str, Any]]:
    """Labels by the hash of the passage."""
    rows = (json.loads(line) for line in LABELS.read_text("utf-8").splitlines())
    return {row["hash"]: row for row in rows}


def passages(place: Path) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """(title, headings, text) of each piece of a paper."""
    data = place.read_bytes()
    told = read_through(list(read(data, place.name)), hashlib.sha256(data).hexdigest())
    for one in told.passages:
        for piece in pieces(one.text.strip()):
            yield told.title, one.headings, piece


def pieces(text: str) -> Iterator[str]:
    """Cut at sentence ends, near the middle of what is not much too long."""
    while len(text) > LONGEST:
        ends = [found.end() for found in re.finditer("[。；！？]", text)
                if 60 <= found.end() <= LONGEST - 5]
        ends = ends or [found.end() for found in re.finditer("[，、]", text)
                        if 60 <= found.end() <= LONGEST - 5] or [LONGEST - 5]
        middle = len(text) / 2
        cut = (min(ends, key=lambda end: abs(end - middle)) if len(text) < 2 * LONGEST - 10
               else ends[-1])
        yield text[:cut].strip()
        text = text[cut:].strip()
    yield text


def gold(files: Path) -> list[dict[str, Any]]:
    """The labelled passages whose papers are there, as lines of a gold file."""
    known, found = labels(), []
    wanted = {row["paper"] for row in known.values()}
    for place in sorted([*(files.parent / "seeds").glob("*"), *files.rglob("*")]):
        if not place.is_file() or _paper(place) not in wanted:
            continue
        try:
            read_ = list(passages(place))
        except Unreadable:
            continue
        for title, headings, text in read_:
            row = known.pop(hashlib.sha256(text.encode()).hexdigest()[:16], None)
            if row and row["paper"] == _paper(place):
                found.append({"text": text, "title": title, "headings": list(headings),
                              "document_type": row["document_type"], "source": row["paper"],
                              "yuxi-2024": row["yuxi-2024"], "xinping-2018": row["xinping-2018"],
                              "stage": row["stage"]})
    return found


def _paper(place: Path) -> str:
    return hashlib.sha256(place.read_bytes()).hexdigest()[:16]


def main() -> None:
    files = os.environ.get("ZUOZHENG_TEST_FILES")
    if not files:
        sys.exit("ZUOZHENG_TEST_FILES does not say where the test files are")
    rows = gold(Path(files))
    with Path(sys.argv[1]).open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    print(f"{len(rows)} of {len(labels())} labelled passages", file=sys.stderr)


if __name__ == "__main__":
    main()
