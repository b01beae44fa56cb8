"""The application: every route with its permission, and the guard around them."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from pipeline import __version__
from pipeline.review import given, pages
from pipeline.review.api import audit, compare, indicators, papers, people, queue, units, writes
from pipeline.review.guard import Guard
from pipeline.review.office import Office
from pipeline.review.problem import Problem
from pipeline.review.routes import Routes, refusal, undeclared
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

    routes.get("/api/openapi.json", "member", openapi)
    routes.get("/api/me", "member", people.me)
    routes.get("/api/words", "member", people.words)
    routes.post("/api/language", "anyone", people.language, given.Speak)
    routes.post("/api/password", "member", people.own_password, given.OwnPassword)
    routes.get("/api/tokens", "member", people.own_tokens)
    routes.post("/api/tokens", "member", people.new_token, given.NewToken)
    routes.post("/api/tokens/{id}/revoke", "member", people.revoke_token, given.Nothing)


def _read(routes: Routes) -> None:
    routes.get("/api/units", "read", units.listed)
    routes.get(UNIT, "read", units.unit)
    routes.get(UNIT + "/indicators/{indicator}", "read", indicators.indicator)
    routes.get(UNIT + "/original", "read", papers.original)
    routes.get(UNIT + "/pictures/{sha16}/{page}", "read", papers.picture)
    routes.get(UNIT + "/papers", "read", papers.papers)
    routes.get(UNIT + "/search", "read", papers.search)
    routes.get(UNIT + "/queue", "read", queue.queue)
    routes.get(UNIT + "/recall", "read", queue.how_much)
    routes.get(UNIT + "/overview", "read", compare.overview)
    routes.get(UNIT + "/earlier", "read", compare.earlier)
    routes.get(UNIT + "/differences", "settle", compare.differences)
    routes.get(UNIT + "/agreement", "agreement", compare.agreement)
    routes.get(UNIT + "/audit", "audit", audit.unit)
    routes.get(UNIT + "/verify", "audit", audit.verify)
    routes.get(UNIT + "/download/{sha16}", "download", papers.download)
    routes.get(UNIT + "/record.{kind}", "export", audit.export)


def _write(routes: Routes) -> None:
    routes.post(UNIT + "/evidence", "decide", writes.evidence, given.OnEvidence)
    routes.post(UNIT + "/undo", "decide", writes.undo, given.Undo)
    routes.post(UNIT + "/verdict", "decide", writes.verdict, given.OnIndicator)
    routes.post(UNIT + "/answer", "decide", writes.answer, given.Answer)
    routes.post(UNIT + "/sample", "decide", writes.sample, given.OnSample)
    routes.post(UNIT + "/hand-in", "decide", writes.hand_in, given.HandIn)
    routes.post(UNIT + "/mode", "settle", writes.mode, given.SetMode)
    routes.post(UNIT + "/settle", "settle", writes.settle, given.Settle)
    routes.post(UNIT + "/unmask", "unmask", papers.unmask, given.Unmask)


def _accounts(routes: Routes) -> None:
    routes.get("/api/audit", "office_audit", audit.office)
    routes.get("/api/accounts", "accounts", people.listed)
    routes.post("/api/accounts", "accounts", people.add, given.NewAccount)
    routes.post("/api/accounts/{id}/role", "accounts", people.role, given.Role)
    routes.post("/api/accounts/{id}/close", "accounts", people.close, given.Nothing)
    routes.post("/api/accounts/{id}/password", "accounts", people.password, given.NewPassword)
    routes.post("/api/accounts/{id}/grant", "accounts", people.grant, given.OfUnit)
    routes.post("/api/accounts/{id}/withdraw", "accounts", people.withdraw, given.OfUnit)


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
        return told(request, Problem(422, "invalid", {"fields": fields},
                                     fields=", ".join(fields)))

    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, invalid)
