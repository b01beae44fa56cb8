"""What a paper says of itself before it begins."""

from __future__ import annotations

import pytest

from pipeline.describe import opening
from pipeline.evidence import OnLine, Passage


@pytest.mark.parametrize(("texts", "expected"), [
    (["市民族团结进步创建工作领导小组办公室：", "现将工作推进情况汇报如下。", "一是学习。"],
     "市民族团结进步创建工作领导小组办公室：\n现将工作推进情况汇报如下。"),
    (["2023年第23期", "联合社区开展防汛宣传，促进民族团结。"], ""),
    (["一、学习", "二、宣传", "三、经费", "各单位："], ""),
    ([], ""),
])
def test_only_its_first_lines_open_it(texts: list[str], expected: str) -> None:
    passages = [Passage(f"{n:016x}", text, (OnLine(n + 1),)) for n, text in enumerate(texts)]
    assert opening(passages) == expected
