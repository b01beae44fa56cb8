"""Whether speed was bought with loss: characters against bare pdfium, rows against pdfplumber."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pdfplumber

from pipeline.evidence import Page
from pipeline.ingest.pdf import reader as pdf
from tests.bench.bare import texts
from tests.bench.plain import rows_of

_HYPHENS = str.maketrans({"\x02": "-", "\ufffe": "-"})
Rows = Counter[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Letters:
    """Of the characters of bare pdfium: the share that our reader has, and of the worst file."""

    share: float
    worst: float
    pages: int
    with_tables: int


def letters(files: Sequence[Path]) -> Letters:
    """The characters (white space aside) of each file, as multisets."""
    total = kept = pages = tables = 0
    worst = 1.0
    for file in files:
        bare: Counter[str] = Counter()
        for text in texts(file):
            bare.update("".join(text.translate(_HYPHENS).split()))
        read = list(pdf.read(file.read_bytes()))
        ours = Counter("".join("".join(page.text.split()) for page in read))
        both, all_ = (bare & ours).total(), bare.total()
        total, kept = total + all_, kept + both
        worst = min(worst, both / all_)
        pages += len(read)
        tables += sum(any(block.table for block in page.blocks) for page in read)
    return Letters(kept / total, worst, pages, tables)


def rows(files: Sequence[Path]) -> tuple[int, int, int]:
    """Table rows that pdfplumber finds, that we find, and that are equal, page by page."""
    theirs = ours = equal = 0
    for file in files:
        with pdfplumber.open(file) as document:
            for read, page in zip(pdf.read(file.read_bytes()), document.pages, strict=True):
                oracle, own = _plumbed(rows_of(page)), _read(read)
                theirs, ours = theirs + oracle.total(), ours + own.total()
                equal += (oracle & own).total()
                page.close()
    return theirs, ours, equal


def _plumbed(rows: Sequence[Sequence[str]]) -> Rows:
    found = Counter(tuple("".join(cell.split()) for cell in row) for row in rows)
    return Counter({row: count for row, count in found.items() if any(row)})


def _read(page: Page) -> Rows:
    return Counter(
        tuple("".join(cell.split()) for cell in block.cells)
        for block in page.blocks if block.kind == "row"
    )
