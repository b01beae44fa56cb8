"""Accounts: every change is an entry of the office's chain and sends everybody out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, text

from pipeline.store.accounts import (
    OFFICE,
    Account,
    NameTaken,
    Unknown,
    add,
    all_of,
    attempts,
    close,
    find,
    get,
    grant,
    granted,
    granted_to,
    keep_rehashed,
    password_hash,
    set_password,
    set_role,
    tokens,
    visits,
    withdraw,
)
from pipeline.store.decisions import Engine, Unavailable, Unit, entries, reading, verify, writing

NOW = datetime(2031, 3, 1, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def one(base: Engine) -> Account:
    with writing(base) as conn:
        return add(conn, "复核一组", "reviewer", "$argon2id$x")


def events(base: Engine) -> list[tuple[str, str, str, dict[str, Any]]]:
    with reading(base) as conn:
        assert verify(conn, OFFICE).bad is None
        return [(entry.kind, entry.subject, entry.account, entry.state)
                for entry in entries(conn, OFFICE)]


def test_an_account_is_found_however_its_name_is_typed(base: Engine) -> None:
    with writing(base) as conn:
        made = add(conn, " Ｏffice Ａ ", "lead", "x")
        assert made.name == "Ｏffice Ａ" and len(made.id) == 12
        assert find(conn, "office a") == get(conn, made.id) == made
        assert find(conn, "office b") is None
        with pytest.raises(NameTaken):
            add(conn, "OFFICE A", "reviewer", "x")
        assert all_of(conn) == [made]


def test_the_password_hash_is_no_part_of_an_account(base: Engine, one: Account) -> None:
    with writing(base) as conn:
        assert "argon2" not in repr(get(conn, one.id))
        assert password_hash(conn, one.id) == "$argon2id$x"
        assert password_hash(conn, "0" * 12) is None
        keep_rehashed(conn, one.id, "$argon2id$y")
        assert password_hash(conn, one.id) == "$argon2id$y"


CHANGES = {
    "role_changed": (lambda conn, id: set_role(conn, id, "lead", by="b" * 12), {"role": "lead"}),
    "password_changed": (lambda conn, id: set_password(conn, id, "$new", by="b" * 12), {}),
    "account_closed": (lambda conn, id: close(conn, id, by="b" * 12), {}),
}


@pytest.mark.parametrize("kind", CHANGES)
def test_a_change_ends_visits_and_tokens_and_is_recorded(
        kind: str, base: Engine, one: Account) -> None:
    change, state = CHANGES[kind]
    with writing(base) as conn:
        other = add(conn, "别的", "reviewer", "x")
        visit, token = (visits.begin(conn, one.id, NOW), tokens.make(conn, one.id, "脚本", NOW))
        stays = visits.begin(conn, other.id, NOW)
    with writing(base) as conn:
        change(conn, one.id)
    with reading(base) as conn:
        assert visits.seen(conn, visit, NOW) is None
        assert tokens.account_of(conn, token) is None
        assert visits.seen(conn, stays, NOW) == other
    assert events(base)[-1] == (kind, one.id, "b" * 12, state)
    with pytest.raises(Unknown), writing(base) as conn:
        change(conn, "0" * 12)
    assert events(base)[-1][1] == one.id


def test_a_change_that_is_taken_back_leaves_no_entry(base: Engine, one: Account) -> None:
    with pytest.raises(RuntimeError), writing(base) as conn:
        set_role(conn, one.id, "admin")
        raise RuntimeError
    assert [kind for kind, *_ in events(base)] == ["account_added"]
    with reading(base) as conn:
        assert get(conn, one.id) == one


def test_a_closed_account_is_known_and_comes_in_no_more(base: Engine, one: Account) -> None:
    with writing(base) as conn:
        close(conn, one.id)
        found = find(conn, one.name)
        assert found is not None and found.closed is not None
        visit = visits.begin(conn, one.id, NOW)
        assert visits.seen(conn, visit, NOW) is None
        with pytest.raises(NameTaken):
            add(conn, one.name, "reviewer", "x")


def test_units_are_granted_and_withdrawn(base: Engine, one: Account, unit: Unit) -> None:
    with writing(base) as conn:
        for _ in range(2):
            grant(conn, one.id, unit.id, by="b" * 12)
        assert granted(conn, one.id) == {unit.id}
        assert granted_to(conn, unit.id) == [one]
        for _ in range(2):
            withdraw(conn, one.id, unit.id, by="b" * 12)
        assert granted(conn, one.id) == set() and granted_to(conn, unit.id) == []
        with pytest.raises(Unknown):
            grant(conn, "0" * 12, unit.id)
    assert [(kind, state) for kind, _, _, state in events(base)[1:]] == [
        ("unit_granted", {"unit": unit.id}), ("unit_withdrawn", {"unit": unit.id})]


def test_a_visit_ends_after_30_minutes_without_a_request(base: Engine, one: Account) -> None:
    with writing(base) as conn:
        token = visits.begin(conn, one.id, NOW)
    assert visits.visitor(base, token, NOW + 29 * MINUTE) == one
    assert visits.visitor(base, token, NOW + 58 * MINUTE) == one
    # A request that was slow to get here sets nothing back.
    assert visits.visitor(base, token, NOW + 40 * MINUTE) == one
    assert visits.visitor(base, token, NOW + 88 * MINUTE) == one
    assert visits.visitor(base, token, NOW + 119 * MINUTE) is None


def test_a_visit_ends_after_12_hours_whatever_is_done(base: Engine, one: Account) -> None:
    with writing(base) as conn:
        token = visits.begin(conn, one.id, NOW)
    for minutes in range(20, 720, 20):
        assert visits.visitor(base, token, NOW + minutes * MINUTE) == one
    assert visits.visitor(base, token, NOW + 721 * MINUTE) is None


def test_a_visit_ends_when_it_is_ended(base: Engine, one: Account) -> None:
    with writing(base) as conn:
        token, other = visits.begin(conn, one.id, NOW), visits.begin(conn, one.id, NOW)
        visits.end(conn, token)
        assert visits.seen(conn, token, NOW) is None
        assert visits.seen(conn, other, NOW) == one
        assert visits.seen(conn, "erfunden", NOW) is None
        assert visits.seen(conn, "\ud800\0", NOW) is None


def test_a_token_is_its_accounts_alone(base: Engine, one: Account) -> None:
    with writing(base) as conn:
        other = add(conn, "别的", "reviewer", "x")
        token = tokens.make(conn, one.id, "统计脚本", NOW)
        assert token.startswith("zz_") and tokens.account_of(conn, token) == one
        (kept,) = tokens.tokens_of(conn, one.id)
        assert (kept.label, kept.created) == ("统计脚本", NOW)
        assert not tokens.revoke(conn, other.id, kept.id, by=other.id)
        assert tokens.account_of(conn, token) == one
        assert tokens.revoke(conn, one.id, kept.id, by=one.id)
        assert tokens.account_of(conn, token) is None and tokens.tokens_of(conn, one.id) == []
    assert [kind for kind, *_ in events(base)][-2:] == ["token_made", "token_revoked"]


def test_neither_tokens_nor_addresses_are_kept(base: Engine, one: Account) -> None:
    with writing(base) as conn:
        held = [visits.begin(conn, one.id, NOW), tokens.make(conn, one.id, "x", NOW), "203.0.113.9"]
        attempts.failed(conn, "查无此组", held[2], NOW)
        everything = "".join(str(conn.execute(text(f"SELECT * FROM {table}")).all())
                             for table in inspect(conn).get_table_names())
    assert not [word for word in [*held, "查无此组"] if word in everything]


# --- wrong passwords --------------------------------------------------------------------------


def wrong(base: Engine, times: int, name: str = "一组", address: str = "203.0.113.9",
          at: datetime = NOW) -> int:
    """How long one waits after so many wrong passwords."""
    with writing(base) as conn:
        for _ in range(times):
            attempts.failed(conn, name, address, at)
        return attempts.wait(conn, name, address, at)


def test_a_name_waits_longer_each_time_but_never_long(base: Engine) -> None:
    assert [wrong(base, 1, address=str(number)) for number in range(12)] == [
        0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60]


def test_an_address_waits_whatever_names_it_tries(base: Engine) -> None:
    waits = [wrong(base, 1, name=f"查无此组{number}") for number in range(25)]
    assert waits[:11] == [0] * 9 + [1, 2] and waits[-1] == 900
    with reading(base) as conn:
        assert attempts.wait(conn, "一组", "203.0.113.10", NOW) == 0


def test_a_name_that_is_unknown_waits_as_one_that_is_known(base: Engine, one: Account) -> None:
    assert wrong(base, 5, one.name, "1") == wrong(base, 5, "查无此组", "2") > 0


def test_waiting_ends_and_the_wrong_ones_are_forgotten(base: Engine) -> None:
    assert wrong(base, 6) == 8
    with reading(base) as conn:
        assert attempts.wait(conn, " 一组 ", "-", NOW + timedelta(seconds=7.5)) == 1
        assert attempts.wait(conn, "一组", "-", NOW + timedelta(seconds=8)) == 0
    assert wrong(base, 1, at=NOW + 61 * MINUTE) == 0


def test_a_clock_set_back_locks_nobody_out(base: Engine) -> None:
    wrong(base, 6)
    with reading(base) as conn:
        assert attempts.wait(conn, "一组", "-", NOW - timedelta(days=400)) == 0
    # By the clock as it goes now, the next wrong one counts on.
    assert wrong(base, 1, at=NOW - timedelta(days=400)) == 16


def test_whoever_reads_goes_on_while_nothing_can_be_written(
        base: Engine, one: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    with writing(base) as conn:
        token = visits.begin(conn, one.id, NOW)

    tried = []

    def refused(*_: Any) -> None:
        tried.append(1)
        raise Unavailable("read_only")

    monkeypatch.setattr(visits, "writing", refused)
    for _ in range(3):
        assert visits.visitor(base, token, NOW + 5 * MINUTE) == one
    assert tried == [1]  # not everybody waits for it
    monkeypatch.undo()
    assert visits.visitor(base, token, NOW + 25 * MINUTE) == one
    assert visits.visitor(base, token, NOW + 50 * MINUTE) == one


def test_the_right_password_clears_the_name_and_not_the_address(base: Engine) -> None:
    wrong(base, 12)
    with writing(base) as conn:
        attempts.succeeded(conn, "一组", "203.0.113.9")
        assert attempts.wait(conn, "一组", "-", NOW) == 0
        assert attempts.wait(conn, "一组", "203.0.113.9", NOW) == 4


def test_two_at_once_are_both_counted(base: Engine, tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: wrong(base, 1), range(8)))
    with reading(base) as conn:
        assert attempts.wait(conn, "一组", "-", NOW) == 32
