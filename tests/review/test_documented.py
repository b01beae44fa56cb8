"""The documentation of the API is held against what is really answered: every route, every kind of
answer that it has."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pipeline.review.app import application
from tests.review.room import Browser, Room, demo, key, screened, target, unproposed

FIRST, SECOND, THIRD = demo.pieces()["T01"][:3]
PLAN = demo.pieces()["T02"][0]
PASSWORD = "八角 渔火 六月 篱笆 三两声"


class Holding:
    """A browser that holds every answer against the documentation, and keeps which it met."""

    def __init__(self, room: Room, browser: Browser, met: set[tuple[str, str]]) -> None:
        self.room, self.browser, self.met = room, browser, met
        self.doc: Any = application(room.office).openapi()

    def get(self, path: str) -> Any:
        return self._held("get", path, self.browser.get(path))

    def post(self, path: str, body: Any) -> Any:
        return self._held("post", path, self.browser.post(path, body))

    def of(self, rest: str, body: Any = None) -> Any:
        """A path of the unit, or a write to it."""
        path = self.room.path(rest)
        return self.get(path) if body is None else self.post(path, {"key": key(), **body})

    def _held(self, method: str, path: str, answer: Any) -> Any:
        template, asked = self._documented(method, path.partition("?")[0])
        told = asked["responses"].get(str(answer.status), asked["responses"]["default"])
        kind = answer.header("content-type").partition(";")[0]
        assert kind in told["content"], (path, kind, list(told["content"]))
        if answer.status == 200:
            self.met.add((method, template))
        if kind != "application/json" or "format" in told["content"][kind]["schema"]:
            return answer
        jsonschema.Draft202012Validator({
            **told["content"][kind]["schema"], "components": self.doc["components"],
        }).validate(answer.json)
        return answer.json

    def _documented(self, method: str, path: str) -> tuple[str, Any]:
        for template, known in self.doc["paths"].items():
            pattern = re.sub(r"\\\{[a-z0-9_]+\\\}", "[^/]+", re.escape(template))
            if method in known and re.fullmatch(pattern, path):
                return template, known[method]
        raise AssertionError(f"{method} {path} is not documented")


def evidence(row: Any, verdict: str | None = "accepted", version: int = 0, **more: Any) -> Any:
    return {"version": version, "indicator": "T01", "target": target(row), "verdict": verdict,
            **more}


def opened(holding: Holding, *rows: Any) -> None:
    for row in rows:
        holding.of(f"/original?target={target(row)}&indicator=T01")


def together(room: Room, met: set[tuple[str, str]]) -> None:
    """A unit that is reviewed together."""
    one = Holding(room, room.enter("甲"), met)
    opened(one, FIRST, SECOND, THIRD)
    one.of("/evidence", evidence(FIRST, note="看过"))
    again = one.of("/evidence", evidence(FIRST, "unsure"))
    assert again["error"] == "conflict"
    one.of("/evidence", evidence(SECOND, "rejected", reason="moved", moved_to="T05"))
    one.of("/undo", {"version": 1, "indicator": "T01", "target": target(SECOND)})
    one.of("/verdict", {"version": 0, "indicator": "T01", "verdict": "partly", "points": 7.25,
                         "despite_open": True})
    one.of("/undo", {"version": 1, "indicator": "T01", "kind": "verdict"})
    one.of("/verdict", {"version": 2, "indicator": "T01", "verdict": "met",
                         "despite_open": True})
    one.of("/answer", {"indicator": "T01", "requirement": "T01.1", "period": "2023", "note": "在"})
    sample = f"p:{unproposed()}"
    one.of(f"/original?target={sample}")
    one.of("/queue?mode=sample")
    one.of("/sample", {"version": 0, "target": sample, "verdict": "evidence"})
    one.of("/sample", {"version": 1, "target": sample, "verdict": None})
    for path in ("", "/indicators/T01", "/indicators/T05", "/papers", "/search?q=学习",
                 "/search?q=照片001", "/queue?mode=sample", "/queue?mode=uncertain",
                 "/queue?mode=open", "/recall", "/overview", "/earlier", "/indicators/T99",
                 f"/download/{demo.sha(demo.BULLETIN)[:16]}", "/record.json", "/record.html",
                 "/record.xlsx", f"/original?target={target(THIRD)}", "/original", "/agreement"):
        one.of(path)
    one.of(f"/pictures/{demo.sha(demo.MINUTES)[:16]}/1")
    for path in ("/api/me", "/api/words", "/api/units", "/api/tokens", "/api/accounts"):
        one.get(path)
    token = one.post("/api/tokens", {"label": "报表"})
    assert token["token"]
    id = one.get("/api/tokens")[0]["id"]
    one.post(f"/api/tokens/{id}/revoke", {})
    one.post("/api/language", {"language": "en"})
    auditor = Holding(room, room.enter("监督", "auditor"), met)
    for path in ("/audit", "/audit?limit=2", "/verify", "/agreement"):
        auditor.of(path)
    auditor.get("/api/audit")
    lead = Holding(room, room.enter("牵头", "lead"), met)
    lead.of("/unmask", {"target": sample, "reason": "核对姓名"})
    lead.of("/unmask", {"target": sample, "reason": "。"})
    screened(room.out, leave_out=FIRST["passage"], key="run-2")
    assert lead.of("/indicators/T01")["orphaned"]
    lead.of(f"/original?target={target(FIRST)}&indicator=T01")


def blind(room: Room, met: set[tuple[str, str]]) -> None:
    """A unit with blind reviewers."""
    lead = Holding(room, room.enter("牵头", "lead"), met)
    lead.of("/mode", {"mode": "blind"})
    one, other = (Holding(room, room.enter(name), met) for name in ("甲", "乙"))
    for each, verdict in ((one, "met"), (other, "partly")):
        opened(each, FIRST, SECOND)
        each.of("/evidence", evidence(FIRST))
        each.of("/verdict", {"version": 0, "indicator": "T01", "verdict": verdict,
                             "despite_open": True})
    one.of("/evidence", evidence(SECOND))
    other.of("/evidence", evidence(SECOND, "rejected", reason="template"))
    lead.of("/differences")
    Holding(room, room.enter("监督", "auditor"), met).of("/audit")
    one.of("/hand-in", {})
    told = lead.of("/differences")
    lead.of("/open-again", {"seat": told["handed_in"][0]["seat"], "reason": "漏看一页"})
    one.of("/hand-in", {})
    other.of("/hand-in", {})
    opened(lead, SECOND)
    lead.of("/settle", {**evidence(SECOND), "kind": "evidence"})
    lead.of("/settle", {"version": 0, "kind": "verdict", "indicator": "T01", "verdict": "met"})
    told = lead.of("/differences")
    assert {one["kind"] for one in told["differences"] if one["settled"]} == {"evidence", "verdict"}
    for path in ("", "/indicators/T01", "/overview", "/agreement", "/record.json"):
        lead.of(path)


def offices(room: Room, met: set[tuple[str, str]]) -> None:
    """The administrator's own."""
    admin = Holding(room, room.enter("管理", "admin"), met)
    added = admin.post("/api/accounts", {"name": "新人", "role": "reviewer", "password": PASSWORD})
    path = f"/api/accounts/{added['id']}"
    admin.post(f"{path}/grant", {"unit": room.unit})
    admin.post(f"{path}/role", {"role": "lead"})
    admin.post(f"{path}/password", {"password": f"新{PASSWORD}"})
    admin.post(f"{path}/withdraw", {"unit": room.unit})
    admin.post(f"{path}/close", {})
    admin.get("/api/accounts")
    admin.get("/api/audit")
    admin.post("/api/password", {"old": "不是它", "new": f"新{PASSWORD}"})
    from tests.review.room import PASSWORD as OLD

    admin.post("/api/password", {"old": OLD, "new": f"新{PASSWORD}"})


def test_every_answer_is_as_documented(tmp_path: Path) -> None:
    met: set[tuple[str, str]] = set()
    last = tmp_path / "last"
    screened(last, key="run-0", dated={demo.STUDY: "2021-01-01"})
    room = Room(screened(tmp_path / "one"), last=last)
    together(room, met)
    blind(Room(screened(tmp_path / "two")), met)
    offices(Room(screened(tmp_path / "three")), met)
    documented = {(method, path) for path, known in application(room.office).openapi()[
        "paths"].items() for method in known}
    assert documented - met == {("get", "/api/openapi.json")}, "every route was met with a 200"


def test_the_documentation_stands_by_itself(room: Room) -> None:
    doc = room.enter("甲").get("/api/openapi.json").json
    known = doc["components"]["schemas"]
    for name in re.findall(r'"\$ref":\s*"([^"]+)"', room.enter("甲").get("/api/openapi.json").text):
        assert name.startswith("#/components/schemas/") and name.rpartition("/")[2] in known, name
    for path, methods in doc["paths"].items():
        for method, told in methods.items():
            content = told["responses"]["200"]["content"]
            assert all(one["schema"] for one in content.values()), (method, path)
            assert "default" in told["responses"] and "HTTPValidationError" not in str(told), path


def test_an_answer_that_is_not_as_documented_is_found(room: Room,
                                                      monkeypatch: pytest.MonkeyPatch) -> None:
    holding = Holding(room, room.enter("甲"), set())
    shape = holding.doc["components"]["schemas"]["Me"]
    shape["properties"]["name"] = {"type": "integer"}
    with pytest.raises(jsonschema.ValidationError):
        holding.get("/api/me")
    del shape["properties"]["name"]
    with pytest.raises(jsonschema.ValidationError):
        holding.get("/api/me")
