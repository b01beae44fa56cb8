"""A review room, made anew for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.review import passwords
from tests.review.room import CHEAP, Room, screened


@pytest.fixture
def room(tmp_path: Path) -> Room:
    """An office with one unit."""
    return Room(screened(tmp_path / "out"))


@pytest.fixture(autouse=True)
def _cheap_passwords(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Real ones take a tenth of a second and 64 MiB each."""
    if request.module.__name__.rpartition(".")[2] != "test_serve":
        monkeypatch.setattr(passwords, "_HASHER", CHEAP)
        passwords._nobodys.cache_clear()
