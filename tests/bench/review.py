"""Many reviewers at once on one unit: is anything lost, doubled or slow?

    python -m tests.bench.review                                20 reviewers, 5 minutes, SQLite
    python -m tests.bench.review --postgres --reviewers 100 --restart
    python -m tests.bench.review --kill 100                     kill -9 at so many random points

A real server process, real logins, real decisions on a sample archive: each reviewer opens a
passage, reads for a moment, decides; three writes in ten fall on the same fifty passages. Every
acknowledged decision is written down here and looked for in the chain afterwards. Nothing fails
when a figure is missed: it prints.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "一把只在基准里用的长钥匙"
CONTESTED, SHARE = 50, 0.3
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}
COMMAND = [sys.executable, "-P", "-c", "from pipeline.cli import main; main()"]


@dataclass(slots=True)
class Tally:
    """What all reviewers met together: statuses, seconds of a decision, what was acknowledged."""

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    opening: list[float] = field(default_factory=list)
    acknowledged: dict[str, tuple[int, str, int]] = field(default_factory=dict)
    broken: int = 0
    down: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)


class Reviewer(threading.Thread):
    """One reviewer with a connection, a login and a way through the passages."""

    def __init__(self, name: str, address: str, unit: str, items: Sequence[tuple[str, str]],
                 until: float, pause: float, tally: Tally) -> None:
        super().__init__(daemon=True)
        self._host = urlsplit(address).netloc
        self._address, self._name, self._unit = address, name, unit
        self._items, self._until, self._pause, self._tally = items, until, pause, tally
        self._wire: http.client.HTTPConnection | None = None
        self._cookie = ""
        self._versions: dict[tuple[str, str], int] = {}
        self._random = random.Random(name)

    def run(self) -> None:
        while time.monotonic() < self._until:
            try:
                if not self._cookie:
                    self._login()
                self._decide()
            except (OSError, http.client.HTTPException):
                self._wire = None
                with self._tally.lock:
                    self._tally.broken += 1
                time.sleep(0.2)

    def _decide(self) -> None:
        own = self._random.random() >= SHARE
        item = self._random.choice(self._items if own else self._items[:CONTESTED])
        indicator, target = item
        path = (f"/api/units/{self._unit}/original?target={quote(target)}"
                f"&indicator={quote(indicator)}")
        if item not in self._versions:
            before = time.monotonic()
            status, _ = self._ask("GET", path)
            with self._tally.lock:
                self._tally.opening.append(time.monotonic() - before)
            if status != 200:
                self._met(status)
                return
            self._versions[item] = 0
        time.sleep(self._random.expovariate(1 / self._pause) if self._pause else 0)
        key = uuid.uuid4().hex
        verdict = self._random.choice(("accepted", "rejected", "unsure"))
        body = {"key": key, "version": self._versions[item], "indicator": indicator,
                "target": target, "verdict": verdict, "note": f"第{key[:4]}次读"}
        if verdict == "rejected":
            body["reason"] = "slogan"
        self._post(key, item, body)

    def _post(self, key: str, item: tuple[str, str], body: dict[str, Any]) -> None:
        """Once, or again with the same key until there is an answer."""
        asked = time.monotonic()
        while True:
            try:
                before = time.monotonic()
                status, told = self._ask("POST", f"/api/units/{self._unit}/evidence", body)
            except (OSError, http.client.HTTPException):
                self._wire = None
                if time.monotonic() > self._until + 30:
                    return
                time.sleep(0.2)
                continue
            self._met(status)
            if status == 503:
                time.sleep(1)
                with self._tally.lock:
                    self._tally.down = max(self._tally.down, time.monotonic() - asked)
                continue
            break
        with self._tally.lock:
            if status in (200, 409):
                self._tally.seconds.append(time.monotonic() - before)
            if status == 200:
                entry = told["entry"]
                self._tally.acknowledged[key] = (entry["seq"], entry["hash"], entry["version"])
                self._versions[item] = entry["version"]
            elif status == 409:
                self._versions[item] = told["version"]

    def _met(self, status: int) -> None:
        with self._tally.lock:
            self._tally.statuses[status] += 1

    def _login(self) -> None:
        words = urlencode({"name": self._name, "password": PASSWORD, "next": "/"})
        self._send("POST", "/login", words.encode(), "application/x-www-form-urlencoded")
        assert self._wire is not None
        answer = self._wire.getresponse()
        answer.read()
        cookies = answer.headers.get_all("Set-Cookie") or []
        if answer.status not in (200, 303) or not cookies:
            self._met(answer.status)
            time.sleep(1)
            return
        self._cookie = "; ".join(one.partition(";")[0] for one in cookies)

    def _ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        self._send(method, path, json.dumps(body).encode() if body is not None else None,
                   "application/json")
        assert self._wire is not None
        answer = self._wire.getresponse()
        data = answer.read()
        return answer.status, json.loads(data) if data[:1] in (b"{", b"[") else None

    def _send(self, method: str, path: str, data: bytes | None, kind: str) -> None:
        if self._wire is None:
            self._wire = http.client.HTTPConnection(self._host, timeout=30)
        head = {"Content-Type": kind, "Origin": self._address, "Sec-Fetch-Site": "same-origin",
                "Accept": "application/json"}
        if self._cookie:
            head["Cookie"] = self._cookie
        self._wire.request(method, path, data, head)


# --- the server -------------------------------------------------------------------------------


def screened(place: Path) -> Path:
    """A sample archive, screened."""
    out = place / "out"
    folder = ROOT / "sample_archives" / "lanhe" / "岚河市交通运输局"
    subprocess.run([*COMMAND, "screen", str(folder), "-r", "yuxi-2024", "-o", str(out), "--ocr",
                    "never"], env=ENVIRONMENT, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, check=False)
    return out


def started(database: str, out: Path, port: int = 0) -> tuple[subprocess.Popen[str], str]:
    """The server over `out` and the address it says it has."""
    server = subprocess.Popen(
        [*COMMAND, "review", "--database", database, "--port", str(port), str(out)],
        env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert server.stdout is not None
    for line in server.stdout:
        found = re.search(r"http://[\d.]+:\d+", line)
        if found:
            return server, found[0]
    raise SystemExit("the server did not start")


def staffed(database: str, out: Path, names: Sequence[str]) -> tuple[str, list[tuple[str, str]]]:
    """Accounts for everybody, granted the unit; its id, and what can be decided on."""
    from pipeline.review.passwords import hashed
    from pipeline.store import accounts, decisions
    from pipeline.store.ledger import Ledger, checked

    engine = decisions.opened(Path(database) if "://" not in database else database)
    with Ledger(checked(out)) as ledger:
        label = ledger.header()["unit"][0]
        items = [(entry["id"], f"p:{row['passage']}") for entry in ledger.entries("indicators")
                 for row in ledger.evidence(entry["id"])]
    secret = hashed(PASSWORD)
    with decisions.writing(engine) as conn:
        unit = decisions.register(conn, out, label, "yuxi-2024")
        for name in names:
            account = accounts.add(conn, name, "reviewer", secret)
            accounts.grant(conn, account.id, unit.id)
    engine.dispose()
    return unit.id, list(dict.fromkeys(items))


def settled(database: str, unit: str, tally: Tally) -> dict[str, int]:
    """What the chain has to say of everything that was acknowledged."""
    from pipeline.store import decisions

    engine = decisions.opened(Path(database) if "://" not in database else database)
    with decisions.reading(engine) as conn:
        told = decisions.verify(conn, unit)
        rows = {entry.seq: entry for entry in decisions.entries(conn, unit)}
    engine.dispose()
    versions = Counter((row.seat, row.kind, row.subject, row.version) for row in rows.values())
    return {
        "entries": told.count, "chain_bad": int(told.bad is not None),
        "acknowledged": len(tally.acknowledged),
        "lost": sum(seq not in rows or rows[seq].hash != hash_
                    for seq, hash_, _ in tally.acknowledged.values()),
        "doubled": len(tally.acknowledged) - len({seq for seq, _, _ in
                                                  tally.acknowledged.values()}),
        "one_version_twice": sum(count > 1 for count in versions.values()),
    }


def load(database: str, out: Path, reviewers: int, seconds: float, pause: float,
         restart: Any = None) -> None:
    """So many reviewers for so long; prints what they met."""
    names = [f"审核{number:03}" for number in range(reviewers)]
    unit, items = staffed(database, out, names)
    server, address = started(database, out)
    tally, until = Tally(), time.monotonic() + seconds
    people = [Reviewer(name, address, unit, items, until, pause, tally) for name in names]
    for one in people:
        one.start()
    if restart:
        time.sleep(seconds / 2)
        restart()
    for one in people:
        one.join(seconds + 60)
    server.terminate()
    server.wait(20)
    print(f"{reviewers} reviewers, {seconds:.0f} s, pause {pause} s on average, {len(items)} items")
    print(f"  statuses {dict(sorted(tally.statuses.items()))}, connections broken {tally.broken}")
    for name, told in (("decision", tally.seconds), ("opening", tally.opening)):
        if len(told) > 20:
            cut = quantiles(told, n=100)
            print(f"  {name}: {len(told) / seconds:.1f} a second; median {cut[49] * 1000:.0f} ms, "
                  f"p95 {cut[94] * 1000:.0f} ms, p99 {cut[98] * 1000:.0f} ms")
    if restart:
        print(f"  longest wait of a decision over the restart: {tally.down:.1f} s")
    print(f"  {settled(database, unit, tally)}")


def killed(out: Path, place: Path, times: int) -> None:
    """Kill -9 of the server at random moments, reviewers at work; the same database throughout."""
    database = str(place / "killed.sqlite")
    names = [f"审核{number:03}" for number in range(8)]
    unit, items = staffed(database, out, names)
    tally, chance = Tally(), random.Random(9)
    for _ in range(times):
        server, address = started(database, out)
        until = time.monotonic() + chance.uniform(0.8, 2.5)
        people = [Reviewer(name, address, unit, items, until, 0, tally) for name in names]
        for one in people:
            one.start()
        while time.monotonic() < until - 0.05:
            time.sleep(0.01)
        os.kill(server.pid, signal.SIGKILL)
        server.wait()
        for one in people:
            one.join(0.01)
    print(f"killed {times} times: {settled(database, unit, tally)}")


def main() -> None:
    """The command `python -m tests.bench.review`."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.review", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reviewers", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--pause", type=float, default=0.5, help="seconds of reading, on average")
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--restart", action="store_true", help="of PostgreSQL in mid-run")
    parser.add_argument("--kill", type=int, default=0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="review-") as name:
        place = Path(name)
        out = screened(place)
        if given.kill:
            killed(out, place, given.kill)
        elif given.postgres:
            from tests.store.postgres import server

            with server(loopback_port=54329, durable=True) as base:
                load(base.url(), out, given.reviewers, given.seconds, given.pause,
                     base.restart if given.restart else None)
        else:
            load(str(place / "office.sqlite"), out, given.reviewers, given.seconds, given.pause)


if __name__ == "__main__":
    main()
