"""Who works here: the visitor's own things, and accounts for the administrator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from pipeline.language import phrases
from pipeline.report.printable import clean, safe
from pipeline.review import passwords
from pipeline.review.given import (
    NewAccount,
    NewPassword,
    NewToken,
    Nothing,
    OfUnit,
    OwnPassword,
    Role,
    Speak,
)
from pipeline.review.legible import unseen
from pipeline.review.office import LANGUAGE_COOKIE
from pipeline.review.permissions import OFFICE_ROLES, reads
from pipeline.review.problem import Problem, nowhere
from pipeline.review.routes import json_answer
from pipeline.review.seating import moment
from pipeline.review.visit import Visit
from pipeline.store.accounts import accounts, attempts, tokens
from pipeline.store.decisions import Connection, units

Row = dict[str, Any]
_SPOKEN = ("review.", "reason.", "next.", "stage.", "state.", "document_type.", "method.",
           "proposed.", "status.", "link.", "flag.", "year_from.", "why_not.", "type.",
           "record.undefined.")


def me(visit: Visit) -> Row:
    """The visitor: name, role, what he may."""
    assert visit.account is not None
    return {"name": visit.account.name, "role": visit.account.role,
            "permissions": sorted(visit.may), "language": visit.language,
            "single": visit.office.local}


def words(visit: Visit) -> dict[str, str]:
    """The words of the pages, in the language of the visit."""
    return {key.removeprefix("review."): text for key, text in phrases(*_SPOKEN).items()}


def language(visit: Visit, given: Speak) -> Response:
    """Speak this language from now on, in this browser."""
    answer = json_answer({"language": given.language})
    answer.set_cookie(LANGUAGE_COOKIE, given.language, max_age=365 * 86400, path="/",
                      httponly=True, samesite="strict", secure=visit.office.secure)
    return answer


def own_password(visit: Visit, given: OwnPassword) -> Row:
    """Change one's own password; all visits and tokens end, this one too."""
    if visit.office.local or visit.account is None:
        raise nowhere()
    name, address = visit.account.name, address_of(visit)
    passwords.long_enough(given.new, name)
    with passwords.turn():
        with visit.reading() as conn:
            wait = attempts.wait(conn, name, address, visit.now)
            kept = accounts.password_hash(conn, visit.id)
        if wait:
            raise Problem(429, "wait", wait=wait, seconds=wait)
        if not passwords.fits(given.old, kept):
            with visit.writing() as conn:
                attempts.failed(conn, name, address, visit.now)
            raise Problem(422, "password_wrong")
    made = passwords.hashed(given.new)
    with visit.writing() as conn:
        accounts.set_password(conn, visit.id, made, by=visit.id)
    return {"next": "/login"}


def address_of(visit: Visit) -> str:
    """Where the visitor comes from. What a proxy says of that is not believed."""
    return visit.request.client.host if visit.request.client else ""


# --- tokens -----------------------------------------------------------------------------------


def own_tokens(visit: Visit) -> list[Row]:
    """One's own tokens."""
    if visit.office.local:
        raise nowhere()
    with visit.reading() as conn:
        return [{"id": one.id, "label": one.label, "created": moment(one.created)}
                for one in tokens.tokens_of(conn, visit.id)]


def new_token(visit: Visit, given: NewToken) -> Row:
    """A token to read by; it is told this once."""
    if visit.office.local:
        raise nowhere()
    if visit.account is None or not reads(visit.account.role):
        raise Problem(422, "token_pointless")
    with visit.writing() as conn:
        return {"token": tokens.make(conn, visit.id, clean(given.label), visit.now)}


def revoke_token(visit: Visit, given: Nothing, id: str) -> Row:
    """End a token of one's own."""
    with visit.writing() as conn:
        if not tokens.revoke(conn, visit.id, id, visit.id):
            raise nowhere()
    return {"id": id}


# --- accounts ---------------------------------------------------------------------------------


def listed(visit: Visit) -> Row:
    """All accounts, and what they can be given."""
    with visit.reading() as conn:
        labels = {one.id: safe(one.label) for one in units(conn)
                  if one.id in visit.office.places}
        return {"accounts": [_account(conn, one, labels) for one in accounts.all_of(conn)],
                "units": [{"id": id, "label": label} for id, label in labels.items()],
                "roles": list(OFFICE_ROLES)}


def add(visit: Visit, given: NewAccount) -> Row:
    """A new account."""
    name = name_of(given.name)
    passwords.long_enough(given.password, name)
    made = passwords.hashed(given.password)
    try:
        with visit.writing() as conn:
            added = accounts.add(conn, name, given.role, made, by=visit.id)
            return _account(conn, added, {})
    except accounts.NameTaken:
        raise Problem(422, "name_taken") from None


def role(visit: Visit, given: Role, id: str) -> Row:
    """Another role; the account's visits and tokens end."""
    return _changed(visit, id,
                    lambda conn: accounts.set_role(conn, id, given.role, by=visit.id))


def close(visit: Visit, given: Nothing, id: str) -> Row:
    """Close an account; what it decided stays."""
    return _changed(visit, id, lambda conn: accounts.close(conn, id, by=visit.id))


def password(visit: Visit, given: NewPassword, id: str) -> Row:
    """Give an account another password."""
    with visit.reading() as conn:
        found = accounts.get(conn, id)
    if found is None:
        raise nowhere()
    passwords.long_enough(given.password, found.name)
    made = passwords.hashed(given.password)
    return _changed(visit, id, lambda conn: accounts.set_password(conn, id, made, by=visit.id))


def grant(visit: Visit, given: OfUnit, id: str) -> Row:
    """Let an account come to a unit."""
    if given.unit not in visit.office.places:
        raise nowhere()
    return _changed(visit, id,
                    lambda conn: accounts.grant(conn, id, given.unit, by=visit.id))


def withdraw(visit: Visit, given: OfUnit, id: str) -> Row:
    """Let an account come to a unit no more."""
    return _changed(visit, id,
                    lambda conn: accounts.withdraw(conn, id, given.unit, by=visit.id))


def name_of(given: str) -> str:
    """A name as it may be kept: nothing in it that cannot be seen, or two would look alike."""
    name = " ".join(given.split())
    if not name or name != clean(name) or any(map(unseen, name)):
        raise Problem(422, "name_bad")
    return name


def _changed(visit: Visit, id: str, does: Callable[[Connection], None]) -> Row:
    with visit.writing() as conn:
        found = accounts.get(conn, id)
        if found is None or found.role == "local":
            raise nowhere()
        try:
            does(conn)
        except accounts.LastAdmin:
            # Nobody locks everybody out.
            raise Problem(422, "last_admin") from None
        after = accounts.get(conn, id)
        assert after is not None
        labels = {one.id: safe(one.label) for one in units(conn)}
        return _account(conn, after, labels)


def _account(conn: Connection, one: accounts.Account, labels: dict[str, str]) -> Row:
    return {"id": one.id, "name": one.name, "role": one.role, "created": moment(one.created),
            "closed": moment(one.closed) if one.closed else None,
            "units": sorted(accounts.granted(conn, one.id) & set(labels))}
