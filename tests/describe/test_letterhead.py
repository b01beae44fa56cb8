"""The form of papers: title, issuer, 文号, the date and where it was found."""

from __future__ import annotations

from typing import Literal

import pytest

from pipeline.describe import document, unit_of
from pipeline.evidence import Block, OnLine, OnPage, Page, SourceFile
from tests.describe.papers import LANHE, described, flowing, printed, sheets

RED = """
岚河市水务局文件
岚水发〔2023〕15号
岚河市水务局关于成立民族团结进步创建工作
领导小组的通知
局属各单位、机关各科室：
为加强统筹，根据《市委办关于印发〈实施方案〉的通知》（岚办发〔2022〕9号）要求，成立领导小组。
附件：人员名单
岚河市水务局
2023年4月18日
附件
人员名单
组长由主要领导担任，2022年11月3日前的安排不再执行。
岚河市水务局办公室　　　　2023年4月19日印发
"""


def test_a_red_headed_notice() -> None:
    paper = described(RED)
    assert paper.title == "岚河市水务局关于成立民族团结进步创建工作领导小组的通知"
    assert paper.document_type == "通知"
    assert paper.issuer == "岚河市水务局"
    assert paper.number == "岚水发〔2023〕15号"
    assert (paper.dated, paper.dated_from) == ("2023-04-18", "signature")
    assert paper.owner == "unit"


def test_a_title_wrapped_over_larger_lines_of_a_pdf() -> None:
    head = [
        ("岚 河 市 水 务 局 文 件", 40.0),
        ("岚水发﹝2023﹞15 号", 16.0),
        ("岚河市水务局关于印发《2023 年民族团结", 22.0),
        ("进步创建工作方案》的", 22.0),
        ("通    知", 22.0),
        ("局属各单位：", 16.0),
        ("现将方案印发你们，请抓好落实，执行中的问题请径向办公室反映。", 16.0),
        ("岚河市水务局", 16.0),
        ("2 0 2 3 年 4 月 6 日", 16.0),
    ]
    paper = described(printed(head))
    assert paper.title == "岚河市水务局关于印发《2023年民族团结进步创建工作方案》的通知"
    assert paper.number == "岚水发﹝2023﹞15号"
    assert paper.issuer == "岚河市水务局"
    assert (paper.dated, paper.dated_from) == ("2023-04-06", "signature")


def test_a_letterhead_of_other_letters_is_no_part_of_the_title() -> None:
    head = [
        ("中共岚河市委统战部", 33.0),
        ("岚统通〔2023〕18号", 15.0),
        ("中共岚河市委统战部 岚河市民族宗教事务局", 21.0),
        ("关于开展宣传月活动的通知", 21.0),
        ("市直各单位：", 15.0),
        ("九月是宣传月，现就有关事项通知如下，请认真组织，按时上报。", 15.0),
    ]
    paper = described(printed(head))
    assert paper.title == "中共岚河市委统战部岚河市民族宗教事务局关于开展宣传月活动的通知"
    assert paper.number == "岚统通〔2023〕18号"
    assert paper.owner == "superior"


def test_a_form_not_filled_in_has_no_issuer() -> None:
    text = (
        "XX局文件\nX局发〔201X〕X号\nXX局关于成立领导小组的通知\n各科室：\n决定成立。\nXX局（盖章）"
    )
    paper = described(text)
    assert (paper.issuer, paper.number, paper.dated) == (None, None, None)
    assert paper.title == "XX局关于成立领导小组的通知"


def test_a_running_header_is_no_title() -> None:
    def page(number: int, *lines: tuple[str, float]) -> list[tuple[str, float]]:
        return [("岚河市水务局创建材料汇编", 9.0), *lines, (f"— {number} —", 9.0)]

    body = ("供水车进村入户，听取意见，群众反映良好，问题逐一登记在册。", 16.0)
    pages = printed(
        page(1, ("2023年创建工作总结", 22.0), body), page(2, body, body), page(3, body, body)
    )
    assert described(pages).title == "2023年创建工作总结"
    # but a first page whose large line comes back as every page's header has its title there
    pages = printed(
        [("供水规程", 22.0), body, body], [("供水规程", 9.0), body], [("供水规程", 9.0), body]
    )
    assert described(pages).title == "供水规程"


NUMBERS = [
    ("岚水发〔2023〕15号", "岚水发〔2023〕15号"),
    ("岚水发［2023］15号", "岚水发［2023］15号"),
    ("岚水发[2023]15号", "岚水发[2023]15号"),
    ("岚水发（2023）15号", "岚水发（2023）15号"),
    ("岚水发(2023)15号", "岚水发(2023)15号"),
    ("岚水发﹝2023﹞15号", "岚水发﹝2023﹞15号"),
    ("岚水发【2023】15号", "岚水发【2023】15号"),
    ("岚水发〔2023〕第15号", "岚水发〔2023〕第15号"),
    ("岚水发 〔2023〕 15 号", "岚水发〔2023〕15号"),
    ("岚水请〔2023〕15号　　　签发人：某某", "岚水请〔2023〕15号"),
    ("〔2023〕9号", "〔2023〕9号"),
    ("请按岚水发〔2023〕15号办理", None),
    ("根据《意见》（岚办发〔2022〕9号）精神", None),
]


@pytest.mark.parametrize(("line", "number"), NUMBERS)
def test_a_papers_own_number(line: str, number: str | None) -> None:
    text = f"{line}\n关于召开会议的通知\n各科室：\n定于近期开会，请准时参加。"
    assert described(text).number == number


def test_the_number_of_a_file_name_serves_when_the_text_has_none() -> None:
    paper = described("供水情况\n水到山寨。", "岚水发〔2023〕15号 关于供水的通知.docx")
    assert paper.number == "岚水发〔2023〕15号"


ISSUERS = [
    # several offices in the letterhead
    (
        "中共岚河市委统战部\n岚河市民族宗教事务局文件\n岚民联发〔2023〕2号\n关于开展宣传月的通知\n各单位：\n请组织好。",
        "中共岚河市委统战部、岚河市民族宗教事务局",
    ),
    # an office without 文件 above its number
    (
        "中共岚河市水务局机关委员会\n岚水机党〔2024〕2号\n2024年党建工作要点\n一、学习\n抓好学习。",
        "中共岚河市水务局机关委员会",
    ),
    # the signature, several offices on one line
    (
        "关于联合义诊的通知\n各村：\n请准备。\n岚河市水务局　岚河市卫生健康局\n2023年5月6日",
        "岚河市水务局、岚河市卫生健康局",
    ),
    # the signature on the date's own line
    ("情况说明\n无此类事件。\n岚河市水务局（盖章）2023年12月9日", "岚河市水务局"),
    # the masthead of minutes
    (
        "局党组会议纪要\n〔2023〕9号\n中共岚河市水务局党组　　2023年4月14日\n会议听取汇报。",
        "中共岚河市水务局党组",
    ),
    # the title's subject
    ("岚河市水务局2023年工作总结\n全年工作平稳。", "岚河市水务局"),
    # the imprint
    ("供水规程\n第一条 保障供水。\n岚河市水务局办公室 2024年7月15日印发", "岚河市水务局办公室"),
    # a form's field
    ("走访登记表\n填报单位：岚河市水务局\n户主|事由\n某户|漏水", "岚河市水务局"),
    ("水到山寨\n供水车进村。", None),
    # a list of people, as a table, as lines that lost their cells, as a table written line by line
    ("签到表\n序号|姓名|单位\n1|王某1|柳湾社区\n2023年12月20日", None),
    ("签到册\n时间：2023年5月10日\n1王某1柳湾社区", None),
    ("签到册\n王建国　柳湾社区\n2023年5月10日", None),
    ("签到册\n序号\n姓名\n单位\n1\n王建国\n柳湾社区", None),
    ("签到册\n序号\n姓名\n单位\n日期\n1\n王建国\n柳湾社区\n2023年5月10日", None),
    ("走访登记表\n填报单位：岚河市水务局|时间：2023年\n户主|事由\n某户|漏水", "岚河市水务局"),
    ("走访登记表\n单位：|岚河市水务局|时间|2023年\n户主|事由\n某户|漏水", "岚河市水务局"),
    # a signature in a frame, a masthead in two cells
    ("情况说明\n无此类事件。\n|岚河市水务局|\n|2023年12月9日|", "岚河市水务局"),
    ("岚河市水务局办公室编|2023年9月30日\n水到山寨\n供水车进村。", "岚河市水务局办公室"),
    # what is brought somewhere is no office
    ("活动签到\n民族团结宣传进社区\n2023年5月10日\n序号\n姓名\n1\n王建国", None),
    ("活动小结\n群众反映良好。\n民族团结宣传月活动进学校\n2023年5月10日", None),
    ("情况说明\n无此类事件。\n岚河市前进社区\n2023年5月10日", "岚河市前进社区"),
    ("情况说明\n平稳。\n岚河市宣传月活动领导小组\n2023年5月10日", "岚河市宣传月活动领导小组"),
    # the ring of a seal says the end of the name again
    ("情况说明\n无此类事件。\n水务局\n岚河市水务局\n2023年5月10日", "岚河市水务局"),
]


@pytest.mark.parametrize(("text", "issuer"), ISSUERS)
def test_the_issuer(text: str, issuer: str | None) -> None:
    assert described(text).issuer == issuer


DATES = [
    # text, path, (date, where from)
    ("水务信息\n2023年第23期\n水到山寨\n供水车进村。", "a.docx", ("2023", "letterhead")),
    (
        "2023年总结\n平稳。\n岚河市水务局\n二〇二三年十二月三十日",
        "a.docx",
        ("2023-12-30", "signature"),
    ),
    ("2023年总结\n平稳。\n岚河市水务局\n2024.1.5", "a.docx", ("2024-01-05", "signature")),
    (
        "水务简报\n第4期\n岚河市水务局办公室编　2023年9月30日\n水到山寨",
        "a.pdf",
        ("2023-09-30", "letterhead"),
    ),
    (
        "供水规程\n保障供水。\n岚河市水务局办公室 2024年7月15日印发",
        "a.pdf",
        ("2024-07-15", "letterhead"),
    ),
    ("2022年供水总结\n（2022年12月20日）\n全年平稳。", "a.pdf", ("2022-12-20", "title")),
    ("2023年4月党支部学习记录\n学习条例。", "a.docx", ("2023-04", "title")),
    ("2022年供水总结\n全年平稳。", "总结.docx", ("2022", "title")),
    (
        "会议记录\n时间：2023年5月9日下午\n地点：三楼\n主持人：书记\n议了两件事。",
        "a.docx",
        ("2023-05-09", "text"),
    ),
    ("会议记录\n时 间|5月9日|地 点|三楼\n议了两件事。", "2023年/会议.docx", ("2023-05-09", "text")),
    ("水到山寨\n2023年9月3日，供水车进村。", "a.docx", ("2023-09-03", "text")),
    ("学习记录\n全体党员参加。", "20230418民族团结学习记录.docx", ("2023-04-18", "name")),
    ("学习记录\n全体党员参加。", "学习记录2023.4.docx", ("2023-04", "name")),
    ("2023年学习记录\n全体党员参加。", "20230418学习.docx", ("2023-04-18", "name")),
    ("学习记录\n全体党员参加。", "2023年度/会议/3月.docx", ("2023-03", "folder")),
    ("学习记录\n全体党员参加。", "2023年度/会议/记录.docx", ("2023", "folder")),
    ("学习记录\n全体党员参加。", "2022-2024年/记录.docx", (None, None)),
    ("学习记录\n全体党员参加。", "会议/记录.docx", (None, None)),
    ("活动签到\n民族团结宣传进社区\n2023年5月10日\n序号\n姓名", "a.txt", ("2023-05-10", "title")),
    # never one from 《》, a 文号, a basis, a plan's span, nor an impossible one
    ("学习《水法（2016年8月修订）》的记录\n认真。", "a.docx", (None, None)),
    ("学习记录\n按照岚办发〔2022〕9号办理。", "岚办发〔2022〕9号.docx", (None, None)),
    ("学习记录\n根据2019年5月意见，开展学习。", "a.docx", (None, None)),
    ("水利发展2021—2025年规划\n保障供水。", "a.docx", (None, None)),
    ("总结\n平稳。\n岚河市水务局\n2023年13月41日", "a.docx", (None, None)),
]


@pytest.mark.parametrize(("text", "path", "expected"), DATES)
def test_the_date_a_paper_states(
    text: str, path: str, expected: tuple[str | None, str | None]
) -> None:
    paper = described(text, path)
    assert (paper.dated, paper.dated_from) == expected


FAX = ["关于供水工作的函", "市民族宗教事务局：", "来函收悉，现函复如下，请予支持配合。"]
SIGNED = ["岚河市水务局", "2023年12月20日"]
# the lines of both pages; how they were read
FAXED = [
    (FAX, ["二、下一步工作打算，将继续推进。", *SIGNED]),
    (FAX, SIGNED),
    ([*FAX, *SIGNED], SIGNED),
    ([*SIGNED, *FAX], SIGNED),
    ([*FAX, "— 1 —"], ["二、下一步工作打算，将继续推进。", *SIGNED, "— 2 —"]),
]


@pytest.mark.parametrize("kind", ["line", "paragraph"])
@pytest.mark.parametrize("lines", FAXED)
def test_the_signature_on_the_last_of_two_pages(
    lines: tuple[list[str], list[str]], kind: Literal["line", "paragraph"]
) -> None:
    pages = []
    for number, texts in enumerate(lines, 1):
        blocks = []
        for at, text in enumerate(texts, 1):
            left = 380.0 if text in SIGNED else 90.0
            box = (left, 30.0 * at + 100, 500.0, 30.0 * at + 116)
            blocks.append(Block(kind, text, OnPage(number, box)))
        pages.append(Page(number, tuple(blocks), 595.0, 842.0))
    paper = described(pages, "传真.tif")
    assert (paper.issuer, paper.dated) == ("岚河市水务局", "2023-12-20")
    assert paper.dated_from == "signature"


def test_a_day_of_printing_at_the_foot_of_each_page_is_no_signature() -> None:
    blocks = [
        Block("line", text, OnPage(1, (400.0, top, 500.0, top + 10)))
        for text, top in (("供水情况", 100.0), ("水到山寨，入户。", 130.0), ("2024-05-06", 800.0))
    ]
    assert described([Page(n, tuple(blocks), 595.0, 842.0) for n in (1, 2)]).dated is None


def test_a_carried_plan_lends_its_year_where_nothing_else_states_one() -> None:
    body = "为做好全年工作，制定本方案。" + "中心组安排专题学习，各支部组织主题党日。" * 12
    text = f"关于印发《2023年创建工作方案》的通知\n各科室：\n现予印发。\n2023年创建工作方案\n{body}"
    assert described(text).dated == "2023"
    assert described(text).document_type == "方案"


def test_a_workbook_of_several_years_is_not_of_the_first() -> None:
    rows = [["1", "2023.4.6", "折页", "820"]]
    later = [["1", "2024.5.20", "讲课费", "3600"]]
    paper = described(
        sheets(甲=[["2023年经费台账"], *rows], 乙=[["2024年经费台账"], *later]), "a.xlsx"
    )
    assert (paper.document_type, paper.dated, paper.dated_from) == ("预算", "2024-05-20", "text")
    one = described(sheets(甲=[["2023年经费台账"], *rows]), "a.xlsx")
    assert (one.dated, one.dated_from) == ("2023", "title")


TITLED = [
    ("新建文档(2)-工作总结最终版.docx", "工作总结"),
    ("03-供水小结（盖章版）.pdf", "供水小结"),
    ("2023年工作计划_定稿.docx", "2023年工作计划"),
    ("新建 Microsoft Word 文档.docx", "新建 Microsoft Word 文档"),
]


@pytest.mark.parametrize(("name", "title"), TITLED)
def test_a_file_name_gives_the_title_where_the_text_shows_none(name: str, title: str) -> None:
    assert (
        described(
            "供水车进了村，群众端着茶出来迎接。大家坐在院坝里说起从前背水的日子。", name
        ).title
        == title
    )


def test_the_first_heading_of_a_web_page_is_its_title() -> None:
    blocks = [Block("paragraph", text, OnLine(1)) for text in ("首页", "办事大厅", "公交查询")]
    blocks.append(Block("paragraph", "水到山寨", OnLine(2), level=1))
    blocks.append(Block("paragraph", "供水车进了村。", OnLine(3)))
    paper = described([Page(1, tuple(blocks))], "a.html")
    assert (paper.title, paper.issuer) == ("水到山寨", None)


STANDING = [
    ("本办法自2023年1月1日起施行，有效期至2027年12月31日。", "2027"),
    ("本办法自2024年1月1日起施行，有效期五年。", "2029"),
    ("本办法试行一年。", "2024"),
    ("成员任期至2026年6月。", "2026"),
    ("任期两年，实行动态管理。", "2025"),
    ("本通知自2025年1月1日起废止。", "2025"),
    ("原供水办法自2023年6月1日起废止。", None),
    ("期限自2023年5月9日至2025年12月31日。", "2025"),
    ("本办法自印发之日起施行。", None),
    ("试行期间发现问题及时报告。", None),
]


@pytest.mark.parametrize(("clause", "year"), STANDING)
def test_until_when_a_standing_arrangement_holds(clause: str, year: str | None) -> None:
    text = f"供水管理办法\n第一条 保障供水。\n{clause}\n岚河市水务局\n2023年4月18日"
    assert described(text).valid_until == year


def test_the_file_systems_date_is_no_date() -> None:
    paper = document(SourceFile("无题.docx", 1, "0" * 64), flowing("水到山寨"), LANHE)
    assert (paper.dated, paper.dated_from, paper.number) == (None, None, None)


def test_an_empty_paper_is_described() -> None:
    paper = document(SourceFile("空.pdf", 0, "0" * 64), [], unit_of("", ()))
    assert (paper.title, paper.document_type, paper.owner, paper.pages) == (
        "空",
        "other",
        "unknown",
        0,
    )


@pytest.mark.parametrize(
    "piece", [" ", "2 ", "局", "市", "有效期", "自2023年", "年 ", "2021-2025年", "\t年"]
)
def test_a_hundred_thousand_letters_in_a_block_come_to_an_end(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    blocks = (Block("paragraph", "关于开会的通知", OnLine(1)), Block("paragraph", text, OnLine(2)))
    described([Page(1, blocks)], text[:120] + ".docx")
