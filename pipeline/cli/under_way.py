"""A season under way, on the terminal: notes, a bar, a line of JSON for each unit that is done."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

from pipeline.language import say

if TYPE_CHECKING:
    from pipeline.season.estimate import Estimate
    from pipeline.season.run import Asked

Row = dict[str, Any]
OFTEN = 0.2
"""Seconds between two drawings of the bar."""


def say_on_stderr(key: str, **fill: object) -> None:
    """A message, filled."""
    print(say(key, None, **fill), file=sys.stderr)


def in_words(seconds: float) -> str:
    """How long something takes: hours, or minutes (one at the least)."""
    if seconds >= 5400:
        return say("batch.hours", hours=round(seconds / 3600, 1))
    return say("batch.minutes", minutes=max(1, round(seconds / 60)))


def _size(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB"


class Shown:
    """The run on the terminal: notes, a bar where stderr is one; a line of JSON a unit on stdout.
    """

    def __init__(self, asked: Asked, as_json: bool) -> None:
        self._asked, self._json = asked, as_json
        self._bar = sys.stderr.isatty()
        self._began = self._drawn = time.monotonic()
        self._units = self._files = self._pages = 0
        self._of = {"units": 0, "files": 0, "pages": 0}
        self._flying: dict[str, int] = {}
        self._recognising = False
        self.planned_once = False

    def planned(self, found: Estimate, notices: list[Row]) -> None:
        """What is to come, and what is left out."""
        from pipeline.report.printable import on_one_line
        from pipeline.season.estimate import RESERVE
        from pipeline.season.words import said

        self.planned_once = True
        self._of = {"units": found.units, "files": found.files, "pages": 0}
        say_on_stderr("batch.plan", units=found.units, files=found.files, size=_size(found.bytes),
                      known=found.known, time=in_words(found.seconds), disk=_size(found.disk),
                      free=_size(found.free), reserve=_size(RESERVE))
        for one in notices:
            print(on_one_line(said(one, "notice")), file=sys.stderr)

    def begins(self, recognising: bool, left: int) -> None:
        """A pass begins."""
        from pipeline.screen.scanned import SECONDS_A_PAGE

        self.end()
        self._recognising, self._began = recognising, time.monotonic()
        self._flying.clear()
        if recognising:
            say_on_stderr("batch.pass.ocr", pages=left,
                          time=in_words(left * SECONDS_A_PAGE / self._asked.workers))
            self._units = self._files = self._pages = 0
            self._of = {"units": 0, "files": 0, "pages": left}
        else:
            say_on_stderr("batch.pass.text")

    def seen(self, unit: str, done: int, total: int) -> None:
        """Files of a unit are done, or pages of it recognised."""
        self._flying[unit] = done
        if time.monotonic() - self._drawn > OFTEN:
            self._draw()

    def unit(self, unit: Row, answer: Row, last: bool) -> None:
        """A unit is done."""
        self._flying.pop(unit["dir"], None)
        summary = unit["summary"] or {}
        if answer:
            self._units += 1
            self._files += unit["files"]
            self._pages += answer.get("recognised", 0) if self._recognising \
                else summary.get("pages", 0)
            self._draw()
        if last and self._json:
            _line(unit, summary, answer)

    def gathering(self) -> None:
        """The overview is being written."""
        self.end()
        say_on_stderr("batch.gathering")

    def end(self) -> None:
        """Take the bar away."""
        if self._bar:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()

    def _draw(self) -> None:
        if not self._bar:
            return
        self._drawn = time.monotonic()
        past, flying = max(self._drawn - self._began, 0.1), sum(self._flying.values())
        files = self._files + (0 if self._recognising else flying)
        pages = self._pages + (flying if self._recognising else 0)
        total = self._of["pages"] if self._recognising else self._of["files"]
        share = min((pages if self._recognising else files) / max(total, 1), 1.0)
        line = say("batch.bar", units=_out_of(self._units, self._of["units"]),
                   files=_out_of(files, self._of["files"]),
                   pages=_out_of(pages, self._of["pages"]), rate=round(60 * pages / past),
                   left=_left(past, share))
        full = int(16 * share)
        sys.stderr.write(f"\r{'█' * full}{'░' * (16 - full)} {line}\033[K")
        sys.stderr.flush()


def _left(past: float, share: float) -> str:
    """The time left of a pass of which a share was done in so many seconds."""
    if share >= 1:
        return say("batch.minutes", minutes=0)
    return in_words(past * (1 - share) / share) if share > 0.02 else "…"


def _line(unit: Row, summary: Row, answer: Row) -> None:
    """A unit for machines."""
    import orjson

    from pipeline.season.words import said

    problem = unit["problem"]
    told = {"unit": unit["name"], "dir": unit["dir"], "state": unit["state"],
            "problem": {**problem, "text": said(problem)} if problem else None,
            "files": summary.get("files", unit["files"]), "pages": summary.get("pages", 0),
            "statuses": summary.get("statuses", {}), "unread": summary.get("unread", {}),
            "pages_to_recognise": summary.get("pages_to_recognise", 0),
            **{key: answer.get(key) for key in ("opened", "recognised", "unchanged", "seconds")}}
    sys.stdout.write(orjson.dumps(told).decode() + "\n")
    sys.stdout.flush()


def _out_of(done: int, total: int) -> str:
    return f"{done}/{total}" if total else str(done)
