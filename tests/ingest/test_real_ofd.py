"""On this page of this OFD stands this: one row for each real file, each a kind we met."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import Unreadable
from pipeline.evidence import Page
from pipeline.ingest import kinds
from pipeline.ingest.ofd import reader as ofd


def pages(data: bytes) -> list[Page]:
    return list(ofd.read(data))


# file below real_zh, page, what stands on it
STANDS = [
    ("ofd/esldemo__output.ofd", 1, "哈哈哈哈"),
    ("ofd/esldemo__output.ofd", 2, "ddd"),
    ("ofd/ofdrw__1.ofd", 1, "纳税人识别号：91320115MA202UKD7X"),
    ("ofd/ofdrw__1.ofd", 1, "开票日期：2020年07月23日"),
    ("ofd/ofdrw__20240531141733.ofd", 1, "发票号码：24112000000048542163"),
    ("ofd/ofdrw__999.ofd", 1, "发票代码：050001700111"),
    ("ofd/ofdrw__999.ofd", 5, "共 4 页 第 4 页"),
    ("ofd/ofdrw__AddAttachment.ofd", 1, "这是一个带有附件的OFD文件"),
    ("ofd/ofdrw__AddAttachment_relativepathversion.ofd", 1, "这是一个带有附件的OFD文件"),
    ("ofd/ofdrw__AddWatermarkAnnot.ofd", 1, "中华民国十五年三月二十五日，就是国立"),
    ("ofd/ofdrw__AddWatermarkAnnot.ofd", 6, "我已经说过： 我向来是不惮以最坏的恶"),
    ("ofd/ofdrw__SESV4SignDoc.ofd", 1, "你好呀，OFD Reader&Writer！"),
    ("ofd/ofdrw__SignScaleError.ofd", 1, "浙江增值税电子普通发票"),
    ("ofd/ofdrw__ano~2.ofd", 1, "Web应用开发指南"),
    # a stamp that is set aslant over the page
    ("ofd/ofdrw__ano~2.ofd", 1, "保密资料"),
    ("ofd/ofdrw__chineseDir.ofd", 1, "你好呀，OFD Reader&Writer！"),
    ("ofd/ofdrw__hello-integrity.ofd", 2, "拿来"),
    ("ofd/ofdrw__keyword.ofd", 1, "鲁（2020）泰安市不动产证明第0014777号"),
    ("ofd/ofdrw__no_page_container.ofd", 1, "上海增值税电子普通发票"),
    ("ofd/ofdrw__path_unstd.ofd", 1, "根据《中华人民共和国刑事诉讼法》第"),
    ("ofd/ofdrw__path_unstd.ofd", 2, "案件名称测试数据AJMC"),
    ("ofd/ofdrw__pattern类型.ofd", 1, "二〇二〇年十二月"),
    ("ofd/ofdrw__signout.ofd", 1, "测试文本注释"),
    ("ofd/ofdrw__testPathClip.ofd", 1, "证号：C1234567890123123123123"),
    ("ofd/ofdrw__z.ofd", 4, "多个字符对应多个字型的情况描述如下图所示"),
    ("ofd/ofdrw__发票示例.ofd", 1, "开票日期：2020年10月10日"),
    ("ofd/ofdrw__透明度文字.ofd", 1, "你好呀，OFD Reader&Writer！"),
    ("ofd/parsefile__test.ofd", 1, "业务管理员区别于管理三员"),
    ("ofd/tmpandroidpdfc__test.ofd", 1, "测试测试测试测试1234567890-="),
]


@pytest.mark.parametrize(("name", "number", "phrase"), STANDS)
def test_on_this_page_stands(real_files: Path, name: str, number: int, phrase: str) -> None:
    data = (real_files / "real_zh" / name).read_bytes()
    page = next(each for each in kinds.read(data, name) if each.number == number)
    assert any(phrase in block.text for block in page.blocks)


# file, row of a table on its first page (from its first cell)
ROWS = [
    ("ofd/ofdrw__z.ofd", ("Glyphs", "ST_Array", "变换关系中字型索引列表", "可选")),
    ("ofd/ofdrw__signout.ofd", ("来文文号", "府办专督〔2020〕24号", "", "来文单位")),
    ("ofd/ofdrw__signout.ofd", ("紧急程度", "常规", "公开方式", "", "不公开")),
    ("ofd/ofdrw__1.ofd", ("价税合计（大写）", "", "伍佰贰拾陆圆整 （小写）¥526.00")),
]


@pytest.mark.parametrize(("name", "row"), ROWS)
def test_in_a_table_stands(real_files: Path, name: str, row: tuple[str, ...]) -> None:
    page = pages((real_files / "real_zh" / name).read_bytes())[0]
    assert row in [block.cells[: len(row)] for block in page.blocks]


# file, why nothing of it is read: white paper under seals, red boxes
EMPTY = ["esldemo__many-ofd.ofd", "esldemo__test.ofd", "ofdrw__V4RideRight.ofd", "ofdrw__h.ofd"]


@pytest.mark.parametrize("name", EMPTY)
def test_paper_without_a_word_is_blank(real_files: Path, name: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        pages((real_files / "real_zh/ofd" / name).read_bytes())
    assert refusal.value.reason == "blank"


# file, its attachments
ATTACHED = [
    ("ofdrw__1.ofd", ["original_invoice.xml"]),
    ("ofdrw__SignScaleError.ofd", ["data.xml"]),
    ("ofdrw__AddAttachment.ofd", ["Gao.jpg"]),
    ("ofdrw__AddAttachment_relativepathversion.ofd", ["Gao.jpg"]),
    ("ofdrw__keyword.ofd", []),
]

# file, page, why a part of it is not read: a form that is a picture, letters that were taken out
PARTLY = [
    ("ofdrw__keyword.ofd", 1, "no_text_layer"),
    ("ofdrw__ano~2.ofd", 2, "garbled"),
]


@pytest.mark.parametrize(("name", "number", "why"), PARTLY)
def test_is_partly_read(real_files: Path, name: str, number: int, why: str) -> None:
    found = pages((real_files / "real_zh/ofd" / name).read_bytes())
    assert [page.number for page in found if page.unread == why] == [number]


@pytest.mark.parametrize(("name", "labels"), ATTACHED)
def test_what_is_attached(real_files: Path, name: str, labels: list[str]) -> None:
    found = list(ofd.members((real_files / "real_zh/ofd" / name).read_bytes()))
    assert [each.name for each in found] == labels
    assert all(each.data for each in found)
