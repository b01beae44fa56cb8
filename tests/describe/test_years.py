"""The year of a passage is the date of the act; what is only cited gives none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.describe import year_of, years_of
from tests.describe.papers import of, passage

PAPER = ("2023-06-01", "paper")

# text of the passage -> (date, where from), in a paper of 1 June 2023
ROWS = [
    # an act with its date
    ("2023年4月18日，局党组召开专题会议。", ("2023-04-18", "text")),
    ("2022年9月，组织职工参加宣传月活动。", ("2022-09", "text")),
    ("2 0 2 2 年 5 月，与社区签订共建协议。", ("2022-05", "text")),
    ("二〇二二年十月二十日举办知识竞赛。", ("2022-10-20", "text")),
    ("２０２２年全年开展志愿服务12次。", ("2022", "text")),
    ("2022年第三季度走访农户36户。", ("2022", "text")),
    ("2022年上半年完成管网改造5公里。", ("2022", "text")),
    ("2022年11月3日至5日举办骨干培训班。", ("2022-11-03", "text")),
    # a bare day takes the year of the paper
    ("4月18日，到定点村走访。", ("2023-04-18", "paper")),
    ("4月18日至20日，分片宣讲6场。", ("2023-04-18", "paper")),
    ("2022年启动改造，9月完工通水。", ("2022", "text")),
    ("今年4月，新修水窖两口。", ("2023-04", "text")),
    # no date at all
    ("党支部与村小组结成对子。", PAPER),
    ("", PAPER),
    # relative to the paper
    ("今年以来，职工捐赠图书300册。", ("2023", "text")),
    ("去年，我局组织了两次培训。", ("2022", "text")),
    ("去年没有办成，今年补上了。", ("2023", "text")),
    ("本年度安排专项经费2万元。", ("2023", "text")),
    ("年内召开领导小组会议两次。", ("2023", "text")),
    ("上年度结转资金1万元。", ("2022", "text")),
    ("座谈中有人建议明年再办一次。", PAPER),
    ("参训率100%（去年为闭卷，口径不同）。", PAPER),
    # plans
    ("2024年将建成村史馆一座。", ("2024", "text")),
    ("到2025年，全面建成示范单位。", PAPER),
    ("2023年完成选址，2024年拟开工建设。", ("2023", "text")),
    ("2024年拟扩建；2022年已建成一期。", ("2022", "text")),
    # never from 《》
    ("学习《中华人民共和国民族区域自治法（2001年修正）》。", PAPER),
    ("组织学习《中华人民共和国水法（2016年修订）》《信访工作条例》。", PAPER),
    ("落实《玉溪市全域推进民族团结进步创建工作实施方案（2024-2025年）》。", PAPER),
    ("宣讲《关于〈2021年工作要点〉的说明》。", PAPER),
    ("2022年5月学习《水法（2016年修订）》。", ("2022-05", "text")),
    ("将《2021年工作要点，现予印发。", PAPER),
    ("学习《宗教事务条例》（国务院令第686号，2017年8月26日公布）。", PAPER),
    ("完成《户外广告设置规划》（2023—2030年）公示。", PAPER),
    ("条例2018年2月1日起施行，对照检查。", PAPER),
    ("为迎接2025年测评，召开动员会。", PAPER),
    ("为2024年创建打基础，2022年10月召开座谈会。", ("2022-10", "text")),
    ("从2021年的12个增加到2022年的31个。", ("2022", "text")),
    ("在2021年基础上再增两处。", PAPER),
    ("继2021年后，再次举办邻里节。", PAPER),
    ("执行国家标准9704-2012。", PAPER),
    ("2022年度先进集体称号由市委授予。", ("2022", "text")),
    ("三年内培养业务骨干4名。", PAPER),
    ("比去年提高6个百分点。", PAPER),
    ("据2021年末统计，全乡有9个民族。", PAPER),
    # never from a 文号
    ("认真执行新办通﹝2017﹞72号。", PAPER),
    ("依据市委办〔2019〕5号文件办理。", PAPER),
    ("收到岚政发[2020]第3号文。", PAPER),
    ("收到岚政发（2020）3号文。", PAPER),
    ("传阅鄂民宗发[20xx]32号。", PAPER),
    ("收到岚政发【2020】3号文，2022年7月办结。", ("2022-07", "text")),
    # never a plan's span
    ("对照2021—2025年规划逐项推进。", PAPER),
    ("已纳入2021-2025年发展规划。", PAPER),
    ("2024年至2026年三年行动计划已报批。", PAPER),
    ("纳入“十四五”水利专项。", PAPER),
    # never a basis
    ("根据2019年省委民族工作会议精神，成立工作专班。", PAPER),
    ("按照2021年市委统一部署，调整了联络员。", PAPER),
    ("根据2019年和2020年两次会议要求，修订制度。", PAPER),
    ("依据2018年颁布的管理办法，2022年8月清理文件12件。", ("2022-08", "text")),
    ("传达学习2021年中央民族工作会议上的讲话。", PAPER),
    ("2022年10月学习2021年中央民族工作会议精神。", ("2022-10", "text")),
    ("听取关于2022年创建情况的汇报，原则通过2023年度计划。", ("2023", "text")),
    # never a background
    ("水务局2019年由两家单位组建，2022年新建职工书屋。", ("2022", "text")),
    ("中心成立于2010年，现有职工41人。", PAPER),
    ("自2015年以来，坚持开展助学。", PAPER),
    ("用水量比2021年下降8%。", PAPER),
    ("客流恢复到2019年的八成。", PAPER),
    ("张某，1978年3月出生，1999年参加工作。", PAPER),
    ("任期至2025年12月。", PAPER),
    ("本办法自2024年1月1日起施行。", PAPER),
    # results count by the latest
    ("2021年投入3万元，2022年投入4万元，累计惠及86户。", ("2022", "text")),
    ("截至2022年底，累计解决饮水难题31处。", ("2022", "text")),
    ("截至5月底，累计接待群众210人次。", ("2023-05", "paper")),
    # spans of acts count by their end
    ("2021年至2022年，先后三次到村慰问。", ("2022", "text")),
    ("2021—2022年共拨付经费8万元。", ("2022", "text")),
    ("2022年4月至12月，集中整治水源地。", ("2022-04", "text")),
    ("2022年1月1日至2023年5月31日，未发生此类事件。", ("2023-05-31", "text")),
    # a table's row
    ("3 2022.9 印制宣传折页 4200", ("2022-09", "text")),
    ("2 2022.11.6 问卷印制 2640.5", ("2022-11-06", "text")),
]


@pytest.mark.parametrize(("text", "expected"), ROWS)
def test_the_year_of_a_passage(text: str, expected: tuple[str, str]) -> None:
    assert year_of(passage(text), of()) == expected


HEADED = [
    # text, headings, expected in a paper of 1 June 2023
    ("走访慰问36户。", ("2022年",), ("2022", "heading")),
    ("走访慰问36户。", ("一、工作开展情况", "（二）2022年度"), ("2022", "heading")),
    ("走访慰问36户。", ("2021年", "（一）2022年工作"), ("2022", "heading")),
    ("走访慰问36户。", ("2022年", "（一）学习教育"), ("2022", "heading")),
    ("4月18日走访慰问。", ("2022年",), ("2022-04-18", "heading")),
    ("2021年3月走访慰问。", ("2022年",), ("2021-03", "text")),
    ("实施管网改造。", ("五、2024年打算",), ("2024", "heading")),
    ("走访慰问36户。", ("贯彻《水法（2016年修订）》情况",), PAPER),
    ("走访慰问36户。", ("2022—2024年工作情况",), PAPER),
    ("走访慰问36户。", ("落实岚政发〔2020〕3号情况",), PAPER),
]


@pytest.mark.parametrize(("text", "headings", "expected"), HEADED)
def test_a_year_heading_above(
    text: str, headings: tuple[str, ...], expected: tuple[str, str]
) -> None:
    assert year_of(passage(text, *headings), of()) == expected


@pytest.mark.parametrize(
    ("text", "sheet", "expected"),
    [
        ("1 4月18日 走访 36户", "2022", ("2022-04-18", "heading")),
        ("1 走访 36户", "2022年", ("2022", "heading")),
        ("1 2021.4 走访", "2022年", ("2021-04", "text")),
        ("1 走访", "Sheet1", PAPER),
    ],
)
def test_a_sheet_named_after_a_year(text: str, sheet: str, expected: tuple[str, str]) -> None:
    assert year_of(passage(text, sheet=sheet), of()) == expected


def test_the_papers_own_date_then_its_folder_then_nothing() -> None:
    text = passage("党支部与村小组结成对子。")
    assert year_of(text, of("2022", "title")) == ("2022", "paper")
    assert year_of(text, of("2022-03", "folder")) == ("2022-03", "folder")
    assert year_of(text, of(None)) == (None, "unknown")
    assert years_of(text, of(None)) == ()
    assert year_of(passage("今年走访36户。"), of(None)) == (None, "unknown")


def test_a_years_report_dated_in_the_next_january() -> None:
    report = of("2025-01-06", "signature", "2024年度抓党建工作述职报告")
    assert year_of(passage("5月14日专题学习。"), report) == ("2024-05-14", "heading")
    assert year_of(passage("全年开展共建27次。"), report) == ("2024", "heading")
    assert year_of(passage("当年即见成效。"), report) == ("2024", "text")
    assert year_of(passage("2025年将补办。"), report) == ("2025", "text")


def test_a_january_paper_tells_of_last_december() -> None:
    news = of("2023-01-05", "signature", "志愿服务侧记")
    assert year_of(passage("12月20日召开了总结会。"), news) == ("2022-12-20", "paper")
    assert year_of(passage("12月底前完成整改。"), news)[0] != "2022-12"


ALL_YEARS = [
    ("听取了关于2022年创建工作情况和2023年打算的汇报。", ("2024",)),
    ("6月15日办了专题培训班。去年没办成，今年补上了。", ("2024",)),
    ("2022年、2023年、2024年分别列支3万元、4万元、5万元。", ("2022", "2023", "2024")),
    ("2022、2023、2024年分别列支3万元、4万元、5万元。", ("2022", "2023", "2024")),
    ("近三年每年安排专项经费5万元。", ("2022", "2023", "2024")),
    ("近两年开展联谊6次。", ("2023", "2024")),
    ("连续三年安排专项经费。", ("2022", "2023", "2024")),
    ("2022年至2024年累计投入12万元。", ("2022", "2023", "2024")),
    ("2022-2024年累计投入12万元。", ("2022", "2023", "2024")),
    ("2022年以来，每年慰问两次。", ("2022", "2023", "2024")),
    ("自2010年以来，一直结对。", ("2024",)),
    ("2022年启动，2024年完工。", ("2022", "2024")),
    ("去年办了一次，今年办了两次。", ("2023", "2024")),
    ("2022年1月1日至2024年11月30日，未发生案件。", ("2022", "2023", "2024")),
    ("2022年脱贫以来，驻村不撤。", ("2022", "2023", "2024")),
    ("自2023年3月起每月入户一次。", ("2023", "2024")),
    ("从2021年的12个增加到2023年的31个。", ("2023",)),
    ("2022年至今，未发生案件。", ("2022", "2023", "2024")),
    ("自2023年5月9日至2025年12月31日。", ("2023", "2024", "2025")),
    ("走访慰问36户。", ("2024",)),
    ("根据2019年意见，2023年开展排查。", ("2023",)),
]


@pytest.mark.parametrize(("text", "expected"), ALL_YEARS)
def test_all_years_a_passage_speaks_of(text: str, expected: tuple[str, ...]) -> None:
    paper = of("2024-12-05")
    assert years_of(passage(text), paper) == expected
    main = year_of(passage(text), paper)[0]
    assert main is not None
    assert main[:4] in expected


def test_the_last_three_years_of_a_january_paper_are_the_full_ones() -> None:
    assert years_of(passage("近三年均有专项经费。"), of("2025-01-20")) == ("2022", "2023", "2024")


PIECES = st.sampled_from(
    [
        "2021年",
        "2022年至",
        "2024年",
        "4月18日",
        "《",
        "》",
        "根据",
        "要求",
        "精神",
        "，",
        "。",
        "近三年",
        "今年",
        "去年",
        "以来",
        "〔2020〕3号",
        "规划",
        "关于",
        "的通知",
        "2022.9",
        "累计",
        "将",
        "2",
        "－",
        "、",
        "（",
        "）",
        "截至",
        "10月底",
        "比",
        "学习",
        "明年",
    ]
)


@given(st.lists(PIECES, max_size=14), st.sampled_from([None, "2023", "2024-01-05", "2022-06"]))
def test_the_main_year_is_always_among_all(pieces: list[str], dated: str | None) -> None:
    text, paper = passage("".join(pieces)), of(dated)
    main, source = year_of(text, paper)
    assert source in {"text", "heading", "paper", "folder", "unknown"}
    assert (main is None) == (source == "unknown")
    if main is not None:
        assert main[:4] in years_of(text, paper)


HOSTILE = [
    "年", "2", "2023年", "《", "《a", "根据2019年",
    "学习2019年", "关于", "2015年以来", "2021-", "4月", " ",
    "2 ", "二〇", "去年", "（今年", "〔2023〕", "自2023年",
    "近三年", "2023年成", "2021-2025年", "截至2023年", "年 ", "按照和",
    "传达", "》（", "2023年起",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hundred_thousand_letters_without_a_stop_come_to_an_end(piece: str) -> None:
    text = passage(piece * (100_000 // len(piece)))
    years_of(text, of())
    year_of(text, of())
