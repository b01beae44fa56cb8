"""On this page of this file stands this: one row for each real paper, each a kind we met."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import Unreadable
from pipeline.evidence import Page
from pipeline.ingest import kinds


def pages(place: Path) -> list[Page]:
    return list(kinds.read(place.read_bytes(), place.name))


# file below real_zh, page, what stands on it (in a block, without regard to which)
STANDS = [
    ("pdf/ChineseCivilCo__民法典.pdf", 71,
     "第六百一十九条 出卖人应当按照约定的包装方式交付标的物。对包装方式"),
    ("pdf/ChineseCivilCo__民法典.pdf", 141, "新华社北京6月1日电"),
    ("pdf/ChineseCivilCo__2 总则编.pdf", 6, "秉承目的和手段相称的法治原则。"),
    ("pdf/HUAXINBIDGPT__招标文件.pdf", 1, "招标编号：JSH2023-15-35-103"),
    ("pdf/HUAXINBIDGPT__招标文件.pdf", 99, "不参与围标串标承诺书"),
    ("pdf/tmpandroidpdfc__test.pdf", 1, "上海市人民政府文件"),
    ("pdf/tmpandroidpdfc__test.pdf", 12, "上海市人民政府办公厅 ２０１８年３月２７日印发"),
    ("pdf/gongwenfont__党政机关公文格式.pdf", 1, "代替GB/T 9704—1999"),
    # spread letters: the spaces are not in the file
    ("pdf/gongwenfont__公文写作常见错误更正对照表.pdf", 3,
     "标点符号是公文的有机组成部分，也是公文起草者最容易忽视的部分。"),
    # bold made by drawing the line twice
    ("pdf/pdfplumber__issue-842-example.pdf", 1, "2011年年度报告"),
    ("pdf/pdfplumber__issue-842-example.pdf", 1, "股票代码：300218"),
    ("pdf/pdfplumber__issue-67-example.pdf", 3,
     "归属于上市公司股东的扣除非经常性损益的净利润（元）"),
    ("pdf/pdfjs__issue12823.pdf", 1, "介绍知识库的主要内容、面向的群体。"),
    ("docx/lawyerAgents__中华人民共和国行政复议法_20230901.docx", 1,
     "第九十条\u3000本法自2024年1月1日起施行。"),
    ("docx/Userrequiremen__技术规格说明书.docx", 1, "4.接口规格"),
    ("docx/DocTemplate__会议纪要.docx", 1, "深圳市康萌德智能科技有限公司"),
    ("docx/EducatedYoutht__空白课题申报表.docx", 1, "5.2 研究步骤"),
    ("docx/CAIL2022__标注准则.docx", 1, "➢ 要件事实：随意殴打他人；致他人轻伤；其行为破坏社会秩序"),
    ("docx/wb__工作报告.docx", 1, "2017年1月26日 星期四"),
    ("xlsx/projectmanagem__日程总览.xlsx", 1, "2015-07-01\t项目立项"),
    ("xlsx/doc__2016年5月中华人民共和国县以上行政区划代码.xlsx", 1, "411122\t临颍县"),
    ("xls/StudentAge__2004-2014 用水总量.xls", 1, "数据来源：国家统计局"),
    ("xls/TCheck__逻辑审核关系表.xls", 3, "综定MM601-02"),
    ("et/testfiles__write.et", 1, "2014-02-19"),
    ("html/newspaper__chinese_article.html", 1, "非本网站内容BBC概不负责"),
    # says gb2312, and is UTF-8
    ("html/readability__source~2.html", 1, "浏览器"),
    ("html/trafilatura__xinhuanet.com.c_1125597921.html", 1,
     "武汉的声音：有英勇的你，才有英雄的城！"),
    ("html/GeneralNewsExt__1~7.html", 1, "中国政府网 山西省人大 山西省政协"),
    ("txt_gbk/chardet___chromium_Big5_with_no_encoding_specified.html", 1,
     "台北看守所昨天抽查前總統"),
    ("txt_gbk/chardet___chromium_gb18030_with_no_encoding_specified.html.xml", 1,
     "中国制造的领军者3名"),
    ("txt_gbk/chardet___ude_1.txt", 1, "維基大典（Wikipedia）者，網路為礎"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "number", "phrase"), STANDS)
def test_on_this_page_stands(real_files: Path, name: str, number: int, phrase: str) -> None:
    page = next(each for each in pages(real_files / "real_zh" / name) if each.number == number)
    assert any(phrase in block.text for block in page.blocks)


# file, page, a row of a table on it
ROWS = [
    ("pdf/pdfplumber__issue-336-example.pdf", 1,
     ("高速公路", "八", "2.5000", "60000≤Q＜80000", "20＜μ≤30")),
    # merged over two columns, and the row below it merged over two rows
    ("pdf/pdfplumber__issue-336-example.pdf", 1,
     ("公路技术等级", "车道数", "用地指标基准值", "编制条件", "")),
    ("pdf/pdfplumber__issue-336-example.pdf", 1,
     ("", "", "", "路段交通量Q（peu/d）", "大型车比例u（%）")),
    ("pdf/pdfplumber__issue-67-example.pdf", 3,
     ("归属于上市公司股东的净利润（元）", "-4,648,986.52", "-15,563,758.44", "70.13%")),
    ("pdf/pypdf__issue-914-xmp-data.pdf", 1,
     ("334010052", "2.18", "华联绿豆")),
    ("docx/DocTemplate__会议纪要.docx", 1,
     ("序号", "决议事项内容", "", "", "", "负责人", "", "完成期限", "结果跟踪")),
    ("xls/TCheck__逻辑审核关系表.xls", 1, ("序号", "报表代码", "公    式", "python公式")),
    ("xlsx/Naturallanguag__附件1.xlsx", 1, ("民政", "社会救助", "城镇低保")),
]  # fmt: skip


@pytest.mark.parametrize(("name", "number", "row"), ROWS)
def test_in_a_table_of_this_page(
    real_files: Path, name: str, number: int, row: tuple[str, ...]
) -> None:
    page = next(each for each in pages(real_files / "real_zh" / name) if each.number == number)
    ends = [block.cells[-len(row) :] for block in page.blocks if block.kind == "row"]
    assert row in ends


# file below real_zh or hostile, why it (or a page of it) is not read, what more is said
REFUSED = [
    ("real_zh/archive/Userrequiremen__首页 1.zip", "unsupported_format", "zip"),
    ("real_zh/xls/JumpFlow__file002.xls", "blank", ""),
    ("hostile/archive/rarfile__rar5-psw.rar", "unsupported_format", "rar"),
    ("hostile/archive/py7zr__empty.7z", "unsupported_format", "7z"),
    ("hostile/office/msoffcryptotoo__example_password.docx", "encrypted", ""),
    ("hostile/office/msoffcryptotoo__example_password.xlsx", "encrypted", ""),
    ("hostile/office/msoffcryptotoo__xor_password_123456789012345.xls", "encrypted", ""),
    ("hostile/office/oletools__encrypted.xls", "encrypted", ""),
    ("hostile/office/oletools__encrypted.doc", "encrypted", ""),
    ("hostile/office/poi__PasswordProtected.doc", "encrypted", ""),
    ("hostile/pdf/formatcorpus__encryption_openpassword.pdf", "encrypted", ""),
    ("hostile/pdf/pdfminersix__aes-256-r6.pdf", "encrypted", ""),
    ("hostile/pdf/tika__testUnicodePassword.pdf", "encrypted", ""),
    ("hostile/pdf/pdfplumber__empty.pdf", "empty", ""),
    ("hostile/txt/unstructured__empty.txt", "empty", ""),
    ("hostile/office/tika__testWORD_truncated.docx", "corrupt", None),
    ("hostile/office/poi__poc-xmlbomb-empty.xlsx", "corrupt", None),
    ("hostile/office/poi__xlsx-corrupted.xlsx", "corrupt", None),
    ("hostile/pdf/qpdf__issue-119.pdf", "corrupt", None),
    # bytes that some encoding makes letters of
    ("hostile/pdf/qpdf__bad-content.pdf", "corrupt", "pdf"),
    ("hostile/pdf/qpdf__bad-direct-root.pdf", "corrupt", "unknown"),
]


@pytest.mark.parametrize(("name", "reason", "detail"), REFUSED)
def test_is_refused_with_its_reason(
    real_files: Path, name: str, reason: str, detail: str | None
) -> None:
    with pytest.raises(Unreadable) as refusal:
        pages(real_files / name)
    assert refusal.value.reason == reason
    assert detail is None or refusal.value.detail == detail


# file, page, why a part of it is not read
PARTLY = [
    ("real_zh/pdf/gongwenfont__公文写作常见错误更正对照表.pdf", 2, "no_text_layer"),
    ("real_zh/pdf/ofdrw__GMT_0031-2014_安全电子签章密码技术规范.pdf", 4, "garbled"),
    ("real_zh/docx/LangchainChatc__ocr_test.docx", 2, "no_text_layer"),
    ("hostile/pdf/formatcorpus__balloon_a1b_jp2k.pdf", 1, "no_text_layer"),
    ("hostile/pdf/pdfminersix__issue-791-non-unicode-cmap.pdf", 1, "garbled"),
    ("real_zh/pdf/ofdrw__GMT_0031-2014_安全电子签章密码技术规范.pdf", 8, "garbled"),
    ("real_zh/pdf_scanned/LangchainChatc__ocr_test.pdf", 1, "no_text_layer"),
]


@pytest.mark.parametrize(("name", "number", "reason"), PARTLY)
def test_is_read_in_part(real_files: Path, name: str, number: int, reason: str) -> None:
    page = next(each for each in pages(real_files / name) if each.number == number)
    assert page.unread == reason


def test_every_file_ends_in_pages_or_one_reason(real_files: Path) -> None:
    """Nothing else is raised by any real or hostile file, whatever it is called."""
    read = 0
    for top in ("real_zh", "hostile"):
        for place in sorted((real_files / top).rglob("*")):
            if place.is_file():
                try:
                    numbers = [page.number for page in pages(place)]
                    assert numbers == list(range(1, len(numbers) + 1)), place
                    read += 1
                except Unreadable as refusal:
                    assert refusal.reason, place
    assert read > 100
