"""Seasons of any size, with known truth: `season(place, units, papers)`.

    python -m tests.bench.season.made PLACE --units 200 --papers 30

writes PLACE/root (the folder that `zuozheng batch` is given, with its units.csv), PLACE/templates
(a public form, to be laid into SEASON/templates) and PLACE/truth.json. The same arguments give the
same bytes, on every machine that has the same Pillow and fonts (scans and photos need both). 200
units of 30 papers take about a minute.

truth.json: members of anything are {"unit": name, "path": in the unit}.

    units       {"name", "kind", "county", "folder", "files"}
    papers      number of files; `letters` of all text papers, `pages` they have (of those that
                are no PDF: would have if printed), `pdf_pages`; `kinds`: how many of each
    copies      {"from", "to", "edited": share that differs, "how": [...], "dated": [from, to]}
    parts       the same for copied paragraphs, with "lines": how each begins in the copy
    photos      [[members], ...] the same photo, in other sizes and packings
    notice      members: the superior's notice; `quoted`, `rubric_quoted`: papers that quote it, or
                the rubric: none of them is a copy
    forms       members: a public form filled in
    again       {"unit", "path", "was": its path last season}: last year's paper, the year changed
    kept        the same for papers handed in again as they were
    plans_only  {"unit", "theme"}: nothing of that theme is said but in plans
    unread      {"unit", "path", "reason"}
    extras      {"empty", "all_unread", "link", "zip", "twin", "link_in"}: units beside the counted
                ones, each with one fault (`zip` is no fault; it is one of the counted ones)
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.season import (
    drawn,
    edits,
    formats,
    names,
    planned,
    printed,
    prose,
    written,
)
from tests.bench.season.planned import Place, Plan
from tests.bench.season.written import Written

Row = dict[str, Any]
THEMES = ("knowledge_test", "festival", "staff_training", "co_building", "common_language")
REASONS = {"locked": "encrypted", "broken": "corrupt"}


@dataclass(frozen=True, slots=True)
class Made:
    """A season on disk."""

    root: Path
    templates: Path
    truth: Row
    place: Path


def season(place: Path, units: int = 3, papers: int = 5, *, seed: int = 1, year: int = 2024,
           follows: bool = False, scans: float = 0.02, unread: float = 0.01, faults: bool = True,
           twins: bool = False, zipped: bool = True, small: bool = False) -> Made:
    """Write a season below `place`, which is removed first.

    `follows`: it comes a year after `season(..., year=year - 1)`, and takes papers from it.
    `scans`, `unread`: shares of files that are pictures, and that nobody can read. `faults`: units
    with something wrong beside the counted ones. `twins`: two units of one name. `zipped`: the
    second unit comes as an archive. `small`: every paper has a page at most.
    """
    shutil.rmtree(place, ignore_errors=True)
    root = place / "root"
    root.mkdir(parents=True)
    plan = planned.plan(units, papers, seed, year, follows=follows, scans=scans, unread=unread,
                        themes=THEMES)
    lists = ("units", "copies", "parts", "photos", "notice", "quoted", "rubric_quoted", "forms",
             "again", "kept", "unread")
    truth: Row = {"seed": seed, "year": year, "papers": 0, "letters": 0, "pages": 0,
                  "pdf_pages": 0, "kinds": {}, **{name: [] for name in lists}, "extras": {},
                  "plans_only": [{"unit": plan.units[number].name, "theme": theme}
                                 for number, theme in sorted(plan.planners.items())]}
    archive = 1 if zipped and units > 2 else None
    paths: dict[Place, str] = {}
    dated: dict[Place, str] = {}
    told: list[tuple[Place, Written]] = []
    for number, named in enumerate(plan.units):
        files = []
        for slot in range(papers):
            one = written.written(plan, (number, slot), small=small)
            files.append(one)
            paths[number, slot] = one.path
            if one.paper:
                dated[number, slot] = one.paper.dated
                _count(truth, one.paper, one.path)
            if one.told:
                told.append(((number, slot), one))
            _note(truth, plan, (number, slot), one)
        folder = f"{named.name}.zip" if number == archive else named.name
        _hand_in(root / folder, [(one.path, one.data) for one in files])
        truth["units"].append({"name": named.name, "kind": named.kind, "county": named.county,
                               "folder": folder, "files": len(files)})
        truth["papers"] += len(files)
    for target, one in told:
        _tell(truth, plan, target, one, paths, dated)
    _photos(truth, plan, paths)
    if archive is not None:
        truth["extras"]["zip"] = plan.units[archive].name
    if faults:
        _faults(place, root, truth, plan)
    if twins:
        _twin(root, truth)
    _table(root, truth)
    templates = place / "templates"
    templates.mkdir()
    (templates / "民族团结进步创建活动登记表.docx").write_bytes(
        formats.docx(written.form(None, plan.rng("form"))))
    (place / "truth.json").write_text(json.dumps(truth, ensure_ascii=False, indent=1), "utf-8")
    return Made(root, templates, truth, place)


def _hand_in(target: Path, files: Sequence[tuple[str, bytes]]) -> None:
    if target.suffix == ".zip":
        target.write_bytes(formats.packed(files))
        return
    for path, data in files:
        place = target / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)


def _count(truth: Row, paper: prose.Paper, path: str) -> None:
    pages = printed.pages(paper)
    truth["letters"] += paper.letters
    truth["pages"] += pages
    truth["pdf_pages"] += pages if path.endswith(".pdf") else 0
    truth["kinds"][paper.kind] = truth["kinds"].get(paper.kind, 0) + 1


def _note(truth: Row, plan: Plan, place: Place, one: Written) -> None:
    """What a file is by its role."""
    slot, member = plan.slots[place[0]][place[1]], _member(plan, place, one.path)
    if slot.role in REASONS:
        truth["unread"].append(member | {"reason": REASONS[slot.role]})
    if slot.role in ("again", "kept"):
        assert plan.before is not None and slot.source is not None
        was = written.written(plan.before, slot.source).path
        truth[slot.role].append(member | {"was": was})
    if slot.role == "notice":
        truth["notice"].append(member)
    if slot.role == "form":
        truth["forms"].append(member)
    truth["quoted"] += [member] if "notice" in one.quotes else []
    truth["rubric_quoted"] += [member] if "rubric" in one.quotes else []


def _tell(truth: Row, plan: Plan, target: Place, one: Written, paths: dict[Place, str],
          dated: dict[Place, str]) -> None:
    assert one.told is not None
    source = one.told.source
    entry: Row = {"from": _member(plan, source, paths[source]),
                  "to": _member(plan, target, one.path), "edited": one.told.edited,
                  "how": list(one.told.how), "dated": [dated[source], dated[target]]}
    if one.told.lines:
        truth["parts"].append(entry | {"lines": list(one.told.lines)})
    else:
        truth["copies"].append(entry)


def _photos(truth: Row, plan: Plan, paths: dict[Place, str]) -> None:
    same: dict[Place, list[Place]] = {}
    for place, slot in plan.placed():
        if slot.role == "photo":
            same.setdefault(slot.source or place, []).append(place)
    truth["photos"] = [[_member(plan, place, paths[place]) for place in sorted(places)]
                       for _, places in sorted(same.items())]


def _member(plan: Plan, place: Place, path: str) -> Row:
    return {"unit": plan.units[place[0]].name, "path": path}


# --- what is wrong ----------------------------------------------------------------------------


def _faults(place: Path, root: Path, truth: Row, plan: Plan) -> None:
    """Units that the run has to name, and go on."""
    count = len(plan.units)
    empty, unread, linked = names.units(count + 3, plan.seed)[count:]
    (root / empty.name).mkdir()
    paper = prose.paper(unread, written.asked(plan.year), plan.rng("unread"), "总结", short=True)
    files = [("加密.pdf", printed.locked(paper)),
             ("打不开.docx", formats.broken(formats.docx(paper)))]
    _hand_in(root / unread.name, files)
    truth["unread"] += [{"unit": unread.name, "path": path, "reason": reason} for (path, _), reason
                        in zip(files, REASONS.values(), strict=True)]
    outside = place / "outside"
    _hand_in(outside, [("不该读到.txt", formats.txt(paper))])
    (root / linked.name).symlink_to(outside, target_is_directory=True)
    first = root / truth["units"][0]["folder"]
    (first / "链接.txt").symlink_to(outside / "不该读到.txt")
    truth["extras"] |= {"empty": empty.name, "all_unread": unread.name, "link": linked.name,
                        "link_in": truth["units"][0]["name"]}
    truth["units"] += [{"name": one.name, "kind": one.kind, "county": one.county,
                        "folder": one.name, "files": number}
                       for one, number in ((empty, 0), (unread, 2), (linked, 0))]


def _twin(root: Path, truth: Row) -> None:
    """A second unit of the first one's name, in another folder."""
    first = truth["units"][0]
    folder = f"{first['folder']}（补报）"
    _hand_in(root / folder, [("补报说明.txt", "补报材料。".encode())])
    truth["units"].append(first | {"folder": folder, "files": 1})
    truth["extras"]["twin"] = first["name"]


def _table(root: Path, truth: Row) -> None:
    with (root / "units.csv").open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(("name", "kind", "county", "folder", "rubric"))
        rows.writerows((unit["name"], unit["kind"], unit["county"], unit["folder"], "")
                       for unit in truth["units"])


def kept(place: Path, units: int, papers: int, **more: Any) -> Made:
    """The season as `season` makes it, made only if it is not there already: by all that goes into
    it, the generator's own source too."""
    sources = [Path(str(part.__file__)).read_bytes() for part in
               (drawn, edits, formats, names, planned, printed, prose, written)]
    sources.append(Path(__file__).read_bytes())
    stamp = json.dumps([units, papers, more, hashlib.sha256(b"".join(sources)).hexdigest()])
    if (place / "stamp").is_file() and (place / "stamp").read_text("utf-8") == stamp:
        truth = json.loads((place / "truth.json").read_text("utf-8"))
        return Made(place / "root", place / "templates", truth, place)
    made = season(place, units, papers, **more)
    (place / "stamp").write_text(stamp, "utf-8")
    return made


def main() -> None:
    """The command `python -m tests.bench.season.made`."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.season.made", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("place", type=Path, help="a folder of its own: it is removed first")
    parser.add_argument("--units", type=int, default=200)
    parser.add_argument("--papers", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--year", type=int, default=2024)
    parser.add_argument("--follows", action="store_true", help="a year after the season of "
                        "the same --seed and --year one less: its units take papers from that one")
    parser.add_argument("--scans", type=float, default=0.02, help="share of pictures")
    parser.add_argument("--small", action="store_true", help="every paper a page at most")
    parser.add_argument("--twins", action="store_true", help="two units of one name")
    given = vars(parser.parse_args())
    made = season(given.pop("place"), given.pop("units"), given.pop("papers"), **given)
    told = {key: len(value) for key, value in made.truth.items() if isinstance(value, list)}
    print(f"{made.root}: {made.truth['papers']} files, {told}")


if __name__ == "__main__":
    main()
