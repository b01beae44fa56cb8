"""coverage.json: the ledger's rows, one after another, in a fixed order of keys.

A line for each file and each piece of evidence, so that two reports can be compared line by line;
written as it is read, so that memory does not grow with the number of papers.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from pipeline.privacy import mask
from pipeline.store.ledger import Ledger

Row = dict[str, Any]

HEADER = ("rubric", "rubric_sha256", "unit", "period", "period_from", "versions", "model", "ocr")
FILE = ("path", "sha256", "status", "reason", "title", "document_type", "issuer", "number",
        "dated", "dated_from", "pages", "pages_recognised", "pages_pending", "members", "flags",
        "flag_details", "same_as")
FLAG = ("code", "other", "where", "why")
ENTRY = ("id", "proposed", "periods", "why", "requirements")
REQUIREMENT = ("id", "mandatory", "slots")
SLOT = ("state", "count", "need")
EVIDENCE = ("passage", "path", "places", "headings", "text", "stage", "year", "year_from", "years",
            "kind", "counts", "why_not", "serves", "confidence", "reading_confidence", "cast_by",
            "themes", "matched", "because")


def write_json(target: Path, ledger: Ledger) -> None:
    """Write the coverage to `target`. A key that the ledger lacks is a defect: KeyError."""
    header = ledger.header()
    header["versions"] = dict(sorted(header["versions"].items()))
    header["unit"] = [mask(name) for name in header["unit"]]
    with target.open("wb") as out:
        out.write(b"{\n")
        for key in HEADER:
            out.write(f'"{key}":'.encode() + orjson.dumps(header[key]) + b",\n")
        _list(out, "files", (orjson.dumps(_file(row)) for row in ledger.files()), b",\n")
        for kind, end in (("indicators", b",\n"), ("duties", b"\n")):
            _entries(out, kind, ledger, end)
        out.write(b"}\n")


def schema() -> Row:
    """The JSON Schema of what `write_json` writes."""
    text = Path(__file__).with_name("coverage.schema.json").read_text("utf-8")
    found: Row = json.loads(text)
    return found


def _entries(out: BinaryIO, kind: str, ledger: Ledger, end: bytes) -> None:
    out.write(f'"{kind}":['.encode())
    between = b"\n"
    for entry in ledger.entries(kind):
        out.write(between + orjson.dumps(_entry(entry))[:-1] + b",\n")
        found = (orjson.dumps(_evidence(row)) for row in ledger.evidence(entry["id"]))
        _list(out, "evidence", found, b"}")
        between = b",\n"
    out.write(b"\n]" + end)


def _list(out: BinaryIO, key: str, rows: Iterable[bytes], end: bytes) -> None:
    out.write(f'"{key}":['.encode())
    between = b"\n"
    for row in rows:
        out.write(between + row)
        between = b",\n"
    out.write((b"\n]" if between != b"\n" else b"]") + end)


def _file(row: Row) -> Row:
    told = _take(FILE, row)
    _masked(told, "path", "title", "issuer", "number", "same_as")
    told["flag_details"] = [
        _masked(_take(FLAG, flag), "other", "where", "why") for flag in row["flag_details"]
    ]
    return told


def _entry(row: Row) -> Row:
    told = _take(ENTRY, row)
    why = row["why"]
    told["why"] = {
        "code": why["code"],
        "args": {name: _mask_in(value) for name, value in sorted(why["args"].items())},
        "text": mask(why["text"]),
    }
    told["requirements"] = [
        {**_take(REQUIREMENT, asked),
         "slots": {period: _take(SLOT, slot) for period, slot in asked["slots"].items()}}
        for asked in row["requirements"]
    ]
    return told


def _evidence(row: Row) -> Row:
    told = _masked(_take(EVIDENCE, row), "path", "text")
    told["headings"] = [mask(heading) for heading in row["headings"]]
    told["places"] = [
        {**place, "sheet": mask(place["sheet"])} if "sheet" in place else place
        for place in row["places"]
    ]
    return told


def _take(keys: tuple[str, ...], row: Row) -> Row:
    return {key: row[key] for key in keys}


def _masked(row: Row, *keys: str) -> Row:
    for key in keys:
        row[key] = _mask_in(row[key])
    return row


def _mask_in(value: Any) -> Any:
    return mask(value) if isinstance(value, str) else value
