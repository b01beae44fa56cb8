"""Real papers, read by the real readers: what stands on them is what is described."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.describe import document
from pipeline.evidence import SourceFile, Unit
from pipeline.ingest.kinds import read

PAPERS = [
    # file, issuer, 文号, (date, where from)
    (
        "pdf/tmpandroidpdfc__test.pdf",
        "上海市人民政府",
        "沪府规〔２０１８〕５号",
        ("2018-03-23", "signature"),
    ),
    (
        "docx/lawyerAgents__人民检察院办理行政执法机关移送涉嫌犯罪案件的规定_20011203.docx",
        "最高人民检察院",
        None,
        ("2001-12-03", "signature"),
    ),
    (
        "docx/lawyerAgents__中华人民共和国监察法_20241225.docx",
        None,
        None,
        ("2024-12-25", "name"),
    ),
]


@pytest.mark.parametrize(("name", "issuer", "number", "dated"), PAPERS)
def test_a_real_paper(
    real_files: Path, name: str, issuer: str | None, number: str | None, dated: tuple[str, str]
) -> None:
    path = real_files / "real_zh" / name
    pages = list(read(path.read_bytes(), path.name))
    paper = document(SourceFile(path.name, 1, "0" * 64), pages, Unit(()))
    assert (paper.issuer, paper.number) == (issuer, number)
    assert (paper.dated, paper.dated_from) == dated
    assert paper.owner == "unknown"
