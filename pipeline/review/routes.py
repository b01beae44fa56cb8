"""How a route is made: with the permission it asks for, or not at all.

Every route of the application goes through `Routes.add`. What a route is asked with is checked
there, before the function behind it sees anything: login, permission, unit, then the body.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Callable
from typing import Any

import orjson
from fastapi import FastAPI
from pydantic import BaseModel, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pipeline.errors import ZuozhengError
from pipeline.language import speaking
from pipeline.review.guard import place_of
from pipeline.review.office import Office
from pipeline.review.permissions import Permission
from pipeline.review.problem import Problem, RunProblem
from pipeline.review.rendering import problem_page
from pipeline.review.shapes.base import Conflict, Refused
from pipeline.review.shapes.people import Written
from pipeline.review.visit import Visit, admitted, language_of
from pipeline.store.decisions.failures import Unavailable

log = logging.getLogger("zuozheng.review")

MOST_WAITING = 200
"""Requests that wait for their turn; more are told to come back."""


class Routes:
    """Adds routes to an application."""

    def __init__(self, app: FastAPI, office: Office) -> None:
        self._app = app
        self._office = office

    def get(self, path: str, permission: Permission, does: Callable[..., Any],
            gives: Any = None) -> None:
        """Something to read: JSON under /api, else a page. `does(visit, **path and query)`;
        `gives`: the shape of the answer, or the media types of a file."""
        self._add("GET", path, permission, does, None, gives)

    def post(self, path: str, permission: Permission, does: Callable[..., Any],
             takes: type[BaseModel] | None = None, gives: Any = None) -> None:
        """Something to write: `does(visit, given, **path)`, where `given` is the body as `takes`;
        without `takes`, the route reads its form itself. `gives`: the shape of the answer."""
        self._add("POST", path, permission, does, takes, gives)

    def post_in_turn(self, path: str, permission: Permission, does: Callable[..., Any]) -> None:
        """As `post`, one after the other in the order they came, for what takes a processor a
        while. Who waits holds no thread, so that a morning's logins keep nobody from reading."""
        turn, waiting = asyncio.Semaphore(1), [0]

        async def does_in_turn(request: Request) -> Response:
            if waiting[0] >= MOST_WAITING:
                language = language_of(request, self._office)
                return refusal(request, self._office, language, Problem(503, "busy", wait=5), True)
            waiting[0] += 1
            try:
                async with turn:
                    return await run_in_threadpool(endpoint, request)
            finally:
                waiting[0] -= 1

        endpoint = self._endpoint(permission, does, None, page=True)
        does_in_turn.permission = permission  # type: ignore[attr-defined]
        self._app.add_api_route(path, does_in_turn, methods=["POST"], response_model=None,
                                include_in_schema=False)

    def _add(self, method: str, path: str, permission: Permission, does: Callable[..., Any],
             takes: type[BaseModel] | None, gives: Any) -> None:
        page = not path.startswith("/api/")
        endpoint = self._endpoint(permission, does, takes, page)
        first = 1 if takes is None else 2
        parameters = [*inspect.signature(does, eval_str=True).parameters.values()]
        request = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD,
                                    annotation=Request)
        endpoint.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [request, *parameters[first:]])
        endpoint.__name__ = does.__name__.strip("_")
        endpoint.__doc__ = does.__doc__
        endpoint.permission = permission  # type: ignore[attr-defined]
        told: dict[str, Any] = {} if page else {
            "responses": _answers(does, gives, takes is not None)}
        if isinstance(gives, str | tuple):
            told["response_class"] = Response
        self._app.add_api_route(path, endpoint, methods=[method], response_model=None,
                                include_in_schema=not page,
                                openapi_extra=_described(permission, takes), **told)

    def _endpoint(self, permission: Permission, does: Callable[..., Any],
                  takes: type[BaseModel] | None, page: bool) -> Callable[..., Response]:
        office = self._office

        def endpoint(request: Request, **given: Any) -> Response:
            language = language_of(request, office)
            with speaking(language):
                try:
                    visit = admitted(request, office, permission)
                    body = () if takes is None else (_body(request, takes),)
                    return _answer(does(visit, *body, **given))
                except Exception as error:
                    return refusal(request, office, language, problem_of(error), page)

        return endpoint


def undeclared(app: FastAPI) -> list[str]:
    """Routes that nobody said who may ask for; the application does not start with one."""
    return [getattr(route, "path", repr(route)) for route in app.routes
            if not hasattr(getattr(route, "endpoint", None), "permission")]


def json_answer(value: Any, status: int = 200) -> Response:
    """A value as JSON."""
    return Response(orjson.dumps(value), status, media_type="application/json")


def problem_of(error: Exception) -> Problem:
    """What to answer to an error; one that nobody expected is logged by kind and place alone."""
    match error:
        case Problem():
            return error
        case Unavailable():
            return Problem(503, f"store_{error.why}", wait=error.retry_after)
        case ZuozhengError():
            return RunProblem(error)
    log.error("%s at %s", type(error).__name__, place_of(error))
    return Problem(500, "defect")


def refused_before(request: Request, office: Office, permission: Permission) -> Problem | None:
    """What keeps a request out before anybody looks at what it asks."""
    with speaking(language_of(request, office)):
        try:
            admitted(request, office, permission)
        except Exception as error:
            return problem_of(error)
    return None


def refusal(request: Request, office: Office, language: str, problem: Problem, page: bool
            ) -> Response:
    """The answer to a request that ends in a problem: JSON, or a page that says what to do."""
    with speaking(language):
        told = problem.told(language, office.local)
        wants_json = "application/json" in request.headers.get("accept", "")
        if page and not wants_json:
            answer = problem_page(request, office, language, problem, told["text"])
        else:
            answer = json_answer(told, problem.status)
    if problem.wait is not None:
        answer.headers["Retry-After"] = str(problem.wait)
    return answer


def _answer(value: Any) -> Response:
    return value if isinstance(value, Response) else json_answer(value)


def _body(request: Request, takes: type[BaseModel]) -> BaseModel:
    raw = getattr(request.state, "body", b"")
    if raw.lstrip()[:1] == b"[":
        raise Problem(422, "one_item")
    try:
        return takes.model_validate_json(raw)
    except ValidationError as error:
        fields = sorted({".".join(map(str, one["loc"])) or "json" for one in error.errors()})
        raise Problem(422, "invalid", {"fields": fields}, fields=", ".join(fields)) from None


def _answers(does: Callable[..., Any], gives: Any, writes: bool) -> dict[int | str, Any]:
    """What is answered, for whoever reads the documentation: nothing is checked against it here."""
    good: dict[str, Any] = {"description": (does.__doc__ or "").strip().partition("\n\n")[0]}
    if isinstance(gives, str | tuple):
        kinds = (gives,) if isinstance(gives, str) else gives
        good["content"] = {kind: {"schema": {"type": "string", "format": "binary"}}
                           for kind in kinds}
    else:
        good["model"] = gives
    found: dict[int | str, Any] = {
        200: good, "default": {"model": Refused, "description": "what is wrong, and what to do"}}
    if writes and gives is Written:
        found[409] = {"model": Conflict | Refused, "description": "somebody was there first"}
    return found


def _described(permission: Permission, takes: type[BaseModel] | None) -> dict[str, Any]:
    told: dict[str, Any] = {"x-permission": permission}
    if takes is not None:
        told["requestBody"] = {"required": True, "content": {
            "application/json": {"schema": takes.model_json_schema()}}}
    return told


__all__ = ["Routes", "Visit", "json_answer", "problem_of", "refusal", "undeclared"]
