"""A promise is not a performance: clauses as clerks write them, and how far each goes."""

from __future__ import annotations

import pytest

from pipeline.evidence import DocumentType, Stage
from pipeline.tag.stage import settled, told_of


def stage_of(text: str, spans: list[tuple[int, int]], kind: DocumentType, *rest: object) -> Stage:
    return told_of(text, spans, kind, *rest)[0]  # type: ignore[arg-type]


ROWS: list[tuple[DocumentType, str, str, Stage]] = [
    # (kind of paper, passage, words a rule matched ("" = none), stage)
    ("总结", "4月18日，局党组召开会议专题学习民族工作会议精神。", "学习", "done"),
    ("方案", "4月18日，局党组召开会议专题学习了民族工作会议精神。", "学习", "done"),
    ("方案", "各支部每季度开展一次民族理论学习。", "学习", "plan"),
    ("通知", "请各科室于5月20日前组织一次集中学习。", "学习", "plan"),
    ("总结", "已印发《2023年民族团结宣传月活动方案》。", "宣传月", "plan"),
    ("总结", "该项培训已列入2024年度干部教育培训计划。", "培训", "plan"),
    ("总结", "已将民族团结进步纳入2023年党建工作要点。", "纳入", "done"),
    ("总结", "各支部应开展一次主题党日活动。", "主题党日", "plan"),
    ("纪要", "拟召开专题会议研究创建工作。", "研究", "plan"),
    ("总结", "因人员变动，上半年未能召开专题会议研究民族工作。", "研究", "plan"),
    ("简报", "我局将于9月举办民族团结知识竞赛。", "知识竞赛", "plan"),
    ("纪要", "会议强调，要抓好民族政策的学习宣传。", "宣传", "plan"),
    ("纪要", "会议传达学习了省委民族工作会议精神，强调要建立长效机制。", "传达学习", "done"),
    ("纪要", "会议传达学习了省委民族工作会议精神，强调要建立长效机制。", "机制", "plan"),
    ("纪要", "会议听取了创建情况汇报。会议要求，办公室要尽快组织知识测试。", "知识测试", "plan"),
    ("总结", "干部职工民族政策知晓率达98.5%，较上年提高3个百分点。", "知晓率", "result"),
    ("方案", "力争干部职工知晓率达95%以上。", "知晓率", "plan"),
    ("方案", "工作目标：知晓率达到95%以上。", "知晓率", "plan"),
    ("总结", "我局荣获全市民族团结进步示范单位称号。", "示范单位", "result"),
    ("总结", "全年共开展结对帮扶走访12次，发放慰问金2.4万元。", "结对帮扶", "done"),
    ("台账", "时间：3月5日 | 内容：党支部学习民族理论 | 人数：23", "学习", "done"),
    ("预算", "项目：民族团结创建专项经费 | 金额：3万元", "专项经费", "done"),
    ("方案", "组长：局长；副组长：分管副局长；成员：各科室负责人。", "组长", "done"),
    ("方案", "成立创建工作领导小组，由局长任组长，各科室负责人为成员。", "领导小组", "done"),
    ("报告", "党组会研究党建议题19个，其中两次专题听取汇报。", "听取汇报", "done"),
    ("报告", "已将创建列入局党组年度议题计划，拟于12月研究。", "列入", "plan"),
    ("报告", "对口帮扶工作因村调整，本年度未开展。", "对口帮扶", "plan"),
    ("other", "经审定，局党组决定，对10名职工予以通报表扬。", "通报表扬", "done"),
    ("制度", "为方便各族群众往来，制定本办法。", "各族群众", "plan"),
    ("制度", "为方便各族群众往来，制定本办法。", "办法", "done"),
    ("方案", "健全机制，并由主要领导担任领导小组组长。", "领导小组", "plan"),
    ("方案", "领导责任制落实到位，创建活动有经费保障。", "经费", "plan"),
    ("方案", "对已经命名的示范单位进行复核。", "示范单位", "plan"),
    ("通知", "经研究，决定命名客运站等5个集体为首批民族团结进步岗。", "命名", "done"),
    ("通知", "各单位要成立领导小组，明确专人负责。", "领导小组", "plan"),
    ("other", "图为干部职工在社区发放民族政策宣传单。", "宣传单", "done"),
    ("总结", "据介绍，县教育局要求各校要开展手拉手活动。", "手拉手", "plan"),
    ("总结", "下一步，我们将继续加大帮扶力度。", "帮扶", "plan"),
    ("报告", "上级将军人优待政策纳入宣传，我局开展宣传3次。", "宣传3次", "done"),
]


@pytest.mark.parametrize(("kind", "text", "words", "stage"), ROWS)
def test_stage(kind: DocumentType, text: str, words: str, stage: Stage) -> None:
    start = text.index(words)
    assert stage_of(text, [(start, start + len(words))], kind) == stage


def test_heading_of_intentions_makes_a_promise() -> None:
    text = "加强与社区联创共建。"
    assert stage_of(text, [(2, 9)], "总结", ["三、下一步工作打算"]) == "plan"
    assert stage_of(text, [(2, 9)], "总结", ["一、主要做法"]) == "done"


@pytest.mark.parametrize("text", [
    "下一步，我局将加大力度，举办民族团结专题培训班2期，培训干部120人次。",
    "计划到2025年，开展民族团结宣传100场次。",
    "明年将以宣传月为契机，组织民族政策宣讲5场。",
    "拟于9月份，组织发放民族政策读本500份。",
    "会议要求，各科室要高度重视，开展民族团结主题活动2次。",
    "力争年内，建成民族团结宣传阵地1处。",
])
@pytest.mark.parametrize("kind", ["总结", "纪要", "报告"])
def test_a_count_after_a_comma_is_still_a_promise(kind: DocumentType, text: str) -> None:
    assert stage_of(text, [(text.index("民族"), text.index("民族") + 4)], kind) == "plan"


@pytest.mark.parametrize(("text", "denied"), [
    ("2022年未安排民族团结进步创建专项经费。", "not_done"),
    ("2022年，未开展民族团结进步宣传活动。", "not_done"),
    ("会上，县教育局介绍，该局今年开展民族团结宣传月活动3次。", "others_act"),
    ("今年全县已开展民族团结宣讲20场次。", "others_act"),
    ("我局今年开展民族团结宣讲2场次。", None),
    ("拟于12月召开民族团结专题会议。", None),
])
def test_what_the_words_deny(text: str, denied: str | None) -> None:
    span = (text.index("民族"), text.index("民族") + 4)
    assert told_of(text, [span], "总结")[1] == denied


def test_a_paper_of_no_kind_that_dates_its_acts_tells() -> None:
    text = "2024年5月6日，局党组召开会议专题研究民族团结进步工作。"
    assert stage_of(text, [(text.index("专题"), text.index("专题") + 4)], "other") == "done"
    assert stage_of("我局被命名为民族团结进步示范单位。", [(7, 15)], "other") == "result"


def test_a_title_that_reports_makes_its_paper_tell() -> None:
    text = "评选石榴籽标兵10名。"
    assert stage_of(text, [(0, 8)], "other", ["关于报送2024年创建工作情况的函"]) == "done"
    assert stage_of(text, [(0, 8)], "other", ["关于商请评选的函"]) == "plan"


COUNTED = [
    "举办民族团结进步专题培训班3期，培训干部120人次。",
    "举办铸牢中华民族共同体意识专题培训班三期，培训干部一百余人次。",
    "开展民族团结进步宣传教育进机关、进社区、进学校活动5场次。",
    "选派民族乡驻村工作队员3名，落实帮扶资金40万元。",
    "表彰民族团结进步先进集体3个、先进个人10名。",
]
ASKED = [
    "每年举办民族团结进步专题培训班3期。",
    "举办民族团结进步专题培训班不少于3期，培训干部120人次以上。",
    "全年至少开展民族政策知识测试2次，参测率达到95%。",
    "计划举办民族团结进步专题培训班3期，培训干部120人次。",
    "下一步举办民族团结进步专题培训班3期，培训干部120人次。",
]


@pytest.mark.parametrize("text", COUNTED)
def test_counted_acts_are_told_where_no_plan_promises_them(text: str) -> None:
    spans = [(text.index("民族"), text.index("民族") + 4)]
    assert stage_of(text, spans, "other") == "done" and settled(text, "other")
    assert stage_of(text, spans, "方案") == "plan" and settled(text, "方案")
    above = ["2024年工作总结", "三、下一步工作打算"]
    assert stage_of(text, spans, "总结", above) == "plan" and settled(text, "总结", above)
    assert stage_of(text, spans, "other", ["工作安排"]) == "plan"


@pytest.mark.parametrize("text", ASKED)
def test_what_is_asked_for_so_often_is_a_promise(text: str) -> None:
    assert stage_of(text, [], "other") == "plan" and settled(text, "other")


@pytest.mark.parametrize("text", [
    "学习贯彻第四次中央民族工作会议精神。", "深入开展“三个离不开”教育。", "开展一次民族政策宣传。",
    "明确1名联络员，配备联络员6名。", "加强民族团结进步宣传。", "2024年民族团结进步创建活动。",
])
def test_what_counts_no_act_settles_nothing(text: str) -> None:
    assert stage_of(text, [], "other") == "plan" and not settled(text, "other")
    assert not settled(text, "方案")


def test_a_report_is_settled_by_the_model() -> None:
    assert not settled(COUNTED[0], "总结") and not settled("已" + COUNTED[0], "方案")


def test_a_group_led_by_a_named_post_is_there() -> None:
    text = "成立以局长为组长、各科室负责人为成员的创建工作领导小组。"
    assert stage_of(text, [(text.index("领导小组"), text.index("领导小组") + 4)], "方案") == "done"
    asked = "各单位要成立以局长为组长的领导小组。"
    assert stage_of(asked, [(asked.index("领导小组"), len(asked) - 1)], "方案") == "plan"


def test_what_is_dated_after_its_paper_is_a_promise() -> None:
    text = "2024年开展民族团结进步知识竞赛2场。"
    assert stage_of(text, [(7, 19)], "总结", (), "2024", "2023-12-20") == "plan"
    assert stage_of(text, [(7, 19)], "总结", (), "2023", "2023-12-20") == "done"
    entry = "落实登记（截至11月）：跟班2人已去。"
    assert stage_of(entry, [(12, 16)], "方案", (), "2018-11", "2018-06-04") == "done"


def test_a_long_text_without_a_stop_is_read_in_time() -> None:
    assert stage_of("要" * 100_000, [(5, 6)], "other") == "plan"
    assert stage_of("率" * 100_000, [(5, 6)], "总结") == "done"
    for text in ("1," * 50_000, "二" * 100_000, "1" * 100_000, "每" * 100_000):
        assert stage_of(text, [(5, 6)], "other") == "plan" and not settled(text, "other")
