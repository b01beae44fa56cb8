"""A review room for tests: an invented screened archive, an office over it, a browser in the same
process. Nothing listens at any port."""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
from collections.abc import Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import orjson
from argon2 import PasswordHasher

from pipeline.review.app import application, made
from pipeline.review.guard import Guard
from pipeline.review.office import Last, Office
from pipeline.review.onetime import OneTime
from pipeline.review.originals import Asked, Shown
from pipeline.review.run import Runs
from pipeline.review.serve import registered
from pipeline.store.accounts import accounts
from pipeline.store.decisions import FILE, opened, writing
from tests.report import ledger_fixture as demo

Row = dict[str, Any]

PORT = 8123
HOST = f"127.0.0.1:{PORT}"
PASSWORD = "水杉 河口 午后 灯塔 二十里"
UNPROPOSED = "2023年9月，机关食堂设置清真窗口，方便少数民族职工就餐，联系电话13812345678。"
PNG = b"\x89PNG\r\n\x1a\n-page-"


def run(asked: Coroutine[Any, Any, Any]) -> Any:
    """What comes of it, in a thread of its own: a browser test leaves a running loop in ours."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, asked).result()


def screened(out: Path, folder: Path | None = None, *, leave_out: str = "", key: str = "run-1",
             dated: Mapping[str, str] | None = None) -> Path:
    """An OUT as a screening leaves it behind: every passage of the evidence, and one beside it that
    nothing was proposed of; without the passage `leave_out`."""
    out.mkdir(parents=True, exist_ok=True)
    if not (out / FILE).exists():
        shutil.copyfile(_empty(), out / FILE)
    with demo.fill(out / "ledger.sqlite", leave_out=leave_out) as ledger:
        ledger.put_header({"folder": str(folder or out / "papers"), "key": key,
                           "asked": demo.rubric().model_dump(mode="json", exclude_none=True),
                           "outputs": {}})
        passages: dict[str, dict[str, Row]] = {}
        for rows in demo.pieces().values():
            for row in rows:
                if row["passage"] != leave_out:
                    passages.setdefault(row["path"], {})[row["passage"]] = {
                        key: row[key] for key in ("passage", "text", "headings", "places")
                    } | {"kind": "paragraph"}
        passages[demo.STUDY][unproposed()] = {
            "passage": unproposed(), "text": UNPROPOSED, "headings": [], "kind": "paragraph",
            "places": [{"paragraph": 40, "in": "body"}]}
        numbers = {row["path"]: number for number, row in enumerate(demo.files(), 1)}
        for row in demo.files():
            if row["path"] in passages:
                row["dated"] = (dated or {}).get(row["path"], row["dated"])
                ledger.finish_file(numbers[row["path"]], row,
                                   orjson.dumps(list(passages[row["path"]].values())).decode())
    return out


@cache
def _empty() -> Path:
    """An empty database with its tables: making them takes as long as ten tests."""
    place = Path(tempfile.mkdtemp()) / FILE
    opened(place).dispose()
    return place


def unproposed() -> str:
    """The id of the passage that nothing was proposed of."""
    return demo.sha("unproposed")[:16]


def target(row: Row) -> str:
    """The target of a row of evidence."""
    return f"p:{row['passage']}"


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def on(self, **by: float) -> None:
        self.at += timedelta(**by)


def shows(out: Path) -> Any:
    """A drawer of pages that draws nothing: a picture for PDFs, a reason for the rest."""
    def show(asked: Asked) -> Shown:
        if not asked.path.endswith(".pdf"):
            return Shown(None, reason="unsupported")
        place = out / "page.png"
        place.write_bytes(PNG + str(asked.page).encode())
        return Shown(place, 595.0, 842.0, 3, asked.page)

    return show


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name), "")

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")


@dataclass
class Browser:
    """Asks as a browser does: with its cookies, its origin, and Sec-Fetch-Site."""

    app: Any
    host: str = HOST
    address: str = "127.0.0.1"
    cookies: dict[str, str] = field(default_factory=dict)
    bearer: str = ""

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, b"", headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        """JSON to the API, a form to a page."""
        api = path.startswith("/api/")
        raw = json.dumps(body if body is not None else {}).encode() if api \
            else urlencode(body or {}).encode()
        kind = "application/json" if api else "application/x-www-form-urlencoded"
        given = {"content_type": kind, "sec_fetch_site": "same-origin", **headers}
        return self.ask("POST", path, raw, {key: value for key, value in given.items() if value})

    def scope(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Row:
        """The request as the server would hand it to the application."""
        plain, _, query = path.partition("?")
        given = {"host": self.host, "content-length": str(len(body)), **{
            key.replace("_", "-"): value for key, value in headers.items()}}
        if self.cookies:
            given["cookie"] = "; ".join(f"{key}={value}" for key, value in self.cookies.items())
        if self.bearer:
            given["authorization"] = f"Bearer {self.bearer}"
        return {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method,
            "scheme": "http", "path": plain, "raw_path": plain.encode(), "root_path": "",
            "query_string": quote(query, safe="=&%:,+").encode(), "client": (self.address, 50000),
            "server": ("127.0.0.1", PORT),
            "headers": [(key.lower().encode(), value.encode("latin-1"))
                        for key, value in given.items()]}

    def ask(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        answer = run(_asked(self.app, self.scope(method, path, body, headers), body))
        for key, value in answer.headers:
            if key == "set-cookie":
                name, _, rest = value.partition("=")
                kept = rest.partition(";")[0].strip('"')
                if not kept or "max-age=0" in value.lower():
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = kept
        return answer


async def _asked(app: Any, scope: Row, body: bytes) -> Answer:
    sent = [{"type": "http.request", "body": body, "more_body": False}]
    got: list[Row] = []

    async def receive() -> Row:
        return sent.pop() if sent else {"type": "http.disconnect"}

    async def send(message: Row) -> None:
        got.append(message)

    await app(scope, receive, send)
    start = got[0]
    return Answer(start["status"], [(key.decode(), value.decode("latin-1"))
                                    for key, value in start["headers"]],
                  b"".join(message.get("body", b"") for message in got[1:]))


class Room:
    """An office over an OUT, and the browsers in it."""

    def __init__(self, out: Path, *, local: bool = False, others: tuple[Path, ...] = (),
                 last: Path | None = None, database: str | None = None) -> None:
        self.out, self.clock, self.tokens = out, Clock(), []
        self.engine = opened(database or out / FILE)
        places: dict[str, Path] = {}
        with writing(self.engine) as conn:
            for one in (out, *others):
                places[registered(conn, one, Runs()).id] = one
        self.unit, *self.others = places
        self.office = Office(
            engine=self.engine, key=bytes(range(100, 132)), places=places, show=shows(out),
            original=lambda asked: b"original", now=self.clock,
            link=OneTime(self.tokens.append) if local else None,
            last={self.unit: Last(last)} if last else {})
        self.office.serves("127.0.0.1", PORT)
        self.routes = application(self.office)
        self.app: Guard = made(self.office)

    def browser(self) -> Browser:
        return Browser(self.app)

    def account(self, name: str, role: str, *, granted: bool = True) -> str:
        """An account with the one password; its id."""
        with writing(self.engine) as conn:
            made_ = accounts.add(conn, name, role, HASH)
            if granted:
                accounts.grant(conn, made_.id, self.unit)
        return made_.id

    def enter(self, name: str, role: str = "reviewer", *, granted: bool = True) -> Browser:
        """A browser in which this account, made where it is not there, has logged in."""
        from pipeline.store.accounts import visits
        from pipeline.store.decisions import reading

        with reading(self.engine) as conn:
            known = accounts.find(conn, name)
        id = known.id if known else self.account(name, role, granted=granted)
        with writing(self.engine) as conn:
            token = visits.begin(conn, id, self.clock())
        from pipeline.review.visit import cookie_value

        browser = self.browser()
        browser.cookies[self.office.cookie] = cookie_value(self.office, token)
        return browser

    def path(self, rest: str = "", unit: str = "") -> str:
        """A path of the API of the unit."""
        return f"/api/units/{unit or self.unit}{rest}"

    def decide(self, browser: Browser, row: Row, verdict: str | None = "accepted",
               indicator: str = "T01", version: int = 0, **more: Any) -> Answer:
        """Open a target and decide on it."""
        opened_ = browser.get(self.path(f"/original?target={target(row)}&indicator={indicator}"))
        assert opened_.status == 200, opened_.text
        return browser.post(self.path("/evidence"), {
            "key": key(), "version": version, "indicator": indicator, "target": target(row),
            "verdict": verdict, **more})


def key() -> str:
    """A key that was not used yet."""
    global _number
    _number += 1
    return f"key-{_number:08}"


_number = 0
CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
"""What a test can wait for; `test_serve` has the real one."""
HASH = CHEAP.hash(PASSWORD)
