"""What stands around every request and every answer."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import pytest

from pipeline.review.guard import LARGEST, POLICY
from tests.review.room import HOST, Browser, Room, demo, key, run, target

ORIGIN = f"http://{HOST}"


def body() -> dict[str, Any]:
    return {"language": "en"}


def test_every_answer_has_every_header(room: Room) -> None:
    browser = room.enter("甲")
    answers = [
        browser.get("/api/me"), browser.get("/"), browser.get("/static/base.css"),
        browser.get("/nowhere"), browser.get("/api/nowhere"), room.browser().get("/api/me"),
        browser.post("/api/language", {"language": "xx"}), browser.get(room.path("/search")),
        browser.post("/api/language", body(), sec_fetch_site="cross-site"),
        browser.ask("DELETE", "/api/me", b"", {}), browser.ask("GET", "/", b"", {"host": "x"}),
        browser.get(room.path("/pictures/" + demo.sha(demo.MINUTES)[:16] + "/1")),
    ]
    assert {answer.status for answer in answers} >= {200, 404, 401, 422, 403, 405, 421}
    for answer in answers:
        assert answer.header("content-security-policy") == POLICY
        assert "unsafe" not in POLICY and POLICY.startswith("default-src 'none'")
        assert answer.header("x-content-type-options") == "nosniff"
        assert answer.header("referrer-policy") == "no-referrer"
        assert answer.header("cross-origin-opener-policy") == "same-origin"
        assert answer.header("cross-origin-resource-policy") == "same-origin"
        assert answer.header("cache-control").split(",")[0] in ("no-store", "private")
        assert answer.header("server") == ""


@pytest.mark.parametrize(("headers", "status"), [
    ({"sec_fetch_site": "same-origin"}, 200),
    ({"sec_fetch_site": "same-origin", "origin": ORIGIN}, 200),
    ({"sec_fetch_site": "same-origin", "origin": "null"}, 200),
    ({"sec_fetch_site": "", "origin": ORIGIN}, 200),
    ({"sec_fetch_site": ""}, 403),
    ({"sec_fetch_site": "", "origin": "null"}, 403),
    ({"sec_fetch_site": "cross-site"}, 403),
    ({"sec_fetch_site": "same-site"}, 403),
    ({"sec_fetch_site": "none"}, 403),
    ({"sec_fetch_site": "cross-site", "origin": ORIGIN}, 403),
    ({"sec_fetch_site": "same-origin", "origin": "http://evil.example"}, 403),
    ({"sec_fetch_site": "", "origin": f"https://{HOST}"}, 403),
    ({"sec_fetch_site": "", "origin": f"http://{HOST}.evil.example"}, 403),
])
def test_a_write_comes_from_our_own_page(room: Room, headers: dict[str, str], status: int) -> None:
    assert room.enter("甲").post("/api/language", body(), **headers).status == status


@pytest.mark.parametrize("kind", [
    "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""])
def test_the_api_takes_json_alone(room: Room, kind: str) -> None:
    assert room.enter("甲").post("/api/language", body(), content_type=kind).status == 415


def test_a_page_takes_a_form_alone(room: Room) -> None:
    answer = room.browser().post("/login", {"name": "甲"}, content_type="application/json")
    assert answer.status == 415


@pytest.mark.parametrize(("host", "status"), [
    (HOST, 200), (f"localhost:{HOST[-4:]}", 200), ("127.0.0.1", 421), ("127.0.0.1:1", 421),
    ("evil.example", 421), (f"{HOST}.evil.example", 421), (f"{HOST}@evil.example", 421),
    ("", 421),
])
def test_it_answers_to_its_own_names_alone(room: Room, host: str, status: int) -> None:
    assert Browser(room.app, host=host).get("/login").status == status


def test_two_hosts_are_none(room: Room) -> None:
    from tests.review.room import _asked

    scope = {"type": "http", "method": "GET", "path": "/login", "raw_path": b"/login",
             "query_string": b"", "client": ("127.0.0.1", 1), "scheme": "http", "root_path": "",
             "http_version": "1.1", "headers": [(b"host", HOST.encode()), (b"host", b"evil")]}
    assert run(_asked(room.app, scope, b"")).status == 421


def test_a_host_that_others_claim_for_us_is_not_believed(room: Room) -> None:
    browser = room.browser()
    told = browser.get("/login", x_forwarded_host="evil.example", x_forwarded_for="10.0.0.1")
    assert told.status == 200 and "evil" not in told.text


def test_a_body_has_a_limit(room: Room) -> None:
    browser = room.enter("甲")
    long = json.dumps({"language": "e" * LARGEST}).encode()
    headers = {"content-type": "application/json", "sec-fetch-site": "same-origin"}
    assert browser.ask("POST", "/api/language", long, headers).status == 413
    # A length that is not true does not help.
    answer = browser.ask("POST", "/api/language", long, {**headers, "content-length": "5"})
    assert answer.status == 413
    assert browser.get("/api/me?" + "x" * 5000).status == 414


@pytest.mark.parametrize("raw", [b"", b"{", b"null", b'"x"', b"\xff\xfe", b"{" * 30_000])
def test_a_body_that_is_no_object_has_a_name(room: Room, raw: bytes) -> None:
    headers = {"content-type": "application/json", "sec-fetch-site": "same-origin"}
    answer = room.enter("甲").ask("POST", "/api/language", raw, headers)
    assert answer.status == 422 and answer.json["error"] == "invalid"


def test_one_thing_a_request(room: Room) -> None:
    browser = room.enter("甲")
    headers = {"content-type": "application/json", "sec-fetch-site": "same-origin"}
    for raw in (b"[]", b' [{"key": "key-0000"}]'):
        answer = browser.ask("POST", room.path("/evidence"), raw, headers)
        assert answer.status == 422 and answer.json["error"] == "one_item"
    listed = {"key": key(), "version": 0, "indicator": "T01", "target": ["p:" + "0" * 16] * 2,
              "verdict": "accepted"}
    assert browser.post(room.path("/evidence"), listed).json["error"] == "invalid"


def test_a_body_that_does_not_come_is_not_waited_for(
        room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.review.guard.PATIENCE", 0.05)
    scope = room.enter("甲").scope("POST", room.path("/evidence"), b"", {
        "content-type": "application/json", "sec-fetch-site": "same-origin"})
    got: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(30)
        return {}

    async def send(message: dict[str, Any]) -> None:
        got.append(message)

    run(asyncio.wait_for(room.app(scope, receive, send), 5))
    assert got[0]["status"] == 408 and b'"slow"' in got[1]["body"]


def test_only_get_and_post(room: Room) -> None:
    for method in ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
        assert room.enter("甲").ask(method, "/api/me", b"", {}).status == 405


def test_the_log_has_ids_and_no_words(room: Room, caplog: pytest.LogCaptureFixture) -> None:
    browser = room.enter("名字不入日志")
    row = demo.pieces()["T01"][1]
    with caplog.at_level(logging.INFO, "zuozheng.review"):
        browser.get(room.path("/search?q=党组理论"))
        room.decide(browser, row, note="备注也不入日志")
        browser.get("/nowhere/秘密")
        room.browser().post("/login", {"name": "名字不入日志", "password": "密码不入日志"})
    told = caplog.text
    assert "/api/units/{unit}/search 200" in told and f"unit={room.unit}" in told
    for secret in ("名字", "备注", "密码", "党组", "q=", "秘密", target(row), "%E5"):
        assert secret not in told


def test_an_error_that_nobody_expected_tells_nothing(
        room: Room, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = room.enter("甲")

    def broken(*_: object) -> None:
        raise RuntimeError("张三 13812345678")

    monkeypatch.setattr("pipeline.review.api.units.summary", broken)
    with caplog.at_level(logging.INFO, "zuozheng.review"):
        answer = browser.get(room.path())
    assert answer.status == 500 and answer.json["error"] == "defect"
    assert "13812345678" not in answer.text + caplog.text
    assert "RuntimeError at test_guard.py" in caplog.text


def test_static_files_are_known_by_name(room: Room) -> None:
    browser = room.browser()
    css = browser.get("/static/base.css")
    assert css.status == 200 and css.header("content-type").startswith("text/css")
    again = browser.get("/static/base.css", if_none_match=css.header("etag"))
    assert again.status == 304 and again.body == b""
    for name in ("..%2fapp.py", "%2e%2e/app.py", "base.css%00", "nothing.js", ".hidden.js"):
        assert browser.get(f"/static/{name}").status == 404
