"""Who may come where: every route, every role, every unit. Deny by default."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from pipeline.review.permissions import READING, ROLES
from pipeline.review.routes import undeclared
from pipeline.store.accounts import tokens
from pipeline.store.decisions import writing
from tests.review.room import Browser, Room, demo, screened, target

NOBODY = "0123456789abcdef"
PROPOSED = target(demo.pieces()["T01"][1])
FILLED = {
    "{indicator}": "T01", "{sha16}": demo.sha(demo.MINUTES)[:16], "{page}": "1",
    "{kind}": "json", "{name}": "base.css", "{id}": "abcdefabcdef",
}
QUERY = {"/original": f"?target={PROPOSED}", "/search": "?q=学习", "/queue": "?mode=open"}


class Doors:
    """The room, and a visitor of each kind."""

    def __init__(self, folder: Path) -> None:
        self.room = Room(screened(folder / "one"), others=(screened(folder / "two"),))
        self.visitors: dict[str, Browser] = {"nobody": self.room.browser()}
        self.may: dict[str, frozenset[str]] = {"nobody": frozenset()}
        for role in ("reviewer", "lead", "auditor", "admin"):
            self.visitors[role] = self.room.enter(f"名字{role}", role)
            self.may[role] = ROLES[role]
            id = self.room.account(f"程序{role}", role)
            with writing(self.room.engine) as conn:
                token = tokens.make(conn, id, "报表", self.room.clock())
            self.visitors[f"token of {role}"] = Browser(self.room.app, bearer=token)
            self.may[f"token of {role}"] = ROLES[role] & READING


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Doors:
    return Doors(tmp_path_factory.mktemp("doors"))


def filled(path: str, unit: str) -> str:
    for name, value in {**FILLED, "{unit}": unit}.items():
        path = path.replace(name, value)
    assert "{" not in path, path
    end = re.sub(r"^/api/units/[^/]+", "", path)
    return path + QUERY.get(end, "")


def asked(browser: Browser, route: APIRoute, unit: str) -> tuple[int, bytes]:
    path = filled(route.path, unit)
    answer = browser.post(path) if "POST" in route.methods else browser.get(path)
    return answer.status, answer.body


def routes(doors: Doors) -> list[APIRoute]:
    found = [route for route in doors.room.routes.routes if isinstance(route, APIRoute)]
    assert len(found) == len(doors.room.routes.routes) > 45
    return found


def test_every_route_says_who_may_ask(doors: Doors) -> None:
    known = {"anyone", "member"} | frozenset().union(*ROLES.values())
    for route in routes(doors):
        assert route.endpoint.permission in known, route.path


def test_a_route_without_a_permission_is_found_out(doors: Doors) -> None:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)

    def forgotten() -> str:
        return ""

    app.add_api_route("/api/open", forgotten)
    assert undeclared(app) == ["/api/open"]


def test_what_anyone_may_ask_is_a_short_list(doors: Doors) -> None:
    open_ = {(route.path, *route.methods) for route in routes(doors)
             if route.endpoint.permission == "anyone"}
    assert open_ == {("/static/{name}", "GET"), ("/enter", "GET"), ("/enter", "POST"),
                     ("/login", "GET"), ("/login", "POST"), ("/logout", "POST"),
                     ("/api/language", "POST")}


def test_every_route_for_every_visitor_and_every_unit(doors: Doors) -> None:
    other, tried = doors.room.others[0], 0
    for route in routes(doors):
        permission = route.endpoint.permission
        if permission == "anyone":
            continue
        for name, browser in doors.visitors.items():
            status, _ = asked(browser, route, doors.room.unit)
            where, tried = f"{name} {route.methods} {route.path} -> {status}", tried + 1
            if name == "nobody":
                assert status == (401 if route.path.startswith("/api") else 303), where
                continue
            by_token = name.startswith("token")
            allowed = permission == "member" or permission in doors.may[name]
            if not allowed or (by_token and "POST" in route.methods):
                assert status == 403, where
                continue
            assert status not in (401, 403, 500), where
            if "{unit}" not in route.path:
                continue
            # Another's unit is answered as one that does not exist, to the letter.
            strange, none = asked(browser, route, other), asked(browser, route, NOBODY)
            assert strange == none and none[0] == 404, where
            assert status != 404, where
    assert tried > 400


def test_a_granted_unit_can_be_withdrawn(doors: Doors) -> None:
    from pipeline.store.accounts import accounts

    browser = doors.room.enter("来去", "reviewer")
    assert browser.get(doors.room.path()).status == 200
    with writing(doors.room.engine) as conn:
        found = accounts.find(conn, "来去")
        assert found is not None
        accounts.withdraw(conn, found.id, doors.room.unit)
    assert browser.get(doors.room.path()).status == 404
    assert browser.get("/api/units").json == []


def test_the_api_is_documented_with_the_same_permissions(doors: Doors) -> None:
    told = doors.visitors["reviewer"].get("/api/openapi.json").json
    assert told["openapi"].startswith("3.")
    evidence = told["paths"]["/api/units/{unit}/evidence"]["post"]
    assert evidence["x-permission"] == "decide"
    schema = evidence["requestBody"]["content"]["application/json"]["schema"]
    assert schema["additionalProperties"] is False and "target" in schema["required"]
    paths = {route.path for route in routes(doors) if route.path.startswith("/api/")}
    assert set(told["paths"]) == paths


def test_the_single_user_may_not_come_in_where_accounts_are_asked_for(tmp_path: Path) -> None:
    room = Room(screened(tmp_path / "out"))
    assert room.enter("单人", "local").get("/api/me").status == 401
    alone = Room(screened(tmp_path / "other"), local=True)
    assert alone.enter("单人", "local").get("/api/me").status == 200
    assert alone.enter("复核", "lead").get("/api/me").status == 401
