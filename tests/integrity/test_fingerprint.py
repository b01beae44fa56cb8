"""Fingerprints: small, exact, the same on every machine."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import orjson
from hypothesis import given
from hypothesis import strategies as st

from pipeline.integrity import fingerprint, from_plain, to_plain
from pipeline.integrity.fingerprint import similar
from tests.integrity.made_papers import PLAN_2022


def test_a_fingerprint_is_small_json_and_the_same_everywhere() -> None:
    mark = fingerprint(PLAN_2022)
    assert len(mark.minima) == 512
    assert len(json.dumps(to_plain(mark))) < 800
    assert from_plain(orjson.loads(orjson.dumps(to_plain(mark)))) == mark
    code = (
        "import sys;sys.stdin.reconfigure(encoding='utf-8');"
        "from pipeline.integrity import fingerprint;"
        "print(fingerprint(sys.stdin.read()).minima.hex(), end='')"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", code],
            input=PLAN_2022.encode(),
            capture_output=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parents[2])},
        ).stdout
        for seed in ("1", "2")
    }
    assert told == {mark.minima.hex().encode()}


def test_a_changed_year_changes_the_exact_hash_alone() -> None:
    a, b = fingerprint(PLAN_2022), fingerprint(PLAN_2022.replace("2022", "2023"))
    assert a.minima == b.minima
    assert a.exact != b.exact


def test_line_breaks_and_marks_change_nothing() -> None:
    assert fingerprint("一、 加强\n领导，明确责任。") == fingerprint("一、加强领导,明确责任.")


def test_texts_too_short_for_a_shingle_have_a_fingerprint() -> None:
    assert fingerprint("").minima == b""
    assert fingerprint("通知").length == 2
    assert similar(fingerprint(""), fingerprint("")) == 0.0


@given(st.text(max_size=300))
def test_any_text_has_a_fingerprint(text: str) -> None:
    mark = fingerprint(text)
    assert len(mark.minima) in (0, 512)
    assert from_plain(to_plain(mark)) == mark
