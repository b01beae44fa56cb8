"""The check against an outside data set: what it says where the data is absent, and its parts."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.bench import cail2019

KEPT = Path(__file__).parents[1] / "bench" / "kept" / "cail2019.json"


@pytest.mark.parametrize("where", [None, "", "{tmp}", "{tmp}/absent"])
def test_where_the_data_is_absent_it_says_so(where: str | None, tmp_path: Path,
                                             monkeypatch: pytest.MonkeyPatch,
                                             capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("ZUOZHENG_TEST_FILES", raising=False)
    if where is not None:
        monkeypatch.setenv("ZUOZHENG_TEST_FILES", where.replace("{tmp}", str(tmp_path)))
    keep = tmp_path / "kept.json"
    assert cail2019.main(["--keep", str(keep)]) == 0
    assert capsys.readouterr().out.startswith("skipped:") and not keep.exists()


def test_what_is_kept_is_ahead_far_enough_on_both_sets() -> None:
    kept = json.loads(KEPT.read_text("utf-8"))
    assert set(kept["sets"]) == set(cail2019.SETS) and kept["folds"] == cail2019.FOLDS
    for told in kept["sets"].values():
        assert told["labels"] == 20 and told["ahead"][0] >= cail2019.AHEAD
        assert told["ahead"][1] < told["ahead"][0] < told["ahead"][2]


def made(folder: Path) -> Path:
    """Judgments of five sentences: one of each label, one of both, and two of none."""
    first = ["原告请求支付工资", "公司拖欠工资未付", "应付工资三千元", "工资分文未给"]
    second = ["双方签订劳动合同", "劳动合同已经到期", "合同约定工作地点", "续签合同一年"]
    lines = [[{"sentence": f"{first[n // 2 % 4]}{n}。", "labels": ["L1"]},
              {"sentence": f"本院于{n}日受理本案。", "labels": []},
              {"sentence": f"{second[n // 2 % 4]}{n}。", "labels": ["L2"]},
              {"sentence": f"本院于{n}日开庭审理。", "labels": []},
              {"sentence": f"{second[n // 2 % 4]}，{first[n // 3 % 4]}{n}。",
               "labels": ["L2", "L1"]}] for n in range(24)]
    file = folder / "set.json"
    file.write_text("\n".join(json.dumps(one) for one in lines), "utf-8")
    return file


def test_sentences_are_read_with_their_labels_and_what_stands_before(tmp_path: Path) -> None:
    some = cail2019.read(made(tmp_path))
    assert some.labels == ("L1", "L2") and some.truth.shape == (120, 2)
    assert some.truth[:5].tolist() == [[True, False], [False, False], [False, True],
                                       [False, False], [True, True]]
    assert some.first[:5] == ("L1", "", "L2", "", "L2")
    assert some.passages[0].headings == some.passages[5].headings == ("",)
    assert some.passages[1].headings == (some.passages[0].text,)
    assert np.bincount(some.judgment).tolist() == [5] * 24


def test_one_label_a_sentence_finds_less_than_a_border_a_label(tmp_path: Path) -> None:
    told = cail2019.compared(cail2019.read(made(tmp_path)), folds=2)
    assert told["ours"]["micro"] > 0.9 > told["baseline"]["micro"] > 0.5
    assert told["ahead"][0] == pytest.approx(
        told["ours"]["mean"][0] - told["baseline"]["mean"][0], abs=2e-3)
