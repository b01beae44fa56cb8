"""What a container holds: its members, counted and bounded before any of them is unpacked.

A member's name is data: nothing is ever written under it. Limits of one container and all that
is nested in it; a module that opens containers is named in `kinds.HOLDERS`.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pipeline.errors import Reason, Unreadable

MOST_MEMBERS = 10_000
MOST_DEPTH = 5
"""Containers in containers: a member of the sixth is not opened."""
MOST_BYTES = 2 * 1024**3
"""Of all members of a container together, unpacked."""
MOST_MEMBER = 512 * 1024**2
MOST_RATIO = 100
"""Of unpacked to packed bytes, asked only of what unpacks to more than `FREE_BYTES`. Of the papers
met the one that shrank most went down to an 18th; a ledger of 100,000 like rows to a 21st."""
FREE_BYTES = 1024**2
CHUNK = 256 * 1024
"""Bytes that are unpacked before the bounds are asked again."""


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a container: its name as text (`/` between its parts, as the container states
    it; empty only for the one thing packed in a file that states none), its bytes, or the reason
    why it has none."""

    name: str
    data: bytes | None
    reason: Reason | None = None


def taken(name: str, why: Reason | None, content: Callable[[], bytes]) -> Member:
    """A member with its content, which is asked for only if there is no reason `why` not to; where
    that is Unreadable, with its reason."""
    if why:
        return Member(name, None, why)
    try:
        return Member(name, content())
    except Unreadable as refused:
        return Member(name, None, refused.reason)


def swells(size: int, packed: int) -> bool:
    """Whether so many bytes out of so few are too many."""
    return size > FREE_BYTES and size > MOST_RATIO * packed


def refusal(size: int, packed: int) -> Reason | None:
    """Why a member of `size` bytes that takes `packed` bytes is not unpacked; None if it is."""
    if size > MOST_MEMBER:
        return "limit_size"
    return "limit_ratio" if swells(size, packed) else None


def counted(members: int) -> None:
    """Raises Unreadable("limit_members") when a container states more than we open."""
    if members > MOST_MEMBERS:
        raise Unreadable("limit_members", str(members))


def weighed(sizes: Iterable[int]) -> None:
    """Raises Unreadable("limit_size") when what would be unpacked is too much altogether."""
    total = sum(sizes)
    if total > MOST_BYTES:
        raise Unreadable("limit_size", f"{total} bytes unpacked")


def incomplete(length: int) -> Reason:
    """Why an archive of `length` bytes without its end cannot be opened. What programs split has
    parts of a round size that somebody chose; a broken transfer stops anywhere."""
    return "corrupt" if length % 1000 and length % 1024 else "part_missing"


def bounded(chunks: Iterable[bytes | memoryview], packed: int, size: int) -> bytes:
    """The chunks joined: no more of them is taken than the bounds allow, whatever was stated.

    Raises Unreadable: limit_size, limit_ratio, corrupt (they are not `size` bytes).
    """
    out = io.BytesIO()
    for chunk in chunks:
        out.write(chunk)
        reason = refusal(out.tell(), packed)
        if reason:
            raise Unreadable(reason, f"{out.tell()} bytes out of {packed}")
        if out.tell() > size:
            break
    if out.tell() != size:
        raise Unreadable("corrupt", f"{out.tell()} bytes instead of {size}")
    return out.getvalue()
