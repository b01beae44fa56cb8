"""A PostgreSQL server for the tests: made in a temporary folder, gone when they end.

    from tests.store.postgres import postgres  # a fixture of the session: a Server

`Server.url()` gives a new empty database each time, `emptied()` one and the same; `restart()` ends
the server as a crash would.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest

_numbers = count(1)


@dataclass
class Server:
    """A running server; it listens on a socket in `place` alone, unless given a port."""

    place: Path
    binaries: Path
    port: int = 5432
    loopback: bool = False
    durable: bool = False
    made: list[str] = field(default_factory=list)

    def url(self, encoding: str = "UTF8") -> str:
        """The URL of a new, empty database."""
        name = f"review_{os.getpid()}_{next(_numbers)}"
        self.sql(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING '{encoding}'")
        self.made.append(name)
        return self.url_of(name)

    def emptied(self) -> str:
        """The URL of one database that is empty again: quicker than a new one."""
        if not self.made:
            self.url()
        self.sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public", self.made[0])
        return self.url_of(self.made[0])

    def url_of(self, name: str) -> str:
        return f"postgresql://postgres@/{name}?host={self.place}&port={self.port}"

    def sql(self, text: str, base: str = "postgres") -> str:
        """What the server answers to this, as psql prints it."""
        return self.run("psql", "-h", str(self.place), "-p", str(self.port), "-U", "postgres",
                        "-d", base, "-qAtX", "-v", "ON_ERROR_STOP=1", "-c", text)

    def start(self) -> None:
        # What is not written to the disk at once is lost with the machine, not with the server.
        sync = "on" if self.durable else "off"
        listens = "127.0.0.1" if self.loopback else ""
        self.run("pg_ctl", "-D", str(self.place / "data"), "-w", "-l", str(self.place / "log"),
                 "-o", f"-k {self.place} -p {self.port} -c listen_addresses='{listens}'"
                 f" -c fsync={sync}", "start")

    def stop(self, how: str = "fast") -> None:
        self.run("pg_ctl", "-D", str(self.place / "data"), "-w", "-m", how, "stop")

    def restart(self, how: str = "immediate") -> None:
        """`immediate`: without any farewell, as after a crash."""
        self.stop(how)
        self.start()

    def run(self, program: str, *words: str) -> str:
        line = [str(self.binaries / program), *words]
        if os.getuid() == 0:
            # The server refuses to be run by root.
            line = ["runuser", "-u", "postgres", "--", *line]
        done = subprocess.run(line, capture_output=True, text=True, cwd=self.place, timeout=60,
                              check=False)
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr or done.stdout}")
        return done.stdout.strip()


def binaries() -> Path | None:
    """Where initdb and pg_ctl are, in PATH or where Debian puts them."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return places[-1].parent if places else None


@contextmanager
def server(loopback_port: int | None = None, durable: bool = False) -> Iterator[Server]:
    """A server for the length of the block; `durable`: as an office would run it.

    Raises LookupError, saying what is missing.
    """
    programs = binaries()
    if programs is None:
        raise LookupError("no initdb in PATH or /usr/lib/postgresql/*/bin")
    if os.getuid() == 0 and shutil.which("runuser") is None:
        raise LookupError("root cannot run PostgreSQL, and there is no runuser")
    # A socket's path has 107 characters at most: not in pytest's long ones.
    place = Path(tempfile.mkdtemp(prefix="zz-pg-", dir="/tmp"))
    if os.getuid() == 0:
        try:
            shutil.chown(place, "postgres")
        except LookupError:
            place.rmdir()
            raise LookupError("root cannot run PostgreSQL, and there is no user postgres") \
                from None
    one = Server(place, programs, loopback_port or 5432, loopback_port is not None,
                 durable)
    try:
        one.run("initdb", "-D", str(place / "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8",
                "--locale=C", "--no-sync")
        one.start()
        try:
            yield one
        finally:
            one.stop("immediate")
    finally:
        shutil.rmtree(place, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """The server of this session; skipped, with the reason, where there is none to run."""
    try:
        running = server()
        one = running.__enter__()
    except (LookupError, RuntimeError) as error:
        pytest.skip(f"PostgreSQL cannot be run here: {error}")
    try:
        yield one
    finally:
        running.__exit__(None, None, None)
