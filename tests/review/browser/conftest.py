"""A real browser before a real server over a really screened archive."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import struct
import subprocess
import sys
import time
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any

import pytest

from pipeline.cli import run
from pipeline.errors import EXIT_ALL_READ, EXIT_SOME_UNREAD
from pipeline.review import passwords
from pipeline.review.run import Runs
from pipeline.review.serve import registered
from pipeline.store.accounts import accounts
from pipeline.store.decisions import opened, writing

ROOT = Path(__file__).parents[3]
CHROMIUM = Path("/usr/bin/chromium")
EXITS = (EXIT_ALL_READ, EXIT_SOME_UNREAD)
PASSWORD = "河口 水杉 灯塔 午后 归帆"
WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""


@dataclass
class Served:
    """A room that is served: its address, and the last one-time link where there is one."""

    rooms: Rooms
    number: int
    out: Path
    address: str = ""
    link: str = ""

    def next_line(self) -> None:
        told = self.rooms.told(self.number)
        self.link = told if "/enter?" in told else ""
        self.address = told.split("/enter")[0]

    def later(self, minutes: int) -> None:
        """The clock of the room is so far ahead."""
        self.rooms.order(self.number, minutes=minutes)
        assert self.rooms.told(self.number) == str(minutes)


class Rooms:
    """The process that serves all rooms of the tests, each on a port of its own over an OUT of its
    own: starting one for each would take most of their time."""

    def __init__(self, log: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.review.browser.serving"], cwd=ROOT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log.open("w"),
            env={**os.environ, "PYTHONPATH": str(ROOT)})
        self._told: defaultdict[int, Queue[str]] = defaultdict(Queue)
        self.numbers = itertools.count(1)
        Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in self.process.stdout or ():
            told = json.loads(line)
            self._told[told["number"]].put(told["told"])

    def order(self, number: int, **given: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"number": number, **given}) + "\n")
        self.process.stdin.flush()

    def told(self, number: int) -> str:
        """The next line of a room."""
        return self._told[number].get(timeout=20)


@dataclass
class View:
    """A page, and what it complained of."""

    page: Any
    told: list[str] = field(default_factory=list)

    def clean(self) -> None:
        """No dialog, no error, no breach of the policy; expected refusals are no complaints."""
        kept = [line for line in self.told if "Failed to load resource" not in line]
        assert kept == [] and self.page.evaluate("window.violations") == []


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    if not CHROMIUM.exists():
        pytest.skip("chromium is not installed: no page is opened in a browser")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(
            executable_path=str(CHROMIUM),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"])
        yield browser
        browser.close()


@pytest.fixture
def view(chromium: Any) -> Iterator[Callable[..., View]]:
    """Opens a page of its own visitor."""
    contexts = []

    def opens(width: int = 1366, height: int = 768, **given: Any) -> View:
        context = chromium.new_context(viewport={"width": width, "height": height}, **given)
        contexts.append(context)
        context.set_default_timeout(10_000)
        context.add_init_script(WATCH)
        made = View(context.new_page())
        made.page.on("console", lambda line: line.type in ("error", "warning")
                     and made.told.append(line.text))
        made.page.on("response", lambda told: told.status == 404 and "/pictures/" in told.url
                     and made.told.append(f"no such picture: {told.url}"))
        made.page.on("pageerror", lambda error: made.told.append(str(error)))
        made.page.on("dialog", lambda dialog: (made.told.append(f"dialog {dialog.message}"),
                                               dialog.accept()))
        return made

    yield opens
    for context in contexts:
        context.close()


def screened(folder: Path, out: Path) -> Path:
    assert run(["screen", str(folder), "--rubric", "yuxi-2024", "--out", str(out)]) in EXITS
    return out


def photo(width: int = 480, height: int = 320) -> bytes:
    """A picture (PNG) in which nothing is written: hills under a sky."""
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        for x in range(width):
            hill = y > height * 0.55 + 22 * ((x // 40) % 3)
            rows += bytes((70 + y // 8, 110 + y // 6, 60) if hill else (120 + y // 4, 170, 220))
    parts = ((b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
             (b"IDAT", zlib.compress(bytes(rows))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in parts)


@pytest.fixture(scope="session")
def lanhe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample archive, screened once; tests work on copies of the OUT."""
    place = tmp_path_factory.mktemp("lanhe")
    folder = place / "岚河市交通运输局"
    shutil.copytree(ROOT / "sample_archives" / "lanhe" / folder.name, folder)
    broken = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    (folder / "2023年" / "加密台账.docx").write_bytes(broken)
    (folder / "2023年" / "联学联建现场.png").write_bytes(photo())
    return screened(folder, place / "out")


@pytest.fixture(scope="session")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rooms]:
    made = Rooms(tmp_path_factory.mktemp("rooms") / "server.log")
    yield made
    assert made.process.stdin is not None
    made.process.stdin.close()
    made.process.wait(20)


@pytest.fixture
def starts(rooms: Rooms, tmp_path: Path) -> Callable[..., Served]:
    """Opens a room over a copy of an OUT: `starts("local", OUT)`, `starts("office", OUT, PEOPLE)`;
    over the OUT itself with `where`."""
    def start(kind: str, original: Path, people: dict[str, str] | None = None,
              last: Path | None = None, where: Path | None = None) -> Served:
        number = next(rooms.numbers)
        out = where or shutil.copytree(original, tmp_path / f"out{number}")
        words = [str(out)]
        if kind == "office":
            words.insert(0, str(office(tmp_path / f"office{number}.sqlite", out, people or {})))
        rooms.order(number, kind=kind, words=words, last=str(last) if last else None)
        served = Served(rooms, number, out)
        served.next_line()
        return served

    return start


def office(database: Path, out: Path, people: dict[str, str]) -> Path:
    """An office's database with these accounts (name to role), all granted the unit of OUT."""
    engine = opened(database)
    made = passwords.hashed(PASSWORD)
    with writing(engine) as conn:
        unit = registered(conn, out, Runs())
        for name, role in people.items():
            account = accounts.add(conn, name, role, made)
            if role != "admin":
                accounts.grant(conn, account.id, unit.id)
    engine.dispose()
    return database


def enter(view: View, served: Served, name: str = "沈知白") -> Any:
    """Come in by the one-time link and into the room of its one unit, by keyboard alone."""
    page = view.page
    page.goto(served.link)
    page.keyboard.press("Control+A")
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    return room(page)


def log_in(view: View, served: Served, name: str) -> Any:
    """Log in to the office and go into the room."""
    page = view.page
    page.goto(served.address + "/login")
    page.fill("input[name=name]", name)
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login" not in url)
    return page


def room(page: Any) -> Any:
    page.wait_for_selector(".unitcard h2 a")
    page.focus(".unitcard h2 a")
    page.keyboard.press("Enter")
    page.wait_for_selector("#card-0")
    return page


def until(page: Any, expression: str, arg: Any = None, seconds: float = 10) -> None:
    """Wait until it is true. (The page's policy forbids Playwright's own way, which is eval.)"""
    end = time.monotonic() + seconds
    while not page.evaluate(expression, arg):
        assert time.monotonic() < end, f"never came true: {expression} {arg or ''}"
        page.wait_for_timeout(40)


def shoot(page: Any, name: str) -> None:
    """A picture of the page, where ZUOZHENG_SCREENSHOTS names a folder."""
    folder = os.environ.get("ZUOZHENG_SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        width = page.viewport_size["width"]
        page.wait_for_timeout(300)
        page.screenshot(path=Path(folder) / f"{name}-{width}.png")
