"""Of two runs in one remote place exactly one runs: the one that has the claim in it.

A claim is an object that only one can create. It is good for some minutes and renewed as long as
its run lives, so that one whose run was killed is free again by itself; clocks of the machines that
share a place may differ by less than that.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

import orjson

from pipeline.errors import InputError, OutputError
from pipeline.season.places import asked

CLAIM = "season.claim"
GOOD = 300.0
"""Seconds that a claim is good for."""
RENEWED = 60.0
SETTLED = 2.0
"""Seconds after which a claim that was taken over is looked at again: of two who took it over in
the same moment one sees the other's."""


@contextmanager
def claimed(out: str, alone: bool) -> Iterator[Callable[[], None]]:
    """Have `out` to oneself; gives what says at a safe point that it is still so, and raises
    OutputError output_busy if not. Without `alone` nothing is claimed."""
    if not alone:
        yield lambda: None
        return
    place, token = f"{out.rstrip('/')}/{CLAIM}", uuid.uuid4().hex
    _take(place, token, out)
    over, lost = Event(), Event()
    keeper = Thread(target=_renew, args=(place, token, over, lost), daemon=True)
    keeper.start()

    def ours() -> None:
        if lost.is_set():
            raise OutputError("output_busy", out=out)

    try:
        yield ours
    finally:
        over.set()
        keeper.join()
        if not lost.is_set():
            with suppress(InputError, OutputError):
                if _holder(place)[0] == token:
                    asked.remove(place)


def _take(place: str, token: str, out: str) -> None:
    if asked.create(_said(token), place):
        return
    holder, until = _holder(place)
    if holder and until > time.time():
        raise OutputError("output_busy", out=out)
    asked.remove(place)
    if asked.create(_said(token), place):
        time.sleep(SETTLED)
        if _holder(place)[0] == token:
            return
    raise OutputError("output_busy", out=out)


def _renew(place: str, token: str, over: Event, lost: Event) -> None:
    last = time.monotonic()
    while not over.wait(RENEWED):
        try:
            if _holder(place)[0] != token:
                lost.set()
                return
            asked.put_text(_said(token), place)
            last = time.monotonic()
        except (InputError, OutputError):
            # The store does not answer just now. When the claim has run out it is no longer ours.
            if time.monotonic() - last > GOOD - RENEWED:
                lost.set()
                return


def _said(token: str) -> bytes:
    return orjson.dumps({"token": token, "until": time.time() + GOOD})


def _holder(place: str) -> tuple[str, float]:
    """Who has a claim, and until when; ("", 0) if nobody has."""
    try:
        said = orjson.loads(asked.text(place, 4096) or b"{}")
        return str(said["token"]), float(said["until"])
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        return "", 0.0
