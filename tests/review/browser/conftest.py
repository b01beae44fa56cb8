"""A real browser before a real server over a really screened archive."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
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
    """A server that runs: its address, and the last one-time link where there is one."""

    process: subprocess.Popen[str]
    out: Path
    address: str = ""
    link: str = ""

    def next_line(self) -> None:
        assert self.process.stdout is not None
        kind, _, told = self.process.stdout.readline().strip().partition(" ")
        assert kind in ("link", "at"), (kind, told, self.process.poll())
        self.link = told if kind == "link" else ""
        self.address = told.split("/enter")[0]


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


@pytest.fixture(scope="session")
def lanhe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample archive, screened once; tests work on copies of the OUT."""
    place = tmp_path_factory.mktemp("lanhe")
    folder = place / "岚河市交通运输局"
    shutil.copytree(ROOT / "sample_archives" / "lanhe" / folder.name, folder)
    broken = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    (folder / "2023年" / "加密台账.docx").write_bytes(broken)
    return screened(folder, place / "out")


@pytest.fixture
def starts(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    """Starts a server: `starts("local", OUT)`, `starts("office", OUT)`."""
    running: list[subprocess.Popen[str]] = []

    def start(kind: str, original: Path, people: dict[str, str] | None = None,
              last: Path | None = None) -> Served:
        out = tmp_path / f"out{len(running)}"
        shutil.copytree(original, out)
        words = [str(out), *([str(last)] if last else [])]
        if kind == "office":
            words.insert(0, str(office(tmp_path / "office.sqlite", out, people or {})))
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.review.browser.serving", kind, *words], cwd=ROOT,
            text=True, stdout=subprocess.PIPE, stderr=(tmp_path / "server.log").open("w"),
            env={**os.environ, "PYTHONPATH": str(ROOT)})
        running.append(process)
        served = Served(process, out)
        served.next_line()
        return served

    yield start
    for process in running:
        process.terminate()
        process.wait(20)


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
    page.wait_for_url(served.address + "/")
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
