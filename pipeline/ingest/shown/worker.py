"""The process that opens originals to be shown: its jobs and what it answers.

Confined as the readers' is, and written to by whatever file it opens: what it says is bounded and
checked by whoever asked.

Every job has `folder` (`records.coded`), `path` and `sha256` of the original. Every answer has
`stamp` (see `fetched.Stamp`), or `reason`.
"""

from __future__ import annotations

import base64
import hashlib
import traceback
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pipeline.errors import Unreadable
from pipeline.ingest import kinds
from pipeline.ingest.confined import records, worker
from pipeline.ingest.shown import drawn, fetched, found, paged
from pipeline.ingest.shown.drawn import Sheet
from pipeline.ingest.shown.small import png

MOST_KEPT = 64 * 1024 * 1024
"""Bytes of originals that are kept, so that the next page of one is there at once."""
UNCLEAN = ("memory", "crash", "timeout")

Row = dict[str, Any]
Job = Mapping[str, Any]


def main() -> None:
    """A worker process: the setup on the first line, then a job a line."""
    worker.serve(lambda setup: Opened(records.decoded(setup["scratch"])).answer)


class Opened:
    """The originals that were opened last; `scratch` is where what is too large to be said is
    left, each under its job's number."""

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._kept: OrderedDict[tuple[object, ...], bytes] = OrderedDict()
        self._words: tuple[str, list[drawn.Strip], found.Words] | None = None

    def answer(self, job: Job) -> Row:
        """The record of one job. Whatever a hostile file brings about costs that file alone."""
        verbs: dict[str, Callable[[Job], Row]] = {
            "wake": lambda job: {}, "page": self._page, "convert": self._convert,
            "converted": self._converted, "fetch": self._fetch,
        }
        try:
            return {"number": job["number"], **verbs[job["do"]](job)}
        except Unreadable as error:
            spoilt = error.reason in UNCLEAN or error.reason.startswith("limit_")
            return {"number": job["number"], "reason": error.reason, "unclean": spoilt}
        except MemoryError:
            return {"number": job["number"], "reason": "memory", "unclean": True}
        except Exception:
            traceback.print_exc()  # the log keeps what it was
            return {"number": job["number"], "reason": "crash", "unclean": True}

    def _page(self, job: Job) -> Row:
        """`page` of a paper with pages: its picture; of others `convert`: whether they can be."""
        data, stamp = self._original(job)
        kind = _kind(data, job)
        if kind in drawn.PAGED:
            return {"stamp": stamp, **_said(drawn.sheet(data, kind, job["page"]))}
        if kind in paged.ENDINGS:
            return {"stamp": stamp, "convert": True}
        return {"stamp": stamp, "reason": "unsupported"}

    def _convert(self, job: Job) -> Row:
        """The PDF that LibreOffice makes of a paper, left in the scratch."""
        data, stamp = self._original(job)
        kind = _kind(data, job)
        if kind not in paged.ENDINGS:
            raise Unreadable("unsupported_format", kind)
        return {"stamp": stamp, **self._left(job, paged.pdf(data, kind))}

    def _converted(self, job: Job) -> Row:
        """A page of such a PDF (`place`, `pdf_sha256`): `page`, with boxes if `text` stands there;
        for page 1 the one where it stands. Or, if it stands nowhere, and `page` is the number of a
        picture in the paper which is a page of its own (`own`), that picture. `stale`: the PDF is
        not what it was."""
        place = records.decoded(job["place"])
        data = self._kept.get((place, job["pdf_sha256"])) or _bytes(place)
        if hashlib.sha256(data).hexdigest() != job["pdf_sha256"]:
            return {"stale": True}
        self._keep((place, job["pdf_sha256"]), data)
        if self._words is None or self._words[0] != job["pdf_sha256"]:
            self._words = (job["pdf_sha256"], drawn.strips(data), found.words(data))
        _, among, words = self._words
        if not job["text"]:
            return _said(drawn.strip(data, among, job["page"]))
        number, boxes = min(job["page"], max(len(among), 1)), []
        near = among[number - 1].page if among else 1
        where = found.find(data, words, job["text"], near)
        if where is None and job["page"] > 1 and (own := self._own(job)):
            return own
        if where is not None:
            stands, lines = drawn.on_strip(among, *where)
            # somebody turns the pages, who would not get away from it otherwise
            if number in (1, stands):
                number, boxes = stands, lines
        return {"boxes": boxes, **_said(drawn.strip(data, among, number))}

    def _own(self, job: Job) -> Row | None:
        """A picture in a paper that the readers took for a page of its own."""
        data, _ = self._original(job)
        kind = _kind(data, job)
        if kind not in kinds.PICTURES or kind in ("pptx", "ppt", "odp"):
            return None
        try:
            size = next(((page.width, page.height) for page in kinds.read(data, job["path"])
                         if page.number == job["page"] and page.width), None)
            if size is None:
                return None
            picture = drawn.fitted(kinds.picture(data, kind, job["page"]), *size)
        except Unreadable:
            return None
        return {"own": True, **_said(Sheet(picture, *size, job["page"], 0))}

    def _fetch(self, job: Job) -> Row:
        """The original itself, left in the scratch."""
        data, stamp = self._original(job)
        return {"stamp": stamp, **self._left(job, data)}

    def _original(self, job: Job) -> tuple[bytes, fetched.Stamp]:
        folder, path, sha256 = records.decoded(job["folder"]), job["path"], job["sha256"]
        stamp = fetched.stamp(folder, path)
        key = (folder, path, sha256, stamp)
        if stamp and key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key], stamp
        data, stamp = fetched.fetched(folder, path, sha256)
        self._keep((folder, path, sha256, stamp), data)
        return data, stamp

    def _keep(self, key: tuple[object, ...], data: bytes) -> None:
        self._kept[key] = data
        self._kept.move_to_end(key)
        while len(self._kept) > 1 and sum(map(len, self._kept.values())) > MOST_KEPT:
            self._kept.popitem(last=False)

    def _left(self, job: Job, data: bytes) -> Row:
        name = f"left-{job['number']}"
        (self._scratch / name).write_bytes(data)
        return {"left": name, "size": len(data), "left_sha256": hashlib.sha256(data).hexdigest()}


def _kind(data: bytes, job: Job) -> str:
    kind = kinds.sniff(data, job["path"])
    if kind in ("empty", "encrypted"):
        raise Unreadable("empty" if kind == "empty" else "encrypted")
    return kind


def _said(sheet: Sheet) -> Row:
    return {
        "png": base64.b64encode(png(sheet.picture)).decode("ascii"), "page": sheet.number,
        "pages": sheet.pages or None, "width": round(sheet.width, 2),
        "height": round(sheet.height, 2),
    }


def _bytes(place: Path) -> bytes:
    try:
        return place.read_bytes()
    except OSError:
        return b""


if __name__ == "__main__":
    main()
