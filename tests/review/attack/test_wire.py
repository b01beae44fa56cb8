"""A real server, asked by hand-made bytes."""

from __future__ import annotations

import os
import re
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.review.room import screened

ROOT = Path(__file__).parents[3]
FILES = 256
"""Descriptors that the server may have: few, so that the attack on them is a small one."""


class Server:
    def __init__(self, out: Path, *words: str) -> None:
        self.err = (out.parent / "err").open("w+b")
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-c", "from pipeline.cli import main; main()", "review",
             str(out), *words], stdout=subprocess.PIPE, stderr=self.err, text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)}, preexec_fn=few)
        assert self.process.stdout is not None
        for line in self.process.stdout:
            found = re.search(r"http://([\d.]+):(\d+)/enter\?once=(\S+)", line)
            if found:
                self.host, self.port, self.once = found[1], int(found[2]), found[3]
                return
        raise AssertionError("it did not start")

    def ask(self, raw: bytes, seconds: float = 10) -> bytes:
        with socket.create_connection((self.host, self.port), timeout=seconds) as wire:
            wire.sendall(raw)
            told = b""
            while more := wire.recv(65536):
                told += more
        return told

    def get(self, path: str, **headers: str) -> bytes:
        return self.ask(self.head("GET", path, headers) + b"\r\n")

    def post(self, path: str, form: dict[str, str]) -> bytes:
        body = urlencode(form).encode()
        return self.ask(self.head("POST", path, {
            "content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin",
            "content-length": str(len(body))}) + b"\r\n" + body)

    def head(self, method: str, path: str, headers: dict[str, str]) -> bytes:
        lines = {"host": f"{self.host}:{self.port}", "connection": "close", **headers}
        return f"{method} {path} HTTP/1.1\r\n".encode() + "".join(
            f"{name.replace('_', '-')}: {value}\r\n" for name, value in lines.items()).encode()

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)
        self.err.close()


def few() -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))


def status(told: bytes) -> int:
    return int(told.split(b" ", 2)[1]) if told.startswith(b"HTTP/1.1 ") else 0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    made = Server(screened(tmp_path_factory.mktemp("wire") / "out"))
    yield made
    made.stop()


def test_of_twenty_at_once_the_link_lets_one_in(server: Server) -> None:
    for _ in range(3):  # what a messenger or a browser looks at beforehand
        assert status(server.get(f"/enter?once={server.once}")) == 200
    told: list[int] = []
    threads = [threading.Thread(target=lambda: told.append(status(
        server.post("/enter", {"once": server.once, "name": "甲"})))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == [303, *[401] * 19]


ODD = {
    "two hosts": b"GET / HTTP/1.1\r\nHost: {us}\r\nHost: other\r\n\r\n",
    "no host": b"GET / HTTP/1.0\r\n\r\n",
    "another name": b"GET / HTTP/1.1\r\nHost: evil.example:{port}\r\n\r\n",
    "another name as the address": b"GET http://evil.example/ HTTP/1.1\r\nHost: {us}\r\n"
                                   b"Connection: close\r\n\r\n",
    "long header": b"GET / HTTP/1.1\r\nHost: {us}\r\nX: " + b"x" * 100_000 + b"\r\n"
                   b"Connection: close\r\n\r\n",
    "long path": b"GET /" + b"x" * 5000 + b" HTTP/1.1\r\nHost: {us}\r\nConnection: close\r\n\r\n",
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(128)) + b"\r\n\r\n",
    "length below nothing": b"POST /login HTTP/1.1\r\nHost: {us}\r\nContent-Length: -1\r\n\r\n",
    "too long": b"POST /api/language HTTP/1.1\r\nHost: {us}\r\nContent-Type: application/json\r\n"
                b"Sec-Fetch-Site: same-origin\r\nContent-Length: 99999999999\r\n\r\n{",
    "too long in pieces": b"POST /api/language HTTP/1.1\r\nHost: {us}\r\n"
                          b"Content-Type: application/json\r\nSec-Fetch-Site: same-origin\r\n"
                          b"Transfer-Encoding: chunked\r\n\r\n11170\r\n" + b"x" * 70_000,
    "a file beside": b"GET /static/..%2f..%2fkeyfile.py HTTP/1.1\r\nHost: {us}\r\n"
                     b"Connection: close\r\n\r\n",
}


@pytest.mark.parametrize("what", ODD)
def test_odd_requests_are_refused(server: Server, what: str) -> None:
    us = f"{server.host}:{server.port}".encode()
    told = server.ask(ODD[what].replace(b"{us}", us).replace(b"{port}", us.rpartition(b":")[2]))
    assert 400 <= status(told) < 500, told[:200]


def test_idle_connections_do_not_end_the_service(server: Server) -> None:
    """More of them than the server may have files; then one who asks for something."""
    idle = []
    try:
        for _ in range(FILES + 60):
            idle.append(socket.create_connection((server.host, server.port), timeout=5))
        until, told = time.monotonic() + 40, b""
        while status(told) != 200 and time.monotonic() < until:
            try:
                told = server.ask(server.head("GET", "/static/base.css", {}) + b"\r\n", 5)
            except OSError:
                time.sleep(1)
        assert status(told) == 200, "nobody else is answered any more"
    finally:
        for wire in idle:
            wire.close()
    server.err.seek(0, os.SEEK_END)
    assert server.err.tell() < 200_000, "nor is the disk filled with words about it"


def test_a_body_that_does_not_come_is_not_waited_for(server: Server) -> None:
    head = server.head("POST", "/login", {
        "content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin",
        "content-length": "1000"})
    begun = time.monotonic()
    server.ask(head + b"\r\nname=", 40)
    assert time.monotonic() - begun < 35


def test_what_it_makes_is_for_its_owner(server: Server, tmp_path_factory: pytest.TempPathFactory
                                        ) -> None:
    out = Path(server.err.name).parent / "out"
    for name in ("review.sqlite", "review.sqlite-wal", "review.sqlite-shm", "review.key",
                 "review.id"):
        assert (out / name).stat().st_mode & 0o777 == 0o600, name
    assert (out / "pages").stat().st_mode & 0o777 == 0o700


def test_who_does_not_read_cannot_keep_it_from_ending(tmp_path: Path) -> None:
    server = Server(screened(tmp_path / "out"))
    ask = server.head("GET", "/static/room.css", {"connection": "keep-alive"}) + b"\r\n"
    with socket.socket() as wire:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        wire.connect((server.host, server.port))
        wire.setblocking(False)
        with suppress(BlockingIOError):
            wire.send(ask * 3000)
        time.sleep(1)
        try:
            server.stop()
        except subprocess.TimeoutExpired:
            server.process.kill()
            raise
