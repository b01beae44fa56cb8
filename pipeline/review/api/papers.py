"""The papers themselves: what stands around a passage, the page it is on, search, downloads."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from itertools import islice
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Query
from starlette.responses import Response

from pipeline.report import printable
from pipeline.report.printable import clean, safe
from pipeline.report.record.photo import is_photo
from pipeline.review import cards
from pipeline.review.api import checks
from pipeline.review.api.appended import scoped
from pipeline.review.given import Unmask
from pipeline.review.opened import note_opened, opened_by
from pipeline.review.originals import Asked, Shown
from pipeline.review.problem import Problem, nowhere
from pipeline.review.run import Run, file_target, passage_target
from pipeline.review.seating import decided, seating
from pipeline.review.visit import Visit
from pipeline.store.decisions import KeyTaken, append, fresh_key
from pipeline.store.decisions.entry import Write

Row = dict[str, Any]

AROUND = 400
"""Paragraphs or rows that are shown with a passage."""
MOST = 100
PENDING = "pending"
"""A page that is being made: the text is shown at once, and the page asks again."""
Target = Annotated[str, Query(pattern=r"^[pf]:[0-9a-f]{16}$")]


def papers(visit: Visit, unit: str) -> list[Row]:
    """All files of the unit, by path."""
    run = visit.run
    return [{
        "path": safe(row["path"]), "sha16": (row["sha256"] or "")[:16], "status": row["status"],
        "reason": row["reason"], "reason_text": printable.named("reason", row["reason"]),
        "next": printable.named("next", row["reason"]), "title": safe(row["title"]),
        "document_type": row["document_type"], "number": safe(row["number"]) or None,
        "dated": row["dated"], "pages": row["pages"], "flags": row["flags"],
        "target": file_target(row["sha256"]) if row["sha256"] else None,
        "photo": is_photo(row),
    } for row in run.files.values()]


def search(visit: Visit, unit: str, q: Annotated[str, Query(min_length=1, max_length=100)],
           limit: Annotated[int, Query(ge=1, le=MOST)] = 50) -> list[Row]:
    """Passages and papers with these words, proposed or not."""
    run = visit.run
    with visit.reading() as conn:
        place = seating(conn, visit)
        evidence = decided(conn, visit, place, "evidence")
        opened = opened_by(conn, visit)
    with run.ledger() as ledger:
        rows = list(ledger.search(q, limit))
    found = [*islice(_files(run, q), 10), *(_passage(run, row, q) for row in rows)]
    by_target: dict[str, dict[str, int]] = {}
    for subject, one in evidence.items():
        indicator, _, target = subject.partition("|")
        by_target.setdefault(target, {})[indicator] = one.version
    for row in found:
        row["versions"] = by_target.get(row["target"], {})
        row["opened"] = row["target"] in opened
        # What people attached is in the list as what was proposed is.
        attached = [id for id in row["versions"] if (
            one := evidence[f"{id}|{row['target']}"]).state["verdict"] == "accepted"]
        row["indicators"] = list(dict.fromkeys(
            [*run.proposed_for.get(row["target"], ()), *attached]))
    return found


def original(visit: Visit, unit: str, target: Target, indicator: Annotated[
        str, Query(max_length=64)] = "", page: Annotated[int, Query(ge=1, le=100_000)] = 0) -> Row:
    """Where a target stands: the text around it, and its page as a picture. From now on this
    account has opened it."""
    run = visit.run
    file = run.file_of(target)
    if file is None:
        told = _orphan(visit, target, indicator)
    else:
        passage = run.passage(target)
        shown = _shown(visit, run, file, passage, page)
        told = {
            "target": target, "path": safe(file["path"]), "title": safe(file["title"]),
            "missing": shown.reason == "missing" or cards.missing(run, file["path"]),
            "unread_reason": file["reason"] if _lacks(file) else None,
            "unread_text": printable.named("reason", file["reason"]) if _lacks(file) else "",
            "text": list(_around(run, file["path"], passage)),
            "picture": _picture(visit, file, passage, shown, target),
            "pending": shown.reason == PENDING,
            "reason": None if shown.reason == PENDING else shown.reason,
            "sha16": file["sha256"][:16] if file["sha256"] else None,
        }
    if "decide" in visit.may and not visit.by_token:
        note_opened(visit, target)
    return told


def picture(visit: Visit, unit: str, sha16: str, page: int, target: Target = "") -> Response:
    """A page of an original as a PNG; 204 where it is being made, and (with `X-Picture: none`)
    where there is none."""
    run = visit.run
    file = run.by_hash.get(sha16)
    if file is None or not 1 <= page <= 100_000:
        raise nowhere()
    passage = run.passage(target) if target else None
    if passage is not None and run.files[passage["path"]]["sha256"] != file["sha256"]:
        passage = None
    shown = _shown(visit, run, file, passage, page)
    if shown.reason == PENDING:
        # Nothing yet, and nothing wrong: to be asked for again.
        return Response(status_code=204, headers={"Cache-Control": "no-store"})
    if shown.picture is None:
        # Of such a paper there is none: an answer, and no mistake of whoever asked.
        return Response(status_code=204, headers={
            "X-Picture": "none", "Cache-Control": "private, max-age=60"})
    if shown.page != page:
        raise nowhere()
    try:
        data = shown.picture.read_bytes()
    except OSError:
        raise nowhere() from None
    # The name of a picture is the hash of its original: it never changes under that name.
    return Response(data, media_type="image/png", headers={
        "Cache-Control": "private, max-age=3600", "Vary": "Cookie"})


def download(visit: Visit, unit: str, sha16: str) -> Response:
    """The original itself, as a file to be saved; that it was is in the audit."""
    run = visit.run
    file = run.by_hash.get(sha16)
    if file is None:
        raise nowhere()
    data = visit.office.original(_asked(run, file, 1, ""))
    if data is None:
        raise Problem(404, "original_missing")
    audited(visit, "downloaded", file_target(file["sha256"]), {"sha256": file["sha256"]})
    # Masked as on every page; what masks is no letter that every system has in names of files.
    name = safe(file["path"]).replace("!/", "/").rpartition("/")[2].replace("*", "＊") or sha16
    return Response(data, media_type="application/octet-stream", headers={
        "Content-Disposition": "attachment; filename=\"original\"; "
        f"filename*=UTF-8''{quote(name, safe='')}"})


def unmask(visit: Visit, given: Unmask, unit: str) -> Row:
    """A passage with what is masked; who, when and why stands in the audit."""
    passage = visit.run.passage(given.target)
    if passage is None:
        raise nowhere()
    audited(visit, "unmasked", given.target, {}, note=checks.reason_of(given.reason),
            key=scoped("unmask", given.key))
    return {"target": given.target, "text": clean(passage["text"])}


def audited(visit: Visit, kind: str, subject: str, state: Row, note: str = "", key: str = "",
            office: bool = False) -> None:
    """Append what was done to the unit's chain (or the office's)."""
    write = Write(unit="" if office else visit.unit_id, account=visit.id, seat="", kind=kind,
                  subject=subject, version=None, state=state, note=note,
                  key=key or fresh_key(), entry_at=visit.now)
    try:
        with visit.writing() as conn:
            append(conn, write)
    except KeyTaken:
        raise Problem(409, "key_taken") from None


# --- where it stands --------------------------------------------------------------------------


def _asked(run: Run, file: Row, page: int, text: str) -> Asked:
    return Asked(out=run.out, folder=run.header["folder"], path=file["path"],
                 sha256=file["sha256"] or "", page=page, text=text)


def _shown(visit: Visit, run: Run, file: Row, passage: Row | None, page: int) -> Shown:
    first = cards.first_page((passage or {}).get("places", ()))
    return visit.office.show(_asked(run, file, page or first,
                                    passage["text"] if passage else ""))


def _lacks(file: Row) -> bool:
    """Whether something of it was to be read, and was not."""
    return file["status"] != "duplicate" and not is_photo(file)


def _picture(visit: Visit, file: Row, passage: Row | None, shown: Shown, target: str
             ) -> Row | None:
    if shown.picture is None or not file["sha256"]:
        return None
    own = [one["box"] for one in (passage or {}).get("places", ())
           if one.get("page") == shown.page] if shown.as_read else []
    url = (f"/api/units/{visit.unit_id}/pictures/{file['sha256'][:16]}/{shown.page}"
           f"?target={target}")
    return {"page": shown.page, "pages": shown.pages, "width": shown.width,
            "height": shown.height, "boxes": [list(box) for box in (shown.boxes or own)],
            "url": url}


def _around(run: Run, path: str, passage: Row | None) -> Iterator[Row]:
    """The paper's paragraphs or rows, with the passage in the middle of what is shown."""
    with run.ledger() as ledger:
        rows = list(ledger.passages(path))
    marked = next((at for at, row in enumerate(rows)
                   if passage and row["passage"] == passage["passage"]), 0)
    start = max(0, min(marked - AROUND // 2, len(rows) - AROUND))
    for number, row in enumerate(rows[start:start + AROUND], start + 1):
        yield {"number": number, "text": safe(row["text"]),
               "target": passage_target(row["passage"]),
               "marked": bool(passage and row["passage"] == passage["passage"])}


def _orphan(visit: Visit, target: str, indicator: str) -> Row:
    """What was decided on and is not there any more, as it was shown then."""
    with visit.reading() as conn:
        evidence = decided(conn, visit, seating(conn, visit), "evidence")
    one = evidence.get(f"{indicator}|{target}")
    if one is None:
        raise nowhere()
    text = safe(one.shown.get("text"))
    return {"target": target, "path": safe(one.shown.get("path")),
            "title": safe(one.shown.get("title")), "missing": True, "unread_reason": None,
            "unread_text": "", "picture": None, "pending": False,
            "reason": "missing", "sha16": None,
            "text": [{"number": 1, "text": text, "target": target, "marked": True}]}


# --- search -----------------------------------------------------------------------------------


def _files(run: Run, q: str) -> Iterator[Row]:
    wanted, _ = _folded(q)
    for row in run.files.values():
        path, title = safe(row["path"]), safe(row["title"])
        if wanted and row["sha256"] and (wanted in _folded(path)[0]
                                         or wanted in _folded(title)[0]):
            yield {"target": file_target(row["sha256"]), "path": path, "title": title,
                   "photo": is_photo(row), "text": "", "spans": [], "place": "", "headings": [],
                   "original_missing": cards.missing(run, row["path"])}


def _passage(run: Run, row: Row, q: str) -> Row:
    text = safe(row["text"])
    return {"target": passage_target(row["passage"]), "path": safe(row["path"]),
            "photo": False, "title": safe(run.files[row["path"]]["title"]), "text": text,
            "spans": list(_hits(text, q)), "place": printable.places(row["places"]),
            "headings": [safe(one) for one in row["headings"]],
            "original_missing": cards.missing(run, row["path"])}


def _hits(text: str, q: str) -> Iterator[Row]:
    """Where the words stand in the text, whatever white space or width lies between."""
    folded, at = _folded(text)
    wanted, _ = _folded(q)
    start = folded.find(wanted) if wanted else -1
    while start >= 0:
        end = start + len(wanted)
        yield {"start": at[start], "end": at[end - 1] + 1, "by": "rule"}
        start = folded.find(wanted, end)


def _folded(text: str) -> tuple[str, list[int]]:
    """The text as it is compared, and where each of its letters stood."""
    letters: list[str] = []
    at: list[int] = []
    for place, letter in enumerate(text):
        for one in unicodedata.normalize("NFKC", letter).casefold():
            if not one.isspace():
                letters.append(one)
                at.append(place)
    return "".join(letters), at
