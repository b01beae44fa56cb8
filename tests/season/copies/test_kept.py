"""A unit's part beside its ledger: the same as one made now, and never believed of another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.season.copies import kept
from pipeline.season.copies.part import Part, part
from pipeline.store.ledger import Ledger
from pipeline.store.outputs import PART
from tests.bench.season.ledgers import Paper, ledgered
from tests.season.copies.texts import EDITED, NOTICE, PLAN

NAME = "甲局"


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return ledgered(tmp_path, NAME, [
        Paper("方案.docx", "方案", "2023-05-01", PLAN),
        Paper("通知.pdf", "关于开展宣传月活动的通知", "2023-08-01", NOTICE, ("received",)),
    ]).ledger


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The ledgers of which a part was made anew."""
    found: list[Path] = []

    def noted(ledger: Path, name: str = "") -> Part:
        found.append(ledger)
        return part(ledger, name)

    monkeypatch.setattr(kept, "part", noted)
    return found


def same(one: Part, other: Part) -> bool:
    return all(np.array_equal(a, b) and a.dtype == b.dtype if isinstance(a, np.ndarray) else a == b
               for a, b in zip(one, other, strict=True))


def test_what_was_kept_is_what_would_be_made(ledger: Path, made: list[Path]) -> None:
    kept.keep(ledger, NAME)
    made.clear()
    found = kept.known(ledger, NAME)
    assert not made and same(found, part(ledger, NAME))
    assert len(found.ids) == len(PLAN) and len(found.received)
    assert ledger.with_name(PART).stat().st_mode & 0o777 == 0o600


def test_a_unit_without_any_paper_has_an_empty_part(tmp_path: Path, made: list[Path]) -> None:
    ledger = ledgered(tmp_path, "空局", []).ledger
    kept.keep(ledger, "空局")
    made.clear()
    assert same(kept.known(ledger, "空局"), part(ledger, "空局")) and not made


def test_a_part_of_another_ledger_name_or_code_is_made_anew(
    ledger: Path, tmp_path: Path, made: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.keep(ledger, NAME)
    made.clear()
    other = ledgered(tmp_path, "丙局", [Paper("一.txt", "一", None, EDITED)]).ledger
    other.with_name(PART).write_bytes(ledger.with_name(PART).read_bytes())
    assert same(kept.known(other, NAME), part(other, NAME)) and made == [other]
    # What could not be read was tried again: the same papers, more said of them.
    with Ledger(ledger) as base:
        base.put_header({"outputs": {"coverage.json": "ab"}})
    kept.known(ledger, NAME)
    kept.keep(ledger, NAME)
    assert made.pop() == made.pop() == ledger
    kept.known(ledger, "乙局")
    monkeypatch.setattr("pipeline.screen.unit.code", lambda: "another")
    kept.known(ledger, NAME)
    assert made == [other, ledger, ledger]


@pytest.mark.parametrize("spoil", [
    lambda data: b"", lambda data: b"rubbish" * 99, lambda data: data[: len(data) // 2],
    lambda data: data[:60] + bytes(8) + data[68:], lambda data: b"\x93NUMPY\x01\x00" + data,
])
def test_a_damaged_part_is_made_anew(ledger: Path, made: list[Path], spoil: Any) -> None:
    kept.keep(ledger, NAME)
    place = ledger.with_name(PART)
    place.write_bytes(spoil(place.read_bytes()))
    made.clear()
    assert same(kept.known(ledger, NAME), part(ledger, NAME)) and made == [ledger]


def test_no_object_comes_out_of_a_part(ledger: Path, made: list[Path]) -> None:
    np.savez(ledger.with_name(PART), said=np.array([{"key": "x"}], dtype=object))
    kept.known(ledger, NAME)
    assert made == [ledger]


def test_the_pictures_of_another_form_of_a_paper_are_not_counted_twice(tmp_path: Path) -> None:
    ledger = ledgered(tmp_path, NAME, [
        Paper("方案.docx", "方案", None, PLAN),
        Paper("通知.pdf", "通知", None, NOTICE, ("received",)),
        Paper("方案.pdf", "方案", None, PLAN, same_as="方案.docx")]).ledger
    with Ledger(ledger) as base:
        for number in (1, 2, 3):
            base.put_pictures(number, [{"page": 1, "likeness": f"{number:064x}"}])
    assert [path for path, _, _ in part(ledger).pictures] == ["方案.docx"]
