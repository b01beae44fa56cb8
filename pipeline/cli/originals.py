"""What the server is handed for showing originals: workers of ingest, and the pages they drew.

Nothing of a paper is opened in this process. One worker draws; a second, started when it is needed
and ended when it is not, waits for LibreOffice, so that nobody's page waits for that.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
import stat
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import IO, Any, TypeVar

from pipeline.ingest.archive import LIMIT_BYTES
from pipeline.ingest.confined import records
from pipeline.ingest.confined.scratch import remove
from pipeline.ingest.shown import fetched
from pipeline.ingest.shown.lane import Lane
from pipeline.ingest.version import version
from pipeline.review.originals import Asked, Shown
from pipeline.store.pages import Pages, Row

PAGE_SECONDS, FETCH_SECONDS, CONVERT_SECONDS = 30.0, 120.0, 150.0
"""Wall time for a page, for an original (a container may have to be unpacked), and for LibreOffice
(more than its own limit, `word.office.SECONDS`)."""
PATIENCE = 1.0
"""Seconds that `show` waits for a page: what takes longer is `pending`, and asked for again. For
what LibreOffice has to convert it does not wait at all: the text is there to be read meanwhile."""
MOST_BEGUN = 128
"""Pages that are made, or wait for a worker, at a time."""
IDLE = 120.0
"""Seconds without a paper to convert, after which the second worker ends."""
FOLDER = "pages"
"""In OUT."""
REFUSED_SECONDS = 600.0
"""For so long a page that could not be drawn is not tried again, unless its file has changed."""
MOST_REFUSED = 10_000

_SHA256 = re.compile(r"[0-9a-f]{64}")
_PNG = b"\x89PNG\r\n\x1a\n"
_MISSING = frozenset({"vanished", "changed_during_run", "link", "unsafe_path"})
_Given = TypeVar("_Given")


class _Refused(Exception):
    """There is no picture, for this reason."""


class Originals:
    """Shows originals, to any number of threads at once; to be closed. `show` and `original` are
    what `pipeline.review.originals` promises."""

    def __init__(self) -> None:
        self._scratch = Path(tempfile.mkdtemp(prefix="zuozheng-"))
        # what the workers print may have words of papers in it: it is not kept
        self._log = Path(os.devnull).open("ab")  # noqa: SIM115
        self._drawing = Lane(self._scratch, self._log)
        self._converting = Lane(self._scratch, self._log, idle=IDLE)
        self._pool = ThreadPoolExecutor(MOST_BEGUN, "originals")
        self._version = version()[:8]
        self._lock = Lock()
        self._pages: dict[Path, Pages] = {}
        self._drawn_now: dict[object, tuple[Future[Shown], Future[None]]] = {}
        self._begun: dict[object, Future[Any]] = {}
        self._refused: dict[object, tuple[str, float]] = {}

    def __enter__(self) -> Originals:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the workers, and remove what they left."""
        self._drawing.close()
        self._converting.close()
        self._pool.shutdown()
        self._log.close()
        remove(self._scratch)

    def wake(self, units: Iterable[tuple[Path, str]]) -> None:
        """Start the worker that draws, for these units (OUT, folder), before the first is asked
        for. One that is missing costs its first page a fresh worker."""
        places: list[Path] = []
        for out, folder in units:
            try:
                places += [Path(_found(out, folder)), self._kept_in(out).place]
            except OSError:
                continue
        self._drawing.wake(places)

    def show(self, asked: Asked) -> Shown:
        """The page asked for, drawn now or kept from before. Never raises for what an original or
        OUT is like: then there is a reason."""
        if not _SHA256.fullmatch(asked.sha256) or asked.page < 1:
            return Shown(None, page=asked.page, reason="missing")
        asked = replace(asked, folder=_found(asked.out, asked.folder))
        stamp = fetched.stamp(Path(asked.folder), asked.path)
        try:
            pages = self._kept_in(asked.out)
        except OSError:
            return Shown(None, page=asked.page, reason="permission")
        kept = self._kept(pages, asked, stamp)
        if kept is not None:
            return kept
        refusal = (asked.out, asked.sha256, asked.page, stamp)
        known, until = self._refused.get(refusal, ("", 0.0))
        if stamp is not None and time.monotonic() < until:
            return Shown(None, page=asked.page, reason=known)

        def made(slow: Future[None]) -> Shown:
            try:
                return self._drawn(pages, asked, stamp, slow)
            except _Refused as refused:
                self._remember(refusal, str(refused))
                return Shown(None, page=asked.page, reason=str(refused))
            except OSError:
                return Shown(None, page=asked.page, reason="permission")

        try:
            begun, slow = self._begin((asked, stamp), made)
            either: list[Future[Any]] = [begun, slow]
            wait(either, PATIENCE, FIRST_COMPLETED)
            return begun.result(0)
        except TimeoutError:
            return Shown(None, page=asked.page, reason="pending")
        except CancelledError:
            return Shown(None, page=asked.page, reason="crash")

    def original(self, asked: Asked) -> bytes | None:
        """The bytes of an original, as they were screened; None where there are none any more."""
        if not _SHA256.fullmatch(asked.sha256):
            return None
        asked = replace(asked, folder=_found(asked.out, asked.folder))
        try:
            answer = self._answer(self._drawing, [Path(asked.folder)], FETCH_SECONDS, asked,
                                  "fetch")
            with self._left(answer) as stream:
                data = stream.read()
        except (_Refused, OSError):
            return None
        return data if hashlib.sha256(data).hexdigest() == asked.sha256 else None

    # --- what was drawn before ----------------------------------------------------------------

    def _kept_in(self, out: Path) -> Pages:
        """The pages of an OUT; where nothing can be written, they live as long as this server."""
        with self._lock:
            if out not in self._pages:
                try:
                    self._pages[out] = Pages(out / FOLDER)
                except OSError:
                    self._pages[out] = Pages(Path(tempfile.mkdtemp(dir=self._scratch)))
            return self._pages[out]

    def _kept(self, pages: Pages, asked: Asked, stamp: fetched.Stamp | None) -> Shown | None:
        """The page, if it was drawn from what still stands there."""
        if stamp is None:
            return None
        try:
            name, boxes, found = self._name(asked, asked.page), [], None
            if asked.text:
                found = pages.row(self._text_name(asked))
                if found and found["sha256"] == asked.sha256:
                    name, boxes = found["name"], found["boxes"]
            row = pages.row(name)
            if row is None or row["sha256"] != asked.sha256 or tuple(row["stamp"]) != stamp:
                return None
            if asked.text and not row["as_read"] and not found:
                return None
            picture = pages.picture(name, row["picture"])
            return _shown(row, picture, boxes) if picture else None
        except (KeyError, TypeError, ValueError, AttributeError):
            return None  # somebody wrote into it, or half of it

    def _name(self, asked: Asked, page: int, own: bool = False) -> str:
        return f"{asked.sha256[:16]}-{'own' if own else ''}{page}-{self._version}"

    def _text_name(self, asked: Asked) -> str:
        text = hashlib.sha256(asked.text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        return f"{asked.sha256[:16]}-text-{text}-{asked.page}-{self._version}"

    # --- what is drawn now --------------------------------------------------------------------

    def _drawn(self, pages: Pages, asked: Asked, stamp: fetched.Stamp | None,
               slow: Future[None]) -> Shown:
        """The page, drawn; `slow` is set where that waits for LibreOffice. Raises _Refused."""
        reads = [Path(asked.folder), pages.place]
        pdf = self._pdf_row(pages, asked)
        if pdf is None or stamp is None or tuple(pdf["stamp"]) != stamp:
            answer = self._answer(self._drawing, reads, PAGE_SECONDS, asked, "page",
                                  page=asked.page)
            if not answer.get("convert"):
                return self._put(pages, asked, answer, answer["stamp"], as_read=True)
            if self._pdf_row(pages, asked) is None:
                slow.set_result(None)
            pdf = self._converted(pages, asked, answer["stamp"])
        for _ in range(2):
            answer = self._answer(
                self._drawing, reads, PAGE_SECONDS, asked, "converted", page=asked.page,
                text=asked.text, pdf_sha256=pdf["pdf_sha256"],
                place=records.coded(pages.place / f"{asked.sha256[:16]}.pdf"),
            )
            if not answer.get("stale"):
                break
            pdf = self._converted(pages, asked, pdf["stamp"], anew=True)
        return self._put(pages, asked, answer, pdf["stamp"], as_read=answer.get("own", False))

    def _put(self, pages: Pages, asked: Asked, answer: Row, stamp: Any, as_read: bool) -> Shown:
        """Keep a page, and where the passage stands on it."""
        try:
            picture = base64.b64decode(answer["png"], validate=True)
        except (KeyError, binascii.Error):
            raise _Refused("crash") from None
        if not picture.startswith(_PNG):
            raise _Refused("crash")
        own = answer.get("own", False)
        name = self._name(asked, answer["page"], own)
        row = {
            "sha256": asked.sha256, "stamp": stamp, "as_read": as_read,
            "picture": hashlib.sha256(picture).hexdigest(), "width": answer["width"],
            "height": answer["height"], "page": answer["page"], "pages": answer["pages"],
        }
        place = pages.put(name, row, picture)
        boxes = answer.get("boxes", [])
        if asked.text and (own or not as_read):
            # whoever is shown a page asks for it by its number next
            for page in {asked.page, answer["page"]} if boxes else {asked.page}:
                pages.put(self._text_name(replace(asked, page=page)),
                          {"sha256": asked.sha256, "name": name, "boxes": boxes})
        return _shown(row, place, boxes)

    def _pdf_row(self, pages: Pages, asked: Asked) -> Row | None:
        row = pages.row(f"{asked.sha256[:16]}.pdf")
        try:
            sound = row is not None and row["sha256"] == asked.sha256 and len(row["stamp"]) == 2 \
                and bool(_SHA256.fullmatch(row["pdf_sha256"]))
        except (KeyError, TypeError):
            return None
        return row if sound else None

    def _converted(self, pages: Pages, asked: Asked, stamp: Any, anew: bool = False) -> Row:
        """What is kept of the PDF that LibreOffice made of a paper, or makes of it now."""
        def made() -> Row:
            row = None if anew else self._pdf_row(pages, asked)
            name = f"{asked.sha256[:16]}.pdf"
            if row is not None:
                pages.put(name, row | {"stamp": stamp})
                return row | {"stamp": stamp}
            answer = self._answer(self._converting, [Path(asked.folder)], CONVERT_SECONDS, asked,
                                  "convert")
            row = {"sha256": asked.sha256, "stamp": answer["stamp"],
                   "pdf_sha256": answer["left_sha256"]}
            with self._left(answer) as stream:
                pages.put_pdf(asked.sha256[:16], row, stream)
            return row

        # in the thread of whoever asks first: those that wait for it are threads of the same pool
        return self._once((pages.place, asked.sha256, anew), made)

    def _answer(self, lane: Lane, reads: list[Path], seconds: float, asked: Asked, verb: str,
                **more: Any) -> Row:
        """A worker's record. Raises _Refused."""
        answer = lane.ask(reads, seconds, do=verb, folder=records.coded(asked.folder),
                          path=asked.path, sha256=asked.sha256, **more)
        reason = answer if isinstance(answer, str) else answer.get("reason")
        if isinstance(answer, str) or reason:
            raise _Refused("missing" if reason in _MISSING else reason)
        return answer

    @contextmanager
    def _left(self, answer: Row) -> Iterator[IO[bytes]]:
        """The file that a worker left; nothing but a plain file of its own is opened."""
        name = answer.get("left", "")
        if not re.fullmatch(r"left-[0-9]{1,12}", name):
            raise _Refused("crash")
        place = self._scratch / name
        try:
            handle = os.open(place, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)
                             | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
            with os.fdopen(handle, "rb") as stream:
                about = os.fstat(handle)
                if not stat.S_ISREG(about.st_mode) or about.st_nlink != 1 \
                        or about.st_size > LIMIT_BYTES:
                    raise _Refused("crash")
                yield stream
        finally:
            place.unlink(missing_ok=True)

    def _begin(self, key: object, make: Callable[[Future[None]], Shown]
               ) -> tuple[Future[Shown], Future[None]]:
        """What is being made already, or from now on, and what is set where that takes long."""
        with self._lock:
            known = self._drawn_now.get(key)
            if known is not None:
                return known
            slow: Future[None] = Future()
            try:
                begun = self._pool.submit(make, slow)
            except RuntimeError:  # it is closed
                begun = Future()
                begun.set_exception(CancelledError())
                return begun, slow
            self._drawn_now[key] = begun, slow
        begun.add_done_callback(lambda _: self._drawn_now.pop(key, None))
        return begun, slow

    def _once(self, key: object, make: Callable[[], _Given]) -> _Given:
        """What is made for the first who asks is given to all who ask meanwhile."""
        with self._lock:
            begun = self._begun.get(key)
            mine: Future[Any] = Future()
            if begun is None:
                self._begun[key] = mine
        if begun is not None:
            given: _Given = begun.result()
            return given
        try:
            made = make()
            mine.set_result(made)
            return made
        except BaseException as error:
            mine.set_exception(error)
            raise
        finally:
            with self._lock:
                del self._begun[key]

    def _remember(self, refusal: object, reason: str) -> None:
        with self._lock:
            if len(self._refused) >= MOST_REFUSED:
                self._refused.clear()
            self._refused[refusal] = (reason, time.monotonic() + REFUSED_SECONDS)


def _found(out: Path, folder: str) -> str:
    """Where a submission stands now: where it stood, or beside OUT or one above, where both were
    moved together. That it is the same is left to the hash of each file."""
    if Path(folder).is_dir():
        return folder
    name = Path(folder).name
    for place in out.resolve().parents[:2]:
        if name and (place / name).is_dir():
            return str(place / name)
    return folder


def _shown(row: Row, picture: Path | None, boxes: Any) -> Shown:
    return Shown(
        picture, float(row["width"]), float(row["height"]), row["pages"], row["page"],
        tuple((float(x0), float(top), float(x1), float(bottom)) for x0, top, x1, bottom in boxes),
        as_read=row["as_read"],
    )
