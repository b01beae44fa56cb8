"""A queue before the one writer of an SQLite file: who came first goes first.

SQLite's own waiting is sleeping and trying again, by which a writer can starve behind others.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class Line:
    """Threads of this process take turns, in the order they came."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._taken = False

    @contextmanager
    def turn(self, seconds: float) -> Iterator[None]:
        """My turn, for the length of the block. Raises TimeoutError."""
        mine = self._came()
        try:
            if mine is not None and not mine.wait(seconds):
                raise TimeoutError
        except BaseException:
            self._left(mine)
            raise
        try:
            yield
        finally:
            self._next()

    def _came(self) -> threading.Event | None:
        """None: it is my turn at once."""
        with self._lock:
            if not self._taken:
                self._taken = True
                return None
            mine = threading.Event()
            self._waiting.append(mine)
            return mine

    def _left(self, mine: threading.Event | None) -> None:
        """Gone without having had the turn; if it came in the meantime, it is handed on."""
        with self._lock:
            if mine is not None and mine in self._waiting:
                self._waiting.remove(mine)
                return
        self._next()

    def _next(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._taken = False
