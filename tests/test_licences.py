"""No dependency is GPL or AGPL: the metadata of everything in the lock file is read."""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

import pytest

LOCK = Path(__file__).parents[1] / "requirements.lock"
LOCKED = re.findall(r"^([a-z0-9-]+)==", LOCK.read_text("utf-8"), re.MULTILINE)
FORBIDDEN = re.compile(r"\bA?GPL|Affero|GNU General Public", re.IGNORECASE)
ALLOWED = re.compile(r"LGPL|Lesser", re.IGNORECASE)


def licences(name: str) -> list[str]:
    about = metadata.metadata(name)
    told = [about.get("License-Expression") or "", (about.get("License") or "")[:200]]
    return told + [line for line in about.get_all("Classifier") or [] if "License ::" in line]


@pytest.mark.parametrize("name", LOCKED)
def test_licence(name: str) -> None:
    try:
        told = licences(name)
    except metadata.PackageNotFoundError:
        pytest.skip("not needed on this platform")
    assert any(told), "no licence stated"
    assert not [line for line in told if FORBIDDEN.search(line) and not ALLOWED.search(line)]


def test_the_check_can_fail() -> None:
    assert FORBIDDEN.search("GNU Affero General Public License v3") and FORBIDDEN.search("GPL-3.0")
    assert not FORBIDDEN.search("BSD-3-Clause")
