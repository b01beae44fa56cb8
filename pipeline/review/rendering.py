"""Pages as text: the templates, always escaped, in the language of the visit."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from pipeline.language import say
from pipeline.report.printable import named
from pipeline.review.office import Office
from pipeline.review.problem import Problem

_TEMPLATES = Path(__file__).with_name("templates")


def page(office: Office, language: str, template: str, me: dict[str, Any] | None,
         status_code: int = 200, **content: Any) -> HTMLResponse:
    """The page of that template."""
    html = _environment().get_template(f"{template}.html").render(
        page=template, language=language, t=_words(language), word=named, me=me,
        local=office.local, **content)
    return HTMLResponse(html, status_code)


def problem_page(request: Request, office: Office, language: str, problem: Problem, text: str
                 ) -> Response:
    """A page that says what is wrong and what to do; a login where one is lacking."""
    if problem.code == "login":
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/login?next={quote(here)}", 303)
    return page(office, language, "error", None, problem.status, code=problem.code,
                status=problem.status, text=text,
                title=say(f"review.status.{_family(problem.status)}", language))


def _family(status: int) -> str:
    known = {401: "login", 403: "forbidden", 404: "not_found", 424: "run", 429: "wait",
             503: "unavailable"}
    return known.get(status, "defect" if status >= 500 else "refused")


def _words(language: str) -> Callable[..., str]:
    def t(key: str, **fill: object) -> str:
        return say(f"review.{key}", language, **fill)

    return t


@cache
def _environment() -> Environment:
    # Pages are asked for by many threads; a template that changed under a running server would be
    # half of one program and half of another.
    return Environment(loader=FileSystemLoader(_TEMPLATES, encoding="utf-8"), autoescape=True,
                       undefined=StrictUndefined, auto_reload=False, trim_blocks=True,
                       lstrip_blocks=True)
