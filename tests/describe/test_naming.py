"""Which years an unread file could belong to, by its path alone."""

from __future__ import annotations

import pytest

from pipeline.describe import years_named

ROWS = [
    ("2023年/会议/纪要.doc", ("2023",)),
    ("微信图片_20230506.jpg", ("2023",)),
    ("IMG_4211.jpg", ()),
    ("2022-2024年材料/图1.jpg", ("2022", "2023", "2024")),
    ("2022年-2023年/签到.doc", ("2022", "2023")),
    ("2022年/2023-04-18会议.doc", ("2022", "2023")),
    ("2022年/IMG_20240516.jpg", ("2022", "2024")),
    ("证书/编号120230018.pdf", ()),
    ("扫描件202211.pdf", ("2022",)),
    ("新建文档(3).doc", ()),
]


@pytest.mark.parametrize(("path", "years"), ROWS)
def test_years_named(path: str, years: tuple[str, ...]) -> None:
    assert years_named(path) == years


def test_the_date_of_a_partly_read_paper_adds_its_year() -> None:
    assert years_named("材料/会议.pdf", "2024-03-01") == ("2024",)
    assert years_named("2023年工作总结.pdf", "2024-01-05") == ("2023", "2024")
