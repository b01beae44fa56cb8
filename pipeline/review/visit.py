"""Who is asking, for what, in which language: decided before a route does anything."""

from __future__ import annotations

import hmac
import re
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime

from starlette.requests import Request

from pipeline.language import LANGUAGES
from pipeline.report.record.purged import why_no_run
from pipeline.review.keyfile import signed
from pipeline.review.office import LANGUAGE_COOKIE, Office
from pipeline.review.permissions import Permission, permissions
from pipeline.review.problem import Problem, RunProblem, nowhere
from pipeline.review.run import Run
from pipeline.store.accounts import accounts, tokens, visits
from pipeline.store.decisions import Connection, Unit, reading, writing
from pipeline.store.decisions import unit as unit_of

_ACCOUNT = re.compile("[0-9a-f]{12}")
NOBODY = "0" * 12


@dataclass(slots=True)
class Visit:
    """A request that was let in. `account` is None only where a route asks for nothing; `unit` is
    the one that the path names, which this account may come to."""

    office: Office
    request: Request
    language: str
    account: accounts.Account | None = None
    may: frozenset[str] = field(default_factory=frozenset)
    by_token: bool = False
    unit: Unit | None = None

    @property
    def now(self) -> datetime:
        """The time."""
        return self.office.now()

    @property
    def id(self) -> str:
        """The account's id. To be asked only where the route asks for a login."""
        assert self.account is not None
        id: str = self.account.id
        return id

    @property
    def unit_id(self) -> str:
        """The unit's id, on routes that name one."""
        assert self.unit is not None
        id: str = self.unit.id
        return id

    @property
    def run(self) -> Run:
        """The unit's run. Raises RunProblem."""
        out = self.office.places[self.unit_id]
        try:
            return self.office.runs.of(out)
        except RunProblem as problem:
            if problem.code != "run_unscreened":
                raise
            with self.reading() as conn:
                raise RunProblem(why_no_run(conn, out, self.unit_id)) from None

    def reading(self) -> AbstractContextManager[Connection]:
        """A read transaction."""
        return reading(self.office.engine)

    def writing(self) -> AbstractContextManager[Connection]:
        """A write transaction."""
        return writing(self.office.engine)

    def need(self, permission: str) -> None:
        """Refuse what this account may not."""
        if permission not in self.may:
            raise Problem(403, "forbidden")

    def granted(self) -> set[str]:
        """The units that this account may come to, of those served here."""
        served = set(self.office.places)
        if self.account is None:
            return set()
        if self.account.role == "local":
            return served if self.office.local else set()
        with self.reading() as conn:
            return accounts.granted(conn, self.account.id) & served


def language_of(request: Request, office: Office) -> str:
    """The language of the visit: as asked for here, as kept in its cookie, as the server's."""
    asked = (request.query_params.get("language"), request.cookies.get(LANGUAGE_COOKIE))
    return next((one for one in asked if one in LANGUAGES), office.language)


def admitted(request: Request, office: Office, permission: Permission) -> Visit:
    """Let the request in, or raise Problem: 401 without a login, 403 without the permission, 404
    for a unit that is not this account's, whether there is one or not."""
    visit = Visit(office, request, language_of(request, office))
    _known(visit)
    if visit.account is not None:
        request.state.account = visit.account.id
    if permission == "anyone":
        return visit
    if visit.account is None:
        if office.link is not None:
            office.link.renew(visit.now)
        raise Problem(401, _why_not(visit))
    if visit.by_token and request.method != "GET":
        raise Problem(403, "token_reads_only")
    if permission != "member":
        visit.need(permission)
    if not _ACCOUNT.fullmatch(request.path_params.get("id", NOBODY)):
        # Refused here once for all: no database is asked for what cannot be.
        raise nowhere()
    unit = request.path_params.get("unit")
    if unit is not None:
        if unit not in visit.granted():
            raise nowhere()
        with visit.reading() as conn:
            visit.unit = unit_of(conn, unit)
        if visit.unit is None:
            raise nowhere()
    return visit


def _why_not(visit: Visit) -> str:
    """What is said to one who is not let in: only the browser of a closed account learns that."""
    token = token_of(visit.request, visit.office)
    if visit.office.local or token is None:
        return "login_local" if visit.office.local else "login"
    with visit.reading() as conn:
        return "account_closed" if visits.closed(conn, token, visit.now) else "login"


def cookie_value(office: Office, token: str) -> str:
    """What the browser keeps of a visit: its token and our signature."""
    return f"{token}.{signed(office.key, 'visit', token)}"


def token_of(request: Request, office: Office) -> str | None:
    """The token of the visit's cookie, if we signed it: another one never reaches the database."""
    token, _, mark = request.cookies.get(office.cookie, "").partition(".")
    good = hmac.compare_digest(mark.encode(), signed(office.key, "visit", token).encode())
    return token if token and good else None


def _known(visit: Visit) -> None:
    office = visit.office
    scheme, _, bearer = visit.request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        with visit.reading() as conn:
            visit.account = tokens.account_of(conn, bearer.strip())
        visit.by_token = True
    elif (token := token_of(visit.request, office)) is not None:
        visit.account = visits.visitor(office.engine, token, visit.now)
    if visit.account is not None:
        if (visit.account.role == "local") != office.local:
            # A database that was once another kind of room: its accounts are of that kind.
            visit.account = None
            return
        visit.may = permissions(visit.account.role, visit.by_token)
