"""The training corpus: no passage is another one again, and every voice has words of its own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import rjieba

from pipeline.errors import InputError
from pipeline.learn import corpus

HERE = Path(__file__).parents[1] / "models" / "corpus"
ROWS = [row for row in corpus.read(HERE) if row.voice != corpus.PRIOR]
TERMS = corpus.official_terms(HERE / "official_terms.txt")


def test_no_two_passages_share_twelve_characters() -> None:
    assert corpus.written_twice(ROWS, TERMS) == []


def test_a_copied_run_is_found_whatever_stands_between_its_letters() -> None:
    one, other = ROWS[1], ROWS[40]
    copied = re.sub(r"(..)", r"\1， ", one.seen.text[:14])
    from dataclasses import replace

    twin = replace(other, id="twin", seen=replace(other.seen, text=copied))
    assert [pair[:2] for pair in corpus.written_twice([one, twin], TERMS)] == [(one.id, "twin")]


def test_official_names_may_be_shared() -> None:
    assert list(corpus.runs(corpus.pieces("《中华人民共和国民族区域自治法》", TERMS))) == []


def test_near_duplicates_are_printed_and_none_is_a_rewriting(capsys: pytest.CaptureFixture[str]
                                                             ) -> None:
    near = corpus.near_duplicates(ROWS)
    cut = rjieba.Jieba().cut
    with capsys.disabled():
        print(f"\ncorpus: {len(near)} near-duplicates (Jaccard of three letters from 0.3)")
        for ratio, left, right in near[:10]:
            print(f"  {ratio:.2f} {left} {right}")
        for voice in sorted({row.voice for row in ROWS}):
            words = [word for row in ROWS if row.voice == voice for word in cut(row.seen.text)
                     if word.isalnum()]
            print(f"  {voice}: type-token ratio {corpus.variety(words):.3f} in 500 words")
    assert [pair for pair in near if pair[0] >= 0.5] == []


def test_a_rewriting_is_found() -> None:
    from dataclasses import replace

    one = ROWS[1]
    twin = replace(one, id="twin", seen=replace(one.seen, text=one.seen.text[:-9] + "改了几个字"))
    assert corpus.near_duplicates([one, twin])[0][0] > 0.5


def test_every_unit_and_document_has_one_voice() -> None:
    for of in ("unit", "document"):
        voices = {(getattr(row, of), row.voice) for row in ROWS}
        assert len(voices) == len({name for name, _ in voices})


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    line = (HERE / "v01.jsonl").read_text("utf-8").splitlines()[0]
    (tmp_path / "v01.jsonl").write_text(line.replace('"slogan"', '"chatter"') + "\n", "utf-8")
    with pytest.raises(InputError, match="v01.jsonl:1: 不作佐证的段落要写 negative_kind"):
        corpus.read(tmp_path)
