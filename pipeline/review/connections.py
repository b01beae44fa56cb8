"""Connections of visitors: none is held for nothing, and there are never more than can be served.

Whoever only connects, or begins a request and goes silent, needs no login for it: his connection
ends after a while, and sooner where others wait for a place.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

PATIENCE = 15
"""Seconds until the head of a request must be there, from the connection or its first byte on."""
UNREAD = 30
"""Seconds that a visitor may leave an answer where it is, without reading on."""
FAREWELL = 3
"""Seconds that whoever is being served has when the server ends."""
HANDSHAKE = 10
"""Seconds for the beginning of TLS."""
MOST = 1000
"""Connections at once."""
SPARE = 200
"""Files that the rest of the program may have open."""


class Visitors(H11Protocol):
    """A connection of a visitor."""

    most = MOST
    _timer: asyncio.TimerHandle | None = None
    _full: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """There is one more: where that is one too many, the one that waited longest for its
        visitor goes; where all are being served, the new one."""
        super().connection_made(transport)
        self.since = self.loop.time()
        if len(self.connections) > self.most:
            idle = (one for one in self.connections
                    if isinstance(one, Visitors) and one.idle and one is not self)
            longest = min(idle, key=lambda one: one.since, default=self)
            longest.end()
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        self._stop()
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """A part of a request came."""
        super().data_received(data)
        if self.idle and self._timer is None:
            self._wait()

    def handle_events(self) -> None:
        """A whole head of a request is there, or not yet."""
        super().handle_events()
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop()

    @property
    def idle(self) -> bool:
        """Whether it waits for its visitor, and not he for us."""
        return self.cycle is None or self.cycle.response_complete or self.cycle.more_body \
            or self._full is not None

    def end(self) -> None:
        """End it without a word."""
        self._stop()
        if self.transport is not None:
            self.transport.abort()
        self.connections.discard(self)

    def on_response_complete(self) -> None:
        """An answer is sent: now it waits for the next request."""
        self.since = self.loop.time()
        super().on_response_complete()

    def pause_writing(self) -> None:
        """The visitor does not read what he asked for."""
        super().pause_writing()
        if self._full is None:
            self._full = self.loop.call_later(UNREAD, self.end)

    def resume_writing(self) -> None:
        """He reads on."""
        if self._full is not None:
            self._full.cancel()
            self._full = None
        super().resume_writing()

    def shutdown(self) -> None:
        """The server ends; nobody can keep it from that."""
        super().shutdown()
        self.loop.call_later(FAREWELL, self.end)

    def _wait(self) -> None:
        self._timer = self.loop.call_later(PATIENCE, self._late)

    def _late(self) -> None:
        self._timer = None
        if self.cycle is None or self.cycle.response_complete:
            self.end()

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def room_for_files() -> int:
    """Let this program have as many files open as the system allows it; how many connections that
    leaves."""
    if sys.platform == "win32":
        return 400
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65536 if hard == resource.RLIM_INFINITY else min(hard, 65536)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            soft = wanted
    return MOST if soft == resource.RLIM_INFINITY else max(16, min(MOST, soft - SPARE))
