"""The one-time link by which the single user of a local review room comes in.

It stands in the terminal alone, works once and for a quarter of an hour. Whoever comes without one
finds a new link in the terminal, as only the person who started the server can read there.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

LIVES = timedelta(minutes=15)


class OneTime:
    """The one link that is good now, if any; safe for threads. Only its digest is kept."""

    def __init__(self, told: Callable[[str], None]) -> None:
        """`told` is given each new token, to print its link."""
        self._told = told
        self._lock = threading.Lock()
        self._digest = b""
        self._until: datetime | None = None

    def told_by(self, told: Callable[[str], None]) -> None:
        """From now on new tokens are given to this one."""
        self._told = told

    def make(self, now: datetime) -> None:
        """A new link; the one before it is worth nothing any more."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._digest, self._until = _digest(token), now + LIVES
        self._told(token)

    def renew(self, now: datetime) -> None:
        """A new link if none is good any more."""
        with self._lock:
            standing = self._until is not None and now < self._until
        if not standing:
            self.make(now)

    def good(self, token: str, now: datetime) -> bool:
        """Whether this link would work now; looking does not use it up."""
        with self._lock:
            return self._good(token, now)

    def take(self, token: str, now: datetime) -> bool:
        """Use it up. True for exactly one caller."""
        with self._lock:
            if not self._good(token, now):
                return False
            self._until = None
            return True

    def _good(self, token: str, now: datetime) -> bool:
        alike = hmac.compare_digest(self._digest, _digest(token))
        return alike and self._until is not None and now < self._until


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
