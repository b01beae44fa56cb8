"""What the tests share: where the real and hostile files are, if they are here."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from pipeline.language import choose

# The same examples in every run, so that a red test is a change's doing; ZUOZHENG_FUZZ=1 looks for
# new ones, and what it finds becomes a row of a table.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("fuzz", max_examples=3000, deadline=None)
settings.load_profile("fuzz" if os.environ.get("ZUOZHENG_FUZZ") else "same")


@pytest.fixture(autouse=True)
def chinese_again() -> Iterator[None]:
    """A command that was run in English in this process leaves it English; the next test would meet
    other words, or not, by the order in which tests are drawn."""
    yield
    choose("zh")


@pytest.fixture(scope="session")
def real_files() -> Path:
    """The folder of real and hostile files (ZUOZHENG_TEST_FILES); says so when it is absent."""
    place = os.environ.get("ZUOZHENG_TEST_FILES")
    if not place or not Path(place).is_dir():
        pytest.skip("ZUOZHENG_TEST_FILES is not set: the real files are not on this machine")
    return Path(place)
