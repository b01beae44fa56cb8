"""Outputs are whole or absent, and their owner's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.errors import OutputError
from pipeline.store.ledger import Ledger
from pipeline.store.outputs import placed, prepare


def test_a_failed_output_leaves_the_old_one(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    target.write_text("old", "utf-8")
    with pytest.raises(RuntimeError), placed(target) as draft:
        draft.write_text("half", "utf-8")
        raise RuntimeError
    assert target.read_text("utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def test_an_output_is_its_owners(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        out = prepare(tmp_path / "neu" / "out")
        with placed(out / "a") as draft:
            draft.write_text("x", "utf-8")
    finally:
        os.umask(old)
    assert out.stat().st_mode & 0o777 == 0o700
    assert (out / "a").stat().st_mode & 0o777 == 0o600


def test_a_file_in_the_way_is_told(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file", "utf-8")
    with pytest.raises(OutputError):
        prepare(tmp_path / "out")


def test_a_file_stands_as_started_until_its_record_is_complete(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger", fresh=True) as ledger:
        ledger.start_file(0, "a.pdf")
        ledger.start_file(1, "b.pdf")
        ledger.finish_file(0, {"path": "a.pdf", "status": "read", "reason": None})
        assert ledger.statuses() == {"read": 1, "started": 1}
