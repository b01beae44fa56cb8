"""Originals, as the server has them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.cli import originals
from pipeline.cli.originals import Originals
from pipeline.ingest.shown import lane
from tests.cli.originals.case import MOCK, Case


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


@pytest.fixture(scope="module")
def shows() -> Iterator[Originals]:
    with Originals() as one:
        yield one


@pytest.fixture
def mocked(monkeypatch: pytest.MonkeyPatch) -> Iterator[Originals]:
    """Originals whose worker does what the name of a file tells it to."""
    monkeypatch.setattr(lane, "COMMAND", (sys.executable, "-c", MOCK))
    with Originals() as one:
        yield one


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that is busy with other tests makes no page `pending`."""
    monkeypatch.setattr(originals, "PATIENCE", 300.0)
