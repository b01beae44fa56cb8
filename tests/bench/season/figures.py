"""What is measured on made seasons, one function a figure; each prints how it came about."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench import measure
from tests.bench.season import found, made, watched
from tests.bench.season.made import Made
from tests.bench.season.watched import Run, batch

PLACE = measure.ROOT / "build" / "bench" / "season"
Row = dict[str, Any]


def season(units: int, papers: int, **more: Any) -> Made:
    """A season of that size, made once; OUT stands beside its root, `fresh` empties it."""
    name = "-".join(map(str, (units, papers, *more.values())))
    return made.kept(PLACE / name, units, papers, **more)


def fresh(of: Made) -> Path:
    """An empty OUT for this season, with the public form among its templates."""
    out = of.place / "out"
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(of.templates, out / "templates")
    return out


def said(run: Run) -> str:
    """A run in a line."""
    return (f"{run.wall:7.1f} s wall, {run.cpu:7.1f} s CPU, {run.sum('opened')} files opened"
            + (f", EXIT {run.code}: {run.printed[-300:]}" if run.code not in (0, 10) else ""))


def growth(sizes: Sequence[int], papers: int, workers: int) -> tuple[Made, Path, Run]:
    """Seasons of growing size, each once; the largest, its OUT and its run."""
    print(f"\nGrowth: text pass, copies and overview, {workers} workers, {papers} papers a unit, "
          "each size once, OUT fresh")
    rows: list[tuple[int, Run]] = []
    for units in sorted(sizes):
        of = season(units, papers)
        out = fresh(of)
        run = batch(of.root, out, workers)
        rows.append((units, run))
        rest = run.wall - max((unit["after"] for unit in run.units), default=0.0)
        print(f"  {units:5} units {of.truth['papers']:6} files {of.truth['pages']:6} pages: "
              f"{said(run)}; of it {rest:.1f} s after the last unit (copies, overview)",
              flush=True)
    for name, points in (("wall", [(units, run.wall) for units, run in rows]),
                         ("CPU", [(units, run.cpu) for units, run in rows])):
        start, each, fit = line(points)
        most = points[-1][1] / points[-1][0] / (points[0][1] / points[0][0])
        print(f"  {name}: {start:.1f} s + {each:.2f} s a unit, R² {fit:.4f}; a unit of the largest "
              f"costs {most:.2f} times one of the smallest (asked: linear)")
    return of, out, run


def line(points: Sequence[tuple[float, float]]) -> tuple[float, float, float]:
    """The straight line through the points by least squares: at nought, slope, R²."""
    count = len(points)
    x, y = sum(p[0] for p in points) / count, sum(p[1] for p in points) / count
    spread = sum((p[0] - x) ** 2 for p in points)
    if not spread:
        return y, 0.0, 1.0
    slope = sum((p[0] - x) * (p[1] - y) for p in points) / spread
    start = y - slope * x
    left = sum((p[1] - start - slope * p[0]) ** 2 for p in points)
    all_of_it = sum((p[1] - y) ** 2 for p in points)
    return start, slope, 1 - left / all_of_it if all_of_it else 1.0


def speed(of: Made, run: Run, workers: int) -> None:
    """Pages a second, what a thousand cost, and the share of bare extraction's speed."""
    truth = of.truth
    place = of.place / "bare"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    command = [sys.executable, "-P", "-m", "tests.bench.season.bare", str(of.root), str(place)]
    subprocess.run(command, check=True, env=watched.environment())
    bare = json.loads((place / "said.json").read_text())
    pages, read = truth["pages"], sum(bare["spent"].values())
    print(f"\nSpeed: the season of {len(of.truth['units'])} units above, {workers} workers. A page "
          f"is one of A4 as printed ({truth['letters'] / pages:.0f} letters; {truth['pdf_pages']} "
          f"of {pages} are PDF). Pictures wait for the second pass and are not counted")
    print(f"  {pages / run.wall:.1f} pages/s, {pages / run.cpu:.1f} pages per CPU second; 1,000 "
          f"pages cost {1000 * run.cpu / pages:.1f} CPU seconds, {1000 * run.wall / pages:.1f} s "
          f"on this machine; a file {1000 * run.cpu / truth['papers']:.0f} ms of CPU")
    print(f"  100,000 units like these: {run.cpu * 1e5 / len(truth['units']) / 3600:.0f} CPU hours")
    pdf = truth["pdf_pages"] / max(bare["spent"].get(".pdf", 0.0), 1e-9)
    print(f"  bare extraction of the same files, one process: {read:.1f} s CPU, {pages / read:.0f} "
          f"pages/s (of the PDFs alone {pdf:.0f}); the season has {read / run.cpu:.1%} of bare "
          "speed")


def scaling(units: int, papers: int, rounds: int) -> None:
    """One worker against two, interleaved."""
    of = season(units, papers)
    print(f"\nScaling: {units} units, text pass with copies and overview, 1 and 2 workers in turn, "
          f"medians of {rounds}")
    walls: dict[int, list[Run]] = {1: [], 2: []}
    for _ in range(rounds):
        for workers, runs in walls.items():
            runs.append(batch(of.root, fresh(of), workers))
    ends = {w: median(max(u["after"] for u in run.units) for run in runs)
            for w, runs in walls.items()}
    whole = {w: median(run.wall for run in runs) for w, runs in walls.items()}
    for workers, runs in walls.items():
        print(f"  {workers} worker(s): {whole[workers]:.1f} s (" + ", ".join(
            f"{run.wall:.1f}" for run in runs) + f"), CPU {median(run.cpu for run in runs):.1f} s, "
            f"last unit after {ends[workers]:.1f} s")
    print(f"  two are {whole[1] / whole[2]:.2f} times as fast as one (asked: at least 1.8); "
          f"without copies and overview {ends[1] / ends[2]:.2f}")


def again(of: Made, out: Path, first: Run, workers: int) -> None:
    """The same command once more, and a unit changed."""
    before = dict(watched.outputs(out))
    run = batch(of.root, out, workers)
    same = before == dict(watched.outputs(out))
    print("\nAgain, nothing changed, same command")
    print(f"  {said(run)}: {run.wall / first.wall:.1%} of the first run's wall, "
          f"{run.cpu / first.cpu:.1%} of its CPU (asked: at most 5 %); outputs "
          f"{'the same bytes' if same else 'CHANGED'}")
    folder = of.root / of.truth["units"][0]["folder"]
    added = folder / "补交说明.txt"
    added.write_text("补交材料说明：以上材料均已存档。", "utf-8")
    run = batch(of.root, out, workers)
    added.unlink()
    print(f"  one paper more in one unit: {said(run)}")


def memory(units: int, files: int, workers: int) -> None:
    """Many small files: what the processes take, and whether the parent grows."""
    of = season(units, files // units, small=True, scans=0.0)
    run = batch(of.root, fresh(of), workers)
    count = of.truth["papers"]
    each = count / len(of.truth["units"])
    print(f"\nMemory: {count} small files in {units} units, {workers} workers; {said(run)}. Peaks "
          "are the kernel's (VmHWM), looked at every 0.2 s")
    tell_peaks(run)
    early = [mb for done, mb in run.parent if done >= units * 0.2]
    part = [(done * each / 1000, mb) for done, mb in run.parent
            if units * 0.2 <= done < len(run.units)]
    if early and part:
        _, slope, _ = line(part)
        print(f"  parent while units are read: {part[0][1]:.0f} MB after {part[0][0]:.1f} thousand "
              f"files, {part[-1][1]:.0f} MB after {part[-1][0]:.1f}; slope {slope:+.2f} MB per "
              "1,000 files (asked: at most 5), least squares over all looks after the first fifth")


def tell_peaks(run: Run) -> None:
    """The biggest process of each kind."""
    print("  biggest process of each kind: " + ", ".join(
        f"{kind} {mb:.0f} MB" for kind, mb in sorted(run.peaks.items(), key=lambda one: -one[1]))
        + " (asked: parent at most 400)")


def copies(of: Made, out: Path) -> None:
    """What was found across units, against what was planted."""
    print("\nCopies across units: copies.json of the season above against truth.json")
    if not (out / "copies.json").is_file():
        print("  no copies.json")
        return
    told = found.judged(of.truth, json.loads((out / "copies.json").read_bytes())["clusters"])
    for what in ("copies", "parts", "photos"):
        if told.planted[what]:
            print(f"  {what:7} planted {told.planted[what]:4}, found {told.found[what]:4}: recall "
                  f"{told.recall(what):.3f}" + (" (asked: 0.95)" if what != "photos" else ""))
        for name in sorted(one for one in told.planted if one.startswith(f"{what} ")):
            print(f"    {name}: {told.found[name]} of {told.planted[name]}")
    wrong = sum(told.wrong[name] for name in told.wrong if name != "photos")
    print(f"  pairs of papers reported {told.reported}; not planted {wrong}: "
          f"{wrong / max(told.reported, 1):.2%} of what is reported, "
          f"{wrong / max(told.unrelated, 1):.5%} of {told.unrelated} pairs of one kind "
          f"(asked: 2 %); {dict(told.wrong)}")
    for one, other in told.examples[:5]:
        print(f"    not planted: {'/'.join(one)} | {'/'.join(other)}")
    for entry in told.missed[:5]:
        print(f"    missed: {entry['from']} -> {entry['to']} edited {entry['edited']}")


def kills(units: int, papers: int, workers: int) -> None:
    """SIGKILL at three points, each with a resume: the same bytes, and what was opened again."""
    of = season(units, papers)
    whole = batch(of.root, fresh(of), workers)
    wanted = dict(watched.outputs(of.place / "out"))
    files = whole.sum("opened")
    print(f"\nKilled (SIGKILL) and resumed: {units} units, {workers} workers; a run undisturbed "
          f"opens {files} files. Opened again: files opened by both runs whose text had been kept")
    for what in ("parent", "all", "worker"):
        out = fresh(of)
        broken = batch(of.root, out, workers, until=_halfway(len(whole.units), what))
        kept = 0 if what == "worker" else extracts(out)
        resumed = broken if what == "worker" else batch(of.root, out, workers)
        now = dict(watched.outputs(out))
        differ = sorted(name for name in wanted.keys() | now.keys()
                        if wanted.get(name) != now.get(name))
        twice = resumed.sum("opened") + kept - files
        alike = f"DIFFER: {len(differ)}, {differ[:3]}" if differ else "the same bytes"
        print(f"  {what:6} killed after {len(broken.units):3} lines, exit {broken.code}; resumed "
              f"in {resumed.wall:.1f} s of {whole.wall:.1f}; opened again {twice} (asked: at most "
              f"{workers}); outputs {alike}")


def _halfway(units: int, what: str) -> Callable[[Run], str | None]:
    return lambda run: what if len(run.units) >= units // 2 else None


def extracts(out: Path) -> int:
    """Files whose text is kept, over all units."""
    count = 0
    for place in sorted(out.glob("units/*/extracted.sqlite")):
        try:
            with sqlite3.connect(f"{place.as_uri()}?mode=ro", uri=True) as base:
                tables = {row[0] for row in base.execute("SELECT name FROM sqlite_master")}
                if "extract" in tables:
                    count += base.execute("SELECT count(*) FROM extract").fetchone()[0]
        except sqlite3.Error:
            continue
    return count


def pictures(units: int, papers: int, workers: int) -> None:
    """The second pass: what a page that is a picture costs."""
    of = season(units, papers)
    out = fresh(of)
    batch(of.root, out, workers)
    run = batch(of.root, out, workers, ocr="now")
    pages = run.sum("recognised")
    print(f"\nPictures: second pass over {units} units, {workers} workers: {said(run)}, {pages} "
          "pages recognised")
    if pages:
        print(f"  a page: {run.cpu / pages:.1f} CPU seconds, {run.wall / pages:.1f} s wall (the "
              "overview and the units' reports included)")
    tell_peaks(run)


def disk(of: Made, out: Path) -> None:
    """What OUT takes, against what was said before."""
    from pipeline.season.estimate import estimate
    from pipeline.season.units import found as units_of

    plan, _ = units_of(str(of.root), measure.RUBRIC, None)
    said_before = estimate(plan, {}, 2, out)
    taken = watched.size(out)
    parts = {name: sum(place.lstat().st_blocks * 512 for place in out.glob(f"units/*/{name}"))
             for name in ("ledger.sqlite", "extracted.sqlite", "coverage.json", "report.html",
                          "coverage.xlsx", "part.npz")}
    print(f"\nDisk: OUT takes {taken / 1e6:.0f} MB, estimated {said_before.disk / 1e6:.0f} MB "
          f"({said_before.disk / taken:.2f} of it), papers {said_before.bytes / 1e6:.0f} MB; time "
          f"estimated {said_before.seconds:.0f} s")
    print("  " + ", ".join(f"{name} {size / taken:.0%}" for name, size in parts.items()))
