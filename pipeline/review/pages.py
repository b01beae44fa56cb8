"""The pages, which hold no data of their own, and the two ways in."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from starlette.responses import RedirectResponse, Response

from pipeline.report.printable import safe
from pipeline.review import passwords
from pipeline.review.api.people import address_of, me, name_of
from pipeline.review.office import LANGUAGE_COOKIE, Office
from pipeline.review.problem import Problem, nowhere
from pipeline.review.rendering import page
from pipeline.review.routes import Routes, json_answer
from pipeline.review.visit import Visit, cookie_value, token_of
from pipeline.store.accounts import accounts, attempts, visits
from pipeline.store.decisions import state as kept

_STATIC = Path(__file__).with_name("static")
_NAME = re.compile(r"[a-z0-9_-]{1,40}\.(js|css|svg|png|woff2)")
_TYPES = {"js": "text/javascript", "css": "text/css", "svg": "image/svg+xml", "png": "image/png",
          "woff2": "font/woff2"}
_UNIT = re.compile("[0-9a-f]{16}")


def add_to(routes: Routes) -> None:
    """Add the pages."""
    routes.get("/static/{name}", "anyone", static)
    routes.get("/enter", "anyone", enter)
    routes.post("/enter", "anyone", entered)
    routes.get("/login", "anyone", login)
    routes.post_in_turn("/login", "anyone", logged_in)
    routes.post("/logout", "anyone", logout)
    routes.get("/", "member", units)
    routes.get("/u/{unit}", "read", room)
    routes.get("/u/{unit}/overview", "read", overview)
    routes.get("/u/{unit}/differences", "settle", differences)
    routes.get("/accounts", "accounts", accounts_page)
    routes.get("/audit", "office_audit", audit)


# --- coming in --------------------------------------------------------------------------------


def enter(visit: Visit, once: str = "", other: str = "") -> Response:
    """The one-time link: is it who worked here last? With `other`, it is somebody else. Looking
    does not use it up."""
    link = visit.office.link
    if link is None:
        raise nowhere()
    if not link.good(once, visit.now):
        link.renew(visit.now)
        raise Problem(401, "link_used" if once else "login_local")
    return _kept_language(visit, _enter(visit, once, "" if other else _last_name(visit), ""))


def entered(visit: Visit) -> Response:
    """The one-time link is used up, and a visit begins."""
    office, link = visit.office, visit.office.link
    if link is None:
        raise nowhere()
    form = _form(visit)
    once = form.get("once", "")
    if not link.good(once, visit.now):
        link.renew(visit.now)
        raise Problem(401, "link_used")
    try:
        name = name_of(form.get("name", "")[:64])
    except Problem as problem:
        return _enter(visit, once, "", problem.told(visit.language)["text"], 422)
    with visit.writing() as conn:
        found = accounts.find(conn, name)
        if found is not None and (found.role != "local" or found.closed is not None):
            return _enter(visit, once, "",
                          Problem(422, "name_taken").told(visit.language)["text"], 422)
        # Taken inside, so that a database that is full or locked does not use the link up.
        account = found or accounts.add(conn, name, "local", "")
        if not link.take(once, visit.now):
            raise Problem(401, "link_used")
        token = _begun(visit, conn, account.id)
    answer = RedirectResponse("/", 303)
    _set_visit(answer, office, token)
    return answer


def login(visit: Visit, next: str = "/") -> Response:
    """Who is it?"""
    if visit.office.link is not None:
        if visit.account is not None:
            return RedirectResponse("/", 303)
        visit.office.link.renew(visit.now)
        raise Problem(401, "login_local")
    return _kept_language(visit, _login(visit, "", own_path(next), ""))


def logged_in(visit: Visit) -> Response:
    """The password is checked; of a name that does not exist as of one that does."""
    if visit.office.local:
        raise nowhere()
    form = _form(visit)
    name, password = form.get("name", "")[:200], form.get("password", "")
    there = own_path(form.get("next", "/"))
    try:
        token = _checked(visit, name, password[: passwords.MOST + 1])
    except Problem as problem:
        if _wants_json(visit):
            raise
        told = problem.told(visit.language)["text"]
        answer: Response = _login(visit, name, there, told, problem.status)
        if problem.wait is not None:
            answer.headers["Retry-After"] = str(problem.wait)
        return answer
    answer = json_answer({"next": there}) if _wants_json(visit) else RedirectResponse(there, 303)
    _set_visit(answer, visit.office, token)
    return answer


def logout(visit: Visit) -> Response:
    """The visit is over."""
    token = token_of(visit.request, visit.office)
    if token is not None:
        with visit.writing() as conn:
            visits.end(conn, token)
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(visit.office.cookie, path="/", httponly=True, samesite="strict",
                         secure=visit.office.secure)
    return answer


def own_path(given: str) -> str:
    """Where to go after a login: a page of ours, whatever was asked."""
    good = re.fullmatch(r"/(?![/\\])[^\x00-\x20\\\x7f-\uffff]*", given)
    return given if good and not given.startswith(("/login", "/enter", "/logout")) else "/"


def _checked(visit: Visit, name: str, password: str) -> str:
    address, closed = address_of(visit), False
    with passwords.turn():
        with visit.reading() as conn:
            wait = attempts.wait(conn, name, address, visit.now)
            found = accounts.find(conn, name)
            known = found is not None and found.role != "local"
            hashed = accounts.password_hash(conn, found.id) if found and known else None
        if wait:
            raise Problem(429, "wait", wait=wait, seconds=wait)
        good = passwords.fits(password, hashed)
        with visit.writing() as conn:
            if not good or found is None:
                attempts.failed(conn, name, address, visit.now)
            elif found.closed is not None:
                # Told to nobody but who knows its password; the wait is as after a wrong one.
                attempts.failed(conn, name, address, visit.now)
                closed = True
            else:
                attempts.succeeded(conn, name, address)
                return _begun(visit, conn, found.id)
    raise Problem(401, "account_closed" if closed else "login_wrong")


def _begun(visit: Visit, conn: Any, account: str) -> str:
    """A visit with a token of its own; the one that the browser had before is over."""
    before = token_of(visit.request, visit.office)
    if before is not None:
        visits.end(conn, before)
    return visits.begin(conn, account, visit.now)


def _set_visit(answer: Response, office: Office, token: str) -> None:
    answer.set_cookie(office.cookie, cookie_value(office, token), path="/", httponly=True,
                      samesite="strict", secure=office.secure)


def _enter(visit: Visit, once: str, name: str, problem: str, status: int = 200) -> Response:
    return page(visit.office, visit.language, "enter", None, status, once=once, name=name,
                known=bool(name), problem=problem)


def _login(visit: Visit, name: str, there: str, problem: str, status: int = 200) -> Response:
    return page(visit.office, visit.language, "login", None, status, name=name, problem=problem,
                next=there)


def _last_name(visit: Visit) -> str:
    """Whoever worked here last: said something last, or else was the last to be new."""
    with visit.reading() as conn:
        known = {one.id: one for one in accounts.all_of(conn)
                 if one.role == "local" and one.closed is None}
        last = max((at for unit in visit.office.places
                    if (at := kept.last_word(conn, unit, set(known))) is not None), default=None)
    if last is not None:
        return known[last[1]].name
    return max(known.values(), key=lambda one: one.created).name if known else ""


def _form(visit: Visit) -> dict[str, str]:
    raw: bytes = getattr(visit.request.state, "body", b"")
    try:
        found = parse_qs(raw.decode("utf-8"), keep_blank_values=True, max_num_fields=10)
    except ValueError:
        raise Problem(422, "invalid", {"fields": ["form"]}, fields="form") from None
    return {key: values[0] for key, values in found.items()}


def _wants_json(visit: Visit) -> bool:
    return "application/json" in visit.request.headers.get("accept", "")


def _kept_language(visit: Visit, answer: Response) -> Response:
    """A language that was asked for on the way in is the visit's."""
    if "language" in visit.request.query_params:
        answer.set_cookie(LANGUAGE_COOKIE, visit.language, max_age=365 * 86400, path="/",
                          httponly=True, samesite="strict", secure=visit.office.secure)
    return answer


# --- inside -----------------------------------------------------------------------------------


def units(visit: Visit) -> Response:
    """The units; accounts, for whoever keeps those and may look at no unit."""
    if "read" not in visit.may and "accounts" in visit.may:
        return RedirectResponse("/accounts", 303)
    return _page(visit, "units")


def room(visit: Visit, unit: str) -> Response:
    """The room."""
    return _of_unit(visit, "room")


def overview(visit: Visit, unit: str) -> Response:
    """The unit at a glance."""
    return _of_unit(visit, "overview")


def differences(visit: Visit, unit: str) -> Response:
    """Where reviewers differ."""
    return _of_unit(visit, "differences")


def accounts_page(visit: Visit) -> Response:
    """Accounts."""
    return _page(visit, "accounts")


def audit(visit: Visit, unit: str = "") -> Response:
    """The log of a unit, or of the office."""
    if unit and (not _UNIT.fullmatch(unit) or unit not in visit.granted()):
        raise nowhere()
    return _page(visit, "audit", unit=unit)


def static(visit: Visit, name: str) -> Response:
    """A script, a style sheet or a picture of the pages."""
    found = _file(name)
    if found is None:
        raise nowhere()
    data, mark = found
    headers = {"Cache-Control": "private, no-cache", "ETag": mark}
    if visit.request.headers.get("if-none-match") == mark:
        return Response(status_code=304, headers=headers)
    return Response(data, headers=headers,
                    media_type=_TYPES[name.rpartition(".")[2]])


@cache
def _file(name: str) -> tuple[bytes, str] | None:
    # Only what lies there when first asked for; a name that is no plain one is not looked for.
    if not _NAME.fullmatch(name) or name not in {one.name for one in _STATIC.iterdir()}:
        return None
    data = (_STATIC / name).read_bytes()
    return data, f'"{hashlib.sha256(data).hexdigest()[:20]}"'


def _of_unit(visit: Visit, name: str) -> Response:
    # A run that cannot be read is told at once, by a page of its own.
    assert visit.unit is not None and visit.run
    return _page(visit, name, unit={"id": visit.unit_id, "label": safe(visit.unit.label)})


def _page(visit: Visit, name: str, **content: Any) -> Response:
    return page(visit.office, visit.language, name, me(visit), **content)
