"""The review room as one server serves it: its database, its units, who may come by which names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

from pipeline.review.latest import Latest
from pipeline.review.onetime import OneTime
from pipeline.review.opened import Unkept
from pipeline.review.originals import Original, Show
from pipeline.review.run import Runs
from pipeline.store.decisions import Engine

COOKIE = "zuozheng"
LANGUAGE_COOKIE = "zuozheng-language"


@dataclass(frozen=True, slots=True)
class Last:
    """Where last year's review is: its OUT, and its unit in a database (None: it was screened, but
    nobody reviewed it)."""

    out: Path
    engine: Engine | None = None
    unit: str = ""


def utc() -> datetime:
    """The clock; tests hand in another."""
    return datetime.now(UTC)


@dataclass(slots=True)
class Office:
    """What every request is served from. `engine` is the store's; `places` says where each unit's
    OUT is; `last` says of a unit where its review of an earlier year is."""

    engine: Engine
    key: bytes
    places: dict[str, Path]
    show: Show
    original: Original
    language: str = "zh"
    secure: bool = False
    link: OneTime | None = None
    last: dict[str, Last] = field(default_factory=dict)
    now: Callable[[], datetime] = utc
    runs: Runs = field(default_factory=Runs)
    latest: Latest = field(default_factory=Latest)
    unkept: Unkept = field(default_factory=Unkept)
    hosts: frozenset[str] = frozenset()
    """The values of `Host` that are ours; nothing is answered under another name."""
    port: int = 0
    address: str = ""
    """Where it is reached, `http://127.0.0.1:8123`, once it is served."""

    @property
    def local(self) -> bool:
        """Whether this is the room of a single user, who comes in by a one-time link."""
        return self.link is not None

    @property
    def cookie(self) -> str:
        """The name of the visit's cookie. Browsers keep cookies by host, whatever the port: two
        rooms on one machine must not end each other's visits."""
        return f"__Host-{COOKIE}" if self.secure else f"{COOKIE}-{self.port}"

    def serves(self, host: str, port: int) -> None:
        """From now on it answers at this host and port."""
        own = f"[{host}]" if ":" in host and not host.startswith("[") else host
        self.address = f"{'https' if self.secure else 'http'}://{own}:{port}"
        known = {own.lower()} | (
            {"127.0.0.1", "localhost", "[::1]"} if is_loopback(host) else set())
        usual = 443 if self.secure else 80
        self.port = port
        self.hosts = frozenset(f"{one}:{port}" for one in known) | (
            known if port == usual else frozenset())

    def origins(self) -> set[str]:
        """What a browser calls our own pages' origin."""
        scheme = "https" if self.secure else "http"
        return {f"{scheme}://{host}" for host in self.hosts}


def is_loopback(host: str) -> bool:
    """Whether this address is reached from this machine alone."""
    try:
        return host == "localhost" or ip_address(host.strip("[]")).is_loopback
    except ValueError:
        # A name that only looks like an address leads wherever its owner says.
        return False
