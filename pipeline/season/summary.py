"""What an overview needs of a unit, read once from the unit's own ledger."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from pipeline.store.ledger import Ledger

Row = dict[str, Any]


def of(place: Path) -> Row:
    """{"key", "versions", "summary"} of the finished ledger at `place`; the summary holds no words
    of papers. A paper that flows counts as one page."""
    with Ledger(place) as ledger:
        header = ledger.header()
        flags: Counter[str] = Counter()
        unread: Counter[str] = Counter()
        files = pages = 0
        for row in ledger.files():
            files += 1
            flags.update(row["flags"])
            if row["status"] in ("read", "partly_read"):
                pages += row["pages"] or 1
            if row["status"] in ("unread", "partly_read"):
                unread[row["reason"]] += 1
        entries = [_entry(kind, one, header["dates"].get(one["id"], {}))
                   for kind in ("indicator", "duty") for one in ledger.entries(_PLURAL[kind])]
        ocr, versions = header["ocr"], header["versions"]
        return {
            "key": header["key"],
            "versions": {**versions, "model_sha256": header["model"]["sha256"],
                         "rubric_sha256": header["rubric_sha256"]},
            "summary": {
                "rubric": header["rubric"], "period": header["period"], "files": files,
                "bytes": header["bytes"], "pages": pages,
                "statuses": dict(sorted(ledger.statuses().items())),
                "unread": dict(sorted(unread.items())), "pages_pending": ocr["pending"],
                "pages_to_recognise": header["unseen"],
                "hours_left": round(header["unseen"] * ocr["seconds_a_page"] / 3600, 2),
                "entries": entries, "flags": dict(sorted(flags.items())),
            },
        }


_PLURAL = {"indicator": "indicators", "duty": "duties"}


def _entry(kind: str, entry: Row, dates: Row) -> Row:
    promised = {period for of in dates.values() for period, slot in of.items() if slot["promised"]}
    done = {period for of in dates.values() for period, slot in of.items() if slot["done"]}
    return {
        "id": entry["id"], "kind": kind, "proposed": entry["proposed"],
        "periods": entry["periods"],
        "why": {"code": entry["why"]["code"], "args": entry["why"]["args"]},
        "slots": [_slot(one["id"], period, slot, dates) for one in entry["requirements"]
                  for period, slot in one["slots"].items()],
        "planned_only": sorted(promised - done),
    }


def _slot(requirement: str, period: str, slot: Row, dates: Row) -> Row:
    dated = dates.get(requirement, {}).get(period, {})
    return {"requirement": requirement, "period": period, **slot, "first": dated.get("first"),
            "last": dated.get("last")}
