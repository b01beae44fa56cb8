"""文种: from the title, then the form, then the file's name."""

from __future__ import annotations

import pytest

from pipeline.describe import type_of_title
from pipeline.describe.kinds import carries, closing_word, promulgated
from tests.describe.papers import described, flowing

TITLES = [
    ("岚河市水务局2023年民族团结进步创建工作方案", "方案"),
    ("2023—2025年水利人才培训规划", "方案"),
    ("2024年党的建设工作要点", "方案"),
    ("党组理论学习中心组2023年学习计划", "方案"),
    ("宣传月活动安排", "方案"),
    ("关于进一步加强结对帮扶的实施意见", "方案"),
    ("关于成立创建工作领导小组的通知", "通知"),
    ("关于知识测试情况的通报", "通知"),
    ("关于命名首批示范岗的决定", "通知"),
    ("关于拟推荐先进集体的公示", "通知"),
    ("关于做好2023年度总结上报工作的通知", "通知"),
    ("局党组会议纪要", "纪要"),
    ("创建工作领导小组会议记录", "纪要"),
    ("党组（扩大）会议纪要（第9期）", "纪要"),
    ("党组理论学习中心组集中学习记录", "学习记录"),
    ("第二党支部主题党日活动记录表（9月）", "学习记录"),
    ("2023年第3次学习会议记录", "学习记录"),
    ("三会一课记录本", "学习记录"),
    ("民族工作专题学习心得体会", "学习记录"),
    ("水务简报", "简报"),
    ("水务工作动态第12期", "简报"),
    ("工作信息", "简报"),
    ("微信公众号推文", "简报"),
    ("2022年“安全饮水”建设情况总结", "总结"),
    ("专题培训班小结（含签到情况）", "总结"),
    ("“连心水”典型案例", "总结"),
    ("2024年度抓基层党建工作述职报告", "报告"),
    ("服务对象满意度调查报告", "报告"),
    ("关于2023年创建情况的汇报", "报告"),
    ("情 况 说 明".replace(" ", ""), "报告"),
    ("关于2023年创建工作情况的报告", "报告"),
    ("定点帮扶工作台账（2024年）", "台账"),
    ("矛盾纠纷排查登记表", "台账"),
    ("2024年部门决算", "预算"),
    ("2023年创建工作经费台账", "预算"),
    ("创建专项资金使用明细表", "预算"),
    ("创建经费预算", "预算"),
    ("专项资金管理办法", "制度"),
    ("关于经费使用情况的报告", "报告"),
    ("岚河市水务局突发事件应急预案", "制度"),
    ("矛盾排查化解工作机制（试行）", "制度"),
    ("农村供水管理规定", "制度"),
    ("考核实施细则（2023年修订）", "制度"),
    ("村规民约", "制度"),
    ("培训签到表", "名册"),
    ("联络员名册", "名册"),
    ("受表彰集体名单", "名册"),
    ("民族团结进步联创共建协议书", "other"),
    ("民族政策知识测试题", "other"),
    ("致全体用户的倡议书", "other"),
    ("坐上专线去走亲戚", None),
    ("", None),
]


@pytest.mark.parametrize(("title", "kind"), TITLES)
def test_the_kind_of_a_title(title: str, kind: str | None) -> None:
    assert type_of_title(title) == kind


NOTICE = """
岚河市水务局关于印发《2023年创建工作方案》的通知
局属各单位、机关各科室：
《2023年创建工作方案》已经局党组同意，现印发你们，请抓好落实。
岚河市水务局
2023年4月6日
"""
PLAN = """
2023年创建工作方案
为做好全年工作，结合水务实际，制定本方案。
一、总体要求
紧扣水务主业，把水送到村寨，把服务做到群众家门口，力争年底具备申报条件。
二、主要任务
（一）抓学习。中心组全年安排专题学习两次，各支部每半年至少一次，学习情况记入工作手册，由机关党委抽查。
（二）抓服务。实施管网延伸三十公里，优先安排边远村寨，工程安排听取村民小组意见。
"""


def test_a_notice_is_what_it_carries() -> None:
    """印发…的通知 with the plan behind it is the plan; alone it is a notice."""
    assert described(NOTICE).document_type == "通知"
    assert described(NOTICE + PLAN).document_type == "方案"
    assert described(NOTICE + PLAN).title.endswith("的通知")
    rules = (NOTICE + PLAN).replace("工作方案", "供水管理办法")
    assert described(rules).document_type == "制度"
    handed_on = (NOTICE + PLAN).replace("关于印发", "关于转发")
    assert described(handed_on).document_type == "通知"


def test_what_a_notice_carries() -> None:
    assert promulgated("关于印发《甲办法》的通知") == "甲办法"
    assert promulgated("关于印发2024年工作要点的通知") == "2024年工作要点"
    assert promulgated("关于召开会议的通知") is None
    assert not carries("甲办法", "现将《甲办法》印发给你们" * 20)


FORMS = [
    # text, path, kind
    (
        "水务简报\n第14期\n岚河市水务局办公室编    2023年9月30日\n水到山寨\n九月，供水车进村。",
        "a.pdf",
        "简报",
    ),
    (
        "水务工作动态\n2023年第3期（总第30期）\n关于供水检查情况的报告\n检查组走访八村。",
        "a.pdf",
        "简报",
    ),
    (
        "时 间：2023年4月6日\n地 点：三楼会议室\n主持人：局长\n参会人员：班子成员\n议定事项如下。",
        "4月.docx",
        "纪要",
    ),
    (
        "时间|2023年5月8日|地点|二楼\n主持人|书记|记录人|干事\n学习内容|条例第三章|参学人员|全体党员",
        "5月.docx",
        "学习记录",
    ),
    ("活动记录表\n时间|5月8日|地点|二楼\n学习内容|条例|主讲人|书记", "5月.docx", "学习记录"),
    ("水到山寨\n供水车进了村。\n来源：局办公室　编辑：甲　审核：乙", "报道.html", "简报"),
    ("水到山寨\n供水车进了村。", "岚河水务公众号：水到山寨.html", "简报"),
    (
        "供水车进了村，群众端着茶出来迎接，大家坐在院坝里说起从前背水的日子，又说起今年的收成。",
        "2023年工作总结.txt",
        "总结",
    ),
    ("水到山寨\n供水车进了村。", "新建文档.docx", "other"),
    ("", "签到表.xlsx", "名册"),
    ("", "IMG_001.pdf", "other"),
]


@pytest.mark.parametrize(("text", "path", "kind"), FORMS)
def test_the_kind_of_a_paper(text: str, path: str, kind: str) -> None:
    assert described(flowing(text), path).document_type == kind


@pytest.mark.parametrize(
    "title", ["〔2023〕" * 30_000, "（" * 100_000, "2" * 100_000, "一期" * 50_000]
)
def test_a_hostile_title_comes_to_an_end(title: str) -> None:
    type_of_title(title)
    closing_word(title)
    described(flowing(title + "\n" + title), title[:200] + ".docx")
