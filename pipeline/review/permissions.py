"""Who may do what: roles, and what each of them may. Whatever stands nowhere here is denied."""

from __future__ import annotations

from typing import Literal

Permission = Literal[
    "anyone", "member", "read", "decide", "settle", "agreement", "unmask", "download", "export",
    "audit", "office_audit", "accounts",
]
"""What a route can ask for. `anyone` asks for nothing; `member` for a login and nothing more;
`office_audit` is the office's own log of accounts, which holds nothing of units."""

_LEAD = frozenset({"read", "decide", "settle", "agreement", "unmask", "download", "export"})
ROLES: dict[str, frozenset[str]] = {
    "reviewer": frozenset({"read", "decide", "download", "export"}),
    "lead": _LEAD,
    "auditor": frozenset({"read", "agreement", "audit", "office_audit", "export"}),
    "admin": frozenset({"accounts", "office_audit"}),
    "local": _LEAD | {"audit", "office_audit"},
}
OFFICE_ROLES = ("reviewer", "lead", "auditor", "admin")
"""What an account can be given; `local` is the single user of `zuozheng review OUT` alone."""

READING = frozenset({"read", "export", "agreement", "audit", "office_audit"})
"""The most that a token may, whatever its account may."""


def reads(role: str) -> bool:
    """Whether a token of such an account could read anything of a unit."""
    return bool(permissions(role, by_token=True) - {"office_audit"})


def permissions(role: str, by_token: bool = False) -> frozenset[str]:
    """What an account of that role may; an unknown role may nothing."""
    may = ROLES.get(role, frozenset())
    return may & READING if by_token else may
