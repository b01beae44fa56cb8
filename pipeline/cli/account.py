"""`zuozheng account`: who may come into an office's review room."""

from __future__ import annotations

import getpass
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli.frame import App
from pipeline.errors import InputError
from pipeline.language import say

if TYPE_CHECKING:
    from pipeline.store.accounts import Account
    from pipeline.store.decisions import Connection, Engine


def _name() -> Any:
    # Functions, so that their words are said when a command is made: only then is it known in
    # which language.
    return typer.Argument(metavar="NAME", help=say("help.account_name"))


def _database() -> Any:
    return typer.Option("--database", metavar="URL", help=say("help.account_database"))


def _given() -> Any:
    return typer.Argument(metavar="OUT", help=say("help.account_unit"))


class Role(StrEnum):
    """What an account can be."""

    reviewer = "reviewer"
    lead = "lead"
    auditor = "auditor"
    admin = "admin"


def add_to(app: App) -> None:
    """Add the group."""
    group = app.group("account")

    def add(
        name: Annotated[str, _name()], database: Annotated[str, _database()],
        role: Annotated[Role, typer.Option(help=say("help.account_what"))] = Role.reviewer,
    ) -> None:
        from pipeline.store.accounts import NameTaken
        from pipeline.store.accounts import add as added

        name = _plain(name)
        made = _hashed(name)
        try:
            with _writing(database) as conn:
                added(conn, name, role.value, made)
        except NameTaken:
            raise InputError("account_taken", name=name) from None
        _said("account.added", name=name, role=say(f"review.role.{role.value}"))

    def list_(database: Annotated[str, _database()]) -> None:
        from pipeline.store.accounts import all_of, granted
        from pipeline.store.decisions import reading, units

        with _engine(database) as engine, reading(engine) as conn:
            labels = {one.id: one.label for one in units(conn)}
            for one in all_of(conn):
                state = say("account.closed_word") if one.closed else ""
                mine = say("list.comma").join(
                    labels.get(unit, unit) for unit in sorted(granted(conn, one.id)))
                print("\t".join((one.name, say(f"review.role.{one.role}"), state, mine)))

    def role(
        name: Annotated[str, _name()],
        to: Annotated[Role, typer.Argument(metavar="ROLE", help=say("help.account_what"))],
        database: Annotated[str, _database()],
    ) -> None:
        from pipeline.store.accounts import set_role

        _changed(database, name, lambda conn, one: set_role(conn, one.id, to.value))
        _said("account.role_changed", name=name, role=say(f"review.role.{to.value}"))

    def close(name: Annotated[str, _name()], database: Annotated[str, _database()]) -> None:
        from pipeline.store.accounts import close as closed

        _changed(database, name, lambda conn, one: closed(conn, one.id))
        _said("account.closed", name=name)

    def password(name: Annotated[str, _name()], database: Annotated[str, _database()]) -> None:
        from pipeline.store.accounts import set_password

        made = _hashed(name)
        _changed(database, name, lambda conn, one: set_password(conn, one.id, made))
        _said("account.password_changed", name=name)

    def grant(
        name: Annotated[str, _name()], unit: Annotated[str, _given()],
        database: Annotated[str, _database()],
    ) -> None:
        _comes_to(database, name, unit, True)

    def withdraw(
        name: Annotated[str, _name()], unit: Annotated[str, _given()],
        database: Annotated[str, _database()],
    ) -> None:
        _comes_to(database, name, unit, False)

    def token(
        name: Annotated[str, _name()],
        label: Annotated[str, typer.Argument(metavar="LABEL", help=say("help.account_label"))],
        database: Annotated[str, _database()],
    ) -> None:
        made: list[str] = []
        _changed(database, name, lambda conn, one: made.append(_token(conn, one, label)))
        _said("account.token", name=name)
        print(made[0])

    for does in (add, role, close, password, grant, withdraw, token):
        app.command(does.__name__, does, group)
    app.command("list", list_, group)


@contextmanager
def _engine(database: str) -> Iterator[Engine]:
    from pipeline.store.decisions import FILE, Unavailable, opened, where

    place = Path(database)
    engine = opened(place / FILE if place.is_dir() else database)
    try:
        yield engine
    except Unavailable as error:
        raise error.told(where(engine)) from None
    finally:
        engine.dispose()


@contextmanager
def _writing(database: str) -> Iterator[Connection]:
    from pipeline.store.decisions import writing

    with _engine(database) as engine, writing(engine) as conn:
        yield conn


def _changed(database: str, name: str, does: Callable[[Connection, Account], object]) -> None:
    from pipeline.store.accounts import LastAdmin, find

    with _writing(database) as conn:
        found = find(conn, name)
        if found is None or found.role == "local":
            raise InputError("account_unknown", name=name)
        try:
            does(conn, found)
        except LastAdmin:
            raise InputError("account_last_admin", name=name) from None


def _comes_to(database: str, name: str, given: str, may: bool) -> None:
    """Let an account come to a unit, or not any more."""
    from pipeline.store.accounts import grant, withdraw

    def does(conn: Connection, one: Account) -> None:
        (grant if may else withdraw)(conn, one.id, _unit(conn, given, known=not may))

    _changed(database, name, does)
    _said("account.granted" if may else "account.withdrawn", name=name, unit=given)


def _token(conn: Connection, one: Account, label: str) -> str:
    from datetime import UTC, datetime

    from pipeline.review.permissions import reads
    from pipeline.store.accounts import tokens

    if not reads(one.role):
        raise InputError("token_pointless", name=one.name)
    return tokens.make(conn, one.id, label[:80], datetime.now(UTC))


def _unit(conn: Connection, given: str, known: bool) -> str:
    """The unit's id, given as such or as its OUT, which is made known where that is allowed."""
    from pipeline.review.run import Runs
    from pipeline.review.serve import registered
    from pipeline.store.decisions import id_of, unit

    out = Path(given)
    if out.is_dir():
        id = id_of(out)
        if id is not None and unit(conn, id) is not None:
            return id
        if not known:
            return registered(conn, out.absolute(), Runs()).id
    elif re.fullmatch("[0-9a-f]{16}", given) and unit(conn, given) is not None:
        return given
    raise InputError("account_unit_unknown", unit=given)


def _plain(name: str) -> str:
    from pipeline.review.api.people import name_of
    from pipeline.review.problem import Problem

    try:
        plain = name_of(name)
    except Problem:
        plain = ""
    if not 0 < len(plain) <= 64:
        raise InputError("account_name", name=name)
    return plain


def _hashed(name: str) -> str:
    """The password, asked for twice without showing it (or the first line of stdin), hashed."""
    from pipeline.review import passwords
    from pipeline.review.problem import Problem

    if sys.stdin.isatty():
        password = getpass.getpass(say("account.ask", name=name))
        if getpass.getpass(say("account.again")) != password:
            raise InputError("account_twice")
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    try:
        passwords.long_enough(password, name)
    except Problem:
        raise InputError("account_password", least=passwords.LEAST) from None
    return passwords.hashed(password)


def _said(key: str, **fill: str) -> None:
    print(say(key, None, **fill), file=sys.stderr)
