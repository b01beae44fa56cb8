"""A writer that is killed takes nothing with it that it had acknowledged."""

from __future__ import annotations

from pathlib import Path

from tests.bench import review_kill


def test_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    found = review_kill.rounds(tmp_path / "review.sqlite", 4)
    assert found["acknowledged"] > 4
    assert (found["lost"], found["doubled"], found["broken_chains"]) == (0, 0, 0)
