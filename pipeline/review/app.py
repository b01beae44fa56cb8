"""The application: every route with its permission, and the guard around them."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from pipeline import __version__
from pipeline.review import given, pages
from pipeline.review.api import (
    audit,
    compare,
    indicators,
    papers,
    people,
    queue,
    undo,
    units,
    writes,
)
from pipeline.review.guard import Guard
from pipeline.review.office import Office
from pipeline.review.problem import Problem
from pipeline.review.routes import Routes, refusal, refused_before, undeclared
from pipeline.review.shapes import figures, room
from pipeline.review.shapes import people as of
from pipeline.review.visit import Visit, language_of

UNIT = "/api/units/{unit}"


def made(office: Office) -> Guard:
    """The application over an office, ready to be served."""
    return Guard(application(office), office)


def application(office: Office) -> FastAPI:
    """The routes, without the guard."""
    app = FastAPI(title="zuozheng review", version=__version__, openapi_url=None, docs_url=None,
                  redoc_url=None, redirect_slashes=False)
    routes = Routes(app, office)
    pages.add_to(routes)
    _own(routes, app)
    _read(routes)
    _write(routes)
    _accounts(routes)
    _refusals(app, office)
    if undeclared(app):
        raise AssertionError(f"routes without a permission: {undeclared(app)}")
    return app


def _own(routes: Routes, app: FastAPI) -> None:
    def openapi(visit: Visit) -> dict[str, Any]:
        """This document."""
        return app.openapi()

    routes.get("/api/openapi.json", "member", openapi, dict[str, Any])
    routes.get("/api/me", "member", people.me, of.Me)
    routes.get("/api/words", "member", people.words, of.Words)
    routes.post("/api/language", "anyone", people.language, given.Speak, of.Language)
    routes.post("/api/password", "member", people.own_password, given.OwnPassword, of.Next)
    routes.get("/api/tokens", "member", people.own_tokens, list[of.Token])
    routes.post("/api/tokens", "member", people.new_token, given.NewToken, of.NewToken)
    routes.post("/api/tokens/{id}/revoke", "member", people.revoke_token, given.Nothing, of.Revoked)


def _read(routes: Routes) -> None:
    routes.get("/api/units", "read", units.listed, list[room.Unit])
    routes.get(UNIT, "read", units.unit, room.UnitTold)
    routes.get(UNIT + "/indicators/{indicator}", "read", indicators.indicator, room.ItemTold)
    routes.get(UNIT + "/original", "read", papers.original, room.Original)
    routes.get(UNIT + "/pictures/{sha16}/{page}", "read", papers.picture, "image/png")
    routes.get(UNIT + "/papers", "read", papers.papers, list[room.Paper])
    routes.get(UNIT + "/search", "read", papers.search, list[room.Hit])
    routes.get(UNIT + "/queue", "read", queue.queue, room.Queue)
    routes.get(UNIT + "/recall", "read", queue.how_much, figures.Recall)
    routes.get(UNIT + "/overview", "read", compare.overview, figures.Overview)
    routes.get(UNIT + "/earlier", "read", compare.earlier, figures.Earlier)
    routes.get(UNIT + "/differences", "settle", compare.differences, figures.Differences)
    routes.get(UNIT + "/agreement", "agreement", compare.agreement, figures.Agreement)
    routes.get(UNIT + "/audit", "audit", audit.unit, figures.Audit)
    routes.get(UNIT + "/verify", "audit", audit.verify, figures.Checked)
    routes.get(UNIT + "/download/{sha16}", "download", papers.download, "application/octet-stream")
    routes.get(UNIT + "/record.{kind}", "export", audit.export, tuple(audit.TYPES.values()))


def _write(routes: Routes) -> None:
    routes.post(UNIT + "/evidence", "decide", writes.evidence, given.OnEvidence, of.Written)
    routes.post(UNIT + "/undo", "decide", undo.undo, given.Undo, of.Written)
    routes.post(UNIT + "/verdict", "decide", writes.verdict, given.OnIndicator, of.Written)
    routes.post(UNIT + "/answer", "decide", writes.answer, given.Answer, of.Written)
    routes.post(UNIT + "/sample", "decide", writes.sample, given.OnSample, of.Written)
    routes.post(UNIT + "/hand-in", "decide", writes.hand_in, given.HandIn, of.Written)
    routes.post(UNIT + "/open-again", "settle", writes.open_again, given.OpenAgain, of.Written)
    routes.post(UNIT + "/mode", "settle", writes.mode, given.SetMode, of.Written)
    routes.post(UNIT + "/settle", "settle", writes.settle, given.Settle, of.Written)
    routes.post(UNIT + "/unmask", "unmask", papers.unmask, given.Unmask, of.Unmasked)


def _accounts(routes: Routes) -> None:
    routes.get("/api/audit", "office_audit", audit.office, figures.Audit)
    routes.get("/api/accounts", "accounts", people.listed, of.Accounts)
    routes.post("/api/accounts", "accounts", people.add, given.NewAccount, of.Account)
    routes.post("/api/accounts/{id}/role", "accounts", people.role, given.Role, of.Account)
    routes.post("/api/accounts/{id}/close", "accounts", people.close, given.Nothing, of.Account)
    routes.post("/api/accounts/{id}/password", "accounts", people.password, given.NewPassword,
                of.Account)
    routes.post("/api/accounts/{id}/grant", "accounts", people.grant, given.OfUnit, of.Account)
    routes.post("/api/accounts/{id}/withdraw", "accounts", people.withdraw, given.OfUnit,
                of.Account)


def _refusals(app: FastAPI, office: Office) -> None:
    """What the framework itself refuses, in our words."""
    def told(request: Request, problem: Problem) -> Response:
        page = not request.url.path.startswith("/api/")
        return refusal(request, office, language_of(request, office), problem, page)

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        code = {404: "not_found", 405: "method"}.get(error.status_code, "refused")
        return told(request, Problem(error.status_code, code))

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        fields = sorted({str(one["loc"][-1]) for one in error.errors()})
        problem = Problem(422, "invalid", {"fields": fields}, fields=", ".join(fields))
        permission = request.scope["route"].endpoint.permission
        # Who may not ask at all is told that first, and nothing of what could be asked.
        refused = await run_in_threadpool(refused_before, request, office, permission)
        return told(request, refused or problem)

    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, invalid)
