"""How well scans are read: character error rates on drawn papers of known text, and what it costs.

    python -m tests.bench.ocr               ten pages of each kind: about five minutes
    python -m tests.bench.ocr --pages 3     a quick look
    python -m tests.bench.ocr --only seal   the kinds with this in their name
    python -m tests.bench.ocr --keep F.json  keep the figures, for what quotes them

The pages are drawn (`tests/ingest/made_scans.py`): official wording in Noto's faces, A4 at 200 dpi,
then turned, soiled, photographed, sealed, copied. Real scans differ; the figures tell changes of
ours from one another, and whether an aim is met. The error rate is Levenshtein distance over the
length of the text as drawn, white space apart, everything in reading order, so that a wrong order
counts as errors. Dates are those under a seal: read right; unread and said so (`date_unread`);
lost, that is missing or wrong without a word. Seconds are of CPU, on one thread. Nothing here fails
when an aim is missed: it prints.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np

from pipeline.ingest.scans import ocr, seal
from pipeline.ingest.scans import page as scan
from tests.ingest import made_scans as made
from tests.ingest.made_scans import Made

KINDS: dict[str, tuple[float, Callable[[int], Made]]] = {
    "clean": (0.01, made.paper),
    "two columns": (0.01, made.columns),
    "ruled table": (0.01, made.table),
    "turned 1 to 3 degrees": (0.03, lambda n: made.turned(made.paper(n), (n % 3 + 1) * (-1) ** n)),
    "noise, blur, JPEG 45": (0.03, lambda n: made.noisy(made.paper(n), n)),
    "table, turned, noise": (
        0.03, lambda n: made.noisy(made.turned(made.table(n), n % 5 - 2.0), n)),
    "on its side or head": (0.03, lambda n: made.quarter(made.paper(n), n % 3 + 1)),
    "phone photo": (0.08, lambda n: made.photo(made.paper(n), n)),
    "phone photo of a table": (0.08, lambda n: made.photo(made.table(n), n)),
    "seal on the date": (0.08, lambda n: made.paper(n, seal=True)),
    "seal, turned, noise": (
        0.08, lambda n: made.noisy(made.turned(made.paper(n, seal=True), n % 5 - 2.0), n)),
    "seal, phone photo": (0.08, lambda n: made.photo(made.paper(n, seal=True), n)),
    "seal, black and white": (0.08, lambda n: made.copied(made.paper(n, seal=True))),
}  # fmt: skip
"""Kind to the error rate aimed at and what makes the n-th page of it."""


def main() -> None:
    """The command `python -m tests.bench.ocr`."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.ocr", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=10, help="pages of each kind (default 10)")
    parser.add_argument("--only", default="", help="kinds with this in their name")
    parser.add_argument("--keep", type=Path, help="write the figures here, as JSON")
    asked = parser.parse_args()
    kept: dict[str, Any] = {
        "what": "character error rate of scans.page on drawn pages of known text",
        "data": f"synthetic: tests/ingest/made_scans.py, pages 0 to {asked.pages - 1} of each kind",
        "date": datetime.now(UTC).date().isoformat(), "engine": ocr.version(), "kinds": {},
    }
    print(f"{ocr.version()}; Python {platform.python_version()}, {os.cpu_count()} CPUs")
    print(f"{'':24}{'pages':>6}{'aim':>7}{'mean':>8}{'max':>8}{'CPU s':>7}  dates read/said/lost")
    for name, (aim, make) in KINDS.items():
        if asked.only in name:
            pages = [make(number) for number in range(asked.pages)]
            told, kept["kinds"][name] = row(name, aim, pages)
            print(told, flush=True)
    if asked.keep:
        asked.keep.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", "utf-8")
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak of this process, drawing included: {most:.0f} MB")


def row(name: str, aim: float, pages: list[Made]) -> tuple[str, dict[str, Any]]:
    """A line of the table, and its figures; the interval is a bootstrap over pages (95 %)."""
    recognise = ocr.recogniser()
    rates: list[float] = []
    seconds: list[float] = []
    dates = [0, 0, 0]
    for each in pages:
        start = time.process_time()
        wide, high = (value * 72 / made.DPI for value in each.picture.size)
        read = scan.page(each.picture, 1, wide, high, recognise)
        seconds.append(time.process_time() - start)
        rates.append(made.error_rate(read.text, each.text))
        if each.date and "seal" in name:
            said = seal.date_unread(read) or read.unread is not None
            dates[0 if each.date in "".join(read.text.split()) else 1 if said else 2] += 1
    missed = " missed" if mean(rates) > aim else ""
    told = "/".join(map(str, dates)) if any(dates) else ""
    drawn = np.random.default_rng(0).choice(rates, (2000, len(rates))).mean(axis=1)
    low, high = np.percentile(drawn, (2.5, 97.5))
    figures = {
        "pages": len(pages), "aim": aim, "mean": round(mean(rates), 4),
        "interval": [round(float(low), 4), round(float(high), 4)], "max": round(max(rates), 4),
        "cpu_seconds": round(mean(seconds), 2),
        "dates": dict(zip(("read", "said_unread", "lost"), dates, strict=True)),
    }
    return (f"{name:24}{len(pages):6}{aim:7.2f}{mean(rates):8.4f}{max(rates):8.4f}"
            f"{mean(seconds):7.2f}  {told}{missed}"), figures  # fmt: skip


if __name__ == "__main__":
    main()
