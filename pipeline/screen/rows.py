"""Rows of coverage.json as a worker writes them: a file of which nothing was read, a flag, a place.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipeline.errors import Reason
from pipeline.evidence import Flag, InParagraph, InRow, OnLine, OnPage, Place, Span
from pipeline.privacy import mask

Row = dict[str, Any]


def unread(path: str, sha256: str, reason: Reason, status: str = "unread") -> Row:
    """The row of a file of which nothing was read."""
    return {
        "path": path, "sha256": sha256 or None, "status": status, "reason": reason, "title": "",
        "document_type": None, "issuer": None, "number": None, "dated": None, "dated_from": None,
        "pages": None, "pages_recognised": 0, "pages_pending": 0, "members": None, "flags": [],
        "flag_details": [], "same_as": None,
    }


def flag_row(flag: Flag) -> Row:
    """A flag in the shape of `flag_details[]`."""
    where = mask(flag.where) if flag.where else None
    return {"code": flag.code, "other": flag.other, "where": where, "why": flag.why}


def place_row(place: Place) -> Row:
    """A place in the shape of `places[]`."""
    match place:
        case OnPage(page, box):
            return {"page": page, "box": [round(side, 1) for side in box]}
        case InParagraph(paragraph, within):
            return {"paragraph": paragraph, "in": within}
        case InRow(sheet, row):
            return {"sheet": sheet, "row": row}
        case OnLine(line):
            return {"line": line}


def joined_spans(spans: Sequence[Span]) -> list[list[int]]:
    """Spans in order, those that overlap or touch made one."""
    joined: list[list[int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1][1] = max(end, joined[-1][1])
        else:
            joined.append([start, end])
    return joined
