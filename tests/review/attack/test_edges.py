"""Numbers, characters and bodies at the edge: each has an answer, and none is 500."""

from __future__ import annotations

import pytest

from tests.review.room import Answer, Browser, Room, demo, target

T = target(demo.pieces()["T01"][0])
FAR = (2**31 - 1, 2**31, 2**63 - 1, 2**63, 10**30)


def raw(browser: Browser, path: str, body: str) -> Answer:
    return browser.ask("POST", path, body.encode("utf-8", "surrogatepass"), {
        "content-type": "application/json", "sec-fetch-site": "same-origin"})


@pytest.fixture
def browser(room: Room) -> Browser:
    made = room.enter("甲")
    made.get(room.path(f"/original?target={T}&indicator=T01"))
    return made


@pytest.mark.parametrize("after", FAR)
def test_behind_the_end_of_a_log_is_nothing(room: Room, after: int) -> None:
    auditor = room.enter("丁", "auditor")
    for path in (room.path("/audit"), "/api/audit"):
        told = auditor.get(f"{path}?after={after}")
        assert told.status in (200, 422), told.text
        assert told.status == 422 or told.json["entries"] == []


BODIES = {
    "no JSON": "", "a number": "1", "a word": '"x"', "nothing": "null", "half": "{",
    "deep": '{"a":' * 5000, "deep list": "[" * 60_000,
    "long number": '{"key":' + "9" * 60_000 + "}",
    "mark at the beginning": "\ufeff{}", "half a pair": '{"key":"\ud800aaaaaaaa"}',
    "unknown field": '{"__proto__":{}}', "wrong kinds": '{"key":1,"version":"0","target":[],'
    '"indicator":{},"verdict":true}',
}


@pytest.mark.parametrize("what", BODIES)
@pytest.mark.parametrize("route", ["/evidence", "/undo", "/verdict", "/answer", "/sample",
                                   "/hand-in"])
def test_an_odd_body_is_told(room: Room, browser: Browser, route: str, what: str) -> None:
    told = raw(browser, room.path(route), BODIES[what])
    assert told.status == 422 and told.json["text"], told.text


@pytest.mark.parametrize("points", ["1e999", "-1e999", "NaN", "Infinity", "-1", "true", '"3"',
                                    "1" + "0" * 5000, "10.0000001", "[]", "{}"])
def test_points_are_a_number_within_bounds(room: Room, browser: Browser, points: str) -> None:
    told = raw(browser, room.path("/verdict"), '{"key":"key-of-points","version":0,'
               f'"indicator":"T01","despite_open":true,"verdict":"met","points":{points}}}')
    assert told.status == 422, told.text


@pytest.mark.parametrize("version", ["1e0", "0.0", '"0"', "9" * 5000, "true", "-1", "null",
                                     "4294967296"])
def test_a_version_is_a_number(room: Room, browser: Browser, version: str) -> None:
    told = raw(browser, room.path("/verdict"), '{"key":"key-of-version","indicator":"T01",'
               f'"despite_open":true,"verdict":"met","version":{version}}}')
    assert told.status == 422, told.text


@pytest.mark.parametrize("indicator", ["\\u0000", "a\\u0000b", "\\ud800", "T01|p", "' OR 1=1 --",
                                       "../..", "T01\\n", "\\u202eT01"])
def test_an_indicator_that_is_none(room: Room, browser: Browser, indicator: str) -> None:
    for at, (route, more) in enumerate((
            ("/undo", f'"target":"{T}"'), ("/undo", '"kind":"verdict"'),
            ("/verdict", '"verdict":"met"'), ("/evidence", f'"target":"{T}","verdict":null'))):
        told = raw(browser, room.path(route), f'{{"key":"key-of-odd{at}","version":0,'
                   f'"indicator":"{indicator}",{more}}}')
        assert told.status in (404, 422), told.text


@pytest.mark.parametrize("words", ["%00", "%", "_", "\\", '"', "*", "%ED%A0%80", "%ff", "NEAR(",
                                   "%F0%9F%98%80", "a" * 100])
def test_odd_words_are_looked_for_as_they_are(room: Room, browser: Browser, words: str) -> None:
    assert browser.get(room.path(f"/search?q={words}")).status == 200


@pytest.mark.parametrize("name", ["\u200b管", "管\u200b", "管\u00ad", "\ufeff管", "管\u3164",
                                  "管\u2060", "管\ufe0f", "\u115f管"])
def test_no_two_accounts_look_the_same(room: Room, name: str) -> None:
    admin = room.enter("管", "admin")
    told = admin.post("/api/accounts", {"name": name, "role": "lead",
                                         "password": "水杉午后灯塔二十里外听雨"})
    assert told.status == 422 and told.json["error"] in ("name_bad", "name_taken"), told.text
