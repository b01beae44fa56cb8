"""Accounts of an office: names and roles, visits, tokens, wrong passwords."""

from pipeline.store.accounts import attempts, tokens, visits
from pipeline.store.accounts.accounts import (
    OFFICE,
    Account,
    LastAdmin,
    NameTaken,
    Unknown,
    add,
    all_of,
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
    withdraw,
)

__all__ = [
    "OFFICE", "Account", "LastAdmin", "NameTaken", "Unknown", "add", "all_of", "attempts",
    "close", "find", "get", "grant", "granted", "granted_to", "keep_rehashed", "password_hash",
    "set_password", "set_role", "tokens", "visits", "withdraw",
]  # fmt: skip
