"""Every test of the review's store runs on SQLite, and on PostgreSQL where that can be run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.store.decisions import Engine, Unit, opened, register, writing
from tests.store.postgres import postgres

__all__ = ["base", "postgres", "unit"]


@pytest.fixture(params=["sqlite", "postgresql"])
def base(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A new, empty database."""
    if request.param == "sqlite":
        engine = opened(tmp_path / "review.sqlite")
    else:
        engine = opened(request.getfixturevalue("postgres").emptied())
    yield engine
    engine.dispose()


@pytest.fixture
def unit(base: Engine, tmp_path: Path) -> Unit:
    """A unit under review in it."""
    out = tmp_path / "结果"
    out.mkdir()
    with writing(base) as conn:
        return register(conn, out, "岚河市交通运输局", "yuxi-2024")
