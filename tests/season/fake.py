"""Seasons as a run leaves them behind: the ledger filled, no paper read. All names are made up, and
some of them are hostile."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.rubric.calendar import slot_periods, years
from pipeline.rubric.load import load as read_rubric
from pipeline.store.season import NAME, SeasonLedger

Row = dict[str, Any]

load = cache(read_rubric)

AS_OF = "2024-11-21"
HEADER = {"rubric": "yuxi-2024", "period": None, "model": {"id": "none", "sha256": "0" * 64},
          "ocr": "later", "as_of": AS_OF, "finished": True, "notices": []}
KINDS = ("机关", "学校", "医院", "企业", "乡镇")
COUNTIES = ("云岭区", "岚河县", "松台县", "白石县", "青岗市")
PLACES = ("岚河", "松台", "白石", "青岗", "云岭", "石桥", "柳湾", "东岭", "清溪", "望月")
OFFICES = ("交通运输局", "教育体育局", "第一中学", "人民医院", "水务局", "农业农村局",
           "文化和旅游局", "卫生健康局", "镇人民政府", "供销合作社")


def unit(name: str, *, dir: str | None = None, kind: str | None = "机关",
         county: str | None = "云岭区", rubric: str = "yuxi-2024", names: Sequence[str] = (),
         problem: Row | None = None) -> Row:
    """A row of the plan."""
    return {"dir": dir or name, "name": name, "kind": kind, "county": county,
            "source": f"/somewhere/secret/{name}", "rubric": rubric, "names": [name, *names],
            "period": None, "bytes": 1000, "files": 10, "problem": problem}


def summary(rubric: str = "yuxi-2024", period: str | None = None, *, state: str = "performed",
            first: str | None = "2024-03-01", slots: Row | None = None,
            proposed: str = "covered", of: Row | None = None, draw: random.Random | None = None,
            **more: Any) -> Row:
    """What a unit's ledger told: every slot in the same `state`, but for those in `slots`
    ({(requirement, period): {...}}), or drawn by lot; `of` are other proposals by indicator."""
    asks = load(rubric)
    asked = years(period or asks.period)
    entries = []
    for item in asks.items:
        mine = [one for one in item.requirements if one.owed_by == "unit"]
        its = []
        for one in mine:
            for when in slot_periods(one.cadence, asked, one.since):
                lot = draw.choices(("performed", "planned", "nothing", "unread"),
                                   (6, 2, 3, 1))[0] if draw else state
                slot = {"requirement": one.id, "period": when, "state": lot,
                        "count": one.least if lot == "performed" else 0, "need": one.least,
                        "first": first if lot == "performed" else None,
                        "last": first if lot == "performed" else None}
                its.append(slot | (slots or {}).get((one.id, when), {}))
        known = {slot["state"] for slot in its}
        if draw:
            found = "missing" if known == {"nothing"} else "covered" if known == {"performed"} \
                else draw.choice(("partial", "partial", "undetermined", "covered"))
        else:
            found = proposed
        if not mine and item.requirements:
            found = "context"
        if item.shown_only:
            found = "shown_only"
        entries.append({
            "id": item.id, "kind": "duty" if item in asks.duties else "indicator",
            "proposed": "beyond_documents" if item.beyond_documents else (of or {}).get(
                item.id, found),
            "periods": {} if found in ("context", "shown_only") else {
                year: draw.choice(("performed", "planned", "nothing", "unread")) if draw else state
                for year in asked},
            "why": {"code": "", "args": {}}, "slots": its,
            "planned_only": [asked[-1]] if draw and draw.random() < .07 else [],
        })
    return {"rubric": asks.id, "period": list(asked), "files": 10, "bytes": 1_000_000, "pages": 40,
            "statuses": {"read": 10}, "unread": {}, "pages_pending": 0, "pages_to_recognise": 0,
            "hours_left": 0.0, "entries": entries, "flags": {}} | more


def answer(told: Row | None = None, **more: Any) -> Row:
    """A unit's answer, done unless said otherwise."""
    return {"state": "done", "problem": None, "key": "k", "versions": {"rubric_sha256": "ab" * 32},
            "unchanged": False, "opened": 10, "recognised": 0, "seconds": 1.0,
            "summary": told} | more


def season(place: Path, units: Iterable[tuple[Row, Row | None]], **header: Any) -> Path:
    """A season's folder with its ledger: (row of the plan, answer or None) for each unit."""
    place.mkdir(parents=True, exist_ok=True)
    known = list(units)
    with SeasonLedger(place / NAME, fresh=True) as ledger:
        ledger.put_header({**HEADER, **header})
        ledger.plan(row for row, _ in known)
        for row, told in known:
            if told is not None:
                ledger.ended(row["dir"], told)
    return place


def many(place: Path, count: int, rubric: str = "yuxi-2024", seed: int = 7) -> Path:
    """A season of that many units, drawn by lot."""
    draw = random.Random(seed)

    def units() -> Iterable[tuple[Row, Row | None]]:
        for number in range(count):
            name = (f"{draw.choice(PLACES)}{draw.choice(COUNTIES)[-1]}{draw.choice(OFFICES)}"
                    + (f"{number:05}" if count > 20 else str(number)))
            about = unit(name, kind=draw.choice(KINDS), county=draw.choice(COUNTIES), rubric=rubric)
            if number % 50 == 17:
                yield about | {"problem": {"key": "folder_empty", "args": {"folder": f"/x/{name}"}}
                               }, None
                continue
            unread = {draw.choice(("ocr_pending", "encrypted", "corrupt")): draw.randint(1, 9)} \
                if draw.random() < .3 else {}
            waits = unread.get("ocr_pending", 0) * 4
            yield about, answer(summary(
                rubric, draw=draw, first=f"202{draw.randint(2, 4)}-0{draw.randint(1, 9)}-11",
                unread=unread, pages_pending=waits, hours_left=round(waits * 9 / 3600, 2)))

    return season(place, units())
