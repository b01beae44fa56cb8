"""Passwords: argon2id, the same work for a name that does not exist, and never too many at once."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from pipeline.review.guessable import guessable
from pipeline.review.problem import Problem

LEAST = 12
"""Characters that a password must have; nothing is asked of what they are (NIST SP 800-63B)."""
MOST = 256
WAITING = 8
"""Logins that may wait for their turn; more are told to come back, so that a flood of them leaves
the threads to the reviewers."""
PATIENCE = 10
"""Seconds that a login waits at most."""

_HASHER = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
_ONE_AT_A_TIME = threading.Lock()
_SEATS = threading.BoundedSemaphore(WAITING)


def hashed(password: str) -> str:
    """The hash to keep (PHC string; argon2id, RFC 9106's second recommendation: 64 MiB, 3 passes).
    Raises Problem `busy`."""
    with turn():
        return _HASHER.hash(password)


def fits(password: str, kept: str | None) -> bool:
    """Whether it is the password; None (no such account) costs as much and never fits. To be called
    in a `turn`."""
    try:
        _HASHER.verify(kept or _nobodys(), password)
    except (VerificationError, InvalidHashError):
        return False
    return bool(kept)


def long_enough(password: str, name: str) -> None:
    """Refuse a password that is short, endless, or among those that are guessed first."""
    if len(password) > MOST:
        raise Problem(422, "password_long", most=MOST)
    if len(password) < LEAST:
        raise Problem(422, "password_short", least=LEAST)
    if guessable(password, name):
        raise Problem(422, "password_common")


@contextmanager
def turn() -> Iterator[None]:
    """My turn to hash. What is counted of wrong passwords is looked up and written in it, so that
    many tries at once are not one. Raises Problem `busy`."""
    # Each takes four threads and 64 MiB: on a small machine one after the other is fastest.
    if not _SEATS.acquire(blocking=False):
        raise Problem(503, "busy", wait=2)
    try:
        if not _ONE_AT_A_TIME.acquire(timeout=PATIENCE):
            raise Problem(503, "busy", wait=2)
        try:
            yield
        finally:
            _ONE_AT_A_TIME.release()
    finally:
        _SEATS.release()


@cache
def _nobodys() -> str:
    return _HASHER.hash(secrets.token_urlsafe(16))


def warm() -> None:
    """Make nobody's hash before the first login, which would else take twice as long."""
    _nobodys()
