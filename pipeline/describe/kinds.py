"""文种: what kind of paper it is, from its title first, then its form, then its file's name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from pipeline.evidence import DocumentType

# The words that close a title, and the kind each means. A longer word goes before a shorter one.
_WORDS: dict[str, DocumentType] = {}
for _kind, _listed in (
        (
        "方案",
        "方案 规划 计划 安排 要点 打算 计划表 安排表 任务分解表 任务清单 责任清单 "
        "分解表 分工 分工方案 部署 意见 纲要 行动 路线图 配档表 运行表 工作思路 "
        "思路",
    ),
        (
        "通知",
        "通知 通报 通告 公告 公示 决定 批复 命令 任务书",
    ),
        (
        "纪要",
        "纪要 会议记录 会议纪录 会议记录表 会议记录本 会议笔录 议定事项 会议材料 "
        "座谈会记录",
    ),
        (
        "学习记录",
        "学习记录 学习纪录 学习记录表 学习记录本 学习笔记 学习笔记本 学习情况记录 "
        "学习会记录 党日记录 主题党日活动记录 党日活动记录 党日活动记录表 "
        "党日记录表 党课记录 组织生活记录 学习心得 心得体会 学习体会 学习台账 "
        "研讨记录 学习情况 读书笔记 学习资料 学习材料 研讨发言 学习清单",
    ),
        (
        "简报",
        "简报 信息 工作信息 动态 工作动态 推文 新闻 新闻稿 快报 专报 报道 消息 "
        "简讯 快讯 通讯 专刊 信息稿 宣传稿 美篇 图文 期刊 信息专报 公众号",
    ),
        (
        "总结",
        "总结 小结 总结材料 工作总结 回顾 综述 案例 典型案例 经验材料 经验做法 "
        "交流材料 典型材料 事迹材料 事迹 做法 案例材料 工作亮点 亮点 总结表",
    ),
        (
        "报告",
        "报告 述职报告 述职 汇报 汇报材料 自查报告 自评报告 自评 调研报告 情况说明 "
        "说明 申报书 申报表 申请书 请示 情况汇报 工作情况 情况 开展情况 落实情况 "
        "报告书 报告表 自评表 自查表 情况表",
    ),
        (
        "台账",
        "台账 台帐 登记表 登记簿 登记册 清单 一览表 统计表 明细表 汇总表 记录表 "
        "记录簿 目录 走访记录 活动记录 工作记录 日志 排查表 工作台账 统计 明细 "
        "记录 记录本 档案 进度表 表",
    ),
        (
        "预算",
        "预算 决算 预算表 决算表 预算书 经费安排 经费预算 经费 收支表 收支明细 "
        "支出明细 预算批复",
    ),
        (
        "制度",
        "制度 办法 规定 细则 实施细则 条例 预案 应急预案 守则 公约 章程 机制 "
        "工作机制 规则 规程 规范 职责 责任制 准则 须知 流程 村规民约 居民公约 "
        "管理办法 实施办法 制度汇编 长效机制",
    ),
        (
        "名册",
        "名册 名单 签到表 签到册 签到簿 签到 签到单 花名册 通讯录 联络员表 "
        "人员名单 成员名单 人员信息表 组成人员",
    ),
        (
        "other",
        "协议 协议书 合同 合同书 函 复函 倡议书 倡议 讲话 讲话稿 致辞 发言 发言稿 "
        "讲稿 课件 教案 试卷 试题 测试题 问卷 照片 证书 邀请函 感谢信 承诺书 "
        "责任书 公开信 责任状 剧本 题库 答案 指标 测评指标 画册 手册 折页 法",
    ),
):  # fmt: skip
    for _word in _listed.split():
        _WORDS[_word] = _kind  # type: ignore[assignment]
_BY_LENGTH = sorted(_WORDS, key=len, reverse=True)
_AT_END = re.compile("(?:" + "|".join(map(re.escape, _BY_LENGTH)) + ")$")
_ANYWHERE = re.compile(
    "|".join(
        word
        for word in _BY_LENGTH
        if len(word) > 1 and word not in ("情况", "行动", "信息", "说明", "统计", "发言")
    )
)
# What may stand behind the closing word; taken off one by one, since nested repeats run away.
_TAIL = re.compile(
    r"(?:[（(【\[〔][^（）()【】\[\]〔〕]{0,40}[）)】\]〕]|[《》“”\"'。.、\s\-—_－\d]{1,12}|[12]\d{3}年度?"
    r"|第?[一二三四五六七八九十\d]{1,4}[期号稿月份版页次季度年]|试行|草案|初稿|定稿|终稿|征求意见稿|送审稿|修订稿|模板"
    r"|盖章版?|签字版?|扫描件?|最终版?)$"
)
_MONEY = re.compile(r"经费|资金|预算|决算|开支|支出|收支")
_MONEY_FORM = re.compile(r"台账|台帐|明细|表|安排|使用|统计|清单|账|列支")
_MONEY_PROSE = re.compile(r"报告|总结|通知|办法|制度|方案|规定|请示|计划")
_STUDY = re.compile(r"学习|党日|党课|三会一课|中心组|研讨|读书|组织生活")
_BULLETIN = re.compile(r"(?:简报|快报|专报|动态|信息|简讯|专刊|通讯|参阅|情况反映)$")
_ISSUE = re.compile(
    r"^[（(]?(?:[12]\d{3}年)?(?:度)?第?[（(]?[\d一二三四五六七八九十〇]{1,5}[)）]?期"
)
_MINUTES_FIELDS = (
    "时间",
    "地点",
    "主持",
    "参会",
    "参加",
    "出席",
    "列席",
    "记录",
    "议题",
    "与会",
    "会议名称",
    "缺席",
)
_STUDY_FIELDS = (
    "学习内容",
    "学习主题",
    "学习时间",
    "学习形式",
    "参学",
    "主讲",
    "学习地点",
    "领学",
    "中心发言",
    "学习人员",
)
_FIELD = re.compile(
    r"^[一二三四五六七八九十\d、.（）()]{0,4}(?:会议|活动)?("
    + "|".join((*_STUDY_FIELDS, *_MINUTES_FIELDS))
    + ")(?:人员?|者|单位|及原因|内容|记录|/实到)?(?=[：:]|$)"
)
_PROMULGATED = re.compile(r"(?:印发|下发|发布|公布|颁发|颁布)(?:关于)?")


def _bare(title: str) -> str:
    """The title up to its closing word: brackets, dates, issue numbers and 试行 behind it go."""
    title = title[-160:]
    for _ in range(8):
        match = _TAIL.search(title, max(0, len(title) - 48))
        if not match or not match[0]:
            break
        title = title[: match.start()]
    return title


@lru_cache(maxsize=1024)
def closing_word(title: str) -> str | None:
    """The word of a kind that a title ends with, brackets, numbers and 试行 aside."""
    bare = _bare(title)
    match = _AT_END.search(bare[-12:])
    return match[0] if match else None


def kind_of_title(title: str) -> DocumentType | None:
    """The kind a title states; None where it states none."""
    bare = _bare(title)
    if not bare:
        return None
    if _MONEY.search(bare) and _MONEY_FORM.search(bare) and not _MONEY_PROSE.search(bare):
        return "预算"
    match = _AT_END.search(bare[-12:])
    word = match[0] if match else None
    if word is None:
        found = list(_ANYWHERE.finditer(bare))
        if not found:
            return None
        word = found[-1][0]
    kind = _WORDS[word]
    if word in (
        "记录",
        "记录表",
        "记录本",
        "记录簿",
        "活动记录",
        "会议记录",
        "会议记录表",
        "座谈会记录",
    ):
        if _STUDY.search(bare):
            return "学习记录"
        if "会" in bare and "活动" not in bare:
            return "纪要"
    if word == "表" and ("签到" in bare or "人员" in bare or "成员" in bare):
        return "名册"
    if word in ("学习情况",) and "报告" in bare:
        return "报告"
    return kind


def kind_of_form(lines: Sequence[str]) -> DocumentType | None:
    """The kind the form shows: a bulletin's head, minutes' fields, a study record's table, a news
    page's foot. `lines` are the squeezed lines of the head; a table row's cells are lines too."""
    fields = set()
    for line in lines:
        match = _FIELD.match(line)
        if match:
            fields.add(match[1])
    study = fields & set(_STUDY_FIELDS)
    if study and len(fields) >= 2:
        return "学习记录"
    if len(fields & set(_MINUTES_FIELDS)) >= 3:
        return "学习记录" if any(_STUDY.search(line) for line in lines[:8]) else "纪要"
    return None


def is_bulletin(lines: Sequence[str]) -> bool:
    """A masthead 简报 (信息, 动态 …) and 第N期 close to it."""
    issue = any(_ISSUE.search(line) for line in lines[:8])
    return issue and any(_BULLETIN.search(line) and len(line) <= 24 for line in lines[:8])


def is_news(lines: Sequence[str]) -> bool:
    """A news page's foot: 来源, 编辑, 审核, 供稿 in its lines."""
    joined = "\n".join(lines)
    return (
        sum(
            word in joined
            for word in (
                "来源：",
                "编辑：",
                "审核：",
                "供稿",
                "撰稿",
                "图文",
                "阅读",
                "责编",
                "点赞",
            )
        )
        >= 2
    )


def promulgated(title: str) -> str | None:
    """What a notice of promulgation (印发《…》的通知) carries; None for any other title."""
    match = _PROMULGATED.search(title)
    if not match or not _bare(title).endswith("通知"):
        return None
    rest = title[match.end() :]
    inner = re.match(r"《(.{2,120})》", rest)
    if inner:
        return inner[1]
    plain = re.match(r"(.{4,100}?)的?通知", rest)
    return plain[1] if plain else None


def carries(inner: str, text: str, after: int = 150) -> bool:
    """Does the text (without gaps and line ends) hold the paper `inner` itself, not its name only?

    The carried paper's title stands again without 《》 before it, with a body of some length.
    """
    key = re.sub(r"[\s《》〈〉“”\"（）()]", "", inner)[:40]
    text = re.sub(r"[\s〈〉“”\"（）()]", "", text[:20000]) + text[20000:]
    start = text.find(key)
    while start >= 0:
        if text[start - 1 : start] != "《" and len(text) - start - len(key) > after:
            before = text[max(0, start - 12) : start]
            if not re.search(r"(?:印发|下发|发布|附件[：:]?\d?[.．]?|公布)$", before):
                return True
        start = text.find(key, start + 1)
    return False
