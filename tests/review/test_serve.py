"""Starting the server: keys, addresses, units that cannot be read, the commands themselves."""

from __future__ import annotations

import http.client
import os
import re
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from pipeline.errors import InputError, OutputError
from pipeline.review import passwords
from pipeline.review.keyfile import NAME, key_in, signed
from pipeline.review.serve import Where, local_office, shared_office
from pipeline.store.decisions import FILE, Unavailable
from tests.review.room import PASSWORD, Room, demo, key, screened, shows, target

ROOT = Path(__file__).parents[2]


# --- the key ----------------------------------------------------------------------------------


def test_the_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    made = key_in(tmp_path)
    assert len(made) == 32 and made == key_in(tmp_path)
    assert stat.S_IMODE((tmp_path / NAME).stat().st_mode) == 0o600
    (tmp_path / "other").mkdir()
    assert key_in(tmp_path / "other") != made


@pytest.mark.parametrize(("text", "error"), [
    ("", "key_weak"), ("secret", "key_weak"), ("00" * 32, "key_weak"), ("ab" * 32, "key_weak"),
    ("0123456789abcdef" * 2, "key_weak"), (bytes(range(32)).hex(), "key_weak"),
    ("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "key_weak"),
    ("不是密钥" * 20, "key_weak"),
])
def test_a_key_that_is_known_or_short_is_refused(tmp_path: Path, text: str, error: str) -> None:
    (tmp_path / NAME).write_text(text, "utf-8")
    (tmp_path / NAME).chmod(0o600)
    with pytest.raises(OutputError, match=error):
        key_in(tmp_path)


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    key_in(tmp_path)
    for mode in (0o644, 0o640, 0o604):
        (tmp_path / NAME).chmod(mode)
        with pytest.raises(OutputError, match="key_open"):
            key_in(tmp_path)


def test_a_key_is_no_link_and_no_folder(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    key_in(tmp_path / "there")
    (tmp_path / NAME).symlink_to(tmp_path / "there" / NAME)
    with pytest.raises(OutputError, match="key_unusable"):
        key_in(tmp_path)
    (tmp_path / NAME).unlink()
    (tmp_path / NAME).mkdir()
    with pytest.raises(OutputError, match="key_unusable"):
        key_in(tmp_path)


def test_a_signature_is_for_one_purpose() -> None:
    assert signed(b"k" * 32, "visit", "a") != signed(b"k" * 32, "other", "a")
    assert signed(b"k" * 32, "visit", "a") != signed(b"j" * 32, "visit", "a")


def test_passwords_are_hashed_as_the_standard_says() -> None:
    kept = passwords.hashed(PASSWORD)
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert passwords.fits(PASSWORD, kept) and not passwords.fits(PASSWORD + " ", kept)
    assert not passwords.fits("", None) and not passwords.fits(PASSWORD, "no hash")


# --- where ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("where", "error"), [
    (Where("192.168.1.5"), "tls_needed"), (Where("review.example.cn"), "tls_needed"),
    (Where("0.0.0.0"), "host_wildcard"), (Where("::"), "host_wildcard"),
    (Where(""), "host_wildcard"), (Where(port=70000), "port_bad"), (Where(port=-1), "port_bad"),
    (Where(cert=Path("a.pem")), "tls_half"), (Where(key=Path("a.pem")), "tls_half"),
    (Where("192.168.1.5", cert=Path("no.pem"), key=Path("no.pem")), "tls_unreadable"),
])
def test_what_would_let_others_read_is_refused(where: Where, error: str) -> None:
    with pytest.raises(InputError, match=error):
        where.checked()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.0.0.2"])
def test_this_machine_needs_no_tls(host: str) -> None:
    assert Where(host).checked().secure is False


# --- units that cannot be read ----------------------------------------------------------------


def office(tmp_path: Path, outs: list[Path], told: list[str]) -> Any:
    return shared_office(str(tmp_path / "office.sqlite"), outs, shows(tmp_path),
                         lambda asked: None, "zh", False, told.append)


def test_an_office_without_accounts_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="review_no_accounts"):
        office(tmp_path, [screened(tmp_path / "one")], [])


def test_out_without_a_run_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for out in (tmp_path / "empty", tmp_path / "nothing"):
        with pytest.raises(InputError, match="run_unscreened"):
            local_office(out, shows(tmp_path), lambda asked: None, "zh", lambda token: None)


@pytest.mark.parametrize(("spoil", "error"), [
    (lambda place: place.write_bytes(place.read_bytes()[:5000]), "run_unfinished"),
    (lambda place: place.write_bytes(b"no database"), "run_unfinished"),
    (lambda place: place.unlink(), "run_unscreened"),
    (lambda place: _version(place, 1), "run_format"),
    (lambda place: _forget(place, "key"), "run_unfinished"),
    (lambda place: _forget(place, "model"), "run_unfinished"),
])
def test_a_unit_that_cannot_be_read_has_a_page_and_the_others_go_on(
        tmp_path: Path, spoil: Any, error: str) -> None:
    room = Room(screened(tmp_path / "one"), others=(screened(tmp_path / "two"),))
    browser = room.enter("甲")
    room.enter("乙")
    _grant(room, "甲", room.others[0])
    spoil(tmp_path / "two" / "ledger.sqlite")
    bad = room.others[0]
    told = browser.get(room.path(unit=bad))
    assert told.status == 424 and told.json["error"] == error
    assert "zuozheng screen" in told.json["text"]
    assert "zuozheng screen" in browser.get(f"/u/{bad}").text
    for path in ("/indicators/T01", "/papers", "/search?q=x", "/queue", "/overview"):
        assert browser.get(room.path(path, bad)).status == 424
    assert browser.get(room.path()).status == 200
    listed = {one["id"]: one for one in browser.get("/api/units").json}
    assert listed[bad]["problem"]["error"] == error and listed[room.unit]["problem"] is None
    screened(tmp_path / "two", key="run-2")
    assert browser.get(room.path(unit=bad)).status == 200, "without a new start"


def _grant(room: Room, name: str, unit: str) -> None:
    from pipeline.store.accounts import accounts
    from pipeline.store.decisions import writing

    with writing(room.engine) as conn:
        found = accounts.find(conn, name)
        assert found is not None
        accounts.grant(conn, found.id, unit)


def _version(place: Path, version: int) -> None:
    import sqlite3

    base = sqlite3.connect(place)
    base.execute(f"PRAGMA user_version={version}")
    base.close()


def _forget(place: Path, key_: str) -> None:
    import sqlite3

    base = sqlite3.connect(place)
    base.execute("DELETE FROM header WHERE key=?", (key_,))
    base.commit()
    base.close()


@pytest.mark.parametrize("why", ["locked", "read_only", "full", "unreachable"])
def test_a_database_that_cannot_is_told_and_asked_again(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, why: Any) -> None:
    room = Room(screened(tmp_path / "out"))
    browser = room.enter("甲")
    row = demo.pieces()["T01"][0]
    browser.get(room.path(f"/original?target={target(row)}"))

    @contextmanager
    def cannot(engine: object) -> Iterator[None]:
        raise Unavailable(why)
        yield

    body = {"key": key(), "version": 0, "indicator": "T01", "target": target(row),
            "verdict": "accepted"}
    with monkeypatch.context() as patch:
        patch.setattr("pipeline.review.visit.writing", cannot)
        told = browser.post(room.path("/evidence"), body)
        assert told.status == 503 and told.json["error"] == f"store_{why}"
        assert int(told.header("retry-after")) >= 1
        assert browser.get(room.path()).status == 200
    assert browser.post(room.path("/evidence"), body).status == 200, "nothing typed is lost"


def test_hostile_names_and_texts_stay_text(tmp_path: Path) -> None:
    room = Room(screened(tmp_path / "out"))
    name = '"><img src=x onerror=alert(1)>{{7*7}}'
    browser = room.enter(name)
    for path in ("/", f"/u/{room.unit}"):
        page = browser.get(path).text
        assert "<img src=x" not in page and "{{7*7}}" in page and "49" not in page.split("who")[1]
    row = demo.pieces()["T05"][0]
    told = browser.get(room.path("/indicators/T05")).json["evidence"][0]
    assert told["path"].count(demo.SCRIPT) == 1 and "\u202e" not in told["text"]
    answer = room.decide(browser, row, indicator="T05", note="\x00\ud83d' OR 1=1; --")
    assert answer.status in (200, 422)
    for path in ("/papers", "/overview", ""):
        got = browser.get(room.path(path))
        assert got.header("content-type") == "application/json" and "\u202e" not in got.text


# --- the commands -----------------------------------------------------------------------------


def command(*words: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from pipeline.cli import main; main()", *words], input=given,
        capture_output=True, text=True, encoding="utf-8", cwd=ROOT, timeout=120, check=False,
        env={**os.environ, "PYTHONUTF8": "1"})


class Served:
    """`zuozheng review …` as a process."""

    def __init__(self, *words: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", "from pipeline.cli import main; main()", "review", *words],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", cwd=ROOT,
            env={**os.environ, "PYTHONUTF8": "1"})
        self.lines: list[str] = []
        self.errors: list[str] = []
        self.found = threading.Event()
        self.address = ""
        threading.Thread(target=self._out, daemon=True).start()
        threading.Thread(target=self._err, daemon=True).start()

    def _out(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)
            if found := re.search(r"https?://\S+", line):
                self.address = found[0]
                self.found.set()

    def _err(self) -> None:
        assert self.process.stderr is not None
        self.errors += self.process.stderr

    def wait(self) -> str:
        assert self.found.wait(60), "".join(self.errors)
        return self.address

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str
            ) -> http.client.HTTPResponse:
        place = urlsplit(self.address)
        line = http.client.HTTPConnection(place.hostname or "", place.port, timeout=30)
        line.request(method, path, body or None,
                     {key.replace("_", "-"): value for key, value in headers.items()})
        return line.getresponse()

    def end(self) -> int:
        self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(30)
        finally:
            self.process.kill()


def test_a_single_user_comes_in_by_the_link(tmp_path: Path) -> None:
    out = screened(tmp_path / "out")
    served = Served(str(out))
    try:
        link = urlsplit(served.wait())
        assert link.hostname == "127.0.0.1" and link.path == "/enter"
        once = link.query.removeprefix("once=")
        form = urlencode({"once": once, "name": "单人"}).encode()
        answer = served.ask("POST", "/enter", form, sec_fetch_site="same-origin",
                            content_type="application/x-www-form-urlencoded")
        assert answer.status == 303
        cookie = str(answer.getheader("set-cookie")).partition(";")[0]
        assert cookie.startswith(f"zuozheng-{link.port}=")
        me = served.ask("GET", "/api/me", cookie=cookie)
        assert me.status == 200 and '"local"' in me.read().decode()
        assert served.ask("GET", "/api/me").status == 401
        assert served.ask("GET", "/", host="evil.example").status == 421
        for name in (NAME, FILE, "review.id"):
            assert stat.S_IMODE((out / name).stat().st_mode) == 0o600
    finally:
        code = served.end()
    assert code in (0, 130)
    told = "".join(served.errors)
    assert "Traceback" not in told and "单人" not in told and once not in told
    assert "GET /api/me 200" in told


def test_an_office_is_set_up_and_served(tmp_path: Path) -> None:
    out, base = screened(tmp_path / "out"), str(tmp_path / "office.sqlite")
    where = ("--database", base)
    done = command("account", "add", "管理员", "--role", "admin", *where, given=PASSWORD + "\n")
    assert done.returncode == 0, done.stderr
    again = command("account", "add", "管理员", *where, given=PASSWORD + "\n")
    assert again.returncode == 20 and "管理员" in again.stderr
    short = command("account", "add", "甲", *where, given="123\n")
    assert short.returncode == 20 and "12" in short.stderr
    for words in (("add", "甲"), ("password", "甲")):
        assert command("account", *words, *where, given=PASSWORD + "\n").returncode == 0
    for words in (("grant", "甲", str(out)), ("role", "甲", "lead")):
        done = command("account", *words, *where)
        assert done.returncode == 0, done.stderr
    for words in (("close", "管理员"), ("role", "管理员", "lead")):
        locked = command("account", *words, *where)
        assert locked.returncode == 20 and "--role admin" in locked.stderr, "nobody could let in"
    common = command("account", "add", "乙", *where, given="zuozheng1234\n")
    assert common.returncode == 20 and "猜" in common.stderr
    listed = command("account", "list", *where).stdout
    assert "甲" in listed and "云岭市水务局" in listed and PASSWORD not in listed
    assert command("account", "close", "无此人", *where).returncode == 20
    assert command("account", "grant", "甲", str(tmp_path), *where).returncode == 20
    token = command("account", "token", "甲", "汇总", *where).stdout.strip()
    served = Served(*where, str(out))
    try:
        served.wait()
        form = urlencode({"name": "甲", "password": PASSWORD, "next": "/"}).encode()
        answer = served.ask("POST", "/login", form, sec_fetch_site="same-origin",
                            content_type="application/x-www-form-urlencoded")
        assert answer.status == 303, answer.read()
        assert served.ask("GET", "/api/units", authorization=f"Bearer {token}").status == 200
    finally:
        served.end()
    assert command("account", "withdraw", "甲", str(out), *where).returncode == 0
    assert command("account", "close", "甲", *where).returncode == 0


@pytest.mark.parametrize(("words", "says"), [
    (["{tmp}/没有"], "zuozheng screen"), (["{tmp}/out", "{tmp}/out"], "--database"),
    (["{tmp}/out", "--host", "192.168.1.5"], "--tls-cert"),
    (["{tmp}/out", "--host", "0.0.0.0"], "--host"), (["{tmp}/out", "--port", "70000"], "--port"),
    (["{tmp}/out", "--tls-cert", "a.pem"], "--tls-key"),
    (["{tmp}/out", "--database", "{tmp}/new.sqlite"], "zuozheng account add"),
    (["{tmp}/out", "--last", "{tmp}/没有"], "zuozheng screen"),
    (["{tmp}/out", "--database", "mysql://x"], "postgresql"),
])
def test_a_start_that_cannot_be_ends_in_one_message(tmp_path: Path, words: list[str], says: str
                                                    ) -> None:
    screened(tmp_path / "out")
    done = command("review", *(word.replace("{tmp}", str(tmp_path)) for word in words))
    assert done.returncode in (20, 40) and says in done.stderr, done.stderr
    assert "Traceback" not in done.stderr and done.stdout == ""


@pytest.mark.parametrize("verb", ["add", "list", "grant", "token"])
def test_help_is_in_the_language_asked_for(verb: str) -> None:
    told = command("account", verb, "--help", "--lang", "en").stdout
    assert "--database" in told and not re.search("[\u4e00-\u9fff]", told)


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    served = Served(str(screened(tmp_path / "one")))
    try:
        port = urlsplit(served.wait()).port
        done = command("review", str(screened(tmp_path / "two")), "--port", str(port))
        assert done.returncode == 40 and str(port) in done.stderr and "Errno" not in done.stderr
        assert "Traceback" not in done.stderr
    finally:
        served.end()


def test_a_room_comes_back_where_it_was_if_it_can(tmp_path: Path) -> None:
    out = screened(tmp_path / "out")
    first = Served(str(out))
    port = urlsplit(first.wait()).port
    first.end()
    assert (out / "review.port").stat().st_mode & 0o777 == 0o600
    second = Served(str(out))
    try:
        assert urlsplit(second.wait()).port == port, "what was typed in an open page is still its"
        other = screened(tmp_path / "other")
        (other / "review.port").write_text(str(port))
        third = Served(str(other))
        try:
            assert urlsplit(third.wait()).port not in (None, port)
        finally:
            third.end()
    finally:
        second.end()
