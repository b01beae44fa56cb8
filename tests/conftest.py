"""What the tests share: where the real and hostile files are, if they are here."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def real_files() -> Path:
    """The folder of real and hostile files (ZUOZHENG_TEST_FILES); says so when it is absent."""
    place = os.environ.get("ZUOZHENG_TEST_FILES")
    if not place or not Path(place).is_dir():
        pytest.skip("ZUOZHENG_TEST_FILES is not set: the real files are not on this machine")
    return Path(place)
