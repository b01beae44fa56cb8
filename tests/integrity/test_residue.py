"""Templates left unfilled, and what only looks like one: sentences written for the tests."""

from __future__ import annotations

import pytest

from pipeline.evidence import InParagraph, Passage
from pipeline.integrity import residue


def passages(*texts: str, kind: str = "paragraph") -> list[Passage]:
    return [
        Passage(
            f"{n:016x}",
            text,
            (InParagraph(n, "body"),),
            (),
            "row" if kind == "row" else "paragraph",
        )
        for n, text in enumerate(texts, 1)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "XX局党组高度重视民族团结进步创建工作，成立了领导小组。",
        "为推动××县民族团结进步创建工作走深走实，制定本方案。",
        "向XX县民族宗教局报送总结。",
        "几年来，**区民政局在区委、区政府的领导下",
        "□□年度工作要点已经党组会议研究通过。",
        "201X年，全局共组织学习12次。",
        "20XX年，我局认真落实上级部署。",
        "岚交发〔20××〕12号",
        "岚交发〔2023〕XX号",
        "岚交发〔2023〕 号",
        "X年X月X日，召开动员会。",
        "2023年X月，举办专题培训班。",
        "4月X日，组织了主题党日。",
        "会议于20**年*月*日召开。",
        "____年__月__日",
        "我单位现有干部职工XX人，其中少数民族X人。",
        "全年发放宣传册XX份，覆盖群众×××人次。",
        "第X次党组会议专题研究",
        "（单位名称）民族团结进步创建工作方案",
        "责任部门为[填写责任部门]。",
        "【请填写活动地点】",
        "组长：（姓名）",
        "由某某局牵头落实。",
        "全面贯彻落实党的□xx届三中全会精神",
        "XX街道办事处与XX社区签订协议。",
    ],
)
def test_a_template_left_unfilled_is_flagged_with_a_quotation(text: str) -> None:
    flag = residue("创建工作方案", passages("为做好创建工作，制定本方案。", text))
    assert flag is not None
    assert flag.code == "template_residue"
    assert flag.why == "residue"
    assert flag.where
    assert len(flag.where) <= 40
    assert flag.where in text


@pytest.mark.parametrize(
    "text",
    [
        "张XX同志在会上作了发言。",
        "李**、王某某、小X三位同志受到表扬。",
        "XX同志任联络员。",
        "张XX局长主持会议。",
        "李XX科长带队走访。",
        "帮助李XX村民解决低保问题。",
        "张XX所在单位出具了证明。",
        "联系电话：138****1234，身份证号5304**********1234。",
        "学生小X汇报了学习体会。",
        "学生张X、杨XX获一等奖。",
        "本院新增X光机一台、CT一台，通过ISO9001认证。",
        "安装展板规格5×8米共12块，2×3米4块。",
        "二○二三年四月十八日",
        "二〇二三年四月",
        "□是 □否  □市级 □县级",
        "**区民政局召开专题会议**",
        "**一、区级部门** 各司其职，**县直单位**协同。",
        "王XX，男，彝族，19XX年X月出生，大学学历。",
        "文件命名格式为“XX单位+民族团结案例”。",
        "邮件主题注明“××单位报名表”。",
        "积分=部门系数×人数，单价×数量。",
        "XXL号马甲20件、XL号30件。",
        "微信公众号VX号已注册",
        "K8+200处路基缺口修复完工",
        "某村民反映的问题已经解决，某些单位重视不够。",
        "x轴为年份，y轴为人次。",
        "（盖章）",
        "岚交发〔2023〕47号",
        "2024 年 1—9 月",
        "3*8=24平方米",
        "第十九届民族团结运动会",
    ],
)
def test_masks_of_persons_and_look_alikes_are_no_residue(text: str) -> None:
    assert residue("工作总结", passages("全局工作扎实推进。", text)) is None


def test_a_title_with_a_blank_is_residue() -> None:
    flag = residue("XX单位201X年民族团结进步创建工作方案", [])
    assert flag is not None
    assert flag.where == "XX单位201X年民族团结进步创建工作方案"


def test_a_signature_line_left_blank_in_a_filled_form_is_none() -> None:
    form = passages(
        "单位：岚河市交通运输局 | 时间：2023年4月18日",
        "活动内容：组织32名干部到倮古乡开展结对认亲。",
        "负责人签字：____________    年    月    日",
        "领导签字：____ | 日期：____年__月__日",
        kind="row",
    )
    assert residue("活动登记表", form) is None


def test_a_test_paper_keeps_its_blanks() -> None:
    paper = passages("1.____年__月，中央民族工作会议在北京召开。", "2.____县是我市唯一的自治县。")
    assert residue("民族政策知识测试题", paper) is None
