"""Coming in: passwords, one-time links, visits, tokens; and being sent out again."""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import urlencode

import pytest

from pipeline.review import passwords
from pipeline.review.pages import own_path
from pipeline.store.accounts import accounts, attempts, tokens
from pipeline.store.decisions import reading, writing
from tests.review.room import PASSWORD, Answer, Browser, Room, _asked, run, screened

NAME = "周复核"


def login(browser: Browser, name: str = NAME, password: str = PASSWORD, **more: str) -> Answer:
    return browser.post("/login", {"name": name, "password": password, "next": "/"}, **more)


def test_a_password_lets_in(room: Room) -> None:
    room.account(NAME, "reviewer")
    browser = room.browser()
    answer = login(browser)
    assert answer.status == 303 and answer.header("location") == "/"
    cookie = next(value for key, value in answer.headers if key == "set-cookie")
    assert "HttpOnly" in cookie and "SameSite=strict" in cookie and "Path=/" in cookie
    assert browser.get("/api/me").json == {
        "name": NAME, "role": "reviewer", "language": "zh", "single": False,
        "permissions": ["decide", "download", "export", "read"]}


def test_on_tls_the_cookie_is_bound_to_the_host(room: Room) -> None:
    room.account(NAME, "reviewer")
    room.office.secure = True
    browser = room.browser()
    answer = login(browser)
    cookie = next(value for key, value in answer.headers if key == "set-cookie")
    assert cookie.startswith("__Host-zuozheng=") and "Secure" in cookie
    assert "Domain" not in cookie


def test_a_login_can_be_asked_for_as_json(room: Room) -> None:
    room.account(NAME, "reviewer")
    assert login(room.browser(), accept="application/json").json == {"next": "/"}
    wrong = login(room.browser(), password="错", accept="application/json")
    assert wrong.status == 401 and wrong.json["error"] == "login_wrong"


def test_an_unknown_name_is_answered_as_a_wrong_password(
        room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    room.account(NAME, "reviewer")
    room.account("停用", "reviewer")
    with writing(room.engine) as conn:
        found = accounts.find(conn, "停用")
        assert found is not None
        accounts.close(conn, found.id)
    checked: list[str | None] = []
    fits = passwords.fits

    def seen(password: str, kept: str | None) -> bool:
        checked.append(kept)
        return fits(password, kept)

    monkeypatch.setattr(passwords, "fits", seen)
    answers = [login(room.browser(), name, "不是这个密码 1", accept="application/json")
               for name in (NAME, "无此人", "停用")]
    assert len({(answer.status, answer.body) for answer in answers}) == 1
    assert len(checked) == 3 and checked[1] is None, "nobody's password is looked at all the same"


def test_the_owner_of_a_closed_account_is_told_and_nobody_else(room: Room) -> None:
    browser = room.enter(NAME)
    with writing(room.engine) as conn:
        found = accounts.find(conn, NAME)
        assert found is not None
        accounts.close(conn, found.id)
    told = browser.get("/api/me")
    assert told.status == 401 and told.json["error"] == "account_closed"
    assert "停用" in told.json["text"] and browser.get("/").status == 401
    assert room.browser().get("/api/me").json["error"] == "login"
    right = login(room.browser(), accept="application/json")
    assert right.status == 401 and right.json["error"] == "account_closed"
    wrong = login(room.browser(), password="不是这个密码 1", accept="application/json")
    assert wrong.status in (401, 429) and wrong.json["error"] != "account_closed"
    room.clock.on(hours=13)
    assert browser.get("/api/me").json["error"] == "login", "the visit would be over by now"


def _made(room: Room) -> str:
    with reading(room.engine) as conn:
        found = accounts.find(conn, NAME)
    assert found is not None
    return found.id


def test_wrong_passwords_have_to_wait_for_each_name_and_address(room: Room) -> None:
    room.account(NAME, "reviewer")
    room.account("吴复核", "reviewer")
    browser = room.browser()
    statuses = [login(browser, password=f"错误密码{number}").status for number in range(4)]
    assert statuses == [401, 401, 401, 429]
    held = login(browser)
    assert held.status == 429 and int(held.header("retry-after")) >= 1
    assert login(Browser(room.app, address="127.0.0.9")).status == 429, "the name waits anywhere"
    assert login(browser, "吴复核").status == 303, "another name does not"
    room.clock.on(minutes=2)
    assert login(browser).status == 303
    for number in range(12):
        room.clock.on(seconds=1)
        login(Browser(room.app, address="127.0.0.7"), f"猜{number}", "错误密码")
    assert login(Browser(room.app, address="127.0.0.7")).status == 429, "the address waits"
    with reading(room.engine) as conn:
        assert attempts.wait(conn, NAME, "127.0.0.8", room.clock()) == 0


def test_a_visit_of_before_is_not_taken_over(room: Room) -> None:
    room.account(NAME, "reviewer")
    browser = room.browser()
    browser.cookies[room.office.cookie] = "planted.0123456789abcdef0123456789abcdef"
    login(browser)
    first = dict(browser.cookies)
    assert "planted" not in first[room.office.cookie]
    login(browser)
    assert browser.cookies[room.office.cookie] != first[room.office.cookie]
    old = room.browser()
    old.cookies = first
    assert old.get("/api/me").status == 401, "the visit before a login ends with it"


def test_a_cookie_that_we_did_not_sign_never_reaches_the_database(
        room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = room.enter(NAME)
    name = room.office.cookie
    token = browser.cookies[name].partition(".")[0]

    def asked(*_: object) -> None:
        raise AssertionError("the database was asked")

    monkeypatch.setattr("pipeline.review.visit.visits.visitor", asked)
    for forged in (token, f"{token}.", f"{token}.{'0' * 32}", f".{'0' * 32}", "é"):
        browser.cookies[name] = forged
        assert browser.get("/api/me").status == 401


def test_a_visit_ends_when_nothing_is_done_and_after_half_a_day(room: Room) -> None:
    browser = room.enter(NAME)
    for _ in range(3):
        room.clock.on(minutes=29)
        assert browser.get("/api/me").status == 200
    room.clock.on(minutes=31)
    gone = browser.get("/api/me")
    assert gone.status == 401 and "重新登录" in gone.json["text"]
    busy = room.enter(NAME)
    for _ in range(24 * 60 // 25 // 2):
        room.clock.on(minutes=25)
        busy.get("/api/me")
    room.clock.on(minutes=25)
    assert busy.get("/api/me").status == 401


def test_a_page_sends_to_the_login_and_back(room: Room) -> None:
    answer = room.browser().get(f"/u/{room.unit}/overview")
    assert answer.status == 303
    assert answer.header("location") == f"/login?next=/u/{room.unit}/overview"
    assert f'value="/u/{room.unit}/overview"' in room.browser().get(answer.header("location")).text


@pytest.mark.parametrize(("asked", "goes"), [
    ("/", "/"), ("/u/0123456789abcdef", "/u/0123456789abcdef"), ("/audit?unit=1", "/audit?unit=1"),
    ("//evil.example", "/"), ("/\\evil.example", "/"), ("https://evil.example", "/"), ("", "/"),
    ("javascript:alert(1)", "/"), ("/u\r\nSet-Cookie: a=b", "/"), ("/login", "/"),
    ("/u/\tx", "/"), ("/评审", "/"),
])
def test_a_login_leads_to_our_own_pages_alone(asked: str, goes: str) -> None:
    assert own_path(asked) == goes


@pytest.mark.parametrize("change", ["role", "password", "close"])
def test_a_change_of_an_account_ends_its_visits_and_tokens(room: Room, change: str) -> None:
    browser, admin = room.enter(NAME), room.enter("管理", "admin")
    id = _made(room)
    with writing(room.engine) as conn:
        program = Browser(room.app, bearer=tokens.make(conn, id, "报表", room.clock()))
    assert browser.get("/api/me").status == program.get("/api/me").status == 200
    body = {"role": {"role": "lead"}, "password": {"password": f"新的 {PASSWORD}"}, "close": {}}
    assert admin.post(f"/api/accounts/{id}/{change}", body[change]).status == 200
    assert browser.get("/api/me").status == program.get("/api/me").status == 401


def test_logging_out_ends_the_visit(room: Room) -> None:
    browser = room.enter(NAME)
    before = dict(browser.cookies)
    assert browser.post("/logout").status == 303
    assert room.office.cookie not in browser.cookies
    browser.cookies = before
    assert browser.get("/api/me").status == 401


def test_accounts_are_kept_by_the_administrator(room: Room) -> None:
    admin = room.enter("管理", "admin")
    made = admin.post("/api/accounts", {"name": " 吴  复核 ", "role": "reviewer",
                                        "password": PASSWORD})
    assert made.status == 200, made.text
    id = made.json["id"]
    assert admin.post(f"/api/accounts/{id}/grant", {"unit": room.unit}).json["units"] == [room.unit]
    assert admin.post(f"/api/accounts/{id}/withdraw", {"unit": room.unit}).json["units"] == []
    assert admin.post(f"/api/accounts/{id}/grant", {"unit": "0" * 16}).status == 404
    assert admin.post("/api/accounts/abcdefabcdef/role", {"role": "lead"}).status == 404
    again = admin.post("/api/accounts", {"name": made.json["name"], "role": "lead",
                                         "password": PASSWORD})
    assert again.json["error"] == "name_taken"
    for bad in ("", "短", "a" * 12, made.json["name"]):
        told = admin.post(f"/api/accounts/{id}/password", {"password": bad})
        assert told.status == 422, bad
    assert "hash" not in admin.get("/api/accounts").text
    kinds = [row["kind"] for row in admin.get("/api/audit").json["entries"]]
    assert kinds[-3:] == ["account_added", "unit_granted", "unit_withdrawn"]


def test_the_last_administrator_stays(room: Room) -> None:
    admin = room.enter("管理", "admin")
    with reading(room.engine) as conn:
        found = accounts.find(conn, "管理")
    assert found is not None
    for change, body in (("role", {"role": "lead"}), ("close", {})):
        told = admin.post(f"/api/accounts/{found.id}/{change}", body)
        assert told.json["error"] == "last_admin"
    assert admin.get("/api/me").status == 200


def test_a_password_of_ones_own(room: Room) -> None:
    browser = room.enter(NAME)
    new = "四个 不相干 的词语 在此"
    assert browser.post("/api/password", {"old": "不是它", "new": new}).json[
        "error"] == "password_wrong"
    assert browser.post("/api/password", {"old": PASSWORD, "new": new}).status == 200
    assert browser.get("/api/me").status == 401
    assert login(room.browser(), password=new).status == 303


def test_tokens_are_told_once_and_read_alone(room: Room) -> None:
    browser = room.enter("监督", "auditor")
    token = browser.post("/api/tokens", {"label": "汇总"}).json["token"]
    (listed,) = browser.get("/api/tokens").json
    assert token not in str(listed)
    program = Browser(room.app, bearer=token)
    assert program.get(room.path()).status == 200
    assert program.post("/api/tokens", {"label": "再来一个"}).status == 403
    assert browser.post(f"/api/tokens/{listed['id']}/revoke", {}).status == 200
    assert program.get(room.path()).status == 401


def test_a_token_never_opens_anything_for_its_account(room: Room) -> None:
    from tests.review.room import demo, key, target

    row = demo.pieces()["T01"][1]
    browser = room.enter(NAME)
    token = browser.post("/api/tokens", {"label": "程序"}).json["token"]
    program = Browser(room.app, bearer=token)
    assert program.get(room.path(f"/original?target={target(row)}")).status == 200
    told = browser.post(room.path("/evidence"), {
        "key": key(), "version": 0, "indicator": "T01", "target": target(row),
        "verdict": "accepted"})
    assert told.json["error"] == "not_opened"


# --- the single user --------------------------------------------------------------------------


@pytest.fixture
def alone(tmp_path: Path) -> Room:
    room = Room(screened(tmp_path / "out"), local=True)
    assert room.office.link is not None
    room.office.link.make(room.clock())
    return room


def test_the_link_works_once(alone: Room) -> None:
    (token,) = alone.tokens
    browser = alone.browser()
    for _ in range(2):
        assert token in browser.get(f"/enter?once={token}").text, "looking does not use it up"
    assert browser.post("/enter", {"once": token, "name": NAME}).status == 303
    assert browser.get("/api/me").json["role"] == "local"
    other = alone.browser()
    assert other.get(f"/enter?once={token}").status == 401
    assert other.post("/enter", {"once": token, "name": "别人"}).status == 401
    assert other.get("/api/me").status == 401


def test_the_link_is_good_for_a_quarter_of_an_hour(alone: Room) -> None:
    (token,) = alone.tokens
    alone.clock.on(minutes=14)
    assert alone.browser().get(f"/enter?once={token}").status == 200
    alone.clock.on(minutes=2)
    browser = alone.browser()
    assert browser.post("/enter", {"once": token, "name": NAME}).status == 401
    assert len(alone.tokens) == 2, "a new one is printed, where only its owner can read it"
    assert alone.tokens[1] not in browser.get("/").text


def test_a_made_up_link_is_none(alone: Room) -> None:
    for made_up in ("", "x", alone.tokens[0][:-1], alone.tokens[0] + "x", "é"):
        assert alone.browser().post("/enter", {"once": made_up, "name": NAME}).status == 401
    assert len(alone.tokens) == 1, "the good one still stands"


def test_whoever_comes_back_after_an_hour_finds_a_new_link(alone: Room) -> None:
    browser = alone.browser()
    browser.post("/enter", {"once": alone.tokens[0], "name": NAME})
    alone.clock.on(hours=1)
    told = browser.get("/api/me")
    assert told.status == 401 and "zuozheng review" in told.json["text"]
    assert len(alone.tokens) == 2
    form = browser.get(f"/enter?once={alone.tokens[1]}")
    assert f'value="{NAME}"' in form.text, "the name is given once"
    browser.post("/enter", {"once": alone.tokens[1], "name": NAME})
    assert browser.get("/api/me").json["name"] == NAME


def test_without_a_link_nobody_comes_in(alone: Room) -> None:
    assert alone.browser().get("/").status == 401
    assert alone.browser().get("/login").status == 401
    assert login(alone.browser()).status == 404
    assert len(alone.tokens) == 1, "asking does not make links while one is good"


def test_a_name_is_needed(alone: Room) -> None:
    (token,) = alone.tokens
    for bad in ("", "  ", "\x00", "\x1b[2J"):
        told = alone.browser().post("/enter", {"once": token, "name": bad})
        assert told.status == 422
    assert alone.browser().post("/enter", {"once": token, "name": NAME}).status == 303


def test_an_office_has_no_link(room: Room) -> None:
    assert room.browser().get("/enter?once=x").status == 404
    assert room.browser().post("/enter", {"once": "x", "name": NAME}).status == 404


def test_the_language_is_the_visits(room: Room) -> None:
    chinese, english = room.enter("甲"), room.enter("乙")
    assert english.post("/api/language", {"language": "en"}).json == {"language": "en"}
    assert 'lang="en"' in english.get("/").text and 'lang="zh-CN"' in chinese.get("/").text
    assert english.get("/api/me").json["language"] == "en"
    assert "not found" in english.get("/api/nowhere").text.lower() or \
        "no such page" in english.get("/api/nowhere").text
    assert 'lang="en"' in room.browser().get("/login?language=en").text
    words = english.get("/api/words").json
    assert words["verdict.met"] == "met" and words["stage.plan"]
    assert chinese.get("/api/words").json["verdict.met"] == "符合"


def test_a_mornings_logins_wait_for_their_turn(room: Room) -> None:
    room.account(NAME, "reviewer")
    browser = room.browser()
    body = urlencode({"name": NAME, "password": PASSWORD}).encode()
    headers = {"sec_fetch_site": "same-origin",
               "content_type": "application/x-www-form-urlencoded"}

    async def all_at_once() -> list[int]:
        asked = [_asked(room.app, browser.scope("POST", "/login", body, headers), body)
                 for _ in range(20)]
        return [answer.status for answer in await asyncio.gather(*asked)]

    assert run(all_at_once()) == [303] * 20


def test_many_logins_do_not_take_all_threads() -> None:
    from pipeline.review.problem import Problem

    taken = [passwords._SEATS.acquire(blocking=False) for _ in range(passwords.WAITING)]
    assert all(taken)
    try:
        with pytest.raises(Problem) as refused, passwords.turn():
            pass
        assert refused.value.status == 503 and refused.value.wait
    finally:
        for _ in taken:
            passwords._SEATS.release()
