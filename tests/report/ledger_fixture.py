"""A ledger such as a screening leaves behind, filled with invented content, and a rubric for it.

The unit, its papers and everything in them are made up. Some strings are hostile on purpose:
markup, formulas, marks that turn the reading direction, control characters.
"""
# A Chinese character counts double in a line's length; the sentences stay whole here.
# ruff: noqa: E501

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from pipeline.language import say
from pipeline.rubric.model import Rubric
from pipeline.store.ledger import Ledger

Row = dict[str, Any]
YEARS = ["2022", "2023", "2024"]
SCRIPT = "<script>alert(1)</script>"
FORMULA = '=HYPERLINK("http://example.invalid","点我")'
TURNED = "附件\u202egpj.exe"


def rubric() -> Rubric:
    """Seven indicators in two groups (one inferred), two duties, a fact."""
    examples = {"votes": ["组织开展学习", "集中学习一次"], "abstains": ["无关", "其他"]}

    def rule(name: str, says: str) -> Row:
        return {"id": name, "says": says, "match": says[:4], "examples": examples}

    def asked(name: str, wording: str, link: str = "活动", **more: Any) -> Row:
        return {"id": name, "wording": wording, "link": link, **more}

    return Rubric.model_validate({
        "id": "demo-2024", "title": "关于印发《云岭市民族团结进步创建“进机关”测评指标（试行）》的通知",
        "issuer": "中共云岭市委市直机关工作委员会", "number": "云市直工发〔2024〕12号",
        "date": "2024-05-23", "source": "云岭市人民政府网", "points": 100, "period": "2022-2024",
        "groups": [
            {"id": "A", "title": "一、加强党的领导",
             "groups": [{"id": "A1", "title": "（一）理论武装"},
                        {"id": "A2", "title": "（二）组织保障", "inferred": True}]},
            {"id": "B", "title": "二、促进各民族交往交流交融"},
        ],
        "rules": [rule("study", "党组理论学习中心组集中学习"), rule("fund", "专项经费列入预算"),
                  rule("pair", "结对共建、联谊互嵌"), rule("none", "自称未发生")],
        "indicators": [
            {"id": "T01", "group": "A1", "type": "定性", "points": 10,
             "wording": "党组（党委）理论学习中心组、党支部“三会一课”、主题党日把党的民族工作重要思想、民族理论"
                        "证策作为必学内容，每年集中学习不少于2次。",
             "sic": [{"printed": "证策", "meant": "政策"}],
             "methods": ["审阅档案", "听取汇报"], "rules": ["study"],
             "requirements": [
                 asked("T01.1", "中心组集中学习并有记录", mandatory=True, least=2,
                       documents=["学习记录", "纪要"], cadence="every year"),
                 asked("T01.2", "年度学习计划", "方案", stage="plan", documents=["方案"]),
                 asked("T01.3", "每季度一次主题党日", cadence="every quarter"),
             ]},
            {"id": "T02", "group": "A1", "type": "定量", "points": 7.5,
             "wording": "把民族团结进步创建纳入年度工作要点，主要领导每年听取汇报。",
             "methods": ["审阅档案"], "requirements": [
                 asked("T02.1", "党组会专题研究", mandatory=True, documents=["纪要"])]},
            {"id": "T03", "group": "A2", "type": "定性", "points": 8,
             "wording": "落实专项经费，做到专款专用。", "methods": ["材料审核"], "rules": ["fund"],
             "requirements": [asked("T03.1", "预算中列有专项经费", "保障", mandatory=True,
                                    documents=["预算", "台账"],
                                    target={"figure": 5, "unit": "万元", "of": "每年不少于"})]},
            {"id": "T04", "group": "A2", "type": "定量", "points": 6,
             "wording": "干部职工应知应会知识知晓率达到95%以上。", "methods": ["问卷调查"],
             "requirements": [asked("T04.1", "组织知识测试")]},
            {"id": "T05", "group": "B", "type": "定性", "points": 12,
             "wording": "开展结对共建、联谊互嵌，促进各族干部群众广泛交往交流交融。",
             "methods": ["审阅档案", "实地考察"], "rules": ["pair"],
             "requirements": [asked("T05.1", "开展共建活动", mandatory=True),
                              asked("T05.2", "活动成效", "成效", stage="result"),
                              asked("T05.3", "10月底前报送典型样板案例", cadence="by 2024-10-31")]},
            {"id": "T06", "group": "B", "points": 6.5, "wording": "培育和宣传先进典型。",
             "requirements": [asked("T06.1", "推荐或命名先进典型", mandatory=True,
                                    cadence="once")]},
            {"id": "TD", "wording": "近三年发生影响民族团结的事件的，每起减10分。", "deducts": 10,
             "shown_only": True, "none_found": ["未发生"], "rules": ["none"]},
        ],
        "duties": [
            {"id": "D01", "wording": "每半年报送一篇工作信息。", "where": "第三部分第（二）项",
             "requirements": [asked("D01.1", "半年信息", cadence="every half-year", mandatory=True)]},
            {"id": "D02", "wording": "县（市、区）委员会每年培育1—2个样板。", "where": "第四部分",
             "requirements": [asked("D02.1", "培育样板", owed_by="committee")]},
        ],
        "context": ["全市共有机关单位 412 个。", f"另见 {SCRIPT} 所附说明。"],
    })


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def file(path: str, status: str = "read", reason: str | None = None, **more: Any) -> Row:
    told: Row = {"path": path, "sha256": sha(path), "status": status, "reason": reason,
                 "title": None, "document_type": None, "issuer": None, "number": None,
                 "dated": None, "dated_from": None, "pages": None, "pages_recognised": 0,
                 "pages_pending": 0, "members": None, "flags": [], "flag_details": [],
                 "same_as": None}
    return {**told, **more}


def paper(path: str, title: str, kind: str, dated: str | None, **more: Any) -> Row:
    return file(path, title=title, document_type=kind, dated=dated,
                dated_from="signature" if dated else None, pages=3,
                issuer="云岭市水务局", **more)


def evidence(path: str, text: str, words: str = "", **more: Any) -> Row:
    start = text.find(words) if words else -1
    told: Row = {
        "passage": sha(path + text)[:16], "path": path,
        "places": [{"page": 2, "box": [90.0, 120.5, 505.25, 152.0]}], "headings": [],
        "text": text, "stage": "done", "year": "2023", "year_from": "text", "years": ["2023"],
        "kind": None, "counts": True, "why_not": None, "confidence": None,
        "reading_confidence": None,
        "serves": [], "cast_by": ["rule:study"], "themes": {}, "because": [], "matched": [[start, start + len(words)]] if start >= 0 else [],
    }
    return {**told, **more}


STUDY = "2023年/01 中心组学习/2023年第二次学习记录.docx"
MINUTES = "2023年/02 党组会/党组会议纪要第6期.pdf"
PLAN = "2024年/创建工作方案.docx"
BUDGET = "2022年/03 经费/2022年部门预算表.xlsx"
BULLETIN = f"2023年/简报/{SCRIPT}第8期.html"
OTHER = "2023年/其他/林业局工作总结.docx"
SCAN = "2022年/扫描件/会议签到表.pdf"


def files() -> list[Row]:
    """Every status, several reasons, one of them with more files than are shown at once."""
    told = [
        paper(STUDY, "云岭市水务局党组理论学习中心组2023年第二次集中学习记录", "学习记录", "2023-04-18"),
        paper(MINUTES, "中共云岭市水务局党组会议纪要", "纪要", "2023-06-09",
              number="云水党纪〔2023〕6号"),
        paper(PLAN, "云岭市水务局2024年民族团结进步创建工作方案", "方案", "2024-03",
              flags=["template_residue"], flag_details=[
                  {"code": "template_residue", "other": None, "where": "第2页“XX局”",
                   "why": "residue"}]),
        paper(BUDGET, "2022年部门预算表", "预算", "2022"),
        paper(BULLETIN, f"工作简报 {FORMULA}", "简报", "2023-09-28"),
        paper(OTHER, "云岭市林业和草原局2023年工作总结", "总结", "2023-12-20",
              flags=["other_unit", "near_duplicate"], flag_details=[
                  {"code": "other_unit", "other": None, "where": "落款",
                   "why": "other_unit"},
                  {"code": "near_duplicate", "other": STUDY, "where": None, "why": "few_edits"}]),
        paper("2021年/2021年总结.txt", "2021年工作总结，联系电话13812345678", "总结", "2021-12-30",
              flags=["out_of_period"], flag_details=[
                  {"code": "out_of_period", "other": None, "where": None, "why": "out_of_period"}]),
        paper("来文/关于转发的通知.pdf", "关于转发创建工作要点的通知", "通知", "2023-02-01",
              flags=["received"]),
        file(SCAN, "partly_read", "no_text_layer", title="会议签到表", document_type="other",
             pages=4),
        file(f"2023年/{TURNED}", "unread", "unsupported_format"),
        file("2024年/加密 <b>总结</b> &lt;.docx", "unread", "encrypted"),
        file("2023年/02 党组会/党组会议纪要第6期 副本.pdf", "duplicate", "same_bytes", same_as=MINUTES),
        file("2024年/.DS_Store", "ignored", "system_file"),
    ]
    told += [file(f"2022年/扫描件/照片{place:03}.jpg", "unread", "no_text_layer", pages=1)
             for place in range(1, 24)]
    return sorted(told, key=lambda row: row["path"])


def pieces() -> dict[str, list[Row]]:
    """Evidence by indicator, best first."""
    study = ("4月18日，局党组理论学习中心组召开2023年第二次集中学习会，专题学习党关于加强和改进民族工作的"
             "重要思想和民族理论政策，党组书记、局长主持并作中心发言，班子成员和各科室负责人共14人参加。")
    return {
        "T01": [
            evidence(STUDY, "学习后组织应知应会测试，参加14人，平均成绩96.4分，知晓率较上年提高5个百分点。",
                     "知晓率较上年提高5个百分点", stage="result", headings=["三、学习效果"],
                     places=[{"paragraph": 12, "in": "body"}, {"paragraph": 13, "in": "body"}]),
            evidence(STUDY, study, "党组理论学习中心组", headings=["一、学习情况", "（一）集中学习"],
                     places=[{"paragraph": 4, "in": "body"}], cast_by=["rule:study", "model:themes-9"],
                     themes={"party_study": 0.876}, confidence=0.919, matched=[[9, 16], [39, 60]],
                     because=[[12, 20], [70, 72]]),
            evidence(MINUTES, "会议传达学习了中央民族工作会议精神，\x07要求各支部于6月底前组织一次主题党日。",
                     "传达学习了中央民族工作会议精神", headings=["二、会议议定事项"],
                     places=[{"page": 1, "box": [1, 2, 3, 4]}, {"page": 2, "box": [1, 2, 3, 4]}]),
            *(evidence(STUDY, f"第{place}支部于{place}月开展主题党日，集中学习民族理论政策。", "集中学习",
                       places=[{"paragraph": 20 + place, "in": "table"}]) for place in range(1, 11)),
            evidence(PLAN, "2024年，XX局将组织中心组集中学习不少于4次。", "集中学习", stage="plan",
                     year="2024", years=["2024"], counts=False, why_not="template_residue",
                     headings=["三、工作任务"]),
            evidence(OTHER, f"我局组织学习{SCRIPT}和{FORMULA}，&lt;b&gt;未转义&lt;/b&gt;。", "组织学习",
                     counts=False, why_not="other_unit"),
            evidence("2021年/2021年总结.txt", "全年中心组学习12次。联系人电话138******78。", "中心组学习",
                     year="2021", years=["2021"], counts=False, why_not="out_of_period",
                     places=[{"line": 8}]),
        ],
        "T02": [
            evidence(PLAN, "将民族团结进步创建纳入2024年度工作要点，主要领导听取汇报两次。", "纳入",
                     stage="plan", year="2024", years=["2024"], year_from="paper"),
            evidence("来文/关于转发的通知.pdf", "各单位要将创建工作纳入年度工作要点。", "纳入", stage="plan",
                     counts=False, why_not="received"),
        ],
        "T03": [
            evidence(BUDGET, "民族团结进步创建专项经费 | 5.0 | 万元", "专项经费", year="2022",
                     years=["2022", "2023"], year_from="heading", cast_by=["rule:fund"],
                     places=[{"sheet": "2022", "row": 17}]),
            evidence(BUDGET, FORMULA, "", year=None, years=[], year_from="unknown", counts=False,
                     why_not="no_year", cast_by=["rule:fund"],
                     places=[{"sheet": "=cmd|' /C calc'!A0", "row": 3}]),
        ],
        "T04": [],
        "T05": [
            evidence(BULLETIN, "与清水河社区结成共建对子，\u202e办实事\u202c12件，惠及各族群众860户，满意率98.6%。",
                     "结成共建对子", stage="result", cast_by=["rule:pair"],
                     places=[{"line": 31}, {"line": 32}]),
        ],
        "T06": [],
        "TD": [
            evidence(OTHER, "全年未发生影响民族团结的事件。", "未发生", kind="statement_of_none",
                     counts=False, cast_by=["rule:none"]),
            evidence(BULLETIN, "及时处置一起涉民族因素网络舆情。", "网络舆情", kind="possible_incident",
                     counts=False, cast_by=["rule:none"]),
        ],
        "D01": [], "D02": [],
    }


def entries() -> list[tuple[str, Row]]:
    """A proposal for every indicator and duty: all proposals, all states."""
    def slots(periods: list[str], states: str, need: int = 1) -> Row:
        names = {"p": "performed", "l": "planned", "n": "nothing", "u": "unread"}
        return {period: {"state": names[one], "count": need if one == "p" else 0, "need": need}
                for period, one in zip(periods, states, strict=True)}

    def entry(name: str, proposed: str, states: str, code: str, *asked: Row, **args: Any) -> Row:
        return {"id": name, "proposed": proposed,
                "periods": {year: slot["state"] for year, slot in slots(YEARS, states).items()}
                if states else {},
                "why": {"code": code, "args": args, "text": say(f"why.{code}", **args)},
                "requirements": list(asked)}

    def one(name: str, mandatory: bool, told: Row) -> Row:
        return {"id": name, "mandatory": mandatory, "slots": told}

    quarters = [f"{year}Q{quarter}" for year in YEARS for quarter in (1, 2, 3, 4)]
    halves = [f"{year}H{half}" for year in YEARS for half in (1, 2)]
    return [
        ("indicators", entry("T01", "covered", "ppp", "all_performed",
                             one("T01.1", True, slots(YEARS, "ppp", 2)),
                             one("T01.2", False, slots(YEARS, "nnl")),
                             one("T01.3", False, slots(quarters, "nnnnppppuuln")),
                             periods="2022—2024年")),
        ("indicators", entry("T02", "partial", "npl", "lacking",
                             one("T02.1", True, slots(YEARS, "npl")),
                             periods="2022年未找到；2024年仅有计划")),
        ("indicators", entry("T03", "undetermined", "puu", "unread_stands",
                             one("T03.1", True, slots(YEARS, "puu")), files=25,
                             periods="2023、2024年")),
        ("indicators", entry("T04", "beyond_documents", "nnn", "beyond_documents",
                             one("T04.1", False, slots(YEARS, "nnn")))),
        ("indicators", entry("T05", "partial", "upn", "lacking",
                             one("T05.1", True, slots(YEARS, "upn")),
                             one("T05.2", False, slots(YEARS, "npn")),
                             one("T05.3", False, slots(["2024-10-31"], "n")),
                             periods="2022年有未读文件；2024年未找到")),
        ("indicators", {**entry("T06", "missing", "", "nothing_found",
                                one("T06.1", True, slots(["2022-2024"], "n"))),
                        "periods": {"2022-2024": "nothing"}}),
        ("indicators", entry("TD", "shown_only", "", "shown_only")),
        ("duties", entry("D01", "missing", "nnn", "nothing_found",
                         one("D01.1", True, slots(halves, "nnnnnn")))),
        ("duties", entry("D02", "context", "", "context")),
    ]


def fill(place: Path, *, more: int = 0, leave_out: str = "") -> Ledger:
    """The ledger, open; `more` pieces of evidence for T06, without the passage `leave_out`."""
    ledger = Ledger(place, fresh=True)
    with_rubric = rubric()
    ledger.put_header({
        "ocr": {"mode": "later", "recognised": 2, "pending": 31, "seconds_a_page": 4.0},
        "rubric": with_rubric.id, "rubric_sha256": sha("rubric"),
        "model": {"id": "themes-9", "sha256": sha("model"), "by_rule_only": ["T05"],
                  "themes": {"party_study": "党组织理论学习"},
                  "evaluation": {"data": "development", "date": "2026-11-21", "papers": 24,
                                 "passages": 372, "micro": 0.81, "low": 0.78, "high": 0.84,
                                 "ece": 0.03}},
        "unit": ["云岭市水务局", "市水务局", "云岭市水利局"], "period": YEARS, "period_from": "rubric",
        "versions": {"zuozheng": "0.1.0", "model": "themes-9", "pypdfium2": "5.0"},
    })
    numbers = {}
    for number, row in enumerate(files(), 1):
        numbers[row["path"]] = number
        ledger.start_file(number, row["path"])
        ledger.finish_file(number, row)
    found = pieces()
    found["T06"] = [evidence(MINUTES, f"推荐第{place}名先进典型。", "先进典型") for place in range(more)]
    ledger.put_evidence(
        (item, rank, 1, numbers[row["path"]], rank, row)
        for item, rows in found.items() for rank, row in enumerate(rows)
        if row["passage"] != leave_out
    )
    for number, (kind, row) in enumerate(entries(), 1):
        ledger.put_entry(kind, number, row)
    return ledger
