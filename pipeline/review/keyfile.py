"""The key of a review room: 32 random bytes in a file that only its owner can read.

It signs the cookies, so that a made-up one never reaches the database, and hides the names and
addresses in the table of failed logins. A new key ends all visits, and nothing else.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import stat
from pathlib import Path

from pipeline.errors import OutputError

NAME = "review.key"
BYTES = 32
_KNOWN = ("changeme", "secret", "password", "zuozheng", "review", "key", "test")
"""Words that examples are made of: a key that is one of them, or its digest, is known to all."""


def key_in(place: Path) -> bytes:
    """The key kept in that folder; made where there is none yet.

    Raises OutputError: key_open (others can read it), key_weak (short, or one that everybody
    knows), key_unusable (a link, a folder, unreadable).
    """
    path = place / NAME
    try:
        made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read(path)
    except OSError as error:
        raise OutputError("key_unusable", path=path, why=error.strerror or error) from None
    with os.fdopen(made, "wb") as file:
        file.write(secrets.token_hex(BYTES).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return _read(path)


def signed(key: bytes, purpose: str, text: str) -> str:
    """The signature of a text for one purpose: 32 hex digits (HMAC-SHA-256, RFC 2104)."""
    return hmac.new(key, f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()[:32]


def _read(path: Path) -> bytes:
    try:
        # A link could lead to a file that others know.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        with os.fdopen(handle, "rb") as file:
            about = os.fstat(file.fileno())
            text = file.read(4096).strip()
    except OSError as error:
        raise OutputError("key_unusable", path=path, why=error.strerror or error) from None
    if not stat.S_ISREG(about.st_mode):
        raise OutputError("key_unusable", path=path, why="not a file")
    if os.name == "posix" and about.st_mode & 0o077:
        raise OutputError("key_open", path=path)
    if not re.fullmatch(rb"[0-9a-f]{%d,}" % (2 * BYTES), text):
        raise OutputError("key_weak", path=path)
    key = bytes.fromhex(text.decode()[: len(text) // 2 * 2])
    # 32 random bytes have fewer than 16 different ones about never (odds below 1e-20).
    if len(set(key)) < 16 or key in _known():
        raise OutputError("key_weak", path=path)
    return key


def _known() -> set[bytes]:
    found = {hashlib.sha256(word.encode()).digest() for word in ("", *_KNOWN)}
    return found | {bytes(range(BYTES)), bytes(range(BYTES - 1, -1, -1))}
