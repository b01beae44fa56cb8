"""The search for copies over a cluster finds what it finds here, also when a worker goes."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.season.copies import search, signature
from pipeline.season.engine import cluster, shuffled

pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def over(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    place = tmp_path_factory.mktemp("shuffled") / "log"
    with place.open("ab", buffering=0) as log, cluster.reached(None, None, 2, log) as reached:
        yield reached


def season(passages: int, units: int) -> tuple[Any, Any, Any]:
    """Signatures of strangers, a tenth of them copied with a third of their values changed."""
    draw = np.random.default_rng(7)
    values = draw.integers(0, 1 << 32, (passages, signature.VALUES), dtype=np.uint32)
    for copy in range(0, passages, 10):
        of = int(draw.integers(0, passages))
        kept = draw.random(signature.VALUES) < 0.66
        values[copy, kept] = values[of, kept]
    enough = draw.random(passages) < 0.9
    unit = np.sort(draw.integers(0, units, passages)).astype(np.int32)
    return values, enough, unit


def test_the_same_pairs_as_here(over: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shuffled, "STRETCH", 700)
    values, enough, unit = season(5000, 40)
    here = search.candidates(values, enough, unit)
    assert len(here) > 100
    assert np.array_equal(shuffled.candidates(over, values, enough, unit), here)
    nothing = shuffled.candidates(over, values, np.zeros(5000, dtype=bool), unit)
    assert nothing.shape == (0, 2)


def test_a_worker_that_goes_in_the_middle_changes_nothing(
    over: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(shuffled, "STRETCH", 500)
    values, enough, unit = season(5000, 40)
    packed, killed = shuffled._packed, []

    def killing(*words: Any) -> bytes:
        if not killed:
            killed.extend(over.client.run(os.getpid).values())
        elif len(killed) == 2:
            killed.append(0)
            os.kill(killed[0], signal.SIGKILL)
        return packed(*words)

    monkeypatch.setattr(shuffled, "_packed", killing)
    monkeypatch.setattr(shuffled, "SECONDS", 10.0)
    found = shuffled.candidates(over, values, enough, unit)
    assert len(killed) == 3
    assert np.array_equal(found, search.candidates(values, enough, unit))


def test_without_a_cluster_it_is_done_here() -> None:
    def items() -> Iterator[bytes]:
        yield from (b"ab", b"cd")

    done = shuffled.shuffled(None, lambda item, parts: [item[:1], item[1:], b"", b""][:parts],
                             lambda part, pieces: b"|".join(pieces), items, 2)
    assert done == [(0, b"a|c"), (1, b"b|d")]
