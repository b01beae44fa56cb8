"""The benchmark: how fast `zuozheng screen` is, against the least and against the usual; then what
a season takes (`tests.bench.season`).

    make bench                            300 files, 3 rounds, 1 and 2 workers: about a quarter of
                                          an hour, and 3 minutes to print the papers the first time;
                                          the season after it takes twenty minutes more
    python -m tests.bench --files 30      a quick look (ratios are worse: starting weighs more)
    python -m tests.bench --profile       where the time goes, by room
    python -m tests.bench --without season   the first part alone; for the second alone see
                                          python -m tests.bench.season --help

Three contenders, each as whole processes over the same folder with equal workers:

    bare     pypdfium2's text of every page and nothing else: nobody can be faster
    plain    pdfplumber + jieba + scikit-learn as most people would write it, on a sample of the
             files (it is slow), and doing less: no headings, stages, years, copies, report
    screen   the command, with all it does; OUT is fresh each time

How to read the figures. The papers are synthetic (`clauses`), all different, printed by
LibreOffice; real papers from Word and WPS differ. CPU is user and system time of a contender and
all its processes: wall time says little on a shared machine. Rounds are interleaved, figures are
medians. Start-up is a run over one page (for plain, fitting the classifier is part of it); every
ratio is printed with it and without it. Ratios last, absolute times do not. We aim at screen/bare
of at most 3, plain/screen of at least 8, and memory of the parent that does not grow with the
number of files. Nothing here fails when a figure is missed: it prints.

Speed is nothing without a check of the text: last, the characters that our reader has of those of
bare pdfium, the table rows equal to pdfplumber's, and whether all runs gave the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
from pathlib import Path
from statistics import median

import pypdfium2

from tests.bench import compare, corpus, measure
from tests.bench.measure import OUT, RUBRIC, Spent, run

MOST, LEAST = 3.0, 8.0


def main() -> None:
    """The command `python -m tests.bench`."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=300, help="papers (default 300)")
    parser.add_argument("--sample", type=int, default=30, help="papers for `plain` (default 30)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds (default 3)")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--profile", action="store_true", help="where the time goes, by room")
    parser.add_argument("--without", choices=("season",), help="leave the season out")
    given = parser.parse_args()
    folder = corpus.corpus(given.files)
    sample = corpus.subset(folder, min(given.sample, given.files), "sample")
    if given.profile:
        from tests.bench import rooms

        rooms.profile(sample)
        return
    pages, few = pages_of(folder), pages_of(sample)
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
          f"rubric {RUBRIC}, load {os.getloadavg()[0]:.1f}")
    print(f"Synthetic papers: {given.files} files, {sum(pages)} pages ({min(pages)} to "
          f"{max(pages)} a file); sample of {len(few)} files, {sum(few)} pages")
    sums: set[str] = set()
    for workers in given.workers:
        bench(folder, sample, sum(pages), sum(few), workers, given.rounds, sums)
    memory(folder, given.files)
    text(folder, sample)
    print(f"  coverage.json: {len(sums)} different in all runs over all files (1: same bytes)")
    if given.without != "season":
        from tests.bench.season.__main__ import main as season

        print()
        season(())


def pages_of(folder: Path) -> list[int]:
    """How many pages each file has."""
    return [len(pypdfium2.PdfDocument(file)) for file in corpus.files_of(folder)]


def bench(folder: Path, sample: Path, pages: int, few: int, workers: int, rounds: int,
          sums: set[str]) -> None:
    """The rounds, interleaved, and their medians."""
    one = corpus.one_page()
    runs: dict[str, tuple[str, Path, int]] = {
        "bare": ("bare", folder, pages),
        "screen": ("screened", folder, pages),
        "plain*": ("plain", sample, few),
        "screen*": ("screened", sample, few),
        "bare start": ("bare", one, 1),
        "screen start": ("screened", one, 1),
        "plain start": ("plain", one, 1),
    }
    spent: dict[str, list[Spent]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, (contender, place, _) in runs.items():
            spent[name].append(run(contender, place, workers))
            if name == "screen":
                found = OUT / contender / "report" / "coverage.json"
                sums.add(hashlib.sha256(found.read_bytes()).hexdigest())
    print(f"\n{workers} worker(s), {rounds} rounds, medians (* on the sample)")
    print("            CPU s   start   without  pages/s  (without)  wall s    rounds")
    cost: dict[str, tuple[float, float]] = {}
    for name in ("bare", "screen", "screen*", "plain*"):
        whole = median(one.cpu for one in spent[name])
        start = median(one.cpu for one in spent[f"{name.rstrip('*')} start"])
        wall = median(one.wall for one in spent[name])
        number = runs[name][2]
        cost[name] = whole / number, (whole - start) / number
        each = " ".join(f"{one.cpu:.1f}" for one in spent[name])
        print(f"  {name:8} {whole:7.2f} {start:7.2f} {whole - start:9.2f} {number / whole:8.0f} "
              f"{number / (whole - start):10.0f} {wall:7.1f}    {each}")
    start = median(one.cpu for one in spent["plain start"])
    cost["plain"] = start / pages + cost["plain*"][1], cost["plain*"][1]
    for over, under, aim in (
        ("screen", "bare", f"at most {MOST:g}"),
        ("plain", "screen", f"at least {LEAST:g}; plain's pages as dear as on the sample"),
        ("plain*", "screen*", "on the sample, where starting weighs more"),
    ):
        whole, without = (cost[over][which] / cost[under][which] for which in (0, 1))
        print(f"  {over}/{under}: {whole:.2f} with start-up, {without:.2f} without ({aim})")
    own, children = (
        median(one.said[key] for one in spent["screen"]) for key in ("own", "children")
    )
    print(f"  of screen's CPU: parent {own:.2f} s, workers {children:.2f} s")


def memory(folder: Path, count: int) -> None:
    """The parent's peak for a quarter, half and all of the files."""
    print("\nMemory of the parent of `screen`, 1 worker (peak MB)")
    peaks: list[tuple[int, float]] = []
    for number in (count // 4, count // 2, count):
        said = measure.run("screened", corpus.subset(folder, number, "part"), 1).said
        peaks.append((number, said["peak"]))
        print(f"  {number:5} files: {said['peak']:6.1f}  (worker {said['children_peak']:.1f})")
    (first, least), (last, most) = peaks[0], peaks[-1]
    print(f"  slope: {(most - least) / (last - first) * 100:+.1f} MB per 100 files (aim: 0)")


def text(folder: Path, sample: Path) -> None:
    """What was read, against bare pdfium and pdfplumber."""
    letters = compare.letters(corpus.files_of(folder))
    theirs, ours, equal = compare.rows(corpus.files_of(sample))
    print(f"\nTables stand on {letters.with_tables / letters.pages:.0%} of pages")
    print(f"  characters of bare pdfium that we have: {letters.share:.4%} "
          f"(worst file {letters.worst:.4%})")
    print(f"  table rows on the sample: {theirs} by pdfplumber, {ours} by us, {equal} equal "
          f"({equal / max(theirs, 1):.2%})")


if __name__ == "__main__":
    main()
